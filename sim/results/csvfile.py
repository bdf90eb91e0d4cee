"""Tables as CSV: the same bytes for the same numbers, and back bit for bit."""

import secrets
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import InputError, Place, Problem, RunError
from sim.results.tables import NUMBERS, WHOLE, Piece

if TYPE_CHECKING:
    from pandas import DataFrame


def write(path: Path, columns: Sequence[str], pieces: Iterable[Piece]) -> None:
    """Write a table: UTF-8, comma, header, line feeds; numbers in the fewest digits that give them back."""
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(",".join(columns) + "\n")
        for piece in pieces:
            file.writelines(_lines(columns, piece))


def replace(path: Path, columns: Sequence[str], piece: Piece) -> None:
    """Write a single table in place of what has that name, whole or not at all."""
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}.partial")
    try:
        write(partial, columns, [piece])
        partial.replace(path)
    except OSError as error:
        raise RunError(f"{path}: could not be written: {(error.strerror or str(error)).lower()}.") from error
    finally:
        partial.unlink(missing_ok=True)


def frame(columns: Sequence[str], pieces: Iterable[Piece]) -> "DataFrame":
    """Give the same table as a DataFrame."""
    import pandas as pd  # noqa: PLC0415

    frames = [pd.DataFrame(piece, columns=list(columns)) for piece in pieces]
    table = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=list(columns))
    return table.astype({name: _dtype(name) for name in columns})


def read(path: Path, columns: Sequence[str]) -> "DataFrame":
    """Read a table back; an empty text stays empty and ``NA`` stays a name, only numbers can be missing."""
    import pandas as pd  # noqa: PLC0415

    with path.open(encoding="utf-8", newline="") as file:
        header = file.readline().rstrip("\r\n")
    right = ",".join(columns)
    if header != right:
        raise InputError(Problem(Place(str(path), 1), f"the header is {header}", f"It should be {right}"))
    try:
        table = pd.read_csv(path, dtype="str", keep_default_na=False)
        missing = {name: table[name].replace("", "nan") for name in NUMBERS.intersection(columns)}
        return table.assign(**missing).astype({name: _dtype(name) for name in columns})
    except ValueError as error:
        raise InputError(Problem(Place(str(path)), f"not a table of results: {error}".strip())) from error


def _lines(columns: Sequence[str], piece: Piece) -> Iterator[str]:
    """Rows as lines of text."""
    texts = [_texts(piece[name]) for name in columns]
    return (line + "\n" for line in map(",".join, zip(*texts, strict=True)))


def _texts(values: Sequence[Any]) -> Iterable[str]:
    """One column, all of a type, as text; a number that is missing is empty."""
    if values and isinstance(values[0], float):
        return ["" if isnan(value) else repr(value) for value in values]
    return map(_cell, values) if values and isinstance(values[0], str) else map(str, values)


@lru_cache(maxsize=4096)
def _cell(text: str) -> str:
    """Quote a text that would break its row."""
    return '"' + text.replace('"', '""') + '"' if any(mark in text for mark in ',"\r\n') else text


def _dtype(name: str) -> str:
    """Name what a column holds, to pandas."""
    if name == "date":
        return "datetime64[s]"
    if name in WHOLE:
        return "int64"
    return "float64" if name in NUMBERS else "str"
