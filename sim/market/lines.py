"""Production of sectors: firms that run out of a critical input stop their lines (docs/model.md, section 3)."""

from __future__ import annotations

from typing import ClassVar, final

import numpy as np

from sim.axes import TINY, Floats, Scalar
from sim.ensemble.clock import Tick
from sim.ensemble.parameters import Parameters
from sim.ensemble.state import State
from sim.market.forms import normal, smooth, step_share
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
    return 1 - normal(np.log(cover / critical) / spread - spread / 2)


@final
class Lines:
    """What sectors make of what they have: idle lines stop at once and restart with a delay (eq. 3.3 and 3.4)."""

    writes: ClassVar = ("critical", "idle", "stopped", "production", "use", "user_stock")

    def __init__(self, world: World, p: Parameters) -> None:
        self.world = world
        self.least, self.short, self.restart = p["least_cover"], p["critical_cover"], p["restart_time"]
        self.usual = out_of_stock(world.sector_cover, self.short, world.sector_spread)

    def __call__(self, state: State, tick: Tick) -> None:
        """Settle the production of sectors in a tick."""
        cover, fed = self._critical_input(state, tick.days)
        out = out_of_stock(cover, self.short, self.world.sector_spread)
        out = np.maximum((out - self.usual) / (1 - self.usual), 0)
        idle = out * np.maximum(1 - fed, 0)
        delayed = state.stopped.copy()
        smooth(delayed, (idle + state.idle) / 2, step_share(tick.days, self.restart))
        np.maximum(idle, delayed, out=state.stopped)
        state.idle[:] = idle
        self._produce(state, tick.days)

    def _critical_input(self, state: State, days: int) -> tuple[Floats, Floats]:
        """(S, R) cover in days of the scarcest input (eq. 3.1), and what arrives of it over what is needed."""
        cover, fed = np.full_like(state.idle, np.inf), np.ones_like(state.idle)
        for k, slot in enumerate(self.world.slots):
            n = slot.stop - slot.start
            need = np.maximum(state.need[slot], TINY)
            tonnes = need * days
            mean = (state.user_stock[slot] - (state.received[slot] + tonnes) / 2) / need
            mean = np.maximum(mean, self.least)
            scarcer = mean < cover[:n]
            cover[:n] = np.minimum(cover[:n], mean)
            fed[:n] += (state.received[slot] / tonnes - fed[:n]) * scarcer
            state.critical[:n] += (k - state.critical[:n]) * scarcer
        return cover, fed

    def _produce(self, state: State, days: int) -> None:
        """Production as a share of demand, and what it uses (eq. 3.5)."""
        state.production[:] = 1 - state.stopped
        for slot in self.world.slots:
            made = state.production[: slot.stop - slot.start]
            np.minimum(made, state.user_stock[slot] / np.maximum(state.need[slot] * days, TINY), out=made)
        for slot in self.world.slots:
            state.use[slot] = state.need[slot] * state.production[: slot.stop - slot.start]
            state.user_stock[slot] -= np.minimum(state.use[slot] * days, state.user_stock[slot])
