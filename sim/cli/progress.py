"""A bar while a run goes on, where somebody looks, and what is reported of one that was interrupted."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, final

import typer

if TYPE_CHECKING:
    from rich.progress import Progress


@final
class Bar:
    """One bar for all that a command runs, with the time that is left for all of it.

    It is there while a part runs and gone while results are printed; it is not shown at all where standard error is no
    terminal.

    Parameters
    ----------
    parts : sequence of (str, int)
        Title and number of replicates of each.
    """

    def __init__(self, parts: Sequence[tuple[str, int]], *, quiet: bool) -> None:
        self.parts, self.begun = parts, 0
        self.bar = None if quiet or not sys.stderr.isatty() else _bar()
        if self.bar:
            self.bar.add_task("", total=sum(replicates for _, replicates in parts))

    @contextmanager
    def next(self) -> Iterator[Callable[[int], None]]:
        """Give a function that shows how many replicates of the next part are done."""
        (title, _), place = self.parts[self.begun], self.begun
        before = sum(replicates for _, replicates in self.parts[:place])
        self.begun += 1
        if self.bar is None:
            yield lambda _: None
            return
        bar, task = self.bar, self.bar.task_ids[0]
        of = f" ({place + 1} of {len(self.parts)})" if len(self.parts) > 1 else ""
        bar.update(task, description=f"{title}{of}", completed=before)
        with bar:
            yield lambda done: bar.update(task, completed=before + done)


def _bar() -> "Progress":
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    return Progress(*columns, console=Console(stderr=True), transient=True, redirect_stdout=False)


@contextmanager
def progress(title: str, replicates: int, *, quiet: bool) -> Iterator[Callable[[int], None]]:
    """Give a function that shows how many replicates are done of what is run alone."""
    with Bar([(title, replicates)], quiet=quiet).next() as show:
        yield show


def interrupted(kept: Sequence[Path | str], advice: str = "") -> typer.Exit:
    """Tell which results are kept and what goes on where it was stopped, and give the way out."""
    names = ", ".join(map(str, kept)) or "nothing: no result was complete"
    print(f"Interrupted. Kept: {names}.{advice}", file=sys.stderr)
    return typer.Exit(130)
