"""Prices look forward (docs/model.md, section 8)."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.axes import Floats
from sim.market.hooks import Moment
from sim.market.prices import PriceRule, short_of
from tests.driver import parameters
from tests.tiny import (
    HALF,
    MAGNET_AB,
    MAGNET_HO,
    OXIDE_AB,
    OXIDE_ABROAD,
    OXIDE_HO,
    OXIDE_OF_OPTICS,
    Case,
    ban,
    one,
)


def at(value: float) -> Floats:
    """One number as an array."""
    return np.array([[value]])


def test_scarcity_is_the_logarithm_of_wanted_over_supply() -> None:
    """20 over 10, and 10 over 20."""
    assert short_of(at(20), at(10), at(1), 2.0)[0, 0] == pytest.approx(math.log(2))
    assert short_of(at(10), at(20), at(1), 2.0)[0, 0] == pytest.approx(-math.log(2))


def test_supply_counts_as_at_least_some_days_of_use() -> None:
    """Nothing in prospect, 3 t/day, at least 2 days: 20 over 6."""
    assert short_of(at(20), at(0), at(3), 2.0)[0, 0] == pytest.approx(math.log(20 / 6))


RULE = PriceRule(elasticity=1.5, slack=0.5, floor=0.4, sharpness=20.0)


def test_scarcity_raises_prices_more_than_plenty_lowers_them() -> None:
    """1.5·0.2, and half of it downwards; cost comes on top."""
    assert RULE.pressure(at(0.2), at(0.1))[0, 0] == pytest.approx(0.4)
    assert RULE.pressure(at(-0.2), at(0.1))[0, 0] == pytest.approx(-0.05)


def test_the_pull_to_base_is_whole_when_ample_and_none_when_scarce() -> None:
    """2/(1 + e^(20·0.1)) when scarce; all of it at target and beyond, however far."""
    assert RULE.ample(at(0.1))[0, 0] == pytest.approx(2 / (1 + math.e**2))
    assert RULE.ample(np.array([[0.0, -0.1, -1e9]])).tolist() == [[1, 1, 1]]
    assert RULE.ample(at(1e9))[0, 0] == pytest.approx(0, abs=1e-100)


def test_the_rule_reads_its_parameters() -> None:
    """Each by its name."""
    p = parameters(scarcity_elasticity=1.0, slack_response=2.0, price_floor=3.0, ample_sharpness=4.0)
    assert PriceRule.of(p) == PriceRule(1.0, 2.0, 3.0, 4.0)


SUPPLY_HO = 28 * 9 + 28 * 6 + 70 * 9 + 7 * 6
"""t: stock of the mine, stock of the works, 70 days of output, under way at home."""
SUPPLY_AB = 28 * 1 + 56 * 4 + 70 * 1 + (28 * 3 + 7 * 1) + 3 * (70 - 28)
"""t: the same in AB, with cars and optics for users; of what HO will send, what arrives within 70 days counts."""


def test_supply_and_use_in_prospect_are_those_of_the_base_year() -> None:
    """In HO use is 6 t/day at home and 3 sent abroad; in AB 4."""
    case = Case()
    case.settle("prices")
    supply, use = case.state.supply, case.state.prospective_use
    assert one(supply, case.node[OXIDE_HO]) == pytest.approx(SUPPLY_HO)
    assert one(use, case.node[OXIDE_HO]) == pytest.approx(9)
    assert one(supply, case.node[OXIDE_AB]) == pytest.approx(SUPPLY_AB)
    assert one(use, case.node[OXIDE_AB]) == pytest.approx(4)


def test_what_is_barred_is_neither_used_nor_supplied_abroad() -> None:
    """Half of 3 t/day restricted, and half of the 10 t that wait at the border."""
    case = Case(ban())
    case.controls.expected_restriction[:], case.controls.backlog[:] = 0.5, 10
    case.settle("prices")
    supply, use = case.state.supply, case.state.prospective_use
    assert one(use, case.node[OXIDE_HO]) == pytest.approx(6 + 1.5)
    assert one(supply, case.node[OXIDE_HO]) == pytest.approx(SUPPLY_HO)
    assert one(supply, case.node[OXIDE_AB]) == pytest.approx(SUPPLY_AB - 1.5 * 42 + 5)


def test_goods_further_away_than_one_looks_are_no_supply() -> None:
    """Looking 20 days ahead, what leaves now for 28 days counts for nothing."""
    case = Case(look_ahead=20.0)
    case.settle("prices")
    supply = case.state.supply
    assert one(supply, case.node[OXIDE_AB]) == pytest.approx(28 + 224 + 20 + 91)


def test_expected_trade_follows_orders() -> None:
    """Half of the way from 3 to 5."""
    case = Case(expectation_time=HALF)
    case.state.orders_placed[case.arc[OXIDE_ABROAD]] = 5
    case.settle("prices")
    assert one(case.state.expected_trade, case.arc[OXIDE_ABROAD]) == pytest.approx(4)


def eager(**more: float) -> Case:
    """Prices and anchors that move half of the way in a tick; no costs passed on."""
    times = {"price_time": HALF, "reference_rate": 1 / HALF, "reference_slowdown": 0.5, "reference_return": 1 / HALF}
    return Case(**{**times, "scarcity_elasticity": 1.5, "slack_response": 0.5, "cost_pass_through": 0.0, **more})


def test_prices_rise_when_stocks_are_short() -> None:
    """Half of AB's stocks gone: x = ln(539/427). Goal: half of 1.5·x, as before it was 0; price: half of the way."""
    case = eager()
    case.state.user_stock[case.user[OXIDE_OF_OPTICS]] -= 112
    case.settle("prices")
    x = math.log(SUPPLY_AB / (SUPPLY_AB - 112))
    n = case.node[OXIDE_AB]
    assert one(case.state.price_pressure, n) == pytest.approx(1.5 * x)
    assert one(case.state.price, n) == pytest.approx(1.5 * x / 4)
    reference_price = 1.5 * x / 8 * 0.5
    assert one(case.state.reference_price, n) == pytest.approx(reference_price * (1 - 0.5 * 2 / (1 + math.exp(20 * x))))
    assert one(case.state.price, case.node[MAGNET_HO]) == pytest.approx(0)


