"""From whom users order, and what producers send (docs/model.md, section 6)."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.axes import Floats
from sim.market.forms import release
from sim.market.hooks import Moment
from sim.market.sourcing import attraction
from tests.tiny import (
    HALF,
    MAGNET_AB,
    MAGNET_ABROAD,
    MAGNET_HO,
    MAGNET_HOME,
    OXIDE_AB,
    OXIDE_ABROAD,
    OXIDE_HO,
    OXIDE_HOME,
    OXIDE_OWN,
    Case,
    ban,
    one,
)


def at(value: float) -> Floats:
    """One number as an array."""
    return np.array([[value]])


def test_a_dear_origin_attracts_less() -> None:
    """At four times the price and an elasticity of ½, half; with half of its orders filled, a quarter."""
    assert attraction(at(math.log(4)), at(0.5), 0.5, 0.02)[0, 0] == pytest.approx(1 / 4)


def test_the_poorest_record_still_counts_a_little() -> None:
    """Nothing filled counts as 2 %."""
    assert attraction(at(0.0), at(0.0), 0.5, 0.02)[0, 0] == pytest.approx(0.02)


def test_buyers_move_half_of_the_way_to_what_attracts() -> None:
    """HO at four times the price attracts ¾·½, AB ¼: shares 0.6 and 0.4; half of the way from 0.75 and 0.25."""
    case = Case(sourcing_elasticity=0.5, habit_time=HALF)
    case.state.contract_price[case.o[OXIDE_HO]] = math.log(4)
    case.settle("sourcing")
    assert one(case.state.share, case.arc[OXIDE_ABROAD]) == pytest.approx(0.675)
    assert one(case.state.share, case.arc[OXIDE_OWN]) == pytest.approx(0.325)
    assert one(case.state.orders_placed, case.arc[OXIDE_ABROAD]) == pytest.approx(4 * 0.675)
    assert one(case.state.share, case.arc[OXIDE_HOME]) == pytest.approx(1)


def test_an_expected_refusal_puts_buyers_off() -> None:
    """Barred by half with an aversion of 2·ln 2 halves the attraction: 0.375 against 0.25."""
    case = Case(ban(), refusal_aversion=2 * math.log(2), habit_time=HALF)
    case.controls.expected_restriction[:] = 0.5
    case.settle("sourcing")
    assert one(case.state.share, case.arc[OXIDE_ABROAD]) == pytest.approx((0.75 + 0.6) / 2)


def test_producers_do_not_count_on_orders_that_will_be_barred() -> None:
    """9 t/day so far; now 6 at home and 2 of 4 abroad: half of the way to 8."""
    case = Case(ban(), refusal_aversion=0.0, expectation_time=HALF)
    case.controls.expected_restriction[:] = 0.5
    case.state.orders[case.d[OXIDE_AB]] = 4 / 0.75
    case.settle("sourcing")
    assert one(case.state.expected_orders, case.o[OXIDE_HO]) == pytest.approx(8.5)


def test_what_is_blocked_does_not_leave() -> None:
    """A third of 3 t/day to AB is restricted, 6 t/day go home: 14 and 42 t in a week."""
    case = Case(ban())
    seen: list[float] = []

    def block(moment: Moment) -> None:
        seen.append(one(case.state.orders_placed, case.arc[OXIDE_ABROAD]))
        moment.controls.block(np.array([0]), 1 / 3)

    case.hooks.limits[:] = [block]
    before = one(case.state.producer_stock, case.o[OXIDE_HO])
    case.settle("sourcing")
    assert seen == [pytest.approx(3)]
    assert one(case.state.shipped, case.arc[OXIDE_ABROAD]) == pytest.approx(14)
    assert one(case.state.shipped, case.arc[OXIDE_HOME]) == pytest.approx(42)
    assert one(case.state.producer_stock, case.o[OXIDE_HO]) == pytest.approx(before - 56)


def test_producers_fill_what_their_stock_lets_go() -> None:
    """40 t, of which 9·7 would be asked; 28 of them made in the tick: (40 − 28)/2 and what of 28 passes through."""
    case = Case(release_time=HALF, expectation_time=HALF)
    o = case.o[OXIDE_HO]
    case.state.producer_stock[o], case.state.made[o], case.state.other[o] = 40, 5, 1
    case.settle("sourcing")
    can = 6 + 28 * (1 - HALF / 14)
    assert can == pytest.approx(release(at(12), at(28), 7, HALF)[0, 0])
    assert one(case.state.shipped, case.arc[OXIDE_HOME]) == pytest.approx(can * 6 / 9)
    assert one(case.state.shipped, case.arc[OXIDE_ABROAD]) == pytest.approx(can * 3 / 9)
    assert one(case.state.producer_stock, o) == pytest.approx(40 - can)
    assert one(case.state.fill_rate, o) == pytest.approx((1 + can / 63) / 2)


def test_producers_send_no_more_than_they_have() -> None:
    """Less in stock than was just made, as when leaks took the rest: the release of a negative rest does not count."""
    case = Case(release_time=1e9)
    o = case.o[OXIDE_AB]
    case.state.producer_stock[o], case.state.made[o] = 0.0, 1
    case.settle("sourcing")
    assert one(case.state.shipped, case.arc[OXIDE_OWN]) == 0
    assert one(case.state.producer_stock, o) == 0


def test_with_nothing_asked_all_is_filled() -> None:
    """An origin of which nobody orders keeps its record."""
    case = Case()
    case.state.orders[case.d[OXIDE_AB]] = 0
    case.settle("sourcing")
    assert one(case.state.fill_rate, case.o[OXIDE_AB]) == pytest.approx(1)
    assert one(case.state.shipped, case.arc[OXIDE_OWN]) == 0


def test_what_is_charged_on_the_way_deters_as_a_price_does() -> None:
    """Four times the price from HO, by a tariff of 300 %: attraction ¾·½ against ¼; half of the way from ¾."""
    case = Case(ban(), sourcing_elasticity=0.5, habit_time=HALF)
    case.controls.charge(np.array([0]), 3.0)
    case.hooks.tariffs.append(lambda _moment: None)
    case.settle("sourcing")
    assert one(case.state.share, case.arc[OXIDE_ABROAD]) == pytest.approx((0.75 + 0.6) / 2)


def test_what_is_not_under_contract_is_ordered_of_who_is_cheap() -> None:
    """HO at twice its price: at an elasticity of 2 it weighs a quarter in the 0.4 of AB's 4 t/day that are free."""
    case = Case(spot_elasticity=2.0, contract_share=0.6, habit_time=1e12)
    case.state.price[case.node[OXIDE_HO]] = math.log(2)
    case.settle("sourcing")
    free = 0.75 / 4 + 0.25
    assert one(case.state.orders_placed, case.arc[OXIDE_ABROAD]) == pytest.approx(4 * 0.75 * (0.6 + 0.4 / 4 / free))
    assert one(case.state.orders_placed, case.arc[OXIDE_OWN]) == pytest.approx(4 * 0.25 * (0.6 + 0.4 / free))


