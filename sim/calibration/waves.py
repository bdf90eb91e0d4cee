"""Waves of history matching: vectors spread over what is left, run over all episodes, until no more is ruled out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple, final

import numpy as np

from sim.axes import Bools, Floats
from sim.calibration.episodes import Episode
from sim.calibration.plausible import distances, effective, log_weights, plausible, weights
from sim.calibration.quantities import Quantity, names_of
from sim.ensemble.workers import in_workers

BLOCK = 128  # vectors that one worker runs at a time
SETTLED = 0.95  # of the widths of a wave, in the geometric mean, that a further one must leave to be the last
MARGIN = 0.02  # of the prior, by which what is left is taken to be wider than what was found


class Part(NamedTuple):
    """A block of the vectors of a wave, over one episode."""

    episode: str
    file: Path
    vectors: range


@final
@dataclass(frozen=True, eq=False)
class Wave:
    """Vectors, and what each episode made of them."""

    shares: Floats  # (Q, N)
    values: Mapping[str, Floats]  # by episode, (T, N, E)
    episodes: Mapping[str, Episode]

    def apart(self, name: str) -> Floats:
        """(T, N): standard deviations from what was observed in an episode."""
        return distances(self.episodes[name].targets, self.values[name])

    def left(self, names: Sequence[str]) -> Bools:
        """(N,): what no episode of some rules out."""
        found: Bools = np.logical_and.reduce([plausible(self.apart(name)) for name in names])
        return found

    def weights(self, names: Sequence[str]) -> Floats:
        """(N,): what each vector weighs by some episodes."""
        logs = np.add.reduce([log_weights(self.episodes[name].targets, self.apart(name)) for name in names])
        return weights(logs, self.left(names))

    @property
    def box(self) -> Floats:
        """(Q, 2): the ends of what is left of each quantity, a little wider than what was found."""
        kept = self.shares[:, self.left(list(self.episodes))]
        return np.stack([np.maximum(kept.min(axis=1) - MARGIN, 0), np.minimum(kept.max(axis=1) + MARGIN, 1)], axis=1)


@final
@dataclass(frozen=True)
class Calibration:
    """How vectors are spread and run.

    Parameters
    ----------
    quantities : sequence of Quantity
    episodes : mapping of str to Episode
    points : int
        Vectors of a wave, a power of two.
    each : int
        Replicates of each vector.
    most : int
        Waves at most.
    seed : int
    folder : Path
        Where blocks are kept, so that a run that was interrupted goes on.
    workers : int
        Processes; no number depends on it.
    """

    quantities: Sequence[Quantity]
    episodes: Mapping[str, Episode]
    points: int
    each: int
    most: int
    seed: int
    folder: Path
    workers: int = 1

    def waves(self, tell: Callable[[str], None] = lambda line: None) -> list[Wave]:
        """Run waves until what is left no longer shrinks, or there have been enough."""
        found: list[Wave] = []
        box = np.tile([0.0, 1.0], (len(self.quantities), 1))
        for number in range(1, self.most + 1):
            wave = self._wave(number, box, tell)
            found.append(wave)
            left = int(wave.left(list(self.episodes)).sum())
            tell(f"wave {number}: {left} of {self.points} vectors left")
            if left < 2:
                break
            width, after = np.diff(box, axis=1), np.diff(wave.box, axis=1)
            if np.exp(np.log(after / width).mean()) > SETTLED:
                break
            box = wave.box
        return found

    def _wave(self, number: int, box: Floats, tell: Callable[[str], None]) -> Wave:
        shares = self._spread(number, box)
        folder = self.folder / f"wave-{number}"
        folder.mkdir(parents=True, exist_ok=True)
        np.save(folder / "shares.npy", shares)
        parts = [
            Part(name, folder / f"{name}-{first}.npy", range(first, min(first + BLOCK, self.points)))
            for name in self.episodes
            for first in range(0, self.points, BLOCK)
        ]
        todo = [part for part in parts if not _is_whole(part.file)]
        work = partial(_run, names_of(self.quantities), folder / "shares.npy", self.each)
        for i, _ in enumerate(self._done(work, todo), start=1):
            tell(f"wave {number}: {len(parts) - len(todo) + i} of {len(parts)} blocks")
        values = {
            name: np.concatenate([np.load(part.file) for part in parts if part.episode == name], axis=1)
            for name in self.episodes
        }
        return Wave(shares, values, self.episodes)

    def _done(self, work: Callable[[Part], Part], parts: Sequence[Part]) -> Iterator[Part]:
        if self.workers == 1 or len(parts) < 2:
            yield from map(work, parts)
            return
        with closing(in_workers(self.workers, _nothing, work, parts)) as running:
            yield from running

    def _spread(self, number: int, box: Floats) -> Floats:
        """(Q, N): a scrambled Sobol sequence within a box, one for each wave."""
        from scipy.stats import qmc  # noqa: PLC0415

        points = qmc.Sobol(len(self.quantities), rng=self.seed + number).random(self.points).T
        edge = 2.0**-53
        return np.clip(box[:, :1] + points * np.diff(box, axis=1), edge, 1 - edge)


def _is_whole(file: Path) -> bool:
    """Whether a block is there and can be read; one that a disk has damaged is run again."""
    try:
        np.load(file, mmap_mode="r")
    except (OSError, ValueError, EOFError):
        return False
    return True


def _nothing() -> None:
    """Prepare nothing: each block reads what it needs."""


def _run(names: tuple[str, ...], shares: Path, each: int, part: Part) -> Part:
    """Run one block and put down its numbers, whole or not at all."""
    vectors = np.load(shares)[:, part.vectors.start : part.vectors.stop]
    values = Episode(part.episode).values(names, vectors, each)
    partial_file = part.file.with_suffix(".partial")
    with partial_file.open("wb") as file:
        np.save(file, values)
    partial_file.replace(part.file)
    return part


def summary(waves: Sequence[Wave]) -> list[dict[str, float]]:
    """What each wave left: vectors, their weight as a number of equal ones, and how wide quantities still are."""
    rows = []
    for number, wave in enumerate(waves, start=1):
        names = list(wave.episodes)
        left = wave.left(names)
        rows.append(
            {
                "wave": number,
                "vectors": wave.shares.shape[1],
                "left": int(left.sum()),
                "effective": effective(wave.weights(names)) if left.any() else 0.0,
                "width": float(np.exp(np.log(np.diff(wave.box, axis=1)).mean())) if left.any() else 0.0,
            }
        )
    return rows
