"""Plants that stop, run again and close, and plants that break down, by hand (docs/model.md, eq. 10.6 and 10.7)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from sim.ensemble.clock import Tick
from sim.ensemble.draws import Draws
from sim.supply.operations import Operations, Outages
from tests import allies
from tests.allies import NO_OUTAGES, ROUND, ROWS, change
from tests.driver import day, parameters, run

BUILT, REVIEW = np.ones((1, 1), bool), 28
WAIT = np.exp(-REVIEW / 70)  # what is left of the climb back after a look


def after(*earned: float, operations: Operations | None = None) -> Operations:
    """One plant after some looks, at each of which it earned so much over its costs."""
    moved = operations or Operations(parameters(**ROUND), (1, 1))
    for ratio in earned:
        moved.move(REVIEW, BUILT, np.array([[ratio]]))
    return moved


def test_worked_mothball() -> None:
    """Below 0.9 of its costs for eight weeks, at two looks."""
    assert not after(0.89).idle[0, 0]
    stopped = after(0.89, 0.89)
    assert stopped.idle[0, 0]
    assert stopped.open[0, 0] == 0


@pytest.mark.parametrize("earned", [(0.9, 0.9, 0.9), (0.89, 0.95, 0.89), (0.89, 1.2, 0.89, 1.2)])
def test_who_covers_his_cash_costs_now_and_then_goes_on(earned: Sequence[float]) -> None:
    """Nine tenths are enough, and one good look starts the count anew."""
    assert not after(*earned).idle[0, 0]


def test_worked_restart() -> None:
    """At 1.05 of its costs for twelve weeks; then it climbs back, with 1 − e^(−28/70) of the gap at every look."""
    stopped = after(0.89, 0.89)
    assert after(1.04, 1.04, 1.04, 1.04, operations=stopped).idle[0, 0]
    assert after(1.05, 1.05, operations=stopped).idle[0, 0]
    again = after(1.05, operations=stopped)
    assert not again.idle[0, 0]
    assert again.open[0, 0] == pytest.approx(1 - WAIT)
    assert after(1.05, operations=again).open[0, 0] == pytest.approx(1 - WAIT**2)


def test_worked_closure() -> None:
    """Idle for two years, at 27 looks, it is closed, and no price opens it again."""
    closed = after(0.89, 0.89, *([1.0] * 27))
    assert closed.closed[0, 0]
    assert not after(0.89, 0.89, *([1.0] * 26)).closed[0, 0]
    assert after(*([9.0] * 9), operations=closed).open[0, 0] == 0


def test_what_is_not_built_does_not_stop() -> None:
    """However bad the price."""
    operations = Operations(parameters(**ROUND), (1, 1))
    for _ in range(5):
        operations.move(REVIEW, ~BUILT, np.array([[0.1]]))
    assert not operations.idle[0, 0]


def test_each_world_has_its_own_days() -> None:
    """One has bad prices, the other has not."""
    operations = Operations(parameters(**ROUND), (1, 2))
    for _ in range(2):
        operations.move(REVIEW, np.ones((1, 2), bool), np.array([[0.89, 1.0]]))
    assert operations.idle.tolist() == [[True, False]]


def outages(replicates: int, **changes: float) -> Outages:
    """Those of one plant among two, which is the second."""
    draws = Draws(1, range(replicates))
    return Outages(parameters(**{**ROUND, **changes}), draws, ("A", "B"), np.array([1]), replicates)


def test_an_outage_counts_by_the_days_of_a_tick() -> None:
    """30 % from day 3 to day 13: 4 of 7 days of the first tick, 6 of the second, none of the third; none are usual."""
    plant = outages(1, outage_time=10, **NO_OUTAGES)
    plant.begins[:], plant.loss[:] = 3, 0.3
    left = [plant.available(Tick(k, 7 * k, 7 * k + 7, 7))[:, 0].tolist() for k in range(2)]
    assert left == [pytest.approx([1, 1 - 0.3 * 4 / 7]), pytest.approx([1, 1 - 0.3 * 6 / 7])]
    assert plant.begins[0, 0] > 13


def test_outages_come_as_often_and_as_deep_as_the_parameters_say() -> None:
    """2 a year while it runs, each of a tenth of a year: in ten years (10 ÷ 0.6) − 0.153 = 16.51 end.

    The spread of the time from one to the next is half a year: 10 × 0.25 ÷ 0.6³ = 11.6 is the variance of their
    number. They take between 20 and 40 %, 30 % in the mean, of a sixth of the time, which leaves 95 %: what is left is
    over that, so that it is 1 in the mean, and more by what the late start saves.
    """
    replicates, days = 1_000, 3_650
    plant, lost = outages(replicates, outage_rate=2 / 365, outage_time=36.5), np.zeros(replicates)
    for k in range(days // 10):
        lost += 1 - plant.available(Tick(k, 10 * k, 10 * k + 10, 10))[1] * 0.95
    assert (plant.count[0] - 1).mean() == pytest.approx(16.51, abs=4 * (11.6 / replicates) ** 0.5)
    assert (lost / (days // 10)).mean() == pytest.approx(0.3 * 0.1 / 0.6, rel=0.03)


def test_plants_without_a_record_of_outages_have_none() -> None:
    """Only the second breaks down."""
    plant = outages(100, outage_rate=50 / 365)
    left = plant.available(Tick(0, 0, 7, 7))
    assert (left[0] == 1).all()
    assert (left[1] < 1).any()


def test_the_nth_outage_is_the_same_in_any_company() -> None:
    """Replicate 7 among ten and alone."""
    many, alone = outages(10), Outages(parameters(**ROUND), Draws(1, range(7, 8)), ("A", "B"), np.array([1]), 1)
    for k in range(400):
        tick = Tick(k, 14 * k, 14 * k + 14, 14)
        assert many.available(tick)[1, 7] == alone.available(tick)[1, 0]
    assert many.count[0, 7] > 2


@pytest.mark.parametrize("tick", [7, 3])
def test_patience_is_the_same_whatever_the_tick(tick: int) -> None:
    """Under a floor for five weeks, then under water, as is seen on days 56 and 84: two looks are eight weeks."""
    dear = change(ROWS, "AB mine", unit_cost=1000.0)
    floor = {
        "name": "floor", "kind": "price_floor", "by": "HO", "since": day(0), "until": day(35),
        "commodity": "oxide.Ee", "basis": "AB", "floor": "20000 USD/kg",
    }  # fmt: skip
    built = allies.market(floor, made=allies.tables(dear), projects=["AB mine"], days=120, tick=tick)
    supply, idle = built.setting.supply, list[int]()
    assert supply is not None
    run(built, lambda now: idle.append(now.end) if supply.operations.idle.any() else None)
    assert 84 <= idle[0] < 84 + tick
