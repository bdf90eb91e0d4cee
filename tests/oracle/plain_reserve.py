"""A reserve of a scenario file as the oracle is reported of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sim.ensemble.clock import Horizon
from sim.instruments.reserves.reserve import Reserve
from sim.world.build import World
from tests.oracle.middle import median

Plain = dict[str, Any]


def reserve(kept: Reserve, world: World, horizon: Horizon) -> Plain:
    """Its region, its goods, who may draw, and its rules."""
    sales, declared, sectors = kept.sales, kept.drawdown.declared, sorted({sector for sector, _ in world.sectors.names})
    return {
        "by": kept.by,
        "announced": horizon.day(kept.announced or kept.since),
        "since": horizon.day(kept.since),
        "targets": list(_targets(kept, world)),
        "held": median(kept.held),
        "sectors": kept.members.sectors.among(sectors),
        "share": median(kept.members.share),
        "producers": kept.members.producers,
        "fill_time": median(kept.fill.time),
        "ceiling": None if kept.fill.ceiling is None else median(kept.fill.ceiling),
        "market_share": kept.fill.market_share,
        "pauses": kept.fill.pauses,
        "draw_time": kept.drawdown.time,
        "ordinary": median(kept.drawdown.ordinary),
        "replenish": median(kept.drawdown.replenish),
        "declared": {key: median(getattr(declared, key)) for key in ("restriction", "price", "after", "over")},
        "sales": sales and {"above": median(sales.above), "time": sales.time},
        **{key: median(getattr(kept.influence, key)) for key in ("sellers", "buffers", "licences")},
    }


def _targets(kept: Reserve, world: World) -> Iterator[tuple[str, Plain]]:
    """What it is to hold of each good that somebody there uses, in days or in tonnes."""
    used = {world.nodes.used[d][0] for d in kept.rows(world)}
    for holding in kept.holdings:
        size = {"days": holding.cover, "tonnes": holding.tonnes}
        reported = {unit: median(value) for unit, value in size.items() if value is not None}
        yield from (
            (commodity, reported) for commodity in holding.commodities.among(world.commodities) if commodity in used
        )
