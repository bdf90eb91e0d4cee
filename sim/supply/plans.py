"""Suppliers know what is being built: needs and orders grow with capacity, not a quarter later (eq. 10.12)."""

from __future__ import annotations

from typing import final

import numpy as np

from sim.axes import TINY, Floats, Ints, Scalar, Sum, at_least
from sim.market.state import State
from sim.world.build import World


@final
class Plans:
    """What changes of capacity mean for what people expect to be needed, traded and ordered.

    Parameters
    ----------
    world : World
    facilities : (M,) array → F
        Those whose capacity projects change.
    """

    def __init__(self, world: World, facilities: Ints) -> None:
        recipes = world.facilities.need.matrix.tocoo()
        place = {f: m for m, f in enumerate(facilities.tolist())}
        needs = [
            (int(u), place[int(f)], v) for u, f, v in zip(*recipes.coords, recipes.data, strict=True) if f in place
        ]
        self.users = np.array(sorted({u for u, _, _ in needs}), np.intp)
        row = {u: i for i, u in enumerate(self.users.tolist())}
        scale = world.facilities.scale[facilities, 0]
        self.need = Sum.of(((row[u], m, v * scale[m]) for u, m, v in needs), (len(row), len(place)))
        self.there = world.users.node[self.users]
        self.near, self.of_users = world.users.to_destination.of_rows(self.there)  # all users at those destinations
        self.arcs = np.flatnonzero(np.isin(world.arcs.destination, self.there))
        user = {d: i for i, d in enumerate(self.there.tolist())}  # each destination has one user that is a plant
        self.of_arc = np.array([user[d] for d in world.arcs.destination[self.arcs].tolist()], np.intp)
        origins = world.arcs.origin[self.arcs]
        asked = _asked(world, self.arcs)
        old = np.flatnonzero(asked[:, 0] >= 0)
        self.old, self.asked, self.of_old = self.arcs[old], asked[old], self.of_arc[old]
        self.to_origin = Sum(origins, range(len(self.arcs)), 1.0, (world.arcs.to_origin.shape[0], len(self.arcs)))

    def follow(self, state: State, change: Floats, stocked: Scalar = 0.0) -> None:
        """Let expectations follow a change of capacity, (M, R) ratio to base, in place.

        New needs have no stocks yet; these are filled over time: `stocked` of what is still missing in this tick.
        """
        before, more = state.expected_need[self.users], self.need(change)
        after = at_least(before + more, TINY)
        state.expected_need[self.users] = after
        missing = state.unstocked[self.users] * np.subtract(1, stocked) + (after - before)
        state.unstocked[self.users] = np.minimum(at_least(missing, 0), after)
        grown = (at_least(more, 0) / self.of_users(state.expected_need[self.near]))[self.of_old]
        for shares in (state.share, state.weight):  # who is new has no habits: he asks where most is exported
            part = shares[self.old]
            shares[self.old] += grown * (self.asked - part)
        after -= before
        expected_trade = after[self.of_arc] * state.share[self.arcs]
        state.expected_trade[self.arcs] = at_least(state.expected_trade[self.arcs] + expected_trade, 0)
        orders = self.to_origin.add(expected_trade, state.expected_orders)
        at_least(orders, 0, out=orders)


def _asked(world: World, arcs: Ints) -> Floats:
    """(K, 1): whom new needs are asked of: origins of the base year by what they export; −1 for new ones."""
    abroad = world.arcs.to_origin(world.arcs.flow * world.arcs.abroad[:, None])[world.arcs.origin[arcs]]
    old = world.producers.orders[world.arcs.origin[arcs]] > 0  # makes some in the base year
    into = Sum(world.arcs.destination[arcs], range(len(arcs)), 1.0, (world.arcs.to_destination.shape[0], len(arcs)))
    total = into(abroad * old)[world.arcs.destination[arcs]]
    share = np.divide(abroad, total, out=world.arcs.share[arcs].copy(), where=total > 0)
    return np.where(old, share, -1.0)
