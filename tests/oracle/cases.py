"""What the oracle's tests start from: numbers without chance, and parameters in internal units."""

from __future__ import annotations

import csv
import itertools
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from sim.world.rows import BaseYearRow, ExpansionRow, Tables
from tests.allies import project, record
from tests.worlds import FACT

PARAMETERS = Path(__file__).parents[2] / "seeds" / "parameters.csv"
INTERNAL = {"years": 365, "weeks": 7, "days": 1, "1": 1, "/week": 1 / 7, "/year": 1 / 365, "USD/kg": 1000}

STEADY = {"outage_rate": 1e-15, "cash_share": 1e-9}
"""Plants never break down and are never mothballed."""


def numbers(start: int = 0) -> Callable[[], float]:
    """One number in (0, 1) after another, evenly spread: the multiples of the golden section."""
    count = itertools.count(start + 1)
    return lambda: next(count) * (5**0.5 - 1) / 2 % 1


def parameters(growth: float = 0.0) -> dict[str, float]:
    """The parameters as they ship, in days, USD/t and shares, with the scale of growth."""
    with PARAMETERS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {r["parameter"]: _middle(r["value"]) * INTERNAL[r["unit"]] for r in rows} | {"growth": growth}


def _middle(cell: str) -> float:
    """A plain number, the mode of a triangular distribution, the median of a lognormal, the middle of a uniform one."""
    if "uniform" in cell:
        low, high = re.findall(r"(?:low|high): ([\d.]+)", cell)
        return (float(low) + float(high)) / 2
    middle = re.search(r"(?:mode|median): ([\d.]+)", cell)
    return float(middle[1] if middle else cell)


def operated(tables: Tables, facilities: Sequence[str], utilisation: float) -> Tables:
    """A project of its own for each of some facilities: it has run all of it for long."""
    activity = {r.facility: r.value for r in tables.base_year if r.quantity == "activity"}
    rows = [r for r in tables.facilities if r.facility in facilities]
    return replace(
        tables,
        projects=tuple(
            project(r.facility, r.facility, r.region, r.process, "brownfield", "operating", start="2015-01-01")
            for r in rows
        ),
        expansions=tuple(ExpansionRow(*FACT, f, f, activity[f] / utilisation) for f in facilities),
        records=(record("brownfield"),),
    )


def far_mine(tables: Tables) -> Tables:
    """The world with a region FA that mines rock and uses none: AB has from there what HO sent it, CD half of that."""
    rock, mine = "concentrate.rock", "FA rock mine"
    flow = {r.partner: r.value for r in tables.base_year if (r.quantity, r.commodity, r.region) == ("flow", rock, "HO")}
    moved = {"AB": flow["AB"], "CD": flow["CD"] / 2}

    def changed(r: BaseYearRow) -> BaseYearRow:
        """HO sends less, and what it mines goes to other use instead."""
        if (r.commodity, r.region) != (rock, "HO") or r.quantity not in ("flow", "other_use"):
            return r
        return replace(
            r, value=r.value + (sum(moved.values()) if r.quantity == "other_use" else -moved.get(r.partner, 0))
        )

    new = [BaseYearRow("price", rock, "", "FA", "", "", "", 5.0, "USD/kg")]
    new += [BaseYearRow("flow", rock, "", "FA", d, "", "", value, "t/year") for d, value in moved.items()]
    new += [BaseYearRow("activity", "", "", "", "", "", mine, sum(moved.values()), "t/year")]
    new += [BaseYearRow("output", rock, "", "", "", "", mine, 1.0, "t")]
    rows = [r for r in map(changed, tables.base_year) if r.quantity != "flow" or r.value > 0]
    like = next(r for r in tables.facilities if r.facility == "AB rock mine")
    return replace(
        tables,
        regions=(*tables.regions, replace(tables.regions[-1], region="FA")),
        routes=(*tables.routes, *(replace(r, origin="FA") for r in tables.routes if r.origin == "HO")),
        facilities=(*tables.facilities, replace(like, facility=mine, region="FA", capacity=sum(moved.values()))),
        base_year=(*new, *rows),
    )
