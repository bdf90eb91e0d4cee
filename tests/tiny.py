"""A world small enough for a pencil: one element, two goods, two regions; t/day.

=============  ====  ==========================================
oxide of HO    10    6 to works in HO, 3 to AB, 1 to other use
oxide of AB     1    to AB
magnet of HO   12    4 to HO, 8 to AB
=============  ====  ==========================================

In HO, works make 12 t of magnets of 6 t of oxide, and cars need 4 t of magnets. In AB, cars need 8 t of magnets and
2 t of oxide, optics 2 t of oxide. Base prices, USD/kg: oxide 50 in HO and 60 in AB, magnets 40 and 50. Producers and
plants hold 28 days, sectors 56. Goods are under way for 7 days at home and 28 abroad, with a tenth of freight.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from sim.axes import Floats, Scalar
from sim.ensemble.clock import Tick
from sim.market.hooks import Moment
from sim.market.state import State
from sim.world.rows import (
    BaseYearRow,
    CommodityRow,
    Confidence,
    DesignRow,
    ElementRow,
    FacilityRow,
    Process,
    RegionRow,
    RouteRow,
    SectorRow,
    Tables,
)
from tests import driver
from tests.driver import FOUR_YEARS, Built, Spec
from tests.worlds import PROCESSES

FACT: tuple[str, Confidence, str, str, str] = ("made up for a test", "assumption", "", "", "")
YEAR = 365.0
TICK = Tick(0, 0, 7, 7)
HALF = 7 / math.log(2)
"""A time constant with which half of a gap closes in a tick of seven days."""

ROUND: Mapping[str, float] = {
    # what users and producers expect and order, days
    "expectation_time": 91, "output_expectation_time": 45.5, "stock_adjustment_time": 105, "on_order_weight": 1,
    "producer_adjustment_time": 56, "release_time": 7, "hoarding_gain": 0.4, "hoarding_announcement": 0.75,
    "hoarding_ceiling": 2.2, "hoarding_rise": 21, "hoarding_fall": 182, "hoarding_memory": 56,
    "announcement_hold": 90, "announcement_fade": 120,
    "changeover": 1, "air_share": 0, "air_transit": 7, "air_freight": 6000, "air_from": 20000, "place_spread": 1,
    # plants
    "utilisation_floor": 0.25, "utilisation_base": 0.85, "utilisation_bound": 50, "least_ratio": 1e-9,
    "supply_elasticity": 0.46, "order_elasticity": 0.42, "mine_supply_elasticity": 0.3, "mine_order_elasticity": 0.3,
    "other_use_elasticity": 0.5, "investment_elasticity": 0.3, "investment_time": 728,
    # sourcing and demand
    "sourcing_elasticity": 0.5, "habit_time": 252, "refusal_aversion": 1, "fill_rate_floor": 0.02,
    "final_elasticity": 1, "served_first": 0, "by_value": 0, "making_up": 0, "choke_by_margin": 0,
    "margin_at_stake": 0.3, "least_choke": 1.5,
    "contract_index": 0,
    "contract_share": 0.67, "affiliated": 0, "contract_time": 91, "price_expectation_time": 42, "long_price_time": 364,
    "saving_elasticity": 0.1, "saving_time": 42, "saving_floor": 0.1, "saving_ceiling": 1.5, "choke_price": 33,
    "choke_spread": 0.57, "thrift_elasticity": 0.5, "thrift_floor": 0.35, "thrift_time": 518, "thrift_return": 0.25,
    "thrift_rate": 0.1 / 365, "thrift_dead_band": 0.02, "growth": 1,
    "substitution_rate": 0.1 / 365, "design_ceiling": 0, "design_cost": 1, "design_time": 1, "design_horizon": 730,
    "design_spread": 0.8, "design_begin": 28, "design_return": 1460, "design_stays": 0.25, "want_time": 56,
    "want_tolerated": 0.1, "want_most": 1.5, "design_most": 0.95,
    "withholding": 0, "withholding_growth": 0.8, "withholding_memory": 182,
    # trade
    "spot_elasticity": 0, "resale_share": 0, "resale_margin": 0.03, "resale_spread": 0.05, "resale_choice": 12,
    "resale_setup": 56, "resale_time": 21, "resale_transit": 30, "thin_market": 1e-12,
    # lines
    "critical_cover": 3.5, "least_cover": 0.001, "restart_time": 17.5,
    # prices
    "look_ahead": 70, "scarcity_elasticity": 1.37, "slack_response": 0.72, "least_prospect": 3.5, "price_time": 7.7,
    "cost_pass_through": 0.53, "landed_pass_through": 1, "price_floor": 0.4, "reference_rate": 0.025 / 7,
    "reference_slowdown": 0.35, "reference_return": 0.006 / 7, "ample_sharpness": 20,
    # controls
    "quota_margin_spread": 5000, "licence_memory": 56, "licence_learning": 42, "licence_horizon": 230,
}  # fmt: skip
"""Parameters of worked numbers: they stay as they are when those that ship are measured anew."""

MARGINS = {"mine": 1.25, "magnet": 1.28}
COST_OF_CARS = 8 * 40 + 2 * (0.75 * 50 + 0.25 * 60)
"""Thousand USD a day that cars in AB spend on inputs: 425."""


def tables(growth: float = 0.0, scale: float = 1.0) -> Tables:
    """The tables; `scale` multiplies every tonnage, and the value added with it."""
    facilities: tuple[tuple[str, str, Process, int], ...] = (
        ("HO mine", "HO", "mine", 10),
        ("AB mine", "AB", "mine", 1),
        ("HO works", "HO", "magnet", 12),
    )
    value_added = {("cars", "HO"): 1e6, ("cars", "AB"): 3e3 * COST_OF_CARS, ("optics", "AB"): 1e6}
    return Tables(
        processes=PROCESSES,
        elements=(ElementRow(*FACT, "Ee", "Ee", "light"),),
        commodities=(
            CommodityRow(*FACT, "oxide.Ee", "oxide", "oxide", "t", "2846", 4.0, 4.0, False),
            CommodityRow(*FACT, "magnet.Ee", "magnet", "magnet", "t", "8505", 4.0, 4.0, False),
        ),
        regions=(RegionRow(*FACT, "HO", "HO", False), RegionRow(*FACT, "AB", "AB", True)),
        routes=tuple(
            RouteRow(*FACT, o, d, 7.0 if o == d else 28.0, 0.0 if o == d else 0.1)
            for o in ("HO", "AB")
            for d in ("HO", "AB")
        ),
        facilities=tuple(
            FacilityRow(*FACT, name, "", region, process, "operating", a, "t", "", "", a * YEAR, None)
            for name, region, process, a in facilities
        ),
        sectors=tuple(
            SectorRow(*FACT, sector, region, scale * value * YEAR, growth, 8.0, 1.0)
            for (sector, region), value in value_added.items()
        ),
        parameters=(),
        base_year=tuple(_rows(scale)),
    )


def _rows(scale: float) -> list[BaseYearRow]:
    year = scale * YEAR
    return [
        BaseYearRow("content", "oxide.Ee", "Ee", "", "", "", "", 1.0, "1"),
        BaseYearRow("content", "magnet.Ee", "Ee", "", "", "", "", 0.4, "1"),
        *(
            BaseYearRow("price", commodity, "", region, "", "", "", price, "USD/kg")
            for commodity, region, price in (
                ("oxide.Ee", "HO", 50), ("oxide.Ee", "AB", 60), ("magnet.Ee", "HO", 40), ("magnet.Ee", "AB", 50),
            )
        ),
        *(
            BaseYearRow("flow", commodity, "", origin, destination, "", "", tonnes * year, "t/year")
            for commodity, origin, destination, tonnes in (
                ("oxide.Ee", "HO", "HO", 6), ("oxide.Ee", "HO", "AB", 3), ("oxide.Ee", "AB", "AB", 1),
                ("magnet.Ee", "HO", "HO", 4), ("magnet.Ee", "HO", "AB", 8),
            )
        ),
        *(
            BaseYearRow("use", commodity, "", region, "", sector, "", tonnes * year, "t/year")
            for commodity, region, sector, tonnes in (
                ("magnet.Ee", "HO", "cars", 4), ("magnet.Ee", "AB", "cars", 8), ("oxide.Ee", "AB", "cars", 2),
                ("oxide.Ee", "AB", "optics", 2),
            )
        ),
        BaseYearRow("other_use", "oxide.Ee", "", "HO", "", "", "", year, "t/year"),
        *(
            BaseYearRow("activity", "", "", "", "", "", facility, activity * year, "t/year")
            for facility, activity in (("HO mine", 10), ("AB mine", 1), ("HO works", 12))
        ),
        BaseYearRow("output", "oxide.Ee", "", "", "", "", "HO mine", 1.0, "t"),
        BaseYearRow("output", "oxide.Ee", "", "", "", "", "AB mine", 1.0, "t"),
        BaseYearRow("output", "magnet.Ee", "", "", "", "", "HO works", 1.0, "t"),
        BaseYearRow("input", "oxide.Ee", "", "", "", "", "HO works", 0.5, "t"),
    ]  # fmt: skip


def market(*instruments: Spec, sector_growth: float = 0.0, days: float = FOUR_YEARS, **overrides: float) -> Built:
    """The tiny world with some instruments and ROUND parameters but for the overrides."""
    values: dict[str, Any] = {**ROUND, **overrides}
    return driver.market(tables(sector_growth), instruments, days=int(days), margins=MARGINS, **values)


def redesigned(designs: tuple[DesignRow, ...], **overrides: Scalar) -> Built:
    """The tiny world in which sectors may change to other designs."""
    values: dict[str, Any] = {**ROUND, **overrides}
    return driver.market(replace(tables(), designs=designs), (), margins=MARGINS, **values)


def assembled(*designs: DesignRow) -> Built:
    """The same world, whose magnets are components."""
    tiny, values = tables(), dict[str, Any](ROUND)
    goods = tuple(replace(row, stage="component") if row.stage == "magnet" else row for row in tiny.commodities)
    return driver.market(replace(tiny, commodities=goods, designs=designs), (), margins=MARGINS, **values)


def wide_market(*instruments: Spec, **overrides: float) -> Built:
    """The tiny world with two more places, where optics use a tonne of oxide a day: CD has it from HO, EF from AB."""
    narrow, more, mined = tables(), ("CD", "EF"), {"HO mine": 11 * YEAR, "AB mine": 2 * YEAR}
    regions = ("HO", "AB", *more)
    rows = [
        replace(row, value=mined[row.facility]) if row.quantity == "activity" and row.facility in mined else row
        for row in narrow.base_year
    ]
    for origin, region in zip(("HO", "AB"), more, strict=True):
        rows.append(BaseYearRow("price", "oxide.Ee", "", region, "", "", "", 60.0, "USD/kg"))
        rows.append(BaseYearRow("flow", "oxide.Ee", "", origin, region, "", "", YEAR, "t/year"))
        rows.append(BaseYearRow("use", "oxide.Ee", "", region, "", "optics", "", YEAR, "t/year"))
    wide = replace(
        narrow,
        regions=(*narrow.regions, *(RegionRow(*FACT, region, region, True) for region in more)),
        routes=tuple(
            RouteRow(*FACT, o, d, 7.0 if o == d else 28.0, 0.0 if o == d else 0.1) for o in regions for d in regions
        ),
        sectors=(*narrow.sectors, *(SectorRow(*FACT, "optics", g, 1e6 * YEAR, 0.0, 8.0, 1.0) for g in more)),
        base_year=tuple(rows),
    )
    values: dict[str, Any] = {**ROUND, **overrides}
    return driver.market(wide, instruments, margins=MARGINS, **values)


OXIDE_HO, OXIDE_AB = ("oxide.Ee", "HO"), ("oxide.Ee", "AB")
MAGNET_HO, MAGNET_AB = ("magnet.Ee", "HO"), ("magnet.Ee", "AB")
OXIDE_HOME, OXIDE_ABROAD, OXIDE_OWN = ("oxide.Ee", "HO", "HO"), ("oxide.Ee", "HO", "AB"), ("oxide.Ee", "AB", "AB")
MAGNET_HOME, MAGNET_ABROAD = ("magnet.Ee", "HO", "HO"), ("magnet.Ee", "HO", "AB")
WORKS = ("oxide.Ee", "HO", "")
CARS_HO, CARS_AB, OPTICS = ("cars", "HO"), ("cars", "AB"), ("optics", "AB")
MAGNETS_OF_CARS, OXIDE_OF_CARS, OXIDE_OF_OPTICS = (
    ("magnet.Ee", "AB", "cars"), ("oxide.Ee", "AB", "cars"), ("oxide.Ee", "AB", "optics"),
)  # fmt: skip


def one(array: Floats, row: int) -> float:
    """The number that stands in a row in every replicate."""
    values = set(array[row].tolist())
    assert len(values) == 1, f"replicates differ: {values}"
    return float(values.pop())


class Case:
    """The tiny world opened up: its state, its rows by what stands in them, and its steps one by one."""

    def __init__(
        self, *instruments: Spec, sector_growth: float = 0.0, days: float = FOUR_YEARS, **overrides: float
    ) -> None:
        self._open(market(*instruments, sector_growth=sector_growth, days=days, **overrides))

    @classmethod
    def of(cls, built: Built) -> Case:
        """What was built otherwise, opened up."""
        case = cls.__new__(cls)
        case._open(built)
        return case

    def _open(self, built: Built) -> None:
        self.built = built
        self.world, self.market = self.built.world, self.built.market
        self.controls, self.hooks = self.market.controls, self.market.hooks
        world = self.world
        self.node = world.nodes.index
        self.d = {node: i for i, node in enumerate(world.nodes.used)}
        self.o = {node: i for i, node in enumerate(world.nodes.made)}
        self.arc = {arc: i for i, arc in enumerate(world.arcs.names)}
        self.user = {user: i for i, user in enumerate(world.users.names)}
        self.sector = {sector: i for i, sector in enumerate(world.sectors.names)}
        self.facility = {facility: i for i, facility in enumerate(world.facilities.names)}

    @property
    def state(self) -> State:
        """The state of the market."""
        return self.market.state

    def row(self, arc: tuple[str, str, str]) -> int:
        """Row of an arc among the controlled ones."""
        return int(np.searchsorted(self.controls.arcs, self.arc[arc]))

    @property
    def moment(self) -> Moment:
        """What rules are given in the first tick."""
        self.market.moment.tick = TICK
        return self.market.moment

    def settle(self, section: str) -> None:
        """Let one section of the tick do its work."""
        self.market.run(section, TICK)


def ban(**fields: object) -> Spec:
    """A ban of HO on oxide; unless the fields say otherwise, it never comes into force."""
    return {
        "name": "ban", "kind": "export_ban", "by": "HO", "covers": {"commodities": "oxide.Ee"},
        "in_force": "2099-01-01", **fields,
    }  # fmt: skip
