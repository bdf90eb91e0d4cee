"""Final demand: what sectors would make, and what they need for it (docs/model.md, section 2)."""

from __future__ import annotations

from typing import ClassVar, final

import numpy as np

from sim.axes import Floats, Scalar, Sum
from sim.ensemble.clock import Tick
from sim.ensemble.parameters import Parameters
from sim.ensemble.state import State
from sim.market.forms import FastResponse
from sim.market.points import Shocks
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
    return contract_share * contract + (1 - contract_share) * np.exp(spot)


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
    return baseline * (1 + cost_share * (cost - 1)) ** -elasticity


@final
class Demand:
    """What sectors would make, and need for it, at the prices they pay (eq. 2.4)."""

    writes: ClassVar = ("paid", "landed_cost", "input_cost", "baseline", "demand", "need")

    def __init__(self, world: World, p: Parameters, shocks: Shocks) -> None:
        self.world, self.shocks = world, shocks
        self.contract_share, self.elasticity = p["contract_share"], p["final_elasticity"]
        self.growth = world.sector_growth * p["growth"]
        self.response = FastResponse.of(p)
        self.landed = world.to_destination.scaled(world.arc_landed)
        self.cost = _cost_of_sector(world)

    def __call__(self, state: State, tick: Tick) -> None:
        """Settle the demand of a tick."""
        world = self.world
        bought = state.share * np.exp(state.contract_price)[world.arc_origin]
        state.landed_cost[:] = self.landed(bought)
        state.paid[:] = price_paid(state.landed_cost, state.price[world.destinations], self.contract_share)
        state.input_cost[:] = self.cost(state.paid)
        state.baseline[:] = np.exp(self.growth * tick.middle) * self.shocks.demand
        cost = np.log(state.input_cost)
        bought = output_demand(state.baseline, state.input_cost, world.sector_cost_share, self.elasticity)
        state.demand[:] = bought * self.response.remaining(cost)
        needed = state.demand * state.substitution
        for slot in world.slots:
            state.need[slot] = world.user_need[slot] * needed[: slot.stop - slot.start]


def _cost_of_sector(world: World) -> Sum:
    """(S, D): inputs' shares of what a sector spends (eq. 2.2)."""
    rows = [s for slot in world.slots for s in range(slot.stop - slot.start)]
    users = [u for slot in world.slots for u in range(slot.start, slot.stop)]
    shape = (len(world.sectors), world.user_to_destination.shape[0])
    return Sum(rows, world.user_node[users], world.user_value[users, 0], shape)
