"""Engine and oracle are the same market: every variable of every tick, to 1e-9."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import pytest

from sim.chunk import Chunk, Setup
from sim.ensemble.clock import Horizon
from sim.files.shipped import shipped_world, worlds
from sim.world.build import build
from sim.world.rows import Tables
from sim.world.tables import read
from tests.oracle import Record, run
from tests.oracle.cases import numbers, parameters
from tests.oracle.engine import TOLERANCE, difference, follow
from tests.worlds import MARGINS, ROUTES, small_tables


@dataclass(frozen=True)
class Case:
    """A small world, or the one that ships, and how long it is looked at."""

    regions: tuple[str, ...] = ("HO", "AB")
    growth: float = 0.0
    perturb: float = 1.0
    tick: int = 7
    days: int = 364
    start: int = 0
    settings: tuple[tuple[str, float], ...] = ()
    ships: str | None = None  # name of the world that ships; empty is that of today

    @property
    def tables(self) -> Tables:
        """The world."""
        if self.ships is not None:
            return read(shipped_world(self.ships))
        return small_tables(numbers(self.start), self.regions, self.growth)

    @property
    def margins(self) -> dict[str, float]:
        """Value of outputs over costs, by process."""
        if self.ships is not None:
            return {k.removeprefix("margin_"): v for k, v in self.p.items() if k.startswith("margin_")}
        return MARGINS

    @property
    def p(self) -> dict[str, float]:
        """The parameters."""
        return parameters(growth=float(self.growth > 0)) | dict(self.settings)


BOUNDS = (  # so tight that they hold
    ("hoarding_ceiling", 1.05),
    ("utilisation_bound", 2.0),
    ("least_ratio", 0.9),
    ("fill_rate_floor", 0.95),
    ("saving_floor", 0.97),
    ("saving_ceiling", 1.001),
    ("thrift_floor", 0.95),
    ("thrift_return", 0.9),
    ("thrift_time", 50.0),
    ("thrift_dead_band", 0.002),
    ("least_cover", 40.0),
    ("price_floor", 0.95),
)
THREE = ("HO", "AB", "CD")
CASES = {
    "base year": Case(),
    "short of stock": Case(perturb=0.8),
    "ample stock": Case(perturb=1.2, start=50),
    "growth": Case(growth=0.15, start=100),
    "three regions": Case(THREE, growth=0.15, perturb=1.2, start=150),
    "ticks of three days": Case(THREE, perturb=0.8, tick=3, days=156, start=200),
    "a last tick cut short": Case(THREE, growth=0.15, perturb=0.8, days=361, start=250),
    "hardly any stock": Case(growth=0.15, perturb=0.05, start=300),
    "bounds that hold, little stock": Case(perturb=0.3, days=728, start=400, settings=BOUNDS),
    "bounds that hold, much stock": Case(
        THREE, growth=0.15, perturb=2.0, start=450, settings=(*BOUNDS, ("least_prospect", 130.0))
    ),
    "the world that ships": Case(growth=1.0, perturb=0.8, days=140, ships=""),
    **{f"the world of {name}": Case(growth=1.0, perturb=0.8, days=140, ships=name) for name in worlds()},
    "little stock, and sellers who wait": Case(
        THREE, perturb=0.3, days=364, start=500, settings=(("withholding", 0.8), ("withholding_growth", 0.1))
    ),
    "four times the stock, two years": Case(THREE, growth=0.15, perturb=4.0, days=728, start=350),
}


@cache
def engine(case: Case) -> Record:
    """What the engine records, in the names of the oracle."""
    world = build(case.tables, case.margins, routes=ROUTES)
    start = date(2025, 1, 1)
    horizon = Horizon(start, start + timedelta(days=case.days - 1), case.tick)
    chunk = Chunk(Setup(world, case.p, horizon, uncertain=False), range(1))
    chunk.market.state.producer_stock[:] *= case.perturb
    chunk.market.state.user_stock[:] *= case.perturb
    return follow(world, chunk)


@cache
def oracle(case: Case) -> Record:
    """What the oracle records."""
    return run(case.tables, case.margins, case.p, case.days, case.tick, perturb=case.perturb)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_every_variable_of_every_tick_is_the_same(case: Case) -> None:
    found = difference(engine(case), oracle(case))
    assert found.size <= TOLERANCE, found


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_same_input_is_critical_unless_two_are_equally_scarce(case: Case) -> None:
    theirs, ours = engine(case)["critical"], oracle(case)
    for commodities, here, scarcity in zip(theirs, ours["critical"], ours["scarcity"], strict=True):
        for (sector, region), commodity in commodities.items():
            mine = here[sector, region]
            equal = pytest.approx(scarcity[mine, region, sector], rel=TOLERANCE, abs=TOLERANCE)
            assert commodity == mine or scarcity[commodity, region, sector] == equal


def test_the_cases_reach_every_regime() -> None:
    """Lines stop, hoarding rises, prices fall and rise, plants thrift: or the comparison shows little."""
    short, ample = oracle(CASES["hardly any stock"]), oracle(CASES["four times the stock, two years"])
    assert min(min(values.values()) for values in short["production"]) < 0.9
    assert max(max(values.values()) for values in short["hoarding"]) > 1.1
    assert max(max(values.values()) for values in short["price"]) > 1
    waiting = oracle(CASES["little stock, and sellers who wait"])
    assert max(max(values.values()) for values in waiting["withheld"]) > 0.3
    assert min(min(values.values()) for values in short["thrifting"]) < 0.98
    assert min(min(values.values()) for values in ample["price"]) < -0.3
    assert len({c for values in short["critical"] for c in values.values()}) > 1
