"""Quantities with units to the one internal unit of each kind, and back. Only here a week has seven days.

Inside: tonnes, US dollars of 2025, days, shares of 1, rates per day, prices in USD/t.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from sim.errors import MOST_LISTED, Mistake, MistakeError
from sim.spellings import joined_digits, meant_unit, why_ambiguous

if TYPE_CHECKING:
    from collections.abc import Mapping

DAYS_A_WEEK = 7.0
DAYS_A_YEAR = 365.0
DAYS_A_MONTH = DAYS_A_YEAR / 12
MILLION = 1e6
MONEY_YEAR = 2025

QUANTITY = re.compile(r"([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?)(?![\d.,:_]|[eE][+-]?\d)\s*(.*)", re.DOTALL)
LEADING_ZERO = re.compile(r"[+-]?0\d")
DATE_PARTS = re.compile(r"(\d{1,4})[-/. ](\d{1,2})[-/. ](\d{1,4})")
MOST_DIGITS = 17  # tell every float from its neighbours


class UnitError(MistakeError):
    """A text is not a quantity of the kind that is wanted."""

    def __init__(self, found: str, right: str) -> None:
        super().__init__([Mistake((), found, right)])


@dataclass(frozen=True)
class Unit:
    """How much of the internal unit it is; of a growth also the days after which it is added."""

    size: Fraction = Fraction(1)
    days: Fraction = Fraction(0)

    def inside(self, amount: Fraction) -> float:
        """From this unit to the internal one."""
        if self.days:
            return math.log1p(amount * self.size) / float(self.days)
        return float(amount * self.size)

    def outside(self, value: float) -> float:
        """From the internal unit to this one."""
        if self.days:
            return math.expm1(value * float(self.days)) / float(self.size)
        return float(Fraction(value) / self.size)


@dataclass(frozen=True)
class Dimension:
    """A kind of quantity: its units, its range in internal units, how to write and to show it."""

    name: str  # with its article, as messages say it
    units: Mapping[str, Unit] = field(repr=False)  # "" where a number without unit is one
    shown: tuple[str, ...]  # units of what is written back; the shortest text wins, the first of equals
    example: str
    low: float = 0.0
    high: float = math.inf
    whole: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether it is written back as a number without unit."""
        return self.shown == ("",)

    @property
    def advice(self) -> str:
        """How to write one."""
        return f"Write {self.name} such as {self.example}."


_YEAR = Fraction(DAYS_A_YEAR)
_PERIODS = {"day": Fraction(1), "week": Fraction(DAYS_A_WEEK), "month": _YEAR / 12, "year": _YEAR}
_PLURALS = {f"{period}s": days for period, days in _PERIODS.items()}
_PLAIN = {"": Unit()}
_PERCENT = Unit(Fraction(1, 100))
_MASSES = {
    "t": Unit(),
    "kt": Unit(Fraction(10**3)),
    "Mt": Unit(Fraction(10**6)),
    "kg": Unit(Fraction(1, 10**3)),
}
_MONEY = {
    "USD": Unit(),
    "thousand USD": Unit(Fraction(10**3)),
    "million USD": Unit(Fraction(10**6)),
    "bn USD": Unit(Fraction(10**9)),
    "billion USD": Unit(Fraction(10**9)),
}


def _per_period(units: Mapping[str, Unit]) -> dict[str, Unit]:
    return {
        f"{name}/{period}": Unit(unit.size / days)
        for period, days in reversed(_PERIODS.items())
        for name, unit in units.items()
    }


DURATION = Dimension(
    "a duration", {name: Unit(days) for name, days in (_PLURALS | _PERIODS).items()}, ("days",), "45 days"
)
WHOLE_DAYS = replace(DURATION, name="a number of whole days", example="7 days", low=1.0, whole=True)
MASS = Dimension("a mass", _MASSES, ("t",), "250 t")
MASS_RATE = Dimension("a flow", _per_period(_MASSES), ("t/year", "t/day"), "2500 t/year")
MONEY = Dimension("an amount of money", _MONEY, ("bn USD", "million USD", "USD"), "10 bn USD")
MONEY_RATE = Dimension(
    "a flow of money", _per_period(_MONEY), ("million USD/year", "USD/year", "USD/day"), "5 million USD/year"
)
PRICE = Dimension("a price", {"USD/kg": Unit(Fraction(10**3)), "USD/t": Unit()}, ("USD/kg", "USD/t"), "110 USD/kg")
SHARE = Dimension("a share", _PLAIN | {"%": _PERCENT}, ("",), "25 % or 0.25", high=1.0)
RATIO = Dimension("a ratio", _PLAIN | {"%": _PERCENT}, ("",), "1.3 or 130 %")
CHANGE = Dimension("a change", _PLAIN | {"%": _PERCENT}, ("",), "-20 % or -0.2", low=-1.0, high=1.0)
GROWTH = Dimension(
    "a growth",
    {f"%/{period}": Unit(_PERCENT.size, days) for period, days in reversed(_PERIODS.items())} | {"/day": Unit()},
    ("%/year", "/day"),
    "3 %/year",
    low=-math.inf,
)
RATE = Dimension("a rate", _per_period({"": Unit(), "1": Unit()}), ("/year", "/day"), "0.1/year")
NUMBER = Dimension("a number", _PLAIN, ("",), "1.5", low=-math.inf)
COUNT = Dimension("a whole number", _PLAIN, ("",), "500", whole=True)

