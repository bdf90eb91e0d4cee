"""Sweeps that run: the same bytes on any number of workers, and after whatever went wrong."""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import pandas as pd
import pytest

from sim import plan, simulation
from sim.errors import InputError, RunError
from sim.results import csvfile
from sim.results.tables import Piece
from sim.sweeps import blocks, store
from sim.sweeps.blocks import Block, Here, Part
from sim.sweeps.processes import Processes
from sim.sweeps.sweep import Progress, Report, run
from tests.sweeps.sweeps import APPROVAL, GRID, HEAD, TOP, job, swept, tables, written

pytestmark = pytest.mark.xdist_group("sweeps")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sweep that nothing happened to."""
    folder = tmp_path_factory.mktemp("whole")
    swept(folder)
    return folder / "results" / "small"


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> set[int]:
    """Points that fail as long as they are in the set."""
    points: set[int] = set()
    run_block = blocks.run_block

    def fail(block: Block) -> Part:
        if block.point in points:
            raise MemoryError("no room,\nnone at all")
        return run_block(block)

    monkeypatch.setattr(blocks, "run_block", fail)
    return points


def statuses(folder: Path) -> list[tuple[str, str]]:
    """Status and message of each point."""
    table = pd.read_csv(folder / "points.csv", keep_default_na=False)
    return list(zip(table["status"], table["message"], strict=True))


def test_the_files_of_a_sweep(whole: Path) -> None:
    assert sorted(file.name for file in whole.iterdir()) == [
        "manifest.json",
        "points.csv",
        "replicates.csv",
        "scenario.yaml",
        "summary.csv",
    ]
    head = (whole / "points.csv").read_text().splitlines()
    assert head[:3] == [
        f"point,status,message,{APPROVAL},parameters.price_time",
        "0,done,,0.2,1 weeks",
        "1,done,,0.2,2 weeks",
    ]
    rows = pd.read_csv(whole / "replicates.csv", keep_default_na=False)
    assert set(rows["metric"]) == {"value_added_lost"}
    assert rows.groupby(["point", "replicate"]).ngroups == 6 * 2
    assert not list(whole.parent.glob(".*"))
    facts = json.loads((whole / "manifest.json").read_text())
    assert (facts["name"], facts["replicates"], facts["sweep"]["design"]) == ("small", 2, {"kind": "grid"})
    assert facts["peak_memory"] > 1e6
    assert facts["core_seconds"] > 0


def test_a_point_is_what_a_run_of_its_values_is(whole: Path, tmp_path: Path) -> None:
    """Byte for byte, but for the number of the point."""
    written(tmp_path)
    overrides = {"ensemble.replicates": 2, APPROVAL: "50 %", "parameters.price_time": "2 weeks"}
    simulation.run(plan.load(tmp_path / "month.yaml", overrides)).save(tmp_path / "run")
    summary = (whole / "summary.csv").read_text().splitlines()
    assert [line.removeprefix("3,") for line in summary if line.startswith("3,")] == (
        (tmp_path / "run" / "summary.csv").read_text().splitlines()[1:]
    )
    replicates = (whole / "replicates.csv").read_text().splitlines()
    wanted = (tmp_path / "run" / "replicates.csv").read_text().splitlines()
    assert [line.removeprefix("3,") for line in replicates if line.startswith("3,")] == [
        line for line in wanted if ",value_added_lost," in line
    ]


@pytest.mark.slow
def test_workers_do_not_show(whole: Path, tmp_path: Path) -> None:
    report = swept(tmp_path, pool=Processes(2))
    assert (report.done, report.replicates) == (6, 12)
    assert tables(tmp_path / "results" / "small") == tables(whole)


def test_blocks_do_not_show(whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "width", lambda replicates, workers: 1)
    swept(tmp_path)
    assert tables(tmp_path / "results" / "small") == tables(whole)


def test_a_point_that_fails_does_not_stop_the_rest(whole: Path, broken: set[int], tmp_path: Path) -> None:
    """It is retried by --resume, and what was done is not touched."""
    broken |= {1, 4}
    made = job(tmp_path)
    report = run(made, Here())
    assert (report.done, report.failed) == (
        4,
        {1: "MemoryError: no room, none at all", 4: "MemoryError: no room, none at all"},
    )
    assert statuses(made.place)[:2] == [("done", ""), ("failed", "MemoryError: no room, none at all")]
    broken.clear()
    again = run(job(tmp_path), Here(), resume=True)
    assert (again.before, again.done, again.replicates) == (4, 6, 4)
    assert tables(made.place) == tables(whole)
    assert not made.store.folder.exists()


def test_done_points_are_not_touched(broken: set[int], tmp_path: Path) -> None:
    broken |= {1, 4}
    made = job(tmp_path)
    run(made, Here())
    before = {file: file.stat().st_mtime_ns for file in made.store.folder.rglob("*.csv")}
    broken.remove(1)
    run(job(tmp_path), Here(), resume=True)
    assert {file: file.stat().st_mtime_ns for file in before} == before
    assert made.store.done() == {0, 1, 2, 3, 5}


def test_an_interrupt_keeps_what_is_done(whole: Path, tmp_path: Path) -> None:
    def stop(state: Progress) -> None:
        if state.done == 3:
            raise KeyboardInterrupt

    made = job(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        run(made, Here(), progress=stop)
    assert not made.place.exists()
    assert made.store.done() == {0, 1, 2}
    with pytest.raises(InputError, match="3 of 6 points are done"):
        run(job(tmp_path), Here())
    assert run(job(tmp_path), Here(), resume=True).before == 3
    assert tables(made.place) == tables(whole)


def test_resume_with_nothing_to_resume_starts(whole: Path, tmp_path: Path) -> None:
    made = job(tmp_path)
    assert run(made, Here(), resume=True).before == 0
    assert tables(made.place) == tables(whole)
    assert job(tmp_path).is_finished()


@pytest.fixture(scope="module")
def halfway(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a sweep whose last point failed leaves behind."""
    folder, run_block = tmp_path_factory.mktemp("halfway"), blocks.run_block

    def fail(block: Block) -> Part:
        if block.point == 5:
            raise MemoryError("no room")
        return run_block(block)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "run_block", fail)
        run(job(folder), Here())
    return folder


