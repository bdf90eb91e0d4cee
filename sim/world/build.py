"""The world as arrays: rows of the seeds tables become frozen arrays and index maps (docs/model.md, section 0).

Orders of rows are canonical: they depend on the tables alone, never on the scenario, so that an instrument more or less
moves no sum by a bit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np

from sim.axes import Floats, Ints, Sum, column
from sim.units import DAYS_A_WEEK, DAYS_A_YEAR
from sim.world.base_year import UNTRADED, Arc, BaseYear, Node, base_year, largest_maker, with_lines, with_routes
from sim.world.rows import ProjectRow, Tables

SMALL = 0.01  # least share of an origin's goods that a promise is measured against
Key = TypeVar("Key")

THRIFTY = ("magnet", "chemical")  # processes that can make do with less of an input


@dataclass(frozen=True)
class World:
    """The base year in arrays; every one is read-only. Axis letters as in sim.axes; units t, days, USD/t."""

    tables: Tables
    elements: tuple[str, ...]
    commodities: tuple[str, ...]
    regions: tuple[str, ...]
    allied: tuple[str, ...]
    stage: Mapping[str, str]
    customs_code: Mapping[str, str]
    content: Mapping[str, Mapping[str, float]]  # commodity → element → t REO a tonne
    utilisation: float  # of capacity in the base year, share of 1

    nodes: tuple[Node, ...]  # destination only, both, origin only
    destinations: slice
    origins: slice
    node_price: Floats  # (N, 1) USD/t

    arcs: tuple[Arc, ...]  # by transit time
    arc_origin: Ints  # (A,) → O
    arc_destination: Ints  # (A,) → D
    arc_flow: Floats  # (A, 1) t/day
    arc_share: Floats  # (A, 1) share of its destination's supply
    arc_weight: Floats  # (A, 1) what it weighs in sourcing at capacity 1: its share, or that of goods nobody makes yet
    arc_split: Floats  # (A, 1) share of what its origin sends, or would send at capacity 1
    arc_transit: Floats  # (A,) days
    arc_landed: Floats  # (A,) price at origin with freight ÷ mean landed price
    arc_abroad: Floats  # (A,) 1 where a border is crossed

    facilities: tuple[str, ...]
    facility_region: tuple[str, ...]
    facility_process: tuple[str, ...]
    activity: Floats  # (F, 1) unit of activity a day in the base year
    scale: Floats  # (F, 1) unit of activity a day at capacity 1; of a line, nobody runs it in the base year
    advantage: Floats  # (F, 1) output value over all costs, over the usual of its process; 1 but for lines
    growth: Floats  # (F, 1) a day
    grows: Floats  # (F, 1) 1 where capacity follows demand, 0 where projects are all that adds to it, wanted or not
    input_share: Floats  # (F, 1) inputs' share of all costs
    facility_input: Ints  # (K, F) → P, padded with P

    plant_users: tuple[Node, ...]  # those that thrift first
    thrifty: slice  # of plant users
    sectors: tuple[Node, ...]  # (sector, region), by number of inputs, most first
    slots: tuple[slice, ...]  # k-th inputs of the first sectors, as rows of users
    user_node: Ints  # (U,) → D
    user_need: Floats  # (U, 1) t/day
    user_cover: Floats  # (U, 1) days
    user_value: Floats  # (U, 1) share of its sector's input value; 0 for plants

    sector_value_added: Floats  # (S, 1) USD/day
    sector_growth: Floats  # (S, 1) a day
    sector_spread: Floats  # (S, 1)
    sector_cost_share: Floats  # (S, 1) θ
    sector_cover: Floats  # (S, 1) days

    origin_price: Floats  # (O, 1) USD/t at the works
    maker_cover: Floats  # (O, 1) days
    orders: Floats  # (O, 1) t/day that leaves the stock in the base year
    full_orders: Floats  # (O, 1) the same; where nobody makes anything yet, what lines would send at capacity 1
    other_share: Floats  # (O, 1) of what is made
    headroom: Floats  # (O, 1) how much more of a by-product its makers could recover; 0 for main products

    # what lines bring
    projects: tuple[str, ...]
    lines: Ints  # rows of facilities that nobody runs in the base year
    sold_arcs: Ints  # rows of arcs from origins where projects make anything
    new_origins: Ints  # rows of origins where nothing is made in the base year
    new_destinations: Ints  # rows of destinations where nothing is used in the base year
    takers: Ints  # rows of nodes where projects make goods and nobody uses them: they take their customers' prices
    capped: Ints  # rows of nodes where projects make goods and others use them
    rival_arcs: Ints  # (V,) arcs on which goods of their largest makers leave
    rival_places: Ints  # (Q,) destinations where goods of projects compete with them

    # sums of rows
    to_destination: Sum  # (D, A)
    to_origin: Sum  # (O, A)
    user_to_destination: Sum  # (D, U)
    need_of_plants: Sum  # (P, F) inputs a unit of activity
    output_of_plants: Sum  # (O, F)
    output_value: Sum  # (F, O) value shares
    input_value: Sum  # (F, P) value shares
    cost_of_origin: Sum  # (O, F) shares of what is made
    netback: Sum  # (takers, D) shares of their customers
    rivals: Sum  # (Q, V) shares of arcs in what is to be had there

    @cached_property
    def node_index(self) -> dict[Node, int]:
        """Row of each node."""
        return {node: i for i, node in enumerate(self.nodes)}

    @cached_property
    def project_rows(self) -> tuple[ProjectRow, ...]:
        """The projects that may come, in the order of their table."""
        return tuple(row for row in self.tables.projects if row.project in self.projects)

    def is_traded(self, commodity: str) -> bool:
        """Whether trading houses deal in a good."""
        return self.stage[commodity] not in UNTRADED

    @cached_property
    def project_users(self) -> Ints:
        """Rows of users whose plants any of the projects adds to."""
        of_projects = {row.facility for row in self.tables.lines if row.project in self.projects}
        rows = np.array([f in of_projects for f in self.facilities])
        users = np.unique(self.need_of_plants.rows[rows[self.need_of_plants.columns]])
        users.flags.writeable = False
        return users

    @property
    def plants(self) -> slice:
        """Rows of users that are plants."""
        return slice(0, len(self.plant_users))

    @property
    def users(self) -> tuple[tuple[str, str, str], ...]:
        """(commodity, region, sector) of each user; sector empty for plants."""
        plants = [(c, g, "") for c, g in self.plant_users]
        rows = [*plants]
        for slot in self.slots:
            for s, row in enumerate(range(slot.start, slot.stop)):
                rows.append((self.nodes[self.user_node[row]][0], self.sectors[s][1], self.sectors[s][0]))
        return tuple(rows)

    def contents(self, commodities: Iterable[str]) -> Floats:
        """(rows, E) t REO of each element in a tonne of the commodity of each row."""
        return np.array([[self.content[c].get(e, 0.0) for e in self.elements] for c in commodities]).reshape(
            -1, len(self.elements)
        )


def build(
    tables: Tables, margins: Mapping[str, float], projects: Sequence[str] = (), utilisation: float = 1.0
) -> World:
    """Build the world from the tables.

    Parameters
    ----------
    tables
        All seeds tables; base_year is balanced.
    margins
        Output value ÷ all costs in the base year, by process.
    projects
        Those that may come.
    utilisation
        Of capacity in the base year.
    """
    year = with_routes(with_lines(base_year(tables), tables, projects, utilisation), tables)
    commodities = tuple(row.commodity for row in tables.commodities)
    regions = tuple(row.region for row in tables.regions)
    frame = _nodes(year, commodities, regions)
    arcs = _arcs(year, tables, frame)
    plants = _plants(year, tables, frame, margins)
    users = _users(year, tables, frame, plants)
    flows = {
        "elements": tuple(row.element for row in tables.elements),
        "commodities": commodities,
        "regions": regions,
        "allied": tuple(row.region for row in tables.regions if row.allied),
        "stage": {row.commodity: row.stage for row in tables.commodities},
        "customs_code": {row.commodity: row.customs_code for row in tables.commodities},
        "content": {c: dict(e) for c, e in year.content.items()},
        "utilisation": utilisation,
        "growth": _growth(year, tables, plants["facilities"]),
        "grows": _grows(tables, plants["facilities"]),
        "projects": tuple(projects),
    }
    fields = {**frame, **arcs, **plants, **users, **flows, **_new_places(year, frame, arcs)}
    for value in fields.values():
        if isinstance(value, np.ndarray):
            value.flags.writeable = False
    return World(tables=tables, **fields)  # type: ignore[arg-type]


def _nodes(year: BaseYear, commodities: Sequence[str], regions: Sequence[str]) -> dict[str, object]:
    """Destination-only nodes first, then nodes that are both, then origins only: each kind is a slice."""
    order = {c: i for i, c in enumerate(commodities)}
    place = {g: i for i, g in enumerate(regions)}
    used = {(c, d) for c, _, d in year.flows}
    made = {(c, o) for c, o, _ in year.flows} | set(year.other)

    def kind(node: Node) -> int:
        return 0 if node not in made else 1 if node in used else 2

    nodes = tuple(sorted(used | made, key=lambda n: (kind(n), order[n[0]], place[n[1]])))
    kinds = [kind(n) for n in nodes]
    first_made, last_used = kinds.count(0), kinds.count(0) + kinds.count(1)
    return {
        "nodes": nodes,
        "destinations": slice(0, last_used),
        "origins": slice(first_made, len(nodes)),
        "node_price": column(year.price[n] for n in nodes),
    }


def _rows(frame: Mapping[str, object]) -> tuple[dict[Node, int], dict[Node, int]]:
    """Row of each node among the destinations, and among the origins."""
    nodes: tuple[Node, ...] = frame["nodes"]  # type: ignore[assignment]
    d, o = frame["destinations"], frame["origins"]
    assert isinstance(d, slice)
    assert isinstance(o, slice)
    return ({n: i for i, n in enumerate(nodes[d])}, {n: i for i, n in enumerate(nodes[o])})


def _arcs(year: BaseYear, tables: Tables, frame: Mapping[str, object]) -> dict[str, object]:
    """Arcs by transit time, so that goods with one transit are a slice."""
    route = {(row.origin, row.destination): row for row in tables.routes}
    arcs = tuple(sorted(year.flows, key=lambda a: (route[a[1], a[2]].transit, a)))
    to_d, to_o = _rows(frame)
    origin = np.array([to_o[c, o] for c, o, _ in arcs], np.intp)
    destination = np.array([to_d[c, d] for c, _, d in arcs], np.intp)
    flow = column(year.flows[a] for a in arcs)
    into = Sum(destination, range(len(arcs)), 1.0, (len(to_d), len(arcs)))
    supply = into.once(flow)[destination]
    begun = column(year.lines.share.get(arc, 0.0) for arc in arcs)
    share = np.divide(flow, supply, out=begun.copy(), where=supply > 0)
    works = year.works_price
    landed = column(works[c, o] * (1 + route[o, d].freight) for c, o, d in arcs)
    orders = Sum(origin, range(len(arcs)), 1.0, (len(to_o), len(arcs)))
    shipped = orders.once(flow)
    other = column(year.other.get(n, 0.0) for n in to_o)
    cover = {row.commodity: row.maker_cover * DAYS_A_WEEK for row in tables.commodities}
    return {
        "arcs": arcs,
        "arc_origin": origin,
        "arc_destination": destination,
        "arc_flow": flow,
        "arc_share": share,
        "arc_weight": np.array([[year.lines.weight.get(arc, own)] for arc, own in zip(arcs, share[:, 0], strict=True)]),
        "arc_split": _split(year, arcs, flow, shipped[origin]),
        "arc_transit": np.array([route[o, d].transit for _, o, d in arcs]),
        "arc_landed": (landed / into.once(share * landed)[destination])[:, 0],
        "arc_abroad": np.array([float(o != d) for _, o, d in arcs]),
        "to_destination": into,
        "to_origin": orders,
        "maker_cover": column(cover[c] for c, _ in to_o),
        "origin_price": column(works[n] for n in to_o),
        "orders": shipped,
        "full_orders": column(year.lines.orders.get(n, own) for n, own in zip(to_o, shipped[:, 0], strict=True)),
        "other_share": np.divide(other, shipped + other, out=np.zeros_like(other), where=shipped + other > 0),
    }


def _split(year: BaseYear, arcs: Sequence[Arc], flow: Floats, sent: Floats) -> Floats:
    """(A, 1): share of each arc in what its origin sends; next to nothing where a new destination asks an old one."""
    known = np.divide(flow, sent, out=np.zeros_like(flow), where=sent > 0)[:, 0]
    return np.maximum(column(year.lines.split.get(arc, own) for arc, own in zip(arcs, known, strict=True)), SMALL)


def _plants(
    year: BaseYear, tables: Tables, frame: Mapping[str, object], margins: Mapping[str, float]
) -> dict[str, object]:
    """Facilities that run in the base year, and the stocks of inputs their regions hold."""
    rows = [row for row in tables.facilities if row.facility in year.scale]
    names = tuple(row.facility for row in rows)
    index = {name: f for f, name in enumerate(names)}
    region = {row.facility: row.region for row in rows}
    process = {row.facility: row.process for row in rows}
    thrift = {(c, region[f]) for f, c in year.inputs if process[f] in THRIFTY}
    held = {(c, region[f]) for f, c in year.inputs}
    to_d, to_o = _rows(frame)
    users = tuple(sorted(held, key=lambda n: (n not in thrift, to_d[n])))
    to_p = {n: i for i, n in enumerate(users)}
    needs = [(to_p[c, region[f]], index[f], v) for (f, c), v in year.inputs.items()]
    makes = [(to_o[c, region[f]], index[f], v) for (f, c), v in year.outputs.items()]
    values = _Values(year, region)
    runs = frozenset(f for f in names if f in year.activity)
    mains = {(values.main_product(f), region[f]) for f in runs}
    padded = _padded([[to_p[c, region[g]] for (g, c) in year.inputs if g == f] for f in names], len(users))
    made = Sum.of(makes, (len(to_o), len(names)))
    activity = column(year.activity.get(f, 0.0) for f in names)
    scale = column(year.scale[f] for f in names)
    total = made.once(activity)
    makers = np.where(total > 0, activity[:, 0], scale[:, 0])  # (O, F): who makes a good in the base year, else lines
    total = np.where(total > 0, total, made.once(scale))
    return {
        "facilities": names,
        "facility_region": tuple(region[f] for f in names),
        "facility_process": tuple(process[f] for f in names),
        "activity": activity,
        "scale": scale,
        "lines": np.array([f for f, name in enumerate(names) if name not in year.activity], np.intp),
        "input_share": column(values.input_share(f, margins[process[f]]) for f in names),
        "advantage": column(values.advantage(f, margins[process[f]]) for f in names),
        "facility_input": padded,
        "plant_users": users,
        "thrifty": slice(0, len(thrift)),
        "need_of_plants": Sum.of(needs, (len(users), len(names))),
        "output_of_plants": made,
        "headroom": column(0.0 if n in mains else _headroom(year, runs, n, region) for n in to_o),
        "output_value": Sum.of(
            ((index[f], to_o[c, region[f]], share) for (f, c), share in values.output_shares().items()),
            (len(names), len(to_o)),
        ),
        "input_value": Sum.of(
            ((index[f], to_p[c, region[f]], share) for (f, c), share in values.input_shares().items()),
            (len(names), len(users)),
        ),
        "cost_of_origin": Sum.of(
            ((o, f, v * makers[o, f] / total[o, 0]) for o, f, v in makes), (len(to_o), len(names))
        ),
    }


class _Values:
    """What the inputs and outputs of a unit of activity are worth at base prices, USD."""

    def __init__(self, year: BaseYear, region: Mapping[str, str]) -> None:
        self.year = year
        landed = _landed_prices(year)
        self.input_values = {(f, c): v * landed[c, region[f]] for (f, c), v in year.inputs.items()}
        works = year.works_price
        self.output_values = {(f, c): v * works[c, region[f]] for (f, c), v in year.outputs.items()}
        self.bought: dict[str, float] = defaultdict(float)
        self.sold: dict[str, float] = defaultdict(float)
        for (f, _), v in self.input_values.items():
            self.bought[f] += v
        for (f, _), v in self.output_values.items():
            self.sold[f] += v

    def input_share(self, facility: str, margin: float) -> float:
        """Inputs' share of all costs: those of the usual margin, or what a line is known to cost."""
        if facility in self.year.lines.scale:
            return self.bought[facility] / (self.bought[facility] + self.year.lines.unit_cost[facility])
        return self.bought[facility] * margin / self.sold[facility]

    def advantage(self, facility: str, margin: float) -> float:
        """Output value over all costs at base prices, over the usual margin."""
        if facility not in self.year.lines.scale:
            return 1.0
        return self.sold[facility] / (self.bought[facility] + self.year.lines.unit_cost[facility]) / margin

    def main_product(self, facility: str) -> str:
        """The most valuable output of a facility."""
        own = {c: v for (f, c), v in self.output_values.items() if f == facility}
        return max(own, key=own.__getitem__)

    def input_shares(self) -> dict[tuple[str, str], float]:
        """Share of each input in what a facility buys."""
        return {(f, c): v / self.bought[f] for (f, c), v in self.input_values.items()}

    def output_shares(self) -> dict[tuple[str, str], float]:
        """Share of each output in what a facility sells."""
        return {(f, c): v / self.sold[f] for (f, c), v in self.output_values.items()}


