"""What moves slowly: contracts, thrift, substitution, capacity (docs/model.md, section 9)."""

from __future__ import annotations

from typing import ClassVar, final

import numpy as np

from sim.axes import Floats
from sim.ensemble.clock import Tick
from sim.ensemble.parameters import Parameters
from sim.ensemble.scratch import Scratch
from sim.ensemble.state import State
from sim.market.forms import FastResponse, SlowResponse, Trend, smooth, step_share
from sim.world.build import World


@final
class Responses:
    """Let contracts follow prices (eq. 9.1), users thrift (eq. 9.2 and 9.3), and owners add capacity."""

    writes: ClassVar = (
        "expected_price", "contract_price", "long_price", "substitution", "saving", "thrift", "capacity",
    )  # fmt: skip

    def __init__(self, world: World, p: Parameters, size: Floats | float, scratch: Scratch) -> None:
        self.world, self.p, self.size, self.scratch = world, p, size, scratch
        self.fast, self.slow = FastResponse.of(p), SlowResponse.of(p)
        self.trend = Trend(world.growth * world.grows * p["growth"])
        self.investment = world.grows * p["investment_elasticity"]
        self.thrifty = world.user_node[world.thrifty]

    def __call__(self, state: State, tick: Tick) -> None:
        """Settle the slow states of a tick."""
        price, p, scratch = state.price[self.world.origins], self.p, self.scratch.clear()
        gap = scratch.like(price)
        smooth(state.expected_price, price, step_share(tick.days, p["price_expectation_time"]), gap)
        smooth(state.contract_price, price, step_share(tick.days, p["contract_time"]), gap)
        smooth(state.long_price, price, step_share(tick.days, p["long_price_time"]), gap)
        spent = scratch.like(state.input_cost)
        spent[:] = state.input_cost
        self.slow.move(state.substitution, spent, tick.days)
        cost = np.log(state.paid[self.thrifty])
        smooth(state.saving, self.fast(cost.copy()), step_share(tick.days, p["saving_time"]))
        self.slow.move(state.thrift, cost, tick.days)
        self._invest(state, tick)

    def _invest(self, state: State, tick: Tick) -> None:
        """Capacity grows as owners expect, and faster when prices stay high (eq. 9.4)."""
        scratch = self.scratch.clear()
        goal = self.world.output_value(state.long_price, out=scratch.like(state.capacity))
        np.maximum(goal, 0, out=goal)
        goal *= self.investment
        goal += 1
        goal *= self.trend.at(tick.end)
        goal *= self.size
        state.capacity[:] *= self.trend.over(tick.days)
        smooth(state.capacity, goal, step_share(tick.days, self.p["investment_time"]), goal)
