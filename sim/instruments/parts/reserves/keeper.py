"""Who keeps a reserve: buys, lets members draw, sells, and keeps the books, in a chunk of worlds (eq. 12.1 to 12.9)."""

from __future__ import annotations

from typing import final

import numpy as np

from sim.axes import TINY, Bools, Floats, Scalar, Sum, share_of, total
from sim.ensemble.clock import Tick
from sim.ensemble.mass import Kept
from sim.ensemble.state import State
from sim.finance.reserve_books import ReserveBooks
from sim.instruments.base import Setting
from sim.instruments.parts.reserves.charter import Charter
from sim.instruments.parts.reserves.members import Members
from sim.instruments.parts.reserves.reports import Reports
from sim.instruments.parts.reserves.rules import drawn_declaration, drawn_defaults, drawn_rules, drawn_terms
from sim.instruments.parts.reserves.store import Split, Store
from sim.market.forms import smooth, step_share
from sim.market.points import Controls, Holder

BILLING = 91  # days from one bill to the next


@final
class Keeper(Holder):
    """A reserve in a chunk of worlds.

    Attributes
    ----------
    store : Store
    members : Members
    declared : Declared
    books : ReserveBooks
    """

    def __init__(self, charter: Charter, setting: Setting) -> None:
        world, p = setting.world, setting.parameters
        self.charter, self.setting, self.world, self.p = charter, setting, world, p
        self.rows = charter.rows(world)
        self.goods = [world.nodes[d][0] for d in self.rows]
        self.base = world.node_price[self.rows]
        self.shape = (len(self.rows), setting.replicates)
        self.members = self._members()
        self.target = self._targets()
        self.value = total(self.target * self.base)
        parts = self.members.committed(self.target * self.base)
        terms = drawn_terms(charter, setting)
        self.books = ReserveBooks(terms, len(self.rows), parts, p["public_rate"], setting.replicates)
        held = self._held()
        self.store = Store(world, setting.controls, self.rows, held)
        self.rules, self.declared = drawn_rules(charter, setting), drawn_declaration(charter, setting, self.shape)
        self.leaves = drawn_defaults(charter, setting, self.members.names)  # from the first day of buying on
        self.price = np.repeat(self.base, setting.replicates, axis=1)
        self.purchased, self.drawn, self.coming, self.flow = (np.zeros(self.shape) for _ in range(4))
        self.reference: Floats | None = None  # (K, R) ln of the spot price there when it begins to buy
        self.had_members = total(self.books.members) > 0
        self.billed, self.has_committed = 0, False
        day = setting.clock.horizon.day
        self.since, self.known = day(charter.since), day(charter.announced or charter.since)
        places = self.store.places
        self.of_buyers = Sum(places.of_users, range(len(places.users)), 1.0, (len(self.rows), len(places.users)))
        abroad = world.arc_abroad[places.arcs[places.controlled]] > 0
        self.inward = places.controls[abroad]  # of the controlled arcs, those from abroad to where it buys
        self.reports = Reports(self, setting.worlds)

    @property
    def part(self) -> Floats:
        """(K, R), share of 1: its part in what is on its way."""
        return self.store.part

    @property
    def asked(self) -> Floats:
        """(K, R), share of 1: its part in what has been ordered of late."""
        return self.store.asked

    @property
    def kept(self) -> Kept:
        """What it holds, for the account of mass."""
        return Kept(tuple(self.goods), lambda: self.store.stock)

    def receive(self, arrived: Floats, coming: Floats) -> None:
        """What it paid for comes into the store; what members bring back is paid for (eq. 12.2 and 12.5)."""
        own = self.store.own.copy()
        landed = self.store.receive(arrived, coming)
        self.books.land(share_of(landed.own, own) * self.books.way)
        if landed.members.any():
            self.books.buy_back(self.members.bring_back(landed.members) * self.books.lent)

    def let_go(self, tick: Tick, state: State) -> None:
        """Members draw what they lack (eq. 12.4), the market is sold to (eq. 12.7)."""
        access = np.where(self.declared.holds, 1.0, self.rules.ordinary) * (tick.end > self.since)
        members, days = self.members, tick.days
        lack = members.lack(state, access, state.received[members.rows], days)
        drawn = members.draw(lack, self.most(days), days, self.charter.draws.time)
        gone = members.of_good(drawn)
        if drawn.any():
            self.books.draw(self._take(gone))
            members.owe(drawn, tick.end + self.rules.replenish)
            state.received[members.rows] += drawn
        if self.charter.sales is not None:
            dear = (self._dear(state) >= self.rules.sells_above) & (tick.end > self.since)
            sold = self.store.stock * (step_share(days, self.charter.sales.time) * dear)
            self.sell(sold, np.exp(state.price[self.rows]) * self.base)
            self._hand_out(state, sold)
            gone += sold
        smooth(self.flow, gone / days, step_share(days, self.p["output_expectation_time"]))

    def wanted(self, state: State, days: float) -> Floats:
        """(K, R) t: what members would draw in a tick with full access, beside what comes to them (eq. 12.15)."""
        lack = self.members.of_good(self.members.lack(state, np.ones(self.shape)))
        return np.maximum(lack - self.coming, 0) * step_share(days, self.charter.draws.time)

    def most(self, days: float) -> Floats:
        """(K, R) t: what can leave the store in a tick."""
        return self.store.stock * step_share(days, self.p["release_time"])

    def sell(self, tonnes: Floats, price: Floats) -> None:
        """Let goods go for good, (K, R) t, at prices in USD/t."""
        self.books.sell(self._take(tonnes), tonnes * price)

    def _hand_out(self, state: State, sold: Floats) -> None:
        """All users there get what is sold, (K, R) t, by what they need."""
        users, good = self.store.places.users, self.store.places.of_users
        need = state.expected_need[users]
        state.received[users] += need / np.maximum(self.of_buyers(need), TINY)[good] * sold[good]

    def _take(self, tonnes: Floats) -> Floats:
        """Take goods out of the store; (K, R) USD, their cost."""
        cost = share_of(tonnes, self.store.stock) * self.books.goods
        self.store.stock -= tonnes
        np.maximum(self.store.stock, 0, out=self.store.stock)
        self.drawn += tonnes
        return cost

    def spare(self, tick: Tick, cover: Floats) -> None:
        """Members hold less of their own as the reserve is full (eq. 12.9)."""
        given_up = self.rules.buffers
        if np.any(given_up) and tick.end > self.known:
            full = share_of(self.store.stock, self.target)
            cover[self.members.rows] *= 1 - given_up * self.members.share * full[self.members.good]

    def calm(self, state: State, alarm: Floats) -> None:
        """What it lets go is supply that no control can touch (eq. 12.8)."""
        ahead = np.maximum(state.expected_use[self.rows] * self.p["look_ahead"], TINY)
        alarm[self.rows] *= 1 - np.minimum(self.offer(state) / ahead, 1)

    def offer(self, state: State) -> Floats:  # noqa: ARG002  (a point's signature)
        """(K, R) t: what it lets go while prices look ahead, if it goes on as of late (eq. 12.8)."""
        return np.minimum(self.store.stock, self.flow * self.p["look_ahead"])

    def order(self, tick: Tick, state: State) -> Floats:
        """(K, R) t/day: what it buys (eq. 12.3), and what members bring back (eq. 12.5)."""
        store, members, quiet = self.store, self.members, ~self.declared.holds
        cap = self.charter.fill.market_share * self._made(state)
        back = np.minimum(members.ordered(tick, store.members) * quiet, cap)
        gap = np.maximum(self.target - store.stock - store.own - members.of_good(members.owed), 0)
        own = np.minimum(self.target / self.rules.fill_time, gap / tick.days)
        own *= quiet | (not self.charter.fill.pauses)
        own *= min(max(tick.end - self.since, 0) / tick.days, 1)
        own *= self._is_cheap(tick, state) & self._has_purpose()
        own = np.minimum(own, cap - back)
        self.price = np.exp(state.price[self.rows]) * self.base
        cost = total(own * self.price) * tick.days
        own *= share_of(self.books.room(), cost)
        store.ordered = Split(own, back)
        return own + back

    def _is_cheap(self, tick: Tick, state: State) -> Bools | bool:
        """(K, R): whether spot prices there are below the ceiling over those at which it began to buy."""
        if self.reference is None and tick.end > self.since:
            self.reference = state.price[self.rows]
        if self.reference is None:
            return True
        return np.asarray(state.price[self.rows] - self.reference <= self.rules.ceiling)

    def _has_purpose(self) -> Bools:
        """(R,): whether there is anybody left, where there were members, for whom it buys."""
        return ~self.had_members | (total(self.books.members) > 0)

    def _dear(self, state: State) -> Floats:
        """(K, R), ln of a ratio: how far spot prices there are above what is thought normal."""
        return state.price[self.rows] - state.anchor[self.rows]

    def _made(self, state: State) -> Floats:
        """(K, R) t/day: what its suppliers make, each by his share."""
        places = self.store.places
        return places.into(state.expected_output[self.world.arc_origin[places.arcs]] * state.share[places.arcs])

    def count(self, tick: Tick, state: State, controls: Controls) -> None:
        """What was sent is paid for, at the price at which it was ordered; what came back is refunded."""
        own = self.store.own.copy()
        memory = step_share(tick.days, self.p["expectation_time"])
        sent, back = self.store.count(state, controls, memory)
        if back.own.any():
            self.books.refund(share_of(back.own, own) * self.books.way)
        self.books.buy(sent.own * self.price)
        self.purchased += sent.own - back.own

    def ask_more(self, tick: Tick, passed: Floats) -> None:
        """Sellers ask more there for what it still has to buy (eq. 12.9)."""
        more = self.rules.sellers
        if np.any(more) and tick.end > self.known:
            missing = share_of(np.maximum(self.target - self.store.stock - self.store.own, 0), self.target)
            passed[self.rows] += np.log1p(more * missing * (self.books.room() > 1))

    def ration(self, tick: Tick, state: State, controls: Controls) -> None:  # noqa: ARG002  (a point's signature)
        """Of goods under licence, less is let out towards who is known to stock them (eq. 12.9)."""
        less = self.rules.licences
        if np.any(less) and tick.end > self.known:
            controls.block(self.inward, less * controls.licensed[self.inward])

    def close(self, tick: Tick, state: State) -> None:
        """At the end of a tick: money that falls due, members who default, what is declared."""
        days, members = tick.days, self.members
        if not self.has_committed and tick.end > self.since:
            self.books.commit(np.minimum(self.value, self.books.terms.budget))
            self.has_committed = True
        lends = self.books.lent.any()
        self.books.accrue(days, total(members.late(tick.end) * self.books.lent) if lends else None)
        self._lose_members(tick)
        if tick.end - self.billed >= BILLING or tick.end == self.setting.clock.horizon.days:
            self.books.bill(tick.end - self.billed)
            self.billed = tick.end
        places, controls = self.store.places, self.setting.controls
        barred = places.held_up(controls.barred[places.controls] * state.share[places.arcs[places.controlled]])
        if tick.end > self.known:
            self.declared.follow(days, barred, self._dear(state))
        members.postpone(self.declared.holds, days)
        self.reports.follow(tick)

    def _lose_members(self, tick: Tick) -> None:
        """Who defaults brings nothing back: the reserve takes over what he has on his way (eq. 12.13)."""
        gone = (self.leaves < tick.end) & (self.leaves >= tick.start)
        if not gone.any():
            return
        owed = self.members.of_good(self.members.owed)
        lost = self.members.leave(gone)
        self.books.default(gone)
        taken = self.store.members * lost
        freed = self.books.lent * lost
        self.books.keep(freed)
        self.books.buy(freed * share_of(taken, owed * lost), through_traders=False)
        self.purchased += taken
        self.store.own += taken
        self.store.members -= taken

    def net_cost(self) -> Floats:
        """(R,) USD (eq. 12.14)."""
        return self.books.net_cost(self._value(), self.p["reserve_discount"])

    def public_cost(self) -> Floats:
        """(R,) USD: what it cost the treasury, with what it could not get back today."""
        return self.books.treasury.cost + self.books.impaired(self._value(), self.p["reserve_discount"])

    def _value(self) -> Floats:
        """(R,) USD: what it has at base prices, once its books have been checked."""
        self.books.check(self.charter.name)
        tonnes = self.store.stock + self.store.own + self.members.of_good(self.members.owed)
        return total(tonnes * self.base)

    def _draw(self, path: str, value: object, unit: str = "1") -> Scalar:
        return self.charter.draw(self.setting, path, value, unit)  # type: ignore[arg-type]

    def _members(self) -> Members:
        meant, world = self.charter.members, self.world
        sectors = meant.sectors.among(sorted({sector for sector, _ in world.sectors}))
        share = self._draw("members.share", meant.share)
        return Members(world, self.rows, sectors, share, self.setting.replicates, with_makers=meant.makers)

    def _targets(self) -> Floats:
        """(K, R) t: what it is to hold (eq. 12.1)."""
        target, use = np.zeros(self.shape), self.members.use()
        for holding in self.charter.holdings:
            named = set(holding.commodities.among(self.world.commodities))
            rows = [k for k, good in enumerate(self.goods) if good in named]
            path = f"holdings.{holding.name}"
            if holding.tonnes is None:
                target[rows] += use[rows] * self._draw(f"{path}.cover", holding.cover, "days")
            else:
                target[rows] += self._draw(f"{path}.tonnes", holding.tonnes, "t")
        return target

    def _held(self) -> Floats:
        """(K, R) t: what it holds on the first day, as far as there is money for it at base prices."""
        held = self.target * self._draw("held", self.charter.held)
        held *= share_of(self.books.room(), total(held * self.base))
        self.books.open(held * self.base)
        return held
