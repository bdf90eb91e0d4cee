"""Tables as Parquet: the same columns as in CSV, read many times faster, a part of them without the rest."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sim.errors import InputError, Place, Problem
from sim.results import arrow
from sim.results.arrow import in_own_words, table, type_of
from sim.results.tables import NUMBERS, WHOLE, Piece, with_window

if TYPE_CHECKING:
    from pandas import DataFrame
    from pyarrow import DataType, Schema
    from pyarrow.dataset import Dataset


def write(path: Path, columns: Sequence[str], pieces: Iterable[Piece]) -> None:
    """Write a table, a group of rows a piece; a date is a date."""
    from pyarrow import parquet  # noqa: PLC0415

    with path.open("wb") as file, parquet.ParquetWriter(file, schema(columns)) as writer:
        for piece in pieces:
            rows = table(columns, piece)
            if rows.num_rows:
                writer.write_table(rows.cast(schema(columns)))


def join(path: Path, columns: Sequence[str], files: Iterable[Path]) -> None:
    """Write tables of the same columns one behind the other."""
    from pyarrow import parquet  # noqa: PLC0415

    with path.open("wb") as file, parquet.ParquetWriter(file, schema(columns)) as writer:
        for part in files:
            with parquet.ParquetFile(part) as opened:
                for group in range(opened.num_row_groups):
                    writer.write_table(opened.read_row_group(group))


def read(path: Path, columns: Sequence[str]) -> "DataFrame":
    """Read a table back as it was written."""
    return arrow.read(dataset(path, columns), path)


def dataset(path: Path, columns: Sequence[str]) -> "Dataset":
    """Give a table to read some rows of, or all."""
    found = opened(path)
    if tuple(found.schema.names) not in (tuple(columns), with_window(columns)):
        right = f"They should be {', '.join(columns)}"
        raise InputError(Problem(Place(str(path)), f"the columns are {', '.join(found.schema.names)}", right))
    check_types(path, found.schema)
    return found


def opened(path: Path) -> "Dataset":
    """Open a file, whatever its columns are."""
    from pyarrow.dataset import dataset as opened_by_arrow  # noqa: PLC0415

    with in_own_words(path):
        found: Dataset = opened_by_arrow(path, format="parquet")
        return found


def check_types(path: Path, found: "Schema") -> None:
    """Refuse a file whose columns hold something else than their names say.

    Raises
    ------
    InputError
        With the columns that do.
    """
    wrong = [field for field in found if not _holds(field.name, field.type)]
    problems = [
        Problem(
            Place(str(path), path=field.name), f"the column holds {field.type}", f"It should hold {_type(field.name)}."
        )
        for field in wrong
    ]
    if problems:
        raise InputError(problems)


def _holds(name: str, kind: "DataType") -> bool:
    """Whether a type will do for a column; other programs write other kinds of texts and numbers."""
    from pyarrow import types  # noqa: PLC0415

    if name in WHOLE:
        return bool(types.is_integer(kind))
    if name in NUMBERS:
        return bool(types.is_integer(kind) or types.is_floating(kind) or types.is_null(kind))
    if name == "date" and types.is_temporal(kind):
        return True
    if types.is_dictionary(kind):
        kind = kind.value_type
    return bool(types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind))


def schema(columns: Sequence[str]) -> "Schema":
    """Names and types of the columns of a file."""
    import pyarrow as pa  # noqa: PLC0415

    return pa.schema([(name, _type(name)) for name in columns])


def _type(name: str) -> "DataType":
    import pyarrow as pa  # noqa: PLC0415

    return pa.date32() if name == "date" else type_of(name)
