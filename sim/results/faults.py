"""What is wrong with a CSV file that cannot be read as a table: found by reading it slowly, cell by cell."""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from sim.errors import Place, Problem
from sim.results.tables import NUMBERS, WHOLE

UTF8 = "Save it as CSV in UTF-8."
COMMAS = "Write commas between them, and points in numbers."
SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}
LONGEST = 2**31 - 1  # characters of a cell: the module counts in a C long

Row = tuple[int, list[str]]  # the line it begins on, and its cells


def rows(path: Path) -> Iterator[Row]:
    """Give the rows of a CSV file with the lines that they begin on; lines that are empty are none.

    Raises
    ------
    UnicodeDecodeError, csv.Error
        It is no CSV in UTF-8.
    """
    csv.field_size_limit(LONGEST)
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader, line = csv.reader(file, strict=True), 1
        for cells in reader:
            if cells:
                yield line, cells
            line = reader.line_num + 1


def first(path: Path) -> Problem | None:
    """Find the first row that is not what its header says; None where every row is."""
    line = 0
    try:
        found = rows(path)
        _, header = next(found, (1, []))
        for line, cells in found:
            if problem := _fault(Place(str(path), line), header, cells):
                return problem
    except UnicodeDecodeError:
        return not_utf8(path)
    except csv.Error as error:
        return Problem(Place(str(path), line + 1), f"the row cannot be read: {error}", UTF8)
    return None


def not_utf8(path: Path) -> Problem:
    """Say where a file stops being UTF-8."""
    data = path.read_bytes()
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        return Problem(
            Place(str(path), line), f"it is not UTF-8: byte {error.start} is 0x{data[error.start]:02x}", UTF8
        )
    return Problem(Place(str(path)), "it is not UTF-8", UTF8)


def separated(header: str) -> str:
    """Name what stands between the cells of a header instead of commas; nothing if commas do."""
    return "" if "," in header else next((name for sign, name in SEPARATORS.items() if sign in header), "")


def _fault(place: Place, header: Sequence[str], cells: Sequence[str]) -> Problem | None:
    if len(cells) != len(header):
        return Problem(place, f"{len(cells)} cells stand in this row", f"The header has {len(header)}.")
    for name, cell in zip(header, cells, strict=True):
        is_right, right = _READ.get(_kind(name), (lambda _: True, ""))
        if not is_right(cell):
            return Problem(replace(place, path=name), f"{cell!r} is not {right}", _RIGHT.get(right, ""))
    return None


def _kind(name: str) -> str:
    if name in WHOLE:
        return "whole"
    return "number" if name in NUMBERS else name


def _is_whole(cell: str) -> bool:
    return cell.removeprefix("-").isascii() and cell.removeprefix("-").isdecimal()


def _is_number(cell: str) -> bool:
    try:
        return cell == "" or ("_" not in cell and cell == cell.strip() and float(cell) is not None)
    except ValueError:
        return False


def _is_date(cell: str) -> bool:
    try:
        return bool(date.fromisoformat(cell)) and len(cell) == len("2025-04-04")
    except ValueError:
        return False


_READ: Mapping[str, tuple[Callable[[str], bool], str]] = {
    "whole": (_is_whole, "a whole number"),
    "number": (_is_number, "a number"),
    "date": (_is_date, "a date"),
}
_RIGHT = {
    "a number": "Write a number such as 0.25 or 1.2e9, with a point, or nothing.",
    "a date": "Write it as 2025-04-04.",
}
