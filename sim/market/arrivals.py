"""What arrives: goods land and are shared, licences are decided (docs/model.md, section 1)."""

from __future__ import annotations

from functools import cached_property
from typing import ClassVar, final

import numpy as np

from sim.axes import TINY, Floats, pick, share_of
from sim.ensemble.arrivals import UnderWay
from sim.ensemble.clock import Tick
from sim.ensemble.parameters import Parameters
from sim.ensemble.scratch import Scratch
from sim.ensemble.state import State
from sim.market.forms import step_share
from sim.market.points import Controls, Landing, Places, Points
from sim.world.build import World


def parts_of_users(world: World, state: State, scratch: Scratch) -> Floats:
    """(U, R), share of 1: each user's part of what lands at its destination (eq. 1.2).

    By what users ordered in the tick before; next to nothing of expected need decides where nobody ordered anything.
    """
    parts = np.multiply(state.expected_need, TINY**2, out=scratch.like(state.expected_need))
    np.maximum(parts, state.user_orders, out=parts)
    asked = world.user_to_destination(parts, out=scratch.like(state.orders))
    np.maximum(asked, TINY**2 * TINY, out=asked)  # where nobody has ever needed anything, nothing lands either
    parts /= pick(asked, world.user_node, scratch.like(parts))
    return parts


@final
class Arrivals:
    """Land what is due, share it by what users ordered (eq. 1.2), hear what the border decided (eq. 1.3)."""

    writes: ClassVar = ("landed", "received", "user_stock", "maker_stock", "traded")

    def __init__(
        self, world: World, p: Parameters, points: Points, controls: Controls, under_way: UnderWay, scratch: Scratch
    ) -> None:
        self.world, self.points, self.controls, self.under_way = world, points, controls, under_way
        self.scratch, self.resale_transit = scratch, p["resale_transit"]

    def __call__(self, state: State, tick: Tick) -> None:
        """Settle the arrivals of a tick."""
        scratch = self.scratch.clear()
        landed = self.under_way.land(tick)
        self._land_resold(state, tick, scratch)
        parts = parts_of_users(self.world, state, scratch)
        np.multiply(parts, pick(state.landed, self.world.user_node, scratch.like(parts)), out=state.received)
        for rule in self.points.sharing:
            rule(tick, Landing(parts, landed, state.landed, state.received))
        if self.points.holders:
            self._hold(state, tick)
        state.user_stock[:] += state.received
        for decide in self.points.decisions:
            decide(tick, self.controls)
        self.controls.to_origin.add(self.controls.refused, state.maker_stock)

    def _land_resold(self, state: State, tick: Tick, scratch: Scratch) -> None:
        """What trading houses send lands beside what comes over the arcs (eq. 6.10)."""
        lands = np.multiply(state.traded, step_share(tick.days, self.resale_transit), out=scratch.like(state.traded))
        state.traded[:] -= lands
        np.add(self.under_way.arrived, lands, out=state.landed)

    @cached_property
    def places(self) -> Places:
        """Where reserves buy; asked for in a tick, when all are bound."""
        return Places(self.world, self.controls, [holder.rows for holder in self.points.holders])

    def _hold(self, state: State, tick: Tick) -> None:
        """Reserves take their part of what lands and users the rest; what reserves let go joins it (eq. 1.4)."""
        way, places = self.under_way, self.places
        left = np.ones((len(places.rows), state.received.shape[1]))
        over_arcs = share_of(way.arrived[places.rows], state.landed[places.rows])
        for holder, at in zip(self.points.holders, places.at, strict=True):
            left[at] -= holder.part * over_arcs[at]
            holder.receive(way.arrived[holder.rows] * holder.part, way.coming[holder.rows])
        state.landed[places.rows] *= left
        state.received[places.users] *= left[places.of_users]
        for holder in self.points.holders:
            holder.let_go(tick, state)
        for relief in self.points.relief:
            relief(tick, state)
