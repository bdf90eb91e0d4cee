"""One good of a reserve: what lies there, is on its way, is owed and is declared (docs/model.md, eqs 12.1 to 12.8)."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from tests.oracle.calendar import Tick
from tests.oracle.forms import smooth
from tests.oracle.parts import Node, User


@dataclass(eq=False, slots=True)
class Member:
    """Who may draw: the firms of a sector that are members, or plants that work for them."""

    user: User
    share: float  # μ
    owed: float = 0.0
    due: float = inf  # day

    def lacks(self, access: float, days: int) -> float:
        """What is short of the cover up to which he may draw and of the tick's use, t (eq. 12.4)."""
        u = self.user
        return self.share * max(0, access * (u.cover + days) * u.expected_use - u.stock - u.received)


class Store:
    """One good of a reserve: what lies in the store, what is on its way, and who owes of it."""

    def __init__(self, reserve: str, node: Node, members: list[Member], target: float, held: float) -> None:
        self.name, self.node, self.members = (reserve, node.name[0]), node, members
        self.target, self.stock = target, held * target
        self.own, self.back = 0.0, 0.0  # C, on its way: bought, and returned in kind by members
        self.part = 0.0  # φ, of all that is on its way or waits
        self.own_order, self.back_order = 0.0, 0.0  # t/day
        self.late_order, self.late_orders = 0.0, sum(u.use0 for u in node.users)  # of late: its own, and of all
        self.gone, self.flow = 0.0, 0.0  # released in this tick, t; Q, of late, t/day (eq. 12.8)
        self.reference: float | None = None  # ln of the price when it begins to buy
        self.declared, self.turning = False, 0  # days for which it has looked otherwise
        self.bought, self.let_go, self.sold, self.returned, self.declared_days = 0.0, 0.0, 0.0, 0.0, 0  # so far

    @property
    def owed(self) -> float:
        """What all members owe."""
        return sum(member.owed for member in self.members)

    @property
    def dear(self) -> float:
        """Spot price over the reference price, ln."""
        return self.node.price - self.node.reference_price

    @property
    def of_late(self) -> float:
        """ψ, its part of orders of late (eq. 12.2)."""
        return self.late_order / self.late_orders

    @property
    def missing(self) -> float:
        """What it has still to buy, share of its target (eq. 12.9)."""
        return max(0, 1 - (self.stock + self.own) / self.target) if self.target else 0

    @property
    def fullness(self) -> float:
        """What it holds of its target, at most 1 (eq. 12.9)."""
        return min(1, self.stock / self.target)

    @property
    def everybodys_orders(self) -> float:
        """What users, reserves and trading houses order for its place."""
        return self.node.all_orders + sum(a.sought for a in self.node.into)

    def lets_go(self, look_ahead: float) -> float:
        """What users expect to get of it, t: as much as of late (eq. 12.8)."""
        return min(self.stock, look_ahead * self.flow)

    def learn(self, days: int, learning: float) -> None:
        """Remember what it has let go of late (eq. 12.8)."""
        self.flow = smooth(self.flow, self.gone / days, learning)
        self.gone = 0.0

    def land(self) -> None:
        """Take its part of what lands, and what comes back off what is owed (eqs 12.2, 12.5)."""
        landed = self.part * sum(a.landed for a in self.node.into)
        self.stock += landed
        back = self._shrink(landed)
        self.returned += back
        owed = self.owed
        for member in self.members:
            member.owed -= member.owed * min(1, back / owed) if owed else 0

    def _shrink(self, tonnes: float) -> float:
        """Less is on its way, of both parts in proportion; how much less members return in kind."""
        coming = self.own + self.back
        if not coming:
            return 0.0
        own, back = tonnes * self.own / coming, tonnes * self.back / coming
        self.own -= own
        self.back -= back
        return back

    def draw(self, access: float, days: int, wanting: float, flowing: float, due: float) -> None:
        """Members draw a share of what they lack, no more than flows out of the store (eqs 12.4, 12.5)."""
        wanted = [member.lacks(access, days) * wanting for member in self.members]
        served = min(1, self.stock * flowing / sum(wanted)) if any(wanted) else 0
        for member, tonnes in zip(self.members, wanted, strict=True):
            drawn = tonnes * served
            if drawn:
                before = member.owed * member.due if member.owed else 0
                member.due = (before + drawn * due) / (member.owed + drawn)
            member.owed += drawn
            member.user.received += drawn
        self._leave(served * sum(wanted))

    def sell(self, flowing: float) -> None:
        """Let some of what lies there go to all users, by expected need (eq. 12.7)."""
        sold = self.stock * flowing
        for u in self.node.users:
            u.received += sold * u.expected_use / self.node.expected_use
        self.sold += sold
        self._leave(sold)

    def _leave(self, tonnes: float) -> None:
        self.stock -= tonnes
        self.let_go += tonnes
        self.gone += tonnes

    def brought_back(self, tick: Tick) -> float:
        """What members order to return in kind what they owe by its day, t/day (eq. 12.5)."""
        owed = self.owed
        if self.declared or not owed:
            return 0.0
        pace = sum(member.owed / max(member.due - tick.start, tick.days) for member in self.members)
        return pace * max(0, 1 - self.back / owed)

    def order(self, own: float, back: float, most: float) -> None:
        """Order no more than a share of what is made for the place; members come first (eq. 12.3)."""
        self.back_order = min(back, most)
        self.own_order = min(own, most - self.back_order)

    def remember(self, learning: float) -> None:
        """What it and all have ordered of late (eq. 12.2)."""
        self.late_order = smooth(self.late_order, self.own_order + self.back_order, learning)
        self.late_orders = smooth(self.late_orders, self.everybodys_orders, learning)

    def cross_border(self) -> None:
        """Lose its part of what is refused, gain its part of what was sent; what is its own of all then (eq. 12.2)."""
        refused = self.part * sum(a.denied for a in self.node.into)
        self.bought -= refused - self._shrink(refused)
        ordered = self.everybodys_orders
        each = sum(a.shipped for a in self.node.into) / ordered if ordered else 0
        self.own += each * self.own_order
        self.back += each * self.back_order
        self.bought += each * self.own_order
        everything = sum(a.under_way + a.backlog for a in self.node.into)
        self.part = min(1, (self.own + self.back) / everything)

    def look(self, looks_so: bool, days: int, after: float, over: float) -> None:
        """Declare what has looked so for a while, or end it; while it lasts nothing falls due (eqs 12.5, 12.6)."""
        self.turning = self.turning + days if looks_so != self.declared else 0
        if looks_so != self.declared and self.turning >= (over if self.declared else after):
            self.declared, self.turning = looks_so, 0
        if self.declared:
            self.declared_days += days
            for member in self.members:
                member.due += days
