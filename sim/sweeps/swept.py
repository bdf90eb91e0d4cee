"""A value of a scenario that a sweep moves: where it stands, and what it may be."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, PlainValidator, model_validator

from sim.errors import InputError, Mistake, MistakeError, mistake
from sim.files import writing
from sim.files.merge import JOINT, parse_path
from sim.files.quantities import Count
from sim.files.strict import Model
from sim.sweeps.ranges import Axis, Choice, span

NO_VALUES = ("monazite", "name", "title", "extends")  # keys of a scenario that no point may change
MOST = 1_000_000  # points
ALONE = "seeds"  # folders, seen from the file that names them


def _values(raw: object) -> tuple[str, ...]:
    """Read values as a scenario file would write them, each once."""
    if not isinstance(raw, list | tuple) or not raw:
        raise mistake("this is not a list of values", "Write [a, b], or one value a line after a dash.")
    values = tuple(value if isinstance(value, str) else writing.flow(value) for value in raw)
    doubled = [value for i, value in enumerate(values) if value in values[:i]]
    if doubled:
        raise mistake(f"{doubled[0]!r} stands there twice", "Each value is one point: take one of them out.")
    return values


def _ends(raw: object) -> tuple[str, str]:
    if isinstance(raw, list | tuple) and len(raw) == 2 and all(isinstance(end, str) for end in raw):
        return str(raw[0]), str(raw[1])
    raise mistake("this is not a range", "Write its two ends: [0 USD, 12 bn USD].")


def path_of(path: str) -> str:
    """Check a path of a parameter."""
    try:
        steps = parse_path(path)
    except InputError as error:
        raise MistakeError(Mistake((), one.found, one.right) for one in error.problems) from None
    if steps[:2] == ("outputs", "windows"):
        raise mistake("windows are the same for all points", "Write them in the scenario.")
    if steps[0] in NO_VALUES:
        raise mistake(f"the {steps[0]} of a scenario is no parameter of it", "Name a value that is simulated.")
    return path


def _paths(raw: object) -> tuple[str, ...]:
    """Read paths that one value goes to."""
    if not isinstance(raw, list | tuple) or not raw or not all(isinstance(path, str) for path in raw):
        raise mistake("this is not a list of paths", "Write [a, b].")
    wrong: list[Mistake] = []
    for i, path in enumerate(raw):
        try:
            path_of(path)
        except MistakeError as error:
            wrong += error.under(i).items
        if path == ALONE:
            wrong.append(Mistake((i,), f"{path} go by themselves", f"Write `path: {path}` with values of their own."))
        if path in raw[:i]:
            wrong.append(Mistake((i,), f"{path!r} stands there twice", "Keep one."))
    if wrong:
        raise MistakeError(wrong)
    return tuple(raw)


class Swept(Model):
    """A value of the scenario that differs from point to point."""

    path: Annotated[str, AfterValidator(path_of)] | None = Field(
        default=None, description="where it stands, as --set takes it"
    )
    paths: Annotated[tuple[str, ...], PlainValidator(_paths)] | None = Field(
        default=None, description="where it stands, if it moves several values at once"
    )
    values: Annotated[tuple[str, ...], PlainValidator(_values)] | None = Field(
        default=None, description="what it may be"
    )
    range: Annotated[tuple[str, str], PlainValidator(_ends)] | None = Field(
        default=None, description="from where to where"
    )
    scale: Literal["linear", "log"] = Field(default="linear", description="how a range is covered")
    whole: bool = Field(default=False, description="whether only whole numbers of a range are meant")
    steps: Count | None = Field(
        default=None, ge=2, le=MOST, description="how many values of a range a grid takes, ends included"
    )

    @model_validator(mode="after")
    def _says_where_it_stands(self) -> Swept:
        if (self.path is None) == (self.paths is None):
            found = "it has neither a path nor paths" if self.path is None else "it has a path and paths"
            raise mistake(found, "Write `path: a`, or `paths: [a, b]` for one value that goes to several places.")
        return self

    @model_validator(mode="after")
    def _says_what_it_may_be(self) -> Swept:
        if (self.values is None) == (self.range is None):
            found = "it has neither values nor a range" if self.values is None else "it has values and a range"
            raise mistake(found, "Write `values: [a, b]` or `range: [a, b]`.")
        if self.values is None:
            try:
                self.axis.at(0)
            except MistakeError as error:
                raise error.under("range") from None
        return self

    @property
    def places(self) -> tuple[str, ...]:
        """Paths that it moves."""
        return self.paths or (self.path or "",)

    @property
    def label(self) -> str:
        """What its column is called; it can be set as a path can."""
        return JOINT.join(self.places)

    @cached_property
    def axis(self) -> Axis:
        """What it may be, by a number from 0 to 1."""
        if self.values is not None:
            return Choice(self.values)
        assert self.range is not None
        return span(*self.range, log=self.scale == "log", whole=self.whole)

    @cached_property
    def choice(self) -> Choice:
        """Its values, or the steps of its range."""
        if self.values is not None:
            return Choice(self.values)
        assert self.steps is not None
        return Choice(tuple(dict.fromkeys(self.axis.at(i / (self.steps - 1)) for i in range(self.steps))))
