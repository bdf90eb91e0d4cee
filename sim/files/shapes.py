"""Distributions whose numbers are known, by their distribution function and its inverse.

Only uniform numbers are ever drawn; the inverse turns them into values, a larger u never into a smaller one.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, final

import numpy as np

if TYPE_CHECKING:
    from sim.axes import Floats, Scalar

LEAST_MASS = 1e-6  # of a normal between its limits
Z90 = 1.2815515655446004  # nine tenths of the standard normal lie below it
QUANTILES = {0.5: 0.0, LEAST_MASS: -4.753424308822899, 1.0 - LEAST_MASS: 4.753424308817087}
"""Of the standard normal, those that checks ask for: a file is checked without scipy, which takes long to import."""


def ndtr(z: Scalar) -> Floats:
    """Give the share of the standard normal at or below z."""
    from scipy import special  # noqa: PLC0415

    share: Floats = special.ndtr(z)
    return share


def ndtri(u: Scalar) -> Floats:
    """Give the value below which a share u of the standard normal lies."""
    if np.size(u) <= len(QUANTILES) and all(one in QUANTILES for one in np.ravel(u)):
        return np.reshape([QUANTILES[one] for one in np.ravel(u)], np.shape(u))
    from scipy import special  # noqa: PLC0415

    value: Floats = special.ndtri(u)
    return value


class Shape(ABC):
    """A distribution whose numbers are known: floats, or one a replicate (R,)."""

    @property
    @abstractmethod
    def support(self) -> tuple[float, float]:
        """Give the least and the largest value there can be, over all replicates."""

    @property
    @abstractmethod
    def mean(self) -> Scalar:
        """The mean, one a replicate if its numbers are."""

    @abstractmethod
    def cdf(self, x: Scalar) -> Floats:
        """Give the share of the mass at or below x."""

    @abstractmethod
    def inverse(self, u: Floats) -> Floats:
        """Give the value below which a share u of the mass lies."""

    def within(self, x: float) -> Floats:
        """Give the share of the mass at or below x, as (R,) or (1,)."""
        return np.atleast_1d(self.cdf(x))


@final
@dataclass(frozen=True)
class Fixed(Shape):
    """One value and no other."""

    value: Scalar

    @property
    def support(self) -> tuple[float, float]:
        """The value itself."""
        return float(np.min(self.value)), float(np.max(self.value))

    @property
    def mean(self) -> Scalar:
        """The mean."""
        return self.value

    def cdf(self, x: Scalar) -> Floats:
        """Find nothing below the value, everything from it on."""
        return np.asarray(np.asarray(x) >= self.value, np.float64)

    def inverse(self, u: Floats) -> Floats:
        """Give the value, whatever u is."""
        return np.broadcast_to(self.value, np.broadcast_shapes(np.shape(u), np.shape(self.value))).copy()


@final
@dataclass(frozen=True)
class Lognormal(Shape):
    """The logarithm is normal; given by two quantiles of the quantity itself."""

    median: Scalar
    p90: Scalar

    @property
    def support(self) -> tuple[float, float]:
        """Above zero."""
        return 0.0, math.inf

    @property
    def sigma(self) -> Scalar:
        """Standard deviation of the logarithm."""
        return np.log(np.divide(self.p90, self.median)) / Z90

    @property
    def mean(self) -> Scalar:
        """The mean."""
        return self.median * np.exp(self.sigma**2 / 2)

    def cdf(self, x: Scalar) -> Floats:
        """Give the share of the mass at or below x."""
        with np.errstate(divide="ignore"):
            return np.asarray(ndtr(np.log(np.maximum(x, 0.0) / self.median) / self.sigma))

    def inverse(self, u: Floats) -> Floats:
        """Give the value below which a share u of the mass lies."""
        return np.asarray(self.median * np.exp(self.sigma * ndtri(u)))


@final
@dataclass(frozen=True)
class Triangular(Shape):
    """A straight climb from low to mode and a straight fall to high."""

    low: Scalar
    mode: Scalar
    high: Scalar

    @property
    def support(self) -> tuple[float, float]:
        """From low to high."""
        return float(np.min(self.low)), float(np.max(self.high))

    @property
    def mean(self) -> Scalar:
        """The mean."""
        return (self.low + self.mode + self.high) / 3

    def cdf(self, x: Scalar) -> Floats:
        """Give the share of the mass at or below x."""
        width, x = np.subtract(self.high, self.low), np.clip(x, self.low, self.high)
        with np.errstate(divide="ignore", invalid="ignore"):
            climb = (x - self.low) ** 2 / (width * np.subtract(self.mode, self.low))
            fall = 1.0 - (self.high - x) ** 2 / (width * np.subtract(self.high, self.mode))
        return np.where(x < self.mode, climb, np.where(x >= self.high, 1.0, fall))

    def inverse(self, u: Floats) -> Floats:
        """Give the value below which a share u of the mass lies."""
        width, before = np.subtract(self.high, self.low), np.subtract(self.mode, self.low)
        after = np.subtract(self.high, self.mode)
        climb, fall = self.low + np.sqrt(u * width * before), self.high - np.sqrt((1.0 - u) * width * after)
        return np.where(u * width < before, climb, fall)


@final
@dataclass(frozen=True)
class Uniform(Shape):
    """All between low and high alike."""

    low: Scalar
    high: Scalar

    @property
    def support(self) -> tuple[float, float]:
        """From low to high."""
        return float(np.min(self.low)), float(np.max(self.high))

    @property
    def mean(self) -> Scalar:
        """The mean."""
        return (self.low + self.high) / 2

    def cdf(self, x: Scalar) -> Floats:
        """Give the share of the mass at or below x."""
        return np.clip((x - self.low) / np.subtract(self.high, self.low), 0.0, 1.0)

    def inverse(self, u: Floats) -> Floats:
        """Give the value below which a share u of the mass lies."""
        return np.asarray(self.low + u * np.subtract(self.high, self.low))


@final
@dataclass(frozen=True)
class Normal(Shape):
    """The bell between two limits; its centre and standard deviation are those before it is cut."""

    centre: Scalar
    sd: Scalar
    low: Scalar = -math.inf
    high: Scalar = math.inf

    @property
    def support(self) -> tuple[float, float]:
        """From low to high."""
        return float(np.min(self.low)), float(np.max(self.high))

    @property
    def _limits(self) -> tuple[Scalar, Scalar]:
        """Shares of the whole bell below low and below high."""
        return ndtr((self.low - self.centre) / self.sd), ndtr((self.high - self.centre) / self.sd)

    @property
    def is_empty(self) -> bool:
        """Whether next to nothing of the whole bell lies between the limits; its numbers are floats."""
        low, high = (math.erf((limit - self.centre) / self.sd / math.sqrt(2)) for limit in (self.low, self.high))
        return (high - low) / 2 < LEAST_MASS

    @property
    def mass(self) -> Scalar:
        """Share of the whole bell between the limits."""
        below, upto = self._limits
        return upto - below

    @property
    def mean(self) -> Scalar:
        """The mean of what lies between the limits."""
        low, high = (_bell((limit - self.centre) / self.sd) for limit in (self.low, self.high))
        return self.centre + self.sd * (low - high) / self.mass

    def cdf(self, x: Scalar) -> Floats:
        """Give the share of the mass at or below x."""
        below, upto = self._limits
        return np.asarray(np.clip((ndtr((x - self.centre) / self.sd) - below) / (upto - below), 0.0, 1.0))

    def inverse(self, u: Floats) -> Floats:
        """Give the value below which a share u of the mass lies."""
        below, upto = self._limits
        value = self.centre + self.sd * ndtri(below + u * (upto - below))
        return np.asarray(np.clip(value, self.low, self.high))


@final
@dataclass(frozen=True)
class Discrete(Shape):
    """Some values, each with its probability."""

    values: tuple[float, ...]
    weights: tuple[float, ...]

    @property
    def support(self) -> tuple[float, float]:
        """From the least to the largest value."""
        return min(self.values), max(self.values)

    @property
    def _steps(self) -> tuple[Floats, Floats]:
        """The values in order, and the share of the mass at or below each."""
        order = np.argsort(self.values, kind="stable")
        reached = np.cumsum(np.asarray(self.weights)[order])
        return np.asarray(self.values)[order], reached / reached[-1]

    @property
    def mean(self) -> Scalar:
        """The mean."""
        return float(np.average(self.values, weights=self.weights))

    def cdf(self, x: Scalar) -> Floats:
        """Give the share of the mass at or below x."""
        values, reached = self._steps
        return np.concatenate([[0.0], reached])[np.searchsorted(values, x, side="right")]

    def inverse(self, u: Floats) -> Floats:
        """Give the least value at or below which a share u of the mass lies."""
        values, reached = self._steps
        return values[np.searchsorted(reached, u, side="left")]


def _bell(z: Scalar) -> Scalar:
    """Density of the standard normal."""
    return np.exp(-np.square(z) / 2) / math.sqrt(2 * math.pi)


def _cut_normal(mean: Scalar, sd: Scalar, low: Scalar = -math.inf, high: Scalar = math.inf) -> Normal:
    return Normal(mean, sd, low, high)


def _by_ratio(median: Scalar, ratio: Scalar) -> Lognormal:
    return Lognormal(median, median * ratio)


def _by_moments(mean: Scalar, sd: Scalar) -> Lognormal:
    """Mean and standard deviation are those of the quantity, not of its logarithm."""
    spread = np.log1p(np.divide(sd, mean) ** 2)
    median = mean / np.exp(spread / 2)
    return Lognormal(median, median * np.exp(Z90 * np.sqrt(spread)))


def _alike(values: tuple[float, ...]) -> Discrete:
    return Discrete(values, (1.0,) * len(values))


Producer: TypeAlias = Callable[..., Shape]
FORMS: dict[str, dict[tuple[str, ...], Producer]] = {  # a word, and the numbers that go with it
    "lognormal": {("median", "p90"): Lognormal, ("median", "ratio"): _by_ratio, ("mean", "sd"): _by_moments},
    "triangular": {("low", "mode", "high"): Triangular},
    "uniform": {("low", "high"): Uniform},
    "normal": {("mean", "sd", "low", "high"): _cut_normal},
    "discrete": {("values", "weights"): Discrete},
    "empirical": {("values",): _alike},
}
