"""Goods that wait at the border (docs/model.md, eqs 7.4 and 7.11)."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator

from tests.oracle.base import Arc
from tests.oracle.calendar import Calendar, Tick


class Queue:
    """Tonnes on arcs that get ready some days after they came in (eqs 7.4, 7.11).

    ``ready_by[d - 1]`` is the share that is ready on the d-th day or before. What comes in during a tick is
    spread evenly over its days, so the shares that get ready in each later tick are fixed numbers; a last tick
    that is cut short takes its part of them.
    """

    def __init__(self, ready_by: list[float], calendar: Calendar) -> None:
        self.calendar = calendar
        self.sums = [0.0, *itertools.accumulate([0.0, *ready_by])]  # sums[n] = G(0) + … + G(n − 1)
        self.due: dict[Arc, dict[int, float]] = defaultdict(lambda: defaultdict(float))

    def put(self, tonnes: dict[Arc, float], first: int, end: int, tick: Tick) -> None:
        """What came in on the days [first, end) of a tick, by arc."""
        for number, share in self._shares(first, end, tick.number):
            for arc, came in tonnes.items():
                self.due[arc][number] += came * share

    def _shares(self, first: int, end: int, number: int) -> Iterator[tuple[int, float]]:
        """(number of a later tick, share that gets ready in it); what is ready at once counts in the next."""
        before, day = 0.0, end
        while day - end < len(self.sums) - 2:
            number += 1
            day = number * self.calendar.tick
            ready = self._ready(first, end, day)
            yield number, ready - before
            before = ready

    def _ready(self, first: int, end: int, day: int) -> float:
        """Share of what came in on the days [first, end) that is ready before ``day``."""
        return (self._sum(day - first) - self._sum(day - end)) / (end - first)

    def _sum(self, n: int) -> float:
        known = min(n, len(self.sums) - 1)
        return self.sums[known] + n - known

    def take(self, arc: Arc, tick: Tick) -> float:
        """Take out what gets ready in a tick."""
        due = self.due[arc].pop(tick.number, 0.0)
        taken = due * tick.days / self.calendar.tick
        self.due[arc][tick.number] = due - taken
        return taken

    def take_all(self, arc: Arc) -> float:
        """Take out all that waits."""
        return sum(self.due.pop(arc, {}).values())

    def waiting(self, arc: Arc) -> float:
        """Tonnes that wait."""
        return sum(self.due[arc].values())
