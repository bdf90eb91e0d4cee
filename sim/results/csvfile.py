"""Tables as CSV: the same bytes for the same numbers, and back bit for bit."""

import glob
import os
import secrets
import shutil
import sys
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from sim.errors import InputError, Place, Problem, RunError
from sim.results import arrow, faults
from sim.results.arrow import array, in_own_words, type_of
from sim.results.claims import TOKEN, claimed, locks
from sim.results.tables import Column, Piece, Text, with_window

if TYPE_CHECKING:
    from pandas import DataFrame
    from pyarrow import Array, Buffer
    from pyarrow.dataset import Dataset

STANDARD = {Path("/dev/stdout"), Path("/dev/fd/1"), Path("/proc/self/fd/1")}  # what is printed to, whatever that is
SHOWN = 200  # characters of a header in a message
MARKS = ',"\r\n'  # a text that holds one of them is quoted


def write(path: Path, columns: Sequence[str], pieces: Iterable[Piece]) -> None:
    """Write a table: UTF-8, comma, header, line feeds; numbers in the fewest digits that give them back."""
    with path.open("wb") as file:
        write_to(file, columns, pieces)


def write_to(file: BinaryIO, columns: Sequence[str], pieces: Iterable[Piece]) -> None:
    """Write a table into a file that is open."""
    file.write((",".join(columns) + "\n").encode())
    for piece in pieces:
        file.write(_lines([piece[name] for name in columns]))


def join(path: Path, columns: Sequence[str], files: Iterable[Path]) -> None:
    """Write tables of the same columns one behind the other."""
    with path.open("wb") as joined:
        joined.write((",".join(columns) + "\n").encode())
        for file in files:
            with file.open("rb") as part:
                part.readline()
                shutil.copyfileobj(part, joined)


def replace(path: Path, columns: Sequence[str], piece: Piece) -> None:
    """Write a single table in place of what has that name, whole or not at all; into it, if that is no file.

    Raises
    ------
    InputError
        A folder has that name, or somebody else is writing it.
    RunError
        The disk is full, or the file cannot be written.
    """
    _refuse_folder(path)
    try:
        if path in STANDARD:
            sys.stdout.flush()
            write_to(sys.stdout.buffer, columns, [piece])
            sys.stdout.buffer.flush()
        elif path.exists() and not path.is_file():  # such as a pipe
            write(path, columns, [piece])
        else:
            path = path.resolve()  # the file that a link leads to, not the link
            path.parent.stat()  # it is not made for a file
            with claimed(path):
                _replace(path, columns, piece)
    except OSError as error:
        raise RunError(f"{path}: could not be written: {(error.strerror or str(error)).lower()}.") from error


def _replace(path: Path, columns: Sequence[str], piece: Piece) -> None:
    """Write a table beside its place, which is claimed, then give it its name; what killed processes left goes."""
    if locks() is not None:
        for stale in path.parent.glob(f".{glob.escape(path.name)}.{TOKEN}.tmp"):
            stale.unlink(missing_ok=True)
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        write(partial, columns, [piece])
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def check_replaceable(path: Path, written: Iterable[Sequence[str]], *, overwrite: bool = False) -> None:
    """Refuse a file that may not be replaced by a table, or cannot be written, before anything is computed.

    Parameters
    ----------
    path : Path
    written : sequences of str
        Headers of the tables that the command writes: what has one of them is its own; a file without a byte is, too.
    overwrite : bool
        Whether any other file may be replaced.

    Raises
    ------
    InputError
        It is a folder, or a file that no such command wrote.
    RunError
        Nothing can be written there.
    """
    _refuse_folder(path)
    if path in STANDARD or (path.exists() and not path.is_file()):
        return
    parent = path.resolve().parent
    if not (parent.is_dir() and os.access(parent, os.W_OK)):
        raise RunError(f"{path}: {parent} cannot be written.\n  Choose another file with --out.")
    if path.is_file() and not overwrite and not _is_one_of(path, {",".join(header) for header in written}):
        found = "a file is there already, and this command did not write it"
        raise InputError(Problem(Place(str(path)), found, "Replace it with --overwrite, or choose another by --out."))


