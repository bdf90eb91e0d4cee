"""Covered goods leave only with a licence: files, reviewers, approval, look-alikes (eq. 7.4 to 7.11)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import ClassVar, Literal, final

import numpy as np
from pydantic import Field
from typing_extensions import override

from sim.axes import TINY, Floats, Ints, Scalar, Sum, at_least, at_most, ratio, share_of
from sim.definitions.items import Item
from sim.definitions.metrics import Metric, declare
from sim.definitions.variables import Variable, declare_variable
from sim.ensemble.clock import Tick
from sim.ensemble.gauges import Measured, Traced
from sim.files.quantities import Cases, Date, Days, Model, UncertainDays, UncertainShare, WorldNames
from sim.instruments.base import Problem, Setting, amount
from sim.instruments.parts.approval import Approval, Approvals
from sim.instruments.parts.calendar import Dates
from sim.instruments.parts.control import Control
from sim.instruments.parts.queue import Queue
from sim.instruments.parts.scope import look_alike_arcs
from sim.market.forms import smooth, step_share
from sim.market.hooks import Moment
from sim.world.build import World

WAIT = declare(
    Metric(
        "licence_wait_mean", "days", ("instrument",), "lower",
        "tonne-days spent waiting for a licence ÷ tonnes filed; what still waits counts with the days it has waited",
    )
)  # fmt: skip
FILED = declare(
    Metric(
        "licence_filed",
        "t",
        ("instrument",),
        "neither",
        "tonnes for which a licence was asked",
        idle="nobody asked for a licence",
    )
)
GRANTED = declare(Metric("licence_granted", "t", ("instrument",), "higher", "tonnes granted"))
DENIED = declare(Metric("licence_refused", "t", ("instrument",), "lower", "tonnes denied, back to their producers"))
OPEN = declare(Metric("licence_open", "t", ("instrument",), "lower", "tonnes that still wait at the end", over="end"))

APPROVED = declare_variable(
    Variable("licence_approval", "1", "level", ("region", "instrument"), "tonnes granted ÷ tonnes filed so far")
)


class Reviewers(Model):
    """How many files can be decided: as a share of the normal trade in the covered goods."""

    start: UncertainShare = Field(0.1, description="on the day in force")
    final: float = Field(1.5, ge=0, description="in the end, as a multiple of normal trade")
    time: UncertainDays = Field(60.0, description="in which it grows e-fold at first; it levels off at the final one")


class GeneralLicence(Model):
    """A share of the trade that needs no licence of its own."""

    share: UncertainShare = Field(description="share of the covered trade in the end")
    since: Date = Field(description="when the first are issued")
    ramp: Days = Field(90.0, description="time in which the share is reached")


class LookAlikes(Model):
    """Goods of the same customs code that are not covered, held up all the same for a while."""

    share: UncertainShare = Field(description="share of that trade that is held at the worst")
    hold: Cases = Field(description="how long a shipment is held")
    start: Days = Field(0.0, description="days after the day in force: holding begins")
    full: Days = Field(14.0, description="it is at its worst")
    ease: Days = Field(60.0, description="it begins to ease")
    end: Days = Field(90.0, description="it is over")


@final
class ExportLicence(Control):
    """A licence is needed for covered goods: they wait, and some are denied."""

    zero: ClassVar[str] = "coverage: 0"

    kind: Literal["export_licence"]
    coverage: UncertainShare = Field(1.0, description="share of the covered trade that needs one; 0 is no licence")
    processing: Cases = Field(description="days from filing until a file is ready to be decided")
    reviewers: Reviewers | None = Field(None, description="limits on how many files are decided; none: no limit")
    approval: Approval
    stockpiling: UncertainShare = Field(
        1.0,
        description="of what buyers order to hold more than usual, the share for which they may file; 1 is no limit",
    )
    general: GeneralLicence | None = Field(None, description="general licences")
    look_alikes: LookAlikes | None = Field(None, description="goods of the same customs code")

    def check(self, names: WorldNames) -> Iterator[Problem]:
        """Names and dates that do not fit."""
        yield from self.check_control(names)
        for path, found, right in self.approval.check(names):
            yield (("approval", *path), found, right)

    def is_zero(self) -> bool:
        """Whether no trade needs a licence."""
        return amount(self.coverage) == 0

    def look_alike_arcs(self, world: World) -> Ints:
        """Arcs of goods that are held though they are not covered."""
        covered = self.covered_arcs(world)
        return look_alike_arcs(world, covered if self.look_alikes is not None else covered[:0])

    def arcs(self, world: World) -> Ints:
        """Arcs of covered goods and look-alikes."""
        return np.sort(np.concatenate([self.covered_arcs(world), self.look_alike_arcs(world)]))

    @override
    def series(self, world: World) -> list[Item]:
        """What has been granted of what was filed."""
        return [APPROVED.item(region=self.by, instrument=self.name)]

    def bind(self, setting: Setting) -> None:
        """Attach licences, and the holding of look-alikes."""
        calendar = self.calendar(setting)
        coverage = self.draw(setting, "coverage", self.coverage, "1")
        licence = _Licence(self, setting, calendar, coverage)
        self.forbid_re_export(setting, calendar, coverage)
        setting.hooks.decisions.append(licence.decide)
        setting.hooks.expectations.append(licence.expect)
        setting.hooks.crossings.append(licence.cross)
        if amount(self.stockpiling) != 1:
            setting.hooks.limits.append(licence.limit)
        if licence.approval.end_uses.matter:
            setting.hooks.sharing.append(licence.divert)
        setting.measured.extend(licence.measured())
        (approval,) = self.series(setting.world)
        setting.traced.append(Traced(approval, licence.granted_share))
        if self.look_alikes is not None and len(self.look_alike_arcs(setting.world)):
            held = _Held(self, self.look_alikes, setting, calendar, coverage)
            setting.hooks.decisions.append(held.decide)
            setting.hooks.expectations.append(held.expect)
            setting.hooks.crossings.append(held.cross)


@final
class _Licence:
    """The licence of one chunk of replicates: its queue, its reviewers, and what it lets through."""

    def __init__(self, schema: ExportLicence, setting: Setting, calendar: Dates, coverage: Scalar) -> None:
        world, p = setting.world, setting.parameters
        self.schema, self.setting, self.calendar, self.coverage, self.p = schema, setting, calendar, coverage, p
        self.arcs = schema.covered_arcs(world)
        self.rows = setting.controls.positions(self.arcs)
        shape = (len(self.arcs), setting.replicates)
        cases = schema.processing.bind(lambda n, d: schema.draw(setting, f"processing.{n}", d, "days"))
        self.mean_days = cases.mean
        self.queue = Queue(*shape, cases.within, setting.clock.horizon.tick, int(p["licence_horizon"]))
        self.pile = np.zeros(shape)  # ready files that wait for a reviewer
        value = world.nodes.price[world.nodes.origins][world.arcs.origin[self.arcs]]
        normal = float((value * world.arcs.flow[self.arcs]).sum())
        one = np.zeros(len(self.arcs), np.intp)
        self.load = Sum(one, range(len(self.arcs)), value[:, 0] / normal, (1, len(self.arcs)))
        self.filed_rate = np.broadcast_to(world.arcs.flow[self.arcs] * coverage, shape).copy()
        self.granted_rate = np.zeros(shape)
        self.granted = np.zeros(shape)
        self.totals = {name: np.zeros(setting.replicates) for name in ("filed", "granted", "denied", "tonne days")}
        self.sum = Sum(one, range(len(self.arcs)), 1.0, (1, len(self.arcs)))
        draw = partial(schema.draw, setting, unit="1")
        self.approval = Approvals(schema.approval, world, self.arcs, setting.replicates, schema.covers, draw)
        self.reviewers = None if schema.reviewers is None else _draw_reviewers(schema, schema.reviewers, setting)
        self.stockpiling = schema.draw(setting, "stockpiling", schema.stockpiling, "1")
        self.general_share: Scalar = 0.0
        if schema.general is not None:
            self.general_share = schema.draw(setting, "general.share", schema.general.share, "1")

    def decide(self, moment: Moment) -> None:
        """Reviewers decide ready files; where the control is over, all that waits is granted (eq. 7.5, 7.6, 7.10)."""
        tick, controls = moment.tick, moment.controls
        self.approval.move(self.setting.clock.horizon.date(tick.start))
        over = self.calendar.over(tick)
        self.pile += self.queue.ready(tick)
        if np.any(over):
            self.pile += self.queue.clear(over)
        decided = self.pile * np.maximum(self._pace(tick), over)
        self.pile -= decided
        self.granted = decided * np.maximum(self.approval.share, over)
        denied = decided - self.granted
        controls.granted[self.rows] += self.granted
        controls.denied[self.rows] += denied
        self._count(tick.days / 2, granted=self.granted, denied=denied)  # decided evenly over the tick

    def _pace(self, tick: Tick) -> Scalar:
        """Share of the ready files that reviewers get to in a tick (eq. 7.5)."""
        if self.reviewers is None:
            return 1.0
        start, final, time = self.reviewers
        gone = np.exp(-self.calendar.since(tick) / time)
        capacity = final * start / at_least(start + (final - start) * gone, TINY)
        return at_most(capacity * tick.days / at_least(self.load(self.pile), TINY), 1)

    def general(self, tick: Tick) -> Scalar:
        """Share of the trade under general licences at mid-tick."""
        if self.schema.general is None:
            return 0.0
        since = tick.middle - self.setting.clock.horizon.day(self.schema.general.since)
        return self.general_share * np.clip(since / max(self.schema.general.ramp, TINY), 0, 1)

    def _filing(self, tick: Tick) -> Scalar:
        """Share of the trade in covered goods that needs a licence of its own."""
        return self.coverage * self.calendar.share(tick) * (1 - self.general(tick))

    def expect(self, moment: Moment) -> None:
        """What people expect: what is restricted, what waits and will come, how long it takes (eq. 7.1, 7.7, 7.8)."""
        tick, controls = moment.tick, moment.controls
        general, p = self.general(tick), self.p
        ahead = self.coverage * self.calendar.ahead(tick, p["look_ahead"])
        permit = at_most(self.granted_rate / at_least(self.filed_rate, TINY), 1)
        permit = general + (1 - general) * permit
        controls.expect_restriction(self.rows, (1 - permit) * ahead)
        controls.warn(
            self.rows,
            self.coverage * self.calendar.announcement_effect(tick, p["announcement_hold"], p["announcement_fade"]),
        )
        filing = self._filing(tick)
        controls.license(self.rows, filing)
        waiting = self.queue.total + self.pile
        controls.backlog[self.rows] += waiting
        controls.expected_clearance[self.rows] += waiting * self.approval.share
        learned = -np.expm1(-self.calendar.since(tick) / p["licence_learning"])
        controls.licence_days[self.rows] += self.mean_days * (filing * learned)
        self.totals["tonne days"] += self.sum(waiting)[0] * tick.days

    def limit(self, moment: Moment) -> None:
        """Nobody may file for what is to lie in a larger stock than usual (eq. 7.4)."""
        tick, state = moment.tick, moment.state
        hoarded = state.target_stock * (1 - 1 / state.hoarding) / self.p["stock_adjustment_time"]
        place = self.setting.world.arcs.destination[self.arcs]
        refused = (1 - self.stockpiling) * share_of(hoarded, state.orders)[place]
        moment.controls.block(self.rows, self._filing(tick) * refused)

    def cross(self, moment: Moment) -> None:
        """Covered goods wait, but for those under general licences (eq. 7.4)."""
        tick, controls = moment.tick, moment.controls
        filed = controls.crossing[self.rows] * self._filing(tick)
        controls.crossing[self.rows] -= filed
        self.queue.file(tick, filed, self.calendar.first_days(tick))
        controls.backlog[self.rows] += filed
        self._count(tick.days / 2, filed=filed)
        in_force = np.asarray(self.calendar.share(tick)) > 0
        if np.any(in_force):
            learning = np.where(in_force, step_share(tick.days, self.p["licence_memory"]), 0.0)
            smooth(self.filed_rate, filed / tick.days, learning)
            smooth(self.granted_rate, self.granted / tick.days, learning)

    def divert(self, moment: Moment) -> None:
        """Users for whom licences are denied get none of the goods that needed one (eq. 7.9)."""
        tick = moment.tick
        share = self._filing(tick)
        if not np.any(share) and not self.queue.total.any() and not self.pile.any():
            return
        self.approval.move(self.setting.clock.horizon.date(tick.start))
        self.approval.divert(moment, share)

    def granted_share(self) -> Floats:
        """(R,): tonnes granted over tonnes filed, since in force."""
        return ratio(self.totals["granted"], self.totals["filed"])

    def _count(self, days: float, **tonnes: Floats) -> None:
        """Count tonnes, which waited so many days."""
        for what, rows in tonnes.items():
            total = self.sum(rows)[0]
            self.totals[what] += total
            self.totals["tonne days"] += total * days

    def measured(self) -> Iterator[Measured]:
        """Metrics of the licence."""
        totals, name = self.totals, self.schema.name
        for metric, what in ((FILED, "filed"), (GRANTED, "granted"), (DENIED, "denied")):
            yield Measured(metric.item(instrument=name), partial(totals.__getitem__, what))
        yield Measured(WAIT.item(instrument=name), lambda: totals["tonne days"], lambda: totals["filed"])
        yield Measured(OPEN.item(instrument=name), lambda: self.sum(self.queue.total + self.pile)[0])


def _draw_reviewers(schema: ExportLicence, reviewers: Reviewers, setting: Setting) -> tuple[Scalar, Scalar, Scalar]:
    return (
        schema.draw(setting, "reviewers.start", reviewers.start, "1"),
        reviewers.final,
        schema.draw(setting, "reviewers.time", reviewers.time, "days"),
    )


@final
class _Held:
    """Look-alikes: goods that are not covered, held at customs for a while (eq. 7.11)."""

    def __init__(
        self, schema: ExportLicence, held: LookAlikes, setting: Setting, calendar: Dates, coverage: Scalar
    ) -> None:
        self.calendar, self.held = calendar, held
        self.most = coverage * schema.draw(setting, "look_alikes.share", held.share, "1")
        arcs = schema.look_alike_arcs(setting.world)
        self.rows = setting.controls.positions(arcs)
        cases = held.hold.bind(lambda n, d: schema.draw(setting, f"look_alikes.hold.{n}", d, "days"))
        horizon = int(setting.parameters["licence_horizon"])
        self.queue = Queue(len(arcs), setting.replicates, cases.within, setting.clock.horizon.tick, horizon)

    def decide(self, moment: Moment) -> None:
        """What has been held long enough goes; all goes where the control is over."""
        tick, controls = moment.tick, moment.controls
        controls.granted[self.rows] += self.queue.ready(tick)
        over = self.calendar.over(tick)
        if np.any(over):
            controls.granted[self.rows] += self.queue.clear(over)

    def expect(self, moment: Moment) -> None:
        """What is held will come."""
        moment.controls.backlog[self.rows] += self.queue.total
        moment.controls.expected_clearance[self.rows] += self.queue.total

    def cross(self, moment: Moment) -> None:
        """Hold a share that rises, stays and falls with the days in force."""
        tick, controls = moment.tick, moment.controls
        days = (self.held.start, self.held.full, self.held.ease, self.held.end)
        level = np.interp(self.calendar.age(tick), days, (0, 1, 1, 0))
        share = self.most * level * self.calendar.share(tick)
        taken = controls.crossing[self.rows] * share
        controls.crossing[self.rows] -= taken
        self.queue.file(tick, taken, self.calendar.first_days(tick))
        controls.backlog[self.rows] += taken
