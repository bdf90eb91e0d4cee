"""What was damaged or edited in a result is one message with its file: never a traceback, never a wrong number."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import sim
from sim.analysis.compare import compare
from sim.definitions.items import Item
from sim.errors import InputError, MonaziteError
from sim.results.outcome import Outcome
from sim.results.result import Result
from sim.results.tables import COLUMNS
from tests.byhand import result

LOSS = Item("value_added_lost", region="*", sector="*", unit="USD")


@pytest.fixture
def folder(outcome: Outcome, tmp_path: Path) -> Path:
    """A result with all its tables."""
    return Result(outcome).save(tmp_path / "a")


def edited(folder: Path, **facts: object) -> None:
    """Write something else into a manifest; a fact that is an ellipsis goes."""
    file = folder / "manifest.json"
    manifest = {**json.loads(file.read_text()), **facts}
    file.write_text(json.dumps({name: fact for name, fact in manifest.items() if fact is not ...}, indent=2))


MANIFESTS: Mapping[str, tuple[str, str]] = {
    "truncated": ('{\n  "monazite": "0.1",\n', r"manifest.json:3:1: it is no JSON"),
    "empty": ("", r"manifest.json:1:1: it is no JSON"),
    "a list": ("[1, 2]", r"manifest.json:1: it is no map of facts"),
    "a text": ('"x"', r"manifest.json:1: it is no map of facts"),
    "deep": ("[" * 100_000, r"manifest.json: it cannot be read"),
    "of nothing": ("{}", r"manifest.json: monazite is missing; name is missing; seeds is missing, and 3 more"),
}


@pytest.mark.parametrize("name", MANIFESTS)
def test_a_manifest_that_is_none_is_said(name: str, folder: Path) -> None:
    text, said = MANIFESTS[name]
    (folder / "manifest.json").write_text(text)
    with pytest.raises(InputError, match=said) as caught:
        sim.read(folder)
    assert len(caught.value.problems) == 1


def test_a_manifest_that_is_not_utf8_is_said(folder: Path) -> None:
    (folder / "manifest.json").write_bytes(b'{"name": "\xff"}')
    with pytest.raises(InputError, match=r"manifest.json: it cannot be read: 'utf-8' codec can't decode"):
        sim.read(folder)


FACTS: Mapping[str, tuple[Mapping[str, object], str]] = {
    "a text": ({"replicates": "x"}, r"manifest.json:\d+: replicates is 'x', not a whole number"),
    "none": ({"replicates": 0}, r"replicates is 0, and should be at least 1"),
    "a half": ({"seed": 1.5}, r"manifest.json:\d+: seed is 1.5, not a whole number"),
    "gone": ({"seed": ...}, r"manifest.json: seed is missing"),
    "a number": ({"seeds": {"regions.csv": 3}}, r"seeds.regions.csv is 3, not a text"),
    "no map": ({"files": ["summary.csv"]}, r"files is \['summary.csv'\], not a map"),
    "outside": ({"files": {"../../passwords": "ab"}}, r"files...\/..\/passwords is .*, not the name of a file"),
    "deeper outside": ({"files": {"tables/../../x": "ab"}}, r"not the name of a file in the folder"),
    "from the root": ({"files": {"/etc/passwd": "ab"}}, r"not the name of a file in the folder"),
    "hidden outside": ({"files": {"..": "ab"}}, r"not the name of a file in the folder"),
    "no sweep": ({"sweep": "yes"}, r"manifest.json:\d+: sweep is 'yes', not a map"),
    "no design": ({"sweep": {"paths": [], "points": 1, "design": {"kind": "magic"}}}, r"sweep.design.kind is 'magic'"),
    "headline": ({"headline": "all"}, r"headline is 'all', not a list"),
}


@pytest.mark.parametrize("name", FACTS)
def test_a_fact_that_cannot_be_is_reported_with_its_line(name: str, folder: Path) -> None:
    facts, said = FACTS[name]
    edited(folder, **facts)
    for read in (sim.read, lambda place: compare(place, place)):
        with pytest.raises(InputError, match=said) as caught:
            read(folder)
        assert len(caught.value.problems) == 1


SCENARIOS: Mapping[str, tuple[bytes, str]] = {
    "broken": (b"monazite: 1\nname: [x\n", r"scenario.yaml:3:\d+: "),
    "a list": (b"- 1\n", r"scenario.yaml:1:1: the file is not a map"),
    "empty": (b"", r"scenario.yaml:1: the file is empty"),
    "Latin-1": (b"title: Gr\xf6\xdfe\n", r"scenario.yaml:1: the file is not UTF-8"),
    "no date": (b"horizon: {start: 2025-13-45}\n", r"scenario.yaml: it is no scenario: month must be in 1..12"),
    "a tag": (b"name: !!python/object:os.system x\n", r"scenario.yaml:1:7: .*tag"),
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_that_is_none_is_said(name: str, folder: Path) -> None:
    text, said = SCENARIOS[name]
    (folder / "scenario.yaml").write_bytes(text)
    with pytest.raises(InputError, match=said):
        sim.read(folder)
    (folder / "scenario.yaml").unlink()
    with pytest.raises(InputError, match=r"scenario.yaml: cannot be read: no such file"):
        sim.read(folder)


@pytest.mark.parametrize(
    "text", ["horizon: soon\n", "horizon: [1]\n", "name: x\ninstruments: 5\nensemble: {seed: x}\n"]
)
def test_an_edited_scenario_is_compared_as_far_as_it_says_anything(text: str, folder: Path) -> None:
    (folder / "scenario.yaml").write_text(text)
    found = compare(folder, folder)
    assert found.notes == [f"{folder}/scenario.yaml was changed after it was written."]


Damage = Callable[[bytes], bytes]
LINES: Mapping[str, tuple[Damage, str]] = {
    "a column less": (lambda data: data.replace(b",unit", b"", 1), r":1: the header is "),
    "a text for a number": (lambda data: data.replace(b"\n", b"\nx,", 1), r":2: \d+ cells stand in this row"),
    "not UTF-8": (lambda data: data.replace(b"oxide", b"\xff\xfe", 1), r":\d+: it is not UTF-8"),
    "nothing": (lambda data: data[:0], r":1: the file is empty"),
    "semicolons": (lambda data: data.replace(b",", b";"), r":1: cells stand apart by semicolons"),
    "an open quote": (lambda data: data + b'"', r":\d+: the row cannot be read|cells stand in this row"),
    "noughts": (lambda data: b"\0" * len(data), r":1: the header is '\\x00"),
}


@pytest.mark.parametrize("table", [name for name in COLUMNS if name != "events"])
@pytest.mark.parametrize("name", LINES)
def test_a_damaged_table_is_said_with_its_line(name: str, table: str, folder: Path) -> None:
    damage, said = LINES[name]
    file = folder / f"{table}.csv"
    file.write_bytes(damage(file.read_bytes()))
    if name == "not UTF-8" and b"\xff" not in file.read_bytes():
        return  # no commodity stands in it
    with pytest.raises(InputError, match=rf"{table}\.csv({said})"):
        getattr(sim.read(folder), table)


@pytest.mark.parametrize(
    ("table", "column", "cell", "said"),
    [
        ("replicates", "value", "many", r"replicates.csv:2: value: 'many' is not a number"),
        ("replicates", "replicate", "", r"replicates.csv:2: replicate: '' is not a whole number"),
        ("summary", "n", "2.5", r"summary.csv:2: n: '2.5' is not a whole number"),
        ("timeseries", "date", "4.4.2025", r"timeseries.csv:2: date: '4.4.2025' is not a date"),
        ("events", "share_of_replicates", "half", r"events.csv:2: share_of_replicates: 'half' is not a number"),
    ],
)
def test_a_cell_that_cannot_be_is_found(table: str, column: str, cell: str, said: str, folder: Path) -> None:
    file = folder / f"{table}.csv"
    header, first, *rest = file.read_text().splitlines(keepends=True)
    cells = first.rstrip("\n").split(",")
    place = header.rstrip("\n").split(",").index(column) - len(header.split(","))  # events have commas in a text
    cells[place] = cell
    file.write_text("".join([header, ",".join(cells) + "\n", *rest]))
    with pytest.raises(InputError, match=said):
        getattr(sim.read(folder), table)


def test_a_table_that_is_gone_is_said(folder: Path) -> None:
    (folder / "summary.csv").unlink()
    with pytest.raises(InputError, match=r"summary.csv: there is no such file"):
        _ = sim.read(folder).summary
    edited(folder, files={})
    with pytest.raises(InputError, match=r"a: the result has no table 'summary'"):
        _ = sim.read(folder).summary


def test_parquet_that_is_none_or_holds_something_else_is_said(outcome: Outcome, tmp_path: Path) -> None:
    folder = Result(outcome).save(tmp_path / "p", form="parquet")
    good = (folder / "summary.parquet").read_bytes()
    for data in (b"", b"PAR1", good[: len(good) // 2], b"PAR1" + b"\0" * 100 + b"PAR1"):
        (folder / "summary.parquet").write_bytes(data)
        with pytest.raises(InputError, match=r"summary.parquet: not a table of results"):
            _ = sim.read(folder).summary
    frame = sim.read(folder).replicates
    frame.astype({"value": str}).to_parquet(folder / "replicates.parquet", index=False)
    with pytest.raises(
        InputError, match=r"replicates.parquet: value: the column holds .*string.\n  It should hold double"
    ):
        _ = sim.read(folder).replicates


LEAF = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5)
FLAT = LEAF | st.lists(LEAF, max_size=3) | st.dictionaries(st.text(max_size=5), LEAF, max_size=3)
JSON = FLAT | st.lists(FLAT, max_size=3) | st.dictionaries(st.text(max_size=5), FLAT, max_size=3)
NAMES = ("monazite", "name", "scenario", "seeds", "seed", "replicates", "headline", "files", "sweep", "simd", "cpu")


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A result whose manifest is written anew each time."""
    return result("plain", {LOSS: [1.0, 2.0]}).save(tmp_path_factory.mktemp("plain") / "plain")


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(name=st.sampled_from(NAMES), value=JSON)
def test_whatever_stands_in_a_manifest_it_is_read_or_reported(plain: Path, name: str, value: object) -> None:
    file = plain / "manifest.json"
    before = file.read_text()
    try:
        edited(plain, **{name: value})
        compare(plain, plain)
    except MonaziteError as error:
        assert error.exit_code == 2  # noqa: PT017
        assert "manifest.json" in str(error) or "plain" in str(error)  # noqa: PT017
    finally:
        file.write_text(before)


