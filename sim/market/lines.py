"""Production of sectors: firms that run out of a critical input stop their lines (docs/model.md, section 3)."""

from __future__ import annotations

from typing import final

import numpy as np

from sim.axes import TINY, TOLERANCE, Bools, Floats, Scalar, at_least, at_most
from sim.ensemble.clock import Tick
from sim.market.forms import HALF, normal, smooth, step_share, take
from sim.market.kernels import Given


def out_of_stock(cover: Floats, critical: Scalar, spread: Scalar | Floats) -> Floats:
    """Share of firms whose own stock is below the critical cover, when stocks are lognormal around the mean (eq. 3.2).

    Parameters
    ----------
    cover : (S, R) array, days
        Mean over firms; strictly positive.
    critical : float or (R,) array, days
    spread : float, (R,) or (S, 1) array, dimensionless
        Standard deviation of the logarithm of firms' covers.

    Returns
    -------
    (S, R) array, share of 1
    """
    return 1 - normal(np.log(cover / critical) / spread - spread / 2)


@final
class CriticalInput:
    """Which firms are out of what, and which input of a sector is scarcest: its cover in mid-tick (eq. 3.1 and 3.2)."""

    def __init__(self, given: Given) -> None:
        world, p = given.world, given.p
        self.least, self.short = p["least_cover"], p["critical_cover"]
        users, sectors = world.users, world.sectors
        self.spread = sectors.spread[users.sector]
        self.usual = out_of_stock(sectors.cover[users.sector], self.short, self.spread)
        self.inputs, self.slots = users.inputs, users.input_slots

    def __call__(
        self, tick: Tick, user_stock: Floats, received: Floats, need: Floats, depends: Floats,
        *, without: Floats, critical: Floats, critical_cover: Floats, critical_feed: Floats, critical_out: Floats,
        critical_part: Floats,
    ) -> None:  # fmt: skip
        needed = need[self.inputs]
        needed = np.where(needed > 0, needed, 1.0)  # who needs nothing depends on nothing
        feed = received[self.inputs] / needed
        cover = at_least(user_stock[self.inputs] / needed - HALF * (feed + tick.days), self.least)
        raw = out_of_stock(cover, self.short, self.spread)
        np.divide(raw - self.usual, 1 - self.usual, out=without)  # eq. 3.2
        at_least(without, 0, out=without)
        without *= depends > 0
        raw *= depends
        cover /= at_least(depends, TINY)
        first, *others = self.slots
        critical[:], most = 0, raw[first]
        found = ((critical_cover, cover), (critical_feed, feed), (critical_out, without), (critical_part, depends))
        for of_sector, of_input in found:
            of_sector[:] = of_input[first]
        for k, slot in enumerate(others, start=1):
            n = slot.stop - slot.start
            is_scarcer = _scarcer(raw[slot], most[:n], cover[slot], critical_cover[:n])
            np.copyto(critical[:n], k, where=is_scarcer)
            np.copyto(most[:n], raw[slot], where=is_scarcer)
            for of_sector, of_input in found:
                np.copyto(of_sector[:n], of_input[slot], where=is_scarcer)


def _scarcer(raw: Floats, most: Floats, cover: Floats, least: Floats) -> Bools:
    """Whether an input could stop more than the one found so far, or as much with less cover; rounding aside."""
    is_less = cover < least * (1 - TOLERANCE)
    is_less &= raw >= most * (1 - TOLERANCE)
    is_less |= raw > most * (1 + TOLERANCE)
    return is_less


@final
class IdleLines:
    """Lines of firms that nothing feeds stop at once and restart with a delay (eq. 3.3 and 3.4)."""

    def __init__(self, given: Given) -> None:
        self.restart, self.first = given.p["restart_time"], given.p["served_first"]

    def __call__(
        self, tick: Tick, critical_feed: Floats, critical_out: Floats, critical_part: Floats,
        *, idle: Floats, stopped: Floats,
    ) -> None:  # fmt: skip
        fed = critical_feed / tick.days
        now = critical_out * at_least(1 - fed, 0)  # eq. 3.3
        now += self.first * (at_least(critical_out - fed, 0) - now)
        now *= critical_part
        smooth(stopped, HALF * (idle + now), step_share(tick.days, self.restart))  # eq. 3.4
        np.maximum(stopped, now, out=stopped)
        idle[:] = now


@final
class Produce:
    """Production as a share of what would be made, what it uses, and what it makes up (eq. 3.5 and 3.7)."""

    def __init__(self, given: Given) -> None:
        self.users, self.waiting = given.world.users, Waiting(given)

    def __call__(
        self, tick: Tick, need: Floats, stopped: Floats, demand: Floats, extra: Floats, critical: Floats,
        depends: Floats, *, production: Floats, use: Floats, user_stock: Floats, awaited: Floats, made_up: Floats,
        forgone: Floats,
    ) -> None:  # fmt: skip
        np.subtract(1, stopped, out=production)
        for slot, rows in zip(self.users.slots, self.users.input_slots, strict=True):
            made, part = production[: slot.stop - slot.start], depends[rows]
            there = at_most(user_stock[slot] / at_least(need[slot], TINY) / tick.days, 1)
            np.minimum(made, 1 - part * (1 - there), out=made)
        for slot in self.users.slots:
            np.multiply(need[slot], production[: slot.stop - slot.start], out=use[slot])
            np.minimum(use[slot], user_stock[slot] / tick.days, out=use[slot])
        inputs = self.users.inputs
        take(user_stock[inputs], use[inputs], tick.days)
        gone = (1 - production) * demand
        if self.waiting.is_on:
            self.waiting.settle(tick, gone, production * extra, critical, awaited, made_up, forgone)
        else:
            self.waiting.give_up(gone, critical, forgone)


@final
class Waiting:
    """Buyers who wait for output that a stop has cost, and what is made up for them (eq. 3.7)."""

    def __init__(self, given: Given) -> None:
        world, spare = given.world, given.world.sectors.spare
        self.wait = world.sectors.wait * (spare > 0)  # nobody waits for what will not be made
        self.spare = spare * given.p["making_up"] * (self.wait > 0)
        self.slots, self.total = world.users.input_slots, world.users.by_sector
        self.is_on = bool(np.any(self.spare > 0))

    def kept(self, days: float) -> Floats:
        """(S, 1): the share of buyers who still wait after some days."""
        return np.exp(-days / at_least(self.wait, TINY))

    def settle(
        self, tick: Tick, gone: Floats, made: Floats, critical: Floats, awaited: Floats, made_up: Floats,
        forgone: Floats,
    ) -> None:  # fmt: skip
        """What stops cost is awaited, by the critical input; what is made up leaves it, and who waits no longer."""
        kept = self.kept(tick.days)
        share = made / at_least(kept * self.total(awaited), TINY)  # a day, of what is awaited
        for k, slot in enumerate(self.slots):
            n = slot.stop - slot.start
            is_short, waits = critical[:n] == k, self.wait[:n] > 0
            still = awaited[slot] * kept[:n]
            forgone[slot] = (awaited[slot] - still) / tick.days + gone[:n] * (is_short & ~waits)
            np.multiply(still, share[:n], out=made_up[slot])
            still -= made_up[slot] * tick.days
            still += gone[:n] * (tick.days * (is_short & waits))
            at_least(still, 0, out=awaited[slot])

    def give_up(self, gone: Floats, critical: Floats, forgone: Floats) -> None:
        """Where nothing is made up, what stops cost is lost at once."""
        for k, slot in enumerate(self.slots):
            n = slot.stop - slot.start
            np.multiply(gone[:n], critical[:n] == k, out=forgone[slot])
