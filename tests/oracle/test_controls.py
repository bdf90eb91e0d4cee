"""Controls of the oracle on numbers worked by hand; the arithmetic stands in the docstrings."""

from __future__ import annotations

import math
from typing import Any

import pytest
import simpy

from tests.oracle import Record, run
from tests.oracle.base import BaseYear
from tests.oracle.border import Border
from tests.oracle.calendar import Calendar, Tick
from tests.oracle.cases import numbers, parameters
from tests.oracle.controls import Ban
from tests.oracle.floor import PriceFloor
from tests.oracle.licence import Licence
from tests.oracle.parts import ArcName, UserName
from tests.oracle.queue import Queue, Readiness
from tests.oracle.quota import Quota, fill_by_margin
from tests.worlds import MARGINS, small_tables

P = parameters()
TABLES = small_tables(numbers())
CALENDAR = Calendar(364, 7)
OUT: ArcName = ("magnet.plain", "HO", "AB")
OTHER: ArcName = ("magnet.rich", "HO", "AB")
HOME: ArcName = ("magnet.plain", "HO", "HO")
FIRST, SECOND, THIRD = Tick(0, 7), Tick(7, 14), Tick(14, 21)

Plain = dict[str, Any]


@pytest.fixture
def base() -> BaseYear:
    """The small world; nothing has happened."""
    return BaseYear(TABLES, MARGINS)


def ban(**changes: object) -> Plain:
    """A ban on one arc from the first day."""
    plain = {"kind": "export_ban", "name": "ban", "arcs": [OUT], "announced": 0, "in_force": 0, "until": None}
    return plain | {"coverage": 1.0} | changes


def licence(**changes: object) -> Plain:
    """A licence on one arc, with half of all files granted, each ready after ten days."""
    rules = {"default": 0.5, "rules": [], "general": None, "look_alikes": None, "reviewers": None}
    processing = {"ready": [0.0] * 9 + [1.0], "mean": 10.0}
    return ban(kind="export_licence", name="licence") | processing | rules | changes


def rule(share: float, **changes: object) -> Plain:
    """A rule that always holds, for all users of the arc."""
    plain = {"arcs": [OUT], "end_uses": None, "specific": 0, "since": -math.inf, "until": math.inf, "share": share}
    return plain | changes


def quota(**changes: object) -> Plain:
    """A quota of a tonne a day, in batches on the days 0 and 200 of each year."""
    plain = ban(kind="export_quota", name="quota", volume=365.0, counted={OUT: 1.0})
    opening = ((365 * year + day, share, year) for year in (-1, 0, 1) for day, share in ((0, 0.4), (200, 0.6)))
    return plain | {"batches": list(opening)} | changes


def settle_arrivals(border: Border, tick: Tick) -> None:
    """Nothing lands, and licences decide."""
    for u in border.base.users:
        u.part = 1 / len(u.node.users)
    border.share(tick)
    border.decide(tick)


def crossed(border: Border, tick: Tick, tonnes: float) -> float:
    """What crosses on the arc when so much is shipped on it."""
    settle_arrivals(border, tick)
    border.expect(tick)
    border.base.arc[OUT].shipped = tonnes
    border.cross(tick)
    return border.base.arc[OUT].crossed


def set_prices(base: BaseYear, **markups: float) -> None:
    """Set the price (ln) of all nodes by region, 0 where none is named."""
    for n in base.nodes:
        n.price = markups.get(n.name[1], 0.0)


# -------------------------------------------------------------------------------- days and shares


def test_a_control_counts_by_its_days_in_the_tick(base: BaseYear) -> None:
    """In force on the days 10 to 13 of [7, 14): 4/7; half of the goods are covered: 2/7."""
    assert Ban(ban(in_force=10, coverage=0.5), base, P).inside(SECOND) == pytest.approx(2 / 7)


