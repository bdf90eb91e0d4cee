"""Own tables of all points of a sweep, as its result carries them: below ``seeds/``, each folder by its own name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import final

from sim.files.positions import plain, read_text
from sim.files.writing import flow
from sim.world.seeds import Seeds, carried_names


@final
@dataclass(frozen=True)
class Carried:
    """Folders of tables that points stand on.

    Parameters
    ----------
    names : mapping of str to str
        What each folder is called in the result.
    hashes : mapping of str to str
        The sha256 of every table; where points differ in them, each name has its folders beside it.
    files : mapping of str to bytes
        The tables, by their place in the result.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    hashes: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)

    @classmethod
    def of(cls, seeds: Mapping[tuple[str, ...], Seeds]) -> Carried:
        """Name the folders of all points, in the order in which points name them."""
        folders = list(dict.fromkeys(folder for several in seeds for folder in several))
        names = dict(zip(folders, carried_names([Path(folder) for folder in folders]), strict=True))
        files = {
            f"{name}/{file.name}": file.read_bytes()
            for folder, name in names.items()
            for file in sorted(Path(folder).glob("*.csv"))
        }
        if len(seeds) == 1:
            return cls(names, next(iter(seeds.values())).hashes, files)
        hashes = {
            f"{table} of {', '.join(names[one] for one in several) or 'what ships'}": digest
            for several, read in seeds.items()
            for table, digest in read.hashes.items()
        }
        return cls(names, hashes, files)

    def named(self, folders: Sequence[str]) -> tuple[str, ...]:
        """What some folders are called in the result."""
        return tuple(self.names[folder] for folder in folders)

    def cell(self, cell: str) -> str:
        """Write a cell of points with the names of its folders in the result."""
        return flow([self.names.get(folder, folder) for folder in folders_of(cell)])


def folders_of(cell: str) -> list[str]:
    """Folders that a cell of points lists."""
    given = plain(read_text(cell, ""))
    return [str(name) for name in (given if isinstance(given, list) else [given])]


def whole(cell: str, folder: Path) -> str:
    """Write the folders of a cell, seen from another one, with their whole paths."""
    return flow([str((folder / name).resolve()) for name in folders_of(cell)])
