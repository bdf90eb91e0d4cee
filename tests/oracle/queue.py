"""What waits at the border until it is ready (docs/model.md, eqs 7.4 and 7.11)."""

from __future__ import annotations

import itertools
import math
from functools import cache


class Readiness:
    """Which shares of what comes in get ready in the ticks that follow.

    ``ready_by[d - 1]`` is the share that is ready on the d-th day or before. What comes in during a tick is spread
    evenly over its days, so the shares that get ready in each later tick are fixed numbers.
    """

    def __init__(self, ready_by: list[float], tick: int) -> None:
        self.tick = tick
        self.ticks = math.ceil(len(ready_by) / tick)
        self.sums = [0.0, *itertools.accumulate([0.0, *ready_by])]  # sums[n] = G(0) + … + G(n − 1)
        self.shares = cache(self._shares)

    def _shares(self, first: int, end: int) -> list[float]:
        """Shares of what comes in on the days [first, end) of a tick; what is ready at once counts in the next."""
        ready = [self._ready(first, end, number * self.tick) for number in range(2, self.ticks + 2)]
        return [now - before for before, now in itertools.pairwise([0.0, *ready])]

    def _ready(self, first: int, end: int, day: int) -> float:
        """Share of what comes in on the days [first, end) that is ready before ``day``."""
        return (self._sum(day - first) - self._sum(day - end)) / (end - first)

    def _sum(self, n: int) -> float:
        known = min(n, len(self.sums) - 1)
        return self.sums[known] + n - known


class Queue:
    """Tonnes on an arc, by the tick in which they get ready, the next one first."""

    def __init__(self, readiness: Readiness) -> None:
        self.readiness = readiness
        self.due = [0.0] * readiness.ticks

    def put(self, tonnes: float, first: int, end: int) -> None:
        """What comes in on the days [first, end) of a tick."""
        shares = self.readiness.shares(first, end)
        self.due = [due + tonnes * share for due, share in zip(self.due, shares, strict=True)]

    def take(self, days: int) -> float:
        """Take out what gets ready in a tick; one that is cut short takes its part, and the rest stays."""
        due = self.due.pop(0)
        self.due.append(0.0)
        taken = due * (days / self.readiness.tick)
        self.due[0] += due - taken
        return taken

    def take_all(self) -> float:
        """Take out all that waits."""
        everything = self.waiting()
        self.due = [0.0] * len(self.due)
        return everything

    def waiting(self) -> float:
        """Tonnes that wait."""
        return sum(self.due)
