"""Scores of a hindcast: what the replicates made of each target, and whether that lies within what was observed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sim.analysis.measures import quotient
from sim.analysis.targets import Reading, Target
from sim.axes import Floats
from sim.record.observer import Observation
from sim.results import statistics

LEVELS = (0.05, 0.5, 0.95)
WIDEST = 3.0  # of a band, 95 % over 5 %, that says anything
LEAST_WIDTH = 0.05  # of what was observed, by which scores are divided, as a share of its size


@dataclass(frozen=True)
class Score:
    """A target, and what the replicates made of it.

    Parameters
    ----------
    target : Target
    values : (R,) array
        Its number in each replicate; NaN where a replicate has none.
    null : (R,) array
        The same where nothing happens; NaN where its series needs an instrument.
    carried : (R,) array
        The same if series stayed as they were on the first day.
    """

    target: Target
    values: Floats
    null: Floats
    carried: Floats

    @property
    def quantiles(self) -> tuple[float, float, float]:
        """5, 50 and 95 % of the replicates lie below."""
        low, middle, high = statistics.quantiles(self.values, LEVELS).tolist()
        return low, middle, high

    @property
    def inside(self) -> bool:
        """Whether the median lies between what was observed."""
        return self._holds(self.quantiles[1])

    @property
    def null_median(self) -> float:
        """Median where nothing happens."""
        return float(statistics.quantiles(self.null, (0.5,))[0])

    @property
    def null_inside(self) -> bool:
        """Whether that lies between what was observed."""
        return self._holds(self.null_median)

    @property
    def says(self) -> bool:
        """Whether the band is narrow enough to say anything: 95 % at most three times 5 %."""
        low, _, high = self.quantiles
        return low == high or (low > 0 and high <= WIDEST * low)

    @cached_property
    def scores(self) -> tuple[float, float, float]:
        """Of the scenario, of nothing happening, and of the last value carried forward, over the observed half-width.

        The score of a distribution is its continuous ranked probability score, averaged over all that was observed; a
        number that never comes counts as the days that were looked at. Smaller is better; NaN where there is no number.
        """
        target = self.target
        most = float(target.top.last + 1 - target.top.first) if target.unit == "days" else np.inf
        low, high = min(target.low, most), min(target.high, most)
        width = max((high - low) / 2, LEAST_WIDTH * (high + low) / 2)
        found = (crps(np.minimum(values, most), low, high) for values in (self.values, self.null, self.carried))
        own, null, carried = (score / width if width else np.nan for score in found)
        return own, null, carried

    def _holds(self, value: float) -> bool:
        return self.target.low <= value <= self.target.high


def crps(values: Floats, low: float, high: float) -> float:
    """Continuous ranked probability score of replicates, mean over an observation anywhere between two numbers.

    Source: Gneiting and Raftery 2007, Journal of the American Statistical Association 102, 359-378.

    Examples
    --------
    A single number a unit above what was observed; two numbers on both sides of it, of which half the spread is
    forgiven:

    >>> crps(np.array([3.0]), 2.0, 2.0), crps(np.array([1.0, 3.0]), 2.0, 2.0)
    (1.0, 0.5)
    """
    x = np.sort(values[np.isfinite(values)])
    if not len(x) or not np.isfinite(low + high):
        return float("nan")
    outside = np.abs(x - (low + high) / 2)
    far = (
        outside
        if high == low
        else np.where((x > low) & (x < high), ((x - low) ** 2 + (high - x) ** 2) / (2 * (high - low)), outside)
    )
    ranks = 2 * np.arange(1, len(x) + 1) - len(x) - 1
    return float(far.mean() - (ranks * x).sum() / len(x) ** 2)


def carried_of(target: Target, observation: Observation) -> Floats:
    """(R,): a target's number if its series stayed as they were on the first day; NaN where there are none."""
    top = _frozen(target.top, observation)
    return top if target.base is None else quotient(top, _frozen(target.base, observation))


def _frozen(reading: Reading, observation: Observation) -> Floats:
    series = observation.series.get(reading.item)
    if series is None:
        return np.full(1, np.nan)
    return reading.measure.of_constant(series.daily(0, 0)[0], reading.last + 1 - reading.first)


def values_of(target: Target, observation: Observation) -> Floats:
    """(R,): a target's number in each replicate, NaN where it has none."""
    top = _read(target.top, observation)
    return top if target.base is None else quotient(top, _read(target.base, observation))


def _read(reading: Reading, observation: Observation) -> Floats:
    series = observation.series.get(reading.item)
    if series is None:  # what an instrument keeps, in a world without it
        return np.full(1, np.nan)
    return reading.measure.of(series, reading.first, reading.last)
