"""Final demand: what sectors would make, and what they need for it (docs/model.md, section 2)."""

from __future__ import annotations

from typing import ClassVar, final

import numpy as np

from sim.axes import Floats, Scalar, Sum, pick
from sim.ensemble.clock import Tick
from sim.ensemble.parameters import Parameters
from sim.ensemble.scratch import Scratch
from sim.ensemble.state import State
from sim.market.forms import FastResponse, Trend
from sim.market.points import Controls, Points, Shocks
from sim.world.build import World


def price_paid(contract: Floats, spot: Floats, contract_share: Scalar, room: Floats | None = None) -> Floats:
    """Price paid at a destination (eq. 2.1).

    Parameters
    ----------
    contract : (D, R) array, ratio to base
        Mean contract price of the origins bought from.
    spot : (D, R) array, ln of the ratio to base
    contract_share : float or (R,) array, share of 1
    room : (D, R) array, optional
        For the result.

    Returns
    -------
    (D, R) array, ratio to base
    """
    paid = np.exp(spot, out=room)
    paid -= contract
    paid *= np.subtract(1, contract_share)
    paid += contract
    return paid


def output_demand(
    baseline: Floats, cost: Floats, cost_share: Floats, elasticity: Scalar, room: Floats | None = None
) -> Floats:
    """Demand for a sector's output at its price, which rises by the inputs' share of its cost (eq. 2.3).

    Parameters
    ----------
    baseline : (S, R) array, ratio to base year
    cost : (S, R) array, ratio to base
    cost_share : (S, 1) array, share of 1
    elasticity : float or (R,) array, dimensionless
    room : (S, R) array, optional
        For the result.

    Returns
    -------
    (S, R) array, ratio to base year
    """
    price = np.subtract(cost, 1, out=room)
    price *= cost_share
    price += 1
    np.log(price, out=price)
    price *= np.negative(elasticity)
    demand = np.exp(price, out=price)
    demand *= baseline
    return demand


@final
class Demand:
    """What sectors would make, and need for it, at the prices they pay (eq. 2.4)."""

    writes: ClassVar = ("paid", "landed_cost", "input_cost", "baseline", "demand", "need")

    def __init__(
        self, world: World, p: Parameters, points: Points, controls: Controls, shocks: Shocks, scratch: Scratch
    ) -> None:
        self.world, self.points, self.controls, self.shocks, self.scratch = world, points, controls, shocks, scratch
        self.contract_share, self.elasticity = p["contract_share"], p["final_elasticity"]
        self.trend = Trend(world.sector_growth * p["growth"])
        self.response = FastResponse.of(p)
        self.landed = world.to_destination.scaled(world.arc_landed)
        self.cost = _cost_of_sector(world)

    def __call__(self, state: State, tick: Tick) -> None:
        """Settle the demand of a tick."""
        scratch = self.scratch.clear()
        self._pay(state, scratch)
        cost = self.cost(state.paid, out=scratch.like(state.input_cost))
        np.log(cost, out=state.input_cost)
        np.multiply(self.trend.at(tick.middle), self.shocks.demand, out=state.baseline)
        output_demand(state.baseline, cost, self.world.sector_cost_share, self.elasticity, state.demand)
        cost[:] = state.input_cost
        state.demand[:] *= self.response.remaining(cost)
        needed = np.multiply(state.demand, state.substitution, out=cost)
        for slot in self.world.slots:
            np.multiply(self.world.user_need[slot], needed[: slot.stop - slot.start], out=state.need[slot])

    def _pay(self, state: State, scratch: Scratch) -> None:
        """Prices paid at destinations (eq. 2.1)."""
        world = self.world
        contract = np.exp(state.contract_price, out=scratch.like(state.contract_price))
        bought = pick(contract, world.arc_origin, scratch.like(state.share))
        bought *= state.share
        if self.points.tariffs:
            bought[self.controls.arcs] *= 1 + self.controls.tariff
        self.landed(bought, out=state.landed_cost)
        price_paid(state.landed_cost, state.price[world.destinations], self.contract_share, state.paid)


def _cost_of_sector(world: World) -> Sum:
    """(S, D): inputs' shares of what a sector spends (eq. 2.2)."""
    rows = [s for slot in world.slots for s in range(slot.stop - slot.start)]
    users = [u for slot in world.slots for u in range(slot.start, slot.stop)]
    shape = (len(world.sectors), world.user_to_destination.shape[0])
    return Sum(rows, world.user_node[users], world.user_value[users, 0], shape)
