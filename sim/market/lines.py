"""Production of sectors: firms that run out of a critical input stop their lines (docs/model.md, section 3)."""

from __future__ import annotations

from typing import final

import numpy as np

from sim.axes import TINY, TOLERANCE, Floats, Scalar, at_least
from sim.ensemble.clock import Tick
from sim.market.forms import HALF, normal, smooth, step_share, take
from sim.market.kernels import Given


def out_of_stock(cover: Floats, critical: Scalar, spread: Floats) -> Floats:
    """Share of firms whose own stock is below the critical cover, when stocks are lognormal around the mean (eq. 3.2).

    Parameters
    ----------
    cover : (S, R) array, days
        Mean over firms; strictly positive.
    critical : float or (R,) array, days
    spread : (S, 1) array, dimensionless
        Standard deviation of the logarithm of firms' covers.

    Returns
    -------
    (S, R) array, share of 1
    """
    return 1 - normal(np.log(cover / critical) / spread - spread / 2)


@final
class CriticalInput:
    """Which input of a sector is scarcest: its cover in mid-tick, and what arrives of it (eq. 3.1)."""

    def __init__(self, given: Given) -> None:
        world = given.world
        self.least = given.p["least_cover"]
        self.users = slice(world.users.plants.stop, len(world.users))
        self.slots = [slice(slot.start - self.users.start, slot.stop - self.users.start) for slot in world.users.slots]

    def __call__(
        self, tick: Tick, user_stock: Floats, received: Floats, need: Floats,
        *, critical_cover: Floats, critical_feed: Floats, critical: Floats,
    ) -> None:  # fmt: skip
        needed = at_least(need[self.users], TINY)
        feed = received[self.users] / needed
        cover = at_least(user_stock[self.users] / needed - HALF * (feed + tick.days), self.least)
        first, *others = self.slots
        critical_cover[:], critical_feed[:], critical[:] = cover[first], feed[first], 0
        for k, slot in enumerate(others, start=1):
            n = slot.stop - slot.start
            # what differs by rounding alone is equally scarce, and the first counts
            is_scarcer = cover[slot] < critical_cover[:n] * (1 - TOLERANCE)
            np.copyto(critical[:n], k, where=is_scarcer)
            np.copyto(critical_feed[:n], feed[slot], where=is_scarcer)
            np.copyto(critical_cover[:n], cover[slot], where=is_scarcer)


@final
class IdleLines:
    """Lines of firms that nothing feeds stop at once and restart with a delay (eq. 3.2 to 3.4)."""

    def __init__(self, given: Given) -> None:
        world, p = given.world, given.p
        self.short, self.spread, self.restart = p["critical_cover"], world.sectors.spread, p["restart_time"]
        self.usual = out_of_stock(world.sectors.cover, self.short, world.sectors.spread)

    def __call__(
        self, tick: Tick, critical_cover: Floats, critical_feed: Floats, *, idle: Floats, stopped: Floats
    ) -> None:
        raw = out_of_stock(critical_cover, self.short, self.spread)
        out = at_least((raw - self.usual) / (1 - self.usual), 0)  # eq. 3.2
        now = out * at_least(1 - critical_feed / tick.days, 0)  # eq. 3.3
        smooth(stopped, HALF * (idle + now), step_share(tick.days, self.restart))  # eq. 3.4
        np.maximum(stopped, now, out=stopped)
        idle[:] = now


@final
class Produce:
    """Production as a share of demand, and what it uses (eq. 3.5)."""

    def __init__(self, given: Given) -> None:
        world = given.world
        self.users, self.slots = slice(world.users.plants.stop, len(world.users)), world.users.slots

    def __call__(
        self, tick: Tick, need: Floats, stopped: Floats, *, production: Floats, use: Floats, user_stock: Floats
    ) -> None:
        np.subtract(1, stopped, out=production)
        for slot in self.slots:
            made = production[: slot.stop - slot.start]
            np.minimum(made, user_stock[slot] / at_least(need[slot], TINY) / tick.days, out=made)
        for slot in self.slots:
            np.multiply(need[slot], production[: slot.stop - slot.start], out=use[slot])
        take(user_stock[self.users], use[self.users], tick.days)
