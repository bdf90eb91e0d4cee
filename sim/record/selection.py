"""What a run keeps: which items of which variables and metrics (docs: interfaces of result folders)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from sim.axes import Bools, Floats, Ints, Sum
from sim.definitions.items import ALL, Item
from sim.definitions.variables import VARIABLES, variables
from sim.record.fields import Label, parts_of
from sim.world.build import World

ROW_KEYS = ("commodity", "region", "partner", "sector")


@dataclass(frozen=True)
class Focus:
    """What a scenario is about: the goods its controls cover and whose measures they are.

    Parameters
    ----------
    covered : sequence of str
        Commodities under any control, and those that are always of interest.
    controlling : str
        Region of the first control; empty where there is none.
    origins : mapping
        Origin of each commodity: of the first control that covers it, else its largest exporter.
    first_control : int or None
        Day on which the first control is announced.
    everything : bool
        Keep every item.
    """

    covered: Sequence[str]
    controlling: str
    origins: Mapping[str, str]
    first_control: int | None
    everything: bool = False
    headline: Sequence[str] = field(default_factory=tuple)


class Labels:
    """Rows of a field by what they are about, to find those of an item.

    Parameters
    ----------
    labels : sequence of Label
    """

    def __init__(self, labels: Sequence[Label]) -> None:
        columns = {key: np.array([getattr(label, key) for label in labels], dtype=str) for key in ROW_KEYS}
        self.columns = {key: np.unique(column, return_inverse=True) for key, column in columns.items()}
        self.size = len(labels)
        self._masks: dict[tuple[str, str], Bools] = {}

    def rows(self, item: Item) -> Ints:
        """Rows of an item; empty and ``*`` are all, ``*-CN`` all but one, ``magnet.*`` a stage, ``US+EU`` both."""
        found = np.ones(self.size, bool)
        for key in ROW_KEYS:
            pattern = getattr(item, key)
            if pattern not in ("", ALL):
                found &= self._mask(key, pattern)
        return np.flatnonzero(found)

    def _mask(self, key: str, pattern: str) -> Bools:
        if (key, pattern) not in self._masks:
            values, rows = self.columns[key]
            self._masks[key, pattern] = np.array([_matches(value, pattern) for value in values.tolist()], bool)[rows]
        return self._masks[key, pattern]


def _matches(value: str, pattern: str) -> bool:
    if pattern.startswith(ALL + "-"):
        return value != pattern[2:]
    if pattern.endswith(".*"):
        return value.startswith(pattern[:-1])
    return value in pattern.split("+")


def rows_of(items: Sequence[Item], labels: Sequence[Label], weights: Floats | None = None) -> Sum:
    """(items, rows): adds up the rows of each item; with weights, their weighted mean."""
    index = Labels(labels)
    entries: list[tuple[int, int, float]] = []
    for i, item in enumerate(items):
        rows = index.rows(item)
        each = np.ones(len(rows)) if weights is None or not weights[rows].any() else weights[rows]
        total = 1.0 if weights is None else float(each.sum())
        entries += [(i, row, value) for row, value in zip(rows.tolist(), (each / total).tolist(), strict=True)]
    return Sum.of(entries, (len(items), len(labels)))


def items_of(world: World, focus: Focus, wanted: Iterable[str], labels: Mapping[str, Sequence[Label]]) -> list[Item]:
    """Items of some variables that exist and are kept, in a fixed order; labels are of the rows of each field."""
    items: dict[Item, None] = {}
    index = {name: Labels(rows) for name, rows in labels.items()}
    for name in (name for name in variables() if name in set(wanted) and index.keys() >= set(parts_of(Item(name)))):
        for keys in _keys(world, focus, name):
            item = VARIABLES[name].item(**keys)
            if all(len(index[part].rows(item)) for part in parts_of(item)):
                items[item] = None
    return list(items)


def _keys(world: World, focus: Focus, name: str) -> Iterator[dict[str, str]]:
    """Combinations of names that an item of a variable may be about."""
    by = VARIABLES[name].by
    if "sector" in by and "commodity" not in by:
        yield from _sector_keys(world, focus)
    elif by == ("region", "sector", "commodity"):
        yield from _sector_keys(world, focus)
        for commodity in _goods(world, focus):
            for region in (ALL, *_but_controlling(focus)):
                yield {"commodity": commodity, "region": region, "sector": ALL}
    else:
        for commodity in _goods(world, focus, stages=not name.startswith("price")):
            everywhere = focus.everything or (name == "price_spot" and commodity in focus.headline)
            yield from _trade_keys(world, focus, commodity, name, everywhere=everywhere)


def _sector_keys(world: World, focus: Focus) -> Iterator[dict[str, str]]:
    for sector, region in sorted(world.sectors.names):
        yield {"region": region, "sector": sector}
    for sector in sorted({s for s, _ in world.sectors.names}):
        for region in (ALL, *_but_controlling(focus)):
            yield {"region": region, "sector": sector}
    for region in (*world.regions, ALL, *_but_controlling(focus)):
        yield {"region": region, "sector": ALL}


def _resale_keys(world: World, commodity: str, *, everything: bool) -> Iterator[dict[str, str]]:
    """Who sells on, to whom, and all of it; who to whom where everything is kept."""
    for region in (*world.regions, ALL):
        partners = (*world.regions, ALL) if region == ALL or everything else (ALL,)
        yield from ({"commodity": commodity, "region": region, "partner": partner} for partner in partners)


def _trade_keys(world: World, focus: Focus, commodity: str, name: str, *, everywhere: bool) -> Iterator[dict[str, str]]:
    by = VARIABLES[name].by
    if name == "resold":
        yield from _resale_keys(world, commodity, everything=focus.everything)
        return
    origin = focus.origins.get(commodity, focus.controlling)
    regions = world.regions if everywhere else tuple(filter(None, [origin]))
    more = {"sector": ALL} if "sector" in by else {}
    for region in (*regions, ALL, *([f"{ALL}-{origin}"] if origin else [])):
        if "partner" not in by:
            yield {"commodity": commodity, "region": region, **more}
            continue
        partners = world.regions if region == origin or focus.everything else ()
        for partner in (ALL, *partners):
            yield {"commodity": commodity, "region": region, "partner": partner}


def _goods(world: World, focus: Focus, stages: bool = True) -> list[str]:
    """Commodities that are kept, and the stages they belong to; a stage has no price."""
    kept = world.commodities if focus.everything else [c for c in world.commodities if c in set(focus.covered)]
    if not stages:
        return list(kept)
    stages_of = dict.fromkeys(world.stage[c] + ".*" for c in kept)
    return [*kept, *(s for s in stages_of if sum(world.stage[c] + ".*" == s for c in world.commodities) > 1)]


def _but_controlling(focus: Focus) -> tuple[str, ...]:
    return (f"{ALL}-{focus.controlling}",) if focus.controlling else ()
