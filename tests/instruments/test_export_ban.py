"""A ban, by hand (docs/model.md, eq. 7.1 to 7.3)."""

from __future__ import annotations

import pytest

from tests.driver import day, run
from tests.tiny import OXIDE_AB, OXIDE_ABROAD, OXIDE_HOME, Case, ban, market, one


def test_worked_number() -> None:
    """In force on 4 of 7 days over half of the trade: of 21 t, 2/7 do not leave. Goods at home go as ever."""
    case = Case(ban(coverage=0.5, announced=day(3), in_force=day(3)), refusal_aversion=0.0, hoarding_announcement=0.0)
    case.market.settle(next(case.built.clock.horizon.ticks()))
    assert one(case.state.orders_placed, case.arc[OXIDE_ABROAD]) == pytest.approx(3)
    assert one(case.state.crossed, case.arc[OXIDE_ABROAD]) == pytest.approx(21 * 5 / 7)
    assert one(case.state.crossed, case.arc[OXIDE_HOME]) == pytest.approx(42)


def test_it_is_expected_as_soon_as_it_is_announced() -> None:
    """Announced on day 8, in force from day 34 to 48: 14 of the next 70 days, half of the trade; loud on 6 of 7."""
    case = Case(ban(coverage=0.5, announced=day(8), in_force=day(34), until=day(48)))
    first, second, *_ = case.built.clock.horizon.ticks()
    case.market.settle(first)
    assert case.controls.expected_restriction.tolist() == [[0, 0]]
    assert case.controls.announcement_effect.tolist() == [[0, 0]]
    case.market.settle(second)
    assert case.controls.expected_restriction[0].tolist() == pytest.approx([0.5 * 14 / 70] * 2)
    assert case.controls.announcement_effect[0].tolist() == pytest.approx([0.5 * 6 / 7] * 2)
    assert case.controls.restricted.tolist() == [[0, 0]]


def test_without_announcement_the_day_in_force_comes_as_a_surprise() -> None:
    """Day 7: nothing is known in the tick before it."""
    case = Case(ban(in_force=day(7)))
    first, second, *_ = case.built.clock.horizon.ticks()
    case.market.settle(first)
    assert case.controls.expected_restriction.tolist() == [[0, 0]]
    case.market.settle(second)
    assert case.controls.expected_restriction.tolist() == [[1, 1]]
    assert case.state.crossed[case.arc[OXIDE_ABROAD]].tolist() == [0, 0]


def test_it_makes_goods_dear_abroad_and_cheap_at_home() -> None:
    """Eight weeks into it; and trade comes back when it is lifted."""
    built = market(ban(in_force=day(70), until=day(210)), days=420)
    prices, crossed = [], []
    rows = {node: built.world.nodes.index[node] for node in (OXIDE_AB, ("oxide.Ee", "HO"))}

    def note(_tick: object) -> None:
        prices.append({node: one(built.market.state.price, row) for node, row in rows.items()})
        crossed.append(one(built.market.state.crossed, built.world.arcs.names.index(OXIDE_ABROAD)))

    run(built, note)
    assert prices[18][OXIDE_AB] > 0.2
    assert prices[18]["oxide.Ee", "HO"] < 0
    assert set(crossed[10:30]) == {0}
    assert crossed[30] > 0
