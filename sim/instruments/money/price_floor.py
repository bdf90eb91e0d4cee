"""A floor under the price of what projects make: a contract for difference (docs/model.md, eq. 11.7)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal, final

import numpy as np
from pydantic import Field

from sim.axes import Scalar, at_least, at_most, total
from sim.files.quantities import Share, UncertainDollarsPerTonne, UncertainShare, WorldNames
from sim.finance.contracts import deflated, top_up
from sim.finance.ledger import Account, Ledger
from sim.instruments.base import Problem, Setting, amount
from sim.instruments.parts.output import Output, producers
from sim.instruments.parts.support import Support, booked, day_of
from sim.supply.hooks import Appraised, Period
from sim.units import DAYS_A_YEAR
from sim.world.build import World


@final
class PriceFloor(Support):
    """Where the reference price is below the floor, who pays makes up the difference on what projects make."""

    zero: ClassVar[str] = "floor: 0 USD/kg"

    kind: Literal["price_floor"]
    commodity: str = Field(description="the good whose price has a floor")
    floor: UncertainDollarsPerTonne = Field(description="the floor; 0 USD/kg is none")
    output: UncertainShare = Field(1.0, description="share of the output that it covers")
    basis: str = Field(description="region whose spot price is the reference")
    vat: Share = Field(0.0, description="value added tax that the reference includes: the model's prices do not")
    upside: Share = Field(0.0, description="of what the reference is above `above`, the share that the payer gets")
    above: UncertainDollarsPerTonne | None = Field(None, description="price above which it does; left out, the floor")
    nominal: bool = Field(True, description="whether inflation wears it down")

    def check(self, names: WorldNames) -> Iterator[Problem]:
        """Names and dates that do not fit."""
        yield from self.check_support(names)
        if self.commodity not in names.commodities:
            yield (("commodity",), f"{self.commodity!r} is not a commodity",
                   names.nearest(self.commodity, names.commodities))  # fmt: skip
        if self.basis not in names.regions:
            yield (("basis",), f"{self.basis!r} is not a region", names.nearest(self.basis, names.regions))

    def is_zero(self) -> bool:
        """Whether there is no floor and no share of what is above it."""
        return amount(self.floor) == 0 and self.upside == 0

    def acts_on(self, world: World) -> bool:
        """Whether such projects make the good, and it is made where the reference is taken."""
        quoted = (self.commodity, self.basis) in world.nodes.made
        return quoted and bool(producers(world, self.rows(world), self.commodity))

    def bind(self, setting: Setting) -> None:
        """Attach the floor to appraisals and payments."""
        rule = _Floor(self, setting)
        rule.supply.hooks.offers.append(rule.offer)
        rule.supply.hooks.settled.append(rule.pay)
        setting.measured.extend(booked(self, rule.ledger, setting.world))


@final
class _Floor:
    """A floor in a chunk of replicates."""

    def __init__(self, schema: PriceFloor, setting: Setting) -> None:
        world = setting.world
        self.schema, self.setting, self.supply = schema, setting, schema.opens(setting)
        self.output = Output(self.supply, schema.rows(world), schema.commodity)
        self.origin = world.nodes.made.index((schema.commodity, schema.basis))
        self.base = float(world.producers.price[self.origin, 0]) * (1 + schema.vat)
        self.level = schema.draw(setting, "floor", schema.floor, "USD/t")
        self.above = self.level if schema.above is None else schema.draw(setting, "above", schema.above, "USD/t")
        self.covered = schema.draw(setting, "output", schema.output, "1")
        projects = len(self.output.full)
        self.ledger = Ledger(setting.replicates, projects)

    def _worn(self, day: float) -> tuple[Scalar, Scalar]:
        """The floor, and the price above which the payer shares, in money of 2025."""
        years = (day - self.setting.clock.horizon.day(self.schema.since)) / DAYS_A_YEAR
        inflation = self.setting.parameters["inflation"] if self.schema.nominal else 0.0
        return deflated(self.level, inflation, years), deflated(self.above, inflation, years)

    def offer(self, appraised: Appraised) -> None:
        """What a project may count on: the top-up at the expected price, for as long as the contract lasts."""
        tick, price, terms = appraised.tick, appraised.price, appraised.terms
        when = day_of(self.setting, tick)
        if not self.schema.is_offered(when):
            return
        reference = self.base * np.exp(price[self.origin])
        floor, above = self._worn(tick.end)
        lasts = terms.lasting(self.schema.years_left(when))
        each = top_up(reference, floor, self.schema.upside, above)
        terms.top_up[:] += self.output.full * self.covered * lasts * each
        terms.contracted[:] += self.output.share * self.covered * lasts * at_most(floor / reference, 1)

    def pay(self, period: Period) -> None:
        """Pay the difference on what was made, or take a share of what the price is above (eq. 11.7)."""
        tick, state = period.tick, period.state
        if not self.schema.is_offered(day_of(self.setting, tick)):
            return
        reference = self.base * np.exp(state.price[self.supply.world.nodes.origins][self.origin])
        each = top_up(reference, *_in_order(self._worn(tick.middle), self.schema.upside))
        made = self.output.made
        tonnes = total(made) * self.covered * tick.days
        self.ledger.post(Account.TOP_UPS, Account.TREASURY, tonnes * at_least(each, 0))
        self.ledger.post(Account.TREASURY, Account.RETURNS, tonnes * at_least(-each, 0))
        self.ledger.attribute(Account.TOP_UPS, Account.TREASURY, made * self.covered * tick.days * each)


def _in_order(worn: tuple[Scalar, Scalar], upside: float) -> tuple[Scalar, float, Scalar]:
    """Floor, share of the upside, and where that begins."""
    return worn[0], upside, worn[1]
