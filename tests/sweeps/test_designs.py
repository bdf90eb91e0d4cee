"""Designs: every combination, every slice, and Saltelli's blocks."""

import numpy as np
import pytest

from sim.sweeps import designs
from sim.sweeps.ranges import Axis, Choice, Span


def test_a_grid_has_every_combination_the_last_moves_first() -> None:
    assert designs.grid([Choice(("a", "b")), Choice(("1", "2", "3"))]) == [
        ("a", "1"),
        ("a", "2"),
        ("a", "3"),
        ("b", "1"),
        ("b", "2"),
        ("b", "3"),
    ]


def test_a_latin_hypercube_hits_every_slice_once() -> None:
    shares = designs.latin_hypercube(3, 16, seed=1)
    assert np.array_equal(np.sort(np.floor(shares * 16), axis=0), np.tile(np.arange(16.0)[:, None], 3))


@pytest.mark.parametrize("blocks", [2, 5, 8])
def test_a_block_takes_one_parameter_at_a_time_from_the_other_sample(blocks: int) -> None:
    """Also where the number of blocks is no power of two."""
    parameters = 3
    shares = designs.sobol(parameters, blocks, seed=1).reshape(blocks, parameters + 2, parameters)
    first, last = shares[:, 0], shares[:, -1]
    for parameter in range(parameters):
        differs = shares[:, 1 + parameter] != first
        assert np.array_equal(differs, np.arange(parameters) == np.full((blocks, 1), parameter))
        assert np.array_equal(shares[:, 1 + parameter, parameter], last[:, parameter])


def test_fewer_blocks_are_the_head_of_more() -> None:
    assert np.array_equal(designs.sobol(2, 5, seed=3), designs.sobol(2, 8, seed=3)[:20])


def test_the_seed_is_that_of_the_points() -> None:
    assert np.array_equal(designs.sobol(2, 8, seed=1), designs.sobol(2, 8, seed=1))
    assert not np.array_equal(designs.sobol(2, 8, seed=1), designs.sobol(2, 8, seed=2))
    assert not np.array_equal(designs.latin_hypercube(2, 8, seed=1), designs.latin_hypercube(2, 8, seed=2))


def test_shares_become_values() -> None:
    axes: list[Axis] = [Span(0.0, 10.0, "days"), Choice(("a", "b"))]
    assert designs.at(axes, np.array([[0.5, 0.0], [0.1, 0.9]])) == [("5 days", "a"), ("1 days", "b")]
