"""The border of a world: all its controls and shocks, asked at the points of the tick at which they count."""

from __future__ import annotations

import math
from collections.abc import Iterable

from tests.oracle.base import Arc, BaseYear, Node, Sector, User
from tests.oracle.calendar import Calendar, Tick
from tests.oracle.control import Plain
from tests.oracle.controls import Ban, DemandShock, Leak, SupplyShock, bound
from tests.oracle.forms import Parameters
from tests.oracle.licence import Licence
from tests.oracle.quota import Quota


class Border:
    """All controls and shocks of a world, in the order of their names."""

    def __init__(self, base: BaseYear, p: Parameters, controls: Iterable[Plain], calendar: Calendar) -> None:
        self.base = base
        everything = [bound(c, base, p, calendar) for c in sorted(controls, key=lambda c: c["name"])]
        self.controls = [c for c in everything if isinstance(c, Ban | Quota | Licence)]
        self.licences = [c for c in everything if isinstance(c, Licence)]
        self.quotas = [c for c in everything if isinstance(c, Quota)]
        self.leaks = [c for c in everything if isinstance(c, Leak)]
        self.supply_shocks = [c for c in everything if isinstance(c, SupplyShock)]
        self.demand_shocks = [c for c in everything if isinstance(c, DemandShock)]
        self.on = {a: [c for c in self.controls if a in c.arcs] for a in base.flow}
        self.barred, self.alarm = dict.fromkeys(base.flow, 0.0), dict.fromkeys(base.flow, 0.0)
        self.licence_days, self.leaving = dict.fromkeys(base.flow, 0.0), dict.fromkeys(base.flow, 0.0)
        self.blocked, self.refused = dict.fromkeys(base.flow, 0.0), dict.fromkeys(base.flow, 0.0)
        self.granted = dict.fromkeys(base.flow, 0.0)

    def available(self, f: str, tick: Tick) -> float:
        """Share of a facility that shocks leave."""
        return math.prod(shock.available(f, tick) for shock in self.supply_shocks)

    def demand(self, s: Sector, tick: Tick) -> float:
        """What shocks make of a sector's demand."""
        return math.prod(shock.demand(s, tick) for shock in self.demand_shocks)

    def share(self, landed: dict[Arc, float], claims: dict[User, float], tick: Tick) -> dict[User, float]:
        """Who gets what of what lands, t: by claims, and by what end uses are granted (eqs 1.2, 7.9)."""
        received: dict[User, float] = {}
        for d, arcs in self.base.into.items():
            users, there = self.base.users[d], sum(landed[a] for a in arcs)
            claimed = sum(claims[u] for u in users)
            received |= {u: claims[u] / claimed * there for u in users}
        for licence in self.licences:
            licence.approve(tick, claims)
            licence.divert(landed, received, claims, tick)
        return received

    def decide(self, tick: Tick) -> None:
        """What licences decide in a tick; refused goods go home, granted ones leave later in the tick."""
        for licence in self.licences:
            licence.decide(tick)
        self.leaving = {a: sum(x.leaving(a) for x in self.licences) for a in self.base.flow}
        self.granted = dict(self.leaving)
        self.refused = {a: sum(x.refused.get(a, 0.0) for x in self.licences) for a in self.base.flow}

    def expect(self, tick: Tick) -> None:
        """What is expected of controls, for the rest of the tick (eqs 7.1, 7.2, 7.8)."""
        for a, on in self.on.items():
            self.barred[a] = 1 - math.prod(1 - (1 - c.passes(a, tick)) * c.ahead(tick) for c in on)
            self.alarm[a] = max((c.alarm(tick) for c in on), default=0.0)
            self.licence_days[a] = sum(x.takes(tick) for x in self.licences if a in x.arcs)

    def coming(self, arc: Arc) -> float:
        """What is expected to come through controls, and what was let go and has not left, t (eqs 5.3, 7.8)."""
        return self.leaving[arc] + sum(x.pending(arc) for x in self.licences)

    def waiting(self, arc: Arc) -> float:
        """What waits at the border, t."""
        return self.leaving[arc] + sum(x.waiting(arc) for x in self.licences)

    def limit(self, want: dict[Arc, float], price: dict[Node, float], tick: Tick) -> dict[Arc, float]:
        """Share of wished trade that may not leave: the largest counts (eqs 7.3, 7.12)."""
        self.blocked = dict.fromkeys(self.base.flow, 0.0)
        for control in self.controls:
            if not isinstance(control, Licence):
                for a, share in control.blocked(want, price, tick).items():
                    self.blocked[a] = max(self.blocked[a], share)
        return self.blocked

    def cross(self, shipped: dict[Arc, float], tick: Tick) -> dict[Arc, float]:
        """What crosses of what is shipped and of what is free to go (eq. 7.10)."""
        passing = dict(shipped)
        for control in self.controls:
            if not isinstance(control, Ban):
                control.cross(passing, tick)
        crossed = {a: tonnes + self.leaving[a] for a, tonnes in passing.items()}
        self.leaving = dict.fromkeys(self.base.flow, 0.0)
        return crossed

    def leak(self, price: dict[Node, float], most: dict[Node, float], tick: Tick) -> dict[Arc, float]:
        """What goes round, t, no more than makers can send, pro rata (eq. 7.13)."""
        tries = [leak.tries(price, self.barred, tick) for leak in self.leaks]
        tried = {a: sum(t.get(a, 0.0) for t in tries) for a in self.base.flow}
        leaked = dict.fromkeys(self.base.flow, 0.0)
        for o, arcs in self.base.out_of.items():
            wished = sum(tried[a] for a in arcs)
            leaked |= {a: tried[a] * min(1, most[o] / wished) for a in arcs if wished}
        return leaked
