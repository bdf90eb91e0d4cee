"""Choices that hang on a seed and a name alone."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import TypeVar

from sim.ensemble.streams import uniforms

Item = TypeVar("Item")
BATCH = 32


class Dice:
    """A series of choices: the same seed and name, the same choices."""

    def __init__(self, seed: int, name: str) -> None:
        self._draws = (float(u) for n in count() for u in uniforms(seed, name, range(n * BATCH, (n + 1) * BATCH)))

    def below(self, number: int) -> int:
        """A whole number from 0 on."""
        return int(next(self._draws) * number)

    def pick(self, items: Sequence[Item]) -> Item:
        """One of several."""
        return items[self.below(len(items))]
