"""How high prices went, how wide the gap, how long until things were as before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import final

import numpy as np

from sim.axes import Floats, Ints, pick
from sim.definitions.items import ALL, Item
from sim.definitions.metrics import Metric, declare
from sim.ensemble.clock import Tick
from sim.market.state import State
from sim.record.fields import Label
from sim.record.selection import Focus, Labels, rows_of
from sim.world.base_year import TONNE
from sim.world.build import World

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
        "days from the first control until price and supply (use ÷ need) are back within 10 % (`recovery_band`), for "
        "good; 0 where they never left, inf where they are not back at the end",
    )
)  # fmt: skip


@final
class Followed:
    """Whose prices and supply are followed: some commodities in every region, and in all regions but their origin.

    Worked out once for all chunks.
    """

    def __init__(self, world: World, focus: Focus, weights: Floats, band: float) -> None:
        self.first_control, self.band = focus.first_control, band  # as before: price and supply within so much of it
        labels, goods = [Label(c, g) for c, g in world.nodes.names], set(focus.covered)
        items = [Item("", c, g) for c, g in world.nodes.names if c in goods]
        named = [c for c in dict.fromkeys(item.commodity for item in items) if focus.origins.get(c)]
        items += [Item("", c, f"{ALL}-{focus.origins[c]}") for c in named]
        nodes = Labels(labels)
        self.items = [item for item in items if len(nodes.rows(item))]
        self.nodes = np.unique(np.concatenate([nodes.rows(item) for item in self.items]))
        means = rows_of(self.items, [labels[n] for n in self.nodes], weights[self.nodes])
        self.prices = means.scaled(world.nodes.price[self.nodes, 0] / TONNE)  # of ratios to base prices
        self.base = self.prices(np.ones((len(self.nodes), 1)))
        self.origin = self._origin_rows(focus)
        users = [Label(c, g) for c, g, _ in world.users.names]
        self.users = rows_of(self.items, users)
        self.enough = self.users.scaled(np.full(len(users), band - 1))  # less what is supply enough

    def _origin_rows(self, focus: Focus) -> Ints:
        """Row of the price at the origin of each item's commodity; its own where there is none."""
        row = {(item.commodity, item.region): i for i, item in enumerate(self.items)}
        origins = ((item.commodity, focus.origins.get(item.commodity, "")) for item in self.items)
        return np.array([row.get(origin, i) for i, origin in enumerate(origins)], np.intp)


@final
class Peaks:
    """Follows prices (USD/kg) and supply in the replicates of a chunk, one row for each of the items.

    Parameters
    ----------
    followed : Followed
    width : int
    first : int or None
        Day, since the start, from which things are compared with what was usual: that of the first control.
    whole : Peaks, optional
        Those of the whole horizon, followed first in each tick, which know what is usual; left out, these do.
    """

    def __init__(self, followed: Followed, width: int, first: int | None, whole: Peaks | None = None) -> None:
        self.followed, self.first, self.whole = followed, first, whole or self
        shape = len(followed.items), width
        self.room = np.empty(shape)
        self.peak, self.gap, self.away = np.zeros(shape), np.zeros(shape), np.zeros(shape)
        self.last = 0.0  # day, since the first control, up to which was compared
        if whole is None:
            self.ratio, self.price = np.empty((len(followed.nodes), width)), np.empty(shape)
            self.days, self.before = 0.0, np.zeros(shape)
            self.held = self.usual = followed.base + np.zeros(shape)
            self.most = self.usual * (1 + followed.band)

    def follow(self, state: State, tick: Tick) -> None:
        """Take in the end of a tick."""
        if self.whole is self:
            self._read_prices(state, tick)
        now = tick.end - (self.first or 0)
        if now > 0:
            self._compare(state, now)

    def _read_prices(self, state: State, tick: Tick) -> None:
        """Prices at the end of a tick, and what is usual before the first control."""
        ratio = pick(state.price, self.followed.nodes, self.ratio)
        self.followed.prices(np.exp(ratio, out=ratio), self.price)
        if self.first is not None and tick.start < self.first:
            self._remember(min(self.first, tick.end) - tick.start)

    def _remember(self, days: int) -> None:
        """Before the first control: the usual price is the mean; a price holds from its tick until the next."""
        self.before += self.held * days
        self.days += days
        self.held, self.usual = self.price.copy(), self.before / self.days
        self.most = self.usual * (1 + self.followed.band)

    def _compare(self, state: State, now: float) -> None:
        """Since the first control: what is higher, wider or away later than before."""
        followed, price, room = self.followed, self.whole.price, self.room
        np.maximum(self.peak, price, out=self.peak)
        gap = np.divide(price, pick(price, followed.origin, room), out=room)
        np.maximum(self.gap, gap, out=self.gap)
        followed.users(state.use, room)
        followed.enough.add(state.need, room)  # supply, less what is enough
        np.copyto(self.away, now, where=(price > self.whole.most) | (room < 0))
        self.last = now

    def metrics(self) -> Iterator[tuple[Item, Floats]]:
        """What came of it, row by row."""
        ratio, back = self.peak / self.whole.usual, np.where(self.away == self.last, np.inf, self.away)
        for row, item in enumerate(self.followed.items):
            keys = {"commodity": item.commodity, "region": item.region}
            yield PEAK.item(**keys), ratio[row]
            if self.followed.origin[row] != row:
                yield GAP.item(**keys), self.gap[row]
            if self.first is not None:
                yield RECOVERY.item(**keys), back[row]
