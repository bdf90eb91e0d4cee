"""Nodes: goods where they are made or used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import final

from sim.axes import Floats, column
from sim.world.axis import Axis
from sim.world.base_year import BaseYear, Node


@final
@dataclass(frozen=True, eq=False)
class Nodes(Axis):
    """Places of goods (N): first where they are only used, then where they are both, then where they are only made."""

    names: tuple[Node, ...]
    destinations: slice  # D of the N: where goods are used
    origins: slice  # O of the N: where they are made
    price: Floats  # (N, 1) USD/t

    @cached_property
    def used(self) -> tuple[Node, ...]:
        """(D) the destinations."""
        return self.names[self.destinations]

    @cached_property
    def made(self) -> tuple[Node, ...]:
        """(O) the origins."""
        return self.names[self.origins]

    @cached_property
    def index(self) -> Mapping[Node, int]:
        """Row of each node."""
        return {node: row for row, node in enumerate(self.names)}

    @cached_property
    def destination(self) -> Mapping[Node, int]:
        """Row of each destination among the destinations."""
        return {node: row for row, node in enumerate(self.used)}

    @cached_property
    def origin(self) -> Mapping[Node, int]:
        """Row of each origin among the origins."""
        return {node: row for row, node in enumerate(self.made)}


def nodes_of(year: BaseYear, commodities: Sequence[str], regions: Sequence[str]) -> Nodes:
    """The nodes of a base year: each kind is a slice."""
    order = {c: i for i, c in enumerate(commodities)}
    place = {g: i for i, g in enumerate(regions)}
    used = {(c, d) for c, _, d in year.flows}
    made = {(c, o) for c, o, _ in year.flows} | set(year.other)

    def kind(node: Node) -> int:
        return 0 if node not in made else 1 if node in used else 2

    names = tuple(sorted(used | made, key=lambda n: (kind(n), order[n[0]], place[n[1]])))
    kinds = [kind(n) for n in names]
    first_made, last_used = kinds.count(0), kinds.count(0) + kinds.count(1)
    price = column(year.price[n] for n in names)
    return Nodes(names, slice(0, last_used), slice(first_made, len(names)), price)
