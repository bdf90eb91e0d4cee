"""Measures of a series over some days, as targets of a hindcast name them: one number a replicate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sim.axes import Floats
from sim.definitions.variables import Variable
from sim.errors import mistake, suggest
from sim.record.observer import Series

UNTIL = "days_until"
MEASURES: dict[str, Callable[[Series, int, int], Floats]] = {
    "mean": lambda series, first, last: series.mean(first, last),
    "sum": lambda series, first, last: series.mean(first, last) * (last + 1 - first),
    "max": lambda series, first, last: np.fmax.reduce(series.daily(first, last), axis=0),
    "min": lambda series, first, last: np.fmin.reduce(series.daily(first, last), axis=0),
    "first": lambda series, first, last: series.daily(first, first)[0],
    "last": lambda series, first, last: series.daily(last, last)[0],
}
KNOWN = [*MEASURES, f"{UNTIL}:X"]


@dataclass(frozen=True)
class Measure:
    """What is reported of a series over some days: the word, and the level that `days_until` waits for."""

    word: str
    level: float = 0.0

    @classmethod
    def read(cls, text: str) -> Measure:
        """Read a measure as a table writes it.

        Examples
        --------
        >>> Measure.read("mean"), Measure.read("days_until:0.5")
        (Measure(word='mean', level=0.0), Measure(word='days_until', level=0.5))
        """
        word, colon, level = text.partition(":")
        if word == UNTIL:
            return cls(word, _level(text, level))
        if colon or word not in MEASURES:
            raise mistake(f"{text!r} is not a measure", suggest(word, KNOWN))
        return cls(word)

    def unit(self, variable: Variable) -> str:
        """Unit of the measure of a variable."""
        if self.word == UNTIL:
            return "days"
        if self.word == "sum" and variable.kind != "flow":
            return "days" if variable.unit == "1" else f"{variable.unit} days"
        return variable.unit.removesuffix("/day") if self.word == "sum" else variable.unit

    def of(self, series: Series, first: int, last: int) -> Floats:
        """(R,): the measure over the days from the first to the last; NaN in a replicate that has no value."""
        if self.word != UNTIL:
            return MEASURES[self.word](series, first, last)
        there = series.daily(first, last) >= self.level
        return np.where(there.any(axis=0), there.argmax(axis=0), np.inf)

    def of_constant(self, value: Floats, days: int) -> Floats:
        """(R,): the measure over some days on which the series has one value."""
        if self.word == UNTIL:
            return np.where(value >= self.level, 0.0, np.inf)
        return value * days if self.word == "sum" else value


def _level(text: str, level: str) -> float:
    try:
        value = float(level)
    except ValueError:
        value = np.nan
    if not np.isfinite(value):
        raise mistake(f"{text!r} does not say until what", f"Write the level behind a colon: {UNTIL}:0.002.")
    return value


def quotient(top: Floats, bottom: Floats) -> Floats:
    """(R,): one measure over another; 0 ÷ 0 and ∞ ÷ ∞ are no value (NaN).

    Examples
    --------
    >>> quotient(np.array([1.0, 0.0, 3.0]), np.array([2.0, 0.0, 0.0]))
    array([0.5, nan, inf])
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        return top / bottom
