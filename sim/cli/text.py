"""How numbers and tables look on a terminal, and in a pipe."""

import re
from collections.abc import Hashable, Iterable, Mapping, Sequence
from math import isfinite, isnan, log10
from pathlib import Path
from typing import Any

from sim.cli.layout import columns_of_terminal, fit

UNIT = "unit"  # heading of the column that holds it
IN_UNIT = re.compile(r"(.*) \((\S+)\)")
FIRST_WORD = re.compile(r"^\w+")
WITHOUT_UNIT = ("n", "better", "replicate")  # headings of counts and shares, whatever the unit of a row
SCALES = {
    "USD": ((1e9, 1e9, "bn USD"), (1e6, 1e6, "million USD")),
    "t": ((1e7, 1e6, "Mt"), (1e4, 1e3, "kt")),
}
"""Of a unit: the number from which on another is used, how much more that is, and its name in scenario files, too."""


def number(value: float) -> str:
    """Write a number for people: four digits, thousands apart; what is missing is a dash.

    Examples
    --------
    >>> [number(value) for value in (0.123456, 1234567.8, float("inf"), float("nan"))]
    ['0.1235', '1,234,568', 'inf', '–']
    """
    if isnan(value):
        return "–"
    return f"{value:,.0f}" if 1000 <= abs(value) < float("inf") else f"{value:.4g}"


def scale(values: Iterable[float], unit: str) -> tuple[float, str]:
    """Choose what to divide numbers of one unit by, so that all of them can be read, and what they are in then.

    Examples
    --------
    >>> scale([36.6e9, 1.2e9], "USD"), scale([44_600], "t/year"), scale([9_000, float("inf")], "t")
    ((1000000000.0, 'bn USD'), (1000.0, 'kt/year'), (1.0, 't'))
    """
    base = FIRST_WORD.match(unit)
    largest = max((abs(value) for value in values if isfinite(value)), default=0.0)
    for least, divisor, name in SCALES.get(base[0] if base else "", ()):
        if largest >= least:
            return divisor, FIRST_WORD.sub(name, unit)
    return 1.0, unit


def table(header: Sequence[str], rows: Iterable[Sequence[str | float]]) -> str:
    """Align columns: text to the left, numbers to the right; as wide as the terminal lets it.

    Numbers of a row share the scale that its cell under ``unit`` names, but for counts and shares; those of a column
    whose heading ends in a unit, such as ``loss (USD)``, share one.
    """
    heads, body = list(header), [list(row) for row in rows]
    rights = [any(not isinstance(row[i], str) for row in body) for i in range(len(heads))]
    if UNIT in heads:
        _scale_rows(heads, body)
    for i in range(len(heads)):
        heads[i] = _scale_column(heads[i], i, body)
    cells = [[cell if isinstance(cell, str) else number(cell) for cell in row] for row in body]
    return fit(heads, cells, rights, columns_of_terminal())


def _scale_rows(header: Sequence[str], rows: Iterable[list[str | float]]) -> None:
    """Write the numbers of each row, in place, in a unit that suits the largest of them."""
    at = header.index(UNIT)
    places = [i for i, name in enumerate(header) if i != at and name not in WITHOUT_UNIT]
    for row in rows:
        numbers = {i: cell for i in places if not isinstance(cell := row[i], str)}
        divisor, row[at] = scale(numbers.values(), str(row[at]))
        for i, value in numbers.items():
            row[i] = value / divisor


def _scale_column(heading: str, place: int, rows: Sequence[list[str | float]]) -> str:
    """Write the numbers of a column whose heading names their unit, in place, in one that suits; give its heading."""
    found = IN_UNIT.fullmatch(heading)
    numbers = [cell for row in rows if not isinstance(cell := row[place], str)]
    if not found or not numbers:
        return heading
    divisor, unit = scale(numbers, found[2])
    for row in rows:
        cell = row[place]
        row[place] = cell if isinstance(cell, str) else cell / divisor
    return f"{found[1]} ({unit})"


def head(facts: Mapping[str, Any], folder: Path) -> str:
    """Say in a line what was run, how long it took, and where the result is.

    Examples
    --------
    >>> head({"name": "steady", "replicates": 1, "wall_time": 0.25}, Path("results/steady"))
    'steady: 1 replicate, 0.2 s, in results/steady'
    """
    replicates = facts["replicates"]
    return f"{facts['name']}: {replicates} replicate{'s' * (replicates > 1)}, {facts['wall_time']:.1f} s, in {folder}"


def about(row: Mapping[Hashable, Any]) -> str:
    """Write what a row is about: its keys, without those that do not apply.

    Examples
    --------
    >>> about({"commodity": "oxide.Dy", "region": "EU", "partner": ""})
    'oxide.Dy EU'
    """
    keys = ("commodity", "region", "partner", "sector", "facility", "instrument", "window")
    return " ".join(row[key] for key in keys if row.get(key))


def endings(paths: Sequence[str]) -> list[str]:
    """Write paths as short as they are told apart, and no shorter than a name and its key.

    Examples
    --------
    >>> endings(["instruments.licence.approval.default", "facilities[Mt. Low].capacity", "parameters.growth"])
    ['approval.default', '[Mt. Low].capacity', 'parameters.growth']
    >>> endings(["instruments.licence.approval.default + instruments.other.approval.default"])
    ['approval.default + approval.default']
    """
    from sim.files.merge import JOINT, parse_path, split_paths
    from sim.files.positions import show_path

    columns = [[parse_path(path) for path in split_paths(column)] for column in paths]
    lengths = range(2, max((len(path) for column in columns for path in column), default=0) + 1)
    short = ([JOINT.join(show_path(path[-n:]) for path in column) for column in columns] for n in lengths)
    return next((names for names in short if len(set(names)) == len(names)), list(paths))


def duration(seconds: float) -> str:
    """Write a time for people.

    Examples
    --------
    >>> duration(3.2), duration(95), duration(9000)
    ('3.2 s', '1 min 35 s', '2 h 30 min')
    """
    if seconds < 60:
        return f"{seconds:.1f} s"
    small, large = ("s", "min") if seconds < 3600 else ("min", "h")
    whole, rest = divmod(round(seconds if small == "s" else seconds / 60), 60)
    return f"{whole} {large} {rest} {small}"


def size(number: float) -> str:
    """Write a number of bytes for people.

    Examples
    --------
    >>> size(1200), size(3.4e9)
    ('1.2 kB', '3.4 GB')
    """
    power = min(max(int(log10(max(number, 1))) // 3, 1), 4)
    return f"{number / 1000**power:.3g} {('kB', 'MB', 'GB', 'TB')[power - 1]}"
