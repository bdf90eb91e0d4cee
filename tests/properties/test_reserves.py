"""Reserves in the world that ships: nothing at zero, prices that a fill moves, directions (P6, P10)."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pytest

import sim
from sim.axes import Floats
from sim.chunk import Chunk
from sim.ensemble.clock import Tick
from sim.instruments.base import KINDS
from sim.plan import Plan, load, make_plan
from tests.driver import Spec

REPLICATES = 48
FILL = date(2026, 1, 1)
TERBIUM = ("oxide.Tb", "US")
TABLES = ("summary", "replicates", "timeseries", "events")


def test_a_reserve_of_no_budget_changes_no_bit() -> None:
    """In four tables, down to the last row (P6)."""
    few = {"ensemble.replicates": "4", "horizon.end": "2028-12-31"}
    without = sim.run(sim.load("no-reserve", few))
    zero = sim.run(sim.load("vault", {**few, "instruments.project-vault.budget": "0 USD"}))
    for table in TABLES:
        assert getattr(zero, table).to_csv() == getattr(without, table).to_csv(), table


class Seen(NamedTuple):
    """What a run of three years came to, (R,)."""

    price: Floats  # of terbium oxide in the US in the year of the fill, mean over base
    lost: Floats  # USD of value added outside China


def seen(*instruments: Spec, end: str) -> Seen:
    """Run the baseline from 2025 on, in ticks of two weeks, with some instruments."""
    base = load("baseline", {"horizon.tick": "14 days", "horizon.end": end})
    kinds = tuple(KINDS[str(spec["kind"])].model_validate(spec) for spec in instruments)
    plan = Plan(base.model_copy(update={"instruments": kinds}), make_plan(base).seeds)
    chunk = Chunk(plan.setup, range(REPLICATES))
    market, setting = chunk.market, chunk.setting
    world, state = plan.world, market.state
    row, first = world.nodes.index[TERBIUM], plan.horizon.day(FILL)
    abroad = np.array([region != "CN" for _, region in world.sectors.names])
    price, days, lost = np.zeros(REPLICATES), 0, np.zeros(REPLICATES)

    def settle(tick: Tick) -> None:
        nonlocal days
        market.settle(tick)
        if first <= tick.start < first + 365:
            price[:] += np.exp(state.price[row])
            days += 1
        gone = (state.baseline - state.production * state.demand) * world.sectors.value_added * tick.days
        lost[:] += gone[abroad].sum(axis=0)

    setting.clock.run(settle)
    return Seen(price / days, lost)


def terbium(time: str) -> Spec:
    """A tenth of what the world makes of terbium oxide in a year, bought over some time."""
    return {
        "name": "store", "kind": "reserve", "by": "US", "since": str(FILL), "budget": "1 bn USD",
        "holdings": [{"name": "terbium", "commodities": "oxide.Tb", "tonnes": "65 t"}],
        "members": {"sectors": "all"}, "fill": {"time": time, "market_share": 1},
    }  # fmt: skip


@pytest.mark.slow
def test_a_fill_of_a_tenth_of_a_thin_market_raises_its_price() -> None:
    """By 5 % at least, and spread over three times the time by less in four of five replicates."""
    none, fast, slow = (seen(*some, end="2026-12-31") for some in ((), (terbium("1 year"),), (terbium("3 years"),)))
    raised = fast.price / none.price - 1
    error = raised.std(ddof=1) / REPLICATES**0.5
    assert raised.mean() >= 0.05
    assert raised.mean() - 2 * error > 0
    assert (slow.price < fast.price).mean() >= 0.8


@pytest.mark.slow
def test_more_of_what_is_banned_never_raises_the_loss() -> None:
    """No magnets leave China for a year; the US holds from none to 120 days of them, bought before (P10)."""
    ban: Spec = {
        "name": "ban", "kind": "export_ban", "by": "CN", "covers": {"commodities": "magnet.*"},
        "in_force": "2025-07-01", "until": "2026-07-01",
    }  # fmt: skip
    losses = []
    for cover in (1, 30, 60, 90, 120):
        store: Spec = {
            "name": "store", "kind": "reserve", "by": "US", "since": "2025-01-01", "budget": "10 bn USD", "held": 1,
            "holdings": [{"name": "magnets", "commodities": "magnet.*", "cover": f"{cover} days"}],
            "members": {"sectors": "all", "share": 0.3},
        }  # fmt: skip
        losses.append(seen(ban, store, end="2026-12-31").lost)
    assert all((after - before).mean() <= 0 for before, after in pairwise(losses))
    assert losses[-1].mean() < 0.97 * losses[0].mean()


def test_who_may_not_draw_loses_nothing_by_a_reserve() -> None:
    """In a ban on two countries, which leaks: neither Korea's members nor its makers of appliances.

    While the ban lasts: to fill a reserve costs something before.
    """
    ban: Spec = {
        "name": "ban", "kind": "export_ban", "by": "CN", "towards": "JP+KR", "coverage": 0.8, "in_force": "2026-07-01",
        "until": "2027-04-01", "covers": {"elements": ["Tb", "Dy"], "stages": ["oxide", "metal", "magnet"]},
    }  # fmt: skip
    store: Spec = {
        "name": "store", "kind": "reserve", "by": "KR", "since": "2025-07-01", "budget": "500 million USD",
        "holdings": [{"name": "magnets", "commodities": "magnet.NdFeB-Dy", "cover": "120 days"}],
        "members": {"sectors": ["automotive-ev", "automotive-other", "electronics", "industrial"]},
        "fill": {"time": "3 months", "market_share": 0.2},
    }  # fmt: skip
    without, with_it = (_korean_losses(*some) for some in ((ban,), (ban, store)))
    for sector in ("automotive-ev", "industrial", "appliances"):
        assert with_it[sector] < 1.02 * without[sector], sector
    assert with_it["*"] < without["*"]


def _korean_losses(*instruments: Spec) -> dict[str, float]:
    """USD, mean over ten replicates while the ban lasts, by sector."""
    window = {"name": "ban", "from": "2026-07-01", "to": "2027-03-31"}
    some = {"ensemble.replicates": 10, "horizon.end": "2027-03-31", "outputs.windows": [window]}
    base = load("baseline", some)
    kinds = tuple(KINDS[str(spec["kind"])].model_validate(spec) for spec in instruments)
    table = sim.run(base.model_copy(update={"instruments": kinds})).summary
    is_total = (table["region"] == "KR") & (table["commodity"] == "") & (table["window"] == "ban")
    lost = table[(table["metric"] == "value_added_lost") & is_total]
    return dict(zip(lost["sector"], lost["mean"], strict=True))
