"""What moves slowly: contracts, thrift, substitution, capacity (docs/model.md, section 9)."""

from __future__ import annotations

from typing import ClassVar, final

import numpy as np

from sim.axes import Floats
from sim.ensemble.clock import Tick
from sim.ensemble.parameters import Parameters
from sim.ensemble.state import State
from sim.market.forms import FastResponse, SlowResponse, smooth, step_share
from sim.world.build import World


@final
class Responses:
    """Let contracts follow prices (eq. 9.1), users thrift (eq. 9.2 and 9.3), and owners add capacity."""

    writes: ClassVar = (
        "expected_price", "contract_price", "long_price", "substitution", "saving", "thrift", "capacity",
    )  # fmt: skip

    def __init__(self, world: World, p: Parameters, size: Floats | float) -> None:
        self.world, self.p, self.size = world, p, size
        self.fast, self.slow = FastResponse.of(p), SlowResponse.of(p)
        self.growth = world.growth * p["growth"]
        self.thrifty = world.user_node[world.thrifty]

    def __call__(self, state: State, tick: Tick) -> None:
        """Settle the slow states of a tick."""
        price = state.price[self.world.origins]
        smooth(state.expected_price, price, step_share(tick.days, self.p["price_expectation_time"]))
        smooth(state.contract_price, price, step_share(tick.days, self.p["contract_time"]))
        smooth(state.long_price, price, step_share(tick.days, self.p["long_price_time"]))
        self.slow.move(state.substitution, np.log(state.input_cost), tick.days)
        cost = np.log(state.paid[self.thrifty])
        smooth(state.saving, self.fast(cost), step_share(tick.days, self.p["saving_time"]))
        self.slow.move(state.thrift, cost, tick.days)
        self._invest(state, tick)

    def _invest(self, state: State, tick: Tick) -> None:
        """Capacity grows as owners expect, and faster when prices stay high (eq. 9.4)."""
        margin = np.maximum(self.world.output_value(state.long_price), 0)
        goal = self.size * np.exp(self.growth * tick.end) * (1 + self.p["investment_elasticity"] * margin)
        state.capacity[:] *= np.exp(self.growth * tick.days)
        smooth(state.capacity, goal, step_share(tick.days, self.p["investment_time"]))
