"""Every array that changes while replicates run, with its axes, unit, start and meaning in one place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from sim.axes import Floats
from sim.ensemble.memory import side_by_side
from sim.world.build import World

Start = Callable[[World], Floats] | float


def _array(axes: str, unit: str, meaning: str, start: Start = 0.0) -> Any:  # noqa: ANN401  (what a field is)
    """Declare a state array: letters of its axes, unit, what it is, and its value in the base year."""
    return field(metadata={"axes": axes, "unit": unit, "meaning": meaning, "start": start})


def _made(world: World) -> Floats:
    return world.facilities.output(world.facilities.activity)


@dataclass(frozen=True, eq=False)
class State:
    """The replicates of a chunk. Levels are at the end of the last tick, flows those of the last tick."""

    # stocks and flows
    producer_stock: Floats = _array(
        "O R", "t", "what producers hold to sell", lambda w: w.producers.cover * w.producers.orders
    )
    user_stock: Floats = _array("U R", "t", "inputs that users hold", lambda w: w.users.cover * w.users.need)
    parts: Floats = _array("U R", "1", "each user's part of what lands at its destination")
    received: Floats = _array("U R", "t", "what reached each user in the tick")
    need: Floats = _array("U R", "t/day", "what users would use if nothing were short", lambda w: w.users.need)
    use: Floats = _array("U R", "t/day", "what users used", lambda w: w.users.need)
    planned: Floats = _array("F R", "unit/day", "activity that plants want")
    activity: Floats = _array("F R", "unit/day", "activity of facilities", lambda w: w.facilities.activity)
    made: Floats = _array("O R", "t/day", "output of each origin", _made)
    other: Floats = _array(
        "O R", "t/day", "of it, what went to other use", lambda w: _made(w) * w.producers.other_share
    )
    orders_placed: Floats = _array("A R", "t/day", "what is ordered over each arc", lambda w: w.arcs.flow)
    shipped: Floats = _array("A R", "t", "what left producers' stocks for each arc in the tick")
    crossed: Floats = _array("A R", "t", "what went on its way in the tick", lambda w: w.arcs.flow)
    leaked: Floats = _array("A R", "t", "what went round the controls in the tick")
    landed: Floats = _array("D R", "t", "what landed for all users of a destination in the tick")
    pipeline_share: Floats = _array("D R", "1", "part of reserves in what is on its way to a destination")
    # trading houses
    netback: Floats = _array("N R", "ln 1", "what the best buyers of a good pay, with duties of the place")
    elsewhere: Floats = _array("N R", "1", "share of all use of a good that is elsewhere", 1.0)
    worth: Floats = _array("N R", "1", "how far it pays trading houses to buy at a place")
    set_up: Floats = _array("N R", "1", "how far trading houses are set up to buy at a place")
    held: Floats = _array("D R", "t", "what all users at a destination held before they bought")
    sold_by_producers: Floats = _array("O R", "t", "what they would buy of producers in the tick")
    sold_by_users: Floats = _array("D R", "t", "what they would buy of users in the tick")
    shut: Floats = _array("K R", "1", "of what producers would sell them, what may not go over an arc")
    bought: Floats = _array("N R", "t", "what they bought at each place in the tick")
    sold_to: Floats = _array("D R", "1", "share of what they buy of a good that goes to each destination")
    sought: Floats = _array("A R", "t/day", "what trading houses order of the largest producers over each arc")
    traded: Floats = _array("D R", "t", "their goods on the way to each destination")
    resold_by_producers: Floats = _array("O R", "t/day", "what they buy of producers, smoothed")
    resold_by_users: Floats = _array("D R", "t/day", "what they buy of what lands, smoothed")
    resold_to: Floats = _array("D R", "t/day", "what they send to each destination, smoothed")
    # what people expect
    expected_need: Floats = _array("U R", "t/day", "need, smoothed", lambda w: w.users.need)
    unstocked: Floats = _array("U R", "t/day", "of expected need, what is too new to have a stock")
    expected_use: Floats = _array(
        "D R", "t/day", "expected need of all users at a destination", lambda w: w.arcs.to_destination(w.arcs.flow)
    )
    orders_received: Floats = _array(
        "O R", "t/day", "orders over all arcs from each origin", lambda w: w.producers.orders
    )
    expected_orders: Floats = _array("O R", "t/day", "orders that producers count on", lambda w: w.producers.orders)
    expected_output: Floats = _array("O R", "t/day", "output less other use, smoothed", lambda w: w.producers.orders)
    expected_trade: Floats = _array("A R", "t/day", "wants, smoothed", lambda w: w.arcs.flow)
    hoarding: Floats = _array("D R", "1", "factor on target cover", 1.0)
    announcement: Floats = _array("D R", "1", "how much of the supply of a place is under an announced control")
    target_cover: Floats = _array("U R", "days", "of expected need, what each user wants to hold")
    target_stock: Floats = _array(
        "D R",
        "t",
        "what all users at a destination want to hold",
        lambda w: w.users.to_destination(w.users.cover * w.users.need),
    )
    user_orders: Floats = _array("U R", "t/day", "orders of each user", lambda w: w.users.need)
    orders: Floats = _array(
        "D R", "t/day", "orders of all users at a destination", lambda w: w.arcs.to_destination(w.arcs.flow)
    )
    share: Floats = _array("A R", "1", "share of its destination's orders", lambda w: w.arcs.share)
    doubted: Floats = _array("K R", "1", "of what they order, what buyers have learned not to count on")
    weight: Floats = _array(
        "A R", "1", "what an origin weighs at a destination, all else equal", lambda w: w.arcs.weight
    )
    contestable: Floats = _array("O R", "1", "what customers may take of an origin, ratio to base year", 1.0)
    fill_rate: Floats = _array("O R", "1", "share of orders that an origin fills, smoothed", 1.0)
    # prices: logarithms of the ratio to base
    price: Floats = _array("N R", "ln 1", "spot price")
    reference_price: Floats = _array("N R", "ln 1", "what is thought normal")
    supply: Floats = _array("N R", "t", "supply in prospect")
    prospective_use: Floats = _array("N R", "t/day", "use in prospect")
    wanted: Floats = _array("N R", "t", "what is wanted of it")
    scarcity: Floats = _array("N R", "ln 1", "how far supply falls short of what is wanted")
    cost: Floats = _array("N R", "ln 1", "unit cost of producers, or of what lands")
    passed_on: Floats = _array("N R", "ln 1", "of it, what producers and traders pass on")
    sold_abroad: Floats = _array("N R", "1", "share of its use that is exports")
    exposed: Floats = _array("N R", "1", "how far the price of a place is that of others")
    price_pressure: Floats = _array("N R", "ln 1", "price goal less reference_price")
    remembered_price: Floats = _array("D R", "ln 1", "spot price that hoarders compare with")
    expected_price: Floats = _array("O R", "ln 1", "price that plants plan with")
    contract_price: Floats = _array("O R", "ln 1", "price under contracts")
    long_price: Floats = _array("O R", "ln 1", "price that investors look at")
    sellers_price: Floats = _array("O R", "ln 1", "spot price that sellers compare with")
    withheld: Floats = _array("O R", "1", "share of what producers hold and will make that they do not offer")
    paid: Floats = _array("D R", "1", "price paid, ratio to base", 1.0)
    bound: Floats = _array("D R", "1", "part of what users buy that is under contract or between affiliates")
    landed_cost: Floats = _array("D R", "1", "contract price of what is bought, ratio to base", 1.0)
    unit_cost: Floats = _array("F R", "1", "cost of a unit of activity, ratio to base", 1.0)
    # sectors and plants
    baseline: Floats = _array("S R", "1", "demand for output had nothing happened, ratio to base year", 1.0)
    demand: Floats = _array("S R", "1", "demand for output, ratio to base year", 1.0)
    input_cost: Floats = _array("S R", "ln 1", "cost of inputs")
    substitution: Floats = _array("S R", "1", "slow part of intensity", 1.0)
    idle: Floats = _array("S R", "1", "share of firms that nothing feeds")
    stopped: Floats = _array("S R", "1", "share of lines that stand, with the delay of restarts")
    production: Floats = _array("S R", "1", "output as a share of demand", 1.0)
    critical_cover: Floats = _array("S R", "days", "cover of the critical input in mid-tick")
    critical_feed: Floats = _array("S R", "days", "of its need, what arrived in the tick")
    critical_out: Floats = _array("S R", "1", "share of firms that are out of the critical input")
    critical_part: Floats = _array("S R", "1", "part of a sector that depends on its critical input")
    critical: Floats = _array("S R", "1", "which input is critical, counted from 0")
    without: Floats = _array("V R", "1", "share of firms that are out of each input of a sector")
    extra: Floats = _array(
        "S R", "1", "output beyond demand that makes up for stops, if nothing stops it, ratio to base"
    )
    made_up: Floats = _array("V R", "1", "of it, what was made, by the input that had stopped it")
    forgone: Floats = _array("V R", "1", "output that is lost for good in the tick, by the input that was short")
    awaited: Floats = _array(
        "V R", "days", "output that stops have cost and buyers wait for, by the input that was short"
    )
    depends: Floats = _array("V R", "1", "part of a sector that depends on each input", lambda w: w.designs.part)
    fed: Floats = _array("V R", "1", "what came in of each input, over what was needed, smoothed", 1.0)
    begun: Floats = _array("G R", "1", "share of a use for which another design is being qualified")
    changed: Floats = _array("G R", "1", "share of a use that another design has taken")
    by_air: Floats = _array("D R", "1", "share of dear goods that goes by air")
    flown: Floats = _array("D R", "t", "what went by air in the tick")
    changed_over: Floats = _array(
        "C R", "unit/day", "capacity of plants whose lines make what another beside them makes"
    )
    saving: Floats = _array("T R", "1", "fast part of a plant user's thrift", 1.0)
    thrift: Floats = _array("T R", "1", "slow part of a plant user's thrift", 1.0)
    capacity: Floats = _array("F R", "1", "ratio to base year", 1.0)

    def items(self) -> Iterator[tuple[str, Floats]]:
        """Name and array of each."""
        for declared in fields(self):
            yield declared.name, getattr(self, declared.name)

    def read_only(self) -> State:
        """The same arrays, for who may look and not touch."""
        views = {name: array.view() for name, array in self.items()}
        for view in views.values():
            view.flags.writeable = False
        return State(**views)


def base_state(world: World, sizes: Mapping[str, int]) -> State:
    """The state at the start: every stock at its cover, every expectation the flow of the base year.

    Parameters
    ----------
    world : World
    sizes
        Number of rows by letter, with K for controlled arcs and R for replicates.
    """
    rows = {declared.name: sizes[declared.metadata["axes"][0]] for declared in fields(State)}
    arrays = side_by_side(rows, sizes["R"])
    for declared in fields(State):
        start = declared.metadata["start"]
        arrays[declared.name][:] = start(world) if callable(start) else start
    return State(**arrays)


def sizes(world: World, controlled: int, replicates: int) -> dict[str, int]:
    """Number of rows by letter of the axis."""
    return {
        "N": len(world.nodes),
        "D": world.arcs.to_destination.shape[0],
        "O": world.arcs.to_origin.shape[0],
        "A": len(world.arcs),
        "K": controlled,
        "F": len(world.facilities),
        "S": len(world.sectors),
        "U": len(world.users),
        "T": world.users.thrifty.stop,
        "V": len(world.users.names[world.users.inputs]),
        "G": len(world.designs),
        "C": len(world.changeovers),
        "R": replicates,
    }