def test_what_is_ahead_is_known_from_the_announcement(base: BaseYear) -> None:
    """From day 14 people look 70 days ahead, to a ban on [34, 69): 35/70. Before day 7 nobody knows."""
    control = Ban(ban(announced=7, in_force=34, until=69), base, P)
    assert control.ahead(FIRST) == 0
    assert control.ahead(SECOND) == pytest.approx(0.5)


def test_alarm_is_fresh_for_a_while_and_fades(base: BaseYear) -> None:
    """Announced on day 3: 4 of 7 days. A hundred days later it is past the hold of 90 and fades in 120."""
    control = Ban(ban(announced=3), base, P)
    assert control.announcement_effect(FIRST) == pytest.approx(4 / 7)
    later = Tick(100, 107)
    by_hand = sum(math.exp(-(day - 3 - 90) / 120) for day in range(100, 107)) / 7
    assert control.announcement_effect(later) == pytest.approx(by_hand)
    assert Ban(ban(announced=3, until=100), base, P).announcement_effect(later) == 0


def test_the_strictest_of_two_bans_counts_and_expectations_multiply(base: BaseYear) -> None:
    """Blocked: the larger of 0.3 and 0.6. Barred: 1 − 0.7·0.4 = 0.72."""
    border = Border(base, P, [ban(name="a", coverage=0.3), ban(name="b", coverage=0.6)], CALENDAR)
    border.expect(FIRST)
    border.limit(FIRST)
    assert base.arc[OUT].restricted == pytest.approx(0.6)
    assert base.arc[OUT].expected_restriction == pytest.approx(0.72)
    assert base.arc[HOME].expected_restriction == 0


# -------------------------------------------------------------------------------- licences


def test_files_are_ready_by_their_day() -> None:
    """A tonne a day on [0, 7), ready ten days later, on 10 to 16: 4 t in [7, 14), 3 t in [14, 21)."""
    queue = Queue(Readiness([0.0] * 9 + [1.0], tick=7))
    queue.put(7.0, 0, 7)
    assert queue.waiting() == pytest.approx(7)
    assert queue.take(7) == pytest.approx(4)
    assert queue.take(7) == pytest.approx(3)
    assert queue.waiting() == pytest.approx(0)


def test_what_is_ready_at_once_counts_in_the_next_tick() -> None:
    queue = Queue(Readiness([0.5, 1.0], tick=7))
    queue.put(7.0, 0, 7)
    assert queue.take(7) == pytest.approx(7)


def test_a_short_last_tick_takes_its_part() -> None:
    """3 t would be ready in a whole third tick; the horizon ends after two of its days."""
    queue = Queue(Readiness([0.0] * 9 + [1.0], tick=7))
    queue.put(7.0, 0, 7)
    assert queue.take(7) == pytest.approx(4)
    assert queue.take(2) == pytest.approx(3 * 2 / 7)
    assert queue.waiting() == pytest.approx(3 * 5 / 7)


def test_a_licence_grants_what_is_ready(base: BaseYear) -> None:
    """7 t filed in the first tick; 4 t are ready in the second, of which half are granted, half refused; 3 t wait."""
    border = Border(base, P, [licence()], CALENDAR)
    assert crossed(border, FIRST, 7.0) == 0
    assert base.arc[OUT].backlog == pytest.approx(7)
    assert crossed(border, SECOND, 0.0) == pytest.approx(2)
    assert base.arc[OUT].denied == pytest.approx(2)
    assert base.arc[OUT].backlog == pytest.approx(3)
    assert base.arc[OUT].expected_clearance == pytest.approx(1.5)


def test_coverage_and_general_licences_leave_less_to_file(base: BaseYear) -> None:
    """Half is covered; general licences grow to 0.7 in 7 days, so 0.35 in mid-tick: 0.5·0.65 of 10 t."""
    general = {"share": 0.7, "from": 0, "ramp": 7}
    border = Border(base, P, [licence(coverage=0.5, general=general)], CALENDAR)
    assert crossed(border, FIRST, 10.0) == pytest.approx(10 - 3.25)


