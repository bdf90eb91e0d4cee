"""Where the points of an unfinished sweep wait: a folder each, whole or not there, whatever ends the sweep."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, final

import numpy as np

from sim.errors import RunError
from sim.results import formats, tables
from sim.results.claims import claimed
from sim.results.folder import failure, held, read_manifest, sync, write_manifest
from sim.results.manifest import changed, sha256
from sim.results.outcome import Outcome
from sim.results.tables import COLUMNS, Piece, with_window

TICKET = "sweep.json"
GO_ON = "Finished points are kept: make room, then go on with --resume."
FACTS = {"core_seconds": int | float, "peak_memory": int, "headline": list, "metrics": list, "rows": dict}  # of a point
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
    windows : bool
        Whether metrics are reported of windows, too.
    """

    place: Path
    form: str
    windows: bool = False

    @property
    def folder(self) -> Path:
        """Hidden beside the place of the result."""
        place = self.place.resolve()
        return place.with_name(f".{place.name}.partial")

    def ticket(self) -> Mapping[str, Any] | None:
        """What the points there are points of, as `begin` wrote it; None where nobody can tell."""
        try:
            found = json.loads((self.folder / TICKET).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        kinds = {"identity": dict, "digest": str, "replaces": str}
        is_ours = isinstance(found, dict) and all(isinstance(found.get(name), kind) for name, kind in kinds.items())
        return found if is_ours else None

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the folder, made if it is not there, for as long as this process lives.

        Raises
        ------
        InputError
            Another run is at work on the place of the result.
        RunError
            Another process is at work on it, or it cannot be written.
        """
        try:
            with claimed(self.place):
                self.folder.mkdir(parents=True, exist_ok=True)
                with held(self.folder):
                    try:
                        yield
                    finally:
                        with suppress(OSError):  # it is not empty
                            self.folder.rmdir()
        except BlockingIOError:
            raise RunError(f"{self.place}: another process is at work on this sweep.") from None
        except OSError as error:
            raise RunError(f"{failure(self.place, error)}\n  {GO_ON}") from error

    def begin(self, identity: Mapping[str, Any], replaces: str, *, anew: bool) -> None:
        """Make ready for points, the folder being held: what was half-written goes, and points that are of nothing.

        Parameters
        ----------
        identity : mapping
            What points will be points of.
        replaces : str
            Hash of the manifest of the result that may be replaced in the end; empty for none.
        anew : bool
            Whether all that is there goes.
        """
        everything = anew or self.ticket() is None
        if everything:
            (self.folder / TICKET).unlink(missing_ok=True)
        for path in self.folder.glob("*" if everything else ".*"):
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
        if everything:
            self._write_ticket({"digest": _digest(identity), "replaces": replaces, "identity": identity})

    def _write_ticket(self, ticket: Mapping[str, Any]) -> None:
        written = self.folder / f"{TICKET}.new"
        written.write_text(json.dumps(ticket, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        sync(written)
        written.replace(self.folder / TICKET)
        sync(self.folder)

    def done(self) -> set[int]:
        """Points that are there whole, by their manifests and hashes; any other folder is as good as none."""
        return {point for point, fault in self.faults().items() if not fault}

    def faults(self) -> dict[int, str]:
        """Why points that are there do not count; empty for those that do."""
        ticket = self.ticket()
        if ticket is None:
            return {}
        numbers = sorted(int(path.name) for path in self.folder.iterdir() if path.name.isdecimal())
        return {point: self._fault(point, ticket["digest"]) for point in numbers}

    def _fault(self, point: int, digest: str) -> str:
        """Say why a point is not one of this sweep with the files that were written; nothing if it is."""
        folder = self.folder / str(point)
        facts = read_manifest(folder)
        if facts is None:
            return "its manifest is missing or damaged"
        if (facts.get("point"), facts.get("sweep")) != (point, digest):
            return "it is one of another sweep, or another point"
        if not all(isinstance(facts.get(name), kind) for name, kind in FACTS.items()):
            return "its manifest was edited"
        if set(facts["files"]) != set(map(self._file, TABLES)):
            return "it has other tables"
        names = changed(folder, facts["files"])
        return f"{' and '.join(names)} {'is' if len(names) == 1 else 'are'} not what was written" if names else ""

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
            for table, columns in self._tables():
                shown = outcome if table == SUMMARY else _only(outcome, kept)
                pieces = tables.PIECES[table](shown)
                formats.write(partial, table, columns, (_numbered(point, piece) for piece in pieces), self.form)
            hashes = {file.name: sha256(file) for file in sorted(partial.iterdir())}
            kept_rows = sum(item.name in kept for item in outcome.metrics) * len(outcome.replicates)
            rows = {SUMMARY: len(outcome.metrics), REPLICATES: kept_rows}
            ticket = self.ticket() or {}
            whose = {"point": point, "sweep": ticket.get("digest")}
            write_manifest(partial, {**whose, **facts, "rows": rows, "files": hashes})
            for path in (*partial.iterdir(), partial):
                sync(path)
            partial.rename(folder)
            sync(self.folder)
        except OSError as error:
            raise RunError(f"{failure(folder, error)}\n  {GO_ON}") from error
        finally:
            shutil.rmtree(partial, ignore_errors=True)

    def facts(self, point: int) -> Mapping[str, Any]:
        """What is reported of a point besides its tables."""
        found = read_manifest(self.folder / str(point))
        if found is None:
            raise RunError(f"{self.folder / str(point)} went away while the sweep ran; --resume runs it again.")
        return found

    def join(self, points: Sequence[int], folder: Path) -> None:
        """Put the tables of points one behind the other into a folder, a point in memory at a time."""
        for table, columns in self._tables():
            files = [self.folder / str(point) / self._file(table) for point in points]
            formats.join(folder, table, columns, files, self.form)

    def remove(self) -> None:
        """Take everything away."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _tables(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Tables with their columns."""
        yield from ((table, with_window(columns) if self.windows else columns) for table, columns in TABLES.items())

    def _file(self, table: str) -> str:
        return f"{table}.{self.form}"


def _digest(identity: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()


def _only(outcome: Outcome, kept: frozenset[str]) -> Outcome:
    """Leave out the metrics that are not kept by replicate."""
    rows = [row for row, item in enumerate(outcome.metrics) if item.name in kept]
    return replace(outcome, metrics=[outcome.metrics[row] for row in rows], measured=outcome.measured[rows])


def _numbered(point: int, piece: Piece) -> Piece:
    """Put the number of the point before each row."""
    numbers = piece["n" if "n" in piece else "replicate"]
    return {"point": np.full(len(numbers), point), **piece}
