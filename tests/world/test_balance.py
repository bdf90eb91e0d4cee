"""The base year: it conserves, it is what its tables give, and it is near what is published."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

import pytest

from sim.files.shipped import shipped
from sim.world.balance import balance, write
from sim.world.base_prices import base_prices
from sim.world.figures import chosen, compare, contents_of, masses_of
from sim.world.rows import BaseYearRow
from sim.world.sources import read_sources
from sim.world.tables import read, read_table

pytestmark = pytest.mark.xdist_group("balance")

EXACT = 1e-10  # of the largest mass in a sum
TABLES = read(shipped("seeds"))
SOURCES = read_sources(shipped("seeds"))
MASSES = masses_of(TABLES.base_year, TABLES.facilities)
CONTENTS = contents_of(TABLES.base_year)
FIGURES = {row.figure: row for row in compare(SOURCES.published, TABLES.base_year, TABLES.facilities)}
MARGIN = {
    row.parameter.removeprefix("margin_"): float(row.value)
    for row in TABLES.parameters
    if row.parameter.startswith("margin_")
}


@pytest.fixture(scope="module")
def rebuilt() -> tuple[BaseYearRow, ...]:
    """The base year made anew from its tables."""
    return balance(SOURCES)


def test_balancing_anew_gives_the_file_that_ships(rebuilt: tuple[BaseYearRow, ...]) -> None:
    def named(rows: Iterable[BaseYearRow]) -> dict[tuple[str, ...], float]:
        keys = ("quantity", "commodity", "element", "region", "partner", "sector", "facility")
        return {tuple(getattr(row, key) for key in keys): row.value for row in rows}

    assert named(rebuilt) == pytest.approx(named(TABLES.base_year), rel=1e-6)


def test_the_file_keeps_every_bit(rebuilt: tuple[BaseYearRow, ...], tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("seeds") / "base_year.csv"
    write(rebuilt, path)
    assert read_table(path, BaseYearRow) == rebuilt


def sums(kinds: dict[str, float]) -> dict[tuple[str, str], list[float]]:
    """Signed masses by commodity and region; a flow counts where it starts, or with ``into`` where it ends."""
    out = defaultdict(list)
    for mass, tonnes in MASSES.items():
        if mass.quantity in kinds:
            out[mass.commodity, mass.region].append(kinds[mass.quantity] * tonnes)
        if mass.quantity == "flow" and "into" in kinds:
            out[mass.commodity, mass.partner].append(tonnes)
    return out


@pytest.mark.parametrize(
    "kinds", [{"output": 1.0, "flow": -1.0, "other_use": -1.0}, {"into": 1.0, "input": -1.0, "use": -1.0}]
)
def test_every_node_balances(kinds: dict[str, float]) -> None:
    """Output = flows out + other use; flows in = inputs + use."""
    for node, terms in sums(kinds).items():
        assert abs(sum(terms)) <= EXACT * max(map(abs, terms)), node


def test_no_facility_makes_an_element() -> None:
    """Contents of inputs are at least those of outputs, but at mines."""
    balance_of: dict[tuple[str, str], float] = defaultdict(float)
    for mass, tonnes in MASSES.items():
        if mass.quantity in ("input", "output") and mass.process != "mine":
            sign = 1 if mass.quantity == "input" else -1
            for element, content in CONTENTS[mass.commodity].items():
                balance_of[mass.facility, element] += sign * content * tonnes
    assert min(balance_of.values()) >= -EXACT * max(MASSES.values())


def test_contents_of_oxide_commodities_sum_to_one() -> None:
    units = {row.commodity: row.unit for row in TABLES.commodities}
    totals = {c: sum(e.values()) for c, e in CONTENTS.items() if units[c] == "t REO"}
    assert totals == pytest.approx(dict.fromkeys(totals, 1.0), abs=1e-6)


def test_every_facility_earns_its_margin_after_a_conversion_cost() -> None:
    """Value of outputs ÷ margin less value of inputs is more than zero."""
    prices = {(row.commodity, row.region): row.value for row in TABLES.base_year if row.quantity == "price"}
    bought: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    for mass, tonnes in MASSES.items():
        if mass.quantity == "flow":
            bought[mass.commodity, mass.partner].append((tonnes, prices[mass.commodity, mass.region]))
    conversion: dict[str, float] = defaultdict(float)
    for mass, tonnes in MASSES.items():
        if mass.quantity == "output":
            conversion[mass.facility] += tonnes * prices[mass.commodity, mass.region] / MARGIN[mass.process]
        elif mass.quantity == "input":
            parts = bought[mass.commodity, mass.region]
            conversion[mass.facility] -= tonnes * sum(q * p for q, p in parts) / sum(q for q, _ in parts)
    assert min(conversion.values()) > 0


def test_every_node_has_a_price_and_every_flow_a_route(rebuilt: tuple[BaseYearRow, ...]) -> None:
    prices = base_prices(SOURCES, rebuilt)
    routes = {(row.origin, row.destination) for row in TABLES.routes}
    for mass in MASSES:
        if mass.quantity == "flow":
            assert {(mass.commodity, mass.region), (mass.commodity, mass.partner)} <= set(prices)
            assert (mass.region, mass.partner) in routes


def test_nothing_is_too_small_to_matter() -> None:
    """A tonne a year, or a ten-thousandth of what is made of the commodity, and never less than 10 kg."""
    made: dict[str, float] = defaultdict(float)
    for mass, tonnes in MASSES.items():
        if mass.quantity == "output":
            made[mass.commodity] += tonnes
    for mass, tonnes in MASSES.items():
        if mass.quantity in ("flow", "use", "other_use"):
            assert tonnes >= max(0.01, min(1.0, 0.9e-4 * made[mass.commodity])), mass


@pytest.mark.parametrize("figure", [row.figure for row in SOURCES.published if "listed by USGS" in row.figure])
def test_mines_make_what_usgs_lists(figure: str) -> None:
    assert abs(FIGURES[figure].change) <= 0.03


@pytest.mark.parametrize("stage", ["light separation", "heavy separation", "NdPr metal", "NdFeB magnets"])
def test_chinas_shares_are_within_two_points(stage: str) -> None:
    assert abs(FIGURES[f"China's share of {stage}"].change) <= 0.02


def test_magnet_exports_and_where_they_went() -> None:
    assert FIGURES["magnet exports of China"].balanced == pytest.approx(58152, rel=0.002)
    for region, share in {"EU": 0.390, "US": 0.128, "KR": 0.104}.items():
        exported = FIGURES[f"magnet exports of China to {region}"].balanced
        assert exported / FIGURES["magnet exports of China"].balanced == pytest.approx(share, rel=0.05)


def test_what_moved_far_is_explained() -> None:
    """High and medium figures that the year is fitted to stay within 25 %; the others are named in the README."""
    readme = (shipped("seeds") / "README.md").read_text(encoding="utf-8")
    far = [row for row in FIGURES.values() if abs(row.change) > 0.25]
    assert not [row.figure for row in far if row.fitted and row.confidence in ("high", "medium")]
    assert not [row.figure for row in far if row.figure not in readme]


def test_the_world_is_as_large_as_it_should_be() -> None:
    def count(column: str) -> int:
        return len({getattr(mass, column) for mass in MASSES} - {""})

    assert len(TABLES.elements) == 16
    assert {c.split(".")[0] for c in CONTENTS} >= {"concentrate", "oxide", "metal", "magnet", "scrap"}
    assert sum(c.startswith("concentrate.") for c in CONTENTS) >= 8
    assert count("region") >= 13
    assert count("facility") >= 55
    assert count("sector") >= 9
    assert sum(row.status == "project" for row in TABLES.facilities) >= 20


def test_allied_ore_and_projects_are_named() -> None:
    allied = {row.region for row in TABLES.regions if row.allied}
    assert allied == {"US", "JP", "KR", "EU", "GB", "CA", "AU"}
    assert {row.region for row in TABLES.facilities} >= allied


def test_a_pattern_takes_in_what_it_says() -> None:
    assert chosen("", "anything")
    assert chosen("magnet.*+alloy.NiMH", "magnet.SmCo")
    assert not chosen("*-CN", "CN")
    assert not chosen("*-CN", "")


def test_a_worked_figure() -> None:
    """Flows of 30 and 10 t: the first is 75 % of the whole, and was said to be 80 %."""
    rows = [
        BaseYearRow("flow", "ore", "", "A", "B", "", "", 30.0, "t/year"),
        BaseYearRow("flow", "ore", "", "C", "B", "", "", 10.0, "t/year"),
        BaseYearRow("content", "ore", "La", "", "", "", "", 1.0, "t REO/t"),
    ]
    exports = next(row for row in SOURCES.published if row.figure == "magnet exports of China")
    figure = replace(exports, commodity="ore", region="A", partner="", whole="*", value=0.8)
    (compared,) = compare([figure], rows, ())
    assert compared.balanced == pytest.approx(0.75)
    assert compared.change == pytest.approx(-0.05)
