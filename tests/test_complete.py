"""What is there has its proof: a metric, a variable, a step of the tick, a table, a command without one fails here."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

import sim.instruments  # noqa: F401  (kinds declare their metrics)
from sim.cli import app
from sim.definitions.metrics import METRICS
from sim.definitions.variables import VARIABLES
from sim.files.shipped import shipped
from sim.world.kinds import KINDS

ROOT = Path(__file__).parent
TESTS = "\n".join(file.read_text(encoding="utf-8") for file in sorted(ROOT.rglob("test_*.py")))
FRAME = ("__init__", "tick", "hooks", "kernels", "state")
"""Files of the market that compute nothing: tests/properties/test_frozen.py proves them."""
STEPS = sorted(file.stem for file in (ROOT.parent / "sim" / "market").glob("*.py") if file.stem not in FRAME)


@pytest.mark.parametrize("metric", sorted(METRICS))
def test_every_metric_is_defined_and_tried(metric: str) -> None:
    declared = METRICS[metric]
    assert declared.name == metric
    assert declared.unit
    assert len(declared.definition.split()) > 1
    assert f'"{metric}"' in TESTS or f'"{metric.removeprefix("licence_")}"' in TESTS, "no test names it"


@pytest.mark.parametrize("variable", sorted(VARIABLES))
def test_every_variable_is_defined_and_tried(variable: str) -> None:
    assert VARIABLES[variable].definition
    assert f'"{variable}"' in TESTS, "no test names it"


@pytest.mark.parametrize("step", STEPS)
def test_every_step_has_its_worked_numbers(step: str) -> None:
    assert (ROOT / "market" / f"test_{step}.py").exists()


@pytest.mark.parametrize("table", KINDS)
def test_every_row_of_a_table_has_its_source(table: str) -> None:
    if table == "base_year":  # made from the others by one command
        return
    with (shipped("seeds") / f"{table}.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert rows
    assert all(row["source"] and row["confidence"] for row in rows)
    assert all(row["low"] and row["high"] for row in rows if row["confidence"] == "assumption"), table


@pytest.mark.parametrize("command", [info.name for info in app.registered_commands])
def test_every_command_is_run_by_a_test(command: str) -> None:
    used = "\n".join(file.read_text(encoding="utf-8") for file in sorted((ROOT / "cli").glob("*.py")))
    assert f'"{command}"' in used
