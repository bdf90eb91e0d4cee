"""Final demand: what sectors would make, and what they need for it (docs/model.md, section 2)."""

from __future__ import annotations

from typing import final

import numpy as np

from sim.axes import Floats, Scalar, Sum, pick
from sim.ensemble.clock import Tick
from sim.market.forms import FastResponse, Trend
from sim.market.kernels import Given
from sim.world.build import World


def price_paid(contract: Floats, spot: Floats, contract_share: Scalar) -> Floats:
    """Price paid at a destination (eq. 2.1).

    Parameters
    ----------
    contract : (D, R) array, ratio to base
        Mean contract price of the origins bought from.
    spot : (D, R) array, ln of the ratio to base
    contract_share : float or (R,) array, share of 1

    Returns
    -------
    (D, R) array, ratio to base
    """
    return contract + np.subtract(1, contract_share) * (np.exp(spot) - contract)


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


@final
class PricesPaid:
    """Prices paid at destinations (eq. 2.1)."""

    def __init__(self, given: Given) -> None:
        world = given.world
        self.contract_share, self.tariffs, self.controlled = (
            given.p["contract_share"],
            given.hooks.tariffs,
            given.controls.arcs,
        )
        self.origin, self.destinations = world.arcs.origin, world.nodes.destinations
        self.landed = world.arcs.to_destination.scaled(world.arcs.landed)

    def __call__(
        self, contract_price: Floats, price: Floats, share: Floats, tariff: Floats,
        *, landed_cost: Floats, paid: Floats,
    ) -> None:  # fmt: skip
        bought = share * pick(np.exp(contract_price), self.origin)
        if self.tariffs:
            bought[self.controlled] *= 1 + tariff
        self.landed(bought, out=landed_cost)
        paid[:] = price_paid(landed_cost, price[self.destinations], self.contract_share)


@final
class SectorDemand:
    """What sectors would make, and need for it, at the prices they pay (eq. 2.2 to 2.4)."""

    def __init__(self, given: Given) -> None:
        world, p = given.world, given.p
        self.elasticity, self.cost_share = p["final_elasticity"], world.sectors.cost_share
        self.trend, self.response = Trend(world.sectors.growth * p["growth"]), FastResponse.of(p)
        self.slots, self.user_need, self.cost = world.users.slots, world.users.need, _cost_of_sector(world)

    def __call__(
        self, tick: Tick, paid: Floats, shifted: Floats, substitution: Floats,
        *, input_cost: Floats, baseline: Floats, demand: Floats, need: Floats,
    ) -> None:  # fmt: skip
        cost = self.cost(paid)  # eq. 2.2
        np.log(cost, out=input_cost)
        np.multiply(self.trend.at(tick.middle), shifted, out=baseline)
        wanted = output_demand(baseline, cost, self.cost_share, self.elasticity)  # eq. 2.3
        np.multiply(wanted, self.response.remaining(input_cost), out=demand)
        needed = demand * substitution  # eq. 2.4
        for slot in self.slots:
            np.multiply(self.user_need[slot], needed[: slot.stop - slot.start], out=need[slot])


def _cost_of_sector(world: World) -> Sum:
    """(S, D): inputs' shares of what a sector spends (eq. 2.2)."""
    rows = [s for slot in world.users.slots for s in range(slot.stop - slot.start)]
    users = [u for slot in world.users.slots for u in range(slot.start, slot.stop)]
    shape = (len(world.sectors), world.users.to_destination.shape[0])
    return Sum(rows, world.users.node[users], world.users.value[users, 0], shape)
