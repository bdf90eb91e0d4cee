"""What targets measure, by hand, on a series of two ticks of a week and one of three days."""

from __future__ import annotations

import numpy as np
import pytest

from sim.analysis.measures import Measure, quotient
from sim.definitions.items import Item
from sim.definitions.variables import VARIABLES
from sim.errors import MistakeError
from sim.record.observer import Series

EDGES = np.array([0, 7, 14, 17])


def series(variable: str, *tracks: list[float]) -> Series:
    """A series of two replicates, the second with twice the numbers of the first."""
    return Series(Item(variable), EDGES, tuple(np.array([[x, 2.0 * x] for x in track]) for track in tracks))


FLOW = series("exports", [0, 14, 14, 20])  # 2 t a day, then nothing, then 2 t a day
LEVEL = series("stock", [1, 3, 5, 4])  # 1 t up to the evening of day 6
PRICE = series("price_paid", [0, 70, 70, 100], [0, 7, 7, 17])  # 10 USD/kg, then nothing is bought, then 3


def first_replicate(measure: str, of: Series, first: int, last: int) -> float:
    return float(Measure.read(measure).of(of, first, last)[0])


@pytest.mark.parametrize(
    ("measure", "of", "first", "last", "right"),
    [
        ("mean", FLOW, 5, 8, 1.0),  # 2, 2, 0, 0
        ("sum", FLOW, 5, 8, 4.0),
        ("max", FLOW, 5, 8, 2.0),
        ("min", FLOW, 5, 8, 0.0),
        ("first", FLOW, 5, 8, 2.0),
        ("last", FLOW, 5, 8, 0.0),
        ("sum", FLOW, 0, 16, 20.0),  # the whole horizon, both ends included
        ("mean", LEVEL, 5, 6, 2.0),  # 1 holds until the tick that ends with day 6, then 3
        ("max", LEVEL, 0, 12, 3.0),
        ("last", LEVEL, 0, 13, 5.0),
        ("last", LEVEL, 0, 16, 4.0),
        ("sum", LEVEL, 5, 7, 7.0),  # 1 + 3 + 3 tonne-days
        ("days_until:3", LEVEL, 2, 16, 4.0),  # within the first tick: from day 2 to day 6
        ("days_until:2.5", LEVEL, 2, 16, 4.0),
        ("days_until:1", LEVEL, 2, 16, 0.0),
        ("days_until:5.5", LEVEL, 2, 16, np.inf),
        ("days_until:5", LEVEL, 2, 12, np.inf),  # reached on day 13
        ("mean", PRICE, 0, 16, 100 / 17),  # value ÷ volume, not a mean of prices
        ("mean", PRICE, 6, 14, 20 / (1 + 10 / 3)),  # 10 USD for 1 kg, and 10 USD for 10/3 kg
        ("max", PRICE, 0, 16, 10.0),
        ("min", PRICE, 0, 16, 3.0),
        ("mean", PRICE, 8, 12, np.nan),
        ("last", PRICE, 0, 12, np.nan),
    ],
)
def test_a_measure_by_hand(measure: str, of: Series, first: int, last: int, right: float) -> None:
    assert first_replicate(measure, of, first, last) == pytest.approx(right, nan_ok=True)


def test_each_world_has_its_own_number() -> None:
    assert Measure.read("days_until:5.5").of(LEVEL, 0, 16).tolist() == [np.inf, 6.0]
    assert Measure.read("sum").of(FLOW, 0, 6) == pytest.approx([14, 28])


def test_days_without_a_value_do_not_count() -> None:
    """Of a share granted: nothing is filed in the first week."""
    approval = series("licence_approval", [np.nan, np.nan, 0.2, 0.4])
    assert first_replicate("mean", approval, 0, 16) == pytest.approx((3 * 0.2 + 0.4) / 4)
    assert first_replicate("days_until:0.1", approval, 0, 16) == 13
    assert np.isnan(first_replicate("first", approval, 0, 16))


def test_zero_over_nought_has_no_value() -> None:
    top, bottom = np.array([1.0, 0.0, 1.0, np.inf]), np.array([4.0, 0.0, 0.0, np.inf])
    assert quotient(top, bottom) == pytest.approx([0.25, np.nan, np.inf, np.nan], nan_ok=True)


@pytest.mark.parametrize(
    ("measure", "variable", "unit"),
    [
        ("mean", "exports", "t/day"),
        ("sum", "exports", "t"),
        ("sum", "value_added", "USD"),
        ("sum", "lines_stopped", "days"),
        ("sum", "stock", "t days"),
        ("max", "price_spot", "USD/kg"),
        ("days_until:2", "price_spot", "days"),
    ],
)
def test_a_measure_has_its_unit(measure: str, variable: str, unit: str) -> None:
    assert Measure.read(measure).unit(VARIABLES[variable]) == unit


@pytest.mark.parametrize("text", ["", "median", "mean:3", "days_until", "days_until:", "days_until:soon"])
def test_a_measure_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(MistakeError):
        Measure.read(text)
