"""First- and total-order Sobol indices of a design of Saltelli, with bootstrap intervals over its blocks.

The two estimators are equations (b) and (f) of table 2 in Saltelli et al. 2010, Computer Physics Communications 181,
259-270, as in `scipy.stats.sobol_indices`; that function takes no design that has lost a block.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.analysis import pairs
from sim.axes import Floats
from sim.results import statistics

ENOUGH = 0.95  # of the bootstrap samples have to have an index
STREAM = "sobol"  # of the bootstrap samples: the same for the same number of blocks


class Indices(NamedTuple):
    """Indices of one number: each (d, 3), the estimate and the bounds of its 95 % interval."""

    first: Floats
    total: Floats


def indices(values: Floats) -> Indices:
    """Indices of a number that a model gave at each point.

    Parameters
    ----------
    values : (n, d + 2) array
        A block a row: the point of A, those with one parameter after the other from B, and the point of B.

    Returns
    -------
    Indices
        Shares of the variance over the design: what a parameter explains alone, and with all its interactions.
    """
    centred = values - np.mean(values[:, [0, -1]])
    a, b, mixed = centred[:, 0], centred[:, -1], centred[:, 1:-1].T
    terms = np.concatenate([b * (mixed - a), 0.5 * (mixed - a) ** 2, [(a**2 + b**2) / 2, (a + b) / 2]])
    estimates = _shares(np.mean(terms, axis=1, keepdims=True))
    bounds = _interval(_shares(pairs.resampled(terms, STREAM)))
    first, total = np.split(np.column_stack([estimates, bounds]), 2)
    return Indices(first, total)


def _interval(samples: Floats) -> Floats:
    """Bounds of 95 % of the samples (2d, B) that have an index; NaN where one in twenty has none."""
    bounds = statistics.quantiles(samples, pairs.INTERVAL)
    enough = statistics.count(samples) >= ENOUGH * samples.shape[-1]
    return np.where(enough[:, None], bounds, np.nan)


def _shares(means: Floats) -> Floats:
    """(2d, B): numerators over the variance, from the means of the terms (2d + 2, B)."""
    variance = means[-2] - means[-1] ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(variance > 0, means[:-2] / variance, np.nan)
