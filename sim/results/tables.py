"""The tables of a result: from the numbers of the replicates to columns of sorted rows.

Rows are sorted by the columns that name them, left to right. A table comes in pieces (columns of some rows),
so that a large one is never in memory as text.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from sim.axes import Ints
from sim.definitions.items import KEYS, Item
from sim.errors import BrokenInvariant
from sim.results import statistics
from sim.results.outcome import Outcome

ROWS = 2**17  # of a piece, or a few more


class Text(NamedTuple):
    """A column of text: the words that occur, and which of them stands in each row."""

    words: Sequence[str]
    rows: Ints


Column: TypeAlias = "Text | Sequence[Any] | np.ndarray[Any, Any]"
Piece: TypeAlias = Mapping[str, Column]

QUANTILES = tuple(f"p{round(level * 100):02d}" for level in statistics.LEVELS)

COLUMNS = {
    "summary": ("metric", *KEYS, "unit", "mean", "sd", *QUANTILES, "n"),
    "replicates": ("replicate", "metric", *KEYS, "unit", "value"),
    "timeseries": ("date", "variable", *KEYS, "unit", "mean", *QUANTILES),
    "paths": ("replicate", "date", "variable", *KEYS, "unit", "value"),
    "draws": ("quantity", "replicate", "unit", "value"),
    "events": ("date", "event", "subject", "region", "commodity", "share_of_replicates", "detail"),
}
WINDOW = "window"  # a column of metrics, behind those of KEYS, where a scenario asks for windows
WHOLE = frozenset({"point", "replicate", "n"})
NUMBERS = frozenset({"mean", "sd", *QUANTILES, "value", "share_of_replicates"})


def with_window(columns: Sequence[str]) -> tuple[str, ...]:
    """Give the columns of a table that tells the whole horizon from some windows.

    Examples
    --------
    >>> with_window(("metric", "instrument", "unit"))
    ('metric', 'instrument', 'window', 'unit')
    """
    if "instrument" not in columns:
        return tuple(columns)
    place = list(columns).index("instrument") + 1
    return (*columns[:place], WINDOW, *columns[place:])


def summary(outcome: Outcome) -> Iterator[Piece]:
    """Mean, spread and quantiles of every metric."""
    names = _Names("metric", outcome.metrics)
    for some in _steps(len(names.order), ROWS // len(outcome.replicates)):
        values = outcome.measured[names.order[some]]
        numbers = dict(zip(("mean", *QUANTILES), statistics.overview(values).T, strict=True))
        replicates = statistics.count(values).astype(int)
        yield {
            **names.columns(np.arange(len(names.order))[some]),
            **numbers,
            "sd": statistics.sd(values),
            "n": replicates,
        }


def replicates(outcome: Outcome) -> Iterator[Piece]:
    """Every metric of every replicate, some replicates after the other."""
    names = _Names("metric", outcome.metrics)
    rows, replicates = np.arange(len(names.order)), np.asarray(outcome.replicates)
    for some in _steps(len(replicates), ROWS // max(1, len(rows))):
        numbers = np.repeat(replicates[some], len(rows))
        values = outcome.measured[names.order, some].T.ravel()
        yield {"replicate": numbers, **names.columns(np.tile(rows, len(replicates[some]))), "value": values}


def timeseries(outcome: Outcome) -> Iterator[Piece]:
    """Mean and quantiles of every series at every date."""
    names = _Names("variable", outcome.series)
    for some in _steps(len(outcome.dates), ROWS // max(1, len(names.order))):
        flat = outcome.recorded[some][:, names.order].reshape(-1, 1 + len(QUANTILES)).T
        yield {**_dated(outcome, names, some), **dict(zip(("mean", *QUANTILES), flat, strict=True))}


def paths(outcome: Outcome) -> Iterator[Piece]:
    """Every series of the first replicates, one replicate after the other."""
    names = _Names("variable", outcome.series)
    for path, replicate in enumerate(outcome.replicates[: outcome.paths.shape[-1]]):
        for some in _steps(len(outcome.dates), ROWS // max(1, len(names.order))):
            values = outcome.paths[some][:, names.order, path].ravel()
            numbers = np.full(len(values), replicate)
            yield {"replicate": numbers, **_dated(outcome, names, some), "value": values}


def draws(outcome: Outcome) -> Iterator[Piece]:
    """List what every replicate drew."""
    names = _Names("quantity", outcome.draws)
    replicates = np.asarray(outcome.replicates)
    for row, place in enumerate(names.order):
        yield {**names.columns(np.full(len(replicates), row)), "replicate": replicates, "value": outcome.drawn[place]}


def events(outcome: Outcome) -> Iterator[Piece]:
    """List what happened, and in what share of the replicates."""
    happened = sorted(outcome.events.items())
    columns: dict[str, Column] = {name: [getattr(event, name) for event, _ in happened] for name in EVENT}
    columns["date"] = [event.date.isoformat() for event, _ in happened]
    yield columns | {"share_of_replicates": [replicates / len(outcome.replicates) for _, replicates in happened]}


def columns_of(table: str, *, windows: bool) -> tuple[str, ...]:
    """Columns of a table, of a result with windows or without.

    Examples
    --------
    >>> columns_of("replicates", windows=True)[-3:]
    ('window', 'unit', 'value')
    """
    return with_window(COLUMNS[table]) if windows and "metric" in COLUMNS[table] else COLUMNS[table]


EVENT = ("event", "subject", "region", "commodity", "detail")

PIECES: Mapping[str, Callable[[Outcome], Iterator[Piece]]] = {
    "summary": summary,
    "replicates": replicates,
    "timeseries": timeseries,
    "paths": paths,
    "draws": draws,
    "events": events,
}


class _Names:
    """What rows are about: their order in the table, and the columns that name them."""

    def __init__(self, kind: str, items: Sequence[Item]) -> None:
        unsorted = [item.cells for item in items]
        self.order = np.array(sorted(range(len(items)), key=unsorted.__getitem__), np.intp)
        cells = [unsorted[row] for row in self.order]
        doubled = [one for one, following in pairwise(cells) if one == following]
        if doubled:
            raise BrokenInvariant(f"two rows claim the {kind} {', '.join(filter(None, doubled[0]))}")
        names = (kind, *KEYS, WINDOW, "unit")
        self.words = {name: [row[column] for row in cells] for column, name in enumerate(names)}

    def columns(self, rows: Ints) -> dict[str, Column]:
        """The naming columns of a piece, from the place in the order of each of its rows."""
        return {name: Text(words, rows) for name, words in self.words.items()}


def _dated(outcome: Outcome, names: _Names, some: slice) -> dict[str, Column]:
    """The columns that name the rows of series: all series at the first of some dates, then at the next."""
    days, series = [day.isoformat() for day in outcome.dates[some]], np.arange(len(names.order))
    dates = Text(days, np.repeat(np.arange(len(days)), len(series)))
    return {"date": dates, **names.columns(np.tile(series, len(days)))}


def _steps(size: int, step: int) -> Iterator[slice]:
    """Slices that cover a length, step by step."""
    step = max(1, step)
    return (slice(first, first + step) for first in range(0, size, step))
