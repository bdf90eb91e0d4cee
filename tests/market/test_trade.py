"""Trading houses buy where goods are cheap and sell where they are dear (docs/model.md, eq. 6.5 to 6.11)."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

import sim
from sim.axes import Floats
from sim.chunk import Chunk
from sim.market.controls import Controls
from sim.plan import make_plan
from tests.driver import Built
from tests.tiny import (
    HALF,
    MAGNET_AB,
    MAGNET_ABROAD,
    MAGNET_HO,
    MAGNETS_OF_CARS,
    OXIDE_AB,
    OXIDE_ABROAD,
    OXIDE_HO,
    OXIDE_OF_CARS,
    OXIDE_OF_OPTICS,
    TICK,
    Case,
    ban,
    one,
    wide_market,
)

EAGER = {"resale_share": 1, "resale_margin": 0.1, "resale_spread": 0.2, "resale_choice": 5, "resale_setup": HALF}
EAGER |= {"resale_time": HALF, "contract_share": 0.6, "expectation_time": HALF, "thin_market": 0.01}
"""Half of what could be set up or bought is, in a tick."""


def ready(case: Case, **prices: float) -> Case:
    """Trading houses are set up everywhere, 0.6 of trade is bound; prices of oxide by region, ln of a ratio."""
    case.state.set_up[:] = 1
    case.state.bound[:] = 0.6
    for region, price in prices.items():
        case.state.price[case.node["oxide.Ee", region]] = price
    return case


def paid_elsewhere(own: float, others: float, weight: float, elsewhere: float) -> float:
    """What the others pay, ln, and a hundredth of the place itself: a mean of powers of 5, by use."""
    top = elsewhere * math.exp(5 * others) + 0.01 * weight * math.exp(5 * own)
    return math.log(top / (elsewhere + 0.01 * weight)) / 5


HO = 6 * 4 / (6 + 4)
"""t/day: HO makes most of the oxide, so its 6 t of use count as no more than those of AB together."""


def test_what_others_pay_leaves_out_who_is_there() -> None:
    """AB uses 4 t at e^0.5 times the base price, HO, which makes most, 6 at e^0.1: they count as 2.4."""
    case = ready(Case(**EAGER), HO=0.1, AB=0.5)
    case.settle("trade")
    assert one(case.state.netback, case.node[OXIDE_HO]) == pytest.approx(paid_elsewhere(0.1, 0.5, HO, 4))
    assert one(case.state.netback, case.node[OXIDE_AB]) == pytest.approx(paid_elsewhere(0.5, 0.1, 4, HO))


def test_at_rest_nobody_buys() -> None:
    """All prices as in the base year."""
    case = ready(Case(**EAGER))
    before = {name: array.copy() for name, array in case.state.items()}
    case.settle("trade")
    assert not case.state.bought.any()
    assert not case.state.sought.any()
    for name in ("user_stock", "producer_stock", "traded", "expected_orders"):
        assert np.array_equal(before[name], getattr(case.state, name)), name


def worth(gap: float) -> float:
    """How far it pays to buy where goods are so much cheaper, beyond a margin of 0.1; a spread of 0.2."""
    return 1 - math.exp(-(gap - 0.1) / 0.2)


def test_of_users_they_buy_what_is_not_under_contract_and_what_lies_beyond_the_target() -> None:
    """AB, cheap: 21 t landed, of which 0.4 are free; users hold 20 t more than they want, half of which in a tick."""
    case = ready(Case(**EAGER), HO=0.4)
    case.state.landed[case.d[OXIDE_AB]] = 21
    case.state.user_stock[case.user[OXIDE_OF_OPTICS]] += 20
    stocks = sum(one(case.state.user_stock, case.user[user]) for user in (OXIDE_OF_CARS, OXIDE_OF_OPTICS))
    case.settle("trade")
    bought = worth(paid_elsewhere(0, 0.4, 4, HO)) * (0.4 * 21 + 10)
    producer = one(case.state.bought, case.node[OXIDE_AB]) - bought
    left = sum(one(case.state.user_stock, case.user[user]) for user in (OXIDE_OF_CARS, OXIDE_OF_OPTICS))
    assert stocks - left == pytest.approx(bought)
    assert producer == pytest.approx(28 * 0.5 * worth(paid_elsewhere(0, 0.4, 4, HO)))
    assert one(case.state.producer_stock, case.o[OXIDE_AB]) == pytest.approx(28 - producer)
    assert one(case.state.traded, case.d[OXIDE_HO]) == pytest.approx(bought + producer)


def test_what_was_ordered_for_resale_is_all_sold_on() -> None:
    """Of 21 t that landed 1 t/day was ordered by trading houses: 7 t, and 0.4 of the other 14."""
    case = ready(Case(**EAGER), HO=0.4)
    case.state.landed[case.d[OXIDE_AB]] = 21
    case.state.resold_by_users[case.d[OXIDE_AB]] = 1
    before = case.state.user_stock.sum(axis=0)[0]
    case.settle("trade")
    bought = worth(paid_elsewhere(0, 0.4, 4, HO)) * (7 + 0.4 * 14)
    assert before - case.state.user_stock.sum(axis=0)[0] == pytest.approx(bought)
    assert one(case.state.resold_by_users, case.d[OXIDE_AB]) == pytest.approx((1 + bought / 7) / 2)


def test_of_the_largest_producer_they_order_over_his_arcs() -> None:
    """HO is cheap: half of its 252 t in a week, as far as it pays, less the 0.3 that are expected to be restricted."""
    case = ready(Case(ban(), **EAGER), AB=0.4)
    case.controls.expected_restriction[:] = 0.3
    case.settle("trade")
    sought = 252 / 2 * worth(paid_elsewhere(0, 0.4, HO, 4)) / 7
    assert one(case.state.sought, case.arc[OXIDE_ABROAD]) == pytest.approx(0.7 * sought)
    assert one(case.state.producer_stock, case.o[OXIDE_HO]) == pytest.approx(252)
    assert one(case.state.bought, case.node[OXIDE_HO]) == 0


def test_they_set_up_where_it_pays_and_goods_may_leave() -> None:
    """Half of the way from 1 to what it is worth; of HO's goods a part may not leave: expected 0.3, restricted 0.5."""
    case = ready(Case(ban(), **EAGER), AB=0.4)
    case.controls.expected_restriction[:], case.controls.restricted[:] = 0.3, 0.5
    case.settle("trade")
    goal = worth(paid_elsewhere(0, 0.4, HO, 4)) * 0.7 * 0.5
    assert one(case.state.set_up, case.node[OXIDE_HO]) == pytest.approx((1 + goal) / 2)
    assert one(case.state.set_up, case.node[OXIDE_AB]) == pytest.approx(1 / 2)


