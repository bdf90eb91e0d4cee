"""Reads a spoilt file as a command would, and says what is wrong with the answer."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import NoReturn

from sim.analysis import targets
from sim.analysis.hindcast import known_of
from sim.analysis.targets import Known
from sim.errors import InputError, Problem
from sim.plan import load, make_plan
from sim.scenario.scenario import Scenario
from sim.sweeps import file as sweep_file
from sim.sweeps.points import Points
from tests.mutations.cases import Case, case

PATIENCE, RUNNING = 10.0, 120.0  # seconds, to read and to run
FEW = 24  # points of a sweep that are checked here; a command checks all
ACCEPTED, REFUSED = "accepted", "refused"


@dataclass(frozen=True)
class Answer:
    """How a file was received: accepted or refused, and what is wrong with that, if anything."""

    case: Case
    verdict: str
    wrong: str = ""
    seconds: float = 0.0


class HangError(Exception):
    """It took too long."""


def tried(kind: str, seed: int, number: int) -> Answer:
    """Make a mutation and read it."""
    return answer(case(kind, seed, number))


def weighed(kind: str, seed: int, number: int) -> Answer:
    """Make a mutation, read it, and ask what it does if it is accepted."""
    from tests.mutations.effects import SILENT, effect  # noqa: PLC0415

    received = tried(kind, seed, number)
    if received.verdict != ACCEPTED:
        return received
    try:
        with _in_time(RUNNING):
            does = effect(received.case)
    except Exception as error:
        return replace(received, verdict="fails to run", wrong=f"{type(error).__name__}: {error}")
    return replace(received, verdict=does, wrong=does if does == SILENT else "")


def answer(spoilt: Case) -> Answer:
    """Read a spoilt file in a folder of its own."""
    began = perf_counter()
    with TemporaryDirectory() as home:
        verdict, wrong = _received(spoilt, Path(home))
    seconds = perf_counter() - began
    if not wrong and seconds > PATIENCE:
        wrong = f"it took {seconds:.1f} s"
    return Answer(spoilt, verdict, wrong, seconds)


def _received(case: Case, home: Path) -> tuple[str, str]:
    try:
        with _in_time(PATIENCE):
            READERS[case.kind](case, home)
    except InputError as error:
        return REFUSED, "; ".join(fault for one in error.problems for fault in _faults(one, case)) or _silent(error)
    except Exception as error:
        return "failed", f"{type(error).__name__}: {error}"
    return ACCEPTED, ""


@contextmanager
def _in_time(patience: float) -> Iterator[None]:
    """Stop what takes too long."""

    def stop(*_: object) -> NoReturn:
        raise HangError(f"it takes more than {patience:g} s")

    former = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, patience)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, former)


def _silent(error: InputError) -> str:
    return "" if error.problems else "an error without a problem"


def _faults(problem: Problem, case: Case) -> Iterator[str]:
    """What a problem does not say, or says of us."""
    said = f"{problem.found}\n{problem.right}".lower()
    if not problem.place.file:
        yield f"no file in {str(problem)!r}"
    if case.has_lines and not problem.place.line:
        yield f"no line in {str(problem)!r}"
    if not problem.found.strip() or not problem.right.strip():
        yield f"found or right is empty in {str(problem)!r}"
    for word in ("defect", "traceback", "pydantic", "keyerror", "valueerror", "object at 0x"):
        if word in said:
            yield f"{word!r} in {str(problem)!r}"
    if len(str(problem)) > LONGEST:
        yield f"{len(str(problem))} letters: {str(problem)[:200]!r}"


LONGEST = 2000  # letters of a message


def _written(case: Case, home: Path) -> Path:
    file = home / case.spoilt_name
    file.write_bytes(case.spoilt)
    return file


def read_scenario(case: Case, home: Path) -> Scenario:
    """As `monazite validate` reads it."""
    scenario = load(_written(case, home))
    scenario.to_yaml()
    return scenario


def read_sweep(case: Case, home: Path) -> Points:
    """As `monazite sweep --dry-run` reads it, but for the later ones of many points."""
    points = Points.of(sweep_file.read(_written(case, home)))
    few = replace(points, cells=points.cells[:FEW])
    few.check()
    return points


def read_targets(case: Case, home: Path) -> list[targets.Target]:
    """As `monazite hindcast` reads it."""
    return targets.read(_written(case, home), _known(case.name.removesuffix(".targets.csv")))


@cache
def _known(scenario: str) -> Known:
    return known_of(make_plan(load(scenario)))


OVERLAY = "monazite: 1\nname: own\nextends: april-2025-licensing.yaml\nseeds: [tables]\n"


def read_seeds(case: Case, home: Path) -> Scenario:
    """As `monazite validate` reads a scenario with a folder of tables, and as a run builds its world."""
    (home / "tables").mkdir()
    _written(case, home / "tables")
    (home / "own.yaml").write_text(OVERLAY, encoding="utf-8")
    scenario = load(home / "own.yaml")
    _ = make_plan(scenario).world
    return scenario


READERS: Mapping[str, Callable[[Case, Path], object]] = {
    "scenario": read_scenario,
    "sweep": read_sweep,
    "targets": read_targets,
    "seeds": read_seeds,
}
