"""Worker processes of a sweep: one that is killed costs its block, and nothing outlives who started it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from multiprocessing import active_children
from pathlib import Path

import pytest

from sim.ensemble.streams import uniforms
from sim.errors import RunError
from sim.files.shipped import PACKAGE
from sim.sweeps import processes
from sim.sweeps.blocks import Block, Part, WorkerDiedError, packed, split, width
from sim.sweeps.processes import Processes
from tests.sweeps.sweeps import GRID, HEAD, job, tables, written

pytestmark = pytest.mark.xdist_group("processes")

ROOT = PACKAGE.parent
KILLS = 10


def blocks_of(folder: Path, replicates: int = 64) -> Iterator[Block]:
    """Blocks of some points, each of which takes a while."""
    made = job(folder)
    seeds = made.identity["seeds"]
    for point in range(4):
        yield Block(point, range(replicates), packed(made.points.scenario(point)), seeds)


def test_all_replicates_are_in_one_block_each() -> None:
    for replicates in (1, 7, 100, 256, 257, 1000):
        for most in (1, 48, 256):
            found = [world for part in split(replicates, most) for world in part]
            assert found == list(range(replicates))
            assert max(map(len, split(replicates, most))) <= most


def test_points_are_split_only_where_workers_would_wait() -> None:
    assert width([100] * 8, 2) == 256
    assert width([100] * 3, 2) < 100
    assert width([100] * 3, 1) == 256


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="sends signals")
def test_a_worker_that_is_killed_costs_its_block(tmp_path: Path) -> None:
    running = Processes(2).run(blocks_of(tmp_path))
    first = next(running)
    (victim, *_) = active_children()
    os.kill(victim.pid or 0, signal.SIGKILL)
    finished = [first, *running]
    assert sorted(one.block.point for one in finished) == [0, 1, 2, 3]
    assert all(isinstance(one.result, Part) for one in finished)
    assert not active_children()


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="sends signals")
def test_a_worker_that_dies_idle_costs_nothing(tmp_path: Path) -> None:
    """Between its block and the next, while who gives them out is busy with something else."""
    running = Processes(1).run(blocks_of(tmp_path, 2))
    first = next(running)
    second = next(running)
    time.sleep(1.0)  # the third is done, nobody asked for it yet
    (victim,) = active_children()
    os.kill(victim.pid or 0, signal.SIGKILL)
    time.sleep(0.3)
    finished = [first, second, *running]
    assert [isinstance(one.result, Part) for one in finished] == [True] * 4


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="sends signals")
def test_a_block_that_takes_every_worker_with_it_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "run_block", _die_on_the_second)
    finished = {one.block.point: one.result for one in Processes(1).run(blocks_of(tmp_path, 2))}
    assert isinstance(finished[1], WorkerDiedError)
    assert str(finished[1]) == "worker died 3 times (memory?)"
    assert [isinstance(finished[point], Part) for point in (0, 2, 3)] == [True] * 3


def _die_on_the_second(block: Block) -> Part:
    from sim.sweeps.blocks import run_block  # noqa: PLC0415

    if block.point == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return run_block(block)


@pytest.mark.slow
def test_a_worker_that_cannot_start_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "_prepare", _fail)
    with pytest.raises(RunError, match="could not start"):
        list(Processes(1).run(blocks_of(tmp_path)))
    assert not active_children()


def _fail() -> None:
    sys.exit(3)


@pytest.mark.slow
def test_a_worker_has_one_thread(tmp_path: Path) -> None:
    """Linear algebra would start one for each core, were it let."""
    if not Path("/proc/self/task").is_dir():
        pytest.skip("counts threads in /proc")
    running = Processes(2).run(blocks_of(tmp_path))
    next(running)
    for child in active_children():
        status = Path(f"/proc/{child.pid}/environ").read_bytes().split(b"\0")
        assert b"OMP_NUM_THREADS=1" in status or "OMP_NUM_THREADS" in os.environ
        assert b"OPENBLAS_NUM_THREADS=1" in status or "OPENBLAS_NUM_THREADS" in os.environ
    running.close()
    assert not active_children()


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="sends signals to a group")
def test_killed_at_any_moment_and_resumed_it_is_as_if_nothing_happened(tmp_path: Path) -> None:
    """The whole group of processes, ten times, each at a moment that nobody chose; with workers and without in turn."""
    file = written(tmp_path, HEAD.replace("replicates: 2", "replicates: 128") + GRID)
    program = [sys.executable, "-c", "from sim.cli import main; main()"]
    commands = [[*program, "sweep", str(file), "--workers", workers, "--resume"] for workers in ("1", "2")]
    nowhere, environment = subprocess.DEVNULL, os.environ | {"PYTHONPATH": str(ROOT)}
    began = time.monotonic()
    first = [*commands[0], "--out", "results/undisturbed"]
    subprocess.run(first, cwd=tmp_path, env=environment, stdout=nowhere, stderr=nowhere, check=True)  # noqa: S603
    takes = time.monotonic() - began
    for kill, moment in enumerate(uniforms(1, "moments", range(KILLS))):
        run = subprocess.Popen(  # noqa: S603
            commands[kill % 2], cwd=tmp_path, env=environment, stderr=nowhere, stdout=nowhere, process_group=0
        )
        time.sleep(moment * takes)
        os.killpg(run.pid, signal.SIGKILL)
        run.wait()
    last = subprocess.run(commands[1], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)  # noqa: S603
    assert "points done before" in last.stdout + last.stderr
    assert tables(tmp_path / "results" / "small") == tables(tmp_path / "results" / "undisturbed")
    assert sorted(path.name for path in (tmp_path / "results").iterdir()) == ["small", "undisturbed"]
