"""A folder that exists is whole, whatever happens while it is written."""

import errno
import json
import os
import platform
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.definitions.items import Item
from sim.errors import InputError, RunError
from sim.results import csvfile
from sim.results.folder import check_writable, obstacle, whole
from sim.results.outcome import Outcome
from sim.results.result import Result, read
from sim.results.tables import COLUMNS
from tests.byhand import result

INF = float("inf")
FILES = {f"{table}.csv" for table in COLUMNS} | {"scenario.yaml", "manifest.json"}


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_a_result_comes_back_as_it_was(outcome: Outcome, tmp_path: Path) -> None:
    """Every table bit for bit, Namibia included; a copy has the same bytes."""
    result = Result(outcome)
    back = read(result.save(tmp_path / "a"))
    for table in COLUMNS:
        pd.testing.assert_frame_equal(getattr(back, table), getattr(result, table), check_exact=True)
    assert set(back.summary["region"]) == {"NA", "EU", "*"}
    assert back.scenario == outcome.scenario
    assert back.changed() == []
    back.save(tmp_path / "b")
    assert contents(tmp_path / "a") == contents(tmp_path / "b")
    assert set(contents(tmp_path / "a")) == FILES


def test_without_paths_there_is_no_file_of_them(outcome: Outcome, tmp_path: Path) -> None:
    back = read(Result(replace(outcome, paths=outcome.paths[..., :0])).save(tmp_path / "a"))
    assert not (tmp_path / "a" / "paths.csv").exists()
    assert back.paths.empty
    assert list(back.paths.columns) == list(COLUMNS["paths"])


@pytest.mark.parametrize(
    ("values", "certain"),
    [
        ([0.1] * 3, True),
        ([INF] * 3, True),
        ([np.nan] * 3, True),
        ([0.1], False),
        ([0.1, 0.2], False),
        ([INF, 3.0], False),
    ],
)
def test_worlds_that_all_say_the_same_are_reported(values: list[float], certain: bool, tmp_path: Path) -> None:
    """In memory and read back; one replicate alone proves nothing."""
    made = result("a", {Item("loss"): values})
    assert made.is_certain() == certain
    assert read(made.save(tmp_path / "a")).is_certain() == certain


def test_the_manifest_says_what_would_make_it_again(outcome: Outcome, tmp_path: Path) -> None:
    folder = Result(outcome).save(tmp_path / "a")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    facts = ("monazite", "python", "numpy", "scipy", "simd", "git", "scenario", "seeds", "seed", "replicates")
    assert set(facts) <= manifest.keys()
    assert (manifest["seed"], manifest["replicates"], manifest["wall_time"]) == (7, 3, 1.5)
    assert manifest["peak_memory"] > 1e6
    assert manifest["scenario"] == sha256(outcome.scenario.encode()).hexdigest()
    assert set(manifest["files"]) == FILES - {"manifest.json"}
    for name, digest in manifest["files"].items():
        assert sha256((folder / name).read_bytes()).hexdigest() == digest


def test_a_changed_file_is_named(outcome: Outcome, tmp_path: Path) -> None:
    folder = Result(outcome).save(tmp_path / "a")
    with (folder / "summary.csv").open("a") as file:
        file.write("\n")
    assert read(folder).changed() == ["summary.csv"]


def test_a_doubled_column_is_refused(outcome: Outcome, tmp_path: Path) -> None:
    folder = Result(outcome).save(tmp_path / "a")
    text = (folder / "draws.csv").read_text().replace("quantity,replicate", "quantity,quantity,replicate", 1)
    (folder / "draws.csv").write_text(text)
    with pytest.raises(InputError, match=r"draws.csv:1: the header is quantity,quantity,replicate"):
        _ = read(folder).draws


def test_a_folder_that_is_no_result_is_refused(outcome: Outcome, tmp_path: Path) -> None:
    Result(outcome).save(tmp_path / "a")
    (tmp_path / "other").mkdir()
    for name in ("other", "nowhere"):
        with pytest.raises(InputError, match=f"{name}.*\n.*beside it: .*a"):
            read(tmp_path / name)


