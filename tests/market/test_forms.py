"""The forms that equations share, on literals."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.axes import Floats
from sim.market.forms import FastResponse, SlowResponse, Trend, move, normal, release, smooth, step_share, take
from tests.driver import parameters
from tests.tiny import HALF


def at(value: float) -> Floats:
    """One number as an array."""
    return np.array([[value]])


def test_63_percent_of_a_gap_close_in_a_time_constant() -> None:
    """1 − 1/e."""
    assert step_share(7, 7.0) == pytest.approx(1 - 1 / math.e)


def test_a_longer_tick_closes_more_of_a_gap() -> None:
    """Half in 7 days, three quarters in 14."""
    assert step_share(7, HALF) == pytest.approx(0.5)
    assert step_share(14, HALF) == pytest.approx(0.75)


def test_smoothing_moves_a_share_of_the_way() -> None:
    """From 10 a quarter of the way to 20, and to 6."""
    x = np.array([[10.0, 10.0]])
    smooth(x, np.array([[20.0, 6.0]]), 0.25)
    assert x.tolist() == [[12.5, 9.0]]


def test_a_gap_closes_at_one_speed_upwards_and_at_another_downwards() -> None:
    """Half of 4 up, a quarter of 4 down, and nothing of nothing."""
    x = np.array([[10.0, 10.0, 10.0]])
    move(x, np.array([[4.0, -4.0, 0.0]]), 0.5, 0.25)
    assert x.tolist() == [[12, 9, 10]]


def test_a_trend_is_the_exponential_of_its_rate_whatever_the_steps() -> None:
    """Doubling in a week, and a rate of zero."""
    trend = Trend(np.array([[math.log(2) / 7], [0.0]]))
    for day in (3.5, 10.5, 17.5, 21, 21):
        assert trend.at(day)[:, 0] == pytest.approx([2 ** (day / 7), 1])
    assert trend.over(14)[:, 0] == pytest.approx([4, 1])


def test_a_stock_gives_what_is_used_and_no_more_than_it_holds() -> None:
    """3 t/day for 7 days: of 30 t 9 are left, of 20 none."""
    stock = np.array([[30.0, 20.0]])
    take(stock, np.full((1, 2), 3.0), 7)
    assert stock.tolist() == [[9, 0]]


@pytest.mark.parametrize(("stock", "inflow", "days", "time"), [(100, 0, 7, 7), (0, 10, 7, 7), (60, 30, 3, 11)])
def test_release_is_what_a_stock_with_a_mean_stay_lets_go(stock: float, inflow: float, days: int, time: float) -> None:
    """S' = q − S/τ ends at S·e^(−h/τ) + q·τ·(1 − e^(−h/τ)); what is not there has left."""
    kept = math.exp(-days / time)
    left = stock * kept + inflow / days * time * (1 - kept)
    assert release(at(stock), at(inflow), days, time)[0, 0] == pytest.approx(stock + inflow - left)


@pytest.mark.parametrize("z", [-3.0, -1.0, 0.0, 0.5, 2.0])
def test_the_normal_is_the_normal_to_2e_4(z: float) -> None:
    """Page's form against ½·(1 + erf(z/√2))."""
    assert normal(at(z))[0, 0] == pytest.approx((1 + math.erf(z / math.sqrt(2))) / 2, abs=2e-4)


FAST = FastResponse(elasticity=0.5, choke=16.0, spread=0.7, floor=0.01, ceiling=1.5)


def test_at_base_cost_all_is_used() -> None:
    """X = 0."""
    assert FAST(at(0.0))[0, 0] == pytest.approx(1)


def test_at_the_choke_price_half_of_what_the_elasticity_leaves_is_used() -> None:
    """16^(−½) = ¼, half of it, over Φ(ln 16/0.7) = Φ(3.96), all but 4e-5."""
    assert FAST(at(math.log(16)))[0, 0] == pytest.approx(0.125, rel=1e-4)


