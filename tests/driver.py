"""Small worlds that run: a market, its clock and its instruments, from tables and plain specifications."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np

import sim.instruments  # noqa: F401  (registers the kinds)
from sim.axes import Floats, Scalar
from sim.ensemble.clock import Clock, Horizon, Tick
from sim.ensemble.draws import Draws
from sim.ensemble.parameters import Parameters
from sim.ensemble.streams import uniforms
from sim.files.distributions import Distribution, parse_in_unit
from sim.instruments.base import KINDS, Instrument, Setting
from sim.market.points import Points, controls_on
from sim.market.settle import Market
from sim.supply.settle import Supply
from sim.world.build import World, build
from sim.world.rows import Tables
from tests.worlds import MARGINS, small_tables

PARAMETERS = Path(__file__).parents[1] / "seeds" / "parameters.csv"
START = date(2025, 1, 1)
FOUR_YEARS = 4 * 365

Spec = Mapping[str, object]
Step = TypeVar("Step")


class Built(NamedTuple):
    """A market that is ready to run."""

    world: World
    market: Market
    clock: Clock
    setting: Setting


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
    """A market with the instruments attached to its points, in the order of their names; it starts on START.

    Where there are projects, they draw their days in each world, or all of them at the median.
    """
    p, points = parameters(**overrides), Points()
    world = build(tables, margins, projects, float(np.mean(p["utilisation_base"])))
    kinds: list[Instrument] = [KINDS[str(spec["kind"])].model_validate(spec) for spec in instruments]
    arcs = np.unique(np.concatenate([np.empty(0, np.intp), *(kind.arcs(world) for kind in kinds)]))
    controls = controls_on(world, arcs, replicates)
    clock = Clock(Horizon(START, day(days - 1), tick))
    draws, made = Draws(1, range(replicates), uncertain), Market(world, p, points, controls, tick, replicates)
    size = np.ones((len(world.facilities), 1))
    supply = Supply(world, p, draws, clock.horizon, size, replicates) if projects else None
    setting = Setting(world, p, clock, points, controls, draws, [], [], [], supply, replicates)
    if supply is not None:
        points.supply.append(supply)
        points.settled.append(supply.settle)
    for kind in sorted(kinds, key=lambda kind: (kind.binds_last, kind.name)):
        kind.bind(setting)
    return Built(world, made, clock, setting)


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


def step(market: Market, kind: type[Step]) -> Step:
    """The step of the tick that is of a class."""
    return next(step for step in market.steps if isinstance(step, kind))


def measured(built: Built, metric: str) -> Floats:
    """(R,): what instruments measured under a name, added up."""
    found = [m for m in built.setting.measured if m.item.name == metric]
    whole = [m for m in found if not m.item.facility] or found  # what is told of plants, too, is told of all of them
    return np.sum([m.now() for m in whole], axis=0)
