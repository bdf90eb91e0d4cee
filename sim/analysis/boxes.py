"""Scenario discovery: where in the space of parameters the bad replicates are, reported as limits on a few parameters.

The patient rule induction of Friedman and Fisher: from all points, slice after slice is peeled off one end of one
parameter, each time the one whose loss leaves the largest share of bad replicates. Of all boxes on the way that one is
reported whose coverage and density have the largest harmonic mean, without the limits that add next to nothing to it.
Each limit is tried on resampled points.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, final

import numpy as np

from sim.analysis.regional import ordered
from sim.axes import Bools, Floats
from sim.ensemble.streams import bootstrap_indices

PEEL = 0.1  # share of the points that are in a box, peeled off at a time
SMALLEST = 0.05  # share of all replicates that a box holds at least
SAMPLES = 40  # resamples of the points
FIRM = 0.8  # of them have a limit that is firm
NEAR = 0.15  # share of the points that limits may lie apart to be the same
WORTH = 0.98  # a limit is reported if the box without it scores less than this share
FEWEST = 5  # points with bad replicates

Side = Literal["at least", "at most", "not"]


class Limit(NamedTuple):
    """A limit of a box: which parameter, which side, and the value as it is written."""

    path: str
    side: Side
    value: str
    place: float = 0.0  # share of all points below it, where there is an order
    firm: bool = True

    def is_like(self, other: Limit) -> bool:
        """Whether another limit says about the same."""
        if (self.path, self.side) != (other.path, other.side):
            return False
        return self.value == other.value if self.side == "not" else abs(self.place - other.place) <= NEAR

    def reported(self) -> str:
        """Say it in words."""
        return f"{self.path} {self.side} {self.value}" + ("" if self.firm else " (not firm)")


@final
@dataclass(frozen=True)
class Box:
    """Part of the space of parameters.

    Attributes
    ----------
    limits : sequence of Limit
        All others are free.
    coverage : float
        Share of all bad replicates that it holds.
    density : float
        Share of its replicates that are bad.
    base : float
        Share of all replicates that are bad.
    """

    limits: Sequence[Limit]
    coverage: float
    density: float
    base: float

    def sentence(self) -> str:
        """Say it in words."""
        if not self.limits:
            return f"no limits hold more bad replicates than chance; {_percent(self.base)} are bad everywhere."
        limits = " and ".join(limit.reported() for limit in self.limits)
        held, bad = _percent(self.coverage), _percent(self.density)
        return f"{limits}: holds {held} of the bad replicates, {bad} of the replicates in it are bad."


def discover(cells: Mapping[str, Sequence[str]], replicates: Floats, bad: Floats) -> Box:
    """Find the box of the bad replicates.

    Parameters
    ----------
    cells : mapping of str to sequence of str
        Value of each parameter at each point.
    replicates, bad : (P,) arrays
        How many replicates each point has, and how many of them are bad.
    """
    axes = [_axis(path, values) for path, values in cells.items()]
    box = _best(axes, replicates, bad)
    again: list[Sequence[Limit]] = []
    for sample in bootstrap_indices("boxes", len(replicates), SAMPLES):
        counts = np.bincount(sample, minlength=len(replicates))
        again.append(_best(axes, replicates * counts, bad * counts).limits)
    limits = [
        limit._replace(firm=sum(any(map(limit.is_like, other)) for other in again) >= FIRM * SAMPLES)
        for limit in box.limits
    ]
    return Box(limits, box.coverage, box.density, box.base)


@final
@dataclass(frozen=True)
class _Axis:
    """One parameter: its values as numbers, or the number of its word."""

    path: str
    cells: Sequence[str]
    numbers: Floats
    has_order: bool

    def peels(self, inside: Bools) -> Iterator[Bools]:
        """Points that would be left of a box when a slice of this parameter is peeled off."""
        there = self.numbers[inside]
        if self.has_order:
            low, high = np.quantile(there, [PEEL, 1 - PEEL])
            yield inside & (self.numbers > low)
            yield inside & (self.numbers < high)
        else:
            yield from (inside & (self.numbers != word) for word in np.unique(there))

    def limits(self, inside: Bools, everywhere: Bools) -> Iterator[tuple[Limit, Bools]]:
        """Limits of a box on this parameter, each with the points that it lets in."""
        there, all_of_it = self.numbers[inside], self.numbers[everywhere]
        if not self.has_order:
            for word in sorted(set(all_of_it.tolist()) - set(there.tolist())):
                yield Limit(self.path, "not", self._cell(word)), self.numbers != word
            return
        if there.min() > all_of_it.min():
            yield self._limit("at least", there.min()), self.numbers >= there.min()
        if there.max() < all_of_it.max():
            yield self._limit("at most", there.max()), self.numbers <= there.max()

    def _limit(self, side: Side, value: float) -> Limit:
        return Limit(self.path, side, self._cell(value), float(np.mean(self.numbers < value)))

    def _cell(self, value: float) -> str:
        return self.cells[int(np.flatnonzero(self.numbers == value)[0])]


def _axis(path: str, cells: Sequence[str]) -> _Axis:
    numbers = ordered(cells)
    if numbers is not None:
        return _Axis(path, cells, numbers, has_order=True)
    return _Axis(path, cells, np.unique(list(cells), return_inverse=True)[1].astype(float), has_order=False)


def _best(axes: Sequence[_Axis], replicates: Floats, bad: Floats) -> Box:
    """Peel until little is left, take the best box on the way, and drop the limits that it hardly needs."""
    everywhere = inside = replicates > 0
    best, most = inside, _score(inside, replicates, bad)
    while (smaller := _peeled(axes, inside, replicates, bad)) is not None:
        inside = smaller
        score = _score(inside, replicates, bad)
        if score > most:
            best, most = inside, score
    limits = _needed([pair for axis in axes for pair in axis.limits(best, everywhere)], replicates, bad)
    best = _within(limits, replicates)
    held, size = float(bad[best].sum()), float(replicates[best].sum())
    total = float(bad.sum())
    return Box(
        [limit for limit, _ in limits], held / total if total else 0.0, held / size, total / float(replicates.sum())
    )


def _needed(limits: list[tuple[Limit, Bools]], replicates: Floats, bad: Floats) -> list[tuple[Limit, Bools]]:
    """Drop one limit after the other, each time the one whose loss costs least, as long as that is next to nothing."""
    score = _score(_within(limits, replicates), replicates, bad)
    while limits:
        fewer = [limits[:i] + limits[i + 1 :] for i in range(len(limits))]
        best = max(fewer, key=lambda some: _score(_within(some, replicates), replicates, bad))
        if _score(_within(best, replicates), replicates, bad) < WORTH * score:
            break
        limits = best
    return limits


def _within(limits: Sequence[tuple[Limit, Bools]], replicates: Floats) -> Bools:
    return np.logical_and.reduce([replicates > 0, *(mask for _, mask in limits)])


def _peeled(axes: Sequence[_Axis], inside: Bools, replicates: Floats, bad: Floats) -> Bools | None:
    """Peel off the slice whose loss leaves the largest share of bad replicates; None if too little would be left."""
    least = SMALLEST * replicates.sum()
    left = [peel for axis in axes for peel in axis.peels(inside)]
    left = [peel for peel in left if replicates[peel].sum() >= max(least, 1)]
    if not left:
        return None
    return max(left, key=lambda peel: (bad[peel].sum() / replicates[peel].sum(), replicates[peel].sum()))


def _score(inside: Bools, replicates: Floats, bad: Floats) -> float:
    """Harmonic mean of coverage and density."""
    held = float(bad[inside].sum())
    return 2 * held / float(bad.sum() + replicates[inside].sum())


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