@pytest.fixture
def half(halfway: Path, tmp_path: Path) -> Path:
    """The folder of a sweep whose last point failed."""
    shutil.copytree(halfway, tmp_path, dirs_exist_ok=True)
    return job(tmp_path).store.folder


def _gone(point: Path) -> None:
    shutil.rmtree(point)


def _cut(point: Path) -> None:
    file = point / "replicates.csv"
    file.write_bytes(file.read_bytes()[:-40])


def _empty(point: Path) -> None:
    (point / "summary.csv").write_bytes(b"")


def _without_manifest(point: Path) -> None:
    (point / "manifest.json").unlink()


def _another(point: Path) -> None:
    shutil.rmtree(point)
    shutil.copytree(point.with_name("2"), point)


def _half_written(point: Path) -> None:
    point.rename(point.with_name(f".{point.name}"))


@pytest.mark.parametrize("damage", [_gone, _cut, _empty, _without_manifest, _another, _half_written])
def test_a_damaged_point_runs_again_and_no_other(
    damage: Callable[[Path], None], half: Path, whole: Path, tmp_path: Path
) -> None:
    damage(half / "1")
    report = run(job(tmp_path), Here(), resume=True)
    assert (report.before, report.done, report.replicates) == (4, 6, 4)
    assert tables(tmp_path / "results" / "small") == tables(whole)


