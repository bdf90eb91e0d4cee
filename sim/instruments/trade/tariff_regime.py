"""Tariffs are answered, talked about, laid aside for a while: when, differs by replicate (docs/model.md, eq. 7.15)."""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum
from functools import partial
from typing import ClassVar, Literal, final

import numpy as np
from pydantic import Field

from sim.axes import Floats, Ints, Scalar
from sim.definitions.events import Happening, declare_event
from sim.definitions.metrics import Metric, declare
from sim.ensemble.clock import Tick
from sim.ensemble.gauges import Measured
from sim.ensemble.transitions import Transitions
from sim.files.distributions import Uncertain
from sim.files.quantities import (
    Names,
    Ratio,
    UncertainDays,
    UncertainRatePerDay,
    UncertainRatio,
    UncertainShare,
    WorldNames,
)
from sim.instruments.base import Instrument, Problem, Setting, amount
from sim.instruments.notices import Regime, Waiver
from sim.instruments.parts.scope import arcs_between
from sim.market.hooks import Moment
from sim.world.build import World

RETALIATIONS = declare(
    Metric(
        "retaliations", "1", ("instrument",), "lower", "how often tariffs were answered", idle="no tariff was answered"
    )
)


class Phase(IntEnum):
    """Where a regime stands; after a truce, tariffs are answered anew."""

    QUIET = 0
    RETALIATION = 1
    NEGOTIATION = 2
    TRUCE = 3


SHARES = {
    Phase.RETALIATION: declare(
        Metric("retaliation_share", "1", ("instrument",), "lower", "share of the days from an answer until talks")
    ),
    Phase.NEGOTIATION: declare(
        Metric("negotiation_share", "1", ("instrument",), "neither", "share of the days in which the two talked")
    ),
    Phase.TRUCE: declare(Metric("truce_share", "1", ("instrument",), "higher", "share of the days in a truce")),
}


def _transitions(word: str, meaning: str) -> tuple[Happening, Happening]:
    """Declare that a phase begins, and that it ends."""
    about = {"subject": "instrument", "region": "who answers"}
    begins = declare_event(Happening(f"{word} begins", meaning, **about))
    return begins, declare_event(Happening(f"{word} ends", f"the {word} is over", **about))


TRANSITIONS = {
    Phase.RETALIATION: _transitions("retaliation", "tariffs are answered: what follows the regime comes into force"),
    Phase.NEGOTIATION: _transitions(
        "negotiation", "the two talk; what follows the regime is lifted here, or with a truce"
    ),
    Phase.TRUCE: _transitions("truce", "tariffs between the two are exempted, as far as `relief` goes"),
}


@final
class TariffRegime(Instrument):
    """A region answers the tariffs of another with measures of its own, until talks or a truce lift them."""

    zero: ClassVar[str] = "hazard: 0"

    kind: Literal["tariff_regime"]
    by: str = Field(description="region that answers; controls that follow the regime are its measures")
    against: str = Field(description="region whose import tariffs it answers")
    hazard: UncertainRatePerDay = Field(description="how soon it answers tariffs at the reference; 0: never")
    reference: Ratio = Field(0.5, gt=0, description="sum of the rates at which the hazard is given")
    elasticity: UncertainRatio = Field(1.0, description="of the hazard to the sum of the rates")
    retaliation: UncertainDays = Field(description="time from the answer until talks begin, drawn each time")
    negotiation: UncertainDays = Field(description="time that talks take until a truce, drawn each time")
    truce: UncertainDays = Field(description="time that a truce lasts, drawn each time")
    lifted: Literal["negotiation", "truce"] = Field("truce", description="with what its measures are lifted")
    relief: UncertainShare = Field(0.0, description="share of the tariffs between the two that a truce lets off")

    def check(self, names: WorldNames) -> Iterator[Problem]:
        """Names that are not known, and a region against itself."""
        for field in ("by", "against"):
            region = getattr(self, field)
            if region not in names.regions:
                yield ((field,), f"{region!r} is not a region", names.nearest(region, names.regions))
        if self.by == self.against:
            yield (("against",), f"{self.by} would answer itself", "Name the region whose tariffs it answers.")

    def is_zero(self) -> bool:
        """Whether nothing is ever answered."""
        return amount(self.hazard) == 0

    def between(self, world: World) -> Ints:
        """Arcs on which goods go from one to the other, either way."""
        return arcs_between(world, self.by, [self.against])

    def acts_on(self, world: World) -> bool:
        """Whether the two trade."""
        return len(self.between(world)) > 0

    def bind(self, setting: Setting) -> None:
        """Let the regime take its course, and let those that follow it know."""
        course = _Course(self, setting)
        setting.hooks.begin.append(course.go_on)
        setting.notices.regimes[self.name] = course
        setting.notices.transitions.extend(course.reported)
        if amount(self.relief) > 0:
            waiver = Waiver(Names(text="all"), self.between(setting.world), lambda _tick: course.let_off())
            setting.notices.waivers.append(waiver)
        setting.measured.extend(course.measured())


