"""The forms that the equations share (docs/model.md, section 0), for one world and plain numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping

Parameters = Mapping[str, float]


def alpha(ratio: float) -> float:
    """Share of a gap that closes in a tick of ``ratio`` = h/τ (eq. 0.1)."""
    return 1 - math.exp(-ratio)


def smooth(x: float, goal: float, time: float, days: float) -> float:
    """Exact smoothing over the days of a tick (eq. 0.1)."""
    return x + (goal - x) * alpha(days / time)


def release(stock: float, inflow: float, time: float, days: float) -> float:
    """What can leave a stock in a tick in which ``inflow`` tonnes come in evenly (eq. 0.2)."""
    return stock * alpha(days / time) + inflow * (1 - time * alpha(days / time) / days)


def normal(z: float) -> float:
    """Distribution function of the normal, in its logistic form (eq. 0.3)."""
    return (1 + math.tanh(math.sqrt(2 / math.pi) * (z + 0.044715 * z**3))) / 2


def logistic(z: float) -> float:
    """1 / (1 + e^(−z)), without overflow."""
    return (1 + math.tanh(z / 2)) / 2


def held(x: float, low: float, high: float) -> float:
    """X, held between low and high."""
    return min(max(x, low), high)


def remaining(x: float, p: Parameters) -> float:
    """Share of uses that have not given up at ln cost ``x``, against base (eq. 0.4)."""
    choke, spread = math.log(p["choke_price"]), p["choke_spread"]
    return normal((choke - x) / spread) / normal(choke / spread)


def fast_response(x: float, p: Parameters) -> float:
    """What is used at ln cost ``x``, against base, within weeks (eq. 0.4)."""
    used = math.exp(-p["saving_elasticity"] * x) * remaining(x, p)
    return held(used, p["saving_floor"], p["saving_ceiling"])


def slow_response(y: float, x: float, p: Parameters, days: float) -> float:
    """The next value of intensity ``y`` at ln cost ``x``: soon down, slowly back (eq. 0.5)."""
    band, time = p["thrift_dead_band"], p["thrift_time"]
    gap = held(math.exp(-p["thrift_elasticity"] * x), p["thrift_floor"], 1) - y
    up = max(0, gap - band) * alpha(days * p["thrift_return"] / time)
    down = max(-p["thrift_rate"] * days, min(0, (gap + band) * alpha(days / time)))
    return y + up + down
