"""The border of a world: all its controls and shocks, asked at the points of the tick at which they count."""

from __future__ import annotations

from collections.abc import Iterable

from tests.oracle.base import BaseYear
from tests.oracle.calendar import Calendar, Tick
from tests.oracle.control import Plain
from tests.oracle.controls import Ban, DemandShock, Leak, RatedOrders, SupplyShock, bound
from tests.oracle.floor import PriceFloor
from tests.oracle.forms import Parameters, alpha
from tests.oracle.licence import Licence
from tests.oracle.producers import ProductionQuota
from tests.oracle.quota import Quota
from tests.oracle.regime import Regime
from tests.oracle.reserve import Reserve, Reserves
from tests.oracle.tariff import Tariff


class Border:
    """All controls and shocks of a world, in the order of their names."""

    def __init__(self, base: BaseYear, p: Parameters, controls: Iterable[Plain], calendar: Calendar) -> None:
        self.base, self.p, self.calendar = base, p, calendar
        everything = [bound(c, base, p, calendar) for c in sorted(controls, key=lambda c: c["name"])]
        self.controls = [c for c in everything if isinstance(c, Ban | Quota | Licence)]
        self.licences = [c for c in everything if isinstance(c, Licence)]
        self.quotas = [c for c in everything if isinstance(c, Quota)]
        self.leaks = [c for c in everything if isinstance(c, Leak)]
        self.tariffs = [c for c in everything if isinstance(c, Tariff)]
        self.regimes = {c.name: c for c in everything if isinstance(c, Regime)}
        self.production = [c for c in everything if isinstance(c, ProductionQuota)]
        self.floors = [c for c in everything if isinstance(c, PriceFloor)]
        self.reserves = Reserves([c for c in everything if isinstance(c, Reserve)], base, p)
        for control in (*self.controls, *self.leaks):
            control.regime = self.regimes[control.follows] if control.follows else None
        self.rated = [c for c in everything if isinstance(c, RatedOrders)]
        self.shocks = [c for c in everything if isinstance(c, SupplyShock | DemandShock)]

    def support(self, tick: Tick) -> None:
        """What floors add to what plants earn, as their owners see it when they look (eq. 10.9)."""
        if tick.start == 0 or tick.reaches(self.p["review_time"]):
            for f in self.base.facilities:
                f.topped_up = 1.0
            for floor in self.floors:
                floor.support(tick.end)

    def pay(self, tick: Tick) -> None:
        """What floors pay when owners look, and on the last day (eq. 11.9)."""
        for floor in self.floors:
            floor.count(tick)
            if tick.reaches(self.p["review_time"]) or tick.end == self.calendar.days:
                floor.settle(tick.end)

    def shock(self, tick: Tick) -> None:
        """What shocks leave of facilities, and make of demand: they multiply."""
        for f in self.base.facilities:
            f.available = f.made_up = 1.0
        for s in self.base.sectors:
            s.shock = 1.0
        for shock in self.shocks:
            shock.hit(tick)
        for quota in self.production:
            quota.pay(tick)

    def charge(self, tick: Tick) -> None:
        """What is charged on the way, and which measures have come with regimes (eqs 7.14 to 7.16)."""
        for a in self.base.arcs:
            a.tariff = a.leaving = 0.0
        for regime in self.regimes.values():
            regime.go_on(tick, self.tariffs)
        for control in self.controls:
            control.follow()
        for tariff in self.tariffs:
            tariff.charge(tick, self.regimes.values())

    def plan(self, tick: Tick) -> None:
        """What states make of what plants want (eq. 7.18)."""
        for quota in self.production:
            quota.plan(tick)

    def cut(self, tick: Tick) -> None:
        """What states let producers ask, and what sellers ask more where a reserve buys (eqs 7.19, 12.9)."""
        for n in self.base.nodes:
            n.discount = 0.0
        for quota in self.production:
            quota.cut(tick)
        self.reserves.ask_more(tick)

    def share(self, tick: Tick) -> None:
        """Who gets what of what lands, t: by their parts, and by what end uses are granted (eqs 1.2, 7.9, 7.20)."""
        for d in self.base.destinations:
            for u in d.users:
                u.received = u.part * d.landed
        for licence in self.licences:
            licence.approve(tick)
            licence.divert(tick)
        for rule in self.rated:
            rule.divert(tick)

    def decide(self, tick: Tick) -> None:
        """What licences decide in a tick, and what is expected to come of the rest; granted goods leave later in it."""
        for a in self.base.arcs:
            a.granted = a.denied = a.expected_clearance = 0.0
        for licence in self.licences:
            licence.decide(tick)

    def expect(self, tick: Tick) -> None:
        """What is expected of controls, for the rest of the tick (eqs 7.1, 7.2, 7.8)."""
        for a in self.base.arcs:
            a.expected_restriction = a.announcement_effect = a.licence_days = a.licensed = a.traced = 0.0
        for control in self.controls:
            ahead, announcement_effect = control.ahead(tick), control.announcement_effect(tick)
            for a, passes in control.passing(tick):
                a.expected_restriction = 1 - (1 - a.expected_restriction) * (1 - (1 - passes) * ahead)
                a.announcement_effect = max(a.announcement_effect, announcement_effect)
                a.traced = 1 - (1 - a.traced) * (1 - control.traces(tick))
        for licence in self.licences:
            days = licence.takes(tick)
            for a in licence.arcs:
                a.licence_days += days
                a.licensed = max(a.licensed, licence.needing(tick))

    def limit(self, tick: Tick) -> None:
        """What share of expected trade may not leave (eqs 7.3, 7.12, 12.9)."""
        for a in self.base.arcs:
            a.restricted = 0.0
        for control in self.controls:
            control.block(tick)
        self.reserves.ration(tick, self.licences)

    def cross(self, tick: Tick) -> None:
        """What crosses of what is shipped and of what is granted (eq. 7.10), and what waits then."""
        for a in self.base.arcs:
            a.crossed, a.backlog = a.shipped, 0.0
        for control in self.controls:
            if not isinstance(control, Ban):
                control.cross(tick)
        for a in self.base.arcs:
            a.crossed += a.granted
        for licence in self.licences:
            licence.count()
        for tariff in self.tariffs:
            tariff.collect()

    def leak(self, tick: Tick) -> None:
        """What goes round, t, no more than producers can send, pro rata (eq. 7.13)."""
        for a in self.base.arcs:
            a.leaked = 0.0
        for leak in self.leaks:
            leak.leak(tick)
        flowing = alpha(tick.days / self.p["release_time"])
        for o in {a.origin for leak in self.leaks for a in leak.arcs}:
            wished, most = sum(a.leaked for a in o.out_of), o.producer_stock * flowing
            if wished > most:
                for a in o.out_of:
                    a.leaked *= most / wished
