"""Metrics of a part of the horizon: what sums gained in it, how levels stand at its end, how high prices went."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import final

import numpy as np

from sim.axes import Floats, ratio
from sim.definitions.items import Item
from sim.definitions.metrics import METRICS
from sim.ensemble.clock import Tick
from sim.ensemble.gauges import Measured
from sim.market.state import State
from sim.record.peaks import Peaks
from sim.record.totals import Total

Sums = dict[str, Floats]


@final
@dataclass(frozen=True)
class Window:
    """A part of the horizon with a name; days since the start, the last one not in it."""

    name: str
    first: int
    stop: int


@dataclass
class _Reading:
    """What had added up at an end of a window: fields, and what instruments keep (with what that is divided by)."""

    sums: Sums
    kept: list[Floats]
    per: list[Floats]

    def between(self, later: _Reading, share: float, levels: Sequence[bool]) -> _Reading:
        """What had added up at a share of the time from here to a later reading; levels hold until then."""
        kept = zip(self.kept, later.kept, levels, strict=True)
        return _Reading(
            {name: _at(value, later.sums[name], share) for name, value in self.sums.items()},
            [before if is_level else _at(before, after, share) for before, after, is_level in kept],
            [_at(*pair, share) for pair in zip(self.per, later.per, strict=True)],
        )


def _at(start: Floats, end: Floats, share: float) -> Floats:
    return start + (end - start) * share


@final
class Watch:
    """Follows one window in a chunk of replicates.

    Parameters
    ----------
    window : Window
    whole : Peaks
        Prices of the whole horizon, which know what is usual.
    metrics : sequence of Total
        Metrics that add up over the horizon.
    measured : sequence of Measured
        What instruments and projects keep.
    width : int
        Columns of the state.
    """

    def __init__(
        self, window: Window, whole: Peaks, metrics: Sequence[Total], measured: Sequence[Measured], width: int
    ) -> None:
        self.window, self.metrics, self.width = window, metrics, width
        self.measured = [one for one in measured if METRICS[one.item.name].over is not None]
        self.levels = [METRICS[one.item.name].over == "end" for one in self.measured]
        self.peaks = Peaks(whole.followed, width, window.first, whole)
        self.start = None if window.first else _Reading({}, [], [])  # on the first day nothing has added up
        self.before: _Reading | None = None  # at the beginning of a tick in which the window begins or ends
        self.end: _Reading | None = None

    def begin(self, tick: Tick, running: Sums) -> None:
        """Before a tick: keep what has added up, if the window begins or ends in it."""
        window = self.window
        if any(tick.start <= day < tick.end for day in (window.first, window.stop)):
            self.before = self._reading(running)

    def settle(self, tick: Tick, state: State, running: Sums) -> None:
        """After a tick: follow prices, and read the ends of the window; within a tick things go on evenly."""
        window, after = self.window, None
        if tick.start < window.stop:
            self.peaks.follow(state, tick)
        if self.before is not None:
            after = self._reading(running)
            if tick.start <= window.first < tick.end and self.start is None:
                self.start = self.before.between(after, (window.first - tick.start) / tick.days, self.levels)
            if tick.start <= window.stop < tick.end:
                self.end = self.before.between(after, (window.stop - tick.start) / tick.days, self.levels)
            self.before = None

    def _reading(self, running: Sums) -> _Reading:
        values, per = [], []
        for one in self.measured:
            values.append(self._wide(one.value()))
            per.append(self._wide(one.per()) if one.per else np.zeros(self.width))
        return _Reading({name: value.copy() for name, value in running.items()}, values, per)

    def _wide(self, value: Floats) -> Floats:
        return np.broadcast_to(value, (self.width,)).astype(np.float64)

    def values(self, running: Sums) -> Iterator[tuple[Item, Floats]]:
        """Each metric of the window, (R,)."""
        start, end = self.start, self.end or self._reading(running)
        assert start is not None, "a window begins within the horizon"
        gained: Mapping[str, Floats] = {name: value - start.sums.get(name, 0.0) for name, value in end.sums.items()}
        found = [*(pair for total in self.metrics for pair in total.values(gained)), *self.peaks.metrics()]
        for i, one in enumerate(self.measured):
            gain, per = (
                after[i] - (before[i] if before else 0.0)
                for before, after in ((start.kept, end.kept), (start.per, end.per))
            )
            found.append((one.item, end.kept[i] if self.levels[i] else ratio(gain, per) if one.per else gain))
        yield from ((replace(item, window=self.window.name), value) for item, value in found)
