"""What the tables of a world must fulfil together: rows find what they refer to, and masses balance."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import NamedTuple, final

from sim.errors import Place, Problem, nearest
from sim.units import DAYS_A_YEAR
from sim.world.base_year import BaseYear, Node, Routes, base_year, with_expansions
from sim.world.kinds import KINDS
from sim.world.row_reading import at
from sim.world.rows import Tables
from sim.world.tables import Found, History, Key, assembled, key_of, stands, together, values_in

MASSES = ("base_year", "facilities", "expansion_recipes")  # tables whose rows say what goods are made of
TOLERANCE = 1e-4  # of what is made, arrives, or is held: rounded to five digits, a base year still balances
Layers = Mapping[str, History]


@final
@dataclass(frozen=True)
class Readers:
    """What the world reads of each table, by key."""

    tables: Tables

    @classmethod
    def of(cls, layers: Layers) -> Readers:
        """Of the rows that count."""
        return cls(assembled(layers))

    @cached_property
    def year(self) -> BaseYear:
        """The base year with the expansions of all projects."""
        names = [row.project for row in self.tables.projects]
        return with_expansions(base_year(self.tables), self.tables, names, 1.0, self._routes)

    @property
    def _routes(self) -> Routes:
        """How new trade begins, in the tables' own words."""
        values = {row.parameter: row.value for row in self.tables.parameters}
        return Routes(*(float(values[one.name]) for one in fields(Routes)))

    @cached_property
    def read(self) -> Mapping[str, set[Key]]:
        """Keys of the rows that are read, by table; a table that is not here is read whole."""
        year, tables = self.year, self.tables
        built = {row.facility for row in tables.expansions}
        region = {row.facility: row.region for row in tables.facilities}
        nodes = {(c, g) for c, o, d in year.flows for g in (o, d)} | set(year.other)
        goods = {c for c, _ in nodes}
        keys = (key_of(row, KINDS["base_year"]) for row in tables.base_year)
        return {
            "elements": {(element,) for c in goods for element in year.content.get(c, ())},
            "commodities": {(c,) for c in goods},
            "regions": {(g,) for _, o, d in year.flows for g in (o, d)},
            "routes": {(o, d) for _, o, d in year.flows},
            "facilities": {(f,) for f in {*year.activity, *built}},
            "sectors": {(s, g) for _, g, s in year.uses},
            "end_uses": {(s,) for _, _, s in year.uses},
            "designs": {
                key_of(row, KINDS["designs"])
                for row in tables.designs
                if (row.commodity, row.sector) in {(c, s) for c, _, s in year.uses}
            },
            "changeovers": {
                (row.facility, row.other)
                for row in tables.changeovers
                if {row.facility, row.other} <= {*year.activity, *built}
            },
            "base_year": {key for key in keys if _is_read(key, year, nodes, goods)},
            "projects": {(row.project,) for row in tables.expansions},
            "expansion_recipes": {
                (row.facility, row.commodity, row.side)
                for row in tables.expansion_recipes
                if row.facility in year.expansions.scale
            },
            "expansion_prices": {(c, region[f]) for f, c in {**year.inputs, **year.outputs} if f in built},
            "records": {(row.slips,) for row in tables.projects},
            "cost_shares": {(row.process, g) for row in tables.projects for g in (row.region, "*")},
            "ranges": {
                key_of(row, KINDS["ranges"])
                for row in tables.ranges
                if row.which in ("", "*") or row.which in values_in(tables, row.table, row.by)
            },
        }

    def reads(self, table: str, key: Key) -> bool:
        """Whether a row is read."""
        return key in self.read.get(table, {key})

    def idle(self, table: str, key: Key) -> set[str]:
        """Columns of a row that nothing reads, while the row is."""
        if table != "commodities":
            return set()
        taken, made = ({c for _, c in amounts} for amounts in (self.year.inputs, self.year.outputs))
        covers = {"user_cover": taken, "producer_cover": made}
        return {column for column, goods in covers.items() if key[0] not in goods}

    def refusal(self, table: str, key: Key, history: History) -> str:
        """Say of a new row that nothing refers to it, with the nearest key that there is."""
        named, known = _named(key), [_named(other) for other in history if other != key]
        near = nearest(named, known)
        guess = f"Did you mean {near!r}? " if near else ""
        return f"nothing refers to {named!r}.\n{guess}A row counts {WHERE_READ[table]}."


def _named(key: Key) -> str:
    return " ".join(filter(None, key))


