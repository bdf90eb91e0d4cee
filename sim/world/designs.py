"""Other designs: how a sector can do with less of an input, or with another one, in each region."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import final

import numpy as np

from sim.axes import Bools, Floats, Ints, Sum, column
from sim.units import DAYS_A_WEEK, DAYS_A_YEAR
from sim.world.axis import Axis
from sim.world.base_year import ASSEMBLED, TONNE, BaseYear, Node
from sim.world.rows import DesignRow, Tables
from sim.world.users import Users
from sim.world.values import landed_prices


@final
@dataclass(frozen=True, eq=False)
class Designs(Axis):
    """Designs by region (G): first those that need another input instead, then those that need none.

    ``user`` and ``instead`` count the inputs of sectors alone (V): users without plants.
    """

    names: tuple[tuple[str, str, str, str], ...]  # design, commodity, region, sector
    replaced: slice  # those that need another input instead
    user: Ints  # (G,) → V, of whose use they take a part
    instead: Ints  # (replaced,) → V, what is used instead
    amount: Floats  # (replaced, 1) t of it instead of a tonne
    price: Floats  # (G, 1) USD/t, base price of the input where it lands
    price_instead: Floats  # (replaced, 1) USD/t
    cost: Floats  # (G, 1) USD for a tonne of the input, beside what is used instead
    once: Floats  # (G, 1) USD for a tonne a day of the input, paid once
    ceiling: Floats  # (G, 1) of the use, most that can change
    time: Floats  # (G, 1) days to qualify, mean
    rate: Floats  # (G, 1) a day, of the use, most that is begun
    part: Floats  # (V, 1) part of a sector that depends on each input in the base year; 0: designs alone need it
    comes: Floats  # (replaced, 1) part of a sector that comes to depend on what is used instead, once all has changed

    @cached_property
    def of_user(self) -> Sum:
        """(V, G): all designs of each use."""
        return Sum.of(((int(v), g, 1.0) for g, v in enumerate(self.user)), (len(self.part), len(self)))

    @cached_property
    def to_instead(self) -> Sum:
        """(V, replaced): what is used instead, by input."""
        entries = ((int(v), g, 1.0) for g, v in enumerate(self.instead))
        return Sum.of(entries, (len(self.part), len(self.instead)))

    @cached_property
    def moves(self) -> Sum:
        """(V, G): what a changed share of each use takes from inputs, and adds to others."""
        taken = [(int(v), g, -1.0) for g, v in enumerate(self.user)]
        added = [(int(v), g, float(a)) for g, (v, a) in enumerate(zip(self.instead, self.amount[:, 0], strict=True))]
        return Sum.of(taken + added, (len(self.part), len(self)))

    @cached_property
    def depends(self) -> Sum:
        """(V, G): the part of a sector that stops depending on each input, and that begins to."""
        taken = [(int(v), g, -float(self.part[v, 0])) for g, v in enumerate(self.user)]
        added = [(int(v), g, float(c)) for g, (v, c) in enumerate(zip(self.instead, self.comes[:, 0], strict=True))]
        return Sum.of(taken + added, (len(self.part), len(self)))


def possible_inputs(year: BaseYear, tables: Tables) -> dict[Node, list[str]]:
    """Inputs that sectors may come to use and do not in the base year, by sector and region."""
    found: dict[Node, list[str]] = defaultdict(list)
    for row, region in _rows(year, tables):
        is_used = (row.instead, region, row.sector) in year.uses
        if row.instead and not is_used and row.instead not in found[row.sector, region]:
            found[row.sector, region].append(row.instead)
    return found


def designs_of(year: BaseYear, tables: Tables, users: Users) -> Designs:
    """The designs of a base year whose inputs can be had where their users are."""
    landed = landed_prices(year)
    index = {name: v for v, name in enumerate(users.names[users.inputs])}
    found = sorted(_rows(year, tables), key=lambda one: not one[0].instead)
    rows, others = [row for row, _ in found], [one for one in found if one[0].instead]
    user = np.array([index[row.commodity, g, row.sector] for row, g in found], np.intp)
    instead = np.array([index[row.instead, g, row.sector] for row, g in others], np.intp)
    amount = column(row.amount for row, _ in others)
    assembled = np.array([row.commodity for row in tables.commodities if row.stage in ASSEMBLED])
    is_assembled = np.isin([name[0] for name in users.names[users.inputs]], assembled)
    part = _parts(users.need[users.inputs], user, instead, amount, is_assembled)
    of_others = user[: len(others)]
    comes = part[of_others] * ((part[instead] == 0) | is_assembled[instead, None] | is_assembled[of_others, None])
    return Designs(
        names=tuple((row.design, row.commodity, g, row.sector) for row, g in found),
        replaced=slice(0, len(others)),
        user=user,
        instead=instead,
        amount=amount,
        price=column(landed[row.commodity, g] for row, g in found),
        price_instead=column(landed[row.instead, g] for row, g in others),
        cost=column(row.cost * TONNE for row in rows),
        once=column(row.once * TONNE * DAYS_A_YEAR for row in rows),
        ceiling=column(row.ceiling for row in rows),
        time=column(row.qualify * DAYS_A_WEEK for row in rows),
        rate=column(row.rate / DAYS_A_YEAR for row in rows),
        part=part,
        comes=comes,
    )


def _parts(need: Floats, user: Ints, instead: Ints, amount: Floats, is_assembled: Bools) -> Floats:
    """(V, 1): part of a sector that depends on each input in the base year (eq. 9.5).

    All of it, but who buys a component has no use for what is in it: by the designs from one to the other, the part of
    the component is that of its use, and the rest depends on what it is made of.
    """
    part = (need > 0).astype(np.float64)
    for v in np.unique(instead[is_assembled[instead] & (need[instead, 0] > 0)]):
        rows = np.flatnonzero(instead == v)
        made_of = user[rows]
        of_component = need[v] / (need[v] + (amount[rows] * need[made_of]).sum())
        part[v], part[made_of] = of_component, 1 - of_component
    return part


def _rows(year: BaseYear, tables: Tables) -> Sequence[tuple[DesignRow, str]]:
    """Rows of the table and the regions in which they are possible, in the order of the table."""
    lands, regions = {(c, d) for c, _, d in year.flows}, [row.region for row in tables.regions]
    return [
        (row, g)
        for row in tables.designs
        for g in regions
        if (row.commodity, g, row.sector) in year.uses and (not row.instead or (row.instead, g) in lands)
    ]
