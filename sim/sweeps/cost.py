"""What a sweep will cost, before it runs: time from a few ticks of a first block, disk from the rows it will write."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from statistics import median
from time import perf_counter
from typing import final

from sim import simulation
from sim.definitions.items import Item
from sim.errors import RunError
from sim.plan import make_plan
from sim.results.folder import room
from sim.scenario.scenario import Scenario
from sim.sweeps.blocks import Block, Part, Pool, packed, split, width
from sim.sweeps.job import Job

FEW, MORE = 4, 16  # ticks: what both cost the same is the start
MOST = 8  # workers that are tried: enough to see how far they hinder one another
DIGITS = 18.0  # bytes of a number in CSV and its comma
SMALLER = 0.35  # bytes of Parquet, of those of CSV
NUMBERS = 8  # of a row of a summary
WRITTEN = 4e7  # bytes of CSV a second that are written, read and joined


@final
@dataclass(frozen=True)
class Cost:
    """Seconds by the clock, and bytes on disk, of a whole sweep."""

    seconds: float
    size: float


def estimate(job: Job, pool: Pool, workers: int, at_once: int) -> Cost:
    """Say about how long a sweep takes, and what its tables need.

    Parameters
    ----------
    job : Job
    pool : Pool
        Where some ticks are tried, on all of its workers at once: they hinder one another, and so do other programs.
    workers : int
        How many blocks are handed out at a time.
    at_once : int
        How many of them run at once: workers beyond the processors only wait for one another.
    """
    scenario, most = job.points.scenario(0), width(job.replicates, workers)
    block = split(job.replicates[0], most)[0]
    start, tick, begun, items = _tried(scenario, block, pool)
    blocks = sum(ceil(n / len(block)) for n in job.replicates)
    settled = sum(n * number for n, number in zip(job.replicates, job.checked.ticks, strict=True)) / len(block)
    size = _size(items, job.replicates, job.points.sweep.kept)
    seconds = max((blocks * start + settled * tick) / at_once, start + tick * max(job.checked.ticks))
    return Cost(begun + seconds + size / WRITTEN, size * (1.0 if job.form == "csv" else SMALLER))


def needed(job: Job, *, anew: bool = False) -> float:
    """Bytes that a sweep still needs: of each point that is not there, and of all tables when they are joined."""
    done = set() if anew else job.store.done()
    short = _short(job.points.scenario(0), FEW)
    items = simulation.run_chunk(make_plan(short, keeps_series=False), range(1)).metrics
    left = [replicates for point, replicates in enumerate(job.replicates) if point not in done]
    kept = job.points.sweep.kept
    return (_size(items, left, kept) + _size(items, job.replicates, kept)) * (1.0 if job.form == "csv" else SMALLER)


def refuse_full_disk(job: Job, *, anew: bool) -> None:
    """Refuse to begin what the disk cannot hold.

    Raises
    ------
    RunError
        With what is needed and what is free.
    """
    wanted, free = needed(job, anew=anew), room(job.place.parent)
    if wanted > free:
        raise RunError(f"{job.place}: {too_little(wanted, free)}")


def too_little(wanted: float, free: float) -> str:
    """Say that there is too little room, and what helps."""
    right = "Keep fewer `metrics` or `replicates`, write --format parquet, or choose another place with --out."
    return f"the sweep needs about {wanted / 1e6:,.0f} MB, and {free / 1e6:,.0f} MB are free.\n  {right}"


def _tried(scenario: Scenario, block: range, pool: Pool) -> tuple[float, float, float, Sequence[Item]]:
    """Seconds of the start of a block, of a tick, and until workers are there; what metrics are about."""
    side_by_side = min(pool.workers, MOST)
    rounds = [_short(scenario, ticks) for ticks in (FEW, FEW, MORE)]  # in the first, a worker reads its tables
    seeds = make_plan(scenario).seeds.hashes
    wanted = [Block(i, block, packed(short), seeds) for i, short in enumerate(rounds) for _ in range(side_by_side)]
    began = perf_counter()
    parts: dict[int, list[Part]] = {}
    for done in pool.run(wanted):
        if isinstance(done.result, Exception):
            raise done.result
        parts.setdefault(done.block.point, []).append(done.result)
    elapsed = perf_counter() - began
    every = [part for alike in parts.values() for part in alike]
    slower = sum(part.wall for part in every) / sum(part.seconds for part in every)  # by who else wants the processors
    few, more = (slower * median(part.seconds for part in parts[i]) for i in (1, 2))
    tick = max(more - few, 0.0) / (MORE - FEW)
    return max(few - FEW * tick, 0.0), tick, max(elapsed - 2 * few - more, 0.0), parts[0][0].items


def _short(scenario: Scenario, ticks: int) -> Scenario:
    """The first ticks of a scenario."""
    span = scenario.horizon
    end = min(span.end, span.start + timedelta(days=ticks * span.tick - 1))
    within = {"first": span.start, "last": end}  # windows are reported of as many items wherever they lie
    windows = tuple(part.model_copy(update=within) for part in scenario.outputs.windows)
    outputs = scenario.outputs.model_copy(update={"windows": windows})
    return scenario.model_copy(update={"horizon": span.model_copy(update={"end": end}), "outputs": outputs})


def _size(items: Sequence[Item], replicates: Sequence[int], kept: frozenset[str]) -> float:
    """Bytes of the tables as CSV."""
    summary = _names(items) + DIGITS * NUMBERS * len(items)
    rows = [item for item in items if item.name in kept]
    replicate = _names(rows) + DIGITS * len(rows)
    return summary * len(replicates) + replicate * sum(replicates)


def _names(items: Iterable[Item]) -> float:
    return float(sum(len(",".join(item.cells)) + 10 for item in items))
