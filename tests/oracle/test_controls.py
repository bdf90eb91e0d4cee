"""Controls of the oracle on numbers worked by hand; the arithmetic stands in the docstrings."""

from __future__ import annotations

import math
from typing import Any

import pytest
import simpy

from tests.oracle import run
from tests.oracle.base import Arc, BaseYear, Node, User, destination, origin
from tests.oracle.border import Border
from tests.oracle.calendar import Calendar, Tick
from tests.oracle.cases import numbers, parameters
from tests.oracle.controls import Ban
from tests.oracle.licence import Licence
from tests.oracle.queue import Queue
from tests.oracle.quota import Quota, fill_by_margin
from tests.worlds import MARGINS, small_tables

P = parameters()
BASE = BaseYear(small_tables(numbers()), MARGINS)
CALENDAR = Calendar(364, 7)
OUT: Arc = ("magnet.plain", "HO", "AB")
OTHER: Arc = ("magnet.rich", "HO", "AB")
HOME: Arc = ("magnet.plain", "HO", "HO")
FIRST, SECOND = Tick(1, 0, 7), Tick(2, 7, 14)

Plain = dict[str, Any]


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
    border.share(dict.fromkeys(BASE.flow, 0.0), BASE.use, tick)
    border.decide(tick)


def crossed(border: Border, tick: Tick, tonnes: float) -> float:
    """What crosses on the arc when so much is shipped on it."""
    settle_arrivals(border, tick)
    border.expect(tick)
    return border.cross(dict.fromkeys(BASE.flow, 0.0) | {OUT: tonnes}, tick)[OUT]


def prices(**markups: float) -> dict[Node, float]:
    """Price (ln) of all nodes by region, 0 where none is named."""
    return {n: markups.get(n[1], 0.0) for n in BASE.nodes}


# -------------------------------------------------------------------------------- days and shares


def test_a_control_counts_by_its_days_in_the_tick() -> None:
    """In force on the days 10 to 13 of [7, 14): 4/7; half of the goods are covered: 2/7."""
    assert Ban(ban(in_force=10, coverage=0.5), BASE, P).inside(SECOND) == pytest.approx(2 / 7)


def test_what_is_ahead_is_known_from_the_announcement() -> None:
    """From day 14 people look 70 days ahead, to a ban on [34, 69): 35/70. Before day 7 nobody knows."""
    control = Ban(ban(announced=7, in_force=34, until=69), BASE, P)
    assert control.ahead(FIRST) == 0
    assert control.ahead(SECOND) == pytest.approx(0.5)


def test_alarm_is_fresh_for_a_while_and_fades() -> None:
    """Announced on day 3: 4 of 7 days. A hundred days later it is past the hold of 90 and fades in 120."""
    control = Ban(ban(announced=3), BASE, P)
    assert control.alarm(FIRST) == pytest.approx(4 / 7)
    later = Tick(15, 100, 107)
    by_hand = sum(math.exp(-(day - 3 - 90) / 120) for day in range(100, 107)) / 7
    assert control.alarm(later) == pytest.approx(by_hand)
    assert Ban(ban(announced=3, until=100), BASE, P).alarm(later) == 0


def test_the_strictest_of_two_bans_counts_and_expectations_multiply() -> None:
    """Blocked: the larger of 0.3 and 0.6. Barred: 1 − 0.7·0.4 = 0.72."""
    border = Border(BASE, P, [ban(name="a", coverage=0.3), ban(name="b", coverage=0.6)], CALENDAR)
    border.expect(FIRST)
    assert border.limit(BASE.flow, prices(), FIRST)[OUT] == pytest.approx(0.6)
    assert border.barred[OUT] == pytest.approx(0.72)
    assert border.barred[HOME] == 0


# -------------------------------------------------------------------------------- licences


def test_files_are_ready_by_their_day() -> None:
    """A tonne a day on [0, 7), ready ten days later, on 10 to 16: 4 t in [7, 14), 3 t in [14, 21)."""
    queue = Queue([0.0] * 9 + [1.0], CALENDAR)
    queue.put({OUT: 7.0}, 0, 7, FIRST)
    assert queue.waiting(OUT) == pytest.approx(7)
    assert queue.take(OUT, SECOND) == pytest.approx(4)
    assert queue.take(OUT, Tick(3, 14, 21)) == pytest.approx(3)
    assert queue.waiting(OUT) == pytest.approx(0)


