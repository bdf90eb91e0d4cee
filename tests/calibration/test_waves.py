"""Waves find what was true, and go on where they were."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from sim.analysis.measures import Measure
from sim.analysis.targets import Reading, Target
from sim.axes import Floats
from sim.calibration import waves as module
from sim.calibration.episodes import Episode, shipped_episodes
from sim.calibration.quantities import Quantity, quantities_of
from sim.calibration.report import moved, scored, vectors
from sim.calibration.waves import Calibration, Wave, summary
from sim.definitions.items import Item
from sim.files.shapes import Uniform
from sim.world.seeds import Seeds

TRUE = 0.7


class Straight:
    """An episode whose only target is ten times the first quantity, and a bit of noise."""

    targets: Sequence[Target] = (
        Target("seen", Reading(Item("price_spot", "oxide.Dy", "JP"), Measure.read("mean"), 0, 9, ""), None, "1",
               10 * TRUE - 0.1, 10 * TRUE + 0.1, ""),
    )  # fmt: skip

    def __init__(self, name: str) -> None:
        self.name = name

    def values(self, names: tuple[str, ...], shares: Floats, each: int) -> Floats:
        """Ten times the first quantity."""
        assert names == ("one", "two")
        return (10 * shares[0])[None, :, None] + np.linspace(-0.1, 0.1, each)


@pytest.fixture
def calibration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Calibration:
    monkeypatch.setattr(module, "Episode", Straight)
    monkeypatch.setattr("sim.calibration.plausible.DISCREPANCY", 0.02)
    monkeypatch.setattr("sim.calibration.plausible.FORGIVEN", 0)
    quantities = [Quantity(name, Uniform(0.0, 1.0), is_factor=False) for name in ("one", "two")]
    episodes = cast("Any", {"straight": Straight("straight")})
    return Calibration(quantities, episodes, 256, 2, 5, 1, tmp_path)


def test_waves_close_in_on_what_was_true(calibration: Calibration) -> None:
    """The first quantity is found to a tenth; of the second nothing is learned."""
    found = calibration.waves()
    assert 2 <= len(found) <= 5
    low, high = found[-1].box[0]
    assert TRUE - 0.15 < low < TRUE < high < TRUE + 0.15
    assert np.diff(found[-1].box[1]) > 0.9
    after = moved(found[-1], calibration.quantities)
    assert after["p50"][0] == pytest.approx(TRUE, abs=0.02)
    assert after["width"][0] < 0.2
    assert after["width"][1] > 0.8
    written = vectors(found[-1], calibration.quantities)
    assert sum(written["weight"]) == pytest.approx(1, abs=1e-3)
    assert abs(np.average(written["one"], weights=written["weight"]) - TRUE) < 0.02
    scores = scored(found[0], found[-1])
    assert scores["all_episodes"][0] < scores["prior"][0] / 2
    assert [row["wave"] for row in summary(found)] == list(range(1, len(found) + 1))


def test_an_interrupted_run_goes_on(calibration: Calibration, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = calibration.waves()
    files = sorted(calibration.folder.rglob("straight-*.npy"))
    files[0].unlink()
    ran: list[int] = []
    original = Straight.values

    def counted(self: Straight, names: tuple[str, ...], shares: Floats, each: int) -> Floats:
        ran.append(shares.shape[1])
        return original(self, names, shares, each)

    monkeypatch.setattr(Straight, "values", counted)
    again = calibration.waves()
    assert ran == [128]
    for one, other in zip(whole, again, strict=True):
        assert np.array_equal(one.values["straight"], other.values["straight"])


def test_a_block_that_a_disk_has_damaged_is_run_again(calibration: Calibration) -> None:
    whole = calibration.waves()
    file = sorted(calibration.folder.rglob("straight-*.npy"))[0]
    written = file.read_bytes()
    file.write_bytes(written[: len(written) // 2])
    again = calibration.waves()
    assert file.read_bytes() == written
    for one, other in zip(whole, again, strict=True):
        assert np.array_equal(one.values["straight"], other.values["straight"])


@pytest.mark.slow(3)
def test_real_episodes_give_the_same_in_any_number_of_workers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BLOCK", 2)
    quantities = quantities_of(Seeds.read())

    def numbers(workers: int) -> Wave:
        episodes = {name: Episode(name) for name in shipped_episodes()}
        folder = tmp_path / str(workers)
        (wave,) = Calibration(quantities, episodes, 4, 2, 1, 1, folder, workers).waves()
        return wave

    one, two = numbers(1), numbers(2)
    assert set(one.values) == {"controls-2025", "quotas-2010"}
    for name, values in one.values.items():
        assert values.shape == (len(one.episodes[name].targets), 4, 2)
        assert np.array_equal(values, two.values[name], equal_nan=True)


def test_quantities_are_what_every_scenario_draws() -> None:
    names = {one.name for one in quantities_of(Seeds.read())}
    assert {"parameters.hoarding_gain", "tables.sectors.cover.US"} <= names
    assert not any(name.startswith("instruments") for name in names)
