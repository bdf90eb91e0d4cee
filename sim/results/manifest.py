"""What a result is made of: versions, hashes, seed, time and memory, so that it can be made again."""

import hashlib
import importlib
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path
from time import gmtime, strftime
from typing import Any

import numpy as np

from sim import __version__
from sim.definitions.book import declared
from sim.results.outcome import Outcome

ROOT = Path(__file__).resolve().parents[2]
MACHINE = ("cpu", "libc")  # last bits of exp and log depend on these: about 1e-9 of a result


def manifest(outcome: Outcome, folder: Path | None = None) -> dict[str, Any]:
    """Everything that another machine would need to make the same files, and what this one spent."""
    return {
        **origin(outcome.name, outcome.scenario, outcome.seeds, outcome.seed, len(outcome.replicates)),
        "first_replicate": outcome.replicates.start,
        "headline": list(outcome.headline),
        "notes": list(outcome.notes),
        "windows": list(dict.fromkeys(item.window for item in outcome.metrics if item.window)),
        **spent(outcome.seconds, outcome.workers, len(outcome.replicates)),
        "peak_memory": peak_memory() + outcome.peak_memory,
        "files": hashes(folder) if folder else {},
    }


def hashes(folder: Path) -> dict[str, str]:
    """The sha256 of each file in a folder and below, by its path from there."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {file.relative_to(folder).as_posix(): sha256(file) for file in files}


def origin(name: str, scenario: str, seeds: Mapping[str, str], seed: int, replicates: int) -> dict[str, Any]:
    """Where numbers come from and what they mean: versions, scenario, hashes of the tables, seed, replicates, names."""
    return {
        **versions(),
        **machine(),
        "git": git_revision(),
        "name": name,
        "scenario": hashlib.sha256(scenario.encode()).hexdigest(),
        "seeds": dict(sorted(seeds.items())),
        "seed": seed,
        "replicates": replicates,
        "definitions": declared().written(),
    }


def spent(seconds: float, workers: int, replicates: int, core_seconds: float | None = None) -> dict[str, Any]:
    """Say when numbers were written and what they took: nothing that is compared, or that a hash is made of.

    Parameters
    ----------
    seconds : float
        Wall time.
    workers : int
        Processes that computed.
    replicates : int
        How many were computed.
    core_seconds : float, optional
        Of processors, where all the replicates did not run in this wall time.
    """
    took = seconds if core_seconds is None else core_seconds
    return {
        "date": strftime("%Y-%m-%dT%H:%M:%SZ", gmtime()),
        "wall_time": round(seconds, 3),
        "time_per_replicate": round(took / max(replicates, 1), 6),
        "workers": workers,
        "cores": cores(),
    }


def cores() -> int:
    """How many processes can work at once here."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


@cache
def machine() -> dict[str, str]:
    """Tell what the last bits of a result depend on besides versions: the processor and the C library.

    ``cpu`` lists the vector instructions that numpy was built for and those that it found and dispatches to.
    """
    found: Any = np.show_config(mode="dicts")
    extensions = found.get("SIMD Extensions", {})
    features = [*extensions.get("baseline", ()), *extensions.get("found", ())]
    system = " ".join(filter(None, platform.libc_ver())) or f"{platform.system()} {platform.release()}"
    return {"cpu": " ".join([platform.machine(), *features]), "libc": system}


def machines(some: Iterable[Mapping[str, str]]) -> list[dict[str, str]]:
    """List those that are unlike, in an order of their own."""
    found = {tuple(sorted(one.items())) for one in some}
    return [dict(one) for one in sorted(found)]


def unlike(there: Mapping[str, Any], here: Mapping[str, Any]) -> list[str]:
    """Say in what two machines differ that moves the last bits; nothing of what either does not tell.

    Examples
    --------
    >>> unlike({"cpu": "x86_64 X86_V3", "libc": "glibc 2.36"}, {"cpu": "x86_64 X86_V4", "libc": "glibc 2.36"})
    ['cpu x86_64 X86_V3 against x86_64 X86_V4']
    """
    return [
        f"{name} {there[name]} against {here[name]}"
        for name in MACHINE
        if name in there and name in here and there[name] != here[name]
    ]


def versions() -> dict[str, str]:
    """Tell what computes here: the bits of a result depend on these."""
    return {
        "monazite": __version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "scipy": version("scipy"),
        "simd": simd_level(),
    }


def simd_level() -> str:
    """Name the widest vector instructions that numpy found, over the baseline that it was built for."""
    found: Any = np.show_config(mode="dicts")
    extensions = found.get("SIMD Extensions", {})
    return (extensions.get("found") or extensions.get("baseline") or ["none"])[-1]


@cache
def git_revision() -> str | None:
    """Give the revision of the checkout that runs, marked if changed; None outside a checkout."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        return None
    command = [git, "-C", str(ROOT), "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    return answer.stdout.strip() or None


def peak_memory() -> int:
    """Most memory in bytes that this process ever held; 0 where no one counts."""
    try:
        resource = importlib.import_module("resource")
    except ImportError:
        return 0
    unit = 1 if sys.platform == "darwin" else 1024
    return unit * int(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def sha256(file: Path) -> str:
    """Hash of a file's bytes."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def changed(folder: Path, written: Mapping[str, str]) -> list[str]:
    """Names of files that are not there with the hash that they were written with."""
    return [name for name, digest in written.items() if not _is_as_written(folder / name, digest)]


def _is_as_written(file: Path, digest: str) -> bool:
    return file.is_file() and sha256(file) == digest
