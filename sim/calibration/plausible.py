"""Which vectors history rules out, and how much the others weigh (docs/calibration.md).

Source: Craig, Goldstein, Seheult and Smith 1997, in Case Studies in Bayesian Statistics III, 37-93; Vernon, Goldstein
and Bower 2010, Bayesian Analysis 5, 619-669.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.analysis.targets import Target
from sim.axes import Bools, Floats

RULED_OUT = 3.0  # standard deviations, by the three-sigma rule
FORGIVEN = 2  # targets of an episode that may be further off: the third worst decides
DISCREPANCY = 0.2  # of what was observed, standard deviation: what the model leaves out


def distances(targets: Sequence[Target], values: Floats) -> Floats:
    """How far vectors are from what was observed, in standard deviations.

    Parameters
    ----------
    targets : sequence of Target
    values : (T, N, E) array
        Of each target, by vector and member of its ensemble.

    Returns
    -------
    (T, N) array
        Of the mean over the ensemble from the middle of what was observed, over what observation (uniform between its
        ends), discrepancy of the model and the noise of that mean together leave open. NaN where there is no number.
    """
    low, high = (np.array([getattr(t, end) for t in targets])[:, None] for end in ("low", "high"))
    middle, members = (low + high) / 2, values.shape[2]
    mean, noise = values.mean(axis=2), values.var(axis=2) / max(members - 1, 1)
    spread = (high - low) ** 2 / 12 + (DISCREPANCY * middle) ** 2 + noise
    found: Floats = np.abs(mean - middle) / np.sqrt(spread)
    return found


def plausible(apart: Floats) -> Bools:
    """(N,): whether history leaves a vector, given how far it is from each target of an episode, (T, N)."""
    worst = np.sort(np.nan_to_num(apart, nan=0.0), axis=0)[::-1]
    left: Bools = worst[min(FORGIVEN, len(worst) - 1)] < RULED_OUT
    return left


def log_weights(targets: Sequence[Target], apart: Floats) -> Floats:
    """(N,): the logarithm of what each vector weighs: half the mean square distance, series by series.

    Targets of one series are no independent witnesses: months of the same exports count as one.
    """
    total = np.zeros(apart.shape[1])
    series = [t.top.item for t in targets]
    for one in dict.fromkeys(series):
        rows = [row for row, item in enumerate(series) if item == one]
        total -= np.nan_to_num(np.minimum(apart[rows], RULED_OUT) ** 2, nan=0.0).mean(axis=0) / 2
    return total


def weights(logs: Floats, kept: Bools) -> Floats:
    """(N,): weights that add up to 1 over what is kept; all 0 where nothing is."""
    if not kept.any():
        return np.zeros(len(logs))
    found: Floats = np.where(kept, np.exp(logs - logs[kept].max(initial=-np.inf)), 0.0)
    return found / found.sum()


def effective(found: Floats) -> float:
    """How many vectors of one weight say as much: 1 ÷ Σ w² of weights that add up to 1.

    Examples
    --------
    >>> effective(np.array([0.5, 0.5, 0.0]))
    2.0
    """
    return float(1 / (found**2).sum())
