"""Reading scenarios: files are merged once, and each set of overrides makes a scenario of them."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

from pydantic import ValidationError

from sim.errors import InputError, Mistake, Problem
from sim.files import writing
from sim.files.merge import beside_of, override, read_merged, split_setting
from sim.files.positions import Node, plain, problem
from sim.files.quantities import WorldNames
from sim.files.shipped import find_scenario, is_folder, shipped_scenario, worlds
from sim.files.strict import mistakes_of
from sim.scenario.scenario import Scenario

Overrides: TypeAlias = Mapping[str, object] | Sequence[str]
"""By path, or as ``path=value``."""


def no_names(folders: Sequence[Path], world: str) -> WorldNames:
    """Know no names: of a scenario that names nothing of the world."""
    del folders, world
    return WorldNames()


def load(
    path_or_name: str | Path,
    overrides: Overrides = (),
    names: Callable[[Sequence[Path], str], WorldNames] = no_names,
) -> Scenario:
    """Read a scenario with all that it extends, and check it; everything that is wrong is reported at once.

    Parameters
    ----------
    path_or_name
        A file, or the bare name of a scenario that ships.
    overrides
        Values that are laid over the file last: by path, or as ``path=value``.
    names
        Given the scenario's own seeds folders and its world, knows the names of that.

    Returns
    -------
    Scenario

    Raises
    ------
    InputError
        With every problem of the files and of the overrides.
    """
    return Draft.read(path_or_name).scenario(overrides, names)


@dataclass(frozen=True)
class Draft:
    """What a scenario's files say, read and merged once; each set of overrides makes a scenario of it."""

    root: Node
    problems: Sequence[Problem] = ()
    name: str = ""  # as it was asked for

    @classmethod
    def read(cls, path_or_name: str | Path) -> Draft:
        """Read a file, or a scenario that ships, with all that it extends."""
        problems: list[Problem] = []
        root = read_merged(find_scenario(str(path_or_name)), shipped_scenario, problems)
        design = root.child("design")
        if design is not None and root.child("scenario") is not None:
            right = "Run it with monazite sweep; with --dry-run that only checks it."
            raise InputError(Problem(replace(design.place, path=""), "this is a sweep, not a scenario", right))
        return cls(root, problems, str(path_or_name))

    def text(self, overrides: Overrides = ()) -> str:
        """Lay overrides over it and write what comes of it, unchecked."""
        data = plain(override(self.root, _pairs(overrides, []), []))
        assert isinstance(data, dict)
        return writing.to_yaml(data)

    def scenario(
        self, overrides: Overrides = (), names: Callable[[Sequence[Path], str], WorldNames] = no_names
    ) -> Scenario:
        """Lay overrides over it and check what comes of it; arguments and errors as of `load`."""
        problems = list(self.problems)
        root = override(self.root, _pairs(overrides, problems), problems)
        root, folders = _with_folders(root, problems)
        scenario, found = _checked(root, names(folders, _world_of(root)))
        reported = {one.place for one in problems}  # a key without a value is not reported as missing, too
        problems += [one for one in (problem(root, mistake) for mistake in found) if one.place not in reported]
        if scenario is None or problems:
            places = dict.fromkeys(problems)
            raise InputError(sorted(places, key=lambda p: (p.place.file, p.place.line, p.place.column)))
        scenario._command = self.command(overrides)
        return scenario

    def command(self, overrides: Overrides = ()) -> str:
        """The command line that runs it with some overrides."""
        asked = _pairs(overrides, [])
        settings = (f"{path}={value if isinstance(value, str) else writing.flow(value)}" for path, value in asked)
        return shlex.join(["monazite", "run", self.name, *(word for one in settings for word in ("--set", one))])


def _pairs(overrides: Overrides, problems: list[Problem]) -> Iterator[tuple[str, object]]:
    if isinstance(overrides, Mapping):
        yield from overrides.items()
        return
    for setting in overrides:
        try:
            yield split_setting(setting)
        except InputError as error:
            problems += error.problems


def _with_folders(root: Node, problems: list[Problem]) -> tuple[Node, list[Path]]:
    """Find the seeds folders beside the file that names them, and put down their whole paths."""
    seeds = root.child("seeds")
    if seeds is None or not isinstance(seeds.value, list) or not isinstance(root.value, dict):
        return root, []
    items: list[Node] = []
    for i, item in enumerate(seeds.value):
        if not isinstance(item.value, str):
            found = "the name of a folder is wanted here"
            problems.append(problem(root, Mistake(("seeds", i), found, "Write one name an entry: [prices, stocks].")))
            return root, []
        folder = beside_of(Path(item.place.file), item.value)
        if folder.resolve() in [Path(str(one.value)) for one in items]:
            found = f"the folder {item.value!r} stands there twice"
            problems.append(problem(root, Mistake(("seeds", i), found, "Take one of them out.")))
        if not is_folder(folder):
            right = "Name a folder of tables, seen from the file."
            problems.append(problem(root, Mistake(("seeds", i), f"there is no folder {item.value!r}", right)))
        items.append(replace(item, value=folder.resolve().as_posix()))
    folders = [Path(str(item.value)) for item in items]
    written = root.value | {"seeds": replace(seeds, value=items)}
    return replace(root, value=written), [folder for folder in folders if is_folder(folder)]


def _world_of(root: Node) -> str:
    """The world that it names; nothing where it names none that ships, which is reported of its own place."""
    named = root.child("world")
    return str(named.value) if named is not None and named.value in worlds() else ""


def _checked(root: Node, names: WorldNames) -> tuple[Scenario | None, list[Mistake]]:
    try:
        scenario = Scenario.model_validate(plain(root), context=names)
    except ValidationError as error:
        return None, mistakes_of(error)
    scenario._root, scenario._units = root, names.parameters
    return scenario, []