WHERE_READ = {
    "elements": "where a commodity that is traded holds the element",
    "commodities": "where a row flow or other_use of base_year.csv names the commodity",
    "regions": "where a row flow of base_year.csv begins or ends in the region",
    "routes": "where goods take the route: a row flow of base_year.csv, or trade of a project",
    "facilities": "where a row activity of base_year.csv or a row of expansions.csv names the facility",
    "end_uses": "where a row use of base_year.csv has this sector",
    "changeovers": "where both facilities run or projects build them",
    "designs": "where a row use of base_year.csv has this sector and commodity",
    "sectors": "where a row use of base_year.csv has this sector and region",
    "base_year": "where the facility runs or the commodity is traded",
    "projects": "where a row of expansions.csv names the project",
    "expansion_recipes": "where a project builds the facility; others have their recipe in base_year.csv",
    "expansion_prices": "where a facility of a project takes or makes the commodity",
    "records": "where a project follows the record",
    "cost_shares": "where a project of this process stands in the region",
    "ranges": "where the table has a row whose column `by` says `which`",
}


def _is_read(key: Key, year: BaseYear, nodes: set[Node], goods: set[str]) -> bool:
    """Whether a row of the base year is read, in a year that trades these goods at these nodes."""
    quantity, commodity, _, region, _, _, facility = key
    if quantity in ("input", "output"):
        return facility in year.activity
    if quantity == "content":
        return commodity in goods
    return quantity != "price" or (commodity, region) in nodes


def missing(layers: Layers) -> list[Problem]:
    """Rows of other folders that refer to rows which are not there."""
    there = _There(layers)
    problems = [
        at(found[-1].place, "quantity", f"{what}.\nAdd the row.")
        for key, found in layers["base_year"].items()
        if found[-1].layer and stands(found)
        for what in there.lacks(key)
    ]
    right = "Write what it takes and makes there, or let it run."
    stopped = {key[-1]: found[-1].place for key, found in layers["base_year"].items() if not stands(found)}
    problems += [
        at(
            stopped.get(name, found[-1].place),
            "facility",
            f"{name!r} does not run, and expansion_recipes.csv has no output of it.\n{right}",
        )
        for (_, name), found in layers["expansions"].items()
        if name not in there.producers
    ]
    return [*together(problems), *_elsewhere(layers)]


def _elsewhere(layers: Layers) -> Iterator[Problem]:
    """Projects that stand elsewhere than what they build, or do something else."""
    for (project, facility), found in layers["expansions"].items():
        owner, plant = layers["projects"][project,][-1], layers["facilities"][facility,][-1]
        for column in ("region", "process"):
            one, other = getattr(owner.row, column), getattr(plant.row, column)
            if one != other:
                place = max((owner, plant, found[-1]), key=lambda item: item.layer).place
                message = f"the {column} of {project} is {one}, and that of {facility}, which it builds, {other}."
                yield at(place, column, f"{message}\nWrite the same in both.")


@final
class _There:
    """Which rows there are, for those of the base year that refer to them."""

    def __init__(self, layers: Layers) -> None:
        keys: dict[str, set[Key]] = defaultdict(set)
        for key, found in layers["base_year"].items():
            if stands(found):
                keys[key[0]].add(key)
        self.routes, self.sectors = layers["routes"].keys(), layers["sectors"].keys()
        self.region = {name: found[-1].row.region for (name,), found in layers["facilities"].items()}
        self.priced = {(c, g) for _, c, _, g, *_ in keys["price"]}
        self.held = {c for _, c, *_ in keys["content"]}
        self.made = {key[-1] for key in keys["output"]}
        recipes = {f for f, _, side in layers["expansion_recipes"] if side == "output"}
        self.producers = {key[-1] for key in keys["activity"]} | recipes

    def lacks(self, key: Key) -> Iterator[str]:
        """What a row of the base year needs, and is not there."""
        quantity, commodity, _, region, partner, sector, facility = key
        if quantity == "flow" and (region, partner) not in self.routes:
            yield f"routes.csv has no route from {region} to {partner}"
        if quantity == "use" and (sector, region) not in self.sectors:
            yield f"sectors.csv has no {sector} in {region}"
        if quantity == "activity" and facility not in self.made:
            yield f"base_year.csv has no output of {facility}"
        if commodity and quantity not in ("content", "price"):
            if commodity not in self.held:
                yield f"base_year.csv has no content of {commodity}"
            for place in dict.fromkeys((self.region.get(facility, region), partner or region)):
                if place and (commodity, place) not in self.priced:
                    yield f"base_year.csv has no price of {commodity} in {place}"


class Sum(NamedTuple):
    """Tonnes a year on both sides of a balance."""

    into: float
    out: float

    @property
    def differ(self) -> bool:
        """Whether they are further apart than rounding explains."""
        return abs(self.into - self.out) > TOLERANCE * max(self.into, self.out)


