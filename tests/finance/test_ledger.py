"""P3: books balance after any postings, and say what it cost (docs/model.md, eq. 11.1)."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.definitions.metrics import METRICS
from sim.errors import BrokenInvariant
from sim.finance.ledger import Account, Ledger

ASSETS = {Account.TREASURY, Account.LOANS, Account.STAKES}
ACCOUNTS = st.sampled_from(list(Account))
POSTINGS = st.lists(st.tuples(ACCOUNTS, ACCOUNTS, st.floats(0, 1e11), st.floats(0, 1e11)), max_size=60)


@given(POSTINGS)
def test_any_postings_balance(postings: list[tuple[Account, Account, float, float]]) -> None:
    """To 1e-9 of the turnover, in two replicates; cost is expenses less income, and what the assets do not show."""
    ledger, turnover, spent = Ledger(2), np.zeros(2), np.zeros(2)
    for debit, credit, one, two in postings:
        amount = np.array([one, two])
        ledger.post(debit, credit, amount)
        turnover += amount
        spent += amount * (int(debit not in ASSETS) - int(credit not in ASSETS))
    ledger.check("books")
    bound = 1e-9 * np.maximum(turnover, 1)
    assert (np.abs(np.sum(list(ledger.balances.values()), axis=0)) <= bound).all()
    assert (np.abs(ledger.cost - spent) <= bound).all()
    held = np.sum([ledger.balances[account] for account in ASSETS], axis=0)
    assert (np.abs(ledger.cost + held) <= bound).all()


def test_who_tampers_with_one_side_is_found() -> None:
    """A cent in a hundred million is not; a dollar is."""
    ledger = Ledger(3)
    ledger.post(Account.GRANTS, Account.TREASURY, 1e8)
    ledger.balances[Account.GRANTS] += 0.01
    ledger.check("fund")
    ledger.balances[Account.GRANTS][1] += 1
    with pytest.raises(BrokenInvariant, match=r"the books of fund do not balance: 1\.01 USD are unaccounted for"):
        ledger.check("fund")


def test_what_is_paid_counts_only_what_leaves_the_treasury() -> None:
    """100 lent, 30 back, 60 given: 160 paid, and a cost of 60."""
    ledger = Ledger(1)
    ledger.post(Account.LOANS, Account.TREASURY, 100.0)
    ledger.post(Account.TREASURY, Account.LOANS, 30.0)
    ledger.post(Account.GRANTS, Account.TREASURY, 60.0)
    assert (ledger.paid[0], ledger.cost[0]) == (160, 60)


def test_its_metrics_are_in_dollars() -> None:
    """Of each instrument that has books."""
    assert [METRICS[name].unit for name in ("public_cost", "public_paid")] == ["USD", "USD"]


def test_the_cost_of_plants_is_that_of_the_books() -> None:
    """Two plants: 30 and 10 given, 5 and 1 earned; shares held are no cost."""
    ledger = Ledger(1, 2)
    ledger.post_plants(Account.GRANTS, Account.TREASURY, np.array([[30.0], [10.0]]))
    ledger.post_plants(Account.STAKES, Account.TREASURY, np.array([[100.0], [0.0]]))
    ledger.post_plants(Account.TREASURY, Account.RETURNS, np.array([[5.0], [1.0]]))
    ledger.check("books")
    assert ledger.of_plants.tolist() == [[25.0], [9.0]]
    assert ledger.cost.tolist() == [34.0]


def test_a_cost_that_no_plant_has_is_noticed() -> None:
    ledger = Ledger(1, 2)
    ledger.post(Account.GRANTS, Account.TREASURY, np.array([30.0]))
    with pytest.raises(BrokenInvariant, match="the cost of books is not that of its plants: 30 USD differ"):
        ledger.check("books")
