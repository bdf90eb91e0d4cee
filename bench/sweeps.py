"""What two workers are worth, and what a sweep costs beside its replicates: ratios, measured in turn.

``python bench/sweeps.py [--points 24] [--replicates 100] [--rounds 3]``: see bench/README.md.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))

from sim.sweeps.blocks import Here, Pool
from sim.sweeps.file import read
from sim.sweeps.job import Job
from sim.sweeps.processes import Processes
from sim.sweeps.sweep import Progress, run

SCENARIO = """\
monazite: 1
name: two-years
extends: april-2025-licensing.yaml
horizon: {end: 2026-12-31}
"""
SWEEP = """\
monazite: 1
name: bench
scenario: two-years.yaml
replicates: %d
metrics: [value_added_lost]
design: {kind: latin_hypercube, points: %d}
parameters:
  - {path: instruments.china-licence.approval.default, range: [20 %%, 80 %%]}
  - {path: parameters.price_time, range: [1 weeks, 2 weeks]}
"""


class Measured(NamedTuple):
    """Of one sweep: replicates a second from its first block on, and seconds of wall time and of cores."""

    rate: float
    wall: float
    core: float
    point: float


def measure(folder: Path, workers: int, points: int, replicates: int) -> Measured:
    """Run a sweep in a folder of its own."""
    (folder / "two-years.yaml").write_text(SCENARIO, encoding="utf-8")
    file = folder / "bench.yaml"
    file.write_text(SWEEP % (replicates, points), encoding="utf-8")
    job = Job.of(read(file), folder / f"with-{workers}")
    pool: Pool = Processes(workers) if workers > 1 else Here()
    seen: list[tuple[float, int]] = []

    def tell(state: Progress) -> None:
        if state.replicates:
            seen.append((perf_counter(), state.replicates))

    began = perf_counter()
    report = run(job, pool, overwrite=True, progress=tell)
    wall = perf_counter() - began
    (first, some), (last, most) = seen[workers - 1], seen[-1]
    return Measured((most - some) / (last - first), wall, report.core_seconds, report.core_seconds / points)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run sweeps on one and on two workers in turn, and print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=24)
    parser.add_argument("--replicates", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args(arguments)
    ratios, over, shares, points = [], [], [], []
    with TemporaryDirectory() as folder:
        for _ in range(options.rounds):
            one, two = (measure(Path(folder), workers, options.points, options.replicates) for workers in (1, 2))
            ratios.append(two.rate / one.rate)
            shares.append(one.wall / two.wall)
            over.append(1 - one.core / one.wall)
            points.append(one.point)
    print("two workers    throughput of one once both work   " + "  ".join(f"{ratio:.2f}" for ratio in ratios))
    print("               the same, with starting them       " + "  ".join(f"{ratio:.2f}" for ratio in shares))
    print("overhead       of a sweep beside its replicates       " + "  ".join(f"{share:.1%}" for share in over))
    facts = {"throughput": ratios, "with_start": shares, "overhead": over, "seconds_a_point": points}
    print(json.dumps({name: round(median(values), 4) for name, values in facts.items()}))


if __name__ == "__main__":
    main()
