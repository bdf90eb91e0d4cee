"""Nothing that is covered leaves (docs/model.md, eq. 7.3)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal, final

import numpy as np
from pydantic import Field

from sim.axes import Ints, Rows, Scalar
from sim.files.quantities import UncertainShare, WorldNames
from sim.instruments.base import Problem, Setting, amount
from sim.instruments.parts.calendar import Dates
from sim.instruments.parts.control import Control
from sim.market.hooks import Moment
from sim.world.build import World


@final
class ExportBan(Control):
    """Covered goods may not leave towards some regions while it is in force."""

    zero: ClassVar[str] = "coverage: 0"

    kind: Literal["export_ban"]
    coverage: UncertainShare = Field(1.0, description="share of the covered trade that it stops; 0 is no ban")

    def check(self, names: WorldNames) -> Iterator[Problem]:
        """Names and dates that do not fit."""
        yield from self.check_control(names)

    def is_zero(self) -> bool:
        """Whether it stops nothing."""
        return amount(self.coverage) == 0

    def arcs(self, world: World) -> Ints:
        """Arcs of the covered goods."""
        return self.covered_arcs(world)

    def bind(self, setting: Setting) -> None:
        """Attach the ban to expectations and to what may leave."""
        calendar, coverage = self.calendar(setting), self.draw(setting, "coverage", self.coverage, "1")
        rule = _Rule(setting.controls.positions(self.arcs(setting.world)), calendar, coverage, setting)
        self.forbid_re_export(setting, calendar, coverage)
        setting.hooks.expectations.append(rule.expect)
        setting.hooks.limits.append(rule.limit)


@final
class _Rule:
    def __init__(self, rows: Rows, calendar: Dates, coverage: Scalar, setting: Setting) -> None:
        self.rows, self.calendar, self.coverage = rows, calendar, coverage
        p = setting.parameters
        self.look_ahead, self.hold, self.fade = p["look_ahead"], p["announcement_hold"], p["announcement_fade"]

    def expect(self, moment: Moment) -> None:
        """What is announced is expected to be restricted, and alarms."""
        tick, controls = moment.tick, moment.controls
        controls.expect_restriction(self.rows, self.coverage * self.calendar.ahead(tick, self.look_ahead))
        controls.warn(self.rows, self.coverage * self.calendar.announcement_effect(tick, self.hold, self.fade))

    def limit(self, moment: Moment) -> None:
        """What the ban stops does not leave its producer (eq. 7.3)."""
        moment.controls.block(self.rows, np.asarray(self.coverage * self.calendar.share(moment.tick)))
