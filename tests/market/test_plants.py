"""How much plants run, what they take and make (docs/model.md, section 4)."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sim.axes import Floats
from sim.market.forms import release
from sim.market.hooks import Moment
from sim.market.plants import PutOut, Utilisation, desired_output, recovery
from tests import driver
from tests.driver import Built
from tests.oracle.cases import numbers
from tests.tiny import (
    HALF,
    MAGNET_HO,
    MARGINS,
    OXIDE_ABROAD,
    OXIDE_HO,
    OXIDE_OWN,
    ROUND,
    TICK,
    WORKS,
    YEAR,
    Case,
    one,
    tables,
)
from tests.worlds import small_tables


def at(value: float) -> Floats:
    """One number as an array."""
    return np.array([[value]], float)


def test_missing_stock_is_made_up_for() -> None:
    """Orders of 2 t/day, 28 t of the 56 that are wanted: e^(28/56 · ½) of them."""
    assert desired_output(at(2), at(28), at(28), 56.0)[0, 0] == pytest.approx(2 * math.exp(0.25))


def test_producers_with_far_too_much_want_to_make_less_and_less() -> None:
    """Five and nine times what they want to hold: e^(−½·4) and e^(−½·8) of the orders, and never nothing."""
    made = [desired_output(at(2), at(stock), at(28), 56.0)[0, 0] for stock in (280, 504)]
    assert made == pytest.approx([2 * math.exp(-2), 2 * math.exp(-4)])


def test_more_of_a_by_product_is_recovered_when_it_is_short() -> None:
    """Of a fifth at most: all of tanh(1) without any stock, none at its target, the other way at twice as much."""
    found = recovery(np.array([[0.0, 1.0, 2.0]]), 0.2)
    assert found[0].tolist() == pytest.approx([1 + 0.2 * math.tanh(1), 1, 1 - 0.2 * math.tanh(1)])


RULE = Utilisation(floor=0.2, base=0.6, supply=1.0, order=1.0, bound=5.0, least=1e-3)
"""ln((u₀ − floor)/(1 − u₀)) = 0, and the slope is 0.4·0.4/(0.8·0.6) = 1/3."""


def test_nothing_new_leaves_utilisation_at_base() -> None:
    """Margin 0, desired 1."""
    assert RULE(at(0), at(1))[0, 0] == pytest.approx(1)


def test_a_margin_raises_utilisation() -> None:
    """Z = ln 3 at a margin of ln(3)/3: 0.2 + 0.8·3/4 = 0.8, four thirds of base; as little lowers it to 0.4."""
    assert RULE(at(math.log(3) / 3), at(1))[0, 0] == pytest.approx(0.8 / 0.6)
    assert RULE(at(-math.log(3) / 3), at(1))[0, 0] == pytest.approx(0.4 / 0.6)


def test_orders_raise_utilisation() -> None:
    """Z = ln 2 at orders of 2^(1/3): 0.2 + 0.8·2/3."""
    assert RULE(at(0), at(2 ** (1 / 3)))[0, 0] == pytest.approx((0.2 + 0.8 * 2 / 3) / 0.6)


def test_margins_and_orders_add_up_each_by_its_elasticity() -> None:
    """Margin ln(3)/6 twice, orders of 3^(1/3) half: z = ln 3 + ln(3)/2 = 1.5·ln 3."""
    rule = Utilisation(0.2, 0.6, 2.0, 0.5, 5.0, 1e-3)
    used = 0.2 + 0.8 / (1 + 3**-1.5)
    assert rule(at(math.log(3) / 6), at(3 ** (1 / 3)))[0, 0] == pytest.approx(used / 0.6)


@pytest.mark.parametrize(("floor", "base"), [(0.25, 0.85), (0.1, 0.5)])
def test_elasticities_are_those_at_base(floor: float, base: float) -> None:
    """A margin of 1e-6 moves the logarithm of utilisation by 0.4 of it."""
    rule = Utilisation(floor, base, 0.4, 0.7, 50.0, 1e-9)
    assert math.log(rule(at(1e-6), at(1))[0, 0]) == pytest.approx(0.4e-6, rel=1e-4)
    assert math.log(rule(at(0), at(math.exp(1e-6)))[0, 0]) == pytest.approx(0.7e-6, rel=1e-4)


def test_utilisation_is_bounded_both_ways() -> None:
    """Z stays within ±5."""
    most, least = (0.2 + 0.8 / (1 + math.exp(-z)) for z in (5, -5))
    assert RULE(at(100), at(1))[0, 0] == pytest.approx(most / 0.6)
    assert RULE(at(-100), at(1))[0, 0] == pytest.approx(least / 0.6)


def test_nothing_desired_counts_as_the_least_ratio() -> None:
    """Z = 3·ln 0.5, with a least ratio of a half."""
    rule = Utilisation(0.2, 0.6, 1.0, 1.0, 5.0, 0.5)
    assert rule(at(0), at(0))[0, 0] == pytest.approx((0.2 + 0.8 / 9) / 0.6)


def still(**parameters: float) -> Case:
    """Plants that do not answer to margins or orders."""
    names = ("supply_elasticity", "order_elasticity", "mine_supply_elasticity", "mine_order_elasticity")
    return Case(**{**dict.fromkeys(names, 0.0), **parameters})


def test_wanted_activity_is_capacity_that_is_available() -> None:
    """12 a day, a tenth more capacity, half of it available."""
    case = still()
    works = case.facility["HO works"]
    case.state.capacity[works] = 1.1
    case.market.shocks.available[works] = 0.5
    case.settle("plants")
    assert one(case.state.activity, works) == pytest.approx(12 * 1.1 * 0.5)


def test_costs_rise_with_inputs_and_fall_with_thrift() -> None:
    """Inputs are 0.5·50·1.28/40 = 0.8 of the costs; half as dear again, and of them 0.9·0.8 is taken."""
    case = still()
    case.state.paid[case.d[OXIDE_HO]] = 1.5
    case.state.saving[:], case.state.thrift[:] = 0.9, 0.8
    case.settle("plants")
    assert one(case.state.unit_cost, case.facility["HO works"]) == pytest.approx(0.8 * 1.5 * 0.72 + 0.2)
    assert one(case.state.unit_cost, case.facility["HO mine"]) == pytest.approx(1)
    assert one(case.state.need, case.user[WORKS]) == pytest.approx(0.72 * 6)
    assert one(case.state.use, case.user[WORKS]) == pytest.approx(0.72 * 6)
    assert one(case.state.made, case.o[MAGNET_HO]) == pytest.approx(12)


def test_works_run_by_the_margin_of_their_price_over_their_cost() -> None:
    """Price 1.2 over cost 1 at an elasticity of 0.46; floor and base as in RULE, so z = 3·0.46·ln 1.2."""
    case = still(supply_elasticity=0.46, utilisation_floor=0.2, utilisation_base=0.6)
    case.state.expected_price[case.o[MAGNET_HO]] = math.log(1.2)
    case.settle("plants")
    used = 0.2 + 0.8 / (1 + 1.2 ** (-3 * 0.46))
    assert one(case.state.activity, case.facility["HO works"]) == pytest.approx(12 * used / 0.6)


def test_dear_inputs_slow_works_down() -> None:
    """Cost 1.4 = 0.8·1.5 + 0.2 over a price of 1."""
    case = still(supply_elasticity=0.46, utilisation_floor=0.2, utilisation_base=0.6)
    case.state.paid[case.d[OXIDE_HO]] = 1.5
    case.settle("plants")
    used = 0.2 + 0.8 / (1 + 1.4 ** (3 * 0.46))
    assert one(case.state.activity, case.facility["HO works"]) == pytest.approx(12 * used / 0.6)


def test_works_run_by_their_order_book_over_their_capacity() -> None:
    """Stock 6 of 28 days short: e^(28/36 · 6/28) of the orders, over a capacity of 1.1; z = 3·0.5·ln(…)."""
    case = still(
        order_elasticity=0.5,
        utilisation_floor=0.2,
        utilisation_base=0.6,
        producer_adjustment_time=36.0,
        release_time=0.1,
    )
    case.state.producer_stock[case.o[MAGNET_HO]] = 12 * 22
    case.state.capacity[case.facility["HO works"]] = 1.1
    case.settle("plants")
    used = 0.2 + 0.8 / (1 + (math.exp(6 / 36) / 1.1) ** (-3 * 0.5))
    assert one(case.state.activity, case.facility["HO works"]) == pytest.approx(12 * 1.1 * used / 0.6)


def test_a_price_alone_fills_no_order_book() -> None:
    """Desired activity is weighed by the value of outputs and divided by it."""
    case = still(order_elasticity=0.5)
    case.state.expected_price[case.o[MAGNET_HO]] = math.log(1.2)
    case.settle("plants")
    assert one(case.state.activity, case.facility["HO works"]) == pytest.approx(12)


def test_producers_of_what_nobody_ordered_go_on_as_ever() -> None:
    """All the oxide of AB goes to other use: with nothing ordered and nothing in stock, the mine makes 1 t/day."""
    rows = []
    for row in tables().base_year:
        if (row.quantity, row.commodity, row.region, row.partner) == ("flow", *OXIDE_ABROAD):
            rows.append(replace(row, value=4 * YEAR))
        elif (row.quantity, row.commodity, row.region, row.partner) == ("flow", *OXIDE_OWN):
            rows.append(replace(row, quantity="other_use", partner=""))
        else:
            rows.append(replace(row, value=11 * YEAR) if row.facility == "HO mine" and row.value > 1 else row)
    built = driver.market(replace(tables(), base_year=tuple(rows)), margins=MARGINS)
    built.market.run("plants", TICK)
    assert built.market.state.activity[:, 0].tolist() == pytest.approx([11, 1, 12])


def test_works_with_two_inputs_run_by_the_scarcer() -> None:
    """Producers of rich magnets take both oxides; without either, they make none. Producers of plain ones take one."""
    for missing, plain in (("oxide.Aa", 0), ("oxide.Bb", 1)):
        built = driver.market(driver.tables())
        state, world = built.market.state, built.world
        state.user_stock[world.users.names.index((missing, "HO", ""))] = 0
        built.market.run("plants", TICK)
        made = dict(
            zip(world.facilities.names, (state.activity / world.facilities.activity)[:, 0].tolist(), strict=True)
        )
        assert made["HO rich magnets"] == 0
        assert made["HO plain magnets"] == pytest.approx(plain)
        assert made["AB rich magnets"] == pytest.approx(1)
        assert made["HO clay separation"] == pytest.approx(1)


def test_mines_answer_by_elasticities_of_their_own() -> None:
    """Price 1.2: z = 3·0.3·ln 1.2."""
    case = still(mine_supply_elasticity=0.3, utilisation_floor=0.2, utilisation_base=0.6)
    case.state.expected_price[case.o[OXIDE_HO]] = math.log(1.2)
    case.settle("plants")
    used = 0.2 + 0.8 / (1 + 1.2 ** (-3 * 0.3))
    assert one(case.state.activity, case.facility["HO mine"]) == pytest.approx(10 * used / 0.6)


def test_works_take_no_more_than_their_stock_lets_go() -> None:
    """30 t, of which 8 arrived: half of 22 and 1 − ½·HALF/7 of 8, where 42 are needed."""
    case = still(release_time=HALF)
    case.state.user_stock[case.user[WORKS]], case.state.received[case.user[WORKS]] = 30, 8
    case.settle("plants")
    can = 11 + 8 * (1 - HALF / 14)
    assert one(case.state.activity, case.facility["HO works"]) == pytest.approx(12 * can / 42)
    assert one(case.state.use, case.user[WORKS]) * TICK.days == pytest.approx(can)
    assert one(case.state.user_stock, case.user[WORKS]) == pytest.approx(30 - can)
    assert can == pytest.approx(release(at(22), at(8), 7, HALF)[0, 0])


def test_with_plenty_in_stock_works_do_as_they_want() -> None:
    """A served share is at most 1."""
    case = still()
    case.state.user_stock[case.user[WORKS]] = 1e6
    case.settle("plants")
    assert one(case.state.activity, case.facility["HO works"]) == pytest.approx(12)


def disposed(first: float, rate: float) -> float:
    """Mean share over a week in which it moves from the first towards a tenth."""
    return 0.1 + (first - 0.1) * (1 - math.exp(-7 * rate)) / (7 * rate)


def test_other_use_gives_way_when_prices_rise() -> None:
    """A tenth of 10 t/day; at four times the price and an elasticity of ½, a twentieth at first. The rest is stock."""
    case = still(other_use_elasticity=0.5)
    case.state.price[case.node[OXIDE_HO]] = math.log(4)
    before = one(case.state.producer_stock, case.o[OXIDE_HO])
    case.settle("plants")
    other = 10 * disposed(0.05, 10 * 0.05 / (28 * 9))
    assert one(case.state.made, case.o[OXIDE_HO]) == pytest.approx(10)
    assert one(case.state.other, case.o[OXIDE_HO]) == pytest.approx(other)
    assert one(case.state.producer_stock, case.o[OXIDE_HO]) == pytest.approx(before + (10 - other) * 7)


@pytest.mark.parametrize(("days", "first"), [(56, 0.2), (14, 0.05)])
def test_other_use_disposes_of_what_lies_unsold(days: float, first: float) -> None:
    """A tenth of 10 t/day with 28 days of orders in stock; in proportion to what there is, as it changes."""
    case = still(producer_adjustment_time=1e12)
    case.state.producer_stock[case.o[OXIDE_HO]] = 9 * days
    case.settle("plants")
    assert one(case.state.other, case.o[OXIDE_HO]) == pytest.approx(10 * disposed(first, 10 * 0.1 / (28 * 9)))


def test_a_main_product_is_recovered_as_ever_and_a_by_product_as_it_sells() -> None:
    """Twice the target of oxide in stock: 10 t/day; were it a by-product, a twentieth of tanh(1) less."""
    for flexibility, made in ((None, 10), (0.05, 10 * (1 - 0.05 * math.tanh(1)))):
        case = still()
        case.state.producer_stock[case.o[OXIDE_HO]] = 9 * 56
        put_out = case.market.kernels[PutOut]
        if flexibility is not None:
            put_out.flexibility = np.full_like(put_out.flexibility, flexibility)
        case.settle("plants")
        assert one(case.state.made, case.o[OXIDE_HO]) == pytest.approx(made)


def test_other_use_takes_no_more_than_all() -> None:
    """Next to nothing for a price."""
    case = still(other_use_elasticity=1.0)
    case.state.price[case.node[OXIDE_HO]] = math.log(1e-3)
    case.settle("plants")
    assert one(case.state.other, case.o[OXIDE_HO]) == pytest.approx(10)


def test_states_change_what_plants_want() -> None:
    """The works want 12 t a day. A plan of a half leaves 6."""
    case = Case()

    def halve(moment: Moment) -> None:
        moment.proposals.planned[:] *= 0.5

    case.hooks.plans.append(halve)
    case.settle("plants")
    assert one(case.state.activity, case.facility["HO works"]) == pytest.approx(6)


def short_of_rich_magnets(plain: float = 0.5, **parameters: float) -> Built:
    """Rich magnets of HO are asked for half as much again as its lines make, of plain ones a part of it."""
    values: dict[str, Any] = {**ROUND, **parameters}
    built = driver.market(small_tables(numbers(0)), (), **values)
    made = {node: o for o, node in enumerate(built.world.nodes.made)}
    state, cover = built.market.state, built.world.producers.cover
    for good, factor in (("magnet.rich", 1.5), ("magnet.plain", plain)):
        o = made[good, "HO"]
        state.expected_orders[o] *= factor
        state.producer_stock[o] = cover[o] * state.expected_orders[o]
    return built


@pytest.mark.parametrize("asked", [0.9, 0.1])
def test_idle_lines_change_over_to_what_is_short_beside_them(asked: float) -> None:
    """Plain lines are idle, rich ones lack half of theirs: the smaller of the two changes over in 35 days."""
    built = short_of_rich_magnets(asked)
    index = {name: f for f, name in enumerate(built.world.facilities.names)}
    plain, rich = (float(built.world.facilities.scale[index[f"HO {kind} magnets"], 0]) for kind in ("plain", "rich"))
    built.market.run("plants", TICK)
    moved = -min((1 - asked) * plain, 0.5 * rich) * (1 - math.exp(-7 / 35))
    assert built.market.state.changed_over[0] == pytest.approx([moved, moved])


def test_no_more_than_a_share_of_a_plant_changes_over_and_capacity_is_kept() -> None:
    """In a hundred ticks six tenths of the plain lines at most; what the one gains, the other has lost."""
    built = short_of_rich_magnets()
    index = {name: f for f, name in enumerate(built.world.facilities.names)}
    plain, rich = index["HO plain magnets"], index["HO rich magnets"]
    scale = built.world.facilities.scale
    for _ in range(100):
        built.market.run("plants", TICK)
    moved = -float(built.market.state.changed_over[0, 0])
    assert 0 < moved <= 0.6 * scale[plain, 0] * (1 + 1e-12)
    gained = built.world.changeovers.moves(built.market.state.changed_over)
    assert gained[rich] == pytest.approx([moved, moved])
    assert gained.sum(axis=0) == pytest.approx([0, 0])


def test_switched_off_nothing_changes_over() -> None:
    built = short_of_rich_magnets(changeover=0.0)
    built.market.run("plants", TICK)
    assert not built.market.state.changed_over.any()
