"""Who sold how much on to whom: what the books of trading houses add up to (docs/model.md, eq. 6.8 and 6.9)."""

from __future__ import annotations

import numpy as np
import pytest

from sim.axes import Ints
from sim.market.resold import Resold
from tests.driver import Built
from tests.market.test_trade import EAGER
from tests.tiny import TICK, ban, wide_market


def pairs(built: Built) -> tuple[Ints, Ints]:
    """All places of oxide, and all destinations of it, but for those that are the same."""
    nodes, d = built.world.nodes.names, built.world.nodes.destinations
    found = [
        (n, k) for n, a in enumerate(nodes) for k, b in enumerate(nodes[d]) if a[0] == b[0] == "oxide.Ee" and a != b
    ]
    return np.array([n for n, _ in found], np.intp), np.array([k for _, k in found], np.intp)


@pytest.mark.parametrize(("traced", "expected_restriction"), [(0.0, 0.0), (0.7, 0.0), (0.7, 0.4)])
def test_pairs_add_up_to_what_was_bought_and_what_is_on_its_way(traced: float, expected_restriction: float) -> None:
    """CD and EF pay; AB and its mine sell, HO's rule keeps some of it from CD; HO's producers sell nothing on."""
    built = wide_market(ban(towards="CD"), **EAGER)
    state, controls, node = built.market.state, built.market.controls, built.world.nodes.index
    controls.trace(np.array([0]), traced)
    controls.expect_restriction(np.array([0]), expected_restriction)
    state.set_up[:], state.landed[:] = 1, 5
    state.price[node["oxide.Ee", "CD"]], state.price[node["oxide.Ee", "EF"]] = 1.0, 0.97
    nodes, places = pairs(built)
    resold = Resold(built.world, built.market.controls.arcs, nodes, places)
    built.market.run("trade", TICK)
    flows = resold(state, built.market.controls.traced)
    sold, got = np.zeros_like(state.bought), np.zeros_like(state.traded)
    np.add.at(sold, nodes, flows)
    np.add.at(got, places, flows)
    assert sold == pytest.approx(state.bought, abs=1e-12)
    assert got == pytest.approx(state.traded, abs=1e-12)
    assert flows.max() > 0.5


def test_a_rule_keeps_goods_from_one_buyer_only() -> None:
    """Three quarters of what AB holds are HO's: all of that is kept from CD, and EF gets what it did."""
    to: dict[float, dict[str, float]] = {}
    for traced in (0.0, 1.0):
        built = wide_market(ban(towards="CD"), **EAGER)
        state, node = built.market.state, built.world.nodes.index
        built.market.controls.trace(np.array([0]), traced)
        state.set_up[:], state.landed[:], state.producer_stock[:] = 1, 5, 0
        state.price[node["oxide.Ee", "CD"]], state.price[node["oxide.Ee", "EF"]] = 1.0, 0.97
        place = {g: k for k, (c, g) in enumerate(built.world.nodes.used) if c == "oxide.Ee"}
        resold = Resold(
            built.world,
            built.market.controls.arcs,
            np.full(2, node["oxide.Ee", "AB"]),
            np.array([place["CD"], place["EF"]]),
        )
        built.market.run("trade", TICK)
        to[traced] = dict(zip(("CD", "EF"), resold(state, built.market.controls.traced)[:, 0].tolist(), strict=True))
    assert to[1.0]["CD"] == pytest.approx(to[0.0]["CD"] / 4)
    assert to[1.0]["EF"] == pytest.approx(to[0.0]["EF"])


def test_a_producer_who_may_not_sell_to_a_buyer_does_not_do_so_by_trading_houses() -> None:
    """AB lets 0.6 of its oxide go to EF: so much less of what its mine sells comes there."""
    to: dict[float, float] = {}
    for expected_restriction in (0.0, 0.4):
        built = wide_market(ban(by="AB", towards="EF"), **EAGER)
        state, node = built.market.state, built.world.nodes.index
        built.market.controls.expect_restriction(np.array([0]), expected_restriction)
        state.set_up[:], state.landed[:] = 1, 0
        state.price[node["oxide.Ee", "CD"]], state.price[node["oxide.Ee", "EF"]] = 0.97, 1.0
        place = {g: k for k, (c, g) in enumerate(built.world.nodes.used) if c == "oxide.Ee"}
        resold = Resold(
            built.world, built.market.controls.arcs, np.array([node["oxide.Ee", "AB"]]), np.array([place["EF"]])
        )
        built.market.run("trade", TICK)
        to[expected_restriction] = float(resold(state, built.market.controls.traced)[0, 0])
    assert to[0.4] == pytest.approx(0.6 * to[0.0])
    assert to[0.4] > 0.1
