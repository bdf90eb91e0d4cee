"""Worker processes: parts of a run side by side, in order; no worker outlives the process that started it."""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context
from threading import Thread, current_thread, main_thread
from typing import TYPE_CHECKING, TypeVar, final

from sim.errors import RunError

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

Part = TypeVar("Part")
Done = TypeVar("Done")


THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
"""What linear algebra obeys: as many processes as cores leave each of them one thread."""


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
    crew = Crew(workers, prepare)
    try:
        waiting = deque(crew.submit(run, part) for part in parts)
        while waiting:
            yield waiting.popleft().result()
    except BrokenProcessPool as error:
        right = "Memory may have run out: use fewer --workers, or a smaller --chunk."
        raise RunError(f"a worker process died.\n  {right}") from error
    except BaseException:
        crew.end()
        raise
    finally:
        crew.close()


@final
class Crew:
    """Worker processes that take what is submitted, first come first served, and end with who started them.

    Parameters
    ----------
    workers : int
        Processes.
    prepare : callable
        What each worker does first; it can be pickled.
    """

    def __init__(self, workers: int, prepare: Callable[[], None]) -> None:
        context = get_context("spawn")
        self._lifeline, self._held = context.Pipe(duplex=False)
        self._executor = ProcessPoolExecutor(workers, context, _begin, (self._lifeline, prepare))

    def submit(self, run: Callable[[Part], Done], part: Part) -> Future[Done]:
        """Have a worker run something; `BrokenProcessPool` if one died, then or before the result is there."""
        with _interrupts_ignored(), _one_thread():
            return self._executor.submit(run, part)

    def end(self) -> None:
        """End the workers amid what they do, even amid a result that they are sending: nobody waits for the rest."""
        for process in list((self._executor._processes or {}).values()):
            process.kill()
        self._executor._result_queue._writer.close()  # type: ignore[attr-defined]  # whoever reads learns of it

    def close(self) -> None:
        """Wait for the workers to end, once nobody wants more of them."""
        self._executor.shutdown(cancel_futures=True)
        self._held.close()
        self._lifeline.close()


@contextmanager
def _one_thread() -> Iterator[None]:
    """Let processes that are started here inherit that one thread is enough, unless the user said otherwise."""
    unset = [name for name in THREADS if name not in os.environ]
    os.environ.update(dict.fromkeys(unset, "1"))
    try:
        yield
    finally:
        for name in unset:
            os.environ.pop(name, None)


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
