"""Trading houses of one replicate: where they buy, to whom they sell, what follows for prices (docs/model.md, 6, 8)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from math import exp, log

from tests.oracle.base import BaseYear
from tests.oracle.calendar import Tick
from tests.oracle.forms import Parameters, alpha, held, smooth
from tests.oracle.parts import Arc, Node

NOBODY = 1e-12  # t/day, added to use so that a place counts that uses nothing yet


class Trade:
    """All trading houses: one pool for each commodity."""

    def __init__(self, base: BaseYear, p: Parameters) -> None:
        self.base, self.p = base, p
        self.nodes_of: dict[str, list[Node]] = defaultdict(list)
        for n in base.nodes:
            self.nodes_of[n.name[0]].append(n)

    def settle(self, tick: Tick, alphas: Mapping[str, float]) -> None:
        """One tick of resale."""
        self.tick, self.learning = tick, alphas["expectation_time"]
        for nodes in self.nodes_of.values():
            self._look(nodes)
            if nodes[0].traded and self.p["resale_share"]:
                self._deal(nodes)

    # ---------------------------------------------------------------- what buyers offer

    def _look(self, nodes: list[Node]) -> None:
        """What the best buyers elsewhere pay, and how far it pays to buy here (eq. 6.5)."""
        p, buyers = self.p, [n for n in nodes if n.into]
        keen = p["resale_choice"]
        weights = self._weights(buyers)
        for n in nodes:
            n.duty = self._duty(n)
        bids = {d: w * exp(keen * (d.price - d.duty)) for d, w in weights.items()}
        self._share_out(bids, weights)
        for n in nodes:
            own = 1 - p["thin_market"]
            top = sum(bids.values()) - own * bids.get(n, 0.0)
            use = sum(weights.values()) - own * weights.get(n, 0.0)
            paid = log(top / use) / keen if buyers else 0.0
            paid -= log(1 + sum(a.leaving * a.destination.sold_to for a in n.out_of))
            gain = max(0, paid - n.price - p["resale_margin"])
            n.worth = (1 - exp(-gain / p["resale_spread"])) if n.traded else 0.0
            n.netback = paid + n.duty
            used = sum(u.use0 for d in buyers for u in d.users)
            alone = 1 - min(1, n.orders0 / used) if used else 1.0
            n.elsewhere = 1 - weights[n] / sum(weights.values()) if n in weights else alone
            if n.main and n in weights:  # all use counts
                n.elsewhere = weights[n] / (n.expected_use + NOBODY)

    def _weights(self, buyers: list[Node]) -> dict[Node, float]:
        """Use; where most is made it counts as no more than that of all others together (eq. 6.5)."""
        weights = {d: d.expected_use + NOBODY for d in buyers}
        for d in buyers:
            if d.main:
                others = max(sum(weights.values()) - weights[d], NOBODY)
                weights[d] = weights[d] * others / (weights[d] + others)
        return weights

    def _duty(self, d: Node) -> float:
        """Mean of what is charged here on what comes from abroad, ln (eq. 6.5)."""
        abroad = sum(a.share0 for a in d.from_abroad)
        return log(1 + sum(a.share0 * (a.tariff - a.leaving) for a in d.from_abroad) / abroad) if abroad else 0.0

    def _share_out(self, bids: dict[Node, float], weights: dict[Node, float]) -> None:
        """Who gets what is sold (eq. 6.7)."""
        least = exp(-self.p["resale_choice"] * self.p["resale_margin"])
        mean = sum(bids.values()) / sum(weights.values()) if weights else 1.0
        offers = {d: max(0, bids[d] / mean - weights[d] * least) for d in bids}
        for d, offer in offers.items():
            d.sold_to = offer / sum(offers.values()) if offer else 0.0

    # ---------------------------------------------------------------- what is bought and sent

    def _deal(self, nodes: list[Node]) -> None:
        """Buy, hold back what controls forbid, and send the rest (eqs 6.6, 6.8 and 6.9)."""
        p, h = self.p, self.tick.days
        pace, buyers = alpha(h / p["resale_time"]), [n for n in nodes if n.into]
        of_producers = {o: o.worth * o.set_up * pace * o.producer_stock for o in nodes if o.producers}
        of_users = {d: self._of_users(d, pace) for d in buyers}
        for o in nodes:
            for a in o.out_of:
                sells = o.main and o is not a.destination
                a.sought = of_producers[o] * a.destination.sold_to * (1 - a.expected_restriction) / h if sells else 0.0
            if o.main:
                of_producers[o] = 0.0
        pool = sum(of_producers.values()) + sum(of_users.values())
        got = {d: d.sold_to * pool for d in buyers}
        openness = {n: self._hold_back_producers(n, of_producers, got) for n in nodes}
        closed = self._hold_back_users(nodes, of_users, got)
        for n in nodes:
            self._take(n, of_producers.get(n, 0.0), of_users.get(n, 0.0), got.get(n, 0.0))
        for n in nodes:  # eq. 6.11
            alone = n.main or not n.into
            goal = n.worth * (openness[n] if alone else 1) * (1 - min(1, closed.get(n, 0.0)))
            n.set_up = smooth(n.set_up, goal, alpha(h / p["resale_setup"]))

    def _of_users(self, d: Node, pace: float) -> float:
        """What is bought of users, t (eq. 6.6)."""
        if d.main:
            return 0.0
        stock = sum(u.stock for u in d.users)
        ordered = min(d.landed, d.resold_by_users * self.tick.days)
        free = self.p["resale_share"] * (1 - d.bound) * (d.landed - ordered)
        spare = max(0, stock - d.target_stock) * pace
        return min(stock, d.worth * d.set_up * (ordered + free + spare))

    def _hold_back_producers(self, o: Node, of_producers: dict[Node, float], got: dict[Node, float]) -> float:
        """What may not leave stays with its producers; the share that may (eq. 6.8)."""
        shut = {a: a.destination.sold_to * (1 - passing(a)) for a in o.out_of if o.producers}
        for a, share in shut.items():
            got[a.destination] -= share * of_producers[o]
        if shut:
            of_producers[o] *= 1 - sum(shut.values())
        return 1 - sum(shut.values())

    def _hold_back_users(
        self, nodes: list[Node], of_users: dict[Node, float], got: dict[Node, float]
    ) -> dict[Node, float]:
        """Goods of a controlled origin are not sold on where that is forbidden; by place, their share (eq. 6.9)."""
        closed: dict[Node, float] = defaultdict(float)
        kept: dict[Node, float] = defaultdict(float)
        for o in nodes:
            forbidden = sum(a.traced * a.destination.sold_to for a in o.out_of)
            theirs = sum(a.share * of_users[a.destination] for a in o.out_of)
            for a in o.out_of:
                got[a.destination] -= a.traced * a.destination.sold_to * theirs
                kept[a.destination] += a.share * of_users[a.destination] * forbidden
                closed[a.destination] += a.share * forbidden
        for d, tonnes in kept.items():
            of_users[d] -= tonnes
        return closed

    def _take(self, n: Node, of_producers: float, of_users: float, got: float) -> None:
        """Goods leave stocks and go on their way, and people come to count on it (eq. 6.10)."""
        h, learning = self.tick.days, self.learning
        stock = sum(u.stock for u in n.users)
        for u in n.users:
            u.stock *= 1 - of_users / stock if stock else 1
        n.producer_stock = max(0, n.producer_stock - of_producers)
        n.bought, n.traded_goods = of_producers + of_users, n.traded_goods + max(0, got)
        if n.producers:
            n.expected_orders += learning * of_producers / h
        n.resold_by_producers = smooth(n.resold_by_producers, of_producers / h, learning)
        n.resold_by_users = smooth(n.resold_by_users, of_users / h, learning)
        n.resold_to = smooth(n.resold_to, max(0, got) / h, learning)

    # ---------------------------------------------------------------- prices

    def lean(self, n: Node, goal: float, wanted: float, sold_abroad: float) -> float:
        """Prices of one commodity lean to one another, give or take what trading houses take (eq. 8.7)."""
        if not n.traded or not self.p["resale_share"]:
            return goal
        trade = n.resold_by_users + n.resold_by_producers + n.resold_to
        part = (n.thin + self.p["look_ahead"] * trade) / wanted
        n.exposed = min(1, max(n.elsewhere * max(n.set_up, sold_abroad), part))
        apart, margin = goal - n.netback, self.p["resale_margin"]
        return goal - n.exposed * (apart - held(apart, -margin, margin))


def passing(a: Arc) -> float:
    """Share of goods that may go over an arc, as people see it (eq. 6.8)."""
    return (1 - a.expected_restriction) * (1 - a.restricted) * (1 - a.licensed)
