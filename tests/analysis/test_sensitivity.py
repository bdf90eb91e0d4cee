"""Sensitivity of a sweep whose outcome is a known function of its points: the road that any sweep takes."""

from __future__ import annotations

import importlib
import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sim.analysis.sensitivity import Sensitivity, sensitivity
from sim.axes import Floats
from sim.definitions.items import Item
from sim.ensemble.streams import uniforms
from sim.errors import InputError
from sim.scenario.scenario import Scenario
from sim.sweeps import blocks
from sim.sweeps.blocks import Block, Part
from tests.analysis.test_sobol import ishigami, known
from tests.sweeps.sweeps import HEAD, swept

printed = importlib.import_module("sim.cli.sensitivity")  # the module, not the command of that name
LOSS = Item("value_added_lost", region="*-CN", sector="*", unit="USD")
FIXED = Item("value_added_lost", region="US", sector="*", unit="USD")
NAMES = ("hoarding_gain", "final_elasticity", "order_elasticity")
AXES = "parameters:\n" + "".join(f"  - {{path: parameters.{name}, range: [0, 1]}}\n" for name in NAMES)


def sobol_design(points: int) -> str:
    """A sweep over the three parameters."""
    return f"{HEAD}design: {{kind: sobol, points: {points}, seed: 1}}\n{AXES}"


@pytest.fixture
def function(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Floats], Floats]], set[int]]:
    """Take a function of the points for the simulation; the points in the set fail."""
    broken: set[int] = set()

    def use(of: Callable[[Floats], Floats]) -> set[int]:
        def run_block(block: Block) -> Part:
            if block.point in broken:
                raise MemoryError("no room")
            scenario: Scenario = pickle.loads(block.scenario)  # noqa: S301
            shares = np.array([[scenario.parameters[name] for name in NAMES]], float)
            noise = uniforms(1, "noise", block.replicates) - 0.5
            values = np.stack([of(shares) + noise, np.ones(len(block.replicates))])
            return Part([LOSS, FIXED], values, [], 0.0, "here:1", 0)

        monkeypatch.setattr(blocks, "run_block", run_block)
        return broken

    return use


Function = Callable[[Callable[[Floats], Floats]], set[int]]


def measure(found: Sensitivity, name: str) -> list[tuple[float, float, float]]:
    """A measure of the loss by parameter, with its interval."""
    rows = found.table[(found.table["measure"] == name) & (found.table["region"] == "*-CN")]
    return list(zip(rows["value"], rows["low95"], rows["high95"], strict=True))


@pytest.mark.slow
def test_ishigami_through_a_whole_sweep(function: Function, tmp_path: Path) -> None:
    """From the file of the sweep to the table of indices: each known index lies within its interval."""
    function(ishigami)
    report = swept(tmp_path, sobol_design(128))
    assert report.done == 128 * 5
    found = sensitivity(tmp_path / "results" / "small", metrics=["value_added_lost"])
    shares = [*measure(found, "first_order"), *measure(found, "total_order")]
    assert [low <= right <= high for right, (_, low, high) in zip(np.concatenate(known()), shares, strict=True)] == [
        True
    ] * 6
    assert set(found.table["n"]) == {128, 640}
    (note,) = [note for note in found.notes if "US" in note]
    assert note == "value_added_lost US *: is the same at all points, so that no parameter matters for it; left out."
    assert any("would halve the intervals" in note for note in found.notes)


def test_chance_is_what_replicates_of_a_point_differ_by(function: Function, tmp_path: Path) -> None:
    """A twelfth is the variance of the noise, and of each parameter."""
    function(lambda shares: np.sum(shares, axis=1))
    swept(tmp_path, sobol_design(32).replace("replicates: 2", "replicates: 400"))
    found = sensitivity(tmp_path / "results" / "small")
    ((chance, _, _),) = measure(found, "chance_share")
    assert chance == pytest.approx(0.25, abs=0.03)
    assert [value for value, _, _ in measure(found, "total_order")] == pytest.approx([1 / 3] * 3, abs=0.05)


