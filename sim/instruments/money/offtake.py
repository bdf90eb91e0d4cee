"""A buyer binds itself to take what projects make (docs/model.md, eq. 6.4, 10.10 and 11.7)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal, final

import numpy as np
from pydantic import Field

from sim.axes import Floats, Ints, at_least, total
from sim.definitions.metrics import Metric, declare
from sim.ensemble.gauges import Measured
from sim.files.quantities import UncertainDollarsPerTonne, UncertainShare, WorldNames
from sim.finance.contracts import deflated
from sim.finance.ledger import Account, Ledger
from sim.instruments.base import Problem, Setting, amount
from sim.instruments.parts.output import Output, Promise, arcs_of, producers
from sim.instruments.parts.support import Support, booked, day_of
from sim.market.hooks import Moment
from sim.supply.hooks import Appraised, Period
from sim.units import DAYS_A_YEAR
from sim.world.build import World

TAKEN = declare(
    Metric(
        "offtake_taken",
        "t",
        ("instrument",),
        "neither",
        "what was made under the offtake",
        idle="nothing was made under it",
    )
)


@final
class Offtake(Support):
    """A share of what projects make of a good is sold beforehand, at a price or at the market's."""

    zero: ClassVar[str] = "output: 0"

    kind: Literal["offtake"]
    commodity: str = Field(description="the good")
    output: UncertainShare = Field(description="share of their output that is bound; 0 is no offtake")
    price: UncertainDollarsPerTonne | None = Field(
        None, description="price that is agreed, whatever the market's; left out, the market's"
    )
    nominal: bool = Field(True, description="whether inflation wears the price down")

    def check(self, names: WorldNames) -> Iterator[Problem]:
        """Names and dates that do not fit."""
        yield from self.check_support(names)
        if self.commodity not in names.commodities:
            found = f"{self.commodity!r} is not a commodity"
            yield (("commodity",), found, names.nearest(self.commodity, names.commodities))

    def is_zero(self) -> bool:
        """Whether nothing is bound."""
        return amount(self.output) == 0

    def arcs(self, world: World) -> Ints:
        """Arcs on which the good leaves its producers: what is promised to one is not there for the others."""
        return arcs_of(world, producers(world, self.rows(world), self.commodity), self.commodity)

    def acts_on(self, world: World) -> bool:
        """Whether such projects make the good."""
        return len(self.arcs(world)) > 0

    def bind(self, setting: Setting) -> None:
        """Attach the offtake to appraisals, sourcing and payments."""
        rule = _Offtake(self, setting)
        rule.supply.hooks.offers.append(rule.offer)
        rule.supply.hooks.settled.append(rule.pay)
        setting.hooks.promises.append(rule.keep)
        setting.measured.extend(booked(self, rule.ledger, setting.world))
        setting.measured.append(Measured(TAKEN.item(instrument=self.name), lambda: rule.taken))


@final
class _Offtake:
    """An offtake in a chunk of replicates."""

    def __init__(self, schema: Offtake, setting: Setting) -> None:
        world = setting.world
        self.schema, self.setting, self.supply = schema, setting, schema.opens(setting)
        self.output = Output(self.supply, schema.rows(world), schema.commodity)
        self.promise = Promise(setting, self.output, schema.arcs(world), schema.by)
        self.bound = schema.draw(setting, "output", schema.output, "1")
        self.price = None if schema.price is None else schema.draw(setting, "price", schema.price, "USD/t")
        projects, folio = len(self.output.full), self.supply.portfolio
        self.ledger, self.taken = Ledger(setting.replicates, projects), np.zeros(setting.replicates)
        origins = world.nodes.made
        own = [(schema.commodity, row.region) for row in folio.rows]
        self.made = np.array([j for j in np.flatnonzero(self.output.full[:, 0]) if own[j] in origins], np.intp)
        self.origin = np.array([origins.index(own[j]) for j in self.made], np.intp)
        self.base = world.producers.price[self.origin]

    def _gain(self, price: Floats, day: float) -> Floats:
        """(K, R), USD/t: what the agreed price is above that of the market where a project stands (eq. 11.7)."""
        if self.price is None:
            return np.zeros((len(self.made), price.shape[1]))
        years = (day - self.setting.clock.horizon.day(self.schema.since)) / DAYS_A_YEAR
        inflation = self.setting.parameters["inflation"] if self.schema.nominal else 0.0
        return deflated(self.price, inflation, years) - self.base * np.exp(price[self.origin])

    def offer(self, appraised: Appraised) -> None:
        """What a project may count on: the agreed price, and a buyer for as long as the contract lasts."""
        tick, price, terms = appraised.tick, appraised.price, appraised.terms
        when = day_of(self.setting, tick)
        if not self.schema.is_offered(when):
            return
        lasts = terms.lasting(self.schema.years_left(when))
        rows = self.made
        terms.top_up[rows] += self.output.full[rows] * self.bound * lasts[rows] * self._gain(price, tick.end)
        certain = 1.0 if self.price is not None else self.setting.parameters["offtake_relief"]
        terms.contracted[:] += self.output.share * self.bound * lasts * certain

    def keep(self, moment: Moment) -> None:
        """What is bound goes to the buyer first."""
        if self.schema.is_offered(day_of(self.setting, moment.tick)):
            self.promise.keep(moment, self.bound)

    def pay(self, period: Period) -> None:
        """The buyer pays what the agreed price is above the market's, or gains what it is below."""
        tick, state = period.tick, period.state
        if not self.schema.is_offered(day_of(self.setting, tick)):
            return
        tonnes = self.output.made * self.bound * tick.days
        self.taken = self.taken + total(tonnes)
        gain = np.zeros_like(tonnes)
        gain[self.made] = self._gain(state.price[self.supply.world.nodes.origins], tick.middle)
        self.ledger.post_plants(Account.TOP_UPS, Account.TREASURY, tonnes * at_least(gain, 0))
        self.ledger.post_plants(Account.TREASURY, Account.RETURNS, tonnes * at_least(-gain, 0))
