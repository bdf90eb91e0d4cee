"""What history rules out, and what the rest weighs."""

from __future__ import annotations

import numpy as np
import pytest

from sim.analysis.measures import Measure
from sim.analysis.targets import Reading, Target
from sim.calibration.plausible import distances, effective, log_weights, plausible, weights
from sim.definitions.items import Item

DY, ND = (Item("price_spot", f"oxide.{element}", "JP", unit="USD/kg") for element in ("Dy", "Nd"))


def target(item: Item, low: float, high: float) -> Target:
    return Target("a price", Reading(item, Measure.read("mean"), 0, 9, ""), None, "USD/kg", low, high, "")


def test_a_distance_is_in_standard_deviations_of_all_that_is_open() -> None:
    """Seen between 8 and 12: variance 16 ÷ 12 and (0.2 · 10)²; members of 15 and 17 add that of their mean, 1."""
    values = np.array([[[15.0, 17.0], [10.0, 10.0]]])
    open_ = 16 / 12 + 4
    assert distances([target(DY, 8, 12)], values)[0] == pytest.approx([6 / (open_ + 1) ** 0.5, 0])


def test_the_third_worst_decides() -> None:
    """Of five targets two may be missed, by however much; what has no number says nothing."""
    apart = np.array([[9.0, 9.0, np.nan], [9.0, 9.0, 9.0], [2.9, 3.1, 9.0], [0.0, 0.0, 9.0], [0.0, 0.0, 0.0]])
    assert plausible(apart).tolist() == [True, False, False]


def test_targets_of_one_series_count_as_one_witness() -> None:
    targets = [target(DY, 1, 2), target(DY, 3, 4), target(ND, 1, 2)]
    apart = np.array([[1.0], [2.0], [2.0]])
    assert log_weights(targets, apart) == pytest.approx([-(1 + 4) / 4 - 4 / 2])


def test_weights_add_up_to_one_over_what_is_left() -> None:
    found = weights(np.array([0.0, -1.0, 5.0]), np.array([True, True, False]))
    assert found == pytest.approx([1 / (1 + np.exp(-1)), np.exp(-1) / (1 + np.exp(-1)), 0])
    assert effective(np.full(8, 1 / 8)) == pytest.approx(8)
