"""What goes on its way, what waits, what goes round (docs/model.md, section 7)."""

from __future__ import annotations

import numpy as np
import pytest

from sim.ensemble.clock import Tick
from sim.market.hooks import Moment
from sim.market.lines import out_of_stock
from tests.tiny import (
    HALF,
    MAGNET_ABROAD,
    MAGNET_HO,
    OXIDE_AB,
    OXIDE_ABROAD,
    OXIDE_HO,
    OXIDE_HOME,
    TICK,
    Case,
    ban,
    one,
)


def loaded(**parameters: float) -> Case:
    """21 t of oxide were shipped abroad and 42 at home; the producer holds 100 t more."""
    case = Case(ban(), release_time=HALF, **parameters)
    case.state.shipped[case.arc[OXIDE_ABROAD]] = 21
    case.state.shipped[case.arc[OXIDE_HOME]] = 42
    case.state.producer_stock[case.o[OXIDE_HO]] = 100
    case.hooks.crossings.clear()
    return case


def test_what_waits_is_held_and_what_is_granted_leaves() -> None:
    """21 shipped, 5 held, 3 granted: 19 cross, and go on their way; goods at home just go."""
    case = loaded()

    def hold(moment: Moment) -> None:
        moment.controls.crossing[:] -= 5

    case.hooks.crossings.append(hold)
    case.controls.granted[:] = 3
    under_way = one(case.market.under_way.total, case.arc[OXIDE_ABROAD])
    case.settle("border")
    assert one(case.state.crossed, case.arc[OXIDE_ABROAD]) == pytest.approx(19)
    assert one(case.state.crossed, case.arc[OXIDE_HOME]) == pytest.approx(42)
    assert one(case.market.under_way.total, case.arc[OXIDE_ABROAD]) == pytest.approx(under_way + 19)


@pytest.mark.parametrize(("tried", "leaked"), [(8, 8), (80, 50)])
def test_no_more_leaks_than_the_stock_lets_go(tried: float, leaked: float) -> None:
    """Of 100 t half can leave in a tick. What leaks leaves the stock and is under way, but is no export."""
    case = loaded()

    def leak(moment: Moment) -> None:
        moment.controls.leaking[:] += tried

    case.hooks.leaks.append(leak)
    under_way = one(case.market.under_way.total, case.arc[OXIDE_ABROAD])
    case.settle("border")
    assert one(case.state.leaked, case.arc[OXIDE_ABROAD]) == pytest.approx(leaked)
    assert one(case.state.leaked, case.arc[OXIDE_HOME]) == 0
    assert one(case.state.producer_stock, case.o[OXIDE_HO]) == pytest.approx(100 - leaked)
    assert one(case.state.crossed, case.arc[OXIDE_ABROAD]) == pytest.approx(21)
    assert one(case.market.under_way.total, case.arc[OXIDE_ABROAD]) == pytest.approx(under_way + 21 + leaked)


def test_each_stock_bounds_its_own_leaks() -> None:
    """8 t of each good try to go round: oxide of 100 t, and magnets of 10 t, of which half may leave."""
    case = Case(ban(covers={"stages": "all", "elements": "all"}), release_time=HALF)
    oxide, magnet = case.arc[OXIDE_ABROAD], case.arc[MAGNET_ABROAD]
    case.state.producer_stock[case.o[OXIDE_HO]], case.state.producer_stock[case.o[MAGNET_HO]] = 100, 10

    def leak(moment: Moment) -> None:
        moment.controls.leaking[:] += 8

    case.hooks.leaks.append(leak)
    case.settle("border")
    assert one(case.state.leaked, oxide) == pytest.approx(8)
    assert one(case.state.leaked, magnet) == pytest.approx(5)
    assert one(case.state.producer_stock, case.o[OXIDE_HO]) == pytest.approx(92)
    assert one(case.state.producer_stock, case.o[MAGNET_HO]) == pytest.approx(5)


def test_a_tick_sends_what_crossed_and_what_leaked_to_land_together() -> None:
    """28 days are four whole ticks: both land in the fourth after."""
    case = loaded()

    def leak(moment: Moment) -> None:
        moment.controls.leaking[:] += 8

    case.hooks.leaks.append(leak)
    case.settle("border")
    for index in range(1, 4):
        case.market.under_way.land(Tick(index, index * 7, index * 7 + 7, 7))
    landed = case.market.under_way.land(Tick(4, 28, 35, TICK.whole))
    assert one(landed, case.arc[OXIDE_ABROAD]) == pytest.approx(29)


def test_customs_count_what_crossed() -> None:
    """After what waits and what leaks: 19 t."""
    case, counted = loaded(), list[float]()

    def hold(moment: Moment) -> None:
        moment.controls.crossing[0] -= 2
        moment.controls.granted[0] = 0

    case.hooks.crossings.append(hold)
    case.hooks.customs.append(lambda moment: counted.append(one(moment.state.crossed, case.arc[OXIDE_ABROAD])))
    case.settle("border")
    assert counted == [19]


def short_abroad(**parameters: float) -> Case:
    """Users in AB hold nothing; 91 t are on their way, 22.75 days of need, as many as should be but for a tick."""
    case = loaded(**{"air_share": 0.5, **parameters})
    for user, row in case.user.items():
        if user[:2] == OXIDE_AB:
            case.state.user_stock[row] = 0
    case.hooks.crossings.clear()
    return case


SHORT, USUAL = (float(out_of_stock(np.array([[days]]), 3.5, 1.0)[0, 0]) for days in (7.0, 56.0))
"""Firms out of stock at a mean cover of 7 and of 56 days."""


def test_dear_goods_fly_to_who_would_run_out() -> None:
    """Half of what those need who would be out flies: it lands in the next tick, with what was at sea."""
    case = short_abroad()
    air = 0.5 * (SHORT - USUAL) / (1 - USUAL)
    case.settle("border")
    assert one(case.state.by_air, case.d[OXIDE_AB]) == pytest.approx(air)
    assert one(case.state.flown, case.d[OXIDE_AB]) == pytest.approx(21 * air)
    case.market.under_way.land(TICK)
    case.market.under_way.land(Tick(1, 7, 14, 7))
    assert one(case.market.under_way.landed, case.arc[OXIDE_ABROAD]) == pytest.approx(21 + 21 * air)


def test_nothing_flies_to_who_has_enough_or_where_it_is_cheap() -> None:
    case = loaded(air_share=0.5)
    case.settle("border")
    assert one(case.state.flown, case.d[OXIDE_AB]) == 0
    cheap = short_abroad(air_from=61000)
    cheap.settle("border")
    assert one(cheap.state.flown, cheap.d[OXIDE_AB]) == 0


def test_users_pay_for_what_flies() -> None:
    """6 USD/kg on a price of 60, for a quarter of what lands."""
    case = loaded()
    case.state.flown[case.d[OXIDE_AB]], case.state.landed[case.d[OXIDE_AB]] = 7, 28
    case.settle("demand")
    assert one(case.state.paid, case.d[OXIDE_AB]) == pytest.approx(1 + 0.1 / 4)
