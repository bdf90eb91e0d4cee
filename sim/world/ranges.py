"""Numbers of tables that nobody knows well: replicates have factors on what the tables say (docs/model.md, eq. 0.7)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeAlias, final

import numpy as np

from sim.axes import Floats
from sim.world.build import World
from sim.world.kinds import DRAWN
from sim.world.rows import SPREAD, RangeRow, Tables
from sim.world.tables import values_in
from sim.world.users import Sectors, Users

Row: TypeAlias = Mapping[str, str]
On: TypeAlias = Callable[[str, str, Sequence[Row]], "Floats | float"]
ALL_OTHERS = "*"


class Factor(NamedTuple):
    """A factor on some rows of a column."""

    name: str  # of its draw
    table: str
    column: str
    by: str  # column in which its rows agree; empty: all rows
    which: str
    low: float
    high: float

    def concerns(self, row: Row) -> bool:
        """Whether it is on a row."""
        return not self.by or row[self.by] == self.which


def factors_of(tables: Tables) -> tuple[Factor, ...]:
    """The factors that replicates draw, in the order of the table; ``*`` is each value without a row of its own.

    A range from 1 to 1 says that a number is known: nothing is drawn.
    """
    return tuple(
        Factor(_named(row, which), row.table, row.column, row.by, which, float(row.low), float(row.high))
        for row in tables.ranges
        for which in _values(row, tables)
        if float(row.low) < float(row.high)
    )


def _values(row: RangeRow, tables: Tables) -> Sequence[str]:
    there = values_in(tables, row.table, row.by) if row.by else ("",)
    if row.which != ALL_OTHERS:
        return [which for which in (row.which,) if which in there]
    alike = (one for one in tables.ranges if (one.table, one.column, one.by) == (row.table, row.column, row.by))
    own = {one.which for one in alike}
    return [value for value in there if value not in own]


def _named(row: RangeRow, which: str) -> str:
    return ".".join(filter(None, ("tables", row.table, row.column, which)))


@final
@dataclass(frozen=True)
class _Drawn:
    """The factors of a chunk, by column."""

    factors: Mapping[tuple[str, str], Sequence[tuple[Factor, Floats]]]

    def on(self, table: str, column: str, rows: Sequence[Row]) -> Floats | float:
        """(M, R): the product of all factors on each row; 1 where nothing is drawn."""
        assert set().union(*rows) <= {*DRAWN[table, column]}, "a row is told apart by what factors may go by"
        found = self.factors.get((table, column), ())
        if not found or not rows:
            return 1.0
        return np.array([_product([drawn for one, drawn in found if one.concerns(row)], found[0][1]) for row in rows])


def _product(factors: Sequence[Floats], like: Floats) -> Floats:
    return np.prod([np.ones_like(like), *factors], axis=0)


def drawn_world(world: World, factors: Sequence[Factor], draw: Callable[[Factor], Floats]) -> World:
    """The world of a chunk: what is drawn of its tables has a column a replicate, (M, R) instead of (M, 1).

    Parameters
    ----------
    world : World
        As the tables have it.
    factors : sequence of Factor
    draw : callable
        Gives the factor of each replicate, (R,).

    Notes
    -----
    The base year itself, of which everything follows that is traded and used, is the same in all replicates.
    """
    if not factors:
        return world
    by_column: dict[tuple[str, str], list[tuple[Factor, Floats]]] = defaultdict(list)
    for factor in factors:
        by_column[factor.table, factor.column].append((factor, draw(factor)))
    on = _Drawn(by_column).on
    sectors = _sectors(world.sectors, on)
    designs, projects = world.designs, world.projects
    of_designs = [{"design": name, "commodity": c, "sector": s} for name, c, _, s in designs.names]
    of_projects = [{"project": row.project, "process": row.process, "region": row.region} for row in projects.rows]
    return replace(
        world,
        sectors=sectors,
        users=_users(world, sectors, on),
        designs=replace(
            designs,
            ceiling=np.minimum(designs.ceiling * on("designs", "ceiling", of_designs), 1),
            time=designs.time * on("designs", "qualify", of_designs),
        ),
        projects=replace(projects, cost=projects.cost * on("projects", "unit_cost", of_projects)),
    )


def _sectors(sectors: Sectors, on: On) -> Sectors:
    rows = [{"sector": s, "region": g} for s, g in sectors.names]
    end_uses = [{"sector": s} for s, _ in sectors.names]
    return replace(
        sectors,
        cover=sectors.cover * on("sectors", "cover", rows),
        spread=np.clip(sectors.spread * on("sectors", "spread", rows), SPREAD.least, SPREAD.most),
        value_added=sectors.value_added * on("sectors", "value_added", rows),
        spare=np.minimum(sectors.spare * on("end_uses", "spare", end_uses), 1),
        wait=sectors.wait * on("end_uses", "wait", end_uses),
    )


def _users(world: World, sectors: Sectors, on: On) -> Users:
    """Plants hold by the stage of the good, inputs of sectors as their sectors do."""
    users = world.users
    goods = [{"commodity": c, "stage": world.stage[c]} for c, _ in users.of_plants]
    plants = users.cover[users.plants] * on("commodities", "user_cover", goods)
    inputs = sectors.cover[users.sector]
    width = max(plants.shape[1], inputs.shape[1])
    cover = np.concatenate([np.broadcast_to(part, (len(part), width)) for part in (plants, inputs)])
    return replace(users, cover=cover)
