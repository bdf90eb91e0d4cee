"""Files of sweeps: what is wrong is reported once, at its place, with what would be right."""

import re
from pathlib import Path

import pytest

from sim.definitions.metrics import METRICS
from sim.errors import InputError
from sim.sweeps.file import read
from sim.sweeps.points import Points
from tests.sweeps.sweeps import APPROVAL, GRID, HEAD, HYPERCUBE, TOP, written


def said(folder: Path, text: str) -> list[str]:
    """What is wrong with a file, without the folder."""
    with pytest.raises(InputError) as error:
        Points.of(read(written(folder, text))).check()
    return [str(problem).replace(f"{folder}/", "") for problem in error.value.problems]


def test_what_a_file_says(tmp_path: Path) -> None:
    points = Points.of(read(written(tmp_path)))
    assert points.paths == [APPROVAL, "parameters.price_time"]
    assert points.cells[:3] == [("0.2", "1 weeks"), ("0.2", "2 weeks"), ("50 %", "1 weeks")]
    assert points.check().replicates == [2] * 6


def test_without_metrics_those_that_people_look_at_are_kept(tmp_path: Path) -> None:
    kept = read(written(tmp_path, TOP + GRID)).kept
    assert "value_added_lost" in kept
    assert kept == {name for name, metric in METRICS.items() if metric.headline}


def test_a_scenario_that_ships_needs_no_file(tmp_path: Path) -> None:
    text = (HEAD + GRID).replace("month.yaml", "april-2025-licensing")
    assert Points.of(read(written(tmp_path, text))).base().name == "april-2025-licensing"


@pytest.mark.parametrize(
    ("text", "reported"),
    [
        (f"{HEAD}design: {{kind: gird}}\n", "small.yaml:6:9: design: 'gird' is not a kind of design."),
        (f"{HEAD}design: {{kind: grid}}\n", "small.yaml:1:1: parameters: nothing differs from point to point."),
        (f"{HEAD}design: {{kind: grid}}\nparameters: []\n", "parameters: nothing differs from point to point."),
        (f"{HEAD}design: {{kind: sobol}}\nparameters: [{{path: a, values: [1]}}]\n", "design.points: it is missing."),
        (
            f"{HEAD}design: {{kind: grid}}\nparameters: [{{path: a.b, values: [1, 2, 1]}}]\n",
            "parameters[0].values: '1' stands there twice.",
        ),
        (
            f"{HEAD}design: {{kind: grid}}\nparameters: [{{path: a.b, values: [1]}}, {{path: a.b, values: [2]}}]\n",
            "parameters[1].path: 'a.b' stands there twice.",
        ),
        (
            f"{HEAD}design: {{kind: grid}}\nparameters: [{{path: a.b, range: [1, 2]}}]\n",
            "parameters[0].range: a grid does not know which numbers of a range.",
        ),
        (
            f"{HEAD}design: {{kind: grid}}\nparameters: [{{path: a.b, range: [3, 2], steps: 2}}]\n",
            "parameters[0].range: 2 does not lie above 3.",
        ),
        (
            f"{HEAD}design: {{kind: grid}}\nparameters: [{{path: a.b}}]\n",
            "parameters[0]: it has neither values nor a range.",
        ),
        (
            f"{HEAD}design: {{kind: list, file: points.csv}}\nparameters: [{{path: a.b, values: [1]}}]\n",
            "parameters: a list has its parameters in its file.",
        ),
        (
            f"{HEAD}design: {{kind: list, file: points.csv}}\n",
            "design.file: '",
        ),
        (
            HEAD.replace("value_added_lost", "value_added_lots") + GRID,
            "'value_added_lots' is not a metric.",
        ),
        (HEAD.replace("month.yaml", "monht.yaml") + GRID, "scenario: there is no file 'monht.yaml' beside this one"),
        (HEAD.replace("replicates: 2", "replicates: 0") + GRID, "replicates: '0' is below 1."),
        (f"{HEAD}designs: 1\n{GRID}", "small.yaml:6:1: designs: there is no key 'designs' here."),
    ],
)
def test_what_is_wrong(text: str, reported: str, tmp_path: Path) -> None:
    (problem,) = said(tmp_path, text)
    assert reported in problem


def test_bad_points_are_all_reported_at_their_values(tmp_path: Path) -> None:
    """A value that no point can have, and one that a path cannot have at all: each once, with its points."""
    text = HEAD + GRID.replace("0.8]", "1.8]").replace("parameters.price_time", "parameters.price_tim")
    problems = said(tmp_path, text)
    assert [problem.partition("\n")[0] for problem in problems] == [
        "small.yaml:9:41: parameters.price_tim: 6 points (0, 1, 2, …): 'price_tim' is not a parameter.",
        f"small.yaml:8:64: {APPROVAL}: 2 points (4, 5): 1.8 is above 1.",
    ]


@pytest.mark.parametrize(
    ("points", "reported"), [(12, "8 or 16"), (3, "2 or 4"), (1000, "512 or 1,024"), (8, ""), (2, "")]
)
def test_a_sobol_design_says_what_covers_evenly(points: int, reported: str, tmp_path: Path) -> None:
    text = HYPERCUBE.replace("latin_hypercube, points: 6", f"sobol, points: {points}")
    notes = read(written(tmp_path, HEAD + text)).notes
    assert notes == ([f"{points:,} base points do not cover the ranges evenly: {reported} would."] if reported else [])


