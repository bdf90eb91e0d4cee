"""The clock: SimPy in days since the start; a tick settles the days before it, then the events of its day happen."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import simpy

BEFORE_EVENTS = 0  # SimPy's first priority: an event on the day of a tick belongs to the next one


@dataclass(frozen=True)
class Tick:
    """One step of the market: it settles the days [start, end)."""

    index: int
    start: int
    end: int
    whole: int  # days of a whole tick of this scenario

    @property
    def days(self) -> int:
        """Days it settles; fewer than whole only in a last tick."""
        return self.end - self.start

    @property
    def middle(self) -> float:
        """Days since the start of the horizon, at mid-tick."""
        return (self.start + self.end) / 2


@dataclass(frozen=True)
class Horizon:
    """First and last day, both settled, and the length of a tick in days."""

    start: date
    end: date
    tick: int

    @property
    def days(self) -> int:
        """How many days are settled."""
        return (self.end - self.start).days + 1

    def day(self, when: date) -> int:
        """Days from the start of the horizon to a date; negative before it."""
        return (when - self.start).days

    def date(self, day: int) -> date:
        """The date so many days after the start."""
        return self.start + timedelta(days=day)

    def ticks(self) -> Iterator[Tick]:
        """All ticks; the last is shorter where the tick does not divide the horizon."""
        for index, start in enumerate(range(0, self.days, self.tick)):
            yield Tick(index, start, min(start + self.tick, self.days), self.tick)


class Clock:
    """SimPy's environment in days, with the two things that happen on it: dated events and ticks."""

    def __init__(self, horizon: Horizon) -> None:
        import simpy  # noqa: PLC0415  (a scenario that is only checked has no clock)

        self.horizon = horizon
        self.environment = simpy.Environment()
        self.events = 0

    def at(self, when: date, happen: Callable[[], None]) -> None:
        """Let something happen on a date; on the first day if the date is before it, never if it is after the end."""
        day = max(0, self.horizon.day(when))
        if day < self.horizon.days:
            self.environment.process(self._wait(day, happen))

    def _wait(self, day: int, happen: Callable[[], None]) -> Generator[simpy.Event, None, None]:
        yield self.environment.timeout(day)
        self.events += 1
        happen()

    def run(self, settle: Callable[[Tick], None]) -> None:
        """Run to the end of the horizon, settling each tick after the events of the days that it settles."""
        self.environment.process(self._market(settle))
        self.environment.run(until=self.horizon.days + 1)

    def _market(self, settle: Callable[[Tick], None]) -> Generator[simpy.Event, None, None]:
        import simpy  # noqa: PLC0415

        for tick in self.horizon.ticks():
            event = simpy.Event(self.environment)
            event._ok, event._value = True, None
            self.environment.schedule(event, simpy.events.EventPriority(BEFORE_EVENTS), tick.end - self.environment.now)
            yield event
            self.events += 1
            settle(tick)
