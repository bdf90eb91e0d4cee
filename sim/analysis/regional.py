"""Regional sensitivity: whether the points with the worst outcomes lie elsewhere than the others.

After Hornberger, Spear and Young: points are split by an outcome, and for each parameter the distribution among the
worst is held against that among the rest. Any design will do.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sim.axes import Bools, Floats
from sim.errors import MistakeError
from sim.results.statistics import quantiles
from sim.sweeps.ranges import number_of

WORST = 0.2  # share of the points


class Regional(NamedTuple):
    """Of one parameter: how far apart the two distributions are (0 to 1), and how likely that is by chance."""

    distance: float
    p_value: float
    correlation: float  # Spearman's, of the outcome with the parameter; NaN where it has no order


def worst(values: Floats, better: str) -> Bools:
    """Which outcomes are the worst fifth; `better` says which way that is: lower, higher, or neither (then lower is).

    Where so many are alike that all would be among the worst, those are that are not the best.
    """
    badness = -values if better == "higher" else values
    bad = badness >= quantiles(badness, [1 - WORST])[0]
    return bad if not bad.all() else badness > badness.min()


def regional(cells: Sequence[str], values: Floats, bad: Bools) -> Regional:
    """Hold the values of a parameter at bad points against those at the others.

    Parameters
    ----------
    cells : sequence of str
        Value of the parameter at each point.
    values : (P,) array
        Outcome of each point.
    bad : (P,) array
        Which of them are bad.
    """
    from scipy import stats  # noqa: PLC0415

    numbers = ordered(cells)
    if numbers is None:
        words, codes = np.unique(list(cells), return_inverse=True)
        counts = np.array([np.bincount(codes[part], minlength=len(words)) for part in (bad, ~bad)])
        shares = counts / counts.sum(axis=1, keepdims=True)
        p_value = float(stats.chi2_contingency(counts).pvalue) if len(words) > 1 else 1.0
        return Regional(float(np.abs(shares[0] - shares[1]).sum() / 2), p_value, float("nan"))
    apart = stats.ks_2samp(numbers[bad], numbers[~bad])
    moves = np.ptp(numbers) > 0 and np.ptp(values) > 0
    correlation = float(stats.spearmanr(numbers, values).statistic) if moves else float("nan")
    return Regional(float(apart.statistic), float(apart.pvalue), correlation)


def ordered(cells: Sequence[str]) -> Floats | None:
    """Values as numbers; None where they are names."""
    try:
        return np.array([number_of(cell) for cell in cells])
    except MistakeError:
        return None
