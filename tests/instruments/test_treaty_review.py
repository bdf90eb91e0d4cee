"""What comes of a review, by hand (docs/model.md, eq. 7.17)."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from sim.ensemble.clock import Tick
from sim.files.quantities import WorldNames
from sim.instruments.trade.treaty_review import TreatyReview
from tests import allies, driver
from tests.driver import Spec, day, measured
from tests.ensembles import plan, recorded

REPLICATES = 400


def review(**fields: object) -> Spec:
    """On day 10, with a chance of a half: talks, or an end that brings 30 % on day 24 and dearer capital in HO."""
    return {
        "name": "review", "kind": "treaty_review", "review": day(10), "by": "AB", "on": "HO", "chance": 0.5,
        "covers": {"elements": "all", "stages": "magnet"}, "regions": "HO", "outcomes": [
            {"name": "talks", "share": 0.4, "rate": 0.05},
            {"name": "end", "share": 0.6, "rate": 0.3, "after": "14 days", "risk_premium": 0.04},
        ], **fields,
    }  # fmt: skip


def test_worked_number() -> None:
    """Of many replicates half are extended, a fifth talk, three tenths end; what is charged in the weeks from day 7 on.

    Of the days 7 to 13, four come after the review; of 21 to 27, four after the end has come into force.
    """
    built = driver.market(driver.tables(), [review()], replicates=REPLICATES)
    rates = []
    for start in (0, 7, 14, 21, 28):
        built.market.controls.clear()
        built.market.run("events", Tick(start // 7, start, start + 7, 7))
        rates.append(built.market.controls.tariff[0].copy())
    assert set(rates[0]) == {0}
    assert sorted(set(rates[1])) == pytest.approx([0, 0.05 * 4 / 7])
    assert sorted(set(rates[3])) == pytest.approx([0, 0.05, 0.3 * 4 / 7])
    talks, end = np.isclose(rates[4], 0.05), np.isclose(rates[4], 0.3)
    assert talks.mean() == pytest.approx(0.2, abs=0.06)
    assert end.mean() == pytest.approx(0.3, abs=0.07)
    assert (measured(built, "treaty_not_extended") == (talks | end)).all()


def test_projects_of_the_regions_pay_a_premium_where_the_treaty_ends() -> None:
    """From the review on day 10 on; the one project that stands elsewhere does not."""
    built = allies.market(review(regions="AB"), replicates=REPLICATES, uncertain=True)
    supply = built.setting.supply
    assert supply is not None
    price = np.zeros_like(built.market.state.long_price)
    years = supply.portfolio.life
    before, after = (supply.appraisal.offers(Tick(0, end - 7, end, 7), price, years).premium for end in (9, 14))
    asks = np.array([row.region == "AB" for row in supply.portfolio.rows])
    assert not before.any()
    assert not after[~asks].any()
    assert set(after[asks].ravel()) == {0, 0.04}
    assert (after[0] > 0).mean() == pytest.approx(0.3, abs=0.07)


def test_a_higher_chance_ends_more_treaties_and_saves_none() -> None:
    """The luck of a world is the same at any chance."""
    lapsed = [
        measured(driver.market(driver.tables(), [review(chance=chance)], replicates=REPLICATES), "treaty_not_extended")
        for chance in (0.1, 0.3, 0.6, 0.9, 1)
    ]
    assert all((more >= less).all() for less, more in pairwise(lapsed))
    assert lapsed[-1].all()


def test_what_came_of_it_is_reported_with_its_share_of_the_replicates(tmp_path: Path) -> None:
    text = (
        "  - {name: review, kind: treaty_review, review: 2025-03-05, by: AB, on: HO, chance: 60 %,\n"
        "     covers: {elements: all}, outcomes: [{name: end, share: 1, rate: 25 %}]}\n"
    )
    chunk, _ = recorded(plan(tmp_path, text), range(3))
    reported = {event.subject: n for event, n in chunk.block.events.items() if event.event == "review"}
    row = next(i for i, item in enumerate(chunk.metrics) if item.name == "treaty_not_extended")
    ended = int(chunk.block.metrics[row].sum())
    assert reported == {s: n for s, n in (("review: end", ended), ("review: extended", 3 - ended)) if n}


def test_shares_of_outcomes_sum_to_one() -> None:
    names = WorldNames(regions=("HO", "AB"), elements=("Aa",), stages=("magnet",))
    right, wrong = review(), review(outcomes=[{"name": "end", "share": 0.7}])
    assert not list(TreatyReview.model_validate(right).check(names))
    assert [path for path, _, _ in TreatyReview.model_validate(wrong).check(names)] == [("outcomes",)]
