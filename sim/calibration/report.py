"""What a calibration found: the vectors that are left, what moved, and how episodes score that were left out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from sim.analysis.scores import Score
from sim.axes import Floats
from sim.calibration.quantities import Quantity
from sim.calibration.waves import Wave

KEPT = 300  # vectors that are written down at most, the heaviest
DIGITS = 4
DRAWN = 4000  # draws by weight of which scores are made
MOVED = ("quantity", "prior_p05", "prior_p50", "prior_p95", "p05", "p50", "p95", "width")
SCORED = ("episode", "targets", "prior", "left_out", "all_episodes")


def vectors(wave: Wave, quantities: Sequence[Quantity]) -> dict[str, list[Any]]:
    """Columns of ``calibrated.csv``: weight, then of each quantity the share of its prior that lies below."""
    weights = wave.weights(list(wave.episodes))
    heaviest = np.sort(np.argsort(-weights, kind="stable")[: min(KEPT, int((weights > 0).sum()))])
    share = weights[heaviest] / weights[heaviest].sum()
    columns = {one.name: np.round(wave.shares[row, heaviest], DIGITS) for row, one in enumerate(quantities)}
    inside = {name: np.clip(column, 10.0**-DIGITS, 1 - 10.0**-DIGITS).tolist() for name, column in columns.items()}
    return {"weight": [float(f"{w:.6g}") for w in share], **inside}


def moved(wave: Wave, quantities: Sequence[Quantity]) -> dict[str, list[Any]]:
    """Columns of ``moved.csv``: each quantity before and after, and how wide it still is, against the prior."""
    weights = wave.weights(list(wave.episodes))
    rows: dict[str, list[Any]] = {name: [] for name in MOVED}
    for row, one in enumerate(quantities):
        order = np.argsort(wave.shares[row])
        ends = np.cumsum(weights[order])
        after = wave.shares[row, order][np.minimum(np.searchsorted(ends, [0.05, 0.5, 0.95]), len(ends) - 1)]
        before = np.array([0.05, 0.5, 0.95])
        values = [*one.value(before).tolist(), *one.value(after).tolist()]
        for name, value in zip(MOVED, (one.name, *values, (after[2] - after[0]) / 0.9), strict=True):
            rows[name].append(value)
    return rows


def scored(first: Wave, last: Wave) -> dict[str, list[Any]]:
    """Columns of ``scores.csv``: the mean score of each episode by the prior, by all others, and by all episodes."""
    rows: dict[str, list[Any]] = {name: [] for name in SCORED}
    names = list(last.episodes)
    for name in names:
        others = [one for one in names if one != name]
        evenly = np.full(first.shares.shape[1], 1 / first.shares.shape[1])
        cells = (
            name,
            len(last.episodes[name].targets),
            mean_score(first, name, evenly),
            mean_score(last, name, last.weights(others)) if others else float("nan"),
            mean_score(last, name, last.weights(names)),
        )
        for column, cell in zip(SCORED, cells, strict=True):
            rows[column].append(cell)
    return rows


def mean_score(wave: Wave, name: str, weights: Floats) -> float:
    """Mean score of the targets of an episode, of vectors drawn by weight (docs/hindcast.md); NaN where none weighs."""
    if not weights.any():
        return float("nan")
    picks = np.searchsorted(np.cumsum(weights), (np.arange(DRAWN) + 0.5) / DRAWN).clip(max=len(weights) - 1)
    values = wave.values[name][:, picks, np.arange(DRAWN) % wave.values[name].shape[2]]
    nothing = np.full(1, np.nan)
    scores = [
        Score(target, row, nothing, nothing).scores[0]
        for target, row in zip(wave.episodes[name].targets, values, strict=True)
    ]
    return float(np.nanmean(scores))
