"""Sweeps that ship: they open with their question, and every point of them is a scenario."""

from pathlib import Path

import pytest

from sim.files.shipped import scenario_files, sweep_files
from sim.sweeps.file import read
from sim.sweeps.job import Job


@pytest.mark.parametrize("name", sorted(sweep_files()))
def test_a_sweep_that_ships_asks_a_question_of_a_scenario_that_ships(name: str, tmp_path: Path) -> None:
    file = sweep_files()[name]
    sweep = read(file)
    question = file.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")
    assert (sweep.name, sweep.title) == (name, question)
    assert question.endswith("?")
    assert sweep.scenario.removesuffix(".yaml") in scenario_files()
    assert sum(Job.of(sweep, tmp_path / name).replicates) > 1000
    assert name not in scenario_files()
