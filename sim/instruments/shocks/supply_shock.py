"""Facilities lose part of their capacity for a while: an accident, a strike, a closed mine (docs/model.md, eq. 4.3)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal, final

from pydantic import Field

from sim.axes import Ints
from sim.files.quantities import Names, UncertainShare, WorldNames
from sim.instruments.base import Problem, Setting, amount
from sim.instruments.parts.shock import Shock
from sim.market.hooks import Moment
from sim.world.build import World


@final
class SupplyShock(Shock):
    """Some facilities lose a share of their capacity."""

    zero: ClassVar[str] = "loss: 0"

    kind: Literal["supply_shock"]
    facilities: Names = Field(Names(text="all"), description="facilities by name, narrowed by regions and processes")
    regions: Names = Field(Names(text="all"), description="regions they stand in")
    processes: Names = Field(Names(text="all"), description="what they do: mine, separation, metal, magnet, …")
    loss: UncertainShare = Field(description="share of capacity that is lost; 0 is no shock")

    def check(self, names: WorldNames) -> Iterator[Problem]:
        """Names and dates that do not fit."""
        yield from self.check_names(names, facilities="facility", regions="region", processes="process")

    def is_zero(self) -> bool:
        """Whether nothing is lost."""
        return amount(self.loss) == 0

    def acts_on(self, world: World) -> bool:
        """Whether any of the facilities runs in the base year."""
        return len(self.rows(world)) > 0

    def rows(self, world: World) -> Ints:
        """Rows (F) of its facilities."""
        rows = world.tables.facilities
        return world.facilities.where(
            name=self.facilities.among(tuple(row.facility for row in rows)),
            region=self.regions.among(world.regions),
            process=self.processes.among(sorted({row.process for row in rows})),
        )

    def bind(self, setting: Setting) -> None:
        """Attach the loss of capacity."""
        rows, calendar = self.rows(setting.world), self.calendar(setting)
        loss = self.draw(setting, "loss", self.loss, "1")

        def lose(moment: Moment) -> None:
            moment.shocks.available[rows] *= 1 - loss * calendar.share(moment.tick)

        setting.hooks.shocks.append(lose)
