"""A reserve, by hand (docs/model.md, section 12); its money stands in tests/finance/test_reserve_books.py."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.axes import Floats
from sim.ensemble.clock import Tick
from sim.files.quantities import WorldNames
from sim.finance.reserve_posts import Post
from sim.instruments.reserves.declared import Declared
from sim.instruments.reserves.operator import Operator
from sim.instruments.reserves.release import reserves_of
from sim.instruments.reserves.reserve import Reserve
from tests.driver import Spec, day, lost, measured, run, tables
from tests.driver import market as small
from tests.ensembles import plan, recorded
from tests.strategies import every_kind
from tests.tiny import MAGNET_AB, MAGNET_ABROAD, MAGNET_HO, MAGNETS_OF_CARS, Case, ban, market, one

SEVEN, FORTNIGHT = 1 - math.exp(-1), 1 - math.exp(-1 / 2)  # of a stay of a week, of a fortnight, in a tick


def reserve(**fields: object) -> Spec:
    """One of AB, of 73 t of magnets for its cars, which it would have bought in 73 days; half of them are members."""
    return {
        "name": "store", "kind": "reserve", "by": "AB", "since": day(0), "budget": "1 bn USD",
        "holdings": [{"name": "magnets", "commodities": "magnet.Ee", "tonnes": "73 t"}],
        "members": {"sectors": "cars", "share": 0.5}, "fill": {"time": "73 days", "market_share": 1}, **fields,
    }  # fmt: skip


def opened(*others: Spec, **fields: object) -> tuple[Case, Operator]:
    """The tiny world with a reserve, and who runs it."""
    case = Case(reserve(**fields), *others)
    (operator,) = reserves_of(case.built.setting)
    return case, operator


def number(rows: Floats) -> float:
    """The number of the one good, the same in both replicates."""
    return one(rows, 0)


def test_worked_fill() -> None:
    """A ton a day beside the eight of cars: 7 of 63 t are its own; of the next 56 t that land, as much of them.

    Before it 224 t were on their way, of which 56 landed: 168 and 63 are 231. It pays 50 USD/kg and 2 % to traders.
    """
    case, operator = opened()
    first, second, *_ = case.built.clock.horizon.ticks()
    case.market.settle(first)
    assert one(case.state.orders, case.d[MAGNET_AB]) == pytest.approx(9)
    assert one(case.state.shipped, case.arc[MAGNET_ABROAD]) == pytest.approx(63)
    assert number(operator.inventory.stock.own) == pytest.approx(7)
    assert number(operator.inventory.stock.part) == pytest.approx(7 / 231)
    assert operator.inventory.books.way[0] == pytest.approx(350e3)
    assert operator.inventory.books.balance(Post.TRADERS) == pytest.approx(7e3)
    case.market.settle(second)
    assert number(operator.inventory.stock.tonnes) == pytest.approx(56 * 7 / 231)
    assert operator.inventory.books.goods[0] == pytest.approx(350e3 * 8 / 33)
    assert one(case.state.received, case.user[MAGNETS_OF_CARS]) == pytest.approx(56 * (1 - 7 / 231))


def test_it_is_full_and_stays_so() -> None:
    """After a year it holds its 73 t, nothing is on its way, and magnets are at their base price again."""
    case, operator = opened()
    run(case.built, lambda tick: None)
    assert number(operator.inventory.stock.tonnes) == pytest.approx(73, rel=1e-3)
    assert number(operator.inventory.purchased) == pytest.approx(73, rel=1e-3)
    assert number(operator.inventory.stock.own) == pytest.approx(0, abs=0.1)
    assert one(case.state.price, case.node[MAGNET_AB]) == pytest.approx(0, abs=0.01)


@pytest.mark.parametrize(
    ("fields", "ordered"),
    [
        ({"fill": {"time": "73 days", "market_share": 0.05}}, 0.6),  # of 12 t that HO makes
        ({"budget": "153000 USD"}, 3 / 7),  # 3 t of 50 thousand USD each, and what traders ask
        ({"since": day(4)}, 3 / 7),  # three days of the tick
        ({"held": 0.9}, 1.0),  # 7.3 t are missing: no more than a ton a day
        ({"held": 0.95}, 3.65 / 7),
        ({"since": day(7)}, 0.0),
    ],
)
def test_worked_limits(fields: dict[str, Any], ordered: float) -> None:
    """What it orders in the first tick, t/day."""
    case, operator = opened(**fields)
    first, *_ = case.built.clock.horizon.ticks()
    case.market.settle(first)
    assert number(operator.inventory.stock.ordered.own) == pytest.approx(ordered)


def test_it_waits_above_its_ceiling() -> None:
    """A ceiling at the price when it began, and one of a hundredth more."""
    case, operator = opened(fill={"time": "73 days", "market_share": 1, "ceiling": 1})
    case.settle("orders")
    assert number(operator.inventory.stock.ordered.own) == pytest.approx(1)
    case.state.price[case.node[MAGNET_AB]] = 0.01
    case.settle("orders")
    assert number(operator.inventory.stock.ordered.own) == 0


def test_worked_draw() -> None:
    """Cars lack 24 t to what they want in a week, half of them are members: 12 t, of which they get 4.72 t at once."""
    case, operator = opened(held=1)
    user = case.user[MAGNETS_OF_CARS]
    case.state.user_stock[user] = (56 + 7) * 8 - 24
    operator.access.release(case.moment)
    assert one(case.state.received, user) == 0  # nothing is declared
    operator.inventory.declared.holds[:] = True
    operator.access.release(case.moment)
    assert one(case.state.received, user) == pytest.approx(12 * FORTNIGHT)
    assert number(operator.inventory.stock.tonnes) == pytest.approx(73 - 12 * FORTNIGHT)
    assert operator.inventory.books.balance(Post.CASH) == pytest.approx(12e3 * FORTNIGHT * 50)
    assert number(operator.inventory.members.owed) == pytest.approx(12 * FORTNIGHT)
    assert number(operator.inventory.members.due) == 7 + 180


def test_a_draw_empties_no_store_at_once() -> None:
    """Cars lack all of 448 t: no more than what leaves a stock in a tick, 63 % of it."""
    case, operator = opened(held=1)
    case.state.user_stock[case.user[MAGNETS_OF_CARS]] = 0
    operator.inventory.declared.holds[:] = True
    operator.access.release(case.moment)
    assert one(case.state.received, case.user[MAGNETS_OF_CARS]) == pytest.approx(73 * SEVEN)


def test_worked_ordinary_draw() -> None:
    """Up to nine tenths of their cover and of a week's use: 453.6 t; cars hold 450.4."""
    case, operator = opened(held=1, drawdown={"ordinary": 0.9})
    case.state.user_stock[case.user[MAGNETS_OF_CARS]] = 450.4
    operator.access.release(case.moment)
    assert one(case.state.received, case.user[MAGNETS_OF_CARS]) == pytest.approx(1.6 * FORTNIGHT)


