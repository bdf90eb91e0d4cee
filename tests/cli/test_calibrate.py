"""`monazite calibrate`, as typed: the episodes that ship, with a handful of vectors."""

import csv
from pathlib import Path

import pytest

from tests.cli.conftest import Monazite

FEW = ("--points", "32", "--waves", "1")


@pytest.mark.slow(4)
def test_it_writes_what_is_left_and_goes_on_where_it_was(monazite: Monazite, tmp_path: Path) -> None:
    answer = monazite("calibrate", *FEW, "--out", "cal")
    assert (answer.code, answer.err) == (0, "")
    lines = answer.out.splitlines()
    assert "wave 1: 2 of 2 blocks" in lines
    assert lines[-1].split()[:2] == ["1", "32"]
    assert max(map(len, lines)) <= 100
    folder = tmp_path / "cal"
    first = {file.name: file.read_bytes() for file in folder.glob("*.csv")}
    assert set(first) == {"calibrated.csv", "moved.csv", "scores.csv"}
    with (folder / "calibrated.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    assert header[0] == "weight"
    assert sum(float(row[0]) for row in rows) == pytest.approx(1, abs=1e-3)
    assert all(0 < float(cell) < 1 for row in rows for cell in row[1:])
    again = monazite("calibrate", *FEW, "--out", "cal", "--quiet")
    assert (again.code, again.out) == (0, "")
    assert {file.name: file.read_bytes() for file in folder.glob("*.csv")} == first


def test_where_nothing_is_left_nothing_is_written(monazite: Monazite, tmp_path: Path) -> None:
    answer = monazite("calibrate", "--points", "4", "--waves", "1", "--out", "cal", "--quiet")
    assert (answer.code, answer.out) == (1, "")
    assert "history rules out all 4 vectors of a wave.\n  Ask for more --points." in answer.err
    assert not list((tmp_path / "cal").glob("*.csv"))


def test_points_are_a_power_of_two(monazite: Monazite, tmp_path: Path) -> None:
    answer = monazite("calibrate", "--points", "5", "--out", "cal")
    assert answer.code == 2
    assert answer.err == "--points: 5 is no power of two.\n  Write 1024, 2048 or the like.\n"
    assert not (tmp_path / "cal").exists()


def test_it_never_writes_among_the_files_of_a_run_or_over_a_file(monazite: Monazite, tmp_path: Path) -> None:
    (tmp_path / "cal").mkdir()
    (tmp_path / "cal" / "manifest.json").write_text("{}", encoding="utf-8")
    answer = monazite("calibrate", *FEW, "--out", "cal")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == "cal: the result of a run is there.\n  Choose another folder with --out.\n"
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    answer = monazite("calibrate", *FEW, "--out", "file")
    assert (answer.code, answer.err) == (2, "file: what is there is no folder.\n  Choose another folder with --out.\n")


def test_stopped_by_hand_it_says_what_is_kept(monazite: Monazite, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("sim.calibration.waves.Calibration.waves", stop)
    answer = monazite("calibrate", *FEW, "--out", "cal")
    assert (answer.code, answer.out) == (130, "")
    assert answer.err.startswith("Interrupted. Kept: the blocks in cal/blocks-32-2-1-")
