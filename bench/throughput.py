"""How fast replicates are computed, and where the time goes: the engine beside the oracle, in one run on one core.

``python bench/throughput.py``; what the numbers mean stands in bench/README.md.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import ParamSpec, TypeVar
from unittest.mock import patch

os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")  # before numpy
sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np

from sim import plan as planning
from sim import simulation
from sim.chunk import Chunk, Setup
from sim.ensemble.draws import Draws
from sim.plan import Plan, make_plan
from sim.record.recorder import Recorder
from sim.results import statistics
from sim.results.result import Result
from sim.results.series import SeriesFiles
from sim.simulation import CHUNK
from sim.world.build import World
from tests.oracle import run as run_oracle
from tests.oracle.plain import median as middle
from tests.oracle.plain import plain

SCENARIO = "april-2025-licensing"
WITHOUT: dict[str, object] = {"projects": []}  # the world that the oracle knows
ROTATING = 16e6  # bytes that the unit goes round in
TICKS = "ticks: "  # what the names of all begin with that happens in each tick
CHUNKS = ("draws", "binding", "starting and ending chunks")  # what else belongs to the replicates
UNIT = "unit"  # no part of a run
WATCHED = (
    (planning, "load", "reading the scenario"),
    (simulation, "make_plan", "reading the tables"),
    (planning, "build", "building the world"),
    (Draws, "draw", "draws"),
    (Recorder, "before", TICKS + "recording"),
    (Recorder, "after", TICKS + "recording"),
    (simulation, "run_chunk", "starting and ending chunks"),
    (SeriesFiles, "overview", "reading series back"),
    (statistics, "overview", "quantiles"),
    (simulation, "run", "rest of the run"),
    (Result, "save", "tables and files"),
)

P = ParamSpec("P")
T = TypeVar("T")


class Watch:
    """Adds up seconds by name; what is watched inside something else that is watched counts only for itself."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._inside: list[float] = []

    def timed(self, name: str, function: Callable[P, T]) -> Callable[P, T]:
        """The function, its time added to a name."""

        @wraps(function, updated=())
        def timed(*args: P.args, **kwargs: P.kwargs) -> T:
            self._inside.append(0.0)
            began = perf_counter()
            try:
                return function(*args, **kwargs)
            finally:
                took = perf_counter() - began
                self.seconds[name] += took - self._inside.pop()
                if self._inside:
                    self._inside[-1] += took

        return timed


class Unit:
    """What z = x·y costs an element; x, y and z, as large as the rows of a chunk, rotate through some memory."""

    def __init__(self, rows: int, replicates: int) -> None:
        self.arrays = np.ones((max(1, round(ROTATING / (3 * 8 * rows * replicates))), 3, rows, replicates))
        self.measured: list[float] = []

    def measure(self) -> None:
        """Go round twice, the first time to warm up."""
        self._go_round()
        began = perf_counter()
        self._go_round()
        self.measured.append((perf_counter() - began) / self.arrays[:, 0].size)

    def _go_round(self) -> None:
        for x, y, z in self.arrays:
            np.multiply(x, y, out=z)


@dataclass(frozen=True)
class Round:
    """One world of the oracle and one whole run of the engine, in seconds."""

    oracle: float
    run: dict[str, float]
    unit: float
    replicates: int
    row_ticks: int  # rows × ticks × replicates

    @property
    def ratio(self) -> float:
        """What a replicate costs the oracle, over what one costs the engine."""
        return self.oracle / self.world

    @property
    def world(self) -> float:
        """What a replicate costs the engine: all that happens in chunks, files aside."""
        return (self.ticks + sum(self.run[name] for name in CHUNKS)) / self.replicates

    @property
    def ticks(self) -> float:
        """All that happens in ticks."""
        return sum(seconds for name, seconds in self.run.items() if name.startswith(TICKS))

    @property
    def whole(self) -> float:
        """The whole run."""
        return sum(self.run.values())

    @property
    def tick_share(self) -> float:
        """Share of the whole run that is ticks."""
        return self.ticks / self.whole

    def passes(self, seconds: float) -> float:
        """Seconds of all ticks of a run as passes of the unit over all rows, in each tick."""
        return seconds / (self.row_ticks * self.unit)


