"""Published figures beside the year: which masses a figure sums, what they are, how far off."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Literal, NamedTuple

from sim.world.rows import BaseYearRow, FacilityRow, Quantity
from sim.world.sources import PublishedRow

Kind = Quantity | Literal["loss"]
Contents = Mapping[str, Mapping[str, float]]  # commodity → element → t REO a tonne
SECTOR = "sector"  # stands for a process where sectors use


class Mass(NamedTuple):
    """Tonnes of something in the base year: what a figure can count."""

    quantity: Kind
    process: str
    commodity: str
    region: str
    partner: str = ""
    sector: str = ""
    facility: str = ""


@dataclass(frozen=True)
class Compared:
    """A published figure and what the balanced year makes of it."""

    figure: str
    published: float
    balanced: float
    change: float  # balanced ÷ published − 1; of a share the difference
    unit: str
    fitted: bool
    confidence: str
    source: str
    note: str


def chosen(pattern: str, name: str) -> bool:
    """Whether a pattern of a published figure takes in a name.

    Examples
    --------
    >>> chosen("EU+GB", "GB"), chosen("*-CN", "CN"), chosen("magnet.*", "magnet.SmCo"), chosen("", "any")
    (True, False, True, True)
    """
    if pattern.startswith("*-"):
        return bool(name) and name not in pattern[2:].split("-")
    return not pattern or any(fnmatchcase(name, part) for part in pattern.split("+"))


def weights(row: PublishedRow, masses: Iterable[Mass], contents: Contents) -> dict[Mass, float]:
    """What each mass counts in a figure; a share of a whole counts the whole at minus the share."""
    out = {}
    for mass in masses:
        part, whole = _chosen(row, mass, row.region), row.whole and _chosen(row, mass, row.whole)
        if count := part - row.value * bool(whole):
            out[mass] = count * row.factor * _counted(row.element, contents[mass.commodity])
    return out


def _chosen(row: PublishedRow, mass: Mass, regions: str) -> bool:
    """Whether a figure takes in a mass, of some regions."""
    columns = ("quantity", "process", "commodity", "partner", "sector", "facility")
    return chosen(regions, mass.region) and all(chosen(getattr(row, c), getattr(mass, c)) for c in columns)


def _counted(elements: str, content: Mapping[str, float]) -> float:
    """Tonnes, or t REO of the elements, in a tonne."""
    return sum(v for e, v in content.items() if chosen(elements, e)) if elements else 1.0


def masses_of(rows: Sequence[BaseYearRow], facilities: Sequence[FacilityRow]) -> dict[Mass, float]:
    """All masses of a base year, t/year."""
    process = {row.facility: row.process for row in facilities}
    region = {row.facility: row.region for row in facilities}
    activity = {row.facility: row.value for row in rows if row.quantity == "activity"}
    out = {}
    for row in rows:
        if row.quantity in ("input", "output"):
            f = row.facility
            key = Mass(row.quantity, process[f], row.commodity, region[f], facility=f)
            out[key] = row.value * activity[f]
        elif row.quantity in ("flow", "use", "other_use"):
            kind = SECTOR if row.quantity == "use" else ""
            out[Mass(row.quantity, kind, row.commodity, row.region, row.partner, row.sector)] = row.value
    return out


def contents_of(rows: Sequence[BaseYearRow]) -> dict[str, dict[str, float]]:
    """Contents of all commodities."""
    out: dict[str, dict[str, float]] = {}
    for row in rows:
        if row.quantity == "content":
            out.setdefault(row.commodity, {})[row.element] = row.value
    return out


def compare(
    published: Sequence[PublishedRow], rows: Sequence[BaseYearRow], facilities: Sequence[FacilityRow]
) -> list[Compared]:
    """Compare a base year with what is published, what moved most first."""
    masses, contents = masses_of(rows, facilities), contents_of(rows)
    out = [_compared(row, masses, contents) for row in published]
    return sorted(out, key=lambda c: (-abs(c.change), c.figure))


def _compared(row: PublishedRow, masses: Mapping[Mass, float], contents: Contents) -> Compared:
    part = replace(row, whole="")
    balanced = _sum(part, masses, contents)
    change = balanced / row.value - 1
    if row.whole:
        balanced /= _sum(replace(part, region=row.whole), masses, contents)
        change = balanced - row.value
    return Compared(
        row.figure, row.value, balanced, change, row.unit, row.spread > 0, row.confidence, row.source, row.note
    )


def _sum(row: PublishedRow, masses: Mapping[Mass, float], contents: Contents) -> float:
    return sum(w * masses[mass] for mass, w in weights(row, masses, contents).items())
