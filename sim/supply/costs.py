"""What production costs are made up of, and what standards add to them (docs/model.md, eq. 10.11)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Self, final

import numpy as np

from sim.axes import Floats, Scalar, at_least, column
from sim.ensemble.parameters import Parameters
from sim.finance.capital import annuity
from sim.supply.portfolio import Portfolio
from sim.world.base_year import TONNE
from sim.world.build import World
from sim.world.rows import CostShareRow, Tables


@final
@dataclass(frozen=True, eq=False)
class CostShares:
    """What unit costs of some producers are made up of, (n, 1) shares of what they would be at full standards."""

    operating: Floats
    capital: Floats  # zero where unit cost is cash cost
    environmental: Floats
    social: Floats
    met: Floats  # of the environmental and social cost, what is borne today

    @classmethod
    def of(cls, tables: Tables, producers: Iterable[tuple[str, str, bool]]) -> Self:
        """Those of producers by process, region, and whether their unit cost is cash cost alone."""
        rows: dict[tuple[str, str], CostShareRow] = {(row.process, row.region): row for row in tables.cost_shares}
        found = [(_row(rows, process, region), cash) for process, region, cash in producers]
        return cls(
            operating=column(row.operating for row, _ in found),
            capital=column(0.0 if cash else row.capital for row, cash in found),
            environmental=column(row.environmental for row, _ in found),
            social=column(row.social for row, _ in found),
            met=column(row.met for row, _ in found),
        )

    @property
    def borne(self) -> Floats:
        """(n, 1): share of the cost at full standards that is borne today."""
        return self.operating + self.capital + self.met * (self.environmental + self.social)

    def missing(self, environmental: Scalar, social: Scalar) -> Floats:
        """What it would cost to meet a standard, over unit cost today (eq. 10.11).

        Parameters
        ----------
        environmental, social : float or (R,) array, share of full standards
            What is required of each.

        Returns
        -------
        (n, 1) or (n, R) array, ratio; zero for who meets it

        Examples
        --------
        Half of a quarter is borne today, and all of it required: an eighth more on seven eighths.

        >>> half = np.array([[0.5]])
        >>> shares = CostShares(half, half / 2, half / 2, half * 0, half)
        >>> shares.missing(1.0, 1.0).round(4)
        array([[0.1429]])
        """
        more = at_least(environmental - self.met, 0) * self.environmental
        more = more + at_least(social - self.met, 0) * self.social
        return np.asarray(more / self.borne)


def _row(rows: Mapping[tuple[str, str], CostShareRow], process: str, region: str) -> CostShareRow:
    return rows[process, region] if (process, region) in rows else rows[process, "*"]


def of_facilities(world: World) -> CostShares:
    """(F, 1): of expansions, whose unit cost is that of projects, without capital."""
    expansions = set(world.facilities.new.tolist())
    made = zip(world.facilities.process, world.facilities.region, strict=True)
    return CostShares.of(world.tables, ((process, region, f in expansions) for f, (process, region) in enumerate(made)))


def of_projects(portfolio: Portfolio, tables: Tables) -> CostShares:
    """(J, 1): without capital, which projects pay for by themselves."""
    return CostShares.of(tables, ((row.process, row.region, True) for row in portfolio.rows))


def all_costs(world: World, p: Parameters) -> Floats:
    """(F, 1) or (F, R), USD: what a unit of activity costs in the base year, inputs included (eq. 4.1)."""
    value = np.asarray(world.facilities.output.matrix.T @ world.producers.price)
    return value / (
        world.facilities.advantage * p.by_row([f"margin_{process}" for process in world.facilities.process])
    )


class UnitCost(NamedTuple):
    """Cost of a kilogram of activity without inputs, USD of 2025."""

    producer: str
    kind: str
    region: str
    process: str
    operating: float
    capital: float
    environmental: float
    social: float
    missing: float  # what full standards would add

    @property
    def parts(self) -> tuple[float, ...]:
        """What is borne today."""
        return self.operating, self.capital, self.environmental, self.social


def unit_costs(world: World, portfolio: Portfolio, p: Parameters) -> list[UnitCost]:
    """Of all facilities that run in the base year, and of all projects; capital at what private owners ask.

    Parameters
    ----------
    world : World
    portfolio : Portfolio
    p : Parameters
        The same in all replicates.
    """
    conversion = (all_costs(world, p) * (1 - world.facilities.input_share))[:, 0] / TONNE
    runs = np.flatnonzero(world.facilities.activity[:, 0] > 0)
    names = [
        (world.facilities.names[f], "facility", world.facilities.region[f], world.facilities.process[f]) for f in runs
    ]
    projects = [(row.project, "project", row.region, row.process) for row in portfolio.rows]
    cash = np.array([row.unit_cost for row in portfolio.rows])
    kilograms = portfolio.running_cost[:, 0] / cash  # as the tables have it: nothing is drawn here
    capital = (portfolio.capital / annuity(p["hurdle_merchant"], portfolio.life))[:, 0] / kilograms
    return [
        *_split(names, of_facilities(world), runs.tolist(), conversion[runs], np.zeros(len(runs))),
        *_split(projects, of_projects(portfolio, world.tables), range(len(projects)), cash, capital),
    ]


def _split(
    names: Sequence[tuple[str, str, str, str]], shares: CostShares, rows: Sequence[int], cost: Floats, capital: Floats
) -> list[UnitCost]:
    """Unit costs in their parts; capital that is not part of them stands beside."""
    s, full = shares, cost / shares.borne[rows, 0]
    parts = (
        s.operating[rows, 0] * full,
        s.capital[rows, 0] * full + capital,
        (s.met * s.environmental)[rows, 0] * full,
        (s.met * s.social)[rows, 0] * full,
        s.missing(1.0, 1.0)[rows, 0] * cost,
    )
    return [UnitCost(*name, *numbers) for name, *numbers in zip(names, *(p.tolist() for p in parts), strict=True)]
