"""The world of `tests.tiny` with projects: what it makes today, and what others would add to it.

===================  =========  =========================================================================
project              operator   t/day at full output
===================  =========  =========================================================================
AB mine              Alpha      1 of oxide, as in the base year
AB mine expansion    Alpha      0.5 of oxide; under construction, due on day 365 after a year of building
AB works             Beta       2 of magnets of 1 of oxide, where nobody makes magnets yet
FA mine              Gamma      1 of oxide, in a region where nobody uses any
===================  =========  =========================================================================

The works can be decided on day 182.5, the mine of FA after permits of 182.5 days; each is then built in a year.
Magnets of AB cost 50 USD/kg, oxide of FA 55. Utilisation is 0.8 in the base year and at full output.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sim.axes import Scalar
from sim.world.rows import (
    ExpansionPriceRow,
    ExpansionRecipeRow,
    ExpansionRow,
    FacilityRow,
    Process,
    ProjectRow,
    RecordRow,
    RegionRow,
    RouteRow,
    Slips,
    Stage,
    Tables,
)
from tests import driver, tiny
from tests.driver import FOUR_YEARS, Built, Spec
from tests.ensembles import numbers
from tests.tiny import FACT, YEAR
from tests.worlds import RECIPES, small_tables

UTILISATION = 0.8
MONTH = 365 / 12
HALF_YEAR = 6 * MONTH

ROUND: dict[str, Any] = {
    **tiny.ROUND, "utilisation_base": UTILISATION,
    "ramp_middle": 0.6, "ramp_width": 0.2, "ramp_spread": 1.15, "qualification_spread": 1.5,
    "qualification_width": 0.25, "review_time": 28,
    "overrun": 1.2, "hurdle_merchant": 0.15, "hurdle_contracted": 0.09, "failing_late": 0.4,
    "mothball_patience": 56, "cash_share": 0.9, "restart_margin": 1.05, "restart_delay": 84, "reopening_time": 70,
    "closure_time": 730, "outage_rate": 0.25 / 365, "outage_time": 91, "outage_least": 0.2, "outage_most": 0.4,
    "output_spread": 1.000000001, "output_time": 91,
    "inflation": 0.02, "recovery": 0.3, "offtake_relief": 0.3, "public_rate": 0.02,
}  # fmt: skip
"""Parameters of worked numbers, of projects too."""

NO_OUTAGES: dict[str, Any] = {"outage_rate": 1e-12}

PROJECTS = ("AB mine", "AB mine expansion", "AB works", "FA mine")
OXIDE_FA, MAGNET_NEW = ("oxide.Ee", "FA"), ("magnet.Ee", "AB")


def record(slips: Slips, median: float = 0.0, failure: float = 0.0, sigma: float = 1.0) -> RecordRow:
    """How a kind of projects slips, months, and fails."""
    return RecordRow(*FACT, slips, max(median, 1e-9), sigma, failure)


PUNCTUAL = tuple(record(slips) for slips in ("greenfield", "separation", "brownfield", "magnet", "metal", "recycling"))
"""Records of those who are never late and never fail."""


def project(
    name: str, operator: str, region: str, process: Process, slips: Slips, stage: Stage, **given: object
) -> ProjectRow:
    """A project without permits, ramp and qualification, unless they are given."""
    usual: dict[str, Any] = {
        "announced": "", "permit": 0.0, "decision": "", "construction": 12.0, "start": "", "ramp": 0.0,
        "qualification": 0.0, "capital": 10.0, "life": 20.0, "unit_cost": 20.0, "contracted": 0.0,
    }  # fmt: skip
    return ProjectRow(*FACT, name, operator, region, process, slips, stage, **{**usual, **given})


def line(name: str, facility: str, tonnes: float) -> ExpansionRow:
    """A line that makes so many t/day at full output."""
    return ExpansionRow(*FACT, name, facility, tonnes * YEAR / UTILISATION)


ROWS = (
    project("AB mine", "Alpha", "AB", "mine", "brownfield", "operating", start="2015-01-01", construction=0.0),
    project("AB mine expansion", "Alpha", "AB", "mine", "brownfield", "construction", start="2026-01-01"),
    project("AB works", "Beta", "AB", "magnet", "magnet", "decision", decision="2025-07-02", ramp=24.0),
    project("FA mine", "Gamma", "FA", "mine", "greenfield", "permit", permit=6.0),
)


def change(rows: Sequence[ProjectRow], name: str, **given: object) -> tuple[ProjectRow, ...]:
    """The same projects, one of them otherwise."""
    values: dict[str, Any] = dict(given)
    return tuple(replace(row, **values) if row.project == name else row for row in rows)


def tables(
    rows: Sequence[ProjectRow] = ROWS, records: Sequence[RecordRow] = PUNCTUAL, scale: float = 1.0, growth: float = 0.0
) -> Tables:
    """The tables; `scale` multiplies every tonnage, and the money that goes with it."""
    old = tiny.tables(growth, scale)
    places, lines = ("HO", "AB", "FA"), (("AB works", "AB", "magnet"), ("FA mine", "FA", "mine"))
    sizes = {"AB mine": 1.0, "AB mine expansion": 0.5, "AB works": 2.0, "FA mine": 1.0}
    facility = {"AB mine expansion": "AB mine"}
    return replace(
        old,
        commodities=tuple(replace(row, headline=True) for row in old.commodities),
        regions=(*old.regions, RegionRow(*FACT, "FA", "FA", True)),
        routes=tuple(
            RouteRow(*FACT, o, d, 7.0 if o == d else 28.0, 0.0 if o == d else 0.1) for o in places for d in places
        ),
        facilities=(
            *old.facilities,
            *(FacilityRow(*FACT, f, "", g, p, "project", 1.0, "t", "", "", 1.0, None) for f, g, p in lines),  # type: ignore[arg-type]
        ),
        projects=tuple(replace(row, capital=scale * row.capital) for row in rows),
        expansions=tuple(
            line(row.project, facility.get(row.project, row.project), scale * sizes[row.project]) for row in rows
        ),
        expansion_recipes=(
            ExpansionRecipeRow(*FACT, "AB works", "oxide.Ee", "input", 0.5),
            ExpansionRecipeRow(*FACT, "AB works", "magnet.Ee", "output", 1.0),
            ExpansionRecipeRow(*FACT, "FA mine", "oxide.Ee", "output", 1.0),
        ),
        expansion_prices=(
            ExpansionPriceRow(*FACT, "oxide.Ee", "FA", 55.0),
            ExpansionPriceRow(*FACT, "magnet.Ee", "AB", 50.0),
        ),
        records=tuple(records),
    )


def market(
    *instruments: Spec,
    made: Tables | None = None,
    projects: Sequence[str] = PROJECTS,
    days: int = FOUR_YEARS,
    replicates: int = 2,
    uncertain: bool = False,
    **overrides: Scalar,
) -> Built:
    """A market with those projects, all at the median of what they draw, and ROUND parameters but for the overrides."""
    return driver.market(
        made or tables(), instruments, replicates, days=days, margins=tiny.MARGINS, projects=projects,
        uncertain=uncertain, **{**ROUND, **overrides},
    )  # fmt: skip


def every_money(
    *, share: float = 0.2, floor: str = "70 USD/kg", output: float = 0.6, good: str = "oxide.Ee", far: str = "FA"
) -> list[Spec]:
    """One instrument of each kind of money, for all projects; some end within the fourth year."""
    money = {"by": "AB", "since": "2025-01-01", "share": share}
    return [
        {"name": "loan", "kind": "loan", "interest": 0.04, "term": "8 years", **money},
        {"name": "grant", "kind": "grant", "budget": "3 million USD", "until": "2026-06-01", **money},
        {"name": "equity", "kind": "equity", "asked": 0.06, "regions": far, **money},
        {"name": "both", "kind": "co_investment", "partner": "HO", "asked": 0.05, "relief": 0.02, **money},
        {
            "name": "floor", "kind": "price_floor", "by": "AB", "since": "2025-03-01", "until": "2028-06-01",
            "commodity": good, "basis": "HO", "floor": floor, "upside": 0.3, "above": "90 USD/kg",
            "output": output,
        },
        {
            "name": "bound", "kind": "offtake", "by": "HO", "since": "2025-02-01", "until": "2028-03-01",
            "commodity": good, "output": output / 2, "price": floor,
        },
        {
            "name": "pact", "kind": "bilateral_agreement", "by": "AB", "partners": f"{far}+HO", "since": "2025-01-01",
            "waiver": {"share": 0.5}, "priority": {"commodities": good, "share": output / 2},
        },
    ]  # fmt: skip


def written(specs: Sequence[Spec]) -> str:
    """Instruments as a scenario lists them."""
    return "".join(f"  - {json.dumps(spec)}\n" for spec in specs)


MONEY = written(every_money(good="magnet.rich", far="AB"))
"""Every money for the small world with projects."""


def small() -> Tables:
    """The small world of ensembles with projects in AB: a mine, its expansion, and works that can soon be decided."""
    old, (_, inputs, outputs) = small_tables(numbers(), growth=0.04), RECIPES["rich magnets"]
    mine = next(row.capacity for row in old.facilities if row.facility == "AB rock mine")
    works = FacilityRow(*FACT, "AB works", "", "AB", "magnet", "project", 1.0, "t", "", "", 1.0, None)
    return replace(
        old,
        facilities=(*old.facilities, works),
        projects=(
            project("AB mine", "Alpha", "AB", "mine", "brownfield", "operating", start="2015-01-01", unit_cost=1.0),
            project(
                "expansion", "Alpha", "AB", "mine", "brownfield", "construction", start="2025-04-01", unit_cost=1.0
            ),
            project("AB works", "Beta", "AB", "magnet", "magnet", "decision", decision="2025-02-01", construction=4.0),
        ),
        expansions=(
            line("AB mine", "AB rock mine", mine / YEAR),
            line("expansion", "AB rock mine", mine / YEAR / 5),
            line("AB works", "AB works", 0.3),
        ),
        expansion_recipes=(
            *(
                ExpansionRecipeRow(*FACT, "AB works", commodity, "input", amount)
                for commodity, amount in inputs.items()
            ),
            *(
                ExpansionRecipeRow(*FACT, "AB works", commodity, "output", amount)
                for commodity, amount in outputs.items()
            ),
        ),
        records=(record("brownfield", 3, failure=0.1), record("magnet", 2, failure=0.2)),
    )
