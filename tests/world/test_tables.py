"""Seeds tables: cells become typed rows, and every fault is reported once, with its place."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable, Iterable
from dataclasses import fields
from pathlib import Path

import pytest

from sim.errors import InputError
from sim.files.shipped import shipped
from sim.world.kinds import KINDS
from sim.world.overlays import read_over
from sim.world.rows import FacilityRow, Fact, RegionRow
from sim.world.sources import SOURCE_KINDS, read_sources
from sim.world.tables import read, read_table

HEADER = "region,name,allied,source,confidence,low,high,note"
CANADA = "CA,Canada,true,ISO 3166-1,high,,,"


@pytest.fixture
def regions(tmp_path: Path) -> Callable[..., tuple[RegionRow, ...]]:
    """A reader of a table of regions from its lines."""

    def reader(*lines: str) -> tuple[RegionRow, ...]:
        path = tmp_path / "regions.csv"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return read_table(path, RegionRow, ("region",))

    return reader


def messages(error: pytest.ExceptionInfo[InputError]) -> list[str]:
    """What is said of each fault, without the folder."""
    return [str(problem).split("/")[-1] for problem in error.value.problems]


def test_cells_become_what_the_row_says(regions: Callable[..., tuple[RegionRow, ...]]) -> None:
    (row,) = regions(HEADER, CANADA)
    assert row == RegionRow("ISO 3166-1", "high", "", "", "", region="CA", name="Canada", allied=True)


def test_na_is_namibia(regions: Callable[..., tuple[RegionRow, ...]]) -> None:
    (row,) = regions(HEADER, "NA,Namibia,false,ISO 3166-1,high,,,")
    assert row.region == "NA"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("CA,Canada,yes,ISO,high,,,", "regions.csv:2: allied: 'yes' is not known."),
        ("CA,Canada,true,,high,,,", "regions.csv:2: source: is empty."),
        ("CA,Canada,true,ISO,sure,,,", "regions.csv:2: confidence: 'sure' is not known."),
        ("CA,Canada,true,guess,assumption,,1,", "regions.csv:2: low: is empty."),
        ("CA,Canada,true,ISO,high,,", "regions.csv:2: 7 cells stand in this row."),
        ("CA,Canada,true,ISO,high,,,,", "regions.csv:2: 9 cells stand in this row."),
        (",Canada,true,ISO,high,,,", "regions.csv:2: region: is empty."),
    ],
)
def test_a_fault_is_reported_with_its_place(
    regions: Callable[..., tuple[RegionRow, ...]], line: str, said: str
) -> None:
    with pytest.raises(InputError) as error:
        regions(HEADER, line)
    (message,) = messages(error)
    assert message.startswith(said)


def test_a_doubled_key_names_both_lines(regions: Callable[..., tuple[RegionRow, ...]]) -> None:
    with pytest.raises(InputError) as error:
        regions(HEADER, CANADA, CANADA)
    assert messages(error) == ["regions.csv:3: CA is there twice.\n  It stands on line 2 already."]


def test_columns_that_are_missing_or_unknown_are_all_named(regions: Callable[..., tuple[RegionRow, ...]]) -> None:
    with pytest.raises(InputError) as error:
        regions("region,name,alied,source,confidence,low,high", CANADA)
    said = messages(error)
    assert [line.split(" ")[2] for line in said] == ["'note'", "'allied'", "'alied'"]
    assert "Did you mean 'allied'?" in said[2]


def test_all_faults_come_at_once(regions: Callable[..., tuple[RegionRow, ...]]) -> None:
    with pytest.raises(InputError) as error:
        regions(HEADER, "CA,Canada,yes,,sure,,,", "GB,Britain,no,ISO,high,,,")
    assert len(error.value.problems) == 4


def test_a_table_that_is_not_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "regions.csv"
    path.write_bytes(b"region\n\xff\xfe")
    with pytest.raises(InputError, match="cannot be read"):
        read_table(path, RegionRow)


def test_a_number_is_finite(tmp_path: Path) -> None:
    names = [column.name for column in fields(FacilityRow)]
    cells = dict.fromkeys(names, "") | {
        "facility": "f",
        "region": "CA",
        "process": "mine",
        "status": "project",
        "source": "s",
        "confidence": "high",
    }
    path = tmp_path / "facilities.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(names)
        writer.writerow((cells | {"capacity": "lots", "capacity_planned": "inf"}).values())
    with pytest.raises(InputError) as error:
        read_table(path, FacilityRow, ("facility",))
    assert [m.split("\n")[0] for m in messages(error)] == [
        "facilities.csv:2: capacity: 'lots' is not a number.",
        "facilities.csv:2: capacity_planned: 'inf' is not a number.",
    ]


def change(path: Path, lines: Callable[[list[str]], Iterable[str]]) -> None:
    """Rewrite a file line by line."""
    path.write_text("\n".join(lines(path.read_text(encoding="utf-8").splitlines())) + "\n", encoding="utf-8")


def test_a_name_that_no_table_knows_is_refused(tmp_path: Path) -> None:
    seeds = shutil.copytree(shipped("seeds"), tmp_path / "seeds")
    change(seeds / "sectors.csv", lambda lines: [*lines, "cars,Atlantis,1,0,1,1,guess,assumption,0,2,"])
    with pytest.raises(InputError) as error:
        read(seeds)
    (message,) = messages(error)
    assert "region: 'Atlantis' is not in regions.csv." in message


def test_a_missing_table_is_reported_once(tmp_path: Path) -> None:
    seeds = shutil.copytree(shipped("seeds"), tmp_path / "seeds")
    (seeds / "regions.csv").unlink()
    with pytest.raises(InputError) as error:
        read(seeds)
    assert messages(error) == ["regions.csv: is missing.\n  Every table stands in the first folder."]


def test_rows_of_a_later_folder_replace_rows_by_key(tmp_path: Path) -> None:
    rows = ["CA,Dominion of Canada,false,me,low,,,"]
    (tmp_path / "regions.csv").write_text("\n".join([HEADER, *rows]) + "\n")
    before, (after, _) = read(shipped("seeds")), read_over(shipped("seeds"), tmp_path)
    names = {row.region: row.name for row in after.regions}
    assert names == {row.region: row.name for row in before.regions} | {"CA": "Dominion of Canada"}
    assert after.facilities == before.facilities


def test_a_file_that_is_no_table_is_refused_in_a_later_folder(tmp_path: Path) -> None:
    (tmp_path / "facility.csv").write_text("x\n")
    with pytest.raises(InputError, match="Did you mean 'facilities'"):
        read_over(shipped("seeds"), tmp_path)


def test_a_parameter_laid_over_is_one_that_is_read_and_means_the_same(tmp_path: Path) -> None:
    """A name that nothing reads, another unit, half a distribution: each would pass in silence."""
    rows = ["growthh,1,1,0,9", "expectation_time,13,days,0.02,10000"]
    rows += ["growth,{uniform: {low: 3}},1,0,9", "growth,12,1,0,9"]
    header = "parameter,value,unit,least,most,description,source,confidence,low,high,note"
    lines = [header, *(f"{row},what it is,somebody,low,,," for row in rows)]
    (tmp_path / "parameters.csv").write_text("\n".join(lines) + "\n")
    with pytest.raises(InputError) as error:
        read_over(shipped("seeds"), tmp_path)
    assert [said.partition("\n")[0] for said in messages(error)] == [
        "parameters.csv:2: parameter: nothing reads 'growthh'.",
        "parameters.csv:3: unit: 'days' has no effect here: what ships is 'weeks'.",
        "parameters.csv:4: value: uniform cannot be made of low.",
        "parameters.csv:5: value: 12 is beyond what the model can take.",
    ]


def test_every_row_that_ships_has_its_evidence() -> None:
    """The reader refuses rows without; here all tables that ship are read, and none is left out."""
    sources = read_sources(shipped("seeds"))
    rows = [row for name in SOURCE_KINDS for row in getattr(sources, name)]
    assert all(isinstance(row, Fact) and row.source for row in rows)
    made = {"calibrated"}  # by monazite calibrate: vectors, no facts
    assert {file.stem for file in shipped("seeds").glob("*.csv")} == {*KINDS, *SOURCE_KINDS, *made}