@final
class _Course(Regime):
    """Where the regime stands in each replicate of a chunk, and until when."""

    def __init__(self, schema: TariffRegime, setting: Setting) -> None:
        self.schema, self.setting = schema, setting
        draw, replicates = partial(schema.draw, setting), setting.replicates
        self.hazard = draw("hazard", schema.hazard, "/day")
        self.elasticity = draw("elasticity", schema.elasticity, "1")
        self.relief = draw("relief", schema.relief, "1")
        self.patience = setting.draws.occurrences(f"instruments.{schema.name}.patience")
        self.lengths = [_Length(schema, setting, phase) for phase in list(Phase)[1:]]
        self.columns = np.arange(replicates)
        self.phase, self.round = np.zeros(replicates, np.intp), np.zeros(replicates, np.intp)
        self.exposure = np.zeros(replicates)  # to tariffs, in times that they are answered on average
        self.ends, self.began = np.full(replicates, np.inf), np.full(replicates, np.inf)
        self.days, self.answers = np.zeros((len(Phase), replicates)), np.zeros(replicates)
        about = [(schema.by, schema.name, "")]
        self.reported = [Transitions(*TRANSITIONS[phase], about, setting.counted) for phase in SHARES]

    def go_on(self, moment: Moment) -> None:
        """Turn where it is time, and expose those who are quiet to the tariffs of the tick."""
        tick = moment.tick
        self._turn(tick)
        self.exposure += self._answering(tick) * tick.days * (self.phase == Phase.QUIET)
        self.days[self.phase, self.columns] += tick.days
        for transitions, phase in zip(self.reported, SHARES, strict=True):
            transitions.follow((self.phase == phase)[None, :], self.setting.clock.horizon.date(tick.start))

    def _turn(self, tick: Tick) -> None:
        """Go on to the next phase where patience or time has run out (eq. 7.15)."""
        quiet = self.phase == Phase.QUIET
        answering = quiet & (self.exposure >= -np.log1p(-self.patience(self.round)))
        turning = answering | (~quiet & (self.ends <= tick.start))
        if not turning.any():
            return
        start = np.where(answering, tick.start, self.ends)
        self.phase[turning] = (self.phase[turning] + 1) % len(Phase)
        lengths = np.array([np.full(len(start), np.inf), *(length(self.round) for length in self.lengths)])
        self.ends[turning] = (start + lengths[self.phase, self.columns])[turning]
        self.began[answering] = tick.start
        self.answers += answering
        anew = turning & (self.phase == Phase.QUIET)
        self.round += anew
        self.exposure[anew] = 0

    def _answering(self, tick: Tick) -> Scalar:
        """Rate a day at which tariffs of this tick are answered (eq. 7.15)."""
        schema = self.schema
        met = (levy for levy in self.setting.notices.levies if levy.by == schema.against and schema.by in levy.on)
        level = np.asarray(sum((levy.rate(tick) for levy in met), start=0.0))
        return np.where(level > 0, self.hazard * (level / schema.reference) ** self.elasticity, 0.0)

    def in_force(self) -> Floats:
        """1 where it has been answered and not yet lifted, else 0."""
        last = Phase.NEGOTIATION if self.schema.lifted == "truce" else Phase.RETALIATION
        return np.asarray((self.phase >= Phase.RETALIATION) & (self.phase <= last), np.float64)

    def since(self) -> Floats:
        """Day of the last answer."""
        return self.began

    def let_off(self) -> Scalar:
        """Share of the tariffs that is not charged."""
        return self.relief * (self.phase == Phase.TRUCE)

    def measured(self) -> Iterator[Measured]:
        """Metrics of the regime."""
        name = self.schema.name
        yield Measured(RETALIATIONS.item(instrument=name), lambda: self.answers)
        for phase, metric in SHARES.items():
            yield Measured(metric.item(instrument=name), partial(self.days.__getitem__, phase), self._all_days)

    def _all_days(self) -> Floats:
        total: Floats = np.add.reduce(self.days)
        return total


@final
class _Length:
    """How long a phase lasts, anew each time."""

    def __init__(self, schema: TariffRegime, setting: Setting, phase: Phase) -> None:
        word = phase.name.lower()
        self.value: Uncertain = getattr(schema, word)
        self.draws = setting.draws.occurrences(f"instruments.{schema.name}.{word}")

    def __call__(self, count: Ints) -> Floats:
        """(R,), days: of each replicate's `count`-th time."""
        if isinstance(self.value, float | int):
            return np.full(len(count), float(self.value))
        return self.value.inverse(self.draws(count))
