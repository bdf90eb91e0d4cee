"""Parts of a comparison: some regions, sectors and commodities; series by month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from sim.analysis.compare import compare
from sim.analysis.comparison import MONTHLY
from sim.definitions.items import Item
from sim.errors import InputError
from sim.results.result import Result
from tests.byhand import result

US, EU, CN, ALL, OUT = (
    Item("value_added_lost", region=region, sector="wind", unit="USD") for region in ("US", "EU", "CN", "*", "*-CN")
)
CARS = Item("value_added_lost", region="EU", sector="cars", unit="USD")
PRICE, MAGNETS = (
    Item("price_peak_ratio", commodity=commodity, region="EU", unit="1") for commodity in ("magnet.plain", "magnet.*")
)
ITEMS = (US, EU, CN, ALL, OUT, CARS, PRICE, MAGNETS)


def sides() -> tuple[Result, Result]:
    """Two results in which each row differs by 1."""
    first, second = ({item: [float(k), k + 2.0] for k, item in enumerate(ITEMS)} for _ in range(2))
    return result("a", first), result("b", {item: [one + 1 for one in row] for item, row in second.items()})


@pytest.mark.parametrize(
    ("only", "left"),
    [
        ({"region": ["US+EU"]}, {US, EU, CARS, PRICE, MAGNETS}),
        ({"region": ["US", "CN"]}, {US, CN}),
        ({"region": ["all-CN"]}, {US, EU, CARS, PRICE, MAGNETS}),
        ({"region": ["all"], "sector": ["wind"]}, {US, EU, CN}),
        ({"region": ["*"]}, {ALL}),
        ({"region": ["*-CN+US"]}, {OUT, US}),
        ({"region": ["EU"], "sector": ["cars"]}, {CARS}),
        ({"commodity": ["magnet.*"]}, {PRICE, MAGNETS}),
        ({"commodity": ["magnet.plain"]}, {PRICE}),
    ],
)
def test_rows_are_those_of_the_sets(only: Mapping[str, Sequence[str]], left: set[Item]) -> None:
    table = compare(*sides(), **only).table  # type: ignore[arg-type]
    rows = {tuple(row) for row in table[["region", "sector", "commodity"]].to_numpy().tolist()}
    assert rows == {(item.region, item.sector, item.commodity) for item in left}
    assert (table["difference"] == 1).all()


@pytest.mark.parametrize(
    ("only", "said"),
    [
        ({"region": ["USA"]}, r"--region: 'USA' is the region of no row.\n  Did you mean 'US'\? Known: \*, \*-CN, CN"),
        ({"region": ["EU+all"]}, r"--region: 'all' is the region of no row"),
        ({"sector": ["all-car"]}, r"--sector: 'car' is the sector of no row.\n  Did you mean 'cars'"),
        ({"region": ["CN"], "sector": ["cars"]}, r"--sector: no row is of region CN and sector cars.\n  Known: wind"),
        ({"commodity": ["oxide.*"]}, r"--commodity: 'oxide.\*' is the commodity of no row"),
    ],
)
def test_what_leaves_nothing_is_reported_with_the_nearest(only: Mapping[str, Sequence[str]], said: str) -> None:
    with pytest.raises(InputError, match=said):
        compare(*sides(), **only)  # type: ignore[arg-type]


STOCK = Item("stock", commodity="oxide.Dy", region="EU", unit="t")
EXPORTS = Item("exports", commodity="oxide.Dy", region="CN", partner="EU", unit="t/day")
START = date(2025, 1, 1)


def with_paths(name: str, dates: Sequence[date], values: Mapping[Item, Sequence[Sequence[float]]]) -> Result:
    """A result with series: for each item a row a world, a value a date after the base year's."""
    made = result(name, {US: [1.0] * len(next(iter(values.values())))})
    paths = np.array([[[999.0, *world] for world in replicates] for replicates in values.values()], float)  # V, R, T
    outcome = made._source.outcome  # type: ignore[attr-defined]
    recorded = np.zeros((len(dates) + 1, len(values), 6))
    return Result(
        replace(
            outcome,
            series=list(values),
            dates=[START, *dates],
            paths=np.moveaxis(paths, -1, 0),
            recorded=recorded,
        )
    )


MONTHS = [date(2025, 1, 31), date(2025, 2, 28), date(2025, 3, 31)]


