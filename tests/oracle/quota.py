"""A yearly volume in batches, filled by margin (docs/model.md, eq. 7.12)."""

from __future__ import annotations

import itertools
import math
from collections.abc import Generator

import simpy

from tests.oracle.base import Arc, BaseYear, Node, destination, origin
from tests.oracle.calendar import Tick
from tests.oracle.control import Control, Plain
from tests.oracle.forms import Parameters, logistic

NOON = 0.5  # what is dated d happens at d + ½, after the tick that ends on d


class Quota(Control):
    """A volume of covered contents a year; ``batches`` are (day, share of the volume, year)."""

    def __init__(self, plain: Plain, base: BaseYear, p: Parameters) -> None:
        super().__init__(plain, base, p)
        self.volume: float = plain["volume"]
        self.counted: dict[Arc, float] = plain["counted"]
        self.batches: list[tuple[int, float, int]] = plain["batches"]
        self.account, self.year, self.closes = 0.0, 0, 0
        self.room = dict.fromkeys(self.arcs, 1.0)

    def dates(self, env: simpy.Environment) -> Generator[simpy.Event, None, None]:
        """Open the batches on their days, the first one for what is left of it."""
        first = max(0, self.in_force)
        for (opens, share, year), (closes, _, _) in itertools.pairwise(self.batches):
            if closes > first:
                start = max(opens, first)
                yield env.timeout(start + NOON - env.now)
                kept = self.account if year == self.year else 0.0
                self.account = kept + self.volume * share * (closes - start) / (closes - opens)
                self.year, self.closes = year, closes

    def left(self, tick: Tick) -> float:
        """What may leave in a tick, t of what the quota counts."""
        return self.account * tick.days / max(tick.days, self.closes - tick.start)

    def blocked(self, want: dict[Arc, float], price: dict[Node, float], tick: Tick) -> dict[Arc, float]:
        """Share of what is wished on its arcs that may not leave."""
        inside = self.inside(tick)
        if not inside:
            return dict.fromkeys(self.arcs, 0.0)
        wished = {a: want[a] * self.counted[a] * tick.days for a in self.arcs}
        usd = {n: self.base.price[n] * math.exp(x) for n, x in price.items()}
        margin = {a: (usd[destination(a)] - usd[origin(a)]) / self.counted[a] for a in self.arcs}
        self.room = fill_by_margin(wished, margin, self.left(tick), self.p["quota_margin_spread"])
        return {a: (1 - room) * inside for a, room in self.room.items()}

    def cross(self, passing: dict[Arc, float], tick: Tick) -> None:
        """Take what crosses off the account."""
        used = sum(passing[a] * self.counted[a] for a in self.arcs) * self.inside(tick)
        self.account = max(0, self.account - used)

    def passes(self, arc: Arc, tick: Tick) -> float:
        """Share of covered trade that is expected to pass: the room of the tick before."""
        del tick
        return self.room[arc]


def fill_by_margin(wished: dict[Arc, float], margin: dict[Arc, float], left: float, spread: float) -> dict[Arc, float]:
    """Shares of wishes that fill what is left, those with the best margins first."""
    total = sum(wished.values())
    if total <= left:
        return dict.fromkeys(wished, 1.0)
    if left <= 0:
        return dict.fromkeys(wished, 0.0)
    at_equal_margin = -spread * math.log(left / (total - left))
    low, high = min(margin.values()) + at_equal_margin, max(margin.values()) + at_equal_margin

    def shares(cut: float) -> dict[Arc, float]:
        return {a: logistic((m - cut) / spread) for a, m in margin.items()}

    while low < (middle := (low + high) / 2) < high:
        if sum(wished[a] * g for a, g in shares(middle).items()) > left:
            low = middle
        else:
            high = middle
    return shares(high)
