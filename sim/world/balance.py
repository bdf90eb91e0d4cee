"""The nearest base year that conserves every element: least squares under the balances of nodes and facilities.

Unknowns are the masses of the year: what facilities do, take in and give, what flows, what is used. Each has a
guess, and sums of them have published figures. The year minimises relative squares of both, exactly conserves mass
at every node and every element in every facility, and holds nothing too small to matter.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Final

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import splu

from sim.axes import Bools, Floats
from sim.world.base_prices import base_prices
from sim.world.figures import SECTOR, Contents, Kind, Mass, weights
from sim.world.rows import BaseYearRow, FacilityRow
from sim.world.sources import ActivityRow, PublishedRow, RecipeRow, Sources, read_sources

SPREAD = {"high": 0.02, "medium": 0.08, "low": 0.3, "assumption": 0.6}  # of a guess, relative
SMALL, TINY, SLIVER = 1.0, 0.01, 1e-4  # t/year that is left out: at most, at least; share of a commodity's output
MADE = {"output": 1.0, "flow": -1.0, "other_use": -1.0}  # where it is made, what adds and what takes
USED = {"flow": 1.0, "input": -1.0, "use": -1.0}  # where it is used
LOSS: Final = "loss"  # what a facility loses of an element, which stands as its commodity
REGULAR = 1e-9  # keeps the matrix regular; refinement takes it out again
REFINEMENTS, ROUNDS = 20, 40

Weights = Mapping[Mass, float]


@dataclass(frozen=True)
class Wish:
    """A weighted sum of masses that should have a value, within a width."""

    weights: Weights
    value: float
    width: float


@dataclass
class Year:
    """The masses of the year with their guesses, what they should fulfil, and sums that must be zero."""

    guess: dict[Mass, float] = field(default_factory=dict)
    wishes: list[Wish] = field(default_factory=list)
    rules: list[Weights] = field(default_factory=list)
    bound: set[Mass] = field(default_factory=set)  # masses that a recipe ties to an activity

    def expect(self, mass: Mass, value: float, confidence: str) -> None:
        """Add a mass that should be near a guess."""
        self.guess[mass] = value
        self.wishes.append(Wish({mass: 1.0}, value, SPREAD[confidence] * value))


def rebuild(folders: tuple[Path, ...]) -> tuple[BaseYearRow, ...]:
    """Balance the tables of a world anew and write the base_year.csv of its own folder, the first."""
    rows = balance(read_sources(folders))
    write(rows, folders[0] / "base_year.csv")
    return rows


def write(rows: Iterable[BaseYearRow], path: Path) -> None:
    """Write the base year; numbers survive the round trip."""
    names = [column.name for column in fields(BaseYearRow)]
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(names)
        lines.writerows([getattr(row, name) for name in names] for row in rows)


def balance(sources: Sources) -> tuple[BaseYearRow, ...]:
    """Solve the base year and give it as rows, sorted."""
    rows = [*_mass_rows(solve(state(sources))), *_content_rows(sources)]
    rows += [
        BaseYearRow("price", commodity, "", region, "", "", "", price, "USD/kg")
        for (commodity, region), price in base_prices(sources, rows).items()
    ]
    names = [column.name for column in fields(BaseYearRow) if column.name not in ("value", "unit")]
    return tuple(sorted(rows, key=lambda row: [getattr(row, name) for name in names]))


def state(sources: Sources) -> Year:
    """State what the year must and should be."""
    year = Year()
    contents: dict[str, dict[str, float]] = defaultdict(dict)
    for row in sources.contents:
        contents[row.commodity][row.element] = row.content
    _add_facilities(year, sources, contents)
    for trade in sources.trade:
        mass = Mass("flow", "", trade.commodity, trade.origin, trade.destination)
        year.expect(mass, trade.flow, trade.confidence)
    for use in sources.uses:
        mass = Mass("use", SECTOR, use.commodity, use.region, sector=use.sector)
        year.expect(mass, use.use, use.confidence)
    for other in sources.other_uses:
        year.expect(Mass("other_use", "", other.commodity, other.region), other.use, other.confidence)
    year.rules += _node_rules(year.guess)
    year.wishes += [_figure(row, year.guess, contents) for row in sources.published if row.spread]
    return year


def _add_facilities(year: Year, sources: Sources, contents: Contents) -> None:
    """Add what facilities do by their recipes."""
    facilities = {row.facility: row for row in sources.facilities}
    recipes: dict[str, list[RecipeRow]] = defaultdict(list)
    for part in sources.recipes:
        recipes[part.recipe].append(part)
    for row in sources.activities:
        _add_facility(year, row, facilities[row.facility], recipes[row.recipe], contents)


def _add_facility(
    year: Year, done: ActivityRow, facility: FacilityRow, recipe: Sequence[RecipeRow], contents: Contents
) -> None:
    """Add an activity and the inputs and outputs that follow it; where yields are free, no element appears."""

    def mass(quantity: Kind, commodity: str = "") -> Mass:
        return Mass(quantity, facility.process, commodity, facility.region, facility=facility.facility)

    activity = mass("activity")
    year.expect(activity, done.activity, done.confidence)
    elements: dict[str, dict[Mass, float]] = defaultdict(dict)
    for part in recipe:
        item = mass(part.side, part.commodity)
        year.guess[item] = part.amount * done.activity
        follows = {item: 1.0, activity: -part.amount}
        if part.spread:
            year.wishes.append(Wish(follows, 0.0, part.spread * year.guess[item]))
        else:
            year.rules.append(follows)
            year.bound.add(item)
        for element, content in contents[part.commodity].items():
            elements[element][item] = content if part.side == "input" else -content
    if any(part.spread for part in recipe):
        for element, terms in elements.items():
            loss = mass(LOSS, element)
            year.guess[loss] = max(SMALL, sum(w * year.guess[m] for m, w in terms.items()))
            year.rules.append({**terms, loss: -1.0})


def _node_rules(masses: Iterable[Mass]) -> list[Weights]:
    """What is made is shipped or put to other use; what comes in is used."""
    made: dict[tuple[str, str], dict[Mass, float]] = defaultdict(dict)
    used: dict[tuple[str, str], dict[Mass, float]] = defaultdict(dict)
    for mass in masses:
        if mass.quantity in MADE:
            made[mass.commodity, mass.region][mass] = MADE[mass.quantity]
        if mass.quantity in USED:
            used[mass.commodity, mass.partner or mass.region][mass] = USED[mass.quantity]
    return [*made.values(), *used.values()]


def _figure(row: PublishedRow, guess: Weights, contents: Contents) -> Wish:
    """A published figure; of a share, the part less the share of the whole should be zero."""
    counted = weights(row, guess, contents)
    if not row.whole:
        return Wish(counted, row.value, row.spread * row.value)
    part = sum(w * guess[mass] for mass, w in counted.items() if w > 0) / (1 - row.value)
    return Wish(counted, 0.0, row.spread * part)


def solve(year: Year) -> dict[Mass, float]:
    """Solve, leave out what came out too small, and solve again until nothing does.

    Raises
    ------
    ArithmeticError
        Where that does not end.
    """
    masses = list(year.guess)
    least = np.array(_least(year))
    system = _System(year, masses)
    alive = np.ones(len(masses), bool)
    for _ in range(ROUNDS):
        values = system.nearest(alive)
        small = alive & (values < least)
        if not small.any():
            return {mass: value for mass, value in zip(masses, values.tolist(), strict=True) if value}
        alive &= ~small
    raise ArithmeticError("leaving out small masses does not end")


def _least(year: Year) -> list[float]:
    """Least mass of each kind that counts; what is bound to an activity goes with it."""
    made: dict[str, float] = defaultdict(float)
    for mass, value in year.guess.items():
        if mass.quantity == "output":
            made[mass.commodity] += value

    def least(mass: Mass) -> float:
        if mass in year.bound:
            return -np.inf
        if mass.quantity == LOSS:
            return 0.0
        return max(TINY, min(SMALL, SLIVER * made[mass.commodity])) if mass.commodity else SMALL

    return [least(mass) for mass in year.guess]


class _System:
    """Wishes and rules of a year as equations in masses over their guesses."""

    def __init__(self, year: Year, masses: Sequence[Mass]) -> None:
        index = {mass: i for i, mass in enumerate(masses)}
        self.scale: Floats = np.array([max(year.guess[mass], TINY) for mass in masses])
        widths = np.array([wish.width for wish in year.wishes])
        self.target: Floats = np.array([wish.value for wish in year.wishes]) / widths
        self.wishes = _matrix([wish.weights for wish in year.wishes], index, self.scale, 1 / widths)
        plain = _matrix(year.rules, index, self.scale, np.ones(len(year.rules)))
        self.rules = _matrix(year.rules, index, self.scale, 1 / abs(plain).max(axis=1).toarray().ravel())

    def nearest(self, alive: Bools) -> Floats:
        """Masses that fulfil the wishes best and the rules exactly; those not alive are zero."""
        wishes, rules = self.wishes[:, alive], self.rules[:, alive]
        rules = rules[np.diff(rules.tocsr().indptr) > 0]
        n, k = wishes.shape[1], rules.shape[0]
        hessian = wishes.T @ wishes + REGULAR * sparse.eye_array(n)
        exact = sparse.block_array([[hessian, rules.T], [rules, None]], format="csc")
        ridge = sparse.diags_array(np.concatenate([np.zeros(n), np.full(k, REGULAR)]))
        solver = splu((exact - ridge).tocsc())
        right = np.concatenate([wishes.T @ self.target, np.zeros(k)])
        x = np.zeros(n + k)
        for _ in range(REFINEMENTS):
            x += solver.solve(right - exact @ x)
        out = np.zeros(len(alive))
        out[alive] = x[:n] * self.scale[alive]
        return out


def _matrix(rows: Sequence[Weights], index: Mapping[Mass, int], scale: Floats, factor: Floats) -> sparse.csc_array:
    """Rows of weights as a matrix, columns multiplied by a scale and rows by a factor."""
    at = [(i, index[mass], weight) for i, row in enumerate(rows) for mass, weight in row.items()]
    i, j, values = (np.array(column) for column in zip(*at, strict=True))
    return sparse.csc_array((values * scale[j] * factor[i], (i, j)), shape=(len(rows), len(index)))


def _content_rows(sources: Sources) -> list[BaseYearRow]:
    return [
        BaseYearRow("content", row.commodity, row.element, "", "", "", "", row.content, "t REO/t")
        for row in sources.contents
    ]


def _mass_rows(solved: Weights) -> list[BaseYearRow]:
    """Masses as rows; what goes into and out of a facility is per unit of its activity."""
    activity = {mass.facility: value for mass, value in solved.items() if mass.quantity == "activity"}
    rows = []
    for mass, value in solved.items():
        commodity, region, facility = mass.commodity, mass.region, mass.facility
        if mass.quantity == "activity":
            rows.append(BaseYearRow("activity", "", "", "", "", "", facility, value, "t/year"))
        elif mass.quantity in {"input", "output"}:
            amount = value / activity[facility]
            rows.append(BaseYearRow(mass.quantity, commodity, "", "", "", "", facility, amount, "t/t"))
        elif mass.quantity != LOSS:
            where = (region, mass.partner, mass.sector)
            rows.append(BaseYearRow(mass.quantity, commodity, "", *where, "", value, "t/year"))
    return rows
