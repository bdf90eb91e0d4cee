"""Posts of the books of a reserve, and the terms on which it is financed (docs/model.md, section 12)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from sim.axes import Scalar


class Post(Enum):
    """The accounts of a reserve; a debit to what it has or spends is positive."""

    CASH = "cash"
    GOODS = "goods held, at cost"
    UNDER_WAY = "goods paid for that are on their way, at cost"
    RECEIVABLES = "charges that members have not paid yet"
    LOAN = "principal that it owes"
    PAYABLES = "interest and storage that it has not paid yet"
    INSTALMENTS = "paid by members for goods that still lie there"
    CAPITAL = "paid in by owners"
    FEES = "upfront fees of members"
    CARRYING = "interest and storage charged to members"
    LATE = "charged to members who replenish late"
    GAINS = "what goods were sold for above their cost"
    FORFEITS = "instalments of members who defaulted"
    SUPPORT = "what the treasury gave where cash would have been below zero"
    INTEREST = "interest on the loan"
    STORAGE = "storage and handling"
    TRADERS = "fees of trading houses"
    LOSSES = "what goods were sold for below their cost"
    BAD_DEBTS = "charges that members never paid"
    DIVIDENDS = "paid to owners"


@dataclass(frozen=True)
class Terms:
    """On what terms a reserve is financed; money in USD, rates a year and real."""

    budget: Scalar  # of goods at cost: held, on their way, and to be replenished
    loan: Scalar  # most that is owed
    capital: Scalar  # most that owners pay in
    rate: Scalar  # of the loan
    term: float  # years, from the first tranche
    grace: float  # years of it, without repayment
    dividend: Scalar  # most on capital paid in
    fee: Scalar  # of the value that members commit to
    late: Scalar  # of what is late, at cost
    storage: Scalar  # of goods held, at cost
    traders: Scalar  # of what is bought
    is_public: bool  # whether the owners are the treasury
    charges: bool  # whether members pay interest and storage


SPENDS = (Post.INTEREST, Post.STORAGE, Post.TRADERS, Post.LOSSES, Post.BAD_DEBTS, Post.DIVIDENDS)
EARNS = (Post.FEES, Post.CARRYING, Post.LATE, Post.GAINS, Post.FORFEITS)
HAS_OR_SPENDS = frozenset([Post.CASH, Post.GOODS, Post.UNDER_WAY, Post.RECEIVABLES, *SPENDS])
