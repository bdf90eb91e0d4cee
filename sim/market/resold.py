"""Who sold how much on to whom, as it is asked for; trading houses keep what they offered and what was held back."""

from __future__ import annotations

from typing import final

import numpy as np

from sim.axes import Floats, Ints, Sum, pick
from sim.ensemble.state import State
from sim.market.trade import Trade


@final
class Resold:
    """What trading houses sent in the last tick from some places to some others.

    Parameters
    ----------
    trade : Trade
    nodes : (Q,) array → N
        Who sells on.
    places : (Q,) array → D
        To whom, of the same good.
    """

    def __init__(self, trade: Trade, nodes: Ints, places: Ints) -> None:
        self.trade, self.nodes, self.places = trade, nodes, places
        row = {pair: q for q, pair in enumerate(zip(nodes.tolist(), places.tolist(), strict=True))}
        world, origin, arcs = trade.world, trade.origin, trade.controls.arcs
        makers = (world.arc_origin[arcs] + world.origins.start).tolist()
        kept = [(k, row[pair]) for k, pair in enumerate(zip(makers, origin.to.tolist(), strict=True)) if pair in row]
        sold = [
            (j, k, row[place, to])
            for j, (place, group) in enumerate(zip(origin.place.tolist(), origin.group.tolist(), strict=True))
            for k, (to, of) in enumerate(zip(origin.to.tolist(), origin.of.tolist(), strict=True))
            if of == group and (place, to) in row
        ]
        shape = len(nodes), trade.offered.shape[1]
        self.rooms = np.zeros(shape), np.zeros(shape)
        self.stays = Sum([q for _, q in kept], [k for k, _ in kept], 1.0, (len(nodes), len(arcs)))
        self.of_share = np.array([j for j, _, _ in sold], np.intp), np.array([k for _, k, _ in sold], np.intp)
        self.held_back = Sum([q for _, _, q in sold], range(len(sold)), 1.0, (len(nodes), len(sold)))

    def __call__(self, state: State) -> Floats:
        """(Q, R), t; written over in the next tick."""
        trade, (flows, more) = self.trade, self.rooms
        pick(trade.offered, self.nodes, flows)
        flows *= pick(state.sold_to, self.places, more)
        if len(trade.covered):
            flows -= self.stays(trade.stays, more)
            if trade.controls.traced.any():
                of_share, of_arc = self.of_share
                flows -= self.held_back(trade.origin.theirs[of_share] * trade.origin.forbidden[of_arc], more)
            np.maximum(flows, 0, out=flows)
        return flows