def _landed_prices(year: BaseYear) -> dict[Node, float]:
    """Mean price at the works of what each destination uses, or would use, USD/t."""
    value: dict[Node, float] = defaultdict(float)
    mass: dict[Node, float] = defaultdict(float)
    for (c, o, d), flow in year.flows.items():
        bought = year.lines.share.get((c, o, d), flow)
        value[c, d] += bought * year.price[c, o]
        mass[c, d] += bought
    return {node: value[node] / mass[node] for node in value}


def _headroom(year: BaseYear, runs: frozenset[str], node: Node, region: Mapping[str, str]) -> float:
    """How much more of a by-product its makers could recover: inputs ÷ outputs − 1, least over makers and elements.

    Of those that run in the base year: what lines recover is fixed.
    """
    makers = [f for f, c in year.outputs if f in runs and (c, region[f]) == node]
    room = []
    for facility in makers:
        for element in year.content[node[0]]:
            held = sum(a * year.content[c].get(element, 0.0) for (f, c), a in year.inputs.items() if f == facility)
            kept = sum(b * year.content[c].get(element, 0.0) for (f, c), b in year.outputs.items() if f == facility)
            room.append(held / kept - 1)
    return max(0.0, min(room, default=0.0))


def _padded(rows: Sequence[Sequence[int]], pad: int) -> Ints:
    """(K, F): the k-th index of each row, padded with an index that stands for nothing."""
    out = np.full((max([1, *(len(r) for r in rows)]), len(rows)), pad, np.intp)
    for f, row in enumerate(rows):
        out[: len(row), f] = sorted(row)
    return out


