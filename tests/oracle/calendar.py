"""The ticks of a horizon."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


class Tick:
    """The days from ``start`` to before ``end``, counted from the start of the horizon."""

    def __init__(self, start: int, end: int) -> None:
        self.start, self.end = start, end
        self.days = end - start  # h
        self.middle = (start + end) / 2

    def covered(self, first: float, end: float) -> float:
        """Days of the tick that lie in [first, end)."""
        return max(0, min(self.end, end) - max(self.start, first))

    def reaches(self, every: float) -> bool:
        """Whether a day comes up on which something is done that is done every so many days."""
        return self.start // every < self.end // every


@dataclass(frozen=True)
class Calendar:
    """Ticks of ``tick`` days; the last is shorter where they do not divide the horizon."""

    days: int
    tick: int

    def ticks(self) -> Iterator[Tick]:
        """The ticks of the horizon, in order."""
        for start in range(0, self.days, self.tick):
            yield Tick(start, min(start + self.tick, self.days))
