"""A replicate whose tables are drawn is the world whose tables say so: engine and oracle, to 1e-9 (eq. 0.7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

from sim.chunk import Chunk, Setup
from sim.ensemble.clock import Horizon
from sim.world.build import build
from sim.world.ranges import factors_of
from sim.world.rows import RangeRow, Tables
from tests.oracle import run
from tests.oracle.cases import numbers, parameters
from tests.oracle.engine import TOLERANCE, difference, follow
from tests.worlds import MARGINS, ROUTES, small_tables

DAYS, TICK, PERTURB = 364, 7, 0.3
RANGES = (  # table, column, by, which
    ("sectors", "cover", "region", "*"),
    ("sectors", "cover", "sector", "*"),
    ("sectors", "spread", "", ""),
    ("sectors", "value_added", "", ""),
    ("commodities", "user_cover", "stage", "*"),
    ("end_uses", "spare", "", ""),
    ("end_uses", "wait", "sector", "*"),
    ("designs", "ceiling", "design", "*"),
    ("designs", "qualify", "design", "*"),
)


def uncertain_tables() -> Tables:
    """A small world with ranges on all that may be drawn, but for what plants under way cost."""
    rows = tuple(RangeRow("assumed", "assumption", "0.6", "1.6", "", *names) for names in RANGES)
    return replace(small_tables(numbers(500), ("HO", "AB", "CD"), 0.15), ranges=rows)


def said(tables: Tables, drawn: Mapping[str, float]) -> Tables:
    """The tables with all that is drawn written into them."""

    def factor(table: str, column: str, which: str = "") -> float:
        return drawn[".".join(filter(None, ("tables", table, column, which)))]

    return replace(
        tables,
        sectors=tuple(
            replace(
                row,
                cover=row.cover * factor("sectors", "cover", row.region) * factor("sectors", "cover", row.sector),
                spread=row.spread * factor("sectors", "spread"),
                value_added=row.value_added * factor("sectors", "value_added"),
            )
            for row in tables.sectors
        ),
        commodities=tuple(
            replace(row, user_cover=row.user_cover * factor("commodities", "user_cover", row.stage))
            for row in tables.commodities
        ),
        end_uses=tuple(
            replace(
                row,
                spare=row.spare * factor("end_uses", "spare"),
                wait=row.wait * factor("end_uses", "wait", row.sector),
            )
            for row in tables.end_uses
        ),
        designs=tuple(
            replace(
                row,
                ceiling=min(row.ceiling * factor("designs", "ceiling", row.design), 1),
                qualify=row.qualify * factor("designs", "qualify", row.design),
            )
            for row in tables.designs
        ),
    )


def test_a_replicate_is_the_world_whose_tables_say_what_it_draws() -> None:
    tables, p = uncertain_tables(), parameters(growth=1.0)
    world, start = build(tables, MARGINS, routes=ROUTES), date(2025, 1, 1)
    horizon = Horizon(start, start + timedelta(days=DAYS - 1), TICK)
    chunk = Chunk(Setup(world, p, horizon, seed=7, factors=factors_of(tables)), range(1))
    chunk.market.state.producer_stock[:] *= PERTURB
    chunk.market.state.user_stock[:] *= PERTURB
    drawn = {item.name: float(values[0]) for item, values in zip(chunk.draws.items, chunk.draws.values, strict=True)}
    assert len(set(drawn.values())) == len(drawn) > len(RANGES)
    assert all(0.6 < value < 1.6 for value in drawn.values())
    found = difference(follow(world, chunk), run(said(tables, drawn), MARGINS, p, DAYS, TICK, perturb=PERTURB))
    assert found.size <= TOLERANCE, found
