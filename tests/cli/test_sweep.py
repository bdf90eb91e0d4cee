"""`monazite sweep` and `monazite sensitivity`, as somebody types them."""

from __future__ import annotations

import csv
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sim.sweeps import blocks, cost
from sim.sweeps.blocks import Block, Part
from tests.cli.conftest import Monazite
from tests.cli.test_interrupt import PROGRAM, living, two_seconds
from tests.sweeps.sweeps import APPROVAL, GRID, HEAD, HYPERCUBE, job, tables, written

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0


def test_a_sweep_from_its_file_to_a_comparison_of_points(monazite: Monazite, tmp_path: Path) -> None:
    written(tmp_path)
    ran = monazite("sweep", "small.yaml", "--workers", "1")
    assert ran.code == 0
    assert ran.err.startswith("6 points × 2 replicates = 12 replicates, about ")
    assert "small: 6 done, " in ran.out
    assert "core-seconds per 1,000 replicates, in results/small" in ran.out
    assert "value_added_lost *-CN * (million USD)" in ran.out
    compared = monazite("compare", "results/small@0", "results/small@4", "results/small@5")
    assert compared.code == 0
    assert f"results/small@4  {APPROVAL}" in compared.out
    again = monazite("sweep", "small.yaml", "--workers", "1")
    assert (again.code, again.out) == (2, "")
    assert "a result is there already" in again.err
    assert monazite("sweep", "small.yaml", "--resume").out == "6 of 6 points done before: nothing is left to do.\n"
    before = tables(tmp_path / "results" / "small")
    assert monazite("sweep", "small.yaml", "--overwrite", "--workers", "1", "--quiet").out == ""
    assert tables(tmp_path / "results" / "small") == before


def test_a_dry_run_prints_the_points_and_runs_nothing(monazite: Monazite, tmp_path: Path) -> None:
    written(tmp_path, HEAD + HYPERCUBE)
    reported = monazite("sweep", "small.yaml", "--dry-run", "--workers", "1")
    assert reported.code == 0
    rows = list(csv.reader(reported.out.splitlines()))
    assert rows[0] == ["point", APPROVAL, "parameters.price_time"]
    assert len(rows) == 7
    assert all(20 <= float(row[1].removesuffix(" %")) <= 80 for row in rows[1:])
    assert reported.err.startswith("6 points × 2 replicates = 12 replicates, about ")
    assert "on disk" in reported.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["month.yaml", "small.yaml"]
    (tmp_path / "points.csv").write_text(reported.out)
    written(tmp_path, f"{HEAD}design: {{kind: list, file: points.csv}}\n")
    assert monazite("sweep", "small.yaml", "--dry-run", "--workers", "1").out == reported.out


