"""P11: small causes stay small, and prices of one good stay together where nothing parts them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import pytest

import sim
from sim.axes import Floats
from sim.chunk import Chunk
from sim.ensemble.clock import Tick
from sim.plan import Plan, load, make_plan

REPLICATES = 64
DISTURBED, BY = 5, 1e-9
"""The tick after which prices and stocks are off, and by how much."""


def prices(plan: Plan, disturbance: float, replicates: int = REPLICATES) -> Floats:
    """(T, N, R), ln of ratios, of a whole run."""
    chunk = Chunk(plan.setup, range(replicates))
    market, setting = chunk.market, chunk.setting
    seen: list[Floats] = []

    def settle(tick: Tick) -> None:
        market.settle(tick)
        if tick.index == DISTURBED:
            for array in (market.state.price, market.state.producer_stock, market.state.user_stock):
                array[:] *= 1 + disturbance
        seen.append(market.state.price.copy())

    setting.clock.run(settle)
    return np.array(seen)


@pytest.mark.slow(4)
@pytest.mark.parametrize("scenario", ["baseline", "april-2025-licensing", "allied-all-in", "vault"])
def test_a_small_disturbance_dies_away(scenario: str) -> None:
    """In at least 95 % of the replicates no log price is off by 1e-7 at the end."""
    plan = make_plan(load(scenario))
    apart = np.abs(prices(plan, BY)[-1] - prices(plan, 0)[-1]).max(axis=0)
    assert (apart < 1e-7).mean() >= 0.95
    assert np.median(apart) < BY * 10


def places(plan: Plan) -> Iterator[tuple[int, int]]:
    """Pairs of places of a traded good between which no control of the scenario stands."""
    world = plan.world
    controlled = {world.arcs.names[a][:2] for a in plan.arcs}
    goods = [
        (n, node) for n, node in enumerate(world.nodes.names) if world.is_traded(node[0]) and node not in controlled
    ]
    for (n, a), (m, b) in combinations(goods, 2):
        if a[0] == b[0]:
            yield n, m


@pytest.mark.slow
@pytest.mark.parametrize("scenario", ["baseline", "myanmar-border-closed", "mt-weld-strike", "production-push"])
def test_one_good_has_one_price_where_it_may_be_traded(scenario: str) -> None:
    """Medians of two places are apart by more than 3 % of friction and 25 % for eight weeks running at most."""
    plan = make_plan(load(scenario))
    median = np.median(prices(plan, 0, 16), axis=2)
    limit = np.log(1.25) + 0.03
    longest: dict[str, int] = {}
    for n, m in places(plan):
        run = most = 0
        for apart in (np.abs(median[:, n] - median[:, m]) > limit).tolist():
            run = run + 1 if apart else 0
            most = max(most, run)
        good = plan.world.nodes.names[n][0]
        longest[good] = max(longest.get(good, 0), most)
    assert max(longest.values()) <= 8, {good: weeks for good, weeks in longest.items() if weeks > 8}


def test_a_ban_on_one_country_leaks_through_others() -> None:
    """China sells no magnets to the US: after half a year others sell it some, and it pays little more than the EU."""
    rows = {"outputs.record": ["resold"], "outputs.every": "1 week", "ensemble.replicates": 4}
    result = sim.run(load("magnet-ban-us", rows | {"horizon.end": "2026-03-31"}))
    series = result.timeseries[result.timeseries["commodity"] == "magnet.NdFeB-Dy"]
    series = series.assign(date=series["date"].astype(str))

    def mean(variable: str, region: str, partner: str = "") -> float:
        rows = series[(series["variable"] == variable) & (series["region"] == region) & (series["partner"] == partner)]
        return float(rows[rows["date"] > "2026-01-01"]["mean"].mean())

    def quote(region: str) -> float:
        rows = series[(series["variable"] == "price_spot") & (series["region"] == region)]
        return mean("price_spot", region) / float(rows["mean"].iloc[0])

    assert quote("US") < 3 * quote("EU")
    assert mean("resold", "*", "US") * 365 > 500
    assert mean("resold", "US", "*") * 365 < 10
    reported = result.summary[
        (result.summary["metric"] == "resold") & (result.summary["commodity"] == "magnet.NdFeB-Dy")
    ]
    whole = reported[(reported["region"] == "*") & (reported["partner"] == "*")]["mean"].iloc[0]
    assert reported[(reported["region"] != "*")]["mean"].sum() == pytest.approx(whole)
