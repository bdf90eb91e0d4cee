"""A kind of instrument that lives outside the package: defining it is enough."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, Literal, final

import numpy as np
import pytest
from typing_extensions import override

from sim.files.quantities import UncertainShare, WorldNames
from sim.instruments.base import KINDS, Instrument, Problem, Setting, amount
from sim.market.hooks import Moment
from sim.simulation import run_chunk
from sim.world.build import World
from tests.ensembles import plan


@pytest.fixture
def holiday() -> Iterator[str]:
    """Define a kind, and take it out again."""

    @final
    class Holiday(Instrument):
        """Every facility works less, all year."""

        zero: ClassVar[str] = "off: 0"

        kind: Literal["holiday"]
        off: UncertainShare

        @override
        def check(self, names: WorldNames) -> Iterator[Problem]:
            """Find nothing wrong."""
            yield from ()

        def is_zero(self) -> bool:
            """Nobody is off."""
            return amount(self.off) == 0

        def acts_on(self, world: World) -> bool:
            """There are facilities."""
            return len(world.facilities) > 0

        def bind(self, setting: Setting) -> None:
            """Take a share of all capacity."""
            off = self.draw(setting, "off", self.off, "1")

            def rest(moment: Moment) -> None:
                moment.shocks.available[:] *= 1 - off

            setting.hooks.shocks.append(rest)

    yield "holiday"
    del KINDS["holiday"]


def test_a_kind_from_outside_runs_in_a_scenario(tmp_path: Path, holiday: str) -> None:
    entry = f"  - {{name: rest, kind: {holiday}, off: {{uniform: {{low: 20 %, high: 60 %}}}}}}\n"
    resting, working = (run_chunk(plan(tmp_path, text), range(3)) for text in (entry, ""))
    assert [item.name for item in resting.draws if item.name.startswith("instruments")] == ["instruments.rest.off"]
    outputs = [
        item.name == "allied_output" and item.commodity == "oxide.Bb" and item.region == "*" for item in working.metrics
    ]
    rows = [np.flatnonzero(outputs)[0]]
    assert (resting.block.metrics[rows] < working.block.metrics[rows]).all()
