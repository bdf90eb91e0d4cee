"""Machines that are unlike in the last bits: reported wherever numbers meet, and refused nowhere."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from sim.analysis.compare import compare
from sim.definitions.items import Item
from sim.errors import RunError
from sim.results.manifest import MACHINE, machine
from sim.results.result import read
from sim.sweeps import blocks, cluster
from sim.sweeps.blocks import Block, Here, Part
from sim.sweeps.sweep import run
from tests.byhand import result
from tests.sweeps.sweeps import job

LOSS = Item("value_added_lost", region="*", sector="*", unit="USD")
OLD = {"cpu": "x86_64 X86_V3", "libc": "glibc 2.31"}
NEW = {"cpu": "x86_64 X86_V4", "libc": "glibc 2.36"}


def edited(folder: Path, **facts: object) -> None:
    """Write facts into the manifest of a result, which no hash is made of."""
    file = folder / "manifest.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | facts))


def test_results_of_unlike_machines_are_compared_with_a_note(tmp_path: Path) -> None:
    a, b = (result(name, {LOSS: [1.0, 2.0]}).save(tmp_path / name) for name in "ab")
    assert compare(a, b).notes == []
    edited(b, libc="musl 1.2", numpy="1.0")
    (note,) = compare(a, b).notes
    assert note.startswith(f"{b}: it was computed on another kind of machine than {a}, so equal numbers agree to about")
    assert f"libc musl 1.2 against {machine()['libc']}; numpy 1.0 against {np.__version__}" in note
    assert read(b).changed() == []


def test_what_a_result_took_is_no_difference(tmp_path: Path) -> None:
    a, b = (result(name, {LOSS: [1.0, 2.0]}).save(tmp_path / name) for name in "ab")
    file = b / "manifest.json"
    facts = json.loads(file.read_text()) | {"date": "1999-01-01T00:00:00Z", "workers": 64, "cores": 64, "wall_time": 9}
    file.write_text(json.dumps(facts))
    found = compare(a, b)
    assert (found.notes, list(found.identical)) == ([], [str(b)])


def part_of(block: Block, on: dict[str, str]) -> Part:
    """What a block gives on some machine."""
    return Part([LOSS], np.ones((1, len(block.replicates))), [], 0.5, "there:1", 0, machine=on)


def test_resume_on_another_machine_goes_on_and_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Point 1 fails on the old machine, and is done on the new one; the manifest names both."""

    def on_the_old(block: Block) -> Part:
        if block.point == 1:
            raise MemoryError
        return part_of(block, OLD)

    made = job(tmp_path)
    monkeypatch.setattr(blocks, "run_block", on_the_old)
    assert run(made, Here()).notes == []
    monkeypatch.setattr(blocks, "run_block", lambda block: part_of(block, NEW))
    report = run(made, Here(), resume=True)
    assert (report.before, report.done) == (5, 6)
    (note,) = report.notes
    assert note == (
        "Points were computed on unlike machines, so they agree to about 1e-9: "
        "cpu x86_64 X86_V3 against x86_64 X86_V4; libc glibc 2.31 against glibc 2.36."
    )
    facts = json.loads((made.place / "manifest.json").read_text())
    assert facts["cpu"] == "x86_64 X86_V3 / x86_64 X86_V4"
    assert (facts["workers"], facts["core_seconds"], facts["time_per_replicate"]) == (1, 3.0, 0.25)
    assert {"date", "cores"} <= facts.keys()


def test_what_would_be_computed_does_not_hang_on_the_machine(tmp_path: Path) -> None:
    assert not set(MACHINE) & set(job(tmp_path).identity["versions"])


def test_a_worker_on_an_unlike_machine_runs_its_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "run_block", lambda block: part_of(block, NEW))
    block = Block(0, range(2), b"", {})
    wanted = blocks.identity() | {"libc": "musl 1.2"}
    assert blocks.run_packed(pickle.dumps((block, wanted))).machine == NEW
    with pytest.raises(blocks.RefusedError, match="simd"):
        blocks.run_packed(pickle.dumps((block, wanted | {"simd": "SSE"})))


class Asked:
    """A client whose workers say what they compute with."""

    def __init__(self, **there: str) -> None:
        self.there = blocks.identity() | there

    def run(self, _: object) -> dict[str, dict[str, str]]:
        """What each says."""
        return {"tcp://w:1": blocks.identity(), "tcp://w:2": self.there}


def test_a_cluster_of_unlike_machines_is_reported() -> None:
    (note,) = cluster._checked(cast("Any", Asked(libc="musl 1.2")))
    assert note.startswith(
        "tcp://w:2 is another kind of machine, so points agree to about 1e-9: libc musl 1.2 against "
    )
    assert cluster._checked(cast("Any", Asked())) == []
    with pytest.raises(RunError, match="workers that would compute other bits are refused"):
        cluster._checked(cast("Any", Asked(simd="SSE")))


@pytest.mark.parametrize("facts", [{"core_seconds": "x"}, {"metrics": None}, {"rows": 3}, {"files": {"../x": "y"}}])
def test_a_point_whose_manifest_was_edited_runs_again(
    facts: dict[str, object], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def but_one(block: Block) -> Part:
        if block.point == 1:
            raise MemoryError
        return part_of(block, NEW)

    made = job(tmp_path)
    monkeypatch.setattr(blocks, "run_block", but_one)
    run(made, Here())
    edited(made.store.folder / "3", **facts)
    monkeypatch.setattr(blocks, "run_block", lambda block: part_of(block, NEW))
    report = run(made, Here(), resume=True)
    assert (report.before, report.done) == (4, 6)
