"""The named points of the tick at which instruments propose, and what they may propose there.

Instruments propose, the tick disposes: caps take the largest, shares barred combine as independent, and all of it
in the order of the instruments' names, so the order of instruments in a file never matters.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from typing import final

import numpy as np

from sim.axes import Floats, Ints, Scalar, Sum
from sim.ensemble.clock import Tick
from sim.ensemble.state import State
from sim.world.build import World


@dataclass(frozen=True, eq=False)
class Shocks:
    """What is left of the capacity to produce and of demand, and what is added to revenue and costs, for one tick."""

    available: Floats  # (F, R) share of 1
    support: Floats  # (F, R) revenue with what is paid on top of prices, ratio to revenue without
    costs: Floats  # (F, R) what is added to the cost of a unit of activity, over all costs of the base year
    demand: Floats  # (S, R) ratio

    def clear(self) -> None:
        """Forget the last tick's shocks."""
        self.available.fill(1)
        self.support.fill(1)
        self.costs.fill(0)
        self.demand.fill(1)


@dataclass(frozen=True, eq=False)
class Controls:
    """What controls do in one tick to the arcs that any of them covers (K of the A)."""

    arcs: Ints  # (K,) → A
    to_origin: Sum  # (O, K)
    to_destination: Sum  # (D, K)
    blocked: Floats  # (K, R) share of wants that may not leave
    barred: Floats  # (K, R) share of wished trade that is expected not to get through
    alarm: Floats  # (K, R) how loud an announced control still is, 0 to 1
    pending: Floats  # (K, R) t that waits at the border and is expected to get through
    waiting: Floats  # (K, R) t that waits at the border
    licensed: Floats  # (K, R) share of the trade that needs a licence
    licence_days: Floats  # (K, R) days that a licence is expected to take
    granted: Floats  # (K, R) t that leaves the border in this tick
    refused: Floats  # (K, R) t that goes back to its maker in this tick
    leaking: Floats  # (K, R) t that tries to go round the controls
    tariff: Floats  # (K, R) share of their price that goods are charged on their way
    leaving: Floats  # (K, R) of that, what their origin charges
    traced: Floats  # (K, R) share of goods of its origin that others may not sell on to its destination
    reserved: Floats  # (K, R) share of what its origin can send that is promised to the destination of an arc
    called: Floats  # (K, R) of that, what the destination asks for: the rest is free for others
    doubted: (
        Floats  # (K, R) share of what they order that buyers have learned not to count on; goes on from tick to tick
    )

    def clear(self) -> None:
        """Forget the last tick's proposals."""
        for name in PROPOSALS:
            getattr(self, name).fill(0)

    def bar(self, rows: Ints, share: Scalar | Floats) -> None:
        """A share of the wished trade on some rows is expected not to get through (eq. 7.1)."""
        self.barred[rows] = 1 - (1 - self.barred[rows]) * (1 - share)

    def license(self, rows: Ints, share: Scalar | Floats) -> None:
        """A share of the trade on some rows needs a licence; the largest counts."""
        self.licensed[rows] = np.maximum(self.licensed[rows], share)

    def warn(self, rows: Ints, alarm: Scalar) -> None:
        """An announcement on some rows; the loudest counts (eq. 7.2)."""
        self.alarm[rows] = np.maximum(self.alarm[rows], alarm)

    def block(self, rows: Ints, share: Scalar | Floats) -> None:
        """A share of the wants on some rows may not leave; the largest counts (eq. 7.3)."""
        self.blocked[rows] = np.maximum(self.blocked[rows], share)

    def trace(self, rows: Ints, share: Scalar | Floats) -> None:
        """A share of the goods of an origin may not be sold on by others over some rows (eq. 6.9)."""
        self.traced[rows] = 1 - (1 - self.traced[rows]) * (1 - share)

    def charge(self, rows: Ints, rate: Scalar | Floats, *, leaving: bool = False) -> None:
        """Goods on some rows are charged a share of their price, there or where they leave; tariffs add (eq. 7.14)."""
        self.tariff[rows] += rate
        if leaving:
            self.leaving[rows] += rate

    def reserve(self, rows: Ints, share: Scalar | Floats, called: Scalar | Floats) -> None:
        """A share of what an origin can send is promised over some rows, and part of it called; they add (eq. 6.4)."""
        self.reserved[rows] += share
        self.called[rows] += called

    def positions(self, arcs: Ints) -> Ints:
        """Rows of some arcs among the controlled ones."""
        return np.searchsorted(self.arcs, arcs)


PROPOSALS = tuple(f.name for f in fields(Controls) if f.type == "Floats" and f.name != "doubted")


def controls_on(world: World, arcs: Ints, replicates: int) -> Controls:
    """Room for what controls propose on some arcs (K,), none of it proposed yet."""
    rows = np.arange(len(arcs))
    arrays = [np.zeros((len(arcs), replicates)) for _ in PROPOSALS]
    doubted = np.zeros((len(arcs), replicates))
    origins, destinations = world.to_origin.shape[0], world.to_destination.shape[0]
    return Controls(
        arcs,
        Sum(world.arc_origin[arcs], rows, 1.0, (origins, len(arcs))),
        Sum(world.arc_destination[arcs], rows, 1.0, (destinations, len(arcs))),
        **dict(zip(PROPOSALS, arrays, strict=True)),
        doubted=doubted,
    )


@dataclass(frozen=True, eq=False)
class Landing:
    """What lands in a tick, and who gets it."""

    parts: Floats  # (U, R) share of 1: each user's part of what lands at its destination
    landed: Floats  # (A, R) t
    arrived: Floats  # (D, R) t: the same by destination
    received: Floats  # (U, R) t: what each user gets; rules change it