def test_worked_replenishment() -> None:
    """18 t owed, due on day 180, are ordered at a tenth of a ton a day; the reserve does not order them twice."""
    case, operator = opened(held=1)
    drawn = np.full((1, 2), 18.0)
    operator.inventory.books.draw(operator.inventory.take(drawn))
    operator.inventory.members.owe(drawn, 180.0)
    case.settle("orders")
    assert number(operator.inventory.stock.ordered.members) == pytest.approx(0.1)
    assert number(operator.inventory.stock.ordered.own) == 0
    operator.inventory.stock.members[:] = 9.0
    operator.inventory.stock.part[:] = 1.0
    way, row = case.market.under_way, case.d[MAGNET_AB]
    way.arrived[row], way.coming[row] = 6.0, 0.0
    operator.buying.receive(case.moment)
    assert number(operator.inventory.members.owed) == pytest.approx(12)
    assert number(operator.inventory.stock.tonnes) == pytest.approx(73 - 18 + 6)
    assert operator.inventory.books.lent[0] == pytest.approx(12e3 * 50)


def test_worked_declaration() -> None:
    """For 14 days it looks bad before it is declared; for 28 it must not before it is over."""
    declared = Declared(0.25, 2.0, 14.0, 28.0, (1, 1))

    def follow(*expected_restriction: float, price: float = 0.0) -> bool:
        for share in expected_restriction:
            declared.follow(7, np.array([[share]]), np.array([[price]]))
        return bool(declared.holds[0, 0])

    assert not follow(0.3)
    assert follow(0.25)
    assert follow(0, 0, 0.3, 0, 0, 0)
    assert not follow(0)
    assert not follow(0, price=math.log(2))
    assert follow(0, price=math.log(2))


def test_worked_sale() -> None:
    """A price of e^0.5 of what is normal: a thirteenth of a quarter goes to all who use magnets, at that price."""
    case, operator = opened(held=1, sales={"above": 1.5, "time": "91 days"})
    case.state.price[case.node[MAGNET_AB]] = 0.5
    operator.access.release(case.moment)
    sold = 73 * (1 - math.exp(-1 / 13))
    assert one(case.state.received, case.user[MAGNETS_OF_CARS]) == pytest.approx(sold)
    assert operator.inventory.books.balance(Post.GAINS) == pytest.approx(sold * 50e3 * (math.exp(0.5) - 1))


