"""Runs a sweep: points to blocks, blocks to a pool, what comes back to the store, all of it to a result folder."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any, final

import numpy as np

from sim.errors import InputError, Place, Problem, RunError
from sim.files.changes import changes
from sim.plan import make_plan
from sim.results.folder import check_writable, obstacle, read_manifest, whole, write_manifest
from sim.results.manifest import is_as_written, origin, peak_memory, sha256, versions
from sim.results.outcome import Outcome
from sim.scenario import Scenario
from sim.sweeps import blocks
from sim.sweeps.blocks import Block, Finished, Part, Pool, RefusedError
from sim.sweeps.file import Sweep
from sim.sweeps.points import Points
from sim.sweeps.store import TABLES, Store

POINTS = "points.csv"
BASE = "scenario.yaml"
DONE, FAILED, MISSING = "done", "failed", "missing"
BITS = ("monazite", "numpy", "scipy", "simd")  # versions that the bytes of a table depend on
TOLD = 8  # differences of a sweep that are listed


@dataclass(frozen=True)
class Progress:
    """How far a sweep is.

    Attributes
    ----------
    done, failed, points, before : int
        Points: done and failed of all, and done before it began.
    worlds, left : int
        That were run, and that were to be run when it began.
    core_seconds : float
        Of processors, for the worlds that were run.
    """

    done: int
    failed: int
    points: int
    before: int
    worlds: int
    left: int
    core_seconds: float


@final
@dataclass
class Report:
    """How a sweep ended.

    Attributes
    ----------
    done, failed : int
        Points.
    before : int
        Points that were done before.
    worlds : int
        That were run now.
    core_seconds : float
        Of processors, for these worlds.
    seconds : float
        Wall time.
    notes : list of str
        What to know when reading the results.
    """

    points: int
    done: int = 0
    before: int = 0
    worlds: int = 0
    core_seconds: float = 0.0
    seconds: float = 0.0
    failed: dict[int, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


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


def run(
    job: Job,
    pool: Pool,
    *,
    resume: bool = False,
    overwrite: bool = False,
    progress: Callable[[Progress], None] = lambda state: None,
) -> Report:
    """Run what is missing of a sweep, and write its result folder.

    Parameters
    ----------
    job : Job
    pool : Pool
        Where blocks run.
    resume : bool
        Whether to go on with what is there.
    overwrite : bool
        Whether to replace what is there.
    progress : callable
        Called after each block.

    Raises
    ------
    InputError
        What stands in the way.
    RunError
        The disk is full, or no worker can work; what is done is kept for --resume.
    """
    began = perf_counter()
    job.refuse_obstacles(resume=resume, overwrite=overwrite)
    if overwrite and not resume:
        job.store.remove()
    with job.store.opened(job.identity()):
        report = _Running(job, pool, progress).all_points()
        report.seconds = perf_counter() - began
        _finish(job, report)
        if not report.failed:
            job.store.remove()
    return report


class _Running:
    """A sweep while it runs: the parts of points that are not whole yet, and what failed."""

    def __init__(self, job: Job, pool: Pool, progress: Callable[[Progress], None]) -> None:
        self.job, self.pool, self.progress = job, pool, progress
        self.kept = job.points.sweep.kept
        before = job.store.done() & set(range(len(job.points)))
        self.todo = [point for point in range(len(job.points)) if point not in before]
        self.report = Report(len(job.points), done=len(before), before=len(before))
        self.parts: dict[int, list[tuple[Block, Part]]] = {}
        self.memory: dict[str, int] = {}
        self.seen: set[str] = set()

    def all_points(self) -> Report:
        """Run every point that is not done."""
        self._tell()
        if self.todo:
            with closing(self.pool.run(self._blocks())) as running:
                for finished in running:
                    self._take(finished)
                    self._tell()
        return self.report

    def _tell(self) -> None:
        report, left = self.report, sum(self.job.worlds[point] for point in self.todo)
        state = report.done, len(report.failed), report.points, report.before, report.worlds, left, report.core_seconds
        self.progress(Progress(*state))

    def _blocks(self) -> Iterator[Block]:
        """Blocks of all points that are to be run, made as they are asked for; those of a failed point are left out."""
        most = blocks.width([self.job.worlds[point] for point in self.todo], self.pool.workers)
        seeds = make_plan(self.job.base).seeds.hashes
        for point in self.todo:
            scenario = self.job.points.scenario(point)
            packed = blocks.packed(scenario)
            for worlds in blocks.split(scenario.ensemble.replicates, most):
                if point not in self.report.failed:
                    yield Block(point, worlds, packed, seeds)

    def _take(self, finished: Finished) -> None:
        """Keep a part of a point, and write the point when it is whole."""
        block, result = finished
        if isinstance(result, RefusedError):
            raise result
        if isinstance(result, Exception):
            self.parts.pop(block.point, None)
            self.report.failed.setdefault(block.point, blocks.failure(result))
        elif block.point not in self.report.failed:
            self.report.worlds += len(block.worlds)
            self.report.core_seconds += result.seconds
            self.memory[result.process] = result.memory
            parts = self.parts.setdefault(block.point, [])
            parts.append((block, result))
            if sum(len(block.worlds) for block, _ in parts) == self.job.worlds[block.point]:
                self._write(block.point, self.parts.pop(block.point))

    def _write(self, point: int, parts: list[tuple[Block, Part]]) -> None:
        """Write a point; it counts when it is on the disk."""
        parts.sort(key=lambda one: one[0].worlds.start)
        first = parts[0][1]
        facts = {
            "monazite": versions()["monazite"],
            "values": self.job.points.values(point),
            "core_seconds": round(sum(part.seconds for _, part in parts), 3),
            "headline": list(first.headline),
            "metrics": sorted({item.name for item in first.items}),
            "peak_memory": sum(self.memory.values()),
        }
        self.job.store.write(point, _outcome([part for _, part in parts], self.job.worlds[point]), self.kept, facts)
        self.report.done += 1


def _outcome(parts: Sequence[Part], worlds: int) -> Outcome:
    """What the worlds of a point gave; a sweep keeps no series."""
    return Outcome(
        name="",
        scenario="",
        seed=0,
        seeds={},
        replicates=range(worlds),
        metrics=parts[0].items,
        series=[],
        draws=[],
        dates=[],
        measured=np.concatenate([part.metrics for part in parts], axis=-1),
        drawn=np.empty((0, worlds)),
        recorded=np.empty((0, 0, 0)),
        paths=np.empty((0, 0, 0)),
        events={},
    )


def _finish(job: Job, report: Report) -> None:
    """Write the result folder from the points in the store."""
    done = sorted(job.store.done() & set(range(len(job.points))))
    if len(done) != report.done:
        lost = report.done - len(done)
        raise RunError(f"{job.store.folder}: {lost} points were lost while the sweep ran; go on with --resume.")
    facts = [job.store.facts(point) for point in done]
    with whole(job.place, overwrite=True) as folder:
        job.store.join(done, folder)
        status = dict.fromkeys(done, (DONE, "")) | {p: (FAILED, why) for p, why in report.failed.items()}
        _write_points(job.points, status, folder / POINTS)
        (folder / BASE).write_text(job.base.to_yaml(), encoding="utf-8", newline="\n")
        write_manifest(folder, _manifest(job, report, facts, folder))
    known = {name for one in facts for name in one["metrics"]}
    unknown = sorted(set(job.points.sweep.metrics) - known) if facts else []
    report.notes += [f"No point has the metric {name}: nothing was kept of it." for name in unknown]


def _write_points(points: Points, status: Mapping[int, tuple[str, str]], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["point", "status", "message", *points.paths])
        for point, cells in enumerate(points.cells):
            writer.writerow([point, *status.get(point, (MISSING, "")), *cells])


def _manifest(job: Job, report: Report, facts: Sequence[Mapping[str, Any]], folder: Path) -> dict[str, Any]:
    """Everything that another machine would need to make the same files, and what this one spent."""
    base, identity = job.base, job.identity()
    memory = max([peak_memory(), *(peak_memory() + int(one["peak_memory"]) for one in facts)])
    seconds = sum(float(one["core_seconds"]) for one in facts)
    rows = {table: sum(int(one["rows"][table]) for one in facts) for table in TABLES}
    return {
        **origin(base.name, identity["scenario"], identity["seeds"], base.ensemble.seed, base.ensemble.replicates),
        "name": job.points.sweep.name,
        "sweep": {**identity, "done": len(facts), "failed": len(report.failed), "rows": rows},
        "headline": facts[0]["headline"] if facts else [],
        "wall_time": round(report.seconds, 3),
        "core_seconds": round(seconds, 3),
        "peak_memory": memory,
        "files": {file.name: sha256(file) for file in sorted(folder.iterdir())},
    }


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
