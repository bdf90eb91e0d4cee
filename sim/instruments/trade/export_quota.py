"""No more than a volume a year leaves; exporters fill it by margin (docs/model.md, eq. 7.12)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import partial
from itertools import pairwise
from typing import ClassVar, Literal, final

import numpy as np
from pydantic import Field

from sim.axes import TINY, Floats, Ints, Scalar, Sum, at_least
from sim.definitions.metrics import Metric, declare
from sim.ensemble.gauges import Measured
from sim.files.quantities import Model, Share, UncertainShare, UncertainTonnesPerDay, WorldNames
from sim.instruments.base import Problem, Setting, amount
from sim.instruments.parts.calendar import Dates
from sim.instruments.parts.control import Control
from sim.market.hooks import Moment
from sim.market.state import State
from sim.units import DAYS_A_YEAR
from sim.world.build import World

USED = declare(
    Metric(
        "quota_used",
        "t",
        ("instrument",),
        "neither",
        "tonnes of counted contents that left under it",
        idle="nothing left under it",
    )
)
LAPSED = declare(Metric("quota_lapsed", "t", ("instrument",), "neither", "tonnes of quota that lapsed at a year's end"))

HALVINGS = 60  # of the bracket of the rent: to the last bits of a float64
REACH = 40.0  # spreads beyond the margins at which the logistic is 0 or 1


class Batch(Model):
    """A part of the year's quota that opens on a day."""

    month: int = Field(ge=1, le=12, description="opens on the first of this month")
    share: Share = Field(description="of the year's volume")


@final
class ExportQuota(Control):
    """A volume a year of covered contents may leave: one constraint over many elements, filled by margin."""

    zero: ClassVar[str] = "coverage: 0"

    kind: Literal["export_quota"]
    coverage: UncertainShare = Field(1.0, description="share of the covered trade that it counts; 0 is no quota")
    volume: UncertainTonnesPerDay = Field(description="what may leave, in t REO of the named elements a year")
    batches: tuple[Batch, ...] = Field(
        (Batch(month=1, share=0.5), Batch(month=7, share=0.5)), description="when parts of it open; shares sum to 1"
    )

    def check(self, names: WorldNames) -> Iterator[Problem]:
        """Names, dates and batches that do not fit."""
        yield from self.check_control(names)
        if self.follows is not None:
            yield (("follows",), "a quota opens on dates", "Write `in_force`, and `until` where it ends.")
        total = sum(batch.share for batch in self.batches)
        if abs(total - 1) > TINY:
            yield (("batches",), f"the shares sum to {total:g}", "Shares of the batches of a year sum to 1.")
        if len({batch.month for batch in self.batches}) < len(self.batches):
            yield (("batches",), "two batches open in one month", "Give each batch a month of its own.")

    def is_zero(self) -> bool:
        """Whether it counts nothing."""
        return amount(self.coverage) == 0

    def arcs(self, world: World) -> Ints:
        """Arcs of the covered goods."""
        return self.covered_arcs(world)

    def bind(self, setting: Setting) -> None:
        """Attach the quota to expectations, limits and crossings."""
        calendar = self.calendar(setting)
        rule = _Rule(self, setting, calendar)
        self.forbid_re_export(setting, calendar, rule.coverage)
        setting.hooks.expectations.append(rule.expect)
        setting.hooks.limits.append(rule.limit)
        setting.hooks.crossings.append(rule.count)
        setting.measured.append(Measured(USED.item(instrument=self.name), lambda: rule.used))
        setting.measured.append(Measured(LAPSED.item(instrument=self.name), lambda: rule.lapsed))


