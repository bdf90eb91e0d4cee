"""Goods that wait at the border: filed in a tick, ready so many days later (docs/model.md, eq. 7.4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import final

import numpy as np

from sim.axes import Floats, Scalar, at_least
from sim.ensemble.clock import Tick

Within = Callable[[int], Floats]
"""Share ready within so many whole days: (R,) or (1,)."""


def ready_by_tick(distribution: Within, days_filed: range, whole: int, horizon: int) -> Floats:
    """Share of what is filed in a tick that is ready in the m-th tick after (eq. 7.4).

    Filings are spread evenly over some days of their tick, so these shares are fixed numbers: summing over day parcels
    would give the same. What would be ready within the tick of filing counts in the next.

    Parameters
    ----------
    distribution : callable
        Share ready within d days of filing.
    days_filed : range
        Days of the tick, from 0, on which there are filings.
    whole : int, days
        Length of a tick.
    horizon : int, days
        By which everything is ready.

    Returns
    -------
    (M, R) array, share of 1
        Row m; row 0 is zero, and the rows sum to 1.
    """
    ticks = 2 + -(-horizon // whole)
    ends = [[max(0, (m + 1) * whole - 1 - day) for day in days_filed] for m in range(ticks)]
    needed = sorted({d for row in ends for d in row})
    by_day = {d: np.ones(1) if d >= horizon else (distribution(d) if d > 0 else np.zeros(1)) for d in needed}
    shape = np.broadcast_shapes(*(value.shape for value in by_day.values()))
    total = np.array([sum((np.broadcast_to(by_day[d], shape) for d in row), np.zeros(shape)) for row in ends])
    total /= len(days_filed)
    shares = np.diff(total, axis=0, prepend=np.zeros((1, *shape)))
    shares[1] += shares[0]
    shares[0] = 0
    return shares


@final
class Queue:
    """What waits, by tick of filing.

    Parameters
    ----------
    rows : int
        Arcs (K).
    replicates : int
    distribution : callable
        Share ready within so many days.
    whole, horizon : int, days
    """

    def __init__(self, rows: int, replicates: int, distribution: Within, whole: int, horizon: int) -> None:
        self.distribution, self.whole, self.horizon = distribution, whole, horizon
        usual = ready_by_tick(distribution, range(whole), whole, horizon)
        self.usual = np.broadcast_to(usual, (len(usual), replicates))
        self.odd: dict[int, Floats] = {}  # of ticks that were filed in only in part
        self.ring = np.zeros((len(usual), rows, replicates))
        self.total = np.zeros((rows, replicates))
        self.last = -len(usual)  # tick in which anything was filed

    def file(self, tick: Tick, tonnes: Floats, days: range) -> None:
        """Add what is filed in a tick, (K, R) t, on some of its days."""
        if not tonnes.any() and tick.index - self.last > len(self.ring):
            return  # all slots are empty
        self.last = tick.index if tonnes.any() else self.last
        self.ring[tick.index % len(self.ring)] = tonnes
        self.total += tonnes
        self.odd.pop(tick.index - len(self.ring), None)
        if days and (days.start > 0 or len(days) < self.whole):
            self.odd[tick.index] = ready_by_tick(self.distribution, days, self.whole, self.horizon)

    def ready(self, tick: Tick) -> Floats:
        """(K, R), t: take out what becomes ready in the tick; a shorter tick takes its share."""
        length = len(self.ring)
        if tick.index - self.last >= length:  # all that was filed is ready
            self.total = np.zeros_like(self.total)
            return np.zeros_like(self.total)
        ago = (tick.index - np.arange(length)) % length
        weights = self.usual[ago]
        for index, shares in self.odd.items():
            if 0 < tick.index - index < length:
                weights[index % length] = shares[tick.index - index]
        due = np.einsum("mar,mr->ar", self.ring, weights) * (tick.days / tick.whole)
        self.total = at_least(self.total - due, 0.0)
        return due

    def clear(self, over: Scalar) -> Floats:
        """(K, R), t: take out all that waits where it is over, (R,) or (): 1."""
        gone = self.total * over
        self.ring *= 1 - over
        self.total = self.total - gone
        return gone
