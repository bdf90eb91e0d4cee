"""New places in trade, by hand (docs/model.md, eq. 6.1, 6.4, 8.7 and 10.12)."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.market.points import controls_on
from sim.market.prices import Prices
from sim.market.sourcing import Sourcing
from sim.supply.plans import Plans
from tests import allies, driver
from tests.allies import NO_OUTAGES, OXIDE_FA
from tests.driver import Built, run
from tests.tiny import OXIDE_AB, OXIDE_ABROAD, OXIDE_HO, OXIDE_HOME, OXIDE_OWN, TICK, Case, ban, one

FA_TO_HO, FA_TO_AB = ("oxide.Ee", "FA", "HO"), ("oxide.Ee", "FA", "AB")
TO_HO, TO_AB = 1.2 / 6.2, 5 / 6.2
"""Customers of FA: HO uses 6 and makes most of it, so a fifth counts; AB uses 4, and its works will need 1 more."""


def test_a_new_origin_weighs_what_it_could_send() -> None:
    """1 t a day of FA's, 1.2/6.2 of it for HO's 6 and the rest for AB's 5; none of it is sent in the base year."""
    world = allies.market().world
    for arc, weight in ((FA_TO_HO, TO_HO / 6), (FA_TO_AB, TO_AB / 5)):
        assert world.arc_weight[world.arcs.index(arc), 0] == pytest.approx(weight)
        assert world.arc_flow[world.arcs.index(arc), 0] == 0


def test_a_new_maker_serves_his_own_region_first() -> None:
    """AB uses 8 t of magnets a day, its works make 2: nine tenths for AB, the rest for HO, which uses 4."""
    world = allies.market().world
    for customer, weight in (("AB", 0.9 * 2 / 8), ("HO", 0.1 * 2 / 4)):
        assert world.arc_weight[world.arcs.index(("magnet.Ee", "AB", customer)), 0] == pytest.approx(weight)


def taken(built: Built) -> float:
    """Price of oxide in FA, ln of a ratio, once makers have taken what is to be had."""
    driver.step(built.market, Prices)._take_prices(built.market.state)
    return one(built.market.state.price, built.world.node_index[OXIDE_FA])


def test_a_new_origin_takes_what_its_customers_pay() -> None:
    """Oxide twice as dear in HO, half as dear again in AB: ln((1.2 × 2² + 5 × 1.5²) ÷ 6.2) ÷ 2 = 0.4742."""
    built = allies.market()
    state, node = built.market.state, built.world.node_index
    state.price[node[OXIDE_HO]], state.price[node[OXIDE_AB]] = math.log(2), math.log(1.5)
    assert taken(built) == pytest.approx(math.log((1.2 * 4 + 5 * 2.25) / 6.2) / 2)


def aim(built: Built, goal: float) -> float:
    """Where the price of oxide in AB goes that would go to `goal`, ln of a ratio."""
    state, node = built.market.state, built.world.node_index[OXIDE_AB]
    goals = np.zeros_like(state.price)
    goals[node] = goal
    driver.step(built.market, Prices)._compete(state, goals)
    return one(goals, node)


def test_a_new_origin_counts_on_no_more_than_what_the_largest_maker_asks_and_a_tenth() -> None:
    """Twice as dear in AB alone: there FA gets e^0.1."""
    built = allies.market()
    state, node = built.market.state, built.world.node_index
    state.price[node[OXIDE_AB]] = math.log(2)
    assert taken(built) == pytest.approx(math.log((1.2 + 5 * math.exp(0.2)) / 6.2) / 2)


def test_a_price_goes_no_higher_as_far_as_it_is_made_there() -> None:
    """A quarter of what AB uses is made there: a quarter of the way from twice the price to e^0.1."""
    assert aim(allies.market(), math.log(2)) == pytest.approx(0.75 * math.log(2) + 0.25 * 0.1)
    assert aim(allies.market(), 0.05) == 0.05


def test_but_where_half_of_it_is_barred() -> None:
    """Then it may be dearer by ln 2 ÷ 2, and with a tariff of a quarter by as much again as that."""
    built = allies.market(ban())
    controls = built.market.controls
    row = controls.arcs.tolist().index(built.world.arcs.index(OXIDE_ABROAD))
    for barred, tariff in ((0.5, 0.0), (0.5, 0.25)):
        controls.barred[row], controls.tariff[row] = barred, tariff
        parity = 0.1 + math.log(2) / 2 + math.log(1 + tariff)
        assert aim(built, math.log(9)) == pytest.approx(0.75 * math.log(9) + 0.25 * parity)


def test_it_does_so_at_every_tick() -> None:
    """At the prices of the tick's end."""
    built = allies.market(days=420)
    state, node = built.market.state, built.world.node_index

    def look(_tick: object) -> None:
        home, abroad = (math.exp(one(state.price, node[place])) for place in (OXIDE_HO, OXIDE_AB))
        assert one(state.price, node[OXIDE_FA]) == pytest.approx(math.log(TO_HO * home**2 + TO_AB * abroad**2) / 2)

    run(built, look)
    assert abs(one(state.price, node[OXIDE_FA])) > 0.001


