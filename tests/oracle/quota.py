"""A yearly volume in batches, filled by margin (docs/model.md, eq. 7.12)."""

from __future__ import annotations

import itertools
import math
import operator
from collections.abc import Generator, Iterator

import simpy

from tests.oracle.base import BaseYear
from tests.oracle.calendar import Tick
from tests.oracle.control import Control, Plain
from tests.oracle.forms import Parameters, logistic
from tests.oracle.parts import Arc, Node

NOON = 0.5  # what is dated d happens at d + ½, after the tick that ends on d


class Quota(Control):
    """A volume of covered contents a year; ``batches`` are (day, share of the volume, year)."""

    def __init__(self, plain: Plain, base: BaseYear, p: Parameters) -> None:
        super().__init__(plain, base, p)
        self.volume: float = plain["volume"]
        self.counted = {a: plain["counted"][a.name] for a in self.arcs}  # κ
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

    def block(self, tick: Tick) -> None:
        """Say what share of the wishes on its arcs may not leave: the largest counts."""
        inside = self.inside(tick)
        if inside:
            wished = [a.orders_placed * kappa * tick.days for a, kappa in self.counted.items()]
            margin = [(usd(a.destination) - usd(a.origin)) / kappa for a, kappa in self.counted.items()]
            shares = fill_by_margin(wished, margin, self.left(tick), self.p["quota_margin_spread"])
            self.room = dict(zip(self.counted, shares, strict=True))
            for a, room in self.room.items():
                a.restricted = max(a.restricted, (1 - room) * inside)

    def cross(self, tick: Tick) -> None:
        """Take what crosses off the account."""
        used = sum(a.crossed * kappa for a, kappa in self.counted.items()) * self.inside(tick)
        self.account = max(0, self.account - used)

    def passing(self, tick: Tick) -> Iterator[tuple[Arc, float]]:
        """Each arc and the share of covered trade that is expected to pass: the room of the tick before."""
        del tick
        yield from self.room.items()


def usd(n: Node) -> float:
    """Price, USD/t."""
    return n.base_price * math.exp(n.price)


def fill_by_margin(wished: list[float], margin: list[float], left: float, spread: float) -> list[float]:
    """Shares of wishes that fill what is left, those with the best margins first."""
    total = sum(wished)
    if total <= left:
        return [1.0] * len(wished)
    if left <= 0:
        return [0.0] * len(wished)
    at_equal_margin = -spread * math.log(left / (total - left))
    low, high = min(margin) + at_equal_margin, max(margin) + at_equal_margin

    def shares(cut: float) -> list[float]:
        return [logistic((m - cut) / spread) for m in margin]

    while low < (middle := (low + high) / 2) < high:
        if sum(map(operator.mul, wished, shares(middle))) > left:
            low = middle
        else:
            high = middle
    return shares(high)
