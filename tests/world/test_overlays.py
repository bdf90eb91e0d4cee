"""An analyst's own tables are read as strictly as scenario files: each fault has one message, each number acts."""

from __future__ import annotations

import csv
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import get_type_hints

import numpy as np
import pytest

import sim
from sim.errors import InputError
from sim.files.shipped import shipped
from sim.plan import make_plan
from sim.world.cells import Limits
from sim.world.kinds import KINDS
from sim.world.overlays import read_over
from sim.world.rows import Tables
from sim.world.tables import read

SEEDS = shipped("seeds")
Row = dict[str, str]

CARS = {"sector": "automotive-ev", "region": "EU"}
MINE = {"facility": "Mt Weld"}
ROUTE = {"origin": "CN", "destination": "EU"}
PROJECT = {"project": "Eneabba"}
GOODS = {"commodity": "oxide.Dy"}
RECIPE = {"facility": "New magnet plants US", "commodity": "magnet.NdFeB", "side": "output"}
FLOW = {"quantity": "flow", "commodity": "magnet.NdFeB-Dy", "region": "CN", "partner": "EU"}
PRICE = {"quantity": "price", "commodity": "oxide.Dy", "region": "CN"}
ACTIVITY = {"quantity": "activity", "facility": "Mt Weld"}


def shipped_rows(table: str, which: Mapping[str, str]) -> list[Row]:
    """Rows of a table that ships, by some of their cells."""
    with (SEEDS / f"{table}.csv").open(newline="", encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if which.items() <= row.items()]