def test_where_customers_pay_as_in_the_base_year_a_new_origin_gets_its_own_price() -> None:
    """Nought, on the first day."""
    built = allies.market()
    driver.step(built.market, Prices)(built.market.state, TICK)
    assert one(built.market.state.price, built.world.node_index[OXIDE_FA]) == pytest.approx(0, abs=1e-12)


def test_a_new_maker_favours_who_pays_more() -> None:
    """Oxide of FA for AB, where it costs e^0.1 of what it did: its weight grows by e^(2 × 0.1)."""
    built = allies.market()
    state, world = built.market.state, built.world
    state.price[world.node_index[OXIDE_AB]] = 0.1
    step = driver.step(built.market, Sourcing)
    attracts = np.ones_like(state.share)
    step._prefer(state, attracts)
    assert one(attracts, world.arcs.index(FA_TO_AB)) == pytest.approx(math.exp(2 * 0.1))
    assert one(attracts, world.arcs.index(FA_TO_HO)) == pytest.approx(1)
    assert one(attracts, world.arcs.index(OXIDE_ABROAD)) == 1


def test_promises_leave_the_goods_of_an_origin_what_they_are() -> None:
    """Of 9 t of HO's oxide 3 go abroad; 40 % of all are promised there: 0.6 of what goes home, 0.6 + 1.2 abroad."""
    case = Case()
    arcs = np.sort([case.arc[OXIDE_HOME], case.arc[OXIDE_ABROAD]])
    controls = controls_on(case.world, arcs, 2)
    controls.reserve(controls.positions(np.array([case.arc[OXIDE_ABROAD]])), 0.4, 0.4)
    step = driver.step(case.market, Sourcing)
    step.controls = controls
    factor = dict(zip(arcs.tolist(), step._promised()[:, 0].tolist(), strict=True))
    assert factor[case.arc[OXIDE_HOME]] == pytest.approx(0.6)
    assert factor[case.arc[OXIDE_ABROAD]] == pytest.approx(0.6 + 0.4 * 3)
    split = {arc: case.world.arc_split[arc, 0] for arc in factor}
    assert sum(split[arc] * factor[arc] for arc in factor) == pytest.approx(1)


def test_a_promise_moves_trade_towards_who_has_it() -> None:
    """AB has bound all of FA's oxide: HO gets what AB does not ask for, and nothing of it stays unsold for that."""
    spec = {
        "name": "bound", "kind": "offtake", "by": "AB", "projects": "FA mine", "commodity": "oxide.Ee", "output": 1.0,
        "since": "2025-01-01",
    }  # fmt: skip
    sent = [far_shipments(allies.market(*listed, days=1100, **NO_OUTAGES)) for listed in ((), (spec,))]
    assert sent[0][FA_TO_HO] > 30
    assert sent[1][FA_TO_HO] < 0.3 * sent[0][FA_TO_HO]
    assert sent[1][FA_TO_AB] > 1.3 * sent[0][FA_TO_AB]
    assert sum(sent[1].values()) > sum(sent[0].values())


def far_shipments(built: Built) -> dict[tuple[str, str, str], float]:
    """Tonnes that leave FA over all of the run, by arc."""
    state, arcs = built.market.state, built.world.arcs
    sent = dict.fromkeys((FA_TO_HO, FA_TO_AB), 0.0)

    def note(_tick: object) -> None:
        for arc in sent:
            sent[arc] += one(state.shipped, arcs.index(arc))

    run(built, note)
    return sent


def test_what_is_being_built_is_expected_to_need_its_inputs() -> None:
    """Works of 2 t a day grow by a quarter: a quarter of a tonne of oxide more is expected to be needed a day."""
    built = allies.market()
    world, state = built.world, built.market.state
    facility = world.facilities.index("AB works")
    plans, user = Plans(world, np.array([facility])), world.users.index(("oxide.Ee", "AB", ""))
    before, orders = one(state.expected_need, user), state.expected_orders.copy()
    plans.follow(state, np.full((1, 2), 0.25))
    assert one(state.expected_need, user) == pytest.approx(before + 0.25)
    assert (state.expected_orders - orders).sum(axis=0) == pytest.approx([0.25, 0.25])


def test_new_needs_have_no_habits_and_others_keep_theirs() -> None:
    """Sectors use 4 t of oxide in AB, a quarter of it AB's own; what is new, 0.25 of 4.25, asks HO, who exports."""
    built = allies.market()
    world, state = built.world, built.market.state
    plans, own = Plans(world, np.array([world.facilities.index("AB works")])), world.arcs.index(OXIDE_OWN)
    plans.follow(state, np.zeros((1, 2)))
    assert one(state.share, own) == pytest.approx(0.25)
    plans.follow(state, np.full((1, 2), 0.25))
    assert one(state.share, own) == pytest.approx(0.25 * 4 / 4.25)
    assert one(state.share, world.arcs.index(OXIDE_ABROAD)) == pytest.approx(1 - 0.25 * 4 / 4.25)


def test_magnets_of_a_new_maker_reach_those_who_imported_them() -> None:
    """Works in AB, once they run: AB imports less, and HO's makers see it."""
    built = allies.market(days=1456, **NO_OUTAGES)
    state, arcs = built.market.state, built.world.arcs
    run(built)
    own, imported = (one(state.shipped, arcs.index(("magnet.Ee", o, "AB"))) / 7 for o in ("AB", "HO"))
    assert own > 1
    assert imported < 7.5
