"""What instruments and projects keep, to be read as it stands: metrics, series, goods."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sim.axes import Floats, ratio
from sim.definitions.items import Item


@dataclass(frozen=True)
class Measured:
    """A metric that an instrument keeps: what it is about, and its value in each replicate as it stands, (R,).

    What is a ratio gives what it divides, and what it divides by (`per`).
    """

    item: Item
    value: Callable[[], Floats]
    per: Callable[[], Floats] | None = None

    def now(self) -> Floats:
        """(R,): the value as it stands."""
        return self.value() if self.per is None else ratio(self.value(), self.per())


@dataclass(frozen=True)
class Traced:
    """A series that an instrument keeps: what it is about, and its value in each replicate as it stands, (R,)."""

    item: Item
    value: Callable[[], Floats]


@dataclass(frozen=True)
class Kept:
    """Goods that an instrument holds: one commodity a row, and how much, (rows, R) t."""

    commodities: tuple[str, ...]
    stock: Callable[[], Floats]