def test_all_that_waits_is_granted_when_the_control_ends(base: BaseYear) -> None:
    """It ends on day 10, in the second tick, in which 4 t are ready and 3 t filed; the third begins after it."""
    border = Border(base, P, [licence(until=10)], CALENDAR)
    crossed(border, FIRST, 7.0)
    assert crossed(border, SECOND, 7.0) == pytest.approx(2 + 4)
    assert base.arc[OUT].denied == pytest.approx(2)
    assert crossed(border, THIRD, 7.0) == pytest.approx(3 + 3 + 7)
    assert base.arc[OUT].denied == 0
    assert base.arc[OUT].backlog == 0


def test_reviewers_decide_what_they_can(base: BaseYear) -> None:
    """Ready: 14 days of normal trade. Capacity in mid-tick, after 3.5 days: 0.1 ÷ (0.5 − 0.3·e^(−3.5/10))."""
    flow = base.arc[OUT].flow0
    rules = licence(ready=[1.0], in_force=7, reviewers={"start": 0.5, "final": 0.2, "time": 10})
    border = Border(base, P, [rules], CALENDAR)
    (docket,) = border.licences[0].dockets
    docket.backlog = 14 * flow
    settle_arrivals(border, SECOND)
    decided = 0.1 / (0.5 - 0.3 * math.exp(-0.35)) * 7 * flow
    assert docket.granted == pytest.approx(decided / 2)
    assert docket.backlog == pytest.approx(14 * flow - decided)


def test_exporters_learn_what_passes(base: BaseYear) -> None:
    """A tick of normal filings, none granted: 0. Then one in which all is granted: 1 − e^(−7/56)."""
    control, out = Licence(licence(), base, P, CALENDAR), base.arc[OUT]
    out.crossed = 7 * out.flow0
    control.cross(FIRST)
    assert dict(control.passing(FIRST)) == {out: 0}
    out.crossed = control.dockets[0].granted = 7 * out.flow0
    control.cross(SECOND)
    assert dict(control.passing(SECOND)) == {out: pytest.approx(1 - math.exp(-7 / 56))}


def test_buyers_learn_how_long_it_takes(base: BaseYear) -> None:
    """Ten days for half of the trade, after 3.5 days: 5·(1 − e^(−3.5/42))."""
    control = Licence(licence(coverage=0.5), base, P, CALENDAR)
    assert control.takes(FIRST) == pytest.approx(5 * (1 - math.exp(-3.5 / 42)))


CARS: UserName = ("magnet.plain", "AB", "cars")
TOOLS: UserName = ("magnet.plain", "AB", "tools")


def shared(**changes: object) -> Border:
    """A border at which 8 t from HO and 4 t of AB land for cars and tools, with needs of 3 and 1."""
    base = BaseYear(TABLES, MARGINS)
    base.user[CARS].part, base.user[TOOLS].part = 3 / 4, 1 / 4
    base.arc[OUT].landed, base.arc["magnet.plain", "AB", "AB"].landed = 8.0, 4.0
    base.node["magnet.plain", "AB"].landed = 12.0
    border = Border(base, P, [licence(**changes)], CALENDAR)
    border.share(FIRST)
    return border


def received(**changes: object) -> tuple[float, float]:
    """What cars and tools get."""
    base = shared(**changes).base
    return base.user[CARS].received, base.user[TOOLS].received


def test_an_arc_is_granted_the_mean_of_its_users() -> None:
    """Cars are refused, tools have the default of one half; needs of 3 and 1: 1/8."""
    border = shared(rules=[rule(0.0, end_uses=["cars"])])
    assert border.licences[0].dockets[0].approval == pytest.approx(1 / 8)


