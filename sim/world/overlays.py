"""An analyst's own tables: which files of a folder they are, what they may change, and what of them nothing reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from pathlib import Path

from sim.errors import InputError, Place, Problem, suggest
from sim.files.positions import shown
from sim.world.checks import WHERE_READ, Readers, missing, unbalanced
from sim.world.kinds import KINDS, Kind
from sim.world.row_reading import at
from sim.world.rows import Fact, Tables
from sim.world.tables import Found, History, Layer, assembled, key_of, read_layers, stands

SHEETS = (".xlsx", ".xls", ".ods", ".numbers", ".tsv", ".parquet", ".json")
BALANCED = (
    "activities", "base_prices", "contents", "other_uses", "published", "recipes", "trade", "uses",
)  # fmt: skip
"""Tables that the base year is balanced from; a run does not read them."""

EVIDENCE = frozenset(column.name for column in fields(Fact))
DESCRIPTIVE = EVIDENCE | {"name", "operator", "description", "group"}  # columns for people


def read_over(shipped: Layer, *folders: Path) -> tuple[Tables, list[str]]:
    """Read the tables that ship, with the rows of other folders laid over them by key.

    Parameters
    ----------
    shipped : Path, or several
        Holds every table.
    folders : Path
        Hold some tables, with some rows; later ones are laid over earlier ones.

    Returns
    -------
    tables, notes
        What to know: rows that change nothing that a run reads.

    Raises
    ------
    InputError
        With every fault of every table at once.
    """
    refuse_folders(folders)
    problems: list[Problem] = []
    layers = read_layers(KINDS, shipped, *folders, problems=problems)
    problems += _changed_meanings(layers)
    for check in (
        (_undated, missing, _unread, unbalanced) if folders else ()
    ):  # each needs what the one before it has seen to
        if not problems:
            problems += check(layers)
    if problems:
        raise InputError(sorted(problems, key=lambda one: (one.place.file, one.place.line)))
    return assembled(layers), _without_effect(layers) if folders else []


def refuse_folders(folders: Sequence[Path]) -> None:
    """Refuse folders that hold no table, or files that only look like tables.

    Raises
    ------
    InputError
        With every fault of every folder.
    """
    problems = [problem for folder in folders for problem in _faults(folder)]
    if problems:
        raise InputError(problems)


def _faults(folder: Path) -> list[Problem]:
    if not folder.is_dir():
        return [Problem(Place(shown(folder)), "is not a folder.", "Name a folder of seeds tables.")]
    files = sorted(path for path in folder.iterdir() if not path.is_dir() and path.name[0] not in ".~")
    files += sorted(path for path in folder.iterdir() if path.is_dir() and path.suffix.lower() == ".csv")
    faults = [fault for file in files for fault in _no_table(file)]
    if not faults and not any(_is_table(file) for file in files):
        inner = sorted({file.parent.name for file in folder.glob("*/*.csv") if _is_table(file)})
        right = f"Did you mean {folder.name}/{inner[0]}?" if inner else f"Tables: {', '.join(KINDS)}, each as .csv."
        return [Problem(Place(shown(folder)), "holds no table.", right)]
    return faults


def _is_table(file: Path) -> bool:
    try:
        return file.suffix == ".csv" and file.stem in KINDS and file.is_file()
    except OSError:  # a link that leads to itself
        return False


def _no_table(file: Path) -> Iterator[Problem]:
    """Say of a file that looks like a table why it is none."""
    here, stem, suffix = Place(shown(file)), file.stem.strip().lower(), file.suffix.lower()
    if _is_table(file):
        return
    if file.suffix == ".csv" and file.stem in KINDS:
        what = "is a link to nothing" if file.is_symlink() else "is no file"
        yield Problem(here, f"{what}.", "Put the table there, or take it away.")
    elif stem in KINDS and (suffix in SHEETS or suffix == ".txt"):
        yield Problem(here, "is not CSV.", f"Save the sheet as CSV UTF-8 under the name {stem}.csv.")
    elif stem in KINDS:
        yield Problem(here, "would not be read.", f"Name it {stem}.csv.")
    elif suffix == ".csv" and stem in BALANCED:
        right = "What a run reads is base_year.csv: write its rows (monazite world shows them)."
        yield Problem(here, "is read only where the base year is balanced.", right)
    elif suffix in (".csv", *SHEETS):
        yield Problem(here, f"{file.stem!r} is not a table.", suggest(file.stem, KINDS))


def _changed_meanings(layers: Mapping[str, History]) -> list[Problem]:
    """Rows of later folders that would be read otherwise than they look."""
    return [
        problem
        for name, history in layers.items()
        for found in history.values()
        for problem in _changed_meaning(KINDS[name], found, history)
    ]


def _undated(layers: Mapping[str, History]) -> list[Problem]:
    """A base year of another day without a table of it: the numbers that ship are of their own day."""
    own = {found[-1].layer for found in layers["base_year"].values()} - {0}
    return [
        at(
            found[-1].place,
            "date",
            "the base year that ships is of another day.\nBring base_year.csv of that day, too.",
        )
        for key, found in layers["dates"].items()
        if key == ("base_year",) and found[-1].layer and found[-1].row.date != found[0].row.date and not own
    ]


def _changed_meaning(kind: Kind, found: Sequence[Found], history: History) -> Iterator[Problem]:
    """Columns that a row changes without effect; rows of a table in which only those that ship are read."""
    place, row, layer = found[-1]
    if layer and len(found) == 1 and kind.closed:
        name = key_of(row, kind)[0]
        known = suggest(name, [key[0] for key, others in history.items() if not others[0].layer])
        yield at(place, kind.key[0], f"nothing reads {name!r}.\n{known}")
    if layer and len(found) > 1:
        for column, right in kind.fixed.items():
            was, now = getattr(found[-2].row, column), getattr(row, column)
            if was != now:
                ships = f": what ships is {was!r}" if was else ""
                yield at(place, column, f"{now!r} has no effect here{ships}.\n{right}")


def _unread(layers: Mapping[str, History]) -> list[Problem]:
    """New rows whose key nothing refers to."""
    readers = Readers.of(layers)
    return [
        at(found[0].place, KINDS[name].key[0], readers.refusal(name, key, history))
        for name, history in layers.items()
        for key, found in history.items()
        if found[0].layer and stands(found) and not readers.reads(name, key)
    ]


def _without_effect(layers: Mapping[str, History]) -> list[str]:
    """Say which rows of later folders change nothing that a run reads."""
    readers = Readers.of(layers)
    notes = []
    for name, history in layers.items():
        for key, found in history.items():
            place, row, layer = found[-1]
            if layer and len(found) > 1:
                changed = {c.name for c in fields(row) if getattr(row, c.name) != getattr(found[-2].row, c.name)}
                if stands(found) and not readers.reads(name, key):
                    notes.append(f"{place}: it has no effect: such a row counts {WHERE_READ[name]}.")
                elif not changed - (DESCRIPTIVE - {*KINDS[name].read}) - readers.idle(name, key):
                    what = f"it changes its {' and '.join(sorted(changed))} alone" if changed else "it says what ships"
                    notes.append(f"{place}: it has no effect: {what}.")
    return notes
