"""Trading houses: they buy where goods are cheap and sell where they are dear (docs/model.md, section 6)."""

from __future__ import annotations

from typing import ClassVar, final

import numpy as np

from sim.axes import TINY, Floats, Ints, Sum, pick
from sim.ensemble.clock import Tick
from sim.ensemble.parameters import Parameters
from sim.ensemble.scratch import Scratch
from sim.ensemble.state import State
from sim.market.forms import smooth, step_share
from sim.market.points import Controls, Points
from sim.world.build import World

NEXT_TO_NOTHING = TINY**2  # t/day: of what nobody uses anywhere, so that nothing is divided by zero


@final
class Trade:
    """Let trading houses buy of users and of makers, and send what they bought to who pays most."""

    writes: ClassVar = (
        "user_stock", "maker_stock", "expected_orders", "netback", "elsewhere", "set_up", "sold_to", "sought",
        "bought", "traded", "resold_by_makers", "resold_by_users", "resold_to",
    )  # fmt: skip

    def __init__(self, world: World, p: Parameters, points: Points, controls: Controls, scratch: Scratch) -> None:
        self.world, self.p, self.points, self.controls, self.scratch = world, p, points, controls, scratch
        self.places = _Places(world)
        goods, d = len(world.commodities), world.destinations
        self.good, self.there, self.makers_good = self.places.good, self.places.good[d], self.places.good[world.origins]
        self.users_of_good = Sum(self.there, range(len(self.there)), 1.0, (goods, len(self.there)))
        self.makers_of_good = Sum(self.makers_good, range(len(self.makers_good)), 1.0, (goods, len(self.makers_good)))
        replicates = controls.blocked.shape[1]
        self.held = np.zeros((len(self.there), replicates))
        self.offered, self.stays = np.zeros((len(self.good), replicates)), np.zeros_like(controls.blocked)
        self.covered = np.flatnonzero([world.is_traded(world.arcs[a][0]) for a in controls.arcs])
        self.origin = ControlledOrigin(world, controls)
        self.abroad = _share_from_abroad(world, controls)
        self.active = bool(np.any(np.asarray(p["resale_share"]) > 0))

    def __call__(self, state: State, tick: Tick) -> None:
        """Settle the trade of a tick."""
        if not self.active:
            return
        scratch = self.scratch.clear()
        self._look(state, scratch)
        worth = self._worth(state, scratch.clear())
        makers, users = self._buy(state, worth, tick, scratch)
        shut = self._shut(state)
        self._order(state, makers, tick)
        self._send(state, makers, users, shut, tick, scratch)
        self._set_up(state, worth, shut, tick)

    def _look(self, state: State, scratch: Scratch) -> None:
        """What the best other buyers pay for the goods of a place, and who gets what is sold (eq. 6.5 and 6.7)."""
        p, d = self.p, self.world.destinations
        bids = scratch.like(state.traded)
        bids[:] = state.price[d]
        if self.points.tariffs:
            bids -= self.duty()
        bids *= p["resale_choice"]
        np.exp(bids, out=bids)
        weight = self._weight(state, scratch)
        bids *= weight
        top, use = self.users_of_good(bids), self.users_of_good(weight)
        self._share_out(state, bids, weight, use / np.maximum(top, NEXT_TO_NOTHING), scratch)
        own = 1 - np.asarray(p["thin_market"])
        high, low = pick(top, self.there, scratch.like(bids)), pick(use, self.there, scratch.like(bids))
        others = self.places.others
        state.elsewhere[others] = 1 - weight[others] / low[others]
        bids *= own
        weight *= own
        high -= bids
        low -= weight
        high /= low
        np.divide(np.log(high, out=high), p["resale_choice"], out=state.netback[d])
        best = np.maximum(top, NEXT_TO_NOTHING) / np.maximum(use, NEXT_TO_NOTHING)
        elsewhere = self.good[d.stop :]  # of places without users, all buyers are elsewhere
        pick(np.log(best) / p["resale_choice"], elsewhere, state.netback[d.stop :])

    def _weight(self, state: State, scratch: Scratch) -> Floats:
        """(D, R) t/day: use; beside the largest makers it counts as no more than that of all others together."""
        weight = np.add(state.expected_use, TINY, out=scratch.like(state.traded))
        largest = self.places.largest
        own = weight[largest]
        others = self.users_of_good(weight)[self.there[largest]] - own
        np.maximum(others, TINY, out=others)
        weight[largest] = own * others / (own + others)
        state.elsewhere[largest] = others / (own + others)
        return weight

    def duty(self) -> Floats:
        """(D, R) ln: mean duty that a destination charges on what it buys abroad (eq. 6.5)."""
        charged = self.controls.tariff - self.controls.leaving
        charged *= self.abroad
        return np.log1p(self.controls.to_destination(charged))

    def _exit(self, state: State) -> Floats:
        """(O, R) ln: what is charged on goods that leave a place, by who would get them (eq. 6.5)."""
        controls = self.controls
        return np.log1p(controls.to_origin(controls.leaving * state.sold_to[self.world.arc_destination[controls.arcs]]))

    def _share_out(self, state: State, bids: Floats, weight: Floats, scale: Floats, scratch: Scratch) -> None:
        """Who pays most gets most of what is sold, and who pays less than most do gets none (eq. 6.7)."""
        least = np.exp(np.negative(self.p["resale_choice"] * self.p["resale_margin"]))
        offers = np.multiply(bids, pick(scale, self.there, scratch.like(bids)), out=state.sold_to)
        offers -= np.multiply(weight, least, out=scratch.like(bids))
        np.maximum(offers, 0, out=offers)
        total = 1 / np.maximum(self.users_of_good(offers), NEXT_TO_NOTHING)
        offers *= pick(total, self.there, scratch.like(bids))

    def _worth(self, state: State, scratch: Scratch) -> Floats:
        """(N, R), share of 1: how far it pays to buy at a place (eq. 6.5)."""
        if self.points.tariffs:
            state.netback[self.world.origins] -= self._exit(state)
        gain = np.subtract(state.netback, state.price, out=scratch.like(state.price))
        gain -= self.p["resale_margin"]
        np.maximum(gain, 0, out=gain)
        gain /= np.negative(self.p["resale_spread"])
        worth = np.negative(np.expm1(gain, out=gain), out=gain)
        worth[self.places.idle] = 0
        if self.points.tariffs:
            state.netback[self.world.destinations] += self.duty()
        return worth

    def _buy(self, state: State, worth: Floats, tick: Tick, scratch: Scratch) -> tuple[Floats, Floats]:
        """(O, R) and (D, R) t: what trading houses would buy of makers and of users (eq. 6.6)."""
        world, p, pace = self.world, self.p, step_share(tick.days, self.p["resale_time"])
        ready = np.multiply(worth, state.set_up, out=scratch.like(worth))
        makers = np.multiply(ready[world.origins], state.maker_stock, out=scratch.like(state.made))
        makers *= pace
        held = world.user_to_destination(state.user_stock, out=self.held)
        users = np.subtract(held, state.target_stock, out=scratch.like(held))
        np.maximum(users, 0, out=users)
        users *= pace
        free = np.asarray(p["resale_share"]) * np.subtract(1, p["contract_share"])
        ordered = np.multiply(state.resold_by_users, tick.days, out=scratch.like(held))
        np.minimum(ordered, state.landed, out=ordered)
        users += ordered  # for resale; of the rest, what is not under contract
        np.subtract(state.landed, ordered, out=ordered)
        ordered *= free
        users += ordered
        users *= ready[world.destinations]
        users *= self.places.of_users
        return makers, np.minimum(users, held, out=users)

    def _shut(self, state: State) -> Floats:
        """(K, R): of what makers would sell to trading houses, what may not go over an arc (eq. 6.8)."""
        controls, rows = self.controls, self.covered
        shut = np.zeros_like(controls.barred)
        passing = (1 - controls.barred[rows]) * (1 - controls.blocked[rows]) * (1 - controls.licensed[rows])
        shut[rows] = (1 - passing) * state.sold_to[self.world.arc_destination[controls.arcs[rows]]]
        return shut

    def _order(self, state: State, makers: Floats, tick: Tick) -> None:
        """Of the largest makers they order over his arcs what the border is expected to let through (eq. 6.8)."""
        world, arcs, o = self.world, self.places.direct, self.world.arc_origin
        sought = makers[o[arcs]] * state.sold_to[world.arc_destination[arcs]]
        sought /= tick.days
        state.sought[arcs] = sought
        state.sought[self.controls.arcs] *= 1 - self.controls.barred
        makers *= self.places.pooled

    def _send(self, state: State, makers: Floats, users: Floats, shut: Floats, tick: Tick, scratch: Scratch) -> None:
        """Send what is bought on its way; what may not go where it is wanted stays where it is (eq. 6.8 and 6.9)."""
        world, d, o = self.world, self.world.destinations, self.world.origins
        got = self._pool(state, makers, users, scratch)
        self.offered[d] = users
        self.offered[o.start : d.stop] += makers[: d.stop - o.start]
        self.offered[d.stop :] = makers[d.stop - o.start :]
        if len(self.covered):
            self.stays = shut * makers[world.arc_origin[self.controls.arcs]]
            got -= self.controls.to_destination(self.stays)
            makers -= self.controls.to_origin(self.stays)
            self.origin.look(state, self.controls.traced)
            if self.controls.traced.any():
                self.origin.hold_back(state, users, got)
            np.maximum(got, 0, out=got)
        state.bought.fill(0)
        state.bought[d] += users
        state.bought[o] += makers
        state.maker_stock[:] -= makers
        np.maximum(state.maker_stock, 0, out=state.maker_stock)
        left = np.divide(users, np.maximum(self.held, NEXT_TO_NOTHING, out=self.held), out=self.held)
        np.subtract(1, left, out=left)
        state.user_stock[:] *= pick(left, world.user_node, scratch.like(state.user_stock))
        state.traded[:] += got
        self._learn(state, makers, users, got, tick)

    def _pool(self, state: State, makers: Floats, users: Floats, scratch: Scratch) -> Floats:
        """(D, R) t: what each destination gets of all that is bought of a good, before anything is held back."""
        pool = self.users_of_good(users)
        self.makers_of_good.add(makers, pool)
        got = pick(pool, self.there, scratch.like(users))
        got *= state.sold_to
        return got

    def _learn(self, state: State, makers: Floats, users: Floats, got: Floats, tick: Tick) -> None:
        """What makers, users and those who look ahead come to count on (eq. 6.10); flows are written over."""
        learned = step_share(tick.days, self.p["expectation_time"])
        np.divide(makers, tick.days, out=makers)
        np.divide(users, tick.days, out=users)
        np.divide(got, tick.days, out=got)
        state.expected_orders[:] += makers * learned
        smooth(state.resold_to, got, learned, got)
        smooth(state.resold_by_users, users, learned, users)
        smooth(state.resold_by_makers, makers, learned, makers)

    def _set_up(self, state: State, worth: Floats, shut: Floats, tick: Tick) -> None:
        """Trading houses set up where it pays, as far as goods may leave (eq. 6.11)."""
        if len(self.covered):
            alone = self.places.makers_alone
            worth[alone] *= 1 - self.controls.to_origin(shut)[alone - self.world.origins.start]
            if self.controls.traced.any():
                self.origin.deter(state, worth[self.world.destinations])
        smooth(state.set_up, worth, step_share(tick.days, self.p["resale_setup"]), worth)


