"""Reserves of the oracle on numbers worked by hand; the arithmetic stands in the docstrings."""

from __future__ import annotations

import math
from typing import Any

import pytest

from tests.oracle.base import BaseYear
from tests.oracle.calendar import Tick
from tests.oracle.cases import numbers, parameters
from tests.oracle.parts import Node
from tests.oracle.reserve import Reserve, Reserves
from tests.oracle.store import Member, Store
from tests.worlds import MARGINS, small_tables

P = parameters()
FIRST, SECOND = Tick(0, 7), Tick(7, 14)


@pytest.fixture
def base() -> BaseYear:
    """The small world; nothing has happened."""
    return BaseYear(small_tables(numbers()), MARGINS)


@pytest.fixture
def node(base: BaseYear) -> Node:
    """Plain magnets in AB: cars and tools use a tonne a day each, and have nothing."""
    n = base.node["magnet.plain", "AB"]
    for u in n.users:
        u.use0, u.expected_use, u.cover = 1.0, 1.0, 50.0
    n.expected_use = n.orders = 2.0
    return n


@pytest.fixture
def store(node: Node) -> Store:
    """Half of the firms of cars and tools are members; 20 t of a target of 100 t lie there."""
    return Store("vault", node, [Member(u, 0.5) for u in node.users], 100.0, 0.2)


def plain(**changes: object) -> dict[str, Any]:
    """A reserve that wants 60 days of what members use, in 200 days."""
    rules = {"restriction": 0.25, "price": 2.0, "after": 14, "over": 14}
    said = {
        "name": "vault", "by": "AB", "announced": 0, "since": 0, "targets": [("magnet.plain", {"days": 60.0})],
        "held": 0.5, "sectors": ["cars"], "share": 0.5, "producers": True, "fill_time": 200.0, "ceiling": None,
        "market_share": 1.0, "pauses": True, "draw_time": 14.0, "ordinary": 0.0, "replenish": 100.0, "declared": rules,
        "sales": None, "sellers": 0.1, "buffers": 0.4, "licences": 0.3,
    }  # fmt: skip
    return said | changes


def land(store: Store, tonnes: float) -> None:
    """Let goods land at its place, all from one origin."""
    for a in store.node.into:
        a.landed = 0.0
    store.node.into[0].landed = tonnes
    store.land()


def test_the_target_is_for_members(base: BaseYear, node: Node) -> None:
    """60 days × 0.5 × 1 t a day of cars: 30 t, half of it held. No plants there use magnets."""
    (store,) = Reserve(plain(), base, P).stores
    assert node.name == ("magnet.plain", "AB")
    assert (store.target, store.stock) == (30, 15)
    assert [member.user.name[2] for member in store.members] == ["cars"]


def test_what_lands_is_mixed(store: Store) -> None:
    """3 t bought and 1 t returned in kind are a quarter of 16 t; of 8 t that land it gets 2 t, 1.5 t and 0.5 t."""
    store.own, store.back, store.part = 3.0, 1.0, 0.25
    store.members[0].owed, store.members[1].owed = 3.0, 1.0
    land(store, 8.0)
    assert (store.stock, store.own, store.back) == (22, 1.5, 0.5)
    assert [member.owed for member in store.members] == pytest.approx([2.625, 0.875])


def test_members_draw_what_they_lack_as_far_as_it_flows(store: Store) -> None:
    """Each lacks 0.5 × (50 − 10) = 20 t and wants a tenth; of 20 t a twentieth flows: 1 t for 4 t, so 0.5 t each."""
    for member in store.members:
        member.user.stock, member.user.received = 8.0, 2.0
    store.draw(access=1.0, days=0, wanting=0.1, flowing=0.05, due=107)
    assert store.stock == pytest.approx(19)
    for member in store.members:
        assert (member.owed, member.due) == pytest.approx((0.5, 107))
        assert member.user.received == pytest.approx(2.5)


def test_who_owes_already_gets_the_mean_of_both_days(store: Store) -> None:
    store.draw(access=1.0, days=0, wanting=0.1, flowing=0.05, due=107)
    first = [member.owed for member in store.members]
    store.draw(access=1.0, days=0, wanting=0.1, flowing=0.05, due=114)
    for member, owed in zip(store.members, first, strict=True):
        assert member.due == pytest.approx(107 + 7 * (1 - owed / member.owed))


