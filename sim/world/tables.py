"""Reads the seeds tables: cells become typed rows, folders are laid over one another, faults are reported once."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias, TypeVar

from sim.errors import InputError, Place, Problem, suggest
from sim.files.positions import shown
from sim.world.cells import converters
from sim.world.kinds import KINDS, Kind
from sim.world.row_reading import at, read_row
from sim.world.rows import BaseYearRow, Tables

Row = TypeVar("Row")
Key = tuple[str, ...]
LONGEST = 20_000_000  # bytes of a table
NAMED = 3  # lines of one fault that are named
DELIMITERS = {";": "semicolons", "\t": "tabs"}


class Found(NamedTuple):
    """A row, where it stands, and in which of the folders."""

    place: Place
    row: Any
    layer: int = 0


Layer: TypeAlias = "Path | tuple[Path, ...]"
"""A folder of tables; or several, the first that has a table is asked for it."""

History = dict[Key, list[Found]]
"""Rows of a table by key: what each folder says, the last of which counts."""


def read(folder: Layer) -> Tables:
    """Read the tables of a world from one folder, or each from the first of several that has it.

    Raises
    ------
    InputError
        With every fault of every table at once.
    """
    return assembled(read_layers(KINDS, folder))


def assembled(layers: Mapping[str, History]) -> Tables:
    """Put the rows that count together."""
    rows = {name: tuple(f[-1].row for f in history.values() if stands(f)) for name, history in layers.items()}
    return Tables(**rows, base_capacity=_base_capacity(layers))


def values_in(tables: Tables, table: str, by: str) -> tuple[str, ...]:
    """What stands in a column of a table, in its order."""
    return tuple(dict.fromkeys(getattr(row, by) for row in getattr(tables, table)))


def stands(found: Sequence[Found]) -> bool:
    """Whether a row counts: one of the base year with the value 0 takes out the row that it is laid over."""
    row, layer = found[-1].row, found[-1].layer
    return not (layer and isinstance(row, BaseYearRow) and row.value == 0)


def _base_capacity(layers: Mapping[str, History]) -> dict[str, float]:
    """Capacity of each facility, as the folder has it that says what it did in the base year, or one before."""
    done = {key[-1]: found[-1].layer for key, found in layers["base_year"].items() if key[0] == "activity"}
    return {
        name: [one.row.capacity for one in found if one.layer <= done.get(name, 0)][-1:][0]
        for (name,), found in layers["facilities"].items()
        if found[0].layer <= done.get(name, 0)
    }


def read_table(path: Path, row: type[Row], key: Sequence[str] = ()) -> tuple[Row, ...]:
    """Read one table whose rows need no other; cells are converted to the types of the row's fields."""
    problems: list[Problem] = []
    found = _read_file(path, Kind(row, tuple(key)), problems)
    if problems:
        raise InputError(problems)
    return tuple(item.row for item in found)


def read_tables(kinds: Mapping[str, Kind], folder: Layer) -> dict[str, Any]:
    """Read tables of given kinds from one folder, and check the names in them."""
    layers = read_layers(kinds, folder)
    return {name: tuple(found[-1].row for found in history.values()) for name, history in layers.items()}


def read_layers(
    kinds: Mapping[str, Kind], *folders: Layer, problems: list[Problem] | None = None
) -> dict[str, History]:
    """Read tables of given kinds from folders, the later laid over the earlier, and check the names in them.

    Parameters
    ----------
    kinds : mapping of str to Kind
    folders : Path, or several
        The first holds every table.
    problems : list of Problem, optional
        Takes every fault of every table; without it they are raised.

    Raises
    ------
    InputError
    """
    faults: list[Problem] = [] if problems is None else problems
    layers, known = {}, {}
    for name, kind in kinds.items():
        before = len(faults)
        layers[name] = _layered(name, kind, folders, faults)
        if len(faults) == before:  # a row that could not be read is no reason to complain of its name
            known[name] = {key[0] for key in layers[name]}
    for name, history in layers.items():
        for found in history.values():
            faults += _unknown_names(found[-1], kinds[name], known)
    if faults and problems is None:
        raise InputError(faults)
    return layers


def file_of(folder: Layer, name: str) -> Path:
    """The file of a table."""
    several = folder if isinstance(folder, tuple) else (folder,)
    files = [one / f"{name}.csv" for one in several]
    return next((file for file in files if file.exists()), files[-1])


def _layered(name: str, kind: Kind, folders: Sequence[Layer], problems: list[Problem]) -> History:
    """Rows of a table by key, as the folders have them."""
    history: History = {}
    for layer, folder in enumerate(folders):
        path = file_of(folder, name)
        if layer == 0 or path.exists():
            for place, row, _ in _read_file(path, kind, problems, may_be_empty=isinstance(folder, tuple)):
                item = Found(place, row, layer)
                found = history.setdefault(key_of(row, kind), [])
                found.append(item)
                if len(found) == 1 and not stands(found):
                    problems.append(at(place, "value", "0 takes a row out, and there is none.\nLeave this one out."))
    return history


def key_of(row: object, kind: Kind) -> Key:
    """What tells a row apart."""
    return tuple(getattr(row, column) for column in kind.key)


