"""A small outcome made by hand: two metrics, two series, three worlds in two blocks."""

from datetime import date

import numpy as np
import pytest

from sim.ensemble.items import Block, Event, Item
from sim.results.outcome import Outcome

METRICS = [
    Item("value_added_lost", region="*", sector="*", unit="USD"),
    Item("price_peak_ratio", commodity="oxide.Dy", region="NA", unit="1"),
    Item("recovery_time", commodity="oxide.Dy", region="EU", unit="days"),
]
SERIES = [Item("stock", commodity="oxide.Dy", region="NA", unit="t"), Item("exports", region="CN", unit="t/day")]
DATES = [date(2025, 1, 1), date(2025, 1, 29)]
BAN = Event(date(2025, 4, 4), "in_force", 'ban, on "all"', "NA", "oxide.Dy")
STOP = Event(date(2025, 5, 1), "line_stop", "wind", "EU")


def block(first: int, metrics: list[list[float]], events: dict[Event, int]) -> Block:
    """Worlds whose series count on from their number."""
    worlds = range(first, first + len(metrics[0]))
    series = np.array([[[100.0 * v + 10.0 * t + k for k in worlds] for t in range(2)] for v in range(2)])
    return Block(worlds, np.array(metrics), series, np.array([[0.25 * k for k in worlds]]), events)


@pytest.fixture
def outcome() -> Outcome:
    """Three worlds: the price trebles, the third never recovers."""
    return Outcome(
        name="by-hand",
        scenario="monazite: 1\nname: by-hand\ntitle: Größe\n",
        seed=7,
        seeds={"regions.csv": "ab" * 32},
        metrics=METRICS,
        series=SERIES,
        draws=[Item("ban.share", unit="1")],
        dates=DATES,
        blocks=[
            block(0, [[1e9, 3e9], [3.0, 0.1 + 0.2], [10.0, 30.0]], {BAN: 2, STOP: 1}),
            block(2, [[2e9], [float("nan")], [float("inf")]], {BAN: 1}),
        ],
        paths=2,
        seconds=1.5,
    )
