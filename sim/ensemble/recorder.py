"""Records a chunk of worlds: running sums, peaks, series on their days, events; memory does not grow with the ticks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import final

import numpy as np

from sim.axes import TINY, Bools, Floats, Sum, ratio
from sim.ensemble.clock import Horizon, Tick
from sim.ensemble.fields import VARIABLES, Field
from sim.ensemble.items import Block, Event, Item
from sim.ensemble.metrics import Measured, Metric, declare
from sim.ensemble.peaks import Peaks
from sim.ensemble.selection import ALL, Focus, rows_of
from sim.ensemble.state import State
from sim.units import DAYS_A_WEEK
from sim.world.build import World

LOST = declare(
    Metric("value_added_lost", "USD", ("region", "sector", "commodity"), "lower",
           "value added lost against the baseline; with a commodity, for want of it", headline=True)
)  # fmt: skip
STOPS = declare(
    Metric("line_stop_weeks", "weeks", ("region", "sector"), "lower",
           "weeks of full stops of all lines; sets weigh sectors by value added", headline=True)
)  # fmt: skip
UNMET = declare(
    Metric("unmet_demand", "t", ("commodity", "region"), "lower", "baseline need less use; what is saved counts")
)
EXPORTS = declare(
    Metric("exports", "t", ("commodity", "region", "partner"), "neither", "goods that left, without what leaks", True)
)
ALLIED_OUTPUT = declare(Metric("allied_output", "t", ("commodity", "region"), "higher", "output of allied regions"))
ALLIED_SHARE = declare(
    Metric(
        "allied_share", "1", ("commodity", "region"), "higher", "share of allied regions in the world's output", True
    )
)

STOPPED = 0.002  # share of value added standing still from which a stop is told
HOARDED = 1.1  # factor on target cover from which hoarding is told


@dataclass(frozen=True)
class Record:
    """What is to be recorded."""

    focus: Focus
    horizon: Horizon
    series: Sequence[Item]
    totals: Sequence[Item]  # items of variables whose sums over the horizon are metrics
    days: Sequence[int]  # days since the start at whose beginning series are read; ascending


@dataclass(frozen=True)
class Traced:
    """A series that an instrument keeps: what it is about, and its value in each world as it stands, (R,)."""

    item: Item
    value: Callable[[], Floats]


@final
class Recorder:
    """Watches one chunk: `start` once, then `before` and `after` each tick, `block` at the end.

    Parameters
    ----------
    world : World
    record : Record
    amounts, levels : mappings of str to Field
        What can be read off the state.
    traced : sequence of Traced
        Series that instruments keep.
    replicates : range
        Numbers of the worlds.
    width : int
        Columns of the state; at least as many as there are worlds.
    """

    def __init__(
        self,
        world: World,
        record: Record,
        amounts: Mapping[str, Field],
        levels: Mapping[str, Field],
        traced: Sequence[Traced],
        replicates: range,
        width: int,
    ) -> None:
        self.world, self.record, self.amounts, self.levels = world, record, amounts, levels
        self.replicates, self.width = replicates, width
        self.totals = {name: np.zeros((len(field.labels), width)) for name, field in amounts.items()}
        weights = levels["price_spot"].weights
        assert weights is not None
        self.peaks = Peaks(world, record.focus, weights, width)
        self.readers = [*self._readers(), *self._tracers(traced)]
        self.values = np.zeros((len(record.series), 1 + len(record.days), width))
        self.kept: dict[_Reader, tuple[Floats, ...]] = {}
        self.last: dict[_Reader, tuple[Floats, ...]] = {}
        self.next, self.told = 0, Counter[Event]()
        self.stopped = np.zeros((len(world.sectors), width), bool)
        self.hoarding = np.zeros((world.to_destination.shape[0], width), bool)

    def _readers(self) -> Iterator[_Reader]:
        """One reader for each variable that has items."""
        for name, variable in VARIABLES.items():
            rows = [i for i, item in enumerate(self.record.series) if item.name == name]
            items = [self.record.series[i] for i in rows]
            if not rows or name == "licence_approval":
                continue
            if variable.kind == "level":
                field = self.levels[name]
                yield _Reader(rows, variable.kind, [(name, rows_of(items, field.labels, field.weights))])
            elif variable.kind == "ratio":
                parts = [(part, rows_of(items, self.amounts[part].labels)) for part in ("paid", "bought")]
                yield _Reader(rows, variable.kind, parts)
            else:
                yield from self._flow_readers(name, rows, items)

    def _flow_readers(self, name: str, rows: Sequence[int], items: Sequence[Item]) -> Iterator[_Reader]:
        """Losses by the commodity that stopped the line have a field of their own."""
        by_input = [name == "value_added_lost" and item.commodity != "" for item in items]
        for field, flag in ((name, False), ("lost_by_input", True)):
            kept = [(row, item) for row, item, f in zip(rows, items, by_input, strict=True) if f == flag]
            if kept:
                sums = rows_of([item for _, item in kept], self.amounts[field].labels)
                yield _Reader([row for row, _ in kept], "flow", [(field, sums)])

    def _tracers(self, traced: Sequence[Traced]) -> Iterator[_Reader]:
        rows = {item: i for i, item in enumerate(self.record.series)}
        for trace in traced:
            if trace.item in rows:
                yield _Reader([rows[trace.item]], "level", (), trace.value)

    def start(self, state: State) -> None:
        """Read the first row: levels at the start, flows of the base year."""
        day = Tick(0, 0, 1, 1)
        flows = {name: field.read(state, day) for name, field in self.amounts.items()}
        for reader in self.readers:
            self.last[reader] = reader.now(self, state, day)
            first = (
                self.last[reader] if reader.kind == "level" else tuple(part(flows[name]) for name, part in reader.parts)
            )
            self.values[reader.rows, 0] = reader.value(tuple(np.zeros_like(x) for x in first), first, 1)

    def before(self, state: State, tick: Tick) -> None:
        """Before a tick: keep what holds until its end, if a day within it is to be recorded."""
        days = self.record.days
        if self.next < len(days) and days[self.next] < tick.end:
            self.kept = {reader: reader.now(self, state, tick) for reader in self.readers}

    def after(self, state: State, tick: Tick) -> None:
        """After a tick: add up, follow, tell, and record the days it settled."""
        for name, field in self.amounts.items():
            self.totals[name] += field.read(state, tick)
        self.peaks.follow(state, tick)
        self._tell(state, tick)
        days = self.record.days
        if self.next < len(days) and days[self.next] <= tick.end:
            now = {reader: reader.now(self, state, tick) for reader in self.readers}
            while self.next < len(days) and days[self.next] <= tick.end:
                self._note(days[self.next], tick, now)
                self.next += 1

    def _note(self, day: int, tick: Tick, now: Mapping[_Reader, tuple[Floats, ...]]) -> None:
        """Record one day: flows since the day before, spread evenly within the tick; levels that hold on it."""
        share = (day - tick.start) / tick.days
        since = day - (self.record.days[self.next - 1] if self.next else 0)
        for reader in self.readers:
            end = now[reader] if share == 1 else reader.within(self.kept[reader], now[reader], share)
            self.values[reader.rows, self.next + 1] = reader.value(self.last[reader], end, since)
            self.last[reader] = end

    def _tell(self, state: State, tick: Tick) -> None:
        """Count the worlds in which lines stop or come back, and hoarding begins or ends."""
        when = self.record.horizon.date(tick.end - 1)
        sectors = [(g, s, "") for s, g in self.world.sectors]
        users = [(g, "users", c) for c, g in self.world.nodes[self.world.destinations]]
        stopped, hoarding = 1 - state.production > STOPPED, state.hoarding > HOARDED
        self._count("lines stop", stopped & ~self.stopped, sectors, when)
        self._count("lines run again", self.stopped & ~stopped, sectors, when)
        self._count("hoarding begins", hoarding & ~self.hoarding, users, when)
        self._count("restocking ends", self.hoarding & ~hoarding, users, when)
        self.stopped, self.hoarding = stopped, hoarding

    def _count(self, event: str, turned: Bools, about: Sequence[tuple[str, str, str]], when: date) -> None:
        if not turned.any():
            return
        counts = turned[:, : len(self.replicates)].sum(axis=1)
        for row in np.flatnonzero(counts).tolist():
            region, subject, commodity = about[row]
            self.told[Event(when, event, subject, region, commodity)] += int(counts[row])

    def block(self, measured: Sequence[Measured], draws: Floats, dated: Sequence[Event]) -> tuple[list[Item], Block]:
        """What the chunk gave, and the items of its metrics."""
        found = [*self._totals(), *self.peaks.metrics(), *((m.item, m.value()) for m in measured)]
        found.sort(key=lambda pair: pair[0].cells)
        n = len(self.replicates)
        values = np.array([np.broadcast_to(value, (self.width,)) for _, value in found])[:, :n]
        events = self.told + Counter(dict.fromkeys(dated, n))
        return [item for item, _ in found], Block(self.replicates, values, self.values[:, :, :n], draws[:, :n], events)

    def _totals(self) -> Iterator[tuple[Item, Floats]]:
        """Metrics that are sums over the horizon."""
        focus, world = self.record.focus, self.world
        yield from self._sums(LOST, "value_added_lost", "value_added_lost", lambda item: item.commodity == "")
        yield from self._sums(LOST, "lost_by_input", "value_added_lost", lambda item: item.commodity != "")
        yield from self._stop_weeks()
        yield from self._sums(UNMET, "unmet_demand", "unmet_demand")
        yield from self._sums(EXPORTS, "exports", "exports")
        allied = "+".join(world.allied)
        for commodity in focus.covered:
            items = [Item("", commodity, g) for g in world.allied] + [
                Item("", commodity, allied),
                Item("", commodity, ALL),
            ]
            made = rows_of(items, self.amounts["output"].labels)(self.totals["output"])
            for region, output in zip((*world.allied, ALL), made[:-1], strict=True):
                keys = {"commodity": commodity, "region": region}
                yield ALLIED_OUTPUT.item(**keys), output
                yield ALLIED_SHARE.item(**keys), output / np.maximum(made[-1], TINY)

    def _sums(
        self, metric: Metric, field: str, variable: str, keep: Callable[[Item], bool] = lambda item: True
    ) -> Iterator[tuple[Item, Floats]]:
        """A metric that adds up a field, for the items that its variable is kept for."""
        labels = self.amounts[field].labels
        items = [i for i in self.record.totals if i.name == variable and keep(i)]
        values = rows_of(items, labels)(self.totals[field])
        for item, value in zip(items, values, strict=True):
            keys = {key: getattr(item, key) for key in metric.by}
            yield metric.item(**keys), value

    def _stop_weeks(self) -> Iterator[tuple[Item, Floats]]:
        labels = self.amounts["stops"].labels
        items = [i for i in self.record.totals if i.name == "value_added_lost" and not i.commodity]
        values = rows_of(items, labels, self.world.sector_value_added[:, 0])(self.totals["stops"])
        for item, value in zip(items, values, strict=True):
            yield STOPS.item(region=item.region, sector=item.sector), value / DAYS_A_WEEK


@final
class _Reader:
    """Reads one variable for its items: rows of the series, and the sums that make them."""

    def __init__(
        self,
        rows: Sequence[int],
        kind: str,
        parts: Sequence[tuple[str, Sum]],
        trace: Callable[[], Floats] | None = None,
    ) -> None:
        self.rows, self.kind, self.parts, self.trace = np.array(rows, np.intp), kind, tuple(parts), trace

    def now(self, recorder: Recorder, state: State, tick: Tick) -> tuple[Floats, ...]:
        """The running sums, or the levels, as they stand."""
        if self.trace is not None:
            return (self.trace()[None, :],)
        if self.kind == "level":
            return tuple(part(recorder.levels[name].read(state, tick)) for name, part in self.parts)
        return tuple(part(recorder.totals[name]) for name, part in self.parts)

    def within(self, start: tuple[Floats, ...], end: tuple[Floats, ...], share: float) -> tuple[Floats, ...]:
        """Running sums part of the way through a tick; levels hold until its end."""
        if self.kind == "level":
            return start
        return tuple(a + (b - a) * share for a, b in zip(start, end, strict=True))

    def value(self, start: tuple[Floats, ...], end: tuple[Floats, ...], days: float) -> Floats:
        """What is recorded for the days between two readings."""
        if self.kind == "level":
            return end[0]
        gained = [b - a for a, b in zip(start, end, strict=True)]
        if self.kind == "ratio":
            return ratio(gained[0], gained[1])
        return gained[0] / days
