"""Double-entry books of one instrument, in US dollars of 2025 (docs/model.md, eq. 11.1)."""

from __future__ import annotations

from enum import Enum
from typing import final

import numpy as np

from sim.axes import TOLERANCE, Floats, Scalar, total
from sim.definitions.metrics import Metric, declare
from sim.errors import BrokenInvariant

PUBLIC_COST = declare(
    Metric(
        "public_cost", "USD", ("instrument", "region", "facility"), "lower",
        "what it cost who pays for it: expenses less income; what is still owed and held counts at its book value",
        reported=True,
    )
)  # fmt: skip
PUBLIC_PAID = declare(
    Metric("public_paid", "USD", ("instrument",), "neither", "cash that left the treasury, nothing set against it")
)


class Account(Enum):
    """The accounts of an instrument; a debit to an asset or an expense is positive."""

    TREASURY = "cash of who pays"
    LOANS = "principal that is owed"
    STAKES = "shares held, at cost"
    GRANTS = "given for nothing in return"
    TOP_UPS = "paid on top of a price"
    LOSSES = "owed or held, and lost"
    FUNDS = "what the money that is out costs"
    INTEREST = "interest received"
    RETURNS = "dividends and shares of the upside received"
    DUTIES = "duties collected"

    @property
    def is_result(self) -> bool:
        """Whether it is an expense or an income: what public cost adds up."""
        return self not in (Account.TREASURY, Account.LOANS, Account.STAKES)


class Books:
    """Books in which every posting is made twice; a debit to an asset or an expense is positive.

    Parameters
    ----------
    accounts : type of Enum
    replicates : int
    """

    def __init__(self, accounts: type[Enum], replicates: int) -> None:
        self.balances: dict[Enum, Floats] = {account: np.zeros(replicates) for account in accounts}
        self._turnover = np.zeros(replicates)

    def post(self, debit: Enum, credit: Enum, amount: Scalar) -> None:
        """Book an amount, USD, not negative: one account is debited, the other credited."""
        self.balances[debit] += amount
        self.balances[credit] -= amount
        self._turnover += amount

    def check(self, name: str) -> None:
        """Compare what is held and spent with where it came from.

        Raises
        ------
        BrokenInvariant
            The books of the instrument of this name do not balance.
        """
        unaccounted = np.abs(np.add.reduce(list(self.balances.values())))
        if not np.all(unaccounted <= TOLERANCE * np.maximum(self._turnover, 1)):  # NaN is no balance
            raise BrokenInvariant(
                f"the books of {name} do not balance: {unaccounted.max():.3g} USD are unaccounted for"
            )


@final
class Ledger(Books):
    """The books of a treasury.

    Parameters
    ----------
    replicates : int
    plants : int
        How many plants its cost is reported of one by one; 0 where it is of none.

    Examples
    --------
    A loan of 100 of which 40 come back with an interest of 5, and the rest is lost, has cost 55.

    >>> ledger = Ledger(1)
    >>> ledger.post(Account.LOANS, Account.TREASURY, 100.0)
    >>> ledger.post(Account.TREASURY, Account.LOANS, 40.0)
    >>> ledger.post(Account.TREASURY, Account.INTEREST, 5.0)
    >>> ledger.post(Account.LOSSES, Account.LOANS, 60.0)
    >>> ledger.cost, ledger.paid
    (array([55.]), array([100.]))
    """

    def __init__(self, replicates: int, plants: int = 0) -> None:
        super().__init__(Account, replicates)
        self.paid = np.zeros(replicates)
        self.of_plants = np.zeros((plants, replicates))  # (J, R) USD: cost by plant

    def post(self, debit: Enum, credit: Enum, amount: Scalar) -> None:
        """Book an amount, USD, not negative; what leaves the treasury counts as paid."""
        super().post(debit, credit, amount)
        if credit is Account.TREASURY:
            self.paid += amount

    def post_plants(self, debit: Account, credit: Account, amounts: Floats) -> None:
        """Book amounts, (J, R) USD, not negative, of plants."""
        self.post(debit, credit, total(amounts))
        self.attribute(debit, credit, amounts)

    def attribute(self, debit: Account, credit: Account, amounts: Floats) -> None:
        """Say which plants what was booked in one sum is about, (J, R) USD."""
        if debit.is_result:
            self.of_plants += amounts
        if credit.is_result:
            self.of_plants -= amounts

    def check(self, name: str) -> None:
        """Compare what is held and spent with where it came from, and the cost with that of the plants.

        Raises
        ------
        BrokenInvariant
            The books of the instrument of this name do not balance.
        """
        super().check(name)
        if len(self.of_plants):
            off = np.abs(total(self.of_plants) - self.cost)
            if not np.all(off <= TOLERANCE * np.maximum(self._turnover, 1)):
                raise BrokenInvariant(f"the cost of {name} is not that of its plants: {off.max():.3g} USD differ")

    @property
    def cost(self) -> Floats:
        """(R,) USD: expenses less income so far."""
        cost = np.zeros_like(self.paid)
        for account in Account:
            if account.is_result:
                cost += self.balances[account]
        return cost
