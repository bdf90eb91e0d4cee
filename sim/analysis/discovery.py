"""Where the bad replicates of a sweep are: boxes for a few metrics, from single replicates where these were kept."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.analysis import boxes, regional
from sim.analysis.outcomes import Item, Outcomes, about
from sim.axes import Floats
from sim.results.headline import widest
from sim.sweeps.reading import SweepResult
from sim.sweeps.store import REPLICATES

LOSS = "value_added_lost"  # reported where too many metrics are named
MOST = 4  # metrics


def boxes_of(sweep: SweepResult, outcomes: Outcomes, metrics: Sequence[str]) -> list[str]:
    """Say where the worst fifth of the replicates is, of the widest total of each metric that is named."""
    rows, reported = outcomes.frame(), []
    named = metrics or sweep.manifest["sweep"]["metrics"]
    for metric in named if len(named) <= MOST else (LOSS,):
        found = widest(rows[rows["metric"] == metric])
        if len(found):
            reported.append(_box(sweep, outcomes, int(found.index[0])))
    return reported


def _box(sweep: SweepResult, outcomes: Outcomes, row: int) -> str:
    """Find the box of one outcome, and say it."""
    item, points = outcomes.items[row], np.flatnonzero(outcomes.done)
    replicates, bad = _counts(sweep, outcomes, item, points)
    if not replicates.any():  # only summaries were kept: a point counts as one replicate
        replicates, bad = np.ones(len(points)), _bad(outcomes, outcomes.values[row, points], item).astype(float)
    if np.count_nonzero(bad) < boxes.FEWEST:
        return f"{about(item)}: too few points with bad replicates ({np.count_nonzero(bad)}) to say where they are."
    cells = {path: sweep.points.loc[points, path].tolist() for path in sweep.paths}
    return f"{about(item)}, worst fifth: {boxes.discover(cells, replicates, bad).sentence()}"


def _counts(
    sweep: SweepResult, outcomes: Outcomes, item: Item, points: np.ndarray[tuple[int], np.dtype[np.intp]]
) -> tuple[Floats, Floats]:
    """How many replicates each point has, and how many of them are among the worst fifth of all replicates."""
    import pandas as pd  # noqa: PLC0415

    kept = sweep.columns(REPLICATES)
    wanted = {key: [item[key]] for key in item if key in kept}
    empty = pd.DataFrame({"point": np.empty(0, int), "value": np.empty(0)})
    table = pd.concat([empty, *sweep.batches(REPLICATES, ["point", "value"], **wanted)])
    table = table[table["value"].notna()]
    if table.empty:
        return np.zeros(len(points)), np.zeros(len(points))
    marked = table.assign(bad=_bad(outcomes, table["value"].to_numpy(float), item)).groupby("point")["bad"]
    counted = marked.agg(["size", "sum"]).reindex(points, fill_value=0)
    return counted["size"].to_numpy(float), counted["sum"].to_numpy(float)


def _bad(outcomes: Outcomes, values: Floats, item: Item) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return regional.worst(values, outcomes.better(item))
