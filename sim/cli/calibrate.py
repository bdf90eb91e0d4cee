"""`monazite calibrate`: which values of what nobody knows history leaves."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.inputs import RESULTS
from sim.cli.progress import interrupted
from sim.cli.text import table
from sim.errors import InputError, Place, Problem

if TYPE_CHECKING:
    from sim.calibration.episodes import Episode
    from sim.world.seeds import Seeds

HEADER = ["wave", "vectors", "left", "equal vectors", "width"]


def calibrate(
    *,
    points: Annotated[int, typer.Option(min=2, help="Vectors of a wave, a power of two.")] = 4096,
    each: Annotated[int, typer.Option(min=2, help="Replicates of each vector.")] = 2,
    waves: Annotated[int, typer.Option(min=1, help="Waves at most.")] = 4,
    seed: Annotated[int, typer.Option(help="Of the vectors.")] = 1,
    out: Annotated[Path, typer.Option(help="Where blocks are kept and results written.")] = RESULTS / "calibration",
    workers: Annotated[int, typer.Option(min=1, help="Processes; no result depends on it.")] = 1,
    write: Annotated[bool, typer.Option("--write", help="Put the vectors into seeds/calibrated.csv, too.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing but errors.")] = False,
) -> None:
    """Run every past episode with vectors of what nobody knows, and keep those that none rules out.

    What was interrupted goes on where it was, if it is asked for in the same words.
    """
    from sim.calibration import report
    from sim.calibration.episodes import Episode, shipped_episodes
    from sim.calibration.quantities import quantities_of
    from sim.calibration.waves import Calibration, summary
    from sim.errors import RunError
    from sim.files.shipped import shipped
    from sim.results import csvfile
    from sim.world.seeds import Seeds

    _check(points, out)
    seeds = Seeds.read()
    quantities = quantities_of(seeds)
    episodes = {name: Episode(name) for name in shipped_episodes()}
    blocks = out / f"blocks-{points}-{each}-{seed}-{_known(seeds, episodes)}"
    calibration = Calibration(quantities, episodes, points, each, waves, seed, blocks, workers)
    try:
        found = calibration.waves(lambda line: None if quiet else print(line, flush=True))
    except KeyboardInterrupt:
        raise interrupted([f"the blocks in {blocks}"], " The same command goes on from them.") from None
    first, last = found[0], found[-1]
    if not last.left(list(episodes)).any():
        raise RunError(f"history rules out all {points} vectors of a wave.\n  Ask for more --points.")
    files = {
        "calibrated.csv": report.vectors(last, quantities),
        "moved.csv": report.moved(last, quantities),
        "scores.csv": report.scored(first, last),
    }
    for name, columns in files.items():
        csvfile.write(out / name, tuple(columns), [columns])
    if write:
        csvfile.write(shipped("seeds") / "calibrated.csv", tuple(files["calibrated.csv"]), [files["calibrated.csv"]])
    if not quiet:
        print(table(HEADER, [tuple(row.values()) for row in summary(found)]))


def _check(points: int, out: Path) -> None:
    """Refuse what cannot be run, and a place where a result stands, or a file, before anything is computed for it."""
    from sim.results.facts import MANIFEST
    from sim.results.folder import check_writable

    if points & (points - 1):
        raise InputError(Problem(Place("--points"), f"{points} is no power of two", "Write 1024, 2048 or the like."))
    right = "Choose another folder with --out."
    if out.exists() and not out.is_dir():
        raise InputError(Problem(Place(str(out)), "what is there is no folder", right))
    if (out / MANIFEST).exists():
        raise InputError(Problem(Place(str(out)), "the result of a run is there", right))
    check_writable(out)


def _known(seeds: "Seeds", episodes: "Mapping[str, Episode]") -> str:
    """What blocks hang on, in a few letters: tables, episodes and targets; other ones, other blocks."""
    from hashlib import sha256

    from sim.analysis.hindcast import targets_beside

    parts = [f"{name} {value}" for name, value in sorted(seeds.hashes.items())]
    for name, episode in episodes.items():
        hashes = sorted(episode.plan.seeds.hashes.items())
        parts += [episode.plan.text, targets_beside(name).read_text("utf-8"), str(hashes)]
    return sha256("\n".join(parts).encode()).hexdigest()[:12]