def test_series_by_month_are_paired_world_by_world(tmp_path: Path) -> None:
    """Differences 1 and 3 in January, 0 and 0 in February; the base year's row is of no month."""
    base = with_paths("a", MONTHS, {STOCK: [[10, 20, 30], [11, 21, 31]], EXPORTS: [[1, 1, 1], [2, 2, 2]]})
    other = with_paths("b", MONTHS, {STOCK: [[11, 20, 30], [14, 21, 31]], EXPORTS: [[1, 1, 1], [2, 2, 2]]})
    found = compare(base, other.save(tmp_path / "b"), every="month")
    assert tuple(found.table.columns) == MONTHLY
    stocks = found.table[found.table["variable"] == "stock"]
    assert stocks["date"].tolist() == ["2025-01", "2025-02", "2025-03"]
    assert stocks["difference"].tolist() == [2, 0, 0]
    first = stocks.iloc[0]
    assert (first["base_mean"], first["other_mean"], first["low95"], first["high95"], first["n"]) == (
        10.5,
        12.5,
        1,
        3,
        2,
    )
    assert stocks["share_better"].isna().all()
    assert (found.table.loc[found.table["variable"] == "exports", "difference"] == 0).all()
    assert found.notes == []
    found.save(tmp_path / "months.csv")
    lines = (tmp_path / "months.csv").read_text().splitlines()
    assert lines[0].startswith("other,date,variable,commodity,region,partner,sector,facility,instrument,unit,base_mean")
    only = compare(base, other, every="month", metrics=["exports"], region=["CN"]).table
    assert set(only["variable"]) == {"exports"}


def test_flows_are_means_over_days_and_levels_those_at_the_end(tmp_path: Path) -> None:
    """Rows on 20 January and 14 February (25 days, 11 of them in January).

    January: 20 days at 2 and 11 at 4 are 84 over 31 days; February: 14 days at 4, and of it nothing more is known.
    """
    dates = [date(2025, 1, 20), date(2025, 2, 14)]
    made = with_paths("a", dates, {STOCK: [[5, 6]], EXPORTS: [[2, 4]]})
    found = compare(made, made.save(tmp_path / "b"), every="month", unpaired=True)
    rows = found.table.set_index(["variable", "date"])["base_mean"]
    assert rows["exports", "2025-01"] == pytest.approx(84 / 31)
    assert rows["exports", "2025-02"] == 4
    assert (rows["stock", "2025-01"], rows["stock", "2025-02"]) == (5, 6)
    assert any("flows are spread evenly over the days between" in note for note in found.notes) == (dates[0].day != 31)


def test_a_row_a_day_begins_with_the_day_of_the_start() -> None:
    """The first of January stands there twice: as the base year's, and as the first day's."""
    days = [START + timedelta(days=day) for day in range(31)]
    made = with_paths("a", days, {EXPORTS: [list(range(31))], STOCK: [list(range(31))]})
    rows = compare(made, made, every="month").table.set_index("variable")["base_mean"]
    assert rows["exports"] == pytest.approx(15)
    assert rows["stock"] == 30


def test_a_row_may_stand_for_several_months() -> None:
    made = with_paths("a", [date(2025, 3, 31)], {EXPORTS: [[7]], STOCK: [[7]]})
    table = compare(made, made, every="month").table
    assert table.loc[table["variable"] == "exports", "date"].tolist() == ["2025-01", "2025-02", "2025-03"]
    assert table.loc[table["variable"] == "stock", "date"].tolist() == ["2025-03"]


def test_without_paths_the_message_says_how_to_get_them(tmp_path: Path) -> None:
    base = with_paths("a", MONTHS, {STOCK: [[1, 2, 3]]})
    for other in (result("b", {US: [1.0]}), result("c", {US: [1.0]}).save(tmp_path / "c")):
        with pytest.raises(InputError, match=r"it has no paths.*\n.*outputs: {paths: N, every: month}"):
            compare(base, other, every="month")


def test_tables_of_paths_are_taken_too(tmp_path: Path) -> None:
    base = with_paths("a", MONTHS, {STOCK: [[1, 2, 3]]}).save(tmp_path / "a")
    other = with_paths("b", MONTHS, {STOCK: [[2, 2, 3]]}).save(tmp_path / "b")
    found = compare(base / "paths.csv", other / "paths.csv", every="month").table
    assert found["difference"].tolist() == [1, 0, 0]
    with pytest.raises(InputError, match=r"this is paths.csv.\n  Add --every month"):
        compare(base / "paths.csv", other / "paths.csv")
    with pytest.raises(InputError, match=r"this is replicates.csv.\n  Monthly differences are taken from paths"):
        compare(base / "replicates.csv", other / "paths.csv", every="month")
    text = (other / "paths.csv").read_text()
    (other / "paths.csv").write_text(text + text.splitlines(keepends=True)[-1])
    with pytest.raises(InputError, match=r"0, stock, oxide.Dy, EU, t, 2025-03-31 stands there twice"):
        compare(base, other, every="month")
