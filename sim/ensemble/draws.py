"""What each replicate draws: named quantities, written down as they are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import final

import numpy as np

from sim.axes import Floats, Ints, Scalar
from sim.definitions.items import Item
from sim.ensemble.correlation import ALONE, Together
from sim.ensemble.joint import Joint
from sim.ensemble.streams import uniforms
from sim.files.distributions import Distribution, middle
from sim.files.shapes import Triangular
from sim.units import size_of

MIDDLE = 0.5  # the draw of a median


@final
class Draws:
    """Draws of the replicates of a chunk; with `uncertain` off, every distribution stands at its median.

    Parameters
    ----------
    seed : int
    replicates : range
        Numbers of the replicates.
    uncertain : bool
        Whether distributions are drawn from.
    together : Together
        Names whose draws belong together.
    joint : Joint, optional
        Vectors that replicates take whole: a name that stands in them is not drawn on its own.
    """

    def __init__(
        self,
        seed: int,
        replicates: range,
        uncertain: bool = True,
        together: Together = ALONE,
        joint: Joint | None = None,
    ) -> None:
        self.seed, self.replicates, self.uncertain, self.together = seed, replicates, uncertain, together
        self.joint = joint
        self.vector = None if joint is None else joint.picked(seed, replicates)
        self.items: list[Item] = []
        self.values: list[Floats] = []

    def draw(self, name: str, value: float | Distribution, unit: str = "") -> Scalar:
        """One number a replicate, (R,), if the value is a distribution; a number stays one.

        Parameters
        ----------
        name
            Of the quantity; the key of its stream.
        value
            What to draw from, in internal units.
        unit
            Of the table of draws.
        """
        if not isinstance(value, Distribution):
            return value
        if not self.uncertain:
            return middle(value)
        return self._noted(name, unit, value.inverse(self.together.draw(name, self._own)))

    def factor(self, name: str, low: float, high: float) -> Floats:
        """One factor a replicate, (R,), from low to high: its logarithm is triangular, most likely 0 (eq. 0.7)."""
        logs = Triangular(np.log(low), 0.0, np.log(high)).inverse(self.together.draw(name, self._own))
        return self._noted(name, "1", np.exp(logs))

    def _noted(self, name: str, unit: str, drawn: Floats) -> Floats:
        self.items.append(Item(name, unit=unit))
        self.values.append(drawn / size_of(unit))
        return drawn

    def _own(self, name: str) -> Floats:
        """(R,), share of 1: the draw of a name that belongs to no other."""
        if self.joint is not None and name in self.joint.row:
            return self.joint.shares[self.joint.row[name], self.vector]
        return uniforms(self.seed, name, self.replicates)

    def occurrences(self, *names: str) -> Occurrences:
        """Draws of what happens again and again, in each replicate on its own days."""
        return Occurrences(self, names)

    def table(self) -> Floats:
        """(Q, R): everything drawn so far, in the order and the units of `items`."""
        return np.array(self.values).reshape(len(self.values), len(self.replicates))


@final
class Occurrences:
    """Uniform draws of things that happen again and again: the n-th time in a replicate is its n-th draw.

    They are not written down: how many there are depends on what happens.
    """

    def __init__(self, draws: Draws, names: Sequence[str]) -> None:
        self.draws, self.names = draws, names
        self.known = np.empty((0, len(names), len(draws.replicates)))  # as far as anybody has asked

    def __call__(self, count: Ints, rows: Ints | None = None, replicates: Ints | None = None) -> Floats:
        """(W,), share of 1: draws of the `count`-th time, (W,) from zero, of some rows in some replicates.

        Left out, the rows are all the first name, and the replicates all there are.
        """
        if not self.draws.uncertain:
            return np.full(len(count), MIDDLE)
        while len(self.known) <= count.max(initial=-1):
            every = self.draws.replicates
            more = [uniforms(self.draws.seed, name, every, len(self.known)) for name in self.names]
            self.known = np.concatenate([self.known, np.array(more)[None]])
        columns = np.arange(len(count)) if replicates is None else replicates
        return self.known[count, 0 if rows is None else rows, columns]
