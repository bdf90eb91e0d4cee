"""Who stops reading, and what cannot be printed, ends nothing: commands as typed into a pipe."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from io import TextIOWrapper
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Monazite
from tests.cli.test_commands import engine  # noqa: F401  (a fixture)

ROOT = Path(__file__).parents[2]


@pytest.fixture
def unread() -> Iterator[TextIOWrapper]:
    """A stream into a pipe that nobody reads any more."""
    reader, writer = os.pipe()
    os.close(reader)
    stream = TextIOWrapper(os.fdopen(writer, "wb"), "utf-8", line_buffering=True)
    yield stream
    stream.close()


def typed(folder: Path, line: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run a line of bash in which `monazite` is the command."""
    program = f"monazite() {{ '{sys.executable}' -c 'from sim.cli import main; main()' \"$@\"; }}\n"
    everything = os.environ | {"PYTHONPATH": str(ROOT)} | environment
    return subprocess.run(["bash", "-c", program + line], cwd=folder, env=everything, capture_output=True, check=False)  # noqa: S603, S607


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_all_scenarios_run_though_nobody_reads_what_is_printed(
    monazite: Monazite,
    engine: list[Mapping[str, Any]],  # noqa: F811
    unread: TextIOWrapper,
    stream: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setattr(sys, stream, unread)
    answer = monazite("run", "a.yaml", "b.yaml")
    assert answer.code == 0
    assert answer.err == ""
    assert [call["name"] for call in engine] == ["a", "b"]
    assert all((tmp_path / "results" / name / "manifest.json").is_file() for name in "ab")


def test_a_pipe_that_is_closed_early_ends_quietly(tmp_path: Path) -> None:
    done = typed(tmp_path, "monazite list parameters | head -1; echo ${PIPESTATUS[0]}")
    assert (done.stdout.splitlines()[-1], done.stderr) == (b"0", b"")


def test_an_error_keeps_its_code_though_nobody_reads_it(monazite: Monazite, unread: TextIOWrapper) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stderr", unread)
        assert monazite("list", "nothing").code == 2


def test_streams_that_are_closed_from_the_start_take_what_is_printed(tmp_path: Path) -> None:
    done = typed(tmp_path, "monazite list scenarios >&- 2>&-; echo $?; monazite list nothing 2>&-; echo $?")
    assert done.stdout.split() == [b"0", b"2"]  # the message does not go to the other stream


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is full")
def test_a_full_disk_is_reported_not_passed_over(tmp_path: Path) -> None:
    done = typed(tmp_path, "monazite list scenarios > /dev/full; echo $?")
    assert (done.stdout, done.stderr) == (b"1\n", b"monazite: no space left on device\n")


def test_names_that_cannot_be_printed_are_printed_by_number(tmp_path: Path) -> None:
    name = b"caf\xe9.yaml"
    (tmp_path / os.fsdecode(name)).write_text("monazite: 1\nname: cafe\nseed: 1\n", encoding="utf-8")
    done = typed(tmp_path, "monazite validate caf*.yaml", PYTHONUTF8="1")
    assert done.returncode == 2
    assert done.stderr.startswith(rb"caf\udce9.yaml:1:1: ")


def test_an_encoding_without_the_letter_gets_its_number(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("monazite: 1\nname: a\ntitle: Wärme ✓\nextends: nobody-é\n", encoding="utf-8")
    done = typed(tmp_path, "monazite validate a.yaml", PYTHONIOENCODING="ascii")
    assert done.returncode == 2
    assert rb"nobody-\xe9" in done.stderr
