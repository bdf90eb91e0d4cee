"""The world as arrays: what its index maps and sums promise, on the base year that ships."""

from __future__ import annotations

import numpy as np
import pytest

import sim
from sim.plan import make_plan
from sim.world.axis import Axis
from sim.world.build import World


@pytest.fixture(scope="module")
def world() -> World:
    """The shipped world."""
    return make_plan(sim.load("baseline")).world


def test_no_facility_can_recover_more_than_its_inputs_hold(world: World) -> None:
    """Content of outputs, by-products stretched to their headroom, is at most that of inputs; but of what is dug."""
    inputs = world.facilities.need.matrix.toarray().T @ world.contents(c for c, _ in world.users.of_plants)
    stretched = world.facilities.output.matrix.toarray() * (1 + np.minimum(world.producers.headroom, 1))
    main = world.producers.headroom[:, 0] == 0
    goods = world.contents(c for c, _ in world.nodes.made)
    dug = inputs.sum(axis=1) == 0
    for element in range(len(world.elements)):
        for row in np.flatnonzero(~main):
            alone = stretched[row] * goods[row, element]  # one by-product at its most, the others as they are
            others = np.delete(world.facilities.output.matrix.toarray(), row, axis=0).T @ np.delete(
                goods[:, element], row
            )
            assert (alone + others <= inputs[:, element] * (1 + 1e-9) + 1e-12)[(alone > 0) & ~dug].all()


def test_shares_of_a_destination_sum_to_one(world: World) -> None:
    assert world.arcs.to_destination(world.arcs.share) == pytest.approx(1)


def test_arcs_of_one_transit_time_are_neighbours(world: World) -> None:
    assert (np.diff(world.arcs.transit) >= 0).all()


def test_what_is_made_leaves_or_goes_to_other_use(world: World) -> None:
    made = world.facilities.output(world.facilities.activity)
    assert made * (1 - world.producers.other_share) == pytest.approx(world.producers.orders, rel=1e-9, abs=1e-12)


def test_what_arrives_is_used(world: World) -> None:
    assert world.arcs.to_destination(world.arcs.flow) == pytest.approx(
        world.users.to_destination(world.users.need), rel=1e-9
    )


def test_every_array_of_the_world_is_read_only(world: World) -> None:
    axes = [value for value in vars(world).values() if isinstance(value, Axis)]
    arrays = [value for axis in axes for value in vars(axis).values() if isinstance(value, np.ndarray)]
    assert arrays
    assert not any(array.flags.writeable for array in arrays)