def test_a_damaged_manifest_beside_others_hides_none_of_them(folder: Path) -> None:
    """Its files are accounted for by nobody, so it is no result that might be replaced."""
    shutil.copytree(folder, folder.parent / "b")
    (folder / "manifest.json").write_text("{")
    with pytest.raises(InputError, match=r"beside it: .*/b\."):
        sim.read(folder.parent / "nowhere")
    with pytest.raises(InputError, match="which no run wrote"):
        result("x", {LOSS: [1.0]}).save(folder, overwrite=True)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    name=st.sampled_from(["manifest.json", "scenario.yaml", "summary.csv", "replicates.csv"]),
    place=st.floats(0, 1, exclude_max=True),
    length=st.integers(0, 30),
    put=st.binary(max_size=6)
    | st.sampled_from([b",", b"\n", b'"', b"\0", b"\xff", b"{", b": ", b"NA", b"-", b"1e999", b";"]),
)
def test_whatever_is_written_into_a_file_it_is_read_or_reported(
    plain: Path, name: str, place: float, length: int, put: bytes
) -> None:
    file = plain / name
    before = file.read_bytes()
    first = int(place * len(before))
    try:
        file.write_bytes(before[:first] + put + before[first + length :])
        compare(plain, plain)
        _ = sim.read(plain).summary
        compare(plain / "summary.csv", plain)
    except MonaziteError as error:
        assert error.exit_code == 2  # noqa: PT017
        assert "plain" in str(error)  # noqa: PT017
    finally:
        file.write_bytes(before)
