"""What lands, when, and who gets it (docs/model.md, section 1)."""

from __future__ import annotations

import numpy as np
import pytest

from sim.axes import Floats, Sum
from sim.ensemble.arrivals import UnderWay
from sim.ensemble.clock import Tick
from sim.market.arrivals import Arrivals
from sim.market.points import Controls, Landing
from tests.tiny import (
    MAGNETS_OF_CARS,
    OXIDE_AB,
    OXIDE_ABROAD,
    OXIDE_HO,
    OXIDE_OF_CARS,
    OXIDE_OF_OPTICS,
    TICK,
    WORKS,
    Case,
    ban,
    one,
)


def test_what_lands_is_shared_by_what_was_ordered() -> None:
    """28 t of oxide in AB a week; cars ordered three times what optics did: 21 and 7."""
    case = Case()
    case.state.user_orders[case.user[OXIDE_OF_CARS]] = 6
    before = one(case.state.user_stock, case.user[OXIDE_OF_CARS])
    case.settle(Arrivals)
    assert one(case.state.received, case.user[OXIDE_OF_CARS]) == pytest.approx(21)
    assert one(case.state.received, case.user[OXIDE_OF_OPTICS]) == pytest.approx(7)
    assert one(case.state.received, case.user[MAGNETS_OF_CARS]) == pytest.approx(56)
    assert one(case.state.received, case.user[WORKS]) == pytest.approx(42)
    assert one(case.state.user_stock, case.user[OXIDE_OF_CARS]) == pytest.approx(before + 21)


def test_where_nobody_ordered_anything_need_decides() -> None:
    """28 t of oxide in AB; cars expect to need three times what optics do."""
    case = Case()
    case.state.expected_need[case.user[OXIDE_OF_CARS]] = 6
    case.state.user_orders[[case.user[OXIDE_OF_CARS], case.user[OXIDE_OF_OPTICS]]] = 0
    case.settle(Arrivals)
    assert one(case.state.received, case.user[OXIDE_OF_CARS]) == pytest.approx(21)
    assert one(case.state.received, case.user[OXIDE_OF_OPTICS]) == pytest.approx(7)


def test_a_control_may_change_who_gets_what() -> None:
    """All of the oxide in AB for cars: rules see what landed by arc."""
    case = Case(ban())

    def favour(_tick: Tick, landing: Landing) -> None:
        assert landing.landed[case.arc[OXIDE_ABROAD]] == pytest.approx(21)
        assert landing.arrived[case.d[OXIDE_AB]] == pytest.approx(28)
        landing.received[case.user[OXIDE_OF_CARS]] += landing.received[case.user[OXIDE_OF_OPTICS]]
        landing.received[case.user[OXIDE_OF_OPTICS]] = 0

    case.points.sharing.append(favour)
    before = one(case.state.user_stock, case.user[OXIDE_OF_OPTICS])
    case.settle(Arrivals)
    assert one(case.state.received, case.user[OXIDE_OF_CARS]) == pytest.approx(28)
    assert one(case.state.user_stock, case.user[OXIDE_OF_OPTICS]) == pytest.approx(before)


def test_what_is_refused_goes_back_to_its_maker() -> None:
    """5 t of oxide of HO."""
    case = Case(ban())

    def refuse(_tick: Tick, controls: Controls) -> None:
        controls.refused[:] = 5

    case.points.decisions.append(refuse)
    before = case.state.maker_stock.copy()
    case.settle(Arrivals)
    assert one(case.state.maker_stock, case.o[OXIDE_HO]) == pytest.approx(before[case.o[OXIDE_HO], 0] + 5)
    assert one(case.state.maker_stock, case.o[OXIDE_AB]) == before[case.o[OXIDE_AB], 0]


def under_way(transit: Floats, flow: Floats) -> UnderWay:
    """Arcs into one place each, two worlds, ticks of a week."""
    arcs = range(len(transit))
    return UnderWay(transit, flow, Sum(arcs, arcs, 1.0, (len(transit), len(transit))), 7, 2)


def ticks(count: int, whole: int = 7) -> list[Tick]:
    """The first ticks of a horizon."""
    return [Tick(i, i * whole, (i + 1) * whole, whole) for i in range(count)]


@pytest.mark.parametrize("transit", [7.0, 10.0, 14.0, 20.5, 28.0])
def test_what_leaves_over_a_tick_lands_over_a_tick_so_many_days_later(transit: float) -> None:
    """Sent over the days [0, 7), it lands over [T, T + 7): each tick gets the share of those days that are its own."""
    way = under_way(np.array([transit]), np.zeros((1, 1)))
    landed = []
    for tick in ticks(8):
        landed.append(way.land(tick)[0, 0])
        way.send(tick, np.full((1, 2), 10.0 if tick.index == 0 else 0.0))
    due = [10 / 7 * max(0, min(t.end, transit + 7) - max(t.start, transit)) for t in ticks(8)]
    assert landed == pytest.approx(due)
    assert way.total.tolist() == pytest.approx(np.zeros((1, 2)))


def test_goods_take_one_tick_at_least() -> None:
    """Three days to go in ticks of seven: the next tick."""
    way = under_way(np.array([3.0]), np.zeros((1, 1)))
    way.send(ticks(1)[0], np.full((1, 2), 10.0))
    assert way.land(ticks(2)[1])[0, 0] == pytest.approx(10)


def test_the_way_starts_full() -> None:
    """2 t/day for 10 days: 20 t, of which 14 land in each tick as long as 14 are sent."""
    way = under_way(np.array([10.0]), np.full((1, 1), 2.0))
    assert way.total[0, 0] == pytest.approx(20)
    for tick in ticks(5):
        landed = way.land(tick)
        assert landed[0, 0] == pytest.approx(14)
        way.send(tick, landed.copy())
    assert way.total[0, 0] == pytest.approx(20)
    assert way.coming[0, 0] == pytest.approx(20)


def test_arcs_of_different_transit_do_not_mix() -> None:
    """7 and 14 days, 1 and 2 t sent once."""
    way = under_way(np.array([7.0, 14.0]), np.zeros((2, 1)))
    first, second, third = ticks(3)
    way.land(first)
    way.send(first, np.array([[1.0, 1.0], [2.0, 2.0]]))
    assert way.land(second)[:, 0].tolist() == [1, 0]
    way.send(second, np.zeros((2, 2)))
    assert way.land(third)[:, 0].tolist() == [0, 2]


def test_a_shorter_last_tick_lands_its_share() -> None:
    """3 of 7 days: three sevenths; the rest is still under way."""
    way = under_way(np.array([7.0]), np.full((1, 1), 2.0))
    landed = way.land(Tick(0, 0, 3, TICK.whole))
    assert landed[0, 0] == pytest.approx(6)
    assert way.total[0, 0] == pytest.approx(8)


def test_transits_a_quarter_of_a_day_apart_are_not_sent_twice() -> None:
    """1 t/day for 7 and for 7.25 days: 14.25 t."""
    way = under_way(np.array([7.0, 7.25]), np.ones((2, 1)))
    assert way.total[:, 0].tolist() == pytest.approx([7, 7.25])
