"""Facilities that run in the base year or that projects would build, and the producers of goods that they add up to."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import final

import numpy as np

from sim.axes import Floats, Ints, Sum, column
from sim.units import DAYS_A_WEEK
from sim.world.arcs import Arcs
from sim.world.axis import Axis
from sim.world.base_year import BaseYear, Node
from sim.world.growth import grows_with_demand, growth_of
from sim.world.nodes import Nodes
from sim.world.rows import Tables
from sim.world.values import Values


@final
@dataclass(frozen=True, eq=False)
class Facilities(Axis):
    """Plants (F): what they do, take (of P stocks of inputs) and make (at O origins)."""

    names: tuple[str, ...]
    region: tuple[str, ...]
    process: tuple[str, ...]
    activity: Floats  # (F, 1) unit of activity a day in the base year
    scale: Floats  # (F, 1) unit of activity a day at capacity 1; of new ones, nobody runs it in the base year
    new: Ints  # rows of those that nobody runs in the base year
    advantage: Floats  # (F, 1) output value over all costs, over the usual of its process; 1 but for new ones
    growth: Floats  # (F, 1) a day
    grows: Floats  # (F, 1) 1 where capacity follows demand, 0 where projects are all that adds to it, wanted or not
    input_share: Floats  # (F, 1) inputs' share of all costs
    inputs: Ints  # (K, F) → P, padded with P
    need: Sum  # (P, F) inputs a unit of activity
    output: Sum  # (O, F) outputs a unit of activity
    output_value: Sum  # (F, O) value shares
    input_value: Sum  # (F, P) value shares
    cost_of_origin: Sum  # (O, F) shares of what is made

    def where(
        self,
        *,
        name: Collection[str] | None = None,
        region: Collection[str] | None = None,
        process: Collection[str] | None = None,
    ) -> Ints:
        """Rows of the facilities of some names, regions and processes; all, where one is left out."""
        wanted = [None if asked is None else frozenset(asked) for asked in (name, region, process)]
        rows = enumerate(zip(self.names, self.region, self.process, strict=True))
        found = [f for f, row in rows if all(n is None or a in n for a, n in zip(row, wanted, strict=True))]
        return np.array(found, np.intp)


@final
@dataclass(frozen=True, eq=False)
class Producers(Axis):
    """Who makes a good at an origin (O): all facilities there together, with one stock."""

    price: Floats  # (O, 1) USD/t at the works
    cover: Floats  # (O, 1) days
    orders: Floats  # (O, 1) t/day that leaves the stock in the base year
    full_orders: Floats  # (O, 1) the same; where nobody makes anything yet, what new plants would send at capacity 1
    other_share: Floats  # (O, 1) of what is made
    headroom: Floats  # (O, 1) how much more of a by-product they could recover; 0 for main products


@final
class Plants:
    """The facilities of a base year and the stocks of inputs (P) that their regions hold, as they are put together.

    Attributes
    ----------
    held : tuple of Node
        Inputs of plants, one stock a good and region (P), those that thrift first; `thrifting`, how many these are.
    """

    def __init__(self, year: BaseYear, tables: Tables, nodes: Nodes, margins: Mapping[str, float]) -> None:
        self.year, self.tables, self.nodes, self.margins = year, tables, nodes, margins
        rows = [row for row in tables.facilities if row.facility in year.scale]
        self.names = tuple(row.facility for row in rows)
        self.region = {row.facility: row.region for row in rows}
        self.process = {row.facility: row.process for row in rows}
        thrifty = {row.process for row in tables.processes if row.thrifts}
        thrift = {(c, self.region[f]) for f, c in year.inputs if self.process[f] in thrifty}
        held = {(c, self.region[f]) for f, c in year.inputs}
        self.held = tuple(sorted(held, key=lambda n: (n not in thrift, nodes.destination[n])))
        self.thrifting = len(thrift)
        self.values = Values(year, self.region)

    def facilities(self) -> Facilities:
        """What they are."""
        year, names, region, values = self.year, self.names, self.region, self.values
        index, to_p = {name: f for f, name in enumerate(names)}, {n: i for i, n in enumerate(self.held)}
        to_o, shape = self.nodes.origin, (len(self.nodes.origin), len(names))
        needs = [(to_p[c, region[f]], index[f], v) for (f, c), v in year.inputs.items()]
        makes = [(to_o[c, region[f]], index[f], v) for (f, c), v in year.outputs.items()]
        sold = [(index[f], to_o[c, region[f]], share) for (f, c), share in values.output_shares().items()]
        spent = [(index[f], to_p[c, region[f]], share) for (f, c), share in values.input_shares().items()]
        made = Sum.of(makes, shape)
        activity, scale = column(year.activity.get(f, 0.0) for f in names), column(year.scale[f] for f in names)
        return Facilities(
            names=names,
            region=tuple(region[f] for f in names),
            process=tuple(self.process[f] for f in names),
            activity=activity,
            scale=scale,
            new=np.array([f for f, name in enumerate(names) if name not in year.activity], np.intp),
            advantage=column(values.advantage(f, self.margins[self.process[f]]) for f in names),
            growth=growth_of(year, self.tables, names),
            grows=grows_with_demand(self.tables, names),
            input_share=column(values.input_share(f, self.margins[self.process[f]]) for f in names),
            inputs=_padded([[to_p[c, region[g]] for (g, c) in year.inputs if g == f] for f in names], len(to_p)),
            need=Sum.of(needs, (len(to_p), len(names))),
            output=made,
            output_value=Sum.of(sold, (len(names), shape[0])),
            input_value=Sum.of(spent, (len(names), len(to_p))),
            cost_of_origin=_cost_of_origin(makes, made, activity, scale),
        )

    def producers(self, arcs: Arcs) -> Producers:
        """What they add up to at each origin."""
        year, to_o = self.year, self.nodes.origin
        cover = {row.commodity: row.producer_cover * DAYS_A_WEEK for row in self.tables.commodities}
        shipped = arcs.to_origin.once(arcs.flow)
        other = column(year.other.get(n, 0.0) for n in to_o)
        runs = frozenset(f for f in self.names if f in year.activity)
        mains = {(self.values.main_product(f), self.region[f]) for f in runs}
        return Producers(
            price=column(year.works_price[n] for n in to_o),
            cover=column(cover[c] for c, _ in to_o),
            orders=shipped,
            full_orders=column(year.expansions.orders.get(n, own) for n, own in zip(to_o, shipped[:, 0], strict=True)),
            other_share=np.divide(other, shipped + other, out=np.zeros_like(other), where=shipped + other > 0),
            headroom=column(0.0 if n in mains else self._headroom(runs, n) for n in to_o),
        )

    def _headroom(self, runs: frozenset[str], node: Node) -> float:
        """How much more of a by-product could be recovered: inputs ÷ outputs − 1, least over producers and elements.

        Of those that run in the base year: what new plants recover is fixed.
        """
        year, room = self.year, []
        for facility in (f for f, c in year.outputs if f in runs and (c, self.region[f]) == node):
            for element in year.content[node[0]]:
                held = sum(a * year.content[c].get(element, 0.0) for (f, c), a in year.inputs.items() if f == facility)
                kept = sum(b * year.content[c].get(element, 0.0) for (f, c), b in year.outputs.items() if f == facility)
                room.append(held / kept - 1)
        return max(0.0, min(room, default=0.0))


def _cost_of_origin(makes: Sequence[tuple[int, int, float]], made: Sum, activity: Floats, scale: Floats) -> Sum:
    """(O, F): shares of who makes a good in the base year; of new plants, where nobody does."""
    total = made.once(activity)
    producers = np.where(total > 0, activity[:, 0], scale[:, 0])  # (O, F)
    total = np.where(total > 0, total, made.once(scale))
    return Sum.of(((o, f, v * producers[o, f] / total[o, 0]) for o, f, v in makes), made.shape)


def _padded(rows: Sequence[Sequence[int]], pad: int) -> Ints:
    """(K, F): the k-th index of each row, padded with an index that stands for nothing."""
    out = np.full((max([1, *(len(r) for r in rows)]), len(rows)), pad, np.intp)
    for f, row in enumerate(rows):
        out[: len(row), f] = sorted(row)
    return out
