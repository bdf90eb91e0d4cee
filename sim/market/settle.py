"""The order of the day: one tick of the market (docs/model.md, sections 1 to 9)."""

from __future__ import annotations

from typing import final

import numpy as np

from sim.axes import Floats, Ints
from sim.ensemble.arrivals import UnderWay
from sim.ensemble.clock import Tick
from sim.ensemble.parameters import Parameters
from sim.ensemble.scratch import Scratch
from sim.ensemble.state import State, empty_state
from sim.market.arrivals import Arrivals
from sim.market.border import Border
from sim.market.demand import Demand
from sim.market.lines import Lines
from sim.market.orders import Orders
from sim.market.plants import Plants
from sim.market.points import Controls, Points, Shocks
from sim.market.prices import Prices
from sim.market.resold import Resold
from sim.market.responses import Responses
from sim.market.sourcing import Sourcing
from sim.market.trade import Trade
from sim.world.build import World


@final
class Market:
    """The market of a chunk of worlds: its state, what is under way, and the steps of a tick in order."""

    def __init__(
        self,
        world: World,
        p: Parameters,
        points: Points,
        controls: Controls,
        whole: int,
        replicates: int,
        size: Floats | float = 1.0,
    ) -> None:
        self.points, self.controls = points, controls
        facilities, sectors = (len(world.facilities), replicates), (len(world.sectors), replicates)
        self.shocks = Shocks(np.ones(facilities), np.ones(facilities), np.zeros(facilities), np.ones(sectors))
        self.state = base_state(world, replicates)
        self.state.capacity[:] = size
        self.under_way = UnderWay(world.arc_transit, world.arc_flow, world.to_destination, whole, replicates)
        rows = sum((*sizes(world, replicates).values(), len(world.nodes)))
        scratch = Scratch(2 * rows, replicates)  # two arrays of every axis, and as many more of the nodes
        self.trade = Trade(world, p, points, controls, scratch)
        self.steps = (
            Arrivals(world, p, points, controls, self.under_way, scratch),
            Demand(world, p, points, controls, self.shocks, scratch),
            Lines(world, p, scratch),
            Plants(world, p, points, self.shocks, scratch),
            Orders(world, p, points, controls, self.under_way, scratch),
            Sourcing(world, p, points, controls, scratch),
            Border(world, p, points, controls, self.under_way),
            self.trade,
            Prices(world, p, points, controls, self.under_way, scratch, whole),
            Responses(world, p, size, scratch),
        )

    def resold(self, nodes: Ints, places: Ints) -> Resold:
        """What trading houses send from some nodes (N) to some destinations (D), for those who ask."""
        return Resold(self.trade, nodes, places)

    def settle(self, tick: Tick) -> None:
        """Settle one tick."""
        self.shocks.clear()
        self.controls.clear()
        for grow in self.points.supply:
            grow(tick, self.state, self.shocks)
        for shock in self.points.shocks:
            shock(tick, self.shocks)
        for levy in self.points.tariffs:
            levy(tick, self.controls)
        for step in self.steps:
            step(self.state, tick)
        for pay in self.points.settled:
            pay(tick, self.state)


def base_state(world: World, replicates: int) -> State:
    """The state at the start: every stock at its cover, every expectation the flow of the base year."""
    state = empty_state(sizes(world, replicates))

    def fill(array: Floats, values: Floats) -> None:
        array[:] = values

    fill(state.maker_stock, world.maker_cover * world.orders)
    fill(state.user_stock, world.user_cover * world.user_need)
    fill(state.activity, world.activity)
    fill(state.made, world.output_of_plants(world.activity))
    fill(state.other, state.made * world.other_share)
    for array in (state.need, state.use, state.expected_need, state.user_orders):
        fill(array, world.user_need)
    for array in (state.expected_orders, state.expected_output):
        fill(array, world.orders)
    for array in (state.want, state.wished, state.crossed):  # crossed: of one day
        fill(array, world.arc_flow)
    fill(state.target_stock, world.user_to_destination(world.user_cover * world.user_need))
    fill(state.share, world.arc_share)
    fill(state.weight, world.arc_weight)
    for array in (state.orders, state.expected_use):
        fill(array, world.to_destination(world.arc_flow))
    return state


def sizes(world: World, replicates: int) -> dict[str, int]:
    """Number of rows by letter of the axis."""
    return {
        "N": len(world.nodes),
        "D": world.to_destination.shape[0],
        "O": world.to_origin.shape[0],
        "A": len(world.arcs),
        "F": len(world.facilities),
        "S": len(world.sectors),
        "U": len(world.user_node),
        "T": world.thrifty.stop,
        "R": replicates,
    }
