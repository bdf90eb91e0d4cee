"""The base year, as dicts keyed by names: what is known before the first tick.

Masses are tonnes a day, prices US dollars a tonne, times days, growth a day.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from typing import TypeVar

from sim.world.tables import BaseYearRow, Tables

Node = tuple[str, str]  # commodity, region
Arc = tuple[str, str, str]  # commodity, origin, destination
Sector = tuple[str, str]  # sector, region
User = tuple[str, ...]  # plants: commodity, region; a sector: commodity, region, sector

THRIFTY = {"magnet", "chemical"}  # processes that make end-use goods (eq. 9.3)
YEAR, WEEK, KILOGRAMS = 365.0, 7.0, 1000.0


def origin(arc: Arc) -> Node:
    """The node where what goes on an arc is made."""
    return arc[0], arc[1]


def destination(arc: Arc) -> Node:
    """The node where what goes on an arc is used."""
    return arc[0], arc[2]


def node(user: User) -> Node:
    """The node where a user gets its goods."""
    return user[0], user[1]


def mean(pairs: Iterator[tuple[float, float]]) -> float:
    """Mean of (weight, value); 0 where nothing weighs."""
    weights, sums = 0.0, 0.0
    for weight, value in pairs:
        weights += weight
        sums += weight * value
    return sums / weights if weights else 0.0


class BaseYear:
    """Balanced flows, prices and recipes, and the shares that follow from them."""

    def __init__(self, tables: Tables, margins: dict[str, float]) -> None:
        self.tables, self.margins = tables, margins
        self._read_trade()
        self._read_facilities()
        self._read_sectors()
        self._who_uses_and_makes()
        self._shares_of_value()
        self.facility_growth = self._growth()

    def _rows(self, quantity: str) -> Iterator[BaseYearRow]:
        return (row for row in self.tables.base_year if row.quantity == quantity)

    def _read_trade(self) -> None:
        self.price = {(r.commodity, r.region): r.value * KILOGRAMS for r in self._rows("price")}
        self.elements = [r.element for r in self.tables.elements]
        self.content = {(r.commodity, r.element): r.value for r in self._rows("content")}
        self.flow = {(r.commodity, r.region, r.partner): r.value / YEAR for r in self._rows("flow")}
        routes = {(r.origin, r.destination): r for r in self.tables.routes}
        self.transit = {a: routes[a[1:]].transit for a in self.flow}
        self.freight = {a: routes[a[1:]].freight for a in self.flow}
        self.destinations = sorted({destination(a) for a in self.flow})
        self.into = {d: [a for a in self.flow if destination(a) == d] for d in self.price}
        self.out_of = {o: [a for a in self.flow if origin(a) == o] for o in self.price}
        landing = {d: sum(self.flow[a] for a in arcs) for d, arcs in self.into.items()}
        self.share = {a: flow / landing[destination(a)] for a, flow in self.flow.items()}

    def _read_facilities(self) -> None:
        self.activity = {r.facility: r.value / YEAR for r in self._rows("activity")}
        self.inputs: dict[str, dict[str, float]] = {f: {} for f in self.activity}
        self.outputs: dict[str, dict[str, float]] = {f: {} for f in self.activity}
        for row in self._rows("input"):
            self.inputs[row.facility][row.commodity] = row.value
        for row in self._rows("output"):
            self.outputs[row.facility][row.commodity] = row.value
        self.region = {r.facility: r.region for r in self.tables.facilities}
        self.process = {r.facility: r.process for r in self.tables.facilities}

    def _read_sectors(self) -> None:
        self.sectors = [(r.sector, r.region) for r in self.tables.sectors]
        self.growth = {(r.sector, r.region): math.log(1 + r.growth) / YEAR for r in self.tables.sectors}
        self.sector_cover = {(r.sector, r.region): r.cover * WEEK for r in self.tables.sectors}
        self.spread = {(r.sector, r.region): r.spread for r in self.tables.sectors}
        self.value_added = {(r.sector, r.region): r.value_added / YEAR for r in self.tables.sectors}
        self.needs: dict[Sector, list[User]] = {s: [] for s in self.sectors}

    def _who_uses_and_makes(self) -> None:
        """Users and makers of each node, what they use, order and make, and the stocks they hold."""
        goods = {r.commodity: r for r in self.tables.commodities}
        place = list(goods).index
        self.use: dict[User, float] = {}
        self.made: dict[Node, float] = defaultdict(float)
        for row in sorted(self._rows("use"), key=lambda row: place(row.commodity)):
            user = (row.commodity, row.region, row.sector)
            self.use[user] = row.value / YEAR
            self.needs[row.sector, row.region].append(user)
        for f, activity in self.activity.items():
            for commodity, amount in self.inputs[f].items():
                plants = (commodity, self.region[f])
                self.use[plants] = self.use.get(plants, 0.0) + amount * activity
            for commodity, amount in self.outputs[f].items():
                self.made[commodity, self.region[f]] += amount * activity
        self.users = {n: [u for u in self.use if node(u) == n] for n in self.price}
        self.plants: list[User] = [u for u in self.use if len(u) == 2]
        self.using = {u: [f for f in self.activity if self._has(self.inputs, f, u)] for u in self.plants}
        self.making = {o: [f for f in self.activity if self._has(self.outputs, f, o)] for o in self.made}
        self.cover = {u: goods[u[0]].user_cover * WEEK for u in self.plants}
        self.cover |= {u: self.sector_cover[s] for s, users in self.needs.items() for u in users}
        self.maker_cover = {o: goods[o[0]].maker_cover * WEEK for o in self.made}
        self.nodes = sorted({*self.made, *self.destinations})
        self.orders = {o: sum(self.flow[a] for a in self.out_of[o]) for o in self.made}
        self.other_use = {(r.commodity, r.region): r.value / YEAR for r in self._rows("other_use")}
        self.thrifty = [u for u in self.plants if any(self.process[f] in THRIFTY for f in self.using[u])]

    def _has(self, recipes: dict[str, dict[str, float]], f: str, n: tuple[str, ...]) -> bool:
        """Whether a commodity stands in the recipe of a facility in its region."""
        return self.region[f] == n[1] and n[0] in recipes[f]

    def landed_price(self, d: Node) -> float:
        """Mean base price at the origins of what lands at a destination, without freight."""
        return mean((self.flow[a], self.price[origin(a)]) for a in self.into[d])

    def _shares_of_value(self) -> None:
        """The weights in costs and values (eqs 2.1, 2.2, 2.3, 4.1, 8.4)."""
        self.output_weight, self.input_weight, self.input_share = {}, {}, {}
        for f in self.activity:
            worth = {c: b * self.price[c, self.region[f]] for c, b in self.outputs[f].items()}
            paid = {c: a * self.landed_price((c, self.region[f])) for c, a in self.inputs[f].items()}
            self.output_weight[f] = normalised(worth)
            self.input_weight[f] = normalised(paid)
            self.input_share[f] = sum(paid.values()) * self.margins[self.process[f]] / sum(worth.values())
        best = {f: max(weights, key=weights.__getitem__) for f, weights in self.output_weight.items()}
        self.by_products = set(self.made) - {(c, self.region[f]) for f, c in best.items()}
        self.headroom = {o: min(self._room(o)) for o in self.by_products}
        self.need_weight, self.inputs_in_value = {}, {}
        for s, users in self.needs.items():
            bill = {u: self.use[u] * self.landed_price(node(u)) for u in users}
            self.need_weight[s] = normalised(bill)
            self.inputs_in_value[s] = sum(bill.values()) / (sum(bill.values()) + self.value_added[s])
        delivered = {a: self.price[origin(a)] * (1 + self.freight[a]) for a in self.flow}
        self.landed_value = {
            a: value / sum(self.share[b] * delivered[b] for b in self.into[destination(a)])
            for a, value in delivered.items()
        }
        self.maker_share = {
            o: normalised({f: self.outputs[f][o[0]] * self.activity[f] for f in self.making[o]}) for o in self.made
        }

    def _room(self, o: Node) -> Iterator[float]:
        """How much more of each element of a by-product each of its makers could give (eq. 4.5)."""
        for f in self.making[o]:
            for element in (e for c, e in self.content if c == o[0]):
                held = sum(a * self.content.get((c, element), 0.0) for c, a in self.inputs[f].items())
                given = sum(b * self.content.get((c, element), 0.0) for c, b in self.outputs[f].items())
                yield max(0.0, held / given - 1)

    def _growth(self) -> dict[str, float]:
        """Growth of what the products of each facility go into (eq. 9.4)."""
        growth = dict.fromkeys(self.activity, 0.0)
        stages = {r.stage for r in self.tables.commodities}
        for _ in range(1 + len(stages)):
            use = {d: mean(self._growth_of_users(d, growth)) for d in self.destinations}
            orders = {o: mean((self.flow[a], use[destination(a)]) for a in self.out_of[o]) for o in self.made}
            growth = {
                f: sum(w * orders[c, self.region[f]] for c, w in weights.items())
                for f, weights in self.output_weight.items()
            }
        return growth

    def _growth_of_users(self, d: Node, growth: dict[str, float]) -> Iterator[tuple[float, float]]:
        """(use, growth) of the sectors and the facilities that use a commodity in a region."""
        for user in self.users[d]:
            if len(user) == 3:
                yield self.use[user], self.growth[user[2], user[1]]
            else:
                yield from ((self.inputs[f][d[0]] * self.activity[f], growth[f]) for f in self.using[user])


Key = TypeVar("Key")


def normalised(values: dict[Key, float]) -> dict[Key, float]:
    """The same with sum 1."""
    total = sum(values.values())
    return {key: value / total for key, value in values.items()}
