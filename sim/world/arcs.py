"""Arcs: goods on their way from an origin to a destination."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import final

import numpy as np

from sim.axes import Floats, Ints, Sum, column
from sim.world.axis import Axis
from sim.world.base_year import Arc, BaseYear
from sim.world.nodes import Nodes
from sim.world.rows import Tables


@final
@dataclass(frozen=True, eq=False)
class Arcs(Axis):
    """Who may send what to whom (A), by transit time; the home arc goes from a region to itself."""

    names: tuple[Arc, ...]  # commodity, origin, destination
    origin: Ints  # (A,) → O
    destination: Ints  # (A,) → D
    flow: Floats  # (A, 1) t/day
    share: Floats  # (A, 1) share of its destination's supply
    weight: Floats  # (A, 1) what it weighs in sourcing at capacity 1: its share, or that of goods nobody makes yet
    split: Floats  # (A, 1) share of what its origin sends, or would send at capacity 1
    transit: Floats  # (A,) days
    landed: Floats  # (A,) price at origin with freight ÷ mean landed price
    abroad: Floats  # (A,) 1 where a border is crossed
    to_destination: Sum  # (D, A)
    to_origin: Sum  # (O, A)

    @cached_property
    def index(self) -> Mapping[Arc, int]:
        """Row of each arc."""
        return {arc: row for row, arc in enumerate(self.names)}

    def where(
        self,
        *,
        commodity: Collection[str] | None = None,
        origin: Collection[str] | None = None,
        destination: Collection[str] | None = None,
        abroad: bool = False,
    ) -> Ints:
        """Rows of the arcs of some goods, from some regions and to some regions, ascending.

        Parameters
        ----------
        commodity, origin, destination : collections of str, optional
            Names that count; all, where it is left out.
        abroad : bool
            Whether only those count that cross a border.
        """
        asked = (commodity, origin, destination)
        wanted = [None if names is None else frozenset(names) for names in asked]
        found = [
            row
            for row, arc in enumerate(self.names)
            if all(names is None or part in names for part, names in zip(arc, wanted, strict=True))
            and not (abroad and arc[1] == arc[2])
        ]
        return np.array(found, np.intp)


def arcs_of(year: BaseYear, tables: Tables, nodes: Nodes, least_split: float) -> Arcs:
    """The arcs of a base year, by transit time, so that goods with one transit are a slice."""
    route = {(row.origin, row.destination): row for row in tables.routes}
    names = tuple(sorted(year.flows, key=lambda a: (route[a[1], a[2]].transit, a)))
    origin = np.array([nodes.origin[c, o] for c, o, _ in names], np.intp)
    destination = np.array([nodes.destination[c, d] for c, _, d in names], np.intp)
    flow = column(year.flows[a] for a in names)
    into = Sum(destination, range(len(names)), 1.0, (len(nodes.destination), len(names)))
    out_of = Sum(origin, range(len(names)), 1.0, (len(nodes.origin), len(names)))
    supply = into.once(flow)[destination]
    begun = column(year.expansions.share.get(arc, 0.0) for arc in names)
    share = np.divide(flow, supply, out=begun.copy(), where=supply > 0)
    landed = column(year.works_price[c, o] * (1 + route[o, d].freight) for c, o, d in names)
    return Arcs(
        names=names,
        origin=origin,
        destination=destination,
        flow=flow,
        share=share,
        weight=column(year.expansions.weight.get(arc, own) for arc, own in zip(names, share[:, 0], strict=True)),
        split=_split(year, names, flow, out_of.once(flow)[origin], least_split),
        transit=np.array([route[o, d].transit for _, o, d in names]),
        landed=(landed / into.once(share * landed)[destination])[:, 0],
        abroad=np.array([float(o != d) for _, o, d in names]),
        to_destination=into,
        to_origin=out_of,
    )


def _split(year: BaseYear, arcs: Sequence[Arc], flow: Floats, sent: Floats, least: float) -> Floats:
    """(A, 1): share of each arc in what its origin sends; next to nothing where a new destination asks an old one."""
    known = np.divide(flow, sent, out=np.zeros_like(flow), where=sent > 0)[:, 0]
    return np.maximum(column(year.expansions.split.get(arc, own) for arc, own in zip(arcs, known, strict=True)), least)
