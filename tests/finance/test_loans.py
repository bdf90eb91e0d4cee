"""Loans, by hand (docs/model.md, eq. 11.6)."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.finance.ledger import Account, Ledger
from sim.finance.loans import Loans, interest, level_payment

PAYS, RESTS = np.ones((1, 1), bool), np.zeros((1, 1), bool)


def lent(amount: float, rate: float = 0.05, term: float = 10.0, recovered: float = 0.3) -> Loans:
    """One loan in one replicate."""
    loans = Loans(Ledger(1, 1), rate, term, recovered, (1, 1))
    loans.lend(np.array([[amount]]))
    return loans


def balance(loans: Loans, account: Account) -> float:
    """What stands on an account, USD."""
    return float(loans.ledger.balances[account][0])


def test_interest_is_that_of_actual_days() -> None:
    """1000 at 5 % for 73 days, a fifth of a year: 10."""
    assert interest(np.array(1000.0), 0.05, 73) == pytest.approx(10.0, rel=1e-15)


def test_a_level_payment_is_that_of_the_textbook() -> None:
    """1000 at 10 % in two yearly payments: 1000 × 0.1 ÷ (1 − 1/1.21) = 576.19."""
    assert level_payment(np.array(1000.0), 0.1, 2.0, 365) == pytest.approx(576.190, abs=1e-3)


@pytest.mark.parametrize("rate", [-0.01, 0.0, 0.02, 0.10])
@pytest.mark.parametrize("term", [7.0, 14.0])
def test_level_payments_pay_back_to_zero_over_the_term(rate: float, term: float) -> None:
    """In ticks of seven days, which divide the terms: the last payment is as large as the others, and clears it."""
    loans, ticks = lent(1000, rate, term), round(term * 365 / 7)
    for _ in range(ticks - 1):
        loans.settle(7, PAYS)
    assert loans.owed[0, 0] == pytest.approx(float(loans.level[0, 0]) * 7 / 365 / (1 + rate * 7 / 365), rel=1e-8)
    loans.settle(7, PAYS)
    assert abs(loans.owed[0, 0]) < 1e-9 * 1000
    assert loans.ledger.balances[Account.TREASURY][0] == pytest.approx(-balance(loans, Account.INTEREST), abs=1e-6)


def test_a_term_that_ticks_do_not_divide_ends_with_its_last_tick() -> None:
    """Ten years are 521.4 ticks: the 522nd pays what is left, and no more."""
    loans = lent(1000)
    for _ in range(math.ceil(3650 / 7)):
        loans.settle(7, PAYS)
    assert loans.owed[0, 0] == 0


def test_who_rests_owes_the_interest_too() -> None:
    """1000 at 5 %, 73 days and 73 days: 1000 × 1.01² = 1020.10, all of it still owed, and 20.10 earned."""
    loans = lent(1000)
    loans.settle(73, RESTS)
    loans.settle(73, RESTS)
    assert loans.owed[0, 0] == pytest.approx(1020.10)
    assert balance(loans, Account.INTEREST) == pytest.approx(-20.10)
    assert balance(loans, Account.TREASURY) == -1000


def test_the_first_payment_is_made_for_what_is_owed_by_then() -> None:
    """After 73 idle days 1010 is owed, and paid back as 1010 would be."""
    loans = lent(1000, rate=0.05, term=10.0)
    loans.settle(73, RESTS)
    loans.settle(73, PAYS)
    assert loans.level[0, 0] == pytest.approx(1010 * 0.05 / (1 - 1.01**-50))


def test_what_a_failed_borrower_owes_is_lost_but_for_what_is_recovered() -> None:
    """Of 1000, 300 come back and 700 are lost; nothing is owed."""
    loans = lent(1000)
    loans.write_off(PAYS)
    assert loans.owed[0, 0] == 0
    assert balance(loans, Account.LOANS) == 0
    assert balance(loans, Account.TREASURY) == pytest.approx(-700)
    assert balance(loans, Account.LOSSES) == pytest.approx(700)
    assert loans.ledger.cost[0] == pytest.approx(700)


DEEDS = st.lists(
    st.tuples(st.sampled_from(["lend", "settle", "write off"]), st.floats(0, 1e9), st.integers(1, 91), st.booleans()),
    max_size=40,
)


@given(DEEDS, st.floats(-0.02, 0.3), st.floats(0.5, 30), st.floats(0, 1))
def test_a_loan_is_never_negative_and_stands_in_the_books(
    deeds: list[tuple[str, float, int, bool]], rate: float, term: float, recovered: float
) -> None:
    """Whatever happens to two borrowers."""
    loans, turnover = Loans(Ledger(1, 2), rate, term, recovered, (2, 1)), 1.0
    for deed, amount, days, first in deeds:
        some = np.array([[first], [not first]])
        if deed == "lend":
            loans.lend(amount * some)
        elif deed == "settle":
            loans.settle(days, some)
        else:
            loans.write_off(some)
        turnover += float(loans.owed.sum())
        assert loans.owed.min() >= 0
        assert balance(loans, Account.LOANS) == pytest.approx(float(loans.owed.sum()), abs=1e-9 * turnover)
    loans.ledger.check("fund")
