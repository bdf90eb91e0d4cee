"""What users expect, fear and order (docs/model.md, section 5)."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.axes import Floats
from sim.market.orders import hoarding_goal
from tests.tiny import HALF, OXIDE_AB, OXIDE_HO, OXIDE_OF_OPTICS, TICK, Case, ban, one


def at(value: float) -> Floats:
    """One number as an array."""
    return np.array([[value]])


def test_growth_and_alarm_call_for_more_cover() -> None:
    """1 + 0.4·0.5 + 0.75·0.2."""
    assert hoarding_goal(at(0.5), at(0.2), 0.4, 0.75, 9.0)[0, 0] == pytest.approx(1.35)


def test_falling_prices_call_for_no_less_than_the_target() -> None:
    """Growth below zero does not count."""
    assert hoarding_goal(at(-3.0), at(0.2), 0.4, 0.75, 9.0)[0, 0] == pytest.approx(1.15)


def test_hoarding_has_a_ceiling() -> None:
    """1 + 0.4·10 would be 5."""
    assert hoarding_goal(at(10.0), at(0.0), 0.4, 0.75, 2.2)[0, 0] == 2.2


def test_expected_need_follows_need() -> None:
    """Half of the way from 2 to 3."""
    case = Case(expectation_time=HALF)
    case.state.need[case.user[OXIDE_OF_OPTICS]] = 3
    case.settle("orders")
    assert one(case.state.expected_need, case.user[OXIDE_OF_OPTICS]) == pytest.approx(2.5)


def test_expected_output_follows_what_is_left_by_other_use() -> None:
    """Half of the way from 9 to 12 − 2."""
    case = Case(output_expectation_time=HALF)
    case.state.made[case.o[OXIDE_HO]], case.state.other[case.o[OXIDE_HO]] = 12, 2
    case.settle("orders")
    assert one(case.state.expected_output, case.o[OXIDE_HO]) == pytest.approx(9.5)


def nervous(**parameters: float) -> Case:
    """Oxide in AB at twice its remembered price."""
    case = Case(
        ban(), hoarding_gain=0.5, hoarding_memory=HALF, hoarding_rise=HALF, hoarding_fall=HALF / 2, **parameters
    )
    case.state.price[case.node[OXIDE_AB]] = math.log(2)
    return case


def test_hoarding_builds_up_when_prices_rise() -> None:
    """Goal 1 + 0.5·ln 2, half of the way; what is remembered moves after it was read."""
    case = nervous()
    case.settle("orders")
    assert one(case.state.hoarding, case.d[OXIDE_AB]) == pytest.approx(1 + 0.25 * math.log(2))
    assert one(case.state.remembered_price, case.d[OXIDE_AB]) == pytest.approx(0.5 * math.log(2))


def test_hoarding_fades_at_its_own_speed() -> None:
    """From 2 three quarters of the way to 1."""
    case = nervous()
    case.state.remembered_price[case.d[OXIDE_AB]] = math.log(3)
    case.state.hoarding[case.d[OXIDE_AB]] = 2
    case.settle("orders")
    assert one(case.state.hoarding, case.d[OXIDE_AB]) == pytest.approx(1.25)


def test_an_alarm_counts_by_the_share_of_supply_under_control() -> None:
    """Three quarters of AB's oxide come over the arc of which 0.8 is alarming: half of the way to 1 + 2·0.6."""
    case = Case(ban(), hoarding_announcement=2.0, hoarding_rise=HALF, hoarding_ceiling=9.0)
    case.hooks.expectations[:] = [lambda moment: moment.controls.warn(np.array([0]), 0.8)]
    case.settle("orders")
    assert one(case.state.hoarding, case.d[OXIDE_AB]) == pytest.approx(1 + 0.5 * 2 * 0.6)
    assert one(case.state.hoarding, case.d[OXIDE_HO]) == 1


def midway(**parameters: float) -> Case:
    """What was due in the tick has landed, and as much was used: the stocks are those of the base year."""
    case = Case(**parameters)
    case.market.under_way.land(TICK)
    return case


def test_at_rest_users_order_what_they_need() -> None:
    """2 and 2 t/day in AB."""
    case = midway()
    case.settle("orders")
    assert one(case.state.orders, case.d[OXIDE_AB]) == pytest.approx(4)


def test_a_stock_short_by_a_day_adds_a_day_over_the_adjustment_time() -> None:
    """Optics lack 2 t, made up for in 50 days."""
    case = midway(stock_adjustment_time=50.0)
    case.state.user_stock[case.user[OXIDE_OF_OPTICS]] -= 2
    case.settle("orders")
    assert one(case.state.orders, case.d[OXIDE_AB]) == pytest.approx(4 + 2 / 50)


def test_hoarders_order_the_cover_that_they_want_more() -> None:
    """Both users in AB hold 56 days, and want half as much again: 4·28 t more, in 50 days."""
    case = midway(stock_adjustment_time=50.0, hoarding_fall=1e12)
    case.state.hoarding[case.d[OXIDE_AB]] = 1.5
    case.settle("orders")
    assert one(case.state.orders, case.d[OXIDE_AB]) == pytest.approx(4 + 4 * 28 / 50)


def test_nobody_orders_less_than_nothing() -> None:
    """Users that drown in stock; the one short of it still orders."""
    case = midway(stock_adjustment_time=50.0)
    case.state.user_stock[case.user[OXIDE_OF_OPTICS]] = 1e6
    case.settle("orders")
    assert one(case.state.orders, case.d[OXIDE_AB]) == pytest.approx(2)


def test_what_is_missing_on_the_way_is_ordered() -> None:
    """After arrivals 21 days of 3 t/day from HO are under way, from AB none. Of 63 t 8 are lost; half count."""
    case = Case(stock_adjustment_time=50.0, on_order_weight=0.5)
    case.market.under_way.coming[case.d[OXIDE_AB]] = 63 - 8
    case.settle("orders")
    assert one(case.state.orders, case.d[OXIDE_AB]) == pytest.approx(4 + 0.5 * 8 / 50)


def test_buyers_count_the_days_that_licences_take() -> None:
    """40 days on three quarters of what 4 t/day need: 120 t more on order, less 14 t that wait and 6 t granted now."""
    case = Case(ban(), stock_adjustment_time=50.0, on_order_weight=0.5)
    case.market.under_way.coming[case.d[OXIDE_AB]] = 63
    case.controls.licence_days[:], case.controls.expected_clearance[:], case.controls.granted[:] = 40, 14, 6
    case.settle("orders")
    assert one(case.state.orders, case.d[OXIDE_AB]) == pytest.approx(4 + 0.5 * (120 - 20) / 50)
