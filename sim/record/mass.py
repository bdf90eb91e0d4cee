"""Is every tonne where it should be? Checked at the end of each run, element by element (docs/model.md, P2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import final

import numpy as np

from sim.axes import TOLERANCE, Floats, Ints, Sum
from sim.ensemble.gauges import Kept
from sim.errors import BrokenInvariant
from sim.market.tick import Market
from sim.world.build import World


@final
class MassCheck:
    """Compares what is held at the start of a run with what is held at its end.

    Parameters
    ----------
    world : World
    arcs : (K,) array
        Arcs on which goods may wait.
    rerun : str
        How to run one replicate alone, for the message; the number of the replicate follows.
    """

    def __init__(self, world: World, arcs: Ints, rerun: str = "monazite run … --replicate") -> None:
        self.elements, self.rerun = world.elements, rerun
        goods = [(c, g) for c in world.commodities for g in (*world.regions, "")]  # "": held by an instrument
        self.places = {place: row for row, place in enumerate(goods)}  # (P)
        self.content = _contents(world, [c for c, _ in goods])  # (E, P)
        self.goods = Sum(
            [world.commodities.index(c) for c, _ in goods], range(len(goods)), 1.0, (len(world.commodities), len(goods))
        )
        self.commodities = world.commodities
        self.under_way = self._at((c, d) for c, _, d in world.arcs.names)
        self.backlog = self._at((world.arcs.names[a][0], world.arcs.names[a][1]) for a in arcs)
        self.traded = self._at(world.nodes.used)
        self.producers = self._at(world.nodes.made)
        self.users = self._at((c, g) for c, g, _ in world.users.names)

    def _at(self, rows: Iterable[tuple[str, str]]) -> Sum:
        """(P, rows): adds up rows by the place that each is at."""
        places = [self.places[row] for row in rows]
        return Sum(places, range(len(places)), 1.0, (len(self.places), len(places)))

    def held(self, market: Market, kept: Sequence[Kept] = ()) -> Floats:
        """(P, R), t: in stocks, under way, waiting at the border, and what instruments hold."""
        state = market.state
        held = self.producers(state.producer_stock) + self.users(state.user_stock)
        held += self.under_way(market.under_way.total) + self.backlog(market.controls.backlog)
        held += self.traded(state.traded)
        for one in kept:
            held += self._at((commodity, "") for commodity in one.commodities)(one.stock())
        return held

    def check(self, start: Floats, end: Floats, running: Mapping[str, Floats], replicates: range) -> None:
        """Compare what was held with what is held, (P, R), and what was made, used and put to other use in between.

        Raises
        ------
        BrokenInvariant
            A tonne is unaccounted for: in which replicate, of which element and commodity, and how to run it.
        """
        made = self.producers(running["output"])
        gone = self.producers(running["other_use"]) + self.users(running["use"])
        missing = end - (start + made - gone)
        share = np.abs(self.content(missing)) / np.maximum(self.content(start + made), 1)
        if not share.max() <= TOLERANCE:  # NaN is no conservation
            e, r = np.unravel_index(share.argmax(), share.shape)
            column = min(int(r), len(replicates) - 1)  # a lone replicate stands in two columns
            raise BrokenInvariant(
                f"mass of {self.elements[e]} is not conserved in replicate {replicates[column]}: "
                f"{self._whereabouts(missing[:, r], end[:, r] - start[:, r])} "
                f"({share[e, r]:.1e} of all {self.elements[e]} that was made and held).\n"
                f"  Run it alone with: {self.rerun} {replicates[column]}"
            )

    def _whereabouts(self, missing: Floats, change: Floats) -> str:
        """Say how much of which commodity is unaccounted for, (P,) t, and where its stocks changed most, (P,) t."""
        by_good = self.goods(np.ascontiguousarray(missing[:, None]))[:, 0]
        c = int(np.abs(by_good).argmax())
        commodity, tonnes = self.commodities[c], by_good[c]
        there = {g: abs(change[row]) for (good, g), row in self.places.items() if good == commodity}
        region = max(there, key=lambda g: np.inf if np.isnan(there[g]) else there[g]) or "a reserve"
        word = "appeared" if tonnes > 0 else "vanished"
        return f"{abs(tonnes):.3g} t of {commodity} {word}, whose stocks changed most in {region}"


def _contents(world: World, commodities: Sequence[str]) -> Sum:
    """(E, rows) t REO: sums each element in the commodities of some rows."""
    content = world.contents(commodities)  # (rows, E)
    rows, elements = np.nonzero(content)
    return Sum(elements, rows, content[rows, elements], (len(world.elements), len(commodities)))
