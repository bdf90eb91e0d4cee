"""A region charges goods that leave it (docs/model.md, eq. 7.14)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal, final

from pydantic import Field

from sim.axes import Ints
from sim.files.quantities import Names, WorldNames
from sim.instruments.base import Problem, Setting
from sim.instruments.parts.scope import outward_arcs
from sim.instruments.parts.tariff import Tariff
from sim.world.build import World


@final
class ExportTariff(Tariff):
    """Covered goods are charged a share of their price when they leave towards some regions."""

    leaving: ClassVar[bool] = True

    kind: Literal["export_tariff"]
    towards: Names = Field(Names(text="all"), description="destinations: `all`, `all-CN`, `US+EU`")

    def check(self, names: WorldNames) -> Iterator[Problem]:
        """Names and dates that do not fit."""
        yield from self.check_tariff(names, towards=self.towards)

    def arcs(self, world: World) -> Ints:
        """Arcs on which the goods leave."""
        return outward_arcs(world, self.by, self.covers.covered(world), self.towards)

    def bind(self, setting: Setting) -> None:
        """Attach what is charged and what it brings."""
        self.levy(setting, [self.by])
