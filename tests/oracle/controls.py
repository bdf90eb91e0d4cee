"""The kinds of control and shock of one replicate, as plain data brings them (docs/model.md, section 7).

Days count from the start of the horizon. A control is known from the tick that holds the day of its announcement.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.oracle.base import BaseYear
from tests.oracle.calendar import Calendar, Tick
from tests.oracle.control import Control, Plain, day_or_never
from tests.oracle.floor import PriceFloor
from tests.oracle.forms import Parameters
from tests.oracle.licence import Licence
from tests.oracle.producers import ProductionQuota
from tests.oracle.quota import Quota
from tests.oracle.regime import Regime
from tests.oracle.reserve import Reserve
from tests.oracle.tariff import Tariff


class Ban(Control):
    """Nothing that is covered leaves (eq. 7.3)."""

    def block(self, tick: Tick) -> None:
        """Say what share of the wishes on its arcs may not leave: the largest counts."""
        for a in self.arcs:
            a.restricted = max(a.restricted, self.inside(tick))


class Leak:
    """Controlled goods that go round (eq. 7.13)."""

    def __init__(self, plain: Plain, base: BaseYear) -> None:
        self.arcs = base.arcs_named(plain["arcs"])
        self.rate: float = plain["rate"] * (1 - plain["enforcement"])
        self.start, self.end = plain["from"], day_or_never(plain, "until")
        self.follows: str | None = plain.get("follows")
        self.regime: Regime | None = None

    def leak(self, tick: Tick) -> None:
        """Add what would go round in a tick, t."""
        days = tick.covered(self.start, self.end)
        if self.regime is not None and self.regime.in_force:
            days = tick.days
        for a in self.arcs:
            a.leaked += (
                self.rate * a.flow0 * max(0, a.destination.price - a.origin.price) * a.expected_restriction * days
            )


class SupplyShock:
    """Facilities lose a share of what they can do (eq. 4.3)."""

    def __init__(self, plain: Plain, base: BaseYear) -> None:
        self.facilities = [base.facility[name] for name in plain["facilities"]]
        self.start, self.end, self.loss = plain["start"], plain["end"], float(plain["loss"])

    def hit(self, tick: Tick) -> None:
        """Leave a share of what shocks before it left."""
        for f in self.facilities:
            f.available *= 1 - self.loss * tick.covered(self.start, self.end) / tick.days


class DemandShock:
    """Sectors want more or less (eq. 2.3)."""

    def __init__(self, plain: Plain, base: BaseYear) -> None:
        self.sectors = [base.sector[name, region] for name, region in plain["sectors"]]
        self.start, self.end, self.change = plain["start"], plain["end"], float(plain["change"])

    def hit(self, tick: Tick) -> None:
        """Change what shocks before it made of demand."""
        for s in self.sectors:
            s.shock *= 1 + self.change * tick.covered(self.start, self.end) / tick.days


class RatedOrders:
    """Orders of some come before those of all others at a place (eq. 7.20)."""

    def __init__(self, plain: Plain, base: BaseYear) -> None:
        self.rated = [base.user[name] for name in plain["rated"]]
        self.others = [base.user[name] for name in plain["others"]]
        self.start, self.end, self.rate = plain["start"], plain["end"], float(plain["share"])

    def divert(self, tick: Tick) -> None:
        """Take what they lack from the others, pro rata."""
        days = tick.covered(self.start, self.end)
        for d in {u.node: None for u in self.rated}:
            first, rest = ([u for u in d.users if u in some] for some in (self.rated, self.others))
            lack = {u: max(0, self.rate * days * min(u.order, u.expected_use) - u.received) for u in first}
            asked, there = sum(lack.values()), sum(v.received for v in rest)
            given = min(asked, there)
            if not given:
                continue
            for u in first:
                u.received += lack[u] * given / asked
            for v in rest:
                v.received *= 1 - given / there


Bound = (
    Ban
    | Quota
    | Licence
    | Leak
    | SupplyShock
    | DemandShock
    | Tariff
    | Regime
    | ProductionQuota
    | PriceFloor
    | Reserve
    | RatedOrders
)


def bound(plain: Plain, base: BaseYear, p: Parameters, calendar: Calendar) -> Bound:
    """A control or a shock, from plain data."""
    kinds: dict[str, Callable[[], Bound]] = {
        "export_ban": lambda: Ban(plain, base, p),
        "export_quota": lambda: Quota(plain, base, p),
        "export_licence": lambda: Licence(plain, base, p, calendar),
        "leakage": lambda: Leak(plain, base),
        "supply_shock": lambda: SupplyShock(plain, base),
        "demand_shock": lambda: DemandShock(plain, base),
        "rated_orders": lambda: RatedOrders(plain, base),
        "import_tariff": lambda: Tariff(plain, base),
        "export_tariff": lambda: Tariff(plain, base),
        "treaty_review": lambda: Tariff(plain, base),
        "tariff_regime": lambda: Regime(plain),
        "production_quota": lambda: ProductionQuota(plain, base, p),
        "price_floor": lambda: PriceFloor(plain, base, p),
        "reserve": lambda: Reserve(plain, base, p),
    }
    return kinds[plain["kind"]]()
