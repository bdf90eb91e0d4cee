"""Results of sweeps read back: whole, in part, by point; what was damaged is never a wrong number."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import sim
from sim import plan, simulation
from sim.analysis.compare import compare
from sim.analysis.sensitivity import sensitivity
from sim.errors import InputError, MonaziteError
from sim.results.result import Result
from sim.scenario.scenario import Scenario
from sim.sweeps.blocks import Here
from sim.sweeps.file import read as read_file
from sim.sweeps.job import Job
from sim.sweeps.reading import SweepResult, read
from sim.sweeps.sweep import run
from tests.sweeps.sweeps import APPROVAL, GRID, HEAD, SCENARIO, job, swept, written

pytestmark = pytest.mark.xdist_group("reading")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sweep, as CSV and as Parquet."""
    folder = tmp_path_factory.mktemp("made")
    swept(folder)
    run(job(folder, name="parquet", form="parquet"), Here())
    return folder / "results"


@pytest.fixture
def copy(made: Path, tmp_path: Path) -> Path:
    """A copy of it that may be damaged."""
    return Path(shutil.copytree(made / "small", tmp_path / "small"))


@pytest.fixture(scope="module")
def twin(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of it that is damaged and mended again and again."""
    return Path(shutil.copytree(made / "small", tmp_path_factory.mktemp("twin") / "small"))


def load(name: str, folder: Path) -> Scenario:
    """A scenario beside a sweep, with as many replicates."""
    return plan.load(folder / f"{name}.yaml", {"ensemble.replicates": 2})


def opened(folder: Path) -> SweepResult:
    """The result of a sweep."""
    found = sim.read(folder)
    assert isinstance(found, SweepResult)
    return found


def test_what_was_swept_is_there(made: Path) -> None:
    sweep = opened(made / "small")
    assert list(sweep.points["status"]) == ["done"] * 6
    assert list(sweep.points.loc[3, [APPROVAL, "parameters.price_time"]]) == ["50 %", "2 weeks"]
    assert set(sweep.summary["point"]) == set(range(6))
    assert sweep.changed == []


def test_parquet_is_the_same_with_the_same_columns(made: Path) -> None:
    for table in ("summary", "replicates"):
        csv, parquet = (opened(made / name).rows(table) for name in ("small", "parquet"))
        pd.testing.assert_frame_equal(csv, parquet, check_exact=True)
    assert not list((made / "parquet").glob("[!p]*.csv"))  # points.csv is for people


@pytest.mark.parametrize("name", ["small", "parquet"])
def test_some_rows_are_those_of_all(name: str, made: Path) -> None:
    sweep = opened(made / name)
    every = sweep.summary
    some = sweep.rows("summary", point=[1, 4], metric=["exports"])
    wanted = every[every["point"].isin([1, 4]) & (every["metric"] == "exports")]
    pd.testing.assert_frame_equal(some, wanted.reset_index(drop=True), check_exact=True)
    parts = pd.concat(sweep.batches("replicates", ["point", "value"], region=["US"]), ignore_index=True)
    losses = sweep.replicates
    wanted = losses.loc[losses["region"] == "US", ["point", "value"]]
    pd.testing.assert_frame_equal(parts, wanted.reset_index(drop=True), check_exact=True)


@pytest.mark.parametrize("name", ["small", "parquet"])
def test_points_compare_as_runs_do(name: str, made: Path) -> None:
    """Several against one base, with the values in which their scenarios differ."""
    found = compare(made / f"{name}@0", made / f"{name}@2", made / f"{name}@5", metrics=["value_added_lost"])
    assert list(dict.fromkeys(found.table["other"])) == [str(made / f"{name}@{point}") for point in (2, 5)]
    reported = {(change.path, change.base, change.other) for change in found.changes[str(made / f"{name}@5")]}
    assert reported == {(APPROVAL, "0.2", "0.8"), ("parameters.price_time", "7 days", "14 days")}
    row = found.table[(found.table["region"] == "*-CN") & (found.table["sector"] == "*")]
    row = row[row["commodity"] == ""]
    losses = opened(made / name).replicates
    losses = losses[(losses["region"] == "*-CN") & (losses["sector"] == "*") & (losses["commodity"] == "")]
    by_point = losses.groupby("point")["value"].mean()
    assert list(row["difference"]) == pytest.approx([by_point[2] - by_point[0], by_point[5] - by_point[0]])


def test_metrics_that_a_sweep_has_not_kept_are_reported(made: Path) -> None:
    """Beside a run, which keeps all; not of what only one of two scenarios can have."""
    simulation.run(load("month", made.parent)).save(made / "run")
    found = compare(made / "run", made / "small@3")
    (note,) = [note for note in found.notes if "has not kept" in note]
    assert note.startswith(f"{made / 'small@3'} has not kept allied_output, ")


def test_a_point_is_a_result(made: Path) -> None:
    point = read(made / "small@3")
    assert isinstance(point, Result)
    assert (point.label, point.manifest["replicates"]) == (str(made / "small@3"), 2)
    assert "price_time: 14 days" in point.scenario
    assert point.timeseries.empty
    assert not point.is_certain()


@pytest.mark.parametrize(
    ("name", "reported"),
    [
        ("small@6", "there is no such point"),
        ("other@1", "there is no such folder"),
        ("small@x", "'x' is no number of a point"),
    ],
)
def test_what_is_not_there(name: str, reported: str, made: Path) -> None:
    with pytest.raises(InputError, match=reported):
        read(made / name)


def test_a_whole_sweep_is_no_run(made: Path) -> None:
    with pytest.raises(InputError, match=r"Name its points: .*small@0 to .*small@5"):
        compare(made / "small", made / "small@1")


def test_a_point_that_failed_says_why(copy: Path) -> None:
    file = copy / "points.csv"
    file.write_text(file.read_text().replace("1,done,", "1,failed,worker died"))
    with pytest.raises(InputError, match="the point is failed: worker died"):
        read(f"{copy}@1")


def test_an_unfinished_sweep_says_so(tmp_path: Path) -> None:
    (tmp_path / ".a.partial").mkdir()
    with pytest.raises(InputError, match="the sweep is not finished"):
        SweepResult(tmp_path / "a")


def _cut_rows(file: Path) -> None:
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join(lines[:-3]))


def _cut_bytes(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-30])


def _empty(file: Path) -> None:
    file.write_bytes(b"")


def _gone(file: Path) -> None:
    file.unlink()


@pytest.mark.parametrize("damage", [_cut_rows, _cut_bytes, _empty, _gone])
@pytest.mark.parametrize("table", ["summary", "replicates"])
def test_a_damaged_table_is_refused(damage: Callable[[Path], None], table: str, copy: Path) -> None:
    damage(copy / f"{table}.csv")
    with pytest.raises(InputError, match=f"{table}"):
        opened(copy).rows(table)


def test_shuffled_rows_give_the_same(copy: Path, made: Path) -> None:
    """Points and replicates are found by their numbers; that the file was changed is said."""
    file = copy / "replicates.csv"
    header, *lines = file.read_text().splitlines(keepends=True)
    file.write_text(header + "".join(reversed(lines)))
    found = compare(f"{copy}@0", f"{copy}@5")
    wanted = compare(made / "small@0", made / "small@5")
    pd.testing.assert_frame_equal(found.table.drop(columns="other"), wanted.table.drop(columns="other"))
    assert any("replicates.csv was changed" in note for note in found.notes)


def test_a_sweep_without_a_table_of_points_is_refused(copy: Path) -> None:
    file = copy / "points.csv"
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join(lines[:-1]))
    with pytest.raises(InputError, match="5 points of 6 are there"):
        opened(copy).point(1)


@pytest.mark.parametrize("text", ["point\n", "point,status\nx,done\n", "a,b\n1\n2,3,4\n", "\xff"])
def test_a_damaged_table_of_points_is_refused(text: str, copy: Path) -> None:
    (copy / "points.csv").write_bytes(text.encode("latin-1"))
    with pytest.raises(InputError, match=r"points\.csv"):
        opened(copy).point(1)


def test_damaged_parquet_is_refused(made: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(made / "parquet", tmp_path / "parquet"))
    file = folder / "replicates.parquet"
    data = bytearray(file.read_bytes())
    data[200:1200] = bytes(1000)
    file.write_bytes(data)
    with pytest.raises(InputError, match=r"replicates\.parquet"):
        opened(folder).rows("replicates")


def test_points_say_what_they_stand_for_where_their_tables_are_gone(tmp_path: Path) -> None:
    """The result carries the tables: moved away from them, it is what it was."""
    (tmp_path / "mine").mkdir()
    header = "region,name,allied,source,confidence,low,high,note\n"
    (tmp_path / "mine" / "regions.csv").write_text(f"{header}VN,Vietnam,true,a guess,low,,,\n")
    written(tmp_path)
    (tmp_path / "month.yaml").write_text(SCENARIO + "seeds: [mine]\n")
    made = run(Job.of(read_file(tmp_path / "small.yaml"), tmp_path / "small"), Here())
    assert made.done == 6
    shutil.rmtree(tmp_path / "mine")
    (tmp_path / "small").rename(tmp_path / "moved")
    found = compare(f"{tmp_path}/moved@0", f"{tmp_path}/moved@5")
    assert {change.path for change in found.changes[f"{tmp_path}/moved@5"]} == {APPROVAL, "parameters.price_time"}
    assert "seeds: [seeds/mine]" in (tmp_path / "moved" / "scenario.yaml").read_text()
    assert opened(tmp_path / "moved").changed == []


def test_folders_of_tables_that_are_swept_travel_with_the_result(tmp_path: Path) -> None:
    """Two folders of one name, each beside the sweep: their points read them in the result, wherever it is."""
    header = "parameter,value,unit,least,most,description,source,confidence,low,high,note\n"
    for place, value in (("one", 1), ("two", 2)):
        (tmp_path / place / "mine").mkdir(parents=True)
        row = f"price_time,{value},weeks,0.02,10000,how fast,a survey,high,,,\n"
        (tmp_path / place / "mine" / "parameters.csv").write_text(header + row)
    text = f"{HEAD}design: {{kind: grid}}\nparameters: [{{path: seeds, values: [[one/mine], [two/mine]]}}]\n"
    swept(tmp_path, text)
    shutil.move(tmp_path / "results" / "small", tmp_path / "moved")
    shutil.rmtree(tmp_path / "one")
    shutil.rmtree(tmp_path / "two")
    sweep = opened(tmp_path / "moved")
    assert sweep.points["seeds"].tolist() == ["[seeds/mine]", "[seeds/mine-2]"]
    assert str(tmp_path) not in (tmp_path / "moved" / "manifest.json").read_text()
    folders = [
        Path(plan.load(tmp_path / "moved" / "scenario.yaml", {"seeds": [f"{tmp_path}/moved/{one}"]}).seeds[0])
        for one in ("seeds/mine", "seeds/mine-2")
    ]
    values = [(folder / "parameters.csv").read_text().splitlines()[1].split(",")[1] for folder in folders]
    assert values == ["1", "2"]


def test_windows_are_reported_of_each_point(tmp_path: Path) -> None:
    written(tmp_path)
    windows = "windows: [{name: spring, from: 2025-04-08, to: 2025-04-28}], record"
    (tmp_path / "month.yaml").write_text(SCENARIO.replace("{record", f"{{{windows}"))
    assert run(Job.of(read_file(tmp_path / "small.yaml"), tmp_path / "small"), Here()).done == 6
    rows = opened(tmp_path / "small").rows("summary", metric=["value_added_lost"], region=["*"], sector=["*"])
    assert set(rows["window"]) == {"", "spring"}
    point = sim.read(f"{tmp_path}/small@3")
    assert set(point.replicates["window"]) == {"", "spring"}


def test_what_a_sweep_has_not_is_reported(made: Path) -> None:
    with pytest.raises(InputError, match="a sweep has no 'timeseries'"):
        opened(made / "small").rows("timeseries")
    with pytest.raises(InputError, match="cannot be saved by itself"):
        opened(made / "small").point(1).save(made / "one")


def test_namibia_is_no_gap(tmp_path: Path) -> None:
    folder = tmp_path / "results" / "small"
    swept(tmp_path, HEAD + GRID)
    file = folder / "replicates.csv"
    file.write_text(file.read_text().replace(",VN,", ",NA,"))
    assert "NA" in set(opened(folder).replicates["region"])


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    name=st.sampled_from(["manifest.json", "scenario.yaml", "points.csv", "summary.csv", "replicates.csv"]),
    place=st.floats(0, 1, exclude_max=True),
    length=st.integers(0, 30),
    put=st.binary(max_size=6) | st.sampled_from([b",", b"\n", b'"', b"\0", b"\xff", b"{", b": ", b"NA", b"-", b";"]),
)
def test_whatever_is_written_into_a_file_it_is_read_or_reported(
    twin: Path, name: str, place: float, length: int, put: bytes
) -> None:
    file = twin / name
    before = file.read_bytes()
    first = int(place * len(before))
    try:
        file.write_bytes(before[:first] + put + before[first + length :])
        compare(f"{twin}@0", f"{twin}@5", metrics=["value_added_lost"])
        sensitivity(twin)
    except MonaziteError as error:
        assert error.exit_code == 2  # noqa: PT017
    finally:
        file.write_bytes(before)


def test_a_scenario_of_a_sweep_that_is_none_is_said(copy: Path) -> None:
    (copy / "scenario.yaml").write_text("name: [x\n")
    for use in (lambda: opened(copy).scenario, lambda: compare(f"{copy}@0", f"{copy}@1")):
        with pytest.raises(InputError, match=r"scenario.yaml:2:\d+: "):
            use()
