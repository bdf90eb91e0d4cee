"""Which parameters of a sweep matter for which metric: Sobol indices where the design allows, else regional."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, log2, nan, sqrt
from pathlib import Path
from typing import TYPE_CHECKING, Any, final

import numpy as np

from sim.analysis import regional, sobol
from sim.analysis.discovery import boxes_of
from sim.analysis.outcomes import Item, Outcomes, about
from sim.axes import Floats
from sim.errors import InputError, Place, Problem, suggest
from sim.files.merge import JOINT
from sim.results import csvfile
from sim.results.headline import leading
from sim.results.tables import QUANTILES, with_window
from sim.sweeps.names import DONE, FAILED, MISSING
from sim.sweeps.reading import ITEM, SweepResult

if TYPE_CHECKING:
    from pandas import DataFrame

COLUMNS = (*ITEM, "statistic", "parameter", "level", "measure", "value", "low95", "high95", "n")
WRITTEN = (COLUMNS, with_window(COLUMNS))  # headers of what this writes
STATISTICS = ("mean", *QUANTILES)
FIRST, TOTAL, CHANCE = "first_order", "total_order", "chance_share"
DISTANCE, P_VALUE, CORRELATION = "distance", "p_value", "rank_correlation"
LEVEL_MEAN = "level_mean"  # of what is chosen, not measured: policies, names, true and false
SOBOL, REGIONAL = "sobol", "regional"
DESIGNS = {"grid": "a grid", "list": "a list", "latin_hypercube": "a Latin hypercube"}
WIDE = 0.2  # an interval wider than this says little
FEWEST_BLOCKS, FEWEST_POINTS, FEW_POINTS = 4, 8, 50
NAMED = 3  # points of a message

Row = dict[str, Any]


@final
@dataclass(frozen=True)
class Sensitivity:
    """Measures of sensitivity, and what to know when reading them.

    Attributes
    ----------
    table : DataFrame
        The columns of ``sensitivity --out``: a row a metric, item, parameter and measure, and a level of a parameter
        that is no number.
    kind : str
        ``sobol`` or ``regional``.
    statistic : str
        What of the replicates of a point is analysed.
    shown : DataFrame
        Rows of the table that people look at first.
    boxes : sequence of str
        Where the bad replicates are, a sentence a metric.
    notes : sequence of str
        Points that are left out, why the design is not analysed otherwise, whether there are too few points.
    """

    table: DataFrame
    kind: str
    statistic: str
    shown: DataFrame
    boxes: Sequence[str]
    notes: Sequence[str]

    def save(self, file: str | Path, *, overwrite: bool = False) -> None:
        """Write the table as CSV.

        Raises
        ------
        InputError
            Something else than such a table has that name, and `overwrite` does not say that it may go.
        """
        columns = list(self.table.columns)
        csvfile.check_replaceable(Path(file), WRITTEN, overwrite=overwrite)
        csvfile.replace(Path(file), columns, {name: self.table[name].tolist() for name in columns})


def sensitivity(
    sweep: SweepResult | str | Path, *, metrics: Sequence[str] = (), statistic: str = "mean"
) -> Sensitivity:
    """Measure which parameters matter.

    Parameters
    ----------
    sweep : SweepResult or folder
    metrics : sequence of str
        Which metrics, with all that they are about; the rows that people look at first where none is named.
    statistic : str
        What is analysed of the replicates of each point: their mean, or a quantile such as ``p95``.

    Raises
    ------
    InputError
        No metric of that name is there, nothing varies, or there are too few points.
    """
    import pandas as pd  # noqa: PLC0415

    found = sweep if isinstance(sweep, SweepResult) else SweepResult(Path(sweep))
    if statistic not in STATISTICS:
        right = suggest(statistic, STATISTICS)
        raise InputError(Problem(Place("--statistic"), f"{statistic!r} is not a statistic", right))
    _refuse_one_point(found)
    notes = [*_left_out(found), *(f"{found.folder / name} was changed after it was written." for name in found.changed)]
    outcomes = Outcomes.read(found, metrics, statistic)
    kind = SOBOL if found.design["kind"] == SOBOL else REGIONAL
    rows, more = (_sobol if kind == SOBOL else _regional)(found, outcomes)
    rows += _by_level(found, outcomes)
    rows += [
        _row(item, "", CHANCE, outcomes.chance(i), int(outcomes.done.sum())) for i, item in enumerate(outcomes.items)
    ]
    keys = list(outcomes.keys)
    table = pd.DataFrame(rows, columns=[*keys, *COLUMNS[len(ITEM) :]]).assign(statistic=statistic)
    first = leading(outcomes.frame())[keys]
    shown = table.merge(first, on=keys)
    boxes = boxes_of(found, outcomes, metrics)
    return Sensitivity(table, kind, statistic, shown, boxes, [*notes, *outcomes.notes, *more])


def _refuse_one_point(sweep: SweepResult) -> None:
    """Refuse a sweep of which only one point is there: nothing varies."""
    done = int((sweep.points["status"] == DONE).sum())
    if done == 1:
        found = "one point cannot tell what matters" + (f": {done} of {sweep.size} is done" if sweep.size > 1 else "")
        right = f"Choose a design of {FEWEST_POINTS} points or more." if sweep.size == 1 else "Go on with --resume."
        raise InputError(Problem(Place(str(sweep.folder)), found, right))


def _left_out(sweep: SweepResult) -> Iterator[str]:
    """Say which points failed or are missing."""
    for status, verb in ((FAILED, "failed"), (MISSING, "are missing")):
        which = sweep.points[sweep.points["status"] == status]["message"]
        if len(which):
            named = [f"point {point}: {why}" if why else f"point {point}" for point, why in which.head(NAMED).items()]
            more = f" and {len(which) - NAMED} more" if len(which) > NAMED else ""
            yield f"{len(which)} of {sweep.size} points {verb} ({'; '.join(named)}{more})."


def _row(
    item: Item, parameter: str, measure: str, value: float, n: int, low: float = nan, high: float = nan, level: str = ""
) -> Row:
    about_it = {**item, "parameter": parameter, "level": level, "measure": measure}
    return {**about_it, "value": value, "low95": low, "high95": high, "n": n}


def _by_level(sweep: SweepResult, outcomes: Outcomes) -> Iterator[Row]:
    """Means of every row by what was chosen, for the parameters that are no numbers."""
    values = outcomes.values[:, outcomes.done]
    for path, cells in _chosen(sweep, outcomes).items():
        for level in dict.fromkeys(cells):
            which = np.array([cell == level for cell in cells])
            means = np.mean(values[:, which], axis=1)
            for item, mean in zip(outcomes.items, means, strict=True):
                yield _row(item, path, LEVEL_MEAN, float(mean), int(which.sum()), level=level)


def _chosen(sweep: SweepResult, outcomes: Outcomes) -> dict[str, list[str]]:
    """Values, at the points that are done, of the parameters that are chosen from names: these have no order."""
    cells = _cells(sweep, outcomes)
    return {path: values for path, values in cells.items() if regional.ordered(values) is None}


def _cells(sweep: SweepResult, outcomes: Outcomes) -> dict[str, list[str]]:
    return {path: sweep.points.loc[outcomes.done, path].tolist() for path in sweep.paths}


def _sobol(sweep: SweepResult, outcomes: Outcomes) -> tuple[list[Row], list[str]]:
    """Indices of every row, from the blocks that are whole."""
    factors = [JOINT.join(factor) for factor in sweep.manifest["sweep"].get("factors", [[p] for p in sweep.paths])]
    size = len(factors) + 2
    whole = np.flatnonzero(outcomes.done.reshape(-1, size).all(axis=1))
    blocks, n = len(outcomes.done) // size, len(whole)
    if n < FEWEST_BLOCKS:
        found = f"too few points: {n} whole blocks are not enough for Sobol indices"
        right = "Run failed points again with --resume, or choose a design with more points."
        raise InputError(Problem(Place(str(sweep.folder)), found, right))
    rows: list[Row] = []
    notes: list[str] = []
    for item, values in zip(outcomes.items, outcomes.values, strict=True):
        in_blocks = values.reshape(-1, size)[whole]
        if np.ptp(in_blocks[:, [0, -1]]) == 0:
            notes.append(f"{about(item)}: too few points in which it varies; left out.")
            continue
        for measure, shares in zip((FIRST, TOTAL), sobol.indices(in_blocks), strict=True):
            for path, (value, low, high) in zip(factors, shares, strict=True):
                rows.append(_row(item, path, measure, value, n, low, high))
    lost = blocks - n
    if lost:
        notes.append(f"{lost} of {blocks} blocks lost a point and are left out whole: n is {n}.")
    if not rows:
        raise InputError(Problem(Place(str(sweep.folder)), f"there is nothing to analyse: {' '.join(notes)}"))
    notes += [f"{names} are drawn together, and have one index together." for names in _joint(sweep)]
    return rows, [*notes, *_too_few(n, np.array([[row["low95"], row["high95"]] for row in rows]))]


def _joint(sweep: SweepResult) -> list[str]:
    """Parameters that are drawn together, a text a group."""
    return [JOINT.join(factor) for factor in sweep.manifest["sweep"].get("factors", []) if len(factor) > 1]


def _too_few(blocks: int, bounds: Floats) -> Iterator[str]:
    """Say how many points would do, where intervals say little."""
    widths = bounds[:, 1] - bounds[:, 0]
    if np.isnan(widths).any():
        yield f"Too few points for some intervals (–): in too many samples of the {blocks:,} blocks nothing varies."
    widest = float(np.max(widths[~np.isnan(widths)], initial=0.0))
    if widest > WIDE:
        wanted = max(2 ** ceil(log2(blocks * (widest / WIDE) ** 2)), 2 * blocks)
        yield (
            f"Too few points: intervals are up to {widest:.2g} wide. This design has {blocks:,} base points; "
            f"{wanted:,} would halve the intervals {log2(wanted / blocks) / 2:.1f} times, "
            f"to about {widest * sqrt(blocks / wanted):.2g}."
        )
    if (bounds[:, 0] < 0).any():
        yield "Where an interval reaches below 0, the parameter cannot be told from one that does nothing."


def _regional(sweep: SweepResult, outcomes: Outcomes) -> tuple[list[Row], list[str]]:
    """Regional sensitivity of every row, over the points that are done."""
    n = int(outcomes.done.sum())
    chosen = _chosen(sweep, outcomes)
    if n < FEWEST_POINTS:
        if len(chosen) == len(sweep.paths):
            return [], [f"Too few points to tell the worst from the rest ({n}): means by level only."]
        found = f"too few points: {n} are not enough to tell the worst from the rest"
        raise InputError(
            Problem(Place(str(sweep.folder)), found, f"Choose a design of {FEWEST_POINTS} points or more.")
        )
    cells = _cells(sweep, outcomes)
    rows: list[Row] = []
    for item, row in zip(outcomes.items, outcomes.values[:, outcomes.done], strict=True):
        bad = regional.worst(row, outcomes.better(item))
        for path, values in cells.items():
            measures = (DISTANCE, P_VALUE) if path in chosen else (DISTANCE, P_VALUE, CORRELATION)
            found_there = regional.regional(values, row, bad)
            rows += [
                _row(item, path, measure, value, n)
                for measure, value in zip(measures, found_there, strict=False)  # a choice has no correlation
            ]
    kind = DESIGNS[sweep.design["kind"]]
    notes = [f"Sobol indices need a design of kind sobol, and this is {kind}: regional sensitivity instead."]
    notes += [f"{names} are drawn together: what one of them does shows in the others, too." for names in _joint(sweep)]
    if n < FEW_POINTS:
        notes.append(f"Too few points to tell small effects: {n}, of which {ceil(n * regional.WORST)} are the worst.")
    return rows, notes