def test_goods_are_swapped_where_they_may_be() -> None:
    """Cars are refused: tools get the 8 t under licence, cars all others; both have 3/4 and 1/4 without the rule."""
    assert received(rules=[rule(0.0, end_uses=["cars"])]) == pytest.approx((4, 8))
    assert received() == pytest.approx((9, 3))


def test_a_user_who_is_granted_less_is_served_from_elsewhere_first() -> None:
    """Granted 0.2 and 0.6, mean 0.3: of 8 t cars get 8·¾·⅔ = 4, tools 8·¼·2 = 4; of all cars need 9, tools 3."""
    rules = [rule(0.2, end_uses=["cars"]), rule(0.6, end_uses=["tools"])]
    assert received(rules=rules) == pytest.approx((4 + 4, 4))


def test_what_is_not_covered_is_swapped() -> None:
    """Half of 8 t are covered; 8 t are not, of which cars need 9 less nothing, tools 3 less 4."""
    assert received(coverage=0.5, rules=[rule(0.0, end_uses=["cars"])]) == pytest.approx((8, 4))


def test_where_nobody_is_granted_anything_all_share_by_need() -> None:
    assert received(default=0.0, rules=[rule(0.0, end_uses=["cars"])]) == pytest.approx((9, 3))


def test_the_rule_that_fits_best_counts() -> None:
    """For end uses before others, then the more specific, of equals the later; none before its day."""
    use = {"end_uses": ["cars"]}
    for rules, share in (
        ([rule(0.1, specific=2), rule(0.2, **use)], 0.2),
        ([rule(0.2, specific=1, **use), rule(0.3, **use)], 0.2),
        ([rule(0.1), rule(0.2)], 0.2),
        ([rule(0.1, since=1), rule(0.2, until=0)], 0.5),
    ):
        border = shared(rules=rules)
        assert border.licences[0].dockets[0].grants[border.base.user[CARS]] == share


def test_look_alikes_are_held_on_a_trapezium(base: BaseYear) -> None:
    """0 at day 0, 0.4 from day 10 to 20, 0 at day 40; at the middles 3.5, 15 and 30: 0.14, 0.4 and 0.2."""
    trapezium = {"start": 0, "full": 10, "ease": 20, "end": 40}
    held = {"arcs": [OTHER], "share": 0.4, "released": [1.0]} | trapezium
    control = Licence(licence(look_alikes=held), base, P, CALENDAR)
    assert [control.look_alikes.hold(days) for days in (3.5, 15, 30)] == pytest.approx([0.14, 0.4, 0.2])
    assert [control.look_alikes.hold(days) for days in (-1, 0, 40)] == [0, 0, 0]
    border = Border(base, P, [licence(look_alikes=held)], CALENDAR)
    base.arc[OTHER].shipped = 10.0
    border.cross(FIRST)
    assert base.arc[OTHER].crossed == pytest.approx(10 - 1.4)
    settle_arrivals(border, SECOND)
    assert base.arc[OTHER].granted == pytest.approx(1.4)


# -------------------------------------------------------------------------------- quotas


def test_a_quota_is_filled_by_margin() -> None:
    """Equal margins: 5 t for 20 t of wishes, a quarter each. Far apart: the better takes all that fits."""
    wished = [10.0, 10.0]
    assert fill_by_margin(wished, [3.0, 3.0], 5.0, 1.0) == pytest.approx([0.25, 0.25])
    assert fill_by_margin(wished, [200.0, 0.0], 10.0, 1.0) == pytest.approx([1, 0])
    assert fill_by_margin(wished, [3.0, 3.0], 20.0, 1.0) == [1, 1]
    assert fill_by_margin(wished, [3.0, 3.0], 0.0, 1.0) == [0, 0]


def test_margins_a_spread_apart_are_filled_by_the_logistic() -> None:
    """With margins 1 and −1 around the cut, spread 2, the shares are 1/(1 + e^(∓1/2)) and sum to 1."""
    shares = fill_by_margin([10.0, 10.0], [7.0, 5.0], 10.0, 2.0)
    assert shares == pytest.approx([1 / (1 + math.exp(-0.5)), 1 / (1 + math.exp(0.5))])


