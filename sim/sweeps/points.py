"""The points of a sweep: their values, the scenarios they stand for, and what is wrong with any of them."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import prod
from pathlib import Path
from typing import final

from sim.errors import InputError, Mistake, MistakeError, Place, Problem
from sim.files.merge import SET, parse_path, split_paths
from sim.files.positions import Node, show_path
from sim.plan import drafted, make_plan
from sim.scenario.draft import Draft
from sim.scenario.scenario import Scenario
from sim.simulation import refuse_undrawn
from sim.sweeps import designs
from sim.sweeps.carried import Carried, whole
from sim.sweeps.file import OWN, Grid, LatinHypercube, Listed, Sobol, Sweep
from sim.sweeps.names import SEEDS
from sim.sweeps.ranges import number_of
from sim.sweeps.swept import MOST, path_of

REPLICATES = f"ensemble.{OWN}"
REPORTED = 3  # points of one problem that are named
VALUE = re.compile(r"'[^']*'|(?<![\w.])[-+]?\d[\d.,]*(?:[eE][-+]?\d+)?")  # what differs between problems of one kind
NOT_VALUES = ("point", "status", "message")  # columns of a sweep's own points.csv

Cells = tuple[str, ...]


@final
@dataclass(frozen=True)
class Checked:
    """How large each point is, and the tables that any of them stands on."""

    replicates: Sequence[int]
    ticks: Sequence[int]
    tables: Carried


@final
@dataclass(frozen=True)
class Points:
    """All points of a sweep, by number, and how each becomes a scenario.

    Parameters
    ----------
    sweep : Sweep
    paths : sequence of str
        What differs, as ``--set`` takes it.
    cells : sequence of tuple of str
        Values of each point in the order of the paths, as ``--set`` takes them.
    places : sequence of Place
        Where each point stands in a file of points; empty for other designs.
    """

    sweep: Sweep
    paths: Sequence[str]
    cells: Sequence[Cells]
    places: Sequence[Place] = ()

    @classmethod
    def of(cls, sweep: Sweep) -> Points:
        """Choose the points as the sweep's design says.

        Raises
        ------
        InputError
            A list cannot be read, or two points say the same.
        """
        if isinstance(sweep.design, Listed):
            points = _listed(sweep)
        else:
            points = cls(sweep, [one.label for one in sweep.parameters], _chosen(sweep))
        points = points._with_folders()
        if isinstance(sweep.design, Grid | Listed):
            points._refuse_doubled()
        return points

    def _with_folders(self) -> Points:
        """Write folders of tables whole: those that a sweep names are seen from its file."""
        if SEEDS not in self.paths:
            return self
        place = list(self.paths).index(SEEDS)
        cells = [(*row[:place], whole(row[place], self.sweep.folder), *row[place + 1 :]) for row in self.cells]
        return replace(self, cells=cells)

    def __len__(self) -> int:
        return len(self.cells)

    @cached_property
    def draft(self) -> Draft:
        """The scenario that points are variants of."""
        return Draft.read(self.sweep.base)

    @property
    def common(self) -> dict[str, str]:
        """What the sweep's own file says for all points."""
        return {} if self.sweep.replicates is None else {REPLICATES: str(self.sweep.replicates)}

    def values(self, point: int) -> dict[str, str]:
        """Values of a point by path."""
        return dict(zip(self.paths, self.cells[point], strict=True))

    def base(self) -> Scenario:
        """The scenario of the sweep with nothing changed but the number of replicates."""
        return drafted(self.draft, self.common)

    def written(self, tables: Carried) -> Iterator[Cells]:
        """Values of all points as the result writes them: own tables by their names there."""
        place = list(self.paths).index(SEEDS) if SEEDS in self.paths else len(self.paths)
        for row in self.cells:
            yield (*row[:place], *map(tables.cell, row[place : place + 1]), *row[place + 1 :])

    def scenario(self, point: int) -> Scenario:
        """What a point stands for."""
        return drafted(self.draft, {**self.common, **self.values(point)})

    def check(self, progress: Callable[[int], None] = lambda done: None) -> Checked:
        """Check every point, and give how large each is.

        Raises
        ------
        InputError
            With the problems of all points; one that many share is reported once.
        """
        base = self.base()
        self._refuse_overlaps()
        replicates, ticks = [], []
        tables = {base.seeds: make_plan(base).seeds}
        found: dict[Problem, list[int]] = {}
        for point in range(len(self)):
            try:
                plan = make_plan(self.scenario(point))
                refuse_undrawn(plan)
                replicates.append(plan.scenario.ensemble.replicates)
                ticks.append(-(-plan.horizon.days // plan.horizon.tick))
                tables.setdefault(plan.scenario.seeds, plan.seeds)
            except InputError as error:
                for problem in error.problems:
                    found.setdefault(problem, []).append(point)
            progress(point + 1)
        if found:
            raise InputError(self._placed(alike, found) for alike in _alike(found))
        return Checked(replicates, ticks, Carried.of(tables))

    def _refuse_overlaps(self) -> None:
        """Refuse paths that name one value in two ways, or a value and what holds it: one of them would be lost."""
        paths = [path for column in self.paths for path in split_paths(column)]
        steps = [self._by_name(path) for path in [*paths, *self.common]]
        names = [*paths, f"{OWN} of the sweep"]
        problems = [
            Problem(self._place_of(steps[i]), f"{names[i]} and {names[j]} name the same value", "Take one of them out.")
            for i in range(len(paths))
            for j in range(i + 1, len(steps))
            if steps[i][: len(steps[j])] == steps[j] or steps[j][: len(steps[i])] == steps[i]
        ]
        if problems:
            raise InputError(problems)

    def _placed(self, alike: Sequence[Problem], of: Mapping[Problem, Sequence[int]]) -> Problem:
        """Give a kind of problem its place in the file that gives the values, with its points and one example."""
        problem, points = alike[0], sorted(point for one in alike for point in of[one])
        named = ", ".join(map(str, points[:REPORTED]))
        who = (
            f"point {named}"
            if len(points) == 1
            else f"{len(points)} points ({named}{'' if len(points) <= REPORTED else ', …'})"
        )
        place, steps = problem.place, self._by_name(problem.place.path)
        if self.places:
            place = replace(self.places[of[problem][0]], path=show_path(steps))
        elif place.file == SET:
            place = replace(self._place_of(steps), path=show_path(steps))
        such = f", such as point {of[problem][0]}" if len(alike) > 1 else ""
        return replace(problem, place=place, found=f"{who}{such}: {problem.found}")

    def _by_name(self, path: str) -> tuple[str, ...]:
        """Split a path, things of a list named by their names: a sweep's file does not count them."""
        steps: list[str] = []
        node: Node | None = self.draft.root
        for step in parse_path(path) if path else ():
            node = node.child(int(step) if step.isdecimal() else step) if node else None
            name = node.child("name") if node and step.isdecimal() else None
            steps.append(str(name.value) if name else step)
        return tuple(steps)

    def _place_of(self, steps: tuple[str, ...]) -> Place:
        """Find where the values of a path stand in the sweep's file."""
        for i, one in enumerate(self.sweep.parameters):
            paths = [parse_path(path) for path in one.places]
            if any(steps[: len(path)] == path for path in paths):
                what = "values" if one.values is not None else "range"
                return self.sweep.problem(Mistake(("parameters", i, what), "", "")).place
            if any(steps and path[: len(steps)] == steps for path in paths):
                what = "path" if one.paths is None else "paths"
                return self.sweep.problem(Mistake(("parameters", i, what), "", "")).place
        return self.sweep.problem(Mistake((OWN,), "", "")).place

    def _refuse_doubled(self) -> None:
        """Refuse points that say the same in other words: each would count twice."""
        first: dict[tuple[object, ...], int] = {}
        problems: list[Problem] = []
        for point, cells in enumerate(self.cells):
            one = first.setdefault(tuple(map(_meaning, cells)), point)
            if one != point:
                what = ", ".join(f"{path} {cell}" for path, cell in self.values(point).items())
                place = (
                    self.places[point] if self.places else self.sweep.problem(Mistake(("parameters",), "", "")).place
                )
                problems.append(Problem(place, f"points {one} and {point} are the same ({what})", "Take one out."))
        if problems:
            more = len(problems) - 1
            found = problems[0].found + (f", and {more:,} more that others say, too" if more else "")
            raise InputError(replace(problems[0], found=found))


def _chosen(sweep: Sweep) -> list[Cells]:
    """Values of the points that a design makes of the sweep's parameters."""
    design, axes = sweep.design, [one.axis for one in sweep.parameters]
    columns = [one.label for one in sweep.parameters]
    if isinstance(design, LatinHypercube):
        shares = designs.latin_hypercube(len(axes), design.points, design.seed)
        return designs.at(axes, designs.by_ranks(shares, columns, sweep.together))
    if isinstance(design, Sobol):
        return designs.at(axes, designs.sobol_of(columns, design.points, design.seed, sweep.together, sweep.factors))
    choices = [one.choice for one in sweep.parameters]
    size = prod(len(choice.values) for choice in choices)
    if size > MOST:
        found = f"all combinations are {size:,} points"
        raise InputError(
            sweep.problem(Mistake(("parameters",), found, f"Write fewer values: {MOST:,} points at most."))
        )
    return designs.grid(choices)


def _listed(sweep: Sweep) -> Points:
    """Read a file of points: a path a column, a point a row; a sweep's own points.csv is one."""
    path = sweep.list_file
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = csv.reader(file, strict=True)
            header = [name.strip() for name in next(lines, [])]
            rows = [(Place(str(path), lines.line_num), cells) for cells in lines if cells]
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        found = f"{str(path)!r} cannot be read: {reason}"
        raise InputError(sweep.problem(Mistake(("design", "file"), found, "Name a file beside this one."))) from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(Problem(Place(str(path)), f"cannot be read: {error}", "Write CSV in UTF-8.")) from None
    kept = [i for i, name in enumerate(header) if name not in NOT_VALUES]
    problems = dict.fromkeys(_faults(path, header, rows, kept))
    if problems:
        raise InputError(_with_count(alike) for alike in _alike(problems))
    cells = [tuple(row[i].strip() for i in kept) for _, row in rows]
    return Points(sweep, [header[i] for i in kept], cells, [place for place, _ in rows])


def _faults(
    path: Path, header: Sequence[str], rows: Sequence[tuple[Place, Sequence[str]]], kept: Sequence[int]
) -> Iterator[Problem]:
    """Find what keeps a file of points from being one."""
    top = Place(str(path), 1)
    if len(header) == 1 and ";" in header[0]:
        yield Problem(top, "cells stand apart by semicolons", "Write commas between them, and points in numbers.")
        return
    names = [header[i] for i in kept]
    if not names or not rows:
        yield Problem(top, "the file has no points", "The first line names paths, each further line is a point.")
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            yield Problem(top, f"the column {name!r} stands there twice", "Keep one.")
        yield from (Problem(top, one.found, one.right) for one in _not_paths(name))
    for place, row in rows:
        if len(row) != len(header):
            yield Problem(place, f"{len(row)} cells stand in this row", f"The header has {len(header)}.")
        else:
            empty = [header[i] for i in kept if not row[i].strip()]
            yield from (Problem(replace(place, path=name), "the cell is empty", "Write its value.") for name in empty)


def _alike(problems: Iterable[Problem]) -> list[list[Problem]]:
    """Put problems together that say the same of one path, apart from the value."""
    kinds: dict[tuple[str, ...], list[Problem]] = {}
    for one in problems:
        kinds.setdefault((one.place.file, one.place.path, VALUE.sub("…", one.found)), []).append(one)
    return list(kinds.values())


def _with_count(alike: Sequence[Problem]) -> Problem:
    """Tell the first of some rows, and how many more there are."""
    more = len(alike) - 1
    said = f" ({more:,} more row{'s' * (more > 1)} like it)" if more else ""
    return replace(alike[0], found=alike[0].found + said)


def _not_paths(column: str) -> Iterator[Mistake]:
    """Find what is no path in the name of a column."""
    for path in split_paths(column):
        try:
            path_of(path)
        except MistakeError as error:
            yield from error.items


def _meaning(cell: str) -> object:
    """Tell what a cell says from how it is written: 0.5 is 50 %."""
    try:
        return number_of(cell)
    except MistakeError:
        return cell
