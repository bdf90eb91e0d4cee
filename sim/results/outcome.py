"""What a run hands over before it is tables: the numbers of every replicate, and the statistics of series."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from sim.axes import Floats
from sim.definitions.items import Event, Item


@dataclass(frozen=True)
class Outcome:
    """Everything a run gives, before it is tables.

    Parameters
    ----------
    name : str
        Name of the scenario.
    scenario : str
        The resolved scenario as YAML.
    seed : int
        Seed of the ensemble.
    seeds : mapping of str to str
        The sha256 of every table of seeds, by its file name.
    replicates : range
        Numbers of the replicates, one for each place on an axis R.
    metrics, series, draws : sequences of Item
        What rows are about.
    dates : sequence of date
        When series were recorded, ascending.
    measured : (M, R) array
        The metrics, each in its item's unit; a replicate that has no value holds NaN.
    drawn : (Q, R) array
        The draws.
    recorded : (T, V, 1 + levels) array
        Mean and quantiles of the series by date (`statistics.overview`).
    paths : (T, V, P) array
        The series of the first P replicates, which are written out path by path.
    events : mapping of Event to int
        In how many replicates each happened.
    headline : sequence of str
        Commodities that people look at first.
    seconds : float
        Wall time of the run.
    workers : int
        Processes that computed.
    tables : mapping of str to bytes
        Files of own tables, which the result carries so that its scenario runs again wherever it is.
    notes : sequence of str
        What to know when reading it.
    peak_memory : int
        The most that its worker processes held, in bytes, added up.
    """

    name: str
    scenario: str
    seed: int
    seeds: Mapping[str, str]
    replicates: range
    metrics: Sequence[Item]
    series: Sequence[Item]
    draws: Sequence[Item]
    dates: Sequence[date]
    measured: Floats
    drawn: Floats
    recorded: Floats
    paths: Floats
    events: Mapping[Event, int]
    headline: Sequence[str] = ()
    seconds: float = 0.0
    workers: int = 1
    peak_memory: int = 0
    notes: Sequence[str] = ()
    tables: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def has_windows(self) -> bool:
        """Whether any metric is about a part of the horizon."""
        return any(item.window for item in self.metrics)

    @property
    def has_paths(self) -> bool:
        """Whether any replicate is written out path by path."""
        return self.paths.shape[-1] > 0

    def is_certain(self) -> bool:
        """Whether there are several replicates and all say the same."""
        first = self.measured[:, :1]
        agree = (self.measured == first) | (np.isnan(self.measured) & np.isnan(first))
        return len(self.replicates) > 1 and bool(agree.all())
