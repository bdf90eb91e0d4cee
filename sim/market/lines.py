"""Production of sectors: firms that run out of a critical input stop their lines (docs/model.md, section 3)."""

from __future__ import annotations

from typing import final

import numpy as np

from sim.axes import TINY, TOLERANCE, Bools, Floats, Scalar, at_least, at_most
from sim.ensemble.clock import Tick
from sim.market.forms import HALF, closing, normal, smooth, step_share, take
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
    return normal(spread / 2 - np.log(cover / critical) / spread)


@final
class CriticalInput:
    """Which firms are out of what, and which input of a sector is scarcest: its cover in mid-tick (eq. 3.1 and 3.2)."""

    def __init__(self, given: Given) -> None:
        world, p = given.world, given.p
        self.least, self.short = p["least_cover"], p["critical_cover"]
        users, sectors = world.users, world.sectors
        self.spread = sectors.spread[users.sector]
        self.usual = out_of_stock(sectors.cover[users.sector], self.short, self.spread)
        self.others = 1 / (1 - self.usual)
        self.inputs, self.slots = users.inputs, users.input_slots

    def __call__(
        self, tick: Tick, user_stock: Floats, received: Floats, need: Floats, depends: Floats,
        *, without: Floats, critical: Floats, critical_cover: Floats, critical_feed: Floats, critical_out: Floats,
        critical_part: Floats,
    ) -> None:  # fmt: skip
        needed = at_least(need[self.inputs], TINY)  # who needs nothing depends on nothing
        feed = received[self.inputs] / needed
        cover = user_stock[self.inputs] / needed
        cover -= HALF * (feed + tick.days)
        at_least(cover, self.least, out=cover)
        raw = out_of_stock(cover, self.short, self.spread)
        np.subtract(raw, self.usual, out=without)  # eq. 3.2
        without *= self.others
        at_least(without, 0, out=without)
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
        inputs, slots = self.users.inputs, self.users.input_slots
        np.subtract(1, stopped, out=production)
        there = at_least(need[inputs], TINY)
        there *= tick.days
        np.divide(user_stock[inputs], there, out=there)  # share of the need that the stock is
        goes = at_most(there, 1)
        goes -= 1
        goes *= depends
        goes += 1
        for slot in slots:
            made = production[: slot.stop - slot.start]
            np.minimum(made, goes[slot], out=made)
        for slot in slots:
            np.minimum(there[slot], production[: slot.stop - slot.start], out=there[slot])
        np.multiply(need[inputs], there, out=use[inputs])
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
        wait = world.sectors.wait * (spare > 0)  # nobody waits for what will not be made
        self.waits = wait > 0
        self.spare = spare * given.p["making_up"] * self.waits
        self.slots, self.total = world.users.input_slots, world.users.by_sector
        self.turn_away = closing(at_least(wait, TINY))
        self.is_on = bool(np.any(self.spare > 0))

    def kept(self, days: float) -> Floats:
        """(S, 1) or (S, R): the share of buyers who still wait after some days."""
        return 1 - self.turn_away(days)

    def settle(
        self, tick: Tick, gone: Floats, made: Floats, critical: Floats, awaited: Floats, made_up: Floats,
        forgone: Floats,
    ) -> None:  # fmt: skip
        """What stops cost is awaited, by the critical input; what is made up leaves it, and who waits no longer."""
        turned_away, kept = self.turn_away(tick.days) / tick.days, self.kept(tick.days)
        share = kept * (made / at_least(kept * self.total(awaited), TINY))  # a day, of what was awaited
        stays = at_least(kept - share * tick.days, 0)
        waits, lost = gone * (self.waits * tick.days), gone * ~self.waits
        for k, slot in enumerate(self.slots):
            rows, was = slice(slot.stop - slot.start), awaited[slot]
            is_short = critical[rows] == k
            np.multiply(was, turned_away[rows], out=forgone[slot])
            forgone[slot] += lost[rows] * is_short
            np.multiply(was, share[rows], out=made_up[slot])
            was *= stays[rows]
            was += waits[rows] * is_short

    def give_up(self, gone: Floats, critical: Floats, forgone: Floats) -> None:
        """Where nothing is made up, what stops cost is lost at once."""
        for k, slot in enumerate(self.slots):
            n = slot.stop - slot.start
            np.multiply(gone[:n], critical[:n] == k, out=forgone[slot])
