"""What can be recorded: fields, whose rows are labelled by what they are about, and the variables that people name."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import final

import numpy as np

from sim.axes import Floats, Ints, pick
from sim.definitions.items import Item
from sim.definitions.variables import Variable, declare_variable
from sim.ensemble.clock import Tick
from sim.market.demand import move_use
from sim.market.resold import Resold
from sim.market.tick import Market
from sim.world.base_year import TONNE
from sim.world.build import World


@dataclass(frozen=True)
class Label:
    """What a row of a field is about; what does not apply is empty."""

    commodity: str = ""
    region: str = ""
    partner: str = ""
    sector: str = ""


for _variable in (
    Variable("exports", "t/day", "flow", ("commodity", "region", "partner"),
             "goods that left the border, without what leaks; from region to partner"),
    Variable("resold", "t/day", "flow", ("commodity", "region", "partner"),
             "goods that trading houses buy in a region, of users or producers, and send on to a partner; no exports"),
    Variable("output", "t/day", "flow", ("commodity", "region"), "goods made, other use included"),
    Variable("use", "t/day", "flow", ("commodity", "region", "sector"), "inputs used; sector is empty for plants"),
    Variable("unmet_demand", "t/day", "flow", ("commodity", "region"),
             "baseline need of sectors and wish of plants, less use"),
    Variable("value_added", "USD/day", "flow", ("region", "sector"), "value added had nothing happened"),
    Variable("value_added_lost", "USD/day", "flow", ("region", "sector", "commodity"),
             "of it, what is lost for good, when buyers no longer wait; with a commodity, for lack of it; below zero "
             "where cheaper inputs raise output"),
    Variable("value_added_lost_gross", "USD/day", "flow", ("region", "sector", "commodity"),
             "the same and `value_added_made_up`"),
    Variable("value_added_made_up", "USD/day", "flow", ("region", "sector", "commodity"),
             "value added beyond demand that makes up for stops; with a commodity, for those that its lack had caused"),
    Variable("stock", "t", "level", ("commodity", "region"), "what producers and users hold"),
    Variable("in_transit", "t", "level", ("commodity", "region", "partner"), "goods under way to a partner"),
    Variable("licence_backlog", "t", "level", ("commodity", "region", "partner"), "goods that wait at the border"),
    Variable("price_spot", "USD/kg", "level", ("commodity", "region"), "spot price"),
    Variable("price_paid", "USD/kg", "ratio", ("commodity", "region"),
             "value ÷ volume of what is bought, at the origin's works, without VAT"),
    Variable("lines_stopped", "1", "level", ("region", "sector"), "share of value added that stands still"),
):  # fmt: skip
    declare_variable(_variable)


BY_INPUT = {
    "value_added_lost": "lost_by_input", "value_added_lost_gross": "gross_by_input",
    "value_added_made_up": "made_up_by_input",
}  # fmt: skip
"""Fields of what is told both by sector and, with a commodity, by input."""


def parts_of(item: Item) -> tuple[str, ...]:
    """Fields that a series is read off: of a ratio, what is divided and what divides.

    Examples
    --------
    >>> parts_of(Item("stock")), parts_of(Item("price_paid"))
    (('stock',), ('paid', 'bought'))
    """
    if item.name == "price_paid":
        return ("paid", "bought")
    return (BY_INPUT.get(item.name, item.name),) if item.commodity else (item.name,)


@dataclass(frozen=True)
class Field:
    """Rows of numbers that add up: amounts of a tick, or levels at its end."""

    labels: tuple[Label, ...]
    read: Callable[[Market, Tick], Floats]
    weights: Floats | None = None  # (rows,): levels that are means over rows, by these weights


@final
@dataclass(frozen=True)
class Fields:
    """All that can be read off a market: what adds up over ticks, and what holds at the end of one."""

    amounts: Mapping[str, Field]
    levels: Mapping[str, Field]

    @cached_property
    def all(self) -> Mapping[str, Field]:
        """Both, by name."""
        return {**self.amounts, **self.levels}


def fields_of(world: World, arcs: Ints, resold_goods: Collection[str], days: int) -> Fields:
    """What can be read off the market of a world.

    Parameters
    ----------
    world : World
    arcs : (K,) array
        Arcs that any instrument may act on, on which goods may wait.
    resold_goods : collection of str
        Goods of which resale is told from whom to whom.
    days : int
        Length of the run.
    """
    return Fields(_amounts(world, arcs, resold_goods, days), _levels(world, arcs))


def _amounts(world: World, arcs: Ints, resold_goods: Collection[str], days: int) -> dict[str, Field]:
    """Fields that add up over time: the amount of each tick, (rows, R)."""
    abroad = np.flatnonzero(world.arcs.abroad)
    sectors = [Label(region=g, sector=s) for s, g in world.sectors.names]
    users = [Label(c, g, sector=s) for c, g, s in world.users.names]
    producers = _node_labels(world.nodes.made)
    lost = _Lost(world, days)
    inputs = tuple(users[world.users.inputs])
    return {
        "exports": Field(_arc_labels(world, abroad), lambda m, t: m.state.crossed[abroad]),
        "resold": _resold(world, arcs, resold_goods),
        "output": Field(producers, lambda m, t: m.state.made * t.days),
        "other_use": Field(producers, lambda m, t: m.state.other * t.days),
        "use": Field(tuple(users), lambda m, t: m.state.use * t.days),
        "unmet_demand": Field(tuple(Label(u.commodity, u.region) for u in users), partial(_unmet, world)),
        "value_added": Field(tuple(sectors), lambda m, t: m.state.baseline * (m.world.sectors.value_added * t.days)),
        "value_added_lost": Field(tuple(sectors), lost),
        "value_added_lost_gross": Field(tuple(sectors), lambda m, t: lost(m, t) + lost.made_up(m, t)),
        "value_added_made_up": Field(tuple(sectors), lost.made_up),
        "lost_by_input": Field(inputs, lost.by_input),
        "gross_by_input": Field(inputs, lambda m, t: lost.by_input(m, t) + lost.made_up_by_input(m, t)),
        "made_up_by_input": Field(inputs, lost.made_up_by_input),
        "stops": Field(tuple(sectors), lambda m, t: (1 - m.state.production) * t.days),
        "paid": Field(_bought_labels(world), _Paid(world)),
        "bought": Field(_bought_labels(world), lambda m, t: m.state.crossed),
    }


def _levels(world: World, arcs: Ints) -> dict[str, Field]:
    """Fields that hold at the end of a tick, (rows, R)."""
    producers = _node_labels(world.nodes.made)
    users = tuple(Label(c, g) for c, g, _ in world.users.names)
    price = world.nodes.price / TONNE
    return {
        "stock": Field(producers + users, lambda m, t: np.concatenate([m.state.producer_stock, m.state.user_stock])),
        "in_transit": Field(
            _arc_labels(world, range(len(world.arcs))) + _sold_on_labels(world),
            lambda m, t: np.concatenate([m.under_way.total, m.state.traded]),
        ),
        "licence_backlog": Field(_arc_labels(world, arcs), lambda m, t: m.controls.backlog),
        "price_spot": Field(
            _node_labels(world.nodes.names), lambda m, t: price * np.exp(m.state.price), _volumes(world)
        ),
        "lines_stopped": Field(
            tuple(Label(region=g, sector=s) for s, g in world.sectors.names),
            lambda m, t: 1 - m.state.production,
            world.sectors.value_added[:, 0],
        ),
    }


def _resold(world: World, arcs: Ints, goods: Collection[str]) -> Field:
    """What trading houses sent between all pairs of places of some goods."""
    to = [(d, c, g) for d, (c, g) in enumerate(world.nodes.used) if c in goods and world.is_traded(c)]
    pairs = [
        (n, d, Label(c, g, to_g))
        for n, (c, g) in enumerate(world.nodes.names)
        for d, k, to_g in to
        if k == c and g != to_g
    ]
    nodes, places = (np.array([pair[side] for pair in pairs], np.intp) for side in (0, 1))
    resold = Resold(world, arcs, nodes, places)
    return Field(tuple(label for _, _, label in pairs), lambda m, t: resold(m.state, m.controls.traced))


def _arc_labels(world: World, arcs: Sequence[int] | Ints) -> tuple[Label, ...]:
    return tuple(Label(*world.arcs.names[a]) for a in arcs)


def _node_labels(nodes: Sequence[tuple[str, str]]) -> tuple[Label, ...]:
    return tuple(Label(c, g) for c, g in nodes)


def _bought_labels(world: World) -> tuple[Label, ...]:
    """What is bought is about its destination."""
    return tuple(Label(c, d) for c, _, d in world.arcs.names)


def _sold_on_labels(world: World) -> tuple[Label, ...]:
    """What trading houses have under way comes from a pool: it has a partner and no region."""
    return tuple(Label(c, partner=g) for c, g in world.nodes.used)


def _volumes(world: World) -> Floats:
    """(N,), t/day: base-year use at destinations; what is made, at nodes where nothing is used."""
    volume = np.zeros(len(world.nodes))
    volume[world.nodes.origins] = world.producers.orders[:, 0]
    volume[world.nodes.destinations] = world.arcs.to_destination(world.arcs.flow)[:, 0]
    return volume


def _unmet(world: World, market: Market, tick: Tick) -> Floats:
    """Need that was not met, t: of sectors against their baseline, of plants against their wish."""
    state, gap = market.state, np.empty_like(market.state.need)
    gap[world.users.plants] = state.need[world.users.plants]
    for slot in world.users.slots:
        np.multiply(world.users.need[slot], state.baseline[: slot.stop - slot.start], out=gap[slot])
    move_use(world.designs, state.changed, gap[world.users.inputs])
    gap -= state.use
    gap *= tick.days
    return gap


class _Lost:
    """Value added lost for good, USD, by sector and by the input that was short (eq. 3.6).

    What buyers still wait for on the last day of the run counts as lost.
    """

    def __init__(self, world: World, days: int) -> None:
        self.days, self.sector, self.by_sector = days, world.users.sector, world.users.by_sector

    def _of_inputs(self, market: Market, tick: Tick) -> Floats:
        """(V, R), days of base-year output: what is lost for lack of each input of each sector."""
        lost = market.state.forgone * tick.days
        return lost + market.state.awaited if tick.end == self.days else lost

    def by_input(self, market: Market, tick: Tick) -> Floats:
        """(V, R): for lack of each input of each sector."""
        return self._of_inputs(market, tick) * pick(market.world.sectors.value_added, self.sector)

    def made_up_by_input(self, market: Market, tick: Tick) -> Floats:
        """(V, R): made up, of stops for lack of each input of each sector (eq. 3.7)."""
        return market.state.made_up * tick.days * pick(market.world.sectors.value_added, self.sector)

    def made_up(self, market: Market, tick: Tick) -> Floats:
        """(S, R): made up."""
        return self.by_sector(market.state.made_up) * (market.world.sectors.value_added * tick.days)

    def __call__(self, market: Market, tick: Tick) -> Floats:
        """(S, R): against the baseline, for lack of inputs and because they are dear."""
        state = market.state
        dear = (state.baseline - state.demand) * tick.days
        dear += self.by_sector(self._of_inputs(market, tick))
        return dear * market.world.sectors.value_added


class _Paid:
    """Value of what is bought over each arc at the origin's works, thousand USD: at spot where it is not bound.

    What a thin market asks beyond it where goods are short goes to who holds them there, not to who made them.
    """

    def __init__(self, world: World) -> None:
        self.world, self.price = world, world.producers.price[world.arcs.origin] / TONNE

    def __call__(self, market: Market, tick: Tick) -> Floats:
        del tick  # of amounts
        world, state, bound = self.world, market.state, market.bound.of_arcs
        contract = pick(np.exp(state.contract_price), world.arcs.origin)
        spot = pick(np.exp(state.price[world.nodes.origins]), world.arcs.origin)
        return state.crossed * self.price * (bound * contract + (1 - bound) * spot)
