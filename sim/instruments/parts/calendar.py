"""When a control is announced, in force and over, weighed by the days of the tick (docs/model.md, eq. 7.1 and 7.2)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import final

import numpy as np
from typing_extensions import override

from sim.axes import TINY, Floats, Scalar
from sim.ensemble.clock import Tick
from sim.instruments.notices import Regime


class Dates(ABC):
    """When a control is in force, and what is known of it."""

    @abstractmethod
    def share(self, tick: Tick) -> Scalar:
        """Share of the days of the tick on which it is in force."""

    @abstractmethod
    def ahead(self, tick: Tick, days: Scalar) -> Scalar:
        """Share of the days after the tick in which it will be in force, as far as people know."""

    @abstractmethod
    def announcement_effect(self, tick: Tick, hold: Scalar, fade: Scalar) -> Scalar:
        """How loud the announcement still is, mean over the days of the tick (eq. 7.2)."""

    @abstractmethod
    def over(self, tick: Tick) -> Scalar:
        """1 where it had ended before the tick began, else 0."""

    @abstractmethod
    def first_days(self, tick: Tick) -> range:
        """Days of the tick, from 0, on which things may be filed: all but those before the first day in force."""

    @abstractmethod
    def age(self, tick: Tick) -> Scalar:
        """Days in force at mid-tick; negative where it is not yet."""

    def since(self, tick: Tick) -> Scalar:
        """Days in force at mid-tick; not negative."""
        return np.maximum(self.age(tick), 0.0)


@final
class Calendar(Dates):
    """The dates of a control, as days since the start of the horizon.

    Parameters
    ----------
    announced : int
    start : int
        First day on which it is in force.
    end : float or (R,) array
        First day on which it is no longer; infinite where it stays.
    hazard : float or (R,) array, a day, optional
        How soon people expect an end that nobody knows; where it is left out, they know the end.
    """

    def __init__(self, announced: int, start: int, end: Scalar, hazard: Scalar | None = None) -> None:
        self.announced, self.start, self.end, self.hazard = announced, start, end, hazard

    def share(self, tick: Tick) -> Scalar:
        """Share of the days of the tick on which it is in force."""
        return self._days(tick.start, tick.days) / tick.days

    def ahead(self, tick: Tick, days: Scalar) -> Scalar:
        """Share of the days after the tick in which it will be in force, as far as it is announced."""
        if tick.end <= self.announced:
            return 0.0
        if self.hazard is None:
            return self._days(tick.end, days) / days
        left = np.maximum(days - max(self.start - tick.end, 0), 0) * (np.asarray(self.end) > tick.end)
        return _expected(left, self.hazard) / days

    def announcement_effect(self, tick: Tick, hold: Scalar, fade: Scalar) -> Scalar:
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

    def age(self, tick: Tick) -> float:
        """Days in force at mid-tick; negative where it is not yet."""
        return tick.middle - self.start

    def _days(self, first: int, days: Scalar) -> Scalar:
        """Days in force of some days from the first on; never more than these, whatever their rounding."""
        return np.maximum(np.minimum(self.end - first, days) - max(self.start - first, 0), 0)


def _expected(days: Scalar, hazard: Scalar) -> Scalar:
    """Of some days from its first on, those on which people expect a control whose end nobody knows (eq. 7.1)."""
    ends = np.asarray(hazard * days)  # how often, if it could
    return days * np.minimum(np.where(ends > 0, -np.expm1(-ends) / np.maximum(ends, TINY), 1.0), 1.0)


@final
class Following(Dates):
    """The dates of a control that follows a regime: in each replicate its own, and nobody knows the next (eq. 7.16).

    Parameters
    ----------
    regimes : mapping of str to Regime
        Those of the chunk; looked up in a tick, when all are bound. One that never acts is not among them.
    name : str
        Of the regime that it follows.
    """

    def __init__(self, regimes: Mapping[str, Regime], name: str) -> None:
        self.regimes, self.name = regimes, name

    @override
    def share(self, tick: Tick) -> Scalar:
        """1 where it is in force, else 0: regimes turn at the start of a tick."""
        return self.regimes[self.name].in_force() if self.name in self.regimes else 0.0

    @override
    def ahead(self, tick: Tick, days: Scalar) -> Scalar:
        """People expect it to stay as it is."""
        return self.share(tick)

    def announcement_effect(self, tick: Tick, hold: Scalar, fade: Scalar) -> Scalar:
        """How loud its coming still is, mean over the days of the tick (eq. 7.2)."""
        loud: Scalar = 0.0
        for day in range(tick.start, tick.end):
            loud = loud + np.exp(-np.maximum(day - self._began() - hold, 0) / fade)
        return self.share(tick) * loud / tick.days

    def over(self, tick: Tick) -> Scalar:
        """1 where it is not in force, else 0."""
        return 1 - self.share(tick)

    def first_days(self, tick: Tick) -> range:
        """All of them."""
        return range(tick.days)

    def age(self, tick: Tick) -> Scalar:
        """Days in force at mid-tick, this time; negative where it is not."""
        return tick.middle - self._began()

    def _began(self) -> Scalar:
        """(R,), days since the start: when it came into force this time; infinite where it is not."""
        if self.name not in self.regimes:
            return float("inf")
        regime = self.regimes[self.name]
        began: Floats = np.where(regime.in_force() > 0, regime.since(), np.inf)
        return began
