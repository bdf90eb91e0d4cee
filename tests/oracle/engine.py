"""What the engine computes in its first world, reported in the names of the oracle, and how far the two are apart."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sim.axes import Ints
from sim.chunk import Chunk
from sim.definitions.items import ALL
from sim.ensemble.clock import Tick
from sim.ensemble.gauges import Measured, Traced
from sim.world.build import World
from tests.oracle import Record

TOLERANCE = 1e-9
SMALL = 1e-3  # t, t/day, ln or share: what is smaller is measured against this
ENGINE = {  # axis: variable of the oracle and its name in the engine
    "N": {
        "price": "price",
        "reference_price": "reference_price",
        "price_pressure": "price_pressure",
        "netback": "netback",
        "set_up": "set_up",
        "bought": "bought",
        "exposed": "exposed",
    },
    "D": {
        "paid": "paid",
        "contract": "landed_cost",
        "price_remembered": "remembered_price",
        "hoarding": "hoarding",
        "all_orders": "orders",
        "landed": "landed",
        "flown": "flown",
        "target_stock": "target_stock",
        "sold_to": "sold_to",
        "traded_goods": "traded",
        "resold_by_users": "resold_by_users",
        "resold_to": "resold_to",
    },
    "O": {
        "producer_stock": "producer_stock",
        "made": "made",
        "other": "other",
        "fill_rate": "fill_rate",
        "resold_by_producers": "resold_by_producers",
        "expected_orders": "expected_orders",
        "expected_net": "expected_output",
        "expected_price": "expected_price",
        "contract_price": "contract_price",
        "long_price": "long_price",
        "withheld": "withheld",
    },
    "U": {
        "stock": "user_stock",
        "received": "received",
        "need": "need",
        "expected_use": "expected_need",
    },
    "T": {"saving": "saving", "thrifting": "thrift"},
    "A": {
        "sought": "sought",
        "orders_placed": "orders_placed",
        "share": "share",
        "shipped": "shipped",
        "crossed": "crossed",
        "leaked": "leaked",
        "expected_trade": "expected_trade",
    },
    "K": {
        "tariff": "tariff",
        "expected_restriction": "expected_restriction",
        "announcement_effect": "announcement_effect",
        "restricted": "restricted",
        "licensed": "licensed",
        "traced": "traced",
        "doubted": "doubted",
        "licence_days": "licence_days",
        "backlog": "backlog",
        "granted": "granted",
        "denied": "denied",
    },
    "F": {"activity": "activity", "capacity": "capacity"},
    "S": {
        "baseline": "baseline",
        "quantity": "demand",
        "intensity": "substitution",
        "idle": "idle",
        "stopped": "stopped",
        "production": "production",
        "extra": "extra",
    },
    "V": {
        "without": "without",
        "awaited": "awaited",
        "made_up": "made_up",
        "forgone": "forgone",
        "depends": "depends",
        "fed": "fed",
    },
    "G": {"begun": "begun", "changed": "changed"},
    "C": {"changed_over": "changed_over"},
}
MONEY = {"duties_collected": "collected", "public_cost": "public_cost"}  # by instrument
RESERVES = ("reserve_stock", "reserve_purchased", "reserve_drawn", "reserve_declared_days")  # by good


class Difference(NamedTuple):
    """A value that both compute: how far they are apart, relative to it, and which it is."""

    size: float
    variable: str
    name: Any
    tick: int
    engine: float
    oracle: float


def follow(world: World, chunk: Chunk) -> Record:
    """Run the engine and write down what each tick leaves, and what instruments brought and cost."""
    market = chunk.market
    names = names_of_axes(world, market.controls.arcs)
    record: dict[str, list[dict[Any, Any]]] = defaultdict(list)
    arrays = dict(market.arrays())

    def settle(tick: Tick) -> None:
        market.settle(tick)
        for axis, variables in ENGINE.items():
            for ours, theirs in variables.items():
                record[ours].append(dict(zip(names[axis], arrays[theirs][:, 0].tolist(), strict=True)))
        cost = [math.exp(value) for value in market.state.input_cost[:, 0].tolist()]
        record["cost"].append(dict(zip(names["S"], cost, strict=True)))
        record["under_way"].append(dict(zip(names["A"], market.under_way.total[:, 0].tolist(), strict=True)))
        record["support"].append(dict(zip(names["F"], market.shocks.support[:, 0].tolist(), strict=True)))
        for variable, reported in of_instruments(chunk.measured, chunk.traced).items():
            record[variable].append(reported)
        record["critical"].append(critical(world, market.state.critical[:, 0].tolist()))

    chunk.clock.run(settle)
    return record


def of_instruments(measured: Sequence[Measured], traced: Sequence[Traced]) -> dict[str, dict[Any, float]]:
    """What instruments brought and cost so far, by name, and what reserves did of each good; not what they cost."""
    about = [(m.item, m.value) for m in measured] + [(t.item, t.value) for t in traced]
    reserves = {item.instrument for item, _ in about if item.name in RESERVES}
    reported: dict[str, dict[Any, float]] = {variable: {} for variable in (*MONEY.values(), *RESERVES)}
    for item, value in about:
        if item.instrument == ALL:
            continue
        if item.name in RESERVES:
            reported[item.name][item.instrument, item.commodity] = float(value()[0])
        elif item.name in MONEY and item.instrument not in reserves and not item.facility:
            reported[MONEY[item.name]][item.instrument] = float(value()[0])
    return reported


def names_of_axes(world: World, controlled: Ints) -> dict[str, list[Any]]:
    """Names, as the oracle spells them, of the rows of each axis."""
    users = [user if user[2] else user[:2] for user in world.users.names]
    return {
        "N": list(world.nodes.names),
        "D": list(world.nodes.used),
        "O": list(world.nodes.made),
        "U": users,
        "T": users[world.users.thrifty],
        "V": users[world.users.plants.stop :],
        "G": list(world.designs.names),
        "C": list(world.changeovers.names),
        "A": list(world.arcs.names),
        "K": [world.arcs.names[a] for a in controlled],
        "F": list(world.facilities.names),
        "S": list(world.sectors.names),
    }


def critical(world: World, places: list[float]) -> dict[tuple[str, str], str]:
    """The critical commodity of each sector, from its place among the sector's inputs."""
    return {
        (sector, region): commodity
        for (sector, region), place in zip(world.sectors.names, places, strict=True)
        for commodity, user_region, user_sector in world.users.names[world.users.slots[int(place)]]
        if (user_sector, user_region) == (sector, region)
    }


def difference(engine: Record, oracle: Record) -> Difference:
    """Where engine and oracle first differ by more than the tolerance; if they never do, by how much at most."""
    found = list(_differences(engine, oracle))
    beyond = (d for d in found if d.size > TOLERANCE)
    return min(beyond, key=lambda d: d.tick, default=max(found, key=lambda d: d.size))


def _differences(engine: Record, oracle: Record) -> Iterator[Difference]:
    for variable in engine.keys() - {"critical"}:
        for tick, values in enumerate(engine[variable], start=1):
            for name, theirs in values.items():
                if variable == "fill_rate" and not oracle["expected_orders"][tick - 1][name]:
                    continue  # nobody asks, so nobody minds
                if variable in {"fed", "without"} and oracle["depends"][tick - 1][name] < SMALL:
                    continue  # ratios of next to nothing
                ours = oracle[variable][tick - 1][name]
                scale = max(abs(theirs), abs(ours), SMALL)
                size = abs(theirs - ours) / scale
                yield Difference(size if math.isfinite(size) else math.inf, variable, name, tick, theirs, ours)
