"""P4: a world of twice the tonnage has the same prices and twice the volumes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings

from sim.market.state import State
from sim.world.rows import Tables
from tests.driver import market, run
from tests.strategies import FEW, every_kind, replicates

MASSES = ("flow", "use", "other_use", "activity")


def twice(tables: Tables) -> Tables:
    """The same replicate with twice the tonnes, and the value added that goes with them."""
    return replace(
        tables,
        base_year=tuple(replace(r, value=2 * r.value) if r.quantity in MASSES else r for r in tables.base_year),
        facilities=tuple(
            replace(r, capacity=2 * r.capacity, capacity_planned=2 * r.capacity_planned) for r in tables.facilities
        ),
        sectors=tuple(replace(r, value_added=2 * r.value_added) for r in tables.sectors),
    )


def end(tables: Tables, volume: str) -> State:
    """The state after two years with every kind at work."""
    built = market(tables, every_kind(volume=volume), days=728)
    run(built)
    return built.market.state


@settings(FEW, max_examples=4)
@given(tables=replicates(growth=0.05))
def test_twice_the_tonnes_leave_prices_and_double_volumes(tables: Tables) -> None:
    """Each array by its unit: tonnes and rates double, ratios and logarithms stay."""
    one, two = end(tables, "300 t/year"), end(twice(tables), "600 t/year")
    for (name, array), (_, doubled) in zip(one.items(), two.items(), strict=True):
        unit = State.__dataclass_fields__[name].metadata["unit"]
        factor = 2 if unit in ("t", "t/day", "unit/day") else 1
        scale = 1 + np.abs(array)
        assert (np.abs(doubled / factor - array) / scale).max() < 1e-9, name
