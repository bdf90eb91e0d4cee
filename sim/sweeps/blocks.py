"""Blocks: some replicates of one point, what a worker makes of them, and how many replicates a block has."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from hashlib import sha256
from math import ceil
from threading import Lock
from time import perf_counter, process_time
from typing import NamedTuple, Protocol, final

from sim import simulation
from sim.axes import Floats
from sim.definitions.items import Item
from sim.errors import MonaziteError, RunError
from sim.files.shipped import PACKAGE
from sim.plan import Plan, make_plan
from sim.results import manifest
from sim.results.manifest import MACHINE, machine, peak_memory, versions
from sim.scenario.scenario import Scenario
from sim.simulation import CHUNK
from sim.world.seeds import Seeds

LEAST = 48  # replicates of a block: fewer leave the machine waiting for Python
ROUNDS = 4  # blocks a worker should have at least, so that all end at about the same time
ATTEMPTS = 3  # a block may outlive so many workers, less one


@final
@dataclass(frozen=True)
class Block:
    """Some replicates of a point; small enough to be sent anywhere, since a worker has the tables itself.

    Parameters
    ----------
    point : int
    replicates : range
    scenario : bytes
        The scenario of the point, pickled.
    seeds : mapping of str to str
        Hashes of the tables that it stands on.
    """

    point: int
    replicates: range
    scenario: bytes
    seeds: Mapping[str, str]


@final
@dataclass(frozen=True)
class Part:
    """What a block gave: metrics (M, R) with their items, headline goods, and what it cost.

    Seconds are those of a processor, `wall` those of the clock; memory is bytes.
    """

    items: Sequence[Item]
    metrics: Floats
    headline: Sequence[str]
    seconds: float
    process: str
    memory: int
    wall: float = 0.0
    machine: Mapping[str, str] = field(default_factory=machine)


class Finished(NamedTuple):
    """A block that is done with: what it gave, or what went wrong."""

    block: Block
    result: Part | Exception


class Pool(Protocol):
    """Where blocks run: here, in worker processes, on a cluster; what is done comes in any order."""

    @property
    def workers(self) -> int:
        """How many blocks run at a time."""

    def run(self, blocks: Iterable[Block]) -> Generator[Finished, None, None]:
        """Run blocks, taking more as workers become free; one that fails is reported, and the others go on."""


class WorkerDiedError(RunError):
    """A block took its worker with it, again and again."""

    def __init__(self) -> None:
        super().__init__(f"worker died {ATTEMPTS} times (memory?)")


class RefusedError(RunError):
    """A worker would compute other bits."""


def packed(scenario: Scenario) -> bytes:
    """A scenario without the files that it was read from."""
    bare = scenario.model_copy()
    bare._root = None
    return pickle.dumps(bare)


def width(replicates: Sequence[int], workers: int) -> int:
    """How many replicates a block has at most: whole points where there are enough of them to keep all workers busy.

    Examples
    --------
    >>> width([100] * 64, 2), width([1000], 2), width([100] * 3, 2)
    (256, 125, 48)
    """
    whole = sum(ceil(n / CHUNK) for n in replicates)
    if workers == 1 or whole >= ROUNDS * workers:
        return CHUNK
    return min(CHUNK, max(LEAST, ceil(sum(replicates) / (ROUNDS * workers))))


def split(replicates: int, most: int) -> list[range]:
    """Replicates of a point in blocks of about the same size.

    Examples
    --------
    >>> split(100, 48)
    [range(0, 34), range(34, 68), range(68, 100)]
    """
    size = ceil(replicates / ceil(replicates / most))
    return [range(first, min(first + size, replicates)) for first in range(0, replicates, size)]


_ALONE = Lock()  # the engine's scratch is one to a process


def run_block(block: Block) -> Part:
    """Run a block in this process.

    Raises
    ------
    RefusedError
        The tables here are not those that the sweep was checked against.
    """
    with _ALONE:
        began, clock = process_time(), perf_counter()
        plan = _plan(block.scenario)
        _refuse_other_tables(plan.seeds, block.seeds)
        chunk = simulation.run_chunk(plan, block.replicates)
        headline = tuple(plan.focus.headline)
        process = f"{_host()}:{os.getpid()}"
        seconds, wall = process_time() - began, perf_counter() - clock
        return Part(chunk.metrics, chunk.block.metrics, headline, seconds, process, peak_memory(), wall=wall)


def run_packed(packed: bytes) -> Part:
    """Run a block that was pickled, with what it wants to be computed with, by who wants it run.

    Raises
    ------
    RefusedError
        This process would compute other bits: it joined after all that were there were asked.
    """
    block, wanted = pickle.loads(packed)  # noqa: S301  (our own, sent by our own)
    here = identity()
    bits = [name for name in wanted if name not in MACHINE]
    differ = [f"{name} {here.get(name)}, not {wanted[name]}" for name in bits if here.get(name) != wanted[name]]
    if differ:
        raise RefusedError(f"a worker on {_host()} would compute other bits: {', '.join(differ)}.")
    return run_block(block)


@lru_cache(maxsize=1)
def _plan(scenario: bytes) -> Plan:
    return make_plan(pickle.loads(scenario), keeps_series=False)  # noqa: S301  (our own, sent by our own)


@cache
def _host() -> str:
    import socket  # noqa: PLC0415

    return socket.gethostname()


def _refuse_other_tables(seeds: Seeds, wanted: Mapping[str, str]) -> None:
    if seeds.hashes != wanted:
        names = ", ".join(sorted({name for name, _ in seeds.hashes.items() ^ wanted.items()}))
        raise RefusedError(f"{_host()}: its seeds tables are not those of the sweep: {names}.")


def identity() -> dict[str, str]:
    """What a worker computes with: others give other bits, an unlike machine other last ones."""
    return versions() | {"code": _code()} | machine()


@cache
def _code() -> str:
    """Hash of the program itself: two checkouts may call themselves one version."""
    digest = sha256()
    for file in sorted(PACKAGE.rglob("*.py")):
        digest.update(file.relative_to(PACKAGE).as_posix().encode() + file.read_bytes())
    return digest.hexdigest()[:12]


def failure(error: Exception) -> str:
    """Say in a line why a point failed."""
    text = str(error) if isinstance(error, MonaziteError) else f"{type(error).__name__}: {error}"
    return " ".join(text.split())


@final
class Here:
    """The process that asks, one block after the other."""

    workers = 1

    def run(self, blocks: Iterable[Block]) -> Generator[Finished, None, None]:
        """Run blocks in their order."""
        for block in blocks:
            yield Finished(block, attempt(run_block, block))


def attempt(run: Callable[[Block], Part], block: Block) -> Part | Exception:
    """Run a block, and give what went wrong as a value."""
    try:
        return run(block)
    except Exception as error:
        return error


def cores() -> int:
    """How many processes can work at once here."""
    return manifest.cores()
