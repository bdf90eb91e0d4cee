"""Values that a parameter takes in a sweep, as they are written in a scenario file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import floor, log10
from typing import Protocol, final

from sim.errors import MistakeError, mistake
from sim.units import DIMENSIONS, MOST_DIGITS, NUMBER, QUANTITY, SHARE, Dimension, decimal, parse, parse_date

DIGITS = 6  # of a value in a range: as many as anybody reads
PLAIN = replace(NUMBER, units=SHARE.units)  # what has no unit, whatever the limits of the field


class Axis(Protocol):
    """What a parameter may be: a text for each number from 0 up to 1."""

    def at(self, u: float) -> str:
        """Give the value at a share of the way."""


@final
@dataclass(frozen=True)
class Choice:
    """Some values, each as likely as the others."""

    values: Sequence[str]

    def at(self, u: float) -> str:
        """Give the value whose part of the way it is."""
        return self.values[min(int(u * len(self.values)), len(self.values) - 1)]


@final
@dataclass(frozen=True)
class Span:
    """All numbers between two, in one unit, so that a column can be read without converting.

    Parameters
    ----------
    low, high : float
        In `unit`.
    unit : str
        As written behind the number; empty for a plain one.
    log : bool
        Whether a share of the way is one of the logarithm.
    whole : bool
        Whether only whole numbers are meant.
    """

    low: float
    high: float
    unit: str = ""
    log: bool = False
    whole: bool = False

    def at(self, u: float) -> str:
        """Give the value at a share of the way.

        Examples
        --------
        >>> Span(0.0, 12.0, "bn USD").at(0.25), Span(1.0, 100.0, log=True).at(0.5)
        ('3 bn USD', '10')
        """
        if self.whole:  # each number has its part of the way
            value = self._between(u, self.high + 1)
            return self._written(min(float(floor(value)), self.high))
        rounded = float(decimal(self._between(u, self.high), self._digits))
        return self._written(min(max(rounded, self.low), self.high))

    def _between(self, u: float, high: float) -> float:
        return self.low * (high / self.low) ** u if self.log else self.low + u * (high - self.low)

    @property
    def _digits(self) -> int:
        """As many as tell values apart: more where the range is narrow beside its ends."""
        largest = max(abs(self.low), abs(self.high))
        return min(DIGITS + floor(log10(max(largest / (self.high - self.low), 1.0))), MOST_DIGITS)

    def _written(self, value: float) -> str:
        text = _shortest(value)
        return text + self.unit if self.unit.startswith("/") else f"{text} {self.unit}".rstrip()


@final
@dataclass(frozen=True)
class Days:
    """All days between two."""

    first: date
    last: date

    def at(self, u: float) -> str:
        """Give the day at a share of the way."""
        days = self.last.toordinal() - self.first.toordinal() + 1
        return date.fromordinal(self.first.toordinal() + min(int(u * days), days - 1)).isoformat()


def span(low: str, high: str, *, log: bool = False, whole: bool = False) -> Span | Days:
    """Read the two ends of a range: quantities of one kind, or dates.

    Raises
    ------
    MistakeError
        They are not of one kind, or do not ascend.
    """
    try:
        first, last = parse_date(low), parse_date(high)
    except MistakeError:
        found = _span(low, high, log=log, whole=whole)
    else:
        if last < first:
            raise _descending(low, high)
        return Days(first, last)
    if found.high <= found.low:
        raise _descending(low, high)
    if log and found.low <= 0:
        raise mistake(f"{low} is not above 0", "A range whose scale is log begins above 0.")
    if whole and not (found.low.is_integer() and found.high.is_integer()):
        raise mistake(f"{low} or {high} is no whole number", "A range of whole numbers begins and ends with one.")
    return found


def number_of(cell: str) -> float:
    """Give a cell as a number in internal units, to put points in order; a date is its day.

    Raises
    ------
    MistakeError
        It is not a number.
    """
    try:
        return float(parse_date(cell).toordinal())
    except MistakeError:
        return parse(cell, _dimension(_parts(cell)[1]))


def _descending(low: str, high: str) -> MistakeError:
    return mistake(f"{high} does not lie above {low}", "Write the lower end first: [low, high].")


def _span(low: str, high: str, *, log: bool, whole: bool) -> Span:
    """Read two quantities, both in the unit of the upper one."""
    (first, lower_unit), (last, unit) = _parts(low), _parts(high)
    dimension = _dimension(unit)
    inside = parse(low, dimension), parse(high, dimension)  # of one kind, or refused
    start = float(first) if lower_unit == unit else float(decimal(dimension.units[unit].outside(inside[0]), 2 * DIGITS))
    return Span(start, float(last), unit, log=log, whole=whole)


def _shortest(number: float) -> str:
    texts = (decimal(number, digits) for digits in range(1, MOST_DIGITS + 1))
    return next(text for text in texts if float(text) == number)


def _parts(text: str) -> tuple[str, str]:
    """Split a quantity into its number and its unit."""
    match = QUANTITY.fullmatch(text.strip())
    if match is None:
        raise mistake(f"{text!r} is not a quantity", "Write a number with its unit, or a date.")
    return match[1], " ".join(match[2].split())


def _dimension(unit: str) -> Dimension:
    """Find the kind of quantity of a unit, without the limits of any field: those are the schema's to check."""
    if unit in ("", "%"):
        return PLAIN
    known = next((one for one in DIMENSIONS if unit in one.units), None)
    if known is None:
        raise mistake(f"{unit!r} is not a unit", "Units are those of scenario files: days, t/year, bn USD, %, …")
    return known
