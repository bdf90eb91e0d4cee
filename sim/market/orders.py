"""Expectations, hoarding and orders (docs/model.md, section 5)."""

from __future__ import annotations

from typing import ClassVar, final

import numpy as np

from sim.axes import Floats, Scalar
from sim.ensemble.arrivals import UnderWay
from sim.ensemble.clock import Tick
from sim.ensemble.parameters import Parameters
from sim.ensemble.state import State
from sim.market.forms import smooth, step_share
from sim.market.points import Controls, Points
from sim.world.build import World


def hoarding_goal(growth: Floats, alarm: Floats, gain: Scalar, weight: Scalar, ceiling: Scalar) -> Floats:
    """Factor on target cover that rising prices and announced controls call for (eq. 5.2).

    Parameters
    ----------
    growth : (D, R) array, ln of a ratio
        Of the price over what is remembered of it.
    alarm : (D, R) array, 0 to 1
        How much of the supply is under an announced control.
    gain, weight : float or (R,) array, dimensionless
    ceiling : float or (R,) array, ratio

    Returns
    -------
    (D, R) array, ratio; at least 1
    """
    return np.minimum(1 + gain * np.maximum(growth, 0) + weight * alarm, ceiling)


@final
class Orders:
    """What users expect to need, fear to lack, and order."""

    writes: ClassVar = ("expected_need", "expected_output", "hoarding", "remembered_price", "user_orders", "orders")

    def __init__(self, world: World, p: Parameters, points: Points, controls: Controls, under_way: UnderWay) -> None:
        self.world, self.p, self.points = world, p, points
        self.controls, self.under_way = controls, under_way

    def __call__(self, state: State, tick: Tick) -> None:
        """Settle the orders of a tick."""
        self._expect(state, tick.days)
        for rule in self.points.expectations:
            rule(tick, self.controls)
        self._hoard(state, tick.days)
        world, p = self.world, self.p
        gap = self._supply_line_gap(state, tick.days)[world.user_node]
        cover = world.user_cover * state.hoarding[world.user_node]
        time = p["stock_adjustment_time"]
        order = state.expected_need * (1 + (cover + p["supply_line_weight"] * gap) / time) - state.user_stock / time
        np.maximum(order, 0, out=state.user_orders)
        state.orders[:] = world.user_to_destination(state.user_orders)

    def _expect(self, state: State, days: int) -> None:
        """Smooth what is needed and what is made (eq. 5.1)."""
        smooth(state.expected_need, state.need, step_share(days, self.p["expectation_time"]))
        net = state.made - state.other
        smooth(state.expected_output, net, step_share(days, self.p["output_expectation_time"]))

    def _hoard(self, state: State, days: int) -> None:
        """Move the factor on target cover (eq. 5.2)."""
        p, world, controls = self.p, self.world, self.controls
        price = state.price[world.destinations]
        alarm = controls.to_destination(controls.alarm * world.arc_share[controls.arcs])
        growth = price - state.remembered_price
        goal = hoarding_goal(growth, alarm, p["hoarding_gain"], p["hoarding_alarm"], p["hoarding_ceiling"])
        smooth(state.remembered_price, price, step_share(days, p["hoarding_memory"]))
        rise, fall = step_share(days, p["hoarding_rise"]), step_share(days, p["hoarding_fall"])
        smooth(state.hoarding, goal, np.where(goal > state.hoarding, rise, fall))

    def _supply_line_gap(self, state: State, days: int) -> Floats:
        """(D, R), days of need: what should be on its way, licence time included, less what is (eq. 5.3)."""
        world, controls = self.world, self.controls
        usual = world.to_destination(state.share * (world.arc_transit - days)[:, None])
        licence = controls.to_destination(state.share[controls.arcs] * controls.licence_days)
        coming = controls.pending + controls.granted  # what was granted in this tick has not left yet
        under_way = world.to_destination(self.under_way.total) + controls.to_destination(coming)
        return usual + licence - under_way / world.user_to_destination(state.expected_need)
