"""What the inputs and outputs of facilities are worth at base prices."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import final

from sim.world.base_year import BaseYear, Node


@final
class Values:
    """What the inputs and outputs of a unit of activity are worth at base prices, USD.

    Parameters
    ----------
    year : BaseYear
    region : mapping of str to str
        Region of each facility.
    """

    def __init__(self, year: BaseYear, region: Mapping[str, str]) -> None:
        self.year = year
        landed = landed_prices(year)
        self.input_values = {(f, c): v * landed[c, region[f]] for (f, c), v in year.inputs.items()}
        works = year.works_price
        self.output_values = {(f, c): v * works[c, region[f]] for (f, c), v in year.outputs.items()}
        self.bought: dict[str, float] = defaultdict(float)
        self.sold: dict[str, float] = defaultdict(float)
        for (f, _), v in self.input_values.items():
            self.bought[f] += v
        for (f, _), v in self.output_values.items():
            self.sold[f] += v

    def input_share(self, facility: str, margin: float) -> float:
        """Inputs' share of all costs: those of the usual margin, or what a line is known to cost."""
        if facility in self.year.expansions.scale:
            return self.bought[facility] / (self.bought[facility] + self.year.expansions.unit_cost[facility])
        return self.bought[facility] * margin / self.sold[facility]

    def advantage(self, facility: str, margin: float) -> float:
        """Output value over all costs at base prices, over the usual margin."""
        if facility not in self.year.expansions.scale:
            return 1.0
        return self.sold[facility] / (self.bought[facility] + self.year.expansions.unit_cost[facility]) / margin

    def main_product(self, facility: str) -> str:
        """The most valuable output of a facility."""
        own = {c: v for (f, c), v in self.output_values.items() if f == facility}
        return max(own, key=own.__getitem__)

    def input_shares(self) -> dict[tuple[str, str], float]:
        """Share of each input in what a facility buys."""
        return {(f, c): v / self.bought[f] for (f, c), v in self.input_values.items()}

    def output_shares(self) -> dict[tuple[str, str], float]:
        """Share of each output in what a facility sells."""
        return {(f, c): v / self.sold[f] for (f, c), v in self.output_values.items()}


def landed_prices(year: BaseYear) -> dict[Node, float]:
    """Mean price at the works of what each destination uses, or would use, USD/t."""
    value: dict[Node, float] = defaultdict(float)
    mass: dict[Node, float] = defaultdict(float)
    for (c, o, d), flow in year.flows.items():
        bought = year.expansions.share.get((c, o, d), flow)
        value[c, d] += bought * year.price[c, o]
        mass[c, d] += bought
    return {node: value[node] / mass[node] for node in value}