def account_on(day: int, plain: Plain) -> float:
    """The account of a quota at the end of the day before, if nobody uses it."""
    control, env = Quota(plain, BaseYear(TABLES, MARGINS), P), simpy.Environment()
    env.process(control.dates(env))
    env.run(until=day)
    return control.account


def test_batches_open_on_their_days_and_lapse_with_the_year() -> None:
    """146 t on day 0, 219 t more on day 200; on day 365 those lapse and 146 t open."""
    days = (1, 200, 201, 365, 366)
    assert [account_on(day, quota()) for day in days] == pytest.approx([146, 146, 365, 365, 146])


def test_a_quota_that_comes_into_force_within_a_batch_opens_what_is_left_of_it() -> None:
    """In force on day 150, with 50 of the 200 days of the first batch left: 146/4."""
    assert account_on(151, quota(in_force=150)) == pytest.approx(36.5)
    shifted = [(day - 150, share, year) for day, share, year in quota()["batches"]]
    assert account_on(1, quota(batches=shifted)) == pytest.approx(36.5)


def test_a_tick_may_take_its_days_part_of_the_batch(base: BaseYear) -> None:
    """140 t left and 200 − 7 days to the end of the batch: 140·7/193 in the second tick."""
    control = Quota(quota(), base, P)
    control.account, control.closes = 140.0, 200
    assert control.left(SECOND) == pytest.approx(140 * 7 / 193)


def test_what_is_shipped_is_taken_off_the_account(base: BaseYear) -> None:
    """A tonne counts 2, and half is covered: of 3 t shipped 3 t are counted."""
    control = Quota(quota(counted={OUT: 2.0}, coverage=0.5), base, P)
    control.account, base.arc[OUT].crossed = 10.0, 3.0
    control.cross(FIRST)
    assert control.account == pytest.approx(7)


def test_blocked_is_what_does_not_fit(base: BaseYear) -> None:
    """Wishes of 4 t a day meet 146 t for 200 days, 0.73 t a day."""
    control = Quota(quota(), base, P)
    control.account, control.closes = 146.0, 200
    base.arc[OUT].orders_placed = 4.0
    control.block(FIRST)
    assert base.arc[OUT].restricted == pytest.approx(1 - 0.73 / 4)


# -------------------------------------------------------------------------------- leakage and shocks


def test_goods_go_round_where_it_pays(base: BaseYear) -> None:
    """Rate 2, a quarter stopped, a price gap of 0.4 (ln), all restricted: 2·0.75·0.4·7 = 4.2 days of trade."""
    leak = {"kind": "leakage", "name": "leak", "arcs": [OUT], "rate": 2.0, "enforcement": 0.25}
    border, out = Border(base, P, [ban(), leak | {"from": 0, "until": None}], CALENDAR), base.arc[OUT]
    border.expect(FIRST)

    def leaked(stock: float, **markups: float) -> float:
        set_prices(base, **markups)
        out.origin.producer_stock = stock
        border.leak(FIRST)
        return out.leaked

    assert leaked(1e9, AB=0.4) == pytest.approx(4.2 * out.flow0)
    assert leaked(1e9, HO=0.4) == 0
    assert leaked(0.01, AB=0.4) == pytest.approx(0.01 * (1 - math.exp(-7 / P["release_time"])))


