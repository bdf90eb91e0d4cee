"""Result: what `sim.run` returns and `sim.read` reads back."""

import shutil
from abc import ABC, abstractmethod
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, final

from sim.ensemble.items import KEYS
from sim.errors import InputError, Place, Problem
from sim.results import arrow, formats
from sim.results.folder import MANIFEST, carry, read_manifest, whole, write_manifest
from sim.results.manifest import changed, manifest
from sim.results.outcome import Outcome
from sim.results.tables import PIECES, columns_of

if TYPE_CHECKING:
    from pandas import DataFrame

SCENARIO = "scenario.yaml"


class Source(ABC):
    """Where the tables of a result come from."""

    label: str
    scenario: str
    manifest: Mapping[str, Any]

    @abstractmethod
    def frame(self, table: str) -> "DataFrame":
        """Give a table as a DataFrame."""

    @abstractmethod
    def write(self, folder: Path, form: str) -> None:
        """Write all files into an empty folder, tables in a format."""

    @abstractmethod
    def is_certain(self) -> bool:
        """Whether there are several worlds and all say the same."""

    @abstractmethod
    def changed(self) -> list[str]:
        """Names of files that are not what was written."""


@final
class Result:
    """Six tables, the scenario they came from, and the facts of the run.

    Tables are DataFrames of the columns of the files, made when they are asked for.
    """

    def __init__(self, source: Outcome | Source) -> None:
        self._source = _Memory(source) if isinstance(source, Outcome) else source

    @property
    def label(self) -> str:
        """What to call it: the folder it was read from, else the name of its scenario."""
        return self._source.label

    @property
    def scenario(self) -> str:
        """The resolved scenario as YAML."""
        return self._source.scenario

    @property
    def manifest(self) -> Mapping[str, Any]:
        """Versions, hashes, seed, replicates, time and memory."""
        return self._source.manifest

    @cached_property
    def summary(self) -> "DataFrame":
        """Mean, spread and quantiles of every metric."""
        return self._source.frame("summary")

    @cached_property
    def replicates(self) -> "DataFrame":
        """Every metric of every world."""
        return self._source.frame("replicates")

    @cached_property
    def timeseries(self) -> "DataFrame":
        """Mean and quantiles of every series at every date."""
        return self._source.frame("timeseries")

    @cached_property
    def events(self) -> "DataFrame":
        """What happened, and in what share of the worlds."""
        return self._source.frame("events")

    @cached_property
    def draws(self) -> "DataFrame":
        """What every world drew."""
        return self._source.frame("draws")

    @cached_property
    def paths(self) -> "DataFrame":
        """Every series of the first worlds, where the scenario asks for paths."""
        return self._source.frame("paths")

    def is_certain(self) -> bool:
        """Whether there are several worlds and all say the same: nothing that matters was drawn."""
        return self._source.is_certain()

    def changed(self) -> list[str]:
        """Names of files that were changed after they were written, by the hashes of the manifest."""
        return self._source.changed()

    def save(self, folder: str | Path, *, overwrite: bool = False, form: str = "csv") -> Path:
        """Write the result folder, whole or not at all; tables are CSV, or Parquet with ``form="parquet"``.

        Raises
        ------
        InputError
            Something stands there that may not be replaced.
        RunError
            The disk is full, or the folder cannot be written.
        """
        place = Path(folder)
        with whole(place, overwrite=overwrite) as partial:
            self._source.write(partial, form)
        return place


def read(folder: str | Path) -> Result:
    """Read a result folder back; its numbers are those that were saved, bit for bit."""
    return Result(_Folder(Path(folder)))


class _Memory(Source):
    """A result that was just computed."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome
        self.label = outcome.name
        self.scenario = outcome.scenario

    @cached_property
    def manifest(self) -> Mapping[str, Any]:  # type: ignore[override]
        return manifest(self.outcome)

    def frame(self, table: str) -> "DataFrame":
        return arrow.frame(columns_of(table, windows=self.outcome.has_windows), PIECES[table](self.outcome))

    def write(self, folder: Path, form: str) -> None:
        for table, pieces in PIECES.items():
            if table != "paths" or self.outcome.has_paths:
                columns = columns_of(table, windows=self.outcome.has_windows)
                formats.write(folder, table, columns, pieces(self.outcome), form)
        (folder / SCENARIO).write_text(self.scenario, encoding="utf-8", newline="\n")
        carry(folder, self.outcome.tables)
        write_manifest(folder, manifest(self.outcome, folder))

    def is_certain(self) -> bool:
        return self.outcome.is_certain()

    def changed(self) -> list[str]:
        return []


class _Folder(Source):
    """A result on disk."""

    def __init__(self, folder: Path) -> None:
        found = read_manifest(folder)
        if found is None:
            what = "no result is there: it has no manifest" if folder.is_dir() else "there is no such folder"
            right = f"Folders of results beside it: {_neighbours(folder)}."
            raise InputError(Problem(Place(str(folder)), what, right))
        self.folder = folder
        self.label = str(folder)
        self.manifest = found
        self.scenario = (folder / SCENARIO).read_text(encoding="utf-8")

    def frame(self, table: str) -> "DataFrame":
        name, columns = formats.file_of(self.manifest["files"], table), columns_of(table, windows=self._has_windows)
        if name is None:
            return arrow.frame(columns, ())
        file = self.folder / name
        return formats.FORMATS[formats.form_of(file)].read(file, columns)

    @property
    def _has_windows(self) -> bool:
        return bool(self.manifest.get("windows"))

    def write(self, folder: Path, form: str) -> None:  # noqa: ARG002  (a copy is what the original is)
        for name in (*self.manifest["files"], MANIFEST):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(self.folder / name, folder / name)

    def is_certain(self) -> bool:
        items = self.frame("replicates").drop(columns="replicate").groupby(["metric", *KEYS])["value"]
        return int(self.manifest["replicates"]) > 1 and bool((items.nunique(dropna=False) == 1).all())

    def changed(self) -> list[str]:
        return changed(self.folder, self.manifest["files"])


def _neighbours(folder: Path) -> str:
    """List result folders in the same place, for a message."""
    parent = folder.parent
    names = sorted(str(path) for path in parent.iterdir() if read_manifest(path)) if parent.is_dir() else []
    return ", ".join(names) or "none"
