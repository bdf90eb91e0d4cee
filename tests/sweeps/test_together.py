"""Parameters of a sweep that belong together: drawn together, or moved by one number."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.stats import spearmanr

from sim.analysis.compare import compare
from sim.analysis.sensitivity import sensitivity
from sim.ensemble.correlation import Entry, Together
from sim.errors import InputError
from sim.sweeps import designs
from sim.sweeps.file import read
from sim.sweeps.points import Points
from sim.sweeps.reading import SweepResult
from sim.sweeps.reading import read as read_back
from tests.sweeps.sweeps import APPROVAL, HEAD, HYPERCUBE, job, swept, tables, written
from tests.sweeps.test_file import said

PRICE, COVERAGE = "parameters.price_time", "instruments.china-licence.coverage"
NAMES = ["a", "b", "c", "d"]
TOGETHER = Together.of([Entry("b", "a", 0.7), Entry("b", "d", -0.5)])
CORRELATE = f"correlate: [{{between: [{APPROVAL}, {PRICE}], rank: 0.9}}]\n"
SOBOL = HYPERCUBE.replace("latin_hypercube, points: 6", "sobol, points: 4")
BOTH = f"""\
design: {{kind: grid}}
parameters:
  - {{paths: [{APPROVAL}, {COVERAGE}], values: [0.2, 0.8]}}
  - {{path: {PRICE}, values: [1 weeks, 2 weeks]}}
"""
JOINED = f"{APPROVAL} + {COVERAGE}"


@pytest.mark.parametrize("points", [200, 50])
def test_a_latin_hypercube_keeps_its_slices_and_gets_its_ranks(points: int) -> None:
    """Iman and Conover's ranks are closer than those of a sample: the columns hold each slice once."""
    shares = designs.latin_hypercube(4, points, seed=1)
    arranged = designs.by_ranks(shares, NAMES, TOGETHER)
    assert np.array_equal(np.sort(arranged, axis=0), np.sort(shares, axis=0))
    assert np.array_equal(arranged[:, [1, 2]], shares[:, [1, 2]]), "the first named, and who is not named"
    ranks = spearmanr(arranged).statistic
    assert ranks[1, 0] == pytest.approx(0.7, abs=0.05)
    assert ranks[1, 3] == pytest.approx(-0.5, abs=0.05)
    assert ranks[0, 3] == pytest.approx(0.0, abs=0.05)


@pytest.mark.parametrize("points", [1, 2, 3, 4])
def test_few_points_are_no_obstacle(points: int) -> None:
    shares = designs.latin_hypercube(4, points, seed=1)
    arranged = designs.by_ranks(shares, NAMES, TOGETHER)
    assert np.array_equal(np.sort(arranged, axis=0), np.sort(shares, axis=0))


def test_rank_one_puts_two_columns_in_one_order_and_minus_one_in_the_opposite() -> None:
    shares = designs.latin_hypercube(3, 20, seed=1)
    arranged = designs.by_ranks(shares, ["a", "b", "c"], Together.of([Entry("a", "b", 1), Entry("c", "a", -1)]))
    order = np.argsort(arranged[:, 0])
    assert np.array_equal(order, np.argsort(arranged[:, 1]))
    assert np.array_equal(order, np.argsort(-arranged[:, 2]))


def test_a_sobol_design_moves_what_is_drawn_together_at_once() -> None:
    """Blocks of A, one factor after the other from B, and B: three correlated columns are one factor."""
    factors = [["b", "a", "d"], ["c"]]
    rows = designs.sobol_of(NAMES, 256, 1, TOGETHER, factors).reshape(256, 4, 4)
    first, last = rows[:, 0], rows[:, -1]
    assert np.array_equal(rows[:, 1], np.stack([last[:, 0], last[:, 1], first[:, 2], last[:, 3]], axis=1))
    assert np.array_equal(rows[:, 2], np.stack([first[:, 0], first[:, 1], last[:, 2], first[:, 3]], axis=1))
    for half in (first, last):
        ranks = spearmanr(half).statistic
        assert (ranks[1, 0], ranks[1, 3]) == pytest.approx((0.7, -0.5), abs=0.03)
        assert np.abs(ranks[2, [0, 1, 3]]).max() < 0.05
    plain = designs.sobol_of(NAMES, 256, 1).reshape(256, 6, 4)
    assert np.array_equal(first[:, [1, 2]], plain[:, 0, [1, 2]]), "the first named, and who is not named"
    assert np.array_equal(designs.sobol_of(NAMES, 100, 1, TOGETHER, factors), rows.reshape(-1, 4)[:400])


