"""Numbers of a comparison, row by row: of the same replicates, of other replicates, of levels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.analysis import pairs, per_dollar
from sim.analysis.sides import INDEX
from sim.axes import Floats
from sim.definitions.book import Definitions
from sim.results import statistics
from sim.results.tables import WINDOW

if TYPE_CHECKING:
    from pandas import DataFrame, MultiIndex

NUMBERS = ("base_mean", "other_mean", "difference", "low95", "high95", "share_better", "n")
BETTER = {"lower": -1.0, "higher": 1.0, "neither": np.nan}


def of_replicates(before: DataFrame, after: DataFrame, definitions: Definitions, *, unpaired: bool) -> DataFrame:
    """Compare row by row; what stands on one side only is listed with the other side empty.

    Parameters
    ----------
    before, after : DataFrame
        A row an item, a column a replicate; the same columns, unless `unpaired`.
    definitions : Definitions
        Which way metrics are better.
    unpaired : bool
        Whether columns are other replicates.
    """
    left, right = before.align(after, join="outer", axis=0)
    numbers = _unpaired(left, right) if unpaired else _paired(left, right, _signs(left.index, definitions))
    return left.index.to_frame(index=False).assign(**numbers)


def ratios(before: DataFrame, after: DataFrame) -> DataFrame:
    """Give a row for the loss avoided per dollar, where a cost is sure.

    Of the whole horizon only: what a window saves was often paid for before it.
    """
    import pandas as pd  # noqa: PLC0415

    left, right = before.align(after, join="outer", axis=0)
    whole = (side.xs("", level=WINDOW) for side in (left, right))
    rows = [{**row, WINDOW: ""} for row in per_dollar.per_dollar(*whole)]
    return pd.DataFrame(rows, columns=[*INDEX, *NUMBERS])


def of_levels(before: DataFrame, after: DataFrame) -> DataFrame:
    """Put levels side by side: the difference of the means, without an interval."""
    left, right = before.align(after, join="outer", axis=0)
    base, other = (side["mean"].to_numpy(float) for side in (left, right))
    nothing = np.full(len(base), np.nan)
    counts = np.minimum(*(side["n"].fillna(0).to_numpy(float) for side in (left, right)))
    numbers = (base, other, pairs.gap(base, other), nothing, nothing, nothing, counts.astype(int))
    return left.index.to_frame(index=False).assign(**dict(zip(NUMBERS, numbers, strict=True)))


def same(before: DataFrame, after: DataFrame) -> bool:
    """Whether two tables have the same rows, columns and numbers; no value is the same as none."""
    if not (before.index.equals(after.index) and before.columns.equals(after.columns)):
        return False
    return bool(np.array_equal(before.to_numpy(float), after.to_numpy(float), equal_nan=True))


def _paired(left: DataFrame, right: DataFrame, signs: Floats) -> dict[str, Any]:
    """Numbers of rows whose columns are the same replicates, given for each whether more is better (1) or less (-1)."""
    base, other = left.to_numpy(dtype=float), right.to_numpy(dtype=float)
    gaps = pairs.gap(base, other)
    replicates = statistics.count(gaps).astype(int)
    counts = ~np.isnan(gaps) | (replicates == 0)[:, None]  # a row on one side only keeps its own mean
    low, high = pairs.bounds(gaps).T
    return {
        "base_mean": statistics.mean(np.where(counts, base, np.nan)),
        "other_mean": statistics.mean(np.where(counts, other, np.nan)),
        "difference": statistics.mean(gaps),
        "low95": low,
        "high95": high,
        "share_better": pairs.share_better(gaps, signs),
        "n": replicates,
    }


def _unpaired(left: DataFrame, right: DataFrame) -> dict[str, Any]:
    """Numbers of rows whose columns are different replicates: means are compared, and no pair is better."""
    base, other = left.to_numpy(dtype=float), right.to_numpy(dtype=float)
    means = statistics.mean(base), statistics.mean(other)
    low, high = pairs.interval(pairs.gap(pairs.resampled(base, "base"), pairs.resampled(other, "other"))).T
    return {
        "base_mean": means[0],
        "other_mean": means[1],
        "difference": pairs.gap(*means),
        "low95": low,
        "high95": high,
        "share_better": np.full(len(base), np.nan),
        "n": np.minimum(statistics.count(base), statistics.count(other)).astype(int),
    }


def _signs(index: MultiIndex, definitions: Definitions) -> Floats:
    """Say for each row whether more is better (1), less is (-1), or neither (NaN), as of all series."""
    if "metric" not in index.names:
        return np.full(len(index), np.nan)
    names = index.get_level_values("metric")
    return np.array([BETTER[definitions.better(name)] for name in names])
