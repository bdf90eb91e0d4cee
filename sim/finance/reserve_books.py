"""The money of a reserve, to the last dollar (docs/model.md, eq. 12.10 to 12.14)."""

from __future__ import annotations

from typing import final

import numpy as np

from sim.axes import TINY, Bools, Floats, Scalar, share_of, total
from sim.finance.ledger import Account, Books, Ledger
from sim.finance.loans import interest, level_payment
from sim.finance.reserve_posts import EARNS, HAS_OR_SPENDS, SPENDS, Post, Terms
from sim.units import DAYS_A_YEAR


@final
class ReserveBooks:
    """Books of a reserve of some goods (K) with some members (M), and of the treasury behind it.

    Every amount is in USD, (K, R) by good or (R,) in all, and not negative. A debt to members who will replenish what
    they drew is no account: its price is paid when the goods come back, and cash for it is kept (`lent`).

    Parameters
    ----------
    terms : Terms
    goods : int
    members : (M, 1) or (M, R) array, share of 1
        What each of them committed to; nobody where there are no members.
    public_rate : float or (R,) array, share a year
        What money costs the treasury.
    replicates : int
    """

    def __init__(self, terms: Terms, goods: int, members: Floats, public_rate: Scalar, replicates: int) -> None:
        self.terms, self.public_rate = terms, public_rate
        self.rate = np.maximum(terms.rate, 0)
        self.books, self.treasury = Books(Post, replicates), Ledger(replicates)
        empty = np.zeros((goods, replicates))
        self.goods, self.way, self.lent, self.prepaid = empty.copy(), empty.copy(), empty.copy(), empty.copy()
        self.members = np.zeros((len(members), replicates)) + members
        self.receivable, self.instalments = np.zeros_like(self.members), np.zeros_like(self.members)
        self.interest_due = np.zeros(replicates)
        self.since_tranche = np.zeros(replicates)  # days since the first
        self.loan_peak = np.zeros(replicates)

    def balance(self, post: Post) -> Floats:
        """(R,) USD: what an account holds; what is owed, paid in or earned counts as positive too."""
        sign = 1.0 if post in HAS_OR_SPENDS else -1.0
        return sign * self.books.balances[post] + 0.0  # no −0

    @property
    def spare(self) -> Floats:
        """(R,) USD: cash that is not kept for goods that come back and for what is due."""
        kept = total(self.lent - self.prepaid) + self.balance(Post.PAYABLES)
        return np.maximum(self.balance(Post.CASH) - kept, 0)

    def room(self) -> Floats:
        """(R,) USD: what may be spent on goods now (eq. 12.10)."""
        left = self.terms.budget - total(self.goods + self.way + self.lent)
        money = self.spare + self._undrawn(Post.CAPITAL) + self._undrawn(Post.LOAN)
        return np.maximum(np.minimum(left, money / (1 + np.asarray(self.terms.traders))), 0)

    def open(self, cost: Floats) -> None:
        """Goods of a cost lie there from the start; they were paid for as goods are."""
        self._raise(total(cost), self.balance(Post.CASH), for_goods=True)
        self.goods += cost
        self._post(Post.GOODS, Post.CASH, total(cost))

    def commit(self, value: Floats) -> None:
        """Members commit to goods of a value, (R,), and pay the upfront fee."""
        self._post(Post.CASH, Post.FEES, value * self.terms.fee * self._committed())

    def buy(self, cost: Floats, *, through_traders: bool = True) -> None:
        """Pay for goods that are sent, and who sources them; from cash, then capital and loan (eq. 12.10)."""
        paid = total(cost)
        fee = paid * np.multiply(self.terms.traders, through_traders)
        self._raise(paid + fee, self.spare, for_goods=True)
        self.way += cost
        self._post(Post.UNDER_WAY, Post.CASH, paid)
        self._post(Post.TRADERS, Post.CASH, fee)

    def refund(self, cost: Floats) -> None:
        """Goods on their way go back to who sent them, and so does the money."""
        self.way -= cost
        self._post(Post.CASH, Post.UNDER_WAY, total(cost))

    def land(self, cost: Floats) -> None:
        """Goods on their way come into the store."""
        self.way -= cost
        self.goods += cost
        self._post(Post.GOODS, Post.UNDER_WAY, total(cost))

    def draw(self, cost: Floats) -> None:
        """Members take goods at the price at which they lie there, and will bring them back.

        Of what they have paid in instalments for all that lies there, their part counts.
        """
        prepaid = self._use_instalments(cost)
        self.goods -= cost
        self.lent += cost
        self.prepaid += prepaid
        self._post(Post.CASH, Post.GOODS, total(cost - prepaid))
        self._post(Post.INSTALMENTS, Post.GOODS, total(prepaid))

    def buy_back(self, cost: Floats) -> None:
        """Members bring goods back, at the price at which they took them; instalments stand again."""
        prepaid = self.prepaid * (cost / np.maximum(self.lent, TINY))
        paid = total(cost - prepaid)
        self._raise(paid, self.balance(Post.CASH), for_goods=True)
        self.lent -= cost
        self.prepaid -= prepaid
        self.goods += cost
        self._post(Post.GOODS, Post.CASH, paid)
        again, anybody = total(prepaid), self._committed() > 0
        self.instalments += again * self._parts()
        self._post(Post.GOODS, Post.INSTALMENTS, again * anybody)
        self._post(Post.GOODS, Post.FORFEITS, again * ~anybody)

    def keep(self, cost: Floats) -> None:
        """Goods that were drawn will not come back: the money for them is free."""
        self.prepaid *= 1 - share_of(cost, self.lent)
        self.lent -= cost

    def sell(self, cost: Floats, proceeds: Floats) -> None:
        """Sell goods on the market; members get back what they have paid of them."""
        prepaid = total(self._use_instalments(cost))
        self.goods -= cost
        cost, proceeds = total(cost), total(proceeds)
        self._post(Post.CASH, Post.GOODS, np.minimum(cost, proceeds))
        self._post(Post.CASH, Post.GAINS, np.maximum(proceeds - cost, 0))
        self._post(Post.LOSSES, Post.GOODS, np.maximum(cost - proceeds, 0))
        self._raise(prepaid, self.balance(Post.CASH), for_goods=False)
        self._post(Post.INSTALMENTS, Post.CASH, prepaid)

    def accrue(self, days: float, late: Floats | None = None) -> None:
        """Interest and storage of some days fall due, and are charged to members (eq. 12.11).

        Parameters
        ----------
        days : float, days
        late : (R,) array, USD
            Cost of the goods that members should have returned in kind.
        """
        owed, terms = self.balance(Post.LOAN), self.terms
        due = interest(owed, self.rate, days)
        stored = interest(total(self.goods), terms.storage, days)
        self.interest_due += due
        self._post(Post.INTEREST, Post.PAYABLES, due)
        self._post(Post.STORAGE, Post.PAYABLES, stored)
        if terms.charges:
            self._charge(Post.CARRYING, due + stored)
        if late is not None:
            self._charge(Post.LATE, interest(late, terms.late, days))
        self.since_tranche += days * (owed > 0)
        out = self.treasury.balances[Account.LOANS] + self.treasury.balances[Account.STAKES]
        self.treasury.post(Account.FUNDS, Account.TREASURY, interest(np.maximum(out, 0), self.public_rate, days))

    def bill(self, days: float) -> None:
        """Members pay what they were charged; what is due is paid; the loan is paid back (eq. 12.12).

        Parameters
        ----------
        days : float, days
            Since the last time.
        """
        self._post(Post.CASH, Post.RECEIVABLES, total(self.receivable))
        self.receivable[:] = 0
        due, pays = self.balance(Post.PAYABLES), self.interest_due.copy()
        self._raise(due, self.balance(Post.CASH), for_goods=False)
        self._post(Post.PAYABLES, Post.CASH, due)
        self.treasury.post(Account.TREASURY, Account.INTEREST, pays)
        self.interest_due[:] = 0
        self._amortise(days)
        self._pay_owners(days)
        self._pay_back(np.minimum(self.balance(Post.LOAN), self.spare))

    def default(self, gone: Bools) -> None:
        """Members (M, R) pay no more; what they committed to passes to the others (eq. 12.13)."""
        self._post(Post.BAD_DEBTS, Post.RECEIVABLES, total(self.receivable * gone))
        self._post(Post.INSTALMENTS, Post.FORFEITS, total(self.instalments * gone))
        before = self._committed()
        for held in (self.receivable, self.instalments, self.members):
            held[gone] = 0
        left = self._committed()
        self.members *= np.where(left > 0, before / np.maximum(left, TINY), 0)

    def net_cost(self, value: Floats, discount: Scalar) -> Floats:
        """(R,) USD: what the reserve has cost all who paid into it (eq. 12.14).

        Parameters
        ----------
        value : (R,) array, USD
            Of its goods, those on their way and those that will come back, at base prices.
        discount : float or (R,) array, share of 1
            At which all of it could be sold.
        """
        spent = [Post.GOODS, Post.UNDER_WAY, Post.INTEREST, Post.STORAGE, Post.TRADERS, Post.LOSSES]
        cost = np.add.reduce([self.balance(post) for post in spent]) - self.balance(Post.GAINS)
        return cost + total(self.lent) - value * (1 - np.asarray(discount))

    def impaired(self, value: Floats, discount: Scalar) -> Floats:
        """(R,) USD: of what the treasury has lent and holds, what it could not get back today (eq. 12.14).

        Members who pay for goods that lie there are bound to their cost; the rest is worth what it could be sold for.

        Parameters
        ----------
        value, discount
            As of `net_cost`.
        """
        bound = self._committed() * self.terms.charges
        cost = total(self.goods + self.way + self.lent)
        worth = bound * cost + (1 - bound) * np.minimum(value * (1 - np.asarray(discount)), cost)
        worth = worth + self.balance(Post.CASH) - total(self.lent - self.prepaid) - total(self.instalments)
        owed = self.balance(Post.LOAN)
        lost = np.minimum(np.maximum(owed - np.maximum(worth, 0), 0), owed)
        stake = self.balance(Post.CAPITAL) * self.terms.is_public
        return lost + np.minimum(np.maximum(stake - np.maximum(worth - owed, 0), 0), stake)

    def check(self, name: str) -> None:
        """Both books balance.

        Raises
        ------
        BrokenInvariant
            They do not.
        """
        self.books.check(name)
        self.treasury.check(f"the treasury behind {name}")

    def _amortise(self, days: float) -> None:
        """From the end of grace on, members pay for the goods that lie there what the loan is paid back with."""
        owed, years = self.balance(Post.LOAN), self.since_tranche / DAYS_A_YEAR
        left = np.maximum(self.terms.term - years, days / DAYS_A_YEAR)
        level = level_payment(owed, self.rate, left, days) * (days / DAYS_A_YEAR)
        asked = np.minimum(np.maximum(level - interest(owed, self.rate, days), 0), owed)
        asked *= years >= self.terms.grace
        paid = asked * self.members * self.terms.charges
        self.instalments += paid
        self._post(Post.CASH, Post.INSTALMENTS, total(paid))
        self._pay_back(np.minimum(asked, self.spare))

    def _pay_back(self, amount: Floats) -> None:
        """Pay the treasury back some of the loan."""
        self._post(Post.LOAN, Post.CASH, amount)
        self.treasury.post(Account.TREASURY, Account.LOANS, amount)

    def _use_instalments(self, cost: Floats) -> Floats:
        """(K, R) USD: of the cost of goods that leave, what members have paid already; it is theirs no longer."""
        share = share_of(total(self.instalments), total(self.goods))
        prepaid = cost * share
        left = 1 - share_of(total(prepaid), total(self.instalments))
        self.instalments *= left
        return prepaid

    def _parts(self) -> Floats:
        """(M, R), share of 1: each member's part of what has members."""
        return self.members / np.maximum(self._committed(), TINY)

    def _pay_owners(self, days: float) -> None:
        """Owners get what was earned, up to their cap."""
        earned = np.add.reduce([self.balance(post) for post in EARNS]) - np.add.reduce(
            [self.balance(post) for post in SPENDS]
        )
        most = interest(self.balance(Post.CAPITAL), self.terms.dividend, days)
        paid = np.minimum(np.minimum(most, np.maximum(earned, 0)), self.spare)
        self._post(Post.DIVIDENDS, Post.CASH, paid)
        if self.terms.is_public:
            self.treasury.post(Account.TREASURY, Account.RETURNS, paid)

    def _raise(self, amount: Floats, cash: Floats, *, for_goods: bool) -> None:
        """Get what cash does not do for: from owners and the loan in proportion, in the end from the treasury."""
        short = np.maximum(amount - cash, 0)
        capital, loan = self._undrawn(Post.CAPITAL), self._undrawn(Post.LOAN) * for_goods
        both = np.asarray(self.terms.capital) + np.asarray(self.terms.loan) * for_goods
        owners = np.minimum(short * (self.terms.capital / np.maximum(both, TINY)), capital)
        tranche = np.minimum(short - owners, loan)
        owners = np.minimum(short - tranche, capital)
        self._post(Post.CASH, Post.CAPITAL, owners)
        self._post(Post.CASH, Post.LOAN, tranche)
        self.treasury.post(Account.LOANS, Account.TREASURY, tranche)
        if self.terms.is_public:
            self.treasury.post(Account.STAKES, Account.TREASURY, owners)
        rest = np.where(short > capital + loan, short - owners - tranche, 0)
        self._post(Post.CASH, Post.SUPPORT, np.maximum(rest, 0))
        self.treasury.post(Account.GRANTS, Account.TREASURY, np.maximum(rest, 0))
        np.maximum(self.loan_peak, self.balance(Post.LOAN), out=self.loan_peak)

    def _undrawn(self, post: Post) -> Floats:
        limit = self.terms.loan if post is Post.LOAN else self.terms.capital
        return np.maximum(limit - self.balance(post), 0)

    def _charge(self, post: Post, amount: Floats) -> None:
        """Charge members, each by what he committed to."""
        each = self.members * amount
        self.receivable += each
        self._post(Post.RECEIVABLES, post, total(each))

    def _committed(self) -> Floats:
        """(R,), share of 1: what has members who pay."""
        return total(self.members)

    def _post(self, debit: Post, credit: Post, amount: Floats) -> None:
        self.books.post(debit, credit, amount)
