"""How the fields of a scenario are read: names, instruments by their kind, sets and parameters."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import Annotated, TypeAlias

from pydantic import (
    Field,
    PlainValidator,
    SerializeAsAny,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WithJsonSchema,
)

import sim.record.fields  # noqa: F401  (with it and the instruments, every variable is declared)
from sim.definitions.variables import variables
from sim.errors import Mistake, MistakeError, mistake, suggest
from sim.files import distributions
from sim.files.distributions import Distribution
from sim.files.quantities import (
    Model,
    Names,
    TonnesPerDay,
    WorldNames,
)
from sim.files.shipped import worlds
from sim.files.strict import mistakes_of
from sim.instruments.base import KINDS, Instrument
from sim.units import WHOLE_DAYS, dimension_of, parse

VERSION = 1
FOLDER_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?|\..*|.*\.", re.IGNORECASE)
INSTRUMENT_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
MONTH = "month"

Uncertain: TypeAlias = float | Distribution


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


def _world(raw: object) -> str:
    """Read the name of a world that ships; a year may be written as a number."""
    name = "" if raw is None else str(raw)
    if name and name not in worlds():
        raise mistake(f"no world {name!r} ships", suggest(name, worlds()))
    return name


World: TypeAlias = Annotated[str, PlainValidator(_world), WithJsonSchema({"type": ["string", "integer"]})]


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


def read_parameters(raw: object, info: ValidationInfo) -> dict[str, Uncertain]:
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


def read_facilities(raw: object, read: ValidatorFunctionWrapHandler, info: ValidationInfo) -> dict[str, FacilityChange]:
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


def read_projects(raw: object, info: ValidationInfo) -> Names:
    """Read a set of projects."""
    names = Names.read(raw)
    wrong = [Mistake((), found, right) for found, right in names.unknown(_known(info).projects, "project")]
    if wrong:
        raise MistakeError(wrong)
    return names


def read_record(raw: object) -> tuple[str, ...]:
    """Read a set of variables."""
    names = Names.read(raw)
    wrong = [Mistake((), found, right) for found, right in names.unknown(variables(), "variable")]
    if wrong:
        raise MistakeError(wrong)
    return tuple(names.among(variables()))


def read_every(raw: object) -> int | str:
    """Read a number of days, or the word `month`."""
    return MONTH if raw == MONTH else int(parse(str(raw), WHOLE_DAYS))


AnyInstrument: TypeAlias = Annotated[
    SerializeAsAny[Instrument], PlainValidator(_instrument), WithJsonSchema({"x-ref": "instrument"})
]
WindowName: TypeAlias = Annotated[
    str, PlainValidator(_window_name), WithJsonSchema({"pattern": f"^{INSTRUMENT_NAME.pattern}$"})
]