def test_buyers_learn_where_orders_come_to_nothing() -> None:
    """Half of the way to 0.8 in a tick; restricted by 0.4, a tonne that arrives costs 1/0.6 as much."""
    case = Case(ban(), spot_elasticity=2.0, contract_share=0.6, habit_time=1e12, expectation_time=HALF)
    case.controls.expected_restriction[:] = 0.8
    case.settle("sourcing")
    assert one(case.state.doubted, 0) == pytest.approx(0.4)
    free = 0.75 * 0.6**2 + 0.25
    assert one(case.state.orders_placed, case.arc[OXIDE_ABROAD]) == pytest.approx(
        4 * 0.75 * (0.6 + 0.4 * 0.6**2 / free)
    )


def test_a_tariff_makes_an_origin_dear() -> None:
    """A quarter on top of HO's price."""
    case = Case(ban(), spot_elasticity=2.0, contract_share=0.0, habit_time=1e12)
    case.controls.tariff[:] = 0.25
    case.settle("sourcing")
    free = 0.75 / 1.25**2 + 0.25
    assert one(case.state.orders_placed, case.arc[OXIDE_ABROAD]) == pytest.approx(4 * 0.75 / 1.25**2 / free)


def test_trading_houses_order_beside_users() -> None:
    case = Case()
    case.state.sought[case.arc[OXIDE_ABROAD]] = 2
    case.settle("sourcing")
    assert one(case.state.orders_placed, case.arc[OXIDE_ABROAD]) == pytest.approx(3 + 2)


def test_of_short_goods_who_pays_more_gets_more() -> None:
    """AB pays twice as much for magnets as HO; 8 and 4 t/day are asked: bids of 4/3 and 1/3. Contracts share alike."""
    case = Case(release_time=1e-9, spot_elasticity=2.0, contract_share=0.6)
    case.state.price[case.node[MAGNET_AB]] = math.log(2)
    case.state.producer_stock[case.o[MAGNET_HO]] = 42
    case.settle("sourcing")
    parts = [0.6 * 0.5 + 0.4 * bid / (1 + bid) for bid in (1 / 3, 4 / 3)]
    sent = [one(case.state.shipped, case.arc[arc]) for arc in (MAGNET_HOME, MAGNET_ABROAD)]
    assert sent == pytest.approx([28 * parts[0], 56 * parts[1]])
    assert one(case.state.producer_stock, case.o[MAGNET_HO]) == pytest.approx(42 - sum(sent))


def test_a_duty_lowers_a_bid() -> None:
    """AB pays twice as much, half of it to its treasury: all share alike."""
    case = Case(ban(), release_time=1e-9, spot_elasticity=2.0, contract_share=0.0)
    case.hooks.tariffs.append(lambda _moment: None)
    case.controls.tariff[:] = 1.0
    case.state.price[case.node[OXIDE_AB]] = math.log(2)
    case.state.producer_stock[case.o[OXIDE_HO]] = 20
    case.settle("sourcing")
    asked = {arc: one(case.state.orders_placed, case.arc[arc]) for arc in (OXIDE_HOME, OXIDE_ABROAD)}
    sent = {arc: one(case.state.shipped, case.arc[arc]) for arc in asked}
    assert sent[OXIDE_HOME] / asked[OXIDE_HOME] == pytest.approx(sent[OXIDE_ABROAD] / asked[OXIDE_ABROAD])