def _read_file(path: Path, kind: Kind, problems: list[Problem], *, may_be_empty: bool = False) -> list[Found]:
    """Rows of one file; what is wrong is added to the problems."""
    try:
        header, body = _lines(path)
    except InputError as error:
        problems += error.problems
        return []
    if faults := _wrong_columns(path, header, kind):
        problems += faults
        return []
    if not body and not may_be_empty:
        problems.append(Problem(Place(shown(path), 1), "it holds no rows.", "Write one below the header."))
    found: list[Found] = []
    wrong: list[Problem] = []
    columns = converters(kind.row)
    for place, cells in body:
        if len(cells) == len(header):
            row = read_row(place, dict(zip(header, cells, strict=True)), kind, columns, wrong)
            found += [] if row is None else [Found(place, row)]
    problems += [*_of_other_length(body, len(header)), *together(wrong), *_doubled(found, kind)]
    return found


def _lines(path: Path) -> tuple[list[str], list[tuple[Place, list[str]]]]:
    """Header and rows of a file; rows of empty cells, as spreadsheets leave them, say nothing."""
    name = shown(path)
    here = Place(name)
    try:
        if path.stat().st_size > LONGEST:
            raise InputError(Problem(here, f"is larger than {LONGEST / 1e6:g} MB.", "A table has some hundred rows."))
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = csv.reader(file, strict=True)
            header = next(lines, [])
            body = [(Place(name, lines.line_num), cells) for cells in lines if any(map(str.strip, cells))]
    except FileNotFoundError:
        raise InputError(Problem(here, "is missing.", "Every table stands in the first folder.")) from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(Problem(here, f"cannot be read: {reason}.", "Give a file of CSV.")) from None
    except UnicodeDecodeError as error:
        found = f"cannot be read: byte {error.start} is not UTF-8."
        raise InputError(Problem(here, found, "Save it as CSV UTF-8.")) from None
    except csv.Error as error:
        raise InputError(Problem(Place(name, lines.line_num), f"cannot be read: {error}.", "Write CSV.")) from None
    return header, body


def _of_other_length(body: Sequence[tuple[Place, list[str]]], width: int) -> list[Problem]:
    """Rows that have more or fewer cells than the header."""
    faults = [
        Problem(place, f"{len(cells)} cells stand in this row.", f"The header has {width}.")
        for place, cells in body
        if len(cells) != width
    ]
    return together(faults)


def together(faults: Sequence[Problem]) -> list[Problem]:
    """Tell a fault that many rows share once: where it stands first, and on how many lines more."""
    alike: dict[tuple[str, str, str], list[Problem]] = {}
    for fault in faults:
        alike.setdefault((fault.place.path, fault.found, fault.right), []).append(fault)
    return [
        one if len(same) == 1 else Problem(one.place, one.found, f"{one.right} {_more_lines(same)}".strip())
        for same in alike.values()
        for one in same[:1]
    ]


def _more_lines(same: Sequence[Problem]) -> str:
    lines = [str(one.place.line) for one in same[1:]]
    more = f" and {len(lines) - NAMED} more" if len(lines) > NAMED else ""
    return f"The same on line{'s' * (len(lines) > 1)} {', '.join(lines[:NAMED])}{more}."


def _wrong_columns(path: Path, header: Sequence[str], kind: Kind) -> list[Problem]:
    """Columns that are missing, unknown or there twice; one message where cells stand apart by no comma."""
    place = Place(shown(path), 1)
    wanted = [column.name for column in fields(kind.row)]
    columns = "Columns: " + ", ".join(wanted) + "."
    if not header:
        return [Problem(Place(shown(path)), "is empty.", columns)]
    for sign, name in DELIMITERS.items():
        if header[0].count(sign) >= len(wanted) // 2:
            return [Problem(place, f"cells stand apart by {name}.", "Write commas between them, and decimal points.")]
    missing = [c for c in wanted if c not in header]
    if len(missing) > len(wanted) // 2:
        return [Problem(place, "the first line does not name the columns.", columns)]
    reported = [Problem(place, f"column {c!r} is missing.", columns) for c in missing]
    return [*reported, *_needless_columns(place, header, wanted)]


def _needless_columns(place: Place, header: Sequence[str], wanted: Sequence[str]) -> Iterator[Problem]:
    """Columns that are unknown, without a name, or there twice."""
    for c in dict.fromkeys(header):
        if not c.strip():
            yield Problem(place, "a column has no name.", "Take it out, with the comma before it in every row.")
        elif c not in wanted:
            yield Problem(place, f"column {c!r} is unknown.", suggest(c, wanted))
        elif header.count(c) > 1:
            yield Problem(place, f"column {c!r} is there twice.", "Keep one.")


def _doubled(found: Sequence[Found], kind: Kind) -> list[Problem]:
    """Rows whose key stands above them already."""
    first: dict[Key, int] = {}
    faults = []
    counts = Counter(key_of(item.row, kind) for item in found)
    for item in found:
        key = key_of(item.row, kind)
        line = first.setdefault(key, item.place.line)
        if key and counts[key] > 1 and line != item.place.line:
            named = ", ".join(part for part in key if part)
            faults.append(Problem(item.place, f"{named} is there twice.", f"It stands on line {line} already."))
    return faults


def _unknown_names(item: Found, kind: Kind, known: Mapping[str, set[str]]) -> list[Problem]:
    """Cells that name no row of the table they point to."""
    faults = []
    for column, table in kind.names.items():
        name = getattr(item.row, column)
        rows = known.get(table, {name})
        if name and name not in rows and not (name == "*" and column == kind.others):
            message = f"{name!r} is not in {table}.csv.\n{suggest(name, sorted(rows))}"
            faults.append(at(item.place, column, message))
    return faults
