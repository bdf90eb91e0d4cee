"""Series wait on disk while a run goes on; however it ends, nothing of them is left."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest

from sim import simulation
from sim.errors import RunError
from sim.plan import load
from sim.scenario.scenario import Scenario
from sim.simulation import run

pytestmark = pytest.mark.xdist_group("processes")

SHORT = {"horizon.end": "2025-02-28", "ensemble.replicates": 5, "outputs.every": "7 days"}


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    """Two months of five replicates."""
    return load("baseline", SHORT)


def test_they_are_there_during_the_run_and_gone_after_it(scenario: Scenario, tmp_path: Path) -> None:
    seen = []
    run(scenario, chunk=2, scratch=tmp_path, progress=lambda done: seen.append((done, len(list(tmp_path.glob("*/*"))))))
    assert seen == [(2, 1), (4, 2), (5, 3)]
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("workers", [1, pytest.param(2, marks=pytest.mark.slow)])
@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_a_run_that_is_stopped_leaves_nothing(
    error: type[BaseException], workers: int, scenario: Scenario, tmp_path: Path
) -> None:
    def stop(done: int) -> NoReturn:
        del done
        assert list(tmp_path.iterdir())
        raise error

    with pytest.raises(error):
        run(scenario, chunk=1, workers=workers, scratch=tmp_path, progress=stop)
    assert not list(tmp_path.iterdir())


def test_a_full_disk_ends_the_run_and_leaves_nothing(
    scenario: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill_up(*_: object) -> NoReturn:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(simulation, "run_chunk", fill_up)
    with pytest.raises(RunError, match=r"could not be written: no space left on device .* MB free") as caught:
        run(scenario, scratch=tmp_path)
    assert caught.value.exit_code == 1
    assert not list(tmp_path.iterdir())


def test_too_small_a_disk_is_reported_before_anything_is_computed(
    scenario: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**9, 10**9, 1000))
    with pytest.raises(RunError, match=r"the run needs \d+ MB, and 0 MB are free.\n.*--out"):
        run(scenario, scratch=tmp_path / "deep" / "down")
    assert not list(tmp_path.iterdir())


def test_what_a_killed_run_left_is_cleared_up_by_the_next(scenario: Scenario, tmp_path: Path) -> None:
    left = tmp_path / ".monazite.0a1b2c3d.tmp"
    left.mkdir()
    (left / "0.series").write_bytes(b"\0" * 8)
    run(scenario, scratch=tmp_path)
    assert not list(tmp_path.iterdir())
