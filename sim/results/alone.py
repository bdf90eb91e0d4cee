"""A table of results that stands by itself: moved, mailed, sorted otherwise; its columns say which one it is."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, final

from sim.errors import InputError, Place, Problem, suggest
from sim.results import arrow, csvfile, faults, parquetfile
from sim.results.facts import SCENARIO, read_facts, scenario_of
from sim.results.manifest import sha256
from sim.results.tables import COLUMNS, WINDOW, with_window

if TYPE_CHECKING:
    from pandas import DataFrame
    from pyarrow.dataset import Dataset

ALIKE = 0.5  # share of columns that a file has in common with a table that it may be meant to be
POINT = "point"


@final
@dataclass(frozen=True)
class Alone:
    """A table read from a file, and what is known of where it comes from.

    Attributes
    ----------
    file : Path
    kind : str
        ``summary``, ``replicates``, or another table of a result.
    frame : DataFrame
        Its columns in their order, with the column of windows where the file has it.
    manifest : mapping, optional
        That of the result it is a table of, where it lies beside the file and has its hash.
    scenario : str
        The resolved scenario as YAML; empty where nobody knows it.
    unknown : str
        Why nobody knows; empty where they do.
    """

    file: Path
    kind: str
    frame: "DataFrame"
    manifest: Mapping[str, Any] | None
    scenario: str
    unknown: str


def read(file: Path, among: Sequence[str]) -> Alone:
    """Read a table that is one of some.

    Raises
    ------
    InputError
        It is none of them, or a row of it cannot be read.
    """
    if not file.is_file():
        raise InputError(Problem(Place(str(file)), "there is no such file", "Name a table of a result, or its folder."))
    names = parquet_names(file) if _is_parquet(file) else csvfile.header(file)
    kind = _kind(file, names, among)
    columns = [name for name in with_window(COLUMNS[kind]) if name in names]
    source = _opened(file, names)
    frame = arrow.read(source, file)[columns]
    texts = list(frame.columns[frame.dtypes == "str"])
    return Alone(file, kind, frame.assign(**{name: frame[name].fillna("") for name in texts}), *_origin(file))


def line_of(file: Path, row: int) -> int:
    """Line that a row of a table stands on, counted from 1; 0 in a file that has none."""
    if _is_parquet(file):
        return 0
    return next((line for place, (line, _) in enumerate(faults.rows(file)) if place == row + 1), 0)


def parquet_names(file: Path) -> list[str]:
    """Names of the columns of a Parquet file, which hold what these say."""
    schema = parquetfile.opened(file).schema
    parquetfile.check_types(file, schema)
    return list(schema.names)


def _is_parquet(file: Path) -> bool:
    return file.suffix.lower() == arrow.PARQUET


def _opened(file: Path, names: Sequence[str]) -> "Dataset":
    return parquetfile.opened(file) if _is_parquet(file) else csvfile.opened_as(file, names)


def _kind(file: Path, names: Sequence[str], among: Sequence[str]) -> str:
    """Tell which table a file is by its columns, whatever its name and their order."""
    wanted = " or ".join(f"{table}.csv" for table in among)
    place, own = Place(str(file), 0 if _is_parquet(file) else 1), set(names) - {WINDOW}
    best = max(COLUMNS, key=lambda table: len(own & set(COLUMNS[table])) / len(own | set(COLUMNS[table])))
    if POINT in own:
        right = "Name the folder of the sweep, or points of it: results/NAME@3."
        raise InputError(Problem(place, "this is a table of a sweep", right))
    if len(own & set(COLUMNS[best])) < ALIKE * len(COLUMNS[best]):
        found = "the file is empty" if not names else "this is no table of a result"
        raise InputError(Problem(place, found, f"Name {wanted} of a result."))
    problems = list(_wrong(place, names, best))
    if problems:
        raise InputError(problems)
    if best not in among:
        raise InputError(Problem(place, f"this is {best}.csv of a result", f"Name {wanted}."))
    return best


def _wrong(place: Place, names: Sequence[str], table: str) -> Iterator[Problem]:
    """Find the columns that a table lacks, has too many of, or twice."""
    columns = COLUMNS[table]
    known = with_window(columns)
    for name in columns:
        if name not in names:
            yield Problem(place, f"column {name!r} is missing", f"{table}.csv has {', '.join(columns)}.")
    for name in dict.fromkeys(names):
        if name not in known:
            yield Problem(place, f"column {name!r} is unknown", suggest(name, columns))
        elif names.count(name) > 1:
            yield Problem(place, f"column {name!r} is there twice", "Keep one.")


def _origin(file: Path) -> tuple[Mapping[str, Any] | None, str, str]:
    """Find the manifest and the scenario of a table beside it, if they are those of this table."""
    folder = file.parent
    try:
        manifest = read_facts(folder)
    except InputError:
        return None, "", "the manifest beside it is damaged"
    if manifest is None:
        return None, "", "no manifest lies beside it"
    if sha256(file) not in manifest["files"].values():
        return None, "", "the manifest beside it is not of this file, or the file was changed"
    if not (folder / SCENARIO).is_file() or sha256(folder / SCENARIO) != manifest["files"].get(SCENARIO):
        return manifest, "", "the scenario beside it is gone, or was changed"
    return manifest, scenario_of(folder, manifest), ""
