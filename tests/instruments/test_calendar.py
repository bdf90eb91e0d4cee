"""Days of a control, weighed by the days of a tick (docs/model.md, eq. 7.1 and 7.2)."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.ensemble.clock import Tick
from sim.instruments.parts.calendar import Calendar

SECOND = Tick(1, 7, 14, 7)


@pytest.mark.parametrize(
    ("start", "end", "days"), [(0, 99, 7), (10, 99, 4), (0, 9, 2), (10, 12, 2), (14, 99, 0), (0, 7, 0)]
)
def test_a_tick_counts_by_its_days_in_force(start: int, end: float, days: int) -> None:
    """Of the days 7 to 13."""
    assert Calendar(0, start, end).share(SECOND) == pytest.approx(days / 7)


def test_worlds_end_on_days_of_their_own() -> None:
    """2 and 7 of 7 days."""
    assert Calendar(0, 0, np.array([9.0, 99.0])).share(SECOND) == pytest.approx(np.array([2 / 7, 1]))


@pytest.mark.parametrize(("start", "end", "days"), [(0, 99, 20), (24, 99, 10), (0, 16, 2), (40, 99, 0), (0, 14, 0)])
def test_people_look_ahead_from_the_end_of_the_tick(start: int, end: float, days: int) -> None:
    """Over the days 14 to 33."""
    assert Calendar(0, start, end).ahead(SECOND, 20) == pytest.approx(days / 20)


def test_an_announcement_on_the_day_after_a_tick_belongs_to_the_next() -> None:
    """Day 14 is not of the tick that settles 7 to 13; day 13 is."""
    assert Calendar(14, 14, math.inf).ahead(SECOND, 20) == 0
    assert Calendar(14, 14, math.inf).announcement_effect(SECOND, 90.0, 120.0) == 0
    assert Calendar(13, 14, math.inf).ahead(SECOND, 20) == 1
    assert Calendar(13, 14, math.inf).announcement_effect(SECOND, 90.0, 120.0) == pytest.approx(1 / 7)


def test_an_alarm_holds_and_fades() -> None:
    """Announced on day 8, held for 3 days: 8, 9, 10 and 11 are loud, 12 and 13 fade by e^(−1/2) and e^(−1)."""
    loud = Calendar(8, 30, math.inf).announcement_effect(SECOND, 3.0, 2.0)
    assert loud == pytest.approx((4 + math.exp(-0.5) + math.exp(-1)) / 7)


def test_a_control_that_is_over_alarms_nobody() -> None:
    """It ends on day 9, and in another world on day 99."""
    loud = Calendar(0, 0, np.array([9.0, 99.0])).announcement_effect(SECOND, 90.0, 120.0)
    assert loud == pytest.approx(np.array([2 / 7, 1]))


def test_it_is_over_when_it_ended_before_the_tick_began() -> None:
    """On day 7, 8 or never."""
    assert np.asarray(Calendar(0, 0, np.array([7.0, 8.0, math.inf])).over(SECOND)).tolist() == [1, 0, 0]


@pytest.mark.parametrize(("start", "days"), [(0, range(7)), (10, range(3, 7)), (14, range(7, 7)), (99, range(7, 7))])
def test_files_come_in_from_the_first_day_in_force(start: int, days: range) -> None:
    """Counted from the first day of the tick."""
    assert list(Calendar(0, start, math.inf).first_days(SECOND)) == list(days)


def test_days_in_force_are_counted_to_mid_tick() -> None:
    """10.5 less the first day; none before it."""
    assert Calendar(0, 3, math.inf).since(SECOND) == 7.5
    assert Calendar(0, 99, math.inf).since(SECOND) == 0


def test_an_end_that_nobody_knows_is_not_expected_on_its_day() -> None:
    """Until it is over people expect it to stay, or to end at a rate; afterwards they know."""
    ends = np.array([20.0, 14.0, math.inf])
    assert np.asarray(Calendar(0, 0, ends, 0.0).ahead(SECOND, 20)) == pytest.approx(np.array([1, 0, 1]))
    expected = (1 - math.exp(-0.05 * 20)) / 0.05 / 20
    assert np.asarray(Calendar(0, 0, ends, 0.05).ahead(SECOND, 20)) == pytest.approx(np.array([expected, 0, expected]))
    assert Calendar(0, 24, math.inf, 0.0).ahead(SECOND, 20) == pytest.approx(0.5)
    assert Calendar(14, 24, math.inf, 0.0).ahead(SECOND, 20) == 0


@given(days=st.floats(1e-3, 1e4), start=st.integers(0, 2000), hazard=st.none() | st.floats(0, 10))
def test_nobody_expects_more_than_everything_to_be_held_up(days: float, start: int, hazard: float | None) -> None:
    """However the days that people look ahead are rounded: a share above 1 would make orders negative."""
    tick = Tick(1, start, start + 7, 7)
    assert 0 <= Calendar(0, start, math.inf, hazard).ahead(tick, days) <= 1
