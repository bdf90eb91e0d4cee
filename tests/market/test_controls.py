"""How proposals of several controls on one arc combine (docs/model.md, eq. 7.1 to 7.3)."""

from __future__ import annotations

import numpy as np
import pytest

from sim.market.controls import PROPOSALS
from tests.tiny import OXIDE_ABROAD, OXIDE_OF_CARS, OXIDE_OF_OPTICS, Case, ban, one

ROW = np.array([0])


def test_shares_barred_combine_as_independent() -> None:
    """1 − (1 − 0.5)·(1 − 0.2)."""
    controls = Case(ban()).controls
    controls.expect_restriction(ROW, 0.5)
    assert controls.expected_restriction[0].tolist() == [0.5, 0.5]
    controls.expect_restriction(ROW, 0.2)
    assert controls.expected_restriction[0].tolist() == pytest.approx([0.6, 0.6])


def test_the_loudest_alarm_and_the_largest_block_count() -> None:
    """Whatever their order."""
    controls = Case(ban()).controls
    for share in (0.3, 0.7, 0.5):
        controls.warn(ROW, share)
        controls.block(ROW, share)
    assert controls.announcement_effect[0].tolist() == [0.7, 0.7]
    assert controls.restricted[0].tolist() == [0.7, 0.7]


def test_tariffs_add() -> None:
    """A quarter and a tenth."""
    controls = Case(ban()).controls
    controls.charge(ROW, 0.25)
    controls.charge(ROW, 0.1)
    assert controls.tariff[0].tolist() == pytest.approx([0.35, 0.35])


def test_proposals_are_forgotten_at_the_start_of_a_tick() -> None:
    """All but the arcs, and what buyers have learned to doubt."""
    case = Case(ban())
    for name in PROPOSALS:
        getattr(case.controls, name)[:] = 0.5
    case.state.doubted[:] = 0.5
    case.controls.clear()
    assert case.controls.arcs.tolist() == [case.arc[OXIDE_ABROAD]]
    assert not any(getattr(case.controls, name).any() for name in PROPOSALS)
    assert case.state.doubted.all()


def test_shocks_are_forgotten_at_the_start_of_a_tick() -> None:
    """Nothing is lost, nothing changes."""
    shocks = Case().market.shocks
    shocks.available[:], shocks.shifted[:] = 0.5, 0.5
    shocks.clear()
    assert shocks.available.min() == 1
    assert shocks.shifted.min() == 1


def test_what_is_controlled_is_summed_at_its_ends() -> None:
    """Oxide over the arc from HO to AB."""
    case = Case(ban())
    tonnes = np.array([[5.0, 7.0]])
    assert case.controls.to_origin(tonnes)[case.o["oxide.Ee", "HO"]].tolist() == [5, 7]
    assert case.controls.to_destination(tonnes)[case.d["oxide.Ee", "AB"]].tolist() == [5, 7]
    assert case.controls.to_origin(tonnes).sum() == 12
    assert case.controls.positions(case.controls.arcs) == slice(0, 1)


def test_users_have_their_part_of_what_was_ordered() -> None:
    """In AB cars ordered 6 t of oxide a day and optics 2."""
    case = Case()
    cars, optics = case.user[OXIDE_OF_CARS], case.user[OXIDE_OF_OPTICS]
    case.state.user_orders[cars] = 6
    case.settle("arrivals")
    parts = case.state.parts
    assert (one(parts, cars), one(parts, optics)) == pytest.approx((0.75, 0.25))


def test_where_nobody_ordered_users_have_their_part_of_the_need() -> None:
    """In AB cars expect to need 6 t of oxide a day and optics 2."""
    case = Case()
    cars, optics = case.user[OXIDE_OF_CARS], case.user[OXIDE_OF_OPTICS]
    case.state.expected_need[cars] = 6
    case.state.user_orders[[cars, optics]] = 0
    case.settle("arrivals")
    parts = case.state.parts
    assert (one(parts, cars), one(parts, optics)) == pytest.approx((0.75, 0.25))
