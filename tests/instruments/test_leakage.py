"""What goes round a control, by hand (docs/model.md, eq. 7.13)."""

from __future__ import annotations

import math

import pytest

from tests.driver import Spec, day, measured
from tests.tiny import OXIDE_AB, OXIDE_ABROAD, OXIDE_HO, Case, ban, one


def leakage(**fields: object) -> Spec:
    """Oxide of HO goes round what bars it, from the first day on."""
    return {
        "name": "leakage", "kind": "leakage", "by": "HO", "covers": {"commodities": "oxide.Ee"}, "in_force": day(0),
        "rate": 0.2, "enforcement": "25 %", **fields,
    }  # fmt: skip


def gap(case: Case, abroad: float, home: float) -> None:
    """Spot prices over base in AB and HO; half of the trade is restricted."""
    case.state.price[case.node[OXIDE_AB]] = math.log(abroad)
    case.state.price[case.node[OXIDE_HO]] = math.log(home)
    case.controls.expected_restriction[:] = 0.5


def test_worked_number() -> None:
    """0.2·(1 − 0.25) of 3 t/day for each unit of ln 3 − ln 2, of which half is restricted, for 7 days."""
    case = Case(ban(), leakage())
    gap(case, 3, 2)
    case.settle("border")
    leaked = 0.15 * 3 * math.log(1.5) * 0.5 * 7
    assert one(case.state.leaked, case.arc[OXIDE_ABROAD]) == pytest.approx(leaked)
    assert measured(case.built, "leaked").tolist() == pytest.approx([leaked, leaked])


def test_nothing_leaks_towards_lower_prices() -> None:
    """2 abroad, 3 at home."""
    case = Case(ban(), leakage())
    gap(case, 2, 3)
    case.settle("border")
    assert not case.state.leaked.any()


def test_nothing_leaks_where_nothing_is_barred() -> None:
    """However wide the gap."""
    case = Case(ban(), leakage())
    gap(case, 9, 1)
    case.controls.expected_restriction[:] = 0
    case.settle("border")
    assert not case.state.leaked.any()


def test_it_counts_by_its_days_in_force() -> None:
    """From day 5: 2 of 7 days."""
    case = Case(ban(), leakage(in_force=day(5)))
    gap(case, 3, 2)
    case.settle("border")
    assert one(case.state.leaked, case.arc[OXIDE_ABROAD]) == pytest.approx(0.15 * 3 * math.log(1.5) * 0.5 * 2)
