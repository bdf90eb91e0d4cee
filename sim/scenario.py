"""A scenario: read, merged, checked against its schema and against the names of the world, and written back."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, TypeAlias

from pydantic import (
    Field,
    PlainSerializer,
    PlainValidator,
    PrivateAttr,
    SerializeAsAny,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WithJsonSchema,
    WrapValidator,
    field_serializer,
    model_validator,
)

import sim.record.fields  # noqa: F401  (with it and the instruments, every variable is declared)
from sim.definitions.variables import variables
from sim.ensemble.correlation import Correlated
from sim.errors import InputError, Mistake, MistakeError, Problem, mistake, suggest
from sim.files import distributions, writing
from sim.files.distributions import Distribution
from sim.files.editors import DEFS, LOOSE, loosened, stated_once
from sim.files.merge import beside_of, override, read_merged, split_setting
from sim.files.positions import Node, as_node, plain, problem
from sim.files.quantities import (
    Count,
    Date,
    Model,
    Names,
    TonnesPerDay,
    UncertainNumber,
    WholeDays,
    WorldNames,
    uncertain_schema,
)
from sim.files.shipped import find_scenario, is_folder, shipped_scenario
from sim.files.strict import mistakes_of
from sim.instruments.base import KINDS, Instrument
from sim.units import DIMENSIONS, WHOLE_DAYS, dimension_of, parse, show

VERSION = 1
DEFAULT_SEED = 20260204
FOLDER_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?|\..*|.*\.", re.IGNORECASE)
INSTRUMENT_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
ALL = "all"
MONTH = "month"

Uncertain: TypeAlias = float | Distribution
Overrides: TypeAlias = Mapping[str, object] | Sequence[str]
"""By path, or as ``path=value``."""


def _version(raw: object) -> int:
    if str(raw) != str(VERSION):
        raise mistake(f"{raw!r} is not a version of scenario files", f"Write `monazite: {VERSION}`.")
    return VERSION


def _folder_name(raw: object) -> str:
    """Check a name that becomes that of a folder, on any system."""
    if not isinstance(raw, str) or not FOLDER_NAME.fullmatch(raw):
        raise mistake(f"{raw!r} cannot name a folder", "Write up to 64 letters without accents, digits, dots, _ or -.")
    if RESERVED.fullmatch(raw):
        raise mistake(f"{raw!r} cannot name a folder on every system", "Choose another name.")
    return raw


def _window_name(raw: object) -> str:
    if not isinstance(raw, str) or not INSTRUMENT_NAME.fullmatch(raw):
        raise mistake(f"{raw!r} cannot name a window", "Write up to 64 letters, digits, _ or -.")
    return raw


Version: TypeAlias = Annotated[int, PlainValidator(_version), WithJsonSchema({"const": VERSION})]
FolderName: TypeAlias = Annotated[
    str, PlainValidator(_folder_name), WithJsonSchema({"pattern": f"^{FOLDER_NAME.pattern}$"})
]


def _known(info: ValidationInfo) -> WorldNames:
    return info.context if isinstance(info.context, WorldNames) else WorldNames()


def _instrument(raw: object, info: ValidationInfo) -> Instrument:
    """Read an instrument by the word in `kind`, so that its faults are reported as those of that kind alone."""
    if isinstance(raw, Instrument):
        return raw
    if not isinstance(raw, Mapping):
        raise mistake("this is not an instrument", "Write its `name`, its `kind` and what the kind needs.")
    name, word = raw.get("name"), raw.get("kind")
    if word is None:
        right = f"Kinds: {', '.join(sorted(KINDS))}. One that is inherited is changed by its exact name."
        raise mistake(f"{name!r} has no `kind`, and none of this name is inherited", right)
    if not isinstance(word, str) or word not in KINDS:
        raise mistake(f"{word!r} is not a kind of instrument", suggest(str(word), sorted(KINDS)), "kind")
    if isinstance(name, str) and not INSTRUMENT_NAME.fullmatch(name):
        raise mistake(f"{name!r} cannot name an instrument", "Write up to 64 letters, digits, _ or -.", "name")
    return _checked_instrument(KINDS[word], raw, _known(info))


def _checked_instrument(kind: type[Instrument], raw: Mapping[str, object], names: WorldNames) -> Instrument:
    """Read an instrument and check it against the world; what is left of a faulty one is checked all the same."""
    try:
        instrument = kind.model_validate(raw)
    except ValidationError as error:
        wrong = mistakes_of(error)
        steps = {found.path[0] for found in wrong if found.path}
        rest = {key: value for key, value in raw.items() if key not in steps}
        raise MistakeError([*wrong, *_further(kind, rest, names)]) from None
    found = [Mistake(*one) for one in instrument.check(names)]
    if found:
        raise MistakeError(found)
    return instrument


def _further(kind: type[Instrument], rest: Mapping[str, object], names: WorldNames) -> list[Mistake]:
    """List what the world has against the faultless part of an instrument, if that part is one by itself."""
    try:
        return [Mistake(*one) for one in kind.model_validate(rest).check(names)]
    except ValidationError:
        return []


def _unknown(name: str, known: Iterable[str], what: str) -> MistakeError:
    return MistakeError([Mistake((), f"{name!r} is not a {what}", suggest(name, known), at_key=True)])


def _parameters(raw: object, info: ValidationInfo) -> dict[str, Uncertain]:
    """Read parameters, each in the dimension of its row."""
    if not isinstance(raw, Mapping):
        raise mistake(f"{raw!r} is not a map", "Write `name: value`, one a line.")
    units, limits = _known(info).parameters, _known(info).limits
    values: dict[str, Uncertain] = {}
    wrong: list[Mistake] = []
    for name, value in raw.items():
        try:
            if name not in units:
                raise _unknown(name, units, "parameter")
            if value is not None:
                dimension = dimension_of(units[name])
                values[name] = distributions.parse(value, dimension)
                distributions.refuse_beyond(values[name], *limits.get(name, (-math.inf, math.inf)), dimension)
        except MistakeError as error:
            wrong += error.under(name).items
    if wrong:
        raise MistakeError(wrong)
    return values


class FacilityChange(Model):
    """What a scenario changes of a facility."""

    capacity: TonnesPerDay = Field(description="capacity, of what the facility's row measures it in")


def _facilities(raw: object, read: ValidatorFunctionWrapHandler, info: ValidationInfo) -> dict[str, FacilityChange]:
    """Read changes of facilities, and refuse names that no facility has."""
    given, known = raw if isinstance(raw, Mapping) else {}, _known(info).facilities
    wrong = [m for name in given if name not in known for m in _unknown(name, known, "facility").under(name).items]
    try:
        changes: dict[str, FacilityChange] = read(
            {name: value for name, value in given.items() if name in known and value is not None} if given else raw
        )
    except ValidationError as error:
        raise MistakeError([*wrong, *mistakes_of(error)]) from None
    if wrong:
        raise MistakeError(wrong)
    return changes


def _projects(raw: object, info: ValidationInfo) -> Names:
    """Read a set of projects."""
    names = Names.read(raw)
    wrong = [Mistake((), found, right) for found, right in names.unknown(_known(info).projects, "project")]
    if wrong:
        raise MistakeError(wrong)
    return names


def _record(raw: object) -> tuple[str, ...]:
    """Read a set of variables."""
    names = Names.read(raw)
    wrong = [Mistake((), found, right) for found, right in names.unknown(variables(), "variable")]
    if wrong:
        raise MistakeError(wrong)
    return tuple(names.among(variables()))


def _every(raw: object) -> int | str:
    return MONTH if raw == MONTH else int(parse(str(raw), WHOLE_DAYS))


class Horizon(Model):
    """The days that are simulated."""

    start: Date = Field(description="first day")
    end: Date = Field(description="last day")
    tick: WholeDays = Field(default=7, description="time from one settlement of the market to the next")

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Horizon:
        if self.end < self.start:
            raise mistake(f"{self.end} is before start, {self.start}", "The last day comes after the first.", "end")
        return self


class Ensemble(Model):
    """How many replicates there are, and where their draws come from."""

    replicates: Count = Field(default=100, ge=1, le=10**9, description="number of replicates")
    seed: Count = Field(default=DEFAULT_SEED, description="of all draws: the same seed, the same replicates")
    uncertain: bool = Field(default=True, description="false puts every distribution at its median")


class Part(Model):
    """A part of the horizon: every metric is reported for it, too."""

    name: Annotated[str, PlainValidator(_window_name), WithJsonSchema({"pattern": f"^{INSTRUMENT_NAME.pattern}$"})] = (
        Field(description="stands in the column `window` of summary.csv and replicates.csv")
    )
    first: Date = Field(alias="from", description="its first day")
    last: Date = Field(alias="to", description="its last day")

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Part:
        if self.last < self.first:
            raise mistake(f"{self.last} is before from, {self.first}", "The last day comes after the first.", "to")
        return self


class Outputs(Model):
    """What is kept of the series."""

    windows: tuple[Part, ...] = Field(
        default=(), description="parts of the horizon of which metrics are reported again"
    )

    record: Annotated[
        tuple[str, ...],
        PlainValidator(_record, json_schema_input_type=Names),
        PlainSerializer(lambda record: ALL if set(record) == set(variables()) else list(record)),
    ] = Field(
        default=_record(["price_spot", "stock", "exports"]),
        description="variables to keep; all keeps every item of each",
    )
    every: Annotated[
        int | str,
        PlainValidator(_every),
        PlainSerializer(lambda every: MONTH if every == MONTH else show(every, WHOLE_DAYS)),
        WithJsonSchema({"type": "string"}),
    ] = Field(
        default=28,
        description="time from one row of a series to the next, such as 4 weeks, or `month`",
        json_schema_extra={"default": "28 days"},
    )
    paths: Count = Field(default=0, description="number of replicates whose own series are kept")

    @property
    def everything(self) -> bool:
        """Whether every item of every variable is kept."""
        return set(self.record) == set(variables())


AnyInstrument: TypeAlias = Annotated[
    SerializeAsAny[Instrument], PlainValidator(_instrument), WithJsonSchema({"x-ref": "instrument"})
]


class Scenario(Model):
    """A question to the engine: when, how many replicates, and what governments, consortia and chance do."""

    monazite: Version = Field(description="version of scenario files")
    name: FolderName = Field(description="names the result folder")
    title: str = Field(default="", description="the question, in plain words")
    horizon: Horizon = Field(description="the days that are simulated")
    ensemble: Ensemble = Field(default=Ensemble(), description="how many replicates")
    instruments: tuple[AnyInstrument, ...] = Field(default=(), description="what happens, and what is done about it")
    parameters: Annotated[
        dict[str, UncertainNumber],
        PlainValidator(_parameters),
        WithJsonSchema(
            {"type": "object", "additionalProperties": {"anyOf": [uncertain_schema(unit) for unit in DIMENSIONS]}}
        ),
    ] = Field(default={}, description="parameters of the model that differ here, by name")
    projects: Annotated[Names, PlainValidator(_projects, json_schema_input_type=Names)] = Field(
        default=Names(text="all"), description="projects that may come, by name; [] for a world without any"
    )
    facilities: Annotated[dict[str, FacilityChange], WrapValidator(_facilities)] = Field(
        default={}, description="facilities that differ here, by name"
    )
    correlate: tuple[Correlated, ...] = Field(default=(), description="uncertain numbers whose draws belong together")
    seeds: tuple[str, ...] = Field(default=(), description="folders of tables laid over those that ship")
    outputs: Outputs = Field(default=Outputs(), description="what is kept of the series")

    _root: Node | None = PrivateAttr(None)
    _units: Mapping[str, str] = PrivateAttr({})

    @field_serializer("parameters")
    def _written_parameters(self, parameters: dict[str, Uncertain]) -> dict[str, object]:
        dimensions = {name: dimension_of(self._units.get(name, "")) for name in parameters}
        return {name: distributions.written(value, dimensions[name]) for name, value in parameters.items()}

    def problem(self, found: Mistake) -> Problem:
        """Give a mistake in this scenario its place in the file it comes from."""
        return problem(self._root or as_node({}), found)

    def to_yaml(self, *, origins: bool = False) -> str:
        """Write it with every default filled in: running that again gives the same."""
        return writing.to_yaml(self.model_dump(by_alias=True), (self._root or as_node({})) if origins else None)


def to_yaml(scenario: Scenario, *, origins: bool = False) -> str:
    """Write a scenario with every default filled in, and behind each value where it comes from if wanted."""
    return scenario.to_yaml(origins=origins)


def no_names(folders: Sequence[Path]) -> WorldNames:
    """Know no names: of a scenario that names nothing of the world."""
    del folders
    return WorldNames()


def load(
    path_or_name: str | Path,
    overrides: Overrides = (),
    names: Callable[[Sequence[Path]], WorldNames] = no_names,
) -> Scenario:
    """Read a scenario with all that it extends, and check it; everything that is wrong is reported at once.

    Parameters
    ----------
    path_or_name
        A file, or the bare name of a scenario that ships.
    overrides
        Values that are laid over the file last: by path, or as ``path=value``.
    names
        Given the scenario's own seeds folders, knows the names of the world.

    Returns
    -------
    Scenario

    Raises
    ------
    InputError
        With every problem of the files and of the overrides.
    """
    return Draft.read(path_or_name).scenario(overrides, names)


@dataclass(frozen=True)
class Draft:
    """What a scenario's files say, read and merged once; each set of overrides makes a scenario of it."""

    root: Node
    problems: Sequence[Problem] = ()

    @classmethod
    def read(cls, path_or_name: str | Path) -> Draft:
        """Read a file, or a scenario that ships, with all that it extends."""
        problems: list[Problem] = []
        root = read_merged(find_scenario(str(path_or_name)), shipped_scenario, problems)
        design = root.child("design")
        if design is not None and root.child("scenario") is not None:
            right = "Run it with monazite sweep; with --dry-run that only checks it."
            raise InputError(Problem(replace(design.place, path=""), "this is a sweep, not a scenario", right))
        return cls(root, problems)

    def text(self, overrides: Overrides = ()) -> str:
        """Lay overrides over it and write what comes of it, unchecked."""
        data = plain(override(self.root, _pairs(overrides, []), []))
        assert isinstance(data, dict)
        return writing.to_yaml(data)

    def scenario(self, overrides: Overrides = (), names: Callable[[Sequence[Path]], WorldNames] = no_names) -> Scenario:
        """Lay overrides over it and check what comes of it; arguments and errors as of `load`."""
        problems = list(self.problems)
        root = override(self.root, _pairs(overrides, problems), problems)
        root, folders = _with_folders(root, problems)
        scenario, found = _checked(root, names(folders))
        reported = {one.place for one in problems}  # a key without a value is not reported as missing, too
        problems += [one for one in (problem(root, mistake) for mistake in found) if one.place not in reported]
        if scenario is None or problems:
            places = dict.fromkeys(problems)
            raise InputError(sorted(places, key=lambda p: (p.place.file, p.place.line, p.place.column)))
        return scenario