def test_how_much_of_all_use_is_elsewhere() -> None:
    """Of 10 t/day of use 4 are not in HO, where most is made; for AB, HO counts as 2.4 of 6.4."""
    case = ready(Case(**EAGER))
    case.settle("trade")
    assert one(case.state.elsewhere, case.node[OXIDE_HO]) == pytest.approx(4 / 10)
    assert one(case.state.elsewhere, case.node[OXIDE_AB]) == pytest.approx(2.4 / 6.4)


def test_a_duty_is_no_gain_of_theirs() -> None:
    """A tariff of a quarter on what AB buys abroad: to others its price counts without; its own price with it."""
    case = ready(Case(ban(), **EAGER), AB=0.4)
    case.hooks.tariffs.append(lambda _moment: None)
    case.controls.tariff[:] = 0.25
    case.settle("trade")
    duty = math.log(1.25)
    assert one(case.state.netback, case.node[OXIDE_HO]) == pytest.approx(paid_elsewhere(0, 0.4 - duty, HO, 4))
    there = paid_elsewhere(0.4 - duty, 0, 4, HO) + duty
    assert one(case.state.netback, case.node[OXIDE_AB]) == pytest.approx(there)


def test_what_an_origin_charges_is_paid_by_its_own_goods() -> None:
    """HO charges a quarter on what leaves: its producers earn that less abroad, and others who sell to AB do not."""
    case = ready(Case(ban(), **EAGER), AB=0.4)
    case.hooks.tariffs.append(lambda _moment: None)
    case.controls.tariff[:], case.controls.leaving[:] = 0.25, 0.25
    case.settle("trade")
    left = math.log(1 + 0.25 * one(case.state.sold_to, case.d[OXIDE_AB]))
    assert left > 0.2
    assert one(case.state.netback, case.node[OXIDE_HO]) == pytest.approx(paid_elsewhere(0, 0.4, HO, 4) - left)
    assert one(case.state.netback, case.node[OXIDE_AB]) == pytest.approx(paid_elsewhere(0.4, 0, 4, HO))


def test_producers_learn_to_count_on_them() -> None:
    """AB's mine sells 28·½ t in a week as far as it pays; half of that, a day, is expected, on top of 1 t/day."""
    case = ready(Case(**EAGER), HO=0.4)
    case.settle("trade")
    sold = 14 * worth(paid_elsewhere(0, 0.4, 4, HO)) / 7
    assert one(case.state.expected_orders, case.o[OXIDE_AB]) == pytest.approx(1 + sold / 2)
    assert one(case.state.resold_by_producers, case.o[OXIDE_AB]) == pytest.approx(sold / 2)


def test_who_pays_more_gets_more_and_who_pays_less_gets_none() -> None:
    """CD and EF use as much oxide; CD pays e times as much as AB, which sells; EF as much as AB: nothing for it."""
    built = wide_market(**EAGER)
    state, node = built.market.state, built.world.nodes.index
    state.set_up[:] = 1
    state.price[node["oxide.Ee", "CD"]] = 1.0
    built.market.run("trade", TICK)
    d = {place: row for row, place in enumerate(built.world.nodes.used)}
    assert one(state.sold_to, d["oxide.Ee", "CD"]) == pytest.approx(1)
    state.price[node["oxide.Ee", "EF"]] = 0.97
    built.market.run("trade", TICK)
    low, high = (one(state.sold_to, d["oxide.Ee", place]) for place in ("EF", "CD"))
    assert 0 < low < high < 1
    assert low + high == pytest.approx(1)


