"""The command line: a file a command; parse, call, print."""

import signal
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread
from typing import Annotated, NoReturn

import typer

from sim.cli.calibrate import calibrate
from sim.cli.compare import compare
from sim.cli.hindcast import hindcast
from sim.cli.inputs import quick_start
from sim.cli.list import list_
from sim.cli.run import run
from sim.cli.schema import schema
from sim.cli.sensitivity import sensitivity
from sim.cli.show import show
from sim.cli.streams import flushed, forgiving_streams, nobody_reads
from sim.cli.sweep import sweep
from sim.cli.validate import validate
from sim.cli.world import world
from sim.errors import BrokenInvariant, InputError, MonaziteError

app = typer.Typer(
    help="What rare-earth export controls do, and what the answers to them are worth, in many replicates at once.",
    epilog="Exit codes: 0 done, 1 the run failed, 2 the input is wrong, 130 interrupted.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
for command in (run, validate, show, schema, list_, world, sweep, compare, sensitivity, hindcast, calibrate):
    app.command(command.__name__.rstrip("_"))(command)


def _print_version(asked: bool) -> None:
    if asked:
        with quick_start():
            from sim.results.manifest import git_revision, versions

        facts = versions() | {"git": git_revision() or "no checkout"}
        print("\n".join(f"{name} {value}" for name, value in facts.items()))
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Say what would compute."),
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error, too.")] = False,
) -> None:
    """Take the options that stand before the command."""
    del version, debug  # the first acts by its callback, the second is looked up when something fails


def main() -> None:
    """Run the command line; an error is one message on standard error."""
    with forgiving_streams():
        try:
            with _ended_like_interrupted(), flushed():
                app(prog_name="monazite")
        except Exception as error:
            if nobody_reads(error):
                sys.exit(0)
            if "--debug" in sys.argv:
                traceback.print_exc()
            _fail(error)


@contextmanager
def _ended_like_interrupted() -> Iterator[None]:
    """Answer whoever asks to end (a batch queue, a timeout) as Ctrl-C is answered."""
    if current_thread() is not main_thread():
        yield
        return
    former = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, former)


def _fail(error: Exception) -> NoReturn:
    """Say what went wrong, and exit with its code."""
    message = str(error)
    if isinstance(error, InputError) and len(error.problems) > 1:
        message += f"\n{len(error.problems)} errors in all."
    if isinstance(error, BrokenInvariant):
        message += "\n  This is a defect of monazite, not of the input: please report it."
    if isinstance(error, OSError):
        message = f"{error.filename or 'monazite'}: {(error.strerror or str(error)).lower()}"
    elif isinstance(error, MemoryError):
        message = "memory ran out.\n  Use a smaller --chunk, fewer --workers, or record less (`outputs`)."
    elif not isinstance(error, MonaziteError):
        message = (
            f"{type(error).__name__}: {error}\n"
            "  This is a defect of monazite: please report what `monazite --debug …` prints."
        )
    print(message, file=sys.stderr)
    sys.exit(error.exit_code if isinstance(error, MonaziteError) else 1)
