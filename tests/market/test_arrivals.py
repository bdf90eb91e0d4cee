"""What lands, when, and who gets it (docs/model.md, section 1)."""

from __future__ import annotations

import pytest

from sim.market.hooks import Moment
from tests.tiny import (
    HALF,
    MAGNETS_OF_CARS,
    OXIDE_AB,
    OXIDE_ABROAD,
    OXIDE_HO,
    OXIDE_OF_CARS,
    OXIDE_OF_OPTICS,
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
    case.settle("arrivals")
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
    case.settle("arrivals")
    assert one(case.state.received, case.user[OXIDE_OF_CARS]) == pytest.approx(21)
    assert one(case.state.received, case.user[OXIDE_OF_OPTICS]) == pytest.approx(7)


def test_a_control_may_change_who_gets_what() -> None:
    """All of the oxide in AB for cars: rules see what landed by arc."""
    case = Case(ban())

    def favour(moment: Moment) -> None:
        received = moment.proposals.received
        assert moment.under_way.landed[case.arc[OXIDE_ABROAD]] == pytest.approx(21)
        assert moment.state.landed[case.d[OXIDE_AB]] == pytest.approx(28)
        received[case.user[OXIDE_OF_CARS]] += received[case.user[OXIDE_OF_OPTICS]]
        received[case.user[OXIDE_OF_OPTICS]] = 0

    case.hooks.sharing.append(favour)
    before = one(case.state.user_stock, case.user[OXIDE_OF_OPTICS])
    case.settle("arrivals")
    assert one(case.state.received, case.user[OXIDE_OF_CARS]) == pytest.approx(28)
    assert one(case.state.user_stock, case.user[OXIDE_OF_OPTICS]) == pytest.approx(before)


def test_what_is_refused_goes_back_to_its_producer() -> None:
    """5 t of oxide of HO."""
    case = Case(ban())

    def refuse(moment: Moment) -> None:
        moment.controls.denied[:] = 5

    case.hooks.decisions.append(refuse)
    before = case.state.producer_stock.copy()
    case.settle("arrivals")
    assert one(case.state.producer_stock, case.o[OXIDE_HO]) == pytest.approx(before[case.o[OXIDE_HO], 0] + 5)
    assert one(case.state.producer_stock, case.o[OXIDE_AB]) == before[case.o[OXIDE_AB], 0]


def test_what_trading_houses_sent_lands_over_its_transit() -> None:
    """Half of 30 t in a tick, beside the 28 t that come over the arcs."""
    case = Case(resale_transit=HALF)
    case.state.traded[case.d[OXIDE_AB]] = 30
    case.settle("arrivals")
    assert one(case.state.landed, case.d[OXIDE_AB]) == pytest.approx(28 + 15)
    assert one(case.state.traded, case.d[OXIDE_AB]) == pytest.approx(15)


def test_reserves_keep_their_part_of_what_came_over_the_arcs() -> None:
    """A quarter of the 28 t of oxide in AB is theirs, and none of the 15 t that trading houses sent."""
    case = Case(resale_transit=HALF)
    case.hooks.deliveries.append(lambda _moment: None)
    case.state.traded[case.d[OXIDE_AB]], case.state.pipeline_share[case.d[OXIDE_AB]] = 30, 0.25
    case.settle("arrivals")
    assert one(case.state.landed, case.d[OXIDE_AB]) == pytest.approx(0.75 * 28 + 15)
    users = [case.user[OXIDE_OF_CARS], case.user[OXIDE_OF_OPTICS]]
    assert case.state.received[users].sum(axis=0) == pytest.approx([36, 36])