def _is_one_of(path: Path, headers: set[str]) -> bool:
    """Whether a file begins with one of some headers, or is empty."""
    try:
        with path.open("rb") as file:
            first = file.readline(max(map(len, headers)) + 2)
    except OSError:
        return False
    return not first or first.rstrip(b"\r\n") in {header.encode() for header in headers}


def _refuse_folder(path: Path) -> None:
    if path.is_dir():
        raise InputError(Problem(Place(str(path)), "this is a folder", "Name a file."))


def read(path: Path, columns: Sequence[str]) -> "DataFrame":
    """Read a table back; an empty text stays empty and ``NA`` stays a name, only numbers can be missing."""
    return arrow.read(dataset(path, columns), path)


def dataset(path: Path, columns: Sequence[str]) -> "Dataset":
    """Give a table to read some rows of, or all; a date is text."""
    names = header(path)
    if tuple(names) not in (tuple(columns), with_window(columns)):
        shown = ",".join(names)[:SHOWN]
        found = f"the header is {shown if shown.isprintable() else repr(shown)}" if names else "the file is empty"
        raise InputError(Problem(Place(str(path), 1), found, f"It should be {','.join(columns)}"))
    return opened_as(path, names)


def opened_as(path: Path, columns: Sequence[str]) -> "Dataset":
    """Give a file whose header is known as a table."""
    from pyarrow import csv  # noqa: PLC0415
    from pyarrow.dataset import CsvFileFormat  # noqa: PLC0415
    from pyarrow.dataset import dataset as opened  # noqa: PLC0415

    convert = csv.ConvertOptions(column_types={name: type_of(name) for name in columns}, null_values=[""])
    form = CsvFileFormat(parse_options=csv.ParseOptions(newlines_in_values=True), convert_options=convert)
    with in_own_words(path):
        found: Dataset = opened(path, format=form)
        return found


def header(path: Path) -> list[str]:
    """Names in the first line of a file; none of one that is empty.

    Raises
    ------
    InputError
        It is not there, it is not UTF-8, or other signs than commas stand between the names.
    """
    with in_own_words(path):
        _, names = next(faults.rows(path), (1, []))
    if len(names) == 1 and (signs := faults.separated(names[0])):
        raise InputError(Problem(Place(str(path), 1), f"cells stand apart by {signs}", faults.COMMAS))
    return names


def _lines(columns: Sequence[Column]) -> "bytes | Buffer":
    """Rows as lines of text, in one buffer."""
    from pyarrow import compute  # noqa: PLC0415

    texts = [_text(list(alike)) for _, alike in groupby(columns, _rows)]
    if not len(texts[0]):
        return b""
    rows = compute.binary_join_element_wise(*texts, ",", null_handling="replace", null_replacement="")
    return compute.binary_join_element_wise(rows, "", "\n").buffers()[2]


def _rows(column: Column) -> int:
    """Tell columns of text whose words stand in the same rows: they are joined before they are spread out."""
    return id(column.rows) if isinstance(column, Text) else id(column)


def _text(columns: Sequence[Column]) -> "Array":
    """One column, or some of the same rows, as text; a number that is not there is null."""
    import pyarrow as pa  # noqa: PLC0415

    if isinstance(columns[0], Text):
        words = zip(*(map(_cell, column.words) for column in columns if isinstance(column, Text)), strict=True)
        return pa.array(map(",".join, words), pa.string()).take(pa.array(columns[0].rows))
    cells = array(columns[0])
    is_text = pa.types.is_string(cells.type)
    return pa.array(map(_cell, cells.to_pylist()), pa.string()) if is_text else cells.cast(pa.string())


@lru_cache(maxsize=4096)
def _cell(text: str) -> str:
    """Quote a text that would break its row."""
    return '"' + text.replace('"', '""') + '"' if any(mark in text for mark in MARKS) else text
