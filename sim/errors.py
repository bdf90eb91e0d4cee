"""What the program says to people when it cannot go on.

Three families: the input is wrong (exit 2), the run failed for an outside reason (exit 1), an invariant of
our own is broken (exit 1, with a request to report it). Who does not know where a value stands raises
mistakes; `files` finds their place.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from sim.renamed import NEW_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterable

ALIKE, ALIKE_SHORT, SHORT = 0.6, 0.5, 3  # how alike names must be; of two letters, one
MOST_LISTED = 16  # names in one message
HEAD, TAIL = 600, 200  # letters that are kept of a line that is longer than both


@dataclass(frozen=True)
class Place:
    """Where something was found: file, line and column, or a source such as ``--set``; and the path in it."""

    file: str = ""
    line: int = 0
    column: int = 0
    path: str = ""

    def __str__(self) -> str:
        parts = [self.file, *(str(n) for n in (self.line, self.column) if n)]
        where = ":".join(part for part in parts if part)
        return ": ".join(part for part in (where, self.path) if part)


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: its place, what was found, and what would be right."""

    place: Place
    found: str
    right: str = ""

    def __str__(self) -> str:
        sentence = self.found if self.found.endswith((".", "?", "!")) else f"{self.found}."
        head = f"{self.place}: {sentence}" if str(self.place) else sentence
        return "\n".join(map(clipped, (f"{head}\n  {self.right}" if self.right else head).split("\n")))


def clipped(line: str) -> str:
    """Leave out the middle of a line that quotes more than anybody reads.

    Examples
    --------
    >>> len(clipped("x" * 100_000)), clipped("short")
    (803, 'short')
    """
    return line if len(line) <= HEAD + TAIL else f"{line[:HEAD]} … {line[-TAIL:]}"


class MonaziteError(Exception):
    """The parent of all errors that are meant for people."""

    exit_code = 1


class InputError(MonaziteError):
    """What the user wrote is wrong; carries every problem of the file at once."""

    exit_code = 2

    def __init__(self, problems: Iterable[Problem] | Problem) -> None:
        self.problems = [problems] if isinstance(problems, Problem) else list(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[type[InputError], tuple[list[Problem]]]:
        """Come out of another process as it went in."""
        return InputError, (self.problems,)


class RunError(MonaziteError):
    """The run could not go on for a reason outside the model: disk full, folder not writable, worker died."""


class BrokenInvariant(MonaziteError):  # noqa: N818  (what is broken is the invariant)
    """A property that must always hold does not; a defect of ours, not of the input."""


Steps: TypeAlias = tuple[str | int, ...]  # a path inside the input: keys and positions


class Mistake(NamedTuple):
    """What is wrong inside one value: the path from that value on, what was found, what would be right."""

    path: Steps
    found: str
    right: str
    at_key: bool = False  # the key is wrong, not its value


class MistakeError(ValueError):
    """A value cannot be what it should; says why without knowing where the value stands."""

    def __init__(self, items: Iterable[Mistake]) -> None:
        self.items = list(items)
        super().__init__("; ".join(item.found for item in self.items))

    def under(self, *path: str | int) -> MistakeError:
        """Say the same of the value that holds this one at a path."""
        return MistakeError(item._replace(path=(*path, *item.path)) for item in self.items)


def mistake(found: str, right: str = "", *path: str | int) -> MistakeError:
    """Make the error of one mistake, to raise."""
    return MistakeError([Mistake(path, found, right)])


def suggest(word: str, known: Iterable[str]) -> str:
    """Name the nearest of the known names, or what a name has become, and list them.

    Examples
    --------
    >>> suggest("coverge", ["coverage", "approval"])
    "Did you mean 'coverage'? Known: coverage, approval."
    >>> suggest("draws", ["drawdown", "fill"])
    "It is 'drawdown' now. Known: drawdown, fill."
    """
    names = list(known)
    if not names:
        return "There is none."
    more = len(names) - MOST_LISTED
    listed = ", ".join(names[:MOST_LISTED]) + (f" and {more} more" if more > 0 else "")
    if (new := NEW_NAMES.get(word)) in names:
        return f"It is {new!r} now. Known: {listed}."
    near = nearest(word, names)
    return (f"Did you mean {near!r}? " if near else "") + f"Known: {listed}."


def nearest(word: str, known: Iterable[str]) -> str:
    """Find the known name that looks most like a word; nothing if none does."""
    by_lower = {name.lower(): name for name in known}
    found = get_close_matches(word.lower(), by_lower, 1, ALIKE_SHORT if len(word) <= SHORT else ALIKE)
    return by_lower[found[0]] if found else ""
