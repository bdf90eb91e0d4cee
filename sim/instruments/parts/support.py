"""What all support for projects has in common: by whom, for which, from when, and the books (eq. 11.1)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import ClassVar

from pydantic import Field

from sim.axes import Ints
from sim.definitions.events import Happening, declare_event
from sim.ensemble.clock import Tick
from sim.ensemble.gauges import Measured
from sim.files.quantities import Date, Names, WorldNames
from sim.finance.ledger import PUBLIC_COST, PUBLIC_PAID, Ledger
from sim.instruments.base import Instrument, Problem, Setting
from sim.instruments.parts.schedule import check_end
from sim.instruments.parts.scope import Projects
from sim.supply.settle import Supply
from sim.units import DAYS_A_YEAR
from sim.world.build import World

OFFERED = declare_event(
    Happening("offered", "projects may take it, or meet it, from this day on", "instrument", detail="its kind")
)


class Support(Instrument):
    """Something that is offered to projects. Abstract: a kind says what."""

    nothing: ClassVar[tuple[str, str]] = (
        "no project of this scenario is what it names, or none of them makes the good, or nobody makes it at the basis",
        "See `monazite list projects` and `projects` of the scenario.",
    )

    by: str = Field(description="region that pays")
    projects: Names = Field(Names(text="all"), description="projects by name, narrowed by regions and processes")
    regions: Names = Field(Names(text="all"), description="regions they stand in")
    processes: Names = Field(Names(text="all"), description="what they do: mine, separation, metal, magnet, …")
    since: Date = Field(description="first day on which it is offered")
    until: Date | None = Field(None, description="first day on which it is no longer offered; left out, it stays")

    @property
    def scope(self) -> Projects:
        """The projects that it is about."""
        return Projects(self.projects, self.regions, self.processes)

    def check_support(self, names: WorldNames) -> Iterator[Problem]:
        """Names that are not known, and an end before the start."""
        if self.by not in names.regions:
            yield (("by",), f"{self.by!r} is not a region", names.nearest(self.by, names.regions))
        yield from self.scope.check(names)
        yield from check_end(self.since, self.until)

    def rows(self, world: World) -> Ints:
        """Rows (J) of its projects."""
        return self.scope.rows(world)

    def acts_on(self, world: World) -> bool:
        """Whether there are such projects."""
        return len(self.rows(world)) > 0

    def is_offered(self, day: date) -> bool:
        """Whether it is offered on a day."""
        return self.since <= day and (self.until is None or day < self.until)

    def years_left(self, day: date) -> float:
        """For how long it still goes on from a day, years; infinite where it stays."""
        return float("inf") if self.until is None else max(0.0, (self.until - day).days / DAYS_A_YEAR)

    def opens(self, setting: Setting) -> Supply:
        """The projects it meets; what happens is written down on its day."""
        assert setting.supply is not None, "an instrument that acts on no project is refused"
        setting.log(self.since, OFFERED, self.name, self.kind)
        return setting.supply


def booked(support: Support, ledger: Ledger, world: World) -> Iterator[Measured]:
    """Metrics of the books of an instrument, also plant by plant; they are checked when they are read."""
    name = support.name

    def checked() -> Ledger:
        ledger.check(name)
        return ledger

    yield Measured(PUBLIC_COST.item(instrument=name), lambda: checked().cost)
    yield Measured(PUBLIC_PAID.item(instrument=name), lambda: checked().paid)
    for j in support.rows(world):
        row = world.projects.rows[j]
        item = PUBLIC_COST.item(instrument=name, region=row.region, facility=row.project)
        yield Measured(item, partial(ledger.of_plants.__getitem__, j))


def day_of(setting: Setting, tick: Tick) -> date:
    """The date of the end of a tick, on which decisions are taken."""
    return setting.clock.horizon.date(tick.end)
