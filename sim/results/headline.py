"""The few rows that people look at first: headline metrics, totals before their parts."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from sim.definitions.metrics import Metric

if TYPE_CHECKING:
    from pandas import DataFrame, Series

MOST = 3  # rows of one metric, the largest first


def headline(
    table: "DataFrame", metrics: Mapping[str, Metric], commodities: Sequence[str] = (), size: str = "mean"
) -> "DataFrame":
    """Pick the rows to print of a table with a row an item.

    Of a metric that has totals over regions, partners or sectors only those are taken (without the controlling region,
    where that is reported), of single commodities only some, and of what is left the largest.

    Parameters
    ----------
    table : DataFrame
        Has the columns ``metric`` and the keys of an item.
    metrics : mapping of str to Metric
        What names mean: which metrics people look at first.
    commodities : sequence of str
        Those that may stand for themselves, not only in a total; all, if none is named.
    size : str
        The column that says which rows are the largest.
    """
    import pandas as pd  # noqa: PLC0415

    shown = [metric for metric in metrics.values() if metric.headline or metric.reported]
    names = [metric.name for metric in sorted(shown, key=lambda metric: not metric.headline)]
    if commodities:
        table = table[table["commodity"].isin(commodities) | _is_total(table["commodity"])]
    parts = _by_window(table)
    rows = [
        _totals(part[part["metric"] == name]).nlargest(MOST, size, keep="first") for part in parts for name in names
    ]
    return pd.concat([table.head(0), *rows], ignore_index=True)


def _by_window(table: "DataFrame") -> "list[DataFrame]":
    """Take a table apart by the windows that its rows are about, that of the whole horizon first."""
    if "window" not in table:
        return [table]
    return [table[table["window"] == name] for name in dict.fromkeys(["", *table["window"]])]


def leading(rows: "DataFrame") -> "DataFrame":
    """Pick of each metric the few rows that are about most, or else the largest, by the size of their mean."""
    import pandas as pd  # noqa: PLC0415

    sized = rows.assign(mean=rows["mean"].abs())
    parts = [_totals(part).nlargest(MOST, "mean", keep="first") for _, part in sized.groupby("metric", sort=False)]
    return pd.concat([rows.head(0), *parts])


def widest(rows: "DataFrame") -> "DataFrame":
    """Pick, of rows of one metric in several results, those of the item that is about most, or else the largest.

    Of a table with windows, rows of the whole horizon are meant.
    """
    from sim.definitions.items import KEYS  # noqa: PLC0415
    from sim.results.tables import WINDOW  # noqa: PLC0415

    found = _totals(rows[rows[WINDOW] == ""] if WINDOW in rows.columns else rows)
    if found.empty:
        return found
    sizes = found.assign(mean=found["mean"].abs()).groupby(list(KEYS))["mean"].mean()
    chosen = list(sizes.index[int(sizes.to_numpy().argmax())])
    return found[(found[list(KEYS)] == chosen).all(axis=1)]


def _is_total(commodities: "Series") -> "Series":
    """Tell rows of all commodities, or of a stage, from those of one."""
    return (commodities == "") | commodities.str.endswith(".*")


def _totals(rows: "DataFrame") -> "DataFrame":
    """Keep totals where there are any; of what moves between regions, the totals that leave one of them."""
    commodities = rows["commodity"]
    totals = commodities == "" if (commodities == "").any() else commodities.str.endswith(".*")
    if totals.any():
        rows = rows[totals]
    if (rows["facility"] == "").any():
        rows = rows[rows["facility"] == ""]
    if (rows["partner"] != "").any():
        rows = rows[~rows["region"].str.startswith("*")]
    for key in ("region", "partner", "sector"):
        rank = rows[key].str.startswith("*").astype(int) + rows[key].str.startswith("*-")
        rows = rows[rank == rank.groupby(rows["commodity"]).transform("max")]
    return rows
