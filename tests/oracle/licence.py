"""What is covered leaves with a licence; look-alikes are held (docs/model.md, eqs 7.4 to 7.11)."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from tests.oracle.base import Arc, BaseYear, Node, User, destination, origin
from tests.oracle.calendar import Calendar, Tick
from tests.oracle.control import Control, Plain, named
from tests.oracle.forms import Parameters, alpha, smooth
from tests.oracle.queue import Queue


@dataclass
class LookAlikes:
    """Goods of the same customs code that are held at the border for a while (eq. 7.11)."""

    arcs: list[Arc]
    share: float
    start: float
    full: float
    ease: float
    end: float
    queue: Queue
    released: dict[Arc, float] = field(default_factory=dict)

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
        self.files = Queue(plain["ready"], calendar)
        self.backlog = dict.fromkeys(self.arcs, 0.0)  # ready, not yet decided
        self.granted, self.refused = dict.fromkeys(self.arcs, 0.0), dict.fromkeys(self.arcs, 0.0)
        self.expected_granted = dict.fromkeys(self.arcs, 0.0)
        self.expected_filed = {a: self.coverage * base.flow[a] for a in self.arcs}
        self.approval: dict[Arc, float] = {}
        self.grants: dict[Arc, dict[User, float]] = {}
        self.look_alikes = self._look_alikes(plain["look_alikes"], calendar)

    def _look_alikes(self, plain: Plain | None, calendar: Calendar) -> LookAlikes:
        if plain is None:
            return LookAlikes([], 0, 0, 0, 0, 0, Queue([1.0], calendar))
        trapezium = {key: plain[key] for key in ("share", "start", "full", "ease", "end")}
        return LookAlikes(named(plain["arcs"]), **trapezium, queue=Queue(plain["released"], calendar))

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

    def approve(self, tick: Tick, claims: dict[User, float]) -> None:
        """Approval of each arc, the mean over what its users are granted (eqs 7.6, 7.9)."""
        for a in self.arcs:
            users = self.base.users[destination(a)]
            self.grants[a] = {u: self._grant(a, u, tick) for u in users}
            claimed = sum(claims[u] for u in users)
            self.approval[a] = sum(claims[u] * self.grants[a][u] for u in users) / claimed

    def _grant(self, arc: Arc, user: User, tick: Tick) -> float:
        """Share granted to one user by the rule that fits best; plants are no end use that a rule could name."""
        sector = user[2] if len(user) == 3 else None
        best, share = (False, -1), self.plain["default"]
        for rule in self.plain["rules"]:
            place = (rule["end_uses"] is not None, rule["specific"])
            holds = rule["since"] <= tick.start < rule["until"] and arc in named(rule["arcs"])
            if holds and (rule["end_uses"] is None or sector in rule["end_uses"]) and place >= best:
                best, share = place, rule["share"]
        return float(share)

    def divert(
        self, landed: dict[Arc, float], received: dict[User, float], claims: dict[User, float], tick: Tick
    ) -> None:
        """Share anew what lands at the destinations of its arcs, by what each user is granted (eq. 7.9)."""
        if any(rule["end_uses"] is not None for rule in self.plain["rules"]) and self.needing(tick):
            for d in {destination(a) for a in self.arcs}:
                received |= self._diverted(d, landed, claims, tick)

    def _diverted(self, d: Node, landed: dict[Arc, float], claims: dict[User, float], tick: Tick) -> dict[User, float]:
        """What each user of a destination gets of what lands there."""
        users = self.base.users[d]
        part = {u: claims[u] / sum(claims[v] for v in users) for u in users}
        covered = {a: self.needing(tick) * landed[a] for a in self.arcs if destination(a) == d}
        given = {u: part[u] * sum(self._ratio(a, u) * tonnes for a, tonnes in covered.items()) for u in users}
        everything = sum(landed[a] for a in self.base.into[d])
        free = everything - sum(covered.values())
        lacking = {u: max(0, part[u] * everything - given[u]) for u in users}
        lack = sum(lacking.values())
        return {u: given[u] + (free * lacking[u] / lack if lack else 0.0) for u in users}

    def _ratio(self, arc: Arc, user: User) -> float:
        """What a user is granted, against the mean of the arc (g/ḡ)."""
        return self.grants[arc][user] / self.approval[arc] if self.approval[arc] else 1.0

    # ---------------------------------------------------------------- decisions

    def decide(self, tick: Tick) -> None:
        """Files that are ready come to the reviewers, who grant or refuse (eqs 7.4 to 7.6, 7.10)."""
        ended = self.until <= tick.start
        for a in self.arcs:
            self.backlog[a] += self.files.take_all(a) if ended else self.files.take(a, tick)
        done = 1.0 if ended else self._reviewed(tick)
        for a in self.arcs:
            decided = self.backlog[a] * done
            self.backlog[a] -= decided
            self.granted[a] = decided * (1.0 if ended else self.approval[a])
            self.refused[a] = decided - self.granted[a]
        held = self.look_alikes
        held.released = {a: held.queue.take_all(a) if ended else held.queue.take(a, tick) for a in held.arcs}

    def _reviewed(self, tick: Tick) -> float:
        """Share of the ready files that reviewers get through (eq. 7.5)."""
        rule, value = self.plain["reviewers"], {a: self.base.price[origin(a)] for a in self.arcs}
        ready = sum(self.backlog[a] * value[a] for a in self.arcs)
        if rule is None or not ready:
            return 1.0
        start, final = rule["start"], rule["final"]
        capacity = final * start / (start + (final - start) * math.exp(-self.days(tick) / rule["time"]))
        load = ready / sum(self.base.flow[a] * value[a] for a in self.arcs)
        return min(1.0, float(capacity) * tick.days / load)

    # ---------------------------------------------------------------- what people expect

    def passes(self, arc: Arc, tick: Tick) -> float:
        """Share of covered trade that is expected to pass (eq. 7.7)."""
        general, filed = self.general(tick), self.expected_filed[arc]
        return general + (1 - general) * (min(1.0, self.expected_granted[arc] / filed) if filed else 0.0)

    def takes(self, tick: Tick) -> float:
        """Days that buyers expect a licence to take (eq. 7.8)."""
        mean: float = self.plain["mean"]
        return mean * self.needing(tick) * alpha(self.days(tick) / self.p["licence_learning"])

    # ---------------------------------------------------------------- the border

    def cross(self, passing: dict[Arc, float], tick: Tick) -> None:
        """Take files and look-alikes out of what would cross (eqs 7.4, 7.7, 7.11)."""
        first, end = max(tick.start, self.in_force), math.ceil(min(tick.end, self.until))
        if first >= end:
            return
        filed = {a: passing[a] * self.needing(tick) for a in self.arcs}
        self._take(filed, passing, self.files, range(first, end), tick)
        self._remember(filed, tick)
        share = self.inside(tick) * self.look_alikes.hold(tick.middle - self.in_force)
        held = {a: passing[a] * share for a in self.look_alikes.arcs}
        self._take(held, passing, self.look_alikes.queue, range(first, end), tick)

    def _take(self, tonnes: dict[Arc, float], passing: dict[Arc, float], queue: Queue, days: range, tick: Tick) -> None:
        """Move tonnes from what would cross to what waits."""
        queue.put(tonnes, days.start, days.stop, tick)
        for a, taken in tonnes.items():
            passing[a] -= taken

    def _remember(self, filed: dict[Arc, float], tick: Tick) -> None:
        """What exporters know of files and grants (eq. 7.7)."""
        time, h = self.p["licence_memory"], tick.days
        for a in self.arcs:
            self.expected_filed[a] = smooth(self.expected_filed[a], filed[a] / h, time, h)
            self.expected_granted[a] = smooth(self.expected_granted[a], self.granted[a] / h, time, h)

    def leaving(self, arc: Arc) -> float:
        """What is granted or released in this tick."""
        return self.granted.get(arc, 0.0) + self.look_alikes.released.get(arc, 0.0)

    def pending(self, arc: Arc) -> float:
        """What is expected to come of what waits (eq. 7.8)."""
        files = self.files.waiting(arc) + self.backlog.get(arc, 0.0)
        return files * self.approval.get(arc, 0.0) + self.look_alikes.queue.waiting(arc)

    def waiting(self, arc: Arc) -> float:
        """Files and look-alikes that wait, t."""
        return self.files.waiting(arc) + self.backlog.get(arc, 0.0) + self.look_alikes.queue.waiting(arc)
