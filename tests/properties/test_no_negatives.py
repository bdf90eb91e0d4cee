"""P8: no stock, flow or share is ever negative, and nothing is ever infinite or no number."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.ensemble.clock import Tick
from sim.market.state import State
from sim.world.rows import Tables
from tests.driver import Built, Spec, market, run, tables
from tests.strategies import FEW, every_kind, replicates

EITHER_WAY = {"changed_over"}  # from one plant to another, or the other way
LOGARITHMS = {name for name, one in State.__dataclass_fields__.items() if one.metadata["unit"].startswith("ln")}
MULTIPLES: dict[str, Any] = {
    "supply_elasticity": 1.0, "order_elasticity": 0.8, "mine_order_elasticity": 0.6, "sourcing_elasticity": 2.0,
    "hoarding_gain": 1.2, "hoarding_announcement": 1.2, "hoarding_ceiling": 3.0, "scarcity_elasticity": 1.6,
}  # fmt: skip
"""Parameters at the end of their ranges at which things move most."""


def sound(built: Built) -> None:
    """Run to the end, looking at every array at every tick."""

    def look(tick: Tick) -> None:
        for name, array in [*built.market.state.items(), ("under way", built.market.under_way.total)]:
            assert np.isfinite(array).all(), f"tick {tick.index}: {name} is not finite"
            assert name in LOGARITHMS | EITHER_WAY or array.min(initial=0) >= 0, (
                f"tick {tick.index}: {name} is negative"
            )
        for name, array in vars(built.market.controls).items():
            if isinstance(array, np.ndarray):
                assert np.isfinite(array).all(), f"tick {tick.index}: {name} is not finite"
                assert array.min(initial=0) >= 0, f"tick {tick.index}: {name} is negative"

    run(built, look)


@settings(FEW, max_examples=6)
@given(tables=replicates(growth=0.15), sizes=st.tuples(*[st.floats(0, 1)] * 3), change=st.floats(-0.99, 1))
def test_nothing_is_negative_with_every_kind_at_work(
    tables: Tables, sizes: tuple[float, float, float], change: float
) -> None:
    """Two years, any sizes."""
    coverage, loss, rate = sizes
    sound(market(tables, every_kind(coverage=coverage, loss=loss, change=change, rate=rate), days=728, **MULTIPLES))


@pytest.mark.parametrize("volume", ["0 t/year", "1 Mt/year"])
def test_nothing_is_negative_where_all_is_barred(volume: str) -> None:
    """Everything covered, nothing left of the mines; two and a bit years."""
    harsh = every_kind(coverage=1.0, loss=1.0, change=1.0, rate=1.0, volume=volume)
    sound(market(tables(3, ("HO", "AB", "CE")), harsh, days=800, **MULTIPLES))


def test_a_sector_may_want_nothing() -> None:
    """A demand shock of −100 % for all of a tick."""
    spec: Spec = {
        "name": "stop", "kind": "demand_shock", "sectors": "cars", "change": -1, "start": "2025-03-01",
        "lasts": "60 days",
    }  # fmt: skip
    sound(market(tables(), [spec], days=364))
