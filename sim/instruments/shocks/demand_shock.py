"""Demand of some sectors rises or falls for a while; the baseline moves with it (docs/model.md, eq. 2.3)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal, final

import numpy as np
from pydantic import Field

from sim.axes import Ints
from sim.files.quantities import Names, UncertainChange, WorldNames
from sim.instruments.base import Problem, Setting, amount
from sim.instruments.parts.shock import Shock
from sim.market.hooks import Moment
from sim.world.build import World


@final
class DemandShock(Shock):
    """Some sectors want more or less."""

    zero: ClassVar[str] = "change: 0"

    kind: Literal["demand_shock"]
    sectors: Names = Field(Names(text="all"), description="end uses")
    regions: Names = Field(Names(text="all"), description="regions they stand in")
    change: UncertainChange = Field(description="of demand, such as -20 %; 0 is no shock")

    def check(self, names: WorldNames) -> Iterator[Problem]:
        """Names and dates that do not fit."""
        yield from self.check_names(names, sectors="sector", regions="region")

    def is_zero(self) -> bool:
        """Whether nothing changes."""
        return amount(self.change) == 0

    def acts_on(self, world: World) -> bool:
        """Whether any of the sectors exists."""
        return len(self.rows(world)) > 0

    def rows(self, world: World) -> Ints:
        """Rows (S) of its sectors."""
        sectors = set(self.sectors.among(sorted({s for s, _ in world.sectors.names})))
        regions = set(self.regions.among(world.regions))
        return np.array([i for i, (s, g) in enumerate(world.sectors.names) if s in sectors and g in regions], np.intp)

    def bind(self, setting: Setting) -> None:
        """Attach the change of demand."""
        rows, calendar = self.rows(setting.world), self.calendar(setting)
        change = self.draw(setting, "change", self.change, "1")

        def move(moment: Moment) -> None:
            moment.shocks.shifted[rows] *= 1 + change * calendar.share(moment.tick)

        setting.hooks.shocks.append(move)
