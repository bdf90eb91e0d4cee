"""Scores of a hindcast: a proper score over all that was observed, beside nothing happening and the last value."""

from __future__ import annotations

import numpy as np
import pytest

from sim.analysis.measures import Measure
from sim.analysis.scores import Score, crps
from sim.analysis.targets import Reading, Target
from sim.axes import Floats
from sim.definitions.items import Item

PRICE = Item("price_spot", "oxide.Dy", "EU", unit="USD/kg")
STOP = Item("lines_stopped", region="EU", sector="*", unit="1")


def score(low: float, high: float, values: list[float], null: list[float], carried: list[float]) -> Score:
    target = Target("price", Reading(PRICE, Measure.read("mean"), 0, 9, ""), None, "USD/kg", low, high, "")
    return Score(target, np.array(values), np.array(null), np.array(carried))


def test_a_score_is_the_mean_of_what_single_observations_would_give() -> None:
    """By a sum over many observations between 2 and 4."""
    values = np.array([1.0, 2.5, 3.0, 3.2, 7.0])
    spread = np.abs(values[:, None] - values).mean() / 2
    single = [np.abs(values - y).mean() - spread for y in 2 + (np.arange(2000) + 0.5) / 1000]
    assert crps(values, 2.0, 4.0) == pytest.approx(np.mean(single), rel=1e-6)


def test_the_truth_scores_best() -> None:
    """A distribution that is what was observed scores better than one beside it, a wider or a narrower one."""
    u = (np.arange(1000) + 0.5) / 1000

    def of(values: Floats) -> float:
        return crps(values, 2.0, 4.0)

    truth = 2 + 2 * u
    assert of(truth) < min(of(truth + 1), of(1 + 4 * u), of(np.full(1000, 3.0)), of(2.8 + 0.4 * u))


def test_scores_are_over_the_half_width_of_what_was_observed() -> None:
    """Three units above the middle of 1 to 3 score as 3; of one number that is observed, a twentieth is the width."""
    assert score(1, 3, [5, 5], [2], [9]).scores == pytest.approx((3.0, 0.5, 7.0))
    assert score(2, 2, [2.1], [2], [2]).scores == pytest.approx((1.0, 0.0, 0.0))


def test_what_never_comes_counts_as_the_days_that_were_looked_at() -> None:
    reading = Reading(STOP, Measure.read("days_until:0.5"), 0, 99, "")
    target = Target("first stop", reading, None, "days", 40.0, 60.0, "")
    found = Score(target, np.array([50.0]), np.array([np.inf]), np.array([np.inf]))
    assert found.scores == pytest.approx((0.5, 5.0, 5.0))


def test_a_band_wider_than_a_factor_of_three_says_nothing() -> None:
    assert score(1, 3, [1, 2.9], [1], [1]).says
    assert not score(1, 3, [1, 4], [1], [1]).says
    assert not score(1, 3, [0, 4], [1], [1]).says
    assert score(0, 0, [0, 0], [0], [0]).says


def test_of_a_series_that_stays_as_it_is() -> None:
    """A mean is its value, a sum all days of it, and it has been at a level since the first day or never is."""
    value = np.array([2.0, 5.0])
    assert Measure.read("max").of_constant(value, 10).tolist() == [2.0, 5.0]
    assert Measure.read("sum").of_constant(value, 10).tolist() == [20.0, 50.0]
    assert Measure.read("days_until:3").of_constant(value, 10).tolist() == [np.inf, 0.0]
