"""The world as arrays: rows of the seeds tables become frozen arrays and index maps (docs/model.md, section 0).

Orders of rows are canonical: they depend on the tables alone, never on the scenario, so that an instrument more or less
moves no sum by a bit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import final

import numpy as np

from sim.axes import Floats
from sim.world.arcs import Arcs, arcs_of
from sim.world.base_year import UNTRADED, Routes, base_year, with_expansions, with_routes
from sim.world.changeovers import Changeovers, changeovers_of
from sim.world.designs import Designs, designs_of, possible_inputs
from sim.world.facilities import Facilities, Plants, Producers
from sim.world.nodes import Nodes, nodes_of
from sim.world.projects import Projects, projects_of
from sim.world.rows import Tables
from sim.world.stakes import stakes
from sim.world.users import Sectors, Users, Uses


@final
@dataclass(frozen=True, eq=False)
class World:
    """The base year, axis by axis; every array is read-only. Axis letters as in sim.axes; units t, days, USD/t."""

    tables: Tables
    elements: tuple[str, ...]
    commodities: tuple[str, ...]
    regions: tuple[str, ...]
    allied: tuple[str, ...]
    stage: Mapping[str, str]
    customs_code: Mapping[str, str]
    content: Mapping[str, Mapping[str, float]]  # commodity → element → t REO a tonne
    utilisation: float  # of capacity in the base year, share of 1
    nodes: Nodes
    arcs: Arcs
    facilities: Facilities
    changeovers: Changeovers
    producers: Producers
    users: Users
    sectors: Sectors
    designs: Designs
    projects: Projects
    at_stake: Floats  # (U, 1) USD a tonne: value added that hangs on it

    def is_traded(self, commodity: str) -> bool:
        """Whether trading houses deal in a good."""
        return self.stage[commodity] not in UNTRADED

    @cached_property
    def largest_producers(self) -> Mapping[str, int]:
        """Node (N) where most of a good is made in the base year, by good; none where nobody makes it."""
        most: dict[str, tuple[float, int]] = {}
        for row, ((good, _), made) in enumerate(zip(self.nodes.made, self.producers.orders[:, 0], strict=True)):
            if made > most.get(good, (0.0, 0))[0]:
                most[good] = made, row + self.nodes.origins.start
        return {good: row for good, (_, row) in most.items()}

    def contents(self, commodities: Iterable[str]) -> Floats:
        """(rows, E) t REO of each element in a tonne of the commodity of each row."""
        return np.array([[self.content[c].get(e, 0.0) for e in self.elements] for c in commodities]).reshape(
            -1, len(self.elements)
        )


def build(
    tables: Tables,
    margins: Mapping[str, float],
    projects: Sequence[str] = (),
    utilisation: float = 1.0,
    *,
    routes: Routes,
) -> World:
    """Build the world from the tables.

    Parameters
    ----------
    tables
        All seeds tables; base_year is balanced.
    margins
        Output value ÷ all costs in the base year, by process.
    projects
        Those that may come.
    utilisation
        Of capacity in the base year.
    routes
        How new trade begins.
    """
    year = with_routes(with_expansions(base_year(tables), tables, projects, utilisation, routes), tables)
    commodities = tuple(row.commodity for row in tables.commodities)
    regions = tuple(row.region for row in tables.regions)
    nodes = nodes_of(year, commodities, regions)
    arcs = arcs_of(year, tables, nodes, routes.least_split)
    plants, uses = Plants(year, tables, nodes, margins), Uses(year, tables, nodes, possible_inputs(year, tables))
    facilities = plants.facilities()
    users, sectors = uses.users(plants, facilities), uses.sectors()
    designs = designs_of(year, tables, users)
    return World(
        tables=tables,
        elements=tuple(row.element for row in tables.elements),
        commodities=commodities,
        regions=regions,
        allied=tuple(row.region for row in tables.regions if row.allied),
        stage={row.commodity: row.stage for row in tables.commodities},
        customs_code={row.commodity: row.customs_code for row in tables.commodities},
        content={c: dict(e) for c, e in year.content.items()},
        utilisation=utilisation,
        nodes=nodes,
        arcs=arcs,
        facilities=facilities,
        changeovers=changeovers_of(tables, facilities),
        producers=plants.producers(arcs),
        users=users,
        sectors=sectors,
        designs=designs,
        projects=projects_of(tables, projects, facilities),
        at_stake=stakes(users, arcs, facilities, sectors, designs),
    )
