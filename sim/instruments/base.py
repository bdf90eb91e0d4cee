"""What every instrument is: a kind that registers itself, a schema, and rules bound to the hooks of the tick."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar, get_args

import numpy as np

from sim.axes import Ints, Scalar
from sim.definitions.events import Happening, declare_event
from sim.definitions.items import Event, Item
from sim.ensemble.clock import Clock, Horizon
from sim.ensemble.correlation import uncertain
from sim.ensemble.draws import Draws
from sim.ensemble.gauges import Kept, Measured, Traced
from sim.ensemble.parameters import Parameters
from sim.files.distributions import Distribution
from sim.files.quantities import Model, WorldNames
from sim.instruments.notices import Notices
from sim.market.controls import Controls
from sim.market.hooks import Hooks
from sim.supply.settle import Supply
from sim.world.build import World

KINDS: dict[str, type[Instrument]] = {}
FIRST_DAYS = ("in_force", "start", "since", "review")  # fields that say when an instrument begins

ANNOUNCED = declare_event(
    Happening("announced", "it becomes known, and others may act on it", "instrument", detail="its kind")
)
IN_FORCE = declare_event(Happening("in force", "it acts from this day on", "instrument", detail="its kind"))
LIFTED = declare_event(Happening("lifted", "it acts no more from this day on", "instrument", detail="its kind"))

Problem = tuple[tuple[str | int, ...], str, str]
"""Path within the instrument, what was found, what would be right."""


@dataclass(frozen=True)
class Setting:
    """What an instrument is bound into: the replicates of one chunk, and where its rules attach."""

    world: World
    parameters: Parameters
    clock: Clock
    hooks: Hooks
    controls: Controls
    draws: Draws
    supply: Supply | None = None  # where there are projects
    counted: int = 0  # how many replicates count in what is reported: the first columns
    events: list[Event] = field(default_factory=list)
    measured: list[Measured] = field(default_factory=list)
    traced: list[Traced] = field(default_factory=list)
    notices: Notices = field(default_factory=Notices)
    kept: list[Kept] = field(default_factory=list)

    @property
    def replicates(self) -> int:
        """How many columns arrays have: at least as many as there are replicates."""
        return self.controls.restricted.shape[1]

    def log(self, when: date, event: Happening, subject: str, detail: str = "") -> None:
        """Write down, on its date, what happens in every replicate."""
        self.clock.at(when, lambda: self.events.append(Event(when, event.name, subject, detail=detail)))


class Instrument(Model):
    """What a government or consortium does. A subclass is one kind; its ``kind`` is ``Literal["<word>"]``."""

    zero: ClassVar[str]
    """Field and value at which it does nothing, such as ``coverage: 0``."""

    nothing: ClassVar[tuple[str, str]] = (
        "no trade and no facility of the base year is what it names",
        "See `monazite list commodities` and `monazite world`, or widen what it covers.",
    )
    """Why it may have nothing to act on, and what to do then."""

    binds_last: ClassVar[bool] = False
    """Whether it needs the others to be bound before it."""

    luck: ClassVar[tuple[str, ...]] = ()
    """Names of what is drawn in every replicate though no field of it is a distribution."""

    name: str
    kind: str

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: object) -> None:
        """Register the kind under its word; a family of kinds that has none yet is abstract."""
        super().__pydantic_init_subclass__(**kwargs)
        words = get_args(cls.model_fields["kind"].annotation)
        if not words:
            return
        word = words[0]
        if word in KINDS:
            raise TypeError(f"two instruments claim the kind {word!r}: {KINDS[word].__name__} and {cls.__name__}")
        KINDS[word] = cls

    @abstractmethod
    def check(self, names: WorldNames) -> Iterator[Problem]:
        """What is wrong with it in a world of these names."""

    def check_others(self, kinds: Mapping[str, str]) -> Iterator[Problem]:
        """What is wrong with the instruments that it refers to; `kinds` holds those of the scenario, by name."""
        del kinds
        yield from ()

    def notes(self, world: World, horizon: Horizon) -> Iterator[str]:
        """What to know of it before a run: that its days are not those of the run, that something of it is not used."""
        del world
        first = next((day for field in FIRST_DAYS if isinstance(day := getattr(self, field, None), date)), None)
        until = getattr(self, "until", None)
        if first is not None and first > horizon.end:
            known = getattr(self, "announced", None)
            before = f"; it is announced before, on {known}" if known and known <= horizon.end else ""
            yield f"{self.name} begins on {first}, after the end of the run, {horizon.end}{before}."
        if until is not None and until <= horizon.start:
            yield f"{self.name} is over on {until}, before the run begins, {horizon.start}."

    @abstractmethod
    def is_zero(self) -> bool:
        """Whether it does nothing at all: then it is never bound."""

    def is_measured(self) -> bool:
        """Whether its metrics show all that it does: then it did nothing where they are all zero."""
        return True

    def arcs(self, world: World) -> Ints:
        """Arcs (K,) on which it may propose anything, ascending; none, unless a kind says so."""
        del world
        return np.empty(0, np.intp)

    @abstractmethod
    def acts_on(self, world: World) -> bool:
        """Whether there is anything in the base year for it to act on."""

    def series(self, world: World) -> list[Item]:
        """Series that it keeps itself; none, unless a kind says so."""
        del world
        return []

    @abstractmethod
    def bind(self, setting: Setting) -> None:
        """Resolve names to rows once, draw what is uncertain, and attach rules to the hooks."""

    def drawn(self) -> Iterator[str]:
        """Names of what is drawn of it."""
        yield from uncertain(self, f"instruments.{self.name}")
        yield from (f"instruments.{self.name}.{path}" for path in self.luck)

    def draw(self, setting: Setting, path: str, value: float | Distribution, unit: str = "") -> Scalar:
        """Draw one of its numbers; the stream is named after the instrument and the path of the field."""
        return setting.draws.draw(f"instruments.{self.name}.{path}", value, unit)


def amount(value: float | Distribution) -> float:
    """A number, or 1 for a distribution: what a test for zero looks at."""
    return 1.0 if isinstance(value, Distribution) else value
