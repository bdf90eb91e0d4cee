"""A kind of instrument for tests of files: it has one field of each sort, and touches no market."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import ClassVar, Literal, final

from pydantic import Field
from typing_extensions import override

from sim.files.quantities import Cases, Date, Days, Dollars, Model, Names, UncertainShare, WorldNames
from sim.instruments.base import KINDS, Instrument, Problem, Setting
from sim.world.build import World

NAMES = WorldNames(
    elements=("La", "Ce", "Nd", "Dy"),
    stages=("oxide", "metal"),
    commodities=("oxide.Nd", "oxide.Dy", "metal.Dy"),
    regions=("CN", "US", "JP", "NA"),
    sectors=("wind", "defence"),
    facilities=("Mt. Weld", "Lake Works"),
    parameters={"reaction_time": "weeks", "elasticity": "1", "fixed_price": "USD/kg"},
)


class Step(Model):
    """A part of a toll, so that there is something deep."""

    name: str
    share: UncertainShare = Field(description="of the whole")


@final
class Toll(Instrument):
    """Takes a share of what passes."""

    zero: ClassVar[str] = "share: 0"

    kind: Literal["toll"]
    by: str = Field(description="region that takes it")
    towards: Names = Field(default=Names(text="all"), description="regions it is taken from")
    elements: Names | None = Field(default=None, description="elements it is taken on")
    share: UncertainShare = Field(description="share that is taken")
    wait: Cases | None = Field(default=None, description="how long a passage takes")
    pause: Days = Field(default=0.0, description="days before it begins")
    budget: Dollars = Field(default=0.0, description="what collecting it may cost")
    start: Date = Field(default=date(2025, 1, 1), description="first day")
    until: Date | None = Field(default=None, description="first day without it")
    steps: tuple[Step, ...] = Field(default=(), description="parts of it")

    def check(self, names: WorldNames) -> Iterator[Problem]:
        """Names that are not known, and an end before the start."""
        if self.by not in names.regions:
            yield (("by",), f"{self.by!r} is not a region", names.nearest(self.by, names.regions))
        for field, known in (("towards", names.regions), ("elements", names.elements)):
            asked = getattr(self, field)
            what = "region" if field == "towards" else "element"
            for found, right in () if asked is None else asked.unknown(known, what):
                yield ((field,), found, right)
        if self.until is not None and self.until <= self.start:
            yield (("until",), f"{self.until} is not after start, {self.start}", "Leave it out if the toll stays.")

    def is_zero(self) -> bool:
        """Whether nothing is taken."""
        return self.share == 0

    @override
    def acts_on(self, world: World) -> bool:
        """Nothing."""
        return False

    def bind(self, setting: Setting) -> None:
        """Do nothing."""


del KINDS["toll"]  # tests that want it put it back for as long as they run
