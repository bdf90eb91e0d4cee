"""Controlled goods that reach buyers by third countries (docs/model.md, eq. 7.13)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal, final

import numpy as np
from pydantic import Field

from sim.axes import Ints, Scalar, at_least
from sim.definitions.metrics import Metric, declare
from sim.ensemble.gauges import Measured
from sim.files.quantities import UncertainShare, WorldNames
from sim.instruments.base import Problem, Setting, amount
from sim.instruments.parts.calendar import Dates
from sim.instruments.parts.control import Control
from sim.market.hooks import Moment
from sim.world.build import World

LEAKED = declare(
    Metric(
        "leaked",
        "t",
        ("instrument",),
        "neither",
        "tonnes that tried to go round; what stocks allowed went",
        idle="nothing was diverted",
    )
)


@final
class Leakage(Control):
    """What controls bar, some of it goes round, the more the wider the price gap and the weaker enforcement."""

    zero: ClassVar[str] = "rate: 0"

    kind: Literal["leakage"]
    rate: UncertainShare = Field(
        description="share of base-year trade that goes round a full bar for each unit of the price gap (ln)"
    )
    enforcement: UncertainShare = Field(0.0, description="share of that which is caught before it leaves")

    def check(self, names: WorldNames) -> Iterator[Problem]:
        """Names and dates that do not fit."""
        yield from self.check_control(names)
        if self.re_export is not None:
            yield (("re_export",), "leakage is no rule that could forbid it", "Write it in the control that is evaded.")

    def is_zero(self) -> bool:
        """Whether nothing goes round."""
        return amount(self.rate) == 0

    def arcs(self, world: World) -> Ints:
        """Arcs of the covered goods."""
        return self.covered_arcs(world)

    def bind(self, setting: Setting) -> None:
        """Attach leakage after the border."""
        rule = _Rule(self, setting, self.calendar(setting))
        setting.hooks.leaks.append(rule.leak)
        setting.measured.append(Measured(LEAKED.item(instrument=self.name), lambda: rule.total))


@final
class _Rule:
    def __init__(self, schema: Leakage, setting: Setting, calendar: Dates) -> None:
        world = setting.world
        self.world, self.calendar = world, calendar
        self.arcs = schema.arcs(world)
        self.rows = setting.controls.positions(self.arcs)
        rate = schema.draw(setting, "rate", schema.rate, "1")
        caught = schema.draw(setting, "enforcement", schema.enforcement, "1")
        self.rate: Scalar = rate * (1 - caught)
        self.total = np.zeros(setting.replicates)

    def leak(self, moment: Moment) -> None:
        """What tries to go round in a tick (eq. 7.13)."""
        world, arcs, tick, controls = self.world, self.arcs, moment.tick, moment.controls
        price = moment.state.price
        gap = (
            price[world.nodes.destinations][world.arcs.destination[arcs]]
            - price[world.nodes.origins][world.arcs.origin[arcs]]
        )
        days = tick.days * self.calendar.share(tick)
        tried = self.rate * world.arcs.flow[arcs] * at_least(gap, 0) * controls.expected_restriction[self.rows] * days
        controls.leaking[self.rows] += tried
        for row in tried:
            self.total += row
