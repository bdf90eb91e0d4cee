"""What one scenario changes against another: differences in the same replicates, with their intervals.

Replicates are paired by number, rows by what they are about, never by position. An interval is that of the mean
difference over bootstrap samples of the replicates, the same samples for every row; the same files give it again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from sim.analysis import differences, filters, months, per_dollar, pointwise, sides
from sim.analysis.comparison import Comparison, joined, sentence
from sim.analysis.sides import LEVELS, PATHS, REPLICATES, Side
from sim.definitions.book import Definitions
from sim.errors import InputError, Place, Problem, suggest
from sim.results.result import Result
from sim.sweeps.reading import SweepResult

if TYPE_CHECKING:
    from pandas import DataFrame

NAMED = 4  # metrics of a note
SIDE_BY_SIDE = "Levels side by side: summaries do not hold single replicates, so differences have no intervals."

Other = Result | SweepResult | str | Path


def compare(
    base: Other,
    *others: Other,
    metrics: Sequence[str] = (),
    unpaired: bool = False,
    region: Sequence[str] = (),
    sector: Sequence[str] = (),
    commodity: Sequence[str] = (),
    every: Literal["", "month"] = "",
) -> Comparison:
    """Compare results with a base, replicate by replicate.

    Parameters
    ----------
    base, others : Result, folder, file or sweep
        What to compare; differences are other less base. A file is ``replicates.csv``, ``summary.csv`` or ``paths.csv``
        of a result (or Parquet), wherever it lies; sweeps of one design are compared point by point.
    metrics : sequence of str
        Which metrics, or which series by month; all where none is named.
    unpaired : bool
        Compare means of different replicates (other seeds); intervals are wider, and no share of replicates is given.
    region, sector, commodity : sequences of str
        Which rows, by sets of names such as ``US+EU``, ``all-CN`` and ``magnet.*``; all where none is named.
    every : str
        ``month`` compares series by calendar month, instead of metrics.

    Raises
    ------
    InputError
        They differ in what must be the same (seed, horizon, tick, version, tables), or a row is doubled.
    """
    opened = [sides.opened(one) for one in (base, *others)]
    wanted = {"region": region, "sector": sector, "commodity": commodity}
    if sweeps := pointwise.all_sweeps(opened):
        found = _of_sweeps(sweeps, metrics, unpaired=unpaired, every=every)
    else:
        results = [one for one in opened if isinstance(one, Side)]
        kind = sides.common(results, series=bool(every))
        _refuse_obstacles(results, unpaired=unpaired or kind == LEVELS)
        found = {REPLICATES: _of_replicates, LEVELS: _of_levels, PATHS: _of_months}[kind](
            results, metrics, unpaired=unpaired
        )
    return _only(found, metrics, wanted)


def _of_replicates(results: Sequence[Side], metrics: Sequence[str], *, unpaired: bool) -> Comparison:
    """Compare metrics replicate by replicate."""
    base, *others = results
    before, after = sides.replicates(base), [sides.replicates(other) for other in others]
    _check_names(metrics, [before, *after], "metric", [per_dollar.RATIO.name])
    tables, notes, known = [], [], sides.definitions_of(*(one.facts for one in results))
    for other, replicates in zip(others, after, strict=True):
        notes += [*_alone(base, before, other, replicates), *_lacking(base, before, other, replicates)]
        tables.append(_differences(other.label, before, replicates, known, unpaired=unpaired))
    return joined(results, tables, notes, [before, *after])


def _of_levels(results: Sequence[Side], metrics: Sequence[str], *, unpaired: bool) -> Comparison:
    """Put levels side by side."""
    del unpaired  # nothing is paired
    base, *others = results
    before, after = sides.levels(base), [sides.levels(other) for other in others]
    _check_names(metrics, [before, *after], "metric")
    tables = [
        differences.of_levels(before, levels).assign(other=other.label)
        for other, levels in zip(others, after, strict=True)
    ]
    unlike = [problem for other in others for problem in sides.obstacles(base, other, unpaired=False)]
    reported = [f"{problem.place}: {problem.found}." for problem in unlike]
    return joined(results, tables, [SIDE_BY_SIDE, *reported], [before, *after])


def _of_months(results: Sequence[Side], metrics: Sequence[str], *, unpaired: bool) -> Comparison:
    """Compare series by month, replicate by replicate."""
    base, *others = results
    before, after = months.months(base), [months.months(other) for other in others]
    _check_names(metrics, [before, *after], "variable")
    tables, known = [], sides.definitions_of(*(one.facts for one in results))
    for other, replicates in zip(others, after, strict=True):
        left, right = (before, replicates) if unpaired else _paired_replicates(other.label, before, replicates)
        tables.append(differences.of_replicates(left, right, known, unpaired=unpaired).assign(other=other.label))
    notes = [
        note
        for other, replicates in zip(others, after, strict=True)
        for note in _alone(base, before, other, replicates)
    ]
    notes += [
        f"{side.label}: its rows do not end at months, so flows are spread evenly over the days between; "
        "outputs.every=month is exact."
        for side in results
        if not months.is_by_month(side)
    ]
    return joined(results, tables, notes, [before, *after])


def _of_sweeps(sweeps: Sequence[SweepResult], metrics: Sequence[str], *, unpaired: bool, every: str) -> Comparison:
    """Compare sweeps of one design, point by point."""
    base, *others = sweeps
    if every:
        right = "Run the scenario with the values of a point, and with outputs: {paths: N, every: month}."
        raise InputError(Problem(Place(str(base.folder)), "a sweep keeps no series", right))
    for other in others:
        pointwise.refuse_another(base, other)
    results = [pointwise.side(sweep) for sweep in sweeps]
    _refuse_obstacles(results, unpaired=unpaired)
    kept = sorted({*(name for one in sweeps for name in one.manifest["sweep"]["metrics"]), per_dollar.RATIO.name})
    _refuse_unknown(metrics, kept)
    tables: list[DataFrame] = []
    notes: list[str] = []
    identical: dict[str, str] = {}
    for other in others:
        notes += pointwise.left_out(base, other)
        found, sentence = _by_point(base, other, unpaired=unpaired)
        tables += found
        identical |= sentence
    whole = joined(results, tables, notes, ())
    return replace(whole, identical=identical)


def _by_point(base: SweepResult, other: SweepResult, *, unpaired: bool) -> tuple[list[DataFrame], dict[str, str]]:
    """Compare each point with its partner; say whether all say the same."""
    tables, rows, replicates, same = [], 0, 0, True
    known = sides.definitions_of(base.manifest, other.manifest)
    for point, before, after in pointwise.pairs(base, other):
        label = pointwise.label_of(other, point)
        tables.append(_differences(label, before, after, known, unpaired=unpaired))
        same = same and differences.same(before, after)
        rows, replicates = rows + len(before), max(replicates, len(before.columns))
    if not (same and rows):
        return tables, {}
    reported = sentence(str(other.folder), str(base.folder), rows, replicates, f"{len(tables):,} points, ")
    return tables, {pointwise.label_of(other, point): reported for point in range(other.size)}


def _only(found: Comparison, metrics: Sequence[str], wanted: Mapping[str, Sequence[str]]) -> Comparison:
    """Keep the rows that are asked for, of names that are there."""
    kind = "metric" if "metric" in found.table.columns else "variable"
    table = found.table[found.table[kind].isin(metrics)] if metrics else found.table
    table = filters.only(table, wanted).reset_index(drop=True)
    return replace(found, table=table)


def _refuse_obstacles(results: Sequence[Side], *, unpaired: bool) -> None:
    base, *others = results
    problems = [problem for other in others for problem in sides.obstacles(base, other, unpaired=unpaired)]
    if problems:
        raise InputError(problems)


def _lacking(base: Side, before: DataFrame, other: Side, after: DataFrame) -> Iterator[str]:
    """Say which metrics a point lacks because its sweep did not keep them by replicate."""
    names = [set(table.index.get_level_values("metric")) for table in (before, after)]
    for result, absent in ((base, names[1] - names[0]), (other, names[0] - names[1])):
        lacks = absent - set(result.facts["sweep"]["metrics"]) if result.facts.get("sweep") else set()
        if lacks:
            some = ", ".join(sorted(lacks)[:NAMED])
            more = f" and {len(lacks) - NAMED} more" if len(lacks) > NAMED else ""
            yield f"{result.label} has not kept {some}{more}."


def _alone(base: Side, before: DataFrame, other: Side, after: DataFrame) -> list[str]:
    """Say where only some of the replicates have a partner."""
    counts = len(before.columns), len(after.columns)
    if counts[0] == counts[1]:
        return []
    return [f"{base.label} has {counts[0]} replicates, {other.label} {counts[1]}: those of both count."]


def _check_names(names: Sequence[str], tables: Sequence[DataFrame], kind: str, more: Sequence[str] = ()) -> None:
    """Refuse a metric, or a variable, that no result has."""
    _refuse_unknown(names, sorted({name for table in tables for name in table.index.get_level_values(kind)} | {*more}))


def _refuse_unknown(names: Sequence[str], known: Sequence[str]) -> None:
    problems = [
        Problem(Place("--metric"), f"{name!r} is in none of these results", suggest(name, known))
        for name in names
        if name not in known
    ]
    if problems:
        raise InputError(problems)


def _paired_replicates(label: str, before: DataFrame, after: DataFrame) -> tuple[DataFrame, DataFrame]:
    """Give the replicates that both have."""
    common = before.columns.intersection(after.columns)
    if common.empty:
        raise InputError(Problem(Place(label), "it has no replicate in common with the base"))
    return before[common], after[common]


def _differences(
    label: str, before: DataFrame, after: DataFrame, definitions: Definitions, *, unpaired: bool
) -> DataFrame:
    """Compare metrics row by row, the loss avoided per dollar among them."""
    import pandas as pd  # noqa: PLC0415

    if not unpaired:
        before, after = _paired_replicates(label, before, after)
    table = differences.of_replicates(before, after, definitions, unpaired=unpaired)
    if not unpaired:
        ratios = differences.ratios(before, after)
        table = pd.concat([table, ratios.astype(table.dtypes)]) if len(ratios) else table
    return table.sort_values(list(sides.INDEX), ignore_index=True).assign(other=label)
