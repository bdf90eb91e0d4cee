"""The seeds tables as typed rows: one row one fact, each with its source and confidence."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeVar, get_args, get_type_hints

from sim.errors import InputError, MistakeError, Place, Problem, suggest
from sim.files.distributions import limits_of, parse_in_unit, refuse_beyond
from sim.units import dimension_of

Confidence = Literal["high", "medium", "low", "assumption"]
Process = Literal["mine", "separation", "metal", "magnet", "recycling", "chemical"]
Slips = Literal["greenfield", "separation", "brownfield", "magnet", "metal", "recycling"]
Stage = Literal["permit", "decision", "construction", "operating"]
Quantity = Literal["activity", "input", "output", "flow", "use", "other_use", "content", "price"]
Row = TypeVar("Row")


@dataclass(frozen=True)
class Fact:
    """What every row carries besides its fact; an assumption has a range (``low``, ``high``, as written)."""

    source: str
    confidence: Confidence
    low: str
    high: str
    note: str


@dataclass(frozen=True)
class ElementRow(Fact):
    """A chemical element that is traced."""

    element: str
    name: str
    group: Literal["light", "heavy"]


@dataclass(frozen=True)
class CommodityRow(Fact):
    """A tradable good; its content of elements is in the base year."""

    commodity: str
    stage: str
    name: str
    unit: str  # t REO or t
    customs_code: str  # goods of one code are look-alikes to a customs officer
    user_cover: float  # weeks of expected use that plants hold of it
    maker_cover: float  # weeks of expected orders that its makers hold
    headline: bool  # whether its prices are always recorded


@dataclass(frozen=True)
class RegionRow(Fact):
    """A market with its own price."""

    region: str
    name: str
    allied: bool


@dataclass(frozen=True)
class RouteRow(Fact):
    """A way goods take between two regions, or within one."""

    origin: str
    destination: str
    transit: float  # days from works to works
    freight: float  # share of value


@dataclass(frozen=True)
class FacilityRow(Fact):
    """One plant or mine, or a national aggregate; a project is a facility that is not yet."""

    facility: str
    operator: str
    region: str
    process: Process
    status: Literal["operating", "project"]
    capacity: float  # t/year of what it is measured in
    basis: str  # what capacity is measured in
    start: str  # first output, ISO date, month or year; empty where long ago or unknown
    full: str  # full capacity
    capacity_planned: float  # t/year when full; equals capacity where no expansion is planned
    unit_cost: float | None  # USD/kg of the basis, conversion only; empty where not known


@dataclass(frozen=True)
class ProjectRow(Fact):
    """A plant or an expansion by name whose capacity comes in stages; what it adds to which facility is in lines."""

    project: str
    operator: str
    region: str
    process: Process
    slips: Slips  # whose record of slips and failures it follows
    stage: Stage  # at the start of the base year, or when it is announced
    announced: str  # ISO date; empty where it is known from the start
    permit: float  # months that permits are planned to take still
    decision: str  # ISO date planned for the investment decision; empty where it is taken
    construction: float  # months planned from the decision to first output
    start: str  # ISO date of first output: planned, in construction; true, where it operates
    ramp: float  # months from first output to nameplate
    qualification: float  # months until its customers may take all of it, median
    capital: float  # M USD of 2025
    life: float  # years
    unit_cost: float  # USD/kg of activity, without what it buys as inputs
    contracted: float  # share of output that private customers have bound themselves to take at cost


@dataclass(frozen=True)
class LineRow(Fact):
    """What a project adds to a facility."""

    project: str
    facility: str
    capacity: float  # t/year of activity at nameplate


@dataclass(frozen=True)
class LineRecipeRow(Fact):
    """What a facility that nobody runs in the base year takes and makes."""

    facility: str
    commodity: str
    side: Literal["input", "output"]
    amount: float  # t a unit of activity


@dataclass(frozen=True)
class LinePriceRow(Fact):
    """A price in the base year where nobody trades in it."""

    commodity: str
    region: str
    price: float  # USD/kg


@dataclass(frozen=True)
class RecordRow(Fact):
    """How late projects of a kind have been, and how many were given up."""

    slips: Slips
    median: float  # months beyond the plan
    sigma: float  # of the lognormal
    failure: float  # share of those that had not begun to build


@dataclass(frozen=True)
class CostShareRow(Fact):
    """What unit costs are made up of where full standards are met, and how far producers of a region meet them."""

    process: Process
    region: str  # * for all that have no row of their own
    operating: float  # share of 1 of the cost at full standards; so are the next three, and together they are all of it
    capital: float
    environmental: float
    social: float
    met: float  # share of the environmental and social cost that producers bear today


@dataclass(frozen=True)
class SectorRow(Fact):
    """An end use in a region: what it earns, how it grows, what it holds."""

    sector: str
    region: str
    value_added: float  # 2025 USD a year that stands still when all its lines do
    growth: float  # share a year
    cover: float  # weeks of critical inputs held, mean over firms
    spread: float  # sigma of the lognormal of firms' covers


@dataclass(frozen=True)
class ParameterRow(Fact):
    """A parameter of the model."""

    parameter: str
    value: str  # a number or a distribution, in the unit
    unit: str
    least: str  # beyond these the equations mean nothing: no scenario may go there
    most: str
    description: str


@dataclass(frozen=True)
class BaseYearRow:
    """One number of the balanced base year; columns that do not apply are empty."""

    quantity: Quantity
    commodity: str
    element: str
    region: str
    partner: str
    sector: str
    facility: str
    value: float
    unit: str


@dataclass(frozen=True)
class Tables:
    """All tables a world is built from."""

    elements: tuple[ElementRow, ...]
    commodities: tuple[CommodityRow, ...]
    regions: tuple[RegionRow, ...]
    routes: tuple[RouteRow, ...]
    facilities: tuple[FacilityRow, ...]
    sectors: tuple[SectorRow, ...]
    parameters: tuple[ParameterRow, ...]
    base_year: tuple[BaseYearRow, ...]
    projects: tuple[ProjectRow, ...] = ()
    lines: tuple[LineRow, ...] = ()
    line_recipes: tuple[LineRecipeRow, ...] = ()
    line_prices: tuple[LinePriceRow, ...] = ()
    records: tuple[RecordRow, ...] = ()
    cost_shares: tuple[CostShareRow, ...] = ()


@dataclass(frozen=True)
class Kind:
    """What the rows of a table are, which columns tell them apart, and which name rows of other tables."""

    row: type[Any]
    key: tuple[str, ...]
    names: Mapping[str, str] = field(default_factory=dict)  # column → table
    blanks: bool = False  # a column that does not apply may be empty
    fixed: str = ""  # column that a row laid over another leaves as it is; then there are no new rows
    others: str = ""  # column in which * stands for all that have no row of their own


KINDS: Mapping[str, Kind] = {
    "elements": Kind(ElementRow, ("element",)),
    "commodities": Kind(CommodityRow, ("commodity",)),
    "regions": Kind(RegionRow, ("region",)),
    "routes": Kind(RouteRow, ("origin", "destination"), {"origin": "regions", "destination": "regions"}),
    "facilities": Kind(FacilityRow, ("facility",), {"region": "regions"}),
    "sectors": Kind(SectorRow, ("sector", "region"), {"region": "regions"}),
    "parameters": Kind(ParameterRow, ("parameter",), fixed="unit"),
    "base_year": Kind(
        BaseYearRow,
        ("quantity", "commodity", "element", "region", "partner", "sector", "facility"),
        {
            "commodity": "commodities",
            "element": "elements",
            "region": "regions",
            "partner": "regions",
            "sector": "sectors",
            "facility": "facilities",
        },
        blanks=True,
    ),
    "projects": Kind(ProjectRow, ("project",), {"region": "regions"}),
    "lines": Kind(LineRow, ("project", "facility"), {"project": "projects", "facility": "facilities"}),
    "line_recipes": Kind(
        LineRecipeRow, ("facility", "commodity", "side"), {"facility": "facilities", "commodity": "commodities"}
    ),
    "line_prices": Kind(LinePriceRow, ("commodity", "region"), {"commodity": "commodities", "region": "regions"}),
    "records": Kind(RecordRow, ("slips",)),
    "cost_shares": Kind(CostShareRow, ("process", "region"), {"region": "regions"}, others="region"),
}


class Found(NamedTuple):
    """A row and where it stands."""

    place: Place
    row: Any


def read(*folders: Path) -> Tables:
    """Read the tables of a world: all from the first folder, and rows of the others laid over them by key.

    Raises
    ------
    InputError
        With every fault of every table at once.
    """
    return Tables(**read_tables(KINDS, *folders))


def read_table(path: Path, row: type[Row], key: Sequence[str] = ()) -> tuple[Row, ...]:
    """Read one table whose rows need no other; cells are converted to the types of the row's fields."""
    problems: list[Problem] = []
    found = _read_file(path, Kind(row, tuple(key)), problems)
    if problems:
        raise InputError(problems)
    return tuple(item.row for item in found)