@final
class ControlledOrigin:
    """Goods of a region whose controls forbid re-export: what of them is in what others sell on (eq. 6.9).

    Parameters
    ----------
    world : World
    controls : Controls
        On some arcs (K); the origins (G) of those are looked at, with all arcs (J) on which their goods leave.
    """

    def __init__(self, world: World, controls: Controls) -> None:
        origin = world.arc_origin[controls.arcs]
        groups = np.unique(origin)
        self.arcs = np.flatnonzero(np.isin(world.arc_origin, groups))
        self.place, self.group = world.arc_destination[self.arcs], np.searchsorted(groups, world.arc_origin[self.arcs])
        self.to, self.of = world.arc_destination[controls.arcs], np.searchsorted(groups, origin)
        size, places = len(groups), world.to_destination.shape[0]
        self.by_group = Sum(self.group, range(len(self.arcs)), 1.0, (size, len(self.arcs)))
        self.controlled = Sum(self.of, range(len(self.of)), 1.0, (size, len(self.of)))
        self.at_place = Sum(self.place, range(len(self.arcs)), 1.0, (places, len(self.arcs)))
        replicates = controls.blocked.shape[1]
        self.theirs = np.zeros((len(self.arcs), replicates))  # t: of what users sell, goods of the controlled origin
        self.forbidden = np.zeros((len(self.to), replicates))
        self.at_buyer = Sum(self.to, range(len(self.of)), 1.0, (places, len(self.of)))

    def look(self, state: State, traced: Floats) -> None:
        """See what of goods of the controlled origin, if they are sold on, is not let to each buyer, (K, R) share."""
        np.multiply(traced, state.sold_to[self.to], out=self.forbidden)

    def hold_back(self, state: State, users: Floats, got: Floats) -> None:
        """Take out of what users sell, and of what buyers get, (D, R) t, what may not be sold on; in place."""
        np.multiply(state.share[self.arcs], users[self.place], out=self.theirs)
        got -= self.at_buyer(self.forbidden * self.by_group(self.theirs)[self.of])
        users -= self.at_place(self.theirs * self.controlled(self.forbidden)[self.group])
        np.maximum(users, 0, out=users)

    def deter(self, state: State, worth: Floats) -> None:
        """Lower what it is worth to buy at a place, (D, R), by what of it may not be sold on; in place."""
        forbidden = self.controlled(self.forbidden)[self.group]
        worth *= 1 - np.minimum(self.at_place(state.share[self.arcs] * forbidden), 1)


