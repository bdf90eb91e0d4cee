"""Goods under way: what lands when, by ticks (docs/model.md, section 1)."""

from __future__ import annotations

from typing import final

import numpy as np

from sim.axes import Floats, Ints, Sum, at_least
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
    into : Sum, (D, A)
        Adds up what goes to a destination.
    whole : int, days
        Length of a whole tick.
    replicates : int
        How many replicates.
    air : float, days
        Transit time of what flies.

    Attributes
    ----------
    landed : (A, R) array, t
        What landed in the last tick; `arrived`, (D, R), the same by destination.
    coming : (D, R) array, t
        What is under way to each destination.
    """

    def __init__(self, transit: Floats, flow: Floats, into: Sum, whole: int, replicates: int, air: float = 1.0) -> None:
        ticks = at_least(transit / whole, 1.0)
        self.groups, self.into = [_Group(ticks, value) for value in np.unique(ticks)], into
        self.flight = max(air / whole, 1.0)  # ticks
        length = max([int(self.flight) + 2, *(int(g.whole + 2) for g in self.groups)])
        *self.ring, self.landed = np.zeros((length + 1, len(transit), replicates))  # in one block of memory
        self.arrived = np.zeros((into.shape[0], replicates))
        for before in range(1, length):  # what the ticks before the first one sent
            for group in self.groups:
                self._send(group, -before, flow[group.rows] * whole, since=0)
        self.coming = into(self.total)

    @property
    def total(self) -> Floats:
        """(A, R), t: all that is under way on each arc."""
        held = self.ring[0].copy()
        for slot in self.ring[1:]:
            held += slot
        return held

    def land(self, tick: Tick) -> Floats:
        """(A, R), t: take out what lands in the tick; a shorter tick lands its share of the slot."""
        place, share = tick.index % len(self.ring), tick.days / tick.whole
        self.landed, self.ring[place] = self.ring[place], self.landed
        if share < 1:
            np.multiply(self.landed, 1 - share, out=self.ring[place])
            self.landed *= share
        else:
            self.ring[place].fill(0)
        self.coming -= self.into(self.landed, out=self.arrived)
        at_least(self.coming, 0, out=self.coming)  # running sums leave −1e-14 where nothing is left
        return self.landed

    def send(self, tick: Tick, tonnes: Floats) -> None:
        """Put on the way what leaves in the tick, (A, R), t."""
        for group in self.groups:
            self._send(group, tick.index, tonnes[group.rows], since=tick.index + 1)
        self.into.add(tonnes, self.coming)

    def fly(self, tick: Tick, arcs: Ints, tonnes: Floats, into: Floats) -> None:
        """Put goods, (arcs, R), t, on ways as short as flights; `into` each destination so much, (D, R)."""
        slot, late = tick.index + int(self.flight), self.flight % 1
        self.ring[slot % len(self.ring)][arcs] += tonnes * (1 - late)
        if late:
            self.ring[(slot + 1) % len(self.ring)][arcs] += tonnes * late
        self.coming += into

    def _send(self, group: _Group, index: int, tonnes: Floats, since: int) -> None:
        """Two slots share what is spread over the days of a tick; slots before `since` have landed."""
        for slot, share in ((index + group.whole, 1 - group.rest), (index + group.whole + 1, group.rest)):
            if share and slot >= since:
                self.ring[slot % len(self.ring)][group.rows] += tonnes if share == 1 else tonnes * share


@final
class _Group:
    """Arcs with one transit time: a slice of rows, whole ticks and the rest of one."""

    def __init__(self, ticks: Floats, value: float) -> None:
        self.rows = slice(int(np.searchsorted(ticks, value)), int(np.searchsorted(ticks, value, "right")))
        self.whole = int(value)
        self.rest = float(value - self.whole)
