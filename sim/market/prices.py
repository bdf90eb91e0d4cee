"""Prices look forward: prospective cover, unit cost, and the price they return to (docs/model.md, section 8)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from sim.axes import TINY, Floats, Scalar, Sum, Weighted, at_least, at_most, column, share_of
from sim.ensemble.clock import Tick
from sim.ensemble.parameters import Parameters
from sim.market.forms import EXP_MOST, HALF, move, smooth, step_share
from sim.market.kernels import Given
from sim.world.build import World


def short_of(wanted: Floats, supply: Floats, use: Floats, least: Scalar) -> Floats:
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
    (N, R) array, ln of a ratio: zero at target, positive when scarce

    Examples
    --------
    Half the supply that is wanted:

    >>> short_of(np.array([[20.0]]), np.array([[10.0]]), np.array([[1.0]]), 2.0).round(4)
    array([[0.6931]])
    """
    return np.log(wanted / np.maximum(use * least, supply))


@dataclass(frozen=True)
class PriceRule:
    """How scarcity and cost make a price, and the reference price follows it (eq. 8.5 and 8.6)."""

    elasticity: Scalar
    slack: Scalar
    floor: Scalar
    sharpness: Scalar

    @classmethod
    def of(cls, p: Parameters) -> PriceRule:
        """The rule of the parameters."""
        return cls(p["scarcity_elasticity"], p["slack_response"], p["price_floor"], p["ample_sharpness"])

    def pressure(self, short: Floats, cost: Floats) -> Floats:
        """Price goal over the reference price (eq. 8.5).

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
        return cost + self.elasticity * np.maximum(short, short * self.slack)

    def ample(self, short: Floats) -> Floats:
        """How much of its pull the base price has: all when cover is ample, none when goods are scarce.

        Parameters
        ----------
        short : (N, R) array, ln of a ratio

        Returns
        -------
        (N, R) array, share of 1
        """
        return 2 / (1 + np.exp((short * self.sharpness).clip(0, EXP_MOST)))


@final
class LookAhead:
    """Supply, use and what is wanted in prospect (eq. 8.1 to 8.3)."""

    def __init__(self, given: Given) -> None:
        self.world, p, self.controls, self.under_way = given.world, given.p, given.controls, given.under_way
        world, self.look_ahead, self.time = given.world, p["look_ahead"], p["expectation_time"]
        reach = at_least(self.look_ahead - world.arcs.transit[:, None], 0) * world.arcs.abroad[:, None]
        self.arriving = Weighted(world.arcs.to_destination, reach)
        abroad = np.flatnonzero(world.arcs.abroad)
        self.exports = Sum(world.arcs.origin[abroad], abroad, 1.0, (world.arcs.to_origin.shape[0], len(world.arcs)))
        self.thin = thin_market(world, p["thin_market"], self.look_ahead)
        late = np.maximum(world.arcs.transit, given.days)[:, None] - self.look_ahead * world.arcs.abroad[:, None]
        self.late_arcs = np.flatnonzero((late > 0).any(axis=1))
        self.late = at_least(late, 0)[self.late_arcs]
        rows, shape = world.arcs.destination[self.late_arcs], (world.arcs.to_destination.shape[0], len(self.late_arcs))
        self.to_late = Sum(rows, range(len(rows)), 1.0, shape)
        self.resale = at_least(self.look_ahead - np.asarray(p["resale_transit"]), 0)

    def __call__(
        self, tick: Tick, orders_placed: Floats, expected_restriction: Floats, backlog: Floats, expected_use: Floats,
        traded: Floats, resold_by_users: Floats, resold_by_producers: Floats, resold_to: Floats,
        user_stock: Floats, producer_stock: Floats, expected_output: Floats, expected_orders: Floats,
        target_stock: Floats, withheld: Floats,
        *, expected_trade: Floats, prospective_use: Floats, sold_abroad: Floats, supply: Floats, wanted: Floats,
    ) -> None:  # fmt: skip
        world, controls, d, o = self.world, self.controls, self.world.nodes.destinations, self.world.nodes.origins
        smooth(expected_trade, orders_placed, step_share(tick.days, self.time))
        passing = 1 - expected_restriction
        permitted = expected_trade.copy()
        permitted[controls.arcs] *= passing
        use = prospective_use  # eq. 8.2
        use.fill(0)
        self.exports.add(permitted, use[o])
        sold_abroad[:] = use
        if expected_restriction.any():  # what may not leave tells no price
            sold_abroad[o] *= share_of(use[o], self.exports(expected_trade))
        use[d] += expected_use + resold_by_users
        use[o] += resold_by_producers
        sold_abroad /= at_least(use, TINY)
        np.add(use * self.look_ahead, self.thin, out=wanted)  # eq. 8.3
        self.to_late.add(permitted[self.late_arcs] * self.late, wanted[d])
        wanted[d] += target_stock
        wanted[o] += world.producers.cover * expected_orders
        supply[:] = self.thin  # eq. 8.1
        there = supply[d]
        there += self.under_way.coming + traded + resold_to * self.resale
        world.users.to_destination.add(user_stock, there)
        self.arriving.add(permitted, there)
        controls.to_destination.add(backlog * passing, there)
        supply[o] += (producer_stock + expected_output * self.look_ahead) * (1 - withheld)


@final
class Compare:
    """How far supply in prospect falls short of what is wanted (eq. 8.3)."""

    def __init__(self, given: Given) -> None:
        self.least = given.p["least_prospect"]

    def __call__(self, wanted: Floats, supply: Floats, prospective_use: Floats, *, scarcity: Floats) -> None:
        scarcity[:] = short_of(wanted, supply, prospective_use, self.least)


@final
class Expose:
    """How far the price of a place is that of others: by what passes through trading houses (eq. 8.7)."""

    def __init__(self, given: Given) -> None:
        self.world, p, self.look_ahead = given.world, given.p, given.p["look_ahead"]
        self.thin = thin_market(given.world, p["thin_market"], self.look_ahead)
        dealt_in = column(float(given.world.is_traded(c)) for c, _ in given.world.nodes.names)
        self.dealt_in = dealt_in * (np.asarray(p["resale_share"]) > 0)

    def __call__(
        self, wanted: Floats, resold_by_users: Floats, resold_by_producers: Floats, resold_to: Floats, set_up: Floats,
        sold_abroad: Floats, elsewhere: Floats, *, exposed: Floats,
    ) -> None:  # fmt: skip
        d, o = self.world.nodes.destinations, self.world.nodes.origins
        passes = np.zeros_like(wanted)
        passes[d] += resold_by_users + resold_to
        passes[o] += resold_by_producers
        part = (self.thin + passes * self.look_ahead) / wanted
        np.maximum(np.maximum(set_up, sold_abroad) * elsewhere, part, out=exposed)
        at_most(exposed, 1, out=exposed)
        exposed *= self.dealt_in


@final
class Costs:
    """Unit cost of producers, or of what lands where nothing is made, and what is passed on of it (eq. 8.4)."""

    def __init__(self, given: Given) -> None:
        self.world, p = given.world, given.p
        self.landed_share, self.producers_share = p["landed_pass_through"], p["cost_pass_through"]
        home = np.full(len(self.world.nodes), -1)
        for a in np.flatnonzero(self.world.arcs.abroad == 0):
            home[self.world.arcs.destination[a]] = a
        self.both = slice(self.world.nodes.origins.start, self.world.nodes.destinations.stop)
        self.home, self.imports_all = home[self.both], np.flatnonzero(home[self.both] < 0)

    def __call__(
        self, landed_cost: Floats, unit_cost: Floats, share: Floats, *, cost: Floats, passed_on: Floats
    ) -> None:
        world, d, o = self.world, self.world.nodes.destinations, self.world.nodes.origins
        landed = np.log(landed_cost)
        cost[d] = landed
        passed_on[d] = landed * self.landed_share
        producers = world.facilities.cost_of_origin(np.log(unit_cost), out=cost[o])
        np.multiply(producers, self.producers_share, out=passed_on[o])
        abroad = 1 - share[self.home]  # where goods are made and landed, each cost counts by its part in what users buy
        abroad[self.imports_all] = 1
        there = landed[self.both]
        cost[self.both] += (there - cost[self.both]) * abroad
        passed_on[self.both] += (there * self.landed_share - passed_on[self.both]) * abroad


@final
class MovePrices:
    """Spot prices move to their goal (eq. 8.5), lean to one another (eq. 8.7); reference prices follow (eq. 8.6)."""

    def __init__(self, given: Given) -> None:
        self.p, self.rule = given.p, PriceRule.of(given.p)
        self.most = np.log(self.p["choke_price"]) + 2 * np.asarray(self.p["choke_spread"])  # nearly all has given up

    def __call__(
        self, tick: Tick, scarcity: Floats, cost: Floats, passed_on: Floats, netback: Floats, exposed: Floats,
        *, price: Floats, reference_price: Floats, price_pressure: Floats,
    ) -> None:  # fmt: skip
        p, days, margin = self.p, tick.days, self.p["resale_margin"]
        now = self.rule.pressure(scarcity, passed_on)
        goal = np.maximum(reference_price + HALF * (price_pressure + now), cost + np.log(self.rule.floor))
        np.minimum(goal, self.most, out=goal)
        price_pressure[:] = now
        apart = goal - netback
        goal -= (apart - at_most(at_least(apart, np.negative(margin)), margin)) * exposed
        rise = (goal - price) * step_share(days, p["price_time"])
        price += rise
        own = (
            price - HALF * rise - passed_on - reference_price
        )  # the mean price of the tick is half of its rise below its end
        up = step_share(days, 1 / p["reference_rate"])
        down = step_share(days, 1 / (p["reference_rate"] * p["reference_slowdown"]))
        move(reference_price, own, up, down)
        reference_price *= 1 - self.rule.ample(scarcity) * step_share(days, 1 / p["reference_return"])


def thin_market(world: World, share: Scalar, look_ahead: Scalar) -> Floats:
    """(N, 1) or (N, R), t: what a thin market counts for: a share of the use of the look-ahead (eq. 8.1)."""
    return _use(world) * (share * look_ahead)


def _use(world: World) -> Floats:
    """(N, 1), t/day: use in the base year at each node, at home and abroad; of new places, at capacity 1."""
    need = world.users.need.copy()
    need[world.users.plants] = np.maximum(need[world.users.plants], world.facilities.need(world.facilities.scale))
    used, full = np.zeros((len(world.nodes), 1)), np.zeros((len(world.nodes), 1))
    used[world.nodes.destinations] += world.users.to_destination(world.users.need)
    used[world.nodes.origins] += world.arcs.to_origin(world.arcs.flow * world.arcs.abroad[:, None])
    full[world.nodes.destinations] += world.users.to_destination(need)
    full[world.nodes.origins] += world.producers.full_orders
    return at_least(np.where(used > 0, used, full), TINY)
