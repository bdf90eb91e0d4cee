"""A licence, by hand: files, reviewers, approval, look-alikes (docs/model.md, eq. 7.4 to 7.11)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from sim.axes import Floats
from sim.ensemble.clock import Tick
from tests import driver
from tests.driver import Built, Spec, day, measured, run
from tests.tiny import (
    HALF,
    OXIDE_AB,
    OXIDE_ABROAD,
    OXIDE_HO,
    OXIDE_OF_CARS,
    OXIDE_OF_OPTICS,
    Case,
    market,
    one,
)


def licence(**fields: object) -> Spec:
    """Oxide of HO needs a licence from the first day on; it takes ten days, and 0.6 are granted."""
    return {
        "name": "licence", "kind": "export_licence", "by": "HO", "covers": {"commodities": "oxide.Ee"},
        "in_force": day(0), "processing": "10 days", "approval": {"default": 0.6}, **fields,
    }  # fmt: skip


CALM: dict[str, Any] = {
    "refusal_aversion": 0.0,
    "hoarding_announcement": 0.0,
    "hoarding_gain": 0.0,
    "on_order_weight": 0.0,
}
"""Buyers whom a licence neither alarms nor puts off: they go on ordering 3 t/day of HO as long as stocks last."""


def settled(case: Case, count: int) -> list[dict[str, float]]:
    """What happened on the arc from HO to AB in the first ticks, t."""
    found = []
    for _, tick in zip(range(count), case.built.clock.horizon.ticks(), strict=False):
        case.market.settle(tick)
        arc = case.arc[OXIDE_ABROAD]
        row = {name: one(getattr(case.state, name), arc) for name in ("shipped", "crossed", "orders_placed")}
        controls = ("granted", "denied", "backlog", "expected_clearance", "expected_restriction", "licence_days")
        found.append(row | {name: one(getattr(case.controls, name), 0) for name in controls})
    return found


def test_worked_number() -> None:
    """Filed in a week, 4/7 are ready in the next (days 10 to 13), 3/7 in the one after; 0.6 leave, 0.4 go back."""
    first, second, third = settled(Case(licence(), **CALM), 3)
    assert first["shipped"] == pytest.approx(21)
    assert first["crossed"] == 0
    assert second["granted"] == pytest.approx(0.6 * 12)
    assert second["denied"] == pytest.approx(0.4 * 12)
    assert second["backlog"] == pytest.approx(9 + second["shipped"])
    assert second["expected_clearance"] == pytest.approx(0.6 * 9)
    assert second["crossed"] == pytest.approx(0.6 * 12)
    ready = 9 + second["shipped"] * 4 / 7
    assert third["granted"] == pytest.approx(0.6 * ready)
    assert third["backlog"] == pytest.approx(second["shipped"] * 3 / 7 + third["shipped"])


def test_what_is_refused_goes_back_to_its_producer() -> None:
    """In the second tick, 4.8 t before anything is made or sent."""
    case = Case(licence(), **CALM)
    settled(case, 1)
    before = one(case.state.producer_stock, case.o[OXIDE_HO])
    case.market.run("arrivals", Tick(1, 7, 14, 7))
    assert one(case.state.producer_stock, case.o[OXIDE_HO]) == pytest.approx(before + 4.8)


def test_a_tick_that_is_partly_in_force_files_on_its_last_days() -> None:
    """From day 3: 12 t, ready on the days 13 to 16, a quarter of it in the next tick."""
    first, second = settled(Case(licence(in_force=day(3)), **CALM), 2)
    assert first["crossed"] == pytest.approx(9)
    assert second["granted"] == pytest.approx(0.6 * 3)


def test_coverage_is_the_share_that_needs_one() -> None:
    """Half of 21 t."""
    (first,) = settled(Case(licence(coverage=0.5), **CALM), 1)
    assert first["crossed"] == pytest.approx(10.5)


def test_general_licences_need_no_file() -> None:
    """Half of the trade within a week: a quarter at mid-tick, half of it at mid-tick of the second."""
    general = {"share": 0.5, "since": day(0), "ramp": "7 days"}
    first, second = settled(Case(licence(general=general, processing="99 days"), **CALM), 2)
    assert first["crossed"] == pytest.approx(21 * 0.25)
    assert second["crossed"] == pytest.approx(second["shipped"] * 0.5)
    assert first["expected_restriction"] == pytest.approx(0.75)
    assert second["expected_restriction"] == pytest.approx(0.5)


def test_people_expect_what_was_granted_of_what_was_filed() -> None:
    """At first nothing: all restricted. Memory closes half of a gap a tick: granted 7.2/7 over two ticks of filings."""
    first, second, third = settled(Case(licence(), licence_memory=HALF, **CALM), 3)
    assert first["expected_restriction"] == second["expected_restriction"] == 1
    filed = (3 + second["shipped"] / 7) / 2
    assert third["expected_restriction"] == pytest.approx(1 - (7.2 / 7 / 2) / filed)


def test_general_licences_count_as_granted() -> None:
    """Half is covered, half of it under general licences: 1.5 t/day, then 0.75 are filed, of 3 t ready 0.6 granted."""
    general = {"share": 0.5, "since": day(-99)}
    _, second, third = settled(Case(licence(coverage=0.5, general=general), licence_memory=HALF, **CALM), 3)
    filed = ((1.5 + 0.75) / 2 + second["shipped"] / 4 / 7) / 2
    granted = 0.6 * 3 / 7 / 2
    assert third["expected_restriction"] == pytest.approx(0.5 * (1 - (0.5 + 0.5 * granted / filed)))


def test_people_learn_how_long_licences_take() -> None:
    """10 days, of which 1 − e^(−3.5/42) are counted on at mid-tick of the first, 1 − e^(−10.5/42) of the second."""
    first, second = settled(Case(licence(), licence_learning=42.0, **CALM), 2)
    assert first["licence_days"] == pytest.approx(10 * (1 - math.exp(-3.5 / 42)))
    assert second["licence_days"] == pytest.approx(10 * (1 - math.exp(-10.5 / 42)))


def test_only_trade_that_needs_a_licence_of_its_own_is_counted_to_take_longer() -> None:
    """A half, of which half is under general licences."""
    general = {"share": 0.5, "since": day(-99)}
    (first,) = settled(Case(licence(coverage=0.5, general=general), licence_learning=42.0, **CALM), 1)
    assert first["licence_days"] == pytest.approx(10 / 4 * (1 - math.exp(-3.5 / 42)))


def test_reviewers_decide_so_many_days_of_normal_trade() -> None:
    """12 t are ready, 4 days of trade; in the second week they manage 7·0.1/(0.1 + 0.9·e^(−10.5/60)) days of it."""
    reviewers = {"start": 0.1, "final": 1.0, "time": "60 days"}
    _, second = settled(Case(licence(reviewers=reviewers), **CALM), 2)
    days = 7 * 0.1 / (0.1 + 0.9 * math.exp(-10.5 / 60))
    assert days < 4
    assert second["granted"] == pytest.approx(0.6 * 3 * days)
    assert second["backlog"] == pytest.approx(21 - 3 * days + second["shipped"])


def test_files_count_by_the_value_of_the_normal_trade() -> None:
    """Oxide 3·50 and magnets 8·40 USD a day: 21 t and 56 t are ready, 7 days; 0.7 are decided, a tenth of each."""
    spec = licence(
        covers={"elements": "all"}, processing="1 days", reviewers={"start": 0.1, "final": 0.1, "time": "60 days"},
        approval={"default": 1.0},
    )  # fmt: skip
    case = Case(spec, **CALM)
    settled(case, 1)
    for shipped in case.state.shipped[case.controls.arcs]:
        assert shipped.tolist() in (pytest.approx([21, 21]), pytest.approx([56, 56]))
    settle = Tick(1, 7, 14, 7)
    case.controls.clear()
    case.market.run("arrivals", settle)
    assert sorted(case.controls.granted[:, 0].tolist()) == pytest.approx([2.1, 5.6])


def test_reviewers_with_little_to_do_decide_all() -> None:
    """Ten times the normal trade."""
    reviewers = {"start": 1.0, "final": 10.0, "time": "1 days"}
    _, second = settled(Case(licence(reviewers=reviewers), **CALM), 2)
    assert second["granted"] == pytest.approx(7.2)


@pytest.mark.parametrize("reviewers", [None, {"start": 0.05, "final": 0.6, "time": "60 days"}])
def test_everything_filed_is_granted_refused_or_open(reviewers: object) -> None:
    """At each tick of two years."""
    processing = {"lognormal": {"median": "45 days", "p90": "100 days"}}
    built = market(licence(processing=processing, reviewers=reviewers, in_force=day(30)), days=730)

    def add_up(_tick: Tick) -> None:
        filed, *parts = (measured(built, f"licence_{what}") for what in ("filed", "granted", "refused", "open"))
        assert np.sum(parts, axis=0) == pytest.approx(filed, rel=1e-12, abs=1e-9)

    run(built, add_up)
    assert measured(built, "licence_filed").min() > 100


def test_files_that_take_ten_days_wait_for_ten_days() -> None:
    """But for those of the last ten days of two years, which have waited for half of that in the mean."""
    built = market(licence(), days=728)
    run(built)
    assert measured(built, "licence_wait_mean")[0] == pytest.approx(10, rel=0.02)


def test_when_it_is_lifted_all_that_waits_is_granted() -> None:
    """Lifted on day 14: in the tick from then on 21 t of the second week and 9 of the first leave, none is refused."""
    _, second, third = settled(Case(licence(until=day(14)), **CALM), 3)
    assert third["granted"] == pytest.approx(9 + second["shipped"])
    assert third["denied"] == 0


def test_once_it_is_over_nothing_waits() -> None:
    """Lifted on day 14."""
    *_, last = settled(Case(licence(until=day(14)), **CALM), 4)
    assert last["backlog"] == 0
    assert last["granted"] == 0
    assert last["crossed"] == last["shipped"]


THREE = driver.tables(regions=("HO", "AB", "CE"))


def shares(built: Built, ticks: int = 3) -> dict[tuple[str, str, str], float]:
    """Share granted on each arc: of what waited before the last tick's filings, what is expected to come."""
    for _, tick in zip(range(ticks), built.clock.horizon.ticks(), strict=False):
        built.market.settle(tick)
    controls = built.market.controls
    share = (controls.expected_clearance / (controls.backlog - built.market.state.shipped[controls.arcs]))[:, 0]
    return dict(zip((built.world.arcs.names[a] for a in controls.arcs), share.tolist(), strict=True))


