"""Bar: what Mountain Pass and Lynas made of NdPr, quarter by quarter, lies in the bands of the model.

The projects' own code runs from January 2023 to June 2025, without the market: prices are those on record
(`ndpr_prices.csv`, over the base price of the same quotation), costs those of the base year, and orders as large as
capacity. Mountain Pass separation climbs to the nameplate of the tables from its recorded first output, LAMP has the
capacity of the base year. Each world draws its parameters, its outages and its ramp as in any run. The band is from the
5th to the 95th of 100 in 1,000 replicates, and no wider than a factor of two.

Middle, width and spread of ramps and the usual variation were chosen with these sixteen quarters in view; outages were
not.
"""

from __future__ import annotations

import csv
import shutil
from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest

from sim.axes import Floats
from sim.chunk import Chunk
from sim.ensemble.clock import Tick
from sim.files.shipped import shipped
from sim.market.plants import PlanActivity
from sim.market.tick import Market
from sim.plan import load, make_plan
from sim.supply.settle import Supply

REPLICATES = 1_000
GOOD, PLANTS = "oxide.NdPr", {"Mountain Pass separation": "US", "LAMP": "MY"}
PERIOD = {"horizon.start": "2023-01-01", "horizon.end": "2025-06-30", "projects": [*PLANTS, "LAMP expansion"]}

Key = tuple[str, str]  # plant, quarter


def rows(name: str) -> list[dict[str, str]]:
    """A table that stands beside this file."""
    with (Path(__file__).parent / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


RATIO = {row["quarter"]: float(row["price"]) / float(row["base"]) for row in rows("ndpr_prices.csv")}
MADE: dict[Key, float] = {(row["facility"], row["quarter"]): float(row["tonnes"]) for row in rows("ndpr_output.csv")}


def quarter(day: date) -> str:
    """Such as 2024Q3."""
    return f"{day.year}Q{(day.month + 2) // 3}"


def stand_at_nameplate(projects: Supply) -> None:
    """Let capacity be that of the tables: none of Mountain Pass is there before it starts."""
    folio = projects.portfolio
    for at, j in enumerate(folio.expansion_project.tolist()):
        nameplate = next(line.capacity for line in projects.world.tables.expansions if line.project == folio.names[j])
        full = nameplate * float(np.mean(projects.p["utilisation_base"])) / 365
        full /= projects.world.facilities.scale[folio.expansion_facility[at], 0]
        if folio.names[j] != "LAMP":
            folio.expansion_base[at], folio.expansion_added[at] = 0, full


@cache
def bands(**changed: float) -> Mapping[Key, Floats]:
    """What each plant makes of NdPr in each quarter, (R,) t."""
    with TemporaryDirectory() as folder:
        tables = Path(folder) / "dates.csv"  # stocks and prices of 2025 stand for those of 2023: prices are given
        shutil.copy(shipped("seeds") / "base_year.csv", folder)
        tables.write_text("what,date,source,confidence,low,high,note\nbase_year,2023-01-01,this test,low,,,\n")
        changes = {f"parameters.{name}": value for name, value in changed.items()}
        plan = make_plan(load("baseline", PERIOD | changes | {"seeds": [folder]}))
    chunk = Chunk(plan.setup, range(REPLICATES))
    market, setting = chunk.market, chunk.setting
    projects, origins = setting.supply, plan.world.nodes.made
    assert projects is not None
    stand_at_nameplate(projects)
    made: dict[Key, Floats] = defaultdict(lambda: np.zeros(REPLICATES))
    for tick in plan.horizon.ticks():
        output = settle(market, projects, tick)
        for day in range(tick.start, tick.end):
            for plant, region in PLANTS.items():
                made[plant, quarter(plan.horizon.date(day))] += output[origins.index((GOOD, region))]
    return made


def settle(market: Market, projects: Supply, tick: Tick) -> Floats:
    """(O, R), t/day: what the projects make in a tick at the prices of its quarter."""
    state, world, shocks = market.state, projects.world, market.shocks
    sold = [o for o, (commodity, _) in enumerate(world.nodes.made) if commodity == GOOD]
    state.expected_price[sold] = state.long_price[sold] = np.log(
        RATIO[quarter(projects.horizon.date(int(tick.middle)))]
    )
    shocks.clear()
    market.moment.tick = tick
    projects(market.moment)
    margin = np.log(world.facilities.output_value(np.exp(state.expected_price)))
    used = market.kernels[PlanActivity].utilisation(margin, np.ones_like(margin))
    built = np.isin(np.arange(len(world.facilities)), projects.portfolio.facilities)[:, None]
    return world.facilities.output(world.facilities.scale * state.capacity * shocks.available * used * built)


def band(key: Key, **changed: float) -> tuple[float, float]:
    """From the 5th to the 95th of 100 replicates, t."""
    low, high = np.quantile(bands(**changed)[key], [0.05, 0.95])
    return float(low), float(high)


@pytest.mark.parametrize("key", MADE, ids=" ".join)
def test_a_band_is_no_wider_than_a_factor_of_two(key: Key) -> None:
    low, high = band(key)
    assert high <= 2 * low


@pytest.mark.parametrize("key", MADE, ids=" ".join)
def test_recorded_output_lies_in_its_band(key: Key) -> None:
    low, high = band(key)
    assert low <= MADE[key] <= high, f"{MADE[key]:.0f} t, and the band is {low:.0f} to {high:.0f}"


def test_a_ramp_of_another_shape_is_found_out() -> None:
    """Late and steep, at the ends of the published ranges: most quarters of Mountain Pass lie outside."""
    late = {"ramp_middle": 0.75, "ramp_width": 0.15}
    outside = [
        key for key in MADE if key[0] != "LAMP" and not band(key, **late)[0] <= MADE[key] <= band(key, **late)[1]
    ]
    assert len(outside) > 5
