"""Each step of the tick writes what it declares, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest

from sim.ensemble.clock import Tick
from sim.ensemble.state import State
from sim.supply.settle import Supply
from tests.driver import Built, market, tables
from tests.strategies import every_kind


@contextmanager
def only(state: State, writes: tuple[str, ...]) -> Iterator[None]:
    """Freeze every array of the state but those; a stray write raises."""
    frozen = [array for name, array in state.items() if name not in writes]
    for array in frozen:
        array.flags.writeable = False
    try:
        yield
    finally:
        for array in frozen:
            array.flags.writeable = True


def built() -> Built:
    """A small world with every kind of instrument."""
    return market(tables(), every_kind(), days=728)


def test_steps_write_only_what_they_declare() -> None:
    """Two years with every kind at work; rules at the points run within the step that calls them."""
    world = built()
    state = world.market.state

    def settle(tick: Tick) -> None:
        world.market.shocks.clear()
        world.market.controls.clear()
        with only(state, ()):
            for shock in world.market.points.shocks:
                shock(tick, world.market.shocks)
        for step in world.market.steps:
            with only(state, step.writes):
                step(state, tick)

    world.clock.run(settle)


def test_steps_write_all_that_they_declare() -> None:
    """In a year each declared array changed in the step that declares it."""
    world = built()
    state, still = world.market.state, {(type(s).__name__, name) for s in world.market.steps for name in s.writes}

    def settle(tick: Tick) -> None:
        world.market.shocks.clear()
        world.market.controls.clear()
        for shock in world.market.points.shocks:
            shock(tick, world.market.shocks)
        for step in world.market.steps:
            before = {name: getattr(state, name).copy() for name in step.writes}
            step(state, tick)
            changed = {n for n, old in before.items() if not np.array_equal(old, getattr(state, n))}
            still.difference_update((type(step).__name__, name) for name in changed)

    world.clock.run(settle)
    assert not still


def test_a_stray_write_raises() -> None:
    """The guard itself."""
    state = built().market.state
    with only(state, ("price",)):
        state.price[:] = 1
        with pytest.raises(ValueError, match="read-only"):
            state.anchor[:] = 1


def test_the_state_names_the_owners_of_its_arrays() -> None:
    """The declarations of the state and of the steps say the same."""
    steps = built().market.steps
    writers = {
        name: {type(s).__module__.rpartition(".")[2] for s in steps if name in s.writes}
        for name in State.__dataclass_fields__
    }
    for name in Supply.writes:  # a rule at the first point of the tick
        writers[name].add("supply")
    owners = {name: set(f.metadata["owner"].split()) for name, f in State.__dataclass_fields__.items()}
    assert writers == owners
