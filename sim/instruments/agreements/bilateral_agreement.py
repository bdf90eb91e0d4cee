"""Two sides agree on tariffs, on who is served first, on money for projects, on stocks (docs/model.md, section 11).

The partners are data: what an agreement says is what its fields say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar, Literal, final

import numpy as np
from pydantic import Field

from sim.axes import Ints, Scalar
from sim.ensemble.clock import Tick
from sim.files.quantities import Date, Model, Names, Share, UncertainShare, WorldNames
from sim.instruments.base import IN_FORCE, Instrument, Problem, Setting
from sim.instruments.notices import Waiver
from sim.instruments.parts.calendar import Calendar
from sim.instruments.parts.output import Output, Promise, arcs_of, producers
from sim.instruments.parts.schedule import check_end, lasting
from sim.instruments.parts.scope import arcs_between
from sim.instruments.reserves.release import Release, reserves_of
from sim.market.hooks import Moment
from sim.world.build import World


@final
class TariffWaiver(Model):
    """Tariffs that the sides do not charge one another."""

    tariffs: Names = Field(Names(text="all"), description="instruments that are waived, by name")
    share: Share = Field(1.0, description="share of them that is exempted")


@final
class Priority(Model):
    """Who is served first of what projects make."""

    commodities: Names = Field(description="goods")
    projects: Names = Field(Names(text="all"), description="projects of the partners, by name")
    share: UncertainShare = Field(description="share of their output that is promised")


@final
class BilateralAgreement(Instrument):
    """What one region agrees with some others."""

    zero: ClassVar[str] = "coverage: 0"
    binds_last: ClassVar[bool] = True

    kind: Literal["bilateral_agreement"]
    by: str = Field(description="one side")
    partners: Names = Field(description="the other side: `AU`, `JP+KR`")
    since: Date = Field(description="first day on which it holds")
    until: Date | None = Field(None, description="first day on which it no longer holds; left out, it stays")
    coverage: Share = Field(1.0, description="of all that it says, how much is kept; 0 is no agreement")
    waiver: TariffWaiver | None = Field(None, description="tariffs that the sides do not charge one another")
    priority: Priority | None = Field(None, description="what partners' projects make goes first to `by`")
    stockpile_access: Share = Field(0.0, description="of what reserves of the sides can spare, share for one another")

    def check(self, names: WorldNames) -> Iterator[Problem]:
        """Names that are not known, and an end before the start."""
        if self.by not in names.regions:
            yield (("by",), f"{self.by!r} is not a region", names.nearest(self.by, names.regions))
        for found, right in self.partners.unknown(names.regions, "region"):
            yield (("partners",), found, right)
        if self.priority is not None:
            for found, right in self.priority.commodities.unknown(names.commodities, "commodity"):
                yield (("priority", "commodities"), found, right)
            for found, right in self.priority.projects.unknown(names.projects, "project"):
                yield (("priority", "projects"), found, right)
        yield from check_end(self.since, self.until)

    def check_others(self, kinds: Mapping[str, str]) -> Iterator[Problem]:
        """Tariffs that it waives, and that the scenario does not have."""
        if self.waiver is not None:
            for found, right in self.waiver.tariffs.unknown(list(kinds), "instrument of this scenario"):
                yield (("waiver", "tariffs"), found, right)

    def is_zero(self) -> bool:
        """Whether nothing is agreed."""
        return self.coverage == 0

    def promised(self, world: World) -> list[tuple[str, Ints, Ints]]:
        """Goods that are promised, the partners' projects (J) that make them, and the arcs on which they leave."""
        if self.priority is None:
            return []
        partners, names = self.partners.among(world.regions), self.priority.projects.among(world.projects.names)
        rows = world.projects.where(name=names, region=partners)
        goods = self.priority.commodities.among(world.commodities)
        found = [(good, rows, arcs_of(world, producers(world, rows, good), good)) for good in goods]
        return [promise for promise in found if len(promise[2])]

    def between(self, world: World) -> Ints:
        """Arcs (K,) between the sides, both ways."""
        return arcs_between(world, self.by, self.partners.among(world.regions))

    def arcs(self, world: World) -> Ints:
        """Arcs of promised goods."""
        return np.unique(np.concatenate([np.empty(0, np.intp), *(arcs for _, _, arcs in self.promised(world))]))

    def acts_on(self, world: World) -> bool:
        """Whether it says anything that can be kept."""
        waives = self.waiver is not None and len(self.between(world)) > 0
        return waives or len(self.arcs(world)) > 0 or self.stockpile_access > 0

    def bind(self, setting: Setting) -> None:
        """Waive tariffs, and keep promises."""
        calendar = lasting(setting.clock.horizon, self.since, self.until)
        setting.log(self.since, IN_FORCE, self.name, self.kind)

        def kept(tick: Tick) -> Scalar:
            return self.coverage * calendar.share(tick)

        if self.waiver is not None:
            share = self.waiver.share
            waiver = Waiver(self.waiver.tariffs, self.between(setting.world), lambda tick: kept(tick) * share)
            setting.notices.waivers.append(waiver)
        if self.stockpile_access:
            access, sides = self.stockpile_access, {self.by, *self.partners.among(setting.world.regions)}
            joined = [one for one in reserves_of(setting) if one.charter.by in sides]
            Release(self.name, setting, joined, "need", lambda tick: kept(tick) * access).attach()
        for good, rows, arcs in self.promised(setting.world):
            assert setting.supply is not None, "a promise is made of what projects make"
            self._promise(setting, Output(setting.supply, rows, good), arcs, calendar)

    def _promise(self, setting: Setting, output: Output, arcs: Ints, calendar: Calendar) -> None:
        """A share of what projects make of a good goes first to `by`."""
        assert self.priority is not None
        share = self.coverage * self.draw(setting, "priority.share", self.priority.share, "1")
        promise = Promise(setting, output, arcs, self.by)

        def keep(moment: Moment) -> None:
            promise.keep(moment, share * calendar.share(moment.tick))

        setting.hooks.promises.append(keep)
