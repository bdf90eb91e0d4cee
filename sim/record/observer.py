"""Observes a few series of a chunk, so exactly that their value on any day can be reported afterwards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import final

import numpy as np

from sim.axes import Floats, Ints, Sum, ratio
from sim.definitions.items import Event, Item
from sim.definitions.variables import VARIABLES
from sim.ensemble.clock import Horizon, Tick
from sim.ensemble.gauges import Traced
from sim.market.tick import Market
from sim.record.fields import Field, Fields, parts_of
from sim.record.selection import rows_of
from sim.record.watcher import START, Watcher


@dataclass(frozen=True)
class Series:
    """One series in all replicates, at the edges of ticks.

    Parameters
    ----------
    item : Item
        What it is about.
    edges : (T + 1,) array, days
        The start of the horizon, then the end of each tick.
    tracks : tuple of (T + 1, R) arrays
        A level, as it stands; of a flow, what has added up since the start; of a ratio, what has added up of what is
        divided and of what divides.
    """

    item: Item
    edges: Ints
    tracks: tuple[Floats, ...]

    def daily(self, first: int, last: int) -> Floats:
        """(days, R): its value on each day from the first to the last, both counted from the start of the horizon.

        Levels are those at the end of the day, and hold from tick to tick; flows are spread evenly within a tick.
        """
        ends = np.arange(first + 1, last + 2)
        if VARIABLES[self.item.name].kind == "level":
            return self.tracks[0][np.searchsorted(self.edges, ends, side="right") - 1]
        gained = [self._added(track, ends) - self._added(track, ends - 1) for track in self.tracks]
        return gained[0] if len(gained) == 1 else ratio(gained[0], gained[1])

    def mean(self, first: int, last: int) -> Floats:
        """(R,): mean over the days that have a value; of a ratio, all that is divided over all that divides."""
        if VARIABLES[self.item.name].kind == "level":
            values = self.daily(first, last)
            has_value = ~np.isnan(values)
            return ratio(np.where(has_value, values, 0).sum(axis=0), has_value.sum(axis=0, dtype=np.float64))
        begin, end = np.array([first]), np.array([last + 1])
        gained = [(self._added(track, end) - self._added(track, begin))[0] for track in self.tracks]
        return gained[0] / (last + 1 - first) if len(gained) == 1 else ratio(gained[0], gained[1])

    def _added(self, track: Floats, days: Ints) -> Floats:
        """(days, R): what has added up by the beginning of some days."""
        tick = np.minimum(np.searchsorted(self.edges, days, side="right"), len(self.edges) - 1) - 1
        share = (days - self.edges[tick]) / (self.edges[tick + 1] - self.edges[tick])
        return track[tick] + (track[tick + 1] - track[tick]) * share[:, None]


@dataclass(frozen=True)
class Observation:
    """What was observed of an ensemble.

    Parameters
    ----------
    horizon : Horizon
    series : mapping of Item to Series
    events : sequence of Event
        What happened on its date in every replicate.
    """

    horizon: Horizon
    series: Mapping[Item, Series]
    events: Sequence[Event]


@final
class Observer(Watcher):
    """Keeps some series of one chunk.

    Parameters
    ----------
    items : sequence of Item
        The series; a set in a key is joined by ``+``, empty is all.
    fields : Fields
    market : Market
    traced : sequence of Traced
        Series that instruments keep.
    ticks : int
        How many there will be.
    """

    def __init__(
        self,
        items: Sequence[Item],
        fields: Fields,
        market: Market,
        traced: Sequence[Traced],
        ticks: int,
    ) -> None:
        self.market = market
        self.tracks = [(item, part) for item in items for part in parts_of(item)]
        self.values = np.zeros((len(self.tracks), 1 + ticks, market.state.price.shape[1]))  # (V, T + 1, R)
        self.amounts, self.levels = list(self._read_off(fields.amounts)), list(self._read_off(fields.levels))
        values = {trace.item: trace.value for trace in traced}
        self.kept = [(row, values[item]) for row, (item, _) in enumerate(self.tracks) if item in values]

    def _read_off(self, fields: Mapping[str, Field]) -> Iterator[tuple[Ints, Field, Sum]]:
        """Rows of tracks, the field they are read off, and the sums of its rows that make them."""
        for name, field in fields.items():
            rows = np.array([row for row, (_, part) in enumerate(self.tracks) if part == name], np.intp)
            if rows.size:
                yield rows, field, rows_of([self.tracks[row][0] for row in rows], field.labels, field.weights)

    def start(self) -> None:
        """Take down the levels at the start."""
        self._levels(START, 0)

    def after(self, tick: Tick) -> None:
        """Add up the amounts of a tick, and take down the levels at its end."""
        column = tick.index + 1
        for rows, field, sums in self.amounts:
            self.values[rows, column] = self.values[rows, column - 1] + sums(field.read(self.market, tick))
        self._levels(tick, column)

    def _levels(self, tick: Tick, column: int) -> None:
        for rows, field, sums in self.levels:
            self.values[rows, column] = sums(field.read(self.market, tick))
        for row, value in self.kept:
            self.values[row, column] = value()


def joined(items: Sequence[Item], horizon: Horizon, chunks: Sequence[Floats]) -> dict[Item, Series]:
    """Series of all replicates from what the chunks' observers kept, (V, T + 1, R) each."""
    values = iter(np.concatenate(chunks, axis=-1))
    edges = np.array([0, *(tick.end for tick in horizon.ticks())])
    return {item: Series(item, edges, tuple(next(values) for _ in parts_of(item))) for item in items}