def unbalanced(layers: Layers) -> list[Problem]:
    """Rows of other folders by which masses of the base year no longer balance; each place and plant once."""
    if not any(found[-1].layer for name in MASSES for found in layers[name].values()):
        return []
    year = base_year(assembled(layers))
    region = {name: found[-1].row.region for (name,), found in layers["facilities"].items()}
    problems = []
    for (commodity, place), sums in _made(year, region).items():
        if sums.differ:
            found = f"{_tonnes(sums.into)} of {commodity} are made in {place}, and {_tonnes(sums.out)} leave the works"
            problems.append(
                _reported(layers, found, commodity, place, ("output", "activity", "flow", "other_use"), region)
            )
    for (commodity, place), sums in _used(year, region).items():
        if sums.differ:
            found = f"{_tonnes(sums.into)} of {commodity} arrive in {place}, and {_tonnes(sums.out)} are used"
            problems.append(_reported(layers, found, commodity, place, ("flow", "input", "activity", "use"), region))
    return [*problems, *_created(layers, Readers(assembled(layers)).year)]


def _tonnes(amount: float) -> str:
    return f"{amount * DAYS_A_YEAR:,.6g} t/year"


def _made(year: BaseYear, region: Mapping[str, str]) -> dict[Node, Sum]:
    """What is made at each origin, and what leaves it."""
    made: dict[Node, float] = defaultdict(float)
    left: dict[Node, float] = defaultdict(float, year.other)
    for (facility, commodity), amount in year.outputs.items():
        made[commodity, region[facility]] += amount * year.activity[facility]
    for (commodity, origin, _), flow in year.flows.items():
        left[commodity, origin] += flow
    return {node: Sum(made[node], left[node]) for node in sorted({*made, *left})}


def _used(year: BaseYear, region: Mapping[str, str]) -> dict[Node, Sum]:
    """What arrives at each destination, and what is used there."""
    arrived: dict[Node, float] = defaultdict(float)
    used: dict[Node, float] = defaultdict(float)
    for (commodity, _, destination), flow in year.flows.items():
        arrived[commodity, destination] += flow
    for (facility, commodity), amount in year.inputs.items():
        used[commodity, region[facility]] += amount * year.activity[facility]
    for (commodity, place, _), use in year.uses.items():
        used[commodity, place] += use
    return {node: Sum(arrived[node], used[node]) for node in sorted({*arrived, *used})}


def _reported(
    layers: Layers, found: str, commodity: str, place: str, quantities: Iterable[str], region: Mapping[str, str]
) -> Problem:
    """The problem of one place, where a row of another folder that has to do with it stands."""
    rows = [
        items[-1]
        for key, items in layers["base_year"].items()
        if items[-1].layer and key[0] in quantities and _concerns(key, commodity, place, region)
    ]
    moved = [
        items[-1]
        for items in layers["facilities"].values()
        if items[-1].layer and place in {item.row.region for item in items}
    ]
    return _at_first(rows or moved, found, "Change them so that they agree, to five digits.")


def _concerns(key: Key, commodity: str, place: str, region: Mapping[str, str]) -> bool:
    _, good, _, origin, partner, _, facility = key
    return good in ("", commodity) and place in (origin, partner, region.get(facility, ""))


def _at_first(rows: list[Found], found: str, right: str) -> Problem:
    """Where the first of some rows stands."""
    place = rows[0].place if rows else Place()
    column = next((name for name in ("value", "amount", "region") if rows and hasattr(rows[0].row, name)), "")
    return at(place, column, f"the base year does not balance: {found}.\n{right}")


def _created(layers: Layers, year: BaseYear) -> Iterator[Problem]:
    """Plants that give more of an element than they take in; those that take in nothing are mines."""
    given: dict[tuple[str, str], float] = defaultdict(float)
    taken: dict[tuple[str, str], float] = defaultdict(float)
    for amounts, total in ((year.outputs, given), (year.inputs, taken)):
        for (facility, commodity), amount in amounts.items():
            for element, content in year.content[commodity].items():
                total[facility, element] += amount * content
    fed = {facility for facility, _ in year.inputs}
    for (facility, element), out in sorted(given.items()):
        if facility in fed and out > taken[facility, element] * (1 + TOLERANCE):
            rows = [
                found[-1]
                for table in ("base_year", "expansion_recipes")
                for key, found in layers[table].items()
                if found[-1].layer and (facility in (key[0], key[-1]) or key[0] == "content")
            ]
            held = taken[facility, element]
            found = f"{facility} gives {out:.4g} t of {element} a unit of activity and takes in {held:.4g}"
            yield _at_first(rows, found, "A plant makes no element: lower an output, or raise an input.")
