"""Sweeps that take no time: a month of the base year, two replicates a point."""

from __future__ import annotations

from pathlib import Path

from sim.sweeps.blocks import Here, Pool
from sim.sweeps.file import read
from sim.sweeps.job import Job
from sim.sweeps.sweep import Report, run

SCENARIO = """\
monazite: 1
name: month
extends: april-2025-licensing.yaml
horizon: {start: 2025-04-01, end: 2025-04-28}
outputs: {record: [price_spot]}
"""
APPROVAL = "instruments.china-licence.approval.default"
GRID = f"""\
design: {{kind: grid}}
parameters:
  - {{path: {APPROVAL}, values: [0.2, 50 %, 0.8]}}
  - {{path: parameters.price_time, range: [1 weeks, 2 weeks], steps: 2}}
"""
HYPERCUBE = f"""\
design: {{kind: latin_hypercube, points: 6}}
parameters:
  - {{path: {APPROVAL}, range: [20 %, 80 %]}}
  - {{path: parameters.price_time, range: [1 weeks, 2 weeks]}}
"""
TOP = """\
monazite: 1
name: small
scenario: month.yaml
"""
HEAD = f"{TOP}replicates: 2\nmetrics: [value_added_lost]\n"


def written(folder: Path, text: str = HEAD + GRID) -> Path:
    """The file of a sweep, beside its scenario."""
    (folder / "month.yaml").write_text(SCENARIO, encoding="utf-8")
    file = folder / "small.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def job(folder: Path, text: str = HEAD + GRID, name: str = "small", form: str = "csv") -> Job:
    """A sweep whose points are checked."""
    return Job.of(read(written(folder, text)), folder / "results" / name, form)


def swept(folder: Path, text: str = HEAD + GRID, name: str = "small", pool: Pool | None = None) -> Report:
    """A sweep that has run."""
    return run(job(folder, text, name), pool or Here())


def tables(folder: Path) -> dict[str, bytes]:
    """Bytes of the tables of a result."""
    return {file.name: file.read_bytes() for file in sorted(folder.glob("*.csv"))}
