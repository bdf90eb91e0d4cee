"""Metrics of windows: sums add up, levels are those of the last day, prices are compared with what is usual."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sim.axes import Floats
from sim.definitions.items import Item
from sim.definitions.metrics import METRICS
from sim.errors import InputError
from sim.plan import load
from sim.simulation import ChunkResult, run_chunk
from tests.ensembles import LICENCE, OTHERS, plan

PARTS = {
    "before": ("2025-01-01", "2025-02-04"),  # the day before the first control
    "since": ("2025-02-05", "2025-12-31"),
    "spring": ("2025-02-05", "2025-05-16"),  # ends and begins within a tick
    "summer": ("2025-05-17", "2025-12-31"),
}
WINDOWS = "".join(f"    - {{name: {name}, from: {first}, to: {last}}}\n" for name, (first, last) in PARTS.items())
RATIOS = {"allied_share", "licence_wait_mean", "retaliation_share", "negotiation_share", "truce_share"}
PRICES = {"price_peak_ratio", "price_gap_peak", "recovery_time"}


@pytest.fixture(scope="module")
def chunk(tmp_path_factory: pytest.TempPathFactory) -> ChunkResult:
    """Three replicates with every kind at work."""
    text = f"outputs:\n  windows:\n{WINDOWS}"
    return run_chunk(plan(tmp_path_factory.mktemp("windows"), LICENCE + OTHERS, text), range(3))


def values(chunk: ChunkResult, window: str) -> dict[Item, Floats]:
    """Metrics of a window by what they are about."""
    rows = zip(chunk.metrics, chunk.block.metrics, strict=True)
    return {replace(item, window=""): row for item, row in rows if item.window == window}


@pytest.mark.parametrize(("whole", "parts"), [("", ("before", "since")), ("since", ("spring", "summer"))])
def test_what_adds_up_is_the_sum_of_its_windows(chunk: ChunkResult, whole: str, parts: tuple[str, str]) -> None:
    total, (first, second) = values(chunk, whole), (values(chunk, part) for part in parts)
    sums = [item for item in total if METRICS[item.name].over == "sum" and item.name not in RATIOS | PRICES]
    assert len(sums) > 100
    for item in sums:
        scale = np.abs(total[item]).max() + 1e-9
        assert first[item] + second[item] == pytest.approx(total[item], abs=1e-9 * scale), item


@pytest.mark.parametrize("part", ["since", "summer"])
def test_levels_are_those_of_the_last_day(chunk: ChunkResult, part: str) -> None:
    total, window = values(chunk, ""), values(chunk, part)
    levels = [item for item in total if METRICS[item.name].over == "end"]
    assert {item.name for item in levels} >= {"licence_open", "reserve_end_stock"}
    assert all(np.array_equal(total[item], window[item]) for item in levels)


def test_prices_since_the_first_control_are_those_that_are_reported_anyway(chunk: ChunkResult) -> None:
    total, since, summer = (values(chunk, part) for part in ("", "since", "summer"))
    prices = [item for item in total if item.name in PRICES]
    assert all(np.array_equal(total[item], since[item]) for item in prices)
    peaks = [item for item in prices if item.name == "price_peak_ratio"]
    assert all(np.all(summer[item] <= total[item]) for item in peaks)
    assert any(np.any(summer[item] < total[item]) for item in peaks)


def test_a_ratio_is_one_of_what_both_gained(chunk: ChunkResult) -> None:
    """Of the waiting of a window: the tonne-days spent in it over the tonnes filed in it."""
    wait = Item("licence_wait_mean", instrument="licence", unit="days")
    filed = Item("licence_filed", instrument="licence", unit="t")
    spring, summer, whole = (values(chunk, part) for part in ("spring", "summer", "since"))
    together = (spring[wait] * spring[filed] + summer[wait] * summer[filed]) / (spring[filed] + summer[filed])
    assert together == pytest.approx(whole[wait])


def test_a_replicate_says_the_same_alone(tmp_path: Path, chunk: ChunkResult) -> None:
    text = f"outputs:\n  windows:\n{WINDOWS}"
    alone = run_chunk(plan(tmp_path, LICENCE + OTHERS, text), range(2, 3))
    assert alone.metrics == chunk.metrics
    assert np.array_equal(alone.block.metrics[:, 0], chunk.block.metrics[:, 2], equal_nan=True)


def test_windows_change_nothing_else(tmp_path: Path, chunk: ChunkResult) -> None:
    without = run_chunk(plan(tmp_path, LICENCE + OTHERS), range(3))
    assert all(
        np.array_equal(row, values(without, "")[item], equal_nan=True) for item, row in values(chunk, "").items()
    )


@pytest.mark.parametrize(
    ("windows", "said"),
    [
        ("[{name: a, from: 2024-12-01, to: 2025-02-01}]", "2024-12-01 is outside the horizon"),
        ("[{name: a, from: 2025-01-01, to: 2035-02-01}]", "2035-02-01 is outside the horizon"),
        ("[{name: a, from: 2025-03-01, to: 2025-02-01}]", "2025-02-01 is before from, 2025-03-01"),
        ("[{name: a b, from: 2025-01-01, to: 2025-02-01}]", "'a b' cannot name a window"),
        ("[{name: a, to: 2025-02-01}]", "outputs.windows[0].from: it is missing"),
        ("[{name: a, form: 2025-01-01, to: 2025-02-01}]", "Did you mean 'from'?"),
    ],
)
def test_a_window_that_cannot_be_is_refused(windows: str, said: str) -> None:
    with pytest.raises(InputError) as error:
        load("baseline", [f"outputs.windows={windows}"])
    assert said in str(error.value)