DIMENSIONS = (DURATION, MASS, MASS_RATE, MONEY, MONEY_RATE, PRICE, SHARE, RATIO, CHANGE, GROWTH, RATE, NUMBER, COUNT)


def dimension_of(unit: str) -> Dimension:
    """Find the kind of quantity that a unit of a table belongs to; ``1`` and nothing are plain numbers.

    Examples
    --------
    >>> dimension_of("USD/kg").name
    'a price'
    """
    if unit in ("", "1"):
        return NUMBER
    for dimension in DIMENSIONS:
        if unit in dimension.units:
            return dimension
    known = ", ".join(name for dimension in DIMENSIONS for name in dimension.units if name)
    raise UnitError(f"{unit!r} is not a unit", f"Known: {known}.")


def size_of(unit: str) -> float:
    """How much of the internal unit a unit of a table is, where numbers in it add up.

    Examples
    --------
    >>> size_of("weeks"), size_of("USD/kg"), size_of("1")
    (7.0, 1000.0, 1.0)
    """
    dimension = dimension_of(unit)
    return 1.0 if dimension is NUMBER else float(dimension.units[unit].size)


def parse(text: str | float, dimension: Dimension) -> float:
    """Read a quantity as it is written, into internal units.

    Parameters
    ----------
    text
        As in a scenario file: a number, then its unit.
    dimension
        What it has to be.

    Examples
    --------
    >>> parse("6 weeks", DURATION), parse("110 USD/kg", PRICE), parse("40%", SHARE)
    (42.0, 110000.0, 0.4)
    """
    written = str(text).strip()
    match = QUANTITY.fullmatch(written)
    if match is None or LEADING_ZERO.match(written):
        raise UnitError(f"{written!r} is not {dimension.name}", _spelling(written, dimension))
    number, name = match[1], " ".join(match[2].split())
    unit = dimension.units.get(name)
    if unit is None:
        raise _not_a_unit(written, number, name, dimension)
    return _within(written, _inside(written, number, unit, dimension), dimension)


def _spelling(written: str, dimension: Dimension) -> str:
    if "," in written or "_" in written:
        return f"{dimension.advice} Digits stand together, and the decimal mark is a point."
    if LEADING_ZERO.match(written):
        return f"{dimension.advice} A number does not begin with 0 unless a point follows."
    if any(written.startswith(code) for code in ("USD", *CURRENCIES)):
        return f"{dimension.advice} The number comes first, then USD."
    return dimension.advice


def _inside(written: str, number: str, unit: Unit, dimension: Dimension) -> float:
    try:
        return unit.inside(Fraction(number))
    except (ValueError, OverflowError):
        raise UnitError(f"{written} is out of range", dimension.advice) from None


def _within(written: str, value: float, dimension: Dimension) -> float:
    if value < dimension.low:
        raise UnitError(f"{written} is below {dimension.low:g}", dimension.advice)
    if value > dimension.high:
        raise UnitError(f"{written} is above {dimension.high:g}", dimension.advice)
    if dimension.whole and value != round(value):
        raise UnitError(f"{written} is not a whole number", dimension.advice)
    return value


CURRENCIES = {
    "EUR": "euro",
    "€": "euro",
    "CNY": "yuan",
    "RMB": "yuan",
    "JPY": "yen",
    "¥": "yen or yuan",
    "GBP": "pounds",
    "£": "pounds",
    "AUD": "Australian dollars",
    "CAD": "Canadian dollars",
    "KRW": "won",
    "INR": "rupees",
    "$": "dollars of an unnamed country",
}


