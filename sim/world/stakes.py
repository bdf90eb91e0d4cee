"""What hangs on a tonne: the value added of the sectors that it ends up in, up the chain (docs/model.md, eq. 1.5)."""

from __future__ import annotations

import numpy as np

from sim.axes import TINY, Floats, at_least
from sim.world.arcs import Arcs
from sim.world.designs import Designs
from sim.world.facilities import Facilities
from sim.world.users import Sectors, Users

STEPS = 64  # from buyers up the chain, more than any chain is long; goods that go round (scrap) have settled by then


def stakes(users: Users, arcs: Arcs, plants: Facilities, sectors: Sectors, designs: Designs) -> Floats:
    """(U, 1), USD a tonne: value added of base-year output that a user makes of a tonne of its input.

    Of a sector that is the part of its value added that depends on the input. Of plants it is what hangs on their
    products, by the users that these go to; a plant that takes several inputs needs each of them, so all of its output
    hangs on each.
    """
    takes, makes = plants.need, plants.output
    need = np.concatenate([takes.once(plants.scale), users.need[users.inputs]])
    at_stake, uses = np.zeros((len(users), 1)), _uses(users, designs)
    for slot in users.slots:
        at_stake[slot] = sectors.value_added[: slot.stop - slot.start] / uses[slot]
    at_stake[users.inputs] *= np.where(designs.part > 0, designs.part, 1)
    used, flow = users.to_destination.once(need), arcs.to_origin.once(arcs.flow)
    goes = np.where(flow[arcs.origin] > 0, arcs.flow, arcs.split)  # from new origins, as much as they could
    sent = arcs.to_origin.once(goes)
    for _ in range(STEPS):
        by_place = users.to_destination.once(need * at_stake) / at_least(used, TINY)
        by_origin = arcs.to_origin.once(goes * by_place[arcs.destination]) / at_least(sent, TINY)
        worth = np.bincount(makes.columns, makes.weights * by_origin[makes.rows, 0], len(plants))  # of a unit
        value = worth * plants.scale[:, 0]  # of each plant, USD a day
        hangs = np.bincount(takes.rows, value[takes.columns] * (takes.weights != 0), takes.shape[0])
        at_stake[users.plants] = hangs[:, None] / at_least(need[users.plants], TINY)
    return at_stake


def _uses(users: Users, designs: Designs) -> Floats:
    """(U, 1), t/day: base-year use; of what designs alone need, what they would replace."""
    uses, first = users.need.copy(), users.plants.stop
    for user, instead, amount in zip(designs.user, designs.instead, designs.amount[:, 0], strict=False):
        if not designs.part[instead, 0]:
            uses[first + instead] = max(uses[first + instead, 0], amount * uses[first + user, 0])
    return uses
