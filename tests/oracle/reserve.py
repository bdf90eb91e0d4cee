"""Reserves: what they buy, released, get back and declare, and what others make of them (docs/model.md, section 12).

Not their money: budgets are so large that eq. 12.10 never binds, nobody leaves, and no reserve helps another.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import inf, log

from tests.oracle.base import BaseYear
from tests.oracle.calendar import Tick
from tests.oracle.control import Plain
from tests.oracle.forms import Parameters, alpha
from tests.oracle.licence import Licence
from tests.oracle.parts import Node, User
from tests.oracle.store import Member, Store

PRODUCERS = "producers"


class Reserve:
    """What it is to hold, for whom, and when it buys and releases; ``targets`` are tonnes or days, by commodity."""

    def __init__(self, plain: Plain, base: BaseYear, p: Parameters) -> None:
        self.plain, self.p, self.name = plain, p, plain["name"]
        self.members = {*plain["sectors"], *([PRODUCERS] if plain["producers"] else [])}
        goods = dict.fromkeys(commodity for commodity, _ in plain["targets"])
        self.stores = [self._store(base.node[commodity, plain["by"]]) for commodity in goods]

    def _store(self, node: Node) -> Store:
        """The store of one good, with all that is said of it (eq. 12.1)."""
        members = [Member(u, self.plain["share"]) for u in node.users if sector_of(u) in self.members]
        used = sum(member.share * member.user.use0 for member in members)
        sizes = [size for commodity, size in self.plain["targets"] if commodity == node.name[0]]
        target = sum(size.get("tonnes", 0) + size.get("days", 0) * used for size in sizes)
        return Store(self.name, node, members, target, self.plain["held"])

    def let_go(self, tick: Tick) -> None:
        """Members draw, then it sells where prices are high (eqs 12.4, 12.7)."""
        plain, sales = self.plain, self.plain["sales"]
        wanting, flowing = alpha(tick.days / plain["draw_time"]), alpha(tick.days / self.p["release_time"])
        for store in self.stores if plain["since"] < tick.end else []:
            access = 1 if store.declared else plain["ordinary"]
            store.draw(access, tick.days, wanting, flowing, tick.end + plain["replenish"])
            if sales is not None and store.dear >= log(sales["above"]):
                store.sell(alpha(tick.days / sales["time"]))
        for store in self.stores:
            store.learn(tick.days, alpha(tick.days / self.p["output_expectation_time"]))

    def order(self, tick: Tick) -> None:
        """Buy what is missing, and let members return in kind what they owe (eqs 12.3, 12.5)."""
        plain = self.plain
        buying = tick.covered(plain["since"], inf) / tick.days
        for store in self.stores:
            missing = max(0, store.target - store.stock - store.own - store.owed)
            own = min(store.target / plain["fill_time"], missing / tick.days) * buying
            waits = store.declared and plain["pauses"]
            if store.reference is None and buying:
                store.reference = store.node.price
            risen = store.node.price - (store.reference or 0)
            waits |= plain["ceiling"] is not None and risen > log(plain["ceiling"])
            most = plain["market_share"] * sum(a.share * a.origin.expected_net for a in store.node.into)
            store.order(0.0 if waits else own, store.brought_back(tick), most)

    def declare(self, tick: Tick) -> None:
        """Look whether there is a disruption, at the end of a tick (eq. 12.6)."""
        rule = self.plain["declared"]
        for store in self.stores if self.plain["announced"] < tick.end else []:
            expected_restriction = sum(a.share * a.expected_restriction for a in store.node.into)
            looks_so = expected_restriction >= rule["restriction"] or store.dear >= log(rule["price"])
            store.look(looks_so, tick.days, rule["after"], rule["over"])


def sector_of(u: User) -> str:
    """The sector that a user is, or that it is plants."""
    return u.name[2] if len(u.name) > 2 else PRODUCERS


class Reserves:
    """All reserves of a world, in the order of their names, and what the market sees of them."""

    def __init__(self, reserves: list[Reserve], base: BaseYear, p: Parameters) -> None:
        self.reserves, self.p = reserves, p
        self.stores = [store for reserve in reserves for store in reserve.stores]
        self.nodes = [n for n in base.nodes if any(store.node is n for store in self.stores)]

    def _known(self, tick: Tick) -> list[Reserve]:
        """Those that others know of: announced before the end of the tick."""
        return [reserve for reserve in self.reserves if reserve.plain["announced"] < tick.end]

    def land(self, tick: Tick) -> None:
        """Take their part of what lands; users get the rest, and what reserves released (eq. 1.4)."""
        for n in self.nodes:
            theirs = n.reserved * min(1, sum(a.landed for a in n.into) / n.landed) if n.landed else 0.0
            n.landed *= 1 - theirs
            for u in n.users:
                u.received *= 1 - theirs
        for store in self.stores:
            store.land()
        for reserve in self.reserves:
            reserve.let_go(tick)

    def expect(self, tick: Tick) -> None:
        """What users make of what lies there: less alarm, and less of a stock of their own (eqs 12.8, 12.9)."""
        far = self.p["look_ahead"]
        for n in self.nodes:
            n.alarmed = 1.0
            for u in n.users:
                u.kept = 1.0
        for store in self.stores:
            store.node.alarmed *= 1 - min(1, store.lets_go(far) / (far * store.node.expected_use))
        for reserve in self._known(tick):
            for store in reserve.stores:
                for member in store.members:
                    member.user.kept *= 1 - reserve.plain["buffers"] * member.share * store.fullness

    def order(self, tick: Tick) -> None:
        """Order, beside users (eqs 6.2, 12.3)."""
        for n in self.nodes:
            n.reserve_orders = 0.0
        for reserve in self.reserves:
            reserve.order(tick)
        for store in self.stores:
            store.node.reserve_orders += store.own_order + store.back_order
        for store in self.stores:
            store.remember(alpha(tick.days / self.p["expectation_time"]))

    def ration(self, tick: Tick, licences: Iterable[Licence]) -> None:
        """Some of what is under licence is not let out to where there is a reserve (eq. 12.9)."""
        withheld: dict[Node, float] = {}
        for reserve in self._known(tick):
            for store in reserve.stores:
                withheld[store.node] = max(withheld.get(store.node, 0.0), reserve.plain["licences"])
        for licence in licences:
            for a in licence.arcs:
                a.restricted = max(a.restricted, withheld.get(a.destination, 0.0) * licence.needing(tick))

    def cross_border(self) -> None:
        """What of all that is on its way is theirs (eq. 12.2)."""
        for store in self.stores:
            store.cross_border()
        for n in self.nodes:
            n.reserved = sum(store.part for store in self.stores if store.node is n)

    def ask_more(self, tick: Tick) -> None:
        """Sellers raise prices for what a reserve has still to buy (eq. 12.9)."""
        for reserve in self._known(tick):
            for store in reserve.stores:
                store.node.discount += log(1 + reserve.plain["sellers"] * store.missing)

    def look_ahead(self) -> None:
        """What there is less and more of in prospect (eq. 8.8)."""
        far = self.p["look_ahead"]
        for n in self.nodes:
            n.reserves_ahead = 0.0
        for store in self.stores:
            n = store.node
            coming = sum(a.under_way + a.backlog * (1 - a.expected_restriction) for a in n.into)
            hoped = sum(a.hoped * (far if a.origin is n else a.in_time) for a in n.into)
            n.reserves_ahead += store.lets_go(far) - store.part * coming - store.of_late * hoped

    def declare(self, tick: Tick) -> None:
        """Look whether there is a disruption."""
        for reserve in self.reserves:
            reserve.declare(tick)
