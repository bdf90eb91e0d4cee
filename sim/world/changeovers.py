"""Plants that can make what others beside them make."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from sim.axes import Floats, Ints, Sum, column
from sim.units import DAYS_A_WEEK
from sim.world.axis import Axis
from sim.world.facilities import Facilities
from sim.world.rows import Tables


@final
@dataclass(frozen=True, eq=False)
class Changeovers(Axis):
    """Pairs of plants whose lines make either product (C): a unit of the one's capacity is a unit of the other's."""

    names: tuple[tuple[str, str], ...]  # facility, other
    facility: Ints  # (C,) → F
    other: Ints  # (C,) → F
    share: Floats  # (C, 1) of a plant's capacity, most that can make what the other makes
    time: Floats  # (C, 1) days, mean
    moves: Sum  # (F, C): what lines that were changed take from the facility, and give to the other


def changeovers_of(tables: Tables, facilities: Facilities) -> Changeovers:
    """The pairs of a table both of which stand in the world."""
    index = {name: f for f, name in enumerate(facilities.names)}
    rows = [row for row in tables.changeovers if row.facility in index and row.other in index]
    ends = [(index[row.facility], index[row.other]) for row in rows]
    entries = [(f, c, sign) for c, (a, b) in enumerate(ends) for f, sign in ((a, -1.0), (b, 1.0))]
    return Changeovers(
        names=tuple((row.facility, row.other) for row in rows),
        facility=np.array([a for a, _ in ends], np.intp),
        other=np.array([b for _, b in ends], np.intp),
        share=column(row.share for row in rows),
        time=column(row.time * DAYS_A_WEEK for row in rows),
        moves=Sum.of(entries, (len(facilities), len(rows))),
    )
