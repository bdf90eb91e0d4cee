"""How fast what each facility's products go into grows in the base year (docs/model.md, eq. 9.4)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from sim.axes import Floats, column
from sim.units import DAYS_A_YEAR
from sim.world.base_year import BaseYear, Node
from sim.world.rows import Tables
from sim.world.values import Values


def growth_of(year: BaseYear, tables: Tables, facilities: Sequence[str]) -> Floats:
    """(F, 1): growth a day of what each facility's products go into, through the flows of the base year (eq. 9.4)."""
    sector = {(r.sector, r.region): float(np.log1p(r.growth)) / DAYS_A_YEAR for r in tables.sectors}
    region = {r.facility: r.region for r in tables.facilities}
    made: dict[str, list[tuple[str, float]]] = {f: [] for f in year.scale}
    for (f, c), value in Values(year, region).output_values.items():
        made[f].append((c, value))
    rate = dict.fromkeys(year.scale, 0.0)
    for _ in range(1 + len({r.stage for r in tables.commodities})):  # as often as there are stages
        node = _node_growth(year, sector, region, rate)
        found = {f: _weighted([(v, node.get((c, region[f]), 0.0)) for c, v in made[f]]) for f in rate}
        if found == rate:
            break
        rate = found
    return column(rate[f] for f in facilities)


def grows_with_demand(tables: Tables, facilities: Sequence[str]) -> Floats:
    """(F, 1): 0 for plants that listed projects add to: without these, they stay as they are (eq. 9.4)."""
    adding = {row.project for row in tables.projects if row.stage != "operating"}
    planned = {row.facility for row in tables.expansions if row.project in adding}
    return column(0.0 if f in planned else 1.0 for f in facilities)


def _node_growth(
    year: BaseYear, sector: Mapping[Node, float], region: Mapping[str, str], rate: Mapping[str, float]
) -> dict[Node, float]:
    """Growth of what is ordered at each origin, where facilities grow at a rate."""
    uses: dict[Node, list[tuple[float, float]]] = defaultdict(list)
    for (c, g, s), use in year.uses.items():
        uses[c, g].append((use, sector[s, g]))
    for (f, c), a in year.inputs.items():
        uses[c, region[f]].append((a * year.activity.get(f, 0.0), rate[f]))
    orders: dict[Node, list[tuple[float, float]]] = defaultdict(list)
    for (c, o, d), flow in year.flows.items():
        orders[c, o].append((flow, _weighted(uses[c, d])))
    return {node: _weighted(parts) for node, parts in orders.items()}


def _weighted(parts: Sequence[tuple[float, float]]) -> float:
    """Mean of the second numbers, weighted by the first; 0 of nothing."""
    total = sum(weight for weight, _ in parts)
    return sum(weight * value for weight, value in parts) / total if total else 0.0
