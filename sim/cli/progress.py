"""A bar while a run goes on, where somebody looks, and what is told of one that was interrupted."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import typer


@contextmanager
def progress(title: str, worlds: int, *, quiet: bool) -> Iterator[Callable[[int], None]]:
    """Give a function that shows how many worlds are done; it does nothing where standard error is no terminal."""
    if quiet or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=worlds)
        yield lambda done: bar.update(task, completed=done)


def interrupted(kept: Sequence[Path]) -> typer.Exit:
    """Tell which results are kept, and give the way out."""
    names = ", ".join(map(str, kept)) or "nothing: no result was complete"
    print(f"Interrupted. Kept: {names}.", file=sys.stderr)
    return typer.Exit(130)
