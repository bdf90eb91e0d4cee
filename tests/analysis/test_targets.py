"""Tables of targets: what they mean, and what is said about each fault."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from sim.analysis.targets import COLUMNS, Known, Target, read
from sim.definitions.items import Item
from sim.ensemble.clock import Horizon
from sim.errors import InputError
from sim.record.fields import Label
from sim.record.selection import Labels

TRADE = [Label("oxide.Aa", "HO", "AB"), Label("magnet.rich", "HO", "AB"), Label("magnet.plain", "AB", "CD")]
NODES = [Label(c, g) for c in ("oxide.Aa", "magnet.rich", "magnet.plain") for g in ("HO", "AB", "CD")]
SECTORS = [Label(region=g, sector="cars") for g in ("HO", "AB", "CD")]
REGIONS = ("HO", "AB", "CD")
KNOWN = Known(
    Horizon(date(2025, 1, 1), date(2025, 12, 31), 7),
    {
        "commodity": ("oxide.Aa", "magnet.rich", "magnet.plain"),
        "region": REGIONS,
        "partner": REGIONS,
        "sector": ("cars", "optics"),
    },
    {
        "exports": Labels(TRADE),
        "price_spot": Labels(NODES),
        "paid": Labels(NODES),
        "bought": Labels(NODES),
        "value_added": Labels(SECTORS),
        "value_added_lost": Labels(SECTORS),
    },
    [Item("licence_approval", region="HO", instrument=name, unit="1") for name in ("licence", "second-licence")],
)
RIGHT = {
    "target": "magnets, May against the first quarter", "variable": "exports", "commodity": "magnet.*", "region": "HO",
    "measure": "mean", "from": "2025-05-01", "to": "2025-05-31", "base_from": "2025-01-01", "base_to": "2025-03-31",
    "unit": "1", "low": "0.2", "high": "0.3", "source": "customs",
}  # fmt: skip
ALONE = {"base_from": "", "base_to": ""}


def write(folder: Path, *rows: dict[str, str]) -> Path:
    file = folder / "my.targets.csv"
    with file.open("w", encoding="utf-8", newline="") as opened:
        table = csv.DictWriter(opened, COLUMNS, restval="")
        table.writeheader()
        table.writerows(rows)
    return file


def one(folder: Path, **changes: str) -> Target:
    (target,) = read(write(folder, {**RIGHT, **changes}), KNOWN)
    return target


def said(folder: Path, *rows: dict[str, str]) -> str:
    with pytest.raises(InputError) as caught:
        read(write(folder, *rows), KNOWN)
    return str(caught.value).replace(f"{folder}/", "")


def test_an_empty_base_field_is_as_its_counterpart(tmp_path: Path) -> None:
    target = one(tmp_path)
    assert target.base is not None
    assert target.base.item == target.top.item
    assert target.top.item == Item("exports", commodity="magnet.rich+magnet.plain", region="HO", unit="t/day")
    assert (target.top.first, target.top.last) == (120, 150)
    assert (target.base.first, target.base.last, target.base.measure.word) == (0, 89, "mean")


def test_a_dash_in_a_base_field_is_empty(tmp_path: Path) -> None:
    changes = {"base_partner": "-", "partner": "AB", "base_measure": "max"} | ALONE
    target = one(tmp_path, **changes)
    assert target.base is not None
    assert (target.top.item.partner, target.base.item.partner) == ("AB", "")
    assert (target.top.measure.word, target.base.measure.word) == ("mean", "max")


def test_another_series_may_be_the_base(tmp_path: Path) -> None:
    changes = {"variable": "price_paid", "commodity": "oxide.Aa", "region": "*-HO", "base_variable": "price_spot"}
    target = one(tmp_path, **changes, base_region="HO", **ALONE)
    assert target.base is not None
    assert target.top.item.region == "AB+CD"
    assert (target.base.item.name, target.base.item.region) == ("price_spot", "HO")
    assert target.base.first == target.top.first


def test_without_a_base_it_has_the_unit_of_its_measure(tmp_path: Path) -> None:
    assert one(tmp_path, unit="t/day", **ALONE).base is None
    assert one(tmp_path, unit="t", measure="sum", **ALONE).unit == "t"


def test_what_never_happened_is_infinite(tmp_path: Path) -> None:
    changes = {"measure": "days_until:5", "unit": "days", "low": "200", "high": "inf"}
    assert one(tmp_path, **changes, **ALONE).high == float("inf")


def test_all_regions_and_none_are_the_same(tmp_path: Path) -> None:
    assert one(tmp_path, region="*").top.item == one(tmp_path, region="").top.item


def test_an_instrument_keeps_its_series(tmp_path: Path) -> None:
    changes = {"variable": "licence_approval", "commodity": "", "region": "HO", "measure": "last", **ALONE}
    assert one(tmp_path, **changes, instrument="second-licence").top.item == KNOWN.kept[1]


@pytest.mark.parametrize(
    ("changes", "found", "right"),
    [
        ({"variable": "export"}, "variable: 'export' is not a variable", "Did you mean 'exports'?"),
        ({"commodity": "magnet.rch"}, "commodity: 'magnet.rch' is not a commodity", "Did you mean 'magnet.rich'?"),
        ({"region": "HO+XX"}, "region: 'XX' is not a region", "Known: HO, AB, CD."),
        ({"partner": "BA"}, "partner: 'BA' is not a region", "Did you mean 'AB'?"),
        ({"sector": "cars"}, "sector: exports has no sector", "It goes by commodity, region, partner."),
        ({"base_partner": "BA"}, "base_partner: 'BA' is not a region", "Did you mean 'AB'?"),
        ({"base_variable": "price_spot", "partner": "AB"}, "base_partner: price_spot has no partner", "It goes by"),
        ({"measure": "maen"}, "measure: 'maen' is not a measure", "Did you mean 'mean'?"),
        ({"measure": "days_until"}, "measure: 'days_until' does not say until what", "Write the level behind a colon"),
        ({"from": "1 May 2025"}, "from: '1 May 2025' is not a date", "Write year-month-day"),
        ({"from": "2025-06-01"}, "to: 2025-05-31 is before from, 2025-06-01", "A period ends after it begins."),
        ({"to": "2026-01-01"}, "to: 2026-01-01 is outside the horizon", "from 2025-01-01 to 2025-12-31"),
        ({"base_from": "2024-12-01"}, "base_from: 2024-12-01 is outside the horizon", "The scenario runs from"),
        ({"low": "0.4"}, "low: 0.4 is above high, 0.3", "The lower comes first."),
        ({"high": "0,3"}, "high: '0,3' is not a number", "Write a number such as 0.25"),
        ({"unit": "t"}, "unit: 't' is not its unit", "It is measured in 1."),
        ({"region": "CD"}, "variable: there is no exports of magnet.* CD in the base year", "See `monazite list"),
        ({"target": ""}, "target: is empty", "Say in words what was observed."),
        (
            {"variable": "licence_approval", "commodity": "", "instrument": "licnce"},
            "instrument: 'licnce' keeps no licence_approval",
            "Did you mean 'licence'?",
        ),
        (
            {"variable": "licence_approval", "commodity": ""},
            "instrument: several instruments keep it",
            "Name one: licence, second-licence.",
        ),
        (
            {"variable": "licence_approval", "commodity": "", "region": "AB", "instrument": "licence"},
            "instrument: no instrument keeps licence_approval there",
            "Known: licence, second-licence.",
        ),
    ],
)
def test_a_fault_is_reported_with_its_line_and_what_would_be_right(
    changes: dict[str, str], found: str, right: str, tmp_path: Path
) -> None:
    message = said(tmp_path, {**RIGHT, **changes})
    first, second = message.splitlines()[:2]
    assert first.startswith(f"my.targets.csv:2: {found}")
    assert right in second


def test_every_fault_of_every_row_is_reported_once(tmp_path: Path) -> None:
    """A fault in a field that the base takes over is not reported twice."""
    second = {**RIGHT, "region": "XX", "measure": "maen", "unit": "t"}
    lines = said(tmp_path, {**RIGHT, "variable": "export", "low": "x"}, second).splitlines()
    places = [line.split(" ")[0:2] for line in lines if not line.startswith(" ")]
    assert places == [
        ["my.targets.csv:2:", "variable:"],
        ["my.targets.csv:2:", "low:"],
        ["my.targets.csv:3:", "region:"],
        ["my.targets.csv:3:", "measure:"],
        ["my.targets.csv:3:", "target:"],
    ]


def test_headers_that_do_not_fit_are_reported(tmp_path: Path) -> None:
    file = write(tmp_path, RIGHT)
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("base_measure", "base_mesure", 1), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read(file, KNOWN)
    missing, unknown = caught.value.problems
    assert missing.found == "column 'base_measure' is missing"
    assert unknown.found == "column 'base_mesure' is unknown"
    assert unknown.right.startswith("Did you mean 'base_measure'?")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", "column 'target' is missing"),
        (",".join(COLUMNS) + "\n", "no target stands in it"),
        (",".join(COLUMNS) + "\na,b\n", "2 cells stand in this row"),
        ("\xff", "cannot be read"),
    ],
)
def test_a_file_that_is_no_table_is_reported(text: str, found: str, tmp_path: Path) -> None:
    file = tmp_path / "my.targets.csv"
    file.write_bytes(text.encode("latin-1"))
    with pytest.raises(InputError, match=found):
        read(file, KNOWN)


@pytest.mark.parametrize("sign", [";", "\t", "|"])
def test_another_separator_is_one_message(sign: str, tmp_path: Path) -> None:
    file = write(tmp_path, RIGHT)
    rows = list(csv.reader(file.read_text(encoding="utf-8").splitlines()))
    file.write_text("".join(sign.join(row) + "\n" for row in rows), encoding="utf-8")
    with pytest.raises(InputError, match=r"my\.targets\.csv:1: cells stand apart by ") as caught:
        read(file, KNOWN)
    assert len(caught.value.problems) == 1


def test_rows_of_commas_say_nothing(tmp_path: Path) -> None:
    file = write(tmp_path, RIGHT)
    wanted = read(file, KNOWN)
    empty = "," * (len(COLUMNS) - 1) + "\n"
    file.write_text(file.read_text(encoding="utf-8") + empty * 3, encoding="utf-8")
    assert read(file, KNOWN) == wanted


def test_a_quote_that_stays_open_has_its_line(tmp_path: Path) -> None:
    file = write(tmp_path, RIGHT)
    file.write_text(file.read_text(encoding="utf-8") + '"one more', encoding="utf-8")
    with pytest.raises(InputError, match=r"my\.targets\.csv:3: cannot be read: unexpected end of data"):
        read(file, KNOWN)