def test_prices_fall_less_when_goods_are_ample() -> None:
    """Twice the stock of optics: half of the response; the reference falls at half its speed, by 1 − ½^½ of its gap."""
    case = eager()
    case.state.user_stock[case.user[OXIDE_OF_OPTICS]] += 112
    case.settle("prices")
    x = math.log(SUPPLY_AB / (SUPPLY_AB + 112))
    n = case.node[OXIDE_AB]
    assert one(case.state.price_pressure, n) == pytest.approx(0.75 * x)
    assert one(case.state.price, n) == pytest.approx(0.75 * x / 4)
    slowly = 1 - 0.5**0.5
    assert one(case.state.reference_price, n) == pytest.approx(0.75 * x / 8 * slowly * (1 - 0.5))


def test_the_goal_is_the_mean_of_two_ticks_above_the_anchor() -> None:
    """At base stocks: reference price 0.3, pressure before 0.4 and now 0: goal 0.5, price half of the way from 0.1."""
    case = eager()
    n = case.node[OXIDE_AB]
    case.state.reference_price[n], case.state.price_pressure[n], case.state.price[n] = 0.3, 0.4, 0.1
    case.settle("prices")
    assert one(case.state.price, n) == pytest.approx(0.3)
    own = (0.1 + 0.3) / 2 - 0.3
    slowly = 1 - 0.5**0.5
    assert one(case.state.reference_price, n) == pytest.approx((0.3 + own * slowly) * 0.5)


def test_hoarders_make_goods_scarce() -> None:
    """Users in AB want half as much again of 56 days of 4 t/day: 112 t more."""
    case = eager()
    case.state.target_stock[case.d[OXIDE_AB]] *= 1.5
    case.settle("prices")
    x = math.log((SUPPLY_AB + 112) / SUPPLY_AB)
    assert one(case.state.price_pressure, case.node[OXIDE_AB]) == pytest.approx(1.5 * x)


def test_dearer_inputs_are_passed_on() -> None:
    """Works in HO at 1.3 times the cost pass on 0.6 of its logarithm; half of the way to half of it."""
    case = eager(cost_pass_through=0.6, landed_pass_through=0.5)
    case.state.unit_cost[case.facility["HO works"]] = 1.3
    case.state.landed_cost[case.d[MAGNET_AB]] = 1.2
    case.state.landed_cost[case.d[MAGNET_HO]] = 7.0
    case.settle("prices")
    for node, passed in ((MAGNET_HO, 0.6 * math.log(1.3)), (MAGNET_AB, 0.5 * math.log(1.2))):
        assert one(case.state.price_pressure, case.node[node]) == pytest.approx(passed)
        assert one(case.state.price, case.node[node]) == pytest.approx(passed / 4)


def test_what_costs_explain_is_not_thought_normal() -> None:
    """A price of half of what is passed on stays below it: own = (passed/4 + 0)/2 − passed, downwards."""
    case = eager(cost_pass_through=0.6)
    case.state.unit_cost[case.facility["HO works"]] = 1.3
    case.settle("prices")
    passed = 0.6 * math.log(1.3)
    own = passed / 8 - passed
    slowly = 1 - 0.5**0.5
    assert one(case.state.reference_price, case.node[MAGNET_HO]) == pytest.approx(own * slowly * 0.5)


def test_prices_have_a_floor_above_cost() -> None:
    """Anchor far down; the floor is 0.4 of a unit cost of 1.3: half of the way from 0."""
    case = eager(cost_pass_through=0.6, price_floor=0.4)
    case.state.unit_cost[case.facility["HO works"]] = 1.3
    case.state.reference_price[case.node[MAGNET_HO]] = -9
    case.settle("prices")
    assert one(case.state.price, case.node[MAGNET_HO]) == pytest.approx(math.log(0.4 * 1.3) / 2)