def test_a_full_disk_stops_within_a_block(whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is whole stays; with room again, it goes on."""
    write, written_tables = csvfile.write, iter(range(100))

    def fill_up(path: Path, columns: Sequence[str], pieces: Iterable[Piece]) -> None:
        if next(written_tables) == 5:
            path.write_bytes(b"")
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        write(path, columns, pieces)

    monkeypatch.setattr(csvfile, "write", fill_up)
    made = job(tmp_path)
    with pytest.raises(RunError, match=r"no space left on device .* MB free"):
        run(made, Here())
    monkeypatch.undo()
    assert made.store.done() == {0, 1}
    run(job(tmp_path), Here(), resume=True)
    assert tables(made.place) == tables(whole)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_reported_first(tmp_path: Path) -> None:  # pragma: no cover
    made = job(tmp_path)
    made.place.parent.mkdir()
    made.place.parent.chmod(0o500)
    with pytest.raises(RunError, match="cannot be written"):
        run(made, Here())


@pytest.mark.parametrize(
    ("text", "reported"),
    [
        ((HEAD + GRID).replace("0.8]", "0.7]"), "the values of the points differ"),
        ((HEAD + GRID).replace(", 0.8]", "]"), "points: 6 there, 4 here"),
        ((HEAD + GRID).replace("replicates: 2", "replicates: 3"), "ensemble.replicates: 2 there, 3 here"),
        (TOP + "replicates: 2\n" + GRID, "metrics: value_added_lost there"),
        (
            HEAD + "design: {kind: latin_hypercube, points: 6}\n" + GRID.partition("\n")[2].replace(", steps: 2", ""),
            "design: ",
        ),
    ],
)
def test_another_sweep_does_not_go_on(text: str, reported: str, half: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is another one") as error:
        run(job(tmp_path, text), Here(), resume=True)
    assert reported in str(error.value)
    assert run(job(tmp_path, text), Here(), overwrite=True).before == 0
    assert not half.exists()


@pytest.mark.usefixtures("half")
def test_a_title_is_no_other_sweep(tmp_path: Path) -> None:
    made = job(tmp_path, (HEAD + GRID).replace("name: small", "name: small\ntitle: In other words"))
    assert run(made, Here(), resume=True).before == 5


def test_another_version_does_not_go_on(half: Path, tmp_path: Path) -> None:
    identity = half / "sweep.json"
    there = json.loads(identity.read_text())
    there["identity"]["versions"]["monazite"] = "0.0.9"
    identity.write_text(json.dumps(there))
    with pytest.raises(InputError, match=r"monazite: 0\.0\.9 there, "):
        run(job(tmp_path), Here(), resume=True)


def test_a_result_that_was_changed_is_not_finished(tmp_path: Path) -> None:
    made = job(tmp_path)
    run(made, Here())
    file = made.place / "summary.csv"
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(InputError, match=r"summary\.csv was changed"):
        made.is_finished()


def test_two_processes_do_not_share_a_sweep(tmp_path: Path) -> None:
    made = job(tmp_path)
    with made.store.held(), pytest.raises(RunError, match="another process is at work"):
        run(job(tmp_path), Here(), resume=True)


def test_a_finished_sweep_of_other_values_is_not_finished(tmp_path: Path) -> None:
    run(job(tmp_path), Here())
    with pytest.raises(InputError, match="the result there is another one"):
        job(tmp_path, (HEAD + GRID).replace("0.8]", "0.7]")).is_finished()


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"identity": {}}'])
def test_points_of_nobody_knows_what_are_not_believed(text: str, half: Path, whole: Path, tmp_path: Path) -> None:
    (half / "sweep.json").write_text(text)
    assert run(job(tmp_path), Here(), resume=True).before == 0
    assert tables(tmp_path / "results" / "small") == tables(whole)


def test_points_of_another_sweep_are_not_believed(half: Path, whole: Path, tmp_path: Path) -> None:
    """As if another process had left them there."""
    facts = json.loads((half / "1" / "manifest.json").read_text())
    (half / "1" / "manifest.json").write_text(json.dumps(facts | {"sweep": "0" * 64}))
    assert run(job(tmp_path), Here(), resume=True).before == 4
    assert tables(tmp_path / "results" / "small") == tables(whole)


def test_who_begins_anew_waits_for_who_is_at_work(tmp_path: Path) -> None:
    """Nothing of a sweep goes while another process works on it."""
    made = job(tmp_path)

    def meanwhile(state: Progress) -> None:
        if state.done == 2:
            with pytest.raises(RunError, match="another process is at work"):
                run(job(tmp_path, (HEAD + GRID).replace("0.8]", "0.7]")), Here(), overwrite=True)

    assert run(made, Here(), progress=meanwhile).done == 6


def test_an_interrupted_replacement_goes_on(whole: Path, tmp_path: Path) -> None:
    """What was to be replaced is replaced in the end; what came to stand there meanwhile is not."""

    def stop(state: Progress) -> None:
        if state.done == 3:
            raise KeyboardInterrupt

    made = job(tmp_path)
    run(job(tmp_path, (HEAD + GRID).replace("0.8]", "0.7]")), Here())
    with pytest.raises(KeyboardInterrupt):
        run(made, Here(), overwrite=True, progress=stop)
    assert run(job(tmp_path), Here(), resume=True).before == 3
    assert tables(made.place) == tables(whole)


def test_a_result_that_came_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    made = job(tmp_path)

    def meanwhile(state: Progress) -> None:
        if state.done == 6:
            simulation.run(plan.load(tmp_path / "month.yaml", {"ensemble.replicates": 1})).save(made.place)

    with pytest.raises(InputError, match="Move it away, then go on with --resume"):
        run(made, Here(), progress=meanwhile)
    assert (made.place / "timeseries.csv").is_file()
    shutil.rmtree(made.place)
    assert run(job(tmp_path), Here(), resume=True).before == 6


def test_tables_may_be_swept(tmp_path: Path) -> None:
    """Folders are seen from the sweep's file; what stands in them is part of what the sweep is."""
    header = "parameter,value,unit,least,most,description,source,confidence,low,high,note\n"
    for name, value in (("one", 1), ("two", 2)):
        (tmp_path / name).mkdir()
        row = f"price_time,{value},weeks,0.02,10000,how fast,a survey,high,,,\n"
        (tmp_path / name / "parameters.csv").write_text(header + row)
    text = f"{HEAD}design: {{kind: grid}}\nparameters: [{{path: seeds, values: [[one], [two]]}}]\n"
    swept(tmp_path, text)
    rows = pd.read_csv(tmp_path / "results" / "small" / "replicates.csv")
    first, second = (rows[rows["point"] == point]["value"].sum() for point in (0, 1))
    assert first != second
    (tmp_path / "two" / "parameters.csv").write_text(header + row.replace(",2,", ",3,"))
    with pytest.raises(InputError, match=r"table overlay 1/parameters\.csv of"):
        job(tmp_path, text).refuse_obstacles(resume=True, overwrite=False)


def test_a_sweep_named_like_something_temporary_is_left_alone(tmp_path: Path) -> None:
    """A run beside it tidies up what killed processes left, and nothing else."""
    made = job(tmp_path, name="small.20250404")
    with pytest.raises(KeyboardInterrupt):
        run(made, Here(), progress=_stop_after_one)
    swept(tmp_path, name="small")
    assert made.store.done() == {0}


def _stop_after_one(state: Progress) -> None:
    if state.done == 1:
        raise KeyboardInterrupt


def test_what_no_sweep_wrote_stays(tmp_path: Path) -> None:
    made = job(tmp_path)
    made.place.mkdir(parents=True)
    (made.place / "notes.txt").write_text("mine")
    for resume, overwrite in ((False, False), (True, False), (False, True)):
        with pytest.raises(InputError, match=r"notes\.txt"):
            run(made, Here(), resume=resume, overwrite=overwrite)


def test_a_metric_that_no_point_has_is_reported(tmp_path: Path) -> None:
    report = swept(tmp_path, (HEAD + GRID).replace("[value_added_lost]", "[value_added_lost, reserve_net_cost]"))
    assert report.notes == ["No point has the metric reserve_net_cost: nothing was kept of it."]


def test_points_may_differ_in_replicates(tmp_path: Path) -> None:
    replicates = "parameters: [{path: ensemble.replicates, values: [2, 3]}]\n"
    text = f"{TOP}metrics: [value_added_lost]\ndesign: {{kind: grid}}\n{replicates}"
    assert swept(tmp_path, text).replicates == 5


def test_a_sweep_of_one_point_of_one_world(tmp_path: Path) -> None:
    text = f"{TOP}replicates: 1\ndesign: {{kind: grid}}\nparameters: [{{path: {APPROVAL}, values: [0.2]}}]\n"
    report: Report = swept(tmp_path, text)
    assert (report.done, report.replicates) == (1, 1)


def test_the_store_needs_the_tables_that_it_names() -> None:
    assert set(store.TABLES) == {"summary", "replicates"}
