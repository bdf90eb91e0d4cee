"""Dated events happen on their days, and only on days of the run."""

from __future__ import annotations

from datetime import date

from sim.ensemble.clock import Clock, Horizon


def test_what_is_dated_after_the_last_day_never_happens() -> None:
    clock = Clock(Horizon(date(2025, 1, 1), date(2025, 1, 31), 7))
    happened: list[str] = []
    days = {
        "before": date(2024, 12, 1),
        "first": date(2025, 1, 1),
        "last": date(2025, 1, 31),
        "after": date(2025, 2, 1),
    }
    for name, day in days.items():
        clock.at(day, lambda name=name: happened.append(name))  # type: ignore[misc]
    ticks: list[tuple[int, int]] = []
    clock.run(lambda tick: ticks.append((tick.start, tick.end)))
    assert happened == ["before", "first", "last"]
    assert ticks == [(0, 7), (7, 14), (14, 21), (21, 28), (28, 31)]