def test_what_is_its_own_is_not_in_the_way_of_users() -> None:
    """While it fills, users order and pay as ever but for what sellers see: their orders stay within one per cent."""
    case, _ = opened(fill={"time": "365 days", "market_share": 1})
    low, high = 8.0, 8.0

    def look(_tick: Tick) -> None:
        nonlocal low, high
        order = one(case.state.user_orders, case.user[MAGNETS_OF_CARS])
        low, high = min(low, order), max(high, order)

    run(case.built, look)
    assert low > 0.99 * 8
    assert high < 1.01 * 8


def test_its_part_is_no_supply_of_users() -> None:
    """With a third of what is on its way its own, the price there moves as if that third were not there."""
    case, operator = opened()
    operator.inventory.stock.part[:], operator.inventory.stock.asked[:] = 1 / 3, 1 / 3
    other = Case(ban())
    case.settle("prices")
    moved = one(case.state.price, case.node[MAGNET_AB])
    other.market.under_way.coming[other.d[MAGNET_AB]] *= 2 / 3
    for flow in (other.state.expected_trade, other.state.orders_placed):
        flow[other.arc[MAGNET_ABROAD]] *= 2 / 3
    other.settle("prices")
    assert moved == pytest.approx(one(other.state.price, other.node[MAGNET_AB]), rel=1e-6)
    assert moved > 0.01


def test_what_it_lets_go_calms() -> None:
    """At 4 t a day 280 t in 70 days; of 73 t no more than those, 13 % of the alarm and of what is used, 560 t."""
    case, operator = opened(held=1)
    assert number(operator.access._ahead()) == 0
    operator.access.flow[:] = 4
    assert number(operator.access._ahead()) == 73
    case.state.announcement[:] = 1
    operator.access.calm(case.moment)
    assert one(case.state.announcement, case.d[MAGNET_AB]) == pytest.approx(1 - 73 / 560)
    operator.inventory.stock.tonnes[:] = 1e6
    assert number(operator.access._ahead()) == pytest.approx(280)


def test_worked_influence() -> None:
    """Sellers ask a tenth more while it buys; cars give up a fifth of half of their cover while it is full."""
    known: dict[str, Any] = {"influence": {"sellers": 0.1, "buffers": 0.2}, "since": day(3)}
    case, operator = opened(held=1, **known)
    passed, cover = case.state.passed_on, case.state.target_cover
    cover[:] = 1
    operator.buying.ask_more(case.moment)
    assert not passed.any()  # it is full
    operator.access.spare(case.moment)
    assert one(cover, case.user[MAGNETS_OF_CARS]) == pytest.approx(0.9)
    operator.inventory.stock.tonnes[:] = 0
    operator.buying.ask_more(case.moment)
    assert one(passed, case.node[MAGNET_AB]) == pytest.approx(math.log(1.1))
    assert one(passed, case.node[MAGNET_HO]) == 0
    case.market.moment.tick = Tick(0, 0, 3, 3)
    operator.access.spare(case.market.moment)  # nobody knows of it yet
    assert one(cover, case.user[MAGNETS_OF_CARS]) == pytest.approx(0.9)


def test_worked_rationing() -> None:
    """Of what is under licence, three tenths are not let out towards a known stock builder."""
    licence = {
        "name": "licence", "kind": "export_licence", "by": "HO", "covers": {"commodities": "magnet.Ee"},
        "in_force": day(0), "processing": "20 days", "approval": {"default": 1},
    }  # fmt: skip
    case = Case(licence, reserve(influence={"licences": 0.3}))
    ticks = case.built.clock.horizon.ticks()
    case.market.settle(next(ticks))
    assert case.controls.restricted[case.controls.positions(np.array([case.arc[MAGNET_ABROAD]]))].tolist() == [
        [0.3] * 2
    ]


def test_a_treasury_that_steps_in_is_an_event() -> None:
    """Owners who have paid in all they had, and nobody who pays for storage: reported once."""
    case, operator = opened(held=1, finance={"capital": "3650000 USD"})
    run(case.built)
    events = [
        event
        for transitions in operator.reports.transitions
        for event in transitions.reported
        if event.event == "treasury steps in"
    ]
    assert len(events) == 1
    assert (operator.inventory.books.balance(Post.SUPPORT) > 0).all()


def test_members_default() -> None:
    """A rate at which nobody lasts a year: what they owe is not waited for, and for nobody it is not filled again."""
    case, operator = opened(held=1, members={"sectors": "cars", "defaults": "50/year"})
    operator.inventory.declared.holds[:] = True
    case.state.user_stock[case.user[MAGNETS_OF_CARS]] = 0
    run(case.built)
    assert number(operator.inventory.members.owed) == 0
    assert number(operator.inventory.books.lent) == 0
    reported = [event.event for transitions in operator.reports.transitions for event in transitions.reported]
    assert "member defaulted" in reported
    assert (operator.inventory.stock.tonnes[0] < 60).all()
    operator.inventory.books.check("store")