def test_the_most_specific_rule_wins_and_of_equals_the_later() -> None:
    """Two fields beat one; of one field each, the later."""
    rules = [
        {"name": "both", "towards": "AB", "elements": "Bb", "share": 0.4},
        {"name": "place", "towards": "AB", "share": 0.2},
        {"name": "element", "elements": "Bb", "share": 0.7},
        {"name": "later", "towards": "CE", "share": 0.8},
    ]
    spec = licence(
        covers={"elements": "all", "stages": "oxide"}, processing="30 days", approval={"default": 0.5, "rules": rules}
    )
    found = shares(driver.market(THREE, [spec]))
    assert found == pytest.approx({
        ("oxide.Aa", "HO", "AB"): 0.2, ("oxide.Bb", "HO", "AB"): 0.4, ("oxide.Aa", "HO", "CE"): 0.8,
        ("oxide.Bb", "HO", "CE"): 0.8,
    })  # fmt: skip
    rules[2:] = rules[:1:-1]
    found = shares(driver.market(THREE, [{**spec, "approval": {"default": 0.5, "rules": rules}}]))
    assert found["oxide.Bb", "HO", "CE"] == pytest.approx(0.7)


def test_rules_come_and_go_with_their_dates() -> None:
    """0.9 from day 14 to 20; a dated rule is more specific than one without."""
    rules = [
        {"name": "thaw", "since": day(14), "until": day(21), "share": 0.9},
        {"name": "place", "towards": "AB", "share": 0.3},
    ]
    spec = licence(
        covers={"elements": "Bb", "stages": "oxide"}, processing="60 days", approval={"default": 0.3, "rules": rules}
    )
    for ticks, share in ((2, 0.3), (3, 0.9), (4, 0.3)):
        assert shares(driver.market(THREE, [spec]), ticks)["oxide.Bb", "HO", "AB"] == pytest.approx(share)


