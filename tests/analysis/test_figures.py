"""Pictures of a hindcast: which there are, and that none fails where numbers are infinite or missing."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

import sim.scenario.fields  # noqa: F401  (with it, every variable is declared)
from sim.analysis.figures import draw, panels_of
from sim.analysis.measures import Measure
from sim.analysis.scores import Score, carried_of, values_of
from sim.analysis.targets import Reading, Target
from sim.definitions.items import Event, Item
from sim.ensemble.clock import Horizon
from sim.record.observer import Observation, Series

HORIZON = Horizon(date(2025, 1, 1), date(2025, 1, 14), 7)
EXPORTS, STOCK = Item("exports", region="HO"), Item("stock", region="HO")
GRANTED = Item("licence_approval", instrument="licence")
EDGES = np.array([0, 7, 14])
SERIES = {
    EXPORTS: Series(EXPORTS, EDGES, (np.array([[0.0, 0.0], [7.0, 0.0], [21.0, 0.0]]),)),
    STOCK: Series(STOCK, EDGES, (np.array([[0.0, 0.0], [3.0, 0.0], [5.0, 0.0]]),)),
    GRANTED: Series(GRANTED, EDGES, (np.array([[np.nan, np.nan], [0.2, 0.1], [0.3, 0.2]]),)),
}
OBSERVED = Observation(HORIZON, SERIES, [Event(date(2025, 1, 3), "announced", "licence")])
NULL = Observation(HORIZON, {EXPORTS: SERIES[EXPORTS], STOCK: SERIES[STOCK]}, [])


def score(top: Reading, base: Reading | None = None, low: float = 0.5, high: float = 1.5) -> Score:
    target = Target("what was seen", top, base, "1", low, high, "made up")
    return Score(target, values_of(target, OBSERVED), values_of(target, NULL), carried_of(target, NULL))


def reading(item: Item, measure: str, first: int, last: int) -> Reading:
    return Reading(item, Measure.read(measure), first, last, f"{item.name} HO")


def test_targets_of_one_series_and_base_share_a_picture() -> None:
    base, other = reading(EXPORTS, "mean", 0, 3), reading(EXPORTS, "mean", 0, 4)
    first, second, apart = (
        score(reading(EXPORTS, "mean", 4, 5), base), score(reading(EXPORTS, "max", 6, 9), base),
        score(reading(EXPORTS, "mean", 4, 5), other),
    )  # fmt: skip
    assert [panel.scores for panel in panels_of([first, apart, second])] == [[first, second], [apart]]


def test_a_series_over_another_one_is_divided_day_by_day() -> None:
    """Exports of 1, then 2 t a day over a stock of 3 t from day 6 on, 5 t on the last."""
    days = reading(EXPORTS, "mean", 7, 12), reading(STOCK, "mean", 7, 12)
    (panel,) = panels_of([score(*days)])
    values = panel.values(OBSERVED)
    assert values is not None
    assert values[[6, 7, 13], 0] == pytest.approx([1 / 3, 2 / 3, 2 / 5])
    assert panel.title == "exports ÷ stock HO"


def test_a_series_that_needs_an_instrument_is_missing_without_it() -> None:
    (panel,) = panels_of([score(reading(GRANTED, "last", 0, 13))])
    assert panel.values(NULL) is None


@pytest.mark.parametrize(
    "one",
    [
        score(reading(EXPORTS, "sum", 2, 9)),
        score(reading(EXPORTS, "mean", 2, 9), reading(STOCK, "mean", 2, 9)),  # over zero at first: infinite
        score(reading(STOCK, "days_until:4", 2, 13), high=np.inf),
        score(reading(STOCK, "days_until:40", 2, 13), low=np.inf, high=np.inf),
        score(reading(STOCK, "days_until:4", 2, 13), reading(STOCK, "days_until:3", 2, 13)),
        score(reading(STOCK, "max", 2, 13), high=np.inf),
        score(reading(GRANTED, "last", 0, 13)),
        score(reading(GRANTED, "first", 0, 13)),  # no replicate has a value
    ],
)
def test_every_kind_of_target_can_be_drawn(one: Score, tmp_path: Path) -> None:
    draw(tmp_path, [one], OBSERVED, NULL)
    (file,) = tmp_path.iterdir()
    assert file.name == f"01-{one.target.top.item.name}-HO.png"
    assert file.stat().st_size > 5000