def write(folder: Path, table: str, *rows: Row) -> None:
    """Write a table of a folder of own tables."""
    folder.mkdir(exist_ok=True)
    with (folder / f"{table}.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture
def changed(tmp_path: Path) -> Callable[..., tuple[Tables, list[str]]]:
    """Reads the tables that ship with one row of them changed."""

    def reader(table: str, which: Mapping[str, str], **cells: str) -> tuple[Tables, list[str]]:
        (row,) = shipped_rows(table, which)
        write(tmp_path / "own", table, row | cells)
        return read_over(SEEDS, tmp_path / "own")

    return reader


FAULTS = [
    ("base_year", PRICE, {"unit": "EUR/t"}, "unit: 212.0 EUR/t is in euro"),
    ("base_year", FLOW, {"unit": "t/t"}, "unit: 't/t' in"),
    ("base_year", FLOW, {"sector": "wind"}, "sector: 'wind' does not apply"),
    ("base_year", FLOW, {"partner": ""}, "partner: is empty"),
    (
        "base_year",
        FLOW,
        {"value": "15000"},
        "value: the base year does not balance: 88,764.3 t/year of magnet.NdFeB-Dy",
    ),
    ("base_year", FLOW, {"value": "1e99"}, "value: 1e99 is above 1e+12"),
    ("base_year", PRICE, {"value": "-5"}, "value: -5 is below 0"),
    ("base_year", PRICE, {"value": "0"}, "value: a price of 0 is none"),
    ("base_year", ACTIVITY, {"value": "0"}, "facility: 'Mt Weld' does not run"),
    ("base_year", FLOW, {"partner": "SG"}, "partner: 'SG' is not in regions.csv"),
    ("commodities", GOODS, {"unit": "kg"}, "unit: 'kg' is not known"),
    ("commodities", GOODS, {"unit": "t"}, "unit: 't' has no effect here: what ships is 't REO'"),
    ("commodities", GOODS, {"commodity": "oxide.Xx"}, "commodity: nothing refers to 'oxide.Xx'"),
    ("commodities", GOODS, {"user_cover": "0"}, "user_cover: 0 is below 0.1"),
    ("cost_shares", {"process": "mine", "region": "CN"}, {"met": "60"}, "met: 60 is above 1"),
    ("dates", {"what": "base_year"}, {"date": "2010-01-01"}, "date: the base year that ships is of another day"),
    ("dates", {"what": "outlook_end"}, {"date": ""}, "date: '' is not a date"),
    ("facilities", MINE, {"capacity": "-1"}, "capacity: -1 is below 0"),
    ("facilities", MINE, {"unit_cost": "0"}, "unit_cost: 0.0 has no effect here"),
    ("facilities", MINE, {"start": "Dec-26"}, "start: 'Dec-26' is not a date"),
    ("facilities", MINE, {"start": "2026-12"}, "start: '2026-12' has no effect here: what ships is '2011'"),
    ("facilities", {"facility": "Bayan Obo"}, {"region": "JP"}, "region: the base year does not balance"),
    ("facilities", MINE, {"process": "magnet"}, "process: the process of Mt Weld is mine, and that of Mt Weld"),
    ("projects", PROJECT, {"region": "JP"}, "region: the region of Eneabba is JP, and that of Eneabba"),
    ("facilities", MINE, {"facility": "Mt  Weld"}, "facility: 'Mt  Weld' has spaces that nobody sees"),
    ("facilities", MINE, {"facility": "Weld+Mine"}, "facility: 'Weld+Mine' holds '+', which no name may"),
    (
        "expansion_recipes",
        RECIPE,
        {"amount": "50"},
        "amount: the base year does not balance: New magnet plants US gives",
    ),
    ("projects", PROJECT, {"announced": "2030-01-01"}, "announced: 2030-01-01 is after its start, 2026-12-01"),
    ("parameters", {"parameter": "price_time"}, {"value": "3 weeks"}, "value: '3 weeks' is not a number"),
    ("sectors", CARS, {"cover": "3,4"}, "cover: '3,4' is not a number"),
    ("expansions", PROJECT, {"capacity": "0"}, "capacity: 0 is not above 0"),
    ("projects", PROJECT, {"decision": "11/07/2025"}, "decision: '11/07/2025' is not a date"),
    ("projects", PROJECT, {"start": "2026-12-01\xa0"}, "start: '2026-12-01\\xa0' is not a date"),
    ("projects", PROJECT, {"decision": "banana"}, "decision: 'banana' is not a date"),
    ("projects", PROJECT, {"life": "0"}, "life: 0 is not above 0"),
    ("projects", PROJECT, {"stage": "decision", "start": ""}, "decision: is empty"),
    ("commodities", GOODS, {"stage": "metal"}, "stage: 'metal' is not how 'oxide.Dy' begins"),
    ("projects", PROJECT, {"contracted": "80"}, "contracted: 80 is above 1"),
    ("regions", {"region": "CN"}, {"region": "cn"}, "region: nothing refers to 'cn'"),
    ("routes", ROUTE, {"freight": "-1"}, "freight: -1 is below 0"),
    ("routes", ROUTE, {"transit": "-35"}, "transit: -35 is below 0"),
    ("routes", ROUTE, {"transit": "30 days"}, "transit: '30 days' is not a number"),
    ("routes", ROUTE, {"transit": "nan"}, "transit: 'nan' is not a number"),
    ("sectors", CARS, {"sector": "automotive-ev "}, "sector: 'automotive-ev ' has spaces that nobody sees"),
    ("sectors", CARS, {"sector": "Automotive-EV"}, "sector: nothing refers to 'Automotive-EV EU'"),
    ("sectors", CARS, {"sector": "automotive_ev"}, "sector: nothing refers to 'automotive_ev EU'"),
    ("sectors", CARS, {"cover": "-3"}, "cover: -3 is below 0.1"),
    ("sectors", CARS, {"cover": "0"}, "cover: 0 is below 0.1"),
    ("sectors", CARS, {"growth": "-5"}, "growth: -5 is below -0.5"),
    ("sectors", CARS, {"growth": "12"}, "growth: 12 is above 1"),
    ("sectors", CARS, {"value_added": "-58e9"}, "value_added: -58e9 is not above 0"),
    ("sectors", CARS, {"low": "9e10", "high": "1e10"}, "high: 1e10 is below low, 9e10"),
    ("sectors", CARS, {"low": "20", "high": "30"}, "value_added: 58400000000 is outside its range, 20 to 30"),
    ("sectors", CARS, {"low": "abc"}, "low: 'abc' is not a number"),
    ("sectors", CARS, {"low": "", "confidence": "low"}, "low: is empty"),
    ("sectors", CARS, {"high": "4.2e31"}, "high: 4.2e31 is above 1e+15"),
]


@pytest.mark.parametrize(("table", "which", "cells", "said"), FAULTS)
def test_a_fault_has_one_message_with_file_line_and_column(
    changed: Callable[..., object], table: str, which: Row, cells: Row, said: str
) -> None:
    with pytest.raises(InputError) as error:
        changed(table, which, **cells)
    first = error.value.problems[0]
    assert str(first).partition("own/")[2].startswith(f"{table}.csv:2: {said}")
    assert first.right
    assert len(error.value.problems) == 1 or "balance" in said or "which it builds" in first.found


def test_a_misspelt_name_is_met_with_the_nearest(changed: Callable[..., object]) -> None:
    with pytest.raises(InputError, match="Did you mean 'automotive-ev EU'"):
        changed("sectors", CARS, sector="automotive_ev")


@pytest.mark.parametrize(
    ("which", "cells", "same"),
    [
        (FLOW, {"value": "1.14421e+07", "unit": "kg/year"}, 11442.1),
        (FLOW, {"value": "31.3483", "unit": "t/day"}, 31.3483 * 365),
        (PRICE, {"value": "212000", "unit": "USD/t"}, 212.0),
    ],
)
def test_a_number_in_another_unit_is_converted(
    changed: Callable[..., tuple[Tables, list[str]]], which: Row, cells: Row, same: float
) -> None:
    tables, _ = changed("base_year", which, **cells)
    (row,) = (row for row in tables.base_year if which.items() <= vars(row).items())
    assert row.value == pytest.approx(same, rel=1e-9)


def test_no_row_that_ships_is_laid_over_by_another_unit() -> None:
    tables, notes = read_over(SEEDS)
    assert tables == read(SEEDS)
    assert notes == []


def test_a_value_of_zero_takes_a_row_out(tmp_path: Path) -> None:
    """What crossed a border is used at home instead: both balances hold, and the flow is gone."""
    uses = shipped_rows("base_year", {"quantity": "use"})
    flow, less, home, more = next(
        (flow, less, home, more)
        for flow in shipped_rows("base_year", {"quantity": "flow", "region": "CN"})
        for less in uses
        if (less["commodity"], less["region"]) == (flow["commodity"], flow["partner"]) != (flow["commodity"], "CN")
        and float(less["value"]) > float(flow["value"])
        for home in shipped_rows("base_year", FLOW | {"commodity": flow["commodity"], "partner": "CN"})
        for more in uses
        if (more["commodity"], more["region"]) == (flow["commodity"], "CN")
    )
    moved = float(flow["value"])
    larger = [row | {"value": repr(float(row["value"]) + moved)} for row in (home, more)]
    write(
        tmp_path / "own",
        "base_year",
        flow | {"value": "0"},
        *larger,
        less | {"value": repr(float(less["value"]) - moved)},
    )
    tables, _ = read_over(SEEDS, tmp_path / "own")
    assert len(tables.base_year) == len(read(SEEDS).base_year) - 1


def test_own_capacity_acts_like_that_of_a_scenario(tmp_path: Path) -> None:
    """A row changes what the plant can make; with an activity of its own it says what the plant could make then."""
    (row,) = shipped_rows("facilities", MINE)
    write(tmp_path / "own", "facilities", row | {"capacity": "14500"})
    file = tmp_path / "own.yaml"
    file.write_text("monazite: 1\nname: own\nextends: baseline.yaml\nseeds: [own]\n")
    plan = make_plan(sim.load(file))
    other = make_plan(sim.load("baseline", {"facilities[Mt Weld].capacity": "14500 t/year"}))
    assert plan.size[plan.world.facilities.names.index("Mt Weld")] == 0.5
    assert np.array_equal(plan.size, other.size)
    write(tmp_path / "own", "base_year", *shipped_rows("base_year", ACTIVITY))
    assert np.all(make_plan(sim.load(file)).size == 1)


@pytest.mark.parametrize(
    ("table", "which", "cells", "said"),
    [
        ("sectors", CARS, {}, "it says what ships"),
        ("sectors", CARS, {"note": "ours"}, "it changes its note alone"),
        ("regions", {"region": "JP"}, {"name": "Nippon"}, "it changes its name alone"),
        ("routes", {"origin": "CN", "destination": "AU"}, {"transit": "30"}, "such a row counts where goods take"),
    ],
)
def test_a_row_that_changes_nothing_is_reported(
    changed: Callable[..., tuple[Tables, list[str]]], table: str, which: Row, cells: Row, said: str
) -> None:
    _, (note,) = changed(table, which, **cells)
    assert f"{table}.csv:2: it has no effect: {said}" in note


def folder_of(tmp_path: Path, **files: str) -> Path:
    """A folder with some files, a full stop in their names written as two underscores."""
    folder = tmp_path / "own"
    for name, text in files.items():
        path = folder / name.replace("__", ".").replace("--", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    folder.mkdir(exist_ok=True)
    return folder


SECTORS = "\n".join((SEEDS / "sectors.csv").read_text(encoding="utf-8").splitlines()[:4]) + "\n"


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "own: holds no table.\n  Tables: elements"),
        ({"README__md": "mine"}, "own: holds no table."),
        ({"inner--sectors__csv": SECTORS}, "own: holds no table.\n  Did you mean own/inner?"),
        ({"sectors__CSV": SECTORS}, "own/sectors.CSV: would not be read.\n  Name it sectors.csv."),
        ({"Sectors__csv": SECTORS}, "own/Sectors.csv: would not be read.\n  Name it sectors.csv."),
        (
            {"sectors__xlsx": "PK"},
            "own/sectors.xlsx: is not CSV.\n  Save the sheet as CSV UTF-8 under the name sectors",
        ),
        ({"sectors__txt": SECTORS}, "own/sectors.txt: is not CSV."),
        ({"sector__csv": SECTORS}, "own/sector.csv: 'sector' is not a table.\n  Did you mean 'sectors'?"),
        ({"trade__csv": SECTORS}, "own/trade.csv: is read only where the base year is balanced."),
        ({"sectors__csv": SECTORS.replace(",", ";")}, "own/sectors.csv:1: cells stand apart by semicolons."),
        ({"sectors__csv": SECTORS.replace(",", "\t")}, "own/sectors.csv:1: cells stand apart by tabs."),
        ({"sectors__csv": ""}, "own/sectors.csv: is empty."),
        ({"sectors__csv": SECTORS.partition("\n")[0]}, "own/sectors.csv:1: it holds no rows."),
        ({"sectors__csv": SECTORS.upper()}, "own/sectors.csv:1: the first line does not name the columns."),
        ({"sectors__csv": SECTORS.partition("\n")[2]}, "own/sectors.csv:1: the first line does not name the columns."),
        (
            {"sectors__csv": "\n".join(f"{line},," for line in SECTORS.splitlines())},
            "own/sectors.csv:1: a column has no name.",
        ),
        (
            {"sectors__csv": SECTORS.replace("\nauto", "\nx,auto")},
            "own/sectors.csv:2: 12 cells stand in this row.\n  The header has 11. The same on lines 3, 4.",
        ),
    ],
)
def test_a_folder_or_file_that_is_no_table_has_one_message(tmp_path: Path, files: dict[str, str], said: str) -> None:
    with pytest.raises(InputError) as error:
        read_over(SEEDS, folder_of(tmp_path, **files))
    (problem,) = error.value.problems
    assert str(problem).partition(str(tmp_path))[2].removeprefix("/").startswith(said)


