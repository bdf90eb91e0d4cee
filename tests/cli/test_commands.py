"""Commands as typed: what they print, what they leave, how they end."""

import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sim import plan, simulation
from sim.definitions.items import Item
from sim.definitions.metrics import METRICS, Metric
from sim.errors import InputError, Place, Problem
from sim.results.result import Result, read
from tests.byhand import result
from tests.cli.conftest import Monazite

LOSS = Item("value_added_lost", region="*", sector="*", unit="USD")
HOME_LEFT_OUT = Item("value_added_lost", region="*-CN", sector="*", unit="USD")
PART = Item("value_added_lost", region="EU", sector="wind", unit="USD")


@pytest.fixture(autouse=True)
def _metric(monkeypatch: pytest.MonkeyPatch) -> None:
    """One headline metric."""
    metric = Metric("value_added_lost", "USD", ("region", "sector"), "lower", "…", headline=True)
    monkeypatch.setitem(METRICS, metric.name, metric)


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> list[Mapping[str, Any]]:
    """An engine that knows what each scenario gives, and writes down how it was called."""
    calls: list[Mapping[str, Any]] = []

    def load(path: str, overrides: list[str]) -> SimpleNamespace:
        name = Path(path).stem
        if name.startswith("bad"):
            raise InputError(Problem(Place(path, 3, 7, "seed"), "'x' is not a number", "Write a whole number."))
        return SimpleNamespace(name=name, overrides=overrides, ensemble=SimpleNamespace(replicates=3))

    def run(scenario: SimpleNamespace, progress: Callable[[int], None] = lambda _: None, **how: object) -> Result:
        calls.append({"name": scenario.name, "overrides": scenario.overrides, **how})
        if scenario.name == "endless":
            raise KeyboardInterrupt
        progress(3)
        values = [5.0] * 3 if scenario.name == "steady" else [1e9, 2e9, 6e9]
        return result(scenario.name, {LOSS: values, HOME_LEFT_OUT: values, PART: values})

    monkeypatch.setattr(plan, "load", load)
    monkeypatch.setattr(plan, "make_plan", lambda scenario: SimpleNamespace(notes=[f"{scenario.name} is noted."]))
    monkeypatch.setattr(simulation, "run", run)
    return calls


def test_run_writes_a_folder_and_prints_the_headline(monazite: Monazite, engine: list[Mapping[str, Any]]) -> None:
    """Losses 1, 2, 6 bn: mean 3 bn, standard error √7/√3 bn, the home left out, the parts not shown."""
    answer = monazite("run", "licences.yaml", "--seed", "5", "--set", "horizon.tick=3 days", "--workers", "2")
    assert (answer.code, answer.err) == (0, "")
    head, titles, row, mark = answer.out.strip().splitlines()
    assert head == "licences: 3 replicates, 0.0 s, in results/licences"
    assert titles.split() == ["metric", "of", "mean", "std.", "error", "p05*", "p95*", "unit"]
    assert row.split() == ["value_added_lost", "*-CN", "*", "3", "1.528", "1.1", "5.6", "bn", "USD"]
    assert mark == "* of fewer than 20 replicates: hardly more than the lowest and the highest"
    assert engine == [
        {
            "name": "licences",
            "overrides": ["horizon.tick=3 days", "ensemble.seed=5"],
            "workers": 2,
            "scratch": Path("results"),
        },
    ]
    assert read("results/licences").changed() == []


def test_equal_replicates_are_reported(monazite: Monazite, engine: list[Mapping[str, Any]]) -> None:
    assert "All replicates are equal" in monazite("run", "steady.yaml").out
    assert "All replicates are equal" not in monazite("run", "licences.yaml").out
    assert len(engine) == 2


def test_quiet_prints_nothing(monazite: Monazite, engine: list[Mapping[str, Any]]) -> None:
    assert monazite("run", "a.yaml", "--quiet", "--replicate", "7") == (0, "", "")
    assert engine[0]["replicate"] == 7


def test_nothing_runs_if_one_file_is_wrong(monazite: Monazite, engine: list[Mapping[str, Any]], tmp_path: Path) -> None:
    answer = monazite("run", "a.yaml", "bad1.yaml", "bad2.yaml")
    assert answer.code == 2
    assert answer.err == (
        "bad1.yaml:3:7: seed: 'x' is not a number.\n  Write a whole number.\n"
        "bad2.yaml:3:7: seed: 'x' is not a number.\n  Write a whole number.\n"
        "2 errors in all.\n"
    )
    assert (engine, list(tmp_path.iterdir())) == ([], [])


def test_results_that_exist_are_named_before_anything_runs(monazite: Monazite, engine: list[Mapping[str, Any]]) -> None:
    monazite("run", "a.yaml", "b.yaml")
    answer = monazite("run", "a.yaml", "b.yaml", "c.yaml")
    assert answer.code == 2
    assert "results/a: a result is there already" in answer.err
    assert "results/b: a result is there already" in answer.err
    assert "--overwrite" in answer.err
    assert "--out" in answer.err
    assert len(engine) == 2
    assert monazite("run", "a.yaml", "b.yaml", "c.yaml", "--overwrite").code == 0


def test_out_is_the_folder_of_one_scenario_and_holds_those_of_several(
    monazite: Monazite, engine: list[Mapping[str, Any]], tmp_path: Path
) -> None:
    monazite("run", "a.yaml", "--out", "one")
    answer = monazite("run", "a.yaml", "b.yaml", "--out", "many")
    assert (tmp_path / "one" / "manifest.json").exists()
    assert (tmp_path / "many" / "b" / "manifest.json").exists()
    assert answer.out.splitlines()[-3:] == ["scenario  folder", "a         many/a", "b         many/b"]
    assert len(engine) == 3


