"""A folder that exists is whole: written beside its place, renamed when complete."""

import glob
import importlib
import json
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sim.errors import InputError, Place, Problem, RunError
from sim.results.claims import TOKEN, claimed
from sim.results.facts import MANIFEST, files_of

SCRATCH = "monazite"


@contextmanager
def whole(folder: Path, *, overwrite: bool = False) -> Iterator[Path]:
    """Give a folder to fill; when that is done it takes its place under its name, else nothing is left of it.

    Parameters
    ----------
    folder : Path
        Where the result belongs.
    overwrite : bool
        Whether a result that stands there gives way.

    Raises
    ------
    InputError
        Something stands there that may not be replaced, or another run is at work on it.
    RunError
        The disk is full, or the folder cannot be written.
    """
    with claim([folder], overwrite=overwrite):
        place = folder.resolve()
        partial = _sibling(place)
        try:
            remove_stale(place)
            partial.mkdir(parents=True)
            with held(partial):
                yield partial
                _to_disk(partial)
                if not overwrite:
                    refuse_obstacles([folder])  # what came meanwhile stays, even where nobody can claim
                _swap(partial, place)
        except OSError as error:
            raise RunError(failure(folder, error)) from error
        finally:
            shutil.rmtree(partial, ignore_errors=True)


@contextmanager
def claim(folders: Sequence[Path], *, overwrite: bool = False) -> Iterator[None]:
    """Claim the folders of results before anything is computed for them, until they are written.

    Raises
    ------
    InputError
        Something stands there that may not be replaced, or another run is at work on it.
    RunError
        A folder cannot be written.
    """
    refuse_obstacles(folders, overwrite=overwrite)
    for folder in folders:
        check_writable(folder)
    with ExitStack() as claims:
        try:
            claims.enter_context(claimed(*folders))
        except OSError as error:
            raise RunError(failure(folders[0], error)) from error
        refuse_obstacles(folders, overwrite=overwrite)  # whoever held a claim may have just written
        yield


def refuse_obstacles(folders: Iterable[Path], *, overwrite: bool = False) -> None:
    """Refuse places where a result cannot be written, all at once."""
    problems = [problem for folder in folders if (problem := obstacle(folder, overwrite=overwrite))]
    if problems:
        raise InputError(problems)


@contextmanager
def scratch(home: Path, size: int) -> Iterator[Path]:
    """Give a folder for what is needed only while a run goes on; however that ends, nothing is left of it.

    Parameters
    ----------
    home : Path
        Where it stands, or would stand, were it there.
    size : int, bytes
        How much will be written.

    Raises
    ------
    RunError
        There is too little room, or nothing can be written.
    """
    home, free = _standing(home.resolve()), room(home)
    if free < size:
        right = "Record less (`outputs`), run fewer replicates, or choose another place with --out."
        raise RunError(f"{home}: the run needs {size / 1e6:,.0f} MB, and {free / 1e6:,.0f} MB are free.\n  {right}")
    remove_stale(home / SCRATCH)
    folder = _sibling(home / SCRATCH)
    try:
        try:
            folder.mkdir()
        except OSError as error:
            raise RunError(failure(home, error)) from error
        with held(folder):
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def obstacle(folder: Path, *, overwrite: bool = False) -> Problem | None:
    """Say why a result cannot be written there: something stands in its place."""
    here = Place(str(folder))
    if os.path.lexists(folder) and not folder.is_dir():
        return Problem(here, "what is there is no folder", "Choose another folder with --out.")
    foreign = foreign_files(folder)
    if foreign:
        return Problem(here, f"it holds {_some(foreign)}, which no run wrote", "Choose another by --out.")
    if folder.is_dir() and any(folder.iterdir()) and not overwrite:
        right = "Replace it with --overwrite, or choose another by --out."
        return Problem(here, "a result is there already", right)
    return None


