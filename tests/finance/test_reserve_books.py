"""P3 for a reserve: whatever happens in any order, books balance, and by hand (docs/model.md, eq. 12.10 to 12.14)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from sim.axes import Floats
from sim.errors import BrokenInvariant
from sim.finance.ledger import Account
from sim.finance.loans import level_payment
from sim.finance.reserve_books import ReserveBooks
from sim.finance.reserve_posts import Post, Terms

TERMS = Terms(
    budget=1000.0, loan=600.0, capital=200.0, rate=0.05, term=10.0, grace=2.0, dividend=0.08, fee=0.02, late=0.1,
    storage=0.01, traders=0.03, is_public=False, charges=True,
)  # fmt: skip
GOODS, MEMBERS, REPLICATES = 2, 3, 2
PARTS = np.array([[0.5], [0.3], [0.2]])
PUBLIC_RATE = 0.02
SHARES = st.lists(st.floats(0, 1), min_size=GOODS * REPLICATES, max_size=GOODS * REPLICATES)
PUT_IN = (Post.CAPITAL, Post.FEES, Post.CARRYING, Post.LATE, Post.INSTALMENTS, Post.FORFEITS, Post.SUPPORT)


def books(**changes: object) -> ReserveBooks:
    """Those of a reserve of two goods and three members, in two replicates."""
    return ReserveBooks(replace(TERMS, **changes), GOODS, PARTS, PUBLIC_RATE, REPLICATES)  # type: ignore[arg-type]


def filled(**changes: object) -> ReserveBooks:
    """The same with goods of 300 and of 100 in store, bought through traders."""
    reserve = books(**changes)
    reserve.buy(by_good(300, 100))
    reserve.land(by_good(300, 100))
    return reserve


def by_good(*amounts: float) -> Floats:
    """(K, R): the same in both replicates."""
    return np.repeat(np.array([amounts]).T, REPLICATES, axis=1)


class AnyOrder(RuleBasedStateMachine):
    """Commit, buy, land, send back, draw, return in kind, sell, default, pay bills: whenever, and of any size."""

    def __init__(self) -> None:
        super().__init__()
        self.books = books()

    @staticmethod
    def total(amounts: Floats) -> Floats:
        """(R,): of all goods."""
        return np.add.reduce(amounts)

    @staticmethod
    def part(shares: list[float], amounts: Floats) -> Floats:
        """(K, R): some share of each amount."""
        return np.array(shares).reshape(GOODS, REPLICATES) * amounts

    def moved(self, before: dict[Post, Floats]) -> dict[Post, Floats]:
        """What each account has gained since."""
        return {post: self.books.balance(post) - before[post] for post in Post}

    def balances(self) -> dict[Post, Floats]:
        """All accounts as they stand."""
        return {post: self.books.balance(post).copy() for post in Post}

    @rule(value=st.floats(0, 500))
    def commit(self, value: float) -> None:
        """Members pay a fee of what they commit to."""
        before = self.balances()
        self.books.commit(np.full(REPLICATES, value))
        gained = self.moved(before)
        assert gained[Post.CASH] == pytest.approx(gained[Post.FEES])

    @rule(shares=SHARES)
    def buy(self, shares: list[float]) -> None:
        """No more than there is room for."""
        room = self.books.room()
        cost = self.part(shares, np.repeat(room[None] / GOODS, GOODS, axis=0))
        before = self.balances()
        self.books.buy(cost)
        gained = self.moved(before)
        assert gained[Post.SUPPORT] == pytest.approx(0, abs=1e-9)
        assert gained[Post.UNDER_WAY] == pytest.approx(self.total(cost))

    @rule(shares=SHARES)
    def land(self, shares: list[float]) -> None:
        """What is on its way comes in."""
        self.books.land(self.part(shares, self.books.way))

    @rule(shares=SHARES)
    def refund(self, shares: list[float]) -> None:
        """What is on its way goes back."""
        self.books.refund(self.part(shares, self.books.way))

    @rule(shares=SHARES)
    def draw(self, shares: list[float]) -> None:
        """Members take goods and pay what they cost."""
        before = self.balances()
        self.books.draw(self.part(shares, self.books.goods))
        gained = self.moved(before)
        assert gained[Post.CASH] - gained[Post.INSTALMENTS] == pytest.approx(-gained[Post.GOODS], abs=1e-6)

    @rule(shares=SHARES)
    def replenish(self, shares: list[float]) -> None:
        """They bring goods back and get what they paid."""
        self.books.buy_back(self.part(shares, self.books.lent))

    @rule(shares=SHARES, price=st.floats(0, 3))
    def sell(self, shares: list[float], price: float) -> None:
        """At a price over or below what the goods cost."""
        cost = self.part(shares, self.books.goods)
        self.books.sell(cost, cost * price)

    @rule(days=st.integers(1, 100), late=st.floats(0, 300))
    def wait(self, days: int, late: float) -> None:
        """Interest, storage, charges."""
        self.books.accrue(days, np.full(REPLICATES, late))

    @rule(days=st.integers(1, 400))
    def bill(self, days: int) -> None:
        """All that is due is paid."""
        self.books.bill(days)
        assert self.books.balance(Post.PAYABLES) == pytest.approx(0, abs=1e-9)
        assert self.books.balance(Post.RECEIVABLES) == pytest.approx(0, abs=1e-9)

    @rule(member=st.integers(0, MEMBERS - 1), world=st.integers(0, REPLICATES - 1), share=SHARES)
    def default(self, member: int, world: int, share: list[float]) -> None:
        """One member in one replicate pays no more; some of what was lent does not come back."""
        gone = np.zeros((MEMBERS, REPLICATES), bool)
        gone[member, world] = True
        self.books.default(gone)
        self.books.keep(self.part(share, self.books.lent))

    @invariant()
    def both_books_balance(self) -> None:
        """To 1e-9 of the turnover."""
        self.books.check("the reserve")

    @invariant()
    def nothing_is_below_zero(self) -> None:
        """No cash from nowhere, no goods that are not there."""
        for post in (Post.CASH, Post.GOODS, Post.UNDER_WAY, Post.RECEIVABLES, Post.LOAN, Post.PAYABLES, Post.CAPITAL):
            assert (self.books.balance(post) >= -1e-6).all(), post
        for amounts in (self.books.goods, self.books.way, self.books.lent, self.books.instalments):
            assert (amounts >= -1e-6).all()

    @invariant()
    def the_limits_hold(self) -> None:
        """Of the loan, and of what owners pay in."""
        assert (self.books.balance(Post.LOAN) <= TERMS.loan * (1 + 1e-12)).all()
        assert (self.books.balance(Post.CAPITAL) <= TERMS.capital * (1 + 1e-12)).all()
        assert (self.books.loan_peak >= self.books.balance(Post.LOAN) - 1e-9).all()

    @invariant()
    def accounts_agree_with_what_they_are_made_of(self) -> None:
        """Goods by good, charges and instalments by member, the loan with the treasury."""
        pairs = (
            (Post.GOODS, self.books.goods), (Post.UNDER_WAY, self.books.way),
            (Post.RECEIVABLES, self.books.receivable), (Post.INSTALMENTS, self.books.instalments),
        )  # fmt: skip
        for post, parts in pairs:
            assert self.books.balance(post) == pytest.approx(self.total(parts), rel=1e-9, abs=1e-6), post
        assert self.books.balance(Post.LOAN) == pytest.approx(self.books.treasury.balances[Account.LOANS], abs=1e-6)

    @invariant()
    def net_cost_is_what_was_put_in_and_is_not_in_hand(self) -> None:
        """Put in − returned and in hand + owed − goods: the other side of the same books (eq. 12.14)."""
        balance, value = self.books.balance, np.full(REPLICATES, 123.0)
        put_in = self.total(np.array([balance(post) for post in PUT_IN]))
        put_in -= balance(Post.RECEIVABLES) + balance(Post.BAD_DEBTS)
        returned = balance(Post.DIVIDENDS) + balance(Post.CASH) - self.total(self.books.lent)
        owed = balance(Post.LOAN) + balance(Post.PAYABLES)
        assert self.books.net_cost(value, 0.1) == pytest.approx(put_in - returned + owed - 0.9 * value, abs=1e-5)


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(max_examples=60, stateful_step_count=40, deadline=None, derandomize=True)


def test_worked_purchase() -> None:
    """400 of goods and 12 of fees: 103 from owners and 309 of the loan, a quarter and three quarters."""
    reserve = books()
    reserve.buy(by_good(300, 100))
    assert reserve.balance(Post.CAPITAL) == pytest.approx(103)
    assert reserve.balance(Post.LOAN) == pytest.approx(309)
    assert reserve.balance(Post.CASH) == pytest.approx(0)
    assert reserve.room() == pytest.approx((97 + 291) / 1.03)
    reserve.land(by_good(300, 100))
    reserve.refund(by_good(0, 0))
    assert reserve.balance(Post.GOODS) == pytest.approx(400)


def test_worked_interest_and_storage() -> None:
    """73 days of 309 at 5 % are 3.09; of goods of 400 at 1 % 0.80. Members owe both, by what they committed to."""
    reserve = filled()
    reserve.accrue(73, late=np.full(REPLICATES, 50.0))
    assert reserve.balance(Post.INTEREST) == pytest.approx(3.09)
    assert reserve.balance(Post.STORAGE) == pytest.approx(0.80)
    assert reserve.balance(Post.LATE) == pytest.approx(1.0)  # 50 at a tenth a year
    assert reserve.receivable[:, 0] == pytest.approx([0.5 * 4.89, 0.3 * 4.89, 0.2 * 4.89])
    assert reserve.treasury.cost == pytest.approx(309 * 0.02 / 5)  # what the money costs the treasury
    reserve.bill(73)
    assert reserve.treasury.cost == pytest.approx(309 * 0.02 / 5 - 3.09)
    assert reserve.balance(Post.DIVIDENDS) == pytest.approx(0)  # fees of traders ate what was charged for late goods


def test_worked_amortisation() -> None:
    """After two years of grace, what is left is paid back evenly over the eight years that remain."""
    reserve = filled()
    owed = reserve.balance(Post.LOAN).copy()
    for _ in range(2):
        reserve.accrue(364.9)
        reserve.bill(364.9)
    assert reserve.balance(Post.LOAN) == pytest.approx(owed)  # a day before it ends
    reserve.accrue(365)
    reserve.bill(365)
    level = level_payment(owed, 0.05, 10 - 1094.8 / 365, 365)
    first = level - owed * 0.05
    assert reserve.balance(Post.LOAN) == pytest.approx(owed - first)
    assert reserve.balance(Post.INSTALMENTS) == pytest.approx(first)
    for _ in range(8):
        reserve.accrue(365)
        reserve.bill(365)
    assert reserve.balance(Post.LOAN) == pytest.approx(0, abs=1e-6)
    assert reserve.balance(Post.INSTALMENTS) == pytest.approx(owed)
    assert reserve.treasury.balances[Account.LOANS] == pytest.approx(0, abs=1e-6)


def test_worked_draw_and_buy_back() -> None:
    """Half of a good of 300 is drawn for 150, which is kept for the day it comes back, at the same price."""
    reserve = filled()
    reserve.draw(by_good(150, 0))
    assert reserve.balance(Post.CASH) == pytest.approx(150)
    assert reserve.spare == pytest.approx(0)
    reserve.buy_back(by_good(150, 0))
    assert reserve.balance(Post.CASH) == pytest.approx(0)
    assert reserve.goods[:, 0] == pytest.approx([300, 100])


def test_worked_default() -> None:
    """Who committed to half pays no more: 2 of charges are lost, his part passes to the others as three to two."""
    reserve = books()
    reserve.receivable[0] = 2.0
    reserve.books.post(Post.RECEIVABLES, Post.CARRYING, np.full(REPLICATES, 2.0))
    gone = np.zeros((MEMBERS, REPLICATES), bool)
    gone[0] = True
    reserve.default(gone)
    assert reserve.balance(Post.BAD_DEBTS) == pytest.approx(2)
    assert reserve.members[:, 0] == pytest.approx([0, 0.6, 0.4])
    reserve.default(~gone)
    assert reserve.members[:, 0] == pytest.approx([0, 0, 0])


def test_instalments_are_used_up_by_draws_and_stand_again() -> None:
    """Half of the goods of 400 is paid in advance: a draw of 100 costs 50 in cash, and 50 come back with the goods."""
    reserve = filled()
    reserve.instalments += 200 * PARTS
    reserve.books.post(Post.CASH, Post.INSTALMENTS, np.full(REPLICATES, 200.0))
    reserve.draw(by_good(100, 0))
    assert reserve.balance(Post.CASH) == pytest.approx(250)
    assert reserve.balance(Post.INSTALMENTS) == pytest.approx(150)
    reserve.buy_back(by_good(100, 0))
    assert reserve.balance(Post.CASH) == pytest.approx(200)
    assert reserve.balance(Post.INSTALMENTS) == pytest.approx(200)
    reserve.sell(by_good(100, 0), by_good(100, 0))
    assert reserve.balance(Post.CASH) == pytest.approx(250)  # half of what they were sold for was the members'
    assert reserve.instalments[:, 0] == pytest.approx([75, 45, 30])


def test_spare_cash_pays_the_loan_back() -> None:
    """All goods are sold for what they cost: the loan is gone with the next bill, and interest with it."""
    reserve = filled()
    reserve.sell(by_good(300, 100), by_good(300, 100))
    reserve.bill(91)
    assert reserve.balance(Post.LOAN) == pytest.approx(0)
    assert reserve.loan_peak == pytest.approx(309)


def test_what_the_treasury_could_not_get_back_is_a_cost() -> None:
    """Of capital of 103 and a loan of 309 for goods of 400: sold at half, nothing of the one and 200 of the other."""
    public = filled(is_public=True, charges=False)
    assert public.impaired(np.full(REPLICATES, 400.0), 0.5) == pytest.approx(103 + 109)
    assert public.impaired(np.full(REPLICATES, 1000.0), 0.0) == pytest.approx(12)  # fees of traders
    bound = filled()
    assert bound.impaired(np.full(REPLICATES, 400.0), 0.5) == pytest.approx(0)  # members are bound to what it cost


def test_cash_is_never_below_zero() -> None:
    """Where nobody pays what is due, owners do, and then the treasury."""
    reserve = filled(charges=False, capital=40.0)
    reserve.accrue(365)
    due = reserve.balance(Post.PAYABLES).copy()
    left = 40.0 - reserve.balance(Post.CAPITAL)
    reserve.bill(365)
    assert reserve.balance(Post.CASH) == pytest.approx(0, abs=1e-9)
    assert (left < due).all()
    assert reserve.balance(Post.SUPPORT) == pytest.approx(due - left)
    assert reserve.treasury.balances[Account.GRANTS] == pytest.approx(due - left)


def test_owners_get_what_was_earned_up_to_their_cap() -> None:
    """50 of gains: a tenth of a year of 8 % on 103."""
    reserve = filled()
    reserve.sell(by_good(100, 0), by_good(150, 0))
    reserve.bill(36.5)
    assert reserve.balance(Post.GAINS) == pytest.approx(50)
    assert reserve.balance(Post.DIVIDENDS) == pytest.approx(0.824)


def test_who_tampers_is_found() -> None:
    """A dollar of cash that nobody paid."""
    reserve = books()
    reserve.buy(by_good(300, 100))
    reserve.books.balances[Post.CASH] += 1
    with pytest.raises(BrokenInvariant, match="the books of mine do not balance"):
        reserve.check("mine")
