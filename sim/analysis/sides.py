"""What is compared: a result, a point of a sweep, or a table that stands by itself; and what must be the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from pathlib import Path
from typing import TYPE_CHECKING, Any, final

from sim.analysis.per_dollar import RATIO
from sim.definitions.book import Definitions, declared, read_definitions
from sim.definitions.items import KEYS
from sim.errors import InputError, Place, Problem
from sim.files.changes import read_scenario
from sim.results import alone, arrow, formats
from sim.results.manifest import unlike
from sim.results.result import Result
from sim.results.tables import WINDOW
from sim.sweeps.reading import SweepResult, read

if TYPE_CHECKING:
    from pandas import DataFrame

LEVELS, REPLICATES, PATHS = "summary", "replicates", "paths"
INDEX = ("metric", *KEYS, WINDOW, "unit")  # what a row is about, whether or not a table has windows
PLACE = ("metric", *KEYS, "unit")
TABLES = (".csv", arrow.PARQUET)  # what files of tables end with
VERSIONS = ("numpy", "scipy")


@final
@dataclass(frozen=True)
class Side:
    """One of the things that are compared.

    Attributes
    ----------
    label : str
        What to call it.
    tables : sequence of str
        Which tables it has.
    frame : callable
        Gives one of them.
    manifest : mapping, optional
        None where nobody knows where the numbers come from.
    scenario : str
        As YAML; empty where nobody knows it.
    notes : sequence of str
        What to know when reading its numbers.
    row : callable
        Says where a row of its table stands, counted from 0.
    """

    label: str
    tables: Sequence[str]
    frame: Callable[[str], DataFrame]
    manifest: Mapping[str, Any] | None
    scenario: str
    notes: Sequence[str]
    row: Callable[[str, int], Place]

    @property
    def facts(self) -> Mapping[str, Any]:
        """Its manifest, empty where nobody knows it."""
        return self.manifest or {}


def opened(what: Result | SweepResult | str | Path) -> Side | SweepResult:
    """Open a result folder, a point of a sweep, a whole sweep, or a table that stands by itself.

    Raises
    ------
    InputError
        Nothing of the kind is there.
    """
    if isinstance(what, SweepResult):
        return what
    if isinstance(what, str | Path) and _is_table(Path(what)):
        return _of_table(Path(what))
    found = what if isinstance(what, Result) else read(what)
    return _of_result(found) if isinstance(found, Result) else found


def _is_table(place: Path) -> bool:
    """Whether a file is meant, be it there or not."""
    return place.is_file() or (place.suffix.lower() in TABLES and not place.is_dir())


def _of_result(result: Result) -> Side:
    def row(table: str, number: int) -> Place:
        name = formats.file_of(result.manifest["files"], table) or f"{table}.csv"
        return Place(f"{result.label}/{name}", 0 if name.endswith(arrow.PARQUET) else number + 2)

    notes = [f"{result.label}/{name} was changed after it was written." for name in result.changed()]
    frame: Callable[[str], DataFrame] = lambda table: getattr(result, table)  # noqa: E731
    return Side(result.label, (LEVELS, REPLICATES, PATHS), frame, result.manifest, result.scenario, notes, row)


def _of_table(file: Path) -> Side:
    found = alone.read(file, (REPLICATES, LEVELS, PATHS))
    notes = [f"{file}: its scenario and seed are unknown: {found.unknown}."] if found.unknown else []

    def row(table: str, number: int) -> Place:
        del table  # there is only one
        return Place(str(file), alone.line_of(file, number))

    return Side(str(file), (found.kind,), lambda _: found.frame, found.manifest, found.scenario, notes, row)


def definitions_of(*facts: Mapping[str, Any]) -> Definitions:
    """What names mean in some results, in the words of the first that says so; else in those of this version."""
    known = [found for one in facts if (found := read_definitions(one)).metrics]
    if not known:
        import sim.simulation  # noqa: F401, PLC0415  (with it, every metric is declared)

        known = [declared()]
    return reduce(or_, [*known, Definitions({RATIO.name: RATIO}, {})])


def common(sides: Sequence[Side], *, series: bool) -> str:
    """Name the table by which all are compared: replicates where all have them, else levels.

    Raises
    ------
    InputError
        They have no table in common.
    """
    wanted = (PATHS,) if series else (REPLICATES, LEVELS)
    for table in wanted:
        if all(table in side.tables for side in sides):
            return table
    raise InputError(_mixed([side for side in sides if len(side.tables) == 1], series=series))


def _mixed(named: Sequence[Side], *, series: bool) -> Problem:
    """Say which of the tables that were named is of another kind."""
    if series:
        odd = next(side for side in named if side.tables[0] != PATHS)
        right = "Monthly differences are taken from paths: name result folders, or their paths.csv."
        return Problem(Place(odd.label), f"this is {odd.tables[0]}.csv", right)
    if any(side.tables == (PATHS,) for side in named):
        odd = next(side for side in named if side.tables == (PATHS,))
        return Problem(Place(odd.label), "this is paths.csv", "Add --every month, or name replicates.csv.")
    kinds = {side.tables[0]: side for side in reversed(named)}
    found = f"this is {LEVELS}.csv, and {kinds[REPLICATES].label} is {REPLICATES}.csv"
    return Problem(
        Place(kinds[LEVELS].label),
        found,
        "Compare tables of one kind: replicates with replicates, or levels with levels.",
    )


def replicates(side: Side) -> DataFrame:
    """Values with a row an item and a column a replicate, both sorted; the window is empty where there is none.

    Raises
    ------
    InputError
        A row stands there twice.
    """
    table = windowed(side.frame(REPLICATES))
    _refuse_doubled(side, REPLICATES, table, ["replicate", *INDEX])
    return table.set_index([*INDEX, "replicate"])["value"].unstack("replicate").sort_index()


def levels(side: Side) -> DataFrame:
    """Means, spreads and quantiles with a row an item; errors as of `replicates`."""
    table = windowed(side.frame(LEVELS))
    _refuse_doubled(side, LEVELS, table, list(INDEX))
    return table.set_index(list(INDEX)).sort_index()


def windowed(table: DataFrame) -> DataFrame:
    """Give a table the column of windows, if it has none."""
    return table if WINDOW in table.columns else table.assign(**{WINDOW: ""})


def _refuse_doubled(side: Side, name: str, table: DataFrame, keys: list[str]) -> None:
    doubled = table.duplicated(keys)
    if not doubled.any():
        return
    second = int(doubled.argmax())
    again = (table[keys] == table.loc[table.index[second], keys]).all(axis=1)
    first, place = side.row(name, int(again.argmax())), side.row(name, second)
    what = ", ".join(str(cell) for cell in table.loc[table.index[second], keys] if cell != "")
    where = f", on lines {first.line} and {place.line}" if place.line else ""
    raise InputError(Problem(place, f"{what} stands there twice{where}", "Keep one row of each."))


_CONDITIONS = {
    "seed": "Run one again with the seed of the other, or add --unpaired to compare means of other replicates.",
    "horizon": "Compare scenarios of the same start and end.",
    "tick": "Compare scenarios of the same tick.",
    "world": "Compare scenarios of the same world.",
    "version": "Run both with one version of monazite.",
    "set of seeds tables": "Run both on the same tables.",
}


def obstacles(base: Side, other: Side, *, unpaired: bool) -> Iterator[Problem]:
    """Tell what differs that must be the same; what nobody knows does not differ."""
    ours, theirs = conditions(base.manifest, base.scenario), conditions(other.manifest, other.scenario)
    for what, right in _CONDITIONS.items():
        if what in ours and what in theirs and ours[what] != theirs[what] and not (unpaired and what == "seed"):
            found = f"its {what} differs from that of {base.label}: {_reported(ours[what], theirs[what])}"
            yield Problem(Place(other.label), found, right)


def conditions(manifest: Mapping[str, Any] | None, scenario: str) -> dict[str, Any]:
    """Give what is known of what two results must share to be compared."""
    known: dict[str, Any] = {}
    if manifest is not None:
        known = {"seed": manifest["seed"], "version": manifest["monazite"], "set of seeds tables": manifest["seeds"]}
    if scenario:
        said = read_scenario(scenario)
        horizon = said.get("horizon")
        horizon = horizon if isinstance(horizon, Mapping) else {}
        known |= {"horizon": f"{horizon.get('start')} to {horizon.get('end')}", "tick": horizon.get("tick")}
        known["world"] = said.get("world") or "the one that ships"
    return known


def _reported(ours: object, theirs: object) -> str:
    """Tell two conditions apart; of a set of tables, the names of those that differ."""
    if isinstance(ours, Mapping) and isinstance(theirs, Mapping):
        return ", ".join(sorted({name for name, _ in ours.items() ^ theirs.items()}))
    return f"{theirs} against {ours}"


def machines(base: Side, other: Side) -> list[str]:
    """Say where two results agree only to about 1e-9, since they were computed with other last bits."""
    ours, theirs = base.facts, other.facts
    versions = [
        f"{name} {theirs[name]} against {ours[name]}"
        for name in VERSIONS
        if name in ours and name in theirs and ours[name] != theirs[name]
    ]
    differ = [*unlike(theirs, ours), *versions]
    reported = "it was computed on another kind of machine than"
    return (
        [f"{other.label}: {reported} {base.label}, so equal numbers agree to about 1e-9: {'; '.join(differ)}."]
        if differ
        else []
    )
