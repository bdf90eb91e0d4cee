"""P2: no element appears or vanishes, at any tick, whatever governments do."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from hypothesis import given, settings

from sim.axes import Floats
from sim.ensemble.clock import Tick
from sim.world.rows import Tables
from tests.driver import Built, Spec, market, run
from tests.strategies import FEW, every_kind, replicates


class Account:
    """Where each element is and went, (E, R) t: what is there at the start and mined, against everything else."""

    def __init__(self, built: Built) -> None:
        self.built, world = built, built.world
        self.of_arcs = world.contents(c for c, _, _ in world.arcs.names).T
        self.of_users = world.contents(c for c, _, _ in world.users.names).T
        self.of_places = world.contents(c for c, _ in world.nodes.used).T
        self.of_origins = world.contents(c for c, _ in world.nodes.made).T
        self.mines = np.array([[float(process == "mine")] for process in world.facilities.process])
        self.queued = np.zeros_like(built.market.controls.backlog)
        self.mined, self.gone = np.zeros_like(self.held()), np.zeros_like(self.held())
        self.initial = self.held()

    def held(self) -> Floats:
        """In stocks, under way, at the border and in reserves."""
        state, way = self.built.market.state, self.built.market.under_way.total.copy()
        way[self.built.market.controls.arcs] += self.queued
        sold = self.of_places @ self.built.market.state.traded
        kept = [self.built.world.contents(one.commodities).T @ one.stock() for one in self.built.setting.kept]
        return (
            self.of_origins @ state.producer_stock
            + self.of_users @ state.user_stock
            + self.of_arcs @ way
            + sold
            + sum(kept)
        )

    def settle(self, tick: Tick) -> None:
        """Add up what a tick mined, used, put to other use and lost in processes; compare."""
        world, state, controls = self.built.world, self.built.market.state, self.built.market.controls
        self.queued += (state.shipped - state.crossed)[controls.arcs] - controls.denied
        assert np.abs(self.queued - controls.backlog).max(initial=0) < 1e-9 * (1 + self.queued.max(initial=0))
        mined = self.of_origins @ world.facilities.output(state.activity * self.mines)
        made = self.of_origins @ state.made - mined
        used = self.of_users @ state.use
        self.mined += mined * tick.days
        self.gone += (used - made + self.of_origins @ state.other) * tick.days
        off = self.initial + self.mined - self.held() - self.gone
        worst = np.abs(off).max() / (self.initial + self.mined).max()
        assert worst < 1e-9, f"tick {tick.index}: {worst:.1e} of all there is"


def conserves(tables: Tables, instruments: list[Spec], disturb: Callable[[Built], None], days: int = 728) -> None:
    """Run a world and keep its account."""
    built = market(tables, instruments, days=days)
    disturb(built)
    run(built, Account(built).settle)


def nothing(built: Built) -> None:
    """Leave a world as it is."""


def starve(built: Built) -> None:
    """Half of all stocks of users are gone, so that inputs run out."""
    built.market.state.user_stock[:] *= 0.5


@FEW
@given(tables=replicates(growth=0.08))
def test_mass_is_conserved_with_every_kind_at_work(tables: Tables) -> None:
    """Two years."""
    conserves(tables, every_kind(), nothing)


@settings(FEW, max_examples=3)
@given(tables=replicates())
def test_mass_is_conserved_where_inputs_run_out(tables: Tables) -> None:
    """Half of the stocks, hardly anything granted, and everything covered. A year, and a last tick of a day."""
    harsh = every_kind(coverage=1.0, loss=1.0, change=0.5, rate=1.0, volume="10 t/year")
    conserves(tables, harsh, starve, 365)
