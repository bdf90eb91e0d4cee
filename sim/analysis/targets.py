"""Targets of a hindcast: numbers that were observed, read from a table and checked against what can be simulated."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import NamedTuple, TypeVar

from sim.analysis.measures import Measure
from sim.definitions.items import Item
from sim.definitions.variables import VARIABLES
from sim.ensemble.clock import Horizon
from sim.errors import InputError, MistakeError, Place, Problem, mistake, suggest
from sim.files.quantities import Names
from sim.record.fields import parts_of
from sim.record.selection import Labels
from sim.units import parse_date

KEYS = ("commodity", "region", "partner", "sector", "instrument")
READING = ("variable", *KEYS, "measure", "from", "to")
COLUMNS = ("target", *READING, *(f"base_{column}" for column in READING), "unit", "low", "high", "source")
DELIMITERS = {";": "semicolons", "\t": "tabs", "|": "bars"}
EMPTY = "-"  # in a base field: empty, not as its counterpart

Cells = Mapping[str, str]
Value = TypeVar("Value")


@dataclass(frozen=True)
class Reading:
    """One number a replicate: a measure of a series over some days, counted from the start of the horizon."""

    item: Item
    measure: Measure
    first: int
    last: int
    about: str  # the series in the words of the table

    @property
    def unit(self) -> str:
        """What it is measured in."""
        return self.measure.unit(VARIABLES[self.item.name])


@dataclass(frozen=True)
class Target:
    """A number that was observed, between `low` and `high`: a reading, over another one where there is a base."""

    name: str
    top: Reading
    base: Reading | None
    unit: str
    low: float
    high: float
    source: str

    @property
    def items(self) -> tuple[Item, ...]:
        """The series that it takes."""
        return (self.top.item,) if self.base is None else (self.top.item, self.base.item)


@dataclass(frozen=True)
class Known:
    """What targets may name.

    Parameters
    ----------
    horizon : Horizon
    names : mapping of str to sequence of str
        Commodities, regions and sectors, by the column that names them; a partner is a region.
    fields : mapping of str to Labels
        Rows of what is read off the state.
    kept : sequence of Item
        Series that instruments keep.
    """

    horizon: Horizon
    names: Mapping[str, Sequence[str]]
    fields: Mapping[str, Labels]
    kept: Sequence[Item]


class Fault(NamedTuple):
    """What is wrong in a row: the column, what was found, what would be right."""

    column: str
    found: str
    right: str


@dataclass
class Faults:
    """All that is wrong in a row."""

    found: list[Fault] = field(default_factory=list)

    def tried(self, column: str, read: Callable[[], Value]) -> Value | None:
        """Give what is read, or nothing if it cannot be read: then why is written down."""
        try:
            return read()
        except MistakeError as error:
            self.found += [Fault(column, one.found, one.right) for one in error.items]
            return None


def read(path: Path, known: Known) -> list[Target]:
    """Read a table of targets.

    Raises
    ------
    InputError
        With every fault of every row.
    """
    problems: list[Problem] = []
    targets: list[Target] = []
    lines: dict[str, int] = {}
    for place, cells in _rows(path, problems):
        faults = Faults()
        target = _target(cells, known, faults)
        line = lines.setdefault(cells["target"], place.line)
        if line != place.line and cells["target"]:
            faults.found.append(Fault("target", f"{cells['target']!r} is there twice", f"It stands on line {line}."))
        problems += [Problem(Place(place.file, place.line, path=f.column), f.found, f.right) for f in faults.found]
        targets += [] if target is None else [target]
    if not problems and not targets:
        problems.append(Problem(Place(str(path)), "no target stands in it", "Write one a row."))
    if problems:
        raise InputError(problems)
    return targets


def _rows(path: Path, problems: list[Problem]) -> Iterator[tuple[Place, Cells]]:
    """Rows of the file by column, and where they stand."""
    table = _lines(path)
    header = table[0][1] if table else []
    if wrong := list(_wrong_columns(path, header)):
        problems += wrong
        return
    for place, cells in table[1:]:
        if len(cells) == len(header):
            yield place, dict(zip(header, (cell.strip() for cell in cells), strict=True))
        else:
            problems.append(Problem(place, f"{len(cells)} cells stand in this row", f"The header has {len(header)}."))


def _lines(path: Path) -> list[tuple[Place, list[str]]]:
    """Lines of the file; those of empty cells, as spreadsheets leave them, say nothing."""
    line = 0
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader, table = csv.reader(file, strict=True), []
            for cells in reader:
                line = reader.line_num
                if any(map(str.strip, cells)):
                    table.append((Place(str(path), line), cells))
    except UnicodeDecodeError as error:
        found = f"cannot be read: byte {error.start} is not UTF-8"
        raise InputError(Problem(Place(str(path)), found, "Save it as CSV UTF-8.")) from None
    except csv.Error as error:
        right = "A quote that opens a cell closes it, before the next comma."
        raise InputError(Problem(Place(str(path), line + 1), f"cannot be read: {error}", right)) from None
    return table


def _wrong_columns(path: Path, header: Sequence[str]) -> Iterator[Problem]:
    place = Place(str(path), 1)
    for sign, name in DELIMITERS.items():
        if header and header[0].count(sign) > 1:
            yield Problem(place, f"cells stand apart by {name}", "Write commas between them, and decimal points.")
            return
    for column in COLUMNS:
        if column not in header:
            yield Problem(place, f"column {column!r} is missing", f"Columns: {', '.join(COLUMNS)}.")
    for column in dict.fromkeys(header):
        if column not in COLUMNS:
            yield Problem(place, f"column {column!r} is unknown", suggest(column, COLUMNS))
        elif header.count(column) > 1:
            yield Problem(place, f"column {column!r} is there twice", "Keep one.")


def _target(cells: Cells, known: Known, faults: Faults) -> Target | None:
    """Read a row; nothing comes back from one with a fault."""
    if not cells["target"]:
        faults.found.append(Fault("target", "is empty", "Say in words what was observed."))
    top = _reading({column: cells[column] for column in READING}, known, faults)
    base = _base(cells, known, faults)
    low, high = (faults.tried(column, partial(_number, cells[column])) for column in ("low", "high"))
    if low is not None and high is not None and low > high:
        faults.found.append(Fault("low", f"{cells['low']} is above high, {cells['high']}", "The lower comes first."))
    if top is not None and (base is not None or not _has_base(cells)):
        unit = _unit(top, base)
        if cells["unit"] != unit:
            faults.found.append(Fault("unit", f"{cells['unit']!r} is not its unit", f"It is measured in {unit}."))
    if faults.found:
        return None
    assert top is not None
    assert low is not None
    assert high is not None
    return Target(cells["target"], top, base, cells["unit"], low, high, cells["source"])


def _has_base(cells: Cells) -> bool:
    return any(cells[f"base_{column}"] for column in READING)


def _base(cells: Cells, known: Known, faults: Faults) -> Reading | None:
    """Read what a row is divided by: fields that are empty are those of the row; their faults are reported once."""
    if not _has_base(cells):
        return None
    own = Faults()
    filled = {column: cells[f"base_{column}"] or cells[column] for column in READING}
    base = _reading({column: "" if text == EMPTY else text for column, text in filled.items()}, known, own)
    reported = set(faults.found)
    faults.found += [fault._replace(column=f"base_{fault.column}") for fault in own.found if fault not in reported]
    return base


def _unit(top: Reading, base: Reading | None) -> str:
    if base is None:
        return top.unit
    return "1" if top.unit == base.unit else f"{top.unit} per {base.unit}"


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if math.isnan(value):
        raise mistake(f"{text!r} is not a number", "Write a number such as 0.25, or inf for what never happened.")
    return value


def _reading(cells: Cells, known: Known, faults: Faults) -> Reading | None:
    before = len(faults.found)
    item = _item(cells, known, faults)
    measure = faults.tried("measure", lambda: Measure.read(cells["measure"]))
    first, last = (faults.tried(column, partial(_day, cells[column], known.horizon)) for column in ("from", "to"))
    if first is not None and last is not None and last < first:
        faults.found.append(
            Fault("to", f"{cells['to']} is before from, {cells['from']}", "A period ends after it begins.")
        )
    if len(faults.found) > before:
        return None
    assert item is not None
    assert measure is not None
    assert first is not None
    assert last is not None
    partner = f"→ {cells['partner']}" if cells["partner"] else ""
    words = (cells["variable"], cells["commodity"], cells["region"], partner, cells["sector"], cells["instrument"])
    return Reading(item, measure, first, last, " ".join(filter(None, words)))


def _day(text: str, horizon: Horizon) -> int:
    """Day of a date, counted from the start of the horizon."""
    day = horizon.day(parse_date(text))
    if not 0 <= day < horizon.days:
        span = f"{horizon.start} to {horizon.end}"
        raise mistake(f"{text} is outside the horizon", f"The scenario runs from {span}, both ends included.")
    return day


def _item(cells: Cells, known: Known, faults: Faults) -> Item | None:
    """The series that a row names; it exists."""
    before = len(faults.found)
    for key in KEYS[:-1]:
        names, what = known.names[key], "region" if key == "partner" else key
        wrong = Names(text=cells[key]).unknown(names, what) if cells[key] else ()
        faults.found += [Fault(key, found, right) for found, right in wrong]
    variable = VARIABLES.get(cells["variable"])
    if variable is None:
        found = f"{cells['variable']!r} is not a variable"
        faults.found.append(Fault("variable", found, suggest(cells["variable"], VARIABLES)))
        return None
    by = ", ".join(variable.by)
    strange = [key for key in KEYS if cells[key] and key not in variable.by]
    faults.found += [Fault(key, f"{variable.name} has no {key}", f"It goes by {by}.") for key in strange]
    if len(faults.found) > before:
        return None
    if "instrument" in variable.by:
        return faults.tried("instrument", lambda: _kept(cells, known))
    keys = {key: _listed(cells[key], known.names[key]) for key in KEYS[:-1]}
    item = Item(variable.name, **keys, unit=variable.unit)
    return faults.tried("variable", lambda: _existing(item, cells, known))


def _listed(text: str, names: Sequence[str]) -> str:
    """A set of names, one by one; nothing where it is all of them."""
    found = Names(text=text).among(names) if text else names
    return "" if len(found) == len(names) else "+".join(found)


def _existing(item: Item, cells: Cells, known: Known) -> Item:
    if all(len(known.fields[part].rows(item)) for part in parts_of(item)):
        return item
    about = " ".join(cells[key] for key in KEYS if cells[key])
    raise mistake(
        f"there is no {item.name} of {about} in the base year",
        "See `monazite list variables` for what it goes by, and `monazite world` for what there is.",
    )


def _kept(cells: Cells, known: Known) -> Item:
    """The one series that an instrument keeps under these names."""
    kept = [item for item in known.kept if item.name == cells["variable"]]
    names = [item.instrument for item in kept]
    if cells["instrument"] not in ("", *names):
        raise mistake(f"{cells['instrument']!r} keeps no {cells['variable']}", suggest(cells["instrument"], names))
    regions = Names(text=cells["region"]).among(known.names["region"]) if cells["region"] else known.names["region"]
    found = [item for item in kept if cells["instrument"] in ("", item.instrument) and item.region in regions]
    if len(found) == 1:
        return found[0]
    if found:
        raise mistake("several instruments keep it, and it cannot be added up", f"Name one: {', '.join(names)}.")
    raise mistake(f"no instrument keeps {cells['variable']} there", suggest(cells["instrument"], names))
