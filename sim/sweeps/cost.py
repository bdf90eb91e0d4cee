"""What a sweep will cost, before it runs: time from a few ticks of a first block, disk from the rows it will write."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from time import perf_counter
from typing import final

from sim import simulation
from sim.ensemble.items import Item
from sim.plan import make_plan
from sim.scenario import Scenario
from sim.sweeps.blocks import split

FEW, MORE = 4, 16  # ticks: what both cost the same is the start
DIGITS = 18.0  # bytes of a number in CSV and its comma
SMALLER = 0.35  # bytes of Parquet, of those of CSV
NUMBERS = 8  # of a row of a summary


@final
@dataclass(frozen=True)
class Cost:
    """Seconds of one core and bytes on disk of a whole sweep."""

    seconds: float
    size: float


def estimate(
    scenario: Scenario, worlds: Sequence[int], ticks: Sequence[int], most: int, kept: frozenset[str], form: str
) -> Cost:
    """Say about how long so many worlds take on one core, and what their tables need.

    Parameters
    ----------
    scenario : Scenario
        One of the sweep's.
    worlds, ticks : sequences of int
        Of each point.
    most : int
        Worlds of a block.
    kept : frozenset of str
        Metrics that are kept by replicate.
    form : str
        What tables are written as.
    """
    block = split(worlds[0], most)[0]
    (few, _), (more, items) = (_timed(scenario, number, block) for number in (FEW, MORE))
    tick = max(more - few, 0.0) / (MORE - FEW)
    start = max(few - FEW * tick, 0.0)
    blocks = sum(ceil(n / len(block)) for n in worlds)
    settled = sum(n * number for n, number in zip(worlds, ticks, strict=True)) / len(block)
    seconds = blocks * start + settled * tick
    return Cost(seconds, _size(items, worlds, kept) * (1.0 if form == "csv" else SMALLER))


def _timed(scenario: Scenario, ticks: int, block: range) -> tuple[float, Sequence[Item]]:
    """Run the first ticks of a block."""
    span = scenario.horizon
    end = min(span.end, span.start + timedelta(days=ticks * span.tick - 1))
    short = scenario.model_copy(update={"horizon": span.model_copy(update={"end": end})})
    plan = make_plan(short, keeps_series=False)
    began = perf_counter()
    chunk = simulation.run_chunk(plan, block)
    return perf_counter() - began, chunk.metrics


def _size(items: Sequence[Item], worlds: Sequence[int], kept: frozenset[str]) -> float:
    """Bytes of the tables as CSV."""
    summary = _names(items) + DIGITS * NUMBERS * len(items)
    rows = [item for item in items if item.name in kept]
    replicate = _names(rows) + DIGITS * len(rows)
    return summary * len(worlds) + replicate * sum(worlds)


def _names(items: Iterable[Item]) -> float:
    return float(sum(len(",".join(item.cells)) + 10 for item in items))
