"""What capital costs and what a project is worth, by hand (docs/model.md, eq. 11.2 to 11.5)."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.finance.capital import annuity, cost_of_capital, discount, net_present_value, real_rate


def one(number: float) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """One project in one replicate."""
    return np.array([[number]])


def test_a_dollar_a_year_for_ten_years_at_ten_per_cent() -> None:
    """1.1¹⁰ = 2.593742: (1 − 1/2.593742) ÷ 0.0953102 = 6.44691."""
    assert annuity(0.10, 10.0) == pytest.approx(6.44691, abs=1e-5)


def test_a_dollar_a_year_is_the_sum_of_its_days() -> None:
    """3650 payments of 1/365, each in the middle of its day."""
    days = (np.arange(3650) + 0.5) / 365
    assert annuity(0.10, 10.0) == pytest.approx(float((discount(0.10, days) / 365).sum()), rel=1e-8)


@pytest.mark.parametrize("rate", [0.0, 1e-15, -1e-15])
def test_without_interest_ten_years_are_worth_ten(rate: float) -> None:
    assert annuity(rate, 10.0) == pytest.approx(10)


def test_below_zero_what_comes_later_is_worth_more() -> None:
    """At −50 % a dollar in a year is worth two: (2 − 1) ÷ ln 2."""
    assert annuity(-0.5, 1.0) == pytest.approx(1 / math.log(2))


def test_a_dollar_in_two_years() -> None:
    """1/1.1²."""
    assert discount(0.10, 2.0) == pytest.approx(0.826446, abs=1e-6)


def test_cost_of_capital_is_the_mean_over_who_pays() -> None:
    """A fifth given, 30 % lent at 4 %, 20 % held at 6 %, 30 % private at 15 %: (1.2 + 1.2 + 4.5) ÷ 80 = 8.625 %."""
    rate = cost_of_capital(one(0.15), one(0.2), one(0.3), one(0.04), one(0.2), one(0.06))
    assert rate[0, 0] == pytest.approx(0.08625)


def test_what_is_given_makes_the_rest_no_cheaper() -> None:
    """Half given: who pays for the other half asks what he asked."""
    rate = cost_of_capital(one(0.15), one(0.5), one(0), one(0), one(0), one(0))
    assert rate[0, 0] == pytest.approx(0.15)


def test_worth_of_a_project() -> None:
    """20 M USD a year for ten years, two years of building, a year of ramp, 100 M USD evenly over two years, at 10 %.

    20 × 6.44691 × 1.1^−2.5 = 101.602; 100 ÷ 2 × (1 − 1.1⁻²) ÷ ln 1.1 = 91.047.
    """
    worth = net_present_value(one(20), one(100), one(0.1), one(10), one(2), one(1))
    assert worth[0, 0] == pytest.approx(101.602 - 91.047, abs=2e-3)


def test_what_is_built_in_no_time_is_paid_at_once() -> None:
    """20 × 6.44691 − 100."""
    assert net_present_value(one(20), one(100), one(0.1), one(10), one(0), one(0))[0, 0] == pytest.approx(
        28.938, abs=1e-3
    )


def test_real_rate() -> None:
    """1.05 ÷ 1.02 − 1 = 2.941 %."""
    assert real_rate(0.05, 0.02) == pytest.approx(0.0294118, abs=1e-7)
