"""Prices look forward: prospective cover, unit cost, and the anchor they return to (docs/model.md, section 8)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, final

import numpy as np

from sim.axes import TINY, Floats, Scalar, Sum
from sim.ensemble.arrivals import UnderWay
from sim.ensemble.clock import Tick
from sim.ensemble.parameters import Parameters
from sim.ensemble.scratch import Scratch
from sim.ensemble.state import State
from sim.market.forms import EXP_MOST, HALF, move, smooth, step_share
from sim.market.points import Controls, Places, Points
from sim.world.build import World


def scarcity(wanted: Floats, supply: Floats, use: Floats, least: Scalar) -> Floats:
    """How far supply that is in prospect falls short of what is wanted (eq. 8.3).

    Parameters
    ----------
    wanted : (N, R) array, t
        Target stocks and use over the look-ahead.
    supply : (N, R) array, t
    use : (N, R) array, t/day
        Prospective use.
    least : float or (R,) array, days
        Supply counts as at least so many days of use.

    Returns
    -------
    (N, R) array, ln of a ratio: nought at target, positive when scarce

    Examples
    --------
    Half the supply that is wanted:

    >>> scarcity(np.array([[20.0]]), np.array([[10.0]]), np.array([[1.0]]), 2.0).round(4)
    array([[0.6931]])
    """
    short = np.multiply(use, least)
    np.maximum(short, supply, out=short)
    np.divide(wanted, short, out=short)
    return np.log(short, out=short)


def leave_out_unused(wanted: Floats, supply: Floats, use: Floats) -> None:
    """Let nothing be scarce where nothing is used: what is wanted is what there is, in place.

    Parameters
    ----------
    wanted, supply : (M, R) arrays, t
    use : (M, R) array, t/day
    """
    unused = use <= 0
    wanted[unused] = 1
    supply[unused] = 1


@dataclass(frozen=True)
class PriceRule:
    """How scarcity and cost make a price, and the anchor follows it (eq. 8.5 and 8.6)."""

    elasticity: Scalar
    slack: Scalar
    floor: Scalar
    sharpness: Scalar

    @classmethod
    def of(cls, p: Parameters) -> PriceRule:
        """The rule of the parameters."""
        return cls(p["scarcity_elasticity"], p["slack_response"], p["price_floor"], p["ample_sharpness"])

    def bare(self, short: Floats, cost: Floats) -> Floats:
        """Price goal over the anchor (eq. 8.5).

        Parameters
        ----------
        short : (N, R) array, ln of a ratio
            Scarcity.
        cost : (N, R) array, ln of a ratio
            Unit cost that is passed through.

        Returns
        -------
        (N, R) array, ln of a ratio
        """
        bare = np.multiply(short, self.slack)
        np.maximum(bare, short, out=bare)
        bare *= self.elasticity
        bare += cost
        return bare

    def ample(self, short: Floats, room: Floats | None = None) -> Floats:
        """How much of its pull the base price has: all when cover is ample, none when goods are scarce.

        Parameters
        ----------
        short : (N, R) array, ln of a ratio

        Returns
        -------
        (N, R) array, share of 1
        """
        pull = np.multiply(short, self.sharpness, out=room)
        np.exp(np.clip(pull, 0, EXP_MOST, out=pull), out=pull)
        pull += 1
        return np.divide(2, pull, out=pull)


@final
class _Fresh:
    """Places that lines bring to trade: what is usual there is not known from the base year (eq. 8.3)."""

    def __init__(self, world: World) -> None:
        nodes = np.arange(len(world.nodes))
        made, used = nodes[world.origins][world.new_origins], nodes[world.destinations][world.new_destinations]
        self.world, self.origins, self.users = world, made, used
        self.destinations = np.setdiff1d(used, np.setdiff1d(nodes[world.origins], made))  # nobody made it there either
        self.cover = world.user_to_destination(world.user_cover)[self.destinations]
        self.imported = np.setdiff1d(made, world.takers)  # most of it still comes from elsewhere

    def prepare(self, state: State, wanted: Floats, supply: Floats, use: Floats) -> None:
        """Count the stocks that new makers want; where nobody needs anything yet, nothing is scarce; in place."""
        rows = self.world.new_origins
        wanted[self.origins] += self.world.maker_cover[rows] * state.expected_orders[rows]
        there, held = wanted[self.users], supply[self.users]
        leave_out_unused(there, held, use[self.users])
        wanted[self.users], supply[self.users] = there, held


@final
class Prices:
    """Move the spot price and the anchor of every node."""

    writes: ClassVar = ("wished", "price", "anchor", "bare")

    def __init__(
        self,
        world: World,
        p: Parameters,
        points: Points,
        controls: Controls,
        under_way: UnderWay,
        start: State,
        scratch: Scratch,
    ) -> None:
        self.world, self.p, self.points, self.scratch = world, p, points, scratch
        self.controls, self.under_way = controls, under_way
        self.rule = PriceRule.of(p)
        self.look_ahead = p["look_ahead"]
        reach = np.maximum(self.look_ahead - world.arc_transit[:, None], 0)
        self.reach = reach * world.arc_abroad[:, None]
        self.ahead = self.reach + self.look_ahead * (1 - world.arc_abroad[:, None])
        arcs = len(world.arcs)
        abroad = np.flatnonzero(world.arc_abroad)
        self.exports = Sum(world.arc_origin[abroad], abroad, 1.0, (world.to_origin.shape[0], arcs))
        self.cover = world.user_to_destination.scaled(world.user_cover[:, 0])
        self.most = np.log(p["choke_price"]) + 2 * np.asarray(p["choke_spread"])  # nearly all use has given up
        supply, use = self.prospects(start)
        self.usual = np.where(use > 0, supply / np.where(use > 0, use, 1), 0)
        self.fresh = _Fresh(world)
        both = np.flatnonzero(np.isin(world.rival_arcs, controls.arcs))
        self.rival_controls = both, controls.positions(world.rival_arcs[both])
        self.meets = np.searchsorted(world.rival_places, world.capped)
        self.usual[self.fresh.destinations] += self.fresh.cover + self.look_ahead

    def __call__(self, state: State, tick: Tick) -> None:
        """Settle the prices of a tick."""
        p, scratch = self.p, self.scratch.clear()
        smooth(state.wished, state.want, step_share(tick.days, p["expectation_time"]), scratch.like(state.want))
        supply, use = self.prospects(state)
        if self.points.holders:
            self._hold(state, supply[self.world.destinations])
        wanted = np.multiply(use, self.usual, out=scratch.like(use))
        wanted[self.world.destinations] += self._extra_cover(state)
        self.fresh.prepare(state, wanted, supply, use)
        made = slice(self.world.destinations.stop, len(use))  # the nodes without users
        leave_out_unused(wanted[made], supply[made], use[made])
        short = scarcity(wanted, supply, use, p["least_prospect"])
        self._move(state, short, tick)
        self._take_prices(state)

    def _move(self, state: State, short: Floats, tick: Tick) -> None:
        """Spot prices move towards their goal (eq. 8.5)."""
        scratch, days = self.scratch.clear(), tick.days
        cost, passed = self._costs(state, scratch)
        for rule in self.points.discounts:
            rule(tick, passed)
        bare = self.rule.bare(short, passed)
        goal = np.add(bare, state.bare, out=scratch.like(bare))
        goal *= HALF
        goal += state.anchor
        cost += np.log(self.rule.floor)
        np.maximum(goal, cost, out=goal)
        np.minimum(goal, self.most, out=goal)
        self._compete(state, goal)
        state.bare[:] = bare
        rise = goal
        smooth(state.price, goal, step_share(days, self.p["price_time"]), room=rise)
        own = np.multiply(rise, -HALF, out=rise)  # the mean price of the tick is half of its rise below that at its end
        own += state.price
        own -= passed
        own -= state.anchor
        self._move_anchor(state, own, short, days, bare)

    def _compete(self, state: State, goal: Floats) -> None:
        """Where projects make what is used, prices move no higher than others' goods cost there (eq. 8.7)."""
        world = self.world
        dearer = goal[world.capped]
        dearer -= self._parity(state)[self.meets]
        made = state.made[world.capped - world.origins.start]
        dearer *= np.minimum(made / np.maximum(state.expected_use[world.capped], TINY), 1)
        goal[world.capped] -= np.maximum(dearer, 0, out=dearer)

    def _take_prices(self, state: State) -> None:
        """Makers where nobody uses their goods get what their customers pay, mostly the best of them (eq. 8.7)."""
        world, preference = self.world, self.p["seller_preference"]
        offered = state.price[world.destinations].copy()
        offered[world.rival_places] = np.minimum(offered[world.rival_places], self._parity(state))
        offered *= preference
        state.price[world.takers] = np.log(world.netback(np.exp(offered, out=offered))) / preference

    def _parity(self, state: State) -> Floats:
        """(Q, R), ln of a ratio: at what price others' goods are to be had, the dearer the more of them is barred."""
        world, controls, p = self.world, self.controls, self.p
        rival, at = self.rival_controls
        price = state.price[world.origins][world.arc_origin[world.rival_arcs]]
        price *= np.negative(p["seller_preference"])
        np.exp(price, out=price)
        dearer = np.log1p(controls.tariff[at]) * np.negative(p["seller_preference"])
        price[rival] *= (1 - controls.barred[at]) * np.exp(dearer)
        there = np.maximum(world.rivals(price), TINY)
        return np.log(there, out=there) / np.negative(p["seller_preference"]) + p["parity_band"]

    def prospects(self, state: State) -> tuple[Floats, Floats]:
        """(N, R), t: supply in prospect (eq. 8.1); (N, R), t/day: use in prospect (eq. 8.2)."""
        world, controls, scratch = self.world, self.controls, self.scratch.clear()
        passing = 1 - controls.barred
        permitted = scratch.like(state.wished)
        permitted[:] = state.wished
        permitted[controls.arcs] *= passing
        use, supply = scratch.like(state.price), scratch.like(state.price)
        use.fill(0)
        use[world.destinations] = state.expected_use
        self.exports.add(permitted, use[world.origins])
        supply.fill(0)
        there = supply[world.destinations]
        there[:] = self.under_way.coming
        world.user_to_destination.add(state.user_stock, there)
        permitted *= self.reach
        world.to_destination.add(permitted, there)
        controls.to_destination.add(controls.waiting * passing, there)
        supply[world.origins] += state.maker_stock
        supply[world.origins] += np.multiply(state.expected_output, self.look_ahead, out=permitted[: len(state.made)])
        return supply, use

    @cached_property
    def places(self) -> Places:
        """Where reserves buy; asked for in a tick, when all are bound."""
        return Places(self.world, self.controls, [holder.rows for holder in self.points.holders])

    def _hold(self, state: State, supply: Floats) -> None:
        """What is for reserves is no supply of users; what these may draw is (eq. 8.8), (D, R) t, in place."""
        places, controls = self.places, self.controls
        passing = 1 - controls.barred[places.controls]
        way = places.held_up(controls.waiting[places.controls] * passing)
        way += self.under_way.coming[places.rows]
        wished = state.wished[places.arcs] * self.ahead[places.arcs]
        wished[places.controlled] *= passing
        flow = places.into(wished)
        for holder, at in zip(self.points.holders, places.at, strict=True):
            supply[holder.rows] -= holder.part * way[at] + holder.asked * flow[at] - holder.offer(state)

    def _extra_cover(self, state: State) -> Floats:
        """(D, R), t: what hoarding adds to target stocks."""
        extra = self.cover(state.expected_need, out=self.scratch.like(state.hoarding))
        extra *= state.hoarding - 1
        return extra

    def _costs(self, state: State, scratch: Scratch) -> tuple[Floats, Floats]:
        """(N, R) ln of unit cost, of makers or of what lands where nothing is made (eq. 8.4); and what is passed on."""
        world, p = self.world, self.p
        cost, passed = scratch.like(state.price), scratch.like(state.price)
        landed = np.log(state.landed_cost, out=cost[world.destinations])
        np.multiply(landed, p["landed_pass_through"], out=passed[world.destinations])
        makers = world.cost_of_origin(np.log(state.unit_cost), out=cost[world.origins])
        np.multiply(makers, p["cost_pass_through"], out=passed[world.origins])
        imported = self.fresh.imported
        cost[imported] = np.log(state.landed_cost[imported])
        passed[imported] = cost[imported] * p["landed_pass_through"]
        return cost, passed

    def _move_anchor(self, state: State, own: Floats, short: Floats, days: int, room: Floats) -> None:
        """The anchor follows the price, faster up than down, and returns when cover is ample (eq. 8.6)."""
        p = self.p
        up = step_share(days, 1 / p["anchor_rate"])
        down = step_share(days, 1 / (p["anchor_rate"] * p["anchor_slowdown"]))
        move(state.anchor, own, up, down, room)
        kept = self.rule.ample(short, room)
        kept *= np.negative(step_share(days, 1 / p["anchor_return"]))
        kept += 1
        state.anchor[:] *= kept
