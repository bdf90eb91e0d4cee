"""Is every tonne where it should be? Checked at the end of each run, element by element (docs/model.md, P2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import final

import numpy as np

from sim.axes import Floats, Ints
from sim.ensemble.state import State
from sim.errors import BrokenInvariant
from sim.world.build import World

TOLERANCE = 1e-9  # of all that was made and held


@final
class MassCheck:
    """Remembers what was held at the start, and compares it with what is held at the end.

    Parameters
    ----------
    world : World
    arcs : (K,) array
        Arcs on which goods may wait.
    """

    def __init__(self, world: World, arcs: Ints) -> None:
        self.world = world
        goods = [commodity for commodity, _, _ in world.arcs]
        self.under_way = world.contents(goods).T  # (E, A)
        self.waiting = world.contents([goods[a] for a in arcs]).T  # (E, K)
        self.makers = world.contents([c for c, _ in world.nodes[world.origins]]).T  # (E, O)
        self.users = world.contents([c for c, _, _ in world.users]).T  # (E, U)
        self.start = np.zeros((0, 0))

    def held(self, state: State, under_way: Floats, waiting: Floats) -> Floats:
        """(E, R), t REO: in stocks, (A, R) t under way and (K, R) t waiting at the border."""
        stocks = self.makers @ state.maker_stock + self.users @ state.user_stock
        return stocks + self.under_way @ under_way + self.waiting @ waiting

    def begin(self, state: State, under_way: Floats, waiting: Floats) -> None:
        """Remember what is held before the first tick."""
        self.start = self.held(state, under_way, waiting)

    def end(self, state: State, under_way: Floats, waiting: Floats, totals: Mapping[str, Floats]) -> None:
        """Compare what is held with what was made, used and put to other use since; raise if a tonne is astray."""
        made = self.makers @ totals["output"]
        gone = self.makers @ totals["other_use"] + self.users @ totals["use"]
        astray = self.held(state, under_way, waiting) - (self.start + made - gone)
        share = np.abs(astray) / np.maximum(self.start + made, 1)
        if share.max() > TOLERANCE:
            e, r = np.unravel_index(share.argmax(), share.shape)
            word = "appeared" if astray[e, r] > 0 else "vanished"
            raise BrokenInvariant(
                f"mass of {self.world.elements[e]} is not conserved in column {r} of its chunk: "
                f"{abs(astray[e, r]):.3g} t {word} ({share[e, r]:.1e} of all that was made and held)"
            )
