"""Bar: projects slip, and fail, as the record of their kind says (docs/model.md, eq. 10.1 to 10.3).

Compared are the projects of `seeds/projects.csv` that are not yet built on the first day of the base year, by their
column `slips`, in 4,000 replicates. A slip is first output less planned output: the planned start of what is under
construction; of the others the planned decision, or the end of permits if that is later, and the months of
construction. It is counted where there is any output, and it includes the wait for the next of the owners' looks, once
in 28 days. The worth of every project is positive, so nobody waits for a price. Shares that fail are those of all
replicates; for what is under construction already, those that fail late, of those that did not fail early.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
import pytest

from sim.axes import Bools, Floats
from sim.ensemble.draws import Draws
from sim.plan import load, make_plan
from sim.supply.portfolio import Portfolio, portfolio
from sim.supply.stages import Stage, Stages
from sim.units import DAYS_A_MONTH
from tests.driver import parameters

REPLICATES, REVIEW = 4_000, 28
YEARS = (*range(REVIEW, 20 * 365, REVIEW), *(years * 365 for years in (30, 100, 10_000)))
"""Days of looks: for twenty years as in a run, then until the last has come."""


class Ends(NamedTuple):
    """What became of all projects."""

    portfolio: Portfolio
    slip: Floats  # (J, R) months; infinite where nothing ever came
    failed: Bools  # (J, R)


@cache
def ends() -> Ends:
    """Let all projects go on to their end, worth building from the first day."""
    plan, p = make_plan(load("baseline")), parameters()
    assert p["review_time"] == REVIEW
    folio = portfolio(plan.world, plan.horizon, float(np.mean(p["utilisation_base"])), plan.size)
    stages = Stages(folio, Draws(1, range(REPLICATES)), REPLICATES, p["failing_late"])
    for day in YEARS:
        stages.move(day, lambda: np.ones(stages.stage.shape))
    return Ends(folio, (stages.started - planned(folio)) / DAYS_A_MONTH, stages.stage == Stage.FAILED)


def planned(folio: Portfolio) -> Floats:
    """(J, 1), day: planned first output."""
    permitted = np.maximum(folio.announced, 0) + np.array([[row.permit * DAYS_A_MONTH] for row in folio.rows])
    decided = np.maximum(permitted, folio.decision)
    return np.where(np.isfinite(folio.start), folio.start, decided + folio.build)


def rows(slips: str) -> list[int]:
    """Projects (J) of a record that are not yet built."""
    return [j for j, row in enumerate(ends().portfolio.rows) if row.slips == slips and row.stage != "operating"]


@pytest.mark.parametrize(
    ("slips", "low", "high"), [("separation", 12, 18), ("magnet", 0, 4), ("greenfield", 33, 39), ("brownfield", 3, 12)]
)
def test_medians_of_slips_are_on_record(slips: str, low: float, high: float) -> None:
    """Of all projects of a kind, and of each of them."""
    slip = ends().slip[rows(slips)]
    assert low <= np.median(slip[np.isfinite(slip)]) <= high
    for one in slip:
        assert low <= np.median(one[np.isfinite(one)]) <= high


@pytest.mark.parametrize("slips", ["greenfield", "separation", "brownfield", "magnet", "metal", "recycling"])
def test_shares_that_fail_are_on_record(slips: str) -> None:
    """Each project within four standard errors of its record; of 100 that would fail, 40 do so late."""
    folio, _, failed = ends()
    for j in rows(slips):
        early, late = 0.6 * folio.records[j].failure, 0.4 * folio.records[j].failure
        share = late / (1 - early) if folio.rows[j].stage == "construction" else early + late
        error = (share * (1 - share) / REPLICATES) ** 0.5
        assert failed[j].mean() == pytest.approx(share, abs=4 * error), folio.names[j]


def test_the_recorded_shares_are_a_quarter_and_a_tenth() -> None:
    """Of greenfield projects and of separation plants: 3 of about 32 projects were given up, most of them mines."""
    folio, _, failed = ends()
    for slips, share in (("greenfield", 0.25), ("separation", 0.1)):
        before = [j for j in rows(slips) if folio.rows[j].stage != "construction"]
        error = (share * (1 - share) / failed[before].size) ** 0.5
        assert failed[before].mean() == pytest.approx(share, abs=4 * error)


def test_what_fails_never_makes_anything_and_the_rest_all_comes() -> None:
    """In the end there is nothing in between."""
    folio, slip, failed = ends()
    assert (np.isfinite(slip) != failed).all()
    assert not failed[[row.stage == "operating" for row in folio.rows]].any()
