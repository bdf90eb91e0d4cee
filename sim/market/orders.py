"""Expectations, hoarding and orders (docs/model.md, section 5)."""

from __future__ import annotations

from typing import ClassVar, final

import numpy as np

from sim.axes import TINY, Floats, Scalar, Sum, pick
from sim.ensemble.arrivals import UnderWay
from sim.ensemble.clock import Tick
from sim.ensemble.parameters import Parameters
from sim.ensemble.scratch import Scratch
from sim.ensemble.state import State
from sim.market.forms import move, smooth, step_share
from sim.market.points import Controls, Points
from sim.world.build import World


def hoarding_goal(
    growth: Floats, alarm: Floats, gain: Scalar, weight: Scalar, ceiling: Scalar, room: Floats | None = None
) -> Floats:
    """Factor on target cover that rising prices and announced controls call for (eq. 5.2).

    Parameters
    ----------
    growth : (D, R) array, ln of a ratio
        Of the price over what is remembered of it.
    alarm : (D, R) array, 0 to 1
        How much of the supply is under an announced control.
    gain, weight : float or (R,) array, dimensionless
    ceiling : float or (R,) array, ratio
    room : (D, R) array, optional
        May be `alarm` itself.

    Returns
    -------
    (D, R) array, ratio; at least 1
    """
    goal = np.maximum(growth, 0)
    goal *= gain
    goal += 1
    goal += np.multiply(alarm, weight, out=room)
    return np.minimum(goal, ceiling, out=goal)


@final
class Orders:
    """What users expect to need, fear to lack, and order."""

    writes: ClassVar = (
        "expected_need", "expected_use", "expected_output", "hoarding", "remembered_price",
        "target_stock", "user_orders", "orders",
    )  # fmt: skip

    def __init__(
        self, world: World, p: Parameters, points: Points, controls: Controls, under_way: UnderWay, scratch: Scratch
    ) -> None:
        self.world, self.p, self.points, self.scratch = world, p, points, scratch
        self.controls, self.under_way = controls, under_way
        self.transit = world.to_destination.scaled(world.arc_transit)
        self.cover = world.user_cover / p["stock_adjustment_time"]
        self.stock = world.user_to_destination.scaled(world.user_cover[:, 0])
        self.young = world.project_users
        shape = (world.to_destination.shape[0], len(self.young))
        self.young_stock = Sum(world.user_node[self.young], range(shape[1]), world.user_cover[self.young, 0], shape)

    def __call__(self, state: State, tick: Tick) -> None:
        """Settle the orders of a tick."""
        self._expect(state, tick.days)
        for rule in self.points.expectations:
            rule(tick, self.controls)
        self._hoard(state, tick.days)
        world, p, scratch = self.world, self.p, self.scratch.clear()
        time = p["stock_adjustment_time"]
        factor = self._supply_line_gap(state, tick.days, scratch)
        factor *= p["supply_line_weight"] / time
        factor += 1
        order = pick(state.hoarding, world.user_node, state.user_orders)
        order *= self.cover
        for holder in self.points.holders:
            holder.spare(tick, order)
        unstocked = order[self.young] * self._unstocked(state)
        order += pick(factor, world.user_node, scratch.like(order))
        order *= state.expected_need
        order[self.young] -= unstocked
        order -= np.divide(state.user_stock, time, out=scratch.like(order))
        np.maximum(order, 0, out=order)
        world.user_to_destination(order, out=state.orders)
        state.orders[:] += state.resold_by_users
        added = [holder.order(tick, state) for holder in self.points.holders]  # all look at what users order
        for holder, more in zip(self.points.holders, added, strict=True):
            state.orders[holder.rows] += more

    def _expect(self, state: State, days: int) -> None:
        """Smooth what is needed and what is made (eq. 5.1)."""
        scratch = self.scratch.clear()
        smooth(state.expected_need, state.need, step_share(days, self.p["expectation_time"]), scratch.like(state.need))
        self.world.user_to_destination(state.expected_need, out=state.expected_use)
        net = np.subtract(state.made, state.other, out=scratch.like(state.made))
        smooth(state.expected_output, net, step_share(days, self.p["output_expectation_time"]), net)

    def _unstocked(self, state: State) -> Floats:
        """(Y, R), t/day: of what plants of projects expect to need, what is too new to have a stock (eq. 10.12)."""
        return np.minimum(state.unstocked[self.young], state.expected_need[self.young])

    def _hoard(self, state: State, days: int) -> None:
        """Move the factor on target cover (eq. 5.2)."""
        p, world, controls, scratch = self.p, self.world, self.controls, self.scratch.clear()
        price = state.price[world.destinations]
        alarm = controls.to_destination(
            controls.alarm * world.arc_share[controls.arcs], out=scratch.like(state.hoarding)
        )
        for holder in self.points.holders:
            holder.calm(state, alarm)
        growth = np.subtract(price, state.remembered_price, out=scratch.like(alarm))
        goal = hoarding_goal(growth, alarm, p["hoarding_gain"], p["hoarding_alarm"], p["hoarding_ceiling"], alarm)
        smooth(state.remembered_price, price, step_share(days, p["hoarding_memory"]), growth)
        goal -= state.hoarding
        rise, fall = step_share(days, p["hoarding_rise"]), step_share(days, p["hoarding_fall"])
        move(state.hoarding, goal, rise, fall, growth)
        self.stock(state.expected_need, out=state.target_stock)
        state.target_stock[:] -= self.young_stock(self._unstocked(state))
        state.target_stock[:] *= state.hoarding

    def _supply_line_gap(self, state: State, days: int, scratch: Scratch) -> Floats:
        """(D, R), days of need: what should be on its way, licence time included, less what is (eq. 5.3)."""
        controls = self.controls
        gap = self.transit(state.share, out=scratch.like(state.hoarding))
        gap -= days  # goods on their way for a tick less than the transit: shares add up to 1
        controls.to_destination.add(state.share[controls.arcs] * controls.licence_days, gap)
        coming = controls.pending + controls.granted  # what was granted in this tick has not left yet
        under_way = controls.to_destination(coming, out=scratch.like(gap))
        under_way += self.under_way.coming
        theirs = [under_way[holder.rows] * holder.part for holder in self.points.holders]
        for holder, part in zip(self.points.holders, theirs, strict=True):
            under_way[holder.rows] -= part
        under_way += state.traded
        under_way /= np.maximum(state.expected_use, TINY, out=scratch.like(gap))
        gap -= under_way
        return gap
