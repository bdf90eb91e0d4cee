"""What the rows of the seeds tables are: one row one fact, each with its source and confidence.

Here stand the limits of every column: beyond them a number makes no sense, whose table it ever is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal, TypeAlias

from sim.world.cells import Day, Limits

Confidence = Literal["high", "medium", "low", "assumption"]
Process = Literal["mine", "separation", "metal", "magnet", "component", "recycling", "chemical"]
Slips = Literal["greenfield", "separation", "brownfield", "magnet", "metal", "recycling"]
Stage = Literal["permit", "decision", "construction", "operating"]
Quantity = Literal["activity", "input", "output", "flow", "use", "other_use", "content", "price"]

Share: TypeAlias = Annotated[float, Limits(0, 1, "as a share of 1")]
Weeks: TypeAlias = Annotated[float, Limits(0.1, 520, "weeks")]
SPREAD = Limits(0.01, 5)  # beyond it all firms or none are out of stock
Months: TypeAlias = Annotated[float, Limits(0, 600, "months")]
TonnesPerYear: TypeAlias = Annotated[float, Limits(0, 1e9, "t/year", above=True)]
DollarsPerKilogram: TypeAlias = Annotated[float, Limits(0, 1e6, "USD/kg", above=True)]
Date: TypeAlias = Annotated[str, Day()]
Period: TypeAlias = Annotated[str, Day(coarse=True)]


@dataclass(frozen=True)
class Fact:
    """What every row carries besides its fact; an assumption has a range (``low``, ``high``, as written)."""

    source: str
    confidence: Confidence
    low: str
    high: str
    note: str


@dataclass(frozen=True)
class ElementRow(Fact):
    """A chemical element that is traced."""

    element: str
    name: str
    group: Literal["light", "heavy", "other"]


@dataclass(frozen=True)
class CommodityRow(Fact):
    """A tradable good; its content of elements is in the base year."""

    commodity: str
    stage: str
    name: str
    unit: Literal["t REO", "t"]
    customs_code: str  # goods of one code are look-alikes to a customs officer
    user_cover: Weeks  # weeks of expected use that plants hold of it
    producer_cover: Weeks  # weeks of expected orders that its producers hold
    headline: bool  # whether its prices are always recorded


@dataclass(frozen=True)
class RegionRow(Fact):
    """A market with its own price."""

    region: str
    name: str
    allied: bool


@dataclass(frozen=True)
class RouteRow(Fact):
    """A way goods take between two regions, or within one."""

    origin: str
    destination: str
    transit: Annotated[float, Limits(0, 730, "days")]  # days from works to works
    freight: Annotated[float, Limits(0, 10, "as a share of value")]  # share of value


@dataclass(frozen=True)
class FacilityRow(Fact):
    """One plant or mine, or a national aggregate; a project is a facility that is not yet."""

    facility: str
    operator: str
    region: str
    process: Process
    status: Literal["operating", "project"]
    capacity: Annotated[float, Limits(0, 1e9, "t/year")]  # t/year of what it is measured in
    basis: str  # what capacity is measured in
    start: Period  # first output, ISO date, month or year; empty where long ago or unknown
    full: Period  # full capacity
    capacity_planned: Annotated[
        float, Limits(0, 1e9, "t/year")
    ]  # t/year when full; equals capacity where no expansion is planned
    unit_cost: Annotated[
        float | None, Limits(0, 1e6, "USD/kg")
    ]  # USD/kg of the basis, conversion only; empty where not known


@dataclass(frozen=True)
class ProjectRow(Fact):
    """A project by name, whose capacity comes in stages; what it adds to which facility is in expansions."""

    project: str
    operator: str
    region: str
    process: Process
    slips: Slips  # whose record of slips and failures it follows
    stage: Stage  # at the start of the base year, or when it is announced
    announced: Date  # ISO date; empty where it is known from the start
    permit: Months  # months that permits are planned to take still
    decision: Date  # ISO date planned for the investment decision; empty where it is taken
    construction: Months  # months planned from the decision to first output
    start: Date  # ISO date of first output: planned, in construction; true, where it operates
    ramp: Annotated[float, Limits(0, 600, "months", above=True)]  # months from first output to nameplate
    qualification: Months  # months until its customers may take all of it, median
    capital: Annotated[float, Limits(0, 1e6, "M USD", above=True)]  # M USD of 2025
    life: Annotated[float, Limits(0, 200, "years", above=True)]  # years
    unit_cost: DollarsPerKilogram  # USD/kg of activity, without what it buys as inputs
    contracted: Share  # share of output that private customers have bound themselves to take at cost


@dataclass(frozen=True)
class ExpansionRow(Fact):
    """What a project adds to a facility."""

    project: str
    facility: str
    capacity: TonnesPerYear  # t/year of activity at nameplate


@dataclass(frozen=True)
class ExpansionRecipeRow(Fact):
    """What a facility that nobody runs in the base year takes and makes."""

    facility: str
    commodity: str
    side: Literal["input", "output"]
    amount: Annotated[float, Limits(0, 1e4, "t a unit of activity", above=True)]  # t a unit of activity


@dataclass(frozen=True)
class ExpansionPriceRow(Fact):
    """A price in the base year where nobody trades in it."""

    commodity: str
    region: str
    price: DollarsPerKilogram  # USD/kg


@dataclass(frozen=True)
class RecordRow(Fact):
    """How late projects of a kind have been, and how many were given up."""

    slips: Slips
    median: Annotated[float, Limits(0, 600, "months", above=True)]  # months beyond the plan
    sigma: Annotated[float, Limits(0, 5)]  # of the lognormal
    failure: Share  # share of those that had not begun to build


@dataclass(frozen=True)
class CostShareRow(Fact):
    """What unit costs are made up of where full standards are met, and how far producers of a region meet them."""

    process: Process
    region: str  # * for all that have no row of their own
    operating: Share  # share of 1 of the cost at full standards; so are the next three, and together they are all of it
    capital: Share
    environmental: Share
    social: Share
    met: Share  # share of the environmental and social cost that producers bear today


@dataclass(frozen=True)
class ProcessRow(Fact):
    """What plants of a kind have in common."""

    process: Process
    thrifts: bool  # whether they can make do with less of an input (eq. 9.3)
    breaks_down: bool  # whether outages are on record (eq. 10.7)
    priced_from: Literal["outputs", "inputs", ""]  # what base prices follow where none is published; rows in this order


@dataclass(frozen=True)
class SectorRow(Fact):
    """An end use in a region: what it earns, how it grows, what it holds."""

    sector: str
    region: str
    value_added: Annotated[
        float, Limits(0, 1e14, "USD a year", above=True)
    ]  # 2025 USD a year that stands still when all its lines do
    growth: Annotated[float, Limits(-0.5, 1, "as a share a year")]  # share a year
    cover: Weeks  # weeks of critical inputs held, mean over firms
    spread: Annotated[float, SPREAD]  # sigma of the lognormal of firms' covers


@dataclass(frozen=True)
class EndUseRow(Fact):
    """How a sector makes up output that a stop has cost."""

    sector: str
    spare: Share  # of normal output, most that it can make on top
    wait: Annotated[float, Limits(0, 520, "weeks")]  # mean time for which buyers wait; 0: they do not


@dataclass(frozen=True)
class DesignRow(Fact):
    """How a sector can do with less of an input, or with another one instead."""

    design: str
    sector: str
    commodity: str  # of whose use it takes a part
    instead: str  # what is used instead; empty where nothing is
    amount: Annotated[float, Limits(0, 100, "t a tonne")]  # t of it instead of a tonne
    cost: Annotated[float, Limits(0, 1e6, "USD/kg")]  # for a kilogram of the commodity, beside what is used instead
    once: Annotated[float, Limits(0, 1e6, "USD/kg")]  # for a kilogram a year, when it is changed
    ceiling: Share  # of the use, most that can ever change
    qualify: Weeks  # mean time until it is qualified
    rate: Annotated[float, Limits(0, 10, "as a share a year", above=True)]  # of the use, most that is begun in a year


@dataclass(frozen=True)
class ChangeoverRow(Fact):
    """A plant whose lines can make what another one beside it makes, and the other way round."""

    facility: str
    other: str
    share: Share  # of a plant's capacity, most that can make what the other makes
    time: Weeks  # mean time that it takes


@dataclass(frozen=True)
class RangeRow(Fact):
    """How far numbers of a column may be from what the table says: `low` and `high` are factors on them."""

    table: str
    column: str
    by: str  # rows that agree in this column share a factor; empty: all rows share one
    which: str  # of these rows; * for each value that has no row of its own


@dataclass(frozen=True)
class ParameterRow(Fact):
    """A parameter of the model."""

    parameter: str
    value: str  # a number or a distribution, in the unit
    unit: str
    least: str  # beyond these the equations mean nothing: no scenario may go there
    most: str
    description: str


@dataclass(frozen=True)
class DateRow(Fact):
    """A day that the tables stand on."""

    what: Literal["base_year", "outlook_end"]  # since when stocks and prices hold; until when growth is an outlook
    date: Annotated[str, Day(needed=True)]


@dataclass(frozen=True)
class BaseYearRow:
    """One number of the balanced base year; columns that do not apply are empty."""

    quantity: Quantity
    commodity: str
    element: str
    region: str
    partner: str
    sector: str
    facility: str
    value: Annotated[float, Limits(0, 1e12)]
    unit: str


@dataclass(frozen=True)
class Tables:
    """All tables a world is built from."""

    elements: tuple[ElementRow, ...]
    commodities: tuple[CommodityRow, ...]
    regions: tuple[RegionRow, ...]
    routes: tuple[RouteRow, ...]
    facilities: tuple[FacilityRow, ...]
    sectors: tuple[SectorRow, ...]
    parameters: tuple[ParameterRow, ...]
    base_year: tuple[BaseYearRow, ...]
    processes: tuple[ProcessRow, ...]
    end_uses: tuple[EndUseRow, ...] = ()
    designs: tuple[DesignRow, ...] = ()
    changeovers: tuple[ChangeoverRow, ...] = ()
    projects: tuple[ProjectRow, ...] = ()
    expansions: tuple[ExpansionRow, ...] = ()
    expansion_recipes: tuple[ExpansionRecipeRow, ...] = ()
    expansion_prices: tuple[ExpansionPriceRow, ...] = ()
    records: tuple[RecordRow, ...] = ()
    cost_shares: tuple[CostShareRow, ...] = ()
    dates: tuple[DateRow, ...] = ()
    ranges: tuple[RangeRow, ...] = ()
    base_capacity: Mapping[str, float] = field(default_factory=dict)
    """t/year by facility when its activity of the base year was what it is; its capacity where nothing is said."""
