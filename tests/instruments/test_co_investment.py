"""Shares that two governments take together, by hand (docs/model.md, eq. 11.3 and 11.9)."""

from __future__ import annotations

import pytest

from tests import allies
from tests.allies import NO_OUTAGES, ROWS, change
from tests.driver import Built, Spec, measured, run
from tests.supply.test_appraisal import spent_at, worth_of
from tests.tiny import TICK

WORKS = 2


def together(**fields: object) -> Spec:
    """30 % of the works, of which HO bears two fifths; 5 % a year is asked."""
    return {
        "name": "both", "kind": "co_investment", "by": "AB", "partner": "HO", "partner_share": 0.4, "share": 0.3,
        "projects": "AB works", "since": "2025-01-01", "asked": 0.05, **fields,
    }  # fmt: skip


def borne(built: Built) -> dict[str, float]:
    """What each government bears of the cost, USD."""
    return {m.item.region: float(m.value()[0]) for m in built.setting.measured if m.item.name == "public_cost_borne"}


def test_worked_number() -> None:
    """3.6 M USD are held by day 560 but for a day; at 2 % a year their money has cost something, two fifths of it HO's.

    Twelve parts of 3.6 × 28 ÷ 365 have been out for 12, 11, … 1 periods of four weeks by then.
    """
    built = allies.market(together(), days=560, **NO_OUTAGES)
    run(built)
    part = 3.6e6 * 28 / 365
    cost = part * sum(range(1, 13)) * 0.02 * 28 / 365
    assert measured(built, "public_cost")[0] == pytest.approx(cost)
    assert borne(built) == {"AB": pytest.approx(0.6 * cost), "HO": pytest.approx(0.4 * cost)}


def test_worked_relief() -> None:
    """Owners ask 15 − 0.3 × 5 = 13.5 % of the rest: 0.3 × 5 + 0.7 × 13.5 = 10.95 % in all."""
    given = allies.tables(change(ROWS, "AB works", ramp=0.0))
    built = allies.market(together(relief=0.05), made=given)
    supply = built.setting.supply
    assert supply is not None
    worth = supply.appraisal.worth(TICK, built.market.state.long_price, supply.paid)[WORKS, 0] / 1e6
    assert worth == pytest.approx(2.7375 * worth_of(0.1095) - 12 * spent_at(0.1095))


def test_a_partner_who_bears_nothing_is_not_there() -> None:
    """All of it is AB's."""
    built = allies.market(together(partner_share=0.0), days=560, **NO_OUTAGES)
    run(built)
    assert borne(built)["HO"] == 0
    assert borne(built)["AB"] == measured(built, "public_cost")[0] > 0