@final
class _Places:
    """Where trading houses may buy: of users who do not stand beside the largest makers of a good, and of all makers.

    Attributes
    ----------
    good : (N,) array
        Commodity of each place.
    of_users : (D, 1) array
        1 where they buy of users, else 0.
    largest : array → D
        Where users stand beside the largest makers of a good.
    pooled : (O, 1) array
        1 where what they buy of makers goes into their pool, 0 where they order over arcs, of the largest makers.
    direct : array → A
        Those arcs.
    makers_alone : array → N
        Where they buy of makers and not of users; `idle`, where they buy of nobody.
    """

    def __init__(self, world: World) -> None:
        nodes, d, o = world.nodes, world.destinations, world.origins
        traded = np.array([world.is_traded(c) for c, _ in nodes])
        main = np.isin(np.arange(len(nodes)), _largest_makers(world))
        of_users, of_makers = np.zeros(len(nodes), bool), np.zeros(len(nodes), bool)
        of_users[d], of_makers[o] = (traded & ~main)[d], traded[o]
        self.good: Ints = np.array([world.commodities.index(c) for c, _ in nodes], np.intp)
        self.of_users: Floats = of_users[d, None].astype(np.float64)
        self.largest: Ints = np.flatnonzero(main[d])
        self.others: Ints = np.flatnonzero(~main[d])
        self.makers_alone: Ints = np.flatnonzero(of_makers & ~of_users)
        self.pooled: Floats = (of_makers & ~main)[o, None].astype(np.float64)
        direct = (traded & main)[o][world.arc_origin] & (world.arc_abroad > 0)
        self.direct: Ints = np.flatnonzero(direct)
        self.idle: Ints = np.flatnonzero(~of_makers & ~of_users)


def _largest_makers(world: World) -> Ints:
    """Rows of the nodes (N) where most of a good is made in the base year, one for each good that is made."""
    most: dict[str, tuple[float, int]] = {}
    for row, ((good, _), made) in enumerate(zip(world.nodes[world.origins], world.orders[:, 0], strict=True)):
        if made > most.get(good, (0.0, 0))[0]:
            most[good] = made, row + world.origins.start
    return np.array(sorted(row for _, row in most.values()), np.intp)


def _share_from_abroad(world: World, controls: Controls) -> Floats:
    """(K, 1): part of each controlled arc in what a destination buys abroad in the base year."""
    bought = world.arc_share * world.arc_abroad[:, None]
    total = world.to_destination(bought)[world.arc_destination]
    return np.divide(bought, total, out=np.zeros_like(bought), where=total > 0)[controls.arcs]