def test_what_is_ready_at_once_counts_in_the_next_tick() -> None:
    queue = Queue([0.5, 1.0], CALENDAR)
    queue.put({OUT: 7.0}, 0, 7, FIRST)
    assert queue.take(OUT, SECOND) == pytest.approx(7)


def test_a_short_last_tick_takes_its_part() -> None:
    """3 t would be ready in a whole third tick; the horizon ends after two of its days."""
    queue = Queue([0.0] * 9 + [1.0], Calendar(16, 7))
    queue.put({OUT: 7.0}, 0, 7, FIRST)
    assert queue.take(OUT, SECOND) == pytest.approx(4)
    assert queue.take(OUT, Tick(3, 14, 16)) == pytest.approx(3 * 2 / 7)
    assert queue.waiting(OUT) == pytest.approx(3 * 5 / 7)


def test_a_licence_grants_what_is_ready() -> None:
    """7 t filed in the first tick; 4 t are ready in the second, of which half are granted, half refused."""
    border = Border(BASE, P, [licence()], CALENDAR)
    assert crossed(border, FIRST, 7.0) == 0
    assert border.coming(OUT) == pytest.approx(3.5)
    assert crossed(border, SECOND, 0.0) == pytest.approx(2)
    assert border.refused[OUT] == pytest.approx(2)
    assert border.waiting(OUT) == pytest.approx(3)


def test_coverage_and_general_licences_leave_less_to_file() -> None:
    """Half is covered; general licences grow to 0.7 in 7 days, so 0.35 in mid-tick: 0.5·0.65 of 10 t."""
    general = {"share": 0.7, "from": 0, "ramp": 7}
    border = Border(BASE, P, [licence(coverage=0.5, general=general)], CALENDAR)
    assert crossed(border, FIRST, 10.0) == pytest.approx(10 - 3.25)


def test_all_that_waits_is_granted_when_the_control_ends() -> None:
    """It ends on day 10, in the second tick, in which 4 t are ready and 3 t filed; the third begins after it."""
    border = Border(BASE, P, [licence(until=10)], CALENDAR)
    crossed(border, FIRST, 7.0)
    assert crossed(border, SECOND, 7.0) == pytest.approx(2 + 4)
    assert border.refused[OUT] == pytest.approx(2)
    assert crossed(border, Tick(3, 14, 21), 7.0) == pytest.approx(3 + 3 + 7)
    assert border.refused[OUT] == 0
    assert border.waiting(OUT) == 0


def test_reviewers_decide_what_they_can() -> None:
    """Ready: 14 days of normal trade. Capacity in mid-tick, after 3.5 days: 0.1 ÷ (0.5 − 0.3·e^(−3.5/10))."""
    flow = BASE.flow[OUT]
    rules = licence(ready=[1.0], in_force=7, reviewers={"start": 0.5, "final": 0.2, "time": 10})
    control = Licence(rules, BASE, P, CALENDAR)
    control.backlog[OUT] = 14 * flow
    control.approve(SECOND, BASE.use)
    control.decide(SECOND)
    decided = 0.1 / (0.5 - 0.3 * math.exp(-0.35)) * 7 * flow
    assert control.granted[OUT] == pytest.approx(decided / 2)
    assert control.backlog[OUT] == pytest.approx(14 * flow - decided)


def test_exporters_learn_what_passes() -> None:
    """A tick of normal filings, none granted: 0. Then one in which all is granted: 1 − e^(−7/56)."""
    control = Licence(licence(), BASE, P, CALENDAR)
    normal = dict.fromkeys(BASE.flow, 0.0) | {OUT: 7 * BASE.flow[OUT]}
    control.cross(dict(normal), FIRST)
    assert control.passes(OUT, FIRST) == 0
    control.granted[OUT] = 7 * BASE.flow[OUT]
    control.cross(dict(normal), SECOND)
    assert control.passes(OUT, SECOND) == pytest.approx(1 - math.exp(-7 / 56))


def test_buyers_learn_how_long_it_takes() -> None:
    """Ten days for half of the trade, after 3.5 days: 5·(1 − e^(−3.5/42))."""
    control = Licence(licence(coverage=0.5), BASE, P, CALENDAR)
    assert control.takes(FIRST) == pytest.approx(5 * (1 - math.exp(-3.5 / 42)))


