"""Projects as rows: to which facilities they add capacity, what they earn and cost (docs/model.md, section 10)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np

from sim.axes import TINY, Bools, Floats, Ints, Sum, at_least, column
from sim.ensemble.clock import Horizon
from sim.units import DAYS_A_MONTH, DAYS_A_YEAR, MILLION
from sim.world.base_year import TONNE
from sim.world.build import World
from sim.world.rows import ProjectRow, RecordRow


@dataclass(frozen=True, eq=False)
class Portfolio:
    """The projects (J) of a world, and the expansions (L) by which they add to facilities; every array is read-only."""

    rows: tuple[ProjectRow, ...]
    records: tuple[RecordRow, ...]  # (J,) the record of slips that each follows
    announced: Floats  # (J, 1) day from which it is known
    decision: Floats  # (J, 1) day planned for the decision; minus infinity where it is taken
    start: Floats  # (J, 1) day of first output, planned or true; infinite where it is not decided
    build: Floats  # (J, 1) days from decision to first output
    ramp: Floats  # (J, 1) days from first output to nameplate
    qualification: Floats  # (J, 1) days
    capital: Floats  # (J, 1) USD
    running_cost: Floats  # (J, 1) USD a year at full output, without inputs
    life: Floats  # (J, 1) years
    contracted: Floats  # (J, 1) share of output whose customers pay at least its cost
    expansion_project: Ints  # (L,) → J
    expansion_facility: Ints  # (L,) → F
    expansion_base: Floats  # (L, 1) capacity that it has at the start, ratio to that of the base year
    expansion_added: Floats  # (L, 1) capacity that comes with its ramp
    facilities: Ints  # (M,) → F: those that expansions add to
    facility_base: Floats  # (M, 1) their capacity that is nobody's project
    facility_size: Floats  # (M, 1) what a scenario makes of those of the base year, ratio, above 0; 1 of new ones
    grows: Bools  # (M,) whether any project adds to it; the others grow with demand, as who has no projects does
    capacity: Sum  # (M, L)
    sold: Ints  # (O',) → O: what they make
    bought: Ints  # (D',) → D: what they buy
    revenue: Sum  # (J, O') USD a year at base prices
    spending: Sum  # (J, D') USD a year at base prices
    output: Sum  # (J, O') t a year at full output

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the projects."""
        return tuple(row.project for row in self.rows)

    def rows_of(self, names: Sequence[str]) -> Ints:
        """Rows (J) of some projects."""
        return np.array([j for j, name in enumerate(self.names) if name in names], np.intp)


def portfolio(world: World, horizon: Horizon, utilisation: float, size: Floats) -> Portfolio:
    """The projects of a world.

    Parameters
    ----------
    world : World
    horizon : Horizon
    utilisation : float, share of 1
        Of capacity, in the base year and at full output.
    size : (F, 1) array, ratio
        Capacity that a scenario gives a facility over that of the tables.
    """
    rows = world.projects.rows
    found = _expansions(world, horizon, utilisation, size)
    project, where, activity = found.project, found.facility, found.activity
    managed = np.unique(where)
    at = np.searchsorted(managed, where)
    old = world.facilities.activity[managed, 0] > 0
    elsewhere = size[managed, 0] * old
    elsewhere[at[found.own]] = 0
    sold, output = _amounts(world.facilities.output, activity, project, where, len(rows))
    taken, spending = _amounts(world.facilities.need, activity, project, where, len(rows))
    return Portfolio(
        rows=rows,
        records=tuple(next(r for r in world.tables.records if r.slips == row.slips) for row in rows),
        announced=column(_day(row.announced, horizon, -np.inf) for row in rows),
        decision=column(_day(row.decision, horizon, -np.inf) for row in rows),
        start=column(_day(row.start, horizon, np.inf) for row in rows),
        build=column(row.construction * DAYS_A_MONTH for row in rows),
        ramp=column(row.ramp * DAYS_A_MONTH for row in rows),
        qualification=column(row.qualification * DAYS_A_MONTH for row in rows),
        capital=column(row.capital * MILLION for row in rows),
        running_cost=_by_project(project, activity, [row.unit_cost * TONNE for row in rows]) * world.projects.cost,
        life=column(row.life for row in rows),
        contracted=column(row.contracted for row in rows),
        expansion_project=project,
        expansion_facility=where,
        expansion_base=found.base[:, None],
        expansion_added=found.added[:, None],
        facilities=managed,
        facility_base=elsewhere[:, None],
        facility_size=np.where(old, at_least(size[managed, 0], TINY), 1)[:, None],
        grows=np.isin(managed, where[found.added > 0]),
        capacity=Sum(at, range(len(where)), 1.0, (len(managed), len(where))),
        sold=sold,
        bought=world.users.node[world.users.plants][taken],
        revenue=output.scaled(world.producers.price[sold, 0]),
        spending=spending.scaled(_landed(world)[taken, 0]),
        output=output,
    )