class Bench:
    """A scenario that is run again and again, by oracle and engine in turn."""

    def __init__(self, scenario: str, replicates: int, ticks: int, projects: bool) -> None:
        self.scenario, self.replicates, self.ticks = scenario, replicates, ticks
        self.oracle = oracle_world(make_plan(planning.load(SCENARIO, until(SCENARIO, ticks) | WITHOUT)))
        self.overrides = until(scenario, ticks) | {"ensemble.replicates": replicates} | ({} if projects else WITHOUT)
        self.rows = rows_of(make_plan(planning.load(scenario, self.overrides)).world)
        self.rounds: list[Round] = []
        self._run({**self.overrides, "ensemble.replicates": 2})  # everything is imported and in memory

    def _run(self, overrides: dict[str, object]) -> None:
        """A whole run, from the scenario file to the result folder."""
        with TemporaryDirectory() as folder:
            planning.built.cache_clear()  # each round builds its world
            scenario = planning.load(self.scenario, overrides)
            simulation.run(scenario, chunk=CHUNK, scratch=Path(folder)).save(Path(folder) / "result")

    def measure(self) -> None:
        """One more round."""
        began = perf_counter()
        self.oracle()
        oracle = perf_counter() - began
        watch, unit = Watch(), Unit(self.rows, min(CHUNK, self.replicates))
        with watching(watch, unit):
            self._run(self.overrides)
        del watch.seconds[UNIT]
        row_ticks = self.rows * self.ticks * self.replicates
        self.rounds.append(Round(oracle, watch.seconds, median(unit.measured), self.replicates, row_ticks))

    def middle(self, number: Callable[[Round], float]) -> float:
        """Median of a number over the rounds."""
        return median(map(number, self.rounds))

    def seconds(self) -> dict[str, float]:
        """Median seconds of each part of a run."""
        return {name: median(r.run[name] for r in self.rounds) for name in self.rounds[0].run}

    def passes_by_step(self) -> dict[str, float]:
        """Median passes of each part of a tick."""
        names = [name for name in self.rounds[0].run if name.startswith(TICKS)]
        return {name.removeprefix(TICKS): median(r.passes(r.run[name]) for r in self.rounds) for name in names}


def until(scenario: str, ticks: int) -> dict[str, object]:
    """Overrides that end a scenario after so many ticks."""
    span = planning.load(scenario).horizon
    end = span.start + timedelta(days=ticks * int(span.tick) - 1)
    return {"horizon.end": end.isoformat()}


def oracle_world(plan: Plan) -> Callable[[], object]:
    """One world of a plan, told to the oracle: medians of what is drawn."""
    p = {name: middle(value) for name, value in plan.parameters.items()}
    margins = {name.removeprefix("margin_"): value for name, value in p.items() if name.startswith("margin_")}
    horizon, longest = plan.horizon, int(p["licence_horizon"])
    reported = [plain(instrument, plan.world, horizon, longest) for instrument in plan.instruments]
    return lambda: run_oracle(plan.seeds.tables, margins, p, horizon.days, horizon.tick, reported)


def rows_of(world: World) -> int:
    """Rows on which a tick computes: live nodes, arcs, facilities, sectors."""
    return len(world.nodes) + len(world.arcs) + len(world.facilities) + len(world.sectors)


