"""A loss of capacity, by hand (docs/model.md, eq. 4.3)."""

from __future__ import annotations

import pytest

from tests.driver import Spec, day
from tests.tiny import Case, one


def accident(**fields: object) -> Spec:
    """The works of HO lose 0.7 of their capacity on the days 3 and 4."""
    return {
        "name": "accident", "kind": "supply_shock", "processes": "magnet", "loss": "70 %", "start": day(3),
        "lasts": "2 days", **fields,
    }  # fmt: skip


def test_worked_number() -> None:
    """2 of 7 days: 12·(1 − 0.7·2/7) = 9.6 a day. Afterwards all is there again."""
    case = Case(accident())
    first, second, *_ = case.built.clock.horizon.ticks()
    case.market.settle(first)
    assert one(case.state.activity, case.facility["HO works"]) == pytest.approx(12 * 0.8)
    assert one(case.state.activity, case.facility["HO mine"]) == pytest.approx(10)
    case.market.settle(second)
    assert case.market.shocks.available.min() == 1


def test_two_shocks_multiply() -> None:
    """0.8·0.9 of 12."""
    case = Case(
        accident(),
        accident(name="strike", processes="all", facilities="HO works", loss=0.1, lasts="50 days", start=day(-9)),
    )
    case.market.settle(next(case.built.clock.horizon.ticks()))
    assert one(case.state.activity, case.facility["HO works"]) == pytest.approx(12 * 0.8 * 0.9)
    assert one(case.state.activity, case.facility["HO mine"]) == pytest.approx(10)


def test_facilities_are_narrowed_by_region_and_process() -> None:
    """Mines, but not those of HO."""
    case = Case(accident(processes="mine", regions="all-HO"))
    case.market.settle(next(case.built.clock.horizon.ticks()))
    assert one(case.market.shocks.available, case.facility["AB mine"]) == pytest.approx(0.8)
    assert one(case.market.shocks.available, case.facility["HO mine"]) == 1
    assert one(case.market.shocks.available, case.facility["HO works"]) == 1
