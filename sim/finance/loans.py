"""Loans: advanced while a project is built, paid back evenly once it runs, lost where it fails (eq. 11.6)."""

from __future__ import annotations

from typing import final

import numpy as np

from sim.axes import TINY, Bools, Floats, Scalar
from sim.finance.ledger import Account, Ledger
from sim.units import DAYS_A_YEAR


def interest(principal: Floats, rate: Scalar, days: float) -> Floats:
    """Simple interest of actual days (eq. 11.6): principal × rate × days ÷ 365.

    Examples
    --------
    >>> float(interest(np.array(1000.0), 0.05, 73))
    10.0
    """
    return principal * rate * (days / DAYS_A_YEAR)


def level_payment(principal: Floats, rate: Scalar, term: Scalar, days: float) -> Floats:
    """USD a year that, paid at the end of every so many days, clears a loan over its term (eq. 11.6).

    Parameters
    ----------
    principal : (J, R) array, USD
    rate : float or (R,) array, share a year
    term : float or (R,) array, years
    days : float, days
        From one payment to the next.

    Examples
    --------
    1000 at 10 %, paid back in two payments, each at the end of a year: 1000 × 0.1 ÷ (1 − 1.1⁻²).

    >>> float(level_payment(np.array(1000.0), 0.1, 2.0, 365.0).round(2))
    576.19
    """
    asked = np.where(np.abs(rate) < TINY, TINY, rate)
    return principal * asked / -np.expm1(-np.log1p(asked * (days / DAYS_A_YEAR)) * (term * DAYS_A_YEAR / days))


@final
class Loans:
    """Loans to projects (J), booked in one ledger.

    Parameters
    ----------
    ledger : Ledger
    rate : float or (R,) array, share a year
        In money of one year.
    term : float, years
        Over which it is paid back, from when the borrower earns.
    recovered : float or (R,) array, share of 1
        Of what is owed by a borrower who fails.
    shape : (J, R)
    """

    def __init__(self, ledger: Ledger, rate: Scalar, term: float, recovered: Scalar, shape: tuple[int, int]) -> None:
        self.ledger, self.rate, self.term, self.recovered = ledger, rate, term, recovered
        self.owed, self.level = np.zeros(shape), np.zeros(shape)

    def lend(self, amount: Floats) -> None:
        """Advance (J, R) USD."""
        self.owed += amount
        self._post(Account.LOANS, Account.TREASURY, amount)

    def settle(self, days: float, pays: Bools) -> None:
        """Interest of some days; who pays, pays the level amount, others owe it on top.

        Parameters
        ----------
        days : float, days
        pays : (J, R) array of bool
            Which borrowers earn.
        """
        due = interest(self.owed, self.rate, days)
        begins = pays & (self.level <= 0)
        self.level = np.where(begins, level_payment(self.owed, self.rate, self.term, days), self.level)
        paid = np.where(pays, np.minimum(self.level * (days / DAYS_A_YEAR), self.owed + due), 0)
        self.owed += due - paid
        self._post(Account.LOANS, Account.INTEREST, due)
        self._post(Account.TREASURY, Account.LOANS, paid)

    def write_off(self, failed: Bools) -> None:
        """What failed borrowers owe is lost but for what is recovered."""
        owed = np.where(failed, self.owed, 0)
        self.owed -= owed
        self._post(Account.TREASURY, Account.LOANS, owed * self.recovered)
        self._post(Account.LOSSES, Account.LOANS, owed * (1 - self.recovered))

    def _post(self, debit: Account, credit: Account, amount: Floats) -> None:
        self.ledger.post_plants(debit, credit, amount)
