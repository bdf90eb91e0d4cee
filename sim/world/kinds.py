"""What tells rows of a table apart, what they refer to, and what a row laid over another may change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sim.world.rows import (
    BaseYearRow,
    ChangeoverRow,
    CommodityRow,
    CostShareRow,
    DateRow,
    DesignRow,
    ElementRow,
    EndUseRow,
    ExpansionPriceRow,
    ExpansionRecipeRow,
    ExpansionRow,
    FacilityRow,
    ParameterRow,
    ProcessRow,
    ProjectRow,
    RangeRow,
    RecordRow,
    RegionRow,
    RouteRow,
    SectorRow,
)


@dataclass(frozen=True)
class Kind:
    """What the rows of a table are, which columns tell them apart, and which name rows of other tables.

    Parameters
    ----------
    row : type
        Dataclass of a row.
    key : tuple of str
        Columns that tell rows apart.
    names : mapping of str to str
        Table whose rows a column names, by column.
    fixed : mapping of str to str
        Columns that a row laid over another leaves as they are, and what to do instead.
    others : str
        Column in which ``*`` stands for all that have no row of their own.
    ranged : tuple of str
        Columns of which `low` and `high` may be the range, the usual one first: one of them lies in it.
    optional : tuple of str
        Columns that name rows of other tables and may be empty.
    read : tuple of str
        Columns of evidence that a run reads.
    closed : bool
        Whether rows of other folders only change those that ship.
    """

    row: type[Any]
    key: tuple[str, ...]
    names: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)
    others: str = ""
    ranged: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    read: tuple[str, ...] = ()
    closed: bool = False


MEASURED: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "activity": ("t/year", ("facility",)),
    "input": ("t/t", ("commodity", "facility")),
    "output": ("t/t", ("commodity", "facility")),
    "flow": ("t/year", ("commodity", "region", "partner")),
    "use": ("t/year", ("commodity", "region", "sector")),
    "other_use": ("t/year", ("commodity", "region")),
    "content": ("t REO/t", ("commodity", "element")),
    "price": ("USD/kg", ("commodity", "region")),
}
"""Of each quantity of the base year its unit and the columns that apply; the others are empty."""

_EQUATIONS = "Beyond it the equations mean nothing."
_DATES = "The dates of a plant are in projects.csv."
KINDS: Mapping[str, Kind] = {
    "elements": Kind(ElementRow, ("element",)),
    "commodities": Kind(
        CommodityRow,
        ("commodity",),
        fixed={"unit": "All numbers of a commodity are in its unit: add another commodity."},
        ranged=("user_cover", "producer_cover"),
    ),
    "regions": Kind(RegionRow, ("region",)),
    "routes": Kind(
        RouteRow,
        ("origin", "destination"),
        {"origin": "regions", "destination": "regions"},
        ranged=("transit", "freight"),
    ),
    "facilities": Kind(
        FacilityRow,
        ("facility",),
        {"region": "regions"},
        fixed={
            "basis": "Give the capacity in what it is measured in.",
            "status": "What is built follows from projects.csv and expansions.csv.",
            "start": _DATES,
            "full": _DATES,
            "capacity_planned": "What projects add to a facility is in expansions.csv.",
            "unit_cost": "The unit cost of a plant is in projects.csv.",
        },
    ),
    "sectors": Kind(
        SectorRow, ("sector", "region"), {"region": "regions"}, ranged=("value_added", "cover", "growth", "spread")
    ),
    "parameters": Kind(
        ParameterRow,
        ("parameter",),
        fixed={"unit": "Write the value in it.", "least": _EQUATIONS, "most": _EQUATIONS},
        ranged=("value",),
        closed=True,
    ),
    "base_year": Kind(
        BaseYearRow,
        ("quantity", "commodity", "element", "region", "partner", "sector", "facility"),
        {
            "commodity": "commodities",
            "element": "elements",
            "region": "regions",
            "partner": "regions",
            "sector": "sectors",
            "facility": "facilities",
        },
    ),
    "end_uses": Kind(EndUseRow, ("sector",), ranged=("spare", "wait")),
    "designs": Kind(
        DesignRow,
        ("design", "sector", "commodity"),
        {"commodity": "commodities", "instead": "commodities", "sector": "sectors"},
        ranged=("ceiling", "amount", "cost", "once", "qualify", "rate"),
        optional=("instead",),
    ),
    "changeovers": Kind(
        ChangeoverRow,
        ("facility", "other"),
        {"facility": "facilities", "other": "facilities"},
        ranged=("share", "time"),
    ),
    "processes": Kind(ProcessRow, ("process",), closed=True),
    "projects": Kind(
        ProjectRow,
        ("project",),
        {"region": "regions"},
        ranged=("unit_cost", "capital", "contracted", "permit", "construction", "ramp", "qualification", "life"),
    ),
    "expansions": Kind(
        ExpansionRow, ("project", "facility"), {"project": "projects", "facility": "facilities"}, ranged=("capacity",)
    ),
    "expansion_recipes": Kind(
        ExpansionRecipeRow,
        ("facility", "commodity", "side"),
        {"facility": "facilities", "commodity": "commodities"},
        ranged=("amount",),
    ),
    "expansion_prices": Kind(
        ExpansionPriceRow, ("commodity", "region"), {"commodity": "commodities", "region": "regions"}, ranged=("price",)
    ),
    "records": Kind(RecordRow, ("slips",), ranged=("median", "sigma", "failure")),
    "cost_shares": Kind(
        CostShareRow,
        ("process", "region"),
        {"region": "regions"},
        others="region",
        ranged=("met", "operating", "capital", "environmental", "social"),
    ),
    "dates": Kind(DateRow, ("what",)),
    "ranges": Kind(RangeRow, ("table", "column", "by", "which"), optional=("by", "which"), read=("low", "high")),
}

DRAWN: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("sectors", "cover"): ("sector", "region"),
    ("sectors", "spread"): ("sector", "region"),
    ("sectors", "value_added"): ("sector", "region"),
    ("commodities", "user_cover"): ("commodity", "stage"),
    ("end_uses", "spare"): ("sector",),
    ("end_uses", "wait"): ("sector",),
    ("designs", "ceiling"): ("design", "sector", "commodity"),
    ("designs", "qualify"): ("design", "sector", "commodity"),
    ("projects", "unit_cost"): ("project", "process", "region"),
}
"""Columns that may be drawn, and by which columns of their tables rows may share a factor."""
