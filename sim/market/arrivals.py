"""What arrives: goods land and are shared, licences are decided (docs/model.md, section 1)."""

from __future__ import annotations

from typing import ClassVar, final

from sim.ensemble.arrivals import UnderWay
from sim.ensemble.clock import Tick
from sim.ensemble.state import State
from sim.market.points import Controls, Points, parts_of_users
from sim.world.build import World


@final
class Arrivals:
    """Land what is due, share it by what users ordered (eq. 1.2), hear what the border decided (eq. 1.3)."""

    writes: ClassVar = ("received", "user_stock", "maker_stock")

    def __init__(self, world: World, points: Points, controls: Controls, under_way: UnderWay) -> None:
        self.world, self.points, self.controls, self.under_way = world, points, controls, under_way

    def __call__(self, state: State, tick: Tick) -> None:
        """Settle the arrivals of a tick."""
        landed = self.under_way.land(tick)
        parts = parts_of_users(self.world, state)
        state.received[:] = parts * self.world.to_destination(landed)[self.world.user_node]
        for rule in self.points.sharing:
            rule(tick, parts, landed, state.received)
        state.user_stock[:] += state.received
        for decide in self.points.decisions:
            decide(tick, self.controls)
        state.maker_stock[:] += self.controls.to_origin(self.controls.refused)
