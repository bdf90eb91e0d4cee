"""The ticks of a horizon."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Tick:
    """The days from ``start`` to before ``end``, counted from the start of the horizon."""

    number: int
    start: int
    end: int

    @property
    def days(self) -> int:
        """Days of the tick (h)."""
        return self.end - self.start

    @property
    def middle(self) -> float:
        """Days since the start of the horizon at the middle of the tick."""
        return (self.start + self.end) / 2

    def covered(self, first: float, end: float) -> float:
        """Days of the tick that lie in [first, end)."""
        return max(0, min(self.end, end) - max(self.start, first))


@dataclass(frozen=True)
class Calendar:
    """Ticks of ``tick`` days; the last is shorter where they do not divide the horizon."""

    days: int
    tick: int

    def ticks(self) -> Iterator[Tick]:
        """The ticks of the horizon, numbered from 1."""
        for number, start in enumerate(range(0, self.days, self.tick), start=1):
            yield Tick(number, start, min(start + self.tick, self.days))
