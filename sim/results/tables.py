"""The tables of a result: from the numbers of the worlds to columns of sorted rows.

Rows are sorted by the columns that name them, left to right. A table comes in pieces (columns of some rows),
so that a large one is never in memory as text.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from sim.axes import Floats, Ints
from sim.ensemble.items import KEYS, Item
from sim.errors import BrokenInvariant
from sim.results import statistics
from sim.results.outcome import Outcome

Piece = Mapping[str, Sequence[Any]]

QUANTILES = tuple(f"p{round(level * 100):02d}" for level in statistics.LEVELS)

COLUMNS = {
    "summary": ("metric", *KEYS, "unit", "mean", "sd", *QUANTILES, "n"),
    "replicates": ("replicate", "metric", *KEYS, "unit", "value"),
    "timeseries": ("date", "variable", *KEYS, "unit", "mean", *QUANTILES),
    "paths": ("replicate", "date", "variable", *KEYS, "unit", "value"),
    "draws": ("quantity", "replicate", "unit", "value"),
    "events": ("date", "event", "subject", "region", "commodity", "share_of_replicates", "detail"),
}
WHOLE = frozenset({"replicate", "n"})
NUMBERS = frozenset({"mean", "sd", *QUANTILES, "value", "share_of_replicates"})


def summary(outcome: Outcome) -> Iterator[Piece]:
    """Mean, spread and quantiles of every metric."""
    order, names = _sorted("metric", outcome.metrics)
    values = outcome.all_metrics()[order]
    numbers = {"mean": statistics.mean(values), "sd": statistics.sd(values)}
    numbers |= dict(zip(QUANTILES, statistics.quantiles(values).T, strict=True))
    worlds = statistics.count(values).astype(int).tolist()
    yield names | {name: column.tolist() for name, column in numbers.items()} | {"n": worlds}


def replicates(outcome: Outcome) -> Iterator[Piece]:
    """Every metric of every world, one block after the other."""
    order, names = _sorted("metric", outcome.metrics)
    for block in outcome.blocks:
        numbers = np.repeat(np.asarray(block.replicates), order.size).tolist()
        repeated = {name: list(column) * len(block.replicates) for name, column in names.items()}
        yield {"replicate": numbers} | repeated | {"value": block.metrics[order].T.ravel().tolist()}


def timeseries(outcome: Outcome) -> Iterator[Piece]:
    """Mean and quantiles of every series at every date, one series in memory at a time."""
    order, names = _sorted("variable", outcome.series)
    numbers = np.empty((len(outcome.dates), order.size, 1 + len(QUANTILES)))
    for place, row in enumerate(order):
        values = outcome.one_series(row)
        numbers[:, place, 0] = statistics.mean(values)
        numbers[:, place, 1:] = statistics.quantiles(values)
    flat = numbers.reshape(-1, numbers.shape[-1]).T.tolist()
    yield _dated(outcome, names) | dict(zip(("mean", *QUANTILES), flat, strict=True))


def paths(outcome: Outcome) -> Iterator[Piece]:
    """Every series of the first worlds, one world after the other."""
    order, names = _sorted("variable", outcome.series)
    dated = _dated(outcome, names)
    for replicate in outcome.replicates[: outcome.paths]:
        values = _world(outcome, replicate)[order].T.ravel().tolist()
        yield {"replicate": [replicate] * len(values)} | dated | {"value": values}


def draws(outcome: Outcome) -> Iterator[Piece]:
    """List what every world drew."""
    order, names = _sorted("quantity", outcome.draws)
    worlds = list(outcome.replicates)
    values = outcome.all_draws()
    for quantity, unit, row in zip(names["quantity"], names["unit"], order, strict=True):
        one = {"quantity": [quantity] * len(worlds), "replicate": worlds, "unit": [unit] * len(worlds)}
        yield one | {"value": values[row].tolist()}


def events(outcome: Outcome) -> Iterator[Piece]:
    """List what happened, and in what share of the worlds."""
    happened = sorted(outcome.all_events().items())
    columns = {name: [getattr(event, name) for event, _ in happened] for name in COLUMNS["events"][:5]}
    columns["date"] = [date.isoformat() for date in columns["date"]]
    columns["share_of_replicates"] = [worlds / len(outcome.replicates) for _, worlds in happened]
    yield columns | {"detail": [event.detail for event, _ in happened]}


PIECES: Mapping[str, Callable[[Outcome], Iterator[Piece]]] = {
    "summary": summary,
    "replicates": replicates,
    "timeseries": timeseries,
    "paths": paths,
    "draws": draws,
    "events": events,
}


def _sorted(kind: str, items: Sequence[Item]) -> tuple[Ints, dict[str, list[Any]]]:
    """Rows in the order of their names, and the columns that name them."""
    order = sorted(range(len(items)), key=lambda row: items[row].cells)
    cells = [items[row].cells for row in order]
    doubled = [one for one, following in pairwise(cells) if one == following]
    if doubled:
        raise BrokenInvariant(f"two rows claim the {kind} {', '.join(filter(None, doubled[0]))}")
    columns = (kind, *KEYS, "unit")
    return np.array(order, np.intp), {name: [row[i] for row in cells] for i, name in enumerate(columns)}


def _dated(outcome: Outcome, names: Mapping[str, list[Any]]) -> dict[str, Sequence[Any]]:
    """Give the columns that name the rows of series: all series at the first date, then at the next."""
    days = [day.isoformat() for day in outcome.dates]
    dates = [day for day in days for _ in outcome.series]
    return {"date": dates} | {name: list(column) * len(days) for name, column in names.items()}


def _world(outcome: Outcome, replicate: int) -> Floats:
    """All series of one world, as a (V, T) array."""
    block = next(block for block in outcome.blocks if replicate in block.replicates)
    return np.asarray(block.series[:, :, replicate - block.replicates.start])
