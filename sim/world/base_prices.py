"""Base prices by origin: those of oxides are given, the others follow from what making things costs.

Down the chain a producer's price is what its inputs cost, its conversion and its margin; up the chain concentrate and
scrap are worth what their oxides leave. A place that only buys pays what its goods cost landed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sim.world.rows import BaseYearRow
from sim.world.sources import Sources

Node = tuple[str, str]  # commodity, region
Flows = Mapping[tuple[str, str, str], float]


@dataclass(frozen=True)
class _Plant:
    """What a facility that runs takes, gives and costs."""

    region: str
    process: str
    activity: float
    cost: float  # USD/kg of activity
    margin: float  # value of outputs ÷ all costs
    inputs: Mapping[str, float]  # per unit of activity
    outputs: Mapping[str, float]


def base_prices(sources: Sources, rows: Sequence[BaseYearRow]) -> dict[Node, float]:
    """Price of every commodity in every region where it is made or used, USD/kg."""
    given = {(row.commodity, row.region): row.price for row in sources.base_prices}
    flows = {(row.commodity, row.region, row.partner): row.value for row in rows if row.quantity == "flow"}
    nodes = {(c, o) for c, o, _ in flows} | {(r.commodity, r.region) for r in rows if r.quantity == "other_use"}
    prices = {node: price for node, price in given.items() if node in nodes}
    plants = _plants(sources, rows)
    for side, price in (("outputs", _price_inputs), ("inputs", _price_outputs)):  # up the chain, then down
        for row in sources.processes:
            if row.priced_from == side:
                price([p for p in plants if p.process == row.process], flows, prices)
    freight = {(row.origin, row.destination): row.freight for row in sources.routes}
    return prices | _landed(flows, prices, freight)


def _plants(sources: Sources, rows: Sequence[BaseYearRow]) -> list[_Plant]:
    """Facilities that run, in the order of their table."""
    sides: dict[str, dict[str, dict[str, float]]] = defaultdict(lambda: {"input": {}, "output": {}})
    activity = {}
    for row in rows:
        if row.quantity == "activity":
            activity[row.facility] = row.value
        elif row.quantity in ("input", "output"):
            sides[row.facility][row.quantity][row.commodity] = row.value
    margin = {row.parameter: float(row.value) for row in sources.parameters if row.parameter.startswith("margin_")}
    return [
        _Plant(
            row.region,
            row.process,
            activity[row.facility],
            row.unit_cost or 0.0,
            margin[f"margin_{row.process}"],
            sides[row.facility]["input"],
            sides[row.facility]["output"],
        )
        for row in sources.facilities
        if row.facility in activity
    ]


def _price_inputs(plants: Sequence[_Plant], flows: Flows, prices: dict[Node, float]) -> None:
    """Price what plants buy at the most that leaves each of them its margin; an origin has one price for all."""
    for plant in plants:
        value = sum(v * prices[c, plant.region] for c, v in plant.outputs.items())
        ((commodity, amount),) = plant.inputs.items()
        worth = (value / plant.margin - plant.cost) / amount
        for c, origin, destination in flows:
            if (c, destination) == (commodity, plant.region):
                prices[c, origin] = min(worth, prices.get((c, origin), worth))


def _price_outputs(plants: Sequence[_Plant], flows: Flows, prices: dict[Node, float]) -> None:
    """Price what plants sell at cost and margin; a by-product with a price already is a credit."""
    cost: dict[Node, float] = defaultdict(float)
    made: dict[Node, float] = defaultdict(float)
    for plant in plants:
        spent = sum(v * _mean(flows, prices, c, plant.region) for c, v in plant.inputs.items()) + plant.cost
        known = {c: v for c, v in plant.outputs.items() if (c, plant.region) in prices}
        ((product, amount),) = ((c, v) for c, v in plant.outputs.items() if c not in known)
        credit = sum(v * prices[c, plant.region] for c, v in known.items())
        cost[product, plant.region] += plant.activity * (spent * plant.margin - credit)
        made[product, plant.region] += plant.activity * amount
    prices.update({node: cost[node] / made[node] for node in cost})


def _mean(flows: Flows, prices: Mapping[Node, float], commodity: str, region: str) -> float:
    """Mean price at the works of what a region buys."""
    bought = {o: q for (c, o, d), q in flows.items() if (c, d) == (commodity, region)}
    return sum(q * prices[commodity, o] for o, q in bought.items()) / sum(bought.values())


def _landed(flows: Flows, prices: Mapping[Node, float], freight: Mapping[tuple[str, str], float]) -> dict[Node, float]:
    """Mean price with freight where a commodity is bought and not made."""
    value: dict[Node, float] = defaultdict(float)
    mass: dict[Node, float] = defaultdict(float)
    for (c, o, d), flow in flows.items():
        if (c, d) not in prices:
            value[c, d] += flow * prices[c, o] * (1 + freight[o, d])
            mass[c, d] += flow
    return {node: value[node] / mass[node] for node in value}
