"""What a sweep is said to cost: by hand, from blocks whose times are known."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import replace
from math import isnan
from pathlib import Path
from typing import final

import numpy as np
import pytest

from sim.definitions.items import Item
from sim.sweeps import cost
from sim.sweeps.blocks import Block, Finished, Here, Part
from sim.sweeps.cost import estimate, needed
from sim.sweeps.sweep import Progress, run
from tests.sweeps.sweeps import job

LOSS = Item("value_added_lost", region="*", unit="USD")


@final
class Known:
    """Workers of whom everybody knows how long they take: 2 s to start a block, 0.1 s a tick, twice by the clock."""

    workers = 2

    def run(self, blocks: Iterable[Block]) -> Generator[Finished, None, None]:
        """Give the times of blocks without running them."""
        for block in blocks:
            ticks = (cost.FEW, cost.FEW, cost.MORE)[block.point]
            seconds = 2.0 + 0.1 * ticks + (50.0 if block.point == 0 else 0.0)
            yield Finished(block, Part([LOSS], np.zeros((1, 2)), (), seconds, "", 0, wall=2 * seconds))


def test_time_is_that_of_blocks_side_by_side_by_the_clock(tmp_path: Path) -> None:
    """Four ticks a point: 2.4 s of a processor, 4.8 s by the clock; six points on two workers 14.4 s.

    What a worker's first block takes longer counts once; here it takes no time at all to wait for it.
    """
    made = job(tmp_path)
    assert list(made.checked.ticks) == [4] * 6
    found = estimate(made, Known(), 2, 2)
    assert found.seconds == pytest.approx(14.4, abs=0.5)
    assert estimate(made, Known(), 6, 6).seconds == pytest.approx(4.8, abs=0.5)
    assert estimate(made, Known(), 100, 100).seconds == pytest.approx(4.8, abs=0.5), "no block is cut in two"
    assert estimate(made, Known(), 100, 2).seconds == pytest.approx(14.4, abs=0.5), "there are two processors"


def test_the_disk_that_is_needed_is_what_is_written(tmp_path: Path) -> None:
    """Not less, and hardly more: many figures are zero, which is shorter than the digits that are counted."""
    made = job(tmp_path)
    before = needed(made)
    run(made, Here())
    size = sum((made.place / name).stat().st_size for name in ("summary.csv", "replicates.csv"))
    assert 1 < before / (2 * size) < 1.6
    assert needed(made) == pytest.approx(before, rel=1e-9), "the points of a sweep that is done are gone"


def test_what_is_left_is_told_from_what_was_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is known at first; then a block takes 1,000 s by the clock, and so will the other five."""
    from sim.sweeps import blocks  # noqa: PLC0415

    run_block = blocks.run_block
    reported: list[Progress] = []

    def slow(block: Block) -> Part:
        return replace(run_block(block), wall=1000.0)

    monkeypatch.setattr(blocks, "run_block", slow)
    run(job(tmp_path), Here(), progress=reported.append)
    assert isnan(reported[0].rest)
    assert [state.rest for state in reported[1:]] == pytest.approx([5000, 4000, 3000, 2000, 1000, 0], abs=100)


def test_windows_beyond_the_ticks_that_are_tried_are_no_fault(tmp_path: Path) -> None:
    """The trial is shorter than the run: its windows lie within it, and its tables are as wide."""
    job(tmp_path)
    (tmp_path / "month.yaml").write_text(
        "monazite: 1\nname: month\nextends: april-2025-licensing.yaml\nhorizon: {end: 2025-09-30}\n"
        "outputs: {windows: [{name: late, from: 2025-08-01, to: 2025-09-30}]}\n"
    )
    late = job(tmp_path)
    assert estimate(late, Here(), 1, 1).seconds > 0
    assert needed(late) > 0
