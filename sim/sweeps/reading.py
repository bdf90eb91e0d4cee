"""Results read back: of a run, of a sweep, of one point of it; only the rows that somebody asks for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache, reduce
from operator import and_
from pathlib import Path
from typing import TYPE_CHECKING, Any, final

from sim.definitions.items import KEYS
from sim.errors import InputError, Place, Problem, suggest
from sim.files.changes import read_scenario
from sim.results import arrow, formats
from sim.results.facts import MANIFEST, read_facts, scenario_of
from sim.results.folder import read_manifest
from sim.results.manifest import changed
from sim.results.result import Result, Source, is_certain
from sim.results.result import read as read_run
from sim.results.tables import COLUMNS
from sim.sweeps.carried import whole
from sim.sweeps.names import BASE, DONE, POINTS, SEEDS
from sim.sweeps.store import REPLICATES, SUMMARY, TABLES

if TYPE_CHECKING:
    from pandas import DataFrame
    from pyarrow.dataset import Dataset, Expression

ITEM = ("metric", *KEYS, "unit")


@final
class SweepResult:
    """The result folder of a sweep; tables are read when they are asked for, whole or some rows of them.

    Parameters
    ----------
    folder : Path
    """

    def __init__(self, folder: Path) -> None:
        found = read_facts(folder)
        if found is None or not found.get("sweep"):
            raise InputError(_no_sweep(folder))
        self.folder = folder
        self.manifest: Mapping[str, Any] = found

    def __repr__(self) -> str:
        done = int((self.points["status"] == DONE).sum())
        return f"<sweep {self.folder}: {done} of {self.size} points done; tables {', '.join(TABLES)}>"

    @property
    def paths(self) -> Sequence[str]:
        """What differs from point to point."""
        return list(self.manifest["sweep"]["paths"])

    @property
    def design(self) -> Mapping[str, Any]:
        """How points were chosen."""
        return dict(self.manifest["sweep"]["design"])

    @property
    def size(self) -> int:
        """Number of points of the design."""
        return int(self.manifest["sweep"]["points"])

    @property
    def scenario(self) -> str:
        """The resolved scenario that points are variants of, as YAML."""
        return scenario_of(self.folder, self.manifest)

    @cached_property
    def points(self) -> DataFrame:
        """Every point with its status and its values, by number."""
        import pandas as pd  # noqa: PLC0415

        file = self.folder / POINTS
        try:
            table = pd.read_csv(file, dtype=str, keep_default_na=False)
            table["point"] = table["point"].astype("int64")
        except (OSError, ValueError, KeyError) as error:
            found = f"not a table of points: {str(error).splitlines()[0]}"
            raise InputError(Problem(Place(str(file)), found, "Run the sweep again with --overwrite.")) from error
        wanted = ["point", "status", "message", *self.paths]
        if list(table.columns) != wanted:
            found = f"the header is {','.join(table.columns)}"
            raise InputError(Problem(Place(str(file), 1), found, f"It should be {','.join(wanted)}"))
        if sorted(table["point"]) != list(range(self.size)):
            found = (
                f"it was changed after it was written: {table['point'].nunique():,} points of {self.size:,} are there"
            )
            raise InputError(Problem(Place(str(file)), found, "Run the sweep again with --overwrite."))
        return table.set_index("point").sort_index()

    @property
    def summary(self) -> DataFrame:
        """Mean, spread and quantiles of every metric of every point."""
        return self.rows(SUMMARY)

    @property
    def replicates(self) -> DataFrame:
        """Kept metrics of every replicate of every point."""
        return self.rows(REPLICATES)

    def rows(self, table: str, **among: Sequence[Any]) -> DataFrame:
        """Rows of a table whose columns are among some values; all rows, where no column is named.

        Parameters
        ----------
        table : str
            ``summary`` or ``replicates``.
        among : sequences
            Values by column: ``point=[3], metric=["exports"]``.
        """
        source = self._dataset(table)
        return arrow.read(source, self._file(table), _wanted(table, source.schema.names, among))

    def batches(self, table: str, columns: Sequence[str], **among: Sequence[Any]) -> Iterator[DataFrame]:
        """Columns of the same rows, some thousands at a time: memory does not grow with the table."""
        import pyarrow as pa  # noqa: PLC0415

        source, file = self._dataset(table), self._file(table)
        wanted = _wanted(table, source.schema.names, among)
        _check_columns(table, source.schema.names, columns)
        batches = iter(source.to_batches(columns=list(columns), filter=wanted, batch_readahead=2))
        while True:
            with arrow.in_own_words(file):
                batch = next(batches, None)
                rows = None if batch is None else arrow.in_pandas(pa.Table.from_batches([batch]))
            if rows is None:
                return
            if len(rows):
                yield rows

    def columns(self, table: str) -> Sequence[str]:
        """Names of the columns of a table, of the window where there are any among them."""
        return list(self._dataset(table).schema.names)

    def by_point(self, table: str) -> Iterator[tuple[int, DataFrame]]:
        """Give the rows of a table point by point, in the order of their numbers, one point in memory at a time."""
        import pandas as pd  # noqa: PLC0415

        if self._file(table).name in self.changed:  # rows may stand in any order: each point is looked for
            yield from ((point, self.rows(table, point=[point])) for point in self._done)
            return
        parts: list[DataFrame] = []
        for batch in self.batches(table, self.columns(table)):
            for point, rows in batch.groupby("point", sort=True):
                if parts and parts[0]["point"].iloc[0] != point:
                    yield int(parts[0]["point"].iloc[0]), pd.concat(parts, ignore_index=True)
                    parts = []
                parts.append(rows)
        if parts:
            yield int(parts[0]["point"].iloc[0]), pd.concat(parts, ignore_index=True)

    @property
    def _done(self) -> list[int]:
        """Numbers of the points that have results."""
        return [int(point) for point in self.points.index[self.points["status"] == DONE]]

    def point(self, number: int) -> Result:
        """Give a point as the result of a run, with the tables that a sweep keeps.

        Raises
        ------
        InputError
            There is no such point, or it has no result.
        """
        number = int(number)
        place = Place(f"{self.folder}@{number}")
        if number not in self.points.index:
            raise InputError(Problem(place, "there is no such point", f"Points count from 0 to {self.size - 1}."))
        status, message = self.points.loc[number, ["status", "message"]]
        if status != DONE:
            right = "Run it with monazite sweep … --resume."
            raise InputError(Problem(place, f"the point is {status}{': ' if message else ''}{message}", right))
        return Result(_Point(self, number))

    @cached_property
    def changed(self) -> list[str]:
        """Names of files that are not what was written."""
        return changed(self.folder, self.manifest["files"])

    def _file(self, table: str) -> Path:
        if table not in TABLES:
            raise InputError(Problem(Place(str(self.folder)), f"a sweep has no {table!r}", suggest(table, TABLES)))
        name = formats.file_of(self.manifest["files"], table)
        if name is None or not (self.folder / name).is_file():
            found = f"{name or table} is not there any more"
            raise InputError(Problem(Place(str(self.folder)), found, "Run the sweep again with --overwrite."))
        return self.folder / name

    def _dataset(self, table: str) -> Dataset:
        """Open a table; one that has lost rows, or grown some, is refused: its numbers would be wrong."""
        file = self._file(table)
        found: Dataset = formats.FORMATS[formats.form_of(file)].dataset(file, TABLES[table])
        if file.name in self.changed:
            rows, written = arrow.count(found, file), int(self.manifest["sweep"]["rows"][table])
            if rows != written:
                what = f"it was changed after it was written: {rows:,} rows of {written:,} are there"
                raise InputError(Problem(Place(str(file)), what, "Run the sweep again with --overwrite."))
        return found


def read(place: str | Path) -> Result | SweepResult:
    """Read back a result folder of a run or of a sweep, or a point of a sweep (``results/vault-size@3``).

    Raises
    ------
    InputError
        No result is there.
    """
    folder, sign, number = str(place).rpartition("@")
    if sign and number.isdecimal() and not Path(place).exists():
        return _opened(Path(folder), _written(Path(folder))).point(int(number))
    if sign and not Path(place).exists() and (read_facts(Path(folder)) or {}).get("sweep"):
        raise InputError(
            Problem(Place(str(place)), f"{number!r} is no number of a point", f"Write such as {folder}@0.")
        )
    found = read_facts(Path(place))
    return SweepResult(Path(place)) if found is not None and found.get("sweep") else read_run(place)


@lru_cache(maxsize=4)
def _opened(folder: Path, written: int) -> SweepResult:
    """Open a sweep once for all its points."""
    del written  # another time of writing is another result
    return SweepResult(folder)


def _written(folder: Path) -> int:
    manifest = folder / MANIFEST
    return manifest.stat().st_mtime_ns if manifest.is_file() else 0


class _Point(Source):
    """A point of a sweep, as the result of a run."""

    def __init__(self, sweep: SweepResult, number: int) -> None:
        self.sweep, self.number = sweep, number
        self.label = f"{sweep.folder}@{number}"

    @cached_property
    def _values(self) -> dict[str, str]:
        row = self.sweep.points.loc[self.number]
        values = {path: str(row[path]) for path in self.sweep.paths}
        return {path: whole(cell, self.sweep.folder) if path == SEEDS else cell for path, cell in values.items()}

    @cached_property
    def scenario(self) -> str:  # type: ignore[override]
        """What the point stands for; where its tables are gone or another version reads it, as it was written."""
        from sim.plan import drafted, make_plan  # noqa: PLC0415  (the engine, which reading numbers does not need)
        from sim.scenario.draft import Draft  # noqa: PLC0415

        draft = Draft.read(self.sweep.folder / BASE)
        try:
            return make_plan(drafted(draft, self._values)).text
        except InputError:
            return draft.text(self._values)

    @cached_property
    def manifest(self) -> Mapping[str, Any]:  # type: ignore[override]
        """Those of the sweep, with the replicates of the point."""
        ensemble = read_scenario(self.scenario).get("ensemble")
        known = ensemble if isinstance(ensemble, Mapping) else {}
        own = {name: known[name] for name in ("seed", "replicates") if isinstance(known.get(name), int)}
        return {**self.sweep.manifest, **own}

    def frame(self, table: str) -> DataFrame:
        if table not in TABLES:
            return arrow.frame(COLUMNS[table], ())
        return self.sweep.rows(table, point=[self.number]).drop(columns="point")

    def check(self, place: Path, form: str | None) -> None:
        """Say at once that this cannot be."""
        self.write(place, form)

    def write(self, folder: Path, form: str | None) -> None:
        del folder, form
        right = "Run the scenario with the values of the point."
        raise InputError(Problem(Place(self.label), "a point of a sweep cannot be saved by itself", right))

    def is_certain(self) -> bool:
        return is_certain(self.frame(REPLICATES))

    def changed(self) -> list[str]:
        return self.sweep.changed


def _wanted(table: str, columns: Sequence[str], among: Mapping[str, Sequence[Any]]) -> Expression | None:
    """Rows whose columns are among some values, for Arrow."""
    from pyarrow import dataset as ds  # noqa: PLC0415

    _check_columns(table, columns, among)
    filters = [
        ds.field(name).isin([values] if isinstance(values, str) else list(values)) for name, values in among.items()
    ]
    return reduce(and_, filters) if filters else None


def _check_columns(table: str, known: Sequence[str], names: Iterable[str]) -> None:
    """Refuse columns that a table has not."""
    problems = [
        Problem(Place(table), f"it has no column {name!r}", suggest(name, known)) for name in names if name not in known
    ]
    if problems:
        raise InputError(problems)


def _no_sweep(folder: Path) -> Problem:
    """Say why a folder is no result of a sweep."""
    place = Place(str(folder))
    if (folder.parent / f".{folder.name}.partial").is_dir():
        return Problem(place, "the sweep is not finished", "Go on with monazite sweep … --resume.")
    if read_manifest(folder) is not None:
        return Problem(place, "this is the result of a run, not of a sweep", "Name the folder of a sweep.")
    what = "no result is there: it has no manifest" if folder.is_dir() else "there is no such folder"
    return Problem(place, what, "Name the folder of a sweep.")
