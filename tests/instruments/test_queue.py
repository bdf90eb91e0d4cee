"""Goods that wait at the border against day parcels spread one by one (docs/model.md, eq. 7.4)."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.axes import Floats
from sim.ensemble.clock import Tick
from sim.files.distributions import parse_cases
from sim.instruments.parts.queue import Queue, Within, ready_by_tick
from sim.units import DURATION


def lognormal(*medians: float) -> Within:
    """Days of processing in some replicates."""
    cases = parse_cases({"lognormal": {"median": "45 days", "ratio": 2}}, DURATION)
    return cases.bind(lambda name, number: np.array(medians) if name == "median" else float(str(number))).within


def parcels(within: Within, days: range, whole: int, horizon: int, ticks: int) -> Floats:
    """(M, R): each day's part is ready d days later with G(d) − G(d − 1); the tick of filing counts in the next."""
    shares = np.zeros((ticks, len(within(1))))
    for day in days:
        for d in range(1, horizon + 1):
            before = within(d - 1) if d > 1 else 0.0
            now = within(d) if d < horizon else 1.0
            shares[max(1, (day + d) // whole)] += (now - before) / len(days)
    return shares


@settings(max_examples=15, deadline=None, derandomize=True)
@given(median=st.floats(0.5, 100), whole=st.integers(1, 10), first=st.integers(0, 9), horizon=st.integers(2, 120))
def test_shares_are_those_of_day_parcels(median: float, whole: int, first: int, horizon: int) -> None:
    """Also where only the last days of the tick were filed on."""
    days, within = range(min(first, whole - 1), whole), lognormal(median, 2 * median)
    shares = ready_by_tick(within, days, whole, horizon)
    by_day = parcels(within, days, whole, horizon, len(shares))
    assert np.abs(shares - by_day).max() < 1e-12
    assert np.abs(shares.sum(axis=0) - 1).max() < 1e-12
    assert shares.min() >= 0


def test_ten_days_of_processing_take_one_tick_or_two() -> None:
    """Filed on the days 0 to 3, ready on 10 to 13, in the next tick; on 4 to 6, in the one after."""
    ten = parse_cases("10 days", DURATION).bind(lambda _, number: float(str(number))).within
    shares = ready_by_tick(ten, range(7), 7, 230)
    assert shares[:4, 0].tolist() == pytest.approx([0, 4 / 7, 3 / 7, 0])


FILED = [3.0, 0.0, 5.0, 8.0, 1.0, 0.0, 2.0]
"""t, tick by tick; the third on its last two days only."""


def ticks(count: int) -> list[Tick]:
    """The first ticks of a horizon, a week each."""
    return [Tick(i, 7 * i, 7 * i + 7, 7) for i in range(count)]


def test_a_queue_lets_go_what_day_parcels_let_go() -> None:
    """Tick by tick, and everything in the end."""
    within, horizon = lognormal(10.0, 20.0), 60
    queue, length = Queue(1, 2, within, 7, horizon), 40
    due = np.zeros((length + 20, 2))
    for tick in ticks(length):
        assert np.abs(queue.ready(tick)[0] - due[tick.index]).max() < 1e-12
        tonnes = FILED[tick.index] if tick.index < len(FILED) else 0.0
        days = range(5, 7) if tick.index == 2 else range(7)
        queue.file(tick, np.full((1, 2), tonnes), days)
        due[tick.index : tick.index + 15] += tonnes * parcels(within, days, 7, horizon, 15)
    assert due.sum(axis=0) == pytest.approx(np.full(2, sum(FILED)))
    assert np.abs(queue.total).max() < 1e-12


def test_what_waits_is_what_was_filed_less_what_was_ready() -> None:
    """At each tick."""
    queue, waiting = Queue(1, 2, lognormal(10.0, 20.0), 7, 60), np.zeros((1, 2))
    for tick in ticks(10):
        waiting -= queue.ready(tick)
        queue.file(tick, np.full((1, 2), 3.0), range(7))
        waiting += 3
        assert queue.total == pytest.approx(waiting)


def test_a_queue_is_emptied_where_a_control_is_over() -> None:
    """In one of two replicates; there nothing is ready any more, and in the other all still is."""
    queue = Queue(1, 2, lognormal(10.0, 10.0), 7, 60)
    queue.file(ticks(1)[0], np.full((1, 2), 3.0), range(7))
    gone = queue.clear(np.array([1.0, 0.0]))
    assert gone.tolist() == [[3, 0]]
    ready = sum(queue.ready(tick)[0] for tick in ticks(12)[1:])
    assert ready == pytest.approx(np.array([0, 3]))


def test_a_shorter_last_tick_takes_its_share() -> None:
    """3 of 7 days of what would be ready."""
    ten = parse_cases("10 days", DURATION).bind(lambda _, number: float(str(number))).within
    queue = Queue(1, 2, ten, 7, 60)
    queue.file(ticks(1)[0], np.full((1, 2), 7.0), range(7))
    assert queue.ready(Tick(1, 7, 10, 7))[0].tolist() == pytest.approx([4 * 3 / 7] * 2)
