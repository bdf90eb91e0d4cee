"""Projects that may come in a world."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import final

import numpy as np

from sim.axes import Floats, Ints
from sim.world.axis import Axis
from sim.world.facilities import Facilities
from sim.world.rows import ProjectRow, Tables


@final
@dataclass(frozen=True, eq=False)
class Projects(Axis):
    """Plants that may be built (J), in the order of their table."""

    names: tuple[str, ...]
    rows: tuple[ProjectRow, ...]
    users: Ints  # rows of users (U) whose plants any of them adds to
    cost: Floats  # (J, 1) unit cost, ratio to what the table says

    def where(
        self,
        *,
        name: Collection[str] | None = None,
        region: Collection[str] | None = None,
        process: Collection[str] | None = None,
    ) -> Ints:
        """Rows of the projects of some names, regions and processes; all, where one is left out."""
        found = [
            j
            for j, row in enumerate(self.rows)
            if (name is None or row.project in name)
            and (region is None or row.region in region)
            and (process is None or row.process in process)
        ]
        return np.array(found, np.intp)


def projects_of(tables: Tables, chosen: Collection[str], facilities: Facilities) -> Projects:
    """Those of the table that are chosen."""
    rows = tuple(row for row in tables.projects if row.project in chosen)
    added_to = {row.facility for row in tables.expansions if row.project in chosen}
    theirs = np.array([f in added_to for f in facilities.names])
    names = tuple(row.project for row in rows)
    users = np.unique(facilities.need.rows[theirs[facilities.need.columns]])
    return Projects(names, rows, users, np.ones((len(rows), 1)))
