"""The base year sorted by what its rows say, and the expansions that projects would add to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from sim.units import DAYS_A_YEAR
from sim.world.rows import BaseYearRow, Tables

Node = tuple[str, str]  # commodity, region
Arc = tuple[str, str, str]  # commodity, origin, destination

TONNE = 1000.0  # kg
ASSEMBLED = frozenset({"component"})  # stages that a control covers only where it names them
UNTRADED = ("concentrate", "scrap", *ASSEMBLED)  # stages that go to whom they were dug, collected or made for


@dataclass(frozen=True)
class Expansions:
    """What nobody runs, makes or buys in the base year, and projects would; masses a day.

    An *expansion* is a facility that projects build. Its goods may be made where nobody makes them so far (a new
    origin), and it may buy where nobody buys (a new destination): trade on those arcs is zero at first.
    """

    scale: Mapping[str, float] = field(default_factory=dict)  # facility → activity at capacity 1
    unit_cost: Mapping[str, float] = field(default_factory=dict)  # facility → USD a unit of activity, without inputs
    share: Mapping[Arc, float] = field(default_factory=dict)  # from whom new destinations would buy first
    routes: tuple[Arc, ...] = ()  # from exporters to destinations that buy elsewhere today, and will need more
    weight: Mapping[Arc, float] = field(default_factory=dict)  # what arcs from new origins weigh beside those shares
    orders: Mapping[Node, float] = field(
        default_factory=dict
    )  # t that new origins would send, all expansions at capacity 1
    split: Mapping[Arc, float] = field(default_factory=dict)  # share of a new origin's goods that would go over an arc
    price: Mapping[Node, float] = field(default_factory=dict)  # USD/t that new producers ask at their works

    @property
    def arcs(self) -> tuple[Arc, ...]:
        """Arcs without trade in the base year."""
        return tuple(dict.fromkeys([*self.share, *self.routes, *self.weight]))


@dataclass(frozen=True)
class BaseYear:
    """The base-year rows sorted by what they say; masses a day, prices USD/t."""

    activity: dict[str, float]
    inputs: dict[tuple[str, str], float]  # facility, commodity
    outputs: dict[tuple[str, str], float]
    flows: dict[Arc, float]
    uses: dict[tuple[str, str, str], float]  # commodity, region, sector
    other: dict[Node, float]
    content: dict[str, dict[str, float]]
    price: dict[Node, float]
    expansions: Expansions = Expansions()

    @property
    def works_price(self) -> dict[Node, float]:
        """Base price at the works of who makes a good, USD/t; of new producers what they ask."""
        return {**self.price, **self.expansions.price}

    @property
    def scale(self) -> dict[str, float]:
        """Activity of each facility at capacity 1: that of the base year where it runs."""
        return {**self.activity, **self.expansions.scale}


def base_year(tables: Tables) -> BaseYear:
    """Sort the rows of the base year by quantity."""
    rows: dict[str, list[BaseYearRow]] = defaultdict(list)
    for row in tables.base_year:
        rows[row.quantity].append(row)
    content: dict[str, dict[str, float]] = defaultdict(dict)
    for row in rows["content"]:
        content[row.commodity][row.element] = row.value
    running = {row.facility for row in rows["activity"]}
    return BaseYear(
        activity={row.facility: row.value / DAYS_A_YEAR for row in rows["activity"]},
        inputs={(row.facility, row.commodity): row.value for row in rows["input"] if row.facility in running},
        outputs={(row.facility, row.commodity): row.value for row in rows["output"] if row.facility in running},
        flows={(row.commodity, row.region, row.partner): row.value / DAYS_A_YEAR for row in rows["flow"]},
        uses={(row.commodity, row.region, row.sector): row.value / DAYS_A_YEAR for row in rows["use"]},
        other={(row.commodity, row.region): row.value / DAYS_A_YEAR for row in rows["other_use"]},
        content=content,
        price={(row.commodity, row.region): row.value * TONNE for row in rows["price"]},
    )


def with_expansions(
    year: BaseYear, tables: Tables, projects: Iterable[str], utilisation: float, routes: Routes
) -> BaseYear:
    """Add the expansions of some projects to a base year, idle.

    Parameters
    ----------
    year : BaseYear
    tables : Tables
    projects : iterable of str
        Names; expansions of other projects are left out.
    utilisation : float, share of 1
        Of capacity, in the base year: capacity 1 of a facility is what it needs to make its scale at this utilisation.
    routes : Routes
        How new trade begins.
    """
    chosen = set(projects)
    capacity: dict[str, float] = defaultdict(float)
    cost: dict[str, float] = defaultdict(float)
    unit_cost = {row.project: row.unit_cost * TONNE for row in tables.projects}
    for row in tables.expansions:
        if row.project in chosen and row.facility not in year.activity:
            capacity[row.facility] += row.capacity / DAYS_A_YEAR
            cost[row.facility] += row.capacity / DAYS_A_YEAR * unit_cost[row.project]
    recipes = [row for row in tables.expansion_recipes if row.facility in capacity]
    inputs = {(row.facility, row.commodity): row.amount for row in recipes if row.side == "input"}
    outputs = {(row.facility, row.commodity): row.amount for row in recipes if row.side == "output"}
    scale = {name: size * utilisation for name, size in capacity.items()}
    region = {row.facility: row.region for row in tables.facilities}
    prices = {(row.commodity, row.region): row.price * TONNE for row in tables.expansion_prices}
    more = _more(year, tables, chosen, utilisation)  # of facilities that run, what projects add to their activity
    needs = _totals(
        {**inputs, **{(f, c): a for (f, c), a in year.inputs.items() if f in more}}, {**scale, **more}, region
    )
    trade = _NewTrade(year, needs, _totals(outputs, scale, region), routes)
    expansions = Expansions(
        scale=scale,
        unit_cost={name: cost[name] / size for name, size in capacity.items()},
        share=trade.share,
        routes=trade.routes,
        weight=trade.weight,
        orders=trade.made,
        split=trade.split,
        price={node: price for node, price in prices.items() if node in trade.made},
    )
    return replace(
        year,
        inputs={**year.inputs, **inputs},
        outputs={**year.outputs, **outputs},
        flows={**year.flows, **dict.fromkeys(expansions.arcs, 0.0)},
        price={**prices, **year.price},
        expansions=expansions,
    )


def with_routes(year: BaseYear, tables: Tables) -> BaseYear:
    """Add the arcs, without trade, from the largest producer of a traded good to users that he does not serve.

    A control of his region covers them too, so that trading houses cannot take there what may not leave.
    """
    traded = {row.commodity for row in tables.commodities if row.stage not in UNTRADED}
    known = {(row.origin, row.destination) for row in tables.routes}
    largest = {c: largest_producer(year, c) for c in traded}
    places = {(c, d) for c, _, d in year.flows if c in traded}
    arcs = [(c, largest[c], d) for c, d in sorted(places) if (largest[c], d) in known]
    return replace(year, flows={**dict.fromkeys(arcs, 0.0), **year.flows})


def largest_producer(year: BaseYear, commodity: str) -> str:
    """Region that makes most of a good in the base year; empty where nobody does."""
    sent: dict[str, float] = defaultdict(float)
    for (c, o, _), flow in year.flows.items():
        if c == commodity and flow > 0:
            sent[o] += flow
    return max(sent, key=lambda o: (sent[o], o)) if sent else ""


def _more(year: BaseYear, tables: Tables, projects: set[str], utilisation: float) -> dict[str, float]:
    """Activity a day that projects add to facilities that run in the base year."""
    total: dict[str, float] = defaultdict(float)
    for row in tables.expansions:
        if row.project in projects and row.facility in year.activity:
            total[row.facility] += row.capacity * utilisation / DAYS_A_YEAR
    return {name: max(size - year.activity[name], 0.0) for name, size in total.items()}


def _totals(
    amounts: Mapping[tuple[str, str], float], scale: Mapping[str, float], region: Mapping[str, str]
) -> dict[Node, float]:
    """t/day of each good in each region, all expansions at capacity 1."""
    total: dict[Node, float] = defaultdict(float)
    for (facility, commodity), amount in amounts.items():
        total[commodity, region[facility]] += amount * scale[facility]
    return total


@dataclass(frozen=True)
class Routes:
    """How new trade begins, as the parameters of the same names say (eq. 6.1 and 6.4)."""

    home_sales: float
    largest_weight: float
    least_route: float
    least_split: float


class _NewTrade:
    """Who would buy from whom: new destinations as importers do, new origins sell to all but the largest producer."""

    def __init__(
        self, year: BaseYear, needed: Mapping[Node, float], made: Mapping[Node, float], routes: Routes
    ) -> None:
        self.year, self.rules = year, routes
        self.sent: dict[Node, float] = defaultdict(float)
        self.abroad: dict[Node, float] = defaultdict(float)
        self.used: dict[Node, float] = defaultdict(float)
        for (c, o, d), flow in year.flows.items():
            self.sent[c, o] += flow
            self.abroad[c, o] += flow * (o != d)
            self.used[c, d] += flow
        self.made = {node: tonnes for node, tonnes in made.items() if node not in self.sent}
        self.share = {arc: share for node in needed if node not in self.used for arc, share in self._suppliers(node)}
        asked = [arc for node in needed if node in self.used for arc, _ in self._suppliers(node)]
        self.routes = tuple(arc for arc in asked if arc not in year.flows)
        for node, tonnes in needed.items():
            self.used[node] += tonnes
        self.split = {arc: share for node in self.made for arc, share in self._customers(node)}
        self.weight = {(c, o, d): self.made[c, o] * share / self.used[c, d] for (c, o, d), share in self.split.items()}

    def _suppliers(self, node: Node) -> Iterable[tuple[Arc, float]]:
        """Those who make a good in the base year, by what they export."""
        commodity, region = node
        sent = {o: tonnes for (c, o), tonnes in self.abroad.items() if c == commodity}
        if not sum(sent.values()):
            sent = {o: tonnes for (c, o), tonnes in self.sent.items() if c == commodity}
        shares = _main(sent, self.rules.least_route, keep=region)
        return [((commodity, o, region), share) for o, share in shares.items()]

    def _customers(self, node: Node) -> Iterable[tuple[Arc, float]]:
        """Those who use a good: at home first, then by what they use, the region that makes most of it less."""
        (commodity, region), rules = node, self.rules
        largest = largest_producer(self.year, commodity)
        used = {d: tonnes for (c, d), tonnes in self.used.items() if c == commodity}
        made = self.made[node]
        weight = {largest: rules.largest_weight}
        taken = {d: tonnes * weight.get(d, 1.0) for d, tonnes in used.items() if d != region}
        home = min(used.get(region, 0.0) / made, 1 if sum(taken.values()) == 0 else rules.home_sales)
        shares = {region: home} if home else {}
        shares |= {d: share * (1 - home) for d, share in _main(taken, self.rules.least_route, keep="").items()}
        return [((commodity, region, d), share) for d, share in shares.items()]


def _main(amounts: Mapping[str, float], least: float, keep: str) -> dict[str, float]:
    """Shares of a total, without those that are too small; `keep` and the largest never are."""
    total, most = sum(amounts.values()), max(amounts.values(), default=0.0)
    large = {name for name, amount in amounts.items() if amount > min(least * total, most / 2) or name == keep}
    kept = {name: amount for name, amount in amounts.items() if name in large and amount}
    total = sum(kept.values())
    return {name: amount / total for name, amount in kept.items()}
