"""Who sold how much on to whom, as it is asked for; trading houses keep what they offered and what was held back."""

from __future__ import annotations

from typing import final

import numpy as np

from sim.axes import Floats, Ints
from sim.ensemble.state import State
from sim.market.trade import Trade

NO_ROWS: Ints = np.empty(0, np.intp)


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
        self.by_makers = [np.array(column, np.intp) for column in zip(*kept, strict=True)] or [NO_ROWS, NO_ROWS]
        self.by_users = [np.array(column, np.intp) for column in zip(*sold, strict=True)] or [NO_ROWS, NO_ROWS, NO_ROWS]

    def __call__(self, state: State) -> Floats:
        """(Q, R), t."""
        trade, flows = self.trade, self.trade.offered[self.nodes] * state.sold_to[self.places]
        of_arc, rows = self.by_makers
        flows[rows] -= trade.stays[of_arc]
        of_share, of_arc, rows = self.by_users
        np.subtract.at(flows, rows, trade.origin.theirs[of_share] * trade.origin.forbidden[of_arc])
        return np.maximum(flows, 0, out=flows)
