"""Several files and ``--set`` to one tree: maps deep, lists of named things by name, all else whole."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sim.errors import InputError, Place, Problem, Steps, nearest, suggest
from sim.files.positions import Node, as_node, read_file, read_text, show_path
from sim.files.shapes import FORMS
from sim.files.shipped import is_file, is_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

SET = "--set"
VERSION = "monazite"  # the key that every file begins with
EMPTY_SETTING = "Write null for what holds by default, [] for an empty list, {} for an empty map, or leave it out."
QUOTES = ("'", '"')
DEEPEST = 32  # steps of a path
PATH_PART = re.compile(r"\[([^\]]+)\]|([^.\[\]]+)")
JOINT = " + "  # between paths that one value goes to
JOINED = re.compile(r" \+ (?![^\[]*\])")  # the same, not within brackets


def read_merged(path: Path, shipped: Callable[[str], Path | None], problems: list[Problem]) -> Node:
    """Read a file and all that it extends, and lay them over one another: later ones and its own keys win.

    Parameters
    ----------
    path
        The file.
    shipped
        Finds a scenario that ships by name, where there is none beside the file.
    problems
        Takes what is wrong and does not keep from reading on.
    """
    chain = _Chain(shipped, problems)
    chain.add(path, ())
    merged, *others = chain.files
    for other in others:
        merged = merge(merged, other, problems)
    return _without(merged, "extends")


@dataclass
class _Chain:
    """The files that make one scenario, each once, base before what extends it."""

    shipped: Callable[[str], Path | None]
    problems: list[Problem]
    files: list[Node] = field(default_factory=list)
    seen: set[Path] = field(default_factory=set)

    def add(self, path: Path, above: tuple[tuple[Path, Place], ...]) -> None:
        """Read what a file extends, then the file."""
        if path.resolve() in self.seen:
            return
        before = len(self.problems)
        try:
            root = read_file(path, self.problems)
            self.problems += _without_version(root) if above or root.child("extends") else []  # else the schema tells
        except InputError as error:
            raise InputError(_of_a_base(error.problems, above)) from None
        self.problems[before:] = _of_a_base(self.problems[before:], above)
        for name in _extended(root):
            base = self._find(str(name.value), path, name.place)
            trail = (*above, (path.resolve(), name.place))
            _refuse_cycle(base, trail)
            self.add(base, trail)
        self.seen.add(path.resolve())
        self.problems += _doubled_names(root, ())
        self.files.append(root)

    def _find(self, name: str, path: Path, place: Place) -> Path:
        beside = beside_of(path, name)
        if is_file(beside) and beside.resolve() != path.resolve():
            return beside
        ships = self.shipped(name)
        if ships is not None and ships.resolve() != path.resolve():
            return ships
        near = nearest(name, sorted(file.name for file in path.parent.glob("*.yaml") if file.name != path.name))
        hint = f" Did you mean {near!r}?" if near and not is_file(beside) else ""
        right = f"Name a file beside this one, or a scenario that ships.{hint}"
        found = f"there is no {name!r} to extend" + (" but this file itself" if is_file(beside) else "")
        raise InputError(Problem(replace(place, path="extends"), found, right))


def beside_of(path: Path, name: str) -> Path:
    """The file or folder of a name beside a file; beside what it is a link to, if there is none beside itself."""
    own = path.parent / name
    return own if is_file(own) or is_folder(own) else path.resolve().parent / name


def _without_version(root: Node) -> list[Problem]:
    """Say that a file does not tell of which version it is."""
    if root.child(VERSION) is not None:
        return []
    return [
        Problem(
            Place(root.place.file, 1),
            f"the file does not say of which version it is: {VERSION} is missing",
            f"Begin with `{VERSION}: 1`.",
        )
    ]


def _of_a_base(problems: Iterable[Problem], above: tuple[tuple[Path, Place], ...]) -> list[Problem]:
    """Say of the problems of a file that is extended by whom it is."""
    if not above:
        return list(problems)
    whom = ", extended by ".join(f"{place.file}:{place.line}" for _, place in reversed(above))
    return [replace(one, right=f"{one.right} The file is extended by {whom}.".strip()) for one in problems]


def _extended(root: Node) -> list[Node]:
    """List the names of files that a file extends."""
    given = root.child("extends")
    if given is None or given.value is None:
        return []
    names = given.value if isinstance(given.value, list) else [given]
    for name in names:
        if not isinstance(name.value, str):
            place = replace(name.place, path="extends")
            raise InputError(Problem(place, "this is not the name of a file", "Write `extends: base.yaml` or a list."))
    return names


def _refuse_cycle(base: Path, trail: tuple[tuple[Path, Place], ...]) -> None:
    files = [file for file, _ in trail]
    if base.resolve() in files:
        circle = trail[files.index(base.resolve()) :]
        steps = [f"{place.file}:{place.line}" for _, place in circle]
        found = f"files extend one another in a circle: {' → '.join([*steps, circle[0][1].file])}"
        raise InputError(Problem(replace(trail[-1][1], path="extends"), found, "Take one of them out."))


def _without(node: Node, key: str) -> Node:
    return replace(node, value={name: below for name, below in _entries(node) if name != key})


def _entries(node: Node) -> Iterable[tuple[str, Node]]:
    return node.value.items() if isinstance(node.value, dict) else ()


def _doubled_names(node: Node, path: Steps) -> Iterator[Problem]:
    """Find names that stand twice in one list."""
    if isinstance(node.value, dict):
        for key, below in node.value.items():
            yield from _doubled_names(below, (*path, key))
    elif isinstance(node.value, list):
        first: dict[str, Node] = {}
        for i, item in enumerate(node.value):
            yield from _doubled_names(item, (*path, i))
            name = _name(item)
            if name and name in first:
                place = replace(item.place, path=show_path((*path, i, "name")))
                found = f"the name {name!r} is taken in line {first[name].place.line}"
                yield Problem(place, found, "Give each its own name.")
            elif name:
                first[name] = item


def _name(item: Node) -> str:
    name = item.child("name")
    return name.value if name is not None and isinstance(name.value, str) else ""


def _are_named(node: Node) -> bool:
    return isinstance(node.value, list) and bool(node.value) and all(_name(item) for item in node.value)


def merge(base: Node, over: Node, problems: list[Problem], path: Steps = ()) -> Node:
    """Lay one tree over another; places stay those of the tree a value comes from."""
    if isinstance(base.value, dict) and isinstance(over.value, dict) and not _is_other_distribution(base, over):
        merged = dict(base.value)
        for key, below in over.value.items():
            under = merged.get(key)
            merged[key] = below if under is None else merge(under, below, problems, (*path, key))
        return replace(_outer(base, over), value=merged)
    if _are_named(base) and _are_named(over):
        return replace(_outer(base, over), value=_merge_named(base, over, problems, path))
    return over


def _outer(base: Node, over: Node) -> Node:
    """The one whose place a merged map or list has: that of the file, not of a single value laid over it."""
    return base if over.place.file == SET else over


def _is_other_distribution(base: Node, over: Node) -> bool:
    """Whether one distribution takes the place of another, as lognormal that of uniform."""
    words, others = set(base.value or ()), set(over.value or ())
    return words <= set(FORMS) and others <= set(FORMS) and bool(words) and words != others


def _merge_named(base: Node, over: Node, problems: list[Problem], path: Steps) -> list[Node]:
    """Change inherited things by their name, append new ones, take out what is to be removed."""
    merged = {_name(item): item for item in _items(base)}
    for item in _items(over):
        name, remove = _name(item), item.child("remove")
        if remove is not None and remove.value == "true":
            if merged.pop(name, None) is None:
                place = replace(item.place, path=show_path((*path, name)))
                problems.append(Problem(place, f"there is no inherited {name!r} to remove", suggest(name, merged)))
        elif name in merged:
            merged[name] = merge(merged[name], item, problems, (*path, name))
        else:
            merged[name] = item
    return list(merged.values())


def _items(node: Node) -> list[Node]:
    return node.value if isinstance(node.value, list) else []


def override(root: Node, overrides: Iterable[tuple[str, object]], problems: list[Problem]) -> Node:
    """Lay single values, each at its path, or at several joined by ``" + "``, over a tree; the last word."""
    for paths, value in overrides:
        for path in split_paths(paths):
            try:
                steps = parse_path(path)
                node = _value(value, Place(SET, path=path))
                root = merge(root, _tree(root, steps, node, Place(SET, path=path)), problems)
            except InputError as error:
                problems += error.problems
    return root


def split_paths(paths: str) -> list[str]:
    """Split paths that one value goes to.

    Examples
    --------
    >>> split_paths("parameters.growth + facilities[Here + There].capacity")
    ['parameters.growth', 'facilities[Here + There].capacity']
    """
    return JOINED.split(paths)


def split_setting(setting: str) -> tuple[str, str]:
    """Split ``path=value``."""
    quote = setting[:1]
    if quote in QUOTES and setting.endswith(quote) and len(setting) > 1:  # some shells of Windows leave them there
        setting = setting[1:-1]
    path, sign, value = setting.partition("=")
    if path[:1] in QUOTES:
        right = 'Put the whole of path=value in double quotes: --set "ensemble.replicates=50".'
        raise InputError(Problem(Place(SET), f"{setting!r} begins with a quote that nothing closes", right))
    if not sign or not path.strip():
        right = 'Write path=value, such as --set "ensemble.replicates=50".'
        raise InputError(Problem(Place(SET), f"{setting!r} has no = between a path and a value", right))
    return path.strip(), value.strip()


def parse_path(path: str) -> tuple[str, ...]:
    """Split a path into its steps.

    Examples
    --------
    >>> parse_path("facilities[Mt. Weld].capacity")
    ('facilities', 'Mt. Weld', 'capacity')
    """
    steps = [match[1] or match[2] for match in PATH_PART.finditer(path)]
    if not steps or len(PATH_PART.sub("", path).replace(".", "")) or ".." in path:
        right = "Join names by dots, and put a name that holds dots in brackets: facilities[Mt. Weld].capacity."
        raise InputError(Problem(Place(SET), f"{path!r} is not a path", right))
    if len(steps) > DEEPEST:
        raise InputError(Problem(Place(SET), f"{path!r} has {len(steps)} steps", f"{DEEPEST} at most."))
    return tuple(steps)


def _value(value: object, place: Place) -> Node:
    """Read a value as a file would: lists, maps and quotes are YAML, all else is the text."""
    if value is None or value == "":
        raise InputError(Problem(place, "the value is empty", EMPTY_SETTING))
    if not isinstance(value, str) or not value.startswith(("[", "{", '"', "'")):
        return as_node(None if value in ("~", "null") else value, place)
    try:
        return _placed(read_text(value, ""), place)
    except InputError as error:
        raise InputError(replace(problem, place=place) for problem in error.problems) from None


def _placed(node: Node, place: Place) -> Node:
    """The same tree with another origin."""
    if isinstance(node.value, dict):
        return Node({key: replace(_placed(below, place), key=place) for key, below in node.value.items()}, place)
    if isinstance(node.value, list):
        return Node([_placed(below, place) for below in node.value], place)
    return Node(node.value, place)


def _tree(root: Node, steps: tuple[str, ...], value: Node, place: Place) -> Node:
    """Wrap a value in maps and named things, so that merging puts it at its path."""
    if not steps:
        return value
    step, rest = steps[0], steps[1:]
    if isinstance(root.value, list):
        element = _element(root, step, place)
        inside = _tree(element, rest, value, place)
        if not isinstance(inside.value, dict):
            raise InputError(Problem(place, f"{step!r} is a map of keys and values", "Name one of its keys."))
        named = {key: below for key, below in _entries(element) if key == "name"}
        return Node([replace(inside, value=named | inside.value)], place)
    if isinstance(root.value, str):
        raise InputError(Problem(place, f"there is nothing below {root.value!r}", f"The path ends before {step!r}."))
    below = root.child(step) or Node(None, place)
    return Node({step: replace(_tree(below, rest, value, place), key=place)}, place)


def _element(root: Node, step: str, place: Place) -> Node:
    """Find a thing of a list by its name."""
    items = _items(root)
    if not _are_named(root):
        right = f'Give it whole, in quotes: --set "{place.path.rpartition(".")[0]}=[a, b]".'
        raise InputError(Problem(place, "a list without names is changed as a whole", right))
    named = {_name(item): item for item in items}
    if step in named:
        return named[step]
    if step.isdigit() and named:
        right = f"Things of this list have names: {step} may be {list(named)[min(int(step), len(named) - 1)]!r}."
        raise InputError(Problem(place, f"{step!r} is a position, not a name", right))
    right = f"{suggest(step, named)} A new one is added in a file that extends this one."
    raise InputError(Problem(place, f"there is no {step!r} here", right))
