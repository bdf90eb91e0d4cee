"""The result folder of a sweep: its tables put together from the points, and what it is made of."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sim.errors import RunError
from sim.results.folder import carry, whole, write_manifest
from sim.results.manifest import MACHINE, hashes, machine, machines, origin, peak_memory, spent, unlike
from sim.sweeps.job import Job
from sim.sweeps.names import BASE, DONE, FAILED, MISSING, POINTS
from sim.sweeps.store import TABLES


def write(job: Job, expected: int, failed: Mapping[int, str], seconds: float, workers: int) -> list[str]:
    """Write the result folder from the points in the store; gives what to know when reading it.

    Parameters
    ----------
    job : Job
    expected : int
        Points that should be in the store.
    failed : mapping of int to str
        Why points failed.
    seconds : float
        Wall time.
    workers : int
        Blocks that ran at a time.

    Raises
    ------
    InputError
        A result came to stand there that is none of this sweep.
    RunError
        Points went away, or the folder cannot be written.
    """
    done = sorted(job.store.done() & set(range(len(job.points))))
    if len(done) != expected:
        lost = expected - len(done)
        raise RunError(f"{job.store.folder}: {lost} points were lost while the sweep ran; go on with --resume.")
    facts = [job.store.facts(point) for point in done]
    job.refuse_a_result_of_others()
    with whole(job.place, overwrite=True) as folder:
        job.store.join(done, folder)
        status = dict.fromkeys(done, (DONE, "")) | {p: (FAILED, why) for p, why in failed.items()}
        _write_points(job, status, folder / POINTS)
        (folder / BASE).write_text(job.text, encoding="utf-8", newline="\n")
        carry(folder, job.checked.tables.files)
        cost = _spent(facts, seconds, workers, sum(job.replicates[point] for point in done))
        write_manifest(folder, {**_manifest(job, facts, len(failed)), **cost, "files": hashes(folder)})
    known = {name for one in facts for name in one["metrics"]}
    unknown = sorted(set(job.points.sweep.metrics) - known) if facts else []
    absent = [f"No point has the metric {name}: nothing was kept of it." for name in unknown]
    return [*absent, *_unlike(_machines(facts))]


def _machines(facts: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """List the unlike machines that points were computed on; a point of an older version does not say."""
    return machines(one for point in facts for one in point.get("machines", ()))


def _unlike(there: Sequence[Mapping[str, str]]) -> list[str]:
    """Say that points were computed on machines that may differ in the last bits: before --resume, or on a cluster."""
    differ = sorted({line for one in there[1:] for line in unlike(there[0], one)})
    return (
        [f"Points were computed on unlike machines, so they agree to about 1e-9: {'; '.join(differ)}."]
        if differ
        else []
    )


def _write_points(job: Job, status: Mapping[int, tuple[str, str]], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["point", "status", "message", *job.points.paths])
        for point, cells in enumerate(job.points.written(job.checked.tables)):
            writer.writerow([point, *status.get(point, (MISSING, "")), *cells])


def _manifest(job: Job, facts: Sequence[Mapping[str, Any]], failed: int) -> dict[str, Any]:
    """Everything that another machine would need to make the same files."""
    base, identity = job.base, job.identity
    digest = (job.store.ticket() or {}).get("digest", "")
    there = _machines(facts) or [machine()]
    rows = {table: sum(int(one["rows"][table]) for one in facts) for table in TABLES}
    return {
        **origin(base.name, identity["scenario"], identity["seeds"], base.ensemble.seed, base.ensemble.replicates),
        "name": job.points.sweep.name,
        "sweep": {**identity, "digest": digest, "done": len(facts), "failed": failed, "rows": rows},
        "headline": facts[0]["headline"] if facts else [],
        **{name: " / ".join(dict.fromkeys(one[name] for one in there)) for name in MACHINE},
    }


def _spent(facts: Sequence[Mapping[str, Any]], seconds: float, workers: int, replicates: int) -> dict[str, Any]:
    """What this machine, and others before it, spent on points."""
    core_seconds = sum(float(one["core_seconds"]) for one in facts)
    return {
        **spent(seconds, workers, replicates, core_seconds),
        "core_seconds": round(core_seconds, 3),
        "peak_memory": max([peak_memory(), *(peak_memory() + int(one["peak_memory"]) for one in facts)]),
    }
