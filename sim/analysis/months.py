"""Series by calendar month, replicate by replicate: flows are means over the days, levels those at its end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.analysis.sides import PATHS, Side, definitions_of
from sim.definitions.items import KEYS
from sim.errors import InputError, Place, Problem

if TYPE_CHECKING:
    from pandas import DataFrame

SERIES = ("variable", *KEYS, "unit")
INDEX = ("date", *SERIES)
ASK = "Run it with outputs: {paths: N, every: month}, which keeps the first N replicates (--set outputs.paths=N)."


def months(side: Side) -> DataFrame:
    """Values with a row a month and series, and a column a replicate, both sorted.

    A flow (and a ratio) is the mean over the days of the month, each row standing for the days since the row before
    it; a level is that of the last row of the month. The first row of a series is the base year's, and is left out.

    Raises
    ------
    InputError
        The result has no paths, or a row stands there twice.
    """
    table = side.frame(PATHS)
    if table.empty:
        raise InputError(Problem(Place(side.label), "it has no paths, which are the series of single replicates", ASK))
    rows, known = _with_days(side, table), definitions_of(side.facts).variables
    is_level = rows["variable"].isin([name for name, one in known.items() if one.kind == "level"])
    values = _joined([_last(rows[is_level]), *_means(rows[~is_level])])
    return values.set_index([*INDEX, "replicate"])["value"].unstack("replicate").sort_index()


def _with_days(side: Side, table: DataFrame) -> DataFrame:
    """Rows in their order without the first of each series, and the first of the days that each stands for."""
    keys = ["replicate", *SERIES]
    rows = table.sort_values([*keys, "date"], kind="stable", ignore_index=True)
    series = rows.groupby(keys, sort=False)["date"]
    number, before = series.cumcount(), series.shift()
    doubled = (number > 1) & (rows["date"] == before)
    if doubled.any():
        row = rows[doubled].iloc[0]
        what = ", ".join([*(str(row[name]) for name in keys if row[name] != ""), str(row["date"].date())])
        raise InputError(Problem(Place(side.label), f"{what} stands there twice", "Keep one row of each."))
    first = before.where(number == 1, before + _days(1))  # the day of the start is settled, too
    return rows.assign(first=first)[number > 0]


def is_by_month(side: Side) -> bool:
    """Whether the rows of a result end at months, so that none is spread over two."""
    dates = side.frame(PATHS)["date"].drop_duplicates().sort_values().iloc[1:-1]
    return bool(dates.dt.is_month_end.all())


def _last(rows: DataFrame) -> DataFrame:
    """Levels of the last row of each month."""
    keys = ["replicate", *INDEX]
    found = rows.assign(date=rows["date"].dt.strftime("%Y-%m")).drop_duplicates(keys, keep="last")
    return found[[*keys, "value"]]


def _means(rows: DataFrame) -> list[DataFrame]:
    """Means of flows over the days of each month that rows stand for."""
    rows, parts = rows[rows["value"].notna()], []
    begun, over = rows["first"].dt.to_period("M"), rows["date"].dt.to_period("M")
    while len(rows):  # each time the part of a row in its next month
        ends = begun.dt.end_time.dt.normalize().clip(upper=rows["date"])
        days = (ends - rows["first"].clip(lower=begun.dt.start_time)).dt.days + 1
        parts.append(rows.assign(date=begun.astype(str), days=days))
        goes_on = begun < over
        rows, begun, over = rows[goes_on], begun[goes_on] + 1, over[goes_on]
    if not parts:
        return []
    spread = _joined(parts)
    by = spread.assign(value=spread["value"] * spread["days"]).groupby(["replicate", *INDEX], sort=False)
    sums = by[["value", "days"]].sum().reset_index()
    return [sums.assign(value=sums["value"] / sums["days"])[["replicate", *INDEX, "value"]]]


def _joined(parts: list[DataFrame]) -> DataFrame:
    import pandas as pd  # noqa: PLC0415

    return pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)


def _days(number: int) -> Any:  # noqa: ANN401
    import pandas as pd  # noqa: PLC0415

    return pd.Timedelta(days=number)
