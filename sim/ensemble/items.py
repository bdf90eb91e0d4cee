"""What the recorder hands over: items, events, and the numbers of a chunk of worlds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from sim.axes import Floats

KEYS = ("commodity", "region", "partner", "sector", "facility", "instrument")


@dataclass(frozen=True)
class Item:
    """A metric, variable or drawn quantity, what it is about, and its unit; keys that do not apply are empty.

    ``*`` stands in a key that was summed over.
    """

    name: str
    commodity: str = ""
    region: str = ""
    partner: str = ""
    sector: str = ""
    facility: str = ""
    instrument: str = ""
    unit: str = ""
    window: str = ""  # part of the horizon that a metric is about; empty for all of it

    @property
    def cells(self) -> tuple[str, ...]:
        """The item as cells of a table: name, keys, window, unit."""
        return (self.name, *(getattr(self, key) for key in KEYS), self.window, self.unit)


class Event(NamedTuple):
    """Something that happened on a day, in one world or in many."""

    date: date
    event: str
    subject: str
    region: str = ""
    commodity: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Block:
    """What one chunk of worlds gave.

    Parameters
    ----------
    replicates : range
        Numbers of the worlds, one for each place on the last axis.
    metrics : (M, R) array
        Rows as `Outcome.metrics`, each in its item's unit; a world that has no value holds NaN.
    draws : (Q, R) array
        Rows as `Outcome.draws`.
    events : mapping of Event to int
        In how many worlds of the block each happened.
    """

    replicates: range
    metrics: Floats
    draws: Floats
    events: Mapping[Event, int] = field(default_factory=dict)
