"""Trading houses: they buy where goods are cheap and sell where they are dear (docs/model.md, section 6)."""

from __future__ import annotations

from typing import final

import numpy as np

from sim.axes import TINY, Floats, Ints, Sum, at_least, at_most, pick, share_of
from sim.ensemble.clock import Tick
from sim.market.controls import Controls
from sim.market.forms import smooth, step_share
from sim.market.kernels import Given
from sim.world.build import World

NEXT_TO_NOTHING = TINY**2  # t/day: of what nobody uses anywhere, so that nothing is divided by zero


def is_active(given: Given) -> bool:
    """Whether there are trading houses in any replicate."""
    return bool(np.any(np.asarray(given.p["resale_share"]) > 0))


@final
class Quote:
    """What the best other buyers pay for the goods of a place, and who gets what is sold (eq. 6.5 and 6.7)."""

    def __init__(self, given: Given) -> None:
        self.active, self.p, self.controls, self.tariffs = (
            is_active(given),
            given.p,
            given.controls,
            given.hooks.tariffs,
        )
        self.world, self.places = given.world, Places(given.world)
        goods, there = len(given.world.commodities), self.places.there
        self.of_good = Sum(there, range(len(there)), 1.0, (goods, len(there)))
        self.abroad = _share_from_abroad(given.world, given.controls)
        self.from_others = self._share_from_others()

    def __call__(
        self, price: Floats, expected_use: Floats, tariff: Floats, leaving: Floats,
        *, sold_to: Floats, elsewhere: Floats, netback: Floats, worth: Floats,
    ) -> None:  # fmt: skip
        if not self.active:
            return
        world, p = self.world, self.p
        duty = self.duty(tariff, leaving) if self.tariffs else 0.0
        weight, with_others = self._weight(expected_use)
        bids = np.exp((price[world.nodes.destinations] - duty) * p["resale_choice"]) * weight
        self._offer(bids, weight, sold_to, netback, elsewhere)
        elsewhere[self.places.largest] = with_others
        elsewhere[world.nodes.destinations.stop :] = self.from_others
        if self.tariffs:
            netback[world.nodes.origins] -= self._exit(leaving, sold_to)
        gain = at_least(netback - price - p["resale_margin"], 0)
        np.subtract(1, np.exp(gain / np.negative(p["resale_spread"])), out=worth)
        worth[self.places.idle] = 0
        netback[world.nodes.destinations] += duty

    def _offer(self, bids: Floats, weight: Floats, sold_to: Floats, netback: Floats, elsewhere: Floats) -> None:
        """Who pays most gets most of what is sold (eq. 6.7); the mean of the best bids elsewhere (eq. 6.5)."""
        p, places, d = self.p, self.places, self.world.nodes.destinations
        top, use = self.of_good(bids), self.of_good(weight)
        mean = at_least(top, NEXT_TO_NOTHING) / at_least(use, NEXT_TO_NOTHING)
        least = np.exp(np.negative(p["resale_choice"] * p["resale_margin"]))
        offers = at_least(bids * pick(use / at_least(top, NEXT_TO_NOTHING), places.there) - weight * least, 0)
        total = at_least(self.of_good(offers), NEXT_TO_NOTHING)
        np.multiply(offers, pick(1 / total, places.there), out=sold_to)
        own, all_use = np.subtract(1, p["thin_market"]), pick(use, places.there)
        np.subtract(1, weight / all_use, out=elsewhere[d])
        others = (pick(top, places.there) - own * bids) / (all_use - own * weight)
        np.divide(np.log(others), p["resale_choice"], out=netback[d])
        nobody = places.good[d.stop :]  # of places without users, all buyers are elsewhere
        np.divide(pick(np.log(mean), nobody), p["resale_choice"], out=netback[d.stop :])

    def _share_from_others(self) -> Floats:
        """(nodes without users, 1): of all use of a good in the base year, what other producers serve."""
        world, first = self.world, self.world.nodes.destinations.stop
        used = self.of_good(world.users.to_destination(world.users.need))
        own = world.producers.orders[first - world.nodes.origins.start :]
        return 1 - share_of(own, used[self.places.good[first:]])

    def _weight(self, expected_use: Floats) -> tuple[Floats, Floats]:
        """(D, R) t/day: use; beside the largest producers it counts as no more than that of all others together.

        And (largest, R), share of 1: how much of all use is with those others.
        """
        weight, largest = expected_use + TINY, self.places.largest
        own = weight[largest]
        others = at_least(self.of_good(weight)[self.places.there[largest]] - own, TINY)
        weight[largest] = own * others / (own + others)
        return weight, others / (own + others)

    def duty(self, tariff: Floats, leaving: Floats) -> Floats:
        """(D, R) ln: mean duty that a destination charges on what it buys abroad (eq. 6.5)."""
        return np.log1p(self.controls.to_destination((tariff - leaving) * self.abroad))

    def _exit(self, leaving: Floats, sold_to: Floats) -> Floats:
        """(O, R) ln: what is charged on goods that leave a place, by who would get them (eq. 6.5)."""
        controls = self.controls
        return np.log1p(controls.to_origin(leaving * sold_to[self.world.arcs.destination[controls.arcs]]))


