"""Who sold how much on to whom, for those who ask (docs/model.md, eq. 6.8 and 6.9)."""

from __future__ import annotations

from typing import final

import numpy as np

from sim.axes import Floats, Ints, Sum, at_least, pick
from sim.market.state import State
from sim.market.trade import KeptBack
from sim.world.build import World


@final
class Resold:
    """What trading houses sent in the last tick from some places to some others.

    Parameters
    ----------
    world : World
    arcs : (K,) array → A
        Those that any instrument may act on.
    nodes : (Q,) array → N
        Who sells on.
    places : (Q,) array → D
        To whom, of the same good.
    """

    def __init__(self, world: World, arcs: Ints, nodes: Ints, places: Ints) -> None:
        self.nodes, self.places, self.kept = nodes, places, KeptBack(world, arcs)
        self.first, self.destinations = world.nodes.origins.start, len(world.nodes.used)
        kept, row = self.kept, {pair: q for q, pair in enumerate(zip(nodes.tolist(), places.tolist(), strict=True))}
        ends = list(zip((kept.origin + self.first).tolist(), kept.destination.tolist(), kept.of.tolist(), strict=True))
        stays = [(row[o, d], k, 1.0) for k, (o, d, _) in enumerate(ends) if (o, d) in row]
        sold = [
            (row[place, d], j, k)
            for j, (place, group) in enumerate(zip(kept.place.tolist(), kept.group.tolist(), strict=True))
            for k, (_, d, of) in enumerate(ends)
            if of == group and (place, d) in row
        ]
        self.stays = Sum.of(stays, (len(nodes), len(arcs)))
        self.held_back = Sum([q for q, _, _ in sold], range(len(sold)), 1.0, (len(nodes), len(sold)))
        self.of_share = np.array([j for _, j, _ in sold], np.intp)
        self.of_arc = np.array([k for _, _, k in sold], np.intp)

    def __call__(self, state: State, traced: Floats) -> Floats:
        """(Q, R), t; given the share of goods of an origin, (K, R), that others may not sell on over an arc."""
        kept, producers, users = self.kept, state.sold_by_producers, state.sold_by_users
        offered = np.zeros_like(state.bought)
        offered[: self.destinations] += users
        offered[self.first :] += producers
        flows = pick(offered, self.nodes) * pick(state.sold_to, self.places)
        if kept.any:
            flows -= self.stays(state.shut * producers[kept.origin])
            if traced.any():
                forbidden = traced * state.sold_to[kept.destination]
                flows -= self.held_back(kept.theirs(users, state.share)[self.of_share] * forbidden[self.of_arc])
            at_least(flows, 0, out=flows)
        return flows
