"""`monazite hindcast`: a historical episode, simulated against observed."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.inputs import RESULTS, Settings, load_all, overrides
from sim.cli.layout import columns_of_terminal, fit
from sim.cli.progress import interrupted, progress
from sim.cli.text import head, number

if TYPE_CHECKING:
    from sim.analysis.hindcast import Hindcast

HEADER = ("target", "unit", "observed", "p05", "p50", "p95", "", "nothing happens", "")
MARKS = {True: "✓", False: "✗"}


def hindcast(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="A file, or the name of one that ships.")],
    *,
    targets: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="What was observed; else <stem>.targets.csv beside the scenario."),
    ] = None,
    replicates: Annotated[int | None, typer.Option(min=1, help="How many replicates.")] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of the ensemble.")] = None,
    settings: Settings = None,
    out: Annotated[Path | None, typer.Option(help="The result folder.")] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes; no result depends on it.")] = 1,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace results that are there.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing but errors.")] = False,
) -> None:
    """Run a historical episode; print simulated against observed, beside a replicate in which nothing happens.

    Ends with 0 whatever the score is.
    """
    from sim.analysis import hindcast as analysis
    from sim.results.folder import claim

    try:
        table = targets or analysis.targets_beside(scenario)
        analysis.check_targets(table)
        (loaded,) = load_all([scenario], overrides(settings, replicates=replicates, seed=seed))
        folder = out or RESULTS / f"{loaded.name}.hindcast"
        with claim([folder], overwrite=overwrite):
            with progress(loaded.name, 2 * loaded.ensemble.replicates, quiet=quiet) as show:
                found = analysis.hindcast(loaded, table, workers=workers, progress=show)
            found.save(folder, overwrite=overwrite)
    except KeyboardInterrupt:
        raise interrupted([]) from None
    if not quiet:
        _print(found, folder)


def _print(found: "Hindcast", folder: Path) -> None:
    """Print the table of scores and their totals."""
    scores = found.scores
    print(head(found.facts, folder))
    print(_table(found))
    own, null, carried = (number(mean) for mean in found.means)
    if alone := len(scores) - len(found.compared):
        print(f"{alone} of {len(scores)} targets cannot be told where nothing happens, and are in no mean")
    print(f"mean score {own} (nothing happens: {null}; last value carried forward: {carried}): smaller is better")
    silent = sum(not score.says for score in scores)
    if silent:
        print(f"{silent} of {len(scores)} bands are wider than a factor of three: a ✓ in brackets says nothing")
    hits, by_nothing = (sum(marks) for marks in zip(*((s.inside, s.null_inside) for s in scores), strict=True))
    print(f"{hits} of {len(scores)} inside (nothing happens: {by_nothing})")


def _table(found: "Hindcast") -> str:
    """Lay out the scores: a row a target, its words wrapped so that all columns fit."""
    rows = []
    for score in found.scores:
        target, simulated = score.target, [number(value) for value in score.quantiles]
        observed, nothing = f"{number(target.low)}–{number(target.high)}", number(score.null_median)
        mark = MARKS[score.inside] if score.says or not score.inside else f"({MARKS[True]})"
        marks = mark, MARKS[score.null_inside]
        rows.append([target.name, target.unit, observed, *simulated, marks[0], nothing, marks[1]])
    rights = [False, False, *[True] * 7]
    return fit(HEADER, rows, rights, columns_of_terminal())