@final
class Buy:
    """What trading houses would buy of producers and users (eq. 6.6), and order of the largest producers (eq. 6.8)."""

    def __init__(self, given: Given) -> None:
        self.active, self.world, self.p, self.controls = is_active(given), given.world, given.p, given.controls
        self.places, arcs = Places(given.world), given.controls.arcs
        self.covered = np.flatnonzero([given.world.is_traded(given.world.arcs.names[a][0]) for a in arcs])
        self.destination = given.world.arcs.destination[arcs]

    def __call__(
        self, tick: Tick, worth: Floats, set_up: Floats, producer_stock: Floats, user_stock: Floats,
        target_stock: Floats, landed: Floats, resold_by_users: Floats, sold_to: Floats, expected_restriction: Floats,
        restricted: Floats, licensed: Floats, bound: Floats,
        *, held: Floats, sold_by_producers: Floats, sold_by_users: Floats, sought: Floats, shut: Floats,
    ) -> None:  # fmt: skip
        if not self.active:
            return
        world, p, places = self.world, self.p, self.places
        ready, pace = worth * set_up, step_share(tick.days, p["resale_time"])
        producers = ready[world.nodes.origins] * producer_stock * pace
        direct = places.direct
        sought[direct] = producers[world.arcs.origin[direct]] * sold_to[world.arcs.destination[direct]] / tick.days
        sought[self.controls.arcs] *= 1 - expected_restriction
        np.multiply(producers, places.pooled, out=sold_by_producers)
        rows = self.covered
        passing = (1 - expected_restriction[rows]) * (1 - restricted[rows]) * (1 - licensed[rows])
        shut[rows] = (1 - passing) * sold_to[self.destination[rows]]
        world.users.to_destination(user_stock, out=held)
        free = (1 - bound) * p["resale_share"]
        ordered = np.minimum(resold_by_users * tick.days, landed)  # for resale; of the rest, what is not bound
        users = at_least(held - target_stock, 0) * pace + ordered + (landed - ordered) * free
        np.minimum(users * ready[world.nodes.destinations] * places.of_users, held, out=sold_by_users)


@final
class SendOn:
    """What is bought goes on its way; what may not go where it is wanted stays (eq. 6.8 to 6.10)."""

    def __init__(self, given: Given) -> None:
        world = given.world
        self.active, self.world, self.p, self.places = is_active(given), world, given.p, Places(world)
        self.kept = KeptBack(world, given.controls.arcs)
        there, o = self.places.there, self.places.good[world.nodes.origins]
        self.users_of_good = Sum(there, range(len(there)), 1.0, (len(world.commodities), len(there)))
        self.producers_of_good = Sum(o, range(len(o)), 1.0, (len(world.commodities), len(o)))

    def __call__(
        self, tick: Tick, held: Floats, sold_by_producers: Floats, sold_by_users: Floats, sold_to: Floats,
        share: Floats, shut: Floats, traced: Floats,
        *, user_stock: Floats, producer_stock: Floats, bought: Floats, traded: Floats, expected_orders: Floats,
        resold_by_producers: Floats, resold_by_users: Floats, resold_to: Floats,
    ) -> None:  # fmt: skip
        if not self.active:
            return
        world, days, kept = self.world, tick.days, self.kept
        pool = self.producers_of_good.add(sold_by_producers, self.users_of_good(sold_by_users))
        producers, users, got = sold_by_producers, sold_by_users, pick(pool, self.places.there) * sold_to
        if kept.any:
            stays = shut * producers[kept.origin]  # (K, R) t
            producers, got = producers - kept.to_origin(stays), got - kept.to_destination(stays)
            if traced.any():
                users, got = kept.without_traced(users, got, share, traced * sold_to[kept.destination])
            got = at_least(got, 0)
        user_stock *= pick(1 - users / at_least(held, NEXT_TO_NOTHING), world.users.node)
        producer_stock -= producers
        at_least(producer_stock, 0, out=producer_stock)
        traded += got
        bought.fill(0)
        bought[world.nodes.destinations] += users
        bought[world.nodes.origins] += producers
        learned = step_share(days, self.p["expectation_time"])
        expected_orders += producers * (learned / days)
        smooth(resold_to, got / days, learned)
        smooth(resold_by_users, users / days, learned)
        smooth(resold_by_producers, producers / days, learned)


@final
class SetUp:
    """Trading houses set up where it pays, as far as goods may leave (eq. 6.11)."""

    def __init__(self, given: Given) -> None:
        self.active, self.world, self.time = is_active(given), given.world, given.p["resale_setup"]
        self.kept, self.alone = KeptBack(given.world, given.controls.arcs), Places(given.world).producers_alone

    def __call__(
        self, tick: Tick, worth: Floats, sold_to: Floats, share: Floats, shut: Floats, traced: Floats, *, set_up: Floats
    ) -> None:
        if not self.active:
            return
        kept, goal = self.kept, worth
        if kept.any:
            goal = worth.copy()
            stays = at_most(kept.to_origin(shut), 1)  # shares may add up to one and a bit
            goal[self.alone] *= 1 - stays[self.alone - self.world.nodes.origins.start]
            if traced.any():
                goal[self.world.nodes.destinations] *= 1 - kept.traced_share(share, traced * sold_to[kept.destination])
        smooth(set_up, goal, step_share(tick.days, self.time))


