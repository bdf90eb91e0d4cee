"""A sweep that is about to run: what would be computed, and what stands in its way."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, final

from sim.errors import InputError, Place, Problem
from sim.files.changes import changes
from sim.plan import make_plan
from sim.results.facts import MANIFEST, read_facts
from sim.results.folder import check_writable, obstacle, read_manifest
from sim.results.manifest import changed, sha256, versions
from sim.scenario.scenario import Scenario
from sim.sweeps.file import Sweep
from sim.sweeps.points import Checked, Points
from sim.sweeps.store import Store

BITS = ("monazite", "numpy", "scipy", "simd")  # versions that the bytes of a table depend on
REPORTED = 8  # differences of a sweep that are listed


def _nobody(done: int) -> None:
    """Tell nobody."""


@final
@dataclass(frozen=True)
class Job:
    """A sweep whose points are checked, and the place its result goes to.

    Parameters
    ----------
    points : Points
    checked : Checked
        Replicates and ticks of each point, and the tables.
    base : Scenario
        The scenario that points are variants of.
    place : Path
    form : str
        What tables are written as.
    """

    points: Points
    checked: Checked
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
        return cls(points, points.check(progress), points.base(), place, form)

    @property
    def replicates(self) -> Sequence[int]:
        """Of each point."""
        return self.checked.replicates

    @property
    def store(self) -> Store:
        """Where points wait."""
        return Store(self.place, self.form, windows=bool(self.base.outputs.windows))

    @property
    def notes(self) -> Sequence[str]:
        """What to know of the scenario that points are variants of."""
        return make_plan(self.base).notes

    @cached_property
    def text(self) -> str:
        """The scenario that points are variants of as YAML, own tables named as the result carries them."""
        return self.base.model_copy(update={"seeds": self.checked.tables.named(self.base.seeds)}).to_yaml()

    @cached_property
    def identity(self) -> dict[str, Any]:
        """What would be computed: sweeps of one identity give the same files, byte for byte."""
        sweep = self.points.sweep
        return {
            "versions": {name: version for name, version in versions().items() if name in BITS},
            "seeds": dict(self.checked.tables.hashes),
            "scenario": self.text,
            "design": sweep.design.model_dump(mode="json", exclude={"file"}),
            "metrics": sorted(sweep.kept),
            "format": self.form,
            "paths": list(self.points.paths),
            "points": len(self.points),
            "values": self._digest(),
        } | self._together()

    def _together(self) -> dict[str, Any]:
        """What is drawn together, where anything is."""
        sweep = self.points.sweep
        if not sweep.correlate:
            return {}
        return {"correlate": [[*one.between, one.rank] for one in sweep.correlate], "factors": sweep.factors}

    def _digest(self) -> str:
        digest = hashlib.sha256()
        for cells in self.points.written(self.checked.tables):
            digest.update(("\0".join(cells) + "\n").encode())
        return digest.hexdigest()

    @property
    def standing(self) -> str:
        """Hash of the manifest of the result that stands there; empty if none does."""
        manifest = self.place / MANIFEST
        return sha256(manifest) if manifest.is_file() else ""

    def refuse_obstacles(self, *, resume: bool, overwrite: bool) -> None:
        """Refuse to begin where results or an unfinished sweep stand in the way.

        Raises
        ------
        InputError
            With what to do about it.
        """
        check_writable(self.place)
        if resume and not overwrite:
            self._refuse_to_go_on()
            return
        ticket = self.store.ticket()
        if ticket is not None and not overwrite:
            done = f"{len(self.store.done())} of {ticket['identity'].get('points', '?')} points are done"
            right = "Go on with --resume, or begin anew with --overwrite."
            raise InputError(Problem(Place(str(self.place)), f"an unfinished sweep is there: {done}", right))
        if problem := obstacle(self.place, overwrite=overwrite):
            raise InputError(problem)

    def _refuse_to_go_on(self) -> None:
        """Refuse to go on with points, or a result, of another sweep."""
        ticket, standing = self.store.ticket(), read_facts(self.place)
        if ticket is not None:
            self._refuse_another(ticket["identity"], "the unfinished sweep there")
            self.refuse_a_result_of_others()
        elif standing is not None and "sweep" in standing:
            self._refuse_another(standing["sweep"], "the result there")
        elif problem := obstacle(self.place):
            raise InputError(problem)

    def refuse_a_result_of_others(self) -> None:
        """Refuse to replace a result that was not there when the points were begun, and is none of this sweep.

        Raises
        ------
        InputError
            With what to do about it.
        """
        ticket, standing = self.store.ticket() or {}, read_manifest(self.place) or {}
        its = standing.get("sweep")
        is_ours = isinstance(its, Mapping) and its.get("digest", "") == ticket.get("digest")
        if problem := obstacle(self.place, overwrite=is_ours or self.standing == ticket.get("replaces")):
            right = "Move it away, then go on with --resume."
            raise InputError(replace(problem, right=right))

    def _refuse_another(self, there: Mapping[str, Any], what: str) -> None:
        """Refuse to go on with what is not the same sweep, and say what differs."""
        differ = list(_differences(there, self.identity))
        if differ:
            more = [f"and {len(differ) - REPORTED} more"] if len(differ) > REPORTED else []
            right = "\n  ".join([*differ[:REPORTED], *more, "Make it what it was, or begin anew with --overwrite."])
            raise InputError(Problem(Place(str(self.place)), f"{what} is another one", right))

    def is_finished(self) -> bool:
        """Whether the result is there with all its points, and nothing is left to do.

        Raises
        ------
        InputError
            A result is there that is not this sweep's, or whose files are not what was written.
        """
        self.refuse_obstacles(resume=True, overwrite=False)
        standing = read_facts(self.place)
        if standing is None or self.store.ticket() is not None:
            return False
        if names := changed(self.place, standing["files"]):
            found = f"{', '.join(names)} was changed after it was written"
            raise InputError(Problem(Place(str(self.place)), found, "Begin anew with --overwrite."))
        return standing["sweep"].get("done") == len(self.points)


def _differences(there: Mapping[str, Any], here: Mapping[str, Any]) -> Iterator[str]:
    """Say in what two sweeps differ, there first."""
    for name in ("versions", "seeds"):
        for key in sorted({*there.get(name, {}), *here[name]}):
            pair = there.get(name, {}).get(key, "none"), here[name].get(key, "none")
            if pair[0] != pair[1]:
                yield f"{key}: {pair[0]} there, {pair[1]} here" if name == "versions" else f"table {key} was changed"
    for change in changes(there.get("scenario", ""), here["scenario"]):
        yield f"{change.path}: {change.base} there, {change.other} here"
    for name in ("design", "metrics", "format", "paths", "points", "correlate"):
        if there.get(name) != here.get(name):
            yield f"{name}: {_reported(there.get(name))} there, {_reported(here.get(name))} here"
    same = all(there.get(name) == here[name] for name in ("design", "paths", "points"))
    if same and there.get("values") != here["values"]:
        yield "the values of the points differ"


def _reported(value: object) -> str:
    if value is None:
        return "none"
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {inner}" for key, inner in value.items())
    return ", ".join(map(_reported, value)) if isinstance(value, list) else str(value)
