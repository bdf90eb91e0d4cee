"""The kinds of control and shock of one world, as plain data brings them (docs/model.md, section 7).

Days count from the start of the horizon. A control is known from the tick that holds the day of its announcement.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.oracle.base import Arc, BaseYear, Node, Sector, destination, origin
from tests.oracle.calendar import Calendar, Tick
from tests.oracle.control import Control, Plain, day_or_never, named
from tests.oracle.forms import Parameters
from tests.oracle.licence import Licence
from tests.oracle.quota import Quota


class Ban(Control):
    """Nothing that is covered leaves (eq. 7.3)."""

    def blocked(self, want: dict[Arc, float], price: dict[Node, float], tick: Tick) -> dict[Arc, float]:
        """Share of what is wished on its arcs that may not leave."""
        del want, price
        return dict.fromkeys(self.arcs, self.inside(tick))


class Leak:
    """Controlled goods that go round (eq. 7.13)."""

    def __init__(self, plain: Plain, base: BaseYear) -> None:
        self.flow = {a: base.flow[a] for a in named(plain["arcs"])}
        self.rate: float = plain["rate"] * (1 - plain["enforcement"])
        self.start, self.end = plain["from"], day_or_never(plain, "until")

    def tries(self, price: dict[Node, float], barred: dict[Arc, float], tick: Tick) -> dict[Arc, float]:
        """What would go round in a tick, t."""
        days = tick.covered(self.start, self.end)
        gap = {a: max(0, price[destination(a)] - price[origin(a)]) for a in self.flow}
        return {a: self.rate * flow * gap[a] * barred[a] * days for a, flow in self.flow.items()}


class SupplyShock:
    """Facilities lose a share of what they can do (eq. 4.3)."""

    def __init__(self, plain: Plain) -> None:
        self.plain = plain

    def available(self, f: str, tick: Tick) -> float:
        """Share of a facility that is left."""
        days = tick.covered(self.plain["start"], self.plain["end"]) if f in self.plain["facilities"] else 0
        return 1 - float(self.plain["loss"]) * days / tick.days


class DemandShock:
    """Sectors want more or less (eq. 2.3)."""

    def __init__(self, plain: Plain) -> None:
        self.plain, self.sectors = plain, [tuple(sector) for sector in plain["sectors"]]

    def demand(self, s: Sector, tick: Tick) -> float:
        """Demand of a sector, against what it would be."""
        days = tick.covered(self.plain["start"], self.plain["end"]) if s in self.sectors else 0
        return 1 + float(self.plain["change"]) * days / tick.days


Bound = Ban | Quota | Licence | Leak | SupplyShock | DemandShock


def bound(plain: Plain, base: BaseYear, p: Parameters, calendar: Calendar) -> Bound:
    """A control or a shock, from plain data."""
    kinds: dict[str, Callable[[], Bound]] = {
        "export_ban": lambda: Ban(plain, base, p),
        "export_quota": lambda: Quota(plain, base, p),
        "export_licence": lambda: Licence(plain, base, p, calendar),
        "leakage": lambda: Leak(plain, base),
        "supply_shock": lambda: SupplyShock(plain),
        "demand_shock": lambda: DemandShock(plain),
    }
    return kinds[plain["kind"]]()
