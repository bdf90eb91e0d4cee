"""Contracts, thrift, substitution and capacity (docs/model.md, section 9)."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.ensemble.parameters import Parameters
from sim.market.forms import FastResponse
from sim.market.responses import Invest
from tests.tiny import CARS_AB, CARS_HO, HALF, MAGNET_HO, OXIDE_AB, OXIDE_HO, ROUND, Case, one


def test_contracts_and_expectations_follow_the_spot_price() -> None:
    """Half, three quarters and seven eighths of the way to ln 2."""
    case = Case(price_expectation_time=HALF, contract_time=HALF / 2, long_price_time=HALF / 3)
    case.state.price[case.node[OXIDE_HO]] = math.log(2)
    case.settle("responses")
    o = case.o[OXIDE_HO]
    assert one(case.state.expected_price, o) == pytest.approx(math.log(2) / 2)
    assert one(case.state.contract_price, o) == pytest.approx(math.log(2) * 3 / 4)
    assert one(case.state.long_price, o) == pytest.approx(math.log(2) * 7 / 8)
    assert one(case.state.contract_price, case.o[OXIDE_AB]) == 0


def test_contracts_are_linked_to_the_price_of_the_largest_producer() -> None:
    """Oxide costs e^0.8 in AB and e^0.2 in HO, where most is made; half is linked: to 0.5, half of the way."""
    case = Case(contract_time=HALF, contract_index=0.5)
    case.state.price[case.node[OXIDE_HO]], case.state.price[case.node[OXIDE_AB]] = 0.2, 0.8
    case.settle("responses")
    assert one(case.state.contract_price, case.o[OXIDE_AB]) == pytest.approx(0.25)
    assert one(case.state.contract_price, case.o[OXIDE_HO]) == pytest.approx(0.1)


def test_sellers_wait_while_prices_rise() -> None:
    """HO sells nine of ten tonnes. A rise of 0.8, at which half of 0.6 is kept back; then half is remembered."""
    case = Case(withholding=0.6, withholding_growth=0.8, withholding_memory=HALF)
    case.state.price[case.node[OXIDE_HO]], case.state.price[case.node[OXIDE_AB]] = 0.8, -0.5
    case.settle("responses")
    assert one(case.state.withheld, case.o[OXIDE_HO]) == pytest.approx(0.9 * 0.3)
    assert one(case.state.withheld, case.o[OXIDE_AB]) == 0
    assert one(case.state.sellers_price, case.o[OXIDE_HO]) == pytest.approx(0.4)
    case.settle("responses")
    assert one(case.state.withheld, case.o[OXIDE_HO]) == pytest.approx(0.9 * 0.6 * 0.25 / 1.25)


def test_what_sellers_keep_back_is_neither_sent_nor_in_prospect() -> None:
    """A quarter kept back takes a quarter of what can be sent, and of what is in prospect; it stays in store."""
    sent, supply, stock = [], [], []
    for share in (0.0, 0.25):
        case = Case()
        o = case.o[OXIDE_HO]
        case.state.producer_stock[o] = 14  # two days of output: less than is asked for
        case.state.withheld[o] = share
        case.settle("sourcing")
        case.settle("prices")
        sent.append(float(case.state.shipped[case.world.arcs.origin == o, 0].sum()))
        supply.append(one(case.state.supply, case.node[OXIDE_HO]))
        stock.append(one(case.state.producer_stock, o))
    assert sent[1] == pytest.approx(0.75 * sent[0])
    assert stock[1] == pytest.approx(stock[0] + 0.25 * sent[0])
    assert supply[1] < supply[0]


def test_sectors_substitute_when_inputs_are_dear() -> None:
    """Cost fourfold: goal 4^(−½), of the gap of 0.5 all but the dead band of 0.02, half of it."""
    case = Case(thrift_elasticity=0.5, thrift_time=HALF, substitution_rate=1.0, thrift_dead_band=0.02)
    case.state.input_cost[case.sector[CARS_AB]] = math.log(4)
    case.settle("responses")
    assert one(case.state.substitution, case.sector[CARS_AB]) == pytest.approx(1 - 0.24)
    assert one(case.state.substitution, case.sector[CARS_HO]) == 1


def test_plants_save_soon_and_thrift_slowly() -> None:
    """Oxide at four times its price: half of the way to the fast response; half of 0.48 of the slow."""
    case = Case(saving_time=HALF, thrift_elasticity=0.5, thrift_time=HALF, thrift_rate=1.0, thrift_dead_band=0.02)
    case.state.paid[case.d[OXIDE_HO]] = 4
    case.settle("responses")
    used = 4**-0.1 * float(
        FastResponse.of(Parameters({**ROUND, "saving_elasticity": 0.0}))(np.array([[math.log(4)]]))[0, 0]
    )
    assert one(case.state.saving, 0) == pytest.approx((1 + used) / 2)
    assert one(case.state.thrift, 0) == pytest.approx(1 - 0.24)


def test_capacity_grows_when_prices_stay_high() -> None:
    """Long price e^0.5 at the end of the tick: 1 + 0.4·0.5, half of the way. A price below base takes nothing away."""
    case = Case(investment_elasticity=0.4, investment_time=HALF, long_price_time=1e-9)
    case.state.price[case.node[OXIDE_HO]] = 0.5
    case.state.price[case.node[MAGNET_HO]] = -0.5
    case.settle("responses")
    assert one(case.state.capacity, case.facility["HO mine"]) == pytest.approx(1.1)
    assert one(case.state.capacity, case.facility["HO works"]) == pytest.approx(1)


def test_capacity_keeps_up_with_the_growth_of_what_it_goes_into() -> None:
    """Cars and optics grow by 8 % a year, of which the scale takes half: after a week capacity is where its goal is."""
    case = Case(sector_growth=0.08, growth=0.5, investment_time=HALF)
    case.settle("responses")
    for facility in case.world.facilities.names:
        assert one(case.state.capacity, case.facility[facility]) == pytest.approx(1.08 ** (0.5 * 7 / 365), rel=1e-12)


def test_capacity_of_a_facility_that_a_scenario_enlarges_stays_enlarged() -> None:
    """Its size is what investment adds to."""
    case = Case(investment_time=HALF)
    case.market.kernels[Invest].size = 1.5
    case.settle("responses")
    assert one(case.state.capacity, case.facility["HO mine"]) == pytest.approx(1.25)