def test_rows_of_commas_say_nothing(tmp_path: Path) -> None:
    rows = SECTORS.replace(",3.4,", ",5,") + f"{',' * 10}\n{',' * 10}\n"
    tables, _ = read_over(SEEDS, folder_of(tmp_path, sectors__csv=rows))
    assert len(tables.sectors) == len(read(SEEDS).sectors)


def test_a_byte_order_mark_and_windows_lines_are_no_fault(tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    (folder / "sectors.csv").write_bytes(b"\xef\xbb\xbf" + SECTORS.replace("\n", "\r\n").encode())
    assert read_over(SEEDS, folder)[0] == read(SEEDS)


def test_every_table_that_ships_may_be_laid_over_itself(tmp_path: Path) -> None:
    """The checks of own tables hold for what ships, too: it lies within every limit and balances."""
    own = tmp_path / "own"
    own.mkdir()
    for table in KINDS:
        shutil.copy(SEEDS / f"{table}.csv", own)
    tables, notes = read_over(SEEDS, own)
    assert tables == read(SEEDS)
    assert len(notes) == sum(len(getattr(tables, table)) for table in KINDS)


def test_a_new_region_comes_with_all_that_it_needs(tmp_path: Path) -> None:
    """Poland takes a tenth of what European makers of electric cars use of heavy magnets: rows of four tables."""
    own = tmp_path / "own"
    (region,) = shipped_rows("regions", {"region": "EU"})
    write(own, "regions", region | {"region": "PL", "name": "Poland"})
    (flow,), (use,) = (
        shipped_rows("base_year", FLOW),
        shipped_rows("base_year", {"quantity": "use", "commodity": FLOW["commodity"]} | CARS),
    )
    price = PRICE | {"element": "", "partner": "", "sector": "", "facility": "", "value": "50", "unit": "USD/kg"}
    part = 100.0
    write(
        own,
        "base_year",
        *[row | {"value": repr(float(row["value"]) - part)} for row in (flow, use)],
        flow | {"partner": "PL", "value": repr(part)},
        use | {"region": "PL", "value": repr(part)},
    )
    with pytest.raises(InputError) as error:
        read_over(SEEDS, own)
    reported = "\n".join(str(problem) for problem in error.value.problems)
    assert "routes.csv has no route from CN to PL" in reported
    assert "sectors.csv has no automotive-ev in PL" in reported
    assert "base_year.csv has no price of magnet.NdFeB-Dy in PL" in reported
    (sector,), (route,) = shipped_rows("sectors", CARS), shipped_rows("routes", ROUTE)
    write(own, "sectors", sector | {"region": "PL", "value_added": "1e9", "low": "5e8", "high": "2e9"})
    write(own, "routes", route | {"destination": "PL"})
    with (own / "base_year.csv").open("a") as file:
        cells = price | {"commodity": FLOW["commodity"], "region": "PL"}
        file.write(",".join(cells[column] for column in flow) + "\n")
    (tmp_path / "own.yaml").write_text(
        "monazite: 1\nname: own\nextends: baseline.yaml\nseeds: [own]\n"
        "horizon: {end: 2025-03-01}\nensemble: {replicates: 2}\n"
    )
    result = sim.run(sim.load(tmp_path / "own.yaml"))
    lost = result.summary.query("metric == 'value_added_lost' and region == 'PL' and sector == 'automotive-ev'")
    assert len(lost) == 1


def test_a_folder_that_stands_twice_is_reported(tmp_path: Path) -> None:
    folder_of(tmp_path, sectors__csv=SECTORS)
    (tmp_path / "own.yaml").write_text("monazite: 1\nname: own\nextends: baseline.yaml\nseeds: [own, ./own]\n")
    with pytest.raises(InputError, match=r"seeds\[1\]: the folder '\./own' stands there twice"):
        sim.load(tmp_path / "own.yaml")


LIMITS = [
    (table, which, column, repr(value))
    for table, which in (
        ("sectors", CARS),
        ("routes", ROUTE),
        ("commodities", GOODS),
        ("records", {"slips": "recycling"}),
    )
    for column, hint in get_type_hints(KINDS[table].row, include_extras=True).items()
    for limit in getattr(hint, "__metadata__", ())
    if isinstance(limit, Limits)
    for value in (limit.least + 1e-6 * limit.above, limit.most)
]


@pytest.mark.parametrize(("table", "which", "column", "value"), LIMITS)
def test_the_model_runs_at_the_limits_of_a_column(
    tmp_path: Path, table: str, which: Row, column: str, value: str
) -> None:
    """A division by nothing would be a warning, and warnings are errors here."""
    (row,) = shipped_rows(table, which)
    write(tmp_path / "own", table, row | {column: value, "low": "", "high": "", "confidence": "low"})
    text = "monazite: 1\nname: own\nextends: april-2025-licensing.yaml\nseeds: [own]\nensemble: {replicates: 2}\n"
    (tmp_path / "own.yaml").write_text(text + "horizon: {end: 2025-10-31, tick: 28 days}\n")
    lost = sim.run(sim.load(tmp_path / "own.yaml")).summary.query("metric == 'value_added_lost'")
    assert np.isfinite(lost["mean"]).all()


@pytest.mark.parametrize("made", ["folder", "link", "circle", "pipe"])
def test_a_table_that_is_no_file_is_reported(tmp_path: Path, made: str) -> None:
    table = folder_of(tmp_path) / "routes.csv"
    if made == "folder":
        table.mkdir()
    elif made == "pipe":
        os.mkfifo(table)
    else:
        table.symlink_to("nowhere.csv" if made == "link" else "routes.csv")
    (tmp_path / "own.yaml").write_text("monazite: 1\nname: own\nextends: baseline.yaml\nseeds: [own]\n")
    with pytest.raises(InputError, match=r"own/routes\.csv: is (no file|a link to nothing)"):
        sim.load(tmp_path / "own.yaml")


def test_a_list_in_the_place_of_a_folder_is_reported(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text("monazite: 1\nname: own\nextends: baseline.yaml\nseeds: [[own]]\n")
    with pytest.raises(InputError, match=r"seeds\[0\]: the name of a folder is wanted here"):
        sim.load(tmp_path / "own.yaml")
