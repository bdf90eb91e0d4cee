"""The tables the base year is balanced from: what is thought to be true before masses are made to agree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sim.world.kinds import KINDS, Kind
from sim.world.rows import (
    CommodityRow,
    ElementRow,
    FacilityRow,
    Fact,
    ParameterRow,
    ProcessRow,
    RegionRow,
    RouteRow,
    SectorRow,
)
from sim.world.tables import Layer, read_tables


@dataclass(frozen=True)
class ContentRow(Fact):
    """What a tonne of a commodity holds of an element, the same everywhere."""

    commodity: str
    element: str
    content: float  # t REO a tonne


@dataclass(frozen=True)
class RecipeRow(Fact):
    """What a unit of activity takes in or gives."""

    recipe: str
    commodity: str
    side: Literal["input", "output"]
    amount: float  # t per unit of activity
    spread: float  # relative; 0 where balancing must not change it


@dataclass(frozen=True)
class ActivityRow(Fact):
    """What a facility did in the base year, and by which recipe."""

    facility: str
    recipe: str
    activity: float  # t/year


@dataclass(frozen=True)
class TradeRow(Fact):
    """A flow that exists, home flows included; those that are not here do not."""

    commodity: str
    origin: str
    destination: str
    flow: float  # t/year


@dataclass(frozen=True)
class UseRow(Fact):
    """What a sector uses; without it, its lines stop."""

    sector: str
    region: str
    commodity: str
    use: float  # t/year


@dataclass(frozen=True)
class OtherUseRow(Fact):
    """What is made and nobody in the model wants."""

    commodity: str
    region: str
    use: float  # t/year


@dataclass(frozen=True)
class OxidePriceRow(Fact):
    """A base price that others are derived from."""

    commodity: str
    region: str
    price: float  # USD/kg


@dataclass(frozen=True)
class PublishedRow(Fact):
    """A published figure: a sum of masses of the year, or a region's share of one.

    Columns that choose masses hold a name, several joined by ``+``, a pattern with ``*``, all but some as
    ``*-CN``, or nothing for any.
    """

    figure: str
    quantity: str
    process: str  # of the facility; sector for what sectors use
    commodity: str
    element: str  # counts contents of these elements instead of tonnes; * all of them
    region: str
    partner: str
    sector: str
    facility: str
    whole: str  # regions of the whole that the figure is a share of; empty for a mass
    factor: float  # by which masses are multiplied to be in the figure's unit
    value: float
    unit: str
    spread: float  # relative; 0 where the year is compared with it and not fitted to it


@dataclass(frozen=True)
class Sources:
    """All tables the base year is made from."""

    elements: tuple[ElementRow, ...]
    commodities: tuple[CommodityRow, ...]
    regions: tuple[RegionRow, ...]
    routes: tuple[RouteRow, ...]
    facilities: tuple[FacilityRow, ...]
    sectors: tuple[SectorRow, ...]
    parameters: tuple[ParameterRow, ...]
    processes: tuple[ProcessRow, ...]
    contents: tuple[ContentRow, ...]
    recipes: tuple[RecipeRow, ...]
    activities: tuple[ActivityRow, ...]
    trade: tuple[TradeRow, ...]
    uses: tuple[UseRow, ...]
    other_uses: tuple[OtherUseRow, ...]
    base_prices: tuple[OxidePriceRow, ...]
    published: tuple[PublishedRow, ...]


GOODS = {"commodity": "commodities"}
LATER = (  # what the base year does not need
    "base_year", "projects", "expansions", "expansion_recipes", "expansion_prices", "records", "cost_shares", "dates",
    "end_uses", "designs", "changeovers", "ranges",
)  # fmt: skip
SOURCE_KINDS = {name: kind for name, kind in KINDS.items() if name not in LATER} | {
    "contents": Kind(ContentRow, ("commodity", "element"), GOODS | {"element": "elements"}),
    "recipes": Kind(RecipeRow, ("recipe", "commodity", "side"), GOODS),
    "activities": Kind(ActivityRow, ("facility",), {"facility": "facilities", "recipe": "recipes"}),
    "trade": Kind(
        TradeRow,
        ("commodity", "origin", "destination"),
        GOODS | {"origin": "regions", "destination": "regions"},
    ),
    "uses": Kind(UseRow, ("sector", "region", "commodity"), GOODS | {"region": "regions", "sector": "sectors"}),
    "other_uses": Kind(OtherUseRow, ("commodity", "region"), GOODS | {"region": "regions"}),
    "base_prices": Kind(OxidePriceRow, ("commodity", "region"), GOODS | {"region": "regions"}),
    "published": Kind(PublishedRow, ("figure",)),
}


def read_sources(folder: Layer) -> Sources:
    """Read what the base year is balanced from."""
    return Sources(**read_tables(SOURCE_KINDS, folder))
