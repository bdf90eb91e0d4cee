"""`monazite run`: scenarios in, result folders out."""

import gc
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli.inputs import MOST, RESULTS, Format, Scenarios, Settings, load_all, overrides, tell, warn_of_large_files
from sim.cli.progress import Bar, interrupted
from sim.cli.text import about, head, table
from sim.errors import InputError, Place, Problem

if TYPE_CHECKING:
    from sim.results.result import Result
    from sim.scenario.scenario import Scenario

LONG_WORK = "\n  For long work: monazite sweep keeps each point that is done, and goes on with --resume."
ENOUGH = 20  # replicates of which one lies beyond each of the quantiles that are printed


@dataclass(frozen=True)
class Plan:
    """A scenario and the folder that its result goes to."""

    scenario: "Scenario"
    folder: Path


def run(
    scenarios: Scenarios,
    *,
    replicates: Annotated[int | None, typer.Option(min=1, help="How many replicates.")] = None,
    replicate: Annotated[
        int | None, typer.Option(min=0, max=MOST, help="One replicate alone, every tick recorded.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of the ensemble.")] = None,
    settings: Settings = None,
    out: Annotated[Path | None, typer.Option(help="The result folder; of several, the one they go to.")] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes; no result depends on it.")] = None,
    chunk: Annotated[int | None, typer.Option(min=1, help="Replicates at a time; no result depends on it.")] = None,
    form: Format = "csv",
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace results that are there.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing but errors.")] = False,
) -> None:
    """Run scenarios and write a result folder for each.

    All files are checked before the first runs. Interrupted, it keeps the results that are complete.
    """
    from sim.results.folder import claim

    how = {"workers": workers, "chunk": chunk, "replicate": replicate}
    done: list[Plan] = []
    try:
        plans = _plans(load_all(scenarios, overrides(settings, replicates=replicates, seed=seed)), out)
        bar = Bar([(one.scenario.name, _replicates(one, replicate)) for one in plans], quiet=quiet)
        with claim([plan.folder for plan in plans], overwrite=overwrite):
            for plan in plans:
                _run(plan, how, form, bar, overwrite=overwrite, quiet=quiet)
                done.append(plan)
                gc.collect()  # a market and its rules hold one another: without this several wait to be taken away
    except KeyboardInterrupt:
        raise interrupted([plan.folder for plan in done], LONG_WORK) from None
    if len(done) > 1 and not quiet:
        print(table(["scenario", "folder"], [[plan.scenario.name, str(plan.folder)] for plan in done]))


def _plans(scenarios: "Sequence[Scenario]", out: Path | None) -> list[Plan]:
    """Give each scenario its folder."""
    alone = out is not None and len(scenarios) == 1
    folders = [out if alone and out else (out or RESULTS) / scenario.name for scenario in scenarios]
    twice = {folder for folder in folders if folders.count(folder) > 1}
    problems = [
        Problem(Place(str(folder)), "two scenarios of one name would go there", "Give each its own `name`.")
        for folder in sorted(twice)
    ]
    if problems:
        raise InputError(problems)
    return [Plan(scenario, folder) for scenario, folder in zip(scenarios, folders, strict=True)]


def _replicates(plan: Plan, replicate: int | None) -> int:
    return plan.scenario.ensemble.replicates if replicate is None else 1


def _run(plan: Plan, how: dict[str, Any], form: str, bar: Bar, *, overwrite: bool, quiet: bool) -> None:
    """Run one scenario, save and print."""
    from sim import simulation

    given = {name: value for name, value in how.items() if value is not None}
    with bar.next() as show:
        result = simulation.run(plan.scenario, progress=show, scratch=plan.folder.parent, **given)
    result.save(plan.folder, overwrite=overwrite, form=form)
    warn_of_large_files(plan.folder)
    tell(result.manifest["notes"], plan.scenario.name)
    if not quiet:
        print(_report(result, plan.folder))


def _report(result: "Result", folder: Path) -> str:
    """Tell the headline metrics in a few lines."""
    from sim.definitions.metrics import METRICS
    from sim.results.headline import headline

    facts = result.manifest
    rows = headline(result.summary, METRICS, facts["headline"]).assign(error=lambda rows: rows["sd"] / rows["n"] ** 0.5)
    numbers = ("mean", "error", "p05", "p95")
    cells = [
        [row["metric"], about(row), *(row[name] for name in numbers), row["unit"]] for row in rows.to_dict("records")
    ]
    few = facts["replicates"] < ENOUGH
    low, high = ("p05*", "p95*") if few else ("p05", "p95")
    lines = [head(facts, folder), table(["metric", "of", "mean", "std. error", low, high, "unit"], cells)]
    if few:
        lines.append(f"* of fewer than {ENOUGH} replicates: hardly more than the lowest and the highest")
    if result.is_certain():
        lines.append("All replicates are equal: nothing here is drawn.")
    return "\n".join([*lines, ""])
