"""Sourcing: from whom users order, and what makers can send (docs/model.md, section 6)."""

from __future__ import annotations

from typing import ClassVar, final

import numpy as np

from sim.axes import TINY, Floats, Scalar
from sim.ensemble.clock import Tick
from sim.ensemble.parameters import Parameters
from sim.ensemble.state import State
from sim.market.forms import release, smooth, step_share
from sim.market.points import Controls, Points
from sim.world.build import World


def attraction(base: Floats, cost: Floats, fill: Floats, elasticity: Scalar, least: Scalar) -> Floats:
    """How much an origin attracts orders (eq. 6.1).

    Parameters
    ----------
    base : (A, 1) array, share of 1
        Share in the base year.
    cost : (A, R) array, ln of the ratio to base
        Contract price with tariff.
    fill : (A, R) array, share of 1
        Of past orders that it filled.
    elasticity : float or (R,) array, dimensionless
    least : float or (R,) array, share of 1
        Below which a poor record does not count further.

    Returns
    -------
    (A, R) array, any common scale
    """
    return base * np.exp(-elasticity * cost) * np.maximum(fill, least)


@final
class Sourcing:
    """Split orders over origins and let makers send what they have."""

    writes: ClassVar = ("share", "want", "expected_orders", "shipped", "maker_stock", "fill")

    def __init__(self, world: World, p: Parameters, points: Points, controls: Controls) -> None:
        self.world, self.p, self.points, self.controls = world, p, points, controls

    def __call__(self, state: State, tick: Tick) -> None:
        """Settle the sourcing of a tick."""
        self._choose(state, tick.days)
        state.want[:] = state.share * state.orders[self.world.arc_destination]
        for rule in self.points.limits:
            rule(tick, state, self.controls)
        self._count_orders(state, tick.days)
        self._ship(state, tick.days)

    def _choose(self, state: State, days: int) -> None:
        """Move shares towards what attracts (eq. 6.1)."""
        world, p, controls = self.world, self.p, self.controls
        origin = world.arc_origin
        attracts = attraction(
            world.arc_share,
            state.contract_price[origin],
            state.fill[origin],
            p["sourcing_elasticity"],
            p["fill_floor"],
        )
        attracts[controls.arcs] *= np.exp(-p["refusal_aversion"] * controls.barred)
        attracts /= world.to_destination(attracts)[world.arc_destination]
        smooth(state.share, attracts, step_share(days, p["habit_time"]))

    def _count_orders(self, state: State, days: int) -> None:
        """Orders that makers count on (eq. 6.2): without what they expect the border to bar."""
        controls = self.controls
        barred = controls.to_origin(state.want[controls.arcs] * controls.barred)
        orders = self.world.to_origin(state.want) - barred
        smooth(state.expected_orders, orders, step_share(days, self.p["expectation_time"]))

    def _ship(self, state: State, days: int) -> None:
        """Send what is wanted, allowed and there (eq. 6.3)."""
        world, controls = self.world, self.controls
        allowed = state.want * days
        allowed[controls.arcs] *= 1 - controls.blocked
        asked = np.maximum(world.to_origin(allowed), TINY)
        fresh = (state.made - state.other) * days
        can = release(state.maker_stock - fresh, fresh, days, self.p["release_time"])
        filled = np.clip(np.minimum(can, state.maker_stock) / asked, 0, 1)
        state.shipped[:] = allowed * filled[world.arc_origin]
        state.maker_stock[:] -= np.minimum(world.to_origin(state.shipped), state.maker_stock)
        smooth(state.fill, filled, step_share(days, self.p["expectation_time"]))
