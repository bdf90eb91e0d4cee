"""Past episodes, run with vectors of draws: what each makes of the numbers that were observed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import final

import numpy as np

from sim.analysis import targets as tables
from sim.analysis.hindcast import known_of, targets_beside
from sim.analysis.scores import values_of
from sim.analysis.targets import Target
from sim.axes import Floats
from sim.chunk import Chunk
from sim.ensemble.joint import Joint
from sim.files.shipped import scenario_files
from sim.plan import Plan, load, make_plan
from sim.record.observer import Observation, Observer, joined

CHUNK = 256  # replicates side by side


def shipped_episodes() -> tuple[str, ...]:
    """Names of the episodes that ship with targets."""
    return tuple(sorted(name for name in scenario_files() if targets_beside(name).is_file()))


@final
@dataclass(frozen=True)
class Episode:
    """A scenario of the past, and what was observed."""

    name: str

    @cached_property
    def plan(self) -> Plan:
        """The scenario, with all parameters that have a range and the tables drawn."""
        return make_plan(load(self.name, ["uncertainty.parameters=calibrated", "uncertainty.tables=drawn"]))

    @cached_property
    def targets(self) -> Sequence[Target]:
        """What was observed."""
        return tables.read(Path(targets_beside(self.name)), known_of(self.plan))

    def values(self, names: tuple[str, ...], shares: Floats, each: int) -> Floats:
        """(T, N, E): what some vectors make of each target.

        Parameters
        ----------
        names : tuple of str
        shares : (Q, N) array
            The vectors: of each quantity the share of its prior that lies below.
        each : int
            Replicates of each vector, which differ in all that is not in it.
        """
        setup = replace(self.plan.setup, joint=Joint(names, shares, np.ones(shares.shape[1]), each))
        count, seen = shares.shape[1] * each, []
        items = list(dict.fromkeys(item for target in self.targets for item in target.items))
        ticks = sum(1 for _ in self.plan.horizon.ticks())
        for first in range(0, count, CHUNK):
            part = range(first, min(first + CHUNK, count))
            chunk = Chunk(setup, part)
            observer = Observer(items, self.plan.fields, chunk.market, chunk.traced, ticks)
            chunk.run(observer)
            seen.append(observer.values[:, :, : len(part)])
        found = Observation(self.plan.horizon, joined(items, self.plan.horizon, seen), [])
        values = np.array([_number(target, values_of(target, found)) for target in self.targets])
        return values.reshape(len(self.targets), shares.shape[1], each)


def _number(target: Target, values: Floats) -> Floats:
    """What never comes is as late as the days that were looked at."""
    return np.minimum(values, target.top.last + 1 - target.top.first) if target.unit == "days" else values
