"""Scores of a hindcast: what the replicates made of each target, and whether that lies within what was observed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.analysis.measures import quotient
from sim.analysis.targets import Reading, Target
from sim.axes import Floats
from sim.record.observer import Observation
from sim.results import statistics

LEVELS = (0.05, 0.5, 0.95)


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
    """

    target: Target
    values: Floats
    null: Floats

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

    def _holds(self, value: float) -> bool:
        return self.target.low <= value <= self.target.high


def values_of(target: Target, observation: Observation) -> Floats:
    """(R,): a target's number in each replicate, NaN where it has none."""
    top = _read(target.top, observation)
    return top if target.base is None else quotient(top, _read(target.base, observation))


def _read(reading: Reading, observation: Observation) -> Floats:
    series = observation.series.get(reading.item)
    if series is None:  # what an instrument keeps, in a world without it
        return np.full(1, np.nan)
    return reading.measure.of(series, reading.first, reading.last)
