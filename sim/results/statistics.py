"""Mean, spread and quantiles over the replicate axis; infinities count, replicates without a value do not.

Nothing is merged from parts: each number is taken over all replicates at once, in their order.
"""

from collections.abc import Sequence

import numpy as np

from sim.axes import Floats, ratio

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
CACHED = 2**17  # numbers that stay in the cache of a processor


def overview(values: Floats) -> Floats:
    """(rows, 1 + levels): mean and quantiles of each row of (rows, R); a few rows at a time stay in the cache.

    Examples
    --------
    >>> overview(np.array([[1.0, 2.0, 3.0]]))
    array([[2. , 1.1, 1.5, 2. , 2.5, 2.9]])
    """
    step = max(1, CACHED // values.shape[-1])
    parts = [values[first : first + step] for first in range(0, len(values), step)]
    return np.concatenate(
        [np.empty((0, 1 + len(LEVELS))), *(np.column_stack([mean(part), quantiles(part)]) for part in parts)]
    )


def count(values: Floats) -> Floats:
    """How many replicates have a value (are not NaN), over the last axis."""
    return np.asarray(np.sum(~np.isnan(values), axis=-1), np.float64)


def mean(values: Floats) -> Floats:
    """Mean over the replicates that have a value; NaN where none has. That of equal values is exactly the value.

    Examples
    --------
    >>> mean(np.array([[1.0, 3.0, np.nan], [1.0, np.inf, 2.0]]))
    array([ 2., inf])
    """
    with np.errstate(invalid="ignore"):  # inf - inf
        rough = _plain_mean(values)
        rest = _plain_mean(values - rough[..., None])  # what rounding left
        return np.where(np.isfinite(rough), rough + rest, rough)


def sd(values: Floats) -> Floats:
    """Deviation of the sample (ddof 1); NaN for fewer than two values or where one is infinite.

    Examples
    --------
    >>> sd(np.array([[1.0, 3.0], [1.0, np.inf]]))
    array([1.41421356,        nan])
    """
    with np.errstate(invalid="ignore"):
        off = values - mean(values)[..., None]
        squares = np.where(np.isnan(values), 0.0, off * off)
    return np.sqrt(ratio(np.sum(squares, axis=-1), count(values) - 1))


def quantiles(values: Floats, levels: Sequence[float] = LEVELS) -> Floats:
    """Quantiles over the last axis, interpolated linearly, with the levels as the new last axis.

    Between a finite number and infinity lies infinity; between two infinities of a sign, the same.

    Examples
    --------
    >>> quantiles(np.array([4.0, np.inf, 2.0, np.inf]), [0.0, 0.25, 0.5, 1.0])
    array([2. , 3.5, inf, inf])
    """
    ordered = np.sort(values, axis=-1)  # NaN last
    replicates = count(ordered[..., -1:]) * ordered.shape[-1]  # all, unless the last is NaN
    replicates = replicates if replicates.all() else count(ordered)
    position = np.maximum(replicates - 1, 0)[..., None] * np.asarray(levels)
    lower, upper = np.floor(position), np.ceil(position)
    low = np.take_along_axis(ordered, lower.astype(np.intp), axis=-1)
    high = np.take_along_axis(ordered, upper.astype(np.intp), axis=-1)
    with np.errstate(invalid="ignore"):
        between = low + (high - low) * (position - lower)
    return np.where((low == high) | np.isneginf(low), low, between)


def _plain_mean(values: Floats) -> Floats:
    gaps = np.isnan(values)
    if not gaps.any():
        return np.sum(values, axis=-1) / values.shape[-1]
    return ratio(np.sum(np.where(gaps, 0.0, values), axis=-1), count(values))