def for_optics(default: float, share: float, **rule: object) -> Spec:
    """What is granted in general, and for optics."""
    return licence(
        approval={"default": default, "rules": [{"name": "optics", "end_use": "optics", "share": share, **rule}]}
    )


def received(spec: Spec) -> tuple[float, float]:
    """Oxide that cars and optics in AB receive in the first tick, of 21 t from HO and 7 t of AB, t."""
    case = Case(spec, **CALM)
    case.settle("arrivals")
    return one(case.state.received, case.user[OXIDE_OF_CARS]), one(case.state.received, case.user[OXIDE_OF_OPTICS])


@pytest.mark.parametrize(
    ("default", "share", "cars"), [(1.0, 0.0, 21), (0.6, 0.2, 21 * 0.75), (0.6, 0.6, 14), (0.0, 0.5, 7)]
)
def test_an_end_use_gets_covered_goods_by_what_it_is_granted(default: float, share: float, cars: float) -> None:
    """Both need as much: of what came from HO they get g ÷ (their mean), of the rest what they then lack of half."""
    got = received(for_optics(default, share))
    assert got == pytest.approx((cars, 28 - cars))


def test_an_arc_is_granted_the_mean_over_its_users() -> None:
    """Cars 0.6 and optics 0.2, as much need: 0.4 of 12 t."""
    _, second = settled(Case(for_optics(0.6, 0.2), **CALM), 2)
    need = second["granted"] / 12
    assert need == pytest.approx(0.4, rel=0.01)