@final
class _Rule:
    """The account of a quota, and the rent at which it is filled."""

    def __init__(self, schema: ExportQuota, setting: Setting, calendar: Dates) -> None:
        world, p = setting.world, setting.parameters
        self.world, self.calendar, self.p, self.clock = world, calendar, p, setting.clock
        arcs = schema.arcs(world)
        self.rows = setting.controls.positions(arcs)
        self.arcs, self.origin, self.destination = arcs, world.arcs.origin[arcs], world.arcs.destination[arcs]
        self.counted = _counted(schema, world, arcs)
        self.total = Sum(np.zeros(len(arcs), np.intp), range(len(arcs)), self.counted[:, 0], (1, len(arcs)))
        self.coverage = schema.draw(setting, "coverage", schema.coverage, "1")
        self.volume = schema.draw(setting, "volume", schema.volume, "t/day") * DAYS_A_YEAR
        replicates = setting.replicates
        self.account, self.used, self.lapsed = np.zeros(replicates), np.zeros(replicates), np.zeros(replicates)
        self.room = np.ones((len(arcs), replicates))
        self.batches = sorted(schema.batches, key=lambda batch: batch.month)
        self.next_change = 0
        assert schema.in_force is not None
        self._schedule(schema.in_force, schema.until or date.max)

    def _schedule(self, in_force: date, until: date) -> None:
        """Open batches on their dates; the one that is open on the first day is open for what is left of it."""
        horizon = self.clock.horizon
        openings = [
            (date(year, batch.month, 1), batch.share)
            for year in range(min(horizon.start, in_force).year - 1, horizon.end.year + 2)
            for batch in self.batches
        ]
        start = max(in_force, horizon.start)
        for (opens, share), (closes, _) in pairwise(openings):
            if closes <= start or opens > horizon.end:
                continue
            left = (closes - max(opens, start)).days / (closes - opens).days * (opens < until)  # after the end: nothing
            ends = horizon.day(closes)
            new_year = opens.month == self.batches[0].month
            self.clock.at(max(opens, start), partial(self._open, share * left, ends, new_year))

    def _open(self, share: float, closes: int, new_year: bool) -> None:
        if new_year:
            self.lapsed = self.lapsed + self.account
            self.account = np.zeros_like(self.account)
        self.account = self.account + self.volume * share
        self.next_change = closes

    def expect(self, moment: Moment) -> None:
        """What did not fit lately is expected not to fit (eq. 7.1), and the quota alarms."""
        p, tick, controls = self.p, moment.tick, moment.controls
        ahead = self.coverage * self.calendar.ahead(tick, p["look_ahead"])
        controls.expect_restriction(self.rows, (1 - self.room) * ahead)
        controls.warn(
            self.rows,
            self.coverage * self.calendar.announcement_effect(tick, p["announcement_hold"], p["announcement_fade"]),
        )

    def limit(self, moment: Moment) -> None:
        """What does not fit into the quota does not leave its producer (eq. 7.12)."""
        tick, state = moment.tick, moment.state
        share = self.coverage * self.calendar.share(tick)
        if not np.any(share):
            return
        left = self.account * tick.days / max(self.next_change - tick.start, tick.days)
        placed = state.orders_placed[self.arcs] * tick.days
        self.room = filled_by_margin(placed, self._margin(state), self.total, left, self.p["quota_margin_spread"])
        moment.controls.block(self.rows, (1 - self.room) * share)

    def _margin(self, state: State) -> Floats:
        """(K, R), USD/t of counted contents: price at the destination less price at the origin."""
        world = self.world
        price = world.nodes.price * np.exp(state.price)
        gap = price[world.nodes.destinations][self.destination] - price[world.nodes.origins][self.origin]
        return gap / self.counted

    def count(self, moment: Moment) -> None:
        """Take from the account what left."""
        left = self.total(moment.controls.crossing[self.rows])[0]
        used = left * self.coverage * self.calendar.share(moment.tick)
        self.account = at_least(self.account - used, 0)
        self.used = self.used + used


def _counted(schema: ExportQuota, world: World, arcs: Ints) -> Floats:
    """(K, 1), t REO counted in a tonne of the good of each arc: of the named elements, or of all."""
    named = schema.covers.elements
    elements = world.elements if named is None else named.among(world.elements)
    goods = [world.arcs.names[a][0] for a in arcs]
    return np.array([[sum(world.content[c].get(e, 0.0) for e in elements)] for c in goods]).reshape(-1, 1)


def filled_by_margin(placed: Floats, margin: Floats, total: Sum, left: Floats, spread: Scalar) -> Floats:
    """Share of each order that fits into a quota which is filled where the margin is highest (eq. 7.12).

    Parameters
    ----------
    placed : (K, R) array, t
    margin : (K, R) array, USD/t of what is counted
    total : Sum
        Adds up what is counted, (1, K).
    left : (R,) array, t of what is counted
    spread : float or (R,) array, USD/t

    Returns
    -------
    (K, R) array, share of 1
        All ones where everything fits.
    """
    low = margin.min(axis=0, initial=np.inf) - REACH * spread
    high = margin.max(axis=0, initial=-np.inf) + REACH * spread
    with np.errstate(over="ignore"):  # far below the margin that still leaves, nothing does: 1 ÷ inf
        for _ in range(HALVINGS):
            rent = (low + high) / 2
            over = total(placed / (1 + np.exp((rent - margin) / spread)))[0] > left
            low, high = np.where(over, rent, low), np.where(over, high, rent)
        fits = total(placed)[0] <= left
        return np.where(fits, 1, 1 / (1 + np.exp((high - margin) / spread)))
