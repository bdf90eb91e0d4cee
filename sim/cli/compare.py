"""`monazite compare`: what one scenario changes against another, world by world."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.text import about, table

if TYPE_CHECKING:
    from sim.analysis.compare import Comparison

HEADER = ["other", "metric", "of", "base", "other", "difference", "low 95 %", "high 95 %", "better", "n", "unit"]
NUMBERS = ["base_mean", "other_mean", "difference", "low95", "high95", "share_better", "n"]


def compare(
    base: Annotated[str, typer.Argument(metavar="BASE", help="A result folder, or a point of a sweep: NAME@3.")],
    others: Annotated[list[str], typer.Argument(metavar="OTHER", help="Result folders or points to compare with it.")],
    *,
    metric: Annotated[list[str] | None, typer.Option(help="Only this metric; may be repeated.")] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write all rows there, as CSV.")] = None,
    unpaired: Annotated[bool, typer.Option("--unpaired", help="Compare means of different seeds.")] = False,
) -> None:
    """Print paired differences (other less base) with 95 % bootstrap intervals.

    Ends with 0 whatever the differences are; 2 where the results cannot be compared. A row of --out is a
    difference beyond chance where low95 and high95 have one sign.
    """
    from sim.analysis.compare import compare as compare_results

    comparison = compare_results(base, *others, metrics=metric or (), unpaired=unpaired)
    if out:
        comparison.save(out)
    for note in comparison.notes:
        print(note, file=sys.stderr)
    print(_changes(comparison))
    print(_rows(comparison, everything=bool(metric)))


def _changes(comparison: "Comparison") -> str:
    """Tell which values of the scenarios differ."""
    rows = [
        [other, change.path, change.base, change.other]
        for other, changes in comparison.changes.items()
        for change in changes
    ]
    if not rows:
        return "The scenarios say the same."
    return table(["other", "value", "in the base", "in the other"], rows) + "\n"


def _rows(comparison: "Comparison", *, everything: bool) -> str:
    """Write the rows, and how many replicates would settle those that chance could explain."""
    rows = comparison.table if everything else comparison.headline()
    if rows.empty:
        return "No headline metric is in these results; name one with --metric."
    cells = [
        [row["other"], row["metric"], about(row), *(row[name] for name in NUMBERS), row["unit"]]
        for row in rows.to_dict("records")
    ]
    return "\n".join([table(HEADER, cells), *comparison.settling(rows)])
