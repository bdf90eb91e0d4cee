"""The forms that the equations share (docs/model.md, section 0), for one replicate and plain numbers."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from math import exp, log, pi, sqrt, tanh

Parameters = Mapping[str, float]


@cache
def alpha(ratio: float) -> float:
    """Share of a gap that closes in a tick of ``ratio`` = h/τ (eq. 0.1)."""
    return 1 - exp(-ratio)


def smooth(x: float, goal: float, share: float) -> float:
    """Close a share α of a gap (eq. 0.1)."""
    return x + (goal - x) * share


def release(stock: float, inflow: float, time: float, days: float) -> float:
    """What can leave a stock in a tick in which ``inflow`` tonnes come in evenly (eq. 0.2)."""
    return stock * alpha(days / time) + inflow * (1 - time * alpha(days / time) / days)


def normal(z: float) -> float:
    """Distribution function of the normal, in its logistic form (eq. 0.3)."""
    return (1 + tanh(sqrt(2 / pi) * (z + 0.044715 * z**3))) / 2


def logistic(z: float) -> float:
    """1 / (1 + e^(−z)), without overflow."""
    return (1 + tanh(z / 2)) / 2


def held(x: float, low: float, high: float) -> float:
    """X, held between low and high."""
    return min(max(x, low), high)


class Responses:
    """How a use answers to its cost, x = ln (cost ÷ base)."""

    def __init__(self, p: Parameters) -> None:
        self.p = p
        self.choke, self.spread = log(p["choke_price"]), p["choke_spread"]

    def remaining(self, x: float, choke: float | None = None) -> float:
        """Share of users that have not given up (eq. 0.4), at a choke of their own where they have one (eq. 2.6)."""
        c = self.choke if choke is None else choke
        return normal((c - x) / self.spread) / normal(c / self.spread)

    def fast(self, x: float) -> float:
        """What is used, against base, within weeks (eq. 0.4)."""
        used = exp(-self.p["saving_elasticity"] * x) * self.remaining(x)
        return held(used, self.p["saving_floor"], self.p["saving_ceiling"])

    def slow(self, y: float, x: float, days: float, rate: float) -> float:
        """The next value of intensity ``y``: soon down, at a ``rate`` at most, slowly back (eq. 0.5)."""
        p, band, time = self.p, self.p["thrift_dead_band"], self.p["thrift_time"]
        gap = held(exp(-p["thrift_elasticity"] * x), p["thrift_floor"], 1) - y
        up = max(0, gap - band) * alpha(days * p["thrift_return"] / time)
        down = max(-rate * days, min(0, (gap + band) * alpha(days / time)))
        return y + up + down
