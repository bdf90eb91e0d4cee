"""P1: a world in balance rests, and comes back to rest when it is disturbed."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings

from sim.axes import Floats
from sim.ensemble.clock import Tick
from sim.world.rows import Tables
from tests import driver
from tests.driver import FOUR_YEARS, Built, market, run
from tests.strategies import FEW, replicates

REST = ("critical",)
"""Which of two equally scarce inputs is called critical, when none stops a line, is a matter of last bits."""


@settings(FEW, max_examples=8)
@given(tables=replicates())
def test_a_balanced_world_rests(tables: Tables) -> None:
    """Nothing moves in a year after the first tick."""
    built = market(tables, days=364)
    start: dict[str, Floats] = {}

    def keep(tick: Tick) -> None:
        if tick.index == 0:
            start.update((name, array.copy()) for name, array in built.market.state.items() if name not in REST)

    run(built, keep)
    for name, before in start.items():
        moved = np.abs(getattr(built.market.state, name) - before).max(initial=0)
        assert moved < 1e-9 * max(1.0, float(np.abs(before).max(initial=0))), name


def disturbed(tables: Tables) -> tuple[Built, dict[str, Floats]]:
    """A world four years after a fifth of all its stocks was lost, and what they were before."""
    built = market(tables, days=FOUR_YEARS)
    state = built.market.state
    before = {name: getattr(state, name).copy() for name in ("producer_stock", "user_stock")}
    for name in before:
        getattr(state, name)[:] *= 0.8
    run(built)
    return built, before


@settings(FEW, max_examples=6)
@given(tables=replicates())
def test_a_fifth_off_all_stocks_is_made_up_for_in_four_years(tables: Tables) -> None:
    """Stocks of producers and at destinations, and prices, are back within 10 %."""
    built, before = disturbed(tables)
    state, total = built.market.state, built.world.users.to_destination
    assert np.abs(state.producer_stock / before["producer_stock"] - 1).max() < 0.1
    assert np.abs(total(state.user_stock) / total(before["user_stock"]) - 1).max() < 0.1
    assert np.abs(np.exp(state.price) - 1).max() < 0.1


def test_each_user_comes_back_to_its_own_stock() -> None:
    """At a destination with users of unequal cover."""
    built, before = disturbed(driver.tables())
    stock, was = built.market.state.user_stock, before["user_stock"]
    assert (np.abs(stock - was) <= 0.1 * was)[was > 0].all()
