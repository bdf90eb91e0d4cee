"""What people do to a YAML file: keys lost, doubled, renamed and emptied, a value changed, lists and maps mixed up."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import yaml

from tests.mutations.dice import Dice
from tests.mutations.values import CHANGES


class Spot(NamedTuple):
    """A node of a file, by where its text begins and ends, and the key before it, if it has one."""

    node: yaml.Node
    key: yaml.ScalarNode | None = None

    def text(self, source: str) -> str:
        """What stands there."""
        return source[self.first : self.last]

    @property
    def first(self) -> int:
        """Where its text begins."""
        return int(self.node.start_mark.index)

    @property
    def last(self) -> int:
        """Where its text ends."""
        return int(self.node.end_mark.index)

    @property
    def path(self) -> str:
        """Where it stands, for people."""
        return f"line {self.node.start_mark.line + 1}" + (f", {self.key.value}" if self.key else "")


def spots(source: str) -> list[Spot]:
    """All nodes of a file."""
    root = yaml.compose(source, Loader=yaml.SafeLoader)
    return list(_below(Spot(root))) if root else []


def _below(spot: Spot) -> Iterator[Spot]:
    yield spot
    if isinstance(spot.node, yaml.MappingNode):
        for key, value in spot.node.value:
            yield from _below(Spot(value, key))
    elif isinstance(spot.node, yaml.SequenceNode):
        for value in spot.node.value:
            yield from _below(Spot(value))


def changed_value(source: str, dice: Dice) -> tuple[str, str]:
    """Change one plain value; say which and how."""
    spot = dice.pick([one for one in spots(source) if isinstance(one.node, yaml.ScalarNode) and one.text(source)])
    old = spot.text(source)
    name = dice.pick([name for name in CHANGES if CHANGES[name](old, Dice(0, "probe")) != old])
    new = CHANGES[name](old, dice)
    return source[: spot.first] + new + source[spot.last :], f"{spot.path}: {name}: {old!r} is {new!r}"


def _entry(source: str, dice: Dice) -> tuple[Spot, int, int]:
    """An entry of a map, and the text of its key and value."""
    spot = dice.pick([one for one in spots(source) if one.key])
    assert spot.key is not None
    return spot, spot.key.start_mark.index, spot.last


def _without(source: str, dice: Dice) -> tuple[str, str]:
    spot, first, last = _entry(source, dice)
    rest = source[last:]
    flow = rest.lstrip(" ").startswith(",")
    return source[:first] + (rest.lstrip(" ")[1:].lstrip(" ") if flow else rest), spot.path


def _twice(source: str, dice: Dice) -> tuple[str, str]:
    spot, first, last = _entry(source, dice)
    entry, line = source[first:last], source[source.rfind("\n", 0, first) + 1 : first]
    between = ", " if source[last:].lstrip(" ")[:1] in {",", "}"} else "\n" + " " * len(line)
    return source[:first] + entry.rstrip() + between + source[first:], spot.path


def _key(change: Callable[[str, Dice], str]) -> Callable[[str, Dice], tuple[str, str]]:
    """Change the key of an entry."""

    def changed(source: str, dice: Dice) -> tuple[str, str]:
        spot, _, _ = _entry(source, dice)
        assert spot.key is not None
        first, last = spot.key.start_mark.index, spot.key.end_mark.index
        new = change(source[first:last], dice)
        return source[:first] + new + source[last:], f"{spot.path} is {new!r}"

    return changed


def _value(*written: str) -> Callable[[str, Dice], tuple[str, str]]:
    """Write something else in the place of a whole value; {} stands for what was there."""

    def changed(source: str, dice: Dice) -> tuple[str, str]:
        spot, new = dice.pick([one for one in spots(source) if one.key]), dice.pick(written)
        text = spot.text(source)
        after = "\n" * (len(text) - len(text.rstrip()))
        return source[: spot.first] + new.replace("{}", text.strip()) + after + source[
            spot.last :
        ], f"{spot.path}: {new}"

    return changed


def _swapped(source: str, dice: Dice) -> tuple[str, str]:
    """Write one value in the place of another."""
    plain = [one for one in spots(source) if isinstance(one.node, yaml.ScalarNode) and one.text(source)]
    spot, other = dice.pick(plain), dice.pick(plain)
    return source[: spot.first] + other.text(source) + source[spot.last :], f"{spot.path} is {other.text(source)!r}"


def _indented(source: str, dice: Dice) -> tuple[str, str]:
    lines = source.splitlines(keepends=True)
    at = dice.below(len(lines))
    lines[at] = dice.pick([" ", "  ", "\t", "- "]) + lines[at]
    return "".join(lines), f"line {at + 1}"


def _inserted(source: str, dice: Dice) -> tuple[str, str]:
    lines = source.splitlines(keepends=True)
    at = dice.below(len(lines) + 1)
    new = dice.pick(
        [
            "replicates: 5\n",
            "  - {name: x}\n",
            "<<: *base\n",
            "&a\n",
            "? x\n",
            "---\n",
            "!!python/none x: 1\n",
            "x\n",
            "%\n",
        ]
    )
    return "".join([*lines[:at], new, *lines[at:]]), f"{new!r} on line {at + 1}"


SHAPES: Mapping[str, Callable[[str, Dice], tuple[str, str]]] = {
    "an entry is lost": _without,
    "an entry is there twice": _twice,
    "a key is misspelt": _key(CHANGES["it is misspelt"]),
    "a key has capitals": _key(lambda key, dice: dice.pick([key.upper(), key.capitalize()])),
    "a key has hyphens": _key(lambda key, _: key.replace("_", "-") if "_" in key else f"{key}-"),
    "a key is unknown": _key(lambda _, dice: dice.pick(["comment", "1", "null", "true", "'a b'", "2025-01-01"])),
    "a value is emptied": _value("", "null", "~", "{}{}".replace("{}{}", "[]"), "{ }", '""'),
    "a value is in a list": _value("[{}]", "[{}, {}]", "[[{}]]"),
    "a value is in a map": _value("{value: {}}", "{name: {}}", "{default: {}}"),
    "a value is of another kind": _value(
        "3", "abc", "2025-04-04", "true", "[1, 2]", "{a: 1}", "- 1", "1e400", "0x1F", "0o17"
    ),
    "a value has a tag": _value("!!str {}", "!!int {}", "!mine {}", "&a {}", "*a", "| {}"),
    "a value is another's": _swapped,
    "a line is indented": _indented,
    "a line is put in": _inserted,
}
"""What may be done to a file, by what it is called."""
