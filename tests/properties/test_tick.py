"""P7: results are those of the model, not of the length of its tick."""

from __future__ import annotations

import numpy as np
import pytest

from sim.axes import Floats
from sim.ensemble.clock import Tick
from tests.driver import day, market, measured, run, tables


@pytest.mark.parametrize("seed", [1, 2])
def test_ticks_of_three_and_of_seven_days_tell_the_same_story(seed: int) -> None:
    """A licence of two years and its aftermath: prices at the ends of quarters within 6 %, exports and losses within 5 %."""
    coarse, fine = _story(seed, 7), _story(seed, 3)
    prices = np.abs(coarse[0] - fine[0])
    assert prices.max() < 0.06
    for one, other in zip(coarse[1:], fine[1:], strict=True):
        assert float(one) == pytest.approx(float(other), rel=0.05)


def _story(seed: int, tick: int) -> tuple[Floats, float, float, float]:
    """Logarithms of prices every 84 days, tonnes filed, tonnes that crossed borders, days of full stops."""
    spec = {
        "name": "licence", "kind": "export_licence", "by": "HO", "covers": {"elements": "Bb"}, "in_force": day(105),
        "until": day(525), "approval": {"default": 0.5},
        "processing": {"lognormal": {"median": "45 days", "p90": "100 days"}},
    }  # fmt: skip
    built = market(tables(seed), [spec], tick=tick, days=840)
    state, abroad = built.market.state, np.flatnonzero(built.world.arc_abroad)
    prices, crossed, stopped = [], 0.0, 0.0

    def note(now: Tick) -> None:
        nonlocal crossed, stopped
        crossed += float(state.crossed[abroad, 0].sum())
        stopped += float((1 - state.production[:, 0]).sum()) * now.days
        if now.end % 84 == 0:
            prices.append(state.price[:, 0].copy())

    run(built, note)
    return np.array(prices), float(measured(built, "licence_filed")[0]), crossed, stopped
