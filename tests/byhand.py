"""Results made by hand: the value of each metric in each replicate is written in the test."""

from collections.abc import Mapping, Sequence

import numpy as np

from sim.definitions.items import Item
from sim.results.outcome import Outcome
from sim.results.result import Result

HORIZON = "horizon: {start: 2025-01-01, end: 2025-12-31, tick: 7 days}\n"


def result(
    name: str,
    values: Mapping[Item, Sequence[float]],
    *,
    says: str = "",
    horizon: str = HORIZON,
    seed: int = 7,
    seeds: Mapping[str, str] | None = None,
    first: int = 0,
) -> Result:
    """Replicates numbered from ``first``; one metric an entry, with a value a world."""
    measured = np.array(list(values.values()), float)
    replicates = range(first, first + measured.shape[-1])
    return Result(
        Outcome(
            name=name,
            scenario=f"monazite: 1\nname: {name}\n{horizon}{says}",
            seed=seed,
            seeds=seeds or {"regions.csv": "ab" * 32},
            replicates=replicates,
            metrics=list(values),
            series=[],
            draws=[],
            dates=[],
            measured=measured,
            drawn=np.empty((0, len(replicates))),
            recorded=np.empty((0, 0, 6)),
            paths=np.empty((0, 0, 0)),
            events={},
        )
    )