def test_nobody_draws_whose_cover_is_ample(store: Store) -> None:
    """Up to half of 50 t: 25 t are there."""
    for member in store.members:
        member.user.stock = 25.0
    store.draw(access=0.5, days=0, wanting=0.1, flowing=0.05, due=107)
    assert (store.stock, store.owed) == (20, 0)
    assert store.members[0].due == math.inf


def test_goods_are_brought_back_by_their_day(store: Store) -> None:
    """4 t in 20 days and 7 t that are late, so in this tick: 0.2 + 1 t a day; a quarter of 11 t is coming."""
    store.members[0].owed, store.members[0].due = 4.0, 27.0
    store.members[1].owed, store.members[1].due = 7.0, 3.0
    store.back = 2.75
    assert store.brought_back(SECOND) == pytest.approx(1.2 * 0.75)
    store.declared = True
    assert store.brought_back(SECOND) == 0


def test_members_come_first(store: Store) -> None:
    """Of at most 3 t a day, 2 t come back and 1 t of 5 t is bought; or all 3 t come back."""
    store.order(5.0, 2.0, 3.0)
    assert (store.own_order, store.back_order) == (1, 2)
    store.order(5.0, 4.0, 3.0)
    assert (store.own_order, store.back_order) == (0, 3)


def test_what_is_sent_is_shared_by_orders(store: Store) -> None:
    """Of 4 t a day ordered it has 1 t and 1 t: of 8 t sent it gets 2 t each; 4 t of 40 t are a tenth."""
    node = store.node
    node.orders, node.reserve_orders = 2.0, 2.0
    store.own_order, store.back_order = 1.0, 1.0
    for a in node.into:
        a.shipped, a.under_way, a.backlog = 8.0 / len(node.into), 30.0 / len(node.into), 10.0 / len(node.into)
    store.cross_border()
    assert (store.own, store.back, store.bought) == pytest.approx((2, 2, 2))
    assert store.part == pytest.approx(0.1)


def test_refused_goods_are_lost_in_proportion(store: Store) -> None:
    """Of 8 t refused a quarter is its own: 2 t, of which 1.5 t were bought."""
    store.own, store.back, store.part = 6.0, 2.0, 0.25
    store.node.into[0].denied, store.node.into[0].under_way = 8.0, 24.0
    store.cross_border()
    assert (store.own, store.back, store.bought) == (4.5, 1.5, -1.5)
    assert store.part == 6 / 24


def test_sales_go_to_all_by_expected_need(store: Store) -> None:
    """A tenth of 20 t; tools need three times what cars need."""
    for u in store.node.users:
        u.expected_use = 0.5 if u.name[2] == "cars" else 1.5
    store.sell(0.1)
    assert store.stock == store.let_go * 9 == pytest.approx(18)
    assert {u.name[2]: u.received for u in store.node.users} == pytest.approx({"cars": 0.5, "tools": 1.5})


def test_a_disruption_is_declared_after_a_while_without_a_break(store: Store) -> None:
    """14 days to be declared, 21 to be over; a tick that looks otherwise begins the count anew."""
    store.members[0].due = 100.0
    looks = [True, False, True, True, False, False, True, False, False, False]
    for looks_so in looks:
        store.look(looks_so, 7, after=14, over=21)
    assert not store.declared
    assert store.declared_days == 42
    assert store.members[0].due == 142


def test_others_see_what_lies_there(base: BaseYear, node: Node) -> None:
    """15 t of 30 t: members keep 1 − 0.4·0.5·0.5 of their cover; who gets 0.1 t a day has less alarm by 0.1 ÷ 2."""
    reserves = Reserves([Reserve(plain(announced=7), base, P)], base, P)
    car = next(u for u in node.users if u.name[2] == "cars")
    reserves.expect(FIRST)
    assert (car.kept, node.alarmed) == (1, 1)
    reserves.stores[0].flow = 0.1
    reserves.expect(SECOND)
    assert car.kept == pytest.approx(0.9)
    assert node.alarmed == pytest.approx(1 - 0.1 / 2)
    reserves.ask_more(SECOND)
    assert node.discount == pytest.approx(math.log(1 + 0.1 / 2))
