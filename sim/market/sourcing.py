"""Sourcing: from whom users order, and what producers can send (docs/model.md, section 6)."""

from __future__ import annotations

from typing import final

import numpy as np

from sim.axes import TINY, Floats, Ints, Scalar, Sum, at_least, at_most, pick
from sim.ensemble.clock import Tick
from sim.market.forms import release, smooth, step_share
from sim.market.kernels import Given

NEXT_TO_NOTHING = TINY**2  # t/day: where nothing is asked, nothing is divided by zero


def attraction(cost: Floats, fill_rate: Floats, elasticity: Scalar, least: Scalar) -> Floats:
    """How much an origin attracts orders, against the base year (eq. 6.1).

    Parameters
    ----------
    cost : (O, R) array, ln of the ratio to base
        Contract price.
    fill_rate : (O, R) array, share of 1
        Of past orders that it filled.
    elasticity : float or (R,) array, dimensionless
    least : float or (R,) array, share of 1
        Below which a poor record does not count further.

    Returns
    -------
    (O, R) array, any common scale
    """
    return np.exp(-elasticity * cost) * at_least(fill_rate, least)


@final
class Choose:
    """Shares of orders move towards what attracts (eq. 6.1): σ ← (1 − α)·σ + A·(α ÷ Σ A)."""

    def __init__(self, given: Given) -> None:
        self.world, self.p, self.controls, self.hooks = given.world, given.p, given.controls, given.hooks

    def __call__(
        self, tick: Tick, contract_price: Floats, fill_rate: Floats, contestable: Floats, weight: Floats,
        expected_restriction: Floats, tariff: Floats, nominated: Floats, reserved: Floats,
        *, share: Floats, doubted: Floats,
    ) -> None:  # fmt: skip
        world, p, arcs = self.world, self.p, self.controls.arcs
        smooth(doubted, expected_restriction, step_share(tick.days, p["expectation_time"]))
        origins = attraction(contract_price, fill_rate, p["sourcing_elasticity"], p["fill_rate_floor"]) * contestable
        attracts = pick(origins, world.arcs.origin) * weight
        deterred = -p["refusal_aversion"] * expected_restriction
        if self.hooks.tariffs:
            deterred -= p["sourcing_elasticity"] * np.log1p(tariff)
        attracts[arcs] *= np.exp(deterred)
        if self.hooks.promises:
            attracts[arcs] *= self._promised(nominated, reserved)
        moved = step_share(tick.days, p["habit_time"])
        share *= np.subtract(1, moved)
        share += attracts * pick(moved / world.arcs.to_destination(attracts), world.arcs.destination)

    def _promised(self, nominated: Floats, reserved: Floats) -> Floats:
        """(K, R): what promises make of the weight of an arc; what is not called is free for others (eq. 6.4)."""
        world, controls = self.world, self.controls
        theirs = at_most(controls.to_origin(nominated), 1)[world.arcs.origin[controls.arcs]]
        return 1 - theirs + reserved / world.arcs.split[controls.arcs]


@final
class Ask:
    """What is ordered over each arc: what is bound by habit, the rest of who is cheap (eq. 6.2)."""

    def __init__(self, given: Given) -> None:
        self.world, self.controlled = given.world, given.controls.arcs
        self.elasticity, self.bound = given.p["spot_elasticity"], given.bound.of_arcs

    def __call__(
        self, price: Floats, orders: Floats, sought: Floats, share: Floats, doubted: Floats, tariff: Floats,
        *, orders_placed: Floats,
    ) -> None:  # fmt: skip
        world = self.world
        cheap = pick(np.exp(-self.elasticity * price[world.nodes.origins]), world.arcs.origin)
        cheap[self.controlled] *= ((1 - doubted) / (1 + tariff)) ** self.elasticity  # what a tonne costs that arrives
        np.multiply(share, self.bound, out=orders_placed)
        free = share - orders_placed
        cheap *= free
        freely = world.arcs.to_destination(free) / at_least(world.arcs.to_destination(cheap), TINY)
        cheap *= pick(freely, world.arcs.destination)
        orders_placed += cheap
        orders_placed *= pick(orders, world.arcs.destination)
        orders_placed += sought


