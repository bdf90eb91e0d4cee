"""What moves slowly: contracts, thrift, substitution, capacity (docs/model.md, section 9)."""

from __future__ import annotations

from dataclasses import replace
from typing import final

import numpy as np

from sim.axes import Floats, Sum, at_least, pick, share_of
from sim.ensemble.clock import Tick
from sim.market.forms import FastResponse, SlowResponse, Trend, smooth, step_share
from sim.market.kernels import Given
from sim.world.build import World


@final
class FollowPrices:
    """Contracts and expectations follow the spot price, contracts also that of the largest producer (eq. 9.1)."""

    def __init__(self, given: Given) -> None:
        world, p, self.origins = given.world, given.p, given.world.nodes.origins
        self.index = p["contract_index"]
        quoted = (world.largest_producers.get(c, o) for o, (c, _) in enumerate(world.nodes.made, self.origins.start))
        self.quoted = np.array(list(quoted), np.intp)
        self.plans, self.contracts, self.investors = (
            p["price_expectation_time"], p["contract_time"], p["long_price_time"]
        )  # fmt: skip

    def __call__(
        self, tick: Tick, price: Floats, *, expected_price: Floats, contract_price: Floats, long_price: Floats
    ) -> None:
        spot = price[self.origins]
        smooth(expected_price, spot, step_share(tick.days, self.plans))
        agreed = pick(price, self.quoted)
        agreed -= spot
        agreed *= self.index
        agreed += spot
        smooth(contract_price, agreed, step_share(tick.days, self.contracts))
        smooth(long_price, spot, step_share(tick.days, self.investors))


@final
class Withhold:
    """Who expects prices to go on rising sells later (eq. 9.6)."""

    def __init__(self, given: Given) -> None:
        p, self.origins = given.p, given.world.nodes.origins
        self.growth, self.memory = p["withholding_growth"], p["withholding_memory"]
        self.most = p["withholding"] * _share_of_all(given.world)
        self.is_on = bool(np.any(self.most > 0))

    def __call__(self, tick: Tick, price: Floats, *, sellers_price: Floats, withheld: Floats) -> None:
        if not self.is_on:
            return
        spot = price[self.origins]
        risen = at_least(spot - sellers_price, 0) / self.growth
        risen *= risen
        np.divide(risen, 1 + risen, out=withheld)
        withheld *= self.most
        smooth(sellers_price, spot, step_share(tick.days, self.memory))


def _share_of_all(world: World) -> Floats:
    """(O, 1), share of 1: what an origin sells of a good in the base year, of all that is sold of it."""
    good = np.array([world.commodities.index(commodity) for commodity, _ in world.nodes.made], np.intp)
    of_good = Sum(good, range(len(good)), 1.0, (len(world.commodities), len(good)))
    return share_of(world.producers.orders, of_good.once(world.producers.orders)[good])


@final
class Thrift:
    """Sectors substitute (eq. 9.2), and plants save soon and thrift slowly (eq. 9.3)."""

    def __init__(self, given: Given) -> None:
        world, p = given.world, given.p
        self.fast, self.slow, self.time = FastResponse.of(p), SlowResponse.of(p), p["saving_time"]
        self.substitutes = replace(self.slow, rate=p["substitution_rate"])
        self.thrifty = world.users.node[world.users.thrifty]

    def __call__(
        self, tick: Tick, input_cost: Floats, paid: Floats, *, substitution: Floats, saving: Floats, thrift: Floats
    ) -> None:
        self.substitutes.move(substitution, input_cost, tick.days)
        cost = np.log(paid[self.thrifty])
        smooth(saving, self.fast(cost), step_share(tick.days, self.time))
        self.slow.move(thrift, cost, tick.days)


@final
class Invest:
    """Capacity grows as owners expect, and faster when prices stay high (eq. 9.4)."""

    def __init__(self, given: Given) -> None:
        world, p = given.world, given.p
        self.value, self.size, self.time = world.facilities.output_value, given.size, p["investment_time"]
        self.trend = Trend(world.facilities.growth * world.facilities.grows * p["growth"])
        self.investment = world.facilities.grows * p["investment_elasticity"]

    def __call__(self, tick: Tick, long_price: Floats, *, capacity: Floats) -> None:
        goal = 1 + self.investment * at_least(self.value(long_price), 0)
        capacity *= self.trend.over(tick.days)
        smooth(capacity, goal * (self.trend.at(tick.end) * self.size), step_share(tick.days, self.time))
