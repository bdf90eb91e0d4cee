"""Seeds tables of projects: names meet, recipes create no element, dates and prices are there for who needs them."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from datetime import date

import pytest

from sim.files.shipped import shipped

Row = dict[str, str]


def table(name: str) -> list[Row]:
    """Rows of a seeds table as they are written."""
    with (shipped("seeds") / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


PROJECTS = {row["project"]: row for row in table("projects")}
EXPANSIONS, RECIPES, BASE_YEAR = table("expansions"), table("expansion_recipes"), table("base_year")
RECORDS = {row["slips"]: row for row in table("records")}
FACILITIES = {row["facility"]: row for row in table("facilities")}
NEW = {name: row for name, row in FACILITIES.items() if row["status"] == "project"}
CONTENT = {(row["commodity"], row["element"]): float(row["value"]) for row in BASE_YEAR if row["quantity"] == "content"}
PRICES = {(row["commodity"], row["region"]) for row in BASE_YEAR if row["quantity"] == "price"}
BASE_DAY = date(2025, 1, 1)


def dated(row: Row, column: str) -> date | None:
    """A cell as a day; None where it is empty."""
    return date.fromisoformat(row[column]) if row[column] else None


def elements(facility: str, side: str) -> dict[str, float]:
    """Content in each element, t REO a unit of activity, of one side of a recipe."""
    total: dict[str, float] = defaultdict(float)
    for row in RECIPES:
        if row["facility"] == facility and row["side"] == side:
            for (commodity, element), content in CONTENT.items():
                total[element] += float(row["amount"]) * content * (commodity == row["commodity"])
    return total


def goods(facility: str, side: str) -> set[str]:
    """What a recipe takes or makes."""
    return {row["commodity"] for row in RECIPES if row["facility"] == facility and row["side"] == side}


def added() -> Iterator[tuple[str, float]]:
    """Facilities that projects build or enlarge, and what all projects together make of them, t/year."""
    total: dict[str, float] = defaultdict(float)
    for row in EXPANSIONS:
        total[row["facility"]] += float(row["capacity"])
    yield from total.items()


def test_names_meet() -> None:
    assert {row["project"] for row in EXPANSIONS} == set(PROJECTS)
    assert {row["facility"] for row in RECIPES} == set(NEW)
    assert {row["facility"] for row in EXPANSIONS} >= set(NEW)
    assert {row["slips"] for row in PROJECTS.values()} == set(RECORDS)
    assert {row["commodity"] for row in RECIPES} <= {commodity for commodity, _ in CONTENT}


@pytest.mark.parametrize("name", ["projects", "expansions", "expansion_recipes", "expansion_prices", "records"])
def test_every_row_has_its_evidence(name: str) -> None:
    for row in table(name):
        assert row["source"], row
        assert row["confidence"] in ("high", "medium", "low", "assumption"), row
        assert (row["low"] and row["high"]) or row["confidence"] != "assumption", row
        if row["low"]:
            assert float(row["low"]) < float(row["high"]), row


@pytest.mark.parametrize(("facility", "capacity"), list(added()))
def test_lines_sum_to_what_a_facility_is_planned_to_be(facility: str, capacity: float) -> None:
    assert capacity == pytest.approx(float(FACILITIES[facility]["capacity_planned"]))


@pytest.mark.parametrize("project", PROJECTS)
def test_a_project_is_built_where_it_stands(project: str) -> None:
    row = PROJECTS[project]
    built = [FACILITIES[line["facility"]] for line in EXPANSIONS if line["project"] == project]
    assert {facility["region"] for facility in built} == {row["region"]}
    assert {facility["process"] for facility in built} == {row["process"]}


@pytest.mark.parametrize("project", [name for name, row in PROJECTS.items() if row["stage"] in ("permit", "decision")])
def test_what_is_not_decided_has_a_plan(project: str) -> None:
    row = PROJECTS[project]
    decision = dated(row, "decision")
    assert decision is not None
    assert decision >= (dated(row, "announced") or BASE_DAY)
    assert not row["start"]
    assert float(row["construction"]) > 0


@pytest.mark.parametrize("project", [name for name, row in PROJECTS.items() if not row["decision"]])
def test_what_is_decided_has_a_start(project: str) -> None:
    row = PROJECTS[project]
    start = dated(row, "start")
    assert start is not None
    assert row["stage"] == ("operating" if start < BASE_DAY else "construction")
    assert start > (dated(row, "announced") or date.min)


@pytest.mark.parametrize("project", PROJECTS)
def test_months_of_permits_stand_where_permits_are_missing(project: str) -> None:
    row = PROJECTS[project]
    assert (float(row["permit"]) > 0) == (row["stage"] == "permit")
    assert (dated(row, "announced") or date.max) > BASE_DAY


@pytest.mark.parametrize("project", PROJECTS)
def test_a_project_costs_and_lasts(project: str) -> None:
    row = PROJECTS[project]
    assert all(float(row[column]) > 0 for column in ("ramp", "capital", "life", "unit_cost"))
    assert float(row["qualification"]) >= 0
    assert float(row["low"]) <= float(row["unit_cost"]) <= float(row["high"])


@pytest.mark.parametrize("facility", NEW)
def test_a_new_line_makes_something(facility: str) -> None:
    assert goods(facility, "output")
    assert all(float(row["amount"]) > 0 for row in RECIPES if row["facility"] == facility)


@pytest.mark.parametrize("facility", [name for name in NEW if goods(name, "input")])
def test_no_element_is_created(facility: str) -> None:
    taken = elements(facility, "input")
    for element, made in elements(facility, "output").items():
        assert made <= taken[element] * (1 + 1e-6), element


@pytest.mark.parametrize("facility", [name for name, row in NEW.items() if row["basis"].startswith("t REO")])
def test_a_tonne_gives_no_more_than_a_tonne(facility: str) -> None:
    assert sum(elements(facility, "output").values()) <= 1 + 1e-6


def test_every_new_node_has_one_price() -> None:
    used = {(row["commodity"], NEW[row["facility"]]["region"]) for row in RECIPES}
    rows = table("expansion_prices")
    priced = [(row["commodity"], row["region"]) for row in rows]
    made = {(row["commodity"], NEW[row["facility"]]["region"]) for row in RECIPES if row["side"] == "output"}
    assert len(priced) == len(set(priced))
    assert used - PRICES <= set(priced) <= used
    assert set(priced) & PRICES <= made  # what a new producer asks, where others sell to users already
    assert all(float(row["price"]) > 0 for row in rows)


def test_records_say_how_late_and_how_often_in_vain() -> None:
    for row in RECORDS.values():
        assert float(row["median"]) > 0
        assert float(row["sigma"]) > 0
        assert 0 <= float(row["failure"]) < 1
