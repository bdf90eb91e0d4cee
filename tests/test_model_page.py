"""docs/model.md: an equation a paragraph, in order and in display maths, and every parameter on the page."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "model.md").read_text(encoding="utf-8")
LONGEST = 120  # characters of a line that is no row of a table
NUMBERED = re.compile(r"^\(eq\. (\d+)\.(\d+)\) \*\*", re.MULTILINE)
WITHOUT_MATHS = {"11.1", "12.12", "12.13"}  # books, and rules in the order of their steps


def test_equations_are_numbered_in_order_and_once() -> None:
    numbers = [(int(section), int(number)) for section, number in NUMBERED.findall(PAGE)]
    assert numbers == sorted(set(numbers))
    assert len(numbers) == PAGE.count("(eq. "), "a number in parentheses begins the paragraph of its equation"
    for section in {section for section, _ in numbers}:
        assert [n for s, n in numbers if s == section] == list(range(1, 1 + sum(s == section for s, _ in numbers)))


def test_every_equation_stands_in_display_maths() -> None:
    starts = [*NUMBERED.finditer(PAGE)]
    ends = [*(one.start() for one in starts[1:]), len(PAGE)]
    plain = {
        ".".join(one.groups()) for one, end in zip(starts, ends, strict=True) if "\n$$\n" not in PAGE[one.end() : end]
    }
    assert plain <= WITHOUT_MATHS


def test_display_maths_opens_and_closes() -> None:
    assert len(re.findall(r"^\$\$$", PAGE, re.MULTILINE)) % 2 == 0
    assert "$$" not in re.sub(r"^\$\$$", "", PAGE, flags=re.MULTILINE)
    assert PAGE.count("\\begin{aligned}") == PAGE.count("\\end{aligned}")


def test_no_line_is_too_long_to_read() -> None:
    assert not [line for line in PAGE.splitlines() if len(line) > LONGEST and not line.startswith("|")]


@pytest.mark.parametrize("module", re.findall(r"^## \d+ [^(\n]*\((.*)\)$", PAGE, re.MULTILINE))
def test_a_section_names_the_modules_that_compute_it(module: str) -> None:
    for path in re.findall(r"`([^`]+)`", module):
        assert (ROOT / "sim" / path).is_dir() or (ROOT / "sim" / f"{path}.py").exists(), path


def test_every_parameter_is_on_the_page() -> None:
    with (ROOT / "seeds" / "parameters.csv").open(encoding="utf-8", newline="") as file:
        names = [row["parameter"] for row in csv.DictReader(file)]
    missing = [name for name in names if f"`{name}`" not in PAGE and not name.startswith("margin_")]
    assert not missing
    assert "`margin_<process>`" in PAGE
