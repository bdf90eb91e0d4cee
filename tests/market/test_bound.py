"""What of trade is bound: contracts everywhere, affiliates at home (docs/model.md, eq. 6.2)."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.ensemble.parameters import Parameters
from sim.market.bound import Bound
from tests.market.test_demand import LANDED, dear_oxide
from tests.tiny import (
    MAGNET_AB,
    MAGNET_ABROAD,
    MAGNET_HO,
    MAGNET_HOME,
    OXIDE_AB,
    OXIDE_ABROAD,
    OXIDE_OWN,
    Case,
    one,
)


def test_affiliates_are_of_one_region() -> None:
    """Contracts hold 0.6, and affiliates half of the rest at home. A quarter of the oxide of AB is its own."""
    case = Case(contract_share=0.6, affiliated=0.5)
    bound = Bound(case.world, case.market.p)
    assert bound.of_arcs[case.arc[OXIDE_ABROAD]] == pytest.approx(0.6)
    assert bound.of_arcs[case.arc[OXIDE_OWN]] == pytest.approx(0.8)
    assert one(bound.at_destinations(case.state.share), case.d[OXIDE_AB]) == pytest.approx(0.75 * 0.6 + 0.25 * 0.8)


def test_each_replicate_has_its_own_contracts() -> None:
    case = Case()
    each = Parameters({"contract_share": np.array([0.5, 0.75]), "affiliated": np.array([1.0, 0.0])})
    bound = Bound(case.world, each)
    assert bound.of_arcs[case.arc[OXIDE_OWN]].tolist() == [1.0, 0.75]
    assert bound.of_arcs[case.arc[OXIDE_ABROAD]].tolist() == [0.5, 0.75]


def test_what_affiliates_buy_of_one_another_costs_what_contracts_say() -> None:
    """A quarter of what AB uses is its own: half of the 0.4 that no contract binds stays between affiliates there."""
    case = dear_oxide(affiliated=0.5)
    case.settle("demand")
    bound = 0.6 + 0.4 * 0.5 * 0.25
    assert one(case.state.bound, case.d[OXIDE_AB]) == pytest.approx(bound)
    assert one(case.state.paid, case.d[OXIDE_AB]) == pytest.approx(bound * LANDED + (1 - bound) * 3)


def test_affiliates_order_of_one_another_whatever_others_ask() -> None:
    """AB orders 4 t/day, a quarter at home: there half of the 0.4 that no contract binds stays between affiliates."""
    case = Case(spot_elasticity=2.0, contract_share=0.6, affiliated=0.5, habit_time=1e12)
    case.state.price[case.node[OXIDE_AB]] = math.log(2)
    case.settle("sourcing")
    abroad, home = 0.75 * 0.4, 0.25 * 0.2
    cheap = abroad + home / 4
    ordered = [one(case.state.orders_placed, case.arc[arc]) for arc in (OXIDE_ABROAD, OXIDE_OWN)]
    assert ordered[1] == pytest.approx(4 * (0.25 * 0.8 + (abroad + home) * home / 4 / cheap))
    assert sum(ordered) == pytest.approx(4)


def test_of_short_goods_affiliates_get_what_they_order_of_what_is_there() -> None:
    """As without affiliates, but in HO only 0.08 of what is asked is free to go to who pays more."""
    case = Case(release_time=1e-9, spot_elasticity=2.0, contract_share=0.6, affiliated=0.8)
    case.state.price[case.node[MAGNET_AB]] = math.log(2)
    case.state.producer_stock[case.o[MAGNET_HO]] = 42
    case.settle("sourcing")
    home, abroad = 4 * 0.08, 8 * 0.4
    mean = (home + abroad * 4) / (home + abroad)
    parts = [1 - free + 2 * free * bid / (1 + bid) for free, bid in ((0.08, 1 / mean), (0.4, 4 / mean))]
    sent = [one(case.state.shipped, case.arc[arc]) for arc in (MAGNET_HOME, MAGNET_ABROAD)]
    assert sent == pytest.approx([14 * parts[0], 28 * parts[1]])
    assert sum(sent) <= 42
