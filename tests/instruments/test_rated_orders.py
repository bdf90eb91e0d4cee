"""Rated orders, by hand (docs/model.md, eq. 7.20)."""

from __future__ import annotations

import pytest

from tests.driver import Spec, day, measured
from tests.tiny import OXIDE_OF_CARS, OXIDE_OF_OPTICS, Case, one


def rated(**fields: object) -> Spec:
    """Orders of optics in AB come first, from the first day on."""
    return {
        "name": "first", "kind": "rated_orders", "by": "AB", "sectors": "optics", "since": day(0), **fields,
    }  # fmt: skip


def shared(case: Case) -> tuple[float, float]:
    """What optics and cars get of 28 t of oxide in AB."""
    case.settle("arrivals")
    optics, cars = (one(case.state.received, case.user[user]) for user in (OXIDE_OF_OPTICS, OXIDE_OF_CARS))
    return optics, cars


def test_worked_number() -> None:
    """Cars ordered 6 t a day and optics 2, which get 21 and 7 t in a week: optics lack 7 t, and cars give them."""
    case = Case(rated())
    case.state.user_orders[case.user[OXIDE_OF_CARS]] = 6
    assert shared(case) == pytest.approx((14, 14))
    assert measured(case.built, "rated_deliveries").tolist() == pytest.approx([7, 7])


@pytest.mark.parametrize(
    ("fields", "optics"),
    [({"share": 0.75}, 10.5), ({"since": day(3)}, 8), ({"until": day(7)}, 14)],
)
def test_a_part_of_the_orders_or_of_the_days(fields: dict[str, object], optics: float) -> None:
    """Three quarters of 14 t; 4 of 7 days of them, 8 t; until the end of the week."""
    case = Case(rated(**fields))
    case.state.user_orders[case.user[OXIDE_OF_CARS]] = 6
    assert shared(case) == pytest.approx((optics, 28 - optics))


def test_a_stock_is_not_filled_with_rated_orders() -> None:
    """Optics ordered 4 t a day and need 2; they would have had 8 t: 14 t."""
    case = Case(rated())
    case.state.user_orders[case.user[OXIDE_OF_OPTICS]] = 4
    case.state.user_orders[case.user[OXIDE_OF_CARS]] = 10
    assert shared(case) == pytest.approx((14, 14))


def test_no_more_is_taken_than_others_have() -> None:
    """Optics need and ordered 100 t a day, cars 1: all 28 t go to optics."""
    case = Case(rated())
    case.state.expected_need[case.user[OXIDE_OF_OPTICS]] = 100
    case.state.user_orders[case.user[OXIDE_OF_OPTICS]] = 100
    case.state.user_orders[case.user[OXIDE_OF_CARS]] = 1
    assert shared(case) == pytest.approx((28, 0))
