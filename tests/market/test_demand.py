"""What sectors would make and need: prices paid, input costs, demand (docs/model.md, section 2)."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.ensemble.clock import Tick
from sim.market.demand import choke, output_demand, price_paid
from tests.market.test_designs import WITHOUT, redesign, row
from tests.market.test_lines import waited_for
from tests.tiny import (
    CARS_AB,
    CARS_HO,
    COST_OF_CARS,
    MAGNET_AB,
    MAGNETS_OF_CARS,
    OPTICS,
    OXIDE_AB,
    OXIDE_HO,
    OXIDE_OF_CARS,
    OXIDE_OF_OPTICS,
    Case,
    ban,
    one,
)


def test_buyers_pay_contract_and_spot_by_their_shares() -> None:
    """Three quarters at 2, a quarter at 4: 2.5."""
    assert price_paid(np.array([[2.0]]), np.array([[math.log(4)]]), 0.75)[0, 0] == pytest.approx(2.5)


def test_a_sector_passes_on_the_share_of_its_cost() -> None:
    """Inputs are a quarter of its cost and three times as dear: it is 1.5 times as dear; 1.1/1.5² is asked of it."""
    asked = output_demand(np.array([[1.1]]), np.array([[3.0]]), np.array([[0.25]]), 2.0)
    assert asked[0, 0] == pytest.approx(1.1 / 2.25)


def dear_oxide(**parameters: float) -> Case:
    """Oxide under contract at twice the base price in HO, and at spot three times in AB."""
    case = Case(contract_share=0.6, **parameters)
    case.state.contract_price[case.o[OXIDE_HO]] = math.log(2)
    case.state.price[case.node[OXIDE_AB]] = math.log(3)
    return case


LANDED = (0.75 * 55 * 2 + 0.25 * 60) / (0.75 * 55 + 0.25 * 60)
"""In AB three quarters come from HO for 50 USD/kg and a tenth of freight, the rest from AB for 60."""
PAID = 0.6 * LANDED + 0.4 * 3
CARS = (8 * 40 + 2 * 52.5 * PAID) / COST_OF_CARS
"""Cars spend 320 on magnets and 105 on oxide, at 52.5 USD/kg in the mean."""


def test_what_lands_costs_what_its_origins_ask_with_freight() -> None:
    """97.5 over 56.25 USD/kg."""
    case = dear_oxide()
    case.settle("demand")
    assert one(case.state.landed_cost, case.d[OXIDE_AB]) == pytest.approx(LANDED)
    assert one(case.state.paid, case.d[OXIDE_AB]) == pytest.approx(PAID)
    assert one(case.state.paid, case.d[MAGNET_AB]) == pytest.approx(1)


def test_inputs_cost_by_their_share_of_what_a_sector_spends() -> None:
    """Cars use magnets and oxide, optics oxide alone, cars at home no oxide."""
    case = dear_oxide()
    case.settle("demand")
    assert one(case.state.input_cost, case.sector[CARS_AB]) == pytest.approx(math.log(CARS))
    assert one(case.state.input_cost, case.sector[OPTICS]) == pytest.approx(math.log(PAID))
    assert one(case.state.input_cost, case.sector[CARS_HO]) == pytest.approx(0)


def test_need_follows_demand_and_substitution() -> None:
    """Inputs are a quarter of cost, well below the choke; substituted to 0.9. Sectors do not save within weeks."""
    case = dear_oxide(final_elasticity=2.0, saving_elasticity=0.2, choke_price=1e6, choke_spread=0.5)
    case.state.substitution[case.sector[CARS_AB]] = 0.9
    case.settle("demand")
    demand = (1 + (CARS - 1) / 4) ** -2
    assert one(case.state.demand, case.sector[CARS_AB]) == pytest.approx(demand)
    used = demand * 0.9
    assert one(case.state.need, case.user[MAGNETS_OF_CARS]) == pytest.approx(8 * used)
    assert one(case.state.need, case.user[OXIDE_OF_CARS]) == pytest.approx(2 * used)


def test_who_gives_up_makes_nothing_and_needs_nothing() -> None:
    """Inputs at twice the choke price, with a spread of ln 2: Φ(−1) of Φ(ln(1.5)/ln 2) remain."""
    case = Case(
        contract_share=0.0, final_elasticity=0.0, saving_elasticity=0.0, choke_price=1.5, choke_spread=math.log(2)
    )
    case.state.price[case.node[OXIDE_AB]] = math.log(3)
    case.settle("demand")
    remaining = (1 + math.erf(-(0.5**0.5))) / (1 + math.erf(math.log(1.5) / math.log(2) / 2**0.5))
    assert one(case.state.demand, case.sector[OPTICS]) == pytest.approx(remaining, abs=1e-3)
    assert one(case.state.need, case.user[OXIDE_OF_OPTICS]) == pytest.approx(2 * remaining, abs=2e-3)
    assert one(case.state.baseline, case.sector[OPTICS]) == 1


def test_the_baseline_grows_to_the_middle_of_the_tick_and_is_shocked() -> None:
    """Three and a half days of 8 % a year, of which the scale takes half; a shock leaves 0.8 of it."""
    case = Case(sector_growth=0.08, growth=0.5)
    case.market.shocks.shifted[case.sector[OPTICS]] = 0.8
    case.settle("demand")
    grown = 1.08 ** (0.5 * 3.5 / 365)
    assert one(case.state.baseline, case.sector[CARS_AB]) == pytest.approx(grown, rel=1e-12)
    assert one(case.state.baseline, case.sector[OPTICS]) == pytest.approx(0.8 * grown, rel=1e-12)
    assert one(case.state.need, case.user[OXIDE_OF_OPTICS]) == pytest.approx(2 * 0.8 * grown, rel=1e-12)


def test_what_is_charged_on_the_way_is_paid_under_contract() -> None:
    """Two fifths on the oxide of HO, three quarters of all, landed at 55 where the mean is 56.25: 1 + 0.3·55/56.25."""
    case = Case(ban(), contract_share=1)
    case.controls.charge(np.array([0]), 0.4)
    case.hooks.tariffs.append(lambda _moment: None)
    case.settle("demand")
    assert one(case.state.paid, case.d[OXIDE_AB]) == pytest.approx(1 + 0.3 * 55 / 56.25)
    assert one(case.state.paid, case.d[OXIDE_HO]) == pytest.approx(1)


@pytest.mark.parametrize(("weight", "found"), [(0.0, 33), (1.0, 1.9), (0.5, math.sqrt(33 * 1.9))])
def test_a_sector_gives_up_when_inputs_take_its_margin(weight: float, found: float) -> None:
    """Cars in AB earn three times what their inputs cost, and have three tenths of that to spare."""
    case = Case(choke_by_margin=weight)
    row = case.sector[CARS_AB]
    assert choke(case.world, case.market.p)[row, 0] == pytest.approx(found)


def test_what_is_made_up_takes_inputs() -> None:
    """Buyers of cars in AB wait for a week's output: with a tenth to spare cars need 8.8 t of magnets a day, not 8."""
    built = waited_for(0.1, 10)
    state, cars = built.market.state, built.world.sectors.names.index(CARS_AB)
    state.awaited[cars] = 7
    state.critical_cover[:] = built.world.sectors.cover
    built.market.run("demand", Tick(0, 0, 7, 7))
    assert one(state.need, built.world.users.names.index(MAGNETS_OF_CARS)) == pytest.approx(8.8)


