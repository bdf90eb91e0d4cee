"""Final demand: what sectors would make, and what they need for it (docs/model.md, section 2)."""

from __future__ import annotations

from typing import final

import numpy as np

from sim.axes import Floats, Scalar, Sum, at_most, pick, share_of
from sim.ensemble.clock import Tick
from sim.ensemble.parameters import Parameters
from sim.market.designs import Alternatives
from sim.market.forms import FastResponse, Trend
from sim.market.kernels import Given
from sim.market.lines import Waiting
from sim.world.build import World
from sim.world.designs import Designs


def price_paid(contract: Floats, spot: Floats, bound: Scalar | Floats) -> Floats:
    """Price paid at a destination (eq. 2.1).

    Parameters
    ----------
    contract : (D, R) array, ratio to base
        Mean contract price of the origins bought from.
    spot : (D, R) array, ln of the ratio to base
    bound : float or (D, R) array, share of 1
        What is under contract or between affiliates.

    Returns
    -------
    (D, R) array, ratio to base
    """
    return contract + np.subtract(1, bound) * (np.exp(spot) - contract)


def output_demand(baseline: Floats, cost: Floats, cost_share: Floats, elasticity: Scalar) -> Floats:
    """Demand for a sector's output at its price, which rises by the inputs' share of its cost (eq. 2.3).

    Parameters
    ----------
    baseline : (S, R) array, ratio to base year
    cost : (S, R) array, ratio to base
    cost_share : (S, 1) array, share of 1
    elasticity : float or (R,) array, dimensionless

    Returns
    -------
    (S, R) array, ratio to base year
    """
    return baseline * np.exp(-elasticity * np.log(1 + cost_share * (cost - 1)))


def choke(world: World, p: Parameters) -> Floats:
    """(S, 1) or (S, R), ratio to base: cost of inputs at which half of a sector gives up (eq. 2.6).

    A sector gives up when dearer inputs would take more of its value added than it has to spare: the less its inputs
    weigh in what it earns, the later.
    """
    share = world.sectors.cost_share
    own = np.maximum(1 + p["margin_at_stake"] * (1 - share) / share, p["least_choke"])
    weight = np.asarray(p["choke_by_margin"])
    return np.exp(weight * np.log(own) + (1 - weight) * np.log(p["choke_price"]))


@final
class PricesPaid:
    """Prices paid at destinations (eq. 2.1)."""

    def __init__(self, given: Given) -> None:
        world = given.world
        self.bound, self.tariffs, self.controlled = given.bound, given.hooks.tariffs, given.controls.arcs
        self.origin, self.destinations = world.arcs.origin, world.nodes.destinations
        self.landed = world.arcs.to_destination.scaled(world.arcs.landed)
        self.air = given.p["air_freight"] / world.nodes.price[self.destinations]

    def __call__(
        self, contract_price: Floats, price: Floats, share: Floats, tariff: Floats, flown: Floats, landed: Floats,
        *, landed_cost: Floats, bound: Floats, paid: Floats,
    ) -> None:  # fmt: skip
        bought = share * pick(np.exp(contract_price), self.origin)
        if self.tariffs:
            bought[self.controlled] *= 1 + tariff
        self.landed(bought, out=landed_cost)
        bound[:] = self.bound.at_destinations(share)
        paid[:] = price_paid(landed_cost, price[self.destinations], bound)
        if flown.any():
            paid += self.air * share_of(flown, landed)


@final
class SectorDemand:
    """What sectors would make, and need for it, at the prices they pay (eq. 2.2 to 2.4)."""

    def __init__(self, given: Given) -> None:
        world, p = given.world, given.p
        self.elasticity, self.cost_share = p["final_elasticity"], world.sectors.cost_share
        self.trend, self.response = Trend(world.sectors.growth * p["growth"]), FastResponse.of(p, choke(world, p))
        self.slots, self.user_need, self.cost = world.users.slots, world.users.need, _cost_of_sector(world)
        self.waiting, self.cover = Waiting(given), world.sectors.cover
        self.inputs, self.designs = world.users.inputs, world.designs
        self.alternatives, self.saved = Alternatives(world, p), _saved(world)

    def __call__(
        self, tick: Tick, paid: Floats, shifted: Floats, substitution: Floats, awaited: Floats, critical_cover: Floats,
        changed: Floats, *, input_cost: Floats, baseline: Floats, demand: Floats, extra: Floats, need: Floats,
    ) -> None:  # fmt: skip
        cost = self.cost(paid)  # eq. 2.2
        if changed.any():
            cost -= self.saved(changed * self.alternatives.saves(paid))
        np.log(cost, out=input_cost)
        np.multiply(self.trend.at(tick.middle), shifted, out=baseline)
        wanted = output_demand(baseline, cost, self.cost_share, self.elasticity)  # eq. 2.3
        np.multiply(wanted, self.response.remaining(input_cost), out=demand)
        if self.waiting.is_on:
            self._make_up(tick, baseline, awaited, critical_cover, extra)
        needed = (demand + extra) * substitution  # eq. 2.4
        for slot in self.slots:
            np.multiply(self.user_need[slot], needed[: slot.stop - slot.start], out=need[slot])
        if changed.any():
            move_use(self.designs, changed, need[self.inputs])

    def _make_up(self, tick: Tick, baseline: Floats, awaited: Floats, cover: Floats, extra: Floats) -> None:
        """Sectors with spare hours make up what buyers wait for, as far as their stocks allow (eq. 2.5)."""
        waits = self.waiting.total(awaited) * self.waiting.kept(tick.days) / tick.days
        np.minimum(self.waiting.spare * baseline, waits, out=extra)
        extra *= at_most(cover / self.cover, 1)


def move_use(designs: Designs, changed: Floats, use: Floats) -> None:
    """Move what designs have changed from inputs to others, (V, R), in place (eq. 2.4)."""
    designs.moves.add(changed * pick(use, designs.user), use)


def _saved(world: World) -> Sum:
    """(S, G): what designs save, by its weight in what a sector spends (eq. 2.2)."""
    users, inputs = world.users, world.designs.user
    rows, weights = users.sector[inputs], users.value[users.inputs][inputs, 0]
    return Sum(rows, range(len(rows)), weights, (len(world.sectors), len(rows)))


def _cost_of_sector(world: World) -> Sum:
    """(S, D): inputs' shares of what a sector spends (eq. 2.2)."""
    users, inputs = world.users, world.users.inputs
    shape = (len(world.sectors), users.to_destination.shape[0])
    return Sum(users.sector, users.node[inputs], users.value[inputs, 0], shape)