def test_a_sweep_is_drawn_together_and_its_readers_say_so(tmp_path: Path) -> None:
    text = HEAD + HYPERCUBE.replace("points: 6", "points: 16")
    plain, related = (Points.of(read(written(tmp_path, text + more))) for more in ("", CORRELATE))
    assert [cells[0] for cells in plain.cells] == [cells[0] for cells in related.cells]
    columns = list(zip(*((float(a.split()[0]), float(b.split()[0])) for a, b in related.cells), strict=True))
    assert spearmanr(*columns).statistic == pytest.approx(0.9, abs=0.1)
    swept(tmp_path, text + CORRELATE)
    found = sensitivity(tmp_path / "results" / "small")
    assert any("drawn together" in note for note in found.notes)
    with pytest.raises(InputError, match=r"correlate: .*, 0.9 there, none here"):
        job(tmp_path, text).is_finished()


def test_sobol_indices_of_what_is_drawn_together_are_one(tmp_path: Path) -> None:
    text = HEAD + SOBOL + f"  - {{path: {COVERAGE}, range: [10 %, 90 %]}}\n" + CORRELATE
    swept(tmp_path, text)
    found = sensitivity(tmp_path / "results" / "small")
    names = set(found.table["parameter"]) - {""}
    assert names == {f"{APPROVAL} + {PRICE}", COVERAGE}
    assert f"{APPROVAL} + {PRICE} are drawn together, and have one index together." in found.notes
    assert SweepResult(tmp_path / "results" / "small").size == 4 * (2 + 2)


@pytest.mark.parametrize(
    ("text", "reported"),
    [
        (HEAD + BOTH + CORRELATE, "small.yaml:10:12: correlate: points of this design are not drawn"),
        (
            HEAD + HYPERCUBE + CORRELATE.replace("price_time", "price_tim"),
            f"small.yaml:10:68: correlate[0].between[1]: 'parameters.price_tim' is no parameter of this sweep.\n"
            f"  Did you mean '{PRICE}'?",
        ),
        (HEAD + HYPERCUBE + CORRELATE.replace("0.9", "-2"), "correlate[0].rank: -2.0 is below -1."),
        (
            HEAD + HYPERCUBE + CORRELATE.replace("}]\n", f"}}, {{between: [{PRICE}, {APPROVAL}], rank: 0.1}}]\n"),
            "correlate[1].between: 'parameters.price_time' and",
        ),
        (
            HEAD + BOTH.replace(PRICE, COVERAGE),
            f"small.yaml:9:12: parameters[1].path: '{COVERAGE}' stands there twice.",
        ),
        (HEAD + BOTH.replace(COVERAGE, APPROVAL), f"parameters[0].paths[1]: '{APPROVAL}' stands there twice."),
        (HEAD + BOTH.replace(COVERAGE, "instruments.china-licence.approval"), "name the same value"),
        (HEAD + BOTH.replace("{paths:", "{path: a.b, paths:"), "parameters[0]: it has a path and paths."),
        (HEAD + BOTH.replace(f"paths: [{APPROVAL}, {COVERAGE}], ", ""), "it has neither a path nor paths."),
        (HEAD + BOTH.replace(f"[{APPROVAL}, {COVERAGE}]", "[]"), "parameters[0].paths: this is not a list of paths."),
        (HEAD + BOTH.replace(COVERAGE, "name"), "paths[1]: the name of a scenario is no parameter of it."),
        (HEAD + BOTH.replace("0.8]", "1.8]"), "small.yaml:8:"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_reported_once_with_its_place(text: str, reported: str, tmp_path: Path) -> None:
    problems = said(tmp_path, text)
    assert any(reported in problem for problem in problems), problems
    assert len(problems) <= 2


def test_one_number_goes_to_each_of_its_paths(tmp_path: Path) -> None:
    """Two columns of a point's file, one for both paths; readers know what it means."""
    swept(tmp_path, HEAD + BOTH)
    place = tmp_path / "results" / "small"
    assert (place / "points.csv").read_text().splitlines()[:2] == [
        f"point,status,message,{JOINED},{PRICE}",
        "0,done,,0.2,1 weeks",
    ]
    found = SweepResult(place)
    assert found.paths == [JOINED, PRICE]
    points = Points.of(read(written(tmp_path, HEAD + BOTH)))
    licence = points.scenario(2).instruments[0]
    assert (licence.approval.default, licence.coverage) == (0.8, 0.8)  # type: ignore[attr-defined]
    assert read_back(f"{place}@2").scenario == points.scenario(2).to_yaml()
    differ = compare(f"{place}@0", f"{place}@2")
    assert {change.path for change in differ.changes[f"{place}@2"]} == {APPROVAL, COVERAGE}


def test_a_list_of_points_may_name_several_paths_for_a_column(tmp_path: Path) -> None:
    """A sweep's own points.csv is a list of points."""
    swept(tmp_path, HEAD + BOTH, "first")
    (tmp_path / "points.csv").write_text((tmp_path / "results" / "first" / "points.csv").read_text())
    swept(tmp_path, f"{HEAD}design: {{kind: list, file: points.csv}}\n", "second")
    first, second = (tables(tmp_path / "results" / name) for name in ("first", "second"))
    assert first == second