def test_shocks_count_by_their_days_and_multiply(base: BaseYear) -> None:
    """Half lost on 4 of 7 days, a tenth on all: (1 − 2/7)·0.9. Demand falls by a fifth on all days: 0.8."""
    hit = {"kind": "supply_shock", "facilities": ["HO rock mine"]}
    fall = {"kind": "demand_shock", "sectors": [("cars", "AB")]}
    shocks: list[Plain] = [
        hit | {"name": "a", "loss": 0.5, "start": 10, "end": 60},
        hit | {"name": "b", "loss": 0.1, "start": 0, "end": 60},
        fall | {"name": "c", "change": -0.2, "start": 7, "end": 14},
    ]
    Border(base, P, shocks, CALENDAR).shock(SECOND)
    assert base.facility["HO rock mine"].available == pytest.approx(5 / 7 * 0.9)
    assert base.facility["HO clay mine"].available == 1
    assert base.sector["cars", "AB"].shock == pytest.approx(0.8)
    assert base.sector["cars", "HO"].shock == 1


# -------------------------------------------------------------------------------- floors and projects


def floor(**changes: object) -> Plain:
    """6 USD/kg on half of what a mine of AB makes: it costs 4.8 there, and 4 in HO, where the reference is taken."""
    plain = {"kind": "price_floor", "name": "floor", "commodity": "concentrate.rock", "basis": "HO", "upside": 0.0}
    plain |= {"facilities": ["AB rock mine"], "floor": 6000.0, "above": 6000.0, "vat": 0.0, "output": 0.5}
    return plain | {"nominal": False, "since": 0, "until": None} | changes


@pytest.mark.parametrize(
    ("changes", "lift"),
    [
        ({}, 0.5 * 2 / 4.8),
        ({"vat": 0.1}, 0.5 * 1.6 / 4.8),
        ({"until": 28 + 14}, 0.5 * 2 / 4.8 / 2),  # it lasts for half of the four weeks to the next look
        ({"nominal": True}, 0.5 * (6 / (1 + P["inflation"]) ** (28 / 365) - 4) / 4.8),
        ({"floor": 0.0, "above": 3000.0, "upside": 0.2}, -0.5 * 0.2 / 4.8),
        ({"since": 29}, 0),
        ({"until": 28}, 0),
    ],
)
def test_plants_earn_what_is_paid_on_top(base: BaseYear, changes: Plain, lift: float) -> None:
    """2 of 4.8 USD/kg on half, on day 28."""
    PriceFloor(floor(**changes), base, P).support(28)
    assert base.facility["AB rock mine"].support == pytest.approx(1 + lift)
    assert base.facility["HO rock mine"].support == 1


def test_owners_look_every_four_weeks_and_are_paid_then(base: BaseYear) -> None:
    """3 t a day for 28 days, half of it at 6 − 4·e^0.1 USD/kg, the price of the last day; then a last week at 2."""
    border = Border(base, P, [floor()], Calendar(35, 7))
    mine, paid = base.facility["AB rock mine"], []
    mine.activity = 3.0
    for tick in Calendar(35, 7).ticks():
        set_prices(base, HO=0.1 if tick.end == 28 else 0.0)
        border.pay(tick)
        paid.append(border.floors[0].cost)
    month, week = 3 * 28 * 0.5 * (6000 - 4000 * math.exp(0.1)), 3 * 7 * 0.5 * 2000
    assert paid == pytest.approx([0, 0, 0, month, month + week])


# -------------------------------------------------------------------------------- in a world

BASE = BaseYear(TABLES, MARGINS)  # to be looked at only
ABROAD = [a for a in BASE.arc if a[1] == "HO" and a[2] == "AB"]
MAGNETS = [a for a in ABROAD if a[0].startswith("magnet")]
OXIDES = [a for a in ABROAD if a[0].startswith("oxide")]
RULES: Plain = {
    "default": 0.6,
    "ready": [1 - math.exp(-d / 30) for d in range(1, 230)] + [1.0],
    "mean": 30.0,
    "rules": [rule(0.2, arcs=MAGNETS, end_uses=["cars"])],
    "reviewers": {"start": 0.2, "final": 0.9, "time": 60},
    "general": {"share": 0.3, "from": 100, "ramp": 60},
    "look_alikes": {
        "arcs": OXIDES, "share": 0.3, "start": 0, "full": 20, "ease": 60, "end": 100,
        "released": [0.0] * 20 + [1.0],
    },
}  # fmt: skip
VOLUME: Plain = {"volume": 200.0, "counted": dict.fromkeys(OXIDES, 1.0)}
LEAK: Plain = {"kind": "leakage", "arcs": ABROAD, "rate": 0.5, "enforcement": 0.3}
STRIKE: Plain = {"kind": "supply_shock", "facilities": ["HO rock mine"]}
SLUMP: Plain = {"kind": "demand_shock", "sectors": [("tools", "AB")]}


