"""What tariffs of importers and exporters have in common: goods, rates and their dates (docs/model.md, eq. 7.14)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, final

from pydantic import Field

from sim.axes import Scalar
from sim.definitions.events import Happening, declare_event
from sim.ensemble.clock import Tick
from sim.files.quantities import Date, Names, UncertainRatio, WorldNames
from sim.instruments.base import IN_FORCE, LIFTED, Instrument, Problem, Setting, amount
from sim.instruments.notices import Levy
from sim.instruments.parts.duty import Duty
from sim.instruments.parts.schedule import Dated, Schedule, check_order
from sim.instruments.parts.scope import Coverage
from sim.world.build import World

RATE_CHANGES = declare_event(
    Happening("rate changes", "another rate is charged from this day on", "instrument", detail="name of the change")
)


@final
class RateChange(Dated):
    """Another rate from a day on."""

    rate: UncertainRatio = Field(description="share of the price that is charged from then on")


class Tariff(Instrument):
    """A share of the price that is charged on goods that cross a border. Abstract: a kind says at which end."""

    zero: ClassVar[str] = "rate: 0"
    leaving: ClassVar[bool]  # whether it is charged where goods leave, or where they come in

    by: str = Field(description="region that charges it")
    covers: Coverage = Field(description="the goods that it is on")
    rate: UncertainRatio = Field(description="share of the price that is charged, such as 25 %; 0 is no tariff")
    in_force: Date = Field(description="first day on which it is charged")
    changes: tuple[RateChange, ...] = Field((), description="later rates, in the order of their dates")
    until: Date | None = Field(None, description="first day on which it is no longer charged; left out, it stays")

    def is_zero(self) -> bool:
        """Whether nothing is ever charged."""
        return amount(self.rate) == 0 and all(amount(change.rate) == 0 for change in self.changes)

    def acts_on(self, world: World) -> bool:
        """Whether goods that it is on are traded in the base year."""
        return len(self.arcs(world)) > 0

    def check_tariff(self, names: WorldNames, **regions: Names) -> Iterator[Problem]:
        """Names that are not known, in fields that hold regions too, and dates in an order that cannot be."""
        if self.by not in names.regions:
            yield (("by",), f"{self.by!r} is not a region", names.nearest(self.by, names.regions))
        for field, asked in regions.items():
            for found, right in asked.unknown(names.regions, "region"):
                yield ((field,), found, right)
        for path, found, right in self.covers.check(names):
            yield (("covers", *path), found, right)
        yield from check_order(self.in_force, self.changes, self.until)

    def levy(self, setting: Setting, on: Iterable[str]) -> None:
        """Charge it on the goods of some regions, and let others know."""
        rates = self._rates(setting)

        def rate(tick: Tick) -> Scalar:
            return sum((share * rate for share, rate in rates.during(tick)), start=0.0)

        Duty(setting, self.name, self.arcs(setting.world), lambda moment: rate(moment.tick), leaving=self.leaving)
        setting.notices.levies.append(Levy(self.name, self.by, frozenset(on), rate))

    def _rates(self, setting: Setting) -> Schedule[Scalar]:
        """Its rates on the clock; what happens is written down on its day."""
        day, first = setting.clock.horizon.day, self.draw(setting, "rate", self.rate, "1")
        drawn = [(c, self.draw(setting, f"changes.{c.name}.rate", c.rate, "1")) for c in self.changes]
        setting.log(self.in_force, IN_FORCE, self.name, self.kind)
        for change, _ in drawn:
            setting.log(change.since, RATE_CHANGES, self.name, change.name)
        if self.until is not None:
            setting.log(self.until, LIFTED, self.name, self.kind)
        end = float("inf") if self.until is None else float(day(self.until))
        return Schedule(day(self.in_force), first, [(day(c.since), rate) for c, rate in drawn], end)
