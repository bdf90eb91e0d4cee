"""Shares in projects, by hand (docs/model.md, eq. 11.3 and 11.9)."""

from __future__ import annotations

import pytest

from sim.ensemble.clock import Tick
from sim.supply.hooks import Period
from tests import allies
from tests.allies import NO_OUTAGES
from tests.driver import Built, Spec, measured, run

WORKS = 2


def equity(**fields: object) -> Spec:
    """30 % of the works, of which 6 % a year is asked."""
    return {
        "name": "equity", "kind": "equity", "by": "AB", "projects": "AB works", "since": "2025-01-01", "share": 0.3,
        "asked": 0.06, **fields,
    }  # fmt: skip


def held(days: int, **fields: object) -> Built:
    """A run of so many days in which the money itself costs the public nothing."""
    built = allies.market(equity(**fields), days=days, public_rate=0.0, **NO_OUTAGES)
    run(built)
    return built


def test_worked_number() -> None:
    """3.6 of 12 M USD are paid while the works are built, and stand in the books: they have cost nothing yet."""
    built = held(560)
    assert measured(built, "public_paid")[0] == pytest.approx(3.6e6 * 364 / 365)
    assert measured(built, "public_cost")[0] == 0


def test_worked_dividend() -> None:
    """The works earn a million a year over their costs and run at half: 0.3 × 10⁶ × 0.5 × 28 ÷ 365 in four weeks."""
    built = held(588)
    supply = built.setting.supply
    assert supply is not None
    before = measured(built, "public_cost")[0]
    supply.margin[:] = supply.made[:] = 0
    supply.margin[WORKS], supply.made[WORKS] = 1e6, 0.5
    for pay in supply.hooks.settled:
        pay(Period(Tick(84, 588, 616, 7), built.market.state))
    assert before - measured(built, "public_cost")[0] == pytest.approx(0.3 * 1e6 * 0.5 * 28 / 365)


def test_nobody_pays_in_for_a_loss() -> None:
    """Shares in works that lose money bring nothing, and cost nothing more."""
    built = held(588)
    supply = built.setting.supply
    assert supply is not None
    before = measured(built, "public_cost")[0]
    supply.margin[:], supply.made[:] = -1e6, 0.5
    for pay in supply.hooks.settled:
        pay(Period(Tick(84, 588, 616, 7), built.market.state))
    assert measured(built, "public_cost")[0] == before


def test_it_lowers_what_capital_costs() -> None:
    """(0.3 × 0.06 + 0.7 × 0.15) = 12.3 %: works that need 15 % at most are worth more than nothing."""
    rows = allies.change(allies.ROWS, "AB works", unit_cost=21.0)
    decided = []
    for share in (0.01, 0.3, 0.6, 0.9):
        built = allies.market(equity(share=share), made=allies.tables(rows), days=210, **NO_OUTAGES)
        run(built)
        decided.append(float(measured(built, "money_promised")[0]) / 12e6)
    assert decided[0] == 0
    assert decided[-1] == pytest.approx(0.9)
    assert decided == sorted(decided)


def test_shares_in_what_fails_are_lost() -> None:
    """All that was paid, in the replicates in which the works break off."""
    records = (allies.record("magnet", failure=1.0), *(row for row in allies.PUNCTUAL if row.slips != "magnet"))
    built = allies.market(
        equity(),
        made=allies.tables(records=records),
        days=420,
        public_rate=0.0,
        replicates=40,
        uncertain=True,
        **NO_OUTAGES,
    )
    run(built)
    paid = measured(built, "public_paid")
    assert 0 < (paid > 0).sum() < 40
    assert measured(built, "public_cost") == pytest.approx(paid)
