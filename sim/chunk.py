"""A chunk: replicates side by side, with all that their clock needs to run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import final

import numpy as np

from sim.axes import Floats, Ints, Scalar
from sim.definitions.items import ALL, Event
from sim.ensemble.clock import Clock, Horizon, Tick
from sim.ensemble.correlation import ALONE, Together
from sim.ensemble.draws import Draws
from sim.ensemble.gauges import Measured, Traced
from sim.ensemble.joint import Joint
from sim.ensemble.memory import keep_freed_memory
from sim.ensemble.parameters import Parameters
from sim.ensemble.transitions import Transitions
from sim.files.distributions import Uncertain
from sim.finance.ledger import PUBLIC_COST
from sim.instruments.base import Instrument, Setting
from sim.market.controls import controls_on
from sim.market.hooks import Hooks
from sim.market.tick import Market
from sim.record.mass import MassCheck
from sim.record.watcher import Watcher
from sim.supply.settle import Supply
from sim.world.build import World
from sim.world.ranges import Factor, drawn_world

NARROWEST = 2  # a lone replicate runs as two columns, so that every sum takes the same road


@final
@dataclass(frozen=True, eq=False)
class Setup:
    """What is the same for every chunk: a world, what is uncertain of it, and what acts on it.

    Parameters
    ----------
    world : World
    parameters : mapping
        Numbers, distributions, or one number a replicate, (R,), in internal units.
    horizon : Horizon
    instruments : sequence of Instrument
        Those that do anything; they are bound by name, last those that look at others.
    size : (F, 1) array, optional
        Capacity of facilities over that of the base year.
    units : mapping of str to str
        Of parameters, for the table of draws.
    seed : int
    uncertain : bool
        Whether distributions are drawn from, or stand at their medians.
    together : Together
        Names whose draws belong together.
    factors : sequence of Factor
        What is drawn of the tables.
    joint : Joint, optional
        Vectors of draws that replicates take whole.
    """

    world: World
    parameters: Mapping[str, Uncertain | Floats]
    horizon: Horizon
    instruments: Sequence[Instrument] = ()
    size: Floats | None = None
    units: Mapping[str, str] = field(default_factory=dict)
    seed: int = 1
    uncertain: bool = True
    together: Together = ALONE
    factors: Sequence[Factor] = ()
    joint: Joint | None = None

    @cached_property
    def ordered(self) -> tuple[Instrument, ...]:
        """The instruments in the order in which they are bound and propose."""
        return tuple(sorted(self.instruments, key=lambda one: (one.binds_last, one.name)))

    @cached_property
    def arcs(self) -> Ints:
        """Arcs (K,) on which any instrument may propose anything."""
        found = [one.arcs(self.world) for one in self.instruments]
        return np.unique(np.concatenate([np.empty(0, np.intp), *found]))


@final
class Chunk:
    """Some replicates of a setup, ready to run.

    Parameters
    ----------
    setup : Setup
    replicates : range
        Their numbers.

    Attributes
    ----------
    draws : Draws
    market : Market
    clock : Clock
    setting : Setting
        What instruments were bound into, and what they keep.
    supply : Supply or None
        Where there are projects.
    """

    def __init__(self, setup: Setup, replicates: range) -> None:
        keep_freed_memory()
        horizon, arcs = setup.horizon, setup.arcs
        width = max(len(replicates), NARROWEST)
        numbers = range(replicates.start, replicates.start + width)
        self.replicates = replicates
        self.draws = Draws(setup.seed, numbers, setup.uncertain, setup.together, setup.joint)
        p, world = _drawn(setup, self.draws), drawn_world(setup.world, setup.factors, self._factor)
        size = np.ones((len(world.facilities), 1)) if setup.size is None else setup.size
        hooks, controls = Hooks(), controls_on(world, arcs, width)
        self.market = Market(world, p, hooks, controls, horizon.tick, width, size)
        self.clock, self.supply, reported = Clock(horizon), None, len(replicates)
        if world.projects.names:
            self.supply = Supply(world, p, self.draws, horizon, size, reported, self.market.state)
            hooks.projects.append(self.supply)
            hooks.settled.append(self.supply.settle)
        self.setting = Setting(world, p, self.clock, hooks, controls, self.draws, self.supply, reported)
        if self.supply is not None:
            self.setting.measured.extend(self.supply.reports.measured())
        for instrument in setup.ordered:
            instrument.bind(self.setting)
        self.setting.measured.extend(_public_cost(self.setting.measured))

    def _factor(self, factor: Factor) -> Floats:
        """(R,): a factor on numbers of a table (eq. 0.7)."""
        return self.draws.factor(factor.name, factor.low, factor.high)

    @property
    def measured(self) -> list[Measured]:
        """Metrics that instruments and projects keep."""
        return self.setting.measured

    @property
    def traced(self) -> list[Traced]:
        """Series that instruments keep."""
        return self.setting.traced

    @property
    def events(self) -> list[Event]:
        """What happened on its date in every replicate."""
        return self.setting.events

    @property
    def transitions(self) -> list[Transitions]:
        """What happened in some replicates."""
        projects = [] if self.supply is None else self.supply.reports.transitions
        return [*projects, *self.setting.notices.transitions]

    def held(self, mass: MassCheck) -> Floats:
        """(P, R), t: everything that is anywhere."""
        return mass.held(self.market, self.setting.kept)

    def run(self, *watchers: Watcher) -> None:
        """Run to the end of the horizon, looked at by some watchers."""
        for watcher in watchers:
            watcher.start()

        def settle(tick: Tick) -> None:
            for watcher in watchers:
                watcher.before(tick)
            self.market.settle(tick)
            for watcher in watchers:
                watcher.after(tick)

        self.clock.run(settle)


def _drawn(setup: Setup, draws: Draws) -> Parameters:
    """The parameters, drawn where they are uncertain."""
    values: dict[str, Scalar] = {}
    for name, value in sorted(setup.parameters.items()):
        if isinstance(value, np.ndarray):
            values[name] = value
        else:
            values[name] = draws.draw(f"parameters.{name}", value, setup.units.get(name, ""))
    return Parameters(values)


def _public_cost(measured: Sequence[Measured]) -> list[Measured]:
    """What all instruments cost the public, where any of them does."""
    costs = [one.value for one in measured if one.item.name == PUBLIC_COST.name and not one.item.facility]
    total = Measured(PUBLIC_COST.item(instrument=ALL), lambda: np.add.reduce([cost() for cost in costs]))
    return [total] if costs else []