def everything(coverage: float = 1.0) -> list[Plain]:
    """All kinds of control at once, each for some months."""
    rocks = [a for a in ABROAD if a[0] == "concentrate.rock"]
    return [
        licence(arcs=MAGNETS, announced=40, in_force=45, until=250, coverage=coverage, **RULES),
        quota(arcs=OXIDES, announced=80, in_force=110, until=300, coverage=coverage, **VOLUME),
        ban(arcs=rocks, announced=20, in_force=50, until=120, coverage=coverage),
        LEAK | {"name": "leak", "from": 60, "until": None},
        STRIKE | {"name": "strike", "loss": 0.4 * coverage, "start": 150, "end": 200},
        SLUMP | {"name": "slump", "change": -0.2 * coverage, "start": 200, "end": 230},
    ]


def world(controls: list[Plain], days: int = 361, perturb: float = 1.0) -> Record:
    """A year of the small world."""
    return run(TABLES, MARGINS, P, days, 7, controls, perturb)


@pytest.mark.parametrize("element", list(BASE.element))
@pytest.mark.parametrize("perturb", [0.5, 1.0])
def test_no_element_appears_or_vanishes(element: str, perturb: float) -> None:
    """Initial + mined = in stocks, under way and waiting + used + other use + lost − thrifted (eq. 4.6)."""
    record = world(everything(), perturb=perturb)

    content = {n.name[0]: sum(share for e, share in n.content if e.name == element) for n in BASE.nodes}
    stocks = sum(u.cover * u.use0 * content[u.name[0]] for u in BASE.users)
    stocks += sum(o.cover * o.orders0 * content[o.name[0]] for o in BASE.origins)
    initial = stocks * perturb + sum(a.flow0 * a.transit * content[a.name[0]] for a in BASE.arcs)
    for tick, mined in enumerate(record["mined"]):
        levels = ("producer_stock", "stock", "under_way", "traded_goods", "backlog")
        there = sum(t * content[name[0]] for level in levels for name, t in record[level][tick].items())
        gone = sum(record[account][tick][element] for account in ("consumed", "gone", "lost"))
        came = initial + mined[element] + record["thrifted"][tick][element]
        assert came == pytest.approx(there + gone, rel=1e-12)


def test_controls_of_size_zero_change_nothing() -> None:
    nothing, zero = world([]), world(everything(coverage=0.0))
    for variable, ticks in nothing.items():
        for here, there in zip(ticks, zero[variable], strict=True):
            assert here == there, variable


def test_a_ban_stops_what_it_covers_and_is_felt_abroad() -> None:
    record = world([ban(arcs=ABROAD)])
    assert max(crossed[a] for crossed in record["crossed"] for a in ABROAD) == 0
    felt, home = (record["price"][20][OUT[0], region] for region in ("AB", "HO"))
    assert felt > 0.1 > home
    assert record["production"][30]["cars", "AB"] < 0.99


def test_everything_at_once_is_felt_and_passes() -> None:
    record = world(everything(), days=3650)
    assert max(record["backlog"][20].values()) > 0
    assert max(record["leaked"][20].values()) > 0
    assert max(record["backlog"][-1].values()) == 0
    assert max(abs(x) for x in record["price"][-1].values()) < 0.15  # other designs go back slowly, and in part
