"""Lines stop when firms run out of an input (docs/model.md, section 3)."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sim.ensemble.clock import Tick
from sim.market.demand import SectorDemand
from sim.market.lines import Produce, out_of_stock
from sim.world.rows import EndUseRow
from tests import driver
from tests.driver import Built
from tests.tiny import (
    CARS_AB,
    CARS_HO,
    FACT,
    HALF,
    MAGNETS_OF_CARS,
    MARGINS,
    OPTICS,
    OXIDE_OF_CARS,
    OXIDE_OF_OPTICS,
    ROUND,
    TICK,
    Case,
    one,
    tables,
)

SPREAD = np.array([[1.0]])
OXIDE_FIRST, MAGNETS_SECOND = 0, 1
"""Inputs of cars in AB, in the order of the table of commodities."""


def raw(days: float, critical: float = 3.5, spread: float = 1.0) -> float:
    """Share of firms below the critical cover: lognormal stocks around a mean, by the error function."""
    z = math.log(days / critical) / spread - spread / 2
    return (1 - math.erf(z / math.sqrt(2))) / 2


def test_half_of_the_firms_are_out_where_the_median_is_critical() -> None:
    """The mean of a lognormal is its median times e^(σ²/2)."""
    assert out_of_stock(np.array([[3.5 * math.exp(0.5)]]), 3.5, SPREAD)[0, 0] == pytest.approx(0.5)


@pytest.mark.parametrize(("cover", "spread"), [(2.0, 1.0), (10.0, 1.0), (10.0, 2.0), (56.0, 1.3)])
def test_the_share_that_is_out_is_the_tail_of_a_lognormal(cover: float, spread: float) -> None:
    """1 − Φ((ln(m/3.5) − σ²/2)/σ)."""
    found = out_of_stock(np.array([[cover]]), 3.5, np.array([[spread]]))
    assert found[0, 0] == pytest.approx(raw(cover, spread=spread), abs=2e-4)


def short_of_oxide(stock: float, received: float, **parameters: float) -> Case:
    """Optics need 2 t of oxide a day, with a stock after arrivals."""
    case = Case(restart_time=HALF, **parameters)
    case.state.user_stock[case.user[OXIDE_OF_OPTICS]] = stock
    case.state.received[case.user[OXIDE_OF_OPTICS]] = received
    return case


def test_firms_that_are_out_and_not_fed_stand_idle() -> None:
    """21 t, of which 4 arrived, and 14 to be used: 21 − 9 in mid-tick, 6 days. Of those out, 4 of 14 t feed some."""
    case = short_of_oxide(21, 4)
    case.settle("lines")
    out = (raw(6) - raw(56)) / (1 - raw(56))
    assert one(case.state.idle, case.sector[OPTICS]) == pytest.approx(out * (1 - 4 / 14), abs=3e-4)
    assert one(case.state.stopped, case.sector[OPTICS]) == one(case.state.idle, case.sector[OPTICS])
    assert one(case.state.production, case.sector[OPTICS]) == 1 - one(case.state.stopped, case.sector[OPTICS])


def test_the_share_that_is_usually_out_stops_nothing() -> None:
    """A mean cover of 56 days in mid-tick: 112 t and what half a tick takes."""
    case = short_of_oxide(112 + 7, 0)
    case.settle("lines")
    assert one(case.state.idle, case.sector[OPTICS]) == pytest.approx(0, abs=1e-12)


def test_more_than_the_usual_cover_makes_no_idle_lines() -> None:
    """Idle is never negative."""
    case = short_of_oxide(200, 0)
    case.settle("lines")
    assert one(case.state.idle, case.sector[OPTICS]) == 0


def test_arrivals_beyond_need_make_no_negative_idle() -> None:
    """28 t arrive where 14 are needed, and all is gone but 1 t."""
    case = short_of_oxide(29, 28)
    case.state.need[case.user[OXIDE_OF_OPTICS]] = 1.9
    case.settle("lines")
    assert one(case.state.idle, case.sector[OPTICS]) == 0


def test_lines_restart_with_a_delay() -> None:
    """0.4 stood and were idle; now none is. Half of the way from 0.4 to the mean of both ticks, 0.2."""
    case = short_of_oxide(200, 14)
    case.state.stopped[case.sector[OPTICS]] = case.state.idle[case.sector[OPTICS]] = 0.4
    case.settle("lines")
    assert one(case.state.idle, case.sector[OPTICS]) == 0
    assert one(case.state.stopped, case.sector[OPTICS]) == pytest.approx(0.3)


def test_the_scarcest_input_is_critical() -> None:
    """Cars have magnets for 60 days and oxide for 6; then magnets for 3."""
    case = Case()
    case.state.received[:] = 0
    case.state.user_stock[case.user[MAGNETS_OF_CARS]] = 8 * 60 + 28
    case.state.user_stock[case.user[OXIDE_OF_CARS]] = 2 * 6 + 7
    case.settle("lines")
    assert one(case.state.critical, case.sector[CARS_AB]) == OXIDE_FIRST
    case.state.user_stock[case.user[MAGNETS_OF_CARS]] = 8 * 3 + 28
    case.state.user_stock[case.user[OXIDE_OF_CARS]] = 2 * 6 + 7
    case.settle("lines")
    assert one(case.state.critical, case.sector[CARS_AB]) == MAGNETS_SECOND
    out = (raw(3) - raw(56)) / (1 - raw(56))
    assert one(case.state.idle, case.sector[CARS_AB]) == pytest.approx(out, abs=3e-4)


def test_of_equally_scarce_inputs_the_first_is_critical() -> None:
    """Both for 6 days; of the first, oxide, half of the need arrives."""
    case = Case()
    case.state.received[:] = 0
    case.state.critical[:] = 1
    case.state.received[case.user[OXIDE_OF_CARS]] = 7
    case.state.user_stock[case.user[MAGNETS_OF_CARS]] = 8 * 6 + 28
    case.state.user_stock[case.user[OXIDE_OF_CARS]] = 2 * 6 + 7 + 3.5
    case.settle("lines")
    assert one(case.state.critical, case.sector[CARS_AB]) == OXIDE_FIRST
    out = (raw(6) - raw(56)) / (1 - raw(56))
    assert one(case.state.idle, case.sector[CARS_AB]) == pytest.approx(out / 2, abs=3e-4)


def test_nothing_left_is_the_least_cover() -> None:
    """No stock at all: nearly everybody is out, and nothing is a logarithm of zero."""
    case = short_of_oxide(0, 0)
    case.settle("lines")
    assert one(case.state.idle, case.sector[OPTICS]) == pytest.approx(1, abs=1e-6)
    assert one(case.state.production, case.sector[OPTICS]) == 0


def test_no_more_is_made_than_the_stock_allows() -> None:
    """28 t of magnets where 56 are needed, and nobody counts as out: half is made, of both inputs half is used."""
    case = Case(critical_cover=1e-9)
    case.state.user_stock[case.user[MAGNETS_OF_CARS]] = 28
    before = one(case.state.user_stock, case.user[OXIDE_OF_CARS])
    case.settle("lines")
    assert one(case.state.production, case.sector[CARS_AB]) == pytest.approx(0.5)
    assert one(case.state.production, case.sector[CARS_HO]) == 1
    assert one(case.state.production, case.sector[OPTICS]) == 1
    assert one(case.state.use, case.user[OXIDE_OF_CARS]) == pytest.approx(1)
    assert one(case.state.user_stock, case.user[OXIDE_OF_CARS]) == pytest.approx(before - TICK.days)
    assert one(case.state.user_stock, case.user[MAGNETS_OF_CARS]) == 0


def test_firms_that_stand_are_fed_first() -> None:
    """As in the first test of a stop; what arrives, 4 of 14 t, goes to firms that are out alone."""
    case = short_of_oxide(21, 4, served_first=1.0)
    case.settle("lines")
    out = (raw(6) - raw(56)) / (1 - raw(56))
    assert one(case.state.idle, case.sector[OPTICS]) == pytest.approx(max(0, out - 4 / 14), abs=3e-4)


def waited_for(spare: float, weeks: float, **parameters: float) -> Built:
    """The tiny world, where buyers of cars wait."""
    values: dict[str, Any] = {**ROUND, "making_up": 1, **parameters}
    rows = (EndUseRow(*FACT, "cars", spare, weeks),)
    return driver.market(replace(tables(), end_uses=rows), margins=MARGINS, **values)


def stopped_for(built: Built, weeks: int) -> tuple[float, float]:
    """Stop all lines for some weeks, then let them run for a year: what was made up, and what that cost at first."""
    state, kernels = built.market.state, built.market.kernels
    demand, produce, cars = kernels[SectorDemand], kernels[Produce], built.world.sectors.names.index(CARS_AB)
    lost = made = 0.0
    for week in range(weeks + 52):
        tick = Tick(week, 7 * week, 7 * week + 7, 7)
        stands = week < weeks
        cover = built.world.sectors.cover * (not stands) * np.ones_like(state.demand)
        demand._make_up(tick, state.baseline, state.awaited, cover, state.extra)
        state.production[:] = 1 - stands
        gone, output = (1 - state.production) * state.demand, state.production * state.extra
        produce.waiting.settle(tick, gone, output, state.critical, state.awaited, state.made_up, state.forgone)
        lost += 7 * one(gone, cars)
        made += 7 * one(output, cars)
    return made, lost


def test_worked_making_up() -> None:
    """A week was lost. A tenth can be spared: 0.7 days of the 7·e^(−7/70) that still wait; the rest waits on."""
    built = waited_for(0.1, 10)
    state, kernels = built.market.state, built.market.kernels
    cars = built.world.sectors.names.index(CARS_AB)
    state.awaited[cars] = 7
    tick = Tick(0, 0, 7, 7)
    kernels[SectorDemand]._make_up(tick, state.baseline, state.awaited, built.world.sectors.cover + 0, state.extra)
    assert one(state.extra, cars) == pytest.approx(0.1)
    nothing, output = np.zeros_like(state.demand), state.extra.copy()
    kernels[Produce].waiting.settle(tick, nothing, output, state.critical, state.awaited, state.made_up, state.forgone)
    assert one(state.made_up, cars) == pytest.approx(0.1)
    assert one(state.awaited, cars) == pytest.approx(7 * math.exp(-0.1) - 0.7)


def test_a_short_stop_is_made_up_and_a_long_one_is_not() -> None:
    """Buyers of cars wait for half a year, and an eighth more can be made: of two weeks more than half comes back."""
    short, long = (stopped_for(waited_for(0.12, 26), weeks) for weeks in (2, 52))
    assert short[0] > 0.5 * short[1]
    assert long[0] < 0.15 * long[1]


@pytest.mark.parametrize(("spare", "weeks", "share"), [(0.12, 0, 1), (0, 26, 1), (0.12, 26, 0)])
def test_nothing_is_made_up_where_nobody_waits_or_nothing_is_spare(spare: float, weeks: float, share: float) -> None:
    built = waited_for(spare, weeks, making_up=share)
    assert not built.market.kernels[Produce].waiting.is_on
