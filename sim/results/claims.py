"""A place that somebody is writing to is claimed from before the first number is computed until the result is there.

The claim is a lock of the operating system on a hidden file beside the place: it ends with the process that holds
it, however that ends, so nobody ever has to take one away by hand. The file that a killed process leaves is taken over,
or taken away, by the next that claims anything in the same folder. Where the system has no such locks (Windows) nothing
is claimed: then whoever is done first has the place, and the other is refused when it writes.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from time import sleep
from typing import Any

from sim.errors import InputError, Place, Problem

ENDING = ".claim"
TOKEN = "[0-9a-f]" * 8  # of the names of what is hidden beside a place while it is written
TRANSITIONS, PAUSE = 5, 0.02  # looks at a claim, and seconds between them: whoever clears up holds it for a moment

_MINE: ContextVar[frozenset[Path]] = ContextVar("claims of whoever is asking", default=frozenset())


@contextmanager
def claimed(*places: Path) -> Iterator[None]:
    """Claim the places of results, folders or files; whoever has claimed one already may claim it again.

    Raises
    ------
    InputError
        Another run is at work on one of them.
    OSError
        Nothing can be written there.
    """
    wanted = sorted({place.resolve(): place for place in places}.items())
    mine = _MINE.get()
    with ExitStack() as held:
        for whole, place in wanted:
            if whole not in mine:
                held.enter_context(_claimed(whole, place))
        token = _MINE.set(mine | {whole for whole, _ in wanted})
        try:
            yield
        finally:
            _MINE.reset(token)


@contextmanager
def _claimed(whole: Path, place: Path) -> Iterator[None]:
    """Claim one place; folders that are made for it go with the claim if nothing came into them."""
    system = locks()
    if system is None:
        yield
        return
    made = [folder for folder in whole.parents if not folder.exists()]
    file = whole.with_name(f".{whole.name}{ENDING}")
    handle = _patiently(system, file, place)
    try:
        _clear(system, whole.parent)
        yield
    finally:
        file.unlink(missing_ok=True)
        os.close(handle)
        _remove_empty(made)


def _patiently(system: Any, file: Path, place: Path) -> int:  # noqa: ANN401
    """Lock a file, in a few turns."""
    for _ in range(TRANSITIONS):
        file.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):  # its folder went while we looked
            handle = _locked(system, file)
            if handle is not None:
                return handle
        sleep(PAUSE)
    right = "Choose another by --out, or wait until it is done and replace its result with --overwrite."
    raise InputError(Problem(Place(str(place)), "another run is at work on it", right))


def _locked(system: Any, file: Path) -> int | None:  # noqa: ANN401
    """Lock a file that has its name when it is locked; None if another process has it."""
    handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        system.flock(handle, system.LOCK_EX | system.LOCK_NB)
        if os.path.samestat(os.fstat(handle), file.stat()):  # else it was taken away before it was locked
            return handle
    except (BlockingIOError, FileNotFoundError):
        pass
    except BaseException:
        os.close(handle)
        raise
    os.close(handle)
    return None


def _clear(system: Any, folder: Path) -> None:  # noqa: ANN401
    """Take away the claims that killed processes left in a folder: empty files that nobody holds."""
    for file in folder.glob(f".*{ENDING}"):
        with suppress(OSError):
            if file.stat().st_size:
                continue
            handle = _locked(system, file)
            if handle is not None:
                file.unlink()
                os.close(handle)


def _remove_empty(folders: Iterable[Path]) -> None:
    """Remove folders, the deepest first, up to one that holds anything."""
    with suppress(OSError):
        for folder in folders:
            folder.rmdir()


def locks() -> Any:  # noqa: ANN401
    """The locks of the operating system; None where it has none that end with their holder."""
    try:
        return importlib.import_module("fcntl")
    except ImportError:
        return None
