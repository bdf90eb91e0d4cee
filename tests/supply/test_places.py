"""New places in trade, by hand (docs/model.md, eq. 6.1, 6.4, 8.7 and 10.12)."""

from __future__ import annotations

import numpy as np
import pytest

from sim.market.controls import controls_on
from sim.market.sourcing import Choose
from sim.supply.plans import Plans
from tests import allies
from tests.allies import NO_OUTAGES, OXIDE_FA
from tests.driver import Built, Spec, run
from tests.tiny import OXIDE_AB, OXIDE_ABROAD, OXIDE_HO, OXIDE_HOME, OXIDE_OWN, TICK, Case, one

FA_TO_HO, FA_TO_AB = ("oxide.Ee", "FA", "HO"), ("oxide.Ee", "FA", "AB")
TO_HO, TO_AB = 1.2 / 6.2, 5 / 6.2
"""Customers of FA: HO uses 6 and makes most of it, so a fifth counts; AB uses 4, and its works will need 1 more."""


def test_a_new_origin_weighs_what_it_could_send() -> None:
    """1 t a day of FA's, 1.2/6.2 of it for HO's 6 and the rest for AB's 5; none of it is sent in the base year."""
    world = allies.market().world
    for arc, weight in ((FA_TO_HO, TO_HO / 6), (FA_TO_AB, TO_AB / 5)):
        assert world.arcs.weight[world.arcs.names.index(arc), 0] == pytest.approx(weight)
        assert world.arcs.flow[world.arcs.names.index(arc), 0] == 0


def test_a_new_producer_serves_his_own_region_first() -> None:
    """AB uses 8 t of magnets a day, its works make 2: nine tenths for AB, the rest for HO, which uses 4."""
    world = allies.market().world
    for customer, weight in (("AB", 0.9 * 2 / 8), ("HO", 0.1 * 2 / 4)):
        assert world.arcs.weight[world.arcs.names.index(("magnet.Ee", "AB", customer)), 0] == pytest.approx(weight)


def test_a_place_that_makes_nothing_yet_has_the_price_of_others() -> None:
    """FA's mine comes after three years: until then oxide is as dear there as elsewhere, give or take 12 %."""
    shortage: Spec = {
        "name": "strike", "kind": "supply_shock", "facilities": "HO mine", "start": "2025-03-01", "lasts": "1 year",
        "loss": 0.5,
    }  # fmt: skip
    built = allies.market(shortage, days=300, resale_share=1.0, **NO_OUTAGES)
    state, node = built.market.state, built.world.nodes.index
    run(built)
    price = {place: one(state.price, node[place]) for place in (OXIDE_FA, OXIDE_HO, OXIDE_AB)}
    assert one(state.made, node[OXIDE_FA] - built.world.nodes.origins.start) == 0
    assert price[OXIDE_FA] > 1
    assert min(price[OXIDE_HO], price[OXIDE_AB]) - 0.12 < price[OXIDE_FA] < max(price[OXIDE_HO], price[OXIDE_AB]) + 0.12


def test_where_customers_pay_as_in_the_base_year_a_new_origin_gets_its_own_price() -> None:
    """Zero, on the first day."""
    built = allies.market()
    built.market.run("prices", TICK)
    assert one(built.market.state.price, built.world.nodes.index[OXIDE_FA]) == pytest.approx(0, abs=1e-12)


def test_promises_leave_the_goods_of_an_origin_what_they_are() -> None:
    """Of 9 t of HO's oxide 3 go abroad; 40 % of all are promised there: 0.6 of what goes home, 0.6 + 1.2 abroad."""
    case = Case()
    arcs = np.sort([case.arc[OXIDE_HOME], case.arc[OXIDE_ABROAD]])
    controls = controls_on(case.world, arcs, 2)
    controls.reserve(controls.positions(np.array([case.arc[OXIDE_ABROAD]])), 0.4, 0.4)
    choose = case.market.kernels[Choose]
    choose.controls = controls
    promised = choose._promised(controls.nominated, controls.reserved)
    factor = dict(zip(arcs.tolist(), promised[:, 0].tolist(), strict=True))
    assert factor[case.arc[OXIDE_HOME]] == pytest.approx(0.6)
    assert factor[case.arc[OXIDE_ABROAD]] == pytest.approx(0.6 + 0.4 * 3)
    split = {arc: case.world.arcs.split[arc, 0] for arc in factor}
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
    state, arcs = built.market.state, built.world.arcs.names
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
    facility = world.facilities.names.index("AB works")
    plans, user = Plans(world, np.array([facility])), world.users.names.index(("oxide.Ee", "AB", ""))
    before, orders = one(state.expected_need, user), state.expected_orders.copy()
    plans.follow(state, np.full((1, 2), 0.25))
    assert one(state.expected_need, user) == pytest.approx(before + 0.25)
    assert (state.expected_orders - orders).sum(axis=0) == pytest.approx([0.25, 0.25])


def test_new_needs_have_no_habits_and_others_keep_theirs() -> None:
    """Sectors use 4 t of oxide in AB, a quarter of it AB's own; what is new, 0.25 of 4.25, asks HO, who exports."""
    built = allies.market()
    world, state = built.world, built.market.state
    plans, own = Plans(world, np.array([world.facilities.names.index("AB works")])), world.arcs.names.index(OXIDE_OWN)
    plans.follow(state, np.zeros((1, 2)))
    assert one(state.share, own) == pytest.approx(0.25)
    plans.follow(state, np.full((1, 2), 0.25))
    assert one(state.share, own) == pytest.approx(0.25 * 4 / 4.25)
    assert one(state.share, world.arcs.names.index(OXIDE_ABROAD)) == pytest.approx(1 - 0.25 * 4 / 4.25)


def test_magnets_of_a_new_producer_reach_those_who_imported_them() -> None:
    """Works in AB, once they run: AB imports less, and HO's producers see it."""
    built = allies.market(days=1456, **NO_OUTAGES)
    state, arcs = built.market.state, built.world.arcs.names
    run(built)
    own, imported = (one(state.shipped, arcs.index(("magnet.Ee", o, "AB"))) / 7 for o in ("AB", "HO"))
    assert own > 1
    assert imported < 7.5
