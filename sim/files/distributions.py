"""What may stand wherever a number may, and how it is drawn.

An *uncertain number* is drawn once for each replicate. *Cases* are many within a replicate, such as applications
for a licence: a distribution by type, whose own numbers may be uncertain. Numbers are in internal units.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias, final

import numpy as np

from sim.errors import BrokenInvariant, Mistake, MistakeError, mistake, suggest
from sim.files.positions import plain, read_text
from sim.files.shapes import FORMS, LEAST_MASS, Fixed, Normal, Producer, Shape
from sim.units import NUMBER, Dimension, dimension_of, show
from sim.units import parse as parse_quantity

if TYPE_CHECKING:
    from sim.axes import Floats, Scalar

OPTIONAL = {"low", "high"}  # of a normal
PURE_NUMBERS = {"ratio", "weights"}  # have no unit, whatever the quantity
ABOVE = {"lognormal": {"median": 0, "mean": 0, "sd": 0, "ratio": 1}, "normal": {"sd": 0}}
ASCENDING = (("median", "p90"), ("low", "mode"), ("mode", "high"), ("low", "high"))
LEAST_SHOWN = 0.01  # smaller masses are "less than"
OFTEN_MEANT = {
    "mu": "median",
    "scale": "median",
    "sigma": "ratio (p90 ÷ median)",
    "s": "ratio (p90 ÷ median)",
    "std": "sd",
    "stdev": "sd",
    "loc": "mean",
    "min": "low",
    "left": "low",
    "max": "high",
    "right": "high",
}

Written: TypeAlias = "str | float | list[Written] | dict[str, Written]"
Given: TypeAlias = "float | tuple[float, ...] | Distribution"
Uncertain: TypeAlias = "float | Distribution"


@final
@dataclass(frozen=True)
class Distribution:
    """An uncertain number: drawn once for each replicate."""

    word: str
    numbers: Mapping[str, Given]  # none of them a distribution
    dimension: Dimension

    @cached_property
    def shape(self) -> Shape:
        """What it looks like."""
        return _shape(self.word, self.numbers)

    def inverse(self, u: Floats) -> Floats:
        """Turn uniform draws into values.

        Parameters
        ----------
        u : (R,) array, share of 1
            Strictly between 0 and 1.

        Returns
        -------
        (R,) array, in the internal unit of the dimension
        """
        return self.shape.inverse(u)

    def written(self) -> Written:
        """Say it as a scenario file does."""
        return _written_numbers(self.word, self.numbers, self.dimension)


@final
@dataclass(frozen=True)
class Cases:
    """A distribution over the many cases within a replicate; without a word all cases are alike."""

    word: str
    numbers: Mapping[str, Given]
    dimension: Dimension

    def bind(self, draw: Callable[[str, Uncertain], Scalar]) -> Shape:
        """Draw the numbers that are uncertain, once for each replicate.

        Parameters
        ----------
        draw : callable
            Given the name of a number and the number, returns it as a float or as (R,).

        Examples
        --------
        Half of the cases are done by the median, whatever it is in a replicate.

        >>> from sim.units import DURATION
        >>> days = {"lognormal": {"median": {"uniform": {"low": "30 days", "high": "60 days"}}, "ratio": 2}}
        >>> drawn = {"median": np.array([30.0, 60.0]), "ratio": 2.0}
        >>> parse_cases(days, DURATION).bind(lambda name, number: drawn[name]).cdf(np.array([30.0, 60.0]))
        array([0.5, 0.5])
        """
        numbers = self.numbers.items()
        return _shape(self.word, {name: n if isinstance(n, tuple) else draw(name, n) for name, n in numbers})

    def written(self) -> Written:
        """Say it as a scenario file does."""
        if not self.word:
            return written(self.numbers["value"], self.dimension)
        return _written_numbers(self.word, self.numbers, self.dimension)


def middle(value: Uncertain) -> float:
    """The number itself, or the median of what it is drawn from."""
    return float(value.inverse(np.array(0.5))) if isinstance(value, Distribution) else float(value)


def parse(raw: object, dimension: Dimension) -> Uncertain:
    """Read a number that may be uncertain.

    Parameters
    ----------
    raw
        A quantity as text, or a map such as ``{uniform: {low: 1 day, high: 3 days}}``.
    dimension
        What each of its values has to be.
    """
    if not isinstance(raw, Mapping):
        return parse_certain(raw, dimension)
    word, numbers = _read(raw, dimension, parse_certain)
    distribution = Distribution(word, numbers, dimension)
    _refuse_outside(word, distribution.shape, dimension)
    return distribution


def parse_cases(raw: object, dimension: Dimension) -> Cases:
    """Read a distribution over cases; a single number says that all cases are alike."""
    if not isinstance(raw, Mapping):
        return Cases("", {"value": parse_certain(raw, dimension)}, dimension)
    word, numbers = _read(raw, dimension, parse)
    middles = {name: _middle(number) for name, number in numbers.items()}
    _refuse_outside(word, _shape(word, middles), dimension)
    return Cases(word, numbers, dimension)


def parse_certain(raw: object, dimension: Dimension) -> float:
    """Read a number that may not be a distribution."""
    if isinstance(raw, str | int | float) and not isinstance(raw, bool):
        return parse_quantity(raw, dimension)
    found = "a map" if isinstance(raw, Mapping) else "a list" if isinstance(raw, list | tuple) else repr(raw)
    raise mistake(f"{found} is not {dimension.name}", dimension.advice)


def _read(
    raw: Mapping[str, object], dimension: Dimension, parse_number: Callable[[object, Dimension], Given]
) -> tuple[str, dict[str, Given]]:
    """Read the word and its numbers, and refuse what does not make a distribution."""
    word, given = _word(raw)
    _refuse_names(word, given)
    numbers: dict[str, Given] = {}
    wrong: list[Mistake] = []
    for name, value in given.items():
        try:
            numbers[name] = _number(name, value, dimension, parse_number)
        except MistakeError as error:
            wrong += error.under(word, name).items
    if wrong:
        raise MistakeError(wrong)
    _refuse_disorder(word, numbers)
    return word, numbers


def _word(raw: Mapping[str, object]) -> tuple[str, Mapping[str, object]]:
    words = list(raw)
    if len(words) != 1:
        found = " and ".join(map(repr, words)) if words else "an empty map"
        right = "Write one word with its numbers: {uniform: {low: …, high: …}}."
        raise mistake(f"{found} do not make one distribution", right)
    word, given = words[0], raw[words[0]]
    if word not in FORMS:
        raise mistake(f"{word!r} is not a distribution", suggest(word, FORMS), word)
    if not isinstance(given, Mapping):
        raise mistake(f"{word} has no named numbers", f"Write {_forms(word)}.", word)
    return word, given


def _forms(word: str) -> str:
    forms = (", ".join(f"{name}: …" for name in names) for names in FORMS[word])
    return " or ".join(f"{{{word}: {{{form}}}}}" for form in forms)


def _producer(word: str, names: set[str]) -> Producer | None:
    optional = OPTIONAL if word == "normal" else set()
    forms = FORMS[word].items()
    return next((make for form, make in forms if set(form) - optional <= names <= set(form)), None)


def _refuse_names(word: str, given: Mapping[str, object]) -> None:
    known = {name for form in FORMS[word] for name in form}
    unknown = [name for name in given if name not in known]
    if unknown:
        meant = {name: f"Say {OFTEN_MEANT[name]}: " if name in OFTEN_MEANT else "Write " for name in unknown}
        raise MistakeError(
            Mistake((word, name), f"{word} has no {name!r}", f"{start}{_forms(word)}.") for name, start in meant.items()
        )
    if _producer(word, set(given)) is None:
        raise mistake(f"{word} cannot be made of {', '.join(given) or 'nothing'}", f"Write {_forms(word)}.", word)


def _number(
    name: str, value: object, dimension: Dimension, parse_number: Callable[[object, Dimension], Given]
) -> Given:
    unit = NUMBER if name in PURE_NUMBERS else dimension
    if name not in ("values", "weights"):
        return parse_number(value, unit)
    if not isinstance(value, list | tuple) or not value:
        raise mistake(f"{name} is not a list of numbers", f"Write a list: [{unit.example}, …].")
    return tuple(parse_certain(item, unit) for item in value)


def _refuse_disorder(word: str, numbers: Mapping[str, Given]) -> None:
    """Refuse numbers that do not stand in order, or are zero or less where that means nothing."""
    for name, least in ABOVE.get(word, {}).items():
        if name in numbers and not _is_above(numbers[name], least):
            raise mistake(f"{name} is not above {least}", f"A {word} needs {name} above {least}.", word, name)
    for lower, upper in ASCENDING:
        if lower in numbers and upper in numbers:
            _refuse_crossing(word, lower, upper, numbers)
    weights = numbers.get("weights", ())
    if isinstance(weights, tuple) and weights:
        _refuse_weights(weights, numbers["values"])


def _is_above(number: Given, least: float) -> bool:
    return _reach(number)[0] >= least if isinstance(number, Distribution) else _reach(number)[0] > least


def _refuse_crossing(word: str, lower: str, upper: str, numbers: Mapping[str, Given]) -> None:
    most, least = _reach(numbers[lower])[1], _reach(numbers[upper])[0]
    may_be_equal = "mode" in (lower, upper)
    if most < least or (most == least and may_be_equal):
        return
    verb = "can be" if any(isinstance(numbers[name], Distribution) for name in (lower, upper)) else "is"
    right = f"Let {lower} lie below {upper}" + (", or give ratio, p90 ÷ median." if upper == "p90" else ".")
    raise mistake(f"{upper} {verb} {'below' if may_be_equal else 'no more than'} {lower}", right, word, upper)


def _refuse_weights(weights: tuple[float, ...], values: Given) -> None:
    if isinstance(values, tuple) and len(values) != len(weights):
        found = f"{len(values)} values have {len(weights)} weights"
        raise mistake(found, "Give each value its weight.", "discrete", "weights")
    if min(weights) < 0 or not sum(weights):
        raise mistake("a weight is below 0, or all are 0", "Write such as [1, 3].", "discrete", "weights")


def _refuse_outside(word: str, shape: Shape, dimension: Dimension) -> None:
    """Refuse a distribution that can leave the range of its quantity, and say how much of it does."""
    if isinstance(shape, Normal) and shape.is_empty:
        raise mistake("nothing of the normal lies between low and high", "Move mean, low or high.", word)
    low, high = shape.support
    if low < dimension.low:
        found = f"{_percent(float(shape.cdf(dimension.low)))} of the mass lies below {dimension.low:g}"
        raise mistake(found, _how_to_cut(word, f"low: {written(dimension.low, dimension)}"), word)
    if high > dimension.high:
        found = f"{_percent(1.0 - float(shape.cdf(dimension.high)))} of the mass lies above {dimension.high:g}"
        raise mistake(found, _how_to_cut(word, f"high: {written(dimension.high, dimension)}"), word)


def limits_of(least: str, most: str, unit: str) -> tuple[float, float]:
    """Read the limits of a row of a table, numbers in its unit."""
    dimension = dimension_of(unit)
    low, high = (parse_certain(_with_unit(end, "" if unit == "1" else unit), dimension) for end in (least, most))
    return low, high


def refuse_beyond(number: Uncertain, least: float, most: float, dimension: Dimension) -> None:
    """Refuse a number outside two limits, or a distribution that is outside in more than one replicate of a million."""
    ends = np.array([LEAST_MASS, 1.0 - LEAST_MASS])
    low, high = number.inverse(ends) if isinstance(number, Distribution) else (number, number)
    if low < least or high > most:
        limits = f"from {show(least, dimension)} to {show(most, dimension)}"
        what = show(number, dimension) if not isinstance(number, Distribution) else "much of the distribution"
        raise mistake(f"{what} is beyond what the model can take", f"Write {dimension.name} {limits}.")


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %" if share >= LEAST_SHOWN else f"less than {100 * LEAST_SHOWN:g} %"


def _how_to_cut(word: str, limit: str) -> str:
    if word == "normal":
        return f"Cut it there with {limit}; what remains is scaled up."
    return f"Take one that ends there: triangular, uniform, or normal with {limit}."


def _reach(number: Given) -> tuple[float, float]:
    if isinstance(number, Distribution):
        return number.shape.support
    return (min(number), max(number)) if isinstance(number, tuple) else (number, number)


def _middle(number: Given) -> Given:
    return middle(number) if isinstance(number, Distribution) else number


def _shape(word: str, numbers: Mapping[str, Given | Scalar]) -> Shape:
    make: Producer | None = _producer(word, set(numbers)) if word else Fixed
    if make is None:
        raise BrokenInvariant(f"a {word} of {', '.join(numbers)} was let in")
    return make(**numbers)


def _written_numbers(word: str, numbers: Mapping[str, Given], dimension: Dimension) -> Written:
    units = {name: NUMBER if name in PURE_NUMBERS else dimension for name in numbers}
    return {word: {name: written(number, units[name]) for name, number in numbers.items()}}


def parse_in_unit(text: str, unit: str) -> Uncertain:
    """Read a value of a table, a number or a distribution whose numbers are in the unit of its row.

    Examples
    --------
    >>> parse_in_unit("6.5", "weeks")
    45.5
    """
    return parse(_with_unit(plain(read_text(text, "")), "" if unit == "1" else unit), dimension_of(unit))


def _with_unit(raw: object, unit: str) -> object:
    if isinstance(raw, Mapping):
        return {name: raw[name] if name in PURE_NUMBERS else _with_unit(raw[name], unit) for name in raw}
    if isinstance(raw, list):
        return [_with_unit(item, unit) for item in raw]
    return f"{raw} {unit}"


def written(number: Given, dimension: Dimension) -> Written:
    """Say a number as a scenario file does."""
    if isinstance(number, Distribution):
        return number.written()
    if isinstance(number, tuple):
        return [written(item, dimension) for item in number]
    return number if dimension.is_plain else show(number, dimension)
