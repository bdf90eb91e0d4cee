"""Numbers that change on dates, weighed by the days of the tick."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Generic, TypeVar, final

import numpy as np
from pydantic import Field

from sim.axes import Scalar
from sim.ensemble.clock import Horizon, Tick
from sim.files.quantities import Date, Model
from sim.instruments.base import Problem
from sim.instruments.parts.calendar import Calendar

Value = TypeVar("Value")


class Dated(Model):
    """Something that is different from a day on."""

    name: str = Field(description="so that a path can reach it")
    since: Date = Field(description="first day on which it holds")


@final
class Schedule(Generic[Value]):
    """What holds from a first day on, and from the dates of changes, until an end.

    Parameters
    ----------
    first : int
        Day since the start of the horizon.
    value
        What holds from then on.
    changes : sequence of (int, value)
        What holds from later days on; ascending.
    end : float
        First day on which nothing of it holds; infinite where it stays.
    """

    def __init__(self, first: int, value: Value, changes: Sequence[tuple[int, Value]], end: float) -> None:
        starts, values = [first, *(day for day, _ in changes)], [value, *(value for _, value in changes)]
        ends = [min(stop, end) for stop in (*starts[1:], end)]
        self.spans = [(Calendar(a, a, b), v) for a, b, v in zip(starts, ends, values, strict=True)]

    def during(self, tick: Tick) -> Iterator[tuple[Scalar, Value]]:
        """What holds in a tick, each with its share of the days of the tick."""
        for calendar, value in self.spans:
            share = calendar.share(tick)
            if np.any(share):
                yield share, value


def check_end(since: date, until: date | None) -> Iterator[Problem]:
    """An end that is not after the start."""
    if until is not None and until <= since:
        found = f"{until} is not after since, {since}"
        yield (("until",), found, "It ends after it begins; leave `until` out if it stays.")


def lasting(horizon: Horizon, since: date, until: date | None) -> Calendar:
    """The dates of what holds from a day on, known from then on, until another; without one it stays."""
    first = horizon.day(since)
    return Calendar(first, first, float("inf") if until is None else float(horizon.day(until)))


def check_order(first: date, changes: Sequence[Dated], until: date | None) -> Iterator[Problem]:
    """Dates in an order that cannot be."""
    before = first
    for i, change in enumerate(changes):
        if change.since <= before:
            found = f"{change.since} is not after {before}, from which something else holds"
            yield (("changes", i, "since"), found, "Changes stand in the order of their dates.")
        before = max(before, change.since)
    if until is not None and until <= before:
        yield (("until",), f"{until} is not after {before}", "It ends after it begins; leave `until` out if it stays.")
