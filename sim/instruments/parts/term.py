"""When a measure counts: announced, in force, lifted; or as a tariff regime comes and goes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sim.axes import Scalar
from sim.errors import suggest
from sim.files.distributions import Distribution
from sim.instruments.base import ANNOUNCED, IN_FORCE, LIFTED, Instrument, Problem, Setting, amount
from sim.instruments.parts.calendar import Calendar, Dates, Following

REGIME = "tariff_regime"  # the kind that a measure may follow


@dataclass(frozen=True)
class Term:
    """The dates of a measure, as its fields of the same names say them."""

    announced: date | None
    in_force: date | None
    follows: str | None = None
    until: date | None = None
    lasts: float | Distribution | None = None
    end: Literal["known", "unknown"] = "known"
    end_hazard: float | Distribution = 0.0

    def check_regime(self, kinds: Mapping[str, str]) -> Iterator[Problem]:
        """A regime that it follows and that is none, given the kinds of all instruments by name."""
        if self.follows is not None and kinds.get(self.follows) != REGIME:
            regimes = [name for name, kind in kinds.items() if kind == REGIME]
            yield (("follows",), f"{self.follows!r} is not a {REGIME} of this scenario", suggest(self.follows, regimes))

    def check(self) -> Iterator[Problem]:
        """Dates in an order that cannot be, or said twice."""
        if self.follows is not None:
            yield from self._check_following()
        elif self.in_force is not None:
            yield from self._check_order(self.in_force)

    def _check_following(self) -> Iterator[Problem]:
        if self.end == "unknown":
            yield (("end",), "nobody knows the end of what follows a regime anyway", "Take it out.")
        for field in ("announced", "in_force", "until", "lasts"):
            if getattr(self, field) is not None:
                yield ((field,), f"`{field}` and `follows` both say when it counts", "Write one of them.")

    def _check_order(self, in_force: date) -> Iterator[Problem]:
        if self.announced is not None and self.announced > in_force:
            found = f"{self.announced} is after in_force, {in_force}"
            yield (("announced",), found, "A control is announced first.")
        if self.until is not None and self.until <= in_force:
            yield (
                ("until",),
                f"{self.until} is not after in_force, {in_force}",
                "A control ends after it begins; leave `until` out if it stays.",
            )
        if self.end == "known" and amount(self.end_hazard) > 0:
            yield (("end_hazard",), "people know when it ends", "Write `end: unknown` beside it.")
        if self.until is not None and self.lasts is not None:
            yield (("lasts",), "`until` and `lasts` both say when it ends", "Write one of them.")

    def calendar(self, measure: Instrument, setting: Setting) -> Dates:
        """The dates on the clock; what happens to the measure is written down on its day."""
        if self.in_force is None:
            return Following(setting.notices.regimes, self.follows or "")
        day = setting.clock.horizon.day
        announced = self.announced or self.in_force
        start = day(self.in_force)
        end: Scalar = float("inf") if self.until is None else float(day(self.until))
        if self.lasts is not None:
            end = start + measure.draw(setting, "lasts", self.lasts, "days")
        setting.log(announced, ANNOUNCED, measure.name, measure.kind)
        setting.log(self.in_force, IN_FORCE, measure.name, measure.kind)
        if self.until is not None:
            setting.log(self.until, LIFTED, measure.name, measure.kind)
        hazard = None if self.end == "known" else measure.draw(setting, "end_hazard", self.end_hazard, "/day")
        return Calendar(day(announced), start, end, hazard)
