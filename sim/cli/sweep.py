"""`monazite sweep`: many scenarios that differ in some values; what is done stays done, whatever ends it."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from math import nan
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.inputs import RESULTS, Format, tell, warn_of_large_files
from sim.cli.text import about, duration, endings, size, table
from sim.errors import InputError, Place, Problem

if TYPE_CHECKING:
    from sim.sweeps.blocks import Pool
    from sim.sweeps.job import Job
    from sim.sweeps.points import Points
    from sim.sweeps.sweep import Progress, Report

SILENCE = 60.0  # seconds without a word, where nobody sees the bar
SHOWN = 24  # points printed
MANY = 10_000  # points that make a warning
NAMED = 3  # failed points reported at the end
LOSS = "value_added_lost"  # the metric that is printed where none is named
METRICS_SHOWN = 4


def sweep(
    file: Annotated[str, typer.Argument(metavar="SWEEP", help="A file, or the name of a sweep that ships.")],
    *,
    out: Annotated[Path | None, typer.Option(help="The result folder.")] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes, else as many as cores.")] = None,
    scheduler: Annotated[str | None, typer.Option(metavar="ADDRESS", help="A Dask cluster: tcp://host:8786.")] = None,
    form: Format = "csv",
    resume: Annotated[
        bool, typer.Option("--resume", help="Run what is missing or failed; what is done is not touched.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the points and what they will cost; run nothing.")
    ] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Begin anew, and replace what is there.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing but errors.")] = False,
) -> None:
    """Run a design over the values of a scenario, and write one result folder.

    All points are checked before the first runs. One that fails is recorded, and the rest goes on. Stopped or
    killed, a sweep goes on with --resume. Points are compared by number: monazite compare results/NAME@0
    results/NAME@3. Ends with 1 if a point failed.
    """
    if resume and overwrite:
        raise InputError(Problem(Place("--resume"), "it keeps what --overwrite would remove", "Give one of them."))
    if workers and scheduler:
        raise InputError(Problem(Place("--workers"), "a cluster has its own", "Give --workers or --scheduler."))
    job = _checked(file, out, form, quiet=quiet)
    if dry_run:
        _print_plan(job, workers, scheduler)
        tell(job.notes, job.base.name)
        return
    job.refuse_obstacles(resume=resume, overwrite=overwrite)
    if resume and job.is_finished():
        print(f"{len(job.points)} of {len(job.points)} points done before: nothing is left to do.")
        return
    report = _run(job, _pool(job, workers, scheduler), resume=resume, overwrite=overwrite, quiet=quiet)
    warn_of_large_files(job.place)
    for note in report.notes:
        print(note, file=sys.stderr)
    tell(job.notes, job.base.name)
    if not quiet:
        _print_report(job, report)
    if report.failed:
        print(_failures(job, report), file=sys.stderr)
        raise typer.Exit(1)


def _checked(file: str, out: Path | None, form: str, *, quiet: bool) -> "Job":
    """Read the file and check every point."""
    from sim.files.shipped import find_sweep
    from sim.sweeps.file import read
    from sim.sweeps.job import Job
    from sim.sweeps.points import Points

    found = read(find_sweep(file))
    points = Points.of(found)
    if len(points) >= MANY:
        print(f"{len(points):,} points: checking them takes a while.", file=sys.stderr)
    for note in [] if quiet else found.notes:
        print(note, file=sys.stderr)
    with _bar("checking points", len(points), quiet=quiet) as show:
        return Job.of(found, out or RESULTS / found.name, form, lambda done: show(done, ""))


def _pool(job: "Job", workers: int | None, scheduler: str | None) -> "Pool":
    """Choose where blocks run."""
    from sim.sweeps.blocks import Here, cores
    from sim.sweeps.processes import Processes

    if scheduler:
        from sim.sweeps.cluster import Cluster

        cluster = Cluster(scheduler)
        print("".join(f"{note}\n" for note in cluster.notes), end="", file=sys.stderr)
        return cluster
    count = min(workers or cores(), sum(job.replicates))
    return Processes(count) if count > 1 else Here()


def _workers_of(job: "Job", workers: int | None, scheduler: str | None) -> int:
    """Say how many blocks would run at a time."""
    if scheduler:
        from sim.sweeps.cluster import workers_of

        return workers_of(scheduler)
    return _pool(job, workers, None).workers


def _run(job: "Job", pool: "Pool", *, resume: bool, overwrite: bool, quiet: bool) -> "Report":
    """Run it under a bar, and say what is kept if somebody stops it."""
    from sim.sweeps import sweep as sweeps

    last: list[Progress] = []
    reported = [monotonic()]

    def tell(state: "Progress") -> None:
        if not quiet and not last:
            _print_before(state)
        if not quiet and state.replicates and not (last and last[0].replicates):
            left = f", {state.left:,} of them left" if state.before else ""
            print(f"{_size_of(job.replicates)}{left}, about {duration(state.seconds + state.rest)}.", file=sys.stderr)
        if not quiet and not sys.stderr.isatty() and monotonic() - reported[0] > SILENCE:
            print(_so_far(state), file=sys.stderr)
            reported[0] = monotonic()
        last[:] = [state]
        show(state.done + state.failed, f"{state.failed} failed" if state.failed else "")

    try:
        with _bar(job.points.sweep.name, len(job.points), quiet=quiet) as show:
            return sweeps.run(job, pool, resume=resume, overwrite=overwrite, progress=tell)
    except KeyboardInterrupt:
        done = last[0].done if last else 0
        print(f"Interrupted. Kept: {done} of {len(job.points)} points; go on with --resume.", file=sys.stderr)
        raise typer.Exit(130) from None


def _print_before(state: "Progress") -> None:
    """Say what is there already, and which points of it are damaged."""
    if state.before:
        print(f"{state.before} of {state.points} points done before.", file=sys.stderr)
    for point, why in list(state.damaged.items())[:NAMED]:
        print(f"Point {point} is done again: {why}.", file=sys.stderr)
    if len(state.damaged) > NAMED:
        print(f"{len(state.damaged) - NAMED} more points are done again for such reasons.", file=sys.stderr)


def _so_far(state: "Progress") -> str:
    """Say how many points are done, and about how long the rest will take."""
    left = f", about {duration(state.rest)} left" if state.rest > 0 else ""
    return f"{state.done} of {state.points} points done{left}."


@contextmanager
def _bar(title: str, points: int, *, quiet: bool) -> Iterator[Callable[[int, str], None]]:
    """Give a function that shows how many points are done; it does nothing where standard error is no terminal."""
    if quiet or not sys.stderr.isatty():
        yield lambda done, note: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    rate, left = TextColumn("{task.fields[rate]} {task.fields[note]}"), TimeRemainingColumn()
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), rate, left
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=points, rate="", note="")

        def show(done: int, note: str) -> None:
            speed = bar.tasks[task].speed
            bar.update(task, completed=done, note=note, rate=f"{60 * speed:.3g} points/min" if speed else "")

        yield show


def _size_of(replicates: Sequence[int]) -> str:
    """Say how many replicates there are."""
    points, each = len(replicates), set(replicates)
    times = f" × {replicates[0]:,} replicates" if len(each) == 1 else ""
    return f"{points:,} point{'s' * (points > 1)}{times} = {sum(replicates):,} replicates"


def _print_plan(job: "Job", workers: int | None, scheduler: str | None) -> None:
    """Print the points, as a table for people and as CSV for a pipe, then what they cost."""
    from sim.results.folder import room
    from sim.sweeps.blocks import Here, cores
    from sim.sweeps.cost import MOST, estimate, needed, too_little

    count = _workers_of(job, workers, scheduler)
    _print_points(job.points)
    at_once = count if scheduler else min(count, cores())
    trial = Here() if scheduler else _pool(job, min(at_once, MOST), None)
    cost = estimate(job, trial, count, at_once)
    time = f"about {duration(cost.seconds)} with {count} worker{'s' * (count > 1)}"
    space = f"about {size(cost.size)} on disk (twice that while the tables are joined)"
    done = len(job.store.done())
    before = f", {done} of {len(job.points)} points done before" if done else ""
    print(f"{_size_of(job.replicates)}, {time}, {space}{before}.", file=sys.stderr)
    wanted, free = needed(job), room(job.place.parent)
    if wanted > free:
        print(f"{job.place}: {too_little(wanted, free)}", file=sys.stderr)


def _print_points(points: "Points") -> None:
    import csv

    rows = ((str(point), *cells) for point, cells in enumerate(points.cells))
    if not sys.stdout.isatty():
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerows([("point", *points.paths), *rows])
        return
    shown = [row for row, _ in zip(rows, range(SHOWN), strict=False)]
    print(table(["point", *endings(points.paths)], shown))
    if len(points) > SHOWN:
        print(f"… and {len(points) - SHOWN:,} more: pipe this command into a file for all of them.")


def _print_report(job: "Job", report: "Report") -> None:
    """Tell what was run, and of the first points the totals of the metrics that are kept."""
    rate = (
        f", {1000 * report.core_seconds / report.replicates:.1f} core-seconds per 1,000 replicates"
        if report.replicates
        else ""
    )
    failed = f", {len(report.failed)} failed" if report.failed else ""
    name = job.points.sweep.name
    print(f"{name}: {report.done} done{failed}, {duration(report.seconds)}{rate}, in {job.place}")
    if report.done:
        print(_totals(job))


def _totals(job: "Job") -> str:
    """Lay out means by point: a row a point, a column for the widest total of each metric that is kept."""
    from sim.results.headline import widest
    from sim.sweeps.reading import SweepResult
    from sim.sweeps.store import SUMMARY

    found = SweepResult(job.place)
    done = found.points[found.points["status"] == "done"].head(SHOWN)
    metrics = (job.points.sweep.metrics or (LOSS,))[:METRICS_SHOWN]
    rows = found.rows(SUMMARY, point=list(done.index), metric=metrics)
    columns = [widest(rows[rows["metric"] == metric]).set_index("point") for metric in metrics]
    columns = [column for column in columns if len(column)]
    firsts = [column.iloc[0].to_dict() for column in columns]
    heads = [f"{row['metric']} {about(row)}".strip() + f" ({row['unit']})" for row in firsts]
    cells = [
        [str(point), *done.loc[point, found.paths], *(float(one["mean"].get(point, nan)) for one in columns)]
        for point in done.index
    ]
    header = ["point", *endings(found.paths), *heads]
    left = len(job.points) - SHOWN
    return table(header, cells) + (f"\n… and {left:,} more in {found.folder}." if left > 0 else "")


def _failures(job: "Job", report: "Report") -> str:
    """Say which points failed, and why."""
    lines = [f"point {point}: {why}" for point, why in sorted(report.failed.items())[:NAMED]]
    more = len(report.failed) - NAMED
    lines += [f"and {more} more: see {job.place / 'points.csv'}"] if more > 0 else []
    reported = f"{report.done} done, {len(report.failed)} failed"
    return "\n".join([*lines, f"{reported}; --resume runs what failed again."])
