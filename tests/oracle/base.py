"""The base year: the parts of a world, joined to one another, and the shares that follow from the tables.

Masses are tonnes a day, prices US dollars a tonne, times days, growth a day.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator

from sim.world.rows import BaseYearRow, RouteRow, Tables
from tests.oracle.parts import (
    Arc,
    ArcName,
    Changeover,
    Design,
    Element,
    Facility,
    Input,
    Node,
    NodeName,
    Output,
    Sector,
    SectorName,
    User,
    UserName,
)

THRIFTY = {"magnet", "chemical"}  # processes that make end-use goods (eq. 9.3)
YEAR, WEEK, KILOGRAMS = 365.0, 7.0, 1000.0
UNTRADED = {"concentrate", "scrap", "component"}  # stages in which trading houses do not deal (eq. 6.5)


def mean(pairs: Iterable[tuple[float, float]]) -> float:
    """Mean of (weight, value); 0 where nothing weighs."""
    weights, sums = 0.0, 0.0
    for weight, value in pairs:
        weights += weight
        sums += weight * value
    return sums / weights if weights else 0.0


class BaseYear:
    """Nodes, arcs, users, sectors and facilities, by name and in lists, as the tables balance them."""

    def __init__(self, tables: Tables, margins: dict[str, float]) -> None:
        self.tables, self.margins = tables, margins
        self.element = {r.element: Element(r.element) for r in tables.elements}
        self.goods = {r.commodity: r for r in tables.commodities}
        self._read_trade()
        self._read_sectors()
        self._read_facilities()
        self._sort()
        self._values_of_trade()
        self._values_of_recipes()
        self._values_of_sectors()
        self._masses()
        self._by_products()
        self._growth()
        self._stakes()

    def arcs_named(self, names: Iterable[Iterable[str]]) -> list[Arc]:
        """The arcs from commodity, origin and destination."""
        return [self.arc[commodity, start, end] for commodity, start, end in names]

    # ---------------------------------------------------------------- the parts

    def _rows(self, quantity: str) -> Iterator[BaseYearRow]:
        return (row for row in self.tables.base_year if row.quantity == quantity)

    def _read_trade(self) -> None:
        """Nodes and the arcs between them."""
        content: dict[str, list[tuple[Element, float]]] = defaultdict(list)
        for row in self._rows("content"):
            content[row.commodity].append((self.element[row.element], row.value))
        self.node: dict[NodeName, Node] = {}
        for row in self._rows("price"):
            node = Node((row.commodity, row.region), row.value * KILOGRAMS, content[row.commodity])
            self.node[node.name] = node
        routes = {(r.origin, r.destination): r for r in self.tables.routes}
        self.arc: dict[ArcName, Arc] = {}
        for row in self._rows("flow"):
            start, end = self.node[row.commodity, row.region], self.node[row.commodity, row.partner]
            route, name = routes[row.region, row.partner], (row.commodity, row.region, row.partner)
            self.arc[name] = Arc(name, start, end, row.value / YEAR, route.transit, route.freight)
            self._join(self.arc[name])
        self._open_routes(routes)

    def _open_routes(self, routes: dict[tuple[str, str], RouteRow]) -> None:
        """The largest producer of a traded commodity has an arc to all who use it, some without trade (eq. 6.8)."""
        used = {a.destination: None for a in self.arc.values() if self._is_traded(a.destination)}
        for d in used:
            producers = [n for n in self.node.values() if n.name[0] == d.name[0]]
            main = max(producers, key=lambda n: (sum(a.flow0 for a in n.out_of), n.name))
            name, ends = (d.name[0], main.name[1], d.name[1]), (main.name[1], d.name[1])
            if name not in self.arc and ends in routes:
                self.arc[name] = Arc(name, main, d, 0.0, routes[ends].transit, routes[ends].freight)
                self._join(self.arc[name])

    def _is_traded(self, n: Node) -> bool:
        return self.goods[n.name[0]].stage not in UNTRADED

    def _join(self, arc: Arc) -> None:
        """Tell both ends of an arc of it."""
        arc.origin.out_of.append(arc)
        arc.destination.into.append(arc)
        if arc.origin is not arc.destination:
            arc.origin.to_abroad.append(arc)
            arc.destination.from_abroad.append(arc)

    def _read_sectors(self) -> None:
        """Sectors and the stocks of what they use."""
        self.sector: dict[SectorName, Sector] = {}
        for row in self.tables.sectors:
            growth, cover = math.log(1 + row.growth) / YEAR, row.cover * WEEK
            here = Sector((row.sector, row.region), growth, cover, row.spread, row.value_added / YEAR)
            self.sector[here.name] = here
        for end_use in self.tables.end_uses:
            for here in self.sector.values():
                if here.name[0] == end_use.sector:
                    here.spare, here.wait = end_use.spare, end_use.wait * WEEK
        self.user: dict[UserName, User] = {}
        place = list(self.goods).index
        for use in sorted(self._rows("use"), key=lambda use: place(use.commodity)):
            sector = self.sector[use.sector, use.region]
            user = self._user((use.commodity, use.region, use.sector), sector.cover)
            user.use0 = use.value / YEAR
            sector.users.append(user)
        self._read_designs()

    def _read_designs(self) -> None:
        """Other designs where what they need can be had, and the inputs that sectors use for them alone (eq. 9.5)."""
        self.designs: list[Design] = []
        place, used = list(self.goods).index, set(self.user)
        for row in self.tables.designs:
            for region in (r.region for r in self.tables.regions):
                there = self.node.get((row.instead, region))
                if (row.commodity, region, row.sector) not in used or (row.instead and not (there and there.into)):
                    continue
                sector = self.sector[row.sector, region]
                user, instead = self.user[row.commodity, region, row.sector], None
                if row.instead:
                    instead = self._user((row.instead, region, row.sector), sector.cover)
                    if instead not in sector.users:
                        instead.depends = 0.0
                        sector.users = sorted([*sector.users, instead], key=lambda u: place(u.name[0]))
                self.designs.append(
                    Design(
                        (row.design, row.commodity, region, row.sector), user, instead, row.amount,
                        row.cost * KILOGRAMS, row.once * KILOGRAMS * YEAR, row.ceiling, row.qualify * WEEK,
                        row.rate / YEAR,
                    )
                )  # fmt: skip
        self._read_parts()

    def _read_parts(self) -> None:
        """Which part of a sector depends on each input: who buys a component does not need what is in it (eq. 9.5)."""
        components = {u for u in self.user.values() if self.goods[u.name[0]].stage == "component"}
        for component in (u for u in components if u.use0):
            made_of = [g for g in self.designs if g.instead is component]
            others = sum(g.amount * g.user.use0 for g in made_of)
            component.depends = component.use0 / (component.use0 + others)
            for g in made_of:
                g.user.depends = 1 - component.depends
        for u in self.user.values():
            u.depends0 = u.depends
        for g in self.designs:
            g.moves = g.instead is not None and (not g.instead.depends0 or bool({g.user, g.instead} & components))

    def _user(self, name: UserName, cover: float) -> User:
        """The user of this name, new at its node if need be."""
        if name not in self.user:
            node = self.node[name[0], name[1]]
            self.user[name] = User(name, node, cover)
            node.users.append(self.user[name])
        return self.user[name]

    def _read_facilities(self) -> None:
        """Facilities with their recipes, the stocks of their inputs, and who makes what."""
        rows = {r.facility: r for r in self.tables.facilities}
        self.facility = {
            r.facility: Facility(r.facility, rows[r.facility].region, rows[r.facility].process, r.value / YEAR)
            for r in self._rows("activity")
        }
        adding = {row.project for row in self.tables.projects if row.stage != "operating"}
        for line in self.tables.expansions:
            if line.project in adding and line.facility in self.facility:
                self.facility[line.facility].planned = True
        inputs, outputs = list(self._rows("input")), list(self._rows("output"))
        for f in self.facility.values():
            for row in (row for row in inputs if row.facility == f.name):
                user = self._user((row.commodity, f.region), self.goods[row.commodity].user_cover * WEEK)
                user.use0 += row.value * f.activity0
                f.inputs.append(Input(f, user, row.value))
                user.plants.append(f.inputs[-1])
            for row in (row for row in outputs if row.facility == f.name):
                node = self.node[row.commodity, f.region]
                node.made0 += row.value * f.activity0
                f.outputs.append(Output(f, node, row.value))
                node.producers.append(f.outputs[-1])
        self.changeovers = [
            Changeover((r.facility, r.other), self.facility[r.facility], self.facility[r.other], r.share, r.time * WEEK)
            for r in self.tables.changeovers
            if r.facility in self.facility and r.other in self.facility
        ]
        for row in self._rows("other_use"):
            self.node[row.commodity, row.region].other0 = row.value / YEAR

    def _sort(self) -> None:
        """The lists that a tick goes through."""
        self.nodes = sorted((n for n in self.node.values() if n.producers or n.into), key=lambda n: n.name)
        self.origins = [n for n in self.nodes if n.producers]
        self.destinations = [n for n in self.nodes if n.into]
        self.elements = list(self.element.values())
        self.arcs, self.users = list(self.arc.values()), list(self.user.values())
        self.sectors, self.facilities = list(self.sector.values()), list(self.facility.values())
        self.plants = [u for u in self.users if u.plants]
        self.thrifty = [u for u in self.plants if any(i.facility.process in THRIFTY for i in u.plants)]

    # ---------------------------------------------------------------- what follows from them

    def _values_of_trade(self) -> None:
        """Shares of origins, what producers hold and count on, and what lands is worth (eqs 1.2, 2.1, 4.2)."""
        for o in self.origins:
            o.orders0 = sum(a.flow0 for a in o.out_of)
            o.cover = self.goods[o.name[0]].producer_cover * WEEK
        for n in self.nodes:
            n.traded = self._is_traded(n)
            same = [o for o in self.origins if o.name[0] == n.name[0]]
            n.main = n is max(same, key=lambda o: o.orders0) and n.orders0 > 0
        for d in self.destinations:
            landing = sum(a.flow0 for a in d.into)
            for a in d.into:
                a.share0 = a.flow0 / landing
            d.landed_price0 = mean((a.flow0, a.origin.base_price) for a in d.into)
            delivered = sum(a.share0 * a.origin.base_price * (1 + a.freight) for a in d.into)
            for a in d.into:
                a.landed_value = a.origin.base_price * (1 + a.freight) / delivered

    def _values_of_recipes(self) -> None:
        """The weights in costs and values of facilities, and of producers in what is made (eqs 4.1, 8.4)."""
        for f in self.facilities:
            worth = sum(b.amount * b.node.base_price for b in f.outputs)
            paid = sum(i.amount * i.user.node.landed_price0 for i in f.inputs)
            f.input_share = paid * self.margins[f.process] / worth
            for b in f.outputs:
                b.weight = b.amount * b.node.base_price / worth
                b.share0 = b.amount * f.activity0 / b.node.made0
            for i in f.inputs:
                i.weight = i.amount * i.user.node.landed_price0 / paid

    def _values_of_sectors(self) -> None:
        """The weights in the costs of sectors (eqs 2.2, 2.3)."""
        for s in self.sectors:
            bill = sum(u.use0 * u.node.landed_price0 for u in s.users)
            for u in s.users:
                u.weight = u.use0 * u.node.landed_price0 / bill
            s.inputs_in_value = bill / (bill + s.value_added)

    def _stakes(self) -> None:
        """The value added that hangs on a tonne of each input, from end uses up the chain (eq. 1.5)."""
        for s in self.sectors:
            for u in s.users:
                replaced = (g.amount * g.user.use0 for g in self.designs if g.instead is u)
                u.stake = s.value_added * (u.depends0 or 1.0) / (u.use0 or max(replaced))
        for _ in range(64):
            place = {d: mean((u.use0, u.stake) for u in d.users) for d in self.destinations}
            origin = {o: mean((a.flow0, place[a.destination]) for a in o.out_of) for o in self.origins}
            worth = {f: f.activity0 * sum(b.amount * origin[b.node] for b in f.outputs) for f in self.facilities}
            for u in self.plants:
                u.stake = sum(worth[i.facility] for i in u.plants) / u.use0

    def _masses(self) -> None:
        """What a unit of activity mines, and what of its inputs it keeps and loses (eq. 4.6)."""
        for f in self.facilities:
            held, fed = elements_of(f.outputs), elements_of(f.inputs)
            f.mined = [] if f.inputs else list(held.items())
            for i in f.inputs:
                for e, share in i.user.node.content:
                    kept = held.get(e, 0.0) / fed[e] if fed[e] else 0.0  # κ
                    i.fate.append((e, kept * i.amount * share, (1 - kept) * i.amount * share))

    def _by_products(self) -> None:
        """How much more of each by-product could be recovered, by its elements and producers (eq. 4.5)."""
        main = {max(f.outputs, key=lambda b: b.weight).node for f in self.facilities}
        for o in self.origins:
            if o not in main:
                o.headroom = min(
                    max(0.0, elements_of(b.facility.inputs).get(e, 0.0) / elements_of(b.facility.outputs)[e] - 1)
                    for b in o.producers
                    for e, _ in o.content
                )

    def _growth(self) -> None:
        """Growth of what the products of each facility go into (eq. 9.4)."""
        stages = {good.stage for good in self.goods.values()}
        sector = {u: s.growth for s in self.sectors for u in s.users}

        def growth_of_users(d: Node) -> Iterator[tuple[float, float]]:
            for u in d.users:
                if u in sector:
                    yield u.use0, sector[u]
                yield from ((i.amount * i.facility.activity0, i.facility.growth) for i in u.plants)

        for _ in range(1 + len(stages)):
            use = {d: mean(growth_of_users(d)) for d in self.destinations}
            orders = {o: mean((a.flow0, use[a.destination]) for a in o.out_of) for o in self.origins}
            for f in self.facilities:
                f.growth = sum(b.weight * orders[b.node] for b in f.outputs)


def elements_of(recipe: Iterable[Input | Output]) -> dict[Element, float]:
    """What the goods of a recipe hold of each element, for a unit of activity."""
    held: dict[Element, float] = defaultdict(float)
    for line in recipe:
        node = line.user.node if isinstance(line, Input) else line.node
        for e, share in node.content:
            held[e] += line.amount * share
    return held
