"""The border: what goes on its way, what waits, what goes round (docs/model.md, section 7)."""

from __future__ import annotations

from typing import ClassVar, final

import numpy as np

from sim.axes import TINY
from sim.ensemble.arrivals import UnderWay
from sim.ensemble.clock import Tick
from sim.ensemble.parameters import Parameters
from sim.ensemble.state import State
from sim.market.forms import step_share
from sim.market.points import Controls, Points
from sim.world.build import World


@final
class Border:
    """Let rules take what must wait, add what they granted, and send the rest on its way."""

    writes: ClassVar = ("crossed", "leaked", "maker_stock")

    def __init__(self, world: World, p: Parameters, points: Points, controls: Controls, under_way: UnderWay) -> None:
        self.world, self.points, self.controls, self.under_way = world, points, controls, under_way
        self.release_time = p["release_time"]

    def __call__(self, state: State, tick: Tick) -> None:
        """Settle the border of a tick."""
        controls = self.controls
        crossing = state.shipped[controls.arcs]
        for rule in self.points.crossings:
            rule(tick, crossing, controls)
        state.crossed[:] = state.shipped
        state.crossed[controls.arcs] = crossing + controls.granted
        self.under_way.send(tick, state.crossed)
        if self.points.leaks:
            self._leak(state, tick)
        for count in self.points.customs:
            count(tick, state, controls)
        for holder in self.points.holders:
            holder.count(tick, state, controls)

    def _leak(self, state: State, tick: Tick) -> None:
        """What goes round the controls, no more than the stock lets go (eq. 7.13)."""
        controls = self.controls
        for rule in self.points.leaks:
            rule(tick, state, controls)
        tried = controls.to_origin(controls.leaking)
        most = state.maker_stock * step_share(tick.days, self.release_time)
        share = np.minimum(most / np.maximum(tried, TINY), 1)
        state.leaked[controls.arcs] = controls.leaking * share[self.world.arc_origin[controls.arcs]]
        state.maker_stock[:] -= np.minimum(tried * share, state.maker_stock)
        self.under_way.send(tick, state.leaked)
