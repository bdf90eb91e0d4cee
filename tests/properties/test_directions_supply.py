"""P10: more support never means less supply, in the mean of 48 replicates of the tables that ship."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pytest

from sim.axes import Floats
from sim.chunk import Chunk
from sim.ensemble.clock import Tick
from sim.instruments.base import KINDS
from sim.plan import Plan, load, make_plan
from sim.supply.settle import Supply
from tests.driver import Spec

REPLICATES = 48
OFFERED: Spec = {"by": "US", "since": "2025-01-01"}


class End(NamedTuple):
    """What became of supply by the end of 2029, (R,)."""

    capacity: Floats  # unit of activity a year, of all facilities of allies
    decided: Floats  # projects


def end(*instruments: Spec) -> End:
    """Run the baseline with some instruments, in ticks of two weeks."""
    base = load("baseline", {"horizon.tick": "14 days"})
    kinds = tuple(KINDS[str(spec["kind"])].model_validate(spec) for spec in instruments)
    plan = Plan(base.model_copy(update={"instruments": kinds}), make_plan(base).seeds)
    chunk = Chunk(plan.setup, range(REPLICATES))
    market, setting = chunk.market, chunk.setting
    setting.clock.run(market.settle)
    world = plan.world
    allied = [f for f, region in enumerate(world.facilities.region) if region in world.allied]
    assert setting.supply is not None
    return End(
        (market.state.capacity * world.facilities.scale)[allied].sum(axis=0) * 365,
        np.isfinite(setting.supply.stages.decided).sum(axis=0).astype(np.float64),
    )


def never_falls(means: list[float]) -> bool:
    """Whether each is at least the one before, and the last more than the first."""
    return all(b >= a - 1e-9 * abs(a) for a, b in pairwise(means)) and means[-1] > means[0]


@pytest.mark.slow
def test_a_higher_floor_never_lowers_allied_capacity() -> None:
    """Under NdPr oxide of all projects, from none to 140 USD/kg."""
    ends = [
        end({
            "name": "floor", "kind": "price_floor", "commodity": "oxide.NdPr", "basis": "CN",
            "floor": f"{level} USD/kg", **OFFERED,
        })
        for level in (1, 60, 80, 110, 140)
    ]  # fmt: skip
    assert never_falls([float(one.capacity.mean()) for one in ends])


@pytest.mark.slow
def test_more_of_the_capital_lent_never_lowers_what_is_decided() -> None:
    """At 3 %, for all projects, from next to nothing to four fifths."""
    ends = [
        end({"name": "loan", "kind": "loan", "share": share, "interest": 0.03, **OFFERED})
        for share in (0.01, 0.2, 0.4, 0.6, 0.8)
    ]
    assert never_falls([float(one.decided.mean()) for one in ends])


def test_higher_prices_never_lower_what_is_decided() -> None:
    """Of all that projects make, from half to twice the base price, while what they buy costs what it did."""
    counts = [float(decided(level).mean()) for level in (0.5, 0.8, 1.0, 1.3, 2.0)]
    assert never_falls(counts)


def decided(ratio: float) -> Floats:
    """(R,): projects that are decided within five years, if prices stay at a ratio to base."""
    plan = make_plan(load("baseline"))
    chunk = Chunk(plan.setup, range(REPLICATES))
    draws, market, supply = chunk.draws, chunk.market, chunk.supply
    assert isinstance(supply, Supply)
    assert len(draws.replicates) == REPLICATES
    price, paid = np.full_like(market.state.long_price, np.log(ratio)), np.ones_like(supply.paid)
    tick = Tick(0, 0, 28, 28)
    for day in range(28, plan.horizon.days, 28):
        supply.stages.move(day, lambda: supply.appraisal.worth(tick, price, paid))
    return np.isfinite(supply.stages.decided).sum(axis=0).astype(np.float64)
