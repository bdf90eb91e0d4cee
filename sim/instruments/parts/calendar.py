"""When a control is announced, in force and over, weighed by the days of the tick (docs/model.md, eq. 7.1 and 7.2)."""

from __future__ import annotations

from typing import final

import numpy as np

from sim.axes import Scalar
from sim.ensemble.clock import Tick


@final
class Calendar:
    """The dates of a control, as days since the start of the horizon.

    Parameters
    ----------
    announced : int
    start : int
        First day on which it is in force.
    end : float or (R,) array
        First day on which it is no longer; infinite where it stays.
    """

    def __init__(self, announced: int, start: int, end: Scalar) -> None:
        self.announced, self.start, self.end = announced, start, end

    def share(self, tick: Tick) -> Scalar:
        """Share of the days of the tick on which it is in force."""
        return self._days(tick.start, tick.end) / tick.days

    def ahead(self, tick: Tick, days: Scalar) -> Scalar:
        """Share of the days after the tick in which it will be in force, as far as it is announced."""
        if tick.end <= self.announced:
            return 0.0
        return self._days(tick.end, tick.end + days) / days

    def alarm(self, tick: Tick, hold: Scalar, fade: Scalar) -> Scalar:
        """How loud the announcement still is, mean over the days of the tick (eq. 7.2)."""
        loud: Scalar = 0.0
        for day in range(max(tick.start, self.announced), tick.end):
            loud = loud + np.exp(-np.maximum(day - self.announced - hold, 0) / fade) * (day < np.asarray(self.end))
        return loud / tick.days

    def over(self, tick: Tick) -> Scalar:
        """1 where it had ended before the tick began, else 0."""
        return np.asarray(self.end <= tick.start, np.float64) + 0.0

    def first_days(self, tick: Tick) -> range:
        """Days of the tick, from 0, on which things may be filed: all but those before the first day in force."""
        return range(min(max(0, self.start - tick.start), tick.days), tick.days)

    def since(self, tick: Tick) -> float:
        """Days in force at mid-tick; not negative."""
        return max(0.0, tick.middle - self.start)

    def _days(self, first: float, last: Scalar) -> Scalar:
        """Days in force of the days [first, last)."""
        return np.maximum(np.minimum(self.end, last) - max(self.start, first), 0)
