"""Result: what `sim.run` returns and `sim.read` reads back."""

import shutil
from abc import ABC, abstractmethod
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, final

from sim.errors import InputError, Place, Problem
from sim.results import arrow, formats
from sim.results.facts import AGAIN, MANIFEST, SCENARIO, read_facts, scenario_of
from sim.results.folder import carry, read_manifest, whole, write_manifest
from sim.results.manifest import changed, manifest, sha256
from sim.results.outcome import Outcome
from sim.results.tables import COLUMNS, PIECES, columns_of

if TYPE_CHECKING:
    from pandas import DataFrame


class Source(ABC):
    """Where the tables of a result come from."""

    label: str
    scenario: str
    manifest: Mapping[str, Any]

    @abstractmethod
    def frame(self, table: str) -> "DataFrame":
        """Give a table as a DataFrame."""

    @abstractmethod
    def check(self, place: Path, form: str | None) -> None:
        """Refuse a place or a format that cannot be, before anything is written."""

    @abstractmethod
    def write(self, folder: Path, form: str | None) -> None:
        """Write all files into an empty folder, tables in a format; as they are, if none is named."""

    @abstractmethod
    def is_certain(self) -> bool:
        """Whether there are several replicates and all say the same."""

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
        """Every metric of every replicate."""
        return self._source.frame("replicates")

    @cached_property
    def timeseries(self) -> "DataFrame":
        """Mean and quantiles of every series at every date."""
        return self._source.frame("timeseries")

    @cached_property
    def events(self) -> "DataFrame":
        """What happened, and in what share of the replicates."""
        return self._source.frame("events")

    @cached_property
    def draws(self) -> "DataFrame":
        """What every replicate drew."""
        return self._source.frame("draws")

    @cached_property
    def paths(self) -> "DataFrame":
        """Every series of the first replicates, where the scenario asks for paths."""
        return self._source.frame("paths")

    def is_certain(self) -> bool:
        """Whether there are several replicates and all say the same: nothing that matters was drawn."""
        return self._source.is_certain()

    def changed(self) -> list[str]:
        """Names of files that were changed after they were written, by the hashes of the manifest."""
        return self._source.changed()

    def save(self, folder: str | Path, *, overwrite: bool = False, form: str | None = None) -> Path:
        """Write the result folder, whole or not at all.

        Parameters
        ----------
        folder : path
        overwrite : bool
            Whether a result that stands there gives way.
        form : str, optional
            What tables are written as: ``csv`` or ``parquet``. By default as they were read; as CSV, if they were not.

        Raises
        ------
        InputError
            There is no such form, or something stands there that may not be replaced.
        RunError
            The disk is full, or the folder cannot be written.
        """
        place = Path(folder)
        if form is not None:
            formats.check(form)
        self._source.check(place, form)
        with whole(place, overwrite=overwrite) as partial:
            self._source.write(partial, form)
        return place


def read(folder: str | Path) -> Result:
    """Read a result folder back; its numbers are those that were saved, bit for bit.

    Raises
    ------
    InputError
        No result is there, or its manifest or scenario is not what was written.
    """
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

    def check(self, place: Path, form: str | None) -> None:
        """Any will do: nothing of it is on disk."""

    def write(self, folder: Path, form: str | None) -> None:
        form = form or formats.CSV
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
        found = read_facts(folder)
        if found is None:
            what = "no result is there: it has no manifest" if folder.is_dir() else "there is no such folder"
            right = f"Folders of results beside it: {_neighbours(folder)}."
            raise InputError(Problem(Place(str(folder)), what, right))
        self.folder = folder
        self.label = str(folder)
        self.manifest = found
        self.scenario = scenario_of(folder, found)

    def frame(self, table: str) -> "DataFrame":
        name = formats.file_of(self.manifest["files"], table)
        if name is None and table == "paths":
            return arrow.frame(COLUMNS[table], ())
        if name is None:
            held = ", ".join(self.manifest["files"])
            raise InputError(Problem(Place(self.label), f"the result has no table {table!r}", f"It holds {held}."))
        file = self.folder / name
        return formats.FORMATS[formats.form_of(file)].read(file, COLUMNS[table])

    def check(self, place: Path, form: str | None) -> None:
        """Refuse to save into itself, what is gone, and in another format what was changed: its hashes would be new."""
        here = Place(self.label)
        if self.folder.resolve() in place.resolve().parents:
            raise InputError(Problem(here, "a result cannot be saved inside itself", "Choose another folder."))
        absent = [name for name in self.manifest["files"] if not (self.folder / name).is_file()]
        if absent:
            raise InputError(Problem(here, f"{', '.join(absent)} is not there any more", AGAIN))
        edited = [name for name in self.changed() if formats.other_form(name, form)]
        if edited:
            found = f"{', '.join(edited)} was changed after it was written"
            raise InputError(Problem(here, found, "Only what is as it was written can be saved in another format."))

    def write(self, folder: Path, form: str | None) -> None:
        hashes: dict[str, str] = {}
        for name, digest in self.manifest["files"].items():
            other = formats.other_form(name, form)
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            if other:
                formats.convert(self.folder / name, folder / other)
                hashes[other] = sha256(folder / other)
            else:
                shutil.copyfile(self.folder / name, folder / name)
                hashes[name] = digest
        if hashes == self.manifest["files"]:
            shutil.copyfile(self.folder / MANIFEST, folder / MANIFEST)
        else:
            write_manifest(folder, {**self.manifest, "files": dict(sorted(hashes.items()))})

    def is_certain(self) -> bool:
        return is_certain(self.frame("replicates"))

    def changed(self) -> list[str]:
        return changed(self.folder, self.manifest["files"])


def is_certain(replicates: "DataFrame") -> bool:
    """Whether there are several replicates and all say the same, by a table of their metrics."""
    keys = [name for name in replicates.columns if name not in ("replicate", "value")]
    several = replicates["replicate"].nunique() > 1
    return several and bool((replicates.groupby(keys)["value"].nunique(dropna=False) == 1).all())


def _neighbours(folder: Path) -> str:
    """List result folders in the same place, for a message."""
    parent = folder.parent
    names = sorted(str(path) for path in parent.iterdir() if read_manifest(path)) if parent.is_dir() else []
    return ", ".join(names) or "none"
