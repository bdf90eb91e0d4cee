"""monazite: scenario simulation of rare-earth supply disruptions.

`load` a scenario, `run` it, `compare` results, `read` one back.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.analysis.compare import compare
    from sim.plan import load
    from sim.results.result import Result
    from sim.scenario.scenario import Scenario
    from sim.simulation import run
    from sim.sweeps.reading import read

__all__ = ["Result", "Scenario", "compare", "load", "read", "run"]
__version__ = "0.1.0"

_HOME = {
    "Result": "sim.results.result",
    "Scenario": "sim.scenario.scenario",
    "compare": "sim.analysis.compare",
    "load": "sim.plan",
    "read": "sim.sweeps.reading",
    "run": "sim.simulation",
}


def __getattr__(name: str) -> object:
    """Import what is asked for when it is asked for: `monazite --help` needs none of it."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)
