"""`monazite hindcast`, as typed: the episode that ships, cut short and with few replicates."""

import csv
import json
from pathlib import Path

import pytest

from sim.analysis import hindcast as analysis
from sim.files.shipped import find_scenario
from sim.results.folder import read_manifest
from sim.results.manifest import sha256
from tests.cli.conftest import Monazite

SHORT = ["--replicates", "2", "--set", "horizon.end=2025-06-30"]
HEADER = (
    "target,variable,commodity,region,partner,sector,instrument,measure,from,to,base_variable,base_commodity,"
    "base_region,base_partner,base_sector,base_instrument,base_measure,base_from,base_to,unit,low,high,source\n"
)
STOPS = "lines stop,lines_stopped,,EU,,,,days_until:0.99,2025-04-04,2025-06-30,,,,,,,,,,days,5,inf,made up\n"
EXPORTS = (
    '"exports, May",exports,magnet.*,CN,,,,mean,2025-05-01,2025-05-31,,,,,,,,2025-01-01,2025-03-31,1,0.9,1.1,made up\n'
)
GRANTED = "granted,licence_approval,,CN,,,china-licence,last,2025-04-04,2025-06-04,,,,,,,,,,1,0,1,made up\n"


@pytest.fixture
def table(tmp_path: Path) -> str:
    """Three targets: one that never happens, one that only happens where nothing does, one that needs a licence."""
    file = tmp_path / "my.targets.csv"
    file.write_text(HEADER + STOPS + EXPORTS + GRANTED, encoding="utf-8")
    return file.name


def test_it_prints_simulated_against_observed_and_writes_the_folder(
    monazite: Monazite, table: str, tmp_path: Path
) -> None:
    answer = monazite("hindcast", "controls-2025", "--targets", table, *SHORT)
    assert (answer.code, answer.err) == (0, "")
    lines = answer.out.splitlines()
    assert lines[0].startswith("controls-2025: 2 replicates, ")
    assert lines[0].endswith(" s, in results/controls-2025.hindcast")
    assert lines[-1] == "2 of 3 inside (nothing happens: 2)"
    assert any(line.startswith("mean score ") for line in lines[-3:-1])
    assert "1 of 3 targets cannot be told where nothing happens, and are in no mean" in lines
    assert max(map(len, lines)) <= 100
    (row,) = [line.split() for line in lines if line.startswith("lines stop")]
    assert row == ["lines", "stop", "days", "5–inf", "inf", "inf", "inf", "✓", "inf", "✓"]
    (row,) = [line.split() for line in lines if line.startswith("granted")]
    assert row[-3:] == ["✓", "–", "✗"]
    folder = tmp_path / "results" / "controls-2025.hindcast"
    with (folder / "comparison.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == [
        "target", "from", "to", "unit", "observed_low", "observed_high",
        "simulated_p05", "simulated_p50", "simulated_p95", "inside",
    ]  # fmt: skip
    with (folder / "scores.csv").open(encoding="utf-8", newline="") as file:
        scores = list(csv.DictReader(file))
    assert list(scores[0]) == ["target", "score", "nothing_happens", "carried_forward", "says"]
    assert [row["says"] for row in scores] == ["true", "true", "true"]
    assert [row["target"] for row in rows] == ["lines stop", "exports, May", "granted"]
    assert [row["inside"] for row in rows] == ["true", "false", "true"]
    assert (rows[0]["observed_high"], rows[0]["simulated_p50"]) == ("inf", "inf")


def test_the_manifest_accounts_for_every_file(monazite: Monazite, table: str, tmp_path: Path) -> None:
    assert monazite("hindcast", "controls-2025", "--targets", table, *SHORT, "--out", "here", "--quiet").out == ""
    folder = tmp_path / "here"
    manifest = read_manifest(folder)
    assert manifest is not None
    assert manifest["replicates"] == 2
    assert manifest["targets"] == sha256(tmp_path / table)
    assert manifest["files"] == {f.name: sha256(f) for f in folder.iterdir() if f.name != "manifest.json"}
    figures = sorted(file.name for file in folder.glob("*.png"))
    assert figures == [
        "01-lines_stopped-EU.png", "02-exports-magnet-CN.png", "03-licence_approval-CN-china-licence.png",
    ]  # fmt: skip
    assert all((folder / name).read_bytes().startswith(b"\x89PNG") for name in figures)


def test_the_same_hindcast_gives_the_same_bytes(monazite: Monazite, table: str, tmp_path: Path) -> None:
    for out, workers in (("one", "1"), ("two", "2")):
        monazite("hindcast", "controls-2025", "--targets", table, *SHORT, "--out", out, "--workers", workers)
    one, two = (json.loads((tmp_path / out / "manifest.json").read_text())["files"] for out in ("one", "two"))
    assert one == two


def test_a_folder_that_is_there_gives_way_only_when_reported(monazite: Monazite, table: str) -> None:
    typed = ["hindcast", "controls-2025", "--targets", table, *SHORT]
    assert monazite(*typed).code == 0
    answer = monazite(*typed)
    assert answer.code == 2
    assert "a result is there already" in answer.err
    assert monazite(*typed, "--overwrite").code == 0


def test_a_wrong_table_is_refused_before_anything_runs(monazite: Monazite, table: str, tmp_path: Path) -> None:
    (tmp_path / table).write_text(HEADER + STOPS.replace("EU", "UE") + EXPORTS.replace("mean", "maen"))
    answer = monazite("hindcast", "controls-2025", "--targets", table, *SHORT)
    assert answer.code == 2
    first, _, second, _, last = answer.err.splitlines()
    assert first == "my.targets.csv:2: region: 'UE' is not a region."
    assert second == "my.targets.csv:3: measure: 'maen' is not a measure."
    assert last == "2 errors in all."
    assert not (tmp_path / "results").exists()


def test_a_scenario_without_targets_beside_it_is_reported(monazite: Monazite) -> None:
    answer = monazite("hindcast", "baseline")
    assert answer.code == 2
    assert "baseline.targets.csv: there is no such table of targets." in answer.err
    assert "--targets" in answer.err


def test_an_interrupt_leaves_nothing(
    monazite: Monazite, table: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(analysis, "observe", interrupted)
    answer = monazite("hindcast", "controls-2025", "--targets", table, *SHORT)
    assert (answer.code, answer.err) == (130, "Interrupted. Kept: nothing: no result was complete.\n")
    assert [file.name for file in tmp_path.iterdir()] == [table]


def test_targets_ship_beside_their_scenario() -> None:
    assert analysis.targets_beside("controls-2025") == find_scenario("controls-2025").with_name(
        "controls-2025.targets.csv"
    )
    assert analysis.targets_beside("controls-2025").is_file()
