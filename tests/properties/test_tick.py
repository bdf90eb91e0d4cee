"""P7: results are those of the model, not of the length of its tick."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.ensemble.clock import Tick
from tests.driver import day, market, measured, run, tables
from tests.tiny import ROUND

LICENCE = {
    "name": "licence", "kind": "export_licence", "by": "HO",
    "covers": {"elements": "Bb", "stages": ["oxide", "magnet"]}, "in_force": day(105), "until": day(525),
    "approval": {"default": 0.5},
    "processing": {"lognormal": {"median": "45 days", "p90": "100 days"}},
}  # fmt: skip
NODES = [("oxide.Bb", "AB"), ("magnet.rich", "AB"), ("magnet.rich", "HO")]


def story(tick: int) -> dict[str, float]:
    """What a licence of 14 months, and its aftermath, come to."""
    parameters: dict[str, Any] = {**ROUND}
    built = market(tables(), [LICENCE], tick=tick, days=840, **parameters)
    state, world = built.market.state, built.world
    abroad = np.flatnonzero(world.arcs.abroad)
    reported = {"exports": 0.0, "lost": 0.0} | {f"{c} {g}": 0.0 for c, g in NODES}

    def note(now: Tick) -> None:
        lost = (state.baseline - state.production * state.demand) * world.sectors.value_added
        reported["lost"] += float(lost[:, 0].sum()) * now.days
        reported["exports"] += float(state.crossed[abroad, 0].sum())
        for commodity, region in NODES:
            price = float(np.exp(state.price[world.nodes.index[commodity, region], 0]))
            reported[f"{commodity} {region}"] = max(reported[f"{commodity} {region}"], price)

    run(built, note)
    return reported | {what: float(measured(built, f"licence_{what}")[0]) for what in ("filed", "refused", "wait_mean")}


def test_ticks_of_three_and_of_seven_days_tell_the_same_story() -> None:
    """Tonnes within half a per cent, waits within 1 %, peaks of prices within 3 %, losses within 4 %."""
    coarse, fine = story(7), story(3)
    for name in ("exports", "filed", "refused"):
        assert coarse[name] == pytest.approx(fine[name], rel=0.005), name
    for name in (f"{c} {g}" for c, g in NODES):
        assert coarse[name] == pytest.approx(fine[name], rel=0.03), name
    assert coarse["wait_mean"] == pytest.approx(fine["wait_mean"], rel=0.01)
    assert coarse["lost"] == pytest.approx(fine["lost"], rel=0.04)


def test_a_shorter_tick_is_nearer_to_a_tick_of_a_day() -> None:
    """Three days err by less than half of what seven do, but for two in a thousand."""
    coarse, fine, finest = story(7), story(3), story(1)
    for name in ("exports", "filed", "lost", *(f"{c} {g}" for c, g in NODES)):
        assert abs(fine[name] - finest[name]) < abs(coarse[name] - finest[name]) / 2 + 2e-3 * abs(finest[name]), name
