"""Reading what a command was given: everything is checked before anything runs."""

import gc
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from sim.errors import InputError, Place, Problem

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario

MOST = 10**9  # number of a replicate, and of replicates
RESULTS = Path("results")  # where they go unless said otherwise
THREADS = "OPENBLAS_NUM_THREADS"

Scenarios = Annotated[list[str], typer.Argument(metavar="SCENARIO", help="Files, or names of scenarios that ship.")]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PATH=VALUE", help='Override a value: --set "outputs.record=[stock]".'),
]

Format = Annotated[Literal["csv", "parquet"], typer.Option("--format", help="What tables are written as.")]


@contextmanager
def quick_start() -> Iterator[None]:
    """Import what answers at once, without what only long work is better for.

    Threads for linear algebra, which starts with numpy, cost more than reading a file and are not used by it; whatever
    is imported stays, so that looking through it for what is left over finds nothing.
    """
    if "numpy" in sys.modules:
        yield
        return
    unset = THREADS not in os.environ
    os.environ.setdefault(THREADS, "1")
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.freeze()
        if unset:
            del os.environ[THREADS]


def warn_of_large_files(folder: Path) -> None:
    """Say that a CSV file is larger than most programs can open."""
    from sim.results.formats import LARGE

    for file in sorted(folder.glob("*.csv")):
        if file.stat().st_size > LARGE:
            size = f"{file.stat().st_size / LARGE:.1f} GB"
            print(f"{file} has {size}: --format parquet is smaller, and read in part.", file=sys.stderr)


def tell(notes: Iterable[str], about: str) -> None:
    """Say on standard error what to know of something that is no fault."""
    for note in notes:
        print(f"{about}: note: {note}", file=sys.stderr)


def load_all(scenarios: Sequence[str], overrides: Sequence[str]) -> "list[Scenario]":
    """Load scenarios; the problems of all files are reported at once, each once."""
    from sim import plan

    loaded, problems = [], []
    for scenario in scenarios:
        try:
            loaded.append(plan.load(scenario, overrides=list(overrides)))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(dict.fromkeys(problems))
    return loaded


def overrides(settings: Sequence[str] | None, **options: int | None) -> list[str]:
    """Join ``--set`` with the options of the ensemble (``--replicates``, ``--seed``); a value is given once."""
    given = {f"ensemble.{name}": value for name, value in options.items() if value is not None}
    settings = settings or []
    problems = [
        Problem(Place("--set", path=path), f"it is given by --{path.split('.')[1]} too", "Give it once.")
        for path in given
        if any(setting.partition("=")[0].strip() == path for setting in settings)
    ]
    if problems:
        raise InputError(problems)
    return [*settings, *(f"{path}={value}" for path, value in given.items())]
