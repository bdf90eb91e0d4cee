"""A result carries the tables of its own, so that its scenario runs again wherever it is moved."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import sim
from sim.errors import InputError
from sim.files.shipped import shipped
from sim.results.result import read
from sim.world.seeds import Seeds

SMALL = {"horizon.end": "2025-02-28", "ensemble.replicates": 2}


def with_cover(folder: Path, cover: str) -> Path:
    """A folder of tables in which European makers of electric cars hold other stocks."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = (shipped("seeds") / "sectors.csv").read_text(encoding="utf-8").splitlines()
    row = next(line for line in lines if line.startswith("automotive-ev,EU,")).split(",")
    row[4] = cover
    (folder / "sectors.csv").write_text("\n".join([lines[0], ",".join(row)]) + "\n", encoding="utf-8")
    return folder


def scenario(folder: Path, *tables: str) -> Path:
    """A scenario file that stands on own tables."""
    file = folder / "own.yaml"
    file.write_text(f"monazite: 1\nname: own\nextends: april-2025-licensing.yaml\nseeds: [{', '.join(tables)}]\n")
    return file


def test_a_result_that_was_moved_runs_again_to_the_same_files(tmp_path: Path) -> None:
    with_cover(tmp_path / "a" / "mine", "20")
    with_cover(tmp_path / "b" / "mine", "30")
    saved = sim.run(sim.load(scenario(tmp_path, "a/mine", "b/mine"), SMALL)).save(tmp_path / "first")
    shutil.move(saved, tmp_path / "elsewhere")
    shutil.rmtree(tmp_path / "a")
    shutil.rmtree(tmp_path / "b")
    again = sim.run(sim.load(tmp_path / "elsewhere" / "scenario.yaml")).save(tmp_path / "second")
    first, second = (json.loads((tmp_path / name / "manifest.json").read_text()) for name in ("elsewhere", "second"))
    assert first["files"] == second["files"]
    assert {name for name in first["files"] if "/" in name} == {"seeds/mine/sectors.csv", "seeds/mine-2/sectors.csv"}
    assert first["seeds"]["overlay 2/sectors.csv"] == first["files"]["seeds/mine-2/sectors.csv"]
    assert str(tmp_path) not in (again / "scenario.yaml").read_text()


def test_a_result_with_tables_is_read_copied_and_replaced(tmp_path: Path) -> None:
    with_cover(tmp_path / "mine", "20")
    result = sim.run(sim.load(scenario(tmp_path, "mine"), SMALL))
    folder = result.save(tmp_path / "result")
    copy = read(folder).save(tmp_path / "copy")
    assert (copy / "seeds" / "mine" / "sectors.csv").read_bytes() == (tmp_path / "mine" / "sectors.csv").read_bytes()
    result.save(folder, overwrite=True)
    (folder / "seeds" / "mine" / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match=r"seeds/mine/notes\.txt, which no run wrote"):
        result.save(folder, overwrite=True)


def test_a_table_that_was_edited_is_read_again_in_one_process(tmp_path: Path) -> None:
    with_cover(tmp_path / "mine", "20")
    before = Seeds.read((tmp_path / "mine",))
    assert Seeds.read((tmp_path / "mine",)) is before
    with_cover(tmp_path / "mine", "21")
    after = Seeds.read((tmp_path / "mine",))
    covers = [
        next(r.cover for r in s.tables.sectors if (r.sector, r.region) == ("automotive-ev", "EU"))
        for s in (before, after)
    ]
    assert covers == [20.0, 21.0]
    assert before.hashes != after.hashes