def test_prices_stop_where_nearly_all_use_has_given_up() -> None:
    """Anchor far up; half of the way to twice the spread above the choke price."""
    case = eager(choke_price=4.0, choke_spread=0.3)
    case.state.reference_price[case.node[MAGNET_HO]] = 9
    case.settle("prices")
    assert one(case.state.price, case.node[MAGNET_HO]) == pytest.approx((math.log(4) + 0.6) / 2)


def test_goods_under_way_are_supply() -> None:
    """21 t more on the way to AB from itself."""
    case = eager()
    case.market.under_way.coming[case.d[OXIDE_AB]] += 21
    case.settle("prices")
    x = math.log(SUPPLY_AB / (SUPPLY_AB + 21))
    assert one(case.state.price_pressure, case.node[OXIDE_AB]) == pytest.approx(0.75 * x)


def test_producers_may_ask_less_than_their_costs_let_them() -> None:
    """A quarter off what is passed on: bare is ln 0.75 in HO, and nothing elsewhere."""
    case = Case()

    def cut(moment: Moment) -> None:
        moment.proposals.passed_on[case.node[OXIDE_HO]] += math.log(0.75)

    case.hooks.discounts.append(cut)
    case.settle("prices")
    assert one(case.state.price_pressure, case.node[OXIDE_HO]) == pytest.approx(math.log(0.75))
    assert one(case.state.price, case.node[OXIDE_HO]) < 0
    assert one(case.state.price_pressure, case.node[OXIDE_AB]) == pytest.approx(0)


def test_where_goods_are_made_and_landed_both_costs_count_by_what_users_buy() -> None:
    """AB has a quarter of its oxide from its mine, at 1.3 times the cost; what it buys costs 1.2 times as much."""
    case = eager(cost_pass_through=0.6, landed_pass_through=0.5)
    case.state.unit_cost[case.facility["AB mine"]] = 1.3
    case.state.landed_cost[case.d[OXIDE_AB]] = 1.2
    case.settle("prices")
    passed = 0.25 * 0.6 * math.log(1.3) + 0.75 * 0.5 * math.log(1.2)
    assert one(case.state.price_pressure, case.node[OXIDE_AB]) == pytest.approx(passed)


def leaning(price: float, exposed: float) -> float:
    """Price of oxide in AB after a tick in which it goes to its goal, where others pay a price; a margin of 0.1."""
    case = Case(price_time=1e-9, resale_share=1, resale_margin=0.1, thin_market=1e-12)
    case.state.netback[case.node[OXIDE_AB]] = price
    case.state.set_up[case.node[OXIDE_AB]], case.state.elsewhere[case.node[OXIDE_AB]] = 0.8, exposed / 0.8
    case.settle("prices")
    return one(case.state.price, case.node[OXIDE_AB])


def test_a_price_leans_to_those_of_others_as_far_as_it_is_exposed() -> None:
    """Its own goal is 0; others pay e^0.5 or e^−0.5: half of the way to a margin from there, or nothing within it."""
    assert leaning(0.5, 0.5) == pytest.approx(0.2)
    assert leaning(-0.5, 0.5) == pytest.approx(-0.2)
    assert leaning(0.09, 0.5) == pytest.approx(0)


def test_who_sells_abroad_is_exposed_as_far_as_use_is_elsewhere() -> None:
    """Of HO's 9 t/day 3 go abroad, where 0.6 of all use is."""
    case = eager(resale_share=1, thin_market=1e-12)
    case.state.elsewhere[case.node[OXIDE_HO]] = 0.6
    case.settle("prices")
    assert one(case.state.exposed, case.node[OXIDE_HO]) == pytest.approx(0.6 * 3 / 9)


def test_what_passes_through_trading_houses_exposes_a_price() -> None:
    """2 t/day sold on and 1 sent there, of what AB wants over 70 days: use of 4 + 2, stocks, and its own on the way."""
    case = eager(resale_share=1, thin_market=1e-12)
    case.state.resold_by_users[case.d[OXIDE_AB]], case.state.resold_to[case.d[OXIDE_AB]] = 2, 1
    case.settle("prices")
    wanted = 70 * (4 + 2) + 56 * 4 + 28 * 1 + 7 * 1
    assert one(case.state.exposed, case.node[OXIDE_AB]) == pytest.approx(3 * 70 / wanted)


def test_where_next_to_nothing_is_traded_a_price_is_that_of_others() -> None:
    """A tenth of the base year's use, 4 t/day in AB and 6 + 3 in HO, counts as stock and as use."""
    case = eager(resale_share=1, thin_market=0.1)
    case.settle("prices")
    supply, wanted = case.state.supply, case.state.wanted
    assert one(supply, case.node[OXIDE_HO]) == pytest.approx(SUPPLY_HO + 0.1 * 70 * 9)
    assert one(wanted, case.node[OXIDE_HO]) == pytest.approx(SUPPLY_HO + 0.1 * 70 * 9)
    assert one(wanted, case.node[OXIDE_AB]) == pytest.approx(SUPPLY_AB + 0.1 * 70 * 4)
    case.settle("prices")
    assert one(case.state.exposed, case.node[OXIDE_AB]) == pytest.approx(28 / (SUPPLY_AB + 28))
