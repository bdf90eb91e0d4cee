"""What numbers are about: items and events."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

ALL = "*"  # stands in a key that was summed over
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
    """Something that happened on a day, in one replicate or in many."""

    date: date
    event: str
    subject: str
    region: str = ""
    commodity: str = ""
    detail: str = ""