def test_dearer_by_a_spread_than_the_choke_price_a_sixth_is_left() -> None:
    """Φ(−1) = 0.1587 of (16·e^0.7)^(−½) = 0.25·e^(−0.35)."""
    assert FAST(at(math.log(16) + 0.7))[0, 0] == pytest.approx(0.1587 * 0.25 * math.exp(-0.35), rel=2e-3)


def test_use_stays_between_its_floor_and_its_ceiling() -> None:
    """A million times the cost, and a millionth."""
    assert FAST(np.array([[math.log(1e6), math.log(1e-6)]])).tolist() == [[0.01, 1.5]]


def test_who_gives_up_does_so_around_the_choke_price() -> None:
    """Half remain at it; a spread above it Φ(−1); all but 4e-5 are there at base."""
    remaining = FAST.remaining(np.log(np.array([[1.0, 16.0, 16 * math.exp(0.7)]])))
    assert remaining[0].tolist() == pytest.approx([1, 0.5, 0.1587], rel=2e-3)


def test_near_the_choke_what_is_left_counts_against_what_was_left_at_base() -> None:
    """With the choke at e^0.7 and a spread of 0.7: Φ(0)/Φ(1) = 0.5/0.8413, times e^(−0.35)."""
    tight = FastResponse(0.5, math.exp(0.7), 0.7, 0.01, 1.5)
    assert tight(at(0.7))[0, 0] == pytest.approx(0.5 / 0.8413 * math.exp(-0.35), rel=5e-4)


SLOW = SlowResponse(elasticity=0.5, floor=0.3, time=HALF, back=2.0, rate=1.0, band=0.02)


def moved(response: SlowResponse, state: float, cost: float, days: float = 7) -> float:
    """Where a state is after a tick."""
    array = at(state)
    response.move(array, at(cost), days)
    return float(array[0, 0])


def test_thrift_closes_half_of_a_gap_less_the_dead_band() -> None:
    """Cost fourfold: goal 4^(−½) = 0.5, gap −0.5, of which 0.48 count; half of it: 1 − 0.24."""
    assert moved(SLOW, 1.0, math.log(4)) == pytest.approx(0.76)


def test_intensity_comes_back_at_its_own_speed() -> None:
    """Twice as fast as it fell, so three quarters: 0.5 + ¾·(1 − 0.5 − 0.02)."""
    assert moved(SLOW, 0.5, 0.0) == pytest.approx(0.5 + 0.75 * 0.48)


def test_intensity_falls_no_faster_than_its_rate() -> None:
    """At most 0.01 a day: 7 days, 0.07."""
    slow = SlowResponse(0.5, 0.3, HALF, 2.0, 0.01, 0.02)
    assert moved(slow, 1.0, math.log(4)) == pytest.approx(0.93)


def test_a_gap_within_the_dead_band_moves_nobody() -> None:
    """Goals 0.01 below and above."""
    assert moved(SLOW, 1.0, -2 * math.log(0.99)) == 1
    assert moved(SLOW, 0.99, 0.0) == 0.99


def test_cheap_inputs_are_not_used_beyond_base() -> None:
    """The goal is at most 1."""
    assert moved(SLOW, 1.0, math.log(0.25)) == 1


def test_intensity_has_a_floor() -> None:
    """A hundredfold cost would ask for 0.1; the floor is 0.3: half of a gap of 0.7 − 0.02."""
    assert moved(SLOW, 1.0, math.log(100)) == pytest.approx(1 - 0.34)


def test_responses_read_their_parameters() -> None:
    """Each number by its name."""
    p = parameters(
        saving_elasticity=1.0, choke_price=2.0, choke_spread=3.0, saving_floor=4.0, saving_ceiling=5.0,
        thrift_elasticity=1.0, thrift_floor=2.0, thrift_time=3.0, thrift_return=4.0, thrift_rate=5.0,
        thrift_dead_band=6.0,
    )  # fmt: skip
    assert FastResponse.of(p) == FastResponse(1.0, 2.0, 3.0, 4.0, 5.0)
    assert SlowResponse.of(p) == SlowResponse(1.0, 2.0, 3.0, 4.0, 5.0, 6.0)
