"""Two sweeps of one design, compared point by point; the outcome is a known function of the points."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.analysis.compare import compare
from sim.definitions.items import Item
from sim.errors import InputError
from sim.scenario.scenario import Scenario
from sim.sweeps import blocks
from sim.sweeps.blocks import Block, Here, Part
from sim.sweeps.reading import SweepResult
from sim.sweeps.sweep import run
from tests.sweeps.sweeps import HEAD, SCENARIO, job

LOSS = Item("value_added_lost", region="*-CN", sector="*", unit="USD")
PART = Item("value_added_lost", region="US", sector="wind", unit="USD")
NAMES = ("hoarding_gain", "final_elasticity")
AXES = "parameters:\n" + "".join(f"  - {{path: parameters.{name}, range: [0, 1]}}\n" for name in NAMES)
DESIGN = f"{HEAD}design: {{kind: latin_hypercube, points: 5, seed: 1}}\n{AXES}"
POLICY = SCENARIO + "title: with something more\nparameters: {order_elasticity: 0.5}\n"


def sweep(folder: Path, name: str, more: float, text: str = DESIGN, *, broken: int = -1, form: str = "csv") -> Path:
    """Run a sweep in which world k of a point loses its first value, and k, and more."""

    def run_block(block: Block) -> Part:
        if block.point == broken:
            raise MemoryError("no room")
        scenario: Scenario = pickle.loads(block.scenario)  # noqa: S301
        replicates = np.arange(block.replicates.start, block.replicates.stop)
        losses = float(str(scenario.parameters[NAMES[0]])) + replicates + more
        return Part([LOSS, PART], np.stack([losses, losses / 2]), [], 0.0, "here:1", 0)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "run_block", run_block)
        made = job(folder, text, name, form)
        run(made, Here())
    return made.place


def test_each_point_is_compared_with_its_partner(tmp_path: Path) -> None:
    """One more is lost at every point and in every replicate; rows are named by the points of the other sweep."""
    x, y = sweep(tmp_path, "x", 0), sweep(tmp_path, "y", 1, form="parquet")
    found = compare(x, y)
    assert list(dict.fromkeys(found.table["other"])) == [f"{y}@{point}" for point in range(5)]
    total = found.table[found.table["region"] == "*-CN"]
    assert total["difference"].tolist() == pytest.approx([1.0] * 5)
    assert (total["n"] == 2).all()
    single = compare(f"{x}@3", f"{y}@3").table
    pd.testing.assert_frame_equal(
        found.table[found.table["other"] == f"{y}@3"].reset_index(drop=True), single, check_exact=True
    )
    assert found.changes == {str(y): []}
    assert found.notes == []


def test_sweeps_that_say_the_same_are_reported_in_one_sentence(tmp_path: Path) -> None:
    x, y = sweep(tmp_path, "x", 0), sweep(tmp_path, "y", 0, form="parquet")
    reported = f"{y} says the same as {x}: 5 points, 10 rows, 2 replicates, largest difference 0."
    assert set(compare(x, y).identical.values()) == {reported}


def test_a_point_that_is_not_done_in_both_is_left_out(tmp_path: Path) -> None:
    x, y = sweep(tmp_path, "x", 0, broken=1), sweep(tmp_path, "y", 1, broken=3)
    found = compare(x, y)
    assert list(dict.fromkeys(found.table["other"])) == [f"{y}@{point}" for point in (0, 2, 4)]
    assert f"Points that are not done in {x} and {y} are left out: 1, 3." in found.notes


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            DESIGN.replace("seed: 1", "seed: 2"),
            r"point 0: parameters.hoarding_gain 0\.\d+ against 0\.\d+; .* more values",
        ),
        (DESIGN.replace("points: 5", "points: 6"), r"its design differs from that of .*: 6 points against 5"),
        (
            DESIGN.replace("final_elasticity", "order_elasticity"),
            r"only .*/y moves parameters.order_elasticity; only .*/x",
        ),
    ],
)
def test_another_design_is_refused_with_what_differs(text: str, said: str, tmp_path: Path) -> None:
    x, y = sweep(tmp_path, "x", 0), sweep(tmp_path, "y", 1, text)
    with pytest.raises(InputError, match=said) as caught:
        compare(x, y)
    assert len(caught.value.problems) == 1


def test_a_sweep_and_a_point_are_not_of_a_kind(tmp_path: Path) -> None:
    x = sweep(tmp_path, "x", 0)
    with pytest.raises(InputError, match=r"this is a whole sweep.\n  Name its points: .*/x@0 to .*/x@4"):
        compare(x, f"{x}@1")
    with pytest.raises(InputError, match="a sweep keeps no series"):
        compare(x, x, every="month")
    with pytest.raises(InputError, match="'value_added_lots' is in none of these results"):
        compare(x, x, metrics=["value_added_lots"])


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_points_come_one_at_a_time(form: str, tmp_path: Path) -> None:
    """Each with its rows, as they are when they are looked for; also where somebody has sorted the file."""
    place = sweep(tmp_path, "x", 0, form=form)
    opened = SweepResult(place)
    points = list(opened.by_point("replicates"))
    assert [point for point, _ in points] == list(range(5))
    for point, rows in points:
        pd.testing.assert_frame_equal(rows, opened.rows("replicates", point=[point]), check_exact=True)
    if form == "csv":
        file = place / "replicates.csv"
        header, *lines = file.read_text().splitlines(keepends=True)
        file.write_text(header + "".join(sorted(lines, key=lambda line: line[::-1])))
        assert [(point, len(rows)) for point, rows in SweepResult(place).by_point("replicates")] == [
            (point, 4) for point in range(5)
        ]
