"""Users of goods: plants by region, and sectors by input; and the sectors themselves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import final

import numpy as np

from sim.axes import Floats, Ints, Sum, column
from sim.units import DAYS_A_WEEK, DAYS_A_YEAR
from sim.world.axis import Axis
from sim.world.base_year import BaseYear, Node
from sim.world.facilities import Facilities, Plants
from sim.world.nodes import Nodes
from sim.world.rows import Tables
from sim.world.values import landed_prices


@final
@dataclass(frozen=True, eq=False)
class Users(Axis):
    """Who holds a stock of inputs (U): plants of a region first, then sectors' inputs slot by slot.

    The k-th inputs of the sectors that have so many are a slice.
    """

    names: tuple[tuple[str, str, str], ...]  # commodity, region, sector; sector empty for plants
    plants: slice  # P of the U
    thrifty: slice  # of those, the ones that can make do with less
    slots: tuple[slice, ...]  # k-th inputs of the first sectors
    node: Ints  # (U,) → D
    need: Floats  # (U, 1) t/day
    cover: Floats  # (U, 1) days
    value: Floats  # (U, 1) share of its sector's input value; 0 for plants
    to_destination: Sum  # (D, U)

    @property
    def of_plants(self) -> tuple[Node, ...]:
        """(P) goods and regions of the plants' stocks."""
        return tuple((c, g) for c, g, _ in self.names[self.plants])

    @property
    def inputs(self) -> slice:
        """Inputs of sectors (V of the U)."""
        return slice(self.plants.stop, len(self))

    @cached_property
    def input_slots(self) -> tuple[slice, ...]:
        """The slots, among the inputs of sectors alone."""
        first = self.plants.stop
        return tuple(slice(slot.start - first, slot.stop - first) for slot in self.slots)

    @cached_property
    def sector(self) -> Ints:
        """(V,) → S: whose input it is."""
        sectors: Ints = np.concatenate([np.arange(slot.stop - slot.start) for slot in self.slots])
        sectors.flags.writeable = False
        return sectors

    def by_sector(self, rows: Floats) -> Floats:
        """(S, R): sums over the inputs of each sector, of (V, R)."""
        first, *others = self.input_slots
        total = rows[first].copy()
        for slot in others:
            total[: slot.stop - slot.start] += rows[slot]
        return total


@final
@dataclass(frozen=True, eq=False)
class Sectors(Axis):
    """End uses in a region (S), by number of inputs, most first."""

    names: tuple[Node, ...]  # sector, region
    value_added: Floats  # (S, 1) USD/day
    growth: Floats  # (S, 1) a day
    spread: Floats  # (S, 1) of the logarithm of firms' covers
    spent: Floats  # (S, 1) USD/day, on inputs at base prices
    cover: Floats  # (S, 1) days
    spare: Floats  # (S, 1) of normal output, most that is made on top
    wait: Floats  # (S, 1) days, mean, for which buyers wait

    @cached_property
    def cost_share(self) -> Floats:
        """(S, 1): of inputs in all that a sector spends and earns."""
        share: Floats = self.spent / (self.spent + self.value_added)
        share.flags.writeable = False
        return share


@final
class Uses:
    """What sectors use in a base year, as it is put together, with `possible` inputs that they may come to use."""

    def __init__(self, year: BaseYear, tables: Tables, nodes: Nodes, possible: Mapping[Node, Sequence[str]]) -> None:
        self.year, self.tables, self.nodes = year, tables, nodes
        self.landed = landed_prices(year)
        order = {row.commodity: i for i, row in enumerate(tables.commodities)}
        self.inputs: dict[Node, list[str]] = defaultdict(list)
        for c, g, name in sorted(year.uses, key=lambda use: order[use[0]]):
            self.inputs[name, g].append(c)
        for s, goods in possible.items():
            self.inputs[s] = sorted([*self.inputs[s], *goods], key=order.__getitem__)
        self.rows = {(row.sector, row.region): row for row in tables.sectors}
        self.end_uses = {row.sector: row for row in tables.end_uses}
        self.names = tuple(sorted(self.inputs, key=lambda s: (-len(self.inputs[s]), s)))
        self.spent: dict[Node, float] = defaultdict(float)
        for s, goods in self.inputs.items():
            for c in goods:
                self.spent[s] += self._value(c, s)

    def _value(self, commodity: str, sector: Node) -> float:
        """USD/day: what a sector spends on an input at base prices."""
        _, region = sector
        return self._use(commodity, sector) * self.landed[commodity, region]

    def _use(self, commodity: str, sector: Node) -> float:
        """t/day in the base year: none of an input that only other designs need."""
        name, region = sector
        return self.year.uses.get((commodity, region, name), 0.0)

    def users(self, plants: Plants, facilities: Facilities) -> Users:
        """All who hold stocks."""
        to_d, first = self.nodes.destination, len(plants.held)
        slots: list[slice] = []
        used: list[tuple[str, Node]] = []
        for k in range(max([0, *(len(goods) for goods in self.inputs.values())])):
            having = [s for s in self.names if len(self.inputs[s]) > k]
            start = first + len(used)
            slots.append(slice(start, start + len(having)))
            used += [(self.inputs[s][k], s) for s in having]
        cover = {row.commodity: row.user_cover * DAYS_A_WEEK for row in self.tables.commodities}
        node = np.array([to_d[n] for n in plants.held] + [to_d[c, g] for c, (_, g) in used], np.intp)
        needed = column(self._use(c, s) for c, s in used)
        held = [cover[c] for c, _ in plants.held] + [self.rows[s].cover * DAYS_A_WEEK for _, s in used]
        return Users(
            names=(*((c, g, "") for c, g in plants.held), *((c, g, name) for c, (name, g) in used)),
            plants=slice(0, first),
            thrifty=slice(0, plants.thrifting),
            slots=tuple(slots),
            node=node,
            need=np.concatenate([facilities.need.once(facilities.activity), needed]),
            cover=column(held),
            value=column([0.0] * first + [self._value(c, s) / self.spent[s] for c, s in used]),
            to_destination=Sum(node, range(len(node)), 1.0, (len(to_d), len(node))),
        )

    def sectors(self) -> Sectors:
        """What they are."""
        rows, made_up = [self.rows[s] for s in self.names], self.end_uses
        return Sectors(
            names=self.names,
            value_added=column(row.value_added / DAYS_A_YEAR for row in rows),
            growth=column(np.log1p(row.growth) / DAYS_A_YEAR for row in rows),
            spread=column(row.spread for row in rows),
            spent=column(self.spent[s] for s in self.names),
            cover=column(row.cover * DAYS_A_WEEK for row in rows),
            spare=column(made_up[row.sector].spare if row.sector in made_up else 0.0 for row in rows),
            wait=column(made_up[row.sector].wait * DAYS_A_WEEK if row.sector in made_up else 0.0 for row in rows),
        )
