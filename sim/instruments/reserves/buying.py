"""How a reserve buys, and what others make of it (docs/model.md, eq. 12.2, 12.3, 12.5, 12.8 and 12.9)."""

from __future__ import annotations

from typing import final

import numpy as np

from sim.axes import Bools, Floats, at_least, share_of, total
from sim.instruments.reserves.inventory import Inventory
from sim.instruments.reserves.stock import Split
from sim.market.forms import step_share
from sim.market.hooks import Moment
from sim.market.state import State


@final
class Buying:
    """What a reserve orders, takes in and pays for."""

    def __init__(self, inventory: Inventory) -> None:
        self.inventory, setting = inventory, inventory.setting
        world, places, look_ahead = setting.world, inventory.places, setting.parameters["look_ahead"]
        self.memory, self.origin = setting.parameters["expectation_time"], world.arcs.origin[places.arcs]
        self.price = np.repeat(inventory.base, setting.replicates, axis=1)  # at which it has ordered, USD/t
        self.reference: Floats | None = None  # (K, R) ln of the spot price there when it begins to buy
        self.had_members = total(inventory.books.members) > 0
        abroad = world.arcs.abroad[places.arcs] > 0
        transit = np.where(abroad, world.arcs.transit[places.arcs], 0)[:, None]
        self.ahead = at_least(look_ahead - transit, 0)  # days of what is ordered that arrive in the look-ahead
        self.inward = places.controls[abroad[places.controlled]]  # of the controlled arcs, those from abroad

    def receive(self, moment: Moment) -> None:
        """What it paid for comes into the stock; what members return in kind is paid for (eq. 12.2 and 12.5)."""
        inventory, way, rows = self.inventory, moment.under_way, self.inventory.places.rows
        stock, books = inventory.stock, inventory.books
        own = stock.own.copy()
        landed = stock.receive(way.arrived[rows] * stock.part, way.coming[rows])
        books.land(share_of(landed.own, own) * books.way)
        if landed.members.any():
            books.buy_back(inventory.members.bring_back(landed.members) * books.lent)

    def order(self, moment: Moment) -> None:
        """Order what it buys (eq. 12.3), and what members return in kind (eq. 12.5)."""
        inventory, tick, state = self.inventory, moment.tick, moment.state
        stock, members, quiet = inventory.stock, inventory.members, ~inventory.declared.holds
        fill, target = inventory.charter.fill, inventory.target
        cap = fill.market_share * self._made(state)
        back = np.minimum(members.ordered(tick, stock.members) * quiet, cap)
        gap = at_least(target - stock.tonnes - stock.own - members.of_good(members.owed), 0)
        own = np.minimum(target / inventory.rules.fill_time, gap / tick.days)
        own *= quiet | (not fill.pauses)
        own *= min(max(tick.end - inventory.since, 0) / tick.days, 1)
        own *= self._is_cheap(moment) & self._has_purpose()
        own = np.minimum(own, cap - back)
        self.price = inventory.value_of(state)
        own *= share_of(inventory.books.room(), total(own * self.price) * tick.days)
        stock.ordered = Split(own, back)
        moment.proposals.orders[inventory.places.rows] += own + back

    def _is_cheap(self, moment: Moment) -> Bools | bool:
        """(K, R): whether spot prices there are below the ceiling over those at which it began to buy."""
        spot = moment.state.price[self.inventory.places.rows]
        if self.reference is None and moment.tick.end > self.inventory.since:
            self.reference = spot
        if self.reference is None:
            return True
        return np.asarray(spot - self.reference <= self.inventory.rules.ceiling)

    def _has_purpose(self) -> Bools:
        """(R,): whether there is anybody left, where there were members, for whom it buys."""
        return ~self.had_members | (total(self.inventory.books.members) > 0)

    def _made(self, state: State) -> Floats:
        """(K, R) t/day: what its suppliers make, each by his share."""
        places = self.inventory.places
        return places.into(state.expected_output[self.origin] * state.share[places.arcs])

    def count(self, moment: Moment) -> None:
        """What was sent is paid for, at the price at which it was ordered; what came back is refunded."""
        inventory, stock, books = self.inventory, self.inventory.stock, self.inventory.books
        own = stock.own.copy()
        sent, back = stock.count(moment, step_share(moment.tick.days, self.memory))
        if back.own.any():
            books.refund(share_of(back.own, own) * books.way)
        books.buy(sent.own * self.price)
        inventory.purchased += sent.own - back.own
        moment.proposals.pipeline_share[inventory.places.rows] += stock.part

    def look_ahead(self, moment: Moment) -> None:
        """What is for the reserve is no supply of users (eq. 8.8 and 12.8)."""
        inventory, places, controls = self.inventory, self.inventory.places, moment.controls
        passing = 1 - controls.expected_restriction[places.controls]
        way = places.held_up(controls.backlog[places.controls] * passing) + moment.under_way.coming[places.rows]
        ordered = moment.state.expected_trade[places.arcs] * self.ahead
        ordered[places.controlled] *= passing
        theirs = inventory.stock.part * way + inventory.stock.asked * places.into(ordered)
        moment.proposals.supply[places.rows] -= theirs

    def ask_more(self, moment: Moment) -> None:
        """Sellers ask more there for what it still has to buy (eq. 12.9)."""
        inventory, more = self.inventory, self.inventory.rules.sellers
        if np.any(more) and moment.tick.end > inventory.known:
            target, stock = inventory.target, inventory.stock
            missing = share_of(at_least(target - stock.tonnes - stock.own, 0), target)
            asked = np.log1p(more * missing * (inventory.books.room() > 1))
            moment.proposals.passed_on[inventory.places.rows] += asked

    def ration(self, moment: Moment) -> None:
        """Of goods under licence, less is let out towards who is known to stock them (eq. 12.9)."""
        less = self.inventory.rules.licences
        if np.any(less) and moment.tick.end > self.inventory.known:
            moment.controls.block(self.inward, less * moment.controls.licensed[self.inward])
