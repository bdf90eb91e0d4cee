"""Tables that fit the terminal: long text wraps in its column, and what does not fit is named instead of broken."""

import shutil
import sys
from collections.abc import Sequence
from itertools import zip_longest
from textwrap import wrap

WIDEST = 100  # columns of a terminal, and of a pipe
GAP = 2  # between two columns of a table
NARROW, WIDE = 12, 40  # how narrow a column of text may get, and how long a word it is widened for
FEWEST = 3  # columns that are left, however narrow the terminal
FIRST_TO_GO = ("n", "better", "std. error", "confidence", "source", "may be", "operator", "p25", "p75", "base")
"""Columns that a narrow terminal does without, those that say least first; after them goes what stands at the right."""
PAIRS = ({"p05", "p95"}, {"p25", "p75"}, {"low 95 %", "high 95 %"}, {"in the base", "in the other"})
"""Of which neither says anything without the other."""
LAST_TO_GO = ("of", "p50", "difference", "mean", "unit", "metric")
"""Those without which the others say nothing, in the order in which they go all the same."""


def columns_of_terminal() -> int:
    """How wide a table may be: as the terminal, and no wider than is read easily; the same in every pipe."""
    return min(WIDEST, shutil.get_terminal_size().columns) if sys.stdout.isatty() else WIDEST


def fit(header: Sequence[str], rows: Sequence[Sequence[str]], rights: Sequence[bool], width: int) -> str:
    """Lay out cells in columns, those of `rights` to the right, in lines of at most `width` characters.

    Examples
    --------
    >>> print(fit(["name", "n", "what it is"], [["a", "7", "some words"]], [False, True, False], 100))
    name  n  what it is
    a     7  some words
    """
    columns = [[head, *(row[i] for row in rows)] for i, head in enumerate(header)]
    naturals = [max(map(len, column)) for column in columns]
    if _total(naturals) <= width:
        return "\n".join(_line(cells, naturals, rights) for cells in zip(*columns, strict=True))
    least = [_least(column, right=right) for column, right in zip(columns, rights, strict=True)]
    kept = list(range(len(columns)))
    gone = _going(header, columns, rights)
    while _total([least[i] for i in kept]) > width and len(kept) > FEWEST:
        first = next(i for i in gone if i in kept)
        kept = [i for i in kept if i != first and not _are_a_pair(header[i], header[first])]
    widths = _widened([least[i] for i in kept], [naturals[i] for i in kept], width)
    body = _wrapped([columns[i] for i in kept], widths, [rights[i] for i in kept])
    left_out = [_reported(columns[i]) for i in range(len(columns)) if i not in kept]
    return body + (f"\nNot shown in {width} columns: {', '.join(left_out)}." if left_out else "")


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + GAP * (len(widths) - 1)


def _line(cells: Sequence[str], widths: Sequence[int], rights: Sequence[bool]) -> str:
    parts = [
        cell.rjust(width) if right else cell.ljust(width)
        for cell, width, right in zip(cells, widths, rights, strict=True)
    ]
    return (" " * GAP).join(parts).rstrip()


def _least(column: Sequence[str], *, right: bool) -> int:
    """Width below which a column cannot be read: of numbers all of it, of text its longest word, within reason."""
    words = max(len(word) for cell in column for word in cell.split() or [""])
    numbers = max(map(len, column[1:]), default=0)
    return max(words, numbers) if right else min(max(map(len, column)), max(NARROW, min(words, WIDE)))


def _going(header: Sequence[str], columns: Sequence[Sequence[str]], rights: Sequence[bool]) -> list[int]:
    """Columns as they go: text that is the same in all rows, what says least, then from the right."""

    def rank(i: int) -> tuple[int, int]:
        name = header[i].rstrip("*")
        if not rights[i] and _is_constant(columns[i]) and name not in LAST_TO_GO:
            return 0, i
        if name in FIRST_TO_GO:
            return 1, FIRST_TO_GO.index(name)
        if name in LAST_TO_GO:
            return 3, LAST_TO_GO.index(name)
        return (2, -i) if i else (4, i)

    return sorted(range(len(header)), key=rank)


def _are_a_pair(one: str, other: str) -> bool:
    return one != other and any({one.rstrip("*"), other.rstrip("*")} == pair for pair in PAIRS)


def _is_constant(column: Sequence[str]) -> bool:
    return len(column) > 2 and len(set(column[1:])) == 1


def _reported(column: Sequence[str]) -> str:
    """Name a column that is left out, with what it says if that is one thing."""
    return f"{column[0]} ({column[1]} in all rows)" if _is_constant(column) and column[1] else column[0]


def _widened(widths: Sequence[int], naturals: Sequence[int], width: int) -> list[int]:
    """Share out the room that is left among the columns that want more, the modest first."""
    given, left = list(widths), max(0, width - _total(widths))
    wanting = sorted(range(len(given)), key=lambda i: naturals[i] - widths[i])
    for place, i in enumerate(wanting):
        more = min(naturals[i] - widths[i], left // (len(wanting) - place))
        given[i] += more
        left -= more
    return given


def _wrapped(columns: Sequence[Sequence[str]], widths: Sequence[int], rights: Sequence[bool]) -> str:
    """Lay out columns of given widths, cells wrapped between words; only a word that is too long is broken."""
    lines = []
    for cells in zip(*columns, strict=True):
        parts = [wrap(cell, width, break_on_hyphens=False) or [""] for cell, width in zip(cells, widths, strict=True)]
        lines += [_line(one, widths, rights) for one in zip_longest(*parts, fillvalue="")]
    return "\n".join(lines)