def test_a_failed_point_costs_its_block(function: Function, tmp_path: Path) -> None:
    broken = function(ishigami)
    broken |= {3, 4, 11}
    swept(tmp_path, sobol_design(8))
    found = sensitivity(tmp_path / "results" / "small")
    assert found.notes[0] == (
        "3 of 40 points failed (point 3: MemoryError: no room; point 4: MemoryError: no room; "
        "point 11: MemoryError: no room)."
    )
    assert "2 of 8 blocks lost a point and are left out whole: n is 6." in found.notes
    assert not found.table["value"].isna().any()


def test_too_few_blocks_are_refused(function: Function, tmp_path: Path) -> None:
    broken = function(ishigami)
    broken |= {0, 7}
    swept(tmp_path, sobol_design(4))
    with pytest.raises(InputError, match="too few points: 2 whole blocks"):
        sensitivity(tmp_path / "results" / "small")


def test_what_never_varies_is_said(function: Function, tmp_path: Path) -> None:
    function(lambda shares: 0 * shares[:, 0])
    swept(tmp_path, sobol_design(4))
    with pytest.raises(InputError, match=r"there is nothing to analyse: .* is the same at all points"):
        sensitivity(tmp_path / "results" / "small")


def test_infinity_has_no_variance(function: Function, tmp_path: Path) -> None:
    function(lambda shares: np.where(shares[:, 0] > 0.5, np.inf, 1.0))
    swept(tmp_path, sobol_design(4))
    with pytest.raises(InputError, match="is infinite at some points"):
        sensitivity(tmp_path / "results" / "small")


def test_chance_does_not_hang_on_the_statistic(function: Function, tmp_path: Path) -> None:
    function(lambda shares: np.sum(shares, axis=1))
    swept(tmp_path, sobol_design(16).replace("replicates: 2", "replicates: 40"))
    mean, tail = (sensitivity(tmp_path / "results" / "small", statistic=name) for name in ("mean", "p95"))
    assert measure(mean, "chance_share")[0][0] == measure(tail, "chance_share")[0][0]


def test_an_outcome_that_is_mostly_zero_says_that_points_are_few(function: Function, tmp_path: Path) -> None:
    """Many resamples of the blocks have no variance at all."""
    function(lambda shares: np.where((shares[:, 0] > 0.95) & (shares[:, 1] > 0.5), 1.0, 0.0))
    swept(tmp_path, sobol_design(8).replace("seed: 1", "seed: 3"))
    try:
        found = sensitivity(tmp_path / "results" / "small")
    except InputError as error:
        assert "too few points" in str(error) or "is the same at all points" in str(error)  # noqa: PT017
    else:
        assert any("Too few points" in note for note in found.notes)


def test_another_design_gives_regional_sensitivity(function: Function, tmp_path: Path) -> None:
    """The loss falls with the first parameter alone; the box says where it is largest."""
    function(lambda shares: 10 - 9 * shares[:, 0])
    swept(tmp_path, f"{HEAD}design: {{kind: latin_hypercube, points: 60}}\n{AXES}")
    found = sensitivity(tmp_path / "results" / "small")
    assert found.kind == "regional"
    distances, correlations = measure(found, "distance"), measure(found, "rank_correlation")
    assert distances[0][0] == 1.0
    assert distances[0][0] > max(distances[1][0], distances[2][0]) + 0.4
    assert correlations[0][0] < -0.95
    (box,) = found.boxes
    assert box.startswith("value_added_lost *-CN *, worst fifth: parameters.hoarding_gain at most 0.")
    assert found.notes[-1] == (
        "Sobol indices need a design of kind sobol, and this is a Latin hypercube: regional sensitivity instead."
    )


def test_shuffled_rows_give_the_same_indices(function: Function, tmp_path: Path) -> None:
    function(ishigami)
    swept(tmp_path, sobol_design(8))
    folder = tmp_path / "results" / "small"
    before = sensitivity(folder).table
    header, *lines = (folder / "summary.csv").read_text().splitlines(keepends=True)
    (folder / "summary.csv").write_text(header + "".join(lines[::-1]))
    after = sensitivity(folder)
    assert after.table.equals(before)
    assert any("summary.csv was changed" in note for note in after.notes)
    (folder / "summary.csv").write_text(header + "".join(lines[2:]))
    with pytest.raises(InputError, match="78 rows of 80 are there"):
        sensitivity(folder)


