"""What controls on exports have in common: who, what, towards whom, and when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Literal

import numpy as np
from pydantic import Field, model_validator

from sim.axes import Ints, Scalar
from sim.errors import mistake
from sim.files.quantities import Date, Model, Names, UncertainDays, UncertainRatePerDay, UncertainShare, WorldNames
from sim.instruments.base import Instrument, Problem, Setting
from sim.instruments.parts.calendar import Dates
from sim.instruments.parts.scope import Coverage, Exports
from sim.instruments.parts.term import Term
from sim.market.hooks import Moment
from sim.world.build import World


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

    @property
    def scope(self) -> Exports:
        """The exports that it is about."""
        return Exports(self.by, self.covers, self.towards)

    @property
    def term(self) -> Term:
        """When it counts."""
        return Term(self.announced, self.in_force, self.follows, self.until, self.lasts, self.end, self.end_hazard)

    def covered_arcs(self, world: World) -> Ints:
        """Arcs (K,) on which covered goods leave; ascending."""
        return self.scope.arcs(world)

    def acts_on(self, world: World) -> bool:
        """Whether covered trade exists in the base year, or projects would begin it."""
        return self.scope.is_traded(world)

    def check_control(self, names: WorldNames) -> Iterator[Problem]:
        """Names that are not known, and dates in an order that cannot be."""
        yield from self.scope.check(names)
        yield from self.term.check()

    def check_others(self, kinds: Mapping[str, str]) -> Iterator[Problem]:
        """A regime that it follows and that is none."""
        yield from self.term.check_regime(kinds)

    def calendar(self, setting: Setting) -> Dates:
        """Its dates on the clock; what happens is written down on its day."""
        return self.term.calendar(self, setting)

    def forbid_re_export(self, setting: Setting, calendar: Dates, coverage: Scalar) -> None:
        """Attach the rule on re-export, if there is one (eq. 6.9)."""
        if self.re_export is None or not self.re_export.forbidden:
            return
        rows = setting.controls.positions(self.covered_arcs(setting.world))
        stopped = coverage * self.draw(setting, "re_export.enforcement", self.re_export.enforcement, "1")

        def trace(moment: Moment) -> None:
            moment.controls.trace(rows, np.asarray(stopped * calendar.share(moment.tick)))

        setting.hooks.expectations.append(trace)
