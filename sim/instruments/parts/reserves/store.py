"""What lies in a reserve and what is on its way to it (docs/model.md, eq. 12.1 and 12.2)."""

from __future__ import annotations

from typing import NamedTuple, final

import numpy as np

from sim.axes import TINY, Floats, Ints, Scalar
from sim.ensemble.state import State
from sim.market.forms import smooth
from sim.market.points import Controls, Places
from sim.world.build import World


class Split(NamedTuple):
    """Tonnes of the reserve's own, and of what its members bring back, (K, R) each."""

    own: Floats
    members: Floats


@final
class Store:
    """Goods (K) of a reserve, each kept at a destination.

    Parameters
    ----------
    world : World
    controls : Controls
    rows : (K,) array → D
        Ascending.
    stock : (K, R) array, t
        What lies there at the start.

    Attributes
    ----------
    own, members : (K, R) arrays, t
        On their way, or waiting at a border: what the reserve has bought, and what members bring back.
    part, asked : (K, R) arrays, share of 1
        Its part in all that is on its way there, and in what has been ordered there of late.
    """

    def __init__(self, world: World, controls: Controls, rows: Ints, stock: Floats) -> None:
        self.rows, self.stock = rows, stock
        self.places = places = Places(world, controls, [rows])
        self.own, self.members, self.part, self.asked = (np.zeros_like(stock) for _ in range(4))
        self.ordered = Split(np.zeros_like(stock), np.zeros_like(stock))
        self.theirs = np.zeros_like(stock)  # its orders, smoothed, t/day
        flow = places.into(world.arc_flow[places.arcs])
        self.all = np.repeat(flow, stock.shape[1], axis=1)  # all orders, smoothed, t/day
        self.pool, self.waiting = np.zeros_like(stock), np.zeros_like(stock)

    def receive(self, arrived: Floats, coming: Floats) -> Split:
        """Take what arrived of its own, (K, R) t, and split it; `coming` is what is still on its way to all."""
        share = arrived / np.maximum(self.own + self.members, TINY)
        landed = Split(self.own * share, self.members * share)
        self.stock += arrived
        self._take(landed)
        self.pool = coming + self.waiting
        return landed

    def count(self, state: State, controls: Controls, share: Scalar) -> tuple[Split, Split]:
        """Count what was sent to it in a tick, and what the border sent back; tonnes of each.

        Parameters
        ----------
        state : State
        controls : Controls
        share : float or (R,) array, share of 1
            That a tick moves what is remembered of orders.
        """
        refused = self.places.held_up(controls.refused[self.places.controls])
        share_back = self.part * refused / np.maximum(self.own + self.members, TINY)
        back = Split(self.own * share_back, self.members * share_back)
        self._take(back)
        shipped = self.places.into(state.shipped[self.places.arcs])
        orders = state.orders[self.rows] + self.places.into(state.sought[self.places.arcs])
        part = shipped / np.maximum(orders, TINY)
        sent = Split(self.ordered.own * part, self.ordered.members * part)
        self.own += sent.own
        self.members += sent.members
        self.waiting = self.places.held_up(controls.waiting[self.places.controls])
        pool = self.pool - refused + shipped + self.places.into(state.leaked[self.places.arcs])
        self.part = np.clip((self.own + self.members) / np.maximum(pool, TINY), 0, 1)
        smooth(self.theirs, self.ordered.own + self.ordered.members, share)
        smooth(self.all, orders, share)
        self.asked = self.theirs / np.maximum(self.all, TINY)
        return sent, back

    def _take(self, tonnes: Split) -> None:
        """Take tonnes off what is on its way; the last of it may round to less than nothing."""
        self.own -= tonnes.own
        self.members -= tonnes.members
        np.maximum(self.own, 0, out=self.own)
        np.maximum(self.members, 0, out=self.members)
