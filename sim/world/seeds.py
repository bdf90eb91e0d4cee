"""The seeds folders of a scenario: shipped tables, with an analyst's own laid over them row by row."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Self

from sim.files.distributions import Uncertain, limits_of, parse_in_unit
from sim.files.shipped import shipped_world
from sim.world.overlays import read_over, refuse_folders
from sim.world.rows import ParameterRow, Tables

KEPT = 8  # sets of tables that one process remembers


@dataclass(frozen=True, eq=False)  # read once, so that one is known by its identity
class Seeds:
    """Tables that a world is built from, the hashes of their files, and what to know of them.

    Parameters
    ----------
    tables : Tables
    hashes : mapping of str to str
        The sha256 of each file, by the number of its folder and its name.
    notes : sequence of str
        Rows of own tables that change nothing that a run reads.
    own : mapping of str to bytes
        The files of own tables, by the name of their folder in a result and their own.
    """

    tables: Tables
    hashes: Mapping[str, str]
    notes: Sequence[str] = ()
    own: Mapping[str, bytes] = field(default_factory=dict)

    @classmethod
    def read(cls, overlays: Sequence[Path] = (), world: str = "") -> Self:
        """Read the tables that ship, or those of another world that ships, with the rows of other folders over them.

        Tables are remembered by what their files hold, so that a file that was edited is read again.
        """
        refuse_folders(overlays)
        base = shipped_world(world)
        files = [(f"seeds/{file.relative_to(base[-1]).as_posix()}", file) for file in _files_of(base)]
        for i, folder in enumerate(overlays, start=1):
            files += [(f"overlay {i}/{file.name}", file) for file in sorted(folder.glob("*.csv"))]
        hashes = tuple((name, sha256(file.read_bytes()).hexdigest()) for name, file in files)
        return cls._remembered(base, tuple(overlays), hashes)

    @classmethod
    @lru_cache(maxsize=KEPT)
    def _remembered(
        cls, base: tuple[Path, ...], overlays: tuple[Path, ...], hashes: tuple[tuple[str, str], ...]
    ) -> Self:
        tables, notes = read_over(base if len(base) > 1 else base[0], *overlays)
        own = {
            f"{name}/{file.name}": file.read_bytes()
            for name, folder in zip(carried_names(overlays), overlays, strict=True)
            for file in sorted(folder.glob("*.csv"))
        }
        return cls(tables, dict(hashes), notes, own)

    @cached_property
    def dates(self) -> Mapping[str, date]:
        """Days that the tables stand on."""
        return {row.what: date.fromisoformat(row.date) for row in self.tables.dates}

    @cached_property
    def units(self) -> Mapping[str, str]:
        """Unit of each parameter."""
        return {row.parameter: row.unit for row in self.tables.parameters}

    @cached_property
    def limits(self) -> Mapping[str, tuple[float, float]]:
        """Least and most of each parameter, in internal units."""
        rows = self.tables.parameters
        return {row.parameter: limits_of(row.least, row.most, row.unit) for row in rows}

    @cached_property
    def parameters(self) -> Mapping[str, Uncertain]:
        """Parameters in internal units."""
        return {row.parameter: parse_in_unit(row.value, row.unit) for row in self.tables.parameters}

    @cached_property
    def ranges(self) -> Mapping[str, Uncertain]:
        """Parameters that are one number and have a range: triangular within it, most likely at the number."""
        wide = (row for row in self.tables.parameters if _is_wide(row))
        return {row.parameter: parse_in_unit(_triangular(row), row.unit) for row in wide}


def _is_wide(row: ParameterRow) -> bool:
    """Whether a parameter is a number between two others."""
    if row.value.lstrip().startswith("{") or not row.low or not row.high:
        return False
    return float(row.low) <= float(row.value) <= float(row.high) and float(row.low) < float(row.high)


def _triangular(row: ParameterRow) -> str:
    return f"{{triangular: {{low: {row.low}, mode: {row.value}, high: {row.high}}}}}"


def _files_of(base: Sequence[Path]) -> list[Path]:
    """The tables of a world: those of its own folder, and those that it shares with all."""
    found = {file.name: file for folder in reversed(base) for file in sorted(folder.glob("*.csv"))}
    return sorted(found.values())


def carried_names(folders: Sequence[Path]) -> list[str]:
    """Name the folders of own tables as a result carries them: below ``seeds/``, each by a name of its own.

    Examples
    --------
    >>> carried_names([Path("mine/prices"), Path("yours/prices"), Path("results/x/seeds/prices")])
    ['seeds/prices', 'seeds/prices-2', 'seeds/prices-3']
    """
    names: list[str] = []
    for folder in folders:
        name = re.sub(r"[^A-Za-z0-9._-]", "_", folder.name) or "tables"
        alike = (name, *(f"{name}-{n}" for n in range(2, len(folders) + 1)))
        names.append(next(f"seeds/{one}" for one in alike if f"seeds/{one}" not in names))
    return names
