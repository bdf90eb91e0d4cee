"""Goods under way: what leaves over a tick lands over a tick (docs/model.md, eq. 1.1)."""

from __future__ import annotations

import numpy as np
import pytest

from sim.axes import Floats, Sum
from sim.ensemble.clock import Tick
from sim.market.under_way import UnderWay
from tests.tiny import TICK


def under_way(transit: Floats, flow: Floats) -> UnderWay:
    """Arcs into one place each, two replicates, ticks of a week."""
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


def test_what_flies_lands_after_a_flight() -> None:
    """Of 8 t, by a way of three ticks and a half, half lands three ticks later and half four, whatever ships take."""
    one = Sum([0], [0], 1.0, (1, 1))
    way = UnderWay(np.array([7.0]), np.zeros((1, 1)), one, 7, 2, air=24.5)
    first, *later = ticks(6)
    way.land(first)
    way.fly(first, np.array([0]), np.full((1, 2), 8.0), np.full((1, 2), 8.0))
    assert way.coming[0, 0] == way.total[0, 0] == 8
    assert [float(way.land(tick)[0, 0]) for tick in later] == [0, 0, 4, 4, 0]
    assert way.coming[0, 0] == 0