def test_goods_under_way_reach_somebody_where_all_are_refused() -> None:
    """28 t land, whatever will be granted from now on."""
    assert sum(received(for_optics(0.0, 0.0))) == pytest.approx(28)


def test_a_rule_for_an_end_use_holds_between_its_dates() -> None:
    """From day 700 on."""
    assert received(for_optics(1.0, 0.0, since=day(700))) == pytest.approx((14, 14))


def test_a_rule_for_an_end_use_holds_towards_its_destinations() -> None:
    """Towards HO, where nothing goes."""
    assert received(for_optics(1.0, 0.0, towards="HO")) == pytest.approx((14, 14))


def test_of_two_rules_for_an_end_use_the_later_wins() -> None:
    """0.5 and then 0 for optics: as 0 alone."""
    rules = [{"name": name, "end_use": "optics", "share": share} for name, share in (("first", 0.5), ("second", 0.0))]
    got = received(licence(approval={"default": 1.0, "rules": rules}))
    assert got == pytest.approx((21, 7))


HELD = {"share": 0.5, "hold": "10 days", "start": "0 days", "full": "7 days", "ease": "14 days", "end": "28 days"}
"""Half of the look-alikes at the worst: in the weeks from the first day a quarter, a half, 0.375, 0.125, none."""


def plain_magnets(ticks: int, **fields: object) -> tuple[Built, Floats, Floats]:
    """What was shipped and crossed, t, of plain magnets from HO to AB, where rich ones need a licence."""
    spec = licence(covers={"commodities": "magnet.rich"}, look_alikes=HELD, **fields)
    built = driver.market(driver.tables(), [spec], **CALM)
    arc, rows = built.world.arcs.names.index(("magnet.plain", "HO", "AB")), []
    for _, tick in zip(range(ticks), built.clock.horizon.ticks(), strict=False):
        built.market.settle(tick)
        rows.append((built.market.state.shipped[arc, 0], built.market.state.crossed[arc, 0]))
    shipped, crossed = np.array(rows).T
    return built, shipped, crossed


def waiting(built: Built) -> list[float]:
    """Plain magnets that wait, and of those that waited before orders what is expected to come through, t."""
    arcs = [built.world.arcs.names[a] for a in built.market.controls.arcs]
    row = arcs.index(("magnet.plain", "HO", "AB"))
    return [float(array[row, 0]) for array in (built.market.controls.backlog, built.market.controls.expected_clearance)]


def test_look_alikes_are_held_for_a_while() -> None:
    """Ten days later they go: 4/7 of what was held in the next tick, the rest in the one after."""
    built, shipped, crossed = plain_magnets(5)
    taken = shipped * [0.25, 0.5, 0.5 * 10.5 / 14, 0.5 * 3.5 / 14, 0]
    released = np.array([0, *taken[:-1] * 4 / 7]) + np.array([0, 0, *taken[:-2] * 3 / 7])
    assert crossed == pytest.approx(shipped - taken + released)
    assert waiting(built) == pytest.approx([float((taken - released).sum())] * 2)
    built, shipped, crossed = plain_magnets(2)
    before = shipped[0] * 0.25 * 3 / 7
    assert waiting(built) == pytest.approx([before + shipped[1] * 0.5, before])


