"""Export controls of one world (docs/model.md, section 7).

What section 7 leaves open is settled here as follows; days count from the start of the horizon.

1. A control is known from the tick that holds the day of its announcement, and its end with it. *Ahead*
   (eq. 7.1) counts the days [end of tick, end of tick + L) that lie in [in force, until). *Alarm* (eq. 7.2)
   counts whole days, 0 on the day of the announcement.
2. *Barred*, alarm and licence days are formed once a tick, before orders (section 5), and hold for sections
   5 to 8. They know what licences had let through, and what quotas had left, at the end of the tick before.
   Until it is in force, a licence is expected to let through what general licences cover and no more
   (granted̄ = 0), a quota all (room = 1).
3. granted̄ and filed̄ (eq. 7.7) move at the end of each tick on a day of which the licence is in force, by
   what was granted and filed in it, a day of the whole tick.
4. *Days in force* (eqs 7.5, 7.8, 7.11) and general licences are read at the middle of the tick; never below
   0.
5. Where several licences, or a licence and look-alikes, meet on an arc, each takes its share of what those
   before it (by name) left. Pending tonnes and licence days of all of them add up.
6. A control ends in the tick that holds the day `until`: what was filed or held before that tick is granted
   or released in it, whole; what is filed in its first days is granted in the next. Nothing is refused
   then. Look-alikes are held where the middle of the tick lies in [in force, until).
7. *Pending* before the border has been crossed (eq. 5.3) holds, besides eq. 7.8, what has been granted or
   released in this tick and has not yet left; so no tonne is lost between queue and ship. After it (eq.
   8.1) it holds what was filed and held in this tick.
8. End uses (eq. 7.9): users that no rule names have the arc's own approval. What lands on a covered arc is
   shared with w = 1 + in·(1 − general)·(g_u/ḡ_d − 1): its covered part by g_u/ḡ_d, the rest by E alone;
   where ḡ_d = 0, all by E.
9. Ready files are weighed for reviewers at the base price of the origin; granted is decided × approval of
   the tick of decision.
10. A quota counts what leaves the makers' stocks. Of the wishes on an arc the share *in* is under the
    quota: blocked = in·(1 − g), and of what leaves, in·g ÷ (1 − in·(1 − g)) is counted.
11. Years have 365 days. Batches open, and lapse, on their day; the tick sees the account as it stands at
    the end of its last day. The days to the end of a batch run from the first day of the tick on which the
    quota is in force. On the day in force the running batch opens in proportion to the days that it has
    left; batches before it are gone.
12. Leakage (in `border.py`) counts the days of the tick on which it goes on; where less is left at an
    origin, its arcs share pro rata.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import simpy

from tests.oracle.base import Arc, BaseYear, Node, User, destination, origin
from tests.oracle.calendar import Calendar, Tick
from tests.oracle.forms import Parameters, alpha, logistic, smooth
from tests.oracle.queue import Queue

Plain = Mapping[str, Any]
NOON = 0.5          # what is dated d happens at d + ½, after the tick that ends on d


def named(arcs: Iterable[Iterable[str]]) -> list[Arc]:
    """Arcs as tuples of commodity, origin and destination."""
    return [(commodity, start, end) for commodity, start, end in arcs]


class Control:
    """What bans, licences and quotas have in common."""

    def __init__(self, plain: Plain, base: BaseYear, p: Parameters) -> None:
        self.base, self.p = base, p
        self.name: str = plain["name"]
        self.arcs = named(plain["arcs"])
        self.announced, self.in_force = plain["announced"], plain["in_force"]
        self.until: float = math.inf if plain["until"] is None else plain["until"]
        self.coverage: float = plain["coverage"]

    def inside(self, tick: Tick) -> float:
        """Share of the days of a tick on which it is in force, times coverage."""
        return tick.covered(self.in_force, self.until) / tick.days * self.coverage

    def ahead(self, tick: Tick) -> float:
        """Share of the next days on which it will be in force, times coverage (eq. 7.1)."""
        if self.announced >= tick.end:
            return 0.0
        far = self.p["look_ahead"]
        return self.coverage * max(0, min(tick.end + far, self.until) - max(tick.end, self.in_force)) / far

    def alarm(self, tick: Tick) -> float:
        """How alarmed people are over it (eq. 7.2)."""
        hold, fade = self.p["alarm_hold"], self.p["alarm_fade"]
        known = (day for day in range(tick.start, tick.end) if self.announced <= day < self.until)
        fresh = (math.exp(-max(0, day - self.announced - hold) / fade) for day in known)
        return self.coverage * sum(fresh) / tick.days

    def passes(self, arc: Arc, tick: Tick) -> float:
        """Share of covered trade that is expected to pass (eq. 7.1): none."""
        del arc, tick
        return 0.0


class Ban(Control):
    """Nothing that is covered leaves (eq. 7.3)."""

    def blocked(self, want: dict[Arc, float], price: dict[Node, float], tick: Tick) -> dict[Arc, float]:
        """Share of what is wished on its arcs that may not leave."""
        del want, price
        return dict.fromkeys(self.arcs, self.inside(tick))


class Quota(Control):
    """A yearly volume in batches, filled by margin (eq. 7.12)."""

    def __init__(self, plain: Plain, base: BaseYear, p: Parameters) -> None:
        super().__init__(plain, base, p)
        self.volume: float = plain["volume"]
        self.counted: dict[Arc, float] = plain["counted"]
        self.year_start: int = plain["year_start"]
        self.batches = sorted({0: 0.0, **dict(plain["batches"])}.items())
        self.first = max(0, self.in_force)
        self.account = 0.0
        self.room = dict.fromkeys(self.arcs, 1.0)

    def openings(self) -> Iterator[tuple[int, float, bool]]:
        """(day, share of the yearly volume, whether what was left lapses) of each batch."""
        for year in itertools.count():
            for day, share in self.batches:
                yield self.year_start + 365 * year + day, share, day == 0

    def dates(self, env: simpy.Environment) -> Generator[simpy.Event, None, None]:
        """Open the batches on their days."""
        opened, running = -math.inf, 0.0
        for day, share, lapses in self.openings():
            if opened <= self.first < day:
                yield env.timeout(self.first + NOON - env.now)
                self.account = self.volume * running * (day - self.first) / (day - opened)
            if day > self.first:
                yield env.timeout(day + NOON - env.now)
                self.account = self.volume * share + (0 if lapses else self.account)
            opened, running = day, share

    def left(self, tick: Tick) -> float:
        """What may leave in a tick, t of what the quota counts."""
        first = max(tick.start, self.first)
        end = next(day for day, _, _ in self.openings() if day >= tick.end)
        return self.account * min(1, tick.covered(self.in_force, self.until) / (end - first))

    def blocked(self, want: dict[Arc, float], price: dict[Node, float], tick: Tick) -> dict[Arc, float]:
        """Share of what is wished on its arcs that may not leave."""
        inside = self.inside(tick)
        if not inside:
            return dict.fromkeys(self.arcs, 0.0)
        wished = {a: want[a] * inside * self.counted[a] * tick.days for a in self.arcs}
        usd = {n: self.base.price[n] * math.exp(x) for n, x in price.items()}
        margin = {a: (usd[destination(a)] - usd[origin(a)]) / self.counted[a] for a in self.arcs}
        self.room = fill_by_margin(wished, margin, self.left(tick), self.p["quota_margin_spread"])
        return {a: inside * (1 - room) for a, room in self.room.items()}

    def count(self, shipped: dict[Arc, float], tick: Tick) -> None:
        """Take what leaves off the account."""
        inside = self.inside(tick)
        for a in self.arcs:
            left = 1 - inside * (1 - self.room[a])
            under = inside * self.room[a] / left if left else 0.0
            self.account = max(0, self.account - shipped[a] * under * self.counted[a])

    def passes(self, arc: Arc, tick: Tick) -> float:
        """Share of covered trade that is expected to pass: the room of the tick before."""
        del tick
        return self.room[arc]


def fill_by_margin(
    wished: dict[Arc, float], margin: dict[Arc, float], left: float, spread: float
) -> dict[Arc, float]:
    """Shares of wishes that fill what is left, those with the best margins first (eq. 7.12)."""
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
    """What is covered leaves with a licence (eqs 7.4 to 7.11)."""

    def __init__(self, plain: Plain, base: BaseYear, p: Parameters, calendar: Calendar) -> None:
        super().__init__(plain, base, p)
        self.plain = plain
        self.files = Queue(plain["ready"], calendar)
        self.backlog = dict.fromkeys(self.arcs, 0.0)               # ready, not yet decided
        self.granted, self.refused = dict.fromkeys(self.arcs, 0.0), dict.fromkeys(self.arcs, 0.0)
        self.expected_granted = dict.fromkeys(self.arcs, 0.0)
        self.expected_filed = {a: base.flow[a] for a in self.arcs}
        self.approval: dict[Arc, float] = dict(plain["approval"])
        self.grants: dict[Arc, dict[User, float]] = {a: {} for a in self.arcs}
        self.look_alikes = self._look_alikes(plain["look_alikes"], calendar)

    def _look_alikes(self, plain: Plain | None, calendar: Calendar) -> LookAlikes:
        if plain is None:
            return LookAlikes([], 0, 0, 0, 0, 0, Queue([1.0], calendar))
        trapezium = {key: plain[key] for key in ("share", "start", "full", "ease", "end")}
        return LookAlikes(named(plain["arcs"]), **trapezium, queue=Queue(plain["released"], calendar))

    def general(self, tick: Tick) -> float:
        """Share of trade under general licences."""
        rule = self.plain["general"]
        if rule is None or tick.middle < rule["from"]:
            return 0.0
        days: float = tick.middle - rule["from"]
        share: float = rule["share"]
        return share if days >= rule["ramp"] else share * days / rule["ramp"]

    def decide(self, tick: Tick, expected: dict[User, float]) -> None:
        """Files that are ready come to the reviewers, who grant or refuse (eqs 7.4 to 7.6)."""
        ended = self.until < tick.end
        self._approve(expected)
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
        load = sum(self.backlog[a] * value[a] for a in self.arcs)
        if rule is None or not load:
            return 1.0
        days = max(0, tick.middle - self.in_force)
        capacity = rule["final"] + (rule["start"] - rule["final"]) * math.exp(-days / rule["time"])
        normal_trade = sum(self.base.flow[a] * value[a] for a in self.arcs)
        return min(1.0, float(capacity) * tick.days * normal_trade / load)

    def _approve(self, expected: dict[User, float]) -> None:
        """Approval of each arc, by what its users need it for (eq. 7.9)."""
        for a in self.arcs if self.plain["end_uses"] else ():
            users = self.base.users[destination(a)]
            self.grants[a] = {u: self._grant(a, u) for u in users}
            needed = sum(expected[u] for u in users)
            self.approval[a] = sum(expected[u] * self.grants[a][u] for u in users) / needed

    def _grant(self, arc: Arc, user: User) -> float:
        """Share granted to one user; plants serve no end use that a rule could name."""
        default: float = self.plain["approval"][arc]
        share: float = self.plain["end_uses"].get(user[2], default) if len(user) == 3 else default
        return share

    def weight(self, arc: Arc, user: User, tick: Tick) -> float:
        """How a user's claim on what lands differs from its need (eq. 7.9)."""
        if not self.grants.get(arc) or not self.approval[arc]:
            return 1.0
        through_files = self.inside(tick) * (1 - self.general(tick))
        return 1 + through_files * (self.grants[arc][user] / self.approval[arc] - 1)

    def passes(self, arc: Arc, tick: Tick) -> float:
        """Share of covered trade that is expected to pass (eq. 7.7)."""
        general = self.general(tick)
        return general + (1 - general) * min(1.0, self.expected_granted[arc] / self.expected_filed[arc])

    def days(self, tick: Tick) -> float:
        """Days that buyers expect a licence to take (eq. 7.8)."""
        learnt = alpha(max(0, tick.middle - self.in_force) / self.p["licence_learning"])
        mean: float = self.plain["mean"]
        return mean * self.inside(tick) * (1 - self.general(tick)) * learnt

    def take(self, passing: dict[Arc, float], tick: Tick) -> None:
        """Take files and look-alikes out of what would cross (eqs 7.4, 7.7, 7.11)."""
        first, end = max(tick.start, self.in_force), int(min(tick.end, self.until))
        if first < end:
            filed = {a: passing[a] * self.inside(tick) * (1 - self.general(tick)) for a in self.arcs}
            self.files.put(filed, first, end, tick)
            self._remember(filed, tick)
            for a, tonnes in filed.items():
                passing[a] -= tonnes
        if self.in_force <= tick.middle < self.until:
            share = self.look_alikes.hold(tick.middle - self.in_force) * self.coverage
            held = {a: passing[a] * share for a in self.look_alikes.arcs}
            self.look_alikes.queue.put(held, tick.start, tick.end, tick)
            for a, tonnes in held.items():
                passing[a] -= tonnes

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
