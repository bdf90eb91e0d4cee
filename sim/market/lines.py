"""Production of sectors: firms that run out of a critical input stop their lines (docs/model.md, section 3)."""

from __future__ import annotations

from typing import ClassVar, final

import numpy as np

from sim.axes import TINY, Floats, Scalar
from sim.ensemble.clock import Tick
from sim.ensemble.parameters import Parameters
from sim.ensemble.scratch import Scratch
from sim.ensemble.state import State
from sim.market.forms import HALF, normal, smooth, step_share, take
from sim.world.build import World


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
    depth = np.log(cover / critical)
    depth /= spread
    depth -= spread / 2
    above = normal(depth)
    return np.subtract(1, above, out=above)


@final
class Lines:
    """What sectors make of what they have: idle lines stop at once and restart with a delay (eq. 3.3 and 3.4)."""

    writes: ClassVar = ("critical", "idle", "stopped", "production", "use", "user_stock")

    def __init__(self, world: World, p: Parameters, scratch: Scratch) -> None:
        self.world, self.scratch = world, scratch
        self.least, self.short, self.restart = p["least_cover"], p["critical_cover"], p["restart_time"]
        self.usual = out_of_stock(world.sector_cover, self.short, world.sector_spread)
        self.users = slice(world.plants.stop, len(world.user_node))
        self.slots = [slice(slot.start - self.users.start, slot.stop - self.users.start) for slot in world.slots]

    def __call__(self, state: State, tick: Tick) -> None:
        """Settle the production of sectors in a tick."""
        scratch = self.scratch.clear()
        days, fed = self._days_of_need(state, scratch)
        cover, fed = self._critical_input(state, days, fed, tick.days)
        idle = out_of_stock(cover, self.short, self.world.sector_spread)
        idle -= self.usual
        idle /= 1 - self.usual
        np.maximum(idle, 0, out=idle)
        idle *= np.maximum(1 - fed / tick.days, 0)
        self._stop(state, idle, tick.days)
        self._produce(state, days, tick.days)

    def _days_of_need(self, state: State, scratch: Scratch) -> tuple[Floats, Floats]:
        """(users, R), days: how long what sectors hold would do, and what came in in the tick."""
        need = np.maximum(state.need[self.users], TINY, out=scratch.rows(self.users.stop - self.users.start))
        days = np.divide(state.user_stock[self.users], need, out=scratch.like(need))
        return days, np.divide(state.received[self.users], need, out=need)

    def _critical_input(self, state: State, days: Floats, fed: Floats, tick: int) -> tuple[Floats, Floats]:
        """(S, R), days: cover of the scarcest input in mid-tick (eq. 3.1), and for how long what arrives of it does."""
        mean = np.multiply(fed, -HALF, out=self.scratch.like(fed))
        mean += days
        mean -= tick / 2
        np.maximum(mean, self.least, out=mean)
        first, *others = self.slots
        cover, least = mean[first], fed[first]
        state.critical.fill(0)
        for k, slot in enumerate(others, start=1):
            n = slot.stop - slot.start
            scarcer = np.less(mean[slot], cover[:n])
            np.copyto(least[:n], fed[slot], where=scarcer)
            np.copyto(state.critical[:n], k, where=scarcer)
            np.minimum(cover[:n], mean[slot], out=cover[:n])
        return cover, least

    def _stop(self, state: State, idle: Floats, days: int) -> None:
        """Lines stop at once and restart with a delay (eq. 3.4)."""
        state.idle[:] += idle
        state.idle[:] *= HALF  # mean of the idle share now and in the tick before
        smooth(state.stopped, state.idle, step_share(days, self.restart), state.idle)
        np.maximum(state.stopped, idle, out=state.stopped)
        state.idle[:] = idle

    def _produce(self, state: State, days: Floats, tick: int) -> None:
        """Production as a share of demand, and what it uses (eq. 3.5)."""
        np.subtract(1, state.stopped, out=state.production)
        days /= tick
        for slot in self.slots:
            made = state.production[: slot.stop - slot.start]
            np.minimum(made, days[slot], out=made)
        for slot in self.world.slots:
            np.multiply(state.need[slot], state.production[: slot.stop - slot.start], out=state.use[slot])
        take(state.user_stock[self.users], state.use[self.users], tick, days)
