"""A real Dask cluster of separate worker processes: the same bytes, and a worker that dies costs its block."""

from __future__ import annotations

import os
import re
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sim.errors import InputError, RunError
from sim.sweeps import cluster
from sim.sweeps.blocks import Part, RefusedError, identity, run_packed
from sim.sweeps.cluster import Cluster
from tests.sweeps.sweeps import swept, tables
from tests.sweeps.test_processes import blocks_of

pytestmark = [
    pytest.mark.xdist_group("processes"),
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # of the cluster's own
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Two workers, each a process of its own."""
    from distributed import LocalCluster  # noqa: PLC0415

    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0") as made:
        yield made.scheduler_address


def test_a_cluster_gives_the_same_bytes(address: str, tmp_path: Path) -> None:
    swept(tmp_path, name="here")
    report = swept(tmp_path, name="there", pool=Cluster(address))
    assert (report.done, report.failed) == (6, {})
    assert tables(tmp_path / "results" / "there") == tables(tmp_path / "results" / "here")


def test_workers_are_counted(address: str) -> None:
    assert cluster.workers_of(address) == 2


@pytest.mark.skipif(os.name != "posix", reason="sends signals")
def test_a_worker_that_is_killed_costs_its_block(address: str, tmp_path: Path) -> None:
    pool = Cluster(address)
    running = pool.run(blocks_of(tmp_path))
    first = next(running)
    assert isinstance(first.result, Part)
    os.kill(int(first.result.process.rpartition(":")[2]), signal.SIGKILL)
    finished = [first, *running]
    assert sorted(one.block.point for one in finished) == [0, 1, 2, 3]
    assert all(isinstance(one.result, Part) for one in finished)


@pytest.mark.skipif(os.name != "posix", reason="sends signals")
def test_a_cluster_without_workers_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from distributed import LocalCluster  # noqa: PLC0415

    monkeypatch.setattr(cluster, "PATIENCE", 2.0)
    with LocalCluster(n_workers=1, threads_per_worker=1, processes=True, dashboard_address=":0") as made:
        running = Cluster(made.scheduler_address).run(blocks_of(tmp_path))
        next(running)
        made.scale(0)
        with pytest.raises(RunError, match="has had no workers"):
            list(running)


def test_who_joins_later_is_refused_by_its_block(tmp_path: Path) -> None:
    import pickle  # noqa: PLC0415

    block = next(blocks_of(tmp_path))
    with pytest.raises(RefusedError, match=r"numpy \S+, not 1\.0"):
        run_packed(pickle.dumps((block, identity() | {"numpy": "1.0"})))


def test_workers_that_would_compute_other_bits_are_refused(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from distributed import Client  # noqa: PLC0415

    with Client(address) as client:
        client.wait_for_workers(2, timeout=60)  # one that was killed takes a moment to come back
    here = identity()
    monkeypatch.setattr(cluster, "identity", lambda: here | {"numpy": "1.0", "simd": "NONE"})
    with pytest.raises(RunError, match="would compute other bits are refused") as error:
        Cluster(address)
    line = rf"tcp://\S+, 1\.0 here, simd {here['simd']} on tcp://\S+, NONE here"
    assert len(re.findall(line, str(error.value))) == 2


def test_workers_without_monazite_are_refused(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "_asker", lambda: _not_there)
    with pytest.raises(RunError, match="monazite is not installed on it"):
        Cluster(address)


def _not_there() -> None:
    """Answer as a worker does that has no monazite."""


def test_a_scheduler_that_does_not_answer_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "PATIENCE", 1.0)
    with pytest.raises(RunError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:9"):
        Cluster("tcp://127.0.0.1:9")


def test_what_is_no_address_is_reported() -> None:
    with pytest.raises(InputError, match="'nonsense://x' is not an address"):
        Cluster("nonsense://x")


def test_without_dask_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    missing: Any = None
    monkeypatch.setitem(sys.modules, "distributed", missing)
    with pytest.raises(InputError, match=r"monazite\[dask\]"):
        Cluster("tcp://127.0.0.1:9")
