"""What a reserve pays and is paid at the end of a tick, and who stops paying (docs/model.md, eq. 12.10 to 12.14)."""

from __future__ import annotations

from typing import final

import numpy as np

from sim.axes import Floats, share_of, total
from sim.ensemble.clock import Tick
from sim.instruments.reserves.inventory import Inventory
from sim.instruments.reserves.rules import drawn_defaults
from sim.market.hooks import Moment


@final
class Billing:
    """Money of a reserve that falls due, members who default, disruptions that are declared."""

    def __init__(self, inventory: Inventory) -> None:
        self.inventory, setting = inventory, inventory.setting
        self.days, self.discount = setting.clock.horizon.days, setting.parameters["reserve_discount"]
        names = inventory.members.names
        self.leaves = drawn_defaults(inventory.charter, setting, names)  # (M, R) day, after the first of buying
        self.billed, self.has_committed, self.every = 0, False, setting.parameters["billing_time"]

    def close(self, moment: Moment) -> None:
        """At the end of a tick: money that falls due, members who default, what is declared."""
        inventory, tick, members = self.inventory, moment.tick, self.inventory.members
        books = inventory.books
        if not self.has_committed and tick.end > inventory.since:
            books.commit(np.minimum(inventory.value, books.terms.budget))
            self.has_committed = True
        books.accrue(tick.days, total(members.late(tick.end) * books.lent) if books.lent.any() else None)
        self._lose_members(tick)
        if tick.end - self.billed >= self.every or tick.end == self.days:
            books.bill(tick.end - self.billed)
            self.billed = tick.end
        self._declare(moment)
        members.postpone(inventory.declared.holds, tick.days)

    def _declare(self, moment: Moment) -> None:
        """Declare a disruption, or that it is over, by what controls keep out and by prices (eq. 12.6)."""
        inventory, places = self.inventory, self.inventory.places
        share = moment.state.share[places.arcs[places.controlled]]
        expected_restriction = places.held_up(moment.controls.expected_restriction[places.controls] * share)
        if moment.tick.end > inventory.known:
            inventory.declared.follow(moment.tick.days, expected_restriction, inventory.dear(moment.state))

    def _lose_members(self, tick: Tick) -> None:
        """Who defaults returns nothing: the reserve takes over what he has on his way (eq. 12.13)."""
        gone = (self.leaves < tick.end) & (self.leaves >= tick.start)
        if not gone.any():
            return
        inventory, members = self.inventory, self.inventory.members
        books, stock = inventory.books, inventory.stock
        owed = members.of_good(members.owed)
        lost = members.leave(gone)
        books.default(gone)
        taken, freed = stock.members * lost, books.lent * lost
        books.keep(freed)
        books.buy(freed * share_of(taken, owed * lost), through_traders=False)
        inventory.purchased += taken
        stock.own += taken
        stock.members -= taken

    def net_cost(self) -> Floats:
        """(R,) USD (eq. 12.14)."""
        return self.inventory.books.net_cost(self._value(), self.discount)

    def public_cost(self) -> Floats:
        """(R,) USD: what it cost the treasury, with what it could not get back today."""
        books = self.inventory.books
        return books.treasury.cost + books.impaired(self._value(), self.discount)

    def _value(self) -> Floats:
        """(R,) USD: what it has at base prices, once its books have been checked."""
        inventory, members = self.inventory, self.inventory.members
        inventory.books.check(inventory.charter.name)
        tonnes = inventory.stock.tonnes + inventory.stock.own + members.of_good(members.owed)
        return total(tonnes * inventory.base)