@contextmanager
def watching(watch: Watch, unit: Unit) -> Iterator[None]:
    """Time the parts of a run from outside, and measure the unit before each chunk and after the last."""
    measure = watch.timed(UNIT, unit.measure)

    def bind(setup: Setup, replicates: range) -> Chunk:
        measure()
        chunk = Chunk(setup, replicates)
        market = chunk.market
        market.steps = [(section, watch.timed(TICKS + section, step)) for section, step in market.steps]
        for rules in vars(market.hooks).values():
            rules[:] = [watch.timed(TICKS + "instruments", rule) for rule in rules]
        market.settle = watch.timed(TICKS + "clearing", market.settle)  # type: ignore[method-assign]
        chunk.clock.run = watch.timed(TICKS + "clock", chunk.clock.run)  # type: ignore[method-assign]
        return chunk

    with ExitStack() as patches:
        patches.enter_context(patch.object(simulation, "Chunk", watch.timed("binding", bind)))
        for owner, name, label in WATCHED:
            patches.enter_context(patch.object(owner, name, watch.timed(label, getattr(owner, name))))
        yield
    unit.measure()


def report(bench: Bench) -> None:
    """Print tables for people, then a line for programs."""
    facts = {
        "ratio": bench.middle(lambda r: r.ratio),
        "passes": bench.middle(lambda r: r.passes(r.ticks)),
        "oracle_ms": bench.middle(lambda r: r.oracle) * 1e3,
        "engine_ms": bench.middle(lambda r: r.world) * 1e3,
        "replicates": bench.replicates,
        "ticks": bench.ticks,
        "tick_share": bench.middle(lambda r: r.tick_share),
        "run_ms": bench.middle(lambda r: r.whole) * 1e3,
        "unit_ns": bench.middle(lambda r: r.unit) * 1e9,
        "rows": bench.rows,
    }
    ratios, by_step, seconds = [r.ratio for r in bench.rounds], bench.passes_by_step(), bench.seconds()
    print(f"{bench.scenario}, {bench.ticks} ticks, {bench.replicates} replicates in chunks of {CHUNK}, one core\n")
    print(f"a replicate by the oracle {facts['oracle_ms']:9.1f} ms")
    print(f"a replicate by the engine {facts['engine_ms']:9.2f} ms")
    print(
        f"ratio                 {facts['ratio']:9.1f} ({min(ratios):.1f} to {max(ratios):.1f} in {len(ratios)} rounds)"
    )
    print(f"\na tick, in passes over {bench.rows} rows ({facts['unit_ns']:.2f} ns an element)")
    print_parts(by_step, facts["passes"], "{:9.2f}")
    print("\na whole run, in ms")
    rest = {name: taken * 1e3 for name, taken in seconds.items() if not name.startswith(TICKS)}
    ticks = bench.middle(lambda r: r.ticks) * 1e3
    print_parts({"ticks": ticks} | rest, facts["run_ms"], "{:9.1f}")
    rounded = {name: round(value, 2) for name, value in by_step.items()}
    print(json.dumps(facts | {"ratios": ratios, "passes_by_step": rounded}))


def print_parts(parts: dict[str, float], total: float, number: str) -> None:
    """Print parts, the largest first, with their shares, and the whole."""
    for name, value in sorted(parts.items(), key=lambda part: -part[1]):
        print(f"  {name:30} {number.format(value)} {value / total:7.1%}")
    print(f"  {'in all':30} {number.format(total)}")


def main(words: Sequence[str] | None = None) -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--replicates", type=int, default=256, help="replicates of a run")
    parser.add_argument("--ticks", type=int, default=260, help="ticks from the start of the scenario")
    parser.add_argument("--scenario", default=SCENARIO, help="what the engine runs; the oracle runs the default")
    parser.add_argument("--without-projects", action="store_true", help="the engine's world is the oracle's")
    parser.add_argument("--repeat", type=int, default=3, help="rounds; medians are printed")
    given = parser.parse_args(words)
    bench = Bench(given.scenario, given.replicates, given.ticks, not given.without_projects)
    for _ in range(given.repeat):
        bench.measure()
    report(bench)


if __name__ == "__main__":
    main()
