"""A change of demand, by hand (docs/model.md, eq. 2.3)."""

from __future__ import annotations

import pytest

from tests.driver import Spec, day
from tests.tiny import CARS_AB, CARS_HO, OPTICS, OXIDE_OF_CARS, OXIDE_OF_OPTICS, Case, one


def slump(**fields: object) -> Spec:
    """Cars sell 35 % worse on the days 5 to 34."""
    return {
        "name": "slump", "kind": "demand_shock", "sectors": "cars", "change": "-35 %", "start": day(5),
        "lasts": "30 days", **fields,
    }  # fmt: skip


def test_worked_number() -> None:
    """2 of 7 days: baseline 1 − 0.35·2/7 = 0.9, and need with it; in the next tick 0.65."""
    case = Case(slump())
    first, second, *_ = case.built.clock.horizon.ticks()
    case.market.settle(first)
    assert one(case.state.baseline, case.sector[CARS_AB]) == pytest.approx(0.9)
    assert one(case.state.need, case.user[OXIDE_OF_CARS]) == pytest.approx(1.8)
    assert one(case.state.need, case.user[OXIDE_OF_OPTICS]) == pytest.approx(2)
    case.market.settle(second)
    assert one(case.state.baseline, case.sector[CARS_HO]) == pytest.approx(0.65)


def test_sectors_are_narrowed_by_region() -> None:
    """Those of HO alone."""
    case = Case(slump(regions="HO", start=day(0)))
    case.market.settle(next(case.built.clock.horizon.ticks()))
    assert one(case.state.baseline, case.sector[CARS_HO]) == pytest.approx(0.65)
    assert one(case.state.baseline, case.sector[CARS_AB]) == 1
    assert one(case.state.baseline, case.sector[OPTICS]) == 1


def test_a_boom_and_a_slump_multiply() -> None:
    """1.2·0.65."""
    case = Case(slump(start=day(0)), slump(name="boom", change="20 %", start=day(0)))
    case.market.settle(next(case.built.clock.horizon.ticks()))
    assert one(case.state.baseline, case.sector[CARS_AB]) == pytest.approx(1.2 * 0.65)