class Holder(ABC):
    """Who buys goods (B of the D) to hold them, and lets them go again: a reserve as the market sees it.

    Attributes
    ----------
    rows : (B,) array → D
        Destinations where it buys.
    """

    rows: Ints

    @property
    @abstractmethod
    def part(self) -> Floats:
        """(B, R), share of 1: its part in what is on its way there (eq. 12.2)."""

    @property
    @abstractmethod
    def asked(self) -> Floats:
        """(B, R), share of 1: its part in what has been ordered there of late (eq. 12.2)."""

    @abstractmethod
    def receive(self, arrived: Floats, coming: Floats) -> None:
        """At arrivals: of what lands, (B, R) t, and is still under way, (B, R) t, its part is its own."""

    @abstractmethod
    def let_go(self, tick: Tick, state: State) -> None:
        """At arrivals, after sharing: adds what it lets go to what users receive."""

    @abstractmethod
    def spare(self, tick: Tick, cover: Floats) -> None:
        """Before orders: lowers the days of cover that users want, (U, R) of any scale."""

    @abstractmethod
    def calm(self, state: State, alarm: Floats) -> None:
        """Before orders: lowers the alarm that users take, (D, R) share of supply."""

    @abstractmethod
    def order(self, tick: Tick, state: State) -> Floats:
        """(B, R) t/day: what it orders beside the users there."""

    @abstractmethod
    def count(self, tick: Tick, state: State, controls: Controls) -> None:
        """After the border: of what was sent to it, its part is its own."""

    @abstractmethod
    def offer(self, state: State) -> Floats:
        """(B, R) t: what it lets go while prices look ahead."""


@final
class Places:
    """Where reserves buy, of all places: what the tick has to look at for them.

    Attributes
    ----------
    rows : (P,) array → D
    arcs : (B,) array → A
        Into those.
    users : (W,) array → U
        There.
    at : list of (K,) arrays → P
        Which of these places are each one's own.
    into, held_up : Sum
        (P, B), (P, C): add up rows of those arcs, and of those of them that any control covers, by place.
    controls : (C,) array → K
        Those of them that any control covers; `controlled`, (C,) → B, the same among the arcs.
    """

    def __init__(self, world: World, controls: Controls, rows: Sequence[Ints]) -> None:
        self.rows = np.unique(np.concatenate([np.empty(0, np.intp), *rows]))
        self.at = [np.searchsorted(self.rows, own) for own in rows]
        self.arcs = np.flatnonzero(np.isin(world.arc_destination, self.rows))
        self.users = np.flatnonzero(np.isin(world.user_node, self.rows))
        self.of_users = np.searchsorted(self.rows, world.user_node[self.users])
        of_arcs = np.searchsorted(self.rows, world.arc_destination[self.arcs])
        self.into = Sum(of_arcs, range(len(self.arcs)), 1.0, (len(self.rows), len(self.arcs)))
        self.controlled = np.flatnonzero(np.isin(self.arcs, controls.arcs))  # of these arcs
        self.controls = controls.positions(self.arcs[self.controlled])
        self.held_up = Sum(
            of_arcs[self.controlled], range(len(self.controls)), 1.0, (len(self.rows), len(self.controls))
        )


@dataclass(frozen=True, eq=False)
class Points:
    """The points of the tick, in the order in which it passes them; rules attach themselves."""

    supply: list[Callable[[Tick, State, Shocks], None]] = field(default_factory=list)
    """First of all: what projects make of capacity."""
    shocks: list[Callable[[Tick, Shocks], None]] = field(default_factory=list)
    """Before demand: what is left of facilities and of demand."""
    plans: list[Callable[[Tick, Floats, Floats], None]] = field(default_factory=list)
    """Of plants: changes the activity that they want, (F, R), which is at most what they can do, (F, R)."""
    discounts: list[Callable[[Tick, Floats], None]] = field(default_factory=list)
    """Of prices: changes what makers and traders pass on of their costs, (N, R) ln."""
    tariffs: list[Callable[[Tick, Controls], None]] = field(default_factory=list)
    """Before arrivals: what goods are charged on their way."""
    promises: list[Callable[[Tick, State, Controls], None]] = field(default_factory=list)
    """Before sourcing: what of an origin's goods is promised to whom."""
    decisions: list[Callable[[Tick, Controls], None]] = field(default_factory=list)
    """At arrivals: what the border lets go, and what it sends back."""
    sharing: list[Callable[[Tick, Landing], None]] = field(default_factory=list)
    """At arrivals: changes what users receive of what landed."""
    expectations: list[Callable[[Tick, Controls], None]] = field(default_factory=list)
    """Before orders: what is barred, announced, pending."""
    limits: list[Callable[[Tick, State, Controls], None]] = field(default_factory=list)
    """After sourcing: what may leave of what is wanted."""
    crossings: list[Callable[[Tick, Floats, Controls], None]] = field(default_factory=list)
    """At the border: takes out of what was shipped, (K, R) t, what must wait."""
    holders: list[Holder] = field(default_factory=list)
    """At arrivals, orders, the border and prices: who buys to hold."""
    relief: list[Callable[[Tick, State], None]] = field(default_factory=list)
    """At arrivals, after reserves have let go: adds to what users receive what reserves abroad have sent them."""
    leaks: list[Callable[[Tick, State, Controls], None]] = field(default_factory=list)
    """After the border: what tries to go round it."""
    settled: list[Callable[[Tick, State], None]] = field(default_factory=list)
    """Last of all: what contracts pay on what was made."""
    customs: list[Callable[[Tick, State, Controls], None]] = field(default_factory=list)
    """After the border: counts what crossed, and changes nothing."""
