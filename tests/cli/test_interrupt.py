"""Ctrl-C in a terminal, while workers run: every process of it ends, and nothing half-written is left."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sim.cli.run import LONG_WORK

pytestmark = pytest.mark.xdist_group("processes")

ROOT = Path(__file__).parents[2]
RUN = ["run", "baseline", "--replicates", "4000", "--chunk", "16", "--workers", "2", "--quiet"]
PROGRAM = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); from sim.cli import main; main()"
"""As from a terminal, also where the tests themselves run in the background, where Ctrl-C is not heard."""

PATIENCE = 60.0  # seconds, for workers to start on a busy machine


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc").is_dir(), reason="counts processes in /proc")
def test_an_interrupt_ends_all_within_two_seconds(tmp_path: Path) -> None:
    command = [sys.executable, "-c", PROGRAM, *RUN]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    run = subprocess.Popen(  # noqa: S603
        command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    deadline = time.monotonic() + PATIENCE
    while len(living(run.pid)) < 3 and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(1)
    began = time.monotonic()
    os.killpg(run.pid, signal.SIGINT)
    _, said = run.communicate(timeout=PATIENCE)
    assert time.monotonic() - began < 2
    assert (run.returncode, said) == (130, f"Interrupted. Kept: nothing: no result was complete.{LONG_WORK}\n")
    while living(run.pid) and time.monotonic() - began < 2:  # the kernel takes a moment to bury the killed
        time.sleep(0.05)
    assert not living(run.pid)
    assert not list(tmp_path.iterdir())


def living(session: int) -> list[str]:
    """Numbers of the living processes of a session (but the one that looks after semaphores)."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, _, _, its_session = (folder / "stat").read_text().rpartition(")")[2].split()[:4]
            command = (folder / "cmdline").read_text()
        except OSError:
            continue
        if int(its_session) == session and state != "Z" and "resource_tracker" not in command:
            found.append(folder.name)
    return found
