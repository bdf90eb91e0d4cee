"""What cells of seeds tables may hold, and how they are read: numbers within limits, days, names, words."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from types import NoneType
from typing import Annotated, Any, TypeAlias, get_args, get_origin, get_type_hints

from sim.errors import MistakeError, suggest
from sim.units import dimension_of, likely_day, parse, parse_date

MOST = 1e15  # of any number that has no nearer limit
NOT_IN_NAMES = re.compile(r"[+*\[\]{}\"\x00-\x1f]")
PERIODS = {4: "{}-01-01", 7: "{}-01", 10: "{}"}  # a year, a month, a day by their length: the first day of each


class NumberError(ValueError):
    """A cell holds no finite number."""


@dataclass(frozen=True)
class Limits:
    """From where to where the numbers of a column make sense, and their unit."""

    least: float
    most: float
    unit: str = ""
    above: bool = False  # whether the least is itself too little

    def refuse_beyond(self, value: float, text: str) -> None:
        """Say in a ValueError that a number is too small or too large."""
        if value > self.most or value < self.least or (self.above and value == self.least):
            side = (
                f"above {self.most:g}"
                if value > self.most
                else f"{'not above' if self.above else 'below'} {self.least:g}"
            )
            unit = f" {self.unit}" if self.unit else ""
            span = f"above {self.least:g} and up to" if self.above else f"from {self.least:g} to"
            raise ValueError(f"{text} is {side}.\nWrite a number {span} {self.most:g}{unit}.")


@dataclass(frozen=True)
class Day:
    """A column of calendar days; coarse ones may be months or years. An empty cell is no day, where none is needed."""

    coarse: bool = False
    needed: bool = False

    def refuse_others(self, text: str) -> None:
        """Say in a ValueError what is no day."""
        form = PERIODS.get(len(text), "{}") if self.coarse else "{}"
        try:
            parse_date(form.format(refuse_spaces(text)))
        except ValueError:
            forms = ", a month such as 2025-04, or a year" if self.coarse else ""
            meant = f" Did you mean {iso}?" if (iso := likely_day(text.strip())) else ""
            raise ValueError(
                f"{text!r} is not a date.\nWrite year-month-day, such as 2025-04-04{forms}.{meant}"
            ) from None


def refuse_spaces(text: str) -> str:
    """Give a text back that has no spaces around it."""
    if text != text.strip():
        raise ValueError(f"{text!r} has spaces around it")
    return text


Value: TypeAlias = str | bool | float | None
Converter: TypeAlias = Callable[[str], Value]
"""Converts a cell, or says in a ValueError what is wrong, and in its second line what would be right."""


def converters(row: type[Any]) -> dict[str, Converter]:
    """How the cells of each column of a kind of row are converted, by the types of its fields."""
    return {column: _converter(hint) for column, hint in get_type_hints(row, include_extras=True).items()}


def _converter(hint: Any) -> Converter:  # noqa: ANN401
    """How cells of one type are converted."""
    kind, *rules = get_args(hint) if get_origin(hint) is Annotated else (hint,)
    if NoneType in get_args(kind):
        return lambda text: number(text, *rules) if text else None
    if kind is float:
        return lambda text: number(text, *rules)
    if kind is bool:
        return lambda text: one_of(text, ("true", "false")) == "true"
    if kind is not str:
        return lambda text: one_of(text, get_args(kind))
    days = [rule for rule in rules if isinstance(rule, Day)]
    return partial(_text, days=days) if days else str


def _text(text: str, days: Sequence[Day]) -> str:
    """Refuse what is no day where one is meant."""
    for day in days:
        if text or day.needed:
            day.refuse_others(text)
    return text


def one_of(text: str, known: Sequence[str]) -> str:
    """Refuse a word that is not one of some."""
    if text not in known:
        raise ValueError(f"{text!r} is not known.\n{suggest(text, known)}")
    return text


def likely_number(text: str) -> str:
    """Write a number as it is meant that can be read in one way only; nothing if there is none or several.

    Examples
    --------
    >>> likely_number("58,400,000,000"), likely_number("58 400"), likely_number("3,4"), likely_number("12 %")
    ('58400000000', '58400', '3.4', '0.12')
    >>> likely_number("58,400"), likely_number("3 weeks")
    ('', '')
    """
    plain = " ".join(text.split())
    if re.fullmatch(r"-?\d{1,3}(([, '\u2019]\d{3}){2,}|([ '\u2019]\d{3})+)(\.\d+)?", plain):
        return re.sub(r"[, '\u2019]", "", plain)
    if re.fullmatch(r"-?\d+,(\d{1,2}|\d{4,})", plain):
        return plain.replace(",", ".")
    if re.fullmatch(r"-?\d+(\.\d+)? ?%", plain):
        return repr(float(Fraction(plain.rstrip(" %")) / 100))
    return ""


def number(text: str, *limits: Limits) -> float:
    """Read a finite number within limits."""
    try:
        value = math.nan if "_" in text else float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        meant = f" Did you mean {likely}?" if (likely := likely_number(text)) else ""
        raise NumberError(f"{text!r} is not a number.\nWrite a number such as 0.25 or 1200.{meant}")
    for limit in limits or (Limits(-MOST, MOST),):
        limit.refuse_beyond(value, text)
    return value


def refuse_hidden(text: str) -> None:
    """Say in a ValueError that a name has spaces that nobody sees: it would be taken for another."""
    tidy = " ".join(text.split())
    if tidy != text:
        raise ValueError(f"{text!r} has spaces that nobody sees.\nWrite {tidy!r}.")


def refuse_signs(text: str) -> None:
    """Say in a ValueError that a name has signs that mean something else in scenario files."""
    if found := NOT_IN_NAMES.search(text):
        raise ValueError(
            f"{text!r} holds {found[0]!r}, which no name may.\nWrite letters, digits, spaces, dots, dashes."
        )


def in_unit(cells: Mapping[str, str], wanted: str) -> str:
    """Bring a value to the unit that its row is wanted in; as it is where that is its unit.

    Examples
    --------
    >>> in_unit({"value": "1200", "unit": "kg/year"}, "t/year"), in_unit({"value": "9.5", "unit": "t/t"}, "t/t")
    ('1.2', '9.5')

    Raises
    ------
    ValueError
        It cannot be converted.
    """
    text, unit = cells["value"], cells["unit"]
    number(text, Limits(-math.inf, math.inf))
    if unit == wanted:
        return text
    if "/t" in wanted and "USD" not in wanted:  # t/t, t REO/t: of the goods themselves
        raise ValueError(f"{unit!r} is not the unit of this number.\nWrite it in {wanted}.")
    dimension = dimension_of(wanted)
    try:
        parse(f"{text} {unit}", dimension)
        size = dimension.units[" ".join(unit.split())].size / dimension.units[wanted].size
        return repr(float(Fraction(text) * size))
    except MistakeError as error:
        (wrong,) = error.items
        raise ValueError(f"{wrong.found}.\nWrite it in {wanted}. {wrong.right}") from None
