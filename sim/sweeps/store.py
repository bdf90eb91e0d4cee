"""Where the points of an unfinished sweep wait: a folder each, whole or not there, whatever ends the sweep."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, final

import numpy as np

from sim.errors import RunError
from sim.results import formats, tables
from sim.results.folder import failure, held, read_manifest, sync, write_manifest
from sim.results.manifest import sha256
from sim.results.outcome import Outcome
from sim.results.tables import COLUMNS, Piece

IDENTITY = "sweep.json"
GO_ON = "Finished points are kept: make room, then go on with --resume."
SUMMARY, REPLICATES = "summary", "replicates"
TABLES = {table: ("point", *COLUMNS[table]) for table in (SUMMARY, REPLICATES)}


@final
@dataclass(frozen=True)
class Store:
    """The folder of an unfinished sweep.

    Parameters
    ----------
    place : Path
        Where the sweep's result will be.
    form : str
        What tables are written as.
    """

    place: Path
    form: str

    @property
    def folder(self) -> Path:
        """Hidden beside the place of the result."""
        place = self.place.resolve()
        return place.with_name(f".{place.name}.partial")

    def identity(self) -> Mapping[str, Any] | None:
        """What the points there are points of; None where there are none."""
        try:
            found = json.loads((self.folder / IDENTITY).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return found if isinstance(found, dict) else None

    @contextmanager
    def opened(self, identity: Mapping[str, Any], *, anew: bool = False) -> Iterator[None]:
        """Hold the folder, made if it is not there; what was half-written when a process was killed goes.

        Parameters
        ----------
        identity : mapping
            What its points are points of.
        anew : bool
            Whether all that is there goes.

        Raises
        ------
        RunError
            Another process is at work on it, or it cannot be written.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with held(self.folder):
                self._tidy(everything=anew or self.identity() is None)
                if self.identity() is None:
                    self._begin(identity)
                yield
        except BlockingIOError:
            raise RunError(f"{self.place}: another process is at work on this sweep.") from None
        except OSError as error:
            raise RunError(f"{failure(self.place, error)}\n  {GO_ON}") from error

    def _tidy(self, *, everything: bool) -> None:
        """Remove what was half-written, or all there is."""
        if everything:
            (self.folder / IDENTITY).unlink(missing_ok=True)  # first: points without it are points of nothing
        for path in self.folder.glob("*" if everything else ".*"):
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)

    def _begin(self, identity: Mapping[str, Any]) -> None:
        written = self.folder / f"{IDENTITY}.new"
        written.write_text(json.dumps(identity, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        sync(written)
        written.replace(self.folder / IDENTITY)
        sync(self.folder)

    def done(self) -> set[int]:
        """Points that are there whole, by their manifests and hashes; any other folder is as good as none."""
        if not self.folder.is_dir():
            return set()
        numbers = (int(path.name) for path in self.folder.iterdir() if path.name.isdecimal())
        return {point for point in numbers if self._is_whole(point)}

    def _is_whole(self, point: int) -> bool:
        folder = self.folder / str(point)
        facts = read_manifest(folder)
        if facts is None or facts.get("point") != point:
            return False
        hashes = facts["files"]
        return set(hashes) == {self._file(table) for table in TABLES} and all(
            (folder / name).is_file() and sha256(folder / name) == written for name, written in hashes.items()
        )

    def write(self, point: int, outcome: Outcome, kept: frozenset[str], facts: Mapping[str, Any]) -> None:
        """Write a point, so that it is on the disk when this returns.

        Raises
        ------
        RunError
            The disk is full, or the folder cannot be written; nothing is left of the point.
        """
        partial, folder = self.folder / f".{point}", self.folder / str(point)
        try:
            shutil.rmtree(folder, ignore_errors=True)
            partial.mkdir()
            for table, columns in TABLES.items():
                shown = outcome if table == SUMMARY else _only(outcome, kept)
                pieces = tables.PIECES[table](shown)
                formats.write(partial, table, columns, (_numbered(point, piece) for piece in pieces), self.form)
            hashes = {file.name: sha256(file) for file in sorted(partial.iterdir())}
            kept_rows = sum(item.name in kept for item in outcome.metrics) * len(outcome.replicates)
            rows = {SUMMARY: len(outcome.metrics), REPLICATES: kept_rows}
            write_manifest(partial, {"point": point, **facts, "rows": rows, "files": hashes})
            for path in (*partial.iterdir(), partial):
                sync(path)
            partial.rename(folder)
            sync(self.folder)
        except OSError as error:
            raise RunError(f"{failure(folder, error)}\n  {GO_ON}") from error
        finally:
            shutil.rmtree(partial, ignore_errors=True)

    def facts(self, point: int) -> Mapping[str, Any]:
        """What is told of a point besides its tables."""
        found = read_manifest(self.folder / str(point))
        if found is None:
            raise RunError(f"{self.folder / str(point)} went away while the sweep ran; --resume runs it again.")
        return found

    def join(self, points: Sequence[int], folder: Path) -> None:
        """Put the tables of points one behind the other into a folder, a point in memory at a time."""
        for table, columns in TABLES.items():
            files = [self.folder / str(point) / self._file(table) for point in points]
            formats.join(folder, table, columns, files, self.form)

    def remove(self) -> None:
        """Take everything away."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def size(self, points: Sequence[int]) -> int:
        """Bytes that points take."""
        return sum(file.stat().st_size for point in points for file in (self.folder / str(point)).iterdir())

    def _file(self, table: str) -> str:
        return f"{table}.{self.form}"


def _only(outcome: Outcome, kept: frozenset[str]) -> Outcome:
    """Leave out the metrics that are not kept by replicate."""
    rows = [row for row, item in enumerate(outcome.metrics) if item.name in kept]
    return replace(outcome, metrics=[outcome.metrics[row] for row in rows], measured=outcome.measured[rows])


def _numbered(point: int, piece: Piece) -> Piece:
    """Put the number of the point before each row."""
    numbers = piece["n" if "n" in piece else "replicate"]
    return {"point": np.full(len(numbers), point), **piece}
