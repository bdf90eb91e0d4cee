"""What a table of a result may be written as: CSV for people and everything else, Parquet where it is large."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from sim.errors import InputError, Place, Problem, suggest
from sim.results import arrow, csvfile, parquetfile
from sim.results.tables import COLUMNS, ROWS, Piece

CSV = "csv"
FORMATS = {CSV: csvfile, "parquet": parquetfile}
LARGE = 1e9  # bytes of a CSV file from which Parquet is the better choice


def write(folder: Path, table: str, columns: Sequence[str], pieces: Iterable[Piece], form: str) -> None:
    """Write a table into a folder."""
    FORMATS[form].write(folder / f"{table}.{form}", columns, pieces)


def file_of(names: Iterable[str], table: str) -> str | None:
    """Find the file of a table among those of a folder."""
    known = set(names)
    return next((f"{table}.{form}" for form in FORMATS if f"{table}.{form}" in known), None)


def form_of(file: Path) -> str:
    """Name the format of a file."""
    return file.suffix.removeprefix(".")


def join(folder: Path, table: str, columns: Sequence[str], files: Iterable[Path], form: str) -> None:
    """Write a table that is others of the same columns, one behind the other."""
    FORMATS[form].join(folder / f"{table}.{form}", columns, files)


def check(form: str) -> None:
    """Refuse a format that nobody writes.

    Raises
    ------
    InputError
        With those that there are.
    """
    if form not in FORMATS:
        raise InputError(Problem(Place(path="form"), f"{form!r} is no format of tables", suggest(str(form), FORMATS)))


def other_form(name: str, form: str | None) -> str:
    """Name the file that a table goes to in a format; nothing where it has that already, or is no table.

    Examples
    --------
    >>> other_form("summary.csv", "parquet"), other_form("scenario.yaml", "parquet"), other_form("summary.csv", None)
    ('summary.parquet', '', '')
    """
    table, _, own = name.rpartition(".")
    return f"{table}.{form}" if form and table in COLUMNS and own in FORMATS and own != form else ""


def convert(source: Path, place: Path) -> None:
    """Write a table again in another format, some rows in memory at a time."""
    opened = FORMATS[form_of(source)].dataset(source, COLUMNS[source.stem])
    pieces = arrow.pieces(opened, source, ROWS)
    FORMATS[form_of(place)].write(place, opened.schema.names, pieces)
