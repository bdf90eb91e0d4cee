"""What a reserve has, owes and is to hold, in a chunk of replicates: goods, members, books, declared disruptions."""

from __future__ import annotations

from typing import final

import numpy as np

from sim.axes import Floats, Scalar, at_least, share_of, total
from sim.finance.reserve_books import ReserveBooks
from sim.instruments.base import Setting
from sim.instruments.reserves.charter import Charter
from sim.instruments.reserves.members import Members
from sim.instruments.reserves.rules import drawn_declaration, drawn_rules, drawn_terms
from sim.instruments.reserves.stock import Places, Stock
from sim.market.state import State


@final
class Inventory:
    """Goods (K) of a reserve, and all that goes with them.

    Attributes
    ----------
    goods : list of str
        Names of the goods; `base`, (K, 1), their base prices where it stands, USD/t.
    target : (K, R) array, t
        What it is to hold (eq. 12.1); `value`, (R,), that at base prices, USD.
    stock : Stock
    members : Members
    books : ReserveBooks
    declared : Declared
    rules : Rules
    purchased, drawn, coming : (K, R) arrays, t
        Bought so far, less what was sent back; what has left; what other reserves have sent its members.
    """

    def __init__(self, charter: Charter, setting: Setting) -> None:
        world = setting.world
        self.charter, self.setting = charter, setting
        places = Places(world, setting.controls, charter.rows(world))
        self.goods = [world.nodes.names[d][0] for d in places.rows]
        self.base = world.nodes.price[places.rows]
        self.shape = (len(places.rows), setting.replicates)
        self.members = self._members()
        self.target = self._targets()
        self.value = total(self.target * self.base)
        parts = self.members.committed(self.target * self.base)
        terms, rate = drawn_terms(charter, setting), setting.parameters["public_rate"]
        self.books = ReserveBooks(terms, len(places.rows), parts, rate, setting.replicates)
        self.stock = Stock(world, places, self._held())
        self.rules, self.declared = drawn_rules(charter, setting), drawn_declaration(charter, setting, self.shape)
        self.purchased, self.drawn, self.coming = (np.zeros(self.shape) for _ in range(3))
        day = setting.clock.horizon.day
        self.since, self.known = day(charter.since), day(charter.announced or charter.since)

    @property
    def places(self) -> Places:
        """Where it buys."""
        return self.stock.places

    def value_of(self, state: State) -> Floats:
        """(K, R), USD/t: spot prices there."""
        return np.exp(state.price[self.places.rows]) * self.base

    def dear(self, state: State) -> Floats:
        """(K, R), ln of a ratio: how far spot prices there are above what is thought normal."""
        return state.price[self.places.rows] - state.reference_price[self.places.rows]

    def sell(self, tonnes: Floats, price: Floats) -> None:
        """Let goods go for good, (K, R) t, at prices in USD/t."""
        self.books.sell(self.take(tonnes), tonnes * price)

    def take(self, tonnes: Floats) -> Floats:
        """Take goods out of the stock; (K, R) USD, their cost."""
        cost = share_of(tonnes, self.stock.tonnes) * self.books.goods
        self.stock.tonnes -= tonnes
        at_least(self.stock.tonnes, 0, out=self.stock.tonnes)
        self.drawn += tonnes
        return cost

    def _draw(self, path: str, value: object, unit: str = "1") -> Scalar:
        return self.charter.draw(self.setting, path, value, unit)  # type: ignore[arg-type]

    def _members(self) -> Members:
        meant, world = self.charter.members, self.setting.world
        sectors = meant.sectors.among(sorted({sector for sector, _ in world.sectors.names}))
        share, rows = self._draw("members.share", meant.share), self.charter.rows(world)
        return Members(world, rows, sectors, share, self.setting.replicates, with_producers=meant.producers)

    def _targets(self) -> Floats:
        """(K, R) t: what it is to hold (eq. 12.1)."""
        target, use = np.zeros(self.shape), self.members.use()
        for holding in self.charter.holdings:
            named = set(holding.commodities.among(self.setting.world.commodities))
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
