"""`monazite compare`, as somebody types it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from sim.definitions.items import Item
from tests.byhand import result
from tests.cli.conftest import Monazite

LOSS = Item("value_added_lost", region="*-CN", sector="*", unit="USD")
EU = Item("value_added_lost", region="EU", sector="wind", unit="USD")


@pytest.fixture(autouse=True)
def _two(tmp_path: Path) -> None:
    """Two results in the folder where commands are typed."""
    result("a", {LOSS: [1.0, 2.0], EU: [1.0, 1.0]}).save(tmp_path / "a")
    result("b", {LOSS: [3.0, 4.0], EU: [1.0, 1.0]}).save(tmp_path / "b")


def test_summaries_side_by_side_say_that_they_have_no_intervals(monazite: Monazite) -> None:
    answer = monazite("compare", "a/summary.csv", "b/summary.csv")
    assert answer.code == 0
    assert "differences have no intervals" in answer.err
    (row,) = [line.split() for line in answer.out.splitlines() if line.startswith("b/summary.csv")]
    assert row[4:] == ["1.5", "3.5", "2", "–", "–", "–", "2", "USD"]


def test_where_nobody_knows_the_scenarios_nothing_is_said_of_them(monazite: Monazite, tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / f"{name}.csv").write_bytes((tmp_path / name / "replicates.csv").read_bytes())
    answer = monazite("compare", "a.csv", "b.csv")
    assert "a.csv: its scenario and seed are unknown" in answer.err
    assert "The scenarios say" not in answer.out


def test_the_same_is_one_sentence_instead_of_a_table(monazite: Monazite, tmp_path: Path) -> None:
    (tmp_path / "a").rename(tmp_path / "c")
    result("a", {LOSS: [1.0, 2.0], EU: [1.0, 1.0]}).save(tmp_path / "a")
    lines = monazite("compare", "a", "c").out.splitlines()
    assert lines == [
        "The scenarios say the same.",
        "c says the same as a: 2 rows, 2 replicates, largest difference 0.",
    ]
    assert len([line for line in monazite("compare", "a", "c", "b").out.splitlines() if line.startswith("c ")]) == 1


def test_filters_choose_what_is_printed_and_written(monazite: Monazite, tmp_path: Path) -> None:
    answer = monazite("compare", "a", "b", "--region", "EU+CN+*", "--out", "rows.csv")
    assert (answer.code, "--region: 'CN' is the region of no row" in answer.err) == (2, True)
    assert not (tmp_path / "rows.csv").exists()
    answer = monazite("compare", "a", "b", "--region", "EU", "--sector", "wind", "--out", "rows.csv")
    assert [line.split()[1:4] for line in answer.out.splitlines() if line.startswith("b ")] == [
        ["value_added_lost", "EU", "wind"]
    ]
    assert len((tmp_path / "rows.csv").read_text().splitlines()) == 2


@pytest.mark.parametrize("text", ["monazite: 1\nname: mine\n", "metric,region\n", "other,metric,commodity\n"])
def test_a_file_that_is_no_comparison_stays_as_it_is(text: str, monazite: Monazite, tmp_path: Path) -> None:
    """It is refused before anything is read; --overwrite replaces it."""
    (tmp_path / "mine.yaml").write_text(text)
    answer = monazite("compare", "nowhere", "b", "--out", "mine.yaml")
    assert answer.code == 2
    assert answer.err == (
        "mine.yaml: a file is there already, and this command did not write it.\n"
        "  Replace it with --overwrite, or choose another by --out.\n"
    )
    assert (tmp_path / "mine.yaml").read_text() == text
    assert monazite("compare", "a", "b", "--out", "mine.yaml", "--overwrite").code == 0
    assert (tmp_path / "mine.yaml").read_text().startswith("other,metric,commodity,region")


def test_what_the_command_wrote_it_replaces(monazite: Monazite, tmp_path: Path) -> None:
    (tmp_path / "empty.csv").touch()
    for name in ("rows.csv", "rows.csv", "empty.csv"):
        assert monazite("compare", "a", "b", "--out", name).code == 0
    assert (tmp_path / "rows.csv").read_text() == (tmp_path / "empty.csv").read_text()


def test_a_folder_an_input_and_a_place_that_is_not_there_are_refused(monazite: Monazite, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    for out, code, said in (
        ("folder", 2, "folder: this is a folder.\n  Name a file."),
        ("a/replicates.csv", 2, "this is one of the tables that are compared"),
        ("nowhere/rows.csv", 1, "nowhere cannot be written"),
    ):
        answer = monazite("compare", "a/replicates.csv", "b/replicates.csv", "--out", out, "--overwrite")
        assert (answer.code, said in answer.err) == (code, True), answer.err
    assert (tmp_path / "a" / "replicates.csv").read_text().startswith("replicate,metric")


def test_a_link_stays_a_link(monazite: Monazite, tmp_path: Path) -> None:
    (tmp_path / "there.yaml").write_text("mine\n")
    (tmp_path / "link.csv").symlink_to("there.yaml")
    assert monazite("compare", "a", "b", "--out", "link.csv").code == 2
    (tmp_path / "there.yaml").unlink()
    assert monazite("compare", "a", "b", "--out", "link.csv").code == 0
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "there.yaml").read_text().startswith("other,metric")


@pytest.mark.skipif(not Path("/dev/stdout").exists(), reason="there is no such place")
@pytest.mark.parametrize("piped", [True, False])
def test_rows_may_go_to_where_is_printed(piped: bool, tmp_path: Path) -> None:
    """Before what is printed, whether that goes to a pipe or to a file."""
    place = tmp_path / "all.txt"
    command = [sys.executable, "-c", "from sim.cli import main; main()", "compare", "a", "b", "--out", "/dev/stdout"]
    with place.open("wb") as file:
        ended = subprocess.run(  # noqa: S603
            command, cwd=tmp_path, stdout=subprocess.PIPE if piped else file, check=True
        )
    lines = (ended.stdout if piped else place.read_bytes()).decode().splitlines()
    assert lines[0].startswith("other,metric")
    assert lines[3] == "The scenarios say the same."
    assert Path("/dev/stdout").is_symlink()
