"""A hindcast observes what a run records, replicate by replicate, and a world in which nothing happens beside it."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

import sim
from sim.analysis.hindcast import known_of
from sim.analysis.measures import Measure
from sim.analysis.scores import Score
from sim.analysis.targets import Reading, Target, read
from sim.definitions.items import Item
from sim.files.shipped import find_scenario
from sim.plan import make_plan
from sim.record.observer import Observation
from sim.scenario.scenario import Scenario
from sim.simulation import observe

pytestmark = pytest.mark.xdist_group("hindcast")

EPISODE = "controls-2025"
RECORD = "[exports, use, unmet_demand, value_added, value_added_lost, stock, price_spot, price_paid, lines_stopped,"
WATCHED = [
    Item("exports", "magnet.*", "CN", "*", unit="t/day"),
    Item("use", "oxide.Dy", "*-CN", sector="*", unit="t/day"),
    Item("unmet_demand", "magnet.NdFeB-Dy", "*-CN", unit="t/day"),
    Item("value_added", region="*-CN", sector="*", unit="USD/day"),
    Item("value_added_lost", region="EU", sector="automotive-ev", unit="USD/day"),
    Item("value_added_lost", "magnet.NdFeB-Dy", "*-CN", sector="*", unit="USD/day"),
    Item("stock", "oxide.Dy", "*-CN", unit="t"),
    Item("price_spot", "oxide.Dy", "*-CN", unit="USD/kg"),
    Item("price_paid", "oxide.Dy", "*-CN", unit="USD/kg"),
    Item("lines_stopped", region="*-CN", sector="automotive-ev", unit="1"),
    Item("licence_backlog", "magnet.NdFeB-Dy", "CN", "*", unit="t"),
    Item("licence_approval", region="CN", instrument="china-licence", unit="1"),
]


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    """Two replicates up to the middle of a tick, recorded every day."""
    record = f"outputs.record={RECORD} licence_backlog, licence_approval]"
    days = ["outputs.every=1 day", "outputs.paths=2", "ensemble.replicates=2", "horizon.end=2025-05-30"]
    return sim.load(EPISODE, overrides=[record, *days])


@pytest.fixture(scope="module")
def observation(scenario: Scenario) -> Observation:
    return observe(make_plan(scenario), WATCHED)


def test_each_day_is_what_a_run_records(scenario: Scenario, observation: Observation) -> None:
    """Within ticks, too; a run's first rows are the start and two days in one."""
    paths = sim.run(scenario).paths
    for item in WATCHED:
        keys = {"commodity": item.commodity, "region": item.region, "partner": item.partner, "sector": item.sector}
        rows = paths[(paths[list(keys)] == list(keys.values())).all(axis=1) & (paths["variable"] == item.name)]
        recorded = rows.pivot_table(index="date", columns="replicate", values="value", dropna=False).to_numpy()[2:]
        watched = observation.series[item].daily(2, observation.horizon.days - 1)
        assert watched == pytest.approx(recorded, rel=1e-9, abs=1e-9, nan_ok=True), item


def test_a_period_adds_up_to_what_its_days_do(observation: Observation) -> None:
    first, last = observation.horizon.day(date(2025, 4, 2)), observation.horizon.day(date(2025, 5, 13))
    exports = observation.series[WATCHED[0]]
    daily = exports.daily(first, last)
    assert Measure.read("sum").of(exports, first, last) == pytest.approx(daily.sum(axis=0))
    assert Measure.read("mean").of(exports, first, last) == pytest.approx(daily.mean(axis=0))


def test_chunks_do_not_matter(scenario: Scenario, observation: Observation) -> None:
    apart = observe(make_plan(scenario), WATCHED, chunk=1)
    for item in WATCHED:
        for one, other in zip(apart.series[item].tracks, observation.series[item].tracks, strict=True):
            assert one.tobytes() == np.ascontiguousarray(other).tobytes(), item


def test_the_targets_that_ship_can_all_be_measured() -> None:
    file = find_scenario(EPISODE).with_name(f"{EPISODE}.targets.csv")
    targets = read(file, known_of(make_plan(sim.load(EPISODE))))
    assert len(targets) == 18
    assert all(target.source for target in targets)


def test_the_licences_of_october_are_decided_as_those_of_april() -> None:
    april, october = (
        next(i for i in sim.load(EPISODE).instruments if i.name == name).model_dump()
        for name in ("china-licence", "china-licence-october")
    )
    assert october["processing"] == april["processing"]
    assert october["reviewers"] == april["reviewers"]
    assert october["approval"]["default"] == april["approval"]["default"]


def test_a_score_is_about_the_median() -> None:
    """Of 1, 3 and a world without a number: median 2, from 1.1 to 2.9; one replicate is no score."""
    reading = Reading(WATCHED[0], Measure("mean"), 0, 1, "exports")
    target = Target("between 2 and 3", reading, None, "t/day", 2, 3, "made up")
    score = Score(target, np.array([1.0, 3.0, np.nan]), np.array([np.nan]), np.array([2.0]))
    assert score.quantiles == pytest.approx((1.1, 2.0, 2.9))
    assert score.inside
    assert np.isnan(score.null_median)
    assert not score.null_inside
