"""Loss avoided per dollar: what an instrument's cost buys, where that cost is more than chance."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.analysis import pairs
from sim.axes import Floats
from sim.definitions.items import ALL, KEYS
from sim.definitions.metrics import Metric, declare
from sim.results import statistics

if TYPE_CHECKING:
    from pandas import DataFrame

RATIO = declare(
    Metric(
        name="loss_avoided_per_dollar",
        unit="1",
        by=("instrument",),
        better="higher",
        definition="Mean loss avoided outside the controlling region over mean added cost of the instrument; "
        "a row of `compare`, where the interval of that cost excludes 0.",
        headline=True,
    )
)
LOSS = "value_added_lost"
COSTS = ("reserve_net_cost", "public_cost")  # an instrument that has both is judged by the first


def per_dollar(left: "DataFrame", right: "DataFrame") -> Iterator[dict[str, Any]]:
    """Give mean loss avoided over mean added cost, where the interval of that cost excludes 0.

    The loss is that of all sectors, outside the controlling region where the results tell that.

    Parameters
    ----------
    left, right : DataFrame
        Values of base and other with the same rows and the same replicates as columns.
    """
    loss = _total_loss(left)
    if loss is None:
        return
    avoided = -pairs.gap(_values(left, loss), _values(right, loss))
    for instrument, cost in _changed(left, right).items():
        samples = pairs.resampled(np.stack([avoided, cost]))
        low, high = pairs.interval(samples[1:])[0]
        if len(cost) > 1 and not low <= 0 <= high and samples[1:].all():
            bounds = pairs.interval(samples[:1] / samples[1:])[0]
            yield {
                **dict.fromkeys(KEYS, ""),
                "metric": RATIO.name,
                "instrument": instrument,
                "unit": RATIO.unit,
                "difference": float(statistics.mean(avoided) / statistics.mean(cost)),
                "low95": float(bounds[0]),
                "high95": float(bounds[1]),
                "n": len(cost),
            }


def _values(side: "DataFrame", row: int) -> Floats:
    return side.iloc[row].to_numpy(dtype=float)


def _total_loss(table: "DataFrame") -> int | None:
    """Find the row of the loss of all sectors, without the controlling region where that is reported."""
    index = table.index.to_frame(index=False)
    is_total = (index["metric"] == LOSS) & (index["sector"] == "*") & (index["commodity"] == "")
    rows = index[is_total & index["region"].str.startswith("*")].sort_values("region")
    return None if rows.empty else int(rows.index[-1])  # '*-X' sorts behind '*'


def _changed(left: "DataFrame", right: "DataFrame") -> dict[str, Floats]:
    """Added cost of the one instrument that was changed, or of all together: who avoids what is not known then."""
    costs = {
        instrument: pairs.gap(*(np.nan_to_num(_values(side, row)) for side in (left, right)))  # none is 0
        for instrument, row in _costs(left).items()
    }
    single = {instrument: cost for instrument, cost in costs.items() if instrument != ALL and cost.any()}
    return single if len(single) == 1 else {ALL: costs[ALL]} if ALL in costs else {}


def _costs(table: "DataFrame") -> dict[str, int]:
    """Find the row of the cost of each instrument."""
    index = table.index.to_frame(index=False)
    rows: dict[str, int] = {}
    for metric in COSTS:
        for row in np.flatnonzero((index["metric"] == metric) & (index["facility"] == "")):
            rows.setdefault(str(index["instrument"].iloc[row]), int(row))
    return rows
