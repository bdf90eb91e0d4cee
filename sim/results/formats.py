"""What a table of a result may be written as: CSV for people and everything else, Parquet where it is large."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from sim.results import csvfile, parquetfile
from sim.results.tables import Piece

FORMATS = {"csv": csvfile, "parquet": parquetfile}
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