def read_tables(kinds: Mapping[str, Kind], *folders: Path) -> dict[str, Any]:
    """Read tables of given kinds from folders, the later laid over the earlier, and check the names in them."""
    problems: list[Problem] = []
    for folder in folders[1:]:
        problems += _strangers(folder, kinds)
    tables = {name: _laid_over(name, kind, folders, problems) for name, kind in kinds.items()}
    known = {name: {_key(item.row, kinds[name])[0] for item in found} for name, found in tables.items() if found}
    for name, found in tables.items():
        for item in found:
            problems += _unknown_names(item, kinds[name], known)
    if problems:
        raise InputError(problems)
    return {name: tuple(item.row for item in found) for name, found in tables.items()}


def _strangers(folder: Path, kinds: Mapping[str, Kind]) -> list[Problem]:
    """Files of a folder that are no table."""
    if not folder.is_dir():
        return [Problem(Place(str(folder)), "is not a folder.", "Name a folder of seeds tables.")]
    files = [file for file in sorted(folder.glob("*.csv")) if file.stem not in kinds]
    return [Problem(Place(str(file)), f"{file.stem!r} is not a table.", suggest(file.stem, kinds)) for file in files]


def _laid_over(name: str, kind: Kind, folders: Sequence[Path], problems: list[Problem]) -> list[Found]:
    """Rows of a table, those of later folders in the place of earlier rows with the same key."""
    rows: dict[tuple[str, ...], Found] = {}
    for position, folder in enumerate(folders):
        path = folder / f"{name}.csv"
        if position == 0 or path.exists():
            found = _read_file(path, kind, problems)
            problems += _changed_meaning(found, kind, rows) if position and kind.fixed else []
            rows.update({_key(item.row, kind): item for item in found})
    return list(rows.values())


