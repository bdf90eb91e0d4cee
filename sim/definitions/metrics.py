"""What a metric is: declared where it arises, listed for people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sim.definitions.items import Item

METRICS: dict[str, Metric] = {}


@dataclass(frozen=True)
class Metric:
    """One number a replicate and item: its unit, what it is about, which way is better, and its definition."""

    name: str
    unit: str
    by: tuple[str, ...]
    better: Literal["lower", "higher", "neither"]
    definition: str
    headline: bool = False
    reported: bool = False  # printed after a run, too
    over: Literal["sum", "end"] | None = "sum"  # in a window: what it gained, how it stands at the end, or not at all
    idle: str = ""  # what it means if it is zero in every replicate, and so is all else of this kind: it did nothing
    because: str = ""  # what it means if it is zero, too

    def item(self, **keys: str) -> Item:
        """The metric about something."""
        return Item(self.name, unit=self.unit, **keys)


def declare(metric: Metric) -> Metric:
    """Add a metric to those that are listed; its name must be new."""
    if metric.name in METRICS:
        raise TypeError(f"the metric {metric.name!r} is declared twice")
    METRICS[metric.name] = metric
    return metric