def _users(
    year: BaseYear, tables: Tables, frame: Mapping[str, object], plants: Mapping[str, object]
) -> dict[str, object]:
    """Plant users, then sectors' inputs slot by slot: the k-th inputs of the sectors that have so many are a slice."""
    to_d, _ = _rows(frame)
    inputs: dict[Node, list[str]] = defaultdict(list)
    order = {row.commodity: i for i, row in enumerate(tables.commodities)}
    for c, g, name in sorted(year.uses, key=lambda use: order[use[0]]):
        inputs[name, g].append(c)
    rows = {(row.sector, row.region): row for row in tables.sectors}
    sectors = tuple(sorted(inputs, key=lambda s: (-len(inputs[s]), s)))
    plant_users: tuple[Node, ...] = plants["plant_users"]  # type: ignore[assignment]
    slots: list[slice] = []
    used: list[tuple[str, Node]] = []
    for k in range(max([0, *(len(c) for c in inputs.values())])):
        having = [s for s in sectors if len(inputs[s]) > k]
        start = len(plant_users) + len(used)
        slots.append(slice(start, start + len(having)))
        used += [(inputs[s][k], s) for s in having]
    landed = _landed_prices(year)
    spent: dict[Node, float] = defaultdict(float)
    for c, s in used:
        spent[s] += year.uses[c, s[1], s[0]] * landed[c, s[1]]
    need_of: Sum = plants["need_of_plants"]  # type: ignore[assignment]
    activity: Floats = plants["activity"]  # type: ignore[assignment]
    plant_cover = {row.commodity: row.user_cover * DAYS_A_WEEK for row in tables.commodities}
    node = np.array([to_d[n] for n in plant_users] + [to_d[c, s[1]] for c, s in used], np.intp)
    value_added = column(rows[s].value_added / DAYS_A_YEAR for s in sectors)
    cost = column(spent[s] for s in sectors)
    return {
        "sectors": sectors,
        "slots": tuple(slots),
        "user_node": node,
        "user_need": np.concatenate([need_of.once(activity), column(year.uses[c, s[1], s[0]] for c, s in used)]),
        "user_cover": column([plant_cover[c] for c, _ in plant_users] + [rows[s].cover * DAYS_A_WEEK for _, s in used]),
        "user_value": column(
            [0.0] * len(plant_users) + [year.uses[c, s[1], s[0]] * landed[c, s[1]] / spent[s] for c, s in used]
        ),
        "user_to_destination": Sum(node, range(len(node)), 1.0, (len(to_d), len(node))),
        "sector_value_added": value_added,
        "sector_growth": column(np.log1p(rows[s].growth) / DAYS_A_YEAR for s in sectors),
        "sector_spread": column(rows[s].spread for s in sectors),
        "sector_cost_share": cost / (cost + value_added),
        "sector_cover": column(rows[s].cover * DAYS_A_WEEK for s in sectors),
    }


