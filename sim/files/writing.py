"""Plain data to YAML that any reader reads as it looks, with the origin of each value if wanted."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, final

import yaml

if TYPE_CHECKING:
    from sim.files.positions import Node

DEFAULT = "default"
LIKE_A_NUMBER = re.compile(r"[-+]?\.?[0-9][0-9_.,:eE+-]*|[-+]?0[box][0-9a-fA-F_]+")
LIKE_AN_ANSWER = {"y", "Y", "n", "N"}  # true and false to YAML 1.1, though not to the library


@final
class _Dumper(yaml.SafeDumper):
    """Writes text so that readers of YAML 1.1 and of 1.2 both see text, and in one line."""


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    """Quote what one of the versions takes for a number or an answer, and what does not fit a line as it is."""
    quoted = LIKE_A_NUMBER.fullmatch(text) or text in LIKE_AN_ANSWER
    style = '"' if not text.isprintable() else "'" if quoted else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style)


_Dumper.add_representer(str, _text)


def to_yaml(data: Mapping[str, object], root: Node | None = None) -> str:
    """Write data in its own order; with the tree that it was read from, each value's origin stands behind it.

    Examples
    --------
    >>> print(to_yaml({"region": "NO", "horizon": {"tick": "7 days"}}), end="")
    region: 'NO'
    horizon:
      tick: 7 days
    """
    return "".join(f"{line}\n" for line in _map(data, root, origins=root is not None))


def _map(data: Mapping[str, object], node: Node | None, *, origins: bool) -> Iterator[str]:
    for key, value in data.items():
        below = node.child(key) if node else None
        if isinstance(value, Mapping) and value:
            yield f"{flow(key)}:"
            yield from _indented("  ", "  ", _map(value, below, origins=origins))
        elif isinstance(value, list | tuple) and any(isinstance(item, Mapping) for item in value):
            yield f"{flow(key)}:"
            for i, item in enumerate(value):
                element = below.child(i) if below else None
                yield from _indented("  - ", "    ", _map(item, element, origins=origins))
        else:
            yield f"{flow(key)}: {flow(value)}" + (f"  # {_origin(below)}" if origins else "")


def _indented(first: str, others: str, lines: Iterator[str]) -> Iterator[str]:
    for i, line in enumerate(lines):
        yield (others if i else first) + line


def _origin(node: Node | None) -> str:
    if node is None or node.value is None:
        return DEFAULT
    return f"{node.place.file}:{node.place.line}" if node.place.line else node.place.file


def flow(value: object) -> str:
    """Write one value, or a list of them, in one line."""
    plain = list(value) if isinstance(value, tuple) else value
    text: str = yaml.dump(
        plain, Dumper=_Dumper, default_flow_style=True, allow_unicode=True, width=math.inf, sort_keys=False
    )
    return text.removesuffix("\n").removesuffix("\n...")
