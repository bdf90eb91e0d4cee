"""A quota, by hand (docs/model.md, eq. 7.12)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

import numpy as np
import pytest

from sim.axes import Sum
from sim.ensemble.clock import Tick
from sim.files.quantities import WorldNames
from sim.instruments.base import KINDS
from sim.instruments.trade.export_quota import filled_by_margin
from tests import driver, tiny
from tests.driver import Spec, day, measured, run
from tests.tiny import MAGNET_AB, MAGNET_ABROAD, MAGNET_HO, OXIDE_ABROAD, Case, one

ADD_TWO = Sum([0, 0], [0, 1], 1.0, (1, 2))
FIRST_HALF = 31 + 28 + 31 + 30 + 31 + 30


def quota(**fields: object) -> Spec:
    """365 t of oxide may leave HO a year, half of it from January and half from July on."""
    return {
        "name": "quota", "kind": "export_quota", "by": "HO", "covers": {"commodities": "oxide.Ee"}, "in_force": day(0),
        "volume": "365 t/year", **fields,
    }  # fmt: skip


def test_worked_number() -> None:
    """182.5 t for the 181 days of the first half: 182.5·7/181 t of the 21 that are wanted in the first week."""
    case = Case(quota(), days=7, refusal_aversion=0.0, hoarding_announcement=0.0)
    run(case.built)
    left = 182.5 * 7 / FIRST_HALF
    assert one(case.state.orders_placed, case.arc[OXIDE_ABROAD]) == pytest.approx(3)
    assert one(case.state.crossed, case.arc[OXIDE_ABROAD]) == pytest.approx(left)
    assert measured(case.built, "quota_used").tolist() == pytest.approx([left, left])


def test_what_did_not_fit_lately_is_expected_not_to_fit() -> None:
    """In the second week, what of the first was restricted; in the first nothing is known yet."""
    case, expected_restriction = Case(quota(), days=14, refusal_aversion=0.0, hoarding_announcement=0.0), []
    run(case.built, lambda tick: expected_restriction.append(one(case.controls.expected_restriction, 0)))
    assert expected_restriction == pytest.approx([0, 1 - 182.5 / FIRST_HALF / 3])


def test_it_is_expected_by_coverage_and_as_far_as_it_is_known() -> None:
    """Half of the trade, for 35 of the 70 days after the second week."""
    spec = quota(coverage=0.5, until=day(49))
    case, expected_restriction = Case(spec, days=14, refusal_aversion=0.0, hoarding_announcement=0.0), []
    run(case.built, lambda tick: expected_restriction.append(one(case.controls.expected_restriction, 0)))
    assert expected_restriction == pytest.approx([0, (1 - 182.5 / FIRST_HALF / 3) * 0.5 * 35 / 70])


def test_it_counts_by_coverage_and_days_in_force() -> None:
    """From day 3 over half of the trade: of the half that is covered on 4 of 7 days, what does not fit."""
    case = Case(quota(coverage=0.5, in_force=day(3)), days=7, refusal_aversion=0.0, hoarding_announcement=0.0)
    run(case.built)
    account = 182.5 * (FIRST_HALF - 3) / FIRST_HALF
    room = account * 7 / FIRST_HALF / 21
    restricted = (1 - room) * 0.5 * 4 / 7
    assert one(case.controls.restricted, 0) == pytest.approx(restricted)
    assert one(case.controls.announcement_effect, 0) == pytest.approx(0.5 * 4 / 7)
    assert measured(case.built, "quota_used")[0] == pytest.approx(21 * (1 - restricted) * 0.5 * 4 / 7)


def test_where_all_fits_all_leaves() -> None:
    """2 and 3 t, 5 are left."""
    placed = np.array([[2.0], [3.0]])
    assert filled_by_margin(placed, np.array([[1.0], [9.0]]), ADD_TWO, np.array([5.0]), 1.0).tolist() == [[1], [1]]


def test_a_quota_is_filled_where_the_margin_is_highest() -> None:
    """4 of 10 t fit; the odds of leaving differ by e^(difference of margins ÷ spread) = e²."""
    share = filled_by_margin(np.array([[4.0], [6.0]]), np.array([[70.0], [50.0]]), ADD_TWO, np.array([4.0]), 10.0)
    assert (share * [[4], [6]]).sum() == pytest.approx(4)
    odds = share / (1 - share)
    assert odds[0, 0] / odds[1, 0] == pytest.approx(math.exp(2))


@pytest.mark.parametrize("left", [0.01, 4.0, 9.99])
def test_a_quota_that_does_not_fit_all_is_filled_to_the_last(left: float) -> None:
    """Of 10 t next to none, some, or nearly all."""
    placed = np.array([[4.0], [6.0]])
    share = filled_by_margin(placed, np.array([[70.0], [50.0]]), ADD_TWO, np.array([left]), 10.0)
    assert float((share * placed).sum()) == pytest.approx(left)


def test_margins_are_price_gaps_for_each_tonne_of_contents() -> None:
    """Oxide 60 − 50 USD/kg, magnets 45 − 36 over 0.4: 10 and 22.5; with a spread of 5, odds of e^2.5."""
    case = Case(quota(covers={"elements": "all"}), days=7)
    case.state.price[case.node[MAGNET_AB]] = case.state.price[case.node[MAGNET_HO]] = math.log(0.9)
    run(case.built)
    room = {case.world.arcs.names[a]: 1 - one(case.controls.restricted, k) for k, a in enumerate(case.controls.arcs)}
    odds = {arc: share / (1 - share) for arc, share in room.items()}
    assert odds[MAGNET_ABROAD] / odds[OXIDE_ABROAD] == pytest.approx(math.exp(2.5))


@pytest.mark.parametrize("shares", [{1: 0.5, 7: 0.4}, {1: 0.8, 7: 0.4}])
def test_shares_of_batches_sum_to_one(shares: dict[int, float]) -> None:
    """Neither more nor less."""
    assert list(checked(shares.items())) == [("batches",)]
    assert not list(checked([(1, 0.6), (7, 0.4)]))


def test_no_two_batches_open_in_one_month() -> None:
    """Twice in July."""
    assert list(checked([(7, 0.5), (7, 0.5)])) == [("batches",)]


def checked(batches: Iterable[tuple[int, float]]) -> Iterator[object]:
    """Where a quota in batches, of month and share, is found to be wrong."""
    spec = quota(batches=[{"month": month, "share": share} for month, share in batches])
    names = WorldNames(commodities=("oxide.Ee",), regions=("HO", "AB"))
    for path, _, _ in KINDS["export_quota"].model_validate(spec).check(names):
        yield path


def test_nothing_left_lets_nothing_leave() -> None:
    """Next to nothing."""
    share = filled_by_margin(np.array([[4.0], [6.0]]), np.array([[70.0], [50.0]]), ADD_TWO, np.array([0.0]), 10.0)
    assert share.max() < 1e-12


def test_what_is_not_used_lapses_at_the_end_of_the_year() -> None:
    """2000 t a year, of which about 1095 leave in 73 ticks of five days; what was used and what lapses add up."""
    used: list[float] = []
    built = driver.market(tiny.tables(), [quota(volume="2000 t/year")], tick=5, days=370, margins=tiny.MARGINS)
    run(built, lambda tick: used.append(float(measured(built, "quota_used")[0])))
    assert 900 < used[72] < 1300
    assert measured(built, "quota_lapsed")[0] == pytest.approx(2000 - used[72], rel=1e-12)


def test_no_batch_opens_after_the_end() -> None:
    """2000 t for one year, and three years of clock: what was used and what lapsed are 2000 t."""
    spec = quota(volume="2000 t/year", until="2026-01-01")
    built = driver.market(tiny.tables(), [spec], tick=5, days=1000, margins=tiny.MARGINS)
    run(built)
    used, lapsed = (measured(built, f"quota_{what}")[0] for what in ("used", "lapsed"))
    assert used + lapsed == pytest.approx(2000, rel=1e-12)


def test_contents_are_counted_not_goods() -> None:
    """A magnet holds 0.4 t: 8 t a day are 3.2 t of contents, of which 1 may leave in the mean."""
    spec = quota(covers={"elements": "all", "stages": "magnet"})
    case = Case(spec, days=7, refusal_aversion=0.0, hoarding_announcement=0.0)
    run(case.built)
    left = 182.5 * 7 / FIRST_HALF
    assert one(case.state.crossed, case.arc[MAGNET_ABROAD]) * 0.4 == pytest.approx(left)


def test_a_batch_opens_on_its_day_and_not_before() -> None:
    """Nothing until July; the last day of June lets nothing leave."""
    batches = [{"month": 1, "share": 0}, {"month": 7, "share": 1}]
    built = driver.market(tiny.tables(), [quota(batches=batches)], tick=1, days=FIRST_HALF + 3, margins=tiny.MARGINS)
    arc, crossed = built.world.arcs.names.index(OXIDE_ABROAD), {}

    def note(tick: Tick) -> None:
        crossed[tick.start] = one(built.market.state.crossed, arc)

    run(built, note)
    assert crossed[FIRST_HALF] > 0
    assert crossed[FIRST_HALF - 1] < 1e-9
