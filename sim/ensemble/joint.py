"""Vectors of draws that belong together because history left them: each replicate takes one whole (eq. 0.8)."""

from __future__ import annotations

import csv
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import final

import numpy as np

from sim.axes import Floats, Ints
from sim.ensemble.streams import uniforms

PICK = "calibrated"  # name of the draw that picks a vector


@final
@dataclass(frozen=True, eq=False)
class Joint:
    """Vectors of uniform draws, by the names of the quantities.

    Parameters
    ----------
    names : tuple of str
    shares : (Q, N) array, share of 1
        Of each quantity in each vector: the share of its own distribution that lies below.
    weights : (N,) array
        With which a replicate takes a vector; any scale.
    each : int
        If it is above 0, replicates take the vectors in their order, so many each, and the weights say nothing.
    """

    names: tuple[str, ...]
    shares: Floats
    weights: Floats
    each: int = 0

    @cached_property
    def row(self) -> Mapping[str, int]:
        """Row of each quantity."""
        return {name: row for row, name in enumerate(self.names)}

    def picked(self, seed: int, replicates: range) -> Ints:
        """(R,): the vector of each replicate."""
        if self.each:
            return np.arange(replicates.start, replicates.stop) // self.each % self.shares.shape[1]
        ends = np.cumsum(self.weights) / self.weights.sum()
        return np.minimum(np.searchsorted(ends, uniforms(seed, PICK, replicates)), len(ends) - 1)

    @classmethod
    def read(cls, file: Path) -> Joint:
        """Read the vectors that ship: a row a vector, its weight first."""
        with file.open(encoding="utf-8", newline="") as lines:
            header, *rows = csv.reader(lines)
        numbers = np.array(rows, np.float64).T
        return cls(tuple(header[1:]), numbers[1:], numbers[0])

    def without(self, names: Collection[str]) -> Joint:
        """The vectors without some quantities, which are drawn on their own."""
        kept = [row for row, name in enumerate(self.names) if name not in names]
        return Joint(tuple(self.names[row] for row in kept), self.shares[kept], self.weights, self.each)
