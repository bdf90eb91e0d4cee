"""What lands, when, and who gets it (docs/model.md, section 1)."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.market.arrivals import ShareOut
from sim.market.hooks import Moment
from tests.tiny import (
    HALF,
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

UserName = tuple[str, str, str]


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


def short_of_oxide(without: dict[UserName, float], need: float = 2.0, **parameters: float) -> Case:
    """28 t of oxide land in AB for cars and optics; some of their firms are out of it."""
    case = Case(**parameters)
    start = case.world.users.plants.stop
    for user, share in without.items():
        case.state.without[case.user[user] - start] = share
        case.state.need[case.user[user]] = need
    return case


def test_who_stands_still_comes_first() -> None:
    """Cars ordered three times what optics did: 21 and 7. Optics stand and lack 7 of 14 t, half of which come first.

    Of these 7 t they have a quarter already, so they get half of 5.25 t more, and cars so much less.
    """
    case = short_of_oxide({OXIDE_OF_OPTICS: 1.0}, served_first=0.5)
    case.state.user_orders[case.user[OXIDE_OF_CARS]] = 6
    case.settle("arrivals")
    assert one(case.state.received, case.user[OXIDE_OF_OPTICS]) == pytest.approx(7 + 2.625)
    assert one(case.state.received, case.user[OXIDE_OF_CARS]) == pytest.approx(21 - 2.625)
    assert one(case.state.parts, case.user[OXIDE_OF_CARS]) == pytest.approx(18.375 / 28)


@pytest.mark.parametrize(("by_value", "cars"), [(0.0, 14), (1.0, 28), (0.5, 21)])
def test_of_those_who_stand_whoever_makes_more_of_a_tonne_comes_first(by_value: float, cars: float) -> None:
    """Both need 70 t and stand. 1.275 million USD hang on two tonnes of oxide in cars, a million in optics."""
    case = short_of_oxide({OXIDE_OF_OPTICS: 1.0, OXIDE_OF_CARS: 1.0}, need=10.0, served_first=1.0, by_value=by_value)
    case.settle("arrivals")
    assert one(case.state.received, case.user[OXIDE_OF_CARS]) == pytest.approx(cars)
    assert one(case.state.received, case.user[OXIDE_OF_OPTICS]) == pytest.approx(28 - cars)


def test_what_hangs_on_a_tonne_goes_up_the_chain() -> None:
    """Half a tonne of oxide makes a tonne of magnets: a third goes to cars in HO, the rest to cars in AB."""
    case = Case()
    found = case.world.at_stake
    in_magnets = (4 * 1e6 / 4 + 8 * 1.275e6 / 8) / 12
    assert found[case.user[MAGNETS_OF_CARS], 0] == pytest.approx(1.275e6 / 8)
    assert found[case.user[WORKS], 0] == pytest.approx(in_magnets * 12 / 6)


def test_what_plants_lack_is_what_they_did_less_what_can_leave_their_stock() -> None:
    """The works need 42 t in a tick; of a stock of 20 t and 10 t that come in, a tick releases what eq. 0.2 says."""
    case = Case(served_first=1.0)
    share_out, rows = case.market.kernels[ShareOut], case.user[WORKS]
    stock, received, needed = (np.zeros_like(case.state.need) for _ in range(3))
    stock[rows], received[rows], needed[rows] = 20, 10, 42 / 7
    claims = share_out._claims(TICK, needed, np.zeros_like(case.state.without), stock, received)
    time = case.market.p["release_time"]
    can = 20 * (1 - math.exp(-7 / time)) + 10 * (1 - time * (1 - math.exp(-7 / time)) / 7)
    assert one(claims, rows) == pytest.approx(42 - can)


def test_a_plant_that_lacks_for_what_it_did_comes_first_too() -> None:
    """The works have no stock; 42 t land for them alone, so there is nobody to take from."""
    case = Case(served_first=1.0)
    case.state.user_stock[case.user[WORKS]] = 0
    case.settle("arrivals")
    assert one(case.state.received, case.user[WORKS]) == pytest.approx(42)
