"""The border of a world: all its controls and shocks, asked at the points of the tick at which they count."""

from __future__ import annotations

import math
from collections.abc import Iterable

from tests.oracle.base import Arc, BaseYear, Node, Sector, User, destination, origin
from tests.oracle.calendar import Calendar, Tick
from tests.oracle.controls import Ban, Licence, Plain, Quota, named
from tests.oracle.forms import Parameters


class Border:
    """All controls and shocks of a world, asked at the points of the tick at which they count."""

    def __init__(self, base: BaseYear, p: Parameters, controls: Iterable[Plain], calendar: Calendar) -> None:
        self.base = base
        ordered = sorted(controls, key=lambda c: c["name"])
        self.limits: list[Ban | Quota] = [
            (Ban if c["kind"] == "export_ban" else Quota)(c, base, p)
            for c in ordered if c["kind"] in {"export_ban", "export_quota"}
        ]
        self.licences = [Licence(c, base, p, calendar) for c in ordered if c["kind"] == "export_licence"]
        self.leaks, self.supply_shocks, self.demand_shocks = (
            [c for c in ordered if c["kind"] == kind] for kind in ("leakage", "supply_shock", "demand_shock")
        )
        self.on = {a: [c for c in (*self.limits, *self.licences) if a in c.arcs] for a in base.flow}
        self.barred, self.alarm = dict.fromkeys(base.flow, 0.0), dict.fromkeys(base.flow, 0.0)
        self.licence_days, self.leaving = dict.fromkeys(base.flow, 0.0), dict.fromkeys(base.flow, 0.0)
        self.refused: dict[Arc, float] = {}

    def dates(self) -> list[Quota]:
        """The controls that something happens to on dates of their own."""
        return [c for c in self.limits if isinstance(c, Quota)]

    def available(self, f: str, tick: Tick) -> float:
        """Share of a facility that shocks leave."""
        hits = (s for s in self.supply_shocks if f in s["facilities"])
        return math.prod(1 - s["loss"] * tick.covered(s["start"], s["end"]) / tick.days for s in hits)

    def demand(self, s: Sector, tick: Tick) -> float:
        """What shocks make of a sector's demand."""
        hits = (c for c in self.demand_shocks if s in [tuple(hit) for hit in c["sectors"]])
        return math.prod(1 + c["change"] * tick.covered(c["start"], c["end"]) / tick.days for c in hits)

    def decide(self, tick: Tick, expected: dict[User, float]) -> None:
        """What licences decide in a tick; refused goods go home, granted ones leave later in the tick."""
        for licence in self.licences:
            licence.decide(tick, expected)
        self.leaving = {a: sum(x.leaving(a) for x in self.licences) for a in self.base.flow}
        self.refused = {a: sum(x.refused.get(a, 0.0) for x in self.licences) for a in self.base.flow}

    def weight(self, arc: Arc, user: User, tick: Tick) -> float:
        """How a user's claim on what lands differs from its need (eq. 7.9)."""
        return math.prod(x.weight(arc, user, tick) for x in self.licences)

    def expect(self, tick: Tick) -> None:
        """What is expected of controls, for the rest of the tick (eqs 7.1, 7.2, 7.8)."""
        for a, on in self.on.items():
            self.barred[a] = 1 - math.prod(1 - (1 - c.passes(a, tick)) * c.ahead(tick) for c in on)
            self.alarm[a] = max((c.alarm(tick) for c in on), default=0.0)
            self.licence_days[a] = sum(x.days(tick) for x in self.licences if a in x.arcs)

    def pending(self, arc: Arc) -> float:
        """What is expected to come through controls, t (eq. 7.8)."""
        return self.leaving[arc] + sum(x.pending(arc) for x in self.licences)

    def waiting(self, arc: Arc) -> float:
        """What waits at the border, t."""
        return self.leaving[arc] + sum(x.waiting(arc) for x in self.licences)

    def blocked(self, want: dict[Arc, float], price: dict[Node, float], tick: Tick) -> dict[Arc, float]:
        """Share of wished trade that may not leave: the largest counts (eqs 7.3, 7.12)."""
        blocked = dict.fromkeys(self.base.flow, 0.0)
        for limit in self.limits:
            for a, share in limit.blocked(want, price, tick).items():
                blocked[a] = max(blocked[a], share)
        return blocked

    def cross(self, shipped: dict[Arc, float], tick: Tick) -> dict[Arc, float]:
        """What crosses of what is shipped and of what is free to go (eq. 7.10)."""
        for quota in self.dates():
            quota.count(shipped, tick)
        passing = dict(shipped)
        for licence in self.licences:
            licence.take(passing, tick)
        crossed = {a: tonnes + self.leaving[a] for a, tonnes in passing.items()}
        self.leaving = dict.fromkeys(self.base.flow, 0.0)
        return crossed

    def leak(self, price: dict[Node, float], left: dict[Node, float], tick: Tick) -> dict[Arc, float]:
        """What goes round, t (eq. 7.13)."""
        leaked = dict.fromkeys(self.base.flow, 0.0)
        for c in self.leaks:
            days = tick.covered(c["from"], math.inf if c["until"] is None else c["until"])
            for a in named(c["arcs"]):
                gap = max(0, price[destination(a)] - price[origin(a)])
                rate = c["rate"] * (1 - c["enforcement"])
                leaked[a] += rate * self.base.flow[a] * gap * self.barred[a] * days
        for o, arcs in self.base.out_of.items():
            wished = sum(leaked[a] for a in arcs)
            for a in arcs if wished else ():
                leaked[a] *= min(1, left[o] / wished)
        return leaked