def sold_on(built: Built, act: Callable[[Controls], None]) -> Floats:
    """(R,), t: what is bought of users in AB, where 21 t landed, while a control acts on goods from HO to CD."""
    state, d = built.market.state, built.world.nodes.destinations
    place = {node: row for row, node in enumerate(built.world.nodes.names[d])}
    state.set_up[:] = 1
    state.price[built.world.nodes.index["oxide.Ee", "CD"]] = 2.0
    state.landed[place["oxide.Ee", "AB"]] = 21
    act(built.market.controls)
    before = built.world.users.to_destination(state.user_stock)[place["oxide.Ee", "AB"]]
    built.market.run("trade", TICK)
    after = built.world.users.to_destination(state.user_stock)[place["oxide.Ee", "AB"]]
    sold: Floats = before - after
    return sold


def test_goods_of_a_controlled_origin_are_not_sold_on() -> None:
    """Three quarters of AB's oxide are from HO, whose rule stops 0.8 of what would be sold on to CD."""
    stop = ban(towards="CD")
    free, forbidden = (wide_market(stop, **EAGER) for _ in range(2))
    sold = sold_on(free, lambda controls: None)
    kept = sold_on(forbidden, lambda controls: controls.trace(np.array([0]), 0.8))
    assert kept == pytest.approx(sold * (1 - 0.75 * 0.8))
    goods = {node: row for row, node in enumerate(free.world.nodes.names)}
    set_up = [one(built.market.state.set_up, goods["oxide.Ee", "AB"]) for built in (free, forbidden)]
    assert 2 * set_up[1] - 1 == pytest.approx((2 * set_up[0] - 1) * (1 - 0.75 * 0.8))


def test_what_a_producer_may_not_sell_to_a_buyer_stays_with_him() -> None:
    """AB's mine may let 0.6 of what would go to EF leave; nobody else pays more: so much less of its stock goes."""
    gone: dict[float, float] = {}
    for expected_restriction in (0.0, 0.4):
        built = wide_market(ban(by="AB", towards="EF"), **EAGER)
        state, origins = built.market.state, built.world.nodes.made
        built.market.controls.expect_restriction(np.array([0]), expected_restriction)
        state.set_up[:], state.landed[:] = 1, 0
        state.price[built.world.nodes.index["oxide.Ee", "EF"]] = 1.0
        row = origins.index(("oxide.Ee", "AB"))
        before = one(state.producer_stock, row)
        built.market.run("trade", TICK)
        gone[expected_restriction] = before - one(state.producer_stock, row)
    assert gone[0.0] > 0.1
    assert gone[0.4] == pytest.approx(0.6 * gone[0.0])


def test_what_leaves_one_place_comes_to_another() -> None:
    """With controls of all sorts in between: tonnes that users and producers part with are on their way."""
    built = wide_market(ban(towards="CD"), **EAGER)
    state, controls = built.market.state, built.market.controls
    controls.trace(np.array([0]), 0.5)
    controls.expect_restriction(np.array([0]), 0.4)
    state.set_up[:], state.landed[:] = 1, 5
    state.price[built.world.nodes.index["oxide.Ee", "CD"]] = 1.0
    before = state.user_stock.sum() + state.producer_stock.sum()
    built.market.run("trade", TICK)
    gone = before - state.user_stock.sum() - state.producer_stock.sum()
    assert gone == pytest.approx(state.traded.sum()) == pytest.approx(state.bought.sum())
    assert gone > 1


def test_without_them_nothing_moves() -> None:
    """A share of zero."""
    case = ready(Case(**EAGER | {"resale_share": 0}), AB=1.0)
    case.settle("trade")
    assert not case.state.traded.any()
    assert not case.state.netback.any()


def test_goods_that_plants_buy_from_those_they_know_are_not_theirs() -> None:
    """Magnets are; concentrates and scrap would not be."""
    case = ready(Case(**EAGER))
    case.state.price[case.node[MAGNET_AB]] = 0.4
    case.settle("trade")
    assert one(case.state.sought, case.arc[MAGNET_ABROAD]) > 0
    assert one(case.state.netback, case.node[MAGNET_HO]) > 0.3
    assert one(case.state.user_stock, case.user[MAGNETS_OF_CARS]) == pytest.approx(56 * 8)


def test_who_alone_makes_a_good_does_not_take_its_price_from_its_buyers() -> None:
    """China makes all scandium and uses none: buyers pay what it asks. Ores of Myanmar go beside others."""
    setup = make_plan(sim.load("baseline", {"ensemble.replicates": 1})).setup
    chunk = Chunk(setup, range(1))
    chunk.market.run("trade", TICK)
    elsewhere, row = chunk.market.state.elsewhere, setup.world.nodes.index
    assert one(elsewhere, row["oxide.Sc", "CN"]) == 0
    assert 0.3 < one(elsewhere, row["concentrate.ionic", "MM"]) < 0.7
