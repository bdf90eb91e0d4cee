"""What controls on exports have in common: who, what, towards whom, and when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Literal

import numpy as np
from pydantic import Field, model_validator

from sim.axes import Ints, Scalar
from sim.errors import mistake, suggest
from sim.files.quantities import Date, Model, Names, UncertainDays, UncertainRatePerDay, UncertainShare, WorldNames
from sim.instruments.base import ANNOUNCED, IN_FORCE, LIFTED, Instrument, Problem, Setting, amount
from sim.instruments.parts.calendar import Calendar, Dates, Following
from sim.instruments.parts.eligibility import Coverage, outward_arcs
from sim.market.hooks import Moment
from sim.world.build import World

REGIME = "tariff_regime"  # the kind that a control may follow


class ReExport(Model):
    """Whether others may sell controlled goods on to those from whom they are kept."""

    forbidden: bool = Field(description="whether re-export is forbidden")
    enforcement: UncertainShare = Field(1.0, description="share of what would be sold on that the rule stops")


class Control(Instrument):
    """A measure of one region on what leaves it. Abstract: a kind says what happens to the goods."""

    by: str = Field(description="region whose measure it is")
    covers: Coverage = Field(description="the goods that are covered")
    towards: Names = Field(Names(text="all"), description="destinations: `all`, `all-CN`, `US+EU`")
    announced: Date | None = Field(None, description="when it becomes known; the day in force where left out")
    in_force: Date | None = Field(None, description="first day on which it counts")
    follows: str | None = Field(None, description="instead of dates: the tariff_regime with which it comes and goes")
    until: Date | None = Field(None, description="first day on which it no longer counts; left out, it stays")
    lasts: UncertainDays | None = Field(None, description="instead of `until`: how long it stays in force")

    end: Literal["known", "unknown"] = Field(
        "known", description="whether people know from the announcement on when it ends"
    )
    end_hazard: UncertainRatePerDay = Field(
        0.0, description="how soon people expect an end that is unknown, such as 0.5/year; 0: they expect it to stay"
    )

    re_export: ReExport | None = Field(
        None, description="a rule on re-export: what third countries may sell on of the covered goods"
    )

    @model_validator(mode="after")
    def _comes_at_some_time(self) -> Control:
        if self.in_force is None and self.follows is None:
            raise mistake("it is missing", "Write `in_force`: first day on which it counts.", "in_force")
        return self

    @property
    def known(self) -> date | None:
        """Day on which it becomes known; none where that differs by replicate."""
        return self.announced or self.in_force

    def covered_arcs(self, world: World) -> Ints:
        """Arcs (K,) on which covered goods leave; ascending."""
        return outward_arcs(world, self.by, self.covers.covered(world), self.towards)

    def acts_on(self, world: World) -> bool:
        """Whether covered trade exists in the base year, or projects would begin it."""
        return bool((world.arcs.weight[self.covered_arcs(world)] > 0).any())

    def check_control(self, names: WorldNames) -> Iterator[Problem]:
        """Names that are not known, and dates in an order that cannot be."""
        if self.by not in names.regions:
            yield (("by",), f"{self.by!r} is not a region", names.nearest(self.by, names.regions))
        for found, right in self.towards.unknown(names.regions, "region"):
            yield (("towards",), found, right)
        for path, found, right in self.covers.check(names):
            yield (("covers", *path), found, right)
        yield from self._check_dates()

    def check_others(self, kinds: Mapping[str, str]) -> Iterator[Problem]:
        """A regime that it follows and that is none."""
        if self.follows is not None and kinds.get(self.follows) != REGIME:
            regimes = [name for name, kind in kinds.items() if kind == REGIME]
            yield (("follows",), f"{self.follows!r} is not a {REGIME} of this scenario", suggest(self.follows, regimes))

    def _check_dates(self) -> Iterator[Problem]:
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

    def forbid_re_export(self, setting: Setting, calendar: Dates, coverage: Scalar) -> None:
        """Attach the rule on re-export, if there is one (eq. 6.9)."""
        if self.re_export is None or not self.re_export.forbidden:
            return
        rows = setting.controls.positions(self.covered_arcs(setting.world))
        stopped = coverage * self.draw(setting, "re_export.enforcement", self.re_export.enforcement, "1")

        def trace(moment: Moment) -> None:
            moment.controls.trace(rows, np.asarray(stopped * calendar.share(moment.tick)))

        setting.hooks.expectations.append(trace)

    def calendar(self, setting: Setting) -> Dates:
        """Its dates on the clock; what happens is written down on its day."""
        if self.in_force is None:
            return Following(setting.notices.regimes, self.follows or "")
        day = setting.clock.horizon.day
        announced = self.announced or self.in_force
        start = day(self.in_force)
        end: Scalar = float("inf") if self.until is None else float(day(self.until))
        if self.lasts is not None:
            end = start + self.draw(setting, "lasts", self.lasts, "days")
        setting.log(announced, ANNOUNCED, self.name, self.kind)
        setting.log(self.in_force, IN_FORCE, self.name, self.kind)
        if self.until is not None:
            setting.log(self.until, LIFTED, self.name, self.kind)
        hazard = None if self.end == "known" else self.draw(setting, "end_hazard", self.end_hazard, "/day")
        return Calendar(day(announced), start, end, hazard)
