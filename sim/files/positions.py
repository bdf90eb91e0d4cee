"""Safe YAML in which every value remembers its place, and every scalar stays the text that it looks like.

What a text means (a number, a date, true) is decided by the type that reads it, so that nothing is taken for what
it does not look like: ``NO`` is a name, ``1e3`` a number where one is wanted, ``1:30`` no number at all. Only an empty
value, ``null`` and ``~`` mean something here: nothing is given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeAlias

import yaml

from sim.errors import InputError, Mistake, Place, Problem, Steps

LARGEST_FILE = 1_000_000  # bytes
MOST_NODES = 100_000  # with aliases expanded
DEEPEST = 60  # levels of nesting
NOTHING = {"", "~", "null", "Null", "NULL"}
EMPTY = "Write `null` for what holds by default, `[]` for an empty list, `{}` for an empty map, or take the key out."
TAGS = ("str", "int", "float", "bool", "null", "timestamp", "map", "seq", "merge", "value")
STANDARD_TAGS = {f"tag:yaml.org,2002:{tag}" for tag in TAGS}

Plain: TypeAlias = "str | list[Plain] | dict[str, Plain] | None"


@dataclass(frozen=True)
class Node:
    """A value with its place; of a value in a map also the place of its key."""

    value: str | list[Node] | dict[str, Node] | None
    place: Place
    key: Place | None = None

    def child(self, step: str | int) -> Node | None:
        """Find the value at a key or a position."""
        if isinstance(self.value, dict):
            return self.value.get(str(step))
        if isinstance(self.value, list) and isinstance(step, int) and step < len(self.value):
            return self.value[step]
        return None

    def nearest(self, path: Steps) -> tuple[Node, Steps]:
        """Follow a path as far as it goes; returns also what is left of it."""
        node = self
        for walked, step in enumerate(path):
            below = node.child(step)
            if below is None:
                return node, path[walked:]
            node = below
        return node, ()


def problem(root: Node, found: Mistake) -> Problem:
    """Give a mistake its place in the tree that it was found in."""
    node, rest = root.nearest(found.path)
    place = node.key if found.at_key and not rest and node.key else node.place
    return Problem(replace(place, path=show_path(found.path)), found.found, found.right)


def plain(node: Node) -> Plain:
    """Leave the places out."""
    if isinstance(node.value, dict):
        return {key: plain(below) for key, below in node.value.items()}
    if isinstance(node.value, list):
        return [plain(below) for below in node.value]
    return node.value


def show_path(path: Steps) -> str:
    """Write a path as ``--set`` takes it.

    Examples
    --------
    >>> show_path(("facilities", "Mt. Weld", "capacity")), show_path(("instruments", 0, "by"))
    ('facilities[Mt. Weld].capacity', 'instruments[0].by')
    """
    parts = (f"[{step}]" if isinstance(step, int) or "." in step else f".{step}" for step in path)
    return "".join(parts).removeprefix(".")


def read_file(path: Path, problems: list[Problem]) -> Node:
    """Read a file; what can be reported besides other faults goes to the list, what cannot is raised."""
    name = shown(path)
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise InputError(Problem(Place(name), "the file is over 1 MB", "A scenario is a few hundred lines."))
        data = path.read_bytes()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(Problem(Place(name), f"cannot be read: {reason}", "Give the path of a file.")) from None
    root = read_text(_decoded(data, name), name, problems)
    if not isinstance(root.value, dict):
        right = "Begin with `monazite: 1` and `name: …`."
        raise InputError(Problem(root.place, "the file is not a map of keys and values", right))
    return root


def shown(path: Path) -> str:
    """The path as people know it: from where they stand, if it lies below."""
    return (path.relative_to(Path.cwd()) if path.is_absolute() and path.is_relative_to(Path.cwd()) else path).as_posix()


def _decoded(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        found = f"the file is not UTF-8: byte {error.start} is 0x{data[error.start]:02x}"
        raise InputError(Problem(Place(name, line), found, "Save it as UTF-8.")) from None


def read_text(text: str, name: str, problems: list[Problem] | None = None) -> Node:
    """Read YAML from a text; without a list, every fault is raised."""
    collected: list[Problem] = [] if problems is None else problems
    try:
        composed = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        raise InputError(_syntax_problem(error, name)) from None
    except yaml.reader.ReaderError as error:
        raise InputError(_character_problem(error, text, name)) from None
    except RecursionError:
        raise InputError(Problem(Place(name), "it is nested too deeply", f"{DEEPEST} levels are enough.")) from None
    if composed is None:
        raise InputError(Problem(Place(name, 1), "the file is empty", "Begin with `monazite: 1` and `name: …`."))
    root = _Converter(name, collected).node(composed, (), 0)
    if problems is None and collected:
        raise InputError(collected)
    return root


@dataclass
class _Converter:
    """Transitions what PyYAML composed into nodes, and collects what is wrong."""

    file: str
    problems: list[Problem]
    nodes: int = field(default=0)

    def node(self, composed: yaml.Node, path: Steps, depth: int) -> Node:
        """Convert one value and all below it."""
        place = self._place(composed)
        self.nodes += 1
        if self.nodes > MOST_NODES:
            right = "An alias is copied wherever it stands; use fewer."
            raise InputError(Problem(place, f"it has more than {MOST_NODES:,} values with its aliases expanded", right))
        if depth > DEEPEST:
            raise InputError(Problem(place, "it is nested too deeply", f"{DEEPEST} levels are enough."))
        if composed.tag not in STANDARD_TAGS:
            self._tell(place, path, f"the tag {composed.tag!r} is not used here", "Leave it out.")
        if isinstance(composed, yaml.MappingNode):
            return Node(self._map(composed, path, depth), place)
        if isinstance(composed, yaml.SequenceNode):
            return Node(self._list(composed, path, depth), place)
        is_unquoted = isinstance(composed, yaml.ScalarNode) and composed.style is None
        if is_unquoted and not composed.value and path and isinstance(path[-1], str):
            self._tell(place, path, "the key has no value", EMPTY)
        return Node(None if is_unquoted and composed.value in NOTHING else composed.value, place)

    def _map(self, composed: yaml.MappingNode, path: Steps, depth: int) -> dict[str, Node]:
        result: dict[str, Node] = {}
        for key_node, value_node in composed.value:
            place = self._place(key_node)
            if not isinstance(key_node, yaml.ScalarNode):
                right = "Put text with brackets in quotes."
                self._tell(place, path, "a list or map stands where a key is wanted", right)
                continue
            key = key_node.value
            if key == "<<" and key_node.style is None:
                right = "Name the file whose values this one takes over with `extends`."
                self._tell(place, (*path, key), "maps are not merged by << here", right)
                continue
            first = result.get(key)
            if first is not None and first.key is not None:
                found = f"the key {key!r} stands here and in line {first.key.line}"
                self._tell(place, (*path, key), found, "Keep one.")
                continue
            result[key] = replace(self.node(value_node, (*path, key), depth + 1), key=place)
        return result

    def _list(self, composed: yaml.SequenceNode, path: Steps, depth: int) -> list[Node]:
        result: list[Node] = []
        for item in composed.value:
            node = self.node(item, (*path, len(result)), depth + 1)
            if node.value is None:
                right = "Take out the dash, or write what the entry is."
                self._tell(node.place, path, "the list has an empty entry", right)
            else:
                result.append(node)
        return result

    def _place(self, composed: yaml.Node) -> Place:
        mark = composed.start_mark
        return Place(self.file, mark.line + 1, mark.column + 1) if self.file else Place()

    def _tell(self, place: Place, path: Steps, found: str, right: str) -> None:
        self.problems.append(Problem(replace(place, path=show_path(path)), found, right))


SYNTAX = (  # what PyYAML says, what we say was found, what is right
    ("alias", "an unquoted * is an alias to YAML", "Write `all`, or put the text in quotes."),
    ("'%'", "text that begins with % is not a value to YAML", "Put it in quotes."),
    ("'@'", "text that begins with @ is not a value to YAML", "Put it in quotes."),
    ("'`'", "text that begins with ` is not a value to YAML", "Put it in quotes."),
    ("'\\t'", "there is a tab", "Indent with spaces."),
    ("mapping values", "there is a `: ` too many", "Put text that holds `: ` in quotes; align the keys of one map."),
    ("node content", "an entry is missing before this", "Write it, or take out what stands for it."),
    ("expected ':'", "this line is no `key: value`", "Write a key, a colon, a space and the value."),
    ("expected ',' or ']'", "a list in brackets is not closed", "Close it with ], items apart by commas."),
    ("expected ',' or '}'", "a map in braces is not closed", "Close it with }, entries apart by commas."),
    ("expected <block end>", "the indentation does not fit the lines above", "Align it with its neighbours."),
    ("unexpected end of stream", "a quote is not closed", "Close it."),
    ("expected a single document", "a second document begins here", "One file is one scenario: take out the line ---."),
    ("duplicate anchor", "an anchor stands twice", "Give each anchor its own name."),
    ("tag", "text that begins with ! is a tag to YAML", "Put it in quotes."),
    ("escape", "a backslash in double quotes begins an escape that does not exist", "Use single quotes."),
    ("block scalar", "text that begins with | or > goes on in the lines below", "Put it in quotes."),
    ("directive", "text that begins with % is not a value to YAML", "Put it in quotes."),
    ("sequence entries", "a dash is not allowed here", "Begin the list in its own line, or put text in quotes."),
)


FROM_ITS_START = ("alias", "simple key", "unexpected end of stream")  # faults that PyYAML sees only behind them


def _syntax_problem(error: yaml.MarkedYAMLError, name: str) -> Problem:
    """Say in our words why it is not YAML."""
    said = f"{error.context or ''} {error.problem or ''}"
    marks = error.problem_mark, error.context_mark
    mark = next(filter(None, reversed(marks) if any(sign in said for sign in FROM_ITS_START) else marks), None)
    found, right = next(
        ((found, right) for sign, found, right in SYNTAX if sign in said),
        ("this is not YAML", "Compare it with the lines above."),
    )
    return Problem(Place(name, mark.line + 1, mark.column + 1) if mark and name else Place(name), found, right)


def _character_problem(error: yaml.reader.ReaderError, text: str, name: str) -> Problem:
    line = text[: error.position].count("\n") + 1
    found = f"there is a character that text does not have, number {error.character}"
    return Problem(Place(name, line), found, "Take it out.")


def as_node(value: object, place: Place = Place()) -> Node:  # noqa: B008  (a place is a value)
    """Make a node of data that comes from Python."""
    if isinstance(value, Mapping):
        return Node({str(key): replace(as_node(below, place), key=place) for key, below in value.items()}, place)
    if isinstance(value, list | tuple):
        return Node([as_node(below, place) for below in value], place)
    if value is None or isinstance(value, str):
        return Node(value, place)
    return Node(str(value).lower() if isinstance(value, bool) else str(value), place)
