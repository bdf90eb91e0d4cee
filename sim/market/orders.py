"""Expectations, hoarding and orders (docs/model.md, section 5)."""

from __future__ import annotations

from typing import final

import numpy as np

from sim.axes import TINY, Floats, Scalar, Sum, Weighted, at_least, at_most, pick
from sim.ensemble.clock import Tick
from sim.market.designs import Ahead
from sim.market.forms import move, smooth, step_share
from sim.market.kernels import Given


def hoarding_goal(growth: Floats, announcement: Floats, gain: Scalar, weight: Scalar, ceiling: Scalar) -> Floats:
    """Factor on target cover that rising prices and announced controls call for (eq. 5.2).

    Parameters
    ----------
    growth : (D, R) array, ln of a ratio
        Of the price over what is remembered of it.
    announcement : (D, R) array, 0 to 1
        How much of the supply is under an announced control.
    gain, weight : float or (R,) array, dimensionless
    ceiling : float or (R,) array, ratio

    Returns
    -------
    (D, R) array, ratio; at least 1
    """
    return at_most(1 + gain * at_least(growth, 0) + weight * announcement, ceiling)


@final
class Expect:
    """What users come to expect to need, and others to be made (eq. 5.1)."""

    def __init__(self, given: Given) -> None:
        p = given.p
        self.time, self.output_time = p["expectation_time"], p["output_expectation_time"]
        self.to_destination, self.ahead = given.world.users.to_destination, Ahead(given)

    def __call__(
        self, tick: Tick, need: Floats, made: Floats, other: Floats, begun: Floats, depends: Floats,
        *, expected_need: Floats, expected_use: Floats, expected_output: Floats,
    ) -> None:  # fmt: skip
        if self.ahead.is_on:
            need = need.copy()
            self.ahead.add(need, begun, depends)
        smooth(expected_need, need, step_share(tick.days, self.time))
        self.to_destination(expected_need, out=expected_use)
        smooth(expected_output, made - other, step_share(tick.days, self.output_time))


@final
class Announce:
    """How much of the supply of each place is under an announced control (eq. 7.2)."""

    def __init__(self, given: Given) -> None:
        self.to_destination = given.controls.to_destination
        self.share = given.world.arcs.share[given.controls.arcs]

    def __call__(self, announcement_effect: Floats, *, announcement: Floats) -> None:
        self.to_destination(announcement_effect * self.share, out=announcement)


@final
class Hoard:
    """Users want to hold more when prices rise and controls are announced (eq. 5.2)."""

    def __init__(self, given: Given) -> None:
        world, self.p = given.world, given.p
        self.destinations, self.node, self.cover, self.young = (
            world.nodes.destinations, world.users.node, world.users.cover, world.projects.users
        )  # fmt: skip
        self.stock = Weighted(world.users.to_destination, self.cover)
        shape = (world.arcs.to_destination.shape[0], len(self.young))
        young = Sum(world.users.node[self.young], range(shape[1]), 1.0, shape)
        self.young_stock = Weighted(young, self.cover[self.young])

    def __call__(
        self, tick: Tick, price: Floats, announcement: Floats, expected_need: Floats, unstocked: Floats,
        *, hoarding: Floats, remembered_price: Floats, target_stock: Floats, target_cover: Floats,
    ) -> None:  # fmt: skip
        p, days, spot = self.p, tick.days, price[self.destinations]
        growth = spot - remembered_price
        goal = hoarding_goal(
            growth, announcement, p["hoarding_gain"], p["hoarding_announcement"], p["hoarding_ceiling"]
        )
        remembered_price += growth * step_share(days, p["hoarding_memory"])
        move(hoarding, goal - hoarding, step_share(days, p["hoarding_rise"]), step_share(days, p["hoarding_fall"]))
        target_stock.fill(0)
        self.young_stock.add(np.minimum(unstocked[self.young], expected_need[self.young]), target_stock)
        np.negative(target_stock, out=target_stock)
        self.stock.add(expected_need, target_stock)
        target_stock *= hoarding
        np.multiply(pick(hoarding, self.node), self.cover, out=target_cover)


@final
class Order:
    """What users order: what they expect to need, and what is missing in stocks and on its way (eq. 5.3)."""

    def __init__(self, given: Given) -> None:
        world, p = given.world, given.p
        self.time, self.weight = p["stock_adjustment_time"], p["on_order_weight"]
        self.node, self.young, self.to_destination = world.users.node, world.projects.users, world.users.to_destination
        self.transit, self.controls = world.arcs.to_destination.scaled(world.arcs.transit), given.controls
        self.under_way, self.reserves = given.under_way, given.hooks.deliveries

    def __call__(
        self, tick: Tick, expected_need: Floats, unstocked: Floats, user_stock: Floats, target_cover: Floats,
        share: Floats, licence_days: Floats, expected_clearance: Floats, granted: Floats, pipeline_share: Floats,
        traded: Floats, expected_use: Floats, resold_by_users: Floats, *, user_orders: Floats, orders: Floats,
    ) -> None:  # fmt: skip
        controls = self.controls
        should = self.transit(share) - tick.days  # a tick less than the transit: shares add up to 1
        controls.to_destination.add(share[controls.arcs] * licence_days, should)
        coming = self.under_way.coming + controls.to_destination(
            expected_clearance + granted
        )  # granted: it has not left yet
        if self.reserves:
            coming -= coming * pipeline_share
        coming += traded
        gap = should - coming / at_least(expected_use, TINY)  # days of need
        factor = 1 + gap * (self.weight / self.time)
        order = (target_cover / self.time + pick(factor, self.node)) * expected_need - user_stock / self.time
        new = np.minimum(unstocked[self.young], expected_need[self.young])  # too new to have a stock (eq. 10.12)
        order[self.young] -= target_cover[self.young] / self.time * new
        at_least(order, 0, out=user_orders)
        self.to_destination(user_orders, out=orders)
        orders += resold_by_users
