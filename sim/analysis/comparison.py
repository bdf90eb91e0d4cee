"""What a comparison found: a table of differences, what differs between the scenarios, and what to know of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sim.analysis import differences, sides
from sim.analysis.differences import NUMBERS
from sim.analysis.sides import Side
from sim.definitions.book import Definitions
from sim.definitions.items import KEYS
from sim.files.changes import Change, changes
from sim.results import csvfile
from sim.results.headline import headline, leading
from sim.results.tables import WINDOW, with_window

if TYPE_CHECKING:
    from pandas import DataFrame

ROW = sides.PLACE
COLUMNS = ("other", *ROW, *NUMBERS)
MONTHLY = ("other", "date", "variable", *KEYS, "unit", *NUMBERS)
WRITTEN = (COLUMNS, with_window(COLUMNS), MONTHLY)  # headers of what this writes
MOST_SHOWN = 120  # months of series that are printed


@dataclass(frozen=True)
class Comparison:
    """Differences row by row, what was changed between the scenarios, and what to know when reading them.

    Attributes
    ----------
    table : DataFrame
        The columns of ``compare --out``; one row an item and other result.
    changes : mapping of str to sequence of Change
        Values of the scenarios that differ, by the label of the other result; those are left out of which nobody knows.
    notes : sequence of str
        Changed files, replicates without a partner, what is not known.
    commodities : sequence of str
        Those that people look at first.
    definitions : Definitions
        What names mean, in the words of the base.
    identical : mapping of str to str
        A sentence for each other result that says the same as the base to the last bit, by its label.
    """

    table: DataFrame
    changes: Mapping[str, Sequence[Change]]
    notes: Sequence[str]
    commodities: Sequence[str]
    definitions: Definitions
    identical: Mapping[str, str] = field(default_factory=dict)

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

    def headline(self) -> DataFrame:
        """Pick the rows to print: of each headline metric those that differ most, of rows on both sides."""
        import pandas as pd  # noqa: PLC0415

        sized = self.table[self.table["n"] > 0].assign(size=lambda rows: rows["difference"].abs())
        if "date" in sized.columns:
            return _leading_months(sized)[list(self.table.columns)]
        keys = ["other", WINDOW] if WINDOW in sized.columns else ["other"]
        parts = [
            headline(rows, self.definitions.metrics, self.commodities, "size")
            for _, rows in sized.groupby(keys, sort=False)
        ]
        return pd.concat([sized.head(0), *parts], ignore_index=True)[list(self.table.columns)]

    def settling(self, rows: DataFrame) -> list[str]:
        """Say for rows that chance could explain how many replicates would tell."""
        lines = []
        keys = [name for name in rows.columns if name in ("other", "date", "variable", "metric", *KEYS, WINDOW)]
        for row in rows.to_dict("records"):
            needed = replicates_to_settle(row["difference"], row["low95"], row["high95"], row["n"])
            if needed:
                what = " ".join(row[key] for key in keys if row[key])
                lines.append(f"{what}: about {needed:,} replicates would settle this.")
        return lines


def joined(
    results: Sequence[Side], tables: Sequence[DataFrame], notes: Sequence[str], values: Sequence[DataFrame]
) -> Comparison:
    """Put the tables of several others one below the other, with what is reported about them."""
    import pandas as pd  # noqa: PLC0415

    base, *others = results
    table = pd.concat(tables, ignore_index=True)
    keys = [name for name in table.columns if name not in ("other", *NUMBERS)]
    columns = MONTHLY if "date" in keys else with_window(COLUMNS)
    if WINDOW in keys and not (table[WINDOW] != "").any():
        columns = COLUMNS
    known = [other for other in others if base.scenario and other.scenario]
    return Comparison(
        table=table[list(columns)],
        changes={other.label: changes(base.scenario, other.scenario) for other in known},
        notes=[
            *dict.fromkeys(note for side in results for note in side.notes),
            *(note for other in others for note in sides.machines(base, other)),
            *notes,
        ],
        commodities=base.facts.get("headline", ()),
        definitions=sides.definitions_of(*(one.facts for one in results)),
        identical={
            other.label: sentence(other.label, base.label, *size_of(values[0]))
            for other, one in zip(others, values[1:], strict=bool(values))
            if differences.same(values[0], one)
        },
    )


def size_of(values: DataFrame) -> tuple[int, int]:
    """How many rows and replicates there are; no replicates of levels."""
    return len(values), 0 if "mean" in values.columns else len(values.columns)


def sentence(other: str, base: str, rows: int, replicates: int, points: str = "") -> str:
    """Say that two results are the same to the last bit."""
    count = f"{replicates:,} replicate{'s' * (replicates != 1)}, " if replicates else ""
    return f"{other} says the same as {base}: {points}{rows:,} row{'s' * (rows != 1)}, {count}largest difference 0."


def _leading_months(rows: DataFrame) -> DataFrame:
    """Pick of each variable the series that people look at first, as long as all fit on a page."""
    if len(rows) <= MOST_SHOWN:
        return rows
    keys = [name for name in rows.columns if name in ("other", "variable", *KEYS, "unit")]
    sizes = rows.groupby(keys, as_index=False, sort=False).agg(mean=("size", "sum"), months=("size", "size"))
    parts = [leading(part.assign(metric=part["variable"])).head(1) for _, part in sizes.groupby(["other", "variable"])]
    shown, left = rows.head(0), MOST_SHOWN
    for first in parts:
        months_of, left = int(first["months"].iloc[0]), left - int(first["months"].iloc[0])
        if left >= 0 or shown.empty:
            shown = _below(shown, rows.merge(first[keys], on=keys))
        left = left if left >= 0 else left + months_of
    return shown


def _below(first: DataFrame, second: DataFrame) -> DataFrame:
    import pandas as pd  # noqa: PLC0415

    return pd.concat([first, second], ignore_index=True) if len(first) else second


def replicates_to_settle(difference: float, low: float, high: float, n: int) -> int | None:
    """About how many replicates would tell a difference from zero; None where these do, or where none would.

    Half an interval shrinks like one over the root of n: four times the replicates settle half the difference.

    Examples
    --------
    >>> replicates_to_settle(difference=1.0, low=-1.0, high=3.0, n=100)
    400
    """
    if not (low <= 0 <= high and low < high and difference and np.isfinite([difference, low, high]).all()):
        return None
    needed = n * ((high - low) / 2 / difference) ** 2
    digits = 10 ** max(int(np.log10(needed)) - 1, 0)
    settled = int(-(-needed // digits) * digits)
    return settled if settled > n else None  # these are as many, and they do not: chance lies on one side
