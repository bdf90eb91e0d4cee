"""What can be recorded: fields, whose rows are labelled by what they are about, and the variables that people name."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from sim.axes import Floats, Ints
from sim.ensemble.clock import Tick
from sim.ensemble.items import Item
from sim.ensemble.state import State
from sim.world.base_year import TONNE
from sim.world.build import World


@dataclass(frozen=True)
class Label:
    """What a row of a field is about; what does not apply is empty."""

    commodity: str = ""
    region: str = ""
    partner: str = ""
    sector: str = ""


@dataclass(frozen=True)
class Variable:
    """A series that people can ask for: its unit, how it is read off, and its definition."""

    name: str
    unit: str
    kind: Literal["flow", "level", "ratio"]
    by: tuple[str, ...]
    definition: str


VARIABLES = {
    v.name: v
    for v in (
        Variable("exports", "t/day", "flow", ("commodity", "region", "partner"),
                 "goods that left the border, without what leaks; from region to partner"),
        Variable("resold", "t/day", "flow", ("commodity", "region", "partner"),
                 "goods that trading houses buy in a region, of users or makers, and send on to a partner; no exports"),
        Variable("output", "t/day", "flow", ("commodity", "region"), "goods made, other use included"),
        Variable("use", "t/day", "flow", ("commodity", "region", "sector"), "inputs used; sector is empty for plants"),
        Variable("unmet_demand", "t/day", "flow", ("commodity", "region"),
                 "baseline need of sectors and wish of plants, less use"),
        Variable("value_added", "USD/day", "flow", ("region", "sector"), "value added had nothing happened"),
        Variable("value_added_lost", "USD/day", "flow", ("region", "sector", "commodity"),
                 "of it, what is lost; with a commodity, for want of it"),
        Variable("stock", "t", "level", ("commodity", "region"), "what makers and users hold"),
        Variable("in_transit", "t", "level", ("commodity", "region", "partner"), "goods under way to a partner"),
        Variable("licence_backlog", "t", "level", ("commodity", "region", "partner"), "goods that wait at the border"),
        Variable("price_spot", "USD/kg", "level", ("commodity", "region"), "spot price"),
        Variable("price_paid", "USD/kg", "ratio", ("commodity", "region"),
                 "value ÷ volume of what is bought, at the origin's works, without VAT"),
        Variable("lines_stopped", "1", "level", ("region", "sector"), "share of value added that stands still"),
        Variable("reserve_stock", "t", "level", ("commodity", "region", "instrument"), "what a reserve holds"),
        Variable("licence_approval", "1", "level", ("region", "instrument"), "tonnes granted ÷ tonnes filed so far"),
    )
}  # fmt: skip


def parts_of(item: Item) -> tuple[str, ...]:
    """Fields that a series is read off: of a ratio, what is divided and what divides.

    Examples
    --------
    >>> parts_of(Item("stock")), parts_of(Item("price_paid"))
    (('stock',), ('paid', 'bought'))
    """
    if item.name == "price_paid":
        return ("paid", "bought")
    return ("lost_by_input",) if item.name == "value_added_lost" and item.commodity else (item.name,)


@dataclass(frozen=True)
class Field:
    """Rows of numbers that add up: amounts of a tick, or levels at its end."""

    labels: tuple[Label, ...]
    read: Callable[[State, Tick], Floats]
    weights: Floats | None = None  # (rows,): levels that are means over rows, by these weights


@dataclass(frozen=True)
class Pairs:
    """Places (Q) where goods are bought for resale, and destinations of the same good elsewhere."""

    labels: tuple[Label, ...]
    nodes: Ints  # → N
    places: Ints  # → D


def resale_pairs(world: World, goods: Collection[str]) -> Pairs:
    """All pairs of some goods between which trading houses may sell."""
    to = [(d, c, g) for d, (c, g) in enumerate(world.nodes[world.destinations]) if c in goods and world.is_traded(c)]
    pairs = [
        (n, d, Label(c, g, to_g)) for n, (c, g) in enumerate(world.nodes) for d, k, to_g in to if k == c and g != to_g
    ]
    return Pairs(
        tuple(label for _, _, label in pairs),
        np.array([n for n, _, _ in pairs], np.intp),
        np.array([d for _, d, _ in pairs], np.intp),
    )


def amounts(
    world: World, pairs: Pairs, contract_share: Callable[[], Floats | float], resold: Callable[[State], Floats]
) -> dict[str, Field]:
    """Fields that add up over time: the amount of each tick, (rows, R).

    Parameters
    ----------
    world : World
    pairs : Pairs
        Between whom resale is told.
    contract_share, resold : callables
        Give the share of goods under contract, and what was sold on between the pairs, (Q, R) t.
    """
    abroad = np.flatnonzero(world.arc_abroad)
    sectors = [Label(region=g, sector=s) for s, g in world.sectors]
    users = [Label(c, g, sector=s) for c, g, s in world.users]
    first = len(world.plant_users)
    return {
        "exports": Field(_arc_labels(world, abroad), lambda s, t: s.crossed[abroad]),
        "resold": Field(pairs.labels, lambda s, t: resold(s)),
        "output": Field(_node_labels(world.nodes[world.origins]), lambda s, t: s.made * t.days),
        "other_use": Field(_node_labels(world.nodes[world.origins]), lambda s, t: s.other * t.days),
        "use": Field(tuple(users), lambda s, t: s.use * t.days),
        "unmet_demand": Field(tuple(Label(u.commodity, u.region) for u in users), _Unmet(world)),
        "value_added": Field(tuple(sectors), lambda s, t: s.baseline * (world.sector_value_added * t.days)),
        "value_added_lost": Field(tuple(sectors), _Lost(world)),
        "lost_by_input": Field(tuple(users[first:]), _LostByInput(world)),
        "stops": Field(tuple(sectors), lambda s, t: (1 - s.production) * t.days),
        "paid": Field(_bought_labels(world), _Paid(world, contract_share)),
        "bought": Field(_bought_labels(world), lambda s, t: s.crossed),
    }


def levels(
    world: World, arcs: Ints, under_way: Callable[[], Floats], waiting: Callable[[], Floats]
) -> dict[str, Field]:
    """Fields that hold at the end of a tick, (rows, R).

    Parameters
    ----------
    world : World
    arcs : (K,) array
        Arcs on which goods may wait at the border.
    under_way, waiting : callables
        Give what is under way, (A, R) t, and what waits, (K, R) t.
    """
    makers = _node_labels(world.nodes[world.origins])
    users = tuple(Label(c, g) for c, g, _ in world.users)
    price = world.node_price / TONNE
    return {
        "stock": Field(makers + users, lambda s, t: np.concatenate([s.maker_stock, s.user_stock])),
        "in_transit": Field(
            _arc_labels(world, range(len(world.arcs))) + _sold_on_labels(world),
            lambda s, t: np.concatenate([under_way(), s.traded]),
        ),
        "licence_backlog": Field(_arc_labels(world, arcs), lambda s, t: waiting()),
        "price_spot": Field(_node_labels(world.nodes), lambda s, t: price * np.exp(s.price), _volumes(world)),
        "lines_stopped": Field(
            tuple(Label(region=g, sector=s) for s, g in world.sectors),
            lambda s, t: 1 - s.production,
            world.sector_value_added[:, 0],
        ),
    }


def _arc_labels(world: World, arcs: Sequence[int] | Ints) -> tuple[Label, ...]:
    return tuple(Label(*world.arcs[a]) for a in arcs)


def _node_labels(nodes: Sequence[tuple[str, str]]) -> tuple[Label, ...]:
    return tuple(Label(c, g) for c, g in nodes)


def _bought_labels(world: World) -> tuple[Label, ...]:
    """What is bought is about its destination."""
    return tuple(Label(c, d) for c, _, d in world.arcs)


def _sold_on_labels(world: World) -> tuple[Label, ...]:
    """What trading houses have under way comes from a pool: it has a partner and no region."""
    return tuple(Label(c, partner=g) for c, g in world.nodes[world.destinations])


def _volumes(world: World) -> Floats:
    """(N,), t/day: base-year use at destinations; what is made, at nodes where nothing is used."""
    volume = np.zeros(len(world.nodes))
    volume[world.origins] = world.orders[:, 0]
    volume[world.destinations] = world.to_destination(world.arc_flow)[:, 0]
    return volume


class _Unmet:
    """Need that was not met, t: of sectors against their baseline, of plants against their wish."""

    def __init__(self, world: World) -> None:
        self.world = world

    def __call__(self, state: State, tick: Tick) -> Floats:
        plants, gap = self.world.plants, np.empty_like(state.need)
        gap[plants] = state.need[plants]
        for slot in self.world.slots:
            np.multiply(self.world.user_need[slot], state.baseline[: slot.stop - slot.start], out=gap[slot])
        gap -= state.use
        gap *= tick.days
        return gap


class _Lost:
    """Value added lost against the baseline, USD (eq. 3.6)."""

    def __init__(self, world: World) -> None:
        self.world = world

    def __call__(self, state: State, tick: Tick) -> Floats:
        lost = state.production * state.demand
        np.subtract(state.baseline, lost, out=lost)
        lost *= self.world.sector_value_added * tick.days
        return lost


class _LostByInput:
    """Value added lost for want of each input of each sector, USD."""

    def __init__(self, world: World) -> None:
        self.world, self.first = world, len(world.plant_users)

    def __call__(self, state: State, tick: Tick) -> Floats:
        stands = 1 - state.production
        stands *= state.demand
        stands *= self.world.sector_value_added * tick.days
        lost = np.empty((len(state.use) - self.first, stands.shape[1]))
        for k, slot in enumerate(self.world.slots):
            n = slot.stop - slot.start
            np.multiply(stands[:n], state.critical[:n] == k, out=lost[slot.start - self.first : slot.stop - self.first])
        return lost


class _Paid:
    """Value of what is bought over each arc at the origin's works, thousand USD: under contracts, the rest at spot.

    What a thin market asks beyond it where goods are short goes to who holds them there, not to who made them.
    """

    def __init__(self, world: World, contract_share: Callable[[], Floats | float]) -> None:
        self.world, self.contract_share = world, contract_share
        self.price = world.origin_price[world.arc_origin] / TONNE

    def __call__(self, state: State, tick: Tick) -> Floats:  # noqa: ARG002  (a field's signature)
        world, share = self.world, self.contract_share()
        paid = share * np.exp(state.contract_price) + (1 - share) * np.exp(state.price[world.origins])
        return state.crossed * self.price * paid[world.arc_origin]
