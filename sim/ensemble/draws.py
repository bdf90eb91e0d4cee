"""What each world draws: named quantities, written down as they are drawn."""

from __future__ import annotations

from typing import final

import numpy as np

from sim.axes import Floats, Scalar
from sim.ensemble.items import Item
from sim.ensemble.streams import uniforms
from sim.files.distributions import Distribution


@final
class Draws:
    """Draws of the worlds of a chunk; with `uncertain` off, every distribution stands at its median.

    Parameters
    ----------
    seed : int
    replicates : range
        Numbers of the worlds.
    uncertain : bool
        Whether distributions are drawn from.
    """

    def __init__(self, seed: int, replicates: range, uncertain: bool = True) -> None:
        self.seed, self.replicates, self.uncertain = seed, replicates, uncertain
        self.items: list[Item] = []
        self.values: list[Floats] = []

    def draw(self, name: str, value: float | Distribution, unit: str = "") -> Scalar:
        """One number a world, (R,), if the value is a distribution; a number stays one.

        Parameters
        ----------
        name
            Of the quantity; the key of its stream.
        value
            What to draw from, in internal units.
        unit
            For the table of draws.
        """
        if not isinstance(value, Distribution):
            return value
        if not self.uncertain:
            return float(value.inverse(np.array([0.5]))[0])
        drawn = value.inverse(uniforms(self.seed, name, self.replicates))
        self.items.append(Item(name, unit=unit))
        self.values.append(drawn)
        return drawn

    def table(self) -> Floats:
        """(Q, R): everything drawn so far, in the order of `items`."""
        return np.array(self.values).reshape(len(self.values), len(self.replicates))
