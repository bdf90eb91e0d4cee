"""What instruments let one another know; who asks, asks in a tick, when all of them are bound."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import final

from sim.axes import Floats, Ints, Scalar
from sim.ensemble.clock import Tick
from sim.ensemble.transitions import Transitions
from sim.files.quantities import Names


@final
@dataclass(frozen=True)
class Levy:
    """A tariff: who charges it, on the goods of whom, and its rate, weighed by the days of a tick in force."""

    name: str
    by: str
    on: frozenset[str]
    rate: Callable[[Tick], Scalar]


@final
@dataclass(frozen=True)
class Waiver:
    """Some tariffs, by name, are not charged on some arcs, (W,) → A, or not in full: the share that is exempted."""

    tariffs: Names
    arcs: Ints
    share: Callable[[Tick], Scalar]


class Regime(ABC):
    """Something that brings measures into force and lifts them again, in each replicate on days of its own."""

    @abstractmethod
    def in_force(self) -> Floats:
        """(R,): 1 where measures that follow it are in force in the tick, else 0."""

    @abstractmethod
    def since(self) -> Floats:
        """(R,), days since the start: when they last came into force; infinite where they never did."""


@final
@dataclass(frozen=True)
class Notices:
    """What those of one chunk of replicates have put up so far."""

    levies: list[Levy] = field(default_factory=list)
    waivers: list[Waiver] = field(default_factory=list)
    regimes: dict[str, Regime] = field(default_factory=dict)
    transitions: list[Transitions] = field(default_factory=list)
    reserves: list[object] = field(default_factory=list)  # those who run one
