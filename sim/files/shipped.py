"""What comes with the program: scenarios and seeds, beside ``sim/`` in a checkout, inside it in an installed wheel."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from sim.errors import InputError, Place, Problem, RunError, suggest

SWEEPS = "sweeps"  # the folder of sweeps among scenarios
PACKAGE = Path(__file__).resolve().parent.parent


def is_file(path: Path) -> bool:
    """Whether there is such a file; what cannot name one names none."""
    try:
        return path.is_file()
    except OSError:  # longer than a name may be, or below what nobody may look into
        return False


def is_folder(path: Path) -> bool:
    """Whether there is such a folder; what cannot name one names none."""
    try:
        return path.is_dir()
    except OSError:
        return False


def shipped(kind: Literal["scenarios", "seeds"]) -> Path:
    """Find the folder of what ships."""
    for folder in (PACKAGE.parent / kind, PACKAGE / "_shipped" / kind):
        if folder.is_dir():
            return folder
    raise RunError(f"{kind} do not stand beside the program: install it again")


def shipped_world(name: str = "") -> tuple[Path, ...]:
    """Folders of the tables of a world that ships: its own before that of the tables which it shares with all.

    Raises
    ------
    InputError
        There is no such world.
    """
    seeds = shipped("seeds")
    if not name:
        return (seeds,)
    if name not in worlds():
        raise InputError(Problem(Place(), f"no world {name!r} ships", suggest(name, worlds())))
    return seeds / name, seeds


def worlds() -> tuple[str, ...]:
    """Names of the worlds that ship beside that of today."""
    return tuple(sorted(folder.name for folder in shipped("seeds").iterdir() if (folder / "dates.csv").is_file()))


def scenario_files() -> dict[str, Path]:
    """List scenarios that ship, by name; subfolders are looked into, but for that of sweeps."""
    found = sorted(shipped("scenarios").rglob("*.yaml"))
    return {file.stem: file for file in found if file.parent.name != SWEEPS}


def sweep_files() -> dict[str, Path]:
    """List sweeps that ship, by name."""
    return {file.stem: file for file in sorted((shipped("scenarios") / SWEEPS).glob("*.yaml"))}


def shipped_scenario(name: str) -> Path | None:
    """Find a scenario that ships by its name, with or without ``.yaml``."""
    return scenario_files().get(name.removesuffix(".yaml"))


def find_scenario(path_or_name: str) -> Path:
    """Find a scenario file: a path, or the bare name of one that ships."""
    return _found(path_or_name, scenario_files(), "scenario")


def find_sweep(path_or_name: str) -> Path:
    """Find the file of a sweep: a path, or the bare name of one that ships."""
    return _found(path_or_name, sweep_files(), "sweep")


def _found(path_or_name: str, ships: Mapping[str, Path], what: str) -> Path:
    path = Path(path_or_name)
    if is_file(path):
        return path
    if path_or_name.removesuffix(".yaml") in ships:
        return ships[path_or_name.removesuffix(".yaml")]
    if what == "sweep" and shipped_scenario(path_or_name) is not None:
        raise InputError(Problem(Place(path_or_name), "this is a scenario, not a sweep", "Run it with monazite run."))
    found = "this is a folder" if is_folder(path) else f"there is no such file, and no {what} of this name ships"
    raise InputError(Problem(Place(path_or_name), found, suggest(path.stem, ships)))
