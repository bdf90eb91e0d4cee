"""For the tests: a small world with some instruments, in the engine and in the oracle."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sim.instruments  # noqa: F401  (registers the kinds)
from sim.chunk import Chunk, Setup
from sim.ensemble.clock import Horizon
from sim.instruments.base import KINDS, Instrument
from sim.world.build import build
from sim.world.rows import Tables
from tests.oracle import Record, run
from tests.oracle.cases import STEADY, far_mine, numbers, operated, parameters
from tests.oracle.engine import TOLERANCE, difference, follow
from tests.oracle.plain import plain
from tests.worlds import MARGINS, ROUTES, small_tables

Spec = dict[str, Any]
When = Callable[[float], str]
START = date(2027, 6, 10)  # so that a year ends and a leap day comes within the horizon
TWO, THREE = ("HO", "AB"), ("HO", "AB", "CD")
FAR = "FA rock mine"
PLAIN_MAGNETS = ("HO plain magnets", "CD plain magnets")  # of those who make most of them, and of others


@dataclass(frozen=True)
class Case:
    """A small world and its ticks; the last is cut short by a day."""

    regions: tuple[str, ...] = TWO
    growth: float = 0.0
    tick: int = 7
    ticks: int = 52
    first: int = 0
    settings: tuple[tuple[str, float], ...] = ()
    projects: tuple[str, ...] = ()  # facilities

    @property
    def tables(self) -> Tables:
        """The world."""
        made = small_tables(numbers(self.first), self.regions, self.growth)
        made = far_mine(made) if FAR in self.projects else made
        return operated(made, self.projects, self.p["utilisation_base"])

    @property
    def p(self) -> dict[str, float]:
        """The parameters that ship, but for some."""
        return parameters(growth=float(self.growth > 0)) | STEADY | dict(self.settings)

    @property
    def days(self) -> int:
        """Length of the horizon."""
        return self.ticks * self.tick - 1

    def at(self, ticks: float) -> str:
        """The date after so many ticks."""
        return day(round(ticks * self.tick))


REPLICATES = {
    "two regions": Case(),
    "two regions that grow, short ticks": Case(growth=0.15, tick=3, first=60),
    "three regions": Case(THREE, first=120),
    "three regions that grow, with projects": Case(
        THREE, growth=0.15, first=180, projects=("AB rock mine", "AB rock separation", *PLAIN_MAGNETS)
    ),
    "a far mine, short ticks": Case(THREE, tick=3, first=240, projects=("AB rock mine", "AB rich magnets", FAR)),
}


def day(number: int) -> str:
    """The date so many days after the start, as a scenario file has it."""
    return (START + timedelta(days=number)).isoformat()


def both(case: Case, specs: Sequence[Spec]) -> tuple[Record, Record]:
    """What engine and oracle record of a world with some instruments."""
    tables = case.tables
    world = build(tables, MARGINS, case.projects, case.p["utilisation_base"], routes=ROUTES)
    horizon = Horizon(START, START + timedelta(days=case.days - 1), case.tick)
    instruments: list[Instrument] = [KINDS[spec["kind"]].model_validate(spec) for spec in specs]
    chunk = Chunk(Setup(world, case.p, horizon, instruments, uncertain=False), range(1))
    longest = int(case.p["licence_horizon"])
    reported = [plain(instrument, world, horizon, longest) for instrument in instruments]
    engine = follow(world, chunk)
    return engine, run(tables, MARGINS, case.p, case.days, case.tick, reported)


def compared(case: Case, specs: Sequence[Spec]) -> Record:
    """Compare engine and oracle; what the engine recorded."""
    engine, oracle = both(case, specs)
    found = difference(engine, oracle)
    assert found.size <= TOLERANCE, found
    return engine


def peak(record: Record, variable: str) -> float:
    """The largest value of a variable, anywhere and at any time."""
    return max(max(values.values()) for values in record[variable])
