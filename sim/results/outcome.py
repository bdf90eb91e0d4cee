"""What a run hands over before it is tables: the numbers of every world, in blocks as chunks gave them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from sim.axes import Floats
from sim.ensemble.items import Block, Event, Item


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
    metrics, series, draws : sequences of Item
        What the rows of the blocks are about.
    dates : sequence of date
        When series were recorded, ascending.
    blocks : sequence of Block
        In order of replicate, without gaps.
    headline : sequence of str
        Commodities that people look at first.
    paths : int
        How many worlds are written out path by path.
    seconds : float
        Wall time of the run.
    """

    name: str
    scenario: str
    seed: int
    seeds: Mapping[str, str]
    metrics: Sequence[Item]
    series: Sequence[Item]
    draws: Sequence[Item]
    dates: Sequence[date]
    blocks: Sequence[Block]
    headline: Sequence[str] = ()
    paths: int = 0
    seconds: float = 0.0

    @property
    def replicates(self) -> range:
        """Numbers of all worlds."""
        return range(self.blocks[0].replicates.start, self.blocks[-1].replicates.stop)

    def all_metrics(self) -> Floats:
        """Every metric over the whole replicate axis, as an (M, R) array."""
        return np.concatenate([block.metrics for block in self.blocks], axis=-1)

    def all_draws(self) -> Floats:
        """Every draw over the whole replicate axis, as a (Q, R) array."""
        return np.concatenate([block.draws for block in self.blocks], axis=-1)

    def is_certain(self) -> bool:
        """Whether there are several worlds and all say the same."""
        first = self.blocks[0].metrics[:, :1]
        agree = (((block.metrics == first) | (np.isnan(block.metrics) & np.isnan(first))) for block in self.blocks)
        return len(self.replicates) > 1 and all(one.all() for one in agree)

    def one_series(self, row: int) -> Floats:
        """One series over the whole replicate axis, as a (T, R) array; the others stay where they are."""
        return np.concatenate([block.series[row] for block in self.blocks], axis=-1)

    def all_events(self) -> Counter[Event]:
        """In how many worlds each event happened."""
        return sum((Counter(block.events) for block in self.blocks), Counter())
