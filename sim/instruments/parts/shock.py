"""What shocks have in common: when they begin and how long they last."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from sim.definitions.events import Happening, declare_event
from sim.files.quantities import Date, UncertainDays, WorldNames
from sim.instruments.base import Instrument, Problem, Setting
from sim.instruments.parts.calendar import Calendar

BEGINS = declare_event(Happening("begins", "first day of a shock", "instrument", detail="its kind"))


class Shock(Instrument):
    """Something that befalls facilities or sectors for a time. Abstract: a kind says what."""

    start: Date = Field(description="first day")
    lasts: UncertainDays = Field(description="for how long")

    def check_names(self, names: WorldNames, **fields: str) -> Iterator[Problem]:
        """Names that are not known, field by field; `fields` says what each holds."""
        known = {
            "facility": names.facilities, "region": names.regions, "process": names.processes, "sector": names.sectors,
        }  # fmt: skip
        for field, what in fields.items():
            for found, right in getattr(self, field).unknown(known[what], what):
                yield ((field,), found, right)

    def calendar(self, setting: Setting) -> Calendar:
        """Its days on the clock; what happens is written down on its day."""
        start = setting.clock.horizon.day(self.start)
        setting.log(self.start, BEGINS, self.name, self.kind)
        return Calendar(start, start, start + self.draw(setting, "lasts", self.lasts, "days"))
