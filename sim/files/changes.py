"""Which values differ between two resolved scenarios: they are what a comparison compares."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from sim.errors import Steps
from sim.files.positions import show_path

ABSENT = "–"
NAMELESS = {"name": "", "title": ""}  # what a scenario is called is not what it says


@dataclass(frozen=True)
class Change:
    """One value of the scenario: where it stands, what it was, what it is."""

    path: str
    base: str
    other: str


def changes(base: str, other: str) -> list[Change]:
    """List the values that differ between two resolved scenarios, given as YAML; their names aside.

    Examples
    --------
    >>> changes("instruments: [{name: ban, size: 0.40}]", "instruments: [{name: ban, size: 0.5}]")
    [Change(path='instruments.ban.size', base='0.4', other='0.5')]
    """
    return list(_compare((), *({**read_scenario(text), **NAMELESS} for text in (base, other))))


def read_scenario(scenario: str) -> dict[str, Any]:
    """Read a resolved scenario as plain data, in which a list of named things is a map by name."""
    return dict(_keyed(yaml.safe_load(scenario) or {}))


def _keyed(value: Any) -> Any:  # noqa: ANN401
    """Turn lists of named things into maps by name, at any depth."""
    if isinstance(value, Mapping):
        return {key: _keyed(inner) for key, inner in value.items()}
    if isinstance(value, list) and value and all(isinstance(one, Mapping) and "name" in one for one in value):
        return {one["name"]: _keyed(one) for one in value}
    return value


def _compare(path: Steps, left: object, right: object) -> Iterator[Change]:
    """Go down where both sides are maps; elsewhere the whole value is one change."""
    left, right = _as_map(left, right), _as_map(right, left)
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        for key in dict.fromkeys((*left, *right)):
            yield from _compare((*path, str(key)), left.get(key), right.get(key))
    elif left != right:
        yield Change(show_path(path), _text(left), _text(right))


def _as_map(value: object, beside: object) -> object:
    """Read an empty list beside named things as having none of them."""
    return {} if value == [] and isinstance(beside, Mapping) else value


def _text(value: object) -> str:
    """Write a value in a few words: an instrument that one side lacks is reported by its kind."""
    if value is None:
        return ABSENT
    if isinstance(value, Mapping):
        return str(value.get("kind", "")) or json.dumps(value, default=str, ensure_ascii=False)
    return json.dumps(value, default=str, ensure_ascii=False) if isinstance(value, list) else str(value)
