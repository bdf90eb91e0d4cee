"""Records a chunk of replicates: running sums, peaks, events; series go to a file day by day, so memory stays flat."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as attribute
from functools import cached_property
from typing import BinaryIO, final

import numpy as np

from sim.axes import Floats
from sim.definitions.events import Happening, declare_event
from sim.definitions.items import Event, Item
from sim.ensemble.clock import Horizon, Tick
from sim.ensemble.gauges import Measured, Traced
from sim.ensemble.transitions import Transitions
from sim.market.tick import Market
from sim.record.fields import Fields
from sim.record.peaks import Followed, Peaks
from sim.record.readings import Readings
from sim.record.selection import Focus
from sim.record.totals import Total, totals
from sim.record.watcher import START, Watcher
from sim.record.windows import Watch, Window
from sim.world.build import World

LINES_STOP = declare_event(
    Happening(
        "lines stop",
        "more than the share `stop_reported` of its value added stands still from here on",
        "sector",
        region="where it is",
    )
)
LINES_RUN = declare_event(
    Happening("lines run again", "no more than that stands still", "sector", region="where it is")
)
HOARDING = declare_event(
    Happening(
        "hoarding begins",
        "users want more than `hoarding_reported` times the stock that they usually hold",
        "users",
        region="theirs",
        commodity="what they hoard",
    )
)
RESTOCKED = declare_event(
    Happening(
        "restocking ends",
        "users want no more than that again",
        "users",
        region="theirs",
        commodity="what they hoarded",
    )
)
CHECKED = ("output", "other_use", "use")  # what the check of mass adds up


@dataclass(frozen=True)
class Thresholds:
    """From where on something counts, as the parameters of the same names say."""

    stop_reported: float
    hoarding_reported: float
    recovery_band: float


@dataclass(frozen=True)
class Record:
    """What is to be recorded, and how it is read; the same for every chunk.

    Parameters
    ----------
    world : World
    focus : Focus
    horizon : Horizon
    wanted : sequence of Item
        The series.
    totals : sequence of Item
        Items of variables whose sums over the horizon are metrics.
    days : sequence of int
        Days since the start at whose beginning series are read; ascending.
    fields : Fields
        All that can be read.
    thresholds : Thresholds
        From where on something counts.
    windows : sequence of Window
        Parts of the horizon of which every metric is reported again.
    """

    world: World
    focus: Focus
    horizon: Horizon
    wanted: Sequence[Item]
    totals: Sequence[Item]
    days: Sequence[int]
    fields: Fields
    thresholds: Thresholds
    windows: Sequence[Window] = ()

    @cached_property
    def readings(self) -> Readings:
        """How series are read."""
        return Readings(self.wanted, self.fields.all)

    @property
    def series(self) -> Sequence[Item]:
        """The series in the order of their rows."""
        return self.readings.items

    @cached_property
    def metrics(self) -> tuple[Total, ...]:
        """Metrics that are sums over the horizon."""
        return totals(self.world, self.focus, self.totals, self.fields.all)

    @cached_property
    def followed(self) -> Followed:
        """Whose prices and supply are followed."""
        weights = self.fields.levels["price_spot"].weights
        assert weights is not None
        return Followed(self.world, self.focus, weights, self.thresholds.recovery_band)

    @cached_property
    def needs(self) -> frozenset[str]:
        """Fields that have to be added up."""
        return frozenset({*CHECKED, *self.readings.needs, *(total.field for total in self.metrics)})


@dataclass(frozen=True)
class Block:
    """What one chunk of replicates gave.

    Parameters
    ----------
    replicates : range
        Numbers of the replicates, one for each place on the last axis.
    metrics : (M, R) array
        Rows as `Outcome.metrics`, each in its item's unit; a replicate that has no value holds NaN.
    draws : (Q, R) array
        Rows as `Outcome.draws`.
    events : mapping of Event to int
        In how many replicates of the block each happened.
    """

    replicates: range
    metrics: Floats
    draws: Floats
    events: Mapping[Event, int] = attribute(default_factory=dict)


@final
class Recorder(Watcher):
    """Records one chunk; what came of it is its `block`.

    Parameters
    ----------
    record : Record
    market : Market
    traced : sequence of Traced
        Series that instruments keep.
    replicates : range
        Numbers of the replicates.
    file : binary file, optional
        Takes the series day by day: the rows of `Record.series`, a column a replicate.
    measured : sequence of Measured
        Metrics that instruments and projects keep.
    """

    def __init__(
        self,
        record: Record,
        market: Market,
        traced: Sequence[Traced],
        replicates: range,
        file: BinaryIO | None = None,
        measured: Sequence[Measured] = (),
    ) -> None:
        self.record, self.market, self.replicates, self.file = record, market, replicates, file
        self.width = width = market.state.price.shape[1]  # at least as many as there are replicates
        self.amounts = {name: field for name, field in record.fields.amounts.items() if name in record.needs}
        self.running = {name: np.zeros((len(field.labels), width)) for name, field in self.amounts.items()}
        self.peaks = Peaks(record.followed, width, record.focus.first_control)
        self.measured = measured
        self.windows = [Watch(one, self.peaks, record.metrics, measured, width) for one in record.windows]
        values = {trace.item: trace.value for trace in traced}
        self.traced = [values[item] for item in record.readings.others]
        self.next = 0  # of the days that are recorded
        self.last: list[Floats] = []
        self.kept: tuple[list[Floats], list[Floats]] = [], []
        world, number = record.world, len(replicates)
        sectors = [(g, s, "") for s, g in world.sectors.names]
        users = [(g, "users", c) for c, g in world.nodes.used]
        self.stops = Transitions(LINES_STOP, LINES_RUN, sectors, number)
        self.hoards = Transitions(HOARDING, RESTOCKED, users, number)

    def start(self) -> None:
        """Write the first row: levels at the start, flows of the base year."""
        base_year = {name: field.read(self.market, START) for name, field in self.amounts.items()}
        self.last = self._added()
        self._write(self.record.readings.added(base_year), self._standing(START), START.days)

    def before(self, tick: Tick) -> None:
        """Before a tick: keep what holds until its end, if a day within it is to be recorded."""
        for watch in self.windows:
            watch.begin(tick, self.running)
        if self._is_due(tick.end - 1):
            self.kept = self._added(), self._standing(tick)

    def after(self, tick: Tick) -> None:
        """After a tick: add up, follow, tell, and record the days it settled."""
        state = self.market.state
        for name, field in self.amounts.items():
            self.running[name] += field.read(self.market, tick)
        self.peaks.follow(state, tick)
        for watch in self.windows:
            watch.settle(tick, state, self.running)
        when = self.record.horizon.date(tick.end - 1)
        self.stops.follow(state.production < 1 - self.record.thresholds.stop_reported, when)
        self.hoards.follow(state.hoarding > self.record.thresholds.hoarding_reported, when)
        if self._is_due(tick.end):
            now = self._added(), self._standing(tick)
            while self._is_due(tick.end):
                self._note(tick, *now)

    def _is_due(self, day: int) -> bool:
        """Whether a day up to this one is still to be recorded."""
        return self.next < len(self.record.days) and self.record.days[self.next] <= day

    def _added(self) -> list[Floats]:
        return self.record.readings.added(self.running)

    def _standing(self, tick: Tick) -> list[Floats]:
        """Levels, then what instruments keep."""
        levels = self.record.readings.standing(self.record.fields.levels, self.market, tick)
        return [*levels, *(value()[None, :] for value in self.traced)]

    def _note(self, tick: Tick, added: list[Floats], standing: list[Floats]) -> None:
        """Record the next day: flows since the day before, spread evenly within the tick; levels that hold on it."""
        days = self.record.days
        day, before = days[self.next], days[self.next - 1] if self.next else 0
        if day < tick.end:
            share = (day - tick.start) / tick.days
            earlier, standing = self.kept
            added = [start + (end - start) * share for start, end in zip(earlier, added, strict=True)]
        self._write(added, standing, day - before)
        self.last, self.next = added, self.next + 1

    def _write(self, added: list[Floats], standing: list[Floats], days: float) -> None:
        """Append the rows of a day to the file."""
        if self.file is not None:
            for rows in (*self.record.readings.gains(self.last, added, days), *standing):
                self.file.write(np.ascontiguousarray(rows[:, : len(self.replicates)]).data)

    def block(
        self, draws: Floats, dated: Sequence[Event], transitions: Sequence[Transitions] = ()
    ) -> tuple[list[Item], Block]:
        """What the chunk gave, and the items of its metrics."""
        added = (pair for total in self.record.metrics for pair in total.values(self.running))
        found = [*added, *self.peaks.metrics(), *((m.item, m.now()) for m in self.measured)]
        found += [pair for watch in self.windows for pair in watch.values(self.running)]
        found.sort(key=lambda pair: pair[0].cells)
        n = len(self.replicates)
        values = np.array([np.broadcast_to(value, (self.width,))[:n] for _, value in found])
        events = Counter(dict.fromkeys(dated, n))
        for turn in (self.stops, self.hoards, *transitions):
            events += turn.reported
        return [item for item, _ in found], Block(self.replicates, values, draws[:, :n], events)
