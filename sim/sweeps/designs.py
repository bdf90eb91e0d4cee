"""How the points of a sweep are chosen: each a number between 0 and 1 for each parameter, or values themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

import numpy as np

from sim.axes import Floats
from sim.ensemble.correlation import ALONE, EDGE, Together, triangle
from sim.sweeps.ranges import Axis, Choice


def grid(choices: Sequence[Choice]) -> list[tuple[str, ...]]:
    """All combinations; the last parameter moves first."""
    return list(product(*(choice.values for choice in choices)))


def latin_hypercube(parameters: int, points: int, seed: int) -> Floats:
    """(points, parameters): each of as many slices of each parameter is hit once."""
    from scipy.stats import qmc  # noqa: PLC0415

    return np.asarray(qmc.LatinHypercube(parameters, rng=seed).random(points))


def by_ranks(shares: Floats, names: Sequence[str], together: Together) -> Floats:
    """(points, parameters): the same numbers in each column, put in the order that gives the ranks that are asked for.

    What a column holds stays, so that each slice is still hit once; the first-named column of a group stays as it is.

    Source: Iman and Conover 1982, Communications in Statistics 11, 311-334.
    """
    arranged = shares.copy()
    for group in together.groups:
        scores = _unrelated({name: _scores(shares[:, names.index(name)]) for name in group.own})
        for name in group.names:
            column = names.index(name)
            whose, weights = group.made[name]
            wanted = sum(weight * scores[one] for one, weight in zip(whose, weights, strict=True))
            arranged[np.argsort(wanted, kind="stable"), column] = np.sort(shares[:, column])
    return arranged


def _scores(column: Floats) -> Floats:
    """(points,): normal numbers in the order of a column."""
    from scipy.special import ndtri  # noqa: PLC0415

    ranks = np.argsort(np.argsort(column, kind="stable"), kind="stable")
    return np.asarray(ndtri((ranks + 1.0) / (len(column) + 1.0)))


def _unrelated(scores: Mapping[str, Floats]) -> dict[str, Floats]:
    """Take out what scores have in common by chance; the first stay as they are, and all where points are too few."""
    rows = np.array(list(scores.values()))
    if 1 < len(rows) < rows.shape[1]:
        lower = triangle(np.atleast_2d(np.corrcoef(rows)))
        if np.diag(lower).min() > 0:
            rows = np.linalg.solve(lower, rows)
    return dict(zip(scores, rows, strict=True))


def sobol(parameters: int, blocks: int, seed: int) -> Floats:
    """(blocks * (parameters + 2), parameters): Saltelli's design of parameters that are independent."""
    return sobol_of([str(place) for place in range(parameters)], blocks, seed)


def sobol_of(
    names: Sequence[str], blocks: int, seed: int, together: Together = ALONE, factors: Sequence[Sequence[str]] = ()
) -> Floats:
    """(blocks * (factors + 2), parameters): Saltelli's design, block after block.

    A block is a row of one Sobol sample (A), that row with one factor after the other taken from a second
    sample (AB), and the row of the second sample (B). A factor is a parameter, or some that are drawn together: between
    factors nothing is shared, as the indices need it. Indices need whole blocks, so that a failed point costs its own.

    Source: Saltelli et al. 2010, Computer Physics Communications 181, 259-270; of groups Jacques et al. 2006,
    Reliability Engineering and System Safety 91, 1126-1134.
    """
    factors = factors or [[name] for name in names]
    halves = np.hsplit(_sequence(2 * len(names), blocks, seed), 2)
    first, second = (_related(half, names, together) for half in halves)
    rows = np.repeat(first[:, None], len(factors) + 2, axis=1)
    for place, factor in enumerate(factors):
        columns = [names.index(name) for name in factor]
        rows[:, 1 + place, columns] = second[:, columns]
    rows[:, -1] = second
    return rows.reshape(-1, len(names))


def _related(shares: Floats, names: Sequence[str], together: Together) -> Floats:
    """(points, parameters): each point related within itself, so that fewer points are the head of more."""
    if not together.groups:
        return shares
    inside = np.clip(shares, EDGE, 1.0 - EDGE)
    columns = [
        together.draw(name, lambda one: inside[:, names.index(one)]) if name in together.by_name else shares[:, place]
        for place, name in enumerate(names)
    ]
    return np.stack(columns, axis=1)


def _sequence(dimensions: int, points: int, seed: int) -> Floats:
    """The head of a scrambled Sobol sequence; of any length, since its balance is reported where the design is read."""
    from scipy.stats import qmc  # noqa: PLC0415

    whole = qmc.Sobol(dimensions, rng=seed).random_base2(int(np.ceil(np.log2(points))) if points > 1 else 0)
    return np.asarray(whole)[:points]


def at(axes: Sequence[Axis], shares: Floats) -> list[tuple[str, ...]]:
    """Values of each point, from its shares of the way."""
    return [tuple(axis.at(float(u)) for axis, u in zip(axes, row, strict=True)) for row in shares]
