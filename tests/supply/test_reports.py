"""What is reported of projects: events on their dates, counts at the end."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from tests import allies
from tests.allies import NO_OUTAGES, PUNCTUAL, ROWS, change, record
from tests.driver import Built, day, run


def reported(built: Built) -> dict[tuple[str, str], tuple[date, int]]:
    """Event and project: the day, and in how many replicates."""
    assert built.setting.supply is not None
    transitions = built.setting.supply.reports.transitions
    return {
        (e.event, e.subject): (e.date, replicates) for turn in transitions for e, replicates in turn.reported.items()
    }


def measured(built: Built, metric: str, region: str = "*") -> list[float]:
    """One metric of a region, by world."""
    assert built.setting.supply is not None
    found = [m for m in built.setting.supply.reports.measured() if (m.item.name, m.item.region) == (metric, region)]
    return list(found[0].value())


def test_worked_events() -> None:
    """Decided by the look of day 196, built in a year; the expansion is due on day 365; nothing of old is news."""
    built = allies.market(days=700, **NO_OUTAGES)
    run(built)
    assert reported(built) == {
        ("first output", "AB mine expansion"): (day(370), 2),
        ("investment decided", "AB works"): (day(195), 2),
        ("investment decided", "FA mine"): (day(195), 2),
        ("first output", "AB works"): (day(566), 2),
        ("first output", "FA mine"): (day(566), 2),
    }


def test_worked_counts() -> None:
    """Two decided since the start, all four run, by their regions."""
    built = allies.market(days=700, **NO_OUTAGES)
    run(built)
    counts = {metric: measured(built, metric) for metric in ("projects_decided", "projects_operating")}
    assert counts == {"projects_decided": [2, 2], "projects_operating": [4, 4]}
    assert measured(built, "projects_operating", "AB") == [3, 3]
    assert measured(built, "projects_failed") == [0, 0]
    starts = {m.item.facility: m.value()[0] for m in built.setting.supply.reports.measured() if "first" in m.item.name}  # type: ignore[union-attr]
    assert starts == pytest.approx({"AB mine": -3653, "AB mine expansion": 365, "AB works": 561, "FA mine": 561})


def test_what_stops_is_reported_and_counted() -> None:
    """A mine that earns three quarters of its costs stops after 56 days, and closes after 150 more, at looks of 28."""
    given = allies.tables(change(ROWS, "AB mine", unit_cost=80.0))
    built = allies.market(made=given, projects=("AB mine",), days=300, **NO_OUTAGES, closure_time=150)
    run(built)
    events = reported(built)
    assert events == {("mothballed", "AB mine"): (day(55), 2), ("closed", "AB mine"): (day(223), 2)}
    assert measured(built, "projects_mothballed") == [1, 1]
    assert measured(built, "projects_failed") == [1, 1]
    early = allies.market(made=given, projects=("AB mine",), days=112, **NO_OUTAGES)
    run(early)
    assert measured(early, "projects_mothballed") == [1, 1]
    assert measured(early, "projects_operating") == [0, 0]


def test_what_is_given_up_is_reported_and_counted_in_its_replicates() -> None:
    """Half of the mines of FA fail."""
    records = (record("greenfield", failure=0.5), *(row for row in PUNCTUAL if row.slips != "greenfield"))
    built = allies.market(made=allies.tables(records=records), days=1000, replicates=50, uncertain=True, **NO_OUTAGES)
    run(built)
    failed = measured(built, "projects_failed", "FA")
    assert 10 < sum(failed) < 40
    assert built.setting.supply is not None
    given_up = built.setting.supply.reports.transitions[2].reported
    assert sum(given_up.values()) == sum(failed)
    assert np.isinf(built.setting.supply.stages.started[3]).sum() == sum(failed)
