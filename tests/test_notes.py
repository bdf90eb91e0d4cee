"""What is not as it looks is said in a sentence: before a run what its dates leave out, after it what did nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

import sim
from sim.errors import InputError
from sim.plan import load, make_plan

SHORT = {"horizon.end": "2025-03-31", "ensemble.replicates": 2}


def notes(name: str, **overrides: object) -> list[str]:
    """What is said of a scenario that ships before it runs."""
    changes = {path.replace("__", "."): value for path, value in overrides.items()}
    return list(make_plan(load(name, changes)).notes)


def test_what_ships_is_as_it_looks() -> None:
    assert notes("april-2025-licensing") == []


def test_a_start_before_the_base_year_is_refused() -> None:
    with pytest.raises(InputError, match="2010-01-01 is before the base year of the tables, 2025-01-01"):
        load("baseline", {"horizon.start": "2010-01-01"})


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        ({"horizon__start": "2026-01-01"}, "stocks and prices on the first day, 2026-01-01, are those of 2025-01-01."),
        ({"horizon__end": "2100-12-31"}, "growth is an outlook up to 2035-12-31; until 2100-12-31 it is carried on"),
        ({"horizon__end": "2025-01-10", "horizon__tick": "30 days"}, "the tick, 30 days, is longer than the run"),
        ({"horizon__end": "2025-12-31", "outputs__every": "10 days"}, "series end on 2025-12-26: outputs.every leaves"),
        ({"horizon__end": "2025-12-15", "outputs__every": "month"}, "series end on 2025-11-30: outputs.every leaves"),
        ({"uncertainty__parameters": "calibrated", "ensemble__uncertain": False}, "calibrated has no effect: with"),
        ({"outputs__record": "[stock, use]"}, "use is kept for goods under a control"),
    ],
)
def test_a_choice_that_leaves_something_out_is_reported(overrides: dict[str, object], said: str) -> None:
    (note,) = notes("baseline", **overrides)
    assert said in note


def test_a_choice_that_leaves_nothing_out_is_not_reported() -> None:
    assert notes("baseline", horizon__end="2025-12-31", outputs__every="month", outputs__record="all") == []
    assert notes("baseline", horizon__end="2025-12-31", outputs__every="5 days") == []


def test_a_control_that_comes_after_the_end_is_reported() -> None:
    (note,) = notes("april-2025-licensing", horizon__end="2025-03-01")
    assert note == "china-licence begins on 2025-04-04, after the end of the run, 2025-03-01."


def test_a_reserve_that_never_drew_is_reported_with_the_reason() -> None:
    """It is full on the first day, and nothing happens."""
    of = "instruments.project-vault"
    changes = {f"{of}.since": "2025-01-01", f"{of}.announced": "2025-01-01", f"{of}.held": "100 %"}
    changes["parameters.design_ceiling"] = "0"  # or a few grams are drawn for a design that somebody tries
    result = sim.run(sim.load("vault", SHORT | changes))
    (note,) = (note for note in result.manifest["notes"] if note.startswith("project-vault did nothing"))
    why = "nothing was drawn, sold or released; no disruption was declared"
    assert note.startswith(f"project-vault did nothing that its metrics show: {why}")


def test_goods_of_a_holding_that_nobody_there_uses_are_reported() -> None:
    holdings = "[{name: mine, commodities: [magnet.NdFeB-Dy, concentrate.bayan-obo], cover: 60 days}]"
    (note,) = notes("vault", **{"instruments.project-vault.holdings": holdings})
    assert note == "project-vault names concentrate.bayan-obo in mine, which nobody in US uses: it is not held."


def test_an_instrument_that_did_something_is_not_reported() -> None:
    result = sim.run(sim.load("april-2025-licensing", SHORT | {"horizon.end": "2025-06-30"}))
    assert not [note for note in result.manifest["notes"] if "did nothing" in note]


def test_notes_of_own_tables_are_reported_too(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    header = "region,name,allied,source,confidence,low,high,note\n"
    (tmp_path / "own" / "regions.csv").write_text(f"{header}JP,Nippon,true,me,high,,,\n")
    (tmp_path / "own.yaml").write_text("monazite: 1\nname: own\nextends: baseline.yaml\nseeds: [own]\n")
    (note,) = make_plan(load(tmp_path / "own.yaml")).notes
    assert note.endswith("own/regions.csv:2: it has no effect: it changes its name and source alone.")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("", ["cost_shares.csv has no effect: it is read by instruments of kind standard, and there is none."]),
        (
            "projects: []\n",
            ["cost_shares.csv has no effect: it is read by", "cost_shares of own tables have no effect"],
        ),
    ],
)
def test_own_tables_that_the_scenario_does_not_read_are_reported(tmp_path: Path, more: str, said: list[str]) -> None:
    (tmp_path / "own").mkdir()
    header = "process,region,operating,capital,environmental,social,met,source,confidence,low,high,note\n"
    (tmp_path / "own" / "cost_shares.csv").write_text(f"{header}mine,CN,0.55,0.25,0.15,0.05,0.9,me,low,,,\n")
    (tmp_path / "own.yaml").write_text(f"monazite: 1\nname: own\nextends: baseline.yaml\nseeds: [own]\n{more}")
    reported = [note for note in make_plan(load(tmp_path / "own.yaml")).notes if "cost_shares.csv:2" not in note]
    assert len(reported) == len(said)
    assert all(note.startswith(begins) for note, begins in zip(reported, said, strict=True))
