"""The order of the day: one tick of the market (docs/model.md, sections 1 to 9)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, final

from sim.axes import Floats
from sim.ensemble.clock import Tick
from sim.ensemble.parameters import Parameters
from sim.market.arrivals import Land, LeaveToReserves, SendBack, ShareOut, Stock
from sim.market.border import Expedite, Leak, Present, Send
from sim.market.bound import Bound
from sim.market.controls import PROPOSALS, Controls, no_shocks
from sim.market.demand import PricesPaid, SectorDemand
from sim.market.designs import Redesign
from sim.market.hooks import Hooks, Moment, Rule
from sim.market.kernels import Given, bound
from sim.market.lines import CriticalInput, IdleLines, Produce
from sim.market.orders import Announce, Expect, Hoard, Order
from sim.market.plants import PlanActivity, PutOut, RunPlants, UnitCost
from sim.market.prices import Compare, Costs, Expose, LookAhead, MovePrices
from sim.market.responses import FollowPrices, Invest, Thrift, Withhold
from sim.market.sourcing import Ask, Choose, CountOrders, Ship
from sim.market.state import base_state, sizes
from sim.market.trade import Buy, Quote, SendOn, SetUp
from sim.market.under_way import UnderWay
from sim.world.build import World


@final
@dataclass(frozen=True)
class Hook:
    """A point of the tick at which the rules of `Hooks` of a name are called."""

    name: str


Entry = Hook | type[Any]

TICK: Mapping[str, tuple[Entry, ...]] = {
    "events": (Hook("begin"), Hook("projects"), Hook("shocks"), Hook("tariffs")),
    "arrivals": (
        Land, ShareOut, Hook("sharing"), Hook("priority"), Hook("deliveries"), LeaveToReserves, Hook("release"), Stock,
        Hook("decisions"), SendBack,
    ),
    "demand": (PricesPaid, SectorDemand),
    "lines": (CriticalInput, IdleLines, Produce),
    "plants": (UnitCost, PlanActivity, Hook("plans"), RunPlants, PutOut),
    "orders": (
        Expect, Hook("expectations"), Announce, Hook("announcements"), Hoard, Hook("cover"), Order, Hook("orders"),
    ),
    "sourcing": (Hook("promises"), Choose, Ask, Hook("limits"), CountOrders, Ship),
    "border": (Present, Hook("crossings"), Expedite, Send, Hook("leaks"), Leak, Hook("customs")),
    "trade": (Quote, Buy, SendOn, SetUp),
    "prices": (LookAhead, Hook("prospects"), Compare, Expose, Costs, Hook("discounts"), MovePrices),
    "responses": (FollowPrices, Withhold, Thrift, Invest, Redesign),
    "contracts": (Hook("settled"),),
}  # fmt: skip
"""Kernels and hooks in the order in which a tick comes to them, by section."""


@final
class Market:
    """The market of a chunk of replicates: its state, what is under way, and the order of the day.

    Parameters
    ----------
    world : World
    p : Parameters
    hooks : Hooks
        Rules may be attached until the first tick.
    controls : Controls
    whole : int, days
        Length of a whole tick.
    replicates : int
    size : float or (F, 1) array
        Capacity that a scenario gives a facility, over that of the base year.

    Attributes
    ----------
    kernels : mapping of class to kernel
    steps : list of (section, callable)
        What a tick calls, in order, each with the tick.
    """

    def __init__(
        self,
        world: World,
        p: Parameters,
        hooks: Hooks,
        controls: Controls,
        whole: int,
        replicates: int,
        size: Floats | float = 1.0,
    ) -> None:
        self.world = world
        self.p, self.hooks, self.controls, self.shocks = p, hooks, controls, no_shocks(world, replicates)
        self.state = base_state(world, sizes(world, len(controls.arcs), replicates))
        self.state.capacity[:] = size
        self.under_way = UnderWay(
            world.arcs.transit, world.arcs.flow, world.arcs.to_destination, whole, replicates, float(p["air_transit"])
        )  # fmt: skip
        self.moment = Moment.of(self.state, controls, self.shocks, self.under_way)
        self.bound = Bound(world, p)
        given = Given(world, p, self.bound, controls, hooks, self.under_way, whole, size)
        kinds = [entry for entries in TICK.values() for entry in entries if isinstance(entry, type)]
        self.kernels: Mapping[type[Any], Any] = {kind: kind(given) for kind in kinds}
        self.steps = [(section, self._step(entry)) for section, entries in TICK.items() for entry in entries]

    def _step(self, entry: Entry) -> Callable[[Tick], None]:
        """What an entry of the order of the day does in a tick."""
        if isinstance(entry, Hook):
            return Called(getattr(self.hooks, entry.name), self.moment)
        return bound(self.kernels[entry], dict(self.arrays()))

    def arrays(self) -> Iterator[tuple[str, Floats]]:
        """All that kernels read and write, by name."""
        yield from self.state.items()
        yield from vars(self.shocks).items()
        yield from ((name, getattr(self.controls, name)) for name in PROPOSALS)

    def settle(self, tick: Tick) -> None:
        """Settle one tick."""
        self.begin(tick)
        for _, step in self.steps:
            step(tick)

    def run(self, section: str, tick: Tick) -> None:
        """Run one section of the order of the day alone, with what is proposed by now."""
        self.moment.tick = tick
        for name, step in self.steps:
            if name == section:
                step(tick)

    def begin(self, tick: Tick) -> None:
        """Forget what was proposed for the tick before."""
        self.moment.tick = tick
        self.shocks.clear()
        self.controls.clear()


@final
class Called:
    """The rules of a hook, called with the moment."""

    def __init__(self, rules: list[Rule], moment: Moment) -> None:
        self.rules, self.moment = rules, moment

    def __call__(self, tick: Tick) -> None:
        """Call them in their order; the moment holds the tick."""
        del tick
        for rule in self.rules:
            rule(self.moment)
