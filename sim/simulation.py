"""Runs a plan: the only file that knows the market, the instruments and the results."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from math import ceil
from pathlib import Path
from tempfile import gettempdir
from time import perf_counter
from typing import BinaryIO, TypeVar

import numpy as np

from sim.axes import Floats
from sim.chunk import Chunk
from sim.definitions.items import Event, Item
from sim.definitions.metrics import METRICS
from sim.ensemble.workers import in_workers
from sim.errors import RunError
from sim.plan import Plan, make_plan
from sim.record.observer import Observation, Observer, joined
from sim.record.recorder import Block, Recorder
from sim.results.folder import failure
from sim.results.folder import scratch as scratch_folder
from sim.results.manifest import peak_memory
from sim.results.outcome import Outcome
from sim.results.result import Result
from sim.results.series import SeriesFiles
from sim.scenario.scenario import Scenario

CHUNK = 256  # replicates side by side: as many as share the cost of a call and still sit in the cache of the machine
NEGLIGIBLE = 1e-6  # of a unit of a metric: what rounding leaves of zero

Worked = TypeVar("Worked")


def run(
    scenario: Scenario,
    *,
    workers: int = 1,
    chunk: int = CHUNK,
    replicate: int | None = None,
    progress: Callable[[int], None] = lambda done: None,
    scratch: Path | None = None,
) -> Result:
    """Run a scenario.

    Parameters
    ----------
    scenario : Scenario
    workers : int
        Processes; the results do not depend on it, nor on `chunk`.
    chunk : int
        Replicates side by side in one process.
    replicate : int, optional
        Run this one replicate alone, with every tick recorded.
    progress : callable
        Called with the number of replicates that are done, after each chunk.
    scratch : Path, optional
        Where series wait on disk until all replicates are done; else where the system keeps temporary files.

    Returns
    -------
    Result

    Raises
    ------
    RunError
        The disk is full, or a worker died; nothing is left of the run.
    """
    began = perf_counter()
    plan = make_plan(scenario if replicate is None else _alone(scenario))
    refuse_undrawn(plan)
    replicates = range(plan.scenario.ensemble.replicates) if replicate is None else range(replicate, replicate + 1)
    chunks, rows = _chunks(replicates, chunk, workers), (1 + len(plan.record.days)) * len(plan.record.series)
    size = rows * len(replicates) * np.dtype(np.float64).itemsize
    with scratch_folder(scratch or Path(gettempdir()), size) as folder:
        files = SeriesFiles(folder, chunks, rows)
        done: list[ChunkResult] = []
        with closing(_all_chunks(plan, partial(_run_to_disk, files), chunks, workers)) as running:
            for part, result in zip(chunks, running, strict=True):
                done.append(result)
                progress(part.stop - replicates.start)
        recorded, paths = files.overview(plan.scenario.outputs.paths, workers)
    outcome = _outcome(plan, replicates, done, recorded, paths, perf_counter() - began)
    return Result(replace(outcome, workers=min(workers, len(chunks))))


def _outcome(
    plan: Plan, replicates: range, chunks: Sequence[ChunkResult], recorded: Floats, paths: Floats, seconds: float
) -> Outcome:
    """What the chunks gave, side by side."""
    record, scenario, first = plan.record, plan.scenario, chunks[0]
    events = Counter[Event]()
    for chunk in chunks:
        events.update(chunk.block.events)
    memory = {chunk.process: chunk.memory for chunk in chunks if chunk.process != os.getpid()}
    measured = np.concatenate([chunk.block.metrics for chunk in chunks], axis=-1)
    dates = [plan.horizon.start, *(plan.horizon.date(day - 1) for day in record.days)]
    return Outcome(
        name=scenario.name,
        scenario=plan.text,
        tables=plan.seeds.own,
        notes=(*plan.notes, *_idle(plan, first.metrics, measured)),
        seed=scenario.ensemble.seed,
        seeds=plan.seeds.hashes,
        replicates=replicates,
        metrics=first.metrics,
        series=record.series,
        draws=first.draws,
        dates=dates,
        measured=measured,
        drawn=np.concatenate([chunk.block.draws for chunk in chunks], axis=-1),
        recorded=recorded.reshape(len(dates), len(record.series), -1),
        paths=paths.reshape(len(dates), len(record.series), -1),
        events=events,
        headline=plan.focus.headline,
        seconds=seconds,
        peak_memory=sum(memory.values()),
    )


def _idle(plan: Plan, metrics: Sequence[Item], measured: Floats) -> Iterator[str]:
    """Say which instruments did nothing in any replicate, by the metrics that tell."""
    for instrument in (one for one in plan.instruments if one.is_measured()):
        most: dict[str, float] = defaultdict(float)
        for item, values in zip(metrics, measured, strict=True):
            if item.instrument == instrument.name:
                most[item.name] = max(most[item.name], float(np.abs(values).max()))
        active = [METRICS[name] for name, size in most.items() if size > NEGLIGIBLE]
        idle = [METRICS[name] for name, size in most.items() if size <= NEGLIGIBLE]
        if any(one.idle for one in idle) and not any(one.idle for one in active):
            said = [*(one.idle for one in idle if one.idle), *(one.because for one in idle if one.because)]
            yield f"{instrument.name} did nothing that its metrics show: {'; '.join(said)}."


def _chunks(replicates: range, chunk: int, workers: int) -> list[range]:
    """Replicates in parts of about the same size, at most a chunk; as many parts for each worker.

    Examples
    --------
    >>> _chunks(range(10), 4, 1), _chunks(range(10), 4, 2)
    ([range(0, 4), range(4, 8), range(8, 10)], [range(0, 3), range(3, 6), range(6, 9), range(9, 10)])
    """
    parts = ceil(len(replicates) / chunk)
    size = chunk if parts == 1 else ceil(len(replicates) / (ceil(parts / workers) * workers))
    return [replicates[first : first + size] for first in range(0, len(replicates), size)]


def _alone(scenario: Scenario) -> Scenario:
    """The scenario for one replicate: every tick recorded."""
    outputs = scenario.outputs.model_copy(update={"every": int(scenario.horizon.tick), "paths": 1})
    return scenario.model_copy(update={"outputs": outputs})


@dataclass(frozen=True)
class ChunkResult:
    """What one chunk gave, what its rows are about, the process that ran it, and the most that this held, in bytes."""

    metrics: Sequence[Item]
    draws: Sequence[Item]
    block: Block
    process: int
    memory: int


def _all_chunks(
    plan: Plan, work: Callable[[Plan, range], Worked], chunks: Sequence[range], workers: int
) -> Generator[Worked, None, None]:
    """Do some work with each chunk, here or in worker processes; what comes of it comes in order."""
    if workers == 1 or len(chunks) == 1:
        yield from (work(plan, part) for part in chunks)
    else:
        start, there = partial(_start_worker, plan.scenario), partial(_in_worker, work)
        with closing(in_workers(min(workers, len(chunks)), start, there, chunks)) as results:
            yield from results  # workers end before anything else is cleared away


_PLANS: list[Plan] = []


def _start_worker(scenario: Scenario) -> None:
    _PLANS[:] = [make_plan(scenario)]


def _in_worker(work: Callable[[Plan, range], Worked], part: range) -> Worked:
    return work(_PLANS[0], part)


def _run_to_disk(files: SeriesFiles, plan: Plan, part: range) -> ChunkResult:
    """Run one chunk, its series written to a file."""
    try:
        with files.file(part).open("wb") as file:
            return run_chunk(plan, part, file)
    except OSError as error:
        raise RunError(failure(files.folder.parent, error)) from error


def run_chunk(plan: Plan, replicates: range, file: BinaryIO | None = None) -> ChunkResult:
    """Run the replicates of one chunk side by side; their series go to the file, if one is given."""
    chunk = Chunk(plan.setup, replicates)
    recorder = Recorder(plan.record, chunk.market, chunk.traced, replicates, file, chunk.measured)
    held = chunk.held(plan.mass)
    chunk.run(recorder)
    plan.mass.check(held, chunk.held(plan.mass), recorder.running, replicates)
    items, block = recorder.block(chunk.draws.table(), chunk.events, chunk.transitions)
    return ChunkResult(items, chunk.draws.items, block, os.getpid(), peak_memory())


def refuse_undrawn(plan: Plan) -> None:
    """Refuse to relate the draw of a number that no replicate draws; an instrument at its zero draws nothing.

    Raises
    ------
    InputError
        With the place of each.
    """
    if not plan.together.groups or not plan.scenario.ensemble.uncertain:
        return
    drawn = Chunk(plan.setup, range(1)).draws.items
    idle = {name for one in plan.scenario.instruments if one.is_zero() for name in one.drawn()}
    plan.refuse_undrawn({item.name for item in drawn} | idle)


def observe(
    plan: Plan,
    items: Sequence[Item],
    *,
    workers: int = 1,
    chunk: int = CHUNK,
    progress: Callable[[int], None] = lambda done: None,
) -> Observation:
    """Run a plan and keep some series of it, so exactly that their value on any day can be reported.

    Parameters
    ----------
    plan : Plan
    items : sequence of Item
        The series; each exists in the world of the scenario.
    workers, chunk, progress
        As of `run`.
    """
    refuse_undrawn(plan)
    chunks = _chunks(range(plan.scenario.ensemble.replicates), chunk, workers)
    values: list[Floats] = []
    events: list[Event] = []
    with closing(_all_chunks(plan, partial(_observe_chunk, items), chunks, workers)) as watching:
        for part, (seen, happened) in zip(chunks, watching, strict=True):
            values.append(seen)
            events = happened  # on their dates, the same in every replicate
            progress(part.stop)
    return Observation(plan.horizon, joined(items, plan.horizon, values), events)


def _observe_chunk(items: Sequence[Item], plan: Plan, replicates: range) -> tuple[Floats, list[Event]]:
    """(V, T + 1, R) what the observer of one chunk keeps, and the events of dates."""
    chunk, ticks = Chunk(plan.setup, replicates), sum(1 for _ in plan.horizon.ticks())
    observer = Observer(items, plan.fields, chunk.market, chunk.traced, ticks)
    chunk.run(observer)
    return observer.values[:, :, : len(replicates)], chunk.events