def _pairs(overrides: Overrides, problems: list[Problem]) -> Iterator[tuple[str, object]]:
    if isinstance(overrides, Mapping):
        yield from overrides.items()
        return
    for setting in overrides:
        try:
            yield split_setting(setting)
        except InputError as error:
            problems += error.problems


def _with_folders(root: Node, problems: list[Problem]) -> tuple[Node, list[Path]]:
    """Find the seeds folders beside the file that names them, and put down their whole paths."""
    seeds = root.child("seeds")
    if seeds is None or not isinstance(seeds.value, list) or not isinstance(root.value, dict):
        return root, []
    items: list[Node] = []
    for i, item in enumerate(seeds.value):
        if not isinstance(item.value, str):
            found = "the name of a folder is wanted here"
            problems.append(problem(root, Mistake(("seeds", i), found, "Write one name an entry: [prices, stocks].")))
            return root, []
        folder = beside_of(Path(item.place.file), item.value)
        if folder.resolve() in [Path(str(one.value)) for one in items]:
            found = f"the folder {item.value!r} stands there twice"
            problems.append(problem(root, Mistake(("seeds", i), found, "Take one of them out.")))
        if not is_folder(folder):
            right = "Name a folder of tables, seen from the file."
            problems.append(problem(root, Mistake(("seeds", i), f"there is no folder {item.value!r}", right)))
        items.append(replace(item, value=folder.resolve().as_posix()))
    folders = [Path(str(item.value)) for item in items]
    written = root.value | {"seeds": replace(seeds, value=items)}
    return replace(root, value=written), [folder for folder in folders if is_folder(folder)]


