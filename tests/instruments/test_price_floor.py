"""Floors under prices, by hand (docs/model.md, eq. 10.8, 11.3 and 11.7)."""

from __future__ import annotations

import numpy as np
import pytest

from sim.supply.hooks import Terms
from sim.supply.settle import Supply
from tests import allies
from tests.allies import NO_OUTAGES
from tests.driver import Built, Spec, measured, run
from tests.tiny import TICK

MINE, EXPANSION, WORKS, FAR = range(4)
STILL = {"mine_supply_elasticity": 0.0, **NO_OUTAGES}
"""The mine makes a tonne a day, whatever it is paid."""


def floor(**fields: object) -> Spec:
    """70 USD/kg on half of the oxide of AB's mine, against the price of HO, which is 50."""
    return {
        "name": "floor", "kind": "price_floor", "by": "AB", "projects": "AB mine", "commodity": "oxide.Ee",
        "basis": "HO", "since": "2025-01-01", "floor": "70 USD/kg", "output": 0.5, "nominal": False, **fields,
    }  # fmt: skip


def paid(days: int, **fields: object) -> Built:
    """A run of so many days at base prices."""
    built = allies.market(floor(**fields), days=days, **STILL)
    run(built)
    return built


def supply(built: Built) -> Supply:
    """Its projects."""
    assert built.setting.supply is not None
    return built.setting.supply


def test_worked_number() -> None:
    """20 USD/kg on half a tonne a day: 280,000 USD in four weeks, paid from the treasury."""
    built = paid(28)
    assert measured(built, "public_cost")[0] == pytest.approx(20_000 * 0.5 * 28)
    assert measured(built, "public_paid")[0] == pytest.approx(20_000 * 0.5 * 28)


def test_value_added_tax_counts_where_the_reference_has_it() -> None:
    """50 × 1.13 = 56.5: 13.5 USD/kg are missing."""
    assert measured(paid(28, vat=0.13), "public_cost")[0] == pytest.approx(13_500 * 0.5 * 28)


def test_inflation_wears_a_nominal_floor_down() -> None:
    """70 ÷ 1.02^(14/365) in the middle of the first four weeks."""
    worn = 70_000 / 1.02 ** (14 / 365)
    assert measured(paid(28, nominal=True), "public_cost")[0] == pytest.approx((worn - 50_000) * 0.5 * 28)


def test_who_pays_may_share_what_is_above() -> None:
    """Of 50 against 40, with a floor of 30: 30 % of 10 USD/kg come back."""
    built = paid(28, floor="30 USD/kg", above="40 USD/kg", upside=0.3)
    assert measured(built, "public_cost")[0] == pytest.approx(-3_000 * 0.5 * 28)
    assert measured(built, "public_paid")[0] == 0


def offered(built: Built) -> Terms:
    """What projects may count on over their lives at the prices of the base year."""
    found = supply(built)
    return found.appraisal.offers(TICK, np.zeros_like(built.market.state.long_price), found.portfolio.life)


@pytest.mark.parametrize("dates", [{"since": "2025-02-15"}, {"until": "2025-01-20"}])
def test_nothing_is_paid_where_it_is_not_offered(dates: Spec) -> None:
    """At the end of the first four weeks, 29 January."""
    assert measured(paid(28, **dates), "public_cost")[0] == 0


def test_a_project_counts_on_it_while_it_lasts() -> None:
    """Half of 365 t, 20 USD/kg: 3.65 M USD a year; that half of revenue is certain, as the floor is above the price.

    For ten of its twenty years, to the end of 2034, half as much.
    """
    for until, part in ((None, 1.0), ("2035-01-06", 0.5)):
        built = allies.market(floor() if until is None else floor(until=until), **STILL)
        terms = offered(built)
        assert terms.top_up[:, 0] / 1e6 == pytest.approx([3.65 * part, 0, 0, 0], rel=1e-3)
        assert terms.contracted[:, 0] == pytest.approx([0.5 * part, 0, 0, 0], rel=1e-3)


def test_a_floor_below_the_price_is_worth_its_certainty() -> None:
    """30 of 50 USD/kg on half of revenue: 0.3 of it is certain, and nothing is paid on top."""
    built = allies.market(floor(floor="30 USD/kg"), **STILL)
    terms = offered(built)
    assert terms.contracted[MINE, 0] == pytest.approx(0.3)
    assert terms.top_up[MINE, 0] == 0


def test_it_keeps_running_who_would_stop() -> None:
    """A mine at 80 USD/kg stops at a price of 60, unless a floor pays 20 on top."""
    given = allies.tables(allies.change(allies.ROWS, "AB mine", unit_cost=80.0))
    idle = []
    for listed in ((), (floor(output=1.0),)):
        built = allies.market(*listed, made=given, days=168, **STILL)
        run(built)
        idle.append(bool(supply(built).operations.idle[MINE, 0]))
    assert idle == [True, False]


@pytest.mark.parametrize("until", ["2044-12-31", "2025-03-31"])
def test_plants_see_what_is_paid_on_top(until: str) -> None:
    """10 USD/kg more on 60, half of 20: capacity is used as if the price were a sixth higher, to the last day."""
    built = allies.market(floor(until=until), days=7, **NO_OUTAGES)
    run(built)
    facility = built.world.facilities.names.index("AB mine")
    assert built.market.shocks.support[facility, 0] == pytest.approx(1 + 10 / 60)
    assert built.market.state.activity[facility, 0] > 1.03