def room(place: Path) -> int:
    """Bytes that are free where a folder is, or would be."""
    return shutil.disk_usage(_standing(place.resolve())).free


def check_writable(folder: Path) -> None:
    """Refuse a place that cannot be written, before anything is computed for it."""
    parent = _standing(folder.resolve().parent)
    if not (parent.is_dir() and os.access(parent, os.W_OK)):
        raise RunError(f"{folder}: {parent} cannot be written.\n  Choose another folder with --out.")


def foreign_files(folder: Path) -> list[str]:
    """Names in a folder that no manifest of a result accounts for."""
    if not folder.is_dir():
        return []
    own = files_of(read_manifest(folder))
    known = set() if own is None else {MANIFEST, *own}
    carried = {name.partition("/")[0] for name in known if "/" in name}
    inside = (path for name in carried for path in (folder / name).rglob("*") if not path.is_dir())
    beside = (path for path in folder.iterdir() if path.name not in carried)
    names = (path.relative_to(folder).as_posix() for path in (*beside, *inside))
    return sorted(name for name in names if name not in known)


def carry(folder: Path, tables: Mapping[str, bytes]) -> None:
    """Write files of tables into a folder of results."""
    for name, content in tables.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """Give the manifest of a folder that we wrote, a result or a point of a sweep; None where there is none.

    Whoever wants more of a result than its files asks `facts.read_facts`, which says what is wrong with it.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return None if files_of(manifest) is None else dict(manifest)


def write_manifest(folder: Path, facts: Mapping[str, Any]) -> None:
    """Write what a folder is made of into it, the last of its files."""
    text = json.dumps(facts, indent=2, ensure_ascii=False) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8", newline="\n")


def remove_stale(place: Path) -> None:
    """Remove what killed processes left beside the place; what a living one holds stays."""
    if find_spec("fcntl") is None:  # Windows keeps no such locks: there it stays, hidden and harmless
        return
    for partial in place.parent.glob(f".{glob.escape(place.name)}.{TOKEN}.tmp"):
        with suppress(OSError), held(partial):
            shutil.rmtree(partial, ignore_errors=True)


def _sibling(place: Path) -> Path:
    """Name a hidden folder beside the place, of a name that nobody else has."""
    return place.with_name(f".{place.name}.{secrets.token_hex(4)}.tmp")


def _swap(partial: Path, place: Path) -> None:
    """Rename the finished folder to its place; what stood there goes, but not before."""
    former = _sibling(place)
    replaces = place.exists()
    if replaces:
        place.rename(former)
    try:
        partial.rename(place)
    except BaseException:
        if replaces:
            former.rename(place)
        raise
    sync(place.parent)
    shutil.rmtree(former, ignore_errors=True)


def _to_disk(folder: Path) -> None:
    """See that what was written is on the disk, not on its way: a folder that has its name outlives a power cut."""
    for path in (*folder.rglob("*"), folder):
        sync(path)


def sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk; a system that cannot say so is believed."""
    if os.name != "posix" and path.is_dir():
        return
    handle = os.open(path, os.O_RDONLY if os.name == "posix" else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold a folder for as long as this process lives; `BlockingIOError` if another one does."""
    try:
        fcntl = importlib.import_module("fcntl")
    except ImportError:
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)


def failure(folder: Path, error: OSError) -> str:
    """Tell in words why a folder could not be written, and how much room there is."""
    free = room(folder.parent) / 1e6
    reason = (error.strerror or str(error)).lower()
    return f"{folder}: could not be written: {reason} ({free:,.0f} MB free); nothing was left there."


def _standing(folder: Path) -> Path:
    """The folder, or the nearest above it that exists."""
    return next(place for place in (folder, *folder.parents) if place.exists())


def _some(names: list[str]) -> str:
    """Tell the first few of a list of names."""
    shown = ", ".join(names[:3])
    return shown if len(names) <= 3 else f"{shown} and {len(names) - 3} more"