def _not_a_unit(written: str, number: str, name: str, dimension: Dimension) -> UnitError:
    """Say what to write instead of a unit that is not one of the dimension's."""
    if not any(dimension.units):
        right = f"Write it without a unit: {number}." if " " in written else dimension.advice
        if name == "%":
            right = f"Write it as a number: {float(Fraction(number) / 100):g}."
        return UnitError(f"{written!r} is not {dimension.name}", right)
    if not name:
        return UnitError(f"{written} has no unit", f"{dimension.advice[:-1]}, with its unit.")
    other = next((known for known in DIMENSIONS if name in known.units), None)
    if other is not None:
        return UnitError(f"{written} is {other.name}, and {dimension.name} is wanted here", dimension.advice)
    return _other_money(written, number, name) or _misspelt(written, number, name, dimension)


def _other_money(written: str, number: str, name: str) -> UnitError | None:
    """Refuse another currency, or dollars of another year."""
    words = re.findall(r"[A-Za-z]+|[€¥£$]|\d{4}", name)
    code = next((word for word in words if word in CURRENCIES), "")
    if code:
        return UnitError(
            f"{written} is in {CURRENCIES[code]}, and money here is {MONEY_YEAR} USD",
            f"Convert it at the rate of its day, and write the USD of {MONEY_YEAR} that it comes to.",
        )
    if "USD" in words and any(word.isdigit() for word in words):
        dollars = " ".join(re.sub(r"\W?\d{4}\W?", " ", name).split())
        return UnitError(
            f"{written} names a year, and money here is {MONEY_YEAR} USD",
            f"Bring it to prices of {MONEY_YEAR} and leave the year out: {number} {dollars}.",
        )
    return None


def _misspelt(written: str, number: str, name: str, dimension: Dimension) -> UnitError:
    """Name the unit that was meant, where there is no other that it could be: a guess would change the quantity."""
    units = [unit for unit in dimension.units if unit]
    meant, unit = joined_digits(number, name)
    unit = meant_unit(unit, dimension.units)
    why = why_ambiguous(name)
    return UnitError(
        f"{name!r} in {written!r} is not a unit for {dimension.name}" + (f": {why}" if why else ""),
        (f"Did you mean {meant} {unit}? " if unit else "") + f"Known: {', '.join(units[:MOST_LISTED])}.",
    )


def show(value: float, dimension: Dimension) -> str:
    """Write the shortest text that `parse` reads back as exactly this value.

    Examples
    --------
    >>> show(42.0, DURATION), show(110000.0, PRICE), show(1e10, MONEY)
    ('42 days', '110 USD/kg', '10 bn USD')
    """
    texts = [_shown(value, unit, dimension.units[unit]) for unit in dimension.shown]
    return min((text for text in texts if text), key=len)


def _shown(value: float, name: str, unit: Unit) -> str:
    """Write the value in one unit with as few digits as it takes; nothing if rounding stands in the way."""
    amount = unit.outside(value)
    for digits in range(1, MOST_DIGITS + 1):
        number = decimal(amount, digits)
        if unit.inside(Fraction(number)) == value:
            singular = name.removesuffix("s") if number == "1" else name
            return number + (name if name.startswith("/") else f" {singular}".rstrip())
    return ""


def decimal(amount: float, digits: int) -> str:
    """Round to so many significant digits; with an exponent only where the number is very long without."""
    short = f"{amount:.{digits}g}"
    exponent = int(short.partition("e")[2] or 0)
    return short if abs(exponent) > MOST_DIGITS else f"{Decimal(short):f}"


def parse_date(text: str | date) -> date:
    """Read a calendar day as ISO 8601 writes it.

    Examples
    --------
    >>> parse_date("2025-04-04")
    datetime.date(2025, 4, 4)
    """
    if isinstance(text, date):
        return text
    written = str(text).strip()
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", written):
        meant = f"Did you mean {iso}? " if (iso := likely_day(written)) else ""
        raise UnitError(f"{written!r} is not a date", f"{meant}Write year-month-day, such as 2025-04-04.")
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise UnitError(f"there is no day {written}", "Write year-month-day, such as 2025-04-04.") from None


def likely_day(text: str) -> str:
    """Write in ISO form a date that can be read in one way only; nothing if there are none or several.

    Examples
    --------
    >>> likely_day("2025-4-4"), likely_day("31/12/2025"), likely_day("11/07/2025"), likely_day("banana")
    ('2025-04-04', '2025-12-31', '', '')
    """
    parts = DATE_PARTS.fullmatch(text)
    if parts is None:
        return ""
    first, second, third = (int(part) for part in parts.groups())
    orders = {(first, second, third)} if len(parts[1]) == 4 else {(third, second, first), (third, first, second)}
    days = {day for order in orders if (day := _day(*order))}
    return days.pop() if len(days) == 1 else ""


def _day(year: int, month: int, day: int) -> str:
    """The ISO form of a day, if there is such a day in a year of four digits."""
    try:
        return date(year, month, day).isoformat() if year >= 1000 else ""
    except ValueError:
        return ""
