"""A region charges goods that come in from some others (docs/model.md, eq. 7.14)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal, final

from pydantic import Field

from sim.axes import Ints
from sim.files.quantities import Names, WorldNames
from sim.instruments.base import Problem, Setting
from sim.instruments.parts.scope import inward_arcs
from sim.instruments.parts.tariff import Tariff
from sim.world.build import World


@final
class ImportTariff(Tariff):
    """Covered goods of some origins are charged a share of their price when they come in."""

    leaving: ClassVar[bool] = False

    kind: Literal["import_tariff"]
    on: Names = Field(Names(text="all"), description="origins: `all`, `all-CA`, `CN+RU`")
    exempt: Names = Field(Names(), description="origins that are exempted, of those")

    def check(self, names: WorldNames) -> Iterator[Problem]:
        """Names and dates that do not fit."""
        yield from self.check_tariff(names, on=self.on, exempt=self.exempt)

    def origins(self, world: World) -> frozenset[str]:
        """Regions whose goods are charged."""
        return frozenset(self.on.among(world.regions)) - frozenset(self.exempt.among(world.regions)) - {self.by}

    def arcs(self, world: World) -> Ints:
        """Arcs on which the goods come in."""
        return inward_arcs(world, self.by, self.covers.covered(world), self.origins(world))

    def bind(self, setting: Setting) -> None:
        """Attach what is charged and what it brings."""
        self.levy(setting, self.origins(setting.world))
