"""The program notices a tonne that is unaccounted for, and says which, where, and how to look at it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sim.ensemble.clock import Tick
from sim.errors import BrokenInvariant
from sim.market.tick import Market
from sim.simulation import run_chunk
from tests.ensembles import LICENCE, OTHERS, plan


def test_no_tonne_goes_unaccounted_with_every_kind_at_work(tmp_path: Path) -> None:
    run_chunk(plan(tmp_path, LICENCE + OTHERS), range(3))


def test_a_tonne_that_vanishes_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousandth of what crosses the border is dropped."""
    settle = Market.settle

    def drop(self: Market, tick: Tick) -> None:
        settle(self, tick)
        for slot in self.under_way.ring:
            np.multiply(slot, 0.999, out=slot)

    monkeypatch.setattr(Market, "settle", drop)
    with pytest.raises(
        BrokenInvariant, match=r"mass of (Aa|Bb) is not conserved in replicate [01]: .* t of \S+ vanished, .* in \w+"
    ):
        run_chunk(plan(tmp_path, LICENCE), range(2))


def test_a_replicate_is_named_by_its_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.record.mass.TOLERANCE", -1.0)
    with pytest.raises(BrokenInvariant, match=r"in replicate 7: (.|\n)*monazite run \S+ --replicate 7$"):
        run_chunk(plan(tmp_path, LICENCE), range(7, 8))
