"""Sobol indices of functions whose indices are known, and those of the library where both can be asked."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sim.analysis import sobol
from sim.axes import Floats
from sim.sweeps import designs

A, B = 7.0, 0.1


def ishigami(shares: Floats) -> Floats:
    """(P,) of shares (P, 3) of the way from -π to π; what Ishigami and Homma 1990 made to test such methods."""
    x = (2 * shares - 1) * np.pi
    return np.asarray(np.sin(x[:, 0]) + A * np.sin(x[:, 1]) ** 2 + B * x[:, 2] ** 4 * np.sin(x[:, 0]))


def known() -> tuple[Floats, Floats]:
    """First- and total-order indices, by integrals."""
    first = np.array([0.5 * (1 + B * np.pi**4 / 5) ** 2, A**2 / 8, 0.0])
    interaction = B**2 * np.pi**8 * (1 / 18 - 1 / 50)
    variance = first.sum() + interaction
    return first / variance, (first + np.array([interaction, 0.0, interaction])) / variance


def test_ishigami_lies_within_the_intervals() -> None:
    blocks = 1024
    found = sobol.indices(ishigami(designs.sobol(3, blocks, seed=1)).reshape(blocks, 5))
    for right, (value, low, high) in zip(np.concatenate(known()), np.concatenate(found), strict=True):
        assert low <= right <= high
        assert value == pytest.approx(right, abs=0.06)


def test_nineteen_intervals_of_twenty_hold_the_right_index() -> None:
    """Over many designs: an interval that promises 95 % keeps it."""
    right, hits = np.concatenate(known()), []
    for seed in range(20):
        found = np.concatenate(sobol.indices(ishigami(designs.sobol(3, 256, seed)).reshape(256, 5)))
        hits += ((found[:, 1] <= right) & (right <= found[:, 2])).tolist()
    assert np.mean(hits) >= 0.95


def test_it_is_the_estimator_of_the_library() -> None:
    values = ishigami(designs.sobol(3, 64, seed=2)).reshape(64, 5)
    by_rule = {"f_A": values[:, 0], "f_B": values[:, -1], "f_AB": values[:, 1:-1].T[:, None]}
    wanted = stats.sobol_indices(func=by_rule, n=64)
    found = sobol.indices(values)
    assert found.first[:, 0] == pytest.approx(wanted.first_order, rel=1e-9)
    assert found.total[:, 0] == pytest.approx(wanted.total_order, rel=1e-9)


def test_a_parameter_that_does_nothing_has_none() -> None:
    shares = designs.sobol(3, 32, seed=1)
    found = sobol.indices((shares[:, 0] + shares[:, 1] ** 2).reshape(32, 5))
    assert found.first[2].tolist() == found.total[2].tolist() == [0.0, 0.0, 0.0]


def test_intervals_are_the_same_again() -> None:
    values = ishigami(designs.sobol(3, 32, seed=1)).reshape(32, 5)
    assert np.array_equal(sobol.indices(values).first, sobol.indices(values.copy()).first)


def test_a_level_that_all_points_share_changes_nothing() -> None:
    values = ishigami(designs.sobol(3, 32, seed=1)).reshape(32, 5)
    assert sobol.indices(values + 1e6).total == pytest.approx(sobol.indices(values).total, abs=1e-6)
