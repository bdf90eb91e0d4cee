"""How high prices went, how wide the gap, how long until things were as before."""

from __future__ import annotations

from typing import final

import numpy as np

from sim.axes import TINY, Floats
from sim.ensemble.clock import Tick
from sim.ensemble.fields import Label
from sim.ensemble.items import Item
from sim.ensemble.metrics import Metric, declare
from sim.ensemble.selection import ALL, Focus, Labels, rows_of
from sim.ensemble.state import State
from sim.world.build import TONNE, World

WITHIN = 0.1  # as before: price and supply within so much of it

PEAK = declare(
    Metric(
        "price_peak_ratio", "1", ("commodity", "region"), "lower",
        "highest spot price since the first control, over its mean before that (else the base price)", headline=True,
    )
)  # fmt: skip
GAP = declare(
    Metric(
        "price_gap_peak", "1", ("commodity", "region"), "lower",
        "highest ratio of the spot price outside to that at the origin; `*-` rows weigh regions by use", headline=True,
    )
)  # fmt: skip
RECOVERY = declare(
    Metric(
        "recovery_time", "days", ("commodity", "region"), "lower",
        "days from the first control until price and supply (use ÷ need) are back within 10 %, for good; "
        "0 where they never left, inf where they are not back at the end",
    )
)  # fmt: skip


@final
class Peaks:
    """Follows the prices and the supply of some commodities in every region (the rows of `items`)."""

    def __init__(self, world: World, focus: Focus, weights: Floats, replicates: int) -> None:
        self.world, self.focus = world, focus
        labels = [Label(c, g) for c, g in world.nodes]
        goods = set(focus.covered)
        items = [Item("", c, g) for c, g in world.nodes if c in goods]
        named = [c for c in dict.fromkeys(i.commodity for i in items) if focus.homes.get(c)]
        items += [Item("", c, f"{ALL}-{focus.homes[c]}") for c in named]
        nodes = Labels(labels)
        self.items = [item for item in items if len(nodes.rows(item))]
        self.prices = rows_of(self.items, labels, weights)
        self.origin = self._origin_rows()
        users = [Label(c, g) for c, g, _ in world.users]
        self.users, used = rows_of(self.items, users), Labels(users)
        self.is_used = np.array([[float(len(used.rows(item)) > 0)] for item in self.items])
        shape = (len(self.items), replicates)
        self.days, self.before = 0.0, np.zeros(shape)
        self.peak, self.gap, self.away = np.zeros(shape), np.zeros(shape), np.zeros(shape)
        self.last = 0.0
        self.held = self.prices(world.node_price / TONNE) + np.zeros(shape)

    def _origin_rows(self) -> list[int]:
        """Row of the price at the origin of each item's commodity; its own where there is none."""
        row = {(item.commodity, item.region): i for i, item in enumerate(self.items)}
        return [
            row.get((item.commodity, self.focus.homes.get(item.commodity, "")), i) for i, item in enumerate(self.items)
        ]

    def follow(self, state: State, tick: Tick) -> None:
        """Take in the end of a tick."""
        price = self.prices(self.world.node_price / TONNE * np.exp(state.price))
        first = self.focus.first_control
        if first is not None and tick.start < first:
            part = min(first, tick.end) - tick.start
            self.before += self.held * part  # a price holds from its tick until the next
            self.days += part
            self.held = price
            if tick.end <= first:
                return
        self.peak = np.maximum(self.peak, price)
        self.gap = np.maximum(self.gap, price / price[self.origin])
        usual = self.usual(price)
        supply = self.users(state.use) / np.maximum(self.users(state.need), TINY) + (1 - self.is_used)
        out = (price > usual * (1 + WITHIN)) | (supply < 1 - WITHIN)
        self.away = np.where(out, float(tick.end - (first or 0)), self.away)
        self.last = float(tick.end - (first or 0))

    def usual(self, like: Floats) -> Floats:
        """(rows, R) or (rows, 1), USD/kg: mean price before the first control, else the base price."""
        if self.days:
            return self.before / self.days
        return self.prices(self.world.node_price / TONNE) + 0 * like

    def metrics(self) -> list[tuple[Item, Floats]]:
        """What came of it, row by row."""
        usual = self.usual(self.peak)
        away = np.where(self.away == self.last, np.inf, self.away)
        found: list[tuple[Item, Floats]] = []
        for i, item in enumerate(self.items):
            keys = {"commodity": item.commodity, "region": item.region}
            found.append((PEAK.item(**keys), self.peak[i] / usual[i]))
            if self.origin[i] != i:
                found.append((GAP.item(**keys), self.gap[i]))
            if self.focus.first_control is not None:
                found.append((RECOVERY.item(**keys), away[i]))
        return found
