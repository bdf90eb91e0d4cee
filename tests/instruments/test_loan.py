"""Loans for projects, by hand (docs/model.md, eq. 11.3, 11.6 and 11.9)."""

from __future__ import annotations

import pytest

from tests import allies
from tests.allies import NO_OUTAGES, ROWS, change
from tests.driver import Built, Spec, measured, run

REAL = 1.05 / 1.02 - 1
SHARE = 6e6 * 28 / 365
"""Paid in four weeks of a year of building: half of 12 M USD is lent."""


def loan(**fields: object) -> Spec:
    """Half of the capital of the works, at 5 % before inflation of 2 %."""
    return {
        "name": "loan", "kind": "loan", "by": "AB", "projects": "AB works", "since": "2025-01-01", "share": 0.5,
        "interest": 0.05, **fields,
    }  # fmt: skip


def lent(days: int, **fields: object) -> Built:
    """A run of so many days in which the money itself costs the public nothing."""
    built = allies.market(loan(**fields), days=days, public_rate=0.0, **NO_OUTAGES)
    run(built)
    return built


def test_worked_number() -> None:
    """The works are decided on day 196; by day 280 three parts are paid, and owe interest from the start of theirs."""
    built, month = lent(280), REAL * 28 / 365
    assert measured(built, "money_promised")[0] == pytest.approx(6e6)
    assert measured(built, "public_paid")[0] == pytest.approx(3 * SHARE)
    earned = SHARE * ((1 + month) + (1 + month) ** 2 + (1 + month) ** 3 - 3)
    assert measured(built, "public_cost")[0] == pytest.approx(-earned)
    assert measured(built, "public_cost_borne")[0] == pytest.approx(-earned)


def test_it_is_paid_back_over_its_term() -> None:
    """6 M USD and their interest while the works were built, in two years from day 561 on, in level parts."""
    built, month, owed = lent(1456, term="2 years"), REAL * 28 / 365, 0.0
    for days in (*[28] * 13, 1):  # the year of building ends a day after the thirteenth look
        owed += 6e6 * days / 365
        if days == 28:
            owed *= 1 + month
    cleared, level = owed, owed * month / (1 - (1 + month) ** (-730 / 28))
    interest = cleared - 6e6
    while owed > 0:
        due = owed * month
        owed += due - min(level, owed + due)
        interest += due
    assert measured(built, "public_cost")[0] == pytest.approx(-interest)
    assert measured(built, "public_paid")[0] == pytest.approx(6e6)


def test_money_that_is_out_costs_what_the_public_pays_for_it() -> None:
    """2 % a year of what was owed before each of the second and the third part."""
    built, month = allies.market(loan(), days=280, **NO_OUTAGES), REAL * 28 / 365
    run(built)
    out = SHARE * (1 + month) + SHARE * ((1 + month) + (1 + month) ** 2)
    earned = SHARE * ((1 + month) + (1 + month) ** 2 + (1 + month) ** 3 - 3)
    assert measured(built, "public_cost")[0] == pytest.approx(out * 0.02 * 28 / 365 - earned)


@pytest.mark.parametrize(("share", "decides"), [(0.0001, False), (0.5, True)])
def test_it_makes_a_project_worth_building_and_never_turns_it_on(share: float, decides: bool) -> None:
    """Works at 21.5 USD/kg wait for their price at 15 %; with half of their money at 3 % they need not."""
    given = allies.tables(change(ROWS, "AB works", unit_cost=21.5))
    built = allies.market(loan(share=share), made=given, days=210, **NO_OUTAGES)
    run(built)
    assert (measured(built, "money_promised")[0] > 0) == decides


def test_who_fails_pays_back_what_is_recovered() -> None:
    """Works that break off half way, on day 196 + 182.5, owe 6 parts and more; 30 % of it comes back."""
    records = (allies.record("magnet", failure=1.0), *(row for row in allies.PUNCTUAL if row.slips != "magnet"))
    built = allies.market(
        loan(),
        made=allies.tables(records=records),
        days=420,
        public_rate=0.0,
        replicates=40,
        uncertain=True,
        **NO_OUTAGES,
    )
    run(built)
    paid, cost = measured(built, "public_paid"), measured(built, "public_cost")
    assert 0 < (paid > 0).sum() < 40
    for one, lost in zip(paid[paid > 0], cost[paid > 0], strict=True):
        assert 5 * SHARE < one < 7 * SHARE
        assert lost == pytest.approx(0.7 * one, rel=0.02)