def test_a_hundred_bad_points_of_one_kind_are_one_message_with_a_count_and_an_example(tmp_path: Path) -> None:
    """Each has another value; points of another kind are reported beside it."""
    text = HYPERCUBE.replace("points: 6", "points: 128").replace("price_time", "sourcing_elasticity")
    (problem,) = said(tmp_path, HEAD + text.replace("[1 weeks, 2 weeks]", "[1, 2000]"))
    reported = (
        r"parameters\.sourcing_elasticity: (\d+) points \((\d+), \d+, \d+, …\), such as point (\d+): \S+ is beyond what"
    )
    found = re.match(rf"small\.yaml:9:51: {reported}", problem)
    assert found
    assert int(found[1]) > 120
    assert found[2] == found[3]


def test_bad_rows_of_one_kind_are_one_message_with_a_count_and_the_first(tmp_path: Path) -> None:
    rows = [f"0.{i}" for i in range(100, 200)] + [f"1.{i}" for i in range(100, 200)] + ["x"]
    (tmp_path / "points.csv").write_text("\n".join([APPROVAL, *rows, ""]))
    beyond, word = said(tmp_path, f"{HEAD}design: {{kind: list, file: points.csv}}\n")
    assert beyond.startswith(
        f"points.csv:102: {APPROVAL}: 100 points (100, 101, 102, …), such as point 100: 1.100 is above 1."
    )
    assert word.startswith(f"points.csv:202: {APPROVAL}: point 200: 'x' is not")
    (tmp_path / "points.csv").write_text("\n".join([APPROVAL, *(f"{row},7" for row in rows), ""]))
    (wide,) = said(tmp_path, f"{HEAD}design: {{kind: list, file: points.csv}}\n")
    assert wide.startswith("points.csv:2: 2 cells stand in this row (200 more rows like it).")
    (tmp_path / "points.csv").write_text("\n".join([APPROVAL, *["0.1"] * 100, ""]))
    (same,) = said(tmp_path, f"{HEAD}design: {{kind: list, file: points.csv}}\n")
    assert "points 0 and 1 are the same" in same
    assert "and 98 more" in same


def test_a_parameter_beyond_its_limits_is_reported_before_anything_runs(tmp_path: Path) -> None:
    (problem,) = said(tmp_path, HEAD + GRID.replace("[1 weeks, 2 weeks]", "[0 weeks, 2 weeks]"))
    assert "3 points (0, 2, 4): 0 days is beyond what the model can take" in problem


@pytest.mark.parametrize(
    ("paths", "reported"),
    [
        ((APPROVAL, "instruments[china-licence].approval.default"), "name the same value"),
        ((APPROVAL, "instruments.0.approval.default"), "name the same value"),
        ((APPROVAL, "instruments.china-licence.approval"), "name the same value"),
        (("ensemble.replicates",), "ensemble.replicates and replicates of the sweep name the same value"),
    ],
)
def test_a_value_is_named_once(paths: tuple[str, ...], reported: str, tmp_path: Path) -> None:
    """However it is named: one of two would be lost without a word."""
    rows = "".join(f'  - {{path: "{path}", values: [2]}}\n' for path in paths)
    (problem,) = said(tmp_path, f"{HEAD}design: {{kind: grid}}\nparameters:\n{rows}")
    assert reported in problem


def test_the_scenario_is_beside_the_sweep_or_ships(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not somewhere else that the command happens to be called from."""
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "elsewhere.yaml").write_text("monazite: 1\n")
    (tmp_path / "here" / "baseline.yaml").write_text("no scenario at all\n")
    monkeypatch.chdir(tmp_path / "here")
    (problem,) = said(tmp_path, (HEAD + GRID).replace("month.yaml", "elsewhere.yaml"))
    assert "there is no file 'elsewhere.yaml' beside this one" in problem
    ships = read(written(tmp_path, (HEAD + GRID).replace("month.yaml", "baseline.yaml"))).base
    assert ships.parent.name == "scenarios"


def test_points_that_say_the_same_are_refused(tmp_path: Path) -> None:
    (problem, *_) = said(tmp_path, HEAD + GRID.replace("[0.2, 50 %, 0.8]", "[0.5, 50 %]"))
    assert "points 0 and 2 are the same" in problem


def test_a_list_of_points(tmp_path: Path) -> None:
    (tmp_path / "points.csv").write_text(
        f"point,status,{APPROVAL},instruments[china-licence].in_force\n"
        "7,done,0.3,2025-04-10\n8,failed,30.5 %,2025-04-11\n"
    )
    points = Points.of(read(written(tmp_path, f"{HEAD}design: {{kind: list, file: points.csv}}\n")))
    assert points.cells == [("0.3", "2025-04-10"), ("30.5 %", "2025-04-11")]
    assert points.check().replicates == [2, 2]


@pytest.mark.parametrize(
    ("lines", "reported"),
    [
        ("", "points.csv:1: the file has no points."),
        (f"{APPROVAL}\n", "points.csv:1: the file has no points."),
        (f"{APPROVAL},{APPROVAL}\n0.1,0.2\n", f"points.csv:1: the column '{APPROVAL}' stands there twice."),
        (f"{APPROVAL}\n0.1,0.2\n", "points.csv:2: 2 cells stand in this row."),
        (f'{APPROVAL}\n0.1\n" "\n', f"points.csv:3: {APPROVAL}: the cell is empty."),
        (f"{APPROVAL}\n0.1\n7\n", f"points.csv:3: {APPROVAL}: point 1: 7 is above 1."),
        (f"{APPROVAL}\n0.1\n10 %\n", "points.csv:3: points 0 and 1 are the same"),
        ("a..b\n1\n", "points.csv:1: 'a..b' is not a path."),
    ],
)
def test_what_is_wrong_with_a_list(lines: str, reported: str, tmp_path: Path) -> None:
    (tmp_path / "points.csv").write_text(lines)
    (problem,) = said(tmp_path, f"{HEAD}design: {{kind: list, file: points.csv}}\n")
    assert problem.startswith(reported)
