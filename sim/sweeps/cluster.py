"""An existing Dask cluster: the same blocks, run elsewhere."""

from __future__ import annotations

import logging
import pickle
import re
from collections.abc import Generator, Iterable, Iterator
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any, final

from sim.errors import InputError, Place, Problem, RunError
from sim.results.manifest import unlike
from sim.sweeps.blocks import Block, Finished, WorkerDiedError, identity

if TYPE_CHECKING:
    from distributed import Client, Future

PATIENCE = 15.0  # seconds in which a scheduler has to answer
AHEAD = 2  # blocks a worker has: the one it runs, and the next, so that the network is not waited for
ADDRESS = re.compile(r"(tcp|tls|ws|wss|ucx|ucxx|inproc)://\S+")
PAUSE = 0.02  # seconds between two looks
GO_ON = "Finished points are kept: go on with --resume."
BITS = ("monazite", "code", "python", "numpy", "scipy", "simd")


@final
class Cluster:
    """Workers of a Dask scheduler; each needs monazite of our version, and vector instructions of our level.

    Parameters
    ----------
    address : str
        Of the scheduler, such as ``tcp://host:8786``.

    Raises
    ------
    InputError
        Dask is not installed, or this is not an address.
    RunError
        No scheduler answers, it has no workers, or one of them would compute other bits.

    Attributes
    ----------
    notes : list of str
        Workers on machines that are unlike this one in what moves the last bits.
    """

    def __init__(self, address: str) -> None:
        self.client = _client(address)
        try:
            self.notes = _checked(self.client)
        except BaseException:
            self.client.close()
            raise

    @property
    def workers(self) -> int:
        """How many blocks run at a time; more when more workers join."""
        return max(1, self._there())

    def _there(self) -> int:
        """How many workers there are."""
        if self.client.status != "running":
            raise RunError(f"the Dask scheduler went away.\n  {GO_ON}")
        return len(self.client.scheduler_info(n_workers=-1).get("workers", ()))

    def run(self, blocks: Iterable[Block]) -> Generator[Finished, None, None]:
        """Run blocks on all workers; a block whose worker dies runs again on another.

        Whatever ends the iteration early cancels what is running.

        Raises
        ------
        RunError
            The scheduler, or every worker, went away.
        """
        from distributed import as_completed  # noqa: PLC0415

        waiting = iter(blocks)
        running: dict[Any, Block] = {}
        done = as_completed(loop=self.client.loop)
        try:
            self._hand_out(waiting, running, done)
            while running:
                self._wait(done)
                future = next(done)
                block = running.pop(future)
                self._hand_out(waiting, running, done)
                yield Finished(block, _result(future))
        finally:
            if self.client.status == "running":
                self.client.cancel(list(running), force=True)
            self.client.close()

    def _wait(self, done: Any) -> None:  # noqa: ANN401
        """Wait until a block is done, as long as anybody works on it."""
        seen = monotonic()
        while not done.has_ready():
            sleep(PAUSE)
            if monotonic() - seen > PATIENCE and not self._there():
                raise RunError(f"the Dask cluster has had no workers for {PATIENCE:.0f} s.\n  {GO_ON}")
            if self._there():
                seen = monotonic()

    def _hand_out(self, waiting: Iterator[Block], running: dict[Any, Block], done: Any) -> None:  # noqa: ANN401
        """Keep some blocks more than there are workers on the cluster."""
        while len(running) < AHEAD * self.workers:
            block = next(waiting, None)
            if block is None:
                return
            future = self.client.submit(_runner(), pickle.dumps((block, identity())), pure=False)
            running[future] = block
            done.add(future)


def workers_of(address: str) -> int:
    """How many workers a cluster has; errors as of `Cluster`."""
    pool = Cluster(address)
    try:
        return pool.workers
    finally:
        pool.client.close()


def _client(address: str) -> Client:
    try:
        from distributed import Client  # noqa: PLC0415
    except ImportError:
        right = "Install it here and on all workers: pip install 'monazite[dask]'."
        raise InputError(Problem(Place("--scheduler"), "dask.distributed is not installed", right)) from None
    if not ADDRESS.fullmatch(address):
        right = "Write such as tcp://host:8786."
        raise InputError(Problem(Place("--scheduler"), f"{address!r} is not an address", right))
    for name in ("distributed", "distributed.client", "distributed.core", "distributed.comm"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what people need to know is reported in our words
    try:
        return Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise RunError(f"no Dask scheduler answers at {address} within {PATIENCE:.0f} s.") from error


def _result(future: Future) -> Any:  # noqa: ANN401
    """What a block gave, or what went wrong."""
    from distributed import CancelledError, KilledWorker  # noqa: PLC0415

    if future.status == "cancelled":
        return CancelledError(future.key)
    error = future.exception()
    if error is None:
        return future.result()
    return WorkerDiedError() if isinstance(error, KilledWorker) else error


def _checked(client: Client) -> list[str]:
    """Refuse a cluster one of whose workers would compute other bits; say which may differ in the last ones."""
    here = identity()
    found = client.run(_asker())
    if not found:
        raise RunError("the Dask cluster has no workers: start one with `dask worker ADDRESS --nthreads 1`.")
    lines = [_unlike(worker, there, here) for worker, there in sorted(found.items())]
    wrong = [line for line in lines if line]
    if wrong:
        reported = "\n  ".join(wrong)
        raise RunError(f"workers that would compute other bits are refused.\n  {reported}")
    differ = ((worker, unlike(there, here)) for worker, there in sorted(found.items()))
    return [
        f"{worker} is another kind of machine, so points agree to about 1e-9: {'; '.join(lines)} here."
        for worker, lines in differ
        if lines
    ]


def _unlike(worker: str, there: dict[str, str] | None, here: dict[str, str]) -> str:
    """Say in what a worker is unlike us; nothing if in nothing."""
    if there is None:
        return f"{worker}: monazite is not installed on it"
    differ = [name for name in BITS if there.get(name) != here[name]]
    return ", ".join(f"{name} {there.get(name)} on {worker}, {here[name]} here" for name in differ)


def _runner() -> Any:  # noqa: ANN401
    """A function that runs a block; sent by value, so that a scheduler passes it on without knowing monazite."""

    def run(packed: bytes) -> object:
        from sim.sweeps.blocks import run_packed  # noqa: PLC0415

        return run_packed(packed)

    return run


def _asker() -> Any:  # noqa: ANN401
    """A function that asks a worker what it computes with; sent by value, since monazite may not be there."""

    def ask() -> dict[str, str] | None:
        try:
            from sim.sweeps.blocks import identity as there  # noqa: PLC0415
        except ImportError:
            return None
        return there()

    return ask
