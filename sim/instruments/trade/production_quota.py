"""A state says how much its plants may make, may make them fill it, and sell cheap (docs/model.md, eq. 7.18, 7.19)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar, Literal, final

import numpy as np
from pydantic import Field

from sim.axes import TINY, Floats, Ints, Scalar, Sum, at_least
from sim.definitions.events import Happening, declare_event
from sim.definitions.metrics import Metric, declare
from sim.ensemble.gauges import Measured
from sim.files.quantities import Date, Names, UncertainRatio, UncertainShare, UncertainTonnesPerDay, WorldNames
from sim.instruments.base import IN_FORCE, LIFTED, Instrument, Problem, Setting, amount
from sim.instruments.parts.schedule import Dated, Schedule, check_order
from sim.market.hooks import Moment
from sim.world.build import World

HELD_BACK = declare(
    Metric(
        "output_held_back",
        "t",
        ("instrument",),
        "neither",
        "tonnes of counted contents that plants may not make",
        idle="nothing was held back",
    )
)
PUSHED = declare(
    Metric(
        "output_pushed",
        "t",
        ("instrument",),
        "neither",
        "tonnes of counted contents that plants are made to make",
        idle="nobody was made to make more",
    )
)
QUOTA_CHANGES = declare_event(
    Happening("quota changes", "other terms hold from this day on", "instrument", detail="name of the change")
)


@final
class QuotaChange(Dated):
    """What is different from a day on; what is left out stays as it was."""

    level: UncertainRatio | None = Field(None, description="what may be made, over what was made in the base year")
    volume: UncertainTonnesPerDay | None = Field(None, description="what may be made, in t REO a year")
    push: UncertainShare | None = Field(None, description="share of what is missing to the quota that must be made")
    discount: UncertainShare | None = Field(None, description="share by which producers cut their prices")


@final
class ProductionQuota(Instrument):
    """What plants of a region make stays within a quota; the state may make them fill it and cut their prices."""

    zero: ClassVar[str] = "enforced: 0"

    kind: Literal["production_quota"]
    by: str = Field(description="region whose plants it is on")
    processes: Names = Field(description="what they do: mine, separation, `mine+separation`")
    elements: Names = Field(Names(text="all"), description="elements that are counted in what they make")
    facilities: Names = Field(Names(text="all"), description="plants by name, narrowed by region and process")
    level: UncertainRatio | None = Field(None, description="what may be made, over what was made in the base year")
    volume: UncertainTonnesPerDay | None = Field(None, description="instead of `level`: in t REO a year")
    push: UncertainShare = Field(0.0, description="share of what is missing to the quota that must be made")
    discount: UncertainShare = Field(0.0, description="share by which producers cut their prices")
    enforced: UncertainShare = Field(1.0, description="how far all that is carried out; 0 is no quota")
    in_force: Date = Field(description="first day on which it counts")
    changes: tuple[QuotaChange, ...] = Field((), description="what is different later, in the order of the dates")
    until: Date | None = Field(None, description="first day on which it no longer counts; left out, it stays")

    def check(self, names: WorldNames) -> Iterator[Problem]:
        """Names that are not known, dates that cannot be, and quotas of two sizes or of none."""
        if self.by not in names.regions:
            yield (("by",), f"{self.by!r} is not a region", names.nearest(self.by, names.regions))
        known = {"processes": names.processes, "elements": names.elements, "facilities": names.facilities}
        for (field, there), what in zip(known.items(), ("process", "element", "facility"), strict=True):
            for found, right in getattr(self, field).unknown(there, what):
                yield ((field,), found, right)
        if (self.level is None) == (self.volume is None):
            yield (("level",), "the size is said in two ways, or in none", "Write `level` or `volume`.")
        for i, change in enumerate(self.changes):
            if change.level is not None and change.volume is not None:
                yield (("changes", i, "level"), "the size is said in two ways", "Write `level` or `volume`.")
        yield from check_order(self.in_force, self.changes, self.until)

    def is_zero(self) -> bool:
        """Whether nobody is held to it."""
        return amount(self.enforced) == 0

    def is_measured(self) -> bool:
        """Whether it says nothing of prices: what a discount does is seen in prices alone."""
        return not any(map(amount, (self.discount, *(change.discount or 0.0 for change in self.changes))))

    def acts_on(self, world: World) -> bool:
        """Whether any of the plants runs in the base year and makes what is counted."""
        return bool((self.counted(world) * world.facilities.activity[:, 0]).sum() > 0)

    def rows(self, world: World) -> Ints:
        """Rows (F) of its facilities."""
        known = world.facilities
        return known.where(
            name=self.facilities.among(known.names),
            region=[self.by],
            process=self.processes.among(sorted(set(known.process))),
        )

    def counted(self, world: World) -> Floats:
        """(F,), t REO that are counted in what a unit of activity makes; zero for plants that it is not on."""
        counted, rows, made = np.zeros(len(world.facilities)), self.rows(world), world.facilities.output
        content = np.bincount(made.columns, made.weights * self.content(world)[made.rows], len(counted))
        counted[rows] = content[rows]
        return counted

    def content(self, world: World) -> Floats:
        """(O,), t REO that are counted in a tonne of what is made."""
        elements, goods = self.elements.among(world.elements), [c for c, _ in world.nodes.made]
        return np.array([sum(world.content[c].get(e, 0.0) for e in elements) for c in goods])

    def producers(self, world: World) -> Ints:
        """Rows of the nodes (N) where its plants make what is counted."""
        made = world.facilities.output
        theirs = np.isin(made.columns, self.rows(world))
        makes = np.bincount(made.rows, made.weights * theirs, made.shape[0]) > 0
        return np.arange(len(world.nodes))[world.nodes.origins][makes & (self.content(world) > 0)]

    def bind(self, setting: Setting) -> None:
        """Attach what plants may make, and what producers charge."""
        rule = _Rule(self, setting)
        setting.hooks.plans.append(rule.plan)
        discounts = [self.discount, *(change.discount for change in self.changes if change.discount is not None)]
        if any(amount(discount) > 0 for discount in discounts):
            setting.hooks.discounts.append(rule.cut)
            setting.hooks.shocks.append(rule.pay)
        for metric, total in ((HELD_BACK, rule.held_back), (PUSHED, rule.pushed)):
            setting.measured.append(Measured(metric.item(instrument=self.name), total.copy))


@final
@dataclass(frozen=True)
class _Terms:
    """What holds for a time: t REO a day that may be made, and what the state asks besides."""

    limit: Scalar
    push: Scalar
    discount: Scalar


@final
class _Rule:
    """A quota of one chunk of replicates."""

    def __init__(self, schema: ProductionQuota, setting: Setting) -> None:
        world, counted = setting.world, schema.counted(setting.world)
        self.rows = np.flatnonzero(counted)
        size = len(self.rows)
        self.counted = Sum(np.zeros(size, np.intp), range(size), counted[self.rows], (1, size))
        self.usual = float(self.counted(world.facilities.activity[self.rows])[0, 0])
        self.producers = schema.producers(world)
        self.enforced = schema.draw(setting, "enforced", schema.enforced, "1")
        self.schedule = self._schedule(schema, setting)
        self.most = (
            world.facilities.scale[self.rows] / setting.parameters["utilisation_base"]
        )  # at all of base-year capacity
        self.held_back, self.pushed = np.zeros(setting.replicates), np.zeros(setting.replicates)

    def _schedule(self, schema: ProductionQuota, setting: Setting) -> Schedule[_Terms]:
        """What holds when; what happens is written down on its day."""
        day = setting.clock.horizon.day
        terms = self._terms(schema, setting, "", schema, _Terms(0.0, 0.0, 0.0))
        first, changes = terms, list[tuple[int, _Terms]]()
        setting.log(schema.in_force, IN_FORCE, schema.name, schema.kind)
        for change in schema.changes:
            terms = self._terms(schema, setting, f"changes.{change.name}.", change, terms)
            changes.append((day(change.since), terms))
            setting.log(change.since, QUOTA_CHANGES, schema.name, change.name)
        if schema.until is not None:
            setting.log(schema.until, LIFTED, schema.name, schema.kind)
        end = float("inf") if schema.until is None else float(day(schema.until))
        return Schedule(day(schema.in_force), first, changes, end)

    def _terms(
        self, schema: ProductionQuota, setting: Setting, path: str, given: ProductionQuota | QuotaChange, before: _Terms
    ) -> _Terms:
        """Draw what is given; the rest is as before."""
        terms = before
        if given.level is not None:
            terms = replace(terms, limit=self.usual * schema.draw(setting, f"{path}level", given.level, "1"))
        if given.volume is not None:
            terms = replace(terms, limit=schema.draw(setting, f"{path}volume", given.volume, "t/day"))
        if given.push is not None:
            terms = replace(terms, push=schema.draw(setting, f"{path}push", given.push, "1"))
        if given.discount is not None:
            terms = replace(terms, discount=schema.draw(setting, f"{path}discount", given.discount, "1"))
        return terms

    def plan(self, moment: Moment) -> None:
        """Hold plants to the quota, pro rata, or make them fill it as far as they can (eq. 7.18)."""
        tick, rows, planned = moment.tick, self.rows, moment.proposals.planned
        total, factor = self.counted(planned[rows])[0], np.ones(planned.shape[1])
        for share, terms in self.schedule.during(tick):
            room = terms.limit / at_least(total, TINY)
            goal = np.where(room < 1, room, 1 + terms.push * (room - 1))
            factor += share * self.enforced * (goal - 1)
        most = self.most * moment.state.capacity[rows] * moment.shocks.available[rows]
        planned[rows] = np.minimum(planned[rows] * factor, most)
        change = (self.counted(planned[rows])[0] - total) * tick.days
        self.held_back += at_least(-change, 0)
        self.pushed += at_least(change, 0)

    def pay(self, moment: Moment) -> None:
        """Make up to the plants for what the discount costs them (eq. 7.19)."""
        for share, terms in self.schedule.during(moment.tick):
            left = at_least(1 - self.enforced * np.asarray(terms.discount), TINY)
            moment.shocks.support[self.rows] *= np.exp(-share * np.log(left))

    def cut(self, moment: Moment) -> None:
        """Take the discount off what producers charge (eq. 7.19)."""
        for share, terms in self.schedule.during(moment.tick):
            left = at_least(1 - self.enforced * np.asarray(terms.discount), TINY)
            moment.proposals.passed_on[self.producers] += share * np.log(left)
