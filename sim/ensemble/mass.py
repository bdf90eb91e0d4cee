"""Is every tonne where it should be? Checked at the end of each run, element by element (docs/model.md, P2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import final

import numpy as np

from sim.axes import Floats, Ints, Sum
from sim.ensemble.state import State
from sim.errors import BrokenInvariant
from sim.world.build import World

TOLERANCE = 1e-9  # of all that was made and held


@dataclass(frozen=True)
class Kept:
    """Goods that an instrument holds: one commodity a row, and how much, (rows, R) t."""

    commodities: tuple[str, ...]
    stock: Callable[[], Floats]


@final
class MassCheck:
    """Compares what is held at the start of a run with what is held at its end.

    Parameters
    ----------
    world : World
    arcs : (K,) array
        Arcs on which goods may wait.
    """

    def __init__(self, world: World, arcs: Ints) -> None:
        self.world, self.elements = world, world.elements
        goods = [commodity for commodity, _, _ in world.arcs]
        self.under_way = _contents(world, goods)  # (E, A)
        self.waiting = _contents(world, [goods[a] for a in arcs])  # (E, K)
        self.makers = _contents(world, [c for c, _ in world.nodes[world.origins]])  # (E, O)
        self.users = _contents(world, [c for c, _, _ in world.users])  # (E, U)

    def held(self, state: State, under_way: Floats, waiting: Floats, kept: Sequence[Kept] = ()) -> Floats:
        """(E, R), t REO: in stocks, (A, R) t under way, (K, R) t waiting at the border, and what instruments hold."""
        held = self.makers(state.maker_stock) + self.users(state.user_stock)
        held += self.under_way(under_way) + self.waiting(waiting)
        for one in kept:
            held += _contents(self.world, one.commodities)(one.stock())
        return held

    def check(self, start: Floats, end: Floats, running: Mapping[str, Floats]) -> None:
        """Compare what was held with what is held, (E, R), and what was made, used and put to other use in between.

        Raises
        ------
        BrokenInvariant
            A tonne is astray.
        """
        made = self.makers(running["output"])
        gone = self.makers(running["other_use"]) + self.users(running["use"])
        astray = end - (start + made - gone)
        share = np.abs(astray) / np.maximum(start + made, 1)
        if not share.max() <= TOLERANCE:  # NaN is no conservation
            e, r = np.unravel_index(share.argmax(), share.shape)
            word = "appeared" if astray[e, r] > 0 else "vanished"
            raise BrokenInvariant(
                f"mass of {self.elements[e]} is not conserved in column {r} of its chunk: "
                f"{abs(astray[e, r]):.3g} t {word} ({share[e, r]:.1e} of all that was made and held)"
            )


def _contents(world: World, commodities: Sequence[str]) -> Sum:
    """(E, rows) t REO: sums each element in the commodities of some rows."""
    content = world.contents(commodities)  # (rows, E)
    rows, elements = np.nonzero(content)
    return Sum(elements, rows, content[rows, elements], (len(world.elements), len(commodities)))