def test_look_alikes_are_held_on_the_days_in_force() -> None:
    """From day 3: half a day after it at mid-tick, on 4 of 7 days."""
    _, shipped, crossed = plain_magnets(1, in_force=day(3))
    assert crossed == pytest.approx(shipped * (1 - 0.5 * 0.5 / 7 * 4 / 7))


def test_what_is_held_goes_when_the_licence_is_lifted() -> None:
    """On day 14, with 3/7 of the first week's and all of the second's."""
    built, shipped, crossed = plain_magnets(3, until=day(14))
    assert crossed[2] == pytest.approx(shipped[2] + shipped[0] * 0.25 * 3 / 7 + shipped[1] * 0.5)
    assert waiting(built) == [0, 0]


def test_general_licences_begin_on_their_day() -> None:
    """On day 7: none in the first week, at mid-tick of the second half of a half."""
    general = {"share": 0.5, "since": day(7), "ramp": "7 days"}
    first, second = settled(Case(licence(general=general, processing="99 days"), **CALM), 2)
    assert first["crossed"] == 0
    assert second["crossed"] == pytest.approx(second["shipped"] * 0.25)


def test_under_general_licences_end_uses_are_alike() -> None:
    """Half of 21 t needed no licence: with 7 t of AB there is enough for optics, of which no licence is granted."""
    general = {"share": 0.5, "since": day(-99)}
    rules = [{"name": "optics", "end_use": "optics", "share": 0}]
    got = received(licence(general=general, approval={"default": 1, "rules": rules}))
    assert got == pytest.approx((14, 14))


def test_end_uses_are_alike_before_the_day_in_force() -> None:
    """From day 3: of 21 t 9 needed no licence; with 7 t of AB there is enough for optics."""
    rules = [{"name": "optics", "end_use": "optics", "share": 0}]
    assert received(licence(in_force=day(3), approval={"default": 1, "rules": rules})) == pytest.approx((14, 14))


def test_what_was_granted_of_what_was_filed_can_be_followed() -> None:
    """7.2 t of two weeks' filings."""
    case = Case(licence(), **CALM)
    first, second = settled(case, 2)
    (trace,) = case.built.setting.traced
    assert trace.value().tolist() == pytest.approx([7.2 / (first["shipped"] + second["shipped"])] * 2)


def test_what_traders_ask_for_is_granted_apart() -> None:
    """Traders buy half of the oxides of Bb and are refused; users are granted 0.6 of theirs, of other oxides of all."""
    approval = {
        "default": 0.6,
        "traders": [{"name": "oxides", "commodities": "oxide.Bb", "share": 0.5}],
        "rules": [{"name": "refused", "stages": "oxide", "buyers": "traders", "share": 0}],
    }
    spec = licence(covers={"elements": "all", "stages": "oxide"}, processing="30 days", approval=approval)
    found = shares(driver.market(THREE, [spec]))
    assert found["oxide.Bb", "HO", "AB"] == pytest.approx(0.3)
    assert found["oxide.Aa", "HO", "AB"] == pytest.approx(0.6)


def test_rules_tell_goods_and_stages_apart() -> None:
    approval = {"default": 0.6, "rules": [{"name": "bb", "commodities": "oxide.Bb", "share": 0.1}]}
    spec = licence(covers={"elements": "all", "stages": "oxide"}, processing="30 days", approval=approval)
    found = shares(driver.market(THREE, [spec]))
    assert found["oxide.Bb", "HO", "AB"] == pytest.approx(0.1)
    assert found["oxide.Aa", "HO", "AB"] == pytest.approx(0.6)


@pytest.mark.parametrize(
    ("allowed", "shipped"), [(1.0, 1.0), (0.25, 1 - 0.75 * 112 / 105 / 8), (0.0, 1 - 112 / 105 / 8)]
)
def test_nobody_files_for_a_larger_stock_than_usual(allowed: float, shipped: float) -> None:
    """In AB 4 t/day of oxide are used, and users hold 56 days; they want half as much again, 112 t in 105 days.

    They order 8 t/day in all.
    """
    case = Case(licence(stockpiling=allowed), **CALM)
    d = case.d[OXIDE_AB]
    case.state.hoarding[d], case.state.target_stock[d], case.state.orders[d] = 1.5, 336, 8
    case.market.moment.tick = Tick(0, 0, 7, 7)
    for rule in case.hooks.limits:
        rule(case.market.moment)
    assert 1 - one(case.controls.restricted, 0) == pytest.approx(shipped)
