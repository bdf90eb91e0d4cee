"""Who is at work on a place is alone there, however it ends."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from sim.definitions.items import Item
from sim.errors import InputError
from sim.results import claims, csvfile, folder
from sim.results.claims import claimed
from sim.results.result import read
from tests.byhand import result
from tests.cli.conftest import Answer

TINY = """\
monazite: 1
name: tiny
horizon: {start: 2025-01-01, end: 2025-01-28}
ensemble: {replicates: 2}
outputs: {record: [price_spot]}
"""

HOLDER = """
import sys
from pathlib import Path
from sim.results.claims import claimed
with claimed(*map(Path, sys.argv[1:])):
    print("claimed", flush=True)
    sys.stdin.readline()
"""
WRITER = """
import sys
from pathlib import Path
from sim.errors import InputError
from sim.results import csvfile
for _ in range(20):
    try:
        csvfile.replace(Path(sys.argv[1]), ("word", "n"), {"word": [sys.argv[2]] * 20000, "n": list(range(20000))})
    except InputError as error:
        assert "another run is at work" in str(error)
"""
RUN = "import sys; from sim.cli import main; sys.argv[0] = 'monazite'; main()"


def start(program: str, *arguments: object, cwd: Path = Path()) -> subprocess.Popen[str]:
    command, pipe = [sys.executable, "-c", program, *map(str, arguments)], subprocess.PIPE
    return subprocess.Popen(command, text=True, cwd=cwd, stdin=pipe, stdout=pipe, stderr=pipe)  # noqa: S603


def held(*places: Path) -> subprocess.Popen[str]:
    """Another process that has claimed places until it is told to end."""
    holder = start(HOLDER, *places)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "claimed\n"
    return holder


def ends(commands: Sequence[Sequence[str]], cwd: Path) -> list[Answer]:
    """Start commands together, and give how each ended."""
    running = [start(RUN, *command, cwd=cwd) for command in commands]
    reported = [one.communicate(timeout=60) for one in running]
    return [Answer(one.returncode, *words) for one, words in zip(running, reported, strict=True)]


@pytest.mark.parametrize("turn", range(5))
def test_of_two_runs_started_together_one_is_refused_before_it_computes(turn: int, tmp_path: Path) -> None:
    """Whoever was first is done; the other says so, or finds a result if it came after it."""
    (tmp_path / "tiny.yaml").write_text(TINY.replace("28}", "28, tick: 1 day}"), encoding="utf-8")
    seeds = [str(10 * turn + one) for one in range(2)]
    answers = ends([["run", "tiny.yaml", "--seed", seed] for seed in seeds], tmp_path)
    first = next(i for i, answer in enumerate(answers) if answer.code == 0)
    assert sorted(answer.code for answer in answers) == [0, 2], answers
    reported = answers[1 - first].err
    assert "another run is at work on it" in reported or "a result is there already" in reported
    assert "--overwrite" in reported
    assert "--out" in reported
    found = read(tmp_path / "results" / "tiny")
    assert (str(found.manifest["seed"]), found.changed()) == (seeds[first], [])
    assert [path.name for path in (tmp_path / "results").iterdir()] == ["tiny"]


@pytest.mark.parametrize("options", [[], ["--overwrite"]])
@pytest.mark.parametrize("command", ["run", "hindcast", "sweep"])
def test_a_place_at_work_is_refused_before_anything_is_computed(
    command: str, options: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sim import simulation  # noqa: PLC0415

    def fail(*_: object, **__: object) -> None:
        pytest.fail("something was computed")

    monkeypatch.setattr(simulation, "run_chunk", fail)
    monkeypatch.setattr("sim.sweeps.blocks.run_block", fail)
    monkeypatch.setattr("sim.analysis.hindcast.observe", fail)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tiny.yaml").write_text(TINY, encoding="utf-8")
    sweep = "monazite: 1\nname: s\nscenario: tiny.yaml\ndesign: {kind: grid}\n"
    more = "parameters: [{path: parameters.price_time, values: [1 weeks]}]\n"
    (tmp_path / "s.yaml").write_text(sweep + more, encoding="utf-8")
    (tmp_path / "tiny.targets.csv").write_text("target\n", encoding="utf-8")
    holder = held(tmp_path / "out")
    monkeypatch.setattr(
        sys,
        "argv",
        ["monazite", command, "s.yaml" if command == "sweep" else "tiny.yaml", "--out", "out", *options],
    )
    from sim.cli import app  # noqa: PLC0415

    with pytest.raises(InputError, match=r"^out: another run is at work on it.*\n.*--out.*--overwrite"):
        app(standalone_mode=False)
    holder.communicate("\n")
    assert not [path.name for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_a_claim_ends_with_its_process_and_leaves_nothing(tmp_path: Path) -> None:
    """Killed, it holds nothing; what it left goes with the next claim of any name beside it."""
    holder = held(tmp_path / "a", tmp_path / "b")
    with pytest.raises(InputError, match="b: another run is at work"), claimed(tmp_path / "b"):
        pass
    holder.send_signal(signal.SIGKILL)
    holder.communicate()
    assert sorted(path.name for path in tmp_path.iterdir()) == [".a.claim", ".b.claim"]
    with claimed(tmp_path / "c"):
        assert [path.name for path in tmp_path.iterdir()] == [".c.claim"]
    assert list(tmp_path.iterdir()) == []


def test_a_claim_by_another_way_to_the_same_place_is_one(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    holder = held(tmp_path / "real" / "a")
    with pytest.raises(InputError, match="at work"), claimed(tmp_path / "link" / "a"):
        pass
    holder.communicate("\n")


def test_folders_that_are_made_for_a_claim_go_with_it(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), claimed(tmp_path / "deep" / "down" / "a"):
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_what_somebody_claimed_he_may_claim_again_and_his_threads_may_not(tmp_path: Path) -> None:
    """Threads that save into one folder are others to one another, as processes are."""
    saved, both = result("a", {Item("loss"): [1.0, 2.0]}), Barrier(2)
    with claimed(tmp_path / "a"):
        saved.save(tmp_path / "a")

    def save(_: int) -> str:
        both.wait()
        try:
            saved.save(tmp_path / "b")
        except InputError as error:
            return str(error)
        return ""

    with ThreadPoolExecutor(2) as threads:
        reported = sorted(threads.map(save, range(2)))
    assert reported[0] == ""
    assert "at work" in reported[1] or "there already" in reported[1]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]


def test_two_writers_of_one_file_never_mix_bytes(tmp_path: Path) -> None:
    file = tmp_path / "out.csv"
    writers = [start(WRITER, file, word) for word in ("one", "other")]
    for writer in writers:
        _, err = writer.communicate(timeout=60)
        assert (writer.returncode, err) == (0, "")
    lines = file.read_text().splitlines()
    words = {line.partition(",")[0] for line in lines[1:]}
    assert len(lines) == 20_001
    assert words in ({"one"}, {"other"})
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]


def test_where_the_system_has_no_locks_the_first_to_finish_keeps_the_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "locks", lambda: None)
    first, second = (result(name, {Item("loss"): [1.0, 2.0]}) for name in ("first", "second"))
    with pytest.raises(InputError, match="a result is there already"):  # noqa: SIM117  (one statement raises)
        with folder.whole(tmp_path / "a"):
            first.save(tmp_path / "a")
    second.save(tmp_path / "b")
    assert read(tmp_path / "a").manifest["name"] == "first"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]


def test_a_table_that_a_killed_writer_left_unfinished_goes_with_the_next(tmp_path: Path) -> None:
    (tmp_path / ".out.csv.0123abcd.tmp").write_text("half")
    (tmp_path / ".out.csv.mine.tmp").write_text("kept")
    csvfile.replace(tmp_path / "out.csv", ("n",), {"n": [1]})
    assert sorted(path.name for path in tmp_path.iterdir()) == [".out.csv.mine.tmp", "out.csv"]
