"""The forms that equations share: smoothing, release, how a use answers to its cost (docs/model.md, section 0)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.axes import Floats, Scalar
from sim.ensemble.parameters import Parameters

_TANH_SLOPE = np.sqrt(2 / np.pi)
_TANH_CUBE = 0.044715  # Page (1977): the normal distribution function to 2e-4


def step_share(days: float, time: Scalar) -> Scalar:
    """Share of a gap that closes in a tick (eq. 0.1): α(τ) = 1 − e^(−h/τ).

    Parameters
    ----------
    days : float, days
        Length of the tick.
    time : float or (R,) array, days
        Time constant.

    Returns
    -------
    float or (R,) array, share of 1
    """
    return -np.expm1(-days / time)


def smooth(x: Floats, towards: Floats, share: Scalar | Floats) -> None:
    """Move x a share of the way, in place (eq. 0.1).

    Parameters
    ----------
    x, towards : (M, R) arrays, any one unit
    share : float, (R,) or (M, R) array, share of 1
    """
    x += (towards - x) * share


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
    """Distribution function of the normal, in its tanh form (eq. 0.3).

    Parameters
    ----------
    z : (M, R) array, standard deviations

    Returns
    -------
    (M, R) array, share of 1
    """
    return (1 + np.tanh(_TANH_SLOPE * (z + _TANH_CUBE * z * z * z))) / 2


@dataclass(frozen=True)
class FastResponse:
    """How a use answers to its cost within weeks, both ways, up to a choke (eq. 0.4)."""

    elasticity: Scalar
    choke: Scalar
    spread: Scalar
    floor: Scalar
    ceiling: Scalar

    @classmethod
    def of(cls, p: Parameters) -> FastResponse:
        """The response of the parameters."""
        names = ("saving_elasticity", "choke_price", "choke_spread", "saving_floor", "saving_ceiling")
        return cls(*(p[name] for name in names))

    def remaining(self, cost: Floats) -> Floats:
        """Share of uses that have not given up at a cost.

        Parameters
        ----------
        cost : (M, R) array, ln of the ratio to base

        Returns
        -------
        (M, R) array, ratio to base
        """
        choke = np.log(self.choke)
        return normal((choke - cost) / self.spread) / normal(choke / self.spread)

    def __call__(self, cost: Floats) -> Floats:
        """Use, ratio to base, at a cost: what remains of uses, with what they save.

        Parameters
        ----------
        cost : (M, R) array, ln of the ratio to base

        Returns
        -------
        (M, R) array, ratio to base
        """
        return np.clip(np.exp(-self.elasticity * cost) * self.remaining(cost), self.floor, self.ceiling)


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
        gap = np.clip(np.exp(-self.elasticity * cost), self.floor, 1) - state
        up = np.maximum(gap - self.band, 0) * step_share(days, self.time / self.back)
        down = np.minimum(gap + self.band, 0) * step_share(days, self.time)
        state += up + np.maximum(down, -self.rate * days)
