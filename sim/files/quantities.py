"""The types that scenario files are made of: quantities in internal units, dates, sets of names."""

from __future__ import annotations

import datetime
import math
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias, final

from pydantic_core import CoreSchema, core_schema

from sim import units
from sim.errors import mistake, suggest
from sim.files import distributions
from sim.files.distributions import OPTIONAL, PURE_NUMBERS, Distribution
from sim.files.shapes import FORMS
from sim.files.strict import Model

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler

    from sim.units import Dimension

__all__ = [
    "Cases", "Change", "Count", "Date", "Days", "Dollars", "DollarsPerDay", "DollarsPerTonne", "GrowthPerDay",
    "Model", "Names", "Number", "RatePerDay", "Ratio", "Share", "Tonnes", "TonnesPerDay", "UncertainChange",
    "UncertainDays", "UncertainDollars", "UncertainDollarsPerDay", "UncertainDollarsPerTonne",
    "UncertainGrowthPerDay", "UncertainNumber", "UncertainRatePerDay", "UncertainRatio", "UncertainShare",
    "UncertainTonnes", "UncertainTonnesPerDay", "WholeDays", "WorldNames",
]  # fmt: skip

Json: TypeAlias = dict[str, Any]


@final
@dataclass(frozen=True, eq=False)
class _AsText:
    """A pydantic type that is read from what a file says and written back as a file says it."""

    read: Callable[[object], object]
    write: Callable[[Any], object]
    schema: Json

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Read by our own rules; limits of a field, as ``ge=1``, hold for certain numbers, in internal units."""
        written = core_schema.plain_serializer_function_ser_schema(self.write)
        steps: list[CoreSchema] = [core_schema.no_info_plain_validator_function(self.read)]
        if source in (int, float):
            steps.append(handler(source))
        return core_schema.chain_schema(steps, serialization=written)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> Json:
        """Describe the text, for editors, with the limits of a certain number."""
        steps = schema["steps"] if schema["type"] == "chain" else []
        limits = handler(steps[-1]) if len(steps) > 1 else {}
        return self.schema | {key: limits[key] for key in ("minimum", "maximum") if key in limits}


def _quantity(dimension: Dimension) -> _AsText:
    def write(value: float) -> object:
        return value if dimension.is_plain else units.show(value, dimension)

    def read(raw: object) -> float:
        value = distributions.parse_certain(raw, dimension)
        return int(value) if dimension.whole else value

    return _AsText(read, write, quantity_schema(dimension))


def _uncertain(dimension: Dimension) -> _AsText:
    return _AsText(
        lambda raw: raw if isinstance(raw, Distribution) else distributions.parse(raw, dimension),
        lambda value: distributions.written(value, dimension),
        uncertain_schema(dimension),
    )


def quantity_schema(dimension: Dimension) -> Json:
    """Describe a quantity, for the JSON Schema; its ``x-name`` lets `sim.files.editors` state it once."""
    number: Json = {"type": "integer" if dimension.whole else "number"}
    if dimension.low > -math.inf:
        number |= {"minimum": dimension.low}
    if dimension.high < math.inf:
        number |= {"maximum": dimension.high}
    named = "|".join(re.escape(name).replace(r"\ ", r"\s+") for name in dimension.units)
    text = {"type": "string", "pattern": rf"^\s*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?\s*({named})\s*$"}
    name = dimension.name.partition(" ")[2]
    alternatives = [number, text] if dimension.is_plain else [text]
    return {"x-name": name, "x-text": f"{dimension.name}, such as {dimension.example}", "anyOf": alternatives}


def uncertain_schema(dimension: Dimension, inner: Callable[[Dimension], Json] = quantity_schema) -> Json:
    """Describe a quantity that may be a distribution, whose numbers are described by `inner`."""
    certain = quantity_schema(dimension)
    words = {word: {"anyOf": [_form_schema(form, dimension, inner) for form in forms]} for word, forms in FORMS.items()}
    one_word = {"type": "object", "properties": words, "additionalProperties": False, "minProperties": 1}
    return {
        "x-name": f"{'uncertain' if inner is quantity_schema else 'cases of'} {certain['x-name']}",
        "x-text": f"{certain['x-text']}, or a distribution",
        "anyOf": [certain, one_word | {"maxProperties": 1}],
    }


def _form_schema(form: tuple[str, ...], dimension: Dimension, inner: Callable[[Dimension], Json]) -> Json:
    """Describe the numbers of one form of a distribution."""
    numbers = {name: inner(units.NUMBER if name in PURE_NUMBERS else dimension) for name in form}
    for name in {"values", "weights"} & set(form):
        numbers[name] = {"type": "array", "items": quantity_schema(units.NUMBER if name == "weights" else dimension)}
    required = [name for name in form if name not in OPTIONAL or "sd" not in form]
    return {"type": "object", "properties": numbers, "required": required, "additionalProperties": False}


Days: TypeAlias = Annotated[float, _quantity(units.DURATION)]
Tonnes: TypeAlias = Annotated[float, _quantity(units.MASS)]
TonnesPerDay: TypeAlias = Annotated[float, _quantity(units.MASS_RATE)]
Dollars: TypeAlias = Annotated[float, _quantity(units.MONEY)]
DollarsPerDay: TypeAlias = Annotated[float, _quantity(units.MONEY_RATE)]
DollarsPerTonne: TypeAlias = Annotated[float, _quantity(units.PRICE)]
Share: TypeAlias = Annotated[float, _quantity(units.SHARE)]
Ratio: TypeAlias = Annotated[float, _quantity(units.RATIO)]
Change: TypeAlias = Annotated[float, _quantity(units.CHANGE)]
GrowthPerDay: TypeAlias = Annotated[float, _quantity(units.GROWTH)]
RatePerDay: TypeAlias = Annotated[float, _quantity(units.RATE)]
Number: TypeAlias = Annotated[float, _quantity(units.NUMBER)]
Count: TypeAlias = Annotated[int, _quantity(units.COUNT)]
WholeDays: TypeAlias = Annotated[int, _quantity(units.WHOLE_DAYS)]

UncertainDays: TypeAlias = Annotated[float | Distribution, _uncertain(units.DURATION)]
UncertainTonnes: TypeAlias = Annotated[float | Distribution, _uncertain(units.MASS)]
UncertainTonnesPerDay: TypeAlias = Annotated[float | Distribution, _uncertain(units.MASS_RATE)]
UncertainDollars: TypeAlias = Annotated[float | Distribution, _uncertain(units.MONEY)]
UncertainDollarsPerDay: TypeAlias = Annotated[float | Distribution, _uncertain(units.MONEY_RATE)]
UncertainDollarsPerTonne: TypeAlias = Annotated[float | Distribution, _uncertain(units.PRICE)]
UncertainShare: TypeAlias = Annotated[float | Distribution, _uncertain(units.SHARE)]
UncertainRatio: TypeAlias = Annotated[float | Distribution, _uncertain(units.RATIO)]
UncertainChange: TypeAlias = Annotated[float | Distribution, _uncertain(units.CHANGE)]
UncertainGrowthPerDay: TypeAlias = Annotated[float | Distribution, _uncertain(units.GROWTH)]
UncertainRatePerDay: TypeAlias = Annotated[float | Distribution, _uncertain(units.RATE)]
UncertainNumber: TypeAlias = Annotated[float | Distribution, _uncertain(units.NUMBER)]

Cases: TypeAlias = Annotated[
    distributions.Cases,
    _AsText(
        lambda raw: raw if isinstance(raw, distributions.Cases) else distributions.parse_cases(raw, units.DURATION),
        distributions.Cases.written,
        uncertain_schema(units.DURATION, uncertain_schema),
    ),
]

Date: TypeAlias = Annotated[
    datetime.date,
    _AsText(
        units.parse_date,
        lambda date: date,
        {"x-name": "date", "x-text": "year-month-day", "anyOf": [{"type": "string", "pattern": r"^\d{4}-\d\d-\d\d$"}]},
    ),
]

ALL = re.compile(r"(?:all|\*)(?:-(.+))?")


@final
@dataclass(frozen=True)
class Names:
    """A set of names: ``all``, ``all-A``, ``A+B``, or a list; a commodity may be ``stage.*``.

    Examples
    --------
    >>> Names(text="all-A").among(["A", "B", "C"])
    ['B', 'C']
    """

    text: str = ""
    listed: tuple[str, ...] = ()

    @property
    def is_complement(self) -> bool:
        """Whether it is all, or all but some."""
        return not self.listed and ALL.fullmatch(self.text) is not None

    @property
    def named(self) -> tuple[str, ...]:
        """The names that it names: those that are in, or those left out."""
        if self.listed:
            return self.listed
        match = ALL.fullmatch(self.text)
        text = (match[1] or "") if match else self.text
        return tuple(part.strip() for part in text.split("+") if part.strip())

    def among(self, known: Sequence[str]) -> list[str]:
        """List those of the known names that are meant, in their order."""
        named = self.named
        return [name for name in known if any(_is_meant(name, one) for one in named) != self.is_complement]

    def unknown(self, known: Sequence[str], what: str) -> Iterator[tuple[str, str]]:
        """Say of each of its names that is not known what was found, and what would be right."""
        for one in self.named:
            if not any(_is_meant(name, one) for name in known):
                several = _several(one, set(known)) if self.is_complement else []
                right = f"Join several by +: all-{'+'.join(several)}." if several else suggest(one, known)
                yield f"{one!r} is not {_article(what)} {what}", right

    @classmethod
    def read(cls, raw: object) -> Names:
        """Read what a file says."""
        if isinstance(raw, cls):
            return raw
        if isinstance(raw, str) and raw.strip():
            return cls(text=raw.strip())
        if isinstance(raw, list | tuple) and all(isinstance(item, str) for item in raw):
            return cls(listed=tuple(raw)) if raw else cls()
        found = "a list that holds more than names" if isinstance(raw, list) else f"{raw!r} is not a set of names"
        raise mistake(found, "Write `all`, `all-A`, `A+B` or a list: [A, B].")

    def written(self) -> str | list[str]:
        """Say it as a file does."""
        return self.text or list(self.listed)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Read by our own rules alone."""
        written = core_schema.plain_serializer_function_ser_schema(cls.written)
        return core_schema.no_info_plain_validator_function(cls.read, serialization=written)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> Json:
        """Describe the text, for editors."""
        return {
            "x-name": "names",
            "x-text": "all, all-A, A+B, or a list",
            "anyOf": [{"type": "string", "minLength": 1}, {"type": "array", "items": {"type": "string"}}],
        }


def _several(text: str, known: set[str]) -> list[str]:
    """Take text apart into known names that dashes join; nothing if it is not made of them.

    Examples
    --------
    >>> _several("US-automotive-ev", {"US", "automotive-ev"}), _several("US-cars", {"US"})
    (['US', 'automotive-ev'], [])
    """
    if text in known:
        return [text]
    cuts = (i for i, sign in enumerate(text) if sign == "-" and text[:i] in known)
    return next(([text[:i], *rest] for i in cuts if (rest := _several(text[i + 1 :], known))), [])


def _is_meant(name: str, one: str) -> bool:
    return name == one or (one.endswith(".*") and name.startswith(one[:-1]))


def _article(noun: str) -> str:
    return "an" if noun[0] in "aeiou" else "a"


@final
@dataclass(frozen=True)
class WorldNames:
    """The names of a world that scenarios may use."""

    elements: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    commodities: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    facilities: tuple[str, ...] = ()
    processes: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
    parameters: Mapping[str, str] = field(default_factory=dict)  # unit by name
    limits: Mapping[str, tuple[float, float]] = field(default_factory=dict)  # of parameters, in internal units

    def nearest(self, word: str, known: Iterable[str]) -> str:
        """Say what a word may have meant."""
        return suggest(word, known)
