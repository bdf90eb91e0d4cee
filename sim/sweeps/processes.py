"""Worker processes on this machine: one that dies costs its block, not the sweep."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from typing import final

from sim.ensemble.workers import Crew
from sim.errors import RunError
from sim.sweeps.blocks import ATTEMPTS, Block, Finished, Part, WorkerDiedError, run_block

PATIENCE = 30.0  # seconds in which a worker has to be there


@final
class Worker:
    """One process, started anew when it dies, and the block that it runs."""

    def __init__(self) -> None:
        self.crew = Crew(1, _prepare)
        self.ready: Future[None] | None = self.crew.submit(_be_there, None)
        self.given: tuple[Block, Future[Part]] | None = None

    def give(self, block: Block) -> None:
        """Hand over a block."""
        self.given = block, self.crew.submit(run_block, block)

    def check_start(self) -> None:
        """See that the process is there; only the first time it takes any time."""
        if self.ready is None:
            return
        try:
            self.ready.result(PATIENCE)
        except (BrokenProcessPool, TimeoutError) as error:
            right = "Try --workers 1; in a script, call from below `if __name__ == '__main__':`."
            raise RunError(f"a worker process could not start within {PATIENCE:.0f} s.\n  {right}") from error
        self.ready = None


@final
class Processes:
    """Processes of this machine.

    Parameters
    ----------
    workers : int
        How many.
    """

    def __init__(self, workers: int) -> None:
        self.workers = workers

    def run(self, blocks: Iterable[Block]) -> Generator[Finished, None, None]:
        """Run blocks side by side.

        Whatever ends the iteration early ends the processes at once, amid their blocks.

        Raises
        ------
        RunError
            A process cannot be started.
        """
        shift = _Shift(self.workers, iter(blocks))
        try:
            yield from shift.run()
        except BaseException:
            for worker in shift.crew:
                worker.crew.end()
            raise
        finally:
            for worker in shift.crew:
                worker.crew.close()


class _Shift:
    """Some workers and the blocks that are still to be run."""

    def __init__(self, workers: int, blocks: Iterator[Block]) -> None:
        self.blocks = blocks
        self.again: deque[Block] = deque()  # of workers that died
        self.deaths: Counter[tuple[int, range]] = Counter()
        self.crew = [Worker() for _ in range(workers)]

    def run(self) -> Iterator[Finished]:
        """Keep every worker busy; what is done is reported when whoever was free has its next block."""
        self._hand_out()
        while running := [worker.given[1] for worker in self.crew if worker.given]:
            for worker in self.crew:
                worker.check_start()
            wait(running, return_when=FIRST_COMPLETED)
            done = [finished for place in range(len(self.crew)) for finished in self._collected(place)]
            self._hand_out()
            yield from done

    def _hand_out(self) -> None:
        for place, worker in enumerate(self.crew):
            if worker.given is None and (block := self._next()) is not None:
                try:
                    worker.give(block)
                except BrokenProcessPool:  # it died while it had nothing to do
                    self._replace(place)
                    self.crew[place].give(block)

    def _next(self) -> Block | None:
        return self.again.popleft() if self.again else next(self.blocks, None)

    def _collected(self, place: int) -> Iterator[Finished]:
        """Take what a worker has done; if it died, another takes its place and the block runs again."""
        worker = self.crew[place]
        if worker.given is None or not worker.given[1].done():
            return
        (block, future), worker.given = worker.given, None
        error = future.exception()
        if isinstance(error, BrokenProcessPool):
            self._replace(place)
            yield from self._died(block)
        else:
            yield Finished(block, future.result() if error is None else _plain(error))

    def _replace(self, place: int) -> None:
        """Start a worker in the place of one that died."""
        self.crew[place].crew.close()
        self.crew[place] = Worker()

    def _died(self, block: Block) -> Iterator[Finished]:
        """Run a block again, but not for ever."""
        self.deaths[block.point, block.replicates] += 1
        if self.deaths[block.point, block.replicates] < ATTEMPTS:
            self.again.append(block)
        else:
            yield Finished(block, WorkerDiedError())


def _plain(error: BaseException) -> Exception:
    """What went wrong in a worker; what is no error of its block is one of ours."""
    if not isinstance(error, Exception):
        raise error
    return error


def _prepare() -> None:
    """Do nothing but be unpickled, which loads what a block needs."""


def _be_there(_: None) -> None:
    """Answer, so that who started a process knows that it runs."""
