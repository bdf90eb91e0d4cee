"""Each kernel of the tick writes what its signature says, and nothing else; and each rule what its hook says."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager

import numpy as np
import pytest

from sim.axes import Floats
from sim.ensemble.clock import Tick
from sim.market.hooks import Hooks
from sim.market.kernels import reads, writes
from sim.market.state import State
from sim.market.tick import TICK, Hook
from sim.supply.settle import Supply
from tests.driver import Built, market, tables
from tests.strategies import every_kind

CHANGED = {  # by hook: arrays of the state that its rules may write
    "projects": Supply.writes, "sharing": ("received",), "priority": ("received",), "release": ("received",),
    "plans": ("planned",),
    "announcements": ("announcement",), "cover": ("target_cover",), "orders": ("orders",),
    "customs": ("pipeline_share",), "prospects": ("supply",), "discounts": ("passed_on",),
}  # fmt: skip
PROPOSED = {"begin": (), "projects": ("available", "support"), "shocks": ("available", "support", "costs", "shifted")}
CONTROLS = {
    "tariffs": ("tariff", "leaving"), "decisions": ("granted", "denied"), "limits": ("restricted",),
    "expectations": ("expected_restriction", "announcement_effect", "licensed", "backlog", "expected_clearance",
                     "licence_days", "traced"),
    "promises": ("reserved", "nominated"), "crossings": ("crossing", "backlog"), "leaks": ("leaking",),
}  # fmt: skip
ENTRIES = [entry for entries in TICK.values() for entry in entries]


def may_write(entry: Hook | type) -> tuple[str, ...]:
    """Names of the arrays that an entry of the order of the day may write."""
    if not isinstance(entry, Hook):
        return writes(entry)
    allowed: tuple[str, ...] = ()
    for table in (CHANGED, PROPOSED, CONTROLS):
        allowed += tuple(table.get(entry.name, ()))
    return allowed


@contextmanager
def only(arrays: Mapping[str, Floats], allowed: Collection[str]) -> Iterator[None]:
    """Freeze every array but some; a stray write raises."""
    frozen = [array for name, array in arrays.items() if name not in allowed]
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


def test_nothing_is_written_but_what_is_declared() -> None:
    """Two years with every kind at work."""
    world = built()
    arrays = dict(world.market.arrays())

    def settle(tick: Tick) -> None:
        world.market.begin(tick)
        for entry, (_, step) in zip(ENTRIES, world.market.steps, strict=True):
            with only(arrays, may_write(entry)):
                step(tick)

    world.clock.run(settle)


def test_all_is_written_that_kernels_declare() -> None:
    """In a year each array changed in the kernel that declares it."""
    world = built()
    arrays = dict(world.market.arrays())
    kernels = {entry: writes(entry) for entry in ENTRIES if not isinstance(entry, Hook)}
    still = {(kind, name) for kind, names in kernels.items() for name in names}

    def settle(tick: Tick) -> None:
        world.market.begin(tick)
        for entry, (_, step) in zip(ENTRIES, world.market.steps, strict=True):
            names = () if isinstance(entry, Hook) else kernels[entry]
            before = {name: arrays[name].copy() for name in names}
            step(tick)
            still.difference_update((entry, n) for n, old in before.items() if not np.array_equal(old, arrays[n]))

    world.clock.run(settle)
    assert not still


def test_a_stray_write_raises() -> None:
    """The guard itself."""
    arrays = dict(built().market.arrays())
    with only(arrays, ("price",)):
        arrays["price"][:] = 1
        with pytest.raises(ValueError, match="read-only"):
            arrays["reference_price"][:] = 1


def test_rules_see_a_state_that_they_cannot_change() -> None:
    """What they may change stands in the proposals."""
    moment = built().market.moment
    with pytest.raises(ValueError, match="read-only"):
        moment.state.received[:] = 1
    moment.proposals.received[:] = 1
    assert (moment.state.received == 1).all()


def test_the_order_of_the_day_names_every_hook_once_and_in_order() -> None:
    """As `Hooks` has them."""
    assert [entry.name for entry in ENTRIES if isinstance(entry, Hook)] == list(Hooks.__dataclass_fields__)


def test_every_array_of_the_state_is_written_by_a_kernel_or_by_projects() -> None:
    """And every name that a kernel asks for is that of an array."""
    names = set(dict(built().market.arrays()))
    kernels = [entry for entry in ENTRIES if not isinstance(entry, Hook)]
    assert {name for entry in kernels for name in (*reads(entry), *writes(entry))} <= names
    written = {name for entry in kernels for name in writes(entry)} | set(Supply.writes)
    assert set(State.__dataclass_fields__) == {name for name in written if name in State.__dataclass_fields__}
