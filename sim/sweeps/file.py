"""A sweep as its file says it: which scenario, which of its values move, and how points are chosen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, TypeAlias, final

from pydantic import Field, PlainValidator, PrivateAttr, ValidationError, model_validator

import sim.simulation  # noqa: F401  (with it, every metric is declared)
from sim.definitions.metrics import METRICS
from sim.ensemble.correlation import Correlated, Entry, Together
from sim.errors import InputError, Mistake, MistakeError, Problem, mistake, suggest
from sim.files.positions import Node, as_node, plain, problem, read_file
from sim.files.quantities import Count
from sim.files.shipped import is_file, scenario_files, shipped_scenario
from sim.files.strict import Model, mistakes_of
from sim.scenario.fields import FolderName, Version
from sim.sweeps.swept import MOST, Swept

OWN = "replicates"  # what a sweep's file says for all points


def _metrics(raw: object) -> tuple[str, ...]:
    """Read names of metrics; none stands for those that people look at first."""
    if not isinstance(raw, list | tuple) or not all(isinstance(name, str) for name in raw):
        raise mistake("this is not a list of metrics", "Write [value_added_lost, exports].")
    wrong = [
        Mistake((i,), f"{name!r} is not a metric", suggest(name, METRICS))
        for i, name in enumerate(raw)
        if name not in METRICS
    ]
    if wrong:
        raise MistakeError(wrong)
    return tuple(raw)


@final
class Grid(Model):
    """All combinations of all values."""

    kind: Literal["grid"]


class Sampled(Model):
    """Points drawn from ranges."""

    seed: Count = Field(default=0, description="of the sample: the same seed, the same points")


@final
class LatinHypercube(Sampled):
    """Each slice of each range is hit once."""

    kind: Literal["latin_hypercube"]
    points: Count = Field(ge=1, le=MOST, description="number of points")


@final
class Sobol(Sampled):
    """Saltelli's design for Sobol indices: so many blocks of two points more than there are parameters.

    Parameters that are correlated count as one: only together do they have indices that mean anything.
    """

    kind: Literal["sobol"]
    points: Count = Field(ge=2, le=MOST, description="number of base points, each a block of (parameters + 2)")


@final
class Listed(Model):
    """Points that somebody chose: a CSV file with a path a column and a point a row."""

    kind: Literal["list"]
    file: str = Field(min_length=1, description="the CSV file, seen from the sweep's")


Design: TypeAlias = Grid | LatinHypercube | Sobol | Listed
DESIGNS: Mapping[str, type[Design]] = {
    "grid": Grid,
    "latin_hypercube": LatinHypercube,
    "sobol": Sobol,
    "list": Listed,
}


def _design(raw: object) -> Design:
    """Read a design by the word in `kind`, so that its faults are reported as those of that kind alone."""
    word = raw.get("kind") if isinstance(raw, Mapping) else None
    if not isinstance(word, str) or word not in DESIGNS:
        found = "the design has no kind" if word is None else f"{word!r} is not a kind of design"
        raise mistake(found, f"Write `design: {{kind: …}}`. {suggest(str(word or ''), DESIGNS)}")
    try:
        return DESIGNS[word].model_validate(raw)
    except ValidationError as error:
        raise MistakeError(mistakes_of(error)) from None


class Sweep(Model):
    """Many scenarios that differ in some values of one."""

    monazite: Version = Field(description="version of the file")
    name: FolderName = Field(description="names the result folder")
    title: str = Field(default="", description="the question, in plain words")
    scenario: str = Field(min_length=1, description="a file seen from this one, or a scenario that ships")
    replicates: Count | None = Field(
        default=None, ge=1, description="replicates of each point; else those of the scenario"
    )
    metrics: Annotated[tuple[str, ...], PlainValidator(_metrics)] = Field(
        default=(), description="metrics kept by point and replicate; else those that people look at first"
    )
    design: Annotated[Design, PlainValidator(_design)] = Field(description="how points are chosen")
    parameters: tuple[Swept, ...] = Field(default=(), description="values that differ from point to point")
    correlate: tuple[Correlated, ...] = Field(default=(), description="parameters that are drawn together")

    _root: Node | None = PrivateAttr(None)
    _folder: Path = PrivateAttr(Path())

    @model_validator(mode="after")
    def _fits_its_design(self) -> Sweep:
        wrong = [*self._misfits(), *self._doubled(), *self._uncorrelated()]
        if wrong:
            raise MistakeError(wrong)
        try:
            _ = self.together
        except MistakeError as error:
            raise error.under("correlate") from None
        return self

    def _doubled(self) -> Iterator[Mistake]:
        """List paths that another parameter has, too."""
        seen: set[str] = set()
        for i, one in enumerate(self.parameters):
            for j, path in enumerate(one.places):
                where = ("path",) if one.paths is None else ("paths", j)
                if path in seen:
                    right = "Give all its values in one place."
                    yield Mistake(("parameters", i, *where), f"{path!r} stands there twice", right)
                seen.add(path)

    def _uncorrelated(self) -> Iterator[Mistake]:
        """List what cannot be correlated."""
        if self.correlate and not isinstance(self.design, Sampled):
            found = "points of this design are not drawn, so that nothing of them can be correlated"
            yield Mistake(("correlate",), found, "Choose latin_hypercube or sobol, or take it out.")
            return
        known = [path for one in self.parameters for path in one.places]
        for i, entry in enumerate(self.correlate):
            for j, path in enumerate(entry.between):
                if self._label(path) is None:
                    yield Mistake(
                        ("correlate", i, "between", j), f"{path!r} is no parameter of this sweep", suggest(path, known)
                    )

    def _label(self, path: str) -> str | None:
        """The column that moves a path; None where there is none."""
        return next((one.label for one in self.parameters if path in (*one.places, one.label)), None)

    @cached_property
    def together(self) -> Together:
        """Parameters that are drawn together, by the names of their columns."""
        pairs = ((self._label(one.between[0]), self._label(one.between[1]), one.rank) for one in self.correlate)
        return Together.of(Entry(a or "", b or "", rank) for a, b, rank in pairs)

    @property
    def factors(self) -> list[list[str]]:
        """Columns, those together that are correlated."""
        by_name = self.together.by_name
        found = (tuple(by_name[one.label].names) if one.label in by_name else (one.label,) for one in self.parameters)
        return [list(factor) for factor in dict.fromkeys(found)]

    def _misfits(self) -> list[Mistake]:
        """List what the design cannot use."""
        if isinstance(self.design, Listed):
            right = "Take them out, or choose another design."
            return [Mistake(("parameters",), "a list has its parameters in its file", right)] if self.parameters else []
        if not self.parameters:
            return [Mistake(("parameters",), "nothing differs from point to point", "Name at least one path.")]
        wrong: list[Mistake] = []
        for i, one in enumerate(self.parameters):
            if isinstance(self.design, Grid) and one.values is None and one.steps is None:
                right = "Write `steps: 5` beside it, or its `values`."
                wrong.append(
                    Mistake(("parameters", i, "range"), "a grid does not know which numbers of a range", right)
                )
            if one.steps is not None and (one.values is not None or not isinstance(self.design, Grid)):
                wrong.append(Mistake(("parameters", i, "steps"), "only a range in a grid has steps", "Take it out."))
        return wrong

    @property
    def notes(self) -> list[str]:
        """What to know before it runs."""
        if not isinstance(self.design, Sobol) or self.design.points.bit_count() == 1:
            return []
        points, below = self.design.points, 1 << (self.design.points.bit_length() - 1)
        return [f"{points:,} base points do not cover the ranges evenly: {below:,} or {2 * below:,} would."]

    @property
    def kept(self) -> frozenset[str]:
        """Metrics that are kept by replicate."""
        return frozenset(self.metrics or (name for name, metric in METRICS.items() if metric.headline))

    @property
    def base(self) -> Path:
        """The scenario: the file beside the sweep's, else one that ships.

        Raises
        ------
        InputError
            There is none.
        """
        beside = self._folder / self.scenario
        found = beside if is_file(beside) else shipped_scenario(self.scenario)
        if found is None:
            what = f"there is no file {self.scenario!r} beside this one, and no scenario of this name ships"
            names = sorted([*(file.name for file in self._folder.glob("*.yaml")), *scenario_files()])
            raise InputError(self.problem(Mistake(("scenario",), what, suggest(self.scenario, names))))
        return found

    @property
    def folder(self) -> Path:
        """Where the file stands: paths in it are seen from there."""
        return self._folder

    @property
    def list_file(self) -> Path:
        """The file of a list."""
        assert isinstance(self.design, Listed)
        return self._folder / self.design.file

    def problem(self, found: Mistake) -> Problem:
        """Give a mistake in this sweep its place in the file it comes from."""
        return problem(self._root or as_node({}), found)


def read(path: str | Path) -> Sweep:
    """Read the file of a sweep; everything that is wrong with it is reported at once.

    Raises
    ------
    InputError
        With every problem of the file.
    """
    problems: list[Problem] = []
    root = read_file(Path(path), problems)
    scenario = root.child("horizon") or root.child("instruments")
    if scenario is not None and root.child("design") is None:
        place = replace(scenario.place, path="")
        raise InputError(Problem(place, "this is a scenario, not a sweep", "Run it with monazite run."))
    try:
        sweep = Sweep.model_validate(plain(root))
    except ValidationError as error:
        problems += [problem(root, one) for one in mistakes_of(error)]
        raise InputError(problems) from None
    if problems:
        raise InputError(problems)
    sweep._root, sweep._folder = root, Path(path).parent
    return sweep
