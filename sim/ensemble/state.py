"""Every array that changes while worlds run, with its axes, unit and owner in one place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields

import numpy as np

from sim.axes import Floats


def _array(axes: str, unit: str, owner: str, meaning: str) -> Floats:
    """Declare a state array: letters of its axes, unit, the step that writes it, what it is."""
    return field(metadata={"axes": axes, "unit": unit, "owner": owner, "meaning": meaning})


@dataclass(frozen=True, eq=False)
class State:
    """The worlds of a chunk. Levels are at the end of the last tick, flows those of the last tick."""

    # stocks and flows
    maker_stock: Floats = _array("O R", "t", "arrivals plants sourcing border trade", "what makers hold to sell")
    user_stock: Floats = _array("U R", "t", "arrivals lines plants trade", "inputs that users hold")
    received: Floats = _array("U R", "t", "arrivals", "what reached each user in the tick")
    need: Floats = _array("U R", "t/day", "demand plants", "what users would use if nothing were short")
    use: Floats = _array("U R", "t/day", "lines plants", "what users used")
    activity: Floats = _array("F R", "unit/day", "plants", "activity of facilities")
    made: Floats = _array("O R", "t/day", "plants", "output of each origin")
    other: Floats = _array("O R", "t/day", "plants", "of it, what went to other use")
    want: Floats = _array("A R", "t/day", "sourcing", "what is ordered over each arc")
    shipped: Floats = _array("A R", "t", "sourcing", "what left makers' stocks for each arc in the tick")
    crossed: Floats = _array("A R", "t", "border", "what went on its way in the tick")
    leaked: Floats = _array("A R", "t", "border", "what went round the controls in the tick")
    landed: Floats = _array("D R", "t", "arrivals", "what landed for all users of a destination in the tick")
    # trading houses
    netback: Floats = _array("N R", "ln 1", "trade", "what the best buyers of a good pay, with duties of the place")
    elsewhere: Floats = _array("N R", "1", "trade", "share of all use of a good that is elsewhere")
    set_up: Floats = _array("N R", "1", "trade", "how far trading houses are set up to buy at a place")
    bought: Floats = _array("N R", "t", "trade", "what they bought at each place in the tick")
    sold_to: Floats = _array("D R", "1", "trade", "share of what they buy of a good that goes to each destination")
    sought: Floats = _array("A R", "t/day", "trade", "what trading houses order of the largest makers over each arc")
    traded: Floats = _array("D R", "t", "arrivals trade", "their goods on the way to each destination")
    resold_by_makers: Floats = _array("O R", "t/day", "trade", "what they buy of makers, smoothed")
    resold_by_users: Floats = _array("D R", "t/day", "trade", "what they buy of what lands, smoothed")
    resold_to: Floats = _array("D R", "t/day", "trade", "what they send to each destination, smoothed")
    # what people expect
    expected_need: Floats = _array("U R", "t/day", "orders supply", "need, smoothed")
    unstocked: Floats = _array("U R", "t/day", "supply", "of expected need, what is too new to have a stock")
    expected_use: Floats = _array("D R", "t/day", "orders", "expected need of all users at a destination")
    expected_orders: Floats = _array("O R", "t/day", "sourcing trade supply", "orders that makers count on")
    expected_output: Floats = _array("O R", "t/day", "orders", "output less other use, smoothed")
    wished: Floats = _array("A R", "t/day", "prices supply", "wants, smoothed")
    hoarding: Floats = _array("D R", "1", "orders", "factor on target cover")
    target_stock: Floats = _array("D R", "t", "orders", "what all users at a destination want to hold")
    user_orders: Floats = _array("U R", "t/day", "orders", "orders of each user")
    orders: Floats = _array("D R", "t/day", "orders", "orders of all users at a destination")
    share: Floats = _array("A R", "1", "sourcing supply", "share of its destination's orders")
    weight: Floats = _array("A R", "1", "supply", "what an origin weighs at a destination, all else equal")
    reach: Floats = _array("O R", "1", "supply", "what customers may take of an origin, ratio to base year")
    fill: Floats = _array("O R", "1", "sourcing", "share of orders that an origin fills, smoothed")
    # prices: logarithms of the ratio to base
    price: Floats = _array("N R", "ln 1", "prices", "spot price")
    anchor: Floats = _array("N R", "ln 1", "prices", "what is thought normal")
    exposed: Floats = _array("N R", "1", "prices", "how far the price of a place is that of others")
    bare: Floats = _array("N R", "ln 1", "prices", "price goal less anchor")
    remembered_price: Floats = _array("D R", "ln 1", "orders", "spot price that hoarders compare with")
    expected_price: Floats = _array("O R", "ln 1", "responses", "price that plants plan with")
    contract_price: Floats = _array("O R", "ln 1", "responses", "price under contracts")
    long_price: Floats = _array("O R", "ln 1", "responses", "price that investors look at")
    paid: Floats = _array("D R", "1", "demand", "price paid, ratio to base")
    landed_cost: Floats = _array("D R", "1", "demand", "contract price of what is bought, ratio to base")
    unit_cost: Floats = _array("F R", "1", "plants", "cost of a unit of activity, ratio to base")
    # sectors and plants
    baseline: Floats = _array("S R", "1", "demand", "demand for output had nothing happened, ratio to base year")
    demand: Floats = _array("S R", "1", "demand", "demand for output, ratio to base year")
    input_cost: Floats = _array("S R", "ln 1", "demand", "cost of inputs")
    substitution: Floats = _array("S R", "1", "responses", "slow part of intensity")
    idle: Floats = _array("S R", "1", "lines", "share of firms that nothing feeds")
    stopped: Floats = _array("S R", "1", "lines", "share of lines that stand, with the delay of restarts")
    production: Floats = _array("S R", "1", "lines", "output as a share of demand")
    critical: Floats = _array("S R", "1", "lines", "which input is critical, counted from 0")
    saving: Floats = _array("T R", "1", "responses", "fast part of a plant user's thrift")
    thrift: Floats = _array("T R", "1", "responses", "slow part of a plant user's thrift")
    capacity: Floats = _array("F R", "1", "responses supply", "ratio to base year")

    def items(self) -> Iterator[tuple[str, Floats]]:
        """Name and array of each."""
        for declared in fields(self):
            yield declared.name, getattr(self, declared.name)


ONES = frozenset(
    [
        "hoarding",
        "elsewhere",
        "fill",
        "reach",
        "paid",
        "landed_cost",
        "unit_cost",
        "baseline",
        "demand",
        "substitution",
        "production",
        "saving",
        "thrift",
        "capacity",
    ]
)


def empty_state(sizes: dict[str, int]) -> State:
    """A state of the base year's shape: ratios stand at 1, everything else at 0.

    Parameters
    ----------
    sizes
        Number of rows by letter, with R for replicates.
    """
    arrays = {}
    for declared in fields(State):
        shape = tuple(sizes[letter] for letter in declared.metadata["axes"].split())
        arrays[declared.name] = np.ones(shape) if declared.name in ONES else np.zeros(shape)
    return State(**arrays)
