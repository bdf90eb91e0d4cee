"""Some buyers require standards of the environment and of work, and reward those who meet them (eq. 10.11)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import ClassVar, Literal, NamedTuple, final

import numpy as np
from pydantic import Field

from sim.axes import Bools, Floats, Ints, Scalar, at_most, column, total
from sim.definitions.metrics import Metric, declare
from sim.ensemble.gauges import Measured
from sim.files.quantities import Date, Names, Share, UncertainRatio, UncertainShare, WorldNames
from sim.instruments.base import IN_FORCE, Instrument, Problem, Setting, amount
from sim.instruments.notices import Levy
from sim.instruments.parts.duty import Duty
from sim.instruments.parts.schedule import check_end, lasting
from sim.instruments.parts.support import day_of
from sim.market.hooks import Moment
from sim.supply.costs import CostShares, all_costs, of_facilities, of_projects
from sim.supply.hooks import Appraised
from sim.supply.settle import Supply
from sim.units import DAYS_A_YEAR
from sim.world.build import World

SPENT = declare(
    Metric(
        "standards_cost",
        "USD",
        ("instrument",),
        "neither",
        "what producers spent to meet what they did not before",
        idle="no producer had to spend more",
    )
)
PREMIUM = declare(
    Metric(
        "premium_paid",
        "USD",
        ("instrument",),
        "neither",
        "what buyers paid on top of prices for what meets it",
        idle="no premium was paid",
    )
)


@final
class Standard(Instrument):
    """Some regions require a share of full standards of what they buy; who must meets it, at a cost."""

    zero: ClassVar[str] = "required: 0"

    kind: Literal["standard"]
    by: Names = Field(description="regions that require it of what they buy: `US+EU`")
    on: Names = Field(Names(text="all"), description="regions whose producers meet it; the rest stay as they are")
    processes: Names = Field(Names(text="all"), description="producers that are meant: mine, separation, metal, …")
    since: Date = Field(description="first day on which it holds")
    until: Date | None = Field(None, description="first day on which it no longer holds; left out, it stays")
    required: UncertainShare = Field(description="share of full standards that is required; 0 is no standard")
    environmental: Share = Field(1.0, description="of that, what is required for the environment")
    social: Share = Field(1.0, description="of that, what is required for workers and neighbours")
    cost: UncertainRatio = Field(1.0, description="what standards cost, over what the table of cost shares says")
    premium: UncertainRatio = Field(0.0, description="share of the price that its buyers pay on top for what meets it")
    tariff: UncertainRatio = Field(0.0, description="share of the price that is charged on what does not meet it")

    def check(self, names: WorldNames) -> Iterator[Problem]:
        """Names that are not known, and an end before the start."""
        for field, known, what in (
            ("by", names.regions, "region"),
            ("on", names.regions, "region"),
            ("processes", names.processes, "process"),
        ):
            for found, right in getattr(self, field).unknown(known, what):
                yield ((field,), found, right)
        yield from check_end(self.since, self.until)

    def is_zero(self) -> bool:
        """Whether nothing is required."""
        return amount(self.required) == 0 or (self.environmental == 0 and self.social == 0)

    def acts_on(self, world: World) -> bool:
        """Whether there are such producers, and buyers who ask."""
        return bool(_among(world.facilities.process, self.processes).any()) and bool(self.by.among(world.regions))

    def arcs(self, world: World) -> Ints:
        """Arcs on which goods of producers who do not have to meet it come to those who require it."""
        if amount(self.tariff) == 0:
            return super().arcs(world)
        to, bound = set(self.by.among(world.regions)), set(self.on.among(world.regions))
        meant = _among(world.facilities.process, self.processes).astype(np.float64)
        made = world.facilities.cost_of_origin(meant)[world.arcs.origin, 0] > 0
        free = [d in to and o != d and o not in bound for _, o, d in world.arcs.names]
        return np.flatnonzero(made & np.array(free, bool))

    def years_left(self, day: date) -> float:
        """For how long it still goes on from a day, years; infinite where it stays, zero before it begins."""
        if day < self.since:
            return 0.0
        return float("inf") if self.until is None else max(0.0, (self.until - day).days / DAYS_A_YEAR)

    def bind(self, setting: Setting) -> None:
        """Attach what it costs, what is paid on top, and what is charged on what does not meet it."""
        setting.log(self.since, IN_FORCE, self.name, self.kind)
        rule = _Standard(self, setting)
        setting.hooks.shocks.append(rule.change)
        setting.hooks.settled.append(rule.count)
        if setting.supply is not None:
            setting.supply.hooks.offers.append(_Offer(self, setting, setting.supply, rule).write)
        if len(self.arcs(setting.world)):
            self._charge(setting, rule)
        setting.measured.append(Measured(SPENT.item(instrument=self.name), lambda: rule.spent))
        setting.measured.append(Measured(PREMIUM.item(instrument=self.name), lambda: rule.paid))

    def demands(self, setting: Setting) -> _Demands:
        """Draw how much is required, and what it costs."""
        share = self.draw(setting, "required", self.required, "1")
        cost = self.draw(setting, "cost", self.cost, "1")
        return _Demands(share * self.environmental, share * self.social, cost)

    def _charge(self, setting: Setting, rule: _Standard) -> None:
        """Charge goods by the part of them that does not meet it, and let others know."""
        world, arcs = setting.world, self.arcs(setting.world)
        tariff = self.draw(setting, "tariff", self.tariff, "1")
        failing = world.facilities.cost_of_origin(rule.facilities.fails)[world.arcs.origin[arcs]]
        Duty(setting, self.name, arcs, lambda moment: failing * tariff * rule.calendar.share(moment.tick))
        on = frozenset(world.regions) - frozenset(self.on.among(world.regions))
        for region in self.by.among(world.regions):
            levy = Levy(self.name, region, on, lambda tick: tariff * rule.calendar.share(tick))
            setting.notices.levies.append(levy)


def _among(words: Sequence[str], names: Names) -> Bools:
    """(n, 1): which of some words are meant."""
    return np.isin(words, names.among(sorted(set(words))))[:, None]


class _Demands(NamedTuple):
    """What is required, as shares of full standards, and what that costs over what the table says."""

    environmental: Scalar
    social: Scalar
    cost: Scalar


class _Meeting(NamedTuple):
    """Which of some producers meet a standard, and at what cost; (n, 1) or (n, R)."""

    added: Floats  # to their unit cost, ratio
    meets: Floats  # 1 for who meets it, whether he must or does already
    fails: Floats  # 1 for who does not

    @classmethod
    def of(
        cls, schema: Standard, shares: CostShares, processes: Sequence[str], regions: Sequence[str], asked: _Demands
    ) -> _Meeting:
        """Of producers by process and region."""
        missing = shares.missing(asked.environmental, asked.social)
        meant, must = _among(processes, schema.processes), _among(regions, schema.on)
        meets = meant & (must | (missing == 0))
        added = np.where(meant & must, missing, 0) * asked.cost
        return cls(added, meets.astype(np.float64), (meant & ~meets).astype(np.float64))


@final
class _Standard:
    """A standard in a chunk of replicates: what it does to facilities, and what producers and buyers pay for it."""

    def __init__(self, schema: Standard, setting: Setting) -> None:
        world = setting.world
        self.calendar = lasting(setting.clock.horizon, schema.since, schema.until)
        self.asked, self.premium = schema.demands(setting), schema.draw(setting, "premium", schema.premium, "1")
        shares, made = of_facilities(world), (world.facilities.process, world.facilities.region)
        self.facilities = _Meeting.of(schema, shares, *made, self.asked)
        self.added = (1 - world.facilities.input_share) * self.facilities.added  # over all costs of the base year
        buyers = schema.by.among(world.regions)
        towards = column(float(destination in buyers) for _, _, destination in world.arcs.names)
        self.reach = at_most(world.arcs.to_origin(world.arcs.split * towards), 1)  # (O, 1) of goods, what buyers get
        self.rewarded = world.facilities.output_value(self.reach) * self.facilities.meets * self.premium
        if setting.supply is not None:
            self.rewarded[setting.supply.portfolio.facilities] = 0  # their reward is an offer to projects
        self._open_books(setting, towards)

    def _open_books(self, setting: Setting, towards: Floats) -> None:
        """What is spent on a unit of activity, USD, and paid on top of the base price of what buyers get, USD/t."""
        world = setting.world
        spent = self.added * all_costs(world, setting.parameters)
        good = world.facilities.cost_of_origin(self.facilities.meets)[world.arcs.origin]
        paid = good * towards * world.producers.price[world.arcs.origin] * self.premium
        self.paying = np.flatnonzero(np.any(paid > 0, axis=1))
        self.unit_spent, self.unit_paid, self.origin = spent, paid[self.paying], world.arcs.origin[self.paying]
        self.spent, self.paid = np.zeros(setting.replicates), np.zeros(setting.replicates)

    def change(self, moment: Moment) -> None:
        """Costs of who must meet it rise; who meets it earns more of what is bought by those who ask."""
        share = self.calendar.share(moment.tick)
        moment.shocks.costs[:] += share * self.added
        moment.shocks.support[:] *= 1 + share * self.rewarded

    def count(self, moment: Moment) -> None:
        """Add up what producers spend, and what buyers pay on top."""
        tick, state = moment.tick, moment.state
        share = self.calendar.share(tick)
        self.spent += share * tick.days * total(state.activity * self.unit_spent)
        price = np.exp(state.contract_price[self.origin])
        self.paid += share * total(state.crossed[self.paying] * price * self.unit_paid)


@final
class _Offer:
    """What a standard is to projects: it costs, and it is rewarded."""

    def __init__(self, schema: Standard, setting: Setting, supply: Supply, rule: _Standard) -> None:
        self.schema, self.setting, self.portfolio, self.reach = schema, setting, supply.portfolio, rule.reach
        rows = supply.portfolio.rows
        made = [row.process for row in rows], [row.region for row in rows]
        meeting = _Meeting.of(schema, of_projects(supply.portfolio, setting.world.tables), *made, rule.asked)
        self.costs = meeting.added * supply.portfolio.running_cost
        self.rewarded = meeting.meets * rule.premium

    def write(self, appraised: Appraised) -> None:
        """Write what it costs a year, and what is paid on top, for as long as it holds."""
        folio, tick, price, terms = self.portfolio, appraised.tick, appraised.price, appraised.terms
        lasts = terms.lasting(self.schema.years_left(day_of(self.setting, tick)))
        sold = folio.revenue(np.exp(price[folio.sold]) * self.reach[folio.sold])
        terms.standards[:] += lasts * self.costs
        terms.top_up[:] += lasts * self.rewarded * sold
