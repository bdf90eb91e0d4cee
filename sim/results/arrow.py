"""Tables in memory, for whatever file they go to or come from: columns of text, whole numbers and numbers."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sim.errors import InputError, Place, Problem
from sim.results import faults
from sim.results.tables import NUMBERS, WHOLE, Column, Piece, Text

if TYPE_CHECKING:
    from pandas import DataFrame
    from pyarrow import Array, DataType, Table
    from pyarrow.dataset import Dataset, Expression


PARQUET = ".parquet"
DAMAGED = "It was damaged after it was written: make it again with --overwrite."
SAID = 200  # characters of what Arrow says


def frame(columns: Sequence[str], pieces: Iterable[Piece]) -> "DataFrame":
    """Give a table as a DataFrame."""
    import pyarrow as pa  # noqa: PLC0415

    empty = pa.table({name: pa.array([], type_of(name)) for name in columns})
    return in_pandas(pa.concat_tables([empty, *(table(columns, piece) for piece in pieces)]))


def table(columns: Sequence[str], piece: Piece) -> "Table":
    """Give a piece as a table of Arrow; a date is text."""
    import pyarrow as pa  # noqa: PLC0415

    return pa.table({name: array(piece[name]).cast(type_of(name)) for name in columns})


def array(column: Column) -> "Array":
    """Give a column as an array; a number that is not there is null."""
    import pyarrow as pa  # noqa: PLC0415

    if isinstance(column, Text):
        return pa.DictionaryArray.from_arrays(pa.array(column.rows), pa.array(column.words, pa.string()))
    return pa.array(column, from_pandas=True)


def read_all(source: "Dataset", path: Path, wanted: "Expression | None" = None) -> "Table":
    """Read the rows of a file, or those that are wanted."""
    with in_own_words(path):
        return source.to_table(filter=wanted)


def read(source: "Dataset", path: Path, wanted: "Expression | None" = None) -> "DataFrame":
    """Read rows of a file as a DataFrame."""
    found = read_all(source, path, wanted)
    with in_own_words(path):
        return in_pandas(found)


def pieces(source: "Dataset", path: Path, rows: int) -> Iterator[Piece]:
    """Give the rows of a file as pieces, so many at a time; a date is text."""
    batches = iter(source.to_batches(batch_size=rows, batch_readahead=1))
    while True:
        with in_own_words(path):
            batch = next(batches, None)
            piece = {} if batch is None else {n: _column(n, batch.column(n)) for n in batch.schema.names}
        if batch is None:
            return
        yield piece


def _column(name: str, cells: "Array") -> Column:
    """Give a column of a file as one of a piece."""
    cells = cells.cast(type_of(name))
    if name in WHOLE or name in NUMBERS:
        return np.asarray(cells.to_numpy(zero_copy_only=False))
    words = cells.dictionary_encode()
    return Text(words.dictionary.to_pylist(), words.indices.to_numpy(zero_copy_only=False))


def count(source: "Dataset", path: Path) -> int:
    """Count the rows of a file."""
    with in_own_words(path):
        return int(source.count_rows())


@contextmanager
def in_own_words(path: Path) -> Iterator[None]:
    """Say in our words that a file is no table, and of CSV in which line; lines are counted only then."""
    import pyarrow as pa  # noqa: PLC0415

    try:
        yield
    except FileNotFoundError:
        raise InputError(Problem(Place(str(path)), "there is no such file", DAMAGED)) from None
    except (ValueError, OSError, OverflowError, csv.Error, pa.ArrowException) as error:
        found = faults.first(path) if path.is_file() and path.suffix.lower() != PARQUET else None
        said = " ".join(str(error).split())[:SAID] or type(error).__name__
        raise InputError(found or Problem(Place(str(path)), f"not a table of results: {said}", DAMAGED)) from error


def in_pandas(rows: "Table") -> "DataFrame":
    """Columns of text are `str`, dates are days, a number that is not there is NaN."""
    import pyarrow as pa  # noqa: PLC0415

    if "date" in rows.column_names:  # as we write it, never 4.5.2025 for either of two days
        days = rows.column("date").cast(pa.date32())
        rows = rows.set_column(rows.column_names.index("date"), "date", days)
    return rows.to_pandas().astype({name: _dtype(name) for name in rows.column_names})


def type_of(name: str) -> "DataType":
    """Name what a column holds, to Arrow; a date is text."""
    import pyarrow as pa  # noqa: PLC0415

    if name in WHOLE:
        return pa.int64()
    return pa.float64() if name in NUMBERS else pa.string()


def _dtype(name: str) -> str:
    """Name what a column holds, to pandas."""
    if name == "date":
        return "datetime64[s]"
    if name in WHOLE:
        return "int64"
    return "float64" if name in NUMBERS else "str"