def test_a_result_gives_way_only_when_reported(outcome: Outcome, tmp_path: Path) -> None:
    folder = Result(outcome).save(tmp_path / "a")
    with pytest.raises(InputError, match=r"--overwrite.*--out"):
        Result(outcome).save(folder)
    Result(replace(outcome, seed=8)).save(folder, overwrite=True)
    assert read(folder).manifest["seed"] == 8
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_a_folder_with_anything_else_in_it_is_never_replaced(outcome: Outcome, tmp_path: Path) -> None:
    folder = Result(outcome).save(tmp_path / "a")
    (folder / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match=r"notes\.txt"):
        Result(outcome).save(folder, overwrite=True)
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.jpg").write_bytes(b"")
    with pytest.raises(InputError, match=r"cat\.jpg"):
        Result(outcome).save(tmp_path / "photos", overwrite=True)
    (tmp_path / "file").write_text("")
    assert obstacle(tmp_path / "file", overwrite=True)


def test_an_empty_folder_may_become_a_result(outcome: Outcome, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    assert read(Result(outcome).save(tmp_path / "a")).changed() == []


def test_a_full_disk_leaves_nothing(outcome: Outcome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = csvfile.write

    def fill_up(path: Path, *rest: object) -> None:
        write(path, *rest)  # type: ignore[arg-type]
        if path.name == "timeseries.csv":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(csvfile, "write", fill_up)
    with pytest.raises(RunError, match=r"a: could not be written: no space left on device .* MB free") as caught:
        Result(outcome).save(tmp_path / "a")
    assert caught.value.exit_code == 1
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_keeps_what_was_there(outcome: Outcome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Result(outcome).save(tmp_path / "a")
    before = contents(folder)

    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(csvfile, "write", fail)
    with pytest.raises(RunError):
        Result(outcome).save(folder, overwrite=True)
    assert contents(folder) == before


def test_a_swap_that_fails_puts_the_old_result_back(
    outcome: Outcome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Result(outcome).save(tmp_path / "a")
    before = contents(folder)
    rename = Path.rename

    def refuse(self: Path, target: Path) -> Path:
        if target == folder and (self / "half").exists():
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(RunError, match="permission denied"), whole(folder, overwrite=True) as partial:
        (partial / "half").touch()
    assert contents(folder) == before


def test_a_place_that_cannot_be_written_is_refused_before_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(RunError, match="cannot be written"):
        check_writable(tmp_path / "deep" / "down")


SLOW_WRITER = """
import sys, time
from pathlib import Path
from sim.results.folder import whole
with whole(Path(sys.argv[1]), overwrite=True) as partial:
    for name in ("summary.csv", "manifest.json"):
        (partial / name).write_text("{}")
        print(name, flush=True)
        time.sleep(30)
"""


def start_slow_writer(folder: Path) -> subprocess.Popen[str]:
    writer = subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", SLOW_WRITER, str(folder)], stdout=subprocess.PIPE, text=True, cwd=Path.cwd()
    )
    assert writer.stdout is not None
    writer.stdout.readline()
    return writer


@pytest.mark.xdist_group("processes")
def test_a_killed_writer_leaves_no_folder_and_the_next_one_clears_up(outcome: Outcome, tmp_path: Path) -> None:
    folder = tmp_path / "a"
    writer = start_slow_writer(folder)
    alive = list(tmp_path.glob(".a.*.tmp"))
    assert len(alive) == 1
    for overwrite in (False, True):
        with pytest.raises(InputError, match=r"another run is at work on it.*\n.*--out.*--overwrite"):
            Result(outcome).save(folder, overwrite=overwrite)
    assert alive[0].exists(), "a living writer's folder is left alone"
    writer.send_signal(signal.SIGKILL)
    writer.communicate()
    Result(outcome).save(folder)
    assert read(folder).changed() == []
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


@pytest.mark.xdist_group("processes")
@pytest.mark.slow
def test_killed_at_any_moment_the_folder_is_whole_or_not_there(tmp_path: Path) -> None:
    """A dozen kills spread over the time that a save takes: before, between and after every write."""
    folder = tmp_path / "a"
    program = Path(__file__).with_name("save_again.py")
    for step in range(12):
        command = [sys.executable, str(program), str(folder)]
        writer = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path.cwd())  # noqa: S603
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(0.007 * step)
        writer.send_signal(signal.SIGKILL)
        writer.communicate()
        assert not folder.exists() or read(folder).changed() == []


def test_a_real_limit_on_file_size_leaves_nothing(tmp_path: Path) -> None:
    """The operating system refuses more than 1,000 bytes a file: one message, exit 1, nothing there."""
    program = """
import resource, signal, sys
from sim.definitions.items import Item
from sim.errors import MonaziteError
from sim.definitions.items import Item
from tests.byhand import result
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    result("a", {Item("loss"): list(range(1000))}).save(sys.argv[1])
except MonaziteError as error:
    print(error)
    sys.exit(error.exit_code)
"""
    command = [sys.executable, "-c", program, str(tmp_path / "a")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    assert (done.returncode, done.stderr) == (1, "")
    assert "a: could not be written: file too large" in done.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="makes a pipe")
def test_what_is_neither_file_nor_folder_stays_what_it_is(outcome: Outcome, tmp_path: Path) -> None:
    """A device or a pipe: a folder does not take its place, and a table is written into it."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(InputError, match="what is there is no folder"):
        Result(outcome).save(pipe, overwrite=True)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    csvfile.replace(pipe, ("metric",), {"metric": ["loss"]})
    assert os.read(reader, 100) == b"metric\nloss\n"
    os.close(reader)
    assert pipe.is_fifo()


def test_a_result_is_saved_in_another_format(outcome: Outcome, tmp_path: Path) -> None:
    """There and back with the same bytes, and hashes that are those of the files."""
    folder = Result(outcome).save(tmp_path / "csv")
    there = read(folder).save(tmp_path / "parquet", form="parquet")
    assert {file.name for file in there.iterdir()} == {name.replace(".csv", ".parquet") for name in FILES}
    assert read(there).changed() == []
    straight = Result(outcome).save(tmp_path / "straight", form="parquet")
    for table in COLUMNS:
        pd.testing.assert_frame_equal(getattr(read(there), table), getattr(read(straight), table), check_exact=True)
    back = read(there).save(tmp_path / "back", form="csv")
    before, after = contents(folder), contents(back)
    assert before == after
    again = read(there).save(tmp_path / "again")  # as it was
    assert contents(there) == contents(again)


def test_an_unknown_format_is_refused_before_anything_is_written(outcome: Outcome, tmp_path: Path) -> None:
    folder = Result(outcome).save(tmp_path / "a")
    for made in (Result(outcome), read(folder)):
        with pytest.raises(
            InputError, match=r"'parket' is no format of tables.\n  Did you mean 'parquet'\? Known: csv"
        ):
            made.save(tmp_path / "b", form="parket")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_saving_over_itself_is_safe_and_inside_itself_refused(outcome: Outcome, tmp_path: Path) -> None:
    folder = Result(outcome).save(tmp_path / "a")
    before = contents(folder)
    made = read(folder)
    with pytest.raises(InputError, match="a result is there already"):
        made.save(folder)
    made.save(folder, overwrite=True)
    assert contents(folder) == before
    with pytest.raises(InputError, match="a result cannot be saved inside itself"):
        made.save(folder / "copy")
    assert contents(folder) == before
    made.save(folder, overwrite=True, form="parquet")
    assert read(folder).changed() == []
    pd.testing.assert_frame_equal(read(folder).summary, Result(outcome).summary, check_exact=True)


def test_what_was_changed_or_is_gone_is_not_vouched_for(outcome: Outcome, tmp_path: Path) -> None:
    """New hashes would hide that a table was edited; a copy as it is says so still."""
    folder = Result(outcome).save(tmp_path / "a")
    with (folder / "summary.csv").open("a") as file:
        file.write("\n")
    with pytest.raises(InputError, match=r"summary.csv was changed after it was written"):
        read(folder).save(tmp_path / "b", form="parquet")
    assert read(read(folder).save(tmp_path / "c")).changed() == ["summary.csv"]
    (folder / "draws.csv").unlink()
    with pytest.raises(InputError, match=r"draws.csv is not there any more"):
        read(folder).save(tmp_path / "d")
    assert not (tmp_path / "b").exists()
    assert not (tmp_path / "d").exists()


def test_the_manifest_says_when_and_on_what(outcome: Outcome, tmp_path: Path) -> None:
    """Three replicates in 1.5 s with two processes are half a second each."""
    folder = Result(replace(outcome, workers=2)).save(tmp_path / "a")
    facts = read(folder).manifest
    assert (facts["workers"], facts["time_per_replicate"]) == (2, 0.5)
    assert facts["cores"] >= 1
    written = datetime.fromisoformat(facts["date"])
    assert written.tzinfo == UTC
    assert abs(written.timestamp() - time.time()) < 60
    assert facts["cpu"].split()[-1] == facts["simd"]
    assert facts["cpu"].startswith(f"{platform.machine()} ")
    assert facts["libc"] == " ".join(filter(None, platform.libc_ver())) or not any(platform.libc_ver())