def test_a_quantile_may_be_analysed(function: Function, tmp_path: Path) -> None:
    function(ishigami)
    swept(tmp_path, sobol_design(8))
    found = sensitivity(tmp_path / "results" / "small", statistic="p95")
    assert set(found.table["statistic"]) == {"p95"}
    mean = sensitivity(tmp_path / "results" / "small")
    for one, other in zip(measure(found, "first_order"), measure(mean, "first_order"), strict=True):
        assert one == pytest.approx(other)  # replicates differ by the same at every point


CHOICES = """\
parameters:
  - {path: instruments.china-licence.towards, values: [all, US+EU]}
  - {path: parameters.hoarding_gain, values: [%s]}
"""


def chosen(folder: Path, gains: str, monkeypatch: pytest.MonkeyPatch, kind: str = "{kind: grid}") -> Path:
    """A sweep whose loss is the gain, and ten more where the licence is towards all."""

    def run_block(block: Block) -> Part:
        scenario: Scenario = pickle.loads(block.scenario)  # noqa: S301
        (licence,) = (one for one in scenario.instruments if one.name == "china-licence")
        towards_all = "US+EU" not in str(licence.model_dump()["towards"])
        loss = float(str(scenario.parameters.get("hoarding_gain", 0))) + 10 * towards_all
        return Part([LOSS], np.full((1, len(block.replicates)), loss), [], 0.0, "here:1", 0)

    monkeypatch.setattr(blocks, "run_block", run_block)
    swept(folder, f"{HEAD}design: {kind}\n{CHOICES % gains}")
    return folder / "results" / "small"


def test_a_choice_has_means_by_level_and_no_correlation(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Gains of mean 0.3: the loss is 10.3 towards all, 0.3 towards two; the gain is a number and has a correlation."""
    found = sensitivity(chosen(tmp_path, "0.1, 0.2, 0.3, 0.4, 0.5", monkeypatch))
    table = found.table
    levels = table[table["measure"] == "level_mean"].set_index("level")
    assert levels["value"].to_dict() == {"all": pytest.approx(10.3), "US+EU": pytest.approx(0.3)}
    assert set(levels["parameter"]) == {"instruments.china-licence.towards"}
    assert (levels["n"] == 5).all()
    correlated = table[table["measure"] == "rank_correlation"]
    assert correlated["parameter"].tolist() == ["parameters.hoarding_gain"]
    assert (table.loc[table["measure"] != "level_mean", "level"] == "").all()
    numbers, choices = printed._regional(found).splitlines(), printed._levels(found).splitlines()
    assert [line.split()[3] for line in numbers[1:]] == ["parameters.hoarding_gain"]
    assert [line.split()[3:6] for line in choices[1:]] == [
        ["china-licence.towards", level, mean] for level, mean in (("all", "10.3"), ("US+EU", "0.3"))
    ]


def test_policies_alone_are_told_apart_however_few_points_there_are(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tests.analysis.test_sensitivity.CHOICES", "\n".join(CHOICES.splitlines()[:2]) + "\n# %s\n")
    found = sensitivity(chosen(tmp_path, "", monkeypatch))
    levels = found.table[found.table["measure"] == "level_mean"]
    assert levels["level"].tolist() == ["all", "US+EU"]
    assert "Too few points to tell the worst from the rest (2): means by level only." in found.notes


def test_one_point_cannot_tell_what_matters(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tests.analysis.test_sensitivity.CHOICES", CHOICES.replace("all, US+EU", "all"))
    place = chosen(tmp_path, "0.1", monkeypatch)
    with pytest.raises(InputError, match=r"small: one point cannot tell what matters.\n  Choose a design of 8 points"):
        sensitivity(place)