CARS: User = ("magnet.plain", "AB", "cars")
TOOLS: User = ("magnet.plain", "AB", "tools")
NEED = dict.fromkeys(BASE.use, 1.0) | {CARS: 3.0, TOOLS: 1.0}
LANDED = dict.fromkeys(BASE.flow, 0.0) | {OUT: 8.0, ("magnet.plain", "AB", "AB"): 4.0}


def received(**changes: object) -> tuple[float, float]:
    """What cars and tools get of 8 t from HO and 4 t of AB, with needs of 3 and 1."""
    got = Border(BASE, P, [licence(**changes)], CALENDAR).share(LANDED, NEED, FIRST)
    return got[CARS], got[TOOLS]


def test_an_arc_is_granted_the_mean_of_its_users() -> None:
    """Cars are refused, tools have the default of one half; needs of 3 and 1: 1/8."""
    control = Licence(licence(rules=[rule(0.0, end_uses=["cars"])]), BASE, P, CALENDAR)
    control.approve(FIRST, NEED)
    assert control.approval[OUT] == pytest.approx(1 / 8)


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
        control = Licence(licence(rules=rules), BASE, P, CALENDAR)
        control.approve(FIRST, NEED)
        assert control.grants[OUT][CARS] == share


def test_look_alikes_are_held_on_a_trapezium() -> None:
    """0 at day 0, 0.4 from day 10 to 20, 0 at day 40; at the middles 3.5, 15 and 30: 0.14, 0.4 and 0.2."""
    trapezium = {"start": 0, "full": 10, "ease": 20, "end": 40}
    held = {"arcs": [OTHER], "share": 0.4, "released": [1.0]} | trapezium
    control = Licence(licence(look_alikes=held), BASE, P, CALENDAR)
    assert [control.look_alikes.hold(days) for days in (3.5, 15, 30)] == pytest.approx([0.14, 0.4, 0.2])
    assert [control.look_alikes.hold(days) for days in (-1, 0, 40)] == [0, 0, 0]
    border = Border(BASE, P, [licence(look_alikes=held)], CALENDAR)
    passing = border.cross(dict.fromkeys(BASE.flow, 10.0), FIRST)
    assert passing[OTHER] == pytest.approx(10 - 1.4)
    settle_arrivals(border, SECOND)
    assert border.leaving[OTHER] == pytest.approx(1.4)


# -------------------------------------------------------------------------------- quotas


def test_a_quota_is_filled_by_margin() -> None:
    """Equal margins: 5 t for 20 t of wishes, a quarter each. Far apart: the better takes all that fits."""
    wished = {OUT: 10.0, OTHER: 10.0}
    assert fill_by_margin(wished, {OUT: 3.0, OTHER: 3.0}, 5.0, 1.0) == pytest.approx({OUT: 0.25, OTHER: 0.25})
    assert fill_by_margin(wished, {OUT: 200.0, OTHER: 0.0}, 10.0, 1.0) == pytest.approx({OUT: 1, OTHER: 0})
    assert fill_by_margin(wished, {OUT: 3.0, OTHER: 3.0}, 20.0, 1.0) == {OUT: 1, OTHER: 1}
    assert fill_by_margin(wished, {OUT: 3.0, OTHER: 3.0}, 0.0, 1.0) == {OUT: 0, OTHER: 0}


def test_margins_a_spread_apart_are_filled_by_the_logistic() -> None:
    """With margins 1 and −1 around the cut, spread 2, the shares are 1/(1 + e^(∓1/2)) and sum to 1."""
    shares = fill_by_margin({OUT: 10.0, OTHER: 10.0}, {OUT: 7.0, OTHER: 5.0}, 10.0, 2.0)
    assert shares == pytest.approx({OUT: 1 / (1 + math.exp(-0.5)), OTHER: 1 / (1 + math.exp(0.5))})


def account_on(day: int, plain: Plain) -> float:
    """The account of a quota at the end of the day before, if nobody uses it."""
    control, env = Quota(plain, BASE, P), simpy.Environment()
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


def test_a_tick_may_take_its_days_part_of_the_batch() -> None:
    """140 t left and 200 − 7 days to the end of the batch: 140·7/193 in the second tick."""
    control = Quota(quota(), BASE, P)
    control.account, control.closes = 140.0, 200
    assert control.left(SECOND) == pytest.approx(140 * 7 / 193)


def test_what_is_shipped_is_taken_off_the_account() -> None:
    """A tonne counts 2, and half is covered: of 3 t shipped 3 t are counted."""
    control = Quota(quota(counted={OUT: 2.0}, coverage=0.5), BASE, P)
    control.account = 10.0
    control.cross({OUT: 3.0}, FIRST)
    assert control.account == pytest.approx(7)


