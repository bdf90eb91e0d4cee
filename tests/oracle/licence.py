"""What is covered leaves with a licence; look-alikes are held (docs/model.md, eqs 7.4 to 7.11)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.oracle.base import BaseYear
from tests.oracle.calendar import Calendar, Tick
from tests.oracle.control import Control, Plain
from tests.oracle.forms import Parameters, alpha, smooth
from tests.oracle.parts import Arc, Node, User
from tests.oracle.queue import Queue, Readiness

NOTHING = 1e-12  # t/day: less than anybody orders
NONE_HELD: Plain = {"arcs": (), "share": 0.0, "released": [1.0], "start": 0, "full": 0, "ease": 0, "end": 0}


@dataclass(eq=False, slots=True)
class Rule:
    """The share that is granted on some days, where nothing fits better."""

    share: float
    since: float = -math.inf
    until: float = math.inf


@dataclass(eq=False, slots=True)
class Docket:
    """The files on one arc, and what people make of them."""

    arc: Arc
    files: Queue  # not yet ready
    expected_filed: float
    rules: dict[User, list[Rule]]  # of each user of the destination those that fit, the best first
    of_traders: dict[User, list[Rule]]  # the same where traders ask for it
    traders: float  # part of the trade that traders ask for
    backlog: float = 0.0  # ready, not yet decided
    granted: float = 0.0
    denied: float = 0.0
    expected_granted: float = 0.0
    approval: float = 0.0
    grants: dict[User, float] = field(default_factory=dict)

    def waiting(self) -> float:
        """Tonnes that wait, ready or not."""
        return self.files.waiting() + self.backlog

    def approve(self, day: int) -> None:
        """What each user is granted in a tick that begins on a day, and the mean (eqs 7.6, 7.9)."""
        self.approval = 0.0
        for user, rules in self.rules.items():
            to_users = first_that_holds(rules, day).share
            to_traders = first_that_holds(self.of_traders[user], day).share
            granted = (1 - self.traders) * to_users + self.traders * to_traders
            self.grants[user] = granted
            self.approval += user.part * granted


def first_that_holds(rules: list[Rule], day: int) -> Rule:
    """The first rule that holds on a day; the last always does."""
    for rule in rules:
        if rule.since <= day < rule.until:
            break
    return rule


class LookAlikes:
    """Goods of the same customs code that are held at the border for a while (eq. 7.11)."""

    def __init__(self, plain: Plain, base: BaseYear, tick: int) -> None:
        readiness = Readiness(plain["released"], tick)
        self.held = {a: Queue(readiness) for a in base.arcs_named(plain["arcs"])}
        self.share: float = plain["share"]
        self.start, self.full, self.ease, self.end = (plain[key] for key in ("start", "full", "ease", "end"))

    def hold(self, days: float) -> float:
        """Share that is held, so many days after the control came in force."""
        if not self.start <= days < self.end:
            return 0.0
        if days < self.full:
            return self.share * (days - self.start) / (self.full - self.start)
        if days < self.ease:
            return self.share
        return self.share * (self.end - days) / (self.end - self.ease)


class Licence(Control):
    """Files on some arcs: when they are ready, decided, granted, and what people make of it."""

    def __init__(self, plain: Plain, base: BaseYear, p: Parameters, calendar: Calendar) -> None:
        super().__init__(plain, base, p)
        self.plain = plain
        readiness = Readiness(plain["ready"], calendar.tick)
        self.dockets = [self._docket(a, Queue(readiness)) for a in self.arcs]
        self.bound_for: dict[Node, list[Docket]] = {}
        for docket in self.dockets:
            self.bound_for.setdefault(docket.arc.destination, []).append(docket)
        self.by_end_use = any(rule["end_uses"] is not None for rule in plain["rules"])
        self.look_alikes = LookAlikes(plain["look_alikes"] or NONE_HELD, base, calendar.tick)

    def _docket(self, arc: Arc, files: Queue) -> Docket:
        """The docket of an arc, with nothing in it."""
        rules, of_traders = (
            {u: list(self._rules(arc, u, buyers)) for u in arc.destination.users} for buyers in ("users", "traders")
        )
        traders = 0.0
        for arcs, share in self.plain.get("traders", ()):
            traders = share if arc.name in {tuple(a) for a in arcs} else traders
        return Docket(arc, files, self.coverage * arc.flow0, rules, of_traders, traders)

    def _rules(self, arc: Arc, user: User, buyers: str) -> Iterator[Rule]:
        """Rules that fit a user, the best first (eq. 7.6); plants are no end use that a rule could name."""
        sector = user.name[2] if len(user.name) == 3 else None
        later_first = reversed(self.plain["rules"])
        for rule in sorted(later_first, key=lambda r: (r["end_uses"] is not None, r["specific"]), reverse=True):
            fits = rule["end_uses"] is None or sector in rule["end_uses"]
            fits = fits and rule.get("buyers") in (None, buyers)
            if fits and arc.name in {tuple(a) for a in rule["arcs"]}:
                yield Rule(rule["share"], rule["since"], rule["until"])
        yield Rule(self.plain["default"])

    def general(self, tick: Tick) -> float:
        """Share of trade under general licences (eq. 7.4)."""
        rule = self.plain["general"]
        if rule is None or tick.middle <= rule["from"]:
            return 0.0
        days: float = tick.middle - rule["from"]
        share: float = rule["share"]
        return share if days >= rule["ramp"] else share * days / rule["ramp"]

    def needing(self, tick: Tick) -> float:
        """Share of the trade on its arcs that needs a licence of its own."""
        return self.inside(tick) * (1 - self.general(tick))

    # ---------------------------------------------------------------- who is granted what

    def approve(self, tick: Tick) -> None:
        """Approval of each arc, the mean over what its users are granted (eqs 7.6, 7.9)."""
        for docket in self.dockets:
            docket.approve(tick.start)

    def divert(self, tick: Tick) -> None:
        """Share anew what lands at the destinations of its arcs, by what each user is granted (eq. 7.9)."""
        needing = self.needing(tick)
        if self.by_end_use and needing:
            for d, dockets in self.bound_for.items():
                self._divert(d, dockets, needing)

    def _divert(self, d: Node, dockets: list[Docket], needing: float) -> None:
        """Share anew what lands at one destination."""
        everything = d.landed
        free = everything - needing * sum(docket.arc.landed for docket in dockets)
        given = dict.fromkeys(d.users, 0.0)
        for docket in dockets:
            covered = needing * docket.arc.landed
            for u, granted in docket.grants.items():
                ratio = granted / docket.approval if docket.approval else 1.0
                given[u] += u.part * ratio * covered
        lacking = {u: max(0, u.part * everything - given[u]) for u in d.users}
        lack = sum(lacking.values())
        for u in d.users:
            u.received = given[u] + (free * lacking[u] / lack if lack else 0.0)

    # ---------------------------------------------------------------- decisions

    def decide(self, tick: Tick) -> None:
        """Files that are ready come to the reviewers, who grant or refuse (eqs 7.4 to 7.6, 7.10)."""
        ended = self.until <= tick.start
        for docket in self.dockets:
            docket.backlog += docket.files.take_all() if ended else docket.files.take(tick.days)
        done = 1.0 if ended else self._reviewed(tick)
        for docket in self.dockets:
            decided = docket.backlog * done
            docket.backlog -= decided
            docket.granted = decided * (1.0 if ended else docket.approval)
            docket.denied = decided - docket.granted
            docket.arc.granted += docket.granted
            docket.arc.denied += docket.denied
            docket.arc.expected_clearance += docket.waiting() * docket.approval  # eq. 7.8
        for a, held in self.look_alikes.held.items():
            a.granted += held.take_all() if ended else held.take(tick.days)
            a.expected_clearance += held.waiting()

    def _reviewed(self, tick: Tick) -> float:
        """Share of the ready files that reviewers get through (eq. 7.5)."""
        rule = self.plain["reviewers"]
        ready = sum(docket.backlog * docket.arc.origin.base_price for docket in self.dockets)
        if rule is None or not ready:
            return 1.0
        start, final = rule["start"], rule["final"]
        capacity = final * start / (start + (final - start) * math.exp(-self.days(tick) / rule["time"]))
        load = ready / sum(a.flow0 * a.origin.base_price for a in self.arcs)
        return min(1.0, float(capacity) * tick.days / load)

    # ---------------------------------------------------------------- what people expect

    def passing(self, tick: Tick) -> Iterator[tuple[Arc, float]]:
        """Each arc and the share of covered trade that is expected to pass (eq. 7.7)."""
        general = self.general(tick)
        for docket in self.dockets:
            filed = docket.expected_filed
            yield docket.arc, general + (1 - general) * (min(1.0, docket.expected_granted / filed) if filed else 0.0)

    def takes(self, tick: Tick) -> float:
        """Days that buyers expect a licence to take (eq. 7.8)."""
        mean: float = self.plain["mean"]
        return mean * self.needing(tick) * alpha(self.days(tick) / self.p["licence_learning"])

    # ---------------------------------------------------------------- the border

    def block(self, tick: Tick) -> None:
        """Nobody may file for what is to lie in a larger stock than usual (eq. 7.4)."""
        for a in self.arcs:
            d = a.destination
            hoarded = d.target_stock * (1 - 1 / d.hoarding) / self.p["stock_adjustment_time"]
            part = min(1.0, hoarded / max(d.all_orders, NOTHING))
            a.restricted = max(a.restricted, self.needing(tick) * (1 - self.plain.get("stockpiling", 1.0)) * part)

    def cross(self, tick: Tick) -> None:
        """Take files and look-alikes out of what would cross."""
        first, end = max(tick.start, self.in_force), math.ceil(min(tick.end, self.until))
        if first < end:
            self._file(int(first) - tick.start, end - tick.start, tick)
            self._hold(int(first) - tick.start, end - tick.start, tick)

    def _file(self, first: int, end: int, tick: Tick) -> None:
        """Take in files on some days of a tick (eq. 7.4), and remember how much was filed and granted (eq. 7.7)."""
        needing, memory = self.needing(tick), alpha(tick.days / self.p["licence_memory"])
        for docket in self.dockets:
            filed = docket.arc.crossed * needing
            docket.arc.crossed -= filed
            docket.files.put(filed, first, end)
            docket.expected_filed = smooth(docket.expected_filed, filed / tick.days, memory)
            docket.expected_granted = smooth(docket.expected_granted, docket.granted / tick.days, memory)

    def _hold(self, first: int, end: int, tick: Tick) -> None:
        """Hold look-alikes on some days of a tick (eq. 7.11)."""
        share = self.inside(tick) * self.look_alikes.hold(tick.middle - self.in_force)
        for a, queue in self.look_alikes.held.items():
            held = a.crossed * share
            a.crossed -= held
            queue.put(held, first, end)

    def count(self) -> None:
        """Add up what waits on each arc."""
        for docket in self.dockets:
            docket.arc.backlog += docket.waiting()
        for a, held in self.look_alikes.held.items():
            a.backlog += held.waiting()
