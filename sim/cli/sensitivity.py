"""`monazite sensitivity`: which of the values that a sweep moves matter, and for what."""

import sys
from math import nan
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.text import about, endings, number, table

if TYPE_CHECKING:
    from pandas import DataFrame

    from sim.analysis.sensitivity import Sensitivity

LEVEL = 30  # characters of a level that are printed
REPORTED = 8  # metrics whose share of chance is reported


def sensitivity(
    sweep: Annotated[str, typer.Argument(metavar="SWEEP_RESULT", help="The result folder of a sweep.")],
    *,
    metric: Annotated[list[str] | None, typer.Option(help="Only this metric, all of it; may be repeated.")] = None,
    statistic: Annotated[
        str, typer.Option(help="Of the replicates of a point: mean, p05, p25, p50, p75 or p95.")
    ] = "mean",
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write all rows there, as CSV.")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a file that is no such table.")] = False,
) -> None:
    """Print Sobol indices with 95 % intervals where the design allows, else regional sensitivity.

    A first-order index is the share of the variance over the design that a parameter explains alone, a total-order
    index what it explains with all its interactions. Regional sensitivity holds the points with the worst fifth of
    outcomes against the others: 0 says that they lie where the others lie, 1 that they lie elsewhere. Parameters that
    are chosen from names (policies, true and false, lists) have means by level.
    """
    from sim.analysis.sensitivity import WRITTEN
    from sim.analysis.sensitivity import sensitivity as analyse
    from sim.results.csvfile import check_replaceable

    if out:
        check_replaceable(out, WRITTEN, overwrite=overwrite)
    found = analyse(sweep, metrics=metric or (), statistic=statistic)
    if out:
        found.save(out, overwrite=overwrite)
    what = "mean" if found.statistic == "mean" else f"quantile {found.statistic}"
    print(f"Of each metric the {what} over the replicates of a point is analysed.")
    for part in (_sobol(found) if found.kind == "sobol" else _regional(found), _levels(found)):
        print(part, end="\n" if part else "")
    print(_chance(found))
    for box in found.boxes:
        print(box)
    if not out and len(found.shown) < len(found.table):
        print("These are the rows to look at first: all are written with --out FILE.")
    for note in found.notes:
        print(note, file=sys.stderr)


def _sobol(found: "Sensitivity") -> str:
    """Lay out indices: a row a metric and parameter."""
    cells: list[list[str | float]] = [
        [*names, _interval(rows, "first_order"), _interval(rows, "total_order"), _n(rows)]
        for names, rows in _groups(found)
    ]
    return table(["metric", "of", "parameter", "first order", "total order", "n"], cells)


def _regional(found: "Sensitivity") -> str:
    """Lay out distances: a row a metric and parameter that is a number."""
    measures = ("distance", "p_value", "rank_correlation")
    cells: list[list[str | float]] = [
        [*names, *(_value(rows, name) for name in measures), _n(rows)]
        for names, rows in _groups(found)
        if not (rows["level"] != "").any()
    ]
    if not cells:
        return ""
    return table(["metric", "of", "parameter", "distance", "p-value", "rank correlation", "n"], cells)


def _levels(found: "Sensitivity") -> str:
    """Lay out means by what was chosen: a row a metric, parameter and level."""
    cells: list[list[str | float]] = []
    for names, rows in _groups(found):
        levels = rows[rows["measure"] == "level_mean"].to_dict("records")
        p_value = _value(rows, "p_value")
        cells += [[*names, _short(row["level"]), row["value"], row["unit"], p_value, float(row["n"])] for row in levels]
    return table(["metric", "of", "chosen", "level", "mean", "unit", "p-value", "n"], cells) if cells else ""


def _short(level: str) -> str:
    return level if len(level) <= LEVEL else f"{level[: LEVEL - 1]}…"


def _chance(found: "Sensitivity") -> str:
    """Say how much of the variance is left to chance, metric by metric."""
    shares = found.shown[found.shown["measure"] == "chance_share"].dropna(subset="value")
    rows = shares.to_dict("records")
    if not rows:
        return "How much is left to chance nobody can tell: points have one replicate, or nothing finite."
    reported = [f"{row['metric']} {about(row)}".strip() + f" {100 * row['value']:.3g} %" for row in rows[:REPORTED]]
    more = f", and {len(rows) - REPORTED} more" if len(rows) > REPORTED else ""
    return f"Left to chance, of the variance of single replicates: {', '.join(reported)}{more}."


def _groups(found: "Sensitivity") -> "list[tuple[list[str], DataFrame]]":
    """Rows of one metric and parameter, in their order, and how they are named."""
    rows = found.shown[found.shown["parameter"] != ""]
    paths = list(dict.fromkeys(rows["parameter"]))
    short = dict(zip(paths, endings(paths), strict=True))
    groups = []
    keys = [*rows.columns[: rows.columns.get_loc("statistic")], "parameter"]
    for _, group in rows.groupby(keys, sort=False):
        first = group.iloc[0].to_dict()
        of = f"{about(first)} ({first['window']})" if first.get("window") else about(first)
        groups.append(([first["metric"], of, short[first["parameter"]]], group))
    return groups


def _value(rows: "DataFrame", measure: str) -> float:
    found = rows.loc[rows["measure"] == measure, "value"]
    return float(found.iloc[0]) if len(found) else nan


def _interval(rows: "DataFrame", measure: str) -> str:
    row = rows[rows["measure"] == measure].iloc[0]
    value, low, high = (number(round(row[name], 3) + 0.0) for name in ("value", "low95", "high95"))  # no -0
    return f"{value} [{low}, {high}]"


def _n(rows: "DataFrame") -> float:
    return float(rows["n"].iloc[0])