def test_a_disk_without_room_is_reported_by_a_dry_run_and_refused_at_the_start(
    monazite: Monazite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Points and the joined tables: with five of six points there, a sixth of the first and all of the second."""
    written(tmp_path)
    whole = job(tmp_path).points
    assert len(whole) == 6
    monkeypatch.setattr("sim.results.folder.room", lambda _: 1000)
    monkeypatch.setattr(cost, "room", lambda _: 1000)
    dry = monazite("sweep", "small.yaml", "--dry-run", "--workers", "1")
    assert dry.code == 0
    reported = r"results/small: the sweep needs about \d+ MB, and 0 MB are free\.\n  Keep fewer `metrics`.*--out"
    assert re.search(reported, dry.err)
    ran = monazite("sweep", "small.yaml", "--workers", "1")
    assert (ran.code, ran.out) == (1, "")
    assert re.match(reported, ran.err)
    assert not (tmp_path / "results").exists()


def test_a_damaged_point_is_named_when_it_is_done_again(
    monazite: Monazite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_block = blocks.run_block

    def fail(block: Block) -> Part:
        if block.point == 5:
            raise MemoryError
        return run_block(block)

    monkeypatch.setattr(blocks, "run_block", fail)
    written(tmp_path)
    assert monazite("sweep", "small.yaml", "--workers", "1").code == 1
    monkeypatch.setattr(blocks, "run_block", run_block)
    unfinished = tmp_path / "results" / ".small.partial"
    (unfinished / "1" / "summary.csv").write_text("")
    (unfinished / "3" / "manifest.json").unlink()
    resumed = monazite("sweep", "small.yaml", "--workers", "1", "--resume")
    assert resumed.code == 0
    assert resumed.err.splitlines()[:3] == [
        "3 of 6 points done before.",
        "Point 1 is done again: summary.csv is not what was written.",
        "Point 3 is done again: its manifest is missing or damaged.",
    ]


def test_a_sobol_design_that_covers_unevenly_is_reported_before_it_is_checked(
    monazite: Monazite, tmp_path: Path
) -> None:
    """A note, no error; which designs do is in the tests of files."""
    written(tmp_path, HEAD + HYPERCUBE.replace("latin_hypercube, points: 6", "sobol, points: 12"))
    dry = monazite("sweep", "small.yaml", "--dry-run", "--workers", "1")
    assert dry.code == 0
    assert dry.err.startswith("12 base points do not cover the ranges evenly: 8 or 16 would.\n")


def test_points_that_failed_end_with_one(monazite: Monazite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run_block = blocks.run_block

    def fail(block: Block) -> Part:
        if block.point == 2:
            raise MemoryError("no room")
        return run_block(block)

    monkeypatch.setattr(blocks, "run_block", fail)
    written(tmp_path)
    ran = monazite("sweep", "small.yaml", "--workers", "1")
    assert ran.code == 1
    assert ran.err.splitlines()[-2:] == [
        "point 2: MemoryError: no room",
        "5 done, 1 failed; --resume runs what failed again.",
    ]
    monkeypatch.setattr(blocks, "run_block", run_block)
    resumed = monazite("sweep", "small.yaml", "--workers", "1", "--resume")
    assert resumed.code == 0
    assert resumed.err.startswith("5 of 6 points done before.\n")
    assert "small: 6 done, " in resumed.out


def test_bad_points_run_nothing(monazite: Monazite, tmp_path: Path) -> None:
    written(tmp_path, HEAD + GRID.replace("0.8]", "8]"))
    ran = monazite("sweep", "small.yaml")
    assert (ran.code, ran.out) == (2, "")
    assert f"{APPROVAL}: 2 points (4, 5): 8 is above 1." in ran.err
    assert not (tmp_path / "results").exists()


@pytest.mark.parametrize(
    ("options", "reported"),
    [
        (["--resume", "--overwrite"], "--resume: it keeps what --overwrite would remove."),
        (["--workers", "2", "--scheduler", "tcp://127.0.0.1:9"], "--workers: a cluster has its own."),
    ],
)
def test_options_that_do_not_go_together(options: list[str], reported: str, monazite: Monazite) -> None:
    ran = monazite("sweep", "small.yaml", *options)
    assert ran.code == 2
    assert ran.err.startswith(reported)


def test_a_sweep_that_ships_can_be_found_and_copied(monazite: Monazite, tmp_path: Path) -> None:
    listed = monazite("list", "sweeps").out
    assert "approval-vault-floor" in listed
    source = monazite("show", "approval-vault-floor", "--source").out
    (tmp_path / "mine.yaml").write_text(source.replace("replicates: 100", "replicates: 2"))
    reported = monazite("sweep", "mine.yaml", "--dry-run", "--workers", "1")
    assert reported.err.startswith("64 points × 2 replicates = 128 replicates")


def test_scenarios_and_sweeps_are_told_apart(monazite: Monazite, tmp_path: Path) -> None:
    written(tmp_path)
    for command in ("run", "validate", "show"):
        said = monazite(command, "small.yaml")
        assert (said.code, said.err.splitlines()[0]) == (2, "small.yaml:6:9: this is a sweep, not a scenario.")
    assert "this is a scenario, not a sweep" in monazite("sweep", "month.yaml").err
    assert "this is a scenario, not a sweep" in monazite("sweep", "baseline").err


@pytest.mark.parametrize(
    ("text", "reported"),
    [
        (f"{HEAD}{GRID}".replace("licence.approval", "licence.aproval"), "small.yaml:8:12: "),
        (
            f"{HEAD}{GRID}".replace("values: [0.2, 50 %, 0.8]", "range: [0, 1], steps: 2001").replace(
                "steps: 2}", "steps: 999}"
            ),
            "all combinations are 1,998,999 points",
        ),
    ],
)
def test_a_newcomer_is_reported_where(text: str, reported: str, monazite: Monazite, tmp_path: Path) -> None:
    written(tmp_path, text)
    said = monazite("sweep", "small.yaml", "--dry-run")
    assert said.code == 2
    assert reported in said.err


def test_a_file_that_is_not_there(monazite: Monazite) -> None:
    ran = monazite("sweep", "no-such-sweep")
    assert ran.code == 2
    assert ran.err.startswith("no-such-sweep: there is no such file, and no sweep of this name ships.")


def test_parquet_has_the_same_tables(monazite: Monazite, tmp_path: Path) -> None:
    import sim  # noqa: PLC0415

    written(tmp_path)
    for form in ("csv", "parquet"):
        run = monazite("run", "month.yaml", "--replicates", "2", "--format", form, "--out", form, "--quiet")
        assert run.code == 0
    text, parquet = (sim.read(tmp_path / form) for form in ("csv", "parquet"))
    assert sorted(path.suffix for path in (tmp_path / "parquet").iterdir()) == [".json", *[".parquet"] * 5, ".yaml"]
    for table in ("summary", "replicates", "timeseries", "draws", "events"):
        assert getattr(text, table).equals(getattr(parquet, table)), table
    assert monazite("compare", "csv", "parquet").out.startswith("The scenarios say the same.")


def test_sensitivity_of_a_sample(monazite: Monazite, tmp_path: Path) -> None:
    written(tmp_path, HEAD + HYPERCUBE.replace("points: 6", "points: 12"))
    assert monazite("sweep", "small.yaml", "--workers", "1", "--quiet").code == 0
    reported = monazite("sensitivity", "results/small", "--metric", "value_added_lost", "--out", "s.csv")
    assert reported.code == 0
    assert reported.out.startswith("Of each metric the mean over the replicates of a point is analysed.")
    assert "Left to chance" in reported.out
    assert "Sobol indices need a design of kind sobol, and this is a Latin hypercube" in reported.err
    rows = list(csv.DictReader((tmp_path / "s.csv").read_text().splitlines()))
    assert {row["measure"] for row in rows} == {"distance", "p_value", "rank_correlation", "chance_share"}
    refused = monazite("sensitivity", "results/small", "--out", "small.yaml")
    assert (refused.code, "this command did not write it" in refused.err) == (2, True)
    assert (tmp_path / "small.yaml").read_text().startswith("monazite: 1")
    assert monazite("sensitivity", "results/small", "--metric", "value_added_lots").code == 2
    assert monazite("sensitivity", "results/small", "--statistic", "p04").code == 2


@pytest.mark.slow
@pytest.mark.xdist_group("processes")
@pytest.mark.skipif(not Path("/proc").is_dir(), reason="counts processes in /proc")
def test_an_interrupt_keeps_finished_points(tmp_path: Path) -> None:
    """Exit 130 within two seconds, no process left, one line, and the next call goes on."""
    file = written(tmp_path, HEAD.replace("replicates: 2", "replicates: 256") + GRID)
    command = [sys.executable, "-c", PROGRAM, "sweep", str(file), "--workers", "2"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(  # noqa: S603
        command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as run:
        folder, deadline = tmp_path / "results" / ".small.partial", time.monotonic() + PATIENCE
        while not (folder / "0").is_dir() and time.monotonic() < deadline:
            time.sleep(0.02)
        soon, began = two_seconds(), time.monotonic()
        os.killpg(run.pid, signal.SIGINT)
        _, said = run.communicate(timeout=PATIENCE)
        assert time.monotonic() - began < soon
    assert run.returncode == 130
    last = said.splitlines()[-1]
    assert last.startswith("Interrupted. Kept: ")
    assert last.endswith(" of 6 points; go on with --resume.")
    assert (folder / "0").is_dir()
    while living(run.pid) and time.monotonic() - began < soon:  # the kernel takes a moment to bury the killed
        time.sleep(0.05)
    assert not living(run.pid)