class _Expansions(NamedTuple):
    """What projects add, an expansion a row (L,)."""

    project: Ints
    facility: Ints
    own: Bools  # whether it is a plant of the base year that its project runs
    base: Floats  # capacity at the start, ratio to that of the base year
    added: Floats  # capacity that comes with the ramp
    activity: Floats  # a year, at full output


def _expansions(world: World, horizon: Horizon, utilisation: float, size: Floats) -> _Expansions:
    """Capacity of each expansion at the start, and what its ramp adds; parameters as of `portfolio`."""
    rows, facilities = world.projects.rows, world.facilities
    index = {row.project: j for j, row in enumerate(rows)}
    number = {name: f for f, name in enumerate(facilities.names)}
    found = [row for row in world.tables.expansions if row.project in index]
    project = np.array([index[row.project] for row in found], np.intp)
    where = np.array([number[row.facility] for row in found], np.intp)
    runs = facilities.activity[where, 0] > 0  # in the base year
    nameplate = np.array([row.capacity for row in found]) * size[where, 0]
    full = utilisation * nameplate / DAYS_A_YEAR / facilities.scale[where, 0]
    own = runs & np.array([rows[j].stage == "operating" for j in project], bool)
    base = np.where(own, size[where, 0], 0)
    ramps = np.array([_day(rows[j].start, horizon, np.inf) + rows[j].ramp * DAYS_A_MONTH > 0 for j in project], bool)
    added = at_least(full - base, 0) * (ramps | ~own)
    return _Expansions(project, where, own, base, added, (base + added) * facilities.scale[where, 0] * DAYS_A_YEAR)


def _day(text: str, horizon: Horizon, never: float) -> float:
    return float(horizon.day(date.fromisoformat(text))) if text else never


def _by_project(project: Ints, activity: Floats, unit_cost: Sequence[float]) -> Floats:
    """(J, 1): what all activity of a project costs."""
    total = np.zeros((len(unit_cost), 1))
    np.add.at(total[:, 0], project, activity)
    return total * column(unit_cost)


def _amounts(recipes: Sum, activity: Floats, project: Ints, facility: Ints, projects: int) -> tuple[Ints, Sum]:
    """Rows of the goods that projects make or take, and (J, goods) t a year at full output of all their expansions."""
    matrix = recipes.matrix.tocsc()
    entries: dict[tuple[int, int], float] = {}
    for j, f, amount in zip(project.tolist(), facility.tolist(), activity.tolist(), strict=True):
        for k in range(matrix.indptr[f], matrix.indptr[f + 1]):
            key = j, int(matrix.indices[k])
            entries[key] = entries.get(key, 0.0) + float(matrix.data[k]) * amount
    goods = np.unique(np.array([row for _, row in entries], np.intp))
    place = {row: i for i, row in enumerate(goods.tolist())}
    amounts = Sum.of(((j, place[row], tonnes) for (j, row), tonnes in entries.items()), (projects, len(goods)))
    return goods, amounts


def _landed(world: World) -> Floats:
    """(P, 1) USD/t: mean price at the works of what plant users buy in the base year."""
    price = world.producers.price[world.arcs.origin]
    return world.arcs.to_destination(world.arcs.share * price)[world.users.node[world.users.plants]]
