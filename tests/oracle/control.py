"""What bans, quotas and licences have in common (docs/model.md, eqs 7.1 and 7.2)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from tests.oracle.base import BaseYear
from tests.oracle.calendar import Tick
from tests.oracle.forms import Parameters
from tests.oracle.parts import Arc

if TYPE_CHECKING:
    from tests.oracle.regime import Regime

Plain = Mapping[str, Any]


def day_or_never(plain: Plain, key: str) -> float:
    """A day, or infinity where there is none."""
    day: float | None = plain[key]
    return math.inf if day is None else day


class Control:
    """A measure on some arcs, with its dates as days from the start of the horizon."""

    def __init__(self, plain: Plain, base: BaseYear, p: Parameters) -> None:
        self.p = p
        self.name: str = plain["name"]
        self.arcs = base.arcs_named(plain["arcs"])
        self.announced: float = plain["announced"]
        self.in_force: float = plain["in_force"]
        self.until = day_or_never(plain, "until")
        self.hazard: float | None = plain.get("hazard")  # of an end that nobody knows
        self.coverage: float = plain["coverage"]
        self.tracing: float = plain.get("tracing", 0.0)  # share of what would be sold on that the rule stops
        self.follows: str | None = plain.get("follows")
        self.regime: Regime | None = None

    def follow(self) -> None:
        """Take its dates of a tick from the regime that it follows, if it does (eq. 7.16)."""
        if self.regime is not None:
            in_force = self.regime.in_force
            self.announced = self.in_force = self.regime.answered if in_force else math.inf
            self.until = math.inf if in_force else 0

    def inside(self, tick: Tick) -> float:
        """Share of the days of a tick on which it is in force, times coverage (*in*)."""
        return tick.covered(self.in_force, self.until) / tick.days * self.coverage

    def traces(self, tick: Tick) -> float:
        """Share of goods of its origin that others may not sell on (eq. 6.9)."""
        return self.tracing * self.inside(tick)

    def ahead(self, tick: Tick) -> float:
        """Share of the next days on which it will be in force, times coverage (eq. 7.1)."""
        if self.announced >= tick.end:
            return 0.0
        far = self.p["look_ahead"]
        if self.hazard is not None and tick.end < self.until:  # nobody knows the end: each day it may be over
            left = max(0, far - max(0, self.in_force - tick.end))
            expected = left if self.hazard == 0 else (1 - math.exp(-self.hazard * left)) / self.hazard
            return self.coverage * expected / far
        return self.coverage * max(0, min(tick.end + far, self.until) - max(tick.end, self.in_force)) / far

    def announcement_effect(self, tick: Tick) -> float:
        """How alarmed people are over it (eq. 7.2)."""
        hold, fade = self.p["announcement_hold"], self.p["announcement_fade"]
        known = (day for day in range(tick.start, tick.end) if self.announced <= day < self.until)
        fresh = (math.exp(-max(0, day - self.announced - hold) / fade) for day in known)
        return self.coverage * sum(fresh) / tick.days

    def days(self, tick: Tick) -> float:
        """Days for which it has been in force at the middle of a tick."""
        return max(0.0, tick.middle - self.in_force)

    def passing(self, tick: Tick) -> Iterator[tuple[Arc, float]]:
        """Each arc and the share of covered trade that is expected to pass (eq. 7.1): none."""
        del tick
        for a in self.arcs:
            yield a, 0.0
