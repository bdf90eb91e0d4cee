"""Goods under way: what lands when, by ticks (docs/model.md, section 1)."""

from __future__ import annotations

from typing import final

import numpy as np

from sim.axes import Floats
from sim.ensemble.clock import Tick


@final
class UnderWay:
    """A ring of ticks for all arcs (eq. 1.1); arcs of one transit time are neighbours, so each group is a slice.

    Parameters
    ----------
    transit : (A,) array, days
        In ascending order; at least one tick is taken for each.
    flow : (A, 1) array, t/day
        Flows of the base year, with which the ring is filled.
    whole : int, days
        Length of a whole tick.
    replicates : int
        How many worlds.
    """

    def __init__(self, transit: Floats, flow: Floats, whole: int, replicates: int) -> None:
        ticks = np.maximum(transit / whole, 1.0)
        self.groups = [_Group(ticks, value) for value in np.unique(ticks)]
        self.length = max([1, *(int(g.whole + 2) for g in self.groups)])
        self.ring = np.zeros((self.length, len(transit), replicates))
        self.total = np.zeros((len(transit), replicates))
        for before in range(1, self.length):  # what the ticks before the first one sent
            for group in self.groups:
                self._send(group, -before, flow[group.rows] * whole, since=0)

    def land(self, tick: Tick) -> Floats:
        """(A, R), t: take out what lands in the tick; a shorter tick lands its share of the slot."""
        slot = self.ring[tick.index % self.length]
        landed = slot * (tick.days / tick.whole)
        slot -= landed
        self.total -= landed
        np.maximum(self.total, 0.0, out=self.total)  # running sums leave −1e-14 where nothing is left
        return landed

    def send(self, tick: Tick, tonnes: Floats) -> None:
        """Put on the way what leaves in the tick, (A, R), t."""
        for group in self.groups:
            self._send(group, tick.index, tonnes[group.rows], since=tick.index + 1)

    def _send(self, group: _Group, index: int, tonnes: Floats, since: int) -> None:
        """Two slots share what is spread over the days of a tick; slots before `since` have landed."""
        for slot, share in ((index + group.whole, 1 - group.rest), (index + group.whole + 1, group.rest)):
            if share and slot >= since:
                part = tonnes * share
                self.ring[slot % self.length, group.rows] += part
                self.total[group.rows] += part


@final
class _Group:
    """Arcs with one transit time: a slice of rows, whole ticks and the rest of one."""

    def __init__(self, ticks: Floats, value: float) -> None:
        self.rows = slice(int(np.searchsorted(ticks, value)), int(np.searchsorted(ticks, value, "right")))
        self.whole = int(value)
        self.rest = float(value - self.whole)
