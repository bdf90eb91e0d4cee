"""How series are read off the fields; worked out once for all chunks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import final

from sim.axes import Floats, Sum, ratio
from sim.definitions.items import Item
from sim.definitions.variables import VARIABLES
from sim.ensemble.clock import Tick
from sim.market.tick import Market
from sim.record.fields import Field, parts_of
from sim.record.selection import rows_of


@dataclass(frozen=True)
class _Reading:
    """Series that are read off one field, and the sums that make them."""

    field: str
    items: Sequence[Item]
    sums: Sum


@final
class Readings:
    """Reads flows and ratios off running sums (what was gained since the reading before), and levels as they stand.

    Parameters
    ----------
    wanted : sequence of Item
        The series; those that no field gives are kept by instruments.
    fields : mapping of str to Field
        Labels and weights; nothing is read here.

    Attributes
    ----------
    items : tuple of Item
        The series in the order in which they are given: flows, ratios, levels, then those that instruments keep.
    """

    def __init__(self, wanted: Sequence[Item], fields: Mapping[str, Field]) -> None:
        by_field = {name: [item for item in wanted if name in parts_of(item)] for name in fields}
        of_kind: dict[str, list[_Reading]] = {"flow": [], "ratio": [], "level": []}
        for name, items in by_field.items():
            if items:
                reading = _Reading(name, items, rows_of(items, fields[name].labels, fields[name].weights))
                of_kind[VARIABLES[items[0].name].kind].append(reading)
        self.flows, self.ratios, self.levels = of_kind["flow"], of_kind["ratio"], of_kind["level"]
        self.others = [item for item in wanted if not fields.keys() & set(parts_of(item))]
        given = [reading.items for reading in (*self.flows, *self.ratios[:1], *self.levels)]
        self.items = (*chain.from_iterable(given), *self.others)
        self.needs = {reading.field for reading in (*self.flows, *self.ratios)}

    def added(self, running: Mapping[str, Floats]) -> list[Floats]:
        """What has added up: of flows, then of what ratios divide and what they divide by."""
        return [reading.sums(running[reading.field]) for reading in (*self.flows, *self.ratios)]

    def gains(self, start: Sequence[Floats], end: Sequence[Floats], days: float) -> Iterator[Floats]:
        """Flows and ratios of the days between two readings of what has added up."""
        gained = [after - before for before, after in zip(start, end, strict=True)]
        yield from (gain / days for gain in gained[: len(self.flows)])
        if self.ratios:
            yield ratio(*gained[len(self.flows) :])

    def standing(self, levels: Mapping[str, Field], market: Market, tick: Tick) -> Iterator[Floats]:
        """Levels at the end of a tick."""
        return (reading.sums(levels[reading.field].read(market, tick)) for reading in self.levels)
