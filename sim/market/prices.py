"""Prices look forward: prospective cover, unit cost, and the anchor they return to (docs/model.md, section 8)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, final

import numpy as np

from sim.axes import TINY, Floats, Scalar, Sum, column
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
class Prices:
    """Move the spot price and the anchor of every node."""

    writes: ClassVar = ("wished", "exposed", "price", "anchor", "bare")

    def __init__(
        self,
        world: World,
        p: Parameters,
        points: Points,
        controls: Controls,
        under_way: UnderWay,
        scratch: Scratch,
        whole: int,
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
        self.most = np.log(p["choke_price"]) + 2 * np.asarray(p["choke_spread"])  # nearly all use has given up
        self.thin = _thin(world) * (p["thin_market"] * self.look_ahead)
        late = np.maximum(
            np.maximum(world.arc_transit, whole)[:, None] - self.look_ahead * world.arc_abroad[:, None], 0
        )
        self.sold_abroad = np.zeros((len(world.nodes), controls.blocked.shape[1]))
        self.dealt_in = column(float(world.is_traded(c)) for c, _ in world.nodes) * (np.asarray(p["resale_share"]) > 0)
        self.late_arcs = np.flatnonzero(late.any(axis=1))
        self.late = late[self.late_arcs]
        rows, shape = world.arc_destination[self.late_arcs], (world.to_destination.shape[0], len(self.late_arcs))
        self.to_late = Sum(rows, range(len(rows)), 1.0, shape)
        self.resale = np.maximum(self.look_ahead - np.asarray(p["resale_transit"]), 0)
        self.home = np.full(len(world.nodes), -1)
        for a in np.flatnonzero(world.arc_abroad == 0):
            self.home[world.arc_destination[a]] = a
        self.both = np.arange(world.origins.start, world.destinations.stop)

    def __call__(self, state: State, tick: Tick) -> None:
        """Settle the prices of a tick."""
        p, scratch = self.p, self.scratch.clear()
        smooth(state.wished, state.want, step_share(tick.days, p["expectation_time"]), scratch.like(state.want))
        supply, use, wanted = self.prospects(state)
        if self.points.holders:
            self._hold(state, supply[self.world.destinations])
        short = scarcity(wanted, supply, use, p["least_prospect"])
        self._expose(state, wanted)
        self._move(state, short, tick)

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
        self._lean(state, goal)
        state.bare[:] = bare
        rise = goal
        smooth(state.price, goal, step_share(days, self.p["price_time"]), room=rise)
        own = np.multiply(rise, -HALF, out=rise)  # the mean price of the tick is half of its rise below that at its end
        own += state.price
        own -= passed
        own -= state.anchor
        self._move_anchor(state, own, short, days, bare)

    def _expose(self, state: State, wanted: Floats) -> None:
        """How far the price of a place is that of others: by what passes through trading houses (eq. 8.7)."""
        world = self.world
        part = np.divide(self.thin, wanted, out=self.scratch.like(wanted))
        wanted /= self.look_ahead
        for rows, traded in (
            (world.destinations, state.resold_by_users),
            (world.destinations, state.resold_to),
            (world.origins, state.resold_by_makers),
        ):
            part[rows] += traded / wanted[rows]
        np.maximum(state.set_up, self.sold_abroad, out=state.exposed)
        state.exposed[:] *= state.elsewhere
        np.maximum(state.exposed, part, out=state.exposed)
        np.minimum(state.exposed, 1, out=state.exposed)
        state.exposed[:] *= self.dealt_in

    def _lean(self, state: State, goal: Floats) -> None:
        """Prices of one good lean to one another, give or take what trading houses take (eq. 8.7)."""
        margin = self.p["resale_margin"]
        apart = np.subtract(goal, state.netback, out=self.scratch.like(goal))
        apart -= np.clip(apart, np.negative(margin), margin, out=self.scratch.like(goal))
        apart *= state.exposed
        goal -= apart

    def prospects(self, state: State) -> tuple[Floats, Floats, Floats]:
        """(N, R), t: supply in prospect (eq. 8.1); t/day: use in prospect (eq. 8.2); t: what is wanted (eq. 8.3)."""
        world, controls, scratch = self.world, self.controls, self.scratch.clear()
        passing = 1 - controls.barred
        permitted = scratch.like(state.wished)
        permitted[:] = state.wished
        permitted[controls.arcs] *= passing
        use, supply = scratch.like(state.price), scratch.like(state.price)
        use.fill(0)
        self.exports.add(permitted, use[world.origins])
        self.sold_abroad[:] = use
        use[world.destinations] += state.expected_use
        use[world.destinations] += state.resold_by_users
        use[world.origins] += state.resold_by_makers
        self.sold_abroad /= np.maximum(use, TINY)
        supply[:] = self.thin
        there = supply[world.destinations]
        there += self.under_way.coming
        world.user_to_destination.add(state.user_stock, there)
        there += state.traded
        there += state.resold_to * self.resale
        wanted = self._wanted(state, permitted, use)
        permitted *= self.reach
        world.to_destination.add(permitted, there)
        controls.to_destination.add(controls.waiting * passing, there)
        supply[world.origins] += state.maker_stock
        supply[world.origins] += np.multiply(state.expected_output, self.look_ahead, out=permitted[: len(state.made)])
        return supply, use, wanted

    def _wanted(self, state: State, permitted: Floats, use: Floats) -> Floats:
        """(N, R), t: what is used in the look-ahead, what is under way beyond it, and stocks (eq. 8.3)."""
        world, scratch = self.world, self.scratch
        wanted = np.multiply(use, self.look_ahead, out=scratch.like(use))
        there = wanted[world.destinations]
        self.to_late.add(permitted[self.late_arcs] * self.late, there)
        there += state.target_stock
        wanted[world.origins] += world.maker_cover * state.expected_orders
        wanted += self.thin
        return wanted

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

    def _costs(self, state: State, scratch: Scratch) -> tuple[Floats, Floats]:
        """(N, R) ln of unit cost, of makers or of what lands where nothing is made (eq. 8.4); and what is passed on."""
        world, p = self.world, self.p
        cost, passed = scratch.like(state.price), scratch.like(state.price)
        landed_cost = np.log(state.landed_cost, out=scratch.like(state.landed_cost))
        cost[world.destinations] = landed_cost
        np.multiply(landed_cost, p["landed_pass_through"], out=passed[world.destinations])
        makers = world.cost_of_origin(np.log(state.unit_cost), out=cost[world.origins])
        np.multiply(makers, p["cost_pass_through"], out=passed[world.origins])
        self._mix(state, landed_cost, cost, passed)
        return cost, passed

    def _mix(self, state: State, landed: Floats, cost: Floats, passed: Floats) -> None:
        """Where goods are made and landed, each cost counts by its part in what users there buy; in place."""
        both = self.both
        abroad = 1 - state.share[self.home[both]]
        abroad[self.home[both] < 0] = 1
        for array, there in ((cost, landed[both]), (passed, landed[both] * self.p["landed_pass_through"])):
            array[both] += (there - array[both]) * abroad

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


def _thin(world: World) -> Floats:
    """(N, 1), t/day: use in the base year at each node, at home and abroad; of new places, at capacity 1."""
    need = world.user_need.copy()
    need[world.plants] = np.maximum(need[world.plants], world.need_of_plants(world.scale))
    used, full = np.zeros((len(world.nodes), 1)), np.zeros((len(world.nodes), 1))
    used[world.destinations] += world.user_to_destination(world.user_need)
    used[world.origins] += world.to_origin(world.arc_flow * world.arc_abroad[:, None])
    full[world.destinations] += world.user_to_destination(need)
    full[world.origins] += world.full_orders
    return np.maximum(np.where(used > 0, used, full), TINY)
