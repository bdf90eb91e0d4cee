"""What lies in a reserve and what is on its way to it (docs/model.md, eq. 12.1 and 12.2)."""

from __future__ import annotations

from typing import NamedTuple, final

import numpy as np

from sim.axes import TINY, Floats, Ints, Scalar, Sum, at_least
from sim.market.controls import Controls
from sim.market.forms import smooth
from sim.market.hooks import Moment
from sim.world.build import World


class Split(NamedTuple):
    """Tonnes of the reserve's own, and of what its members return in kind, (K, R) each."""

    own: Floats
    members: Floats


@final
class Places:
    """Where a reserve buys, and the arcs and users there.

    Attributes
    ----------
    rows : (K,) array → D
        Ascending.
    arcs : (B,) array → A
        Into those.
    users : (W,) array → U
        There; `of_users`, (W,) → K, at which of the places each is.
    into, held_up : Sum
        (K, B), (K, C): add up rows of those arcs, and of those of them that any control covers, by place.
    controls : (C,) array → K of the controls
        Those of them that any control covers; `controlled`, (C,) → B, the same among the arcs.
    """

    def __init__(self, world: World, controls: Controls, rows: Ints) -> None:
        self.rows = rows
        self.arcs = np.flatnonzero(np.isin(world.arcs.destination, rows))
        self.users = np.flatnonzero(np.isin(world.users.node, rows))
        self.of_users = np.searchsorted(rows, world.users.node[self.users])
        of_arcs = np.searchsorted(rows, world.arcs.destination[self.arcs])
        self.into = Sum(of_arcs, range(len(self.arcs)), 1.0, (len(rows), len(self.arcs)))
        self.controlled = np.flatnonzero(np.isin(self.arcs, controls.arcs))  # of these arcs
        self.controls = np.searchsorted(controls.arcs, self.arcs[self.controlled])
        self.held_up = Sum(of_arcs[self.controlled], range(len(self.controls)), 1.0, (len(rows), len(self.controls)))


@final
class Stock:
    """Goods (K) of a reserve, each kept at a destination.

    Parameters
    ----------
    world : World
    places : Places
    tonnes : (K, R) array, t
        What lies there at the start.

    Attributes
    ----------
    tonnes : (K, R) array, t
        What lies there.
    own, members : (K, R) arrays, t
        On their way, or waiting at a border: what the reserve has bought, and what members return in kind.
    part, asked : (K, R) arrays, share of 1
        Its part in all that is on its way there, and in what has been ordered there of late.
    """

    def __init__(self, world: World, places: Places, tonnes: Floats) -> None:
        self.places, self.tonnes = places, tonnes
        self.own, self.members, self.part, self.asked = (np.zeros_like(tonnes) for _ in range(4))
        self.ordered = Split(np.zeros_like(tonnes), np.zeros_like(tonnes))
        self.theirs = np.zeros_like(tonnes)  # its orders, smoothed, t/day
        flow = places.into(world.arcs.flow[places.arcs])
        self.all = np.repeat(flow, tonnes.shape[1], axis=1)  # all orders, smoothed, t/day
        self.pool, self.backlog = np.zeros_like(tonnes), np.zeros_like(tonnes)

    def receive(self, arrived: Floats, coming: Floats) -> Split:
        """Take what arrived of its own, (K, R) t, and split it; `coming` is what is still on its way to all."""
        share = arrived / at_least(self.own + self.members, TINY)
        landed = Split(self.own * share, self.members * share)
        self.tonnes += arrived
        self._take(landed)
        self.pool = coming + self.backlog
        return landed

    def count(self, moment: Moment, share: Scalar) -> tuple[Split, Split]:
        """Count what was sent to it in a tick, and what the border sent back; tonnes of each.

        Parameters
        ----------
        moment : Moment
        share : float or (R,) array, share of 1
            That a tick moves what is remembered of orders.
        """
        places, state, controls = self.places, moment.state, moment.controls
        refused = places.held_up(controls.denied[places.controls])
        share_back = self.part * refused / at_least(self.own + self.members, TINY)
        back = Split(self.own * share_back, self.members * share_back)
        self._take(back)
        shipped = places.into(state.shipped[places.arcs])
        orders = state.orders[places.rows] + places.into(state.sought[places.arcs])
        part = shipped / at_least(orders, TINY)
        sent = Split(self.ordered.own * part, self.ordered.members * part)
        self.own += sent.own
        self.members += sent.members
        self.backlog = places.held_up(controls.backlog[places.controls])
        pool = self.pool - refused + shipped + places.into(state.leaked[places.arcs])
        self.part = np.clip((self.own + self.members) / at_least(pool, TINY), 0, 1)
        smooth(self.theirs, self.ordered.own + self.ordered.members, share)
        smooth(self.all, orders, share)
        self.asked = self.theirs / at_least(self.all, TINY)
        return sent, back

    def _take(self, tonnes: Split) -> None:
        """Take tonnes off what is on its way; the last of it may round to less than nothing."""
        self.own -= tonnes.own
        self.members -= tonnes.members
        at_least(self.own, 0, out=self.own)
        at_least(self.members, 0, out=self.members)