def test_blocked_is_what_does_not_fit() -> None:
    """Wishes of 4 t a day meet 146 t for 200 days, 0.73 t a day."""
    control = Quota(quota(), BASE, P)
    control.account, control.closes = 146.0, 200
    assert control.blocked({OUT: 4.0}, prices(), FIRST)[OUT] == pytest.approx(1 - 0.73 / 4)


# -------------------------------------------------------------------------------- leakage and shocks


def test_goods_go_round_where_it_pays() -> None:
    """Rate 2, a quarter stopped, a price gap of 0.4 (ln), all barred: 2·0.75·0.4·7 = 4.2 days of trade."""
    leak = {"kind": "leakage", "name": "leak", "arcs": [OUT], "rate": 2.0, "enforcement": 0.25}
    border = Border(BASE, P, [ban(), leak | {"from": 0, "until": None}], CALENDAR)
    border.expect(FIRST)
    plenty = dict.fromkeys(BASE.made, 1e9)
    assert border.leak(prices(AB=0.4), plenty, FIRST)[OUT] == pytest.approx(4.2 * BASE.flow[OUT])
    assert border.leak(prices(HO=0.4), plenty, FIRST)[OUT] == 0
    assert border.leak(prices(AB=0.4), plenty | {origin(OUT): 0.01}, FIRST)[OUT] == pytest.approx(0.01)


def test_shocks_count_by_their_days_and_multiply() -> None:
    """Half lost on 4 of 7 days, a tenth on all: (1 − 2/7)·0.9. Demand falls by a fifth on all days: 0.8."""
    hit = {"kind": "supply_shock", "facilities": ["HO rock mine"]}
    fall = {"kind": "demand_shock", "sectors": [("cars", "AB")]}
    shocks: list[Plain] = [
        hit | {"name": "a", "loss": 0.5, "start": 10, "end": 60},
        hit | {"name": "b", "loss": 0.1, "start": 0, "end": 60},
        fall | {"name": "c", "change": -0.2, "start": 7, "end": 14},
    ]
    border = Border(BASE, P, shocks, CALENDAR)
    assert border.available("HO rock mine", SECOND) == pytest.approx(5 / 7 * 0.9)
    assert border.available("HO clay mine", SECOND) == 1
    assert border.demand(("cars", "AB"), SECOND) == pytest.approx(0.8)
    assert border.demand(("cars", "HO"), SECOND) == 1


# -------------------------------------------------------------------------------- in a world

ABROAD = [a for a in BASE.flow if a[1] == "HO" and a[2] == "AB"]
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


def world(controls: list[Plain], days: int = 361, perturb: float = 1.0) -> dict[str, list[dict[Any, float]]]:
    """A year of the small world."""
    return run(small_tables(numbers()), MARGINS, P, days, 7, controls, perturb)


@pytest.mark.parametrize("element", BASE.elements)
@pytest.mark.parametrize("perturb", [0.5, 1.0])
def test_no_element_appears_or_vanishes(element: str, perturb: float) -> None:
    """Initial + mined = in stocks, under way and waiting + used + other use + lost − thrifted (eq. 4.6)."""
    record = world(everything(), perturb=perturb)

    def content(commodity: str) -> float:
        return BASE.content.get((commodity, element), 0.0)

    stocks = sum(BASE.cover[u] * use * content(u[0]) for u, use in BASE.use.items())
    stocks += sum(BASE.maker_cover[o] * orders * content(o[0]) for o, orders in BASE.orders.items())
    initial = stocks * perturb + sum(flow * BASE.transit[a] * content(a[0]) for a, flow in BASE.flow.items())
    for tick, mined in enumerate(record["mined"]):
        levels = ("maker_stock", "user_stock", "under_way", "waiting")
        there = sum(t * content(name[0]) for level in levels for name, t in record[level][tick].items())
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
    felt, home = record["price"][20][destination(OUT)], record["price"][20][origin(OUT)]
    assert felt > 0.1 > home
    assert record["production"][30]["cars", "AB"] < 0.9


def test_everything_at_once_is_felt_and_passes() -> None:
    record = world(everything(), days=3650)
    assert max(record["waiting"][20].values()) > 0
    assert max(record["leaked"][20].values()) > 0
    assert max(record["waiting"][-1].values()) == 0
    assert max(abs(x) for x in record["price"][-1].values()) < 0.1
