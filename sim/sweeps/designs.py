"""How the points of a sweep are chosen: each a number between 0 and 1 for each parameter, or values themselves."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np

from sim.axes import Floats
from sim.sweeps.ranges import Axis, Choice


def grid(choices: Sequence[Choice]) -> list[tuple[str, ...]]:
    """All combinations; the last parameter moves first."""
    return list(product(*(choice.values for choice in choices)))


def latin_hypercube(parameters: int, points: int, seed: int) -> Floats:
    """(points, parameters): each of as many slices of each parameter is hit once."""
    from scipy.stats import qmc  # noqa: PLC0415

    return np.asarray(qmc.LatinHypercube(parameters, rng=seed).random(points))


def sobol(parameters: int, blocks: int, seed: int) -> Floats:
    """(blocks * (parameters + 2), parameters): Saltelli's design, block after block.

    A block is a row of one Sobol sample (A), that row with one parameter after the other taken from a second
    sample (AB), and the row of the second sample (B). Indices need whole blocks, so that a failed point costs its own.

    Source: Saltelli et al. 2010, Computer Physics Communications 181, 259-270.
    """
    first, second = np.hsplit(_sequence(2 * parameters, blocks, seed), 2)
    rows = np.repeat(first[:, None], parameters + 2, axis=1)
    for parameter in range(parameters):
        rows[:, 1 + parameter, parameter] = second[:, parameter]
    rows[:, -1] = second
    return rows.reshape(-1, parameters)


def _sequence(dimensions: int, points: int, seed: int) -> Floats:
    """The head of a scrambled Sobol sequence; of any length, since its balance is told where the design is read."""
    from scipy.stats import qmc  # noqa: PLC0415

    whole = qmc.Sobol(dimensions, rng=seed).random_base2(int(np.ceil(np.log2(points))) if points > 1 else 0)
    return np.asarray(whole)[:points]


def at(axes: Sequence[Axis], shares: Floats) -> list[tuple[str, ...]]:
    """Values of each point, from its shares of the way."""
    return [tuple(axis.at(float(u)) for axis, u in zip(axes, row, strict=True)) for row in shares]
