"""What projects earn, cost and are worth, by hand (docs/model.md, eq. 10.8, 11.3 and 11.4)."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest

from sim.axes import Floats
from sim.supply.appraisal import Appraisal
from sim.supply.hooks import Appraised, no_terms
from sim.world.rows import ProjectRow
from tests import allies
from tests.allies import ROWS, change
from tests.tiny import TICK

MINE, EXPANSION, WORKS, FAR = range(4)
MILLION = 1e6


def appraisal(rows: Sequence[ProjectRow] = ROWS) -> tuple[Appraisal, Floats, Floats]:
    """Of the allies, with base prices of what is made, ln of ratios, and of what is bought, ratios."""
    built = allies.market(made=allies.tables(rows))
    assert built.setting.supply is not None
    appraised = built.setting.supply.appraisal
    prices = np.zeros((built.world.arcs.to_origin.shape[0], 2))
    return appraised, prices, np.ones((len(appraised.portfolio.bought), 2))


def test_worked_account() -> None:
    """Works: 730 t of magnets at 50 USD/kg; 365 t of oxide, three quarters at 50 and one at 60; 20 USD/kg to run.

    The mine: 365 t of oxide at 60, and 20 to run; that of FA: 365 t at 55.
    """
    appraised, prices, paid = appraisal()
    year = appraised.account(np.exp(prices[appraised.portfolio.sold]), paid)
    assert year.revenue[:, 0] / MILLION == pytest.approx([21.9, 10.95, 36.5, 20.075])
    assert year.costs[:, 0] / MILLION == pytest.approx([7.3, 3.65, 19.1625 + 14.6, 7.3])


def test_prices_move_what_they_are_paid_on() -> None:
    """Magnets a tenth dearer, oxide a fifth: 40.15 M USD for 22.995 and 14.6."""
    appraised, prices, paid = appraisal()
    world = allies.market().world
    prices[world.nodes.made.index(allies.MAGNET_NEW)] = math.log(1.1)
    year = appraised.account(np.exp(prices[appraised.portfolio.sold]), paid * 1.2)
    assert year.revenue[WORKS, 0] / MILLION == pytest.approx(40.15)
    assert year.costs[WORKS, 0] / MILLION == pytest.approx(1.2 * 19.1625 + 14.6)


def test_worked_net_present_value() -> None:
    """2.7375 M USD a year × 5.07966, less 12 × 0.933259 (see `test_worked_price_of_a_decision`): 2.70647."""
    appraised, prices, paid = appraisal()
    assert appraised.worth(TICK, prices, paid)[WORKS, 0] / MILLION == pytest.approx(2.70647, abs=1e-4)


def test_customers_who_are_bound_pay_the_cost_of_their_share() -> None:
    """At 40 USD/kg the works lose 11.8625 M USD a year, of which customers who take half of it bear half."""
    loss = 19.1625 + 29.2 - 36.5
    free, bound = (
        appraisal(change(ROWS, "AB works", unit_cost=40.0, contracted=share, ramp=0.0)) for share in (0.0, 0.5)
    )
    merchant, half = (a.worth(TICK, prices, paid)[WORKS, 0] / MILLION for a, prices, paid in (free, bound))
    assert merchant == pytest.approx(-loss * worth_of(0.15) - 12 * spent_at(0.15))
    assert half == pytest.approx(-loss / 2 * worth_of(0.12) - 12 * spent_at(0.12))


def worth_of(rate: float) -> float:
    """A dollar a year for 20 years, from a year on."""
    return (1 - (1 + rate) ** -20) / math.log(1 + rate) / (1 + rate)


def spent_at(rate: float) -> float:
    """A dollar spent evenly over a year."""
    return (1 - 1 / (1 + rate)) / math.log(1 + rate)


def test_who_has_contracts_is_asked_for_less() -> None:
    """0.15 − 0.5 × (0.15 − 0.09) = 0.12; half more under offers, all of it is: 0.09; two more for risk: 0.11."""
    appraised, _, _ = appraisal(change(ROWS, "AB works", contracted=0.5))
    terms = no_terms(appraised.portfolio.life, 2)
    assert appraised.hurdle(terms)[WORKS, 0] == pytest.approx(0.12)
    terms.contracted[WORKS] = 0.7
    assert appraised.hurdle(terms)[WORKS, 0] == pytest.approx(0.09)
    terms.premium[WORKS] = 0.02
    assert appraised.hurdle(terms)[WORKS, 0] == pytest.approx(0.11)


def test_offers_change_what_a_project_is_worth() -> None:
    """A quarter given, a quarter lent at 3 %: (0.03 + 2 × 0.15) ÷ 3 = 11 %, on three quarters of 12 M USD."""
    appraised, prices, paid = appraisal(change(ROWS, "AB works", ramp=0.0))

    def offer(appraised: Appraised) -> None:
        terms = appraised.terms
        terms.granted[WORKS], terms.lent[WORKS], terms.interest[WORKS] = 0.25, 0.25, 0.25 * 0.03

    appraised.hooks.offers.append(offer)
    worth = appraised.worth(TICK, prices, paid)[WORKS, 0] / MILLION
    assert worth == pytest.approx(2.7375 * worth_of(0.11) - 9 * spent_at(0.11))


def test_top_ups_are_revenue_and_standards_are_costs() -> None:
    """A million more, half a million less."""
    appraised, prices, paid = appraisal(change(ROWS, "AB works", ramp=0.0))

    def offer(appraised: Appraised) -> None:
        terms = appraised.terms
        terms.top_up[WORKS], terms.standards[WORKS] = 1e6, 5e5

    appraised.hooks.offers.append(offer)
    worth = appraised.worth(TICK, prices, paid)[WORKS, 0] / MILLION
    assert worth == pytest.approx(3.2375 * worth_of(0.15) - 12 * spent_at(0.15))
    _, lift, margin = appraised.earns(TICK, prices, paid, np.ones((4, 2), bool))
    assert lift[:, 0] == pytest.approx([1, 1, 1 + 1 / 36.5, 1])
    assert margin[WORKS, 0] / MILLION == pytest.approx(3.2375)


def test_an_operator_counts_all_that_he_runs() -> None:
    """The mine earns three times its costs, the expansion at 90 USD/kg two thirds: together 1.38."""
    appraised, prices, paid = appraisal(change(ROWS, "AB mine expansion", unit_cost=90.0))
    running = np.ones((4, 2), bool)
    both = (21.9 + 10.95) / (7.3 + 16.425)
    assert appraised.earns(TICK, prices, paid, running)[0][[MINE, EXPANSION], 0] == pytest.approx([both, both])
    running[EXPANSION] = False
    assert appraised.earns(TICK, prices, paid, running)[0][MINE, 0] == pytest.approx(3)
