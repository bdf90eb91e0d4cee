"""Tariffs are answered, talked about, laid aside (docs/model.md, eqs 7.15 and 7.16); draws come as data."""

from __future__ import annotations

from collections.abc import Iterable
from math import inf
from typing import TYPE_CHECKING

from tests.oracle.calendar import Tick
from tests.oracle.control import Plain
from tests.oracle.parts import Arc

if TYPE_CHECKING:
    from tests.oracle.tariff import Tariff

QUIET, RETALIATION, NEGOTIATION, TRUCE = "quiet", "retaliation", "negotiation", "truce"
NEXT = {QUIET: RETALIATION, RETALIATION: NEGOTIATION, NEGOTIATION: TRUCE, TRUCE: QUIET}


class Regime:
    """Where a world stands between a region and another whose tariffs it answers."""

    def __init__(self, plain: Plain) -> None:
        self.plain, self.name = plain, plain["name"]
        self.pair = {plain["by"], plain["against"]}
        self.phase, self.exposure, self.ends, self.answered = QUIET, 0.0, inf, inf

    def go_on(self, tick: Tick, tariffs: Iterable[Tariff]) -> None:
        """Turn if it is time; a quiet world is exposed to what is charged in the tick (eq. 7.15)."""
        plain = self.plain
        if self.phase == QUIET and self.exposure >= plain["patience"]:
            self.answered = self.ends = tick.start
        if self.ends <= tick.start:
            self.phase = NEXT[self.phase]
            self.ends = inf if self.phase == QUIET else self.ends + plain[self.phase]
            self.exposure = 0.0
        if self.phase == QUIET:
            level = sum(t.rate(tick) for t in tariffs if t.by == plain["against"] and plain["by"] in t.on)
            if level:
                self.exposure += plain["hazard"] * (level / plain["reference"]) ** plain["elasticity"] * tick.days

    @property
    def in_force(self) -> bool:
        """Whether what follows it is in force (eq. 7.16)."""
        return self.phase == RETALIATION or (self.phase == NEGOTIATION and self.plain["lifted"] == TRUCE)

    def let_off(self, a: Arc) -> float:
        """Share of tariffs on an arc that a truce lets off."""
        between = {a.name[1], a.name[2]} == self.pair
        relief: float = self.plain["relief"]
        return relief if between and self.phase == TRUCE else 0.0
