"""What a reserve is, in the words of a scenario (docs/model.md, section 12)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal, final

import numpy as np
from pydantic import Field

from sim.axes import Ints
from sim.ensemble.clock import Horizon
from sim.files.distributions import Distribution
from sim.files.quantities import (
    Date,
    Days,
    Model,
    Names,
    Share,
    UncertainDays,
    UncertainDollars,
    UncertainRatePerDay,
    UncertainRatio,
    UncertainShare,
    UncertainTonnes,
    WorldNames,
)
from sim.instruments.base import Instrument, Problem, amount
from sim.instruments.reserves.declared import Declaration
from sim.units import DAYS_A_YEAR
from sim.world.build import World


@final
class Holding(Model):
    """What a reserve is to hold of some goods."""

    name: str = Field(description="so that a path can reach it")
    commodities: Names = Field(description="the goods")
    cover: UncertainDays | None = Field(None, description="days of what members use of each in the base year")
    tonnes: UncertainTonnes | None = Field(None, description="instead of `cover`: tonnes of each")


@final
class Membership(Model):
    """Who may draw on a reserve."""

    sectors: Names = Field(description="sectors of its region")
    share: UncertainShare = Field(1.0, description="of the firms of each, how many are members")
    producers: bool = Field(True, description="whether plants there that use the goods work for members")
    defaults: UncertainRatePerDay = Field(0.0, description="rate at which a member stops paying and bringing back")


@final
class Fill(Model):
    """How it buys."""

    time: UncertainDays = Field(2 * DAYS_A_YEAR, description="in which it would reach its targets")
    ceiling: UncertainRatio | None = Field(
        None, description="spot price over that when it begins to buy, above which it waits; none: it does not"
    )
    market_share: Share = Field(0.1, description="most of what its suppliers make that it orders")
    pauses: bool = Field(True, description="whether it stops while a disruption is declared")


@final
class Drawdown(Model):
    """How members draw and return in kind."""

    time: Days = Field(14.0, gt=0, description="in which a draw makes up for what they lack")
    ordinary: UncertainShare = Field(
        0.0, description="of their usual cover, up to which they may draw when nothing is declared; 0: they may not"
    )
    replenish: UncertainDays = Field(180.0, description="days after which it is to be back, declared disruptions aside")
    declared: Declaration = Field(
        Declaration.model_validate({}), description="when all of their usual cover may be drawn"
    )


@final
class Sales(Model):
    """How it sells on the market, to all users."""

    above: UncertainRatio = Field(description="spot price over what is thought normal above which it sells")
    time: Days = Field(91.0, gt=0, description="in which it would sell all it holds")


@final
class Finance(Model):
    """Who pays."""

    loan: UncertainDollars = Field(0.0, description="most that the treasury lends, as goods are bought")
    interest: UncertainShare = Field(0.0, description="of the loan, a year, nominal")
    term: Days = Field(15 * DAYS_A_YEAR, description="of the loan, from its first tranche")
    grace: Days = Field(0.0, description="of it, without repayment")
    capital: UncertainDollars | None = Field(None, description="most that owners pay in; left out, the budget")
    owners: Literal["public", "private"] = Field("public", description="who they are")
    dividend: UncertainShare = Field(0.0, description="most that they get, a year, on what they paid in")
    fee: UncertainShare = Field(0.0, description="paid upfront by members, of what they commit to")
    late: UncertainShare = Field(0.0, description="a year, on goods that are not back on their day")
    carrying: bool = Field(False, description="whether members pay interest and storage")


@final
class Influence(Model):
    """What others do because they know that there is a reserve; each is zero unless it is said."""

    sellers: UncertainShare = Field(
        0.0, description="by which sellers raise prices there while all of it is still to be bought"
    )
    buffers: UncertainShare = Field(0.0, description="of their own cover that members give up as it is full")
    licences: UncertainShare = Field(0.0, description="of licensed goods towards its region, share that is not let out")


class Charter(Instrument):
    """Where a reserve stands, what it holds, for whom, and who pays. Abstract: a kind puts it to work."""

    nothing: ClassVar[tuple[str, str]] = (
        "no member in its region uses any of the goods of one of its holdings",
        "A reserve is kept where its members use what it holds: see seeds/base_year.csv, quantity use.",
    )

    by: str = Field(description="region where it is kept, buys and releases")
    announced: Date | None = Field(None, description="day from which others know of it; left out, `since`")
    since: Date = Field(description="first day on which it buys")
    budget: UncertainDollars = Field(description="most that its goods may have cost; 0 USD is no reserve")
    part: UncertainShare = Field(1.0, description="of budget, loan and capital, what is for these goods")
    holdings: tuple[Holding, ...] = Field(min_length=1, description="what it is to hold")
    held: UncertainShare = Field(0.0, description="of that, what it holds on the first day of the horizon")
    members: Membership = Field(description="who may draw on it")
    fill: Fill = Field(Fill.model_validate({}), description="how it buys")
    drawdown: Drawdown = Field(Drawdown.model_validate({}), description="how members draw and return in kind")
    sales: Sales | None = Field(None, description="how it sells on the market; left out, it does not")
    finance: Finance = Field(Finance.model_validate({}), description="who pays; left out, the treasury pays all of it")
    influence: Influence = Field(Influence.model_validate({}), description="what others do because they know of it")

    def check(self, names: WorldNames) -> Iterator[Problem]:
        """Names that are not known, and targets of two sizes or of none."""
        if self.by not in names.regions:
            yield (("by",), f"{self.by!r} is not a region", names.nearest(self.by, names.regions))
        for found, right in self.members.sectors.unknown(names.sectors, "sector"):
            yield (("members", "sectors"), found, right)
        yield from self._check_holdings(names)
        for path, value in self._above_zero():
            if value is not None and amount(value) == 0:
                yield (path, "0 is not above 0", "Leave it out, or write a larger number.")
        if self.announced is not None and self.announced > self.since:
            found = f"{self.announced} is after since, {self.since}"
            yield (("announced",), found, "It is known when it buys, or before.")

    def _check_holdings(self, names: WorldNames) -> Iterator[Problem]:
        for i, holding in enumerate(self.holdings):
            for found, right in holding.commodities.unknown(names.commodities, "commodity"):
                yield (("holdings", i, "commodities"), found, right)
            if (holding.cover is None) == (holding.tonnes is None):
                yield (("holdings", i), "its size is said in two ways, or in none", "Write `cover` or `tonnes`.")

    def _above_zero(self) -> Iterator[tuple[tuple[str, ...], float | Distribution | None]]:
        """What may not be 0, and where it stands."""
        yield ("fill", "time"), self.fill.time
        yield ("fill", "ceiling"), self.fill.ceiling
        yield ("drawdown", "declared", "price"), self.drawdown.declared.price
        if self.sales is not None:
            yield ("sales", "above"), self.sales.above

    def is_zero(self) -> bool:
        """Whether it can hold nothing."""
        return amount(self.budget) == 0

    def acts_on(self, world: World) -> bool:
        """Whether members use some good of each of its holdings there."""
        used = self._used(world)
        return all(used & set(holding.commodities.among(world.commodities)) for holding in self.holdings)

    def _used(self, world: World) -> set[str]:
        """Goods that members use there."""
        sectors = set(self.members.sectors.among(sorted({sector for sector, _ in world.sectors.names})))
        members = sectors | ({""} if self.members.producers else set())
        return {c for c, g, sector in world.users.names if g == self.by and sector in members}

    def notes(self, world: World, horizon: Horizon) -> Iterator[str]:
        """What to know of it before a run: also goods that it names, and nobody there could draw."""
        yield from super().notes(world, horizon)
        used, bought = self._used(world), {c for c, g in world.nodes.used if g == self.by}
        for holding in self.holdings:
            named = () if holding.commodities.is_complement else holding.commodities.named
            for commodity in named:
                if commodity in world.commodities and commodity not in used:
                    who = "no member" if commodity in bought else "nobody"
                    why = "none may draw it" if commodity in bought else "it is not held"
                    yield f"{self.name} names {commodity} in {holding.name}, which {who} in {self.by} uses: {why}."

    def rows(self, world: World) -> Ints:
        """Destinations (K,) where it keeps goods; ascending."""
        named = {c for holding in self.holdings for c in holding.commodities.among(world.commodities)}
        nodes = world.nodes.used
        return np.array([d for d, (c, g) in enumerate(nodes) if g == self.by and c in named], np.intp)
