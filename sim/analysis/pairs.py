"""Arithmetic of paired replicates: differences, bootstrap means, intervals; infinities count."""

import numpy as np

from sim.axes import Floats
from sim.ensemble.streams import bootstrap_indices
from sim.results import statistics

SAMPLES = 2000
INTERVAL = (0.025, 0.975)


def gap(base: Floats, other: Floats) -> Floats:
    """Other less base; two infinities of a sign differ by 0, NaN where either has no value.

    Examples
    --------
    >>> gap(np.array([1.0, np.inf, np.inf]), np.array([3.0, np.inf, 1.0]))
    array([  2.,   0., -inf])
    """
    with np.errstate(invalid="ignore"):
        return np.where(base == other, 0.0, other - base)


def resampled(values: Floats, name: str = "pairs") -> Floats:
    """Means over bootstrap samples of the replicates, the same samples for every row.

    Parameters
    ----------
    values : (M, R) array
        A row an item, NaN where a replicate has no value.
    name : str
        Of the stream that draws the samples: of one name and size they are always the same.

    Returns
    -------
    (M, B) array
        NaN where no replicate of a sample has a value.
    """
    from scipy.sparse import csr_array  # noqa: PLC0415  (it takes longer to import than all else that lists metrics)

    replicates = values.shape[-1]
    indices = bootstrap_indices(name, replicates, SAMPLES)
    starts = np.arange(SAMPLES + 1) * replicates
    picks = csr_array((np.ones(indices.size), indices.ravel(), starts), shape=(SAMPLES, replicates))
    picks.sum_duplicates()  # an infinity times a count of none must not arise
    present = ~np.isnan(values)
    with np.errstate(invalid="ignore", divide="ignore"):
        totals = picks @ np.where(present, values, 0.0).T
        return np.asarray((totals / (picks @ present.astype(float).T)).T)


def interval(means: Floats) -> Floats:
    """Bounds of 95 % of bootstrap means, as (M, 2); NaN where a sample has no mean."""
    bounds = statistics.quantiles(means, INTERVAL)
    whole = statistics.count(means) == means.shape[-1]
    return np.where(whole[..., None], bounds, np.nan)


def share_better(differences: Floats, sign: Floats) -> Floats:
    """In what share of the pairs the other replicate is better; ``sign`` is 1 where more is, -1 where less is."""
    better = np.where(np.isnan(differences), np.nan, differences * sign[:, None] > 0)
    return np.where(np.isnan(sign), np.nan, statistics.mean(better))


def bounds(differences: Floats) -> Floats:
    """95 % interval of the mean of paired differences, as (M, 2); NaN for fewer than two pairs."""
    few = statistics.count(differences) < 2
    moves = np.any(differences != 0, axis=-1) & ~few
    found = np.where(few[:, None], np.nan, np.zeros((len(differences), 2)))
    found[moves] = interval(resampled(differences[moves]))
    return found
