"""Goods under way between works (docs/model.md, eq. 1.1)."""

from __future__ import annotations

from collections import defaultdict

from tests.oracle.base import Arc, BaseYear
from tests.oracle.calendar import Tick


class Ring:
    """What is to land on each arc in each tick, in slots by the number of the tick."""

    def __init__(self, base: BaseYear, tick: int) -> None:
        self.tick = tick
        self.transit = base.transit
        self.slots: dict[Arc, dict[int, float]] = {arc: defaultdict(float) for arc in base.flow}
        for arc, flow in base.flow.items():
            whole, rest = self._ticks(arc)
            for number in range(1, whole + 1):
                self.slots[arc][number] = flow * tick
            self.slots[arc][whole + 1] = flow * tick * rest

    def _ticks(self, arc: Arc) -> tuple[int, float]:
        """Transit in whole ticks and the share of a tick (m and θ)."""
        whole, rest = divmod(self.transit[arc], self.tick)
        return int(whole), rest / self.tick

    def land(self, tick: Tick) -> dict[Arc, float]:
        """Take out what lands in a tick; a tick cut short lands its part of the slot."""
        cut = tick.days / self.tick
        landed = {}
        for arc, slots in self.slots.items():
            slot = slots.pop(tick.number, 0.0)
            landed[arc] = slot * cut
            if cut < 1:
                slots[tick.number] = slot * (1 - cut)
        return landed

    def send(self, arc: Arc, tonnes: float, tick: Tick) -> None:
        """Put in what leaves in a tick, spread over its days."""
        whole, rest = self._ticks(arc)
        self.slots[arc][tick.number + whole] += tonnes * (1 - rest)
        self.slots[arc][tick.number + whole + 1] += tonnes * rest

    def under_way(self, arc: Arc) -> float:
        """Tonnes on the way."""
        return sum(self.slots[arc].values())