def test_two_scenarios_of_one_name_are_refused(monazite: Monazite, engine: list[Mapping[str, Any]]) -> None:
    answer = monazite("run", "a.yaml", "deep/a.yaml")
    assert (answer.code, engine) == (2, [])
    assert answer.err.count("two scenarios of one name") == 1


def test_a_value_given_twice_is_refused(monazite: Monazite, engine: list[Mapping[str, Any]]) -> None:
    answer = monazite("run", "a.yaml", "--replicates", "5", "--set", "ensemble.replicates=6")
    assert (answer.code, engine) == (2, [])
    assert answer.err == "--set: ensemble.replicates: it is given by --replicates too.\n  Give it once.\n"


def test_interrupted_it_says_what_is_kept(monazite: Monazite, engine: list[Mapping[str, Any]], tmp_path: Path) -> None:
    answer = monazite("run", "a.yaml", "endless.yaml", "c.yaml")
    assert (answer.code, answer.err) == (
        130,
        "Interrupted. Kept: results/a.\n"
        "  For long work: monazite sweep keeps each point that is done, and goes on with --resume.\n",
    )
    assert [call["name"] for call in engine] == ["a", "endless"]
    assert [path.name for path in (tmp_path / "results").iterdir()] == ["a"]


def test_validate_says_what_is_right(monazite: Monazite, engine: list[Mapping[str, Any]]) -> None:
    answer = monazite("validate", "a.yaml")
    assert (answer.out, answer.err) == ("a.yaml: a is right\n", "a.yaml: note: a is noted.\n")
    answer = monazite("validate", "a.yaml", "bad1.yaml", "b.yaml", "bad2.yaml")
    assert (answer.code, answer.out) == (2, "a.yaml: a is right\nb.yaml: b is right\n")
    reported = [line.partition(":")[0] for line in answer.err.splitlines() if ":" in line and "note:" not in line]
    assert reported == ["bad1.yaml", "bad2.yaml"]
    assert engine == []


def test_show_draws_of_a_world(monazite: Monazite, engine: list[Mapping[str, Any]]) -> None:
    assert monazite("show", "a.yaml", "--draws", "4") == (0, "quantity  value  unit\n", "")
    assert engine[0]["replicate"] == 4


def test_compare_prints_what_was_changed_and_writes_rows(monazite: Monazite, tmp_path: Path) -> None:
    says = "instruments:\n- {name: licence, approval: %s}\n"
    result("a", {LOSS: [1.0, 2.0]}, says=says % 0.5).save(tmp_path / "a")
    result("b", {LOSS: [3.0, 4.0]}, says=says % 0.2).save(tmp_path / "b")
    answer = monazite("compare", "a", "b", "--out", "rows.csv")
    assert (answer.code, answer.err) == (0, "")
    lines = answer.out.splitlines()
    assert lines[1].split() == ["b", "instruments.licence.approval", "0.5", "0.2"]
    assert lines[-1].split() == ["b", "value_added_lost", "*", "*", "1.5", "3.5", *"222", "0", "2", "USD"]
    assert (tmp_path / "rows.csv").read_text().splitlines()[1] == ("b,value_added_lost,,*,,*,,,USD,1.5,3.5,2,2,2,0,2")
    assert "The scenarios say the same." in monazite("compare", "a", "a").out


def test_compare_refuses_with_what_differs(monazite: Monazite, tmp_path: Path) -> None:
    result("a", {LOSS: [1.0, 2.0]}).save(tmp_path / "a")
    result("b", {LOSS: [3.0, 4.0]}, seed=9).save(tmp_path / "b")
    answer = monazite("compare", "a", "b")
    assert answer.code == 2
    assert answer.err.startswith("b: its seed differs from that of a: 9 against 7.\n")
    assert monazite("compare", "a", "b", "--unpaired").code == 0
    assert "Folders of results beside it: a, b." in monazite("compare", "a", "nowhere").err


def test_a_word_that_is_no_list_is_met_with_the_nearest(monazite: Monazite) -> None:
    answer = monazite("list", "metric")
    assert answer.code == 2
    assert "Did you mean 'metrics'?" in answer.err


def test_a_defect_is_one_message_without_traceback(
    monazite: Monazite, monkeypatch: pytest.MonkeyPatch, engine: list[Mapping[str, Any]]
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr(simulation, "run", fail)
    answer = monazite("run", "a.yaml")
    assert (answer.code, engine) == (1, [])
    assert answer.err.splitlines()[0] == "ZeroDivisionError: by zero"
    assert "Traceback" not in answer.err
    debugged = monazite("--debug", "run", "a.yaml")
    assert debugged.code == 1
    assert debugged.err.startswith("Traceback")
    assert debugged.err.endswith(answer.err)
    assert monazite("--debug", "run", "bad.yaml").code == 2


def test_the_version_says_what_would_compute(monazite: Monazite) -> None:
    names = [line.split()[0] for line in monazite("--version").out.splitlines()]
    assert names == ["monazite", "python", "numpy", "scipy", "simd", "git"]


def test_help_takes_less_than_half_a_second() -> None:
    """CPU time of a fresh process; it names every command."""
    program = (
        "import sys, time; from sim.cli import main; sys.argv = ['monazite', '--help']\n"
        "try: main()\nfinally: print(time.process_time(), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)  # noqa: S603
    for command in ("run", "validate", "show", "schema", "list", "world", "compare", "hindcast"):
        assert f"  {command} " in done.stdout
    assert float(done.stderr) < 0.5
