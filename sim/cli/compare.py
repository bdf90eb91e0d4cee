"""`monazite compare`: what one scenario changes against another, replicate by replicate."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from sim.cli.text import about, table

if TYPE_CHECKING:
    from pandas import DataFrame

    from sim.analysis.comparison import Comparison

NUMBERS = ["base_mean", "other_mean", "difference", "low95", "high95", "share_better", "n"]
HEADER = ["of", "base", "other", "difference", "low 95 %", "high 95 %", "better", "n", "unit"]
WHAT = "A result folder, a point of a sweep (NAME@3), a whole sweep, or a CSV of a result."
SET = "Only these: US+EU, all-CN, *; may be repeated."

Metric = Annotated[list[str] | None, typer.Option(help="Only this metric, or series by month; may be repeated.")]
Set = Annotated[list[str] | None, typer.Option(metavar="SET", help=SET)]


def compare(
    base: Annotated[str, typer.Argument(metavar="BASE", help=WHAT)],
    others: Annotated[list[str], typer.Argument(metavar="OTHER", help="What to compare with it.")],
    *,
    metric: Metric = None,
    region: Set = None,
    sector: Set = None,
    commodity: Set = None,
    every: Annotated[Literal["month"] | None, typer.Option(help="Compare series by calendar month.")] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write all rows there, as CSV.")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a file that is no such table.")] = False,
    unpaired: Annotated[bool, typer.Option("--unpaired", help="Compare means of different seeds.")] = False,
) -> None:
    """Print paired differences (other less base) with 95 % bootstrap intervals.

    Ends with 0 whatever the differences are; 2 where the results cannot be compared. A row of --out is a
    difference beyond chance where low95 and high95 have one sign.
    """
    from sim.analysis.compare import compare as compare_results
    from sim.analysis.comparison import WRITTEN
    from sim.results.csvfile import check_replaceable

    if out:
        _refuse_input(out, [base, *others])
        check_replaceable(out, WRITTEN, overwrite=overwrite)
    only = {"region": region or (), "sector": sector or (), "commodity": commodity or ()}
    comparison = compare_results(base, *others, metrics=metric or (), unpaired=unpaired, every=every or "", **only)
    if out:
        comparison.save(out, overwrite=overwrite)
    for note in comparison.notes:
        print(note, file=sys.stderr)
    print(_changes(comparison), end="")
    print(_rows(comparison, everything=bool(metric) or any(only.values())))


def _refuse_input(out: Path, inputs: Sequence[str]) -> None:
    """Refuse to write over what is compared."""
    from sim.errors import InputError, Place, Problem

    if out.is_file() and any(Path(one).is_file() and out.samefile(one) for one in inputs):
        raise InputError(Problem(Place(str(out)), "this is one of the tables that are compared", "Name another file."))


def _changes(comparison: "Comparison") -> str:
    """Tell which values of the scenarios differ; nothing where nobody knows."""
    rows = [
        [other, change.path, change.base, change.other]
        for other, changes in comparison.changes.items()
        for change in changes
    ]
    if rows:
        return table(["other", "value", "in the base", "in the other"], rows) + "\n\n"
    return "The scenarios say the same.\n" if comparison.changes else ""


def _rows(comparison: "Comparison", *, everything: bool) -> str:
    """Write the rows, and how many replicates would settle those that chance could explain."""
    same = comparison.identical
    sentences = list(dict.fromkeys(same.values()))
    by_month = "date" in comparison.table.columns
    rows = comparison.table if everything and not by_month else comparison.headline()
    rows = rows[~rows["other"].isin(list(same))]
    if rows.empty:
        nothing = "No headline metric is in these results; name one with --metric."
        return "\n".join(sentences or [nothing])
    lines = [table([*_names(rows), *HEADER], _cells(rows)), *comparison.settling(rows), *sentences]
    if by_month and len(rows) < len(comparison.table):
        lines.append(
            "These are the series to look at first: name others with --metric and --region, or see all by --out."
        )
    return "\n".join(lines)


def _names(rows: "DataFrame") -> list[str]:
    """Columns that name a row, before what it is about."""
    return ["other", "month", "variable"] if "date" in rows.columns else ["other", "metric"]


def _cells(rows: "DataFrame") -> list[list[str | float]]:
    names = ["date" if name == "month" else name for name in _names(rows)]
    return [
        [*(row[name] for name in names), about(row), *(row[name] for name in NUMBERS), row["unit"]]
        for row in rows.to_dict("records")
    ]
