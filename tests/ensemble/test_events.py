"""Events are declared where they arise, so that the list of them is complete."""

import re
from datetime import date
from pathlib import Path

import numpy as np
import pytest

import sim.simulation  # noqa: F401  (with it, every event is declared)
from sim import plan, simulation
from sim.definitions.events import HAPPENINGS, Happening, declare_event
from sim.ensemble.transitions import Transitions

ROOT = Path(__file__).parents[2]
MADE = {"sim/ensemble/transitions.py", "sim/instruments/base.py"}  # where events are made, of declared happenings alone


def test_a_name_is_declared_once() -> None:
    with pytest.raises(TypeError, match="declared twice"):
        declare_event(Happening("in force", "again", "nobody"))


def test_events_are_made_of_declarations_alone() -> None:
    """Whoever tells an event passes through these two, which take the name from what was declared."""
    producers = {
        file.relative_to(ROOT).as_posix(): made
        for file in (ROOT / "sim").rglob("*.py")
        if (made := re.findall(r"(?<!simpy\.)\bEvent\((\w+), ([\w.]+)", file.read_text(encoding="utf-8")))
    }
    assert set(producers) == MADE
    assert {name for made in producers.values() for _, name in made} == {"event.name"}


@pytest.mark.parametrize("name", ["tariff-retaliation", "vault-and-floor"])
def test_what_a_run_tells_is_declared_column_by_column(name: str) -> None:
    scenario = plan.load(name, {"ensemble.replicates": 4, "horizon.tick": "28 days"})
    events = simulation.run(scenario).events.fillna("")
    assert len(events) > 4
    for row in events.to_dict("records"):
        reported = HAPPENINGS[row["event"]]
        assert row["subject"]
        assert [bool(row[key]) for key in ("region", "commodity", "detail")] == [
            bool(reported.region), bool(reported.commodity), bool(reported.detail),
        ]  # fmt: skip


def test_an_end_that_says_nothing_is_not_reported() -> None:
    begins = HAPPENINGS["closed"]
    transitions = Transitions(begins, None, [("CN", "a plant", "")], 1)
    transitions.follow(np.array([[True]]), date(2025, 1, 1))
    transitions.follow(np.array([[False]]), date(2025, 2, 1))
    assert [event.event for event in transitions.reported] == ["closed"]


def test_the_docs_define_every_event() -> None:
    text = (ROOT / "docs" / "model.md").read_text(encoding="utf-8")
    table = text.partition("| event | columns | what it means |\n|---|---|---|\n")[2].partition("\n\n")[0]
    rows = [tuple(line.strip("| ").split(" | ")) for line in table.splitlines()]
    assert rows == [(one.name, one.columns, one.definition) for _, one in sorted(HAPPENINGS.items())]
