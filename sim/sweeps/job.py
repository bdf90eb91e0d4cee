"""A sweep that is about to run: what would be computed, and what stands in its way."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

from sim.errors import InputError, Place, Problem
from sim.files.changes import changes
from sim.plan import make_plan
from sim.results.folder import check_writable, obstacle, read_manifest
from sim.results.manifest import is_as_written, versions
from sim.scenario import Scenario
from sim.sweeps.file import Sweep
from sim.sweeps.points import Points
from sim.sweeps.store import Store

BITS = ("monazite", "numpy", "scipy", "simd")  # versions that the bytes of a table depend on
TOLD = 8  # differences of a sweep that are listed


def _nobody(done: int) -> None:
    """Tell nobody."""


@final
@dataclass(frozen=True)
class Job:
    """A sweep whose points are checked, and the place its result goes to.

    Parameters
    ----------
    points : Points
    worlds : sequence of int
        Of each point.
    base : Scenario
        The scenario that points are variants of.
    place : Path
    form : str
        What tables are written as.
    """

    points: Points
    worlds: Sequence[int]
    base: Scenario
    place: Path
    form: str = "csv"

    @classmethod
    def of(cls, sweep: Sweep, place: Path, form: str = "csv", progress: Callable[[int], None] = _nobody) -> Job:
        """Choose the points of a sweep and check them all.

        Raises
        ------
        InputError
            With what is wrong with any point.
        """
        points = Points.of(sweep)
        worlds = points.check(progress)
        return cls(points, worlds, points.base(), place, form)

    @property
    def store(self) -> Store:
        """Where points wait."""
        return Store(self.place, self.form)

    def identity(self) -> dict[str, Any]:
        """What would be computed: sweeps of one identity give the same files, byte for byte."""
        sweep = self.points.sweep
        return {
            "versions": {name: version for name, version in versions().items() if name in BITS},
            "seeds": dict(make_plan(self.base).seeds.hashes),
            "scenario": self.base.to_yaml(),
            "design": sweep.design.model_dump(mode="json", exclude={"file"}),
            "metrics": sorted(sweep.kept),
            "format": self.form,
            "paths": list(self.points.paths),
            "points": len(self.points),
            "values": self._digest(),
        }

    def _digest(self) -> str:
        digest = hashlib.sha256()
        for cells in self.points.cells:
            digest.update(("\0".join(cells) + "\n").encode())
        return digest.hexdigest()

    def refuse_obstacles(self, *, resume: bool, overwrite: bool) -> None:
        """Refuse to begin where results or an unfinished sweep stand in the way.

        Raises
        ------
        InputError
            With what to do about it.
        """
        check_writable(self.place)
        unfinished = self.store.identity()
        if unfinished is not None and not overwrite:
            if not resume:
                done = f"{len(self.store.done())} of {unfinished.get('points', '?')} points are done"
                right = "Go on with --resume, or begin anew with --overwrite."
                raise InputError(Problem(Place(str(self.place)), f"an unfinished sweep is there: {done}", right))
            self._refuse_another(unfinished, "the unfinished sweep there")
        standing = read_manifest(self.place)
        goes_on = resume and standing is not None and "sweep" in standing
        if goes_on and standing is not None:
            self._refuse_another(standing["sweep"], "the result there")
        if problem := obstacle(self.place, overwrite=overwrite or goes_on):
            raise InputError(problem)

    def _refuse_another(self, there: Mapping[str, Any], what: str) -> None:
        """Refuse to go on with what is not the same sweep, and say what differs."""
        differ = list(_differences(there, self.identity()))
        if differ:
            more = [f"and {len(differ) - TOLD} more"] if len(differ) > TOLD else []
            right = "\n  ".join([*differ[:TOLD], *more, "Make it what it was, or begin anew with --overwrite."])
            raise InputError(Problem(Place(str(self.place)), f"{what} is another one", right))

    def is_finished(self) -> bool:
        """Whether the result is there with all its points, and nothing is left to do.

        Raises
        ------
        InputError
            It is there, and its files are not what was written.
        """
        standing = read_manifest(self.place)
        if standing is None or "sweep" not in standing or self.store.identity() is not None:
            return False
        changed = [name for name, written in standing["files"].items() if not is_as_written(self.place / name, written)]
        if changed:
            found = f"{', '.join(changed)} was changed after it was written"
            raise InputError(Problem(Place(str(self.place)), found, "Begin anew with --overwrite."))
        return int(standing["sweep"]["done"]) == len(self.points)


def _differences(there: Mapping[str, Any], here: Mapping[str, Any]) -> Iterator[str]:
    """Say in what two sweeps differ, there first."""
    for name in ("versions", "seeds"):
        for key in sorted({*there.get(name, {}), *here[name]}):
            pair = there.get(name, {}).get(key, "none"), here[name].get(key, "none")
            if pair[0] != pair[1]:
                yield f"{key}: {pair[0]} there, {pair[1]} here" if name == "versions" else f"table {key} was changed"
    for change in changes(there.get("scenario", ""), here["scenario"]):
        yield f"{change.path}: {change.base} there, {change.other} here"
    for name in ("design", "metrics", "format", "paths", "points"):
        if there.get(name) != here[name]:
            yield f"{name}: {_told(there.get(name))} there, {_told(here[name])} here"
    same = all(there.get(name) == here[name] for name in ("design", "paths", "points"))
    if same and there.get("values") != here["values"]:
        yield "the values of the points differ"


def _told(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {inner}" for key, inner in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
