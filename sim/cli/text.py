"""How numbers and tables look on a terminal, and in a pipe."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from math import isnan, log10
from pathlib import Path
from typing import Any


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


def table(header: Sequence[str], rows: Iterable[Sequence[str | float]]) -> str:
    """Align columns: text to the left, numbers to the right."""
    rows = list(rows)
    cells = [[cell if isinstance(cell, str) else number(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(header, *cells, strict=True)]
    rights = [not isinstance(cell, str) for cell in (rows[0] if rows else header)]
    return "\n".join(_line(row, widths, rights) for row in (header, *cells))


def head(facts: Mapping[str, Any], folder: Path) -> str:
    """Say in a line what was run, how long it took, and where the result is.

    Examples
    --------
    >>> head({"name": "steady", "replicates": 1, "wall_time": 0.25}, Path("results/steady"))
    'steady: 1 replicate, 0.2 s, in results/steady'
    """
    worlds = facts["replicates"]
    return f"{facts['name']}: {worlds} replicate{'s' * (worlds > 1)}, {facts['wall_time']:.1f} s, in {folder}"


def about(row: Mapping[Hashable, Any]) -> str:
    """Write what a row is about: its keys, without those that do not apply.

    Examples
    --------
    >>> about({"commodity": "oxide.Dy", "region": "EU", "partner": ""})
    'oxide.Dy EU'
    """
    keys = ("commodity", "region", "partner", "sector", "facility", "instrument", "window")
    return " ".join(row[key] for key in keys if row.get(key))


def _line(row: Sequence[str], widths: Sequence[int], rights: Sequence[bool]) -> str:
    parts = [
        cell.rjust(width) if right else cell.ljust(width)
        for cell, width, right in zip(row, widths, rights, strict=True)
    ]
    return "  ".join(parts).rstrip()


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