def test_designs_move_needs_and_costs() -> None:
    """Two fifths of 2 t of oxide: 1.2 t are left, and half of 0.8 t of magnets come to 8 t."""
    case = redesign()
    case.state.changed[row(case, "AB")] = 0.4
    case.state.price[case.node[OXIDE_AB]] = math.log(3)
    case.settle("demand")
    demand = one(case.state.demand, case.sector[CARS_AB])
    paid = one(case.state.paid, case.d[OXIDE_AB])
    assert one(case.state.need, case.user[OXIDE_OF_CARS]) == pytest.approx(1.2 * demand)
    assert one(case.state.need, case.user[MAGNETS_OF_CARS]) == pytest.approx(8.4 * demand)
    spent = 8 * 40 + 2 * 52.5 * paid - 0.4 * 2 * (52.5 * paid - 30)
    assert math.exp(one(case.state.input_cost, case.sector[CARS_AB])) == pytest.approx(spent / COST_OF_CARS)


def test_a_design_without_an_input_takes_from_one_and_adds_to_none() -> None:
    case = redesign(WITHOUT)
    case.state.changed[row(case, "AB")] = 0.4
    case.settle("demand")
    demand = one(case.state.demand, case.sector[CARS_AB])
    assert one(case.state.need, case.user[OXIDE_OF_CARS]) == pytest.approx(1.2 * demand)
    assert one(case.state.need, case.user[MAGNETS_OF_CARS]) == pytest.approx(8 * demand)
