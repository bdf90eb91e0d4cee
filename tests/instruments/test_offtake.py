"""Offtakes, by hand (docs/model.md, eq. 6.4, 10.10, 11.3 and 11.7)."""

from __future__ import annotations

import numpy as np
import pytest

from tests import allies
from tests.allies import NO_OUTAGES
from tests.driver import Built, Spec, measured, run
from tests.tiny import OXIDE_OWN, TICK

MINE = 0
STILL = {"mine_supply_elasticity": 0.0, **NO_OUTAGES}
"""The mine makes a tonne a day, whatever it is paid."""


def offtake(**fields: object) -> Spec:
    """AB buys half of what its mine makes, at 70 USD/kg, where the market pays 60."""
    return {
        "name": "bound", "kind": "offtake", "by": "AB", "projects": "AB mine", "commodity": "oxide.Ee",
        "since": "2025-01-01", "output": 0.5, "price": "70 USD/kg", "nominal": False, **fields,
    }  # fmt: skip


def taken(days: int, **fields: object) -> Built:
    """A run of so many days at base prices."""
    built = allies.market(offtake(**fields), days=days, **STILL)
    run(built)
    return built


def test_worked_number() -> None:
    """Half a tonne a day at 10 USD/kg above the market: 14 t and 140,000 USD in four weeks."""
    built = taken(28)
    assert measured(built, "offtake_taken")[0] == pytest.approx(14)
    assert measured(built, "public_cost")[0] == pytest.approx(140_000)


def test_a_price_below_the_markets_is_the_buyers_gain() -> None:
    """45 for what costs 60: 210,000 USD."""
    assert measured(taken(28, price="45 USD/kg"), "public_cost")[0] == pytest.approx(-210_000)


def test_at_the_markets_price_nothing_is_paid_on_top() -> None:
    """It takes its 14 t all the same."""
    spec = offtake()
    del spec["price"]  # type: ignore[attr-defined]
    built = allies.market(spec, days=28, **STILL)
    run(built)
    assert measured(built, "offtake_taken")[0] == pytest.approx(14)
    assert measured(built, "public_cost")[0] == 0


def test_inflation_wears_a_nominal_price_down() -> None:
    """70 ÷ 1.02^(14/365) in the middle of the first four weeks."""
    worn = 70_000 / 1.02 ** (14 / 365)
    assert measured(taken(28, nominal=True), "public_cost")[0] == pytest.approx((worn - 60_000) * 14)


def test_what_is_bound_is_promised_to_the_buyer() -> None:
    """All oxide of AB is the mine's: half of it."""
    built = taken(14)
    row = built.market.controls.arcs.tolist().index(built.world.arcs.names.index(OXIDE_OWN))
    assert built.market.controls.reserved[row, 0] == pytest.approx(0.5)


@pytest.mark.parametrize(("agreed", "certain"), [({"price": "70 USD/kg"}, 0.5), ({"price": None}, 0.15)])
def test_a_project_counts_on_it(agreed: Spec, certain: float) -> None:
    """Half of revenue at a known price; at the market's, 30 % of that is as good as certain. Top-ups of 1.825 M USD."""
    built = allies.market({**offtake(), **agreed}, **STILL)
    supply = built.setting.supply
    assert supply is not None
    terms = supply.appraisal.offers(TICK, np.zeros_like(built.market.state.long_price), supply.portfolio.life)
    assert terms.contracted[:, 0] == pytest.approx([certain, 0, 0, 0])
    assert terms.top_up[MINE, 0] == pytest.approx(365 * 0.5 * 10_000 if agreed["price"] else 0)
