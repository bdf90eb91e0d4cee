"""The seeds folders of a scenario: shipped tables, with an analyst's own laid over them row by row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from hashlib import sha256
from pathlib import Path
from typing import Self

from sim.files.distributions import Uncertain, limits_of, parse_in_unit
from sim.files.shipped import shipped
from sim.world.tables import Tables, read


@dataclass(frozen=True, eq=False)  # read once, so that one is known by its identity
class Seeds:
    """Tables that a world is built from, and the hashes of their files."""

    tables: Tables
    hashes: Mapping[str, str]

    @classmethod
    @cache
    def read(cls, overlays: tuple[Path, ...] = ()) -> Self:
        """Read the tables that ship, with the rows of other folders laid over them."""
        folders = [shipped("seeds"), *overlays]
        hashes = {
            f"{'seeds' if i == 0 else f'overlay {i}'}/{file.name}": sha256(file.read_bytes()).hexdigest()
            for i, folder in enumerate(folders)
            for file in sorted(folder.glob("*.csv"))
        }
        return cls(read(*folders), hashes)

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
