"""P1: a world in balance rests, and comes back to rest when it is disturbed."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings

from sim.world.tables import Tables
from tests.driver import FOUR_YEARS, market, run
from tests.strategies import worlds


@settings(max_examples=8, deadline=None, derandomize=True)
@given(tables=worlds())
def test_a_balanced_world_rests(tables: Tables) -> None:
    """No array of the state moves in a year, but for what the first tick receives and sends."""
    built = market(tables, days=364)
    run_one = next(built.clock.horizon.ticks())
    built.market.settle(run_one)
    start = {name: array.copy() for name, array in built.market.state.items()}
    built = market(tables, days=364)
    run(built)
    for name, array in built.market.state.items():
        scale = max(1.0, float(np.abs(start[name]).max(initial=0)))
        assert np.abs(array - start[name]).max(initial=0) < 1e-9 * scale, name


@settings(max_examples=6, deadline=None, derandomize=True)
@given(tables=worlds())
def test_a_fifth_off_all_stocks_is_made_up_for_in_four_years(tables: Tables) -> None:
    """Stocks and prices are back within 10 %."""
    built = market(tables, days=FOUR_YEARS)
    state = built.market.state
    stocks = {name: getattr(state, name).copy() for name in ("maker_stock", "user_stock")}
    for name in stocks:
        getattr(state, name)[:] *= 0.8
    run(built)
    for name, before in stocks.items():
        assert np.abs(getattr(state, name) / before - 1).max() < 0.1, name
    assert np.abs(np.exp(state.price) - 1).max() < 0.1
