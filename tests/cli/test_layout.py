"""Tables for people: numbers in a unit that can be read, in as many columns as fit."""

import os
import shutil
import sys

import pytest

from sim.cli import layout
from sim.cli.layout import fit
from sim.cli.text import scale, table
from sim.units import MASS, MASS_RATE, MONEY, parse
from tests.cli.conftest import Monazite

Row = list[str | float]
HEADER = ["metric", "of", "mean", "std. error", "p05", "p95", "unit"]


def cells(text: str, row: int) -> list[str]:
    return text.splitlines()[row].split()


def test_the_numbers_of_a_row_share_one_scale() -> None:
    """Mean 36.6 and p95 41.2 are both in billions, though the error alone would be in millions."""
    reported = table(HEADER, [["loss", "*", 36.6e9, 87e6, 20.1e9, 41.2e9, "USD"]])
    assert cells(reported, 1) == ["loss", "*", "36.6", "0.087", "20.1", "41.2", "bn", "USD"]


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (36.6e9, "USD", "36.6 bn USD"),
        (3.2e6, "USD", "3.2 million USD"),
        (-2.5e12, "USD", "-2,500 bn USD"),
        (950_000, "USD", "950,000 USD"),
        (44_600, "t", "44.6 kt"),
        (9_999, "t", "9,999 t"),
        (2.5e7, "t", "25 Mt"),
        (270_000, "t REO", "270 kt REO"),
        (11_454, "t/year", "11.45 kt/year"),
        (4.2e6, "USD/day", "4.2 million USD/day"),
        (123_456, "days", "123,456 days"),
        (float("inf"), "USD", "inf USD"),
        (float("nan"), "t", "– t"),
    ],
)
def test_large_numbers_are_reported_in_larger_units(value: float, unit: str, shown: str) -> None:
    assert " ".join(cells(table(["of", "mean", "unit"], [["x", value, unit]]), 1)[1:]) == shown


def test_counts_and_shares_keep_their_own_size() -> None:
    reported = table(["metric", "difference", "better", "n", "unit"], [["loss", 5e9, 0.5, 2_000_000, "USD"]])
    assert cells(reported, 1) == ["loss", "5", "0.5", "2,000,000", "bn", "USD"]


def test_a_column_whose_heading_has_the_unit_shares_a_scale() -> None:
    reported = table(["point", "loss EU (USD)"], [["0", 2e9], ["1", 40e6], ["2", float("nan")]])
    assert reported.splitlines()[0] == "point  loss EU (bn USD)"
    assert [cells(reported, row)[1] for row in (1, 2, 3)] == ["2", "0.04", "–"]


def test_a_scale_is_a_unit_that_scenario_files_know() -> None:
    """What is read on the terminal can be written in a file."""
    for value, unit, dimension in ((3e9, "USD", MONEY), (2e6, "USD", MONEY), (5e4, "t", MASS)):
        divisor, name = scale([value], unit)
        assert divisor > 1
        assert parse(f"{value / divisor:g} {name}", dimension) == value
    assert parse(f"44.6 {scale([44_600], 't/year')[1]}", MASS_RATE) * 365 == pytest.approx(44_600)


@pytest.mark.parametrize("width", [100, 72, 50, 40])
def test_no_line_is_wider_than_the_terminal(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.cli.text.columns_of_terminal", lambda: width)
    rows: list[Row] = [["value_added_lost", "magnet.NdFeB-Dy *-CN", 36.6e9, 1e9, 2e10, 4e10, "USD"]] * 2
    reported = table([*HEADER, "what it is about, in words"], [[*row, "some words about it " * 9] for row in rows])
    assert max(map(len, reported.splitlines()[: -1 if "Not shown" in reported else None])) <= width
    assert "\x1b" not in reported


def test_a_narrow_terminal_gets_fewer_columns_and_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.cli.text.columns_of_terminal", lambda: 60)
    rows: list[Row] = [["value_added_lost", "magnet.NdFeB *-CN", 36.6e9, 1e9, 2e10, 4e10, "USD"] for _ in range(2)]
    head, first, second, note = table(HEADER, rows).splitlines()
    assert head.split() == ["metric", "of", "mean", "p05", "p95", "unit"]
    assert first == second
    assert note == "Not shown in 60 columns: std. error (1 in all rows)."


def test_half_of_an_interval_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.cli.text.columns_of_terminal", lambda: 60)
    head = ["metric", "of", "base", "difference", "low 95 %", "high 95 %", "better", "n", "unit"]
    reported = table(
        head, [["value_added_lost", "*-CN electronics", 3e9, i * 1e9, 1e9, 2e9, 0.5, i, "USD"] for i in (1, 2)]
    )
    assert reported.splitlines()[0].split() == ["metric", "of", "difference", "unit"]
    gone = "base (3 in all rows), low 95 % (1 in all rows), high 95 % (2 in all rows), better (0.5 in all rows), n"
    assert " ".join(reported.partition("Not shown in 60 columns: ")[2].split()) == f"{gone}."


def test_text_that_is_long_wraps_in_its_own_column() -> None:
    reported = fit(
        ["name", "n", "meaning"], [["a", "7", "one two three four"], ["b", "8", "five"]], [False, True, False], 22
    )
    assert reported.splitlines() == [
        "name  n  meaning",
        "a     7  one two three",
        "         four",
        "b     8  five",
    ]


def test_what_is_the_same_in_all_rows_goes_first_and_is_reported() -> None:
    rows = [["a-rather-long-name", str(i), "x" * 30] for i in range(3)]
    reported = fit(["other", "n", "metric", "of"], [[*row, "y" * 12] for row in rows], [False, True, False, False], 50)
    assert reported.splitlines()[-1] == "Not shown in 50 columns: other (a-rather-long-name in all rows)."


def test_a_pipe_is_a_hundred_columns_wide_whatever_the_terminal(
    monazite: Monazite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    lines = monazite("list", "metrics").out.splitlines()
    assert 90 < max(map(len, lines)) <= 100


def test_a_terminal_that_is_narrower_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    for width, taken in ((60, 60), (240, 100)):
        monkeypatch.setattr(shutil, "get_terminal_size", lambda width=width: os.terminal_size((width, 24)))
        assert layout.columns_of_terminal() == taken
