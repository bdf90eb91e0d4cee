"""Runs a sweep: points to blocks, blocks to a pool, what comes back to the store, all of it to a result folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from math import nan
from time import perf_counter
from typing import final

import numpy as np

from sim.plan import make_plan
from sim.results.manifest import machines, versions
from sim.results.outcome import Outcome
from sim.sweeps import blocks, folder
from sim.sweeps.blocks import Block, Finished, Part, Pool, RefusedError
from sim.sweeps.cost import refuse_full_disk
from sim.sweeps.job import Job


@dataclass(frozen=True)
class Progress:
    """How far a sweep is.

    Attributes
    ----------
    done, failed, points, before : int
        Points: done and failed of all, and done before it began.
    replicates, left : int
        That were run, and that were to be run when it began.
    core_seconds : float
        Of processors, for the replicates that were run.
    seconds, rest : float
        Since it began, and about how many more there will be; NaN as long as nobody can tell.
    damaged : mapping of int to str
        Points that were there, but not as they were written, and why they are done again.
    """

    done: int
    failed: int
    points: int
    before: int
    replicates: int
    left: int
    core_seconds: float
    seconds: float = 0.0
    rest: float = nan
    damaged: Mapping[int, str] = field(default_factory=dict)


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
    replicates : int
        That were run now.
    core_seconds : float
        Of processors, for these replicates.
    seconds : float
        Wall time.
    notes : list of str
        What to know when reading the results.
    """

    points: int
    done: int = 0
    before: int = 0
    replicates: int = 0
    core_seconds: float = 0.0
    seconds: float = 0.0
    failed: dict[int, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


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
    with job.store.held():
        job.refuse_obstacles(resume=resume, overwrite=overwrite)
        refuse_full_disk(job, anew=overwrite)
        job.store.begin(job.identity, job.standing, anew=overwrite)
        workers = pool.workers
        report = _Running(job, pool, progress).all_points()
        report.seconds = perf_counter() - began
        report.notes = folder.write(job, report.done, report.failed, report.seconds, workers)
        if not report.failed:
            job.store.remove()
    return report


class _Running:
    """A sweep while it runs: the parts of points that are not whole yet, and what failed."""

    def __init__(self, job: Job, pool: Pool, progress: Callable[[Progress], None]) -> None:
        self.job, self.pool, self.progress = job, pool, progress
        self.kept = job.points.sweep.kept
        every = set(range(len(job.points)))
        faults = {point: why for point, why in job.store.faults().items() if point in every}
        before = {point for point, why in faults.items() if not why}
        self.damaged = {point: why for point, why in faults.items() if why}
        self.todo = [point for point in range(len(job.points)) if point not in before]
        self.report = Report(len(job.points), done=len(before), before=len(before))
        self.parts: dict[int, list[tuple[Block, Part]]] = {}
        self.memory: dict[str, int] = {}
        self.left = sum(job.replicates[point] for point in self.todo)
        self.began, self.in_blocks, self.between = perf_counter(), 0.0, 0.0  # seconds: in workers, and here for points

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
        report, left = self.report, self.left
        state = (
            report.done,
            len(report.failed),
            report.points,
            report.before,
            report.replicates,
            left,
            report.core_seconds,
        )
        self.progress(Progress(*state, perf_counter() - self.began, self._rest(), self.damaged))

    def _rest(self) -> float:
        """About how many seconds are left, by the clock: blocks in workers, and beside them what is done here."""
        report = self.report
        if not report.replicates:
            return nan
        blocks_left = self.in_blocks / report.replicates * (self.left - report.replicates)
        points_left = len(self.todo) + report.before - report.done - len(report.failed)
        here = self.between / max(report.done - report.before, 1) * points_left
        return max(blocks_left / self.pool.workers + here / min(self.pool.workers, blocks.cores()), here)

    def _blocks(self) -> Iterator[Block]:
        """Blocks of all points that are to be run, made as they are asked for; those of a failed point are left out."""
        most = blocks.width([self.job.replicates[point] for point in self.todo], self.pool.workers)
        for point in self.todo:
            began = perf_counter()
            scenario = self.job.points.scenario(point)
            packed, seeds = blocks.packed(scenario), make_plan(scenario).seeds.hashes
            self.between += perf_counter() - began
            for replicates in blocks.split(scenario.ensemble.replicates, most):
                if point not in self.report.failed:
                    yield Block(point, replicates, packed, seeds)

    def _take(self, finished: Finished) -> None:
        """Keep a part of a point, and write the point when it is whole."""
        block, result = finished
        if isinstance(result, RefusedError):
            raise result
        if isinstance(result, Exception):
            self.parts.pop(block.point, None)
            self.report.failed.setdefault(block.point, blocks.failure(result))
        elif block.point not in self.report.failed:
            self.report.replicates += len(block.replicates)
            self.report.core_seconds += result.seconds
            self.in_blocks += result.wall
            self.memory[result.process] = result.memory
            parts = self.parts.setdefault(block.point, [])
            parts.append((block, result))
            if sum(len(block.replicates) for block, _ in parts) == self.job.replicates[block.point]:
                self._write(block.point, self.parts.pop(block.point))

    def _write(self, point: int, parts: list[tuple[Block, Part]]) -> None:
        """Write a point; it counts when it is on the disk."""
        began = perf_counter()
        parts.sort(key=lambda one: one[0].replicates.start)
        first = parts[0][1]
        facts = {
            "monazite": versions()["monazite"],
            "values": self.job.points.values(point),
            "core_seconds": round(sum(part.seconds for _, part in parts), 3),
            "headline": list(first.headline),
            "metrics": sorted({item.name for item in first.items}),
            "peak_memory": sum(self.memory.values()),
            "machines": machines([part.machine for _, part in parts]),
        }
        self.job.store.write(point, _outcome([part for _, part in parts], self.job.replicates[point]), self.kept, facts)
        self.report.done += 1
        self.between += perf_counter() - began


def _outcome(parts: Sequence[Part], replicates: int) -> Outcome:
    """What the replicates of a point gave; a sweep keeps no series."""
    return Outcome(
        name="",
        scenario="",
        seed=0,
        seeds={},
        replicates=range(replicates),
        metrics=parts[0].items,
        series=[],
        draws=[],
        dates=[],
        measured=np.concatenate([part.metrics for part in parts], axis=-1),
        drawn=np.empty((0, replicates)),
        recorded=np.empty((0, 0, 0)),
        paths=np.empty((0, 0, 0)),
        events={},
    )
