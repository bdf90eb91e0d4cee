"""The hooks of the tick, at which instruments and projects attach their rules, and what a rule is given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import TypeAlias, final

from sim.axes import Floats
from sim.ensemble.clock import Tick
from sim.market.controls import Controls, Shocks
from sim.market.state import State
from sim.market.under_way import UnderWay


@dataclass(frozen=True, eq=False)
class Proposals:
    """The arrays of the state that rules change, each at the hooks that say so."""

    received: Floats  # (U, R) t
    pipeline_share: Floats  # (D, R) share of 1
    planned: Floats  # (F, R) unit/day
    announcement: Floats  # (D, R) share of 1
    target_cover: Floats  # (U, R) days
    orders: Floats  # (D, R) t/day
    supply: Floats  # (N, R) t
    passed_on: Floats  # (N, R) ln


@final
@dataclass(eq=False)
class Moment:
    """What a rule is given: all of it is there to read, and the hook says what may be written."""

    tick: Tick
    state: State  # read-only
    proposals: Proposals
    controls: Controls
    shocks: Shocks
    under_way: UnderWay

    @classmethod
    def of(cls, state: State, controls: Controls, shocks: Shocks, under_way: UnderWay) -> Moment:
        """The moment before the first tick."""
        proposals = Proposals(**{one.name: getattr(state, one.name) for one in fields(Proposals)})
        return cls(Tick(0, 0, 1, 1), state.read_only(), proposals, controls, shocks, under_way)


Rule: TypeAlias = Callable[[Moment], None]


def _hook(meaning: str) -> list[Rule]:
    """Declare a hook, and what its rules do."""
    return field(default_factory=list, metadata={"meaning": meaning})


@dataclass(frozen=True, eq=False)
class Hooks:
    """Rules by hook, in the order in which a tick comes to them."""

    begin: list[Rule] = _hook("what has turned since the last tick: regimes, treaties")
    projects: list[Rule] = _hook("projects are decided, built, started and stopped; they write capacity into the state")
    shocks: list[Rule] = _hook("what is left of producers and of demand: write `shocks`")
    tariffs: list[Rule] = _hook("what goods are charged on their way: write `controls.tariff`")
    sharing: list[Rule] = _hook("who gets what has landed: change `proposals.received`")
    priority: list[Rule] = _hook("whose orders come before all others: change `proposals.received`")
    deliveries: list[Rule] = _hook("reserves take in their share of what has landed; change nothing of the market")
    release: list[Rule] = _hook("reserves release goods: add to `proposals.received`")
    decisions: list[Rule] = _hook(
        "what the border lets go, and what it sends back: write `controls.granted`, `refused`"
    )
    plans: list[Rule] = _hook("what plants are held to: change `proposals.planned`")
    expectations: list[Rule] = _hook("what is announced, expected and waiting: write `controls`")
    announcements: list[Rule] = _hook("what calms users: lower `proposals.announcement`")
    cover: list[Rule] = _hook("how much users hold themselves: change `proposals.target_cover`")
    orders: list[Rule] = _hook("who orders beside users: add to `proposals.orders`")
    promises: list[Rule] = _hook(
        "what of an origin's goods is promised to whom: write `controls.reserved`, `nominated`"
    )
    limits: list[Rule] = _hook("what may not leave: write `controls.restricted`")
    crossings: list[Rule] = _hook("what must wait at the border: take it out of `controls.crossing`")
    leaks: list[Rule] = _hook("what tries to go round it: write `controls.leaking`")
    customs: list[Rule] = _hook("count what has crossed; reserves say their part in what is on its way")
    prospects: list[Rule] = _hook("what of supply in prospect is not for users: change `proposals.supply`")
    discounts: list[Rule] = _hook("what producers and traders pass on of their costs: change `proposals.passed_on`")
    settled: list[Rule] = _hook("the market has settled: what contracts pay on what was made")
