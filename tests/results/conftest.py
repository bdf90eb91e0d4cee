"""A small outcome made by hand: three metrics, two series, three replicates."""

from datetime import date

import numpy as np
import pytest

from sim.definitions.items import Event, Item
from sim.results import statistics
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


@pytest.fixture
def outcome() -> Outcome:
    """Three replicates: the price trebles, the third never recovers; series count on from the number of the world."""
    series = np.array([[[100.0 * v + 10.0 * t + k for k in range(3)] for v in range(2)] for t in range(2)])
    return Outcome(
        name="by-hand",
        scenario="monazite: 1\nname: by-hand\ntitle: Größe\n",
        seed=7,
        seeds={"regions.csv": "ab" * 32},
        replicates=range(3),
        metrics=METRICS,
        series=SERIES,
        draws=[Item("ban.share", unit="1")],
        dates=DATES,
        measured=np.array([[1e9, 3e9, 2e9], [3.0, 0.1 + 0.2, np.nan], [10.0, 30.0, np.inf]]),
        drawn=np.array([[0.0, 0.25, 0.5]]),
        recorded=statistics.overview(series.reshape(4, 3)).reshape(2, 2, 6),
        paths=series[:, :, :2],
        events={BAN: 3, STOP: 1},
        seconds=1.5,
    )
