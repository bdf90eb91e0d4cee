"""The forms that equations share: smoothing, release, how a use answers to its cost (docs/model.md, section 0)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import final

import numpy as np

from sim.axes import Floats, Scalar, at_least, at_most
from sim.ensemble.parameters import Parameters

HALF = 1 / 2
EXP_MOST = np.log(np.finfo(np.float64).max) / 2  # beyond it, e^x and 1/e^x say nothing new
_SLOPE = np.sqrt(2 / np.pi)
_CUBE = 0.044715  # Page (1977): the normal distribution function to 2e-4


def step_share(days: Scalar, time: Scalar | Floats) -> Scalar | Floats:
    """Share of a gap that closes in a tick (eq. 0.1): α(τ) = 1 − e^(−h/τ).

    Parameters
    ----------
    days : float or (R,) array, days
        Length of the tick.
    time : float, (R,) or (M, 1) array, days
        Time constant.

    Returns
    -------
    of their shapes, share of 1
    """
    return -np.expm1(-days / time)


@final
class ByLength:
    """What hangs on the length of a tick alone: worked out anew only when that is another.

    Parameters
    ----------
    of : callable
        Gives an array for some days.
    """

    def __init__(self, of: Callable[[float], Floats]) -> None:
        self._of, self._days, self._value = of, 0.0, of(0.0)

    def __call__(self, days: float) -> Floats:
        """The array for some days."""
        if days != self._days:
            self._days, self._value = days, self._of(days)
        return self._value


def closing(time: Floats) -> ByLength:
    """(M, 1) or (M, R), share of 1: of a gap, what closes in a tick with some time constants in days (eq. 0.1)."""
    return ByLength(lambda days: np.asarray(step_share(days, time)))


def smooth(x: Floats, towards: Floats, share: Scalar | Floats) -> None:
    """Move x a share of the way, in place (eq. 0.1).

    Parameters
    ----------
    x, towards : (M, R) arrays, any one unit
    share : float, (R,) or (M, R) array, share of 1
    """
    x += (towards - x) * share


def move(x: Floats, gap: Floats, up: Scalar, down: Scalar) -> None:
    """Close a share of a gap, another one upwards than downwards, in place.

    Parameters
    ----------
    x, gap : (M, R) arrays, any one unit
    up, down : float or (R,) array, share of 1

    Examples
    --------
    >>> x = np.zeros((2, 1))
    >>> move(x, np.array([[1.0], [-1.0]]), 0.5, 0.25)
    >>> x[:, 0]
    array([ 0.5 , -0.25])
    """
    x += gap * down + at_least(gap, 0) * np.subtract(up, down)


def take(stock: Floats, rate: Floats, days: float) -> None:
    """Take from a stock, in place, what is used at a rate over some days; never more than it holds.

    Parameters
    ----------
    stock : (M, R) array, t
    rate : (M, R) array, t/day
    days : float, days
    """
    stock -= rate * days
    at_least(stock, 0, out=stock)  # a share of a stock may round to more than all of it


def release(stock: Floats, inflow: Floats, days: float, time: Scalar) -> Floats:
    """Most that can leave a stock in a tick in which goods flow in evenly (eq. 0.2).

    Parameters
    ----------
    stock : (M, R) array, t
        At the start of the tick.
    inflow : (M, R) array, t
        During the tick.
    days : float, days
    time : float or (R,) array, days
        Mean stay of goods in the stock.

    Returns
    -------
    (M, R) array, t

    Examples
    --------
    In one mean stay, 63 % of the stock and 37 % of what comes in.

    >>> release(np.array([[100.0]]), np.array([[10.0]]), 7, 7.0).round(2)
    array([[66.89]])
    """
    leaving = step_share(days, time)
    return stock * leaving + inflow * (1 - leaving * time / days)


def normal(z: Floats) -> Floats:
    """Distribution function of the normal, in its logistic form (eq. 0.3).

    Parameters
    ----------
    z : (M, R) array, standard deviations

    Returns
    -------
    (M, R) array, share of 1
    """
    share: Floats = z * z
    share *= _CUBE
    share += 1
    share *= z
    share *= -2 * _SLOPE
    np.exp(at_most(share, EXP_MOST, out=share), out=share)
    share += 1
    return np.reciprocal(share, out=share)


@final
class Trend:
    """Growth at a rate, e^(rate·t), by one product a step of time that is as long as the last.

    Parameters
    ----------
    rate : (M, 1) or (M, R) array, a day

    Examples
    --------
    >>> trend = Trend(np.array([[np.log(2) / 7]]))
    >>> [trend.at(day)[0, 0].round(9).item() for day in (0, 7, 14, 17.5)]
    [1.0, 2.0, 4.0, 5.656854249]
    """

    def __init__(self, rate: Floats) -> None:
        self._day, self._value = 0.0, np.ones_like(rate)
        self._over = ByLength(lambda days: np.exp(rate * days))

    def at(self, day: float) -> Floats:
        """(M, 1) or (M, R), ratio: growth from day 0 to a day; days are asked for in order."""
        self._value *= self.over(day - self._day)
        self._day = day
        return self._value

    def over(self, days: float) -> Floats:
        """(M, 1) or (M, R), ratio: growth over some days."""
        return self._over(days)


@dataclass(frozen=True)
class FastResponse:
    """How a use answers to its cost within weeks, both ways, up to a choke (eq. 0.4)."""

    elasticity: Scalar
    choke: Scalar | Floats
    spread: Scalar
    floor: Scalar
    ceiling: Scalar

    @classmethod
    def of(cls, p: Parameters, choke: Scalar | Floats | None = None) -> FastResponse:
        """The response of the parameters, with a choke of its own where one is given."""
        given = p["choke_price"] if choke is None else choke
        return cls(p["saving_elasticity"], given, p["choke_spread"], p["saving_floor"], p["saving_ceiling"])

    @cached_property
    def usual(self) -> Scalar:
        """Share of uses that have not given up at base cost."""
        return normal(np.atleast_1d(np.log(self.choke) / self.spread))

    def remaining(self, cost: Floats) -> Floats:
        """Share of uses that have not given up at a cost.

        Parameters
        ----------
        cost : (M, R) array, ln of the ratio to base

        Returns
        -------
        (M, R) array, ratio to base
        """
        return normal((np.log(self.choke) - cost) / self.spread) / self.usual

    def __call__(self, cost: Floats) -> Floats:
        """Use, ratio to base, at a cost: what remains of uses, with what they save.

        Parameters
        ----------
        cost : (M, R) array, ln of the ratio to base

        Returns
        -------
        (M, R) array, ratio to base
        """
        use = np.exp(-self.elasticity * cost) * self.remaining(cost)
        return at_most(at_least(use, self.floor), self.ceiling)


@dataclass(frozen=True)
class SlowResponse:
    """Thrifting and substitution: one way in years, back more slowly, with a dead band (eq. 0.5)."""

    elasticity: Scalar
    floor: Scalar
    time: Scalar
    back: Scalar  # speed of the way back, against that of the way there
    rate: Scalar  # most that is saved a day
    band: Scalar

    @classmethod
    def of(cls, p: Parameters) -> SlowResponse:
        """The response of the parameters."""
        names = ("elasticity", "floor", "time", "return", "rate", "dead_band")
        return cls(*(p[f"thrift_{name}"] for name in names))

    def move(self, state: Floats, cost: Floats, days: float) -> None:
        """Move the state, in place.

        Parameters
        ----------
        state : (M, R) array, ratio to base
        cost : (M, R) array, ln of the ratio to base
        days : float, days
        """
        gap = at_most(at_least(np.exp(-self.elasticity * cost), self.floor), 1) - state
        up = at_least(gap - self.band, 0) * step_share(days, self.time / self.back)
        down = at_most(gap + self.band, 0) * step_share(days, self.time)
        state += up + np.maximum(down, -self.rate * days)
