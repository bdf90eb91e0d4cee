"""Worker processes: parts of a run side by side, in order; no worker outlives the process that started it."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context
from threading import Thread, current_thread, main_thread
from typing import TYPE_CHECKING, TypeVar

from sim.errors import RunError

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

Part = TypeVar("Part")
Done = TypeVar("Done")


def in_workers(
    workers: int, prepare: Callable[[], None], run: Callable[[Part], Done], parts: Sequence[Part]
) -> Generator[Done, None, None]:
    """Give what `run` makes of each part, in order.

    Whatever ends the iteration early (an error, an interrupt) ends the workers at once, amid their parts.

    Parameters
    ----------
    workers : int
        Processes.
    prepare : callable
        What each worker does first.
    run : callable
        What is done with a part; like `prepare`, it can be pickled.
    parts : sequence

    Raises
    ------
    RunError
        A worker died.
    """
    context = get_context("spawn")
    lifeline, held = context.Pipe(duplex=False)
    executor = ProcessPoolExecutor(workers, context, _begin, (lifeline, prepare))
    try:
        with _interrupts_ignored():
            done = executor.map(run, parts)
        yield from done
    except BrokenProcessPool as error:
        right = "Memory may have run out: use fewer --workers, or a smaller --chunk."
        raise RunError(f"a worker process died.\n  {right}") from error
    except BaseException:
        _end(executor)
        raise
    finally:
        executor.shutdown(cancel_futures=True)
        held.close()
        lifeline.close()


def _end(executor: ProcessPoolExecutor) -> None:
    """End its workers amid what they do, even amid a result that they are sending: nobody waits for the rest of it."""
    for process in list(executor._processes.values()):
        process.kill()
    executor._result_queue._writer.close()  # type: ignore[attr-defined]  # with no writer left, whoever reads is told


@contextmanager
def _interrupts_ignored() -> Iterator[None]:
    """Let processes that are started here inherit that an interrupt is not for them: who started them ends them."""
    if current_thread() is not main_thread():
        yield
        return
    former = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, former)


def _begin(lifeline: Connection, prepare: Callable[[], None]) -> None:
    """Prepare a worker that ends when the other end of its lifeline is closed, be it by the death of its holder."""
    Thread(target=_end_with, args=(lifeline,), daemon=True).start()
    prepare()


def _end_with(lifeline: Connection) -> None:
    lifeline.poll(None)
    os._exit(1)