def _changed_meaning(found: Sequence[Found], kind: Kind, rows: Mapping[tuple[str, ...], Found]) -> list[Problem]:
    """Rows that nothing would read, or that would be read in another unit."""
    faults = []
    for place, row in found:
        (name,), below = _key(row, kind), rows.get(_key(row, kind))
        if below is None:
            known = suggest(name, [key for (key,) in rows])
            faults.append(_at(place, kind.key[0], f"nothing reads {name!r}.\n{known}"))
        elif (was := getattr(below.row, kind.fixed)) != (now := getattr(row, kind.fixed)):
            faults.append(_at(place, kind.fixed, f"{name} is in {was}, not in {now}.\nWrite it in {was}."))
    return faults


def _key(row: object, kind: Kind) -> tuple[str, ...]:
    return tuple(getattr(row, column) for column in kind.key)


def _read_file(path: Path, kind: Kind, problems: list[Problem]) -> list[Found]:
    """Rows of one file; what is wrong is added to the problems."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = csv.reader(file, strict=True)
            header = next(lines, [])
            body = [(Place(str(path), lines.line_num), cells) for cells in lines if cells]
    except FileNotFoundError:
        problems.append(Problem(Place(str(path)), "is missing.", "Every table stands in the first folder."))
        return []
    except (UnicodeDecodeError, csv.Error) as error:
        problems.append(Problem(Place(str(path)), f"cannot be read: {error}.", "Write CSV in UTF-8."))
        return []
    if faults := _wrong_columns(path, header, kind):
        problems += faults
        return []
    hints = get_type_hints(kind.row)
    found: list[Found] = []
    for place, cells in body:
        if len(cells) == len(header):
            found += _read_row(place, dict(zip(header, cells, strict=True)), kind, hints, problems)
        else:
            problems.append(Problem(place, f"{len(cells)} cells stand in this row.", f"The header has {len(header)}."))
    problems += _doubled(found, kind)
    return found


def _wrong_columns(path: Path, header: Sequence[str], kind: Kind) -> list[Problem]:
    """Columns that are missing, unknown or there twice."""
    place = Place(str(path), 1)
    wanted = [column.name for column in fields(kind.row)]
    missing = [
        Problem(place, f"column {c!r} is missing.", "Columns: " + ", ".join(wanted) + ".")
        for c in wanted
        if c not in header
    ]
    unknown = [Problem(place, f"column {c!r} is unknown.", suggest(c, wanted)) for c in header if c not in wanted]
    twice = [
        Problem(place, f"column {c!r} is there twice.", "Keep one.")
        for c in dict.fromkeys(header)
        if c in wanted and header.count(c) > 1
    ]
    return missing + unknown + twice


def _read_row(
    place: Place, cells: Mapping[str, str], kind: Kind, hints: Mapping[str, object], problems: list[Problem]
) -> list[Found]:
    """Convert a row; nothing comes back from one with a fault."""
    faults, values = [], {}
    for column, hint in hints.items():
        try:
            values[column] = _convert(cells[column], hint)
        except ValueError as error:
            faults.append(_at(place, column, str(error)))
    if issubclass(kind.row, Fact):
        faults += _poor_evidence(place, cells)
    if check := CHECKS.get(kind.row):
        faults += check(place, cells)
    if not kind.blanks:
        names = dict.fromkeys([*kind.key, *kind.names])
        faults += [_at(place, c, "is empty.\nEvery row needs it.") for c in names if not cells[c]]
    problems += faults
    return [] if faults else [Found(place, kind.row(**values))]


def _at(place: Place, column: str, message: str) -> Problem:
    """A problem of one cell; the second line of the message says what would be right."""
    found, _, right = message.partition("\n")
    return Problem(Place(place.file, place.line, path=column), found, right)


def _convert(text: str, hint: object) -> str | bool | float | None:
    """Convert a cell to the type of its field, or say in a ValueError what is wrong and what would be right."""
    if hint is str:
        return text
    if hint is bool:
        return _one_of(text, ("true", "false")) == "true"
    if hint is float or (text and hint == float | None):
        return _number(text)
    if hint == float | None:
        return None
    return _one_of(text, get_args(hint))


def _one_of(text: str, known: Sequence[str]) -> str:
    if text not in known:
        raise ValueError(f"{text!r} is not known.\n{suggest(text, known)}")
    return text


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ValueError(f"{text!r} is not a number.\nWrite a number such as 0.25 or 1200.")
    return value


def _no_value(place: Place, cells: Mapping[str, str]) -> list[Problem]:
    """A parameter that is neither a number nor a distribution in its unit, or that leaves its limits."""
    try:
        least, most = limits_of(cells["least"], cells["most"], cells["unit"])
        refuse_beyond(parse_in_unit(cells["value"], cells["unit"]), least, most, dimension_of(cells["unit"]))
    except MistakeError as error:
        return [_at(place, "value", f"{one.found}\n{one.right}") for one in error.items]
    except InputError as error:
        return [_at(place, "value", f"{one.found}\n{one.right}") for one in error.problems]
    return []


def _not_all(place: Place, cells: Mapping[str, str]) -> list[Problem]:
    """Shares of cost that are not all of it."""
    try:
        total = sum(float(cells[column]) for column in ("operating", "capital", "environmental", "social"))
    except ValueError:  # told of its own cell
        return []
    if math.isclose(total, 1, abs_tol=1e-9):
        return []
    return [_at(place, "social", f"the four shares of the cost sum to {total:g}.\nTogether they are all of it: 1.")]


CHECKS: Mapping[type[Any], Callable[[Place, Mapping[str, str]], list[Problem]]] = {
    ParameterRow: _no_value,
    CostShareRow: _not_all,
}


def _poor_evidence(place: Place, cells: Mapping[str, str]) -> list[Problem]:
    """A row without a source, or an assumption without a range."""
    faults = []
    if not cells["source"].strip():
        faults.append(_at(place, "source", "is empty.\nSay where the fact comes from, or 'assumption'."))
    if cells["confidence"] == "assumption":
        faults += [_at(place, c, "is empty.\nAn assumption has a range.") for c in ("low", "high") if not cells[c]]
    return faults


def _doubled(found: Sequence[Found], kind: Kind) -> list[Problem]:
    """Rows whose key stands above them already."""
    first: dict[tuple[str, ...], int] = {}
    faults = []
    for place, row in found:
        key = _key(row, kind)
        line = first.setdefault(key, place.line)
        if key and line != place.line:
            named = ", ".join(part for part in key if part)
            faults.append(Problem(place, f"{named} is there twice.", f"It stands on line {line} already."))
    return faults


def _unknown_names(item: Found, kind: Kind, known: Mapping[str, set[str]]) -> list[Problem]:
    """Cells that name no row of the table they point to."""
    faults = []
    for column, table in kind.names.items():
        name = getattr(item.row, column)
        rows = known.get(table, {name})  # a table that could not be read is no reason to complain twice
        if name and name not in rows and not (name == "*" and column == kind.others):
            message = f"{name!r} is not in {table}.csv.\n{suggest(name, sorted(rows))}"
            faults.append(_at(item.place, column, message))
    return faults
