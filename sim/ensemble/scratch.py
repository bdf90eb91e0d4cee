"""Room for what is worked out on the way: the same memory for every step of a tick, so that it stays in the cache."""

from __future__ import annotations

from typing import final

import numpy as np

from sim.axes import Floats
from sim.errors import BrokenInvariant


@final
class Scratch:
    """A block of rows that is given out from the top, and taken back all at once.

    Parameters
    ----------
    rows : int
        Most that are taken at a time.
    replicates : int

    Examples
    --------
    >>> scratch = Scratch(10, 2)
    >>> room = scratch.clear().rows(3)
    >>> room.shape
    (3, 2)
    """

    def __init__(self, rows: int, replicates: int) -> None:
        self._block, self._taken = np.zeros((rows, replicates)), 0

    def clear(self) -> Scratch:
        """Take back everything: the next step may write over it."""
        self._taken = 0
        return self

    def rows(self, count: int) -> Floats:
        """(count, R): room that holds whatever was written there last."""
        first, self._taken = self._taken, self._taken + count
        if self._taken > len(self._block):
            raise BrokenInvariant(f"a step takes {self._taken} rows of scratch; there are {len(self._block)}")
        return self._block[first : self._taken]

    def like(self, array: Floats) -> Floats:
        """Room of the shape of an array (M, R)."""
        return self.rows(len(array))