@final
class KeptBack:
    """What controls keep trading houses from selling on: their producers' own goods, and those in others' stocks.

    Parameters
    ----------
    world : World
    arcs : (K,) array → A
        Those that any instrument may act on; their origins (G) are looked at, with all arcs (J) on which goods of
        these leave.
    """

    def __init__(self, world: World, arcs: Ints) -> None:
        self.any = any(world.is_traded(world.arcs.names[a][0]) for a in arcs)
        self.origin, self.destination = world.arcs.origin[arcs], world.arcs.destination[arcs]
        places, rows = world.arcs.to_destination.shape[0], range(len(arcs))
        self.to_origin = Sum(self.origin, rows, 1.0, (world.arcs.to_origin.shape[0], len(arcs)))
        self.to_destination = Sum(self.destination, rows, 1.0, (places, len(arcs)))
        groups = np.unique(self.origin)
        self.arcs = np.flatnonzero(np.isin(world.arcs.origin, groups))
        self.place, self.group = (
            world.arcs.destination[self.arcs],
            np.searchsorted(groups, world.arcs.origin[self.arcs]),
        )
        self.of = np.searchsorted(groups, self.origin)
        theirs = range(len(self.arcs))
        self.by_group = Sum(self.group, theirs, 1.0, (len(groups), len(self.arcs)))
        self.controlled = Sum(self.of, rows, 1.0, (len(groups), len(self.of)))
        self.at_place = Sum(self.place, theirs, 1.0, (places, len(self.arcs)))

    def theirs(self, users: Floats, share: Floats) -> Floats:
        """(J, R) t: of what users sell, (D, R), goods of a controlled origin."""
        return share[self.arcs] * users[self.place]

    def without_traced(self, users: Floats, got: Floats, share: Floats, forbidden: Floats) -> tuple[Floats, Floats]:
        """Of what users sell and buyers get, (D, R) t, what is left without what may not be sold on (eq. 6.9)."""
        theirs = self.theirs(users, share)
        left = users - self.at_place(theirs * self.controlled(forbidden)[self.group])
        return at_least(left, 0), got - self.to_destination(forbidden * self.by_group(theirs)[self.of])

    def traced_share(self, share: Floats, forbidden: Floats) -> Floats:
        """(D, R), share of 1: of what users hold, what may not be sold on."""
        return at_most(self.at_place(share[self.arcs] * self.controlled(forbidden)[self.group]), 1)


@final
class Places:
    """Where trading houses may buy: of all producers, and of users who do not stand beside the largest of a good.

    Attributes
    ----------
    good : (N,) array
        Commodity of each place; `there`, of each destination.
    of_users : (D, 1) array
        1 where they buy of users, else 0.
    largest : array → D
        Where users stand beside the largest producers of a good.
    pooled : (O, 1) array
        1 where what they buy of producers goes into their pool, 0 where they order over arcs, of the largest producers.
    direct : array → A
        Those arcs.
    producers_alone : array → N
        Where they buy of producers and not of users; `idle`, where they buy of nobody.
    """

    def __init__(self, world: World) -> None:
        nodes, d, o = world.nodes.names, world.nodes.destinations, world.nodes.origins
        traded = np.array([world.is_traded(c) for c, _ in nodes])
        main = np.isin(np.arange(len(nodes)), list(world.largest_producers.values()))
        of_users, of_producers = np.zeros(len(nodes), bool), np.zeros(len(nodes), bool)
        of_users[d], of_producers[o] = (traded & ~main)[d], traded[o]
        row = {c: i for i, c in enumerate(world.commodities)}
        self.good: Ints = np.array([row[c] for c, _ in nodes], np.intp)
        self.there: Ints = self.good[d]
        self.of_users: Floats = of_users[d, None].astype(np.float64)
        self.largest: Ints = np.flatnonzero(main[d])
        self.producers_alone: Ints = np.flatnonzero(of_producers & ~of_users)
        self.pooled: Floats = (of_producers & ~main)[o, None].astype(np.float64)
        direct = (traded & main)[o][world.arcs.origin] & (world.arcs.abroad > 0)
        self.direct: Ints = np.flatnonzero(direct)
        self.idle: Ints = np.flatnonzero(~of_producers & ~of_users)


def _share_from_abroad(world: World, controls: Controls) -> Floats:
    """(K, 1): part of each controlled arc in what a destination buys abroad in the base year."""
    bought = world.arcs.share * world.arcs.abroad[:, None]
    total = world.arcs.to_destination(bought)[world.arcs.destination]
    return np.divide(bought, total, out=np.zeros_like(bought), where=total > 0)[controls.arcs]