def _checked(root: Node, names: WorldNames) -> tuple[Scenario | None, list[Mistake]]:
    try:
        scenario = Scenario.model_validate(plain(root), context=names)
    except ValidationError as error:
        return None, mistakes_of(error)
    scenario._root, scenario._units = root, names.parameters
    return scenario, []


def json_schema() -> dict[str, Any]:
    """Describe scenario files, for editors: by kind of instrument, and looser where a file extends another."""
    whole = Scenario.model_json_schema()
    definitions: dict[str, Any] = {"instrument": _instrument_schema()}
    definitions |= whole.pop("$defs", {})
    for word, kind in KINDS.items():
        schema = kind.model_json_schema()
        definitions |= schema.pop("$defs", {}) | {word: schema}
    definitions["scenario"] = whole
    once: dict[str, Any] = {}
    once |= {name: stated_once(definition, once) for name, definition in definitions.items()}
    loose = {LOOSE + name: loosened(definition) for name, definition in once.items()}
    extends = {"description": "files that this one changes", "type": ["string", "array"], "items": {"type": "string"}}
    loose[f"{LOOSE}scenario"]["properties"]["extends"] = extends
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A scenario of monazite",
        "if": {"required": ["extends"]},
        "then": {"$ref": f"{DEFS}{LOOSE}scenario"},
        "else": {"$ref": f"{DEFS}scenario"},
        "$defs": once | loose,
    }


def _instrument_schema() -> dict[str, Any]:
    """Choose by kind, so that an editor's complaints are about that kind only."""
    return {
        "type": "object",
        "required": ["name", "kind"],
        "properties": {"name": {"type": "string"}, "kind": {"enum": sorted(KINDS)}},
        "allOf": [
            {"if": {"properties": {"kind": {"const": word}}, "required": ["kind"]}, "then": {"$ref": f"{DEFS}{word}"}}
            for word in sorted(KINDS)
        ],
    }
