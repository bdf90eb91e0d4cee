"""What comes with the program: scenarios and seeds, beside ``sim/`` in a checkout, inside it in an installed wheel."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from sim.errors import InputError, Place, Problem, RunError, suggest

PACKAGE = Path(__file__).resolve().parent.parent


def shipped(kind: Literal["scenarios", "seeds"]) -> Path:
    """Find the folder of what ships."""
    for folder in (PACKAGE.parent / kind, PACKAGE / "_shipped" / kind):
        if folder.is_dir():
            return folder
    raise RunError(f"{kind} do not stand beside the program: install it again")


def scenario_files() -> dict[str, Path]:
    """List scenarios that ship, by name; subfolders are looked into."""
    return {file.stem: file for file in sorted(shipped("scenarios").rglob("*.yaml"))}


def shipped_scenario(name: str) -> Path | None:
    """Find a scenario that ships by its name, with or without ``.yaml``."""
    return scenario_files().get(name.removesuffix(".yaml"))


def find_scenario(path_or_name: str) -> Path:
    """Find a scenario file: a path, or the bare name of one that ships."""
    path = Path(path_or_name)
    if path.is_file():
        return path
    ships = shipped_scenario(path_or_name)
    if ships is None:
        found = "this is a folder" if path.is_dir() else "there is no such file, and no scenario of this name ships"
        raise InputError(Problem(Place(path_or_name), found, suggest(path.stem, scenario_files())))
    return ships
