"""The model's parameters in each replicate, in internal units."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from sim.axes import Floats, Scalar


class Parameters(Mapping[str, Scalar]):
    """Parameters by name: a float where all replicates share it, else a (R,) array; t, days, USD/t, shares of 1."""

    def __init__(self, values: Mapping[str, Scalar]) -> None:
        self._values = dict(values)

    def __getitem__(self, name: str) -> Scalar:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def by_row(self, names: list[str]) -> Floats:
        """(M, 1) or (M, R): one parameter a row."""
        rows = [np.atleast_1d(np.asarray(self[name], np.float64)) for name in names]
        width = max([1, *(len(row) for row in rows)])
        return np.array([np.broadcast_to(row, (width,)) for row in rows]).reshape(-1, width)
