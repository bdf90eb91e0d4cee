"""Small replicates that run: a market, its clock and its instruments, from tables and plain specifications."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import numpy as np

import sim.instruments  # noqa: F401  (registers the kinds)
from sim.axes import Floats, Scalar
from sim.chunk import Chunk, Setup
from sim.definitions.items import ALL
from sim.ensemble.clock import Clock, Horizon, Tick
from sim.ensemble.parameters import Parameters
from sim.ensemble.streams import uniforms
from sim.files.distributions import Distribution, parse_in_unit
from sim.instruments.base import KINDS, Instrument, Setting
from sim.market.tick import Market
from sim.world.build import World, build
from sim.world.rows import Tables
from tests.worlds import MARGINS, ROUTES, small_tables

PARAMETERS = Path(__file__).parents[1] / "seeds" / "parameters.csv"
START = date(2025, 1, 1)
FOUR_YEARS = 4 * 365

Spec = Mapping[str, object]


class Built(NamedTuple):
    """A chunk of a small world, ready to run."""

    world: World
    chunk: Chunk

    @property
    def market(self) -> Market:
        """Its market."""
        return self.chunk.market

    @property
    def clock(self) -> Clock:
        """Its clock."""
        return self.chunk.clock

    @property
    def setting(self) -> Setting:
        """What its instruments were bound into."""
        return self.chunk.setting


def parameters(**overrides: Scalar) -> Parameters:
    """Medians of the parameters that ship, in internal units; some of them as the test says."""
    with PARAMETERS.open(newline="", encoding="utf-8") as file:
        values = {row["parameter"]: _median(row["value"], row["unit"]) for row in csv.DictReader(file)}
    unknown = set(overrides) - set(values)
    assert not unknown, f"no such parameter: {unknown}"
    return Parameters({**values, **overrides})


def _median(value: str, unit: str) -> float:
    parsed = parse_in_unit(value, unit)
    return float(parsed.inverse(np.array([0.5]))[0]) if isinstance(parsed, Distribution) else parsed


def tables(seed: int = 1, regions: tuple[str, ...] = ("HO", "AB"), growth: float = 0.0) -> Tables:
    """Tables of one small world among many."""
    numbers = iter(uniforms(seed, "small world", range(500)).tolist())
    return small_tables(lambda: next(numbers), regions, growth)


def market(
    tables: Tables,
    instruments: Sequence[Spec] = (),
    replicates: int = 2,
    tick: int = 7,
    days: int = FOUR_YEARS,
    margins: Mapping[str, float] = MARGINS,
    projects: Sequence[str] = (),
    uncertain: bool = True,
    **overrides: Scalar,
) -> Built:
    """A market with the instruments attached to its hooks, in the order of their names; it starts on START.

    Where there are projects, they draw their days in each replicate, or all of them at the median.
    """
    p = parameters(**overrides)
    world = build(tables, margins, projects, float(np.mean(p["utilisation_base"])), routes=ROUTES)
    kinds: list[Instrument] = [KINDS[str(spec["kind"])].model_validate(spec) for spec in instruments]
    setup = Setup(world, p, Horizon(START, day(days - 1), tick), kinds, uncertain=uncertain)
    return Built(world, Chunk(setup, range(replicates)))


def day(number: int) -> date:
    """The date so many days after the start."""
    return START + timedelta(days=number)


def run(built: Built, after: Callable[[Tick], None] = lambda tick: None) -> None:
    """Run to the end of the horizon; `after` is called at the end of each tick."""

    def settle(tick: Tick) -> None:
        built.market.settle(tick)
        after(tick)

    built.clock.run(settle)


def lost(built: Built) -> Floats:
    """(R,), days of all sectors' baselines that are lost in a run to the end."""
    state, total = built.market.state, np.zeros(built.setting.replicates)

    def add(tick: Tick) -> None:
        total[:] += np.sum(state.baseline - state.production * state.demand, axis=0) * tick.days

    run(built, add)
    return total


def measured(built: Built, metric: str) -> Floats:
    """(R,): what instruments measured under a name, added up."""
    found = [m for m in built.setting.measured if m.item.name == metric and m.item.instrument != ALL]
    whole = [
        m for m in found if not m.item.facility
    ] or found  # what is reported of plants, too, is reported of all of them
    return np.sum([m.now() for m in whole], axis=0)
