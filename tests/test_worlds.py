"""Worlds that ship: other base years and other minerals, in tables alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import sim
from sim.chunk import Chunk
from sim.ensemble.clock import Tick
from sim.errors import InputError
from sim.files.shipped import shipped, shipped_world, worlds
from sim.plan import make_plan
from sim.scenario.scenario import Scenario
from sim.world.balance import balance
from sim.world.seeds import Seeds
from sim.world.sources import read_sources
from sim.world.tables import read

DRAWS = 50


def scenario(folder: Path, world: str, *more: str) -> Scenario:
    """The first year of a world in which nothing happens and nothing grows."""
    start = Seeds.read(world=world).dates["base_year"]
    file = folder / "rest.yaml"
    lines = ["monazite: 1", "name: rest", f"horizon: {{start: {start}, end: {start.replace(month=12, day=31)}}}"]
    file.write_text("\n".join([*lines, "parameters: {growth: 0}", "projects: []", *more]), encoding="utf-8")
    return sim.load(file)


@pytest.mark.parametrize("parameters", ["prior", "calibrated"])
@pytest.mark.parametrize("world", ["", *worlds()])
def test_a_world_rests_whatever_is_drawn(world: str, parameters: str, tmp_path: Path) -> None:
    """Parameters and tables are drawn, from priors or in calibrated vectors, and nothing happens: no price moves."""
    drawn = f"uncertainty: {{parameters: {parameters}}}"
    chunk = Chunk(make_plan(scenario(tmp_path, world, f"world: '{world}'", drawn)).setup, range(DRAWS))
    moved: list[float] = []

    def settle(tick: Tick) -> None:
        chunk.market.settle(tick)
        moved.append(float(np.abs(chunk.market.state.price).max()))

    chunk.clock.run(settle)
    assert max(moved) < 1e-9


@pytest.mark.parametrize("world", worlds())
def test_a_world_is_balanced_from_its_own_tables(world: str) -> None:
    folders = shipped_world(world)
    found = {(row.quantity, *map(str, vars(row).values())): row.value for row in read(folders).base_year}
    anew = balance(read_sources(folders))
    assert len(anew) == len(found)
    assert sum(row.value for row in anew) == pytest.approx(sum(found.values()), rel=1e-6)


def test_what_a_world_has_no_table_of_is_that_of_all() -> None:
    seeds = Seeds.read(world="2023")
    assert {row.element for row in seeds.tables.elements} == {"Ga", "Ge"}
    assert not seeds.tables.projects
    assert len(seeds.tables.regions) == len(Seeds.read().tables.regions)
    assert {"seeds/2023/base_year.csv", "seeds/parameters.csv"} <= set(seeds.hashes)
    assert "seeds/base_year.csv" not in seeds.hashes


def test_own_tables_are_laid_over_a_world(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    header = (shipped("seeds") / "ranges.csv").read_text("utf-8").split("\n")[0]
    (own / "ranges.csv").write_text(f"{header}\nsectors,cover,sector,led,me,high,1,1,known\n", encoding="utf-8")
    plan = make_plan(scenario(tmp_path, "2023", "world: 2023", "seeds: [own]"))
    names = {factor.name for factor in plan.factors}
    assert "tables.sectors.cover.led" not in names
    assert "tables.sectors.cover.fibre" in names
    assert "overlay 1/ranges.csv" in plan.seeds.hashes


def test_a_world_that_does_not_ship_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no world '2032' ships") as error:
        scenario(tmp_path, "", "world: 2032")
    assert "Did you mean '2023'?" in str(error.value)
