"""Whether what was accepted does anything: a byte of the results differs, or the program says that it does nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import sim
from sim.plan import load, make_plan
from tests.mutations.cases import Case
from tests.mutations.reading import READERS

REPLICATES = 2
SHORT = timedelta(days=400)
TABLES = ("summary", "replicates", "timeseries", "draws")
WORDS = ("name", "title", "source", "confidence", "low", "high", "note", "operator", "description", "customs_code")
"""What is for people: of a scenario, and of rows of tables."""
SAME, ACTS, SAID, SILENT = (
    "means the same",
    "changes the results",
    "says that it does nothing",
    "does nothing, silently",
)


def effect(spoilt: Case) -> str:
    """What an accepted mutation does."""
    valid = replace(spoilt, spoilt=spoilt.valid, spoilt_name=spoilt.name)
    with TemporaryDirectory() as one, TemporaryDirectory() as other:
        return EFFECTS[spoilt.kind](spoilt, Path(one), valid, Path(other))


def said_so(spoilt: Case, result: sim.Result, valid: sim.Result) -> bool:
    """Whether the program says that what was changed does nothing, or that nothing reads the table it stands in."""
    notes, usual = result.manifest["notes"], valid.manifest["notes"]
    return bool(set(notes) - set(usual)) or any(note.startswith(f"{spoilt.name} has no effect") for note in notes)


def _read_only(spoilt: Case, one: Path, valid: Case, other: Path) -> str:
    """Of a sweep or of targets: all that is read goes into the results."""
    meanings = [
        MEANINGS[spoilt.kind](READERS[spoilt.kind](case, home)) for case, home in ((spoilt, one), (valid, other))
    ]
    return SAME if meanings[0] == meanings[1] else ACTS


def _run(spoilt: Case, one: Path, valid: Case, other: Path) -> str:
    """Of a scenario, with tables of its own or without: compare what is simulated."""
    scenarios: list[Any] = [READERS[case.kind](case, home) for case, home in ((spoilt, one), (valid, other))]
    meanings = [MEANINGS[spoilt.kind](scenario) for scenario in scenarios]
    if meanings[0] == meanings[1]:
        return SAME
    if spoilt.kind == "scenario" and any(
        meanings[0][key] != meanings[1][key] for key in ("ensemble", "horizon", "outputs")
    ):
        return ACTS
    for end in (scenarios[0].horizon.start + SHORT, date.max):
        results = [_result(home, case, end) for case, home in ((spoilt, one), (valid, other))]
        if not all(getattr(results[0], name).equals(getattr(results[1], name)) for name in TABLES):
            return ACTS
    return SAID if said_so(spoilt, *results) else SILENT


def _result(home: Path, case: Case, end: date) -> sim.Result:
    """A short run of a few replicates."""
    file = home / ("own.yaml" if case.kind == "seeds" else case.spoilt_name)
    ends = min(load(file).horizon.end, end)
    return sim.run(load(file, {"ensemble.replicates": REPLICATES, "horizon.end": ends.isoformat()}))


def _of_scenario(scenario: Any) -> dict[str, Any]:  # noqa: ANN401
    found = {key: value for key, value in scenario.model_dump().items() if key not in WORDS}
    return {**found, "instruments": [(one["name"], _unnamed(one)) for one in found["instruments"]]}


def _unnamed(value: object) -> object:
    """Leave out the names of parts of an instrument: they are there to be changed by."""
    if isinstance(value, dict):
        return {key: _unnamed(below) for key, below in value.items() if key != "name"}
    return [_unnamed(below) for below in value] if isinstance(value, list | tuple) else value


def _of_tables(scenario: Any) -> dict[str, Any]:  # noqa: ANN401
    tables = make_plan(scenario).seeds.tables
    return {
        name: [{key: value for key, value in asdict(row).items() if key not in WORDS} for row in rows]
        for name, rows in vars(tables).items()
        if isinstance(rows, tuple)
    }


def _of_targets(read: Any) -> list[object]:  # noqa: ANN401
    return [replace(target, source="") for target in read]


def _of_points(points: Any) -> object:  # noqa: ANN401
    return points.paths, points.cells, points.sweep.kept, points.base().model_dump()


MEANINGS: Mapping[str, Callable[[Any], Any]] = {
    "scenario": _of_scenario,
    "seeds": _of_tables,
    "targets": _of_targets,
    "sweep": _of_points,
}
EFFECTS: Mapping[str, Callable[[Case, Path, Case, Path], str]] = {
    "scenario": _run,
    "seeds": _run,
    "targets": _read_only,
    "sweep": _read_only,
}
