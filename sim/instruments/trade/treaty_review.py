"""A treaty is reviewed on a day; what comes of it differs by replicate (docs/model.md, eq. 7.17)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal, final

import numpy as np
from pydantic import Field

from sim.axes import TINY, Bools, Floats, Ints, Scalar
from sim.definitions.events import Happening, declare_event
from sim.definitions.metrics import Metric, declare
from sim.ensemble.clock import Tick
from sim.ensemble.gauges import Measured
from sim.ensemble.transitions import Transitions
from sim.files.distributions import parse
from sim.files.quantities import Date, Days, Model, Names, Share, UncertainRatio, UncertainShare, WorldNames
from sim.instruments.base import Instrument, Problem, Setting, amount
from sim.instruments.notices import Levy
from sim.instruments.parts.calendar import Calendar
from sim.instruments.parts.duty import Duty
from sim.instruments.parts.scope import Coverage, inward_arcs
from sim.market.hooks import Moment
from sim.supply.hooks import Appraised
from sim.units import SHARE
from sim.world.build import World

LAPSED = declare(
    Metric(
        "treaty_not_extended",
        "1",
        ("instrument",),
        "lower",
        "1 where anything but an extension came of the review",
        over="end",
    )
)
REVIEW = declare_event(Happening("review", "what came of the review", "instrument: outcome", "who may charge tariffs"))
EXTENDED = "extended"
LUCK = parse({"uniform": {"low": 0, "high": 1}}, SHARE)


@final
class Outcome(Model):
    """What may come of a review instead of an extension."""

    name: str = Field(description="so that a path can reach it")
    share: Share = Field(description="of the replicates without an extension; shares of all outcomes sum to 1")
    rate: UncertainRatio = Field(0.0, description="share of the price that covered goods are then charged")
    after: Days = Field(0.0, description="days from the review until that is charged")
    risk_premium: UncertainShare = Field(0.0, description="added to the cost of capital a year from the review on")


@final
class TreatyReview(Instrument):
    """A review extends a treaty, or brings tariffs and makes capital for projects dearer."""

    zero: ClassVar[str] = "chance: 0"
    luck: ClassVar[tuple[str, ...]] = ("luck",)

    kind: Literal["treaty_review"]
    review: Date = Field(description="day of the review")
    by: str = Field(description="region that may charge tariffs after it")
    on: Names = Field(description="origins that it may charge, `CA+MX`")
    covers: Coverage = Field(description="the goods that it may charge")
    chance: UncertainShare = Field(description="that anything but an extension comes of it; 0 is no review")
    outcomes: tuple[Outcome, ...] = Field(min_length=1, description="what may come instead of an extension")
    regions: Names = Field(Names(), description="regions whose projects pay the risk premium")

    def check(self, names: WorldNames) -> Iterator[Problem]:
        """Names that are not known, and shares that do not add up."""
        if self.by not in names.regions:
            yield (("by",), f"{self.by!r} is not a region", names.nearest(self.by, names.regions))
        for field in ("on", "regions"):
            for found, right in getattr(self, field).unknown(names.regions, "region"):
                yield ((field,), found, right)
        for path, found, right in self.covers.check(names):
            yield (("covers", *path), found, right)
        total = sum(outcome.share for outcome in self.outcomes)
        if abs(total - 1) > TINY:
            yield (("outcomes",), f"the shares sum to {total:g}", "Shares of the outcomes sum to 1.")

    def is_zero(self) -> bool:
        """Whether the treaty is extended in any case."""
        return amount(self.chance) == 0

    def arcs(self, world: World) -> Ints:
        """Arcs on which the goods come in."""
        origins = frozenset(self.on.among(world.regions))
        return inward_arcs(world, self.by, self.covers.covered(world), origins)

    def acts_on(self, world: World) -> bool:
        """Whether such goods are traded in the base year, or it is about projects alone."""
        return len(self.arcs(world)) > 0 or bool(self.regions.among(world.regions))

    def bind(self, setting: Setting) -> None:
        """Draw what comes of it, and attach the tariffs."""
        result = _Result(self, setting)
        Duty(setting, self.name, self.arcs(setting.world), lambda moment: result.rate(moment.tick))
        on = frozenset(self.on.among(setting.world.regions))
        setting.notices.levies.append(Levy(self.name, self.by, on, result.rate))
        if setting.supply is not None:
            setting.supply.hooks.offers.append(result.ask)
        setting.notices.transitions.append(result.reported)
        setting.hooks.begin.append(result.tell)
        setting.measured.append(Measured(LAPSED.item(instrument=self.name), result.not_extended))


@final
class _Result:
    """What comes of the review in each replicate."""

    def __init__(self, schema: TreatyReview, setting: Setting) -> None:
        self.day, self.when = setting.clock.horizon.day(schema.review), schema.review
        regions, world = schema.regions.among(setting.world.regions), setting.world
        self.rows = world.projects.where(region=regions)
        chance = schema.draw(setting, "chance", schema.chance, "1")
        luck = np.broadcast_to(np.asarray(schema.draw(setting, "luck", LUCK, "1")), (setting.replicates,))
        self.is_extended: Bools = luck >= chance
        bounds = chance * np.cumsum([0.0, *(outcome.share for outcome in schema.outcomes)])[:, None]
        bounds = np.where(np.arange(len(bounds))[:, None] == len(bounds) - 1, chance, bounds)  # whatever rounding does
        self.comes: Bools = (luck >= bounds[:-1]) & (luck < bounds[1:])  # (outcomes, R)
        self.rates: list[tuple[Calendar, Scalar]] = []
        self.premiums: list[Scalar] = []
        for outcome in schema.outcomes:
            first = self.day + int(outcome.after)
            rate = schema.draw(setting, f"outcomes.{outcome.name}.rate", outcome.rate, "1")
            self.rates.append((Calendar(first, first, float("inf")), rate))
            premium = schema.draw(setting, f"outcomes.{outcome.name}.risk_premium", outcome.risk_premium, "1")
            self.premiums.append(premium)
        names = [EXTENDED, *(outcome.name for outcome in schema.outcomes)]
        self.reported = Transitions(
            REVIEW, None, [(schema.by, f"{schema.name}: {name}", "") for name in names], setting.counted
        )

    def not_extended(self) -> Floats:
        """(R,): 1 where another outcome came, else 0."""
        return np.asarray(~self.is_extended, np.float64)

    def rate(self, tick: Tick) -> Floats:
        """(R,): what is charged in a tick, weighed by its days (eq. 7.17)."""
        charged = np.zeros(len(self.is_extended))
        for comes, (calendar, rate) in zip(self.comes, self.rates, strict=True):
            charged += comes * rate * calendar.share(tick)
        return charged

    def premium(self, day: float) -> Floats:
        """(R,), share a year: what it adds to the cost of capital on a day."""
        total = np.zeros(len(self.is_extended))
        for comes, premium in zip(self.comes, self.premiums, strict=True):
            total += comes * premium * (day >= self.day)
        return total

    def ask(self, appraisal: Appraised) -> None:
        """Private owners of projects in the regions ask more from the review on (eq. 11.3)."""
        appraisal.terms.premium[self.rows] += self.premium(appraisal.tick.end)

    def tell(self, moment: Moment) -> None:
        """Tell what came of it, on its day."""
        if moment.tick.start <= self.day < moment.tick.end:
            self.reported.follow(np.vstack([self.is_extended, self.comes]), self.when)