def _growth(year: BaseYear, tables: Tables, facilities: object) -> Floats:
    """(F, 1): growth a day of what each facility's products go into, through the flows of the base year (eq. 9.4)."""
    sector = {(r.sector, r.region): float(np.log1p(r.growth)) / DAYS_A_YEAR for r in tables.sectors}
    region = {r.facility: r.region for r in tables.facilities}
    made: dict[str, list[tuple[str, float]]] = {f: [] for f in year.scale}
    for (f, c), value in _Values(year, region).output_values.items():
        made[f].append((c, value))
    rate = dict.fromkeys(year.scale, 0.0)
    for _ in range(1 + len({r.stage for r in tables.commodities})):  # as often as there are stages
        node = _node_growth(year, sector, region, rate)
        found = {f: _weighted([(v, node.get((c, region[f]), 0.0)) for c, v in made[f]]) for f in rate}
        if found == rate:
            break
        rate = found
    assert isinstance(facilities, tuple)
    return column(rate[f] for f in facilities)


def _grows(tables: Tables, facilities: object) -> Floats:
    """(F, 1): 0 for plants that listed projects add to: without these, they stay as they are (eq. 9.4)."""
    adding = {row.project for row in tables.projects if row.stage != "operating"}
    planned = {row.facility for row in tables.lines if row.project in adding}
    assert isinstance(facilities, tuple)
    return column(0.0 if f in planned else 1.0 for f in facilities)


