"""Scenario discovery: where in the space of parameters the bad worlds are, told as limits on a few parameters.

The patient rule induction of Friedman and Fisher: from all points, slice after slice is peeled off one end of one
parameter, each time the one whose loss leaves the largest share of bad worlds. Of all boxes on the way that one is
told whose coverage and density have the largest harmonic mean, without the limits that add next to nothing to it.
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
SMALLEST = 0.05  # share of all worlds that a box holds at least
SAMPLES = 40  # resamples of the points
FIRM = 0.8  # of them have a limit that is firm
NEAR = 0.15  # share of the points that limits may lie apart to be the same
WORTH = 0.98  # a limit is told if the box without it scores less than this share
FEWEST = 5  # points with bad worlds

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

    def told(self) -> str:
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
        Share of all bad worlds that it holds.
    density : float
        Share of its worlds that are bad.
    base : float
        Share of all worlds that are bad.
    """

    limits: Sequence[Limit]
    coverage: float
    density: float
    base: float

    def sentence(self) -> str:
        """Say it in words."""
        if not self.limits:
            return f"no limits hold more bad worlds than chance; {_percent(self.base)} are bad everywhere."
        limits = " and ".join(limit.told() for limit in self.limits)
        held, bad = _percent(self.coverage), _percent(self.density)
        return f"{limits}: holds {held} of the bad worlds, {bad} of the worlds in it are bad."


def discover(cells: Mapping[str, Sequence[str]], worlds: Floats, bad: Floats) -> Box:
    """Find the box of the bad worlds.

    Parameters
    ----------
    cells : mapping of str to sequence of str
        Value of each parameter at each point.
    worlds, bad : (P,) arrays
        How many worlds each point has, and how many of them are bad.
    """
    axes = [_axis(path, values) for path, values in cells.items()]
    box = _best(axes, worlds, bad)
    again: list[Sequence[Limit]] = []
    for sample in bootstrap_indices("boxes", len(worlds), SAMPLES):
        counts = np.bincount(sample, minlength=len(worlds))
        again.append(_best(axes, worlds * counts, bad * counts).limits)
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


def _best(axes: Sequence[_Axis], worlds: Floats, bad: Floats) -> Box:
    """Peel until little is left, take the best box on the way, and drop the limits that it hardly needs."""
    everywhere = inside = worlds > 0
    best, most = inside, _score(inside, worlds, bad)
    while (smaller := _peeled(axes, inside, worlds, bad)) is not None:
        inside = smaller
        score = _score(inside, worlds, bad)
        if score > most:
            best, most = inside, score
    limits = _needed([pair for axis in axes for pair in axis.limits(best, everywhere)], worlds, bad)
    best = _within(limits, worlds)
    held, size = float(bad[best].sum()), float(worlds[best].sum())
    total = float(bad.sum())
    return Box([limit for limit, _ in limits], held / total if total else 0.0, held / size, total / float(worlds.sum()))


def _needed(limits: list[tuple[Limit, Bools]], worlds: Floats, bad: Floats) -> list[tuple[Limit, Bools]]:
    """Drop one limit after the other, each time the one whose loss costs least, as long as that is next to nothing."""
    score = _score(_within(limits, worlds), worlds, bad)
    while limits:
        fewer = [limits[:i] + limits[i + 1 :] for i in range(len(limits))]
        best = max(fewer, key=lambda some: _score(_within(some, worlds), worlds, bad))
        if _score(_within(best, worlds), worlds, bad) < WORTH * score:
            break
        limits = best
    return limits


def _within(limits: Sequence[tuple[Limit, Bools]], worlds: Floats) -> Bools:
    return np.logical_and.reduce([worlds > 0, *(mask for _, mask in limits)])


def _peeled(axes: Sequence[_Axis], inside: Bools, worlds: Floats, bad: Floats) -> Bools | None:
    """Peel off the slice whose loss leaves the largest share of bad worlds; None if what is left would be too small."""
    least = SMALLEST * worlds.sum()
    left = [peel for axis in axes for peel in axis.peels(inside)]
    left = [peel for peel in left if worlds[peel].sum() >= max(least, 1)]
    if not left:
        return None
    return max(left, key=lambda peel: (bad[peel].sum() / worlds[peel].sum(), worlds[peel].sum()))


def _score(inside: Bools, worlds: Floats, bad: Floats) -> float:
    """Harmonic mean of coverage and density."""
    held = float(bad[inside].sum())
    return 2 * held / float(bad.sum() + worlds[inside].sum())


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
