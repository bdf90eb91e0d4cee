"""Who draws on a reserve, what it sells, and what that is to others (docs/model.md, eq. 12.4, 12.7 to 12.9)."""

from __future__ import annotations

from typing import final

import numpy as np

from sim.axes import TINY, Floats, Sum, at_least, at_most, share_of
from sim.instruments.reserves.inventory import Inventory
from sim.market.forms import smooth, step_share
from sim.market.hooks import Moment
from sim.market.state import State


@final
class Access:
    """What leaves a reserve."""

    def __init__(self, inventory: Inventory) -> None:
        self.inventory, p, places = inventory, inventory.setting.parameters, inventory.places
        self.release_time, self.look_ahead, self.memory = (
            p["release_time"],
            p["look_ahead"],
            p["output_expectation_time"],
        )
        self.flow = np.zeros(inventory.shape)  # t/day, smoothed
        users = range(len(places.users))
        self.of_buyers = Sum(places.of_users, users, 1.0, (inventory.shape[0], len(places.users)))

    def release(self, moment: Moment) -> None:
        """Members draw what they lack (eq. 12.4), the market is sold to (eq. 12.7)."""
        inventory, tick = self.inventory, moment.tick
        members, days, received = inventory.members, tick.days, moment.proposals.received
        access = np.where(inventory.declared.holds, 1.0, inventory.rules.ordinary) * (tick.end > inventory.since)
        lack = members.lack(moment.state, access, received[members.rows], days)
        drawn = members.draw(lack, self.most(days), days, inventory.charter.drawdown.time)
        gone = members.of_good(drawn)
        if drawn.any():
            inventory.books.draw(inventory.take(gone))
            members.owe(drawn, tick.end + inventory.rules.replenish)
            received[members.rows] += drawn
        gone += self._sell(moment)
        smooth(self.flow, gone / days, step_share(days, self.memory))

    def _sell(self, moment: Moment) -> Floats | float:
        """(K, R) t: what it sells on the market while prices are high (eq. 12.7); all users there get it."""
        inventory, sales, tick = self.inventory, self.inventory.charter.sales, moment.tick
        if sales is None:
            return 0.0
        dear = (inventory.dear(moment.state) >= inventory.rules.sells_above) & (tick.end > inventory.since)
        sold = inventory.stock.tonnes * (step_share(tick.days, sales.time) * dear)
        inventory.sell(sold, inventory.value_of(moment.state))
        users, good = inventory.places.users, inventory.places.of_users
        need = moment.state.expected_need[users]
        part = need / at_least(self.of_buyers(need), TINY)[good]
        moment.proposals.received[users] += part * sold[good]
        return sold

    def wanted(self, state: State, days: float) -> Floats:
        """(K, R) t: what members would draw in a tick with full access, beside what comes to them (eq. 12.15)."""
        inventory, members = self.inventory, self.inventory.members
        lack = members.of_good(members.lack(state, np.ones(inventory.shape)))
        return at_least(lack - inventory.coming, 0) * step_share(days, inventory.charter.drawdown.time)

    def most(self, days: float) -> Floats:
        """(K, R) t: what can leave the stock in a tick."""
        return self.inventory.stock.tonnes * step_share(days, self.release_time)

    def spare(self, moment: Moment) -> None:
        """Members hold less of their own as the reserve is full (eq. 12.9)."""
        inventory, members, given_up = self.inventory, self.inventory.members, self.inventory.rules.buffers
        if np.any(given_up) and moment.tick.end > inventory.known:
            full = share_of(inventory.stock.tonnes, inventory.target)
            moment.proposals.target_cover[members.rows] *= 1 - given_up * members.share * full[members.good]

    def calm(self, moment: Moment) -> None:
        """What it releases is supply that no control can touch (eq. 12.8)."""
        rows = self.inventory.places.rows
        ahead = at_least(moment.state.expected_use[rows] * self.look_ahead, TINY)
        moment.proposals.announcement[rows] *= 1 - at_most(self._ahead() / ahead, 1)

    def supply(self, moment: Moment) -> None:
        """What it releases is supply in prospect (eq. 12.8)."""
        moment.proposals.supply[self.inventory.places.rows] += self._ahead()

    def _ahead(self) -> Floats:
        """(K, R) t: what it releases while prices look ahead, if it goes on as of late (eq. 12.8)."""
        return np.minimum(self.inventory.stock.tonnes, self.flow * self.look_ahead)