def _node_growth(
    year: BaseYear, sector: Mapping[Node, float], region: Mapping[str, str], rate: Mapping[str, float]
) -> dict[Node, float]:
    """Growth of what is ordered at each origin, where facilities grow at a rate."""
    uses: dict[Node, list[tuple[float, float]]] = defaultdict(list)
    for (c, g, s), use in year.uses.items():
        uses[c, g].append((use, sector[s, g]))
    for (f, c), a in year.inputs.items():
        uses[c, region[f]].append((a * year.activity.get(f, 0.0), rate[f]))
    orders: dict[Node, list[tuple[float, float]]] = defaultdict(list)
    for (c, o, d), flow in year.flows.items():
        orders[c, o].append((flow, _weighted(uses[c, d])))
    return {node: _weighted(parts) for node, parts in orders.items()}


def _new_places(year: BaseYear, frame: Mapping[str, object], arcs: Mapping[str, object]) -> dict[str, object]:
    """Where lines make or buy what nobody does in the base year."""
    to_d, to_o = _rows(frame)
    known: tuple[Arc, ...] = arcs["arcs"]  # type: ignore[assignment]
    bought = {(c, d) for c, _, d in year.lines.share}
    return {
        "sold_arcs": np.array([a for a, (c, o, _) in enumerate(known) if (c, o) in year.lines.reached], np.intp),
        "new_origins": np.array(sorted(to_o[n] for n in year.lines.orders), np.intp),
        "new_destinations": np.array(sorted(to_d[n] for n in bought), np.intp),
        **_competition(year, frame, arcs),
    }