def test_a_disruption_opens_it_and_stops_fewer_lines() -> None:
    """Magnets of HO are banned for a year: with a full reserve of sixty days, members' lines stand for less long."""
    stopped = ban(covers={"commodities": "magnet.Ee"}, in_force=day(140), until=day(400))
    fields: dict[str, Any] = {"holdings": [{"name": "m", "commodities": "magnet.Ee", "cover": "60 days"}]}
    full = market(stopped, reserve(held=1, **fields), days=600)
    assert lost(full)[0] < 0.9 * lost(market(stopped, days=600))[0]
    assert measured(full, "reserve_drawn")[0] > 100
    assert measured(full, "reserve_declared_days")[0] > 200


def test_all_of_it_happens() -> None:
    """In the replicates of the properties reserves buy, let members draw, sell, share and bill; members default."""
    built = small(tables(), every_kind(), days=728)
    run(built)
    for name in (
        "reserve_purchased", "reserve_drawn", "reserve_end_stock", "reserve_declared_days", "reserve_interest",
        "reserve_storage", "reserve_fees", "reserve_loan_peak", "reserve_shared",
    ):  # fmt: skip
        assert (measured(built, name) > 0).all(), name
    assert np.isfinite(measured(built, "reserve_net_cost")).all()
    assert (measured(built, "reserve_support") >= 0).all()
    operators = reserves_of(built.setting)
    assert any(operator.inventory.books.balance(Post.GAINS).any() for operator in operators)
    assert any((operator.billing.leaves < 728).any() for operator in operators)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"by": "XX"}, "'XX' is not a region"),
        ({"members": {"sectors": "boats"}}, "'boats' is not a sector"),
        ({"holdings": [{"name": "a", "commodities": "gold", "cover": "60 days"}]}, "'gold' is not a commodity"),
        ({"holdings": [{"name": "a", "commodities": "magnet.Ee"}]}, "its size is said in two ways, or in none"),
        ({"announced": day(9)}, "is after since"),
        ({"fill": {"time": "0 days"}}, "0 is not above 0"),
        ({"sales": {"above": 0}}, "0 is not above 0"),
    ],
)
def test_what_is_wrong_is_said(change: dict[str, object], said: str) -> None:
    """Names and sizes."""
    names = WorldNames(commodities=("magnet.Ee",), regions=("HO", "AB"), sectors=("cars",))
    problems = list(Reserve.model_validate(reserve(**change)).check(names))
    assert any(said in found for _, found, _ in problems), problems


def test_arrivals_are_split_before_users_share_them() -> None:
    """Two reserves at one place take their parts of the same 56 t."""
    case = Case(reserve(), reserve(name="other"))
    one_, two = reserves_of(case.built.setting)
    for operator, own in ((one_, 56.0), (two, 28.0)):
        operator.inventory.stock.own[:] = own
        operator.inventory.stock.part[:] = own / 224
        case.state.pipeline_share[case.d[MAGNET_AB]] += own / 224
        operator.inventory.books.way[:] = own * 50e3
    case.settle("arrivals")
    assert number(one_.inventory.stock.tonnes) == pytest.approx(14)
    assert number(two.inventory.stock.tonnes) == pytest.approx(7)
    assert one(case.state.received, case.user[MAGNETS_OF_CARS]) == pytest.approx(35)


def test_what_it_holds_is_a_series(tmp_path: Path) -> None:
    """Tonnes at the end of the day, as it fills; and how much there is at the end is a metric."""
    text = (
        "  - {name: store, kind: reserve, by: AB, since: 2025-02-01, budget: 1 bn USD, members: {sectors: all},\n"
        "     holdings: [{name: magnets, commodities: magnet.rich, cover: 20 days}], fill: {time: 90 days}}\n"
    )
    made = plan(tmp_path, text)
    chunk, series = recorded(made, range(2))
    rows = [i for i, item in enumerate(made.record.series) if item.name == "reserve_stock"]
    assert [made.record.series[i].commodity for i in rows] == ["magnet.rich"]
    held = series[:, rows[0]]
    assert (np.diff(held[:, 0]) >= 0).all()
    end = [i for i, metric in enumerate(chunk.metrics) if metric.name == "reserve_end_stock"]
    assert chunk.block.metrics[end[0]] == pytest.approx(held[-1])
    assert held[-1, 0] > 0