@final
class CountOrders:
    """Orders that producers count on (eq. 6.2): without what they expect the border to bar."""

    def __init__(self, given: Given) -> None:
        self.controls, self.to_origin = given.controls, given.world.arcs.to_origin
        self.time = given.p["expectation_time"]

    def __call__(
        self,
        tick: Tick,
        orders_placed: Floats,
        expected_restriction: Floats,
        *,
        orders_received: Floats,
        expected_orders: Floats,
    ) -> None:
        self.to_origin(orders_placed, out=orders_received)
        counted = orders_received - self.controls.to_origin(orders_placed[self.controls.arcs] * expected_restriction)
        smooth(expected_orders, counted, step_share(tick.days, self.time))


@final
class Ship:
    """Producers send what is ordered, allowed and there (eq. 6.3)."""

    def __init__(self, given: Given) -> None:
        self.world, self.p, self.controls, self.tariffs = given.world, given.p, given.controls, given.hooks.tariffs
        self.bound, self.origins = given.bound.of_arcs, np.empty(0, np.intp)
        self.over = given.world.arcs.to_origin.of_rows(self.origins)

    def __call__(
        self, tick: Tick, orders_placed: Floats, orders_received: Floats, restricted: Floats, made: Floats,
        other: Floats, price: Floats, tariff: Floats, withheld: Floats,
        *, shipped: Floats, producer_stock: Floats, fill_rate: Floats,
    ) -> None:  # fmt: skip
        world, controls, days = self.world, self.controls, tick.days
        np.multiply(orders_placed, days, out=shipped)
        shipped[controls.arcs] *= 1 - restricted
        stopped = controls.to_origin(orders_placed[controls.arcs] * restricted)
        asked = at_least((orders_received - stopped) * days, TINY)
        fresh = (made - other) * days
        most = np.minimum(release(producer_stock - fresh, fresh, days, self.p["release_time"]), producer_stock)
        most *= 1 - withheld
        filled = (most / asked).clip(0, 1)
        part = pick(filled, world.arcs.origin)
        some = np.flatnonzero(((filled < 1) & (asked > TINY)).any(axis=1))
        if len(some):
            arcs, of_origin = self._over(some)
            part[arcs] = self._favoured(price, tariff, part[arcs], shipped[arcs], arcs, of_origin)
        shipped *= part
        producer_stock -= world.arcs.to_origin(shipped)
        at_least(producer_stock, 0, out=producer_stock)
        smooth(fill_rate, filled, step_share(days, self.p["expectation_time"]))

    def _over(self, origins: Ints) -> tuple[Ints, Sum]:
        """Arcs that leave some origins, and their sums; mostly the same from tick to tick."""
        if not np.array_equal(origins, self.origins):
            self.origins, self.over = origins, self.world.arcs.to_origin.of_rows(origins)
        return self.over

    def _favoured(
        self, price: Floats, tariff: Floats, filled: Floats, asked: Floats, arcs: Ints, of_origin: Sum
    ) -> Floats:
        """(B, R), share of 1: what is sent over some arcs, all that leave the same origins (eq. 6.3).

        Of short goods, what is bound gets the share that is there; of the rest, who pays more gets more. Where nothing
        is short, everybody gets all.
        """
        bound = self.bound[arcs]
        bid = np.exp(self.p["spot_elasticity"] * self._offered(price, tariff, arcs))
        free = asked * (1 - bound)
        mean = of_origin(bid * free) / at_least(of_origin(free), NEXT_TO_NOTHING)
        odds = filled * bid / at_least(mean, NEXT_TO_NOTHING)[of_origin.rows]
        return bound * filled + (1 - bound) * odds / (1 - filled + odds)

    def _offered(self, price: Floats, tariff: Floats, arcs: Ints) -> Floats:
        """(B, R), ln: what buyers at the end of some arcs pay, without what they are charged."""
        offered = pick(price[self.world.nodes.destinations], self.world.arcs.destination[arcs])
        if self.tariffs:
            there = np.flatnonzero(np.isin(arcs, self.controls.arcs))
            offered[there] -= np.log1p(tariff[self.controls.positions(arcs[there])])
        return offered