def _competition(year: BaseYear, frame: Mapping[str, object], arcs: Mapping[str, object]) -> dict[str, object]:
    """Whose prices projects take, and with whom they compete: the largest maker of a good (eq. 8.7)."""
    to_d, _ = _rows(frame)
    nodes: tuple[Node, ...] = frame["nodes"]  # type: ignore[assignment]
    known: tuple[Arc, ...] = arcs["arcs"]  # type: ignore[assignment]
    split: Floats = arcs["arc_split"]  # type: ignore[assignment]
    reached = [node for node in nodes if node in year.lines.reached]
    sells = {(c, o) for a, (c, o, _) in enumerate(known) if split[a, 0] > SMALL}
    takers = [node for node in reached if node in sells and node not in to_d]
    sold = [(a, arc) for a, arc in enumerate(known) if (arc[0], arc[1]) in takers and split[a, 0] > SMALL]
    total = _sums((takers.index((c, o)), split[a, 0]) for a, (c, o, _) in sold)
    places = sorted({to_d[c, d] for _, (c, _, d) in sold} | {to_d[node] for node in reached if node in to_d})
    where = {row: node for node, row in to_d.items()}
    asked = [(q, _reference(year, known, where[place])) for q, place in enumerate(places)]
    entries = [(q, a, 1 / len(rows)) for q, rows in asked for a in rows]
    rivals = sorted({a for _, a, _ in entries})
    return {
        "takers": np.array([nodes.index(node) for node in takers], np.intp),
        "capped": np.array([to_d[node] for node in reached if node in to_d], np.intp),
        "netback": Sum.of(
            ((t := takers.index((c, o)), to_d[c, d], split[a, 0] / total[t]) for a, (c, o, d) in sold),
            (len(takers), len(to_d)),
        ),
        "rival_arcs": np.array(rivals, np.intp),
        "rival_places": np.array(places, np.intp),
        "rivals": Sum.of(((q, rivals.index(a), part) for q, a, part in entries), (len(places), len(rivals))),
    }


def _reference(year: BaseYear, arcs: Sequence[Arc], node: Node) -> list[int]:
    """Arcs that say at what price the largest maker of a good sells to a place: his own there, or all abroad."""
    largest = largest_maker(year, node[0])
    there = [a for a, arc in enumerate(arcs) if arc == (node[0], largest, node[1]) and year.flows[arc] > 0]
    return there or [a for a, (c, o, d) in enumerate(arcs) if (c, o) == (node[0], largest) and d != o]


def _sums(parts: Iterable[tuple[Key, float]]) -> dict[Key, float]:
    """Sums by the first of each pair."""
    total: dict[Key, float] = defaultdict(float)
    for key, value in parts:
        total[key] += value
    return total


def _weighted(parts: Sequence[tuple[float, float]]) -> float:
    """Mean of the second numbers, weighted by the first; 0 of nothing."""
    total = sum(weight for weight, _ in parts)
    return sum(weight * value for weight, value in parts) / total if total else 0.0
