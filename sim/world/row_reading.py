"""One row of a table: its cells become what the row says, or each fault is reported with its place and its remedy."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from sim.errors import InputError, MistakeError, Place, Problem
from sim.files.distributions import limits_of, parse_in_unit, refuse_beyond
from sim.units import dimension_of
from sim.world.cells import Converter, NumberError, in_unit, number, refuse_hidden, refuse_signs
from sim.world.kinds import DRAWN, KINDS, MEASURED, Kind
from sim.world.rows import BaseYearRow, CommodityRow, CostShareRow, Fact, ParameterRow, ProjectRow, RangeRow

FURTHEST = 10  # factor on a number of a table: who is further off does not know it
NAMES = {column for kind in KINDS.values() for column in kind.names}  # that scenario files may use


def read_row(
    place: Place, cells: dict[str, str], kind: Kind, columns: Mapping[str, Converter], problems: list[Problem]
) -> Any | None:  # noqa: ANN401  (a row of any kind)
    """Convert the cells of a row.

    Parameters
    ----------
    place : Place
        File and line.
    cells : dict of str to str
        By column; a number of the base year in another unit is brought to its own.
    kind : Kind
    columns : mapping of str to Converter
        How the cells of each column are converted.
    problems : list of Problem
        Takes what is wrong.

    Returns
    -------
    row of `kind.row`, or None where anything is wrong
    """
    faults: list[Problem] = []
    values: dict[str, Any] = {}
    if kind.row is BaseYearRow:
        faults += _measured(place, cells)
    for column, convert in columns.items():
        try:
            values[column] = convert(cells[column])
        except ValueError as error:
            faults.append(at(place, column, str(error)))
    faults += _wrong_names(place, cells, kind)
    if issubclass(kind.row, Fact):
        faults += _poor_evidence(place, cells)
        faults += () if faults else _outside(place, cells, kind)
    if (check := CHECKS.get(kind.row)) and not faults:
        faults += check(place, cells)
    problems += faults
    return None if faults else kind.row(**values)


def at(place: Place, column: str, message: str) -> Problem:
    """A problem of one cell; the second line of the message says what would be right."""
    found, _, right = message.partition("\n")
    return Problem(Place(place.file, place.line, path=column), found, right)


def _wrong_names(place: Place, cells: Mapping[str, str], kind: Kind) -> Iterator[Problem]:
    """Names that are empty where every row needs them, or that would be taken for others."""
    for column in dict.fromkeys([*kind.key, *kind.names]):
        name = cells[column]
        if not name and column not in kind.optional and kind.row is not BaseYearRow:
            yield at(place, column, "is empty.\nEvery row needs it.")
        elif name and name != "*":
            try:
                refuse_hidden(name)
                if column in NAMES:
                    refuse_signs(name)
            except ValueError as error:
                yield at(place, column, str(error))


def _measured(place: Place, cells: dict[str, str]) -> Iterator[Problem]:
    """Bring a number of the base year to the unit of its quantity; only the columns that apply may be filled."""
    unit, columns = MEASURED.get(cells["quantity"], ("", ()))
    if not columns:
        return  # reported of its own cell
    right = f"A row of {cells['quantity']} names {' and '.join(columns)}, and nothing else."
    for column in KINDS["base_year"].names:
        if column in columns and not cells[column]:
            yield at(place, column, f"is empty.\n{right}")
        elif column not in columns and cells[column]:
            yield at(place, column, f"{cells[column]!r} does not apply.\n{right}")
    try:
        cells["value"], cells["unit"] = in_unit(cells, unit), unit
        if cells["quantity"] == "price" and number(cells["value"]) == 0:
            yield at(place, "value", "a price of 0 is none.\nWrite what is paid at the works.")
    except NumberError:  # reported of its own cell
        return
    except ValueError as error:
        yield at(place, "unit", str(error))


def _poor_evidence(place: Place, cells: Mapping[str, str]) -> Iterator[Problem]:
    """A row without a source, an assumption without a range, or a range that is none."""
    if not cells["source"].strip():
        yield at(place, "source", "is empty.\nSay where the fact comes from, or 'assumption'.")
    is_assumed, ends = cells["confidence"] == "assumption", {column: cells[column] for column in ("low", "high")}
    for column, end in ends.items():
        try:
            number(end or "0")
        except ValueError as error:
            yield at(place, column, str(error))
        if not end and (is_assumed or any(ends.values())):
            yield at(
                place, column, f"is empty.\n{'An assumption has a range.' if is_assumed else 'A range has two ends.'}"
            )


def _outside(place: Place, cells: Mapping[str, str], kind: Kind) -> Iterator[Problem]:
    """A range whose ends are crossed, or that does not hold the number whose range it is."""
    if not cells["low"]:
        return
    low, high = number(cells["low"]), number(cells["high"])
    if low > high:
        yield at(place, "high", f"{cells['high']} is below low, {cells['low']}.\nWrite the smaller number in low.")
        return
    slack = 1e-9 * max(abs(low), abs(high))
    values = {column: _number(cells[column]) for column in kind.ranged}
    known = {column: value for column, value in values.items() if value is not None}
    if known and not any(low - slack <= value <= high + slack for value in known.values()):
        column = next(iter(known))
        more = f", and so is {' and '.join(list(known)[1:])}" if len(known) > 1 else ""
        yield at(
            place, column, f"{cells[column]} is outside its range, {low:g} to {high:g}{more}.\nMove it, low or high."
        )


def _number(text: str) -> float | None:
    """A number; None of what is none, such as a distribution."""
    try:
        return number(text)
    except ValueError:
        return None


def _no_value(place: Place, cells: Mapping[str, str]) -> list[Problem]:
    """A parameter that is neither a number nor a distribution in its unit, or that leaves its limits."""
    if not cells["value"].lstrip().startswith("{"):
        try:
            number(cells["value"])
        except ValueError as error:
            return [at(place, "value", f"{error} Its unit stands in a column of its own.")]
    try:
        least, most = limits_of(cells["least"], cells["most"], cells["unit"])
        refuse_beyond(parse_in_unit(cells["value"], cells["unit"]), least, most, dimension_of(cells["unit"]))
    except MistakeError as error:
        return [at(place, "value", f"{one.found}\n{one.right}") for one in error.items]
    except InputError as error:
        return [at(place, "value", f"{one.found}\n{one.right}") for one in error.problems]
    return []


def _not_all(place: Place, cells: Mapping[str, str]) -> list[Problem]:
    """Shares of cost that are not all of it."""
    total = sum(float(cells[column]) for column in ("operating", "capital", "environmental", "social"))
    if math.isclose(total, 1, abs_tol=1e-9):
        return []
    return [at(place, "social", f"the four shares of the cost sum to {total:g}.\nTogether they are all of it: 1.")]


def _undated(place: Place, cells: Mapping[str, str]) -> list[Problem]:
    """A project without the date that its stage needs."""
    stage, planned = cells["stage"], cells["stage"] in ("permit", "decision")
    needed, other = ("decision", "start") if planned else ("start", "decision")
    faults = []
    if not cells[needed]:
        faults.append(at(place, needed, f"is empty.\nA project at the stage {stage!r} has the date of its {needed}."))
    if cells[other]:
        faults.append(at(place, other, f"{cells[other]!r} is never read.\nLeave it empty at the stage {stage!r}."))
    if "" != cells[needed] < cells["announced"]:
        late = f"{cells['announced']} is after its {needed}, {cells[needed]}."
        faults.append(at(place, "announced", f"{late}\nA project is announced first."))
    if planned and not number(cells["construction"]):
        faults.append(at(place, "construction", "0 months are too few.\nWrite what building takes."))
    return faults


def _of_another_stage(place: Place, cells: Mapping[str, str]) -> list[Problem]:
    """A commodity whose name does not begin with its stage."""
    stage, dot, which = cells["commodity"].partition(".")
    if (stage, bool(dot and which)) == (cells["stage"], True):
        return []
    return [
        at(place, "stage", f"{cells['stage']!r} is not how {cells['commodity']!r} begins.\nName it <stage>.<which>.")
    ]


def _no_factor(place: Place, cells: Mapping[str, str]) -> Iterator[Problem]:
    """A range of what is not drawn, or one that leaves out what the table says."""
    known = dict.fromkeys(table for table, _ in DRAWN)
    columns = [column for table, column in DRAWN if table == cells["table"]]
    ways = ("", *DRAWN.get((cells["table"], cells["column"]), ()))
    for column, words in (("table", tuple(known)), ("column", columns), ("by", ways)):
        if cells[column] not in words:
            named = ", ".join(word or "nothing" for word in words)
            yield at(place, column, f"{cells[column]!r} is not drawn.\nOne of {named}.")
            return
    if bool(cells["by"]) != bool(cells["which"]):
        yield at(place, "which", "by and which belong together.\nWrite a value of that column or *, or neither.")
    low, high = (number(cells[column] or "0") for column in ("low", "high"))
    if not 1 / FURTHEST <= low <= 1 <= high <= FURTHEST:
        right = (
            f"Factors on what the table says, low from {1 / FURTHEST:g} to 1, high from 1 to {FURTHEST:g}; "
            "both 1 where it is known."
        )
        yield at(place, "low", f"{low:g} to {high:g} is no range of factors.\n{right}")


CHECKS: Mapping[type[Any], Callable[[Place, Mapping[str, str]], Iterable[Problem]]] = {
    CommodityRow: _of_another_stage,
    ParameterRow: _no_value,
    CostShareRow: _not_all,
    ProjectRow: _undated,
    RangeRow: _no_factor,
}
