"""Which rows of a comparison are wanted: sets of regions, sectors and commodities, written as in a scenario."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from sim.definitions.items import ALL
from sim.errors import InputError, Place, Problem, suggest
from sim.files.quantities import Names

if TYPE_CHECKING:
    from pandas import DataFrame, Series


def only(table: DataFrame, wanted: Mapping[str, Sequence[str]]) -> DataFrame:
    """Keep the rows that are wanted.

    Parameters
    ----------
    table : DataFrame
    wanted : mapping of str to sequence of str
        Sets of names by column, such as ``US+EU``, ``all-CN``, ``magnet.*``; those of one column are added up. All
        is all single names: a total (``*``) is wanted by its own name.

    Raises
    ------
    InputError
        A name is nowhere in its column, or no row has all that is wanted.
    """
    found = table
    for column, sets in wanted.items():
        if not sets:
            continue
        _refuse_unknown(table[column], column, sets)
        names = _names(table[column])
        meant = {name for one in sets for name in _meant(one, names)}
        kept = found[found[column].isin(meant)]
        if kept.empty:
            what = " and ".join(f"{name} {' or '.join(wanted[name])}" for name in wanted if wanted[name])
            right = suggest(sets[0], _names(found[column]))
            raise InputError(Problem(Place(f"--{column}"), f"no row is of {what}", right))
        found = kept
    return found


def _names(column: Series[str]) -> list[str]:
    return sorted(name for name in set(column) if name)


def _meant(text: str, names: Sequence[str]) -> list[str]:
    """Names of a set: a total (``*``, ``*-CN``) by its own name; ``all`` and ``all-CN`` are the single ones."""
    parts = [part.strip() for part in text.split("+")]
    if any(part.startswith(ALL) for part in parts):
        return [name for part in parts for name in ([part] if part.startswith(ALL) else _meant(part, names))]
    said = Names(text=text)
    return said.among([name for name in names if not (said.is_complement and name.startswith(ALL))])


def _refuse_unknown(column: Series[str], name: str, sets: Sequence[str]) -> None:
    known = _names(column)
    if not known:
        raise InputError(Problem(Place(f"--{name}"), f"no row has a {name}", "Leave it out."))
    problems = [
        Problem(Place(f"--{name}"), f"{one!r} is the {name} of no row", suggest(one, known))
        for text in sets
        for one in _parts(text)
        if not Names(listed=(one,)).among(known)
    ]
    if problems:
        raise InputError(problems)


def _parts(text: str) -> Sequence[str]:
    """Names that a set names, those that it leaves out among them."""
    if any(part.strip().startswith(ALL) for part in text.split("+")):
        return [part.strip() for part in text.split("+") if part.strip()]
    said = Names(text=text)
    return said.named or ([] if said.is_complement else [text])
