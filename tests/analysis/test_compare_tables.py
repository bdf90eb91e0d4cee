"""Tables of results that stand by themselves are compared: moved, mailed, sorted otherwise, or damaged."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.analysis.compare import SIDE_BY_SIDE, compare
from sim.analysis.comparison import COLUMNS
from sim.definitions.items import Item
from sim.errors import InputError
from tests.byhand import result

LOSS = Item("value_added_lost", region="*", sector="*", unit="USD")
NAMIBIA = Item("recovery_time", commodity="oxide.Dy", region="NA", unit="days")
BASE = {LOSS: [10.0, 20.0, 30.0], NAMIBIA: [1.0, 2.0, float("inf")]}
OTHER = {LOSS: [12.0, 19.0, 36.0], NAMIBIA: [1.0, 4.0, float("inf")]}


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """Two results that differ in a value of their scenarios."""
    says = "instruments:\n- {name: licence, approval: %s}\n"
    made = (("a", BASE, 0.5), ("b", OTHER, 0.2))
    first, second = (result(name, values, says=says % share).save(tmp_path / name) for name, values, share in made)
    return first, second


def moved(file: Path, name: str) -> Path:
    """A copy of a table in a folder of its own."""
    place = file.parents[1] / "mail" / name
    place.parent.mkdir(exist_ok=True)
    return Path(shutil.copyfile(file, place))


def numbers(table: pd.DataFrame) -> pd.DataFrame:
    """A comparison without the names of what is compared."""
    return table.drop(columns="other")


def test_two_tables_of_replicates_give_the_paired_comparison(folders: tuple[Path, Path]) -> None:
    """Beside their manifests what differs between the scenarios is known, as of the folders."""
    a, b = folders
    whole, found = compare(a, b), compare(a / "replicates.csv", b / "replicates.csv")
    pd.testing.assert_frame_equal(numbers(found.table), numbers(whole.table), check_exact=True)
    assert [change.path for change in found.changes[str(b / "replicates.csv")]] == ["instruments.licence.approval"]
    assert found.notes == []
    assert compare(a, b / "replicates.csv").table["difference"].tolist() == whole.table["difference"].tolist()


def test_moved_away_nobody_knows_where_they_come_from(folders: tuple[Path, Path]) -> None:
    a, b = (moved(folder / "replicates.csv", f"{folder.name}.csv") for folder in folders)
    found = compare(a, b)
    pd.testing.assert_frame_equal(numbers(found.table), numbers(compare(*folders).table), check_exact=True)
    assert found.changes == {}
    assert found.notes == [f"{file}: its scenario and seed are unknown: no manifest lies beside it." for file in (a, b)]


def test_order_of_rows_and_columns_a_byte_order_mark_and_line_ends_do_not_matter(folders: tuple[Path, Path]) -> None:
    a, b = folders
    table = pd.read_csv(b / "replicates.csv", keep_default_na=False, na_values={"value": [""]})
    place = b.parent / "sorted otherwise.csv"
    table[table.columns[::-1]].iloc[::-1].to_csv(place, index=False, encoding="utf-8-sig", lineterminator="\r\n")
    assert place.read_bytes().startswith(b"\xef\xbb\xbf")
    pd.testing.assert_frame_equal(numbers(compare(a, place).table), numbers(compare(a, b).table), check_exact=True)


def test_parquet_of_the_same_names_is_as_good(folders: tuple[Path, Path]) -> None:
    a, b = folders
    result("b", OTHER).save(b.parent / "p", form="parquet")
    found = compare(a / "replicates.csv", b.parent / "p" / "replicates.parquet")
    pd.testing.assert_frame_equal(numbers(found.table), numbers(compare(a, b).table), check_exact=True)


def test_a_changed_table_is_not_what_the_manifest_speaks_of(folders: tuple[Path, Path]) -> None:
    a, b = folders
    file = b / "replicates.csv"
    file.write_text(file.read_text().replace("36", "37"))
    found = compare(a / "replicates.csv", file)
    assert found.changes == {}
    assert found.notes == [
        f"{file}: its scenario and seed are unknown: "
        "the manifest beside it is not of this file, or the file was changed."
    ]


def test_what_must_be_the_same_is_asked_of_tables_too(tmp_path: Path) -> None:
    a, b = (result(name, BASE, seed=seed).save(tmp_path / name) for name, seed in (("a", 7), ("b", 8)))
    with pytest.raises(InputError, match=r"replicates.csv: its seed differs from that of .*: 8 against 7"):
        compare(a / "replicates.csv", b / "replicates.csv")


def test_two_summaries_are_put_side_by_side(folders: tuple[Path, Path]) -> None:
    """Means 20 and 67/3: a difference without an interval, and the sentence says so."""
    a, b = folders
    found = compare(a / "summary.csv", b / "summary.csv")
    assert SIDE_BY_SIDE in found.notes
    assert tuple(found.table.columns) == COLUMNS
    loss = found.table[found.table["metric"] == "value_added_lost"].iloc[0]
    assert (loss["base_mean"], loss["other_mean"], loss["n"]) == (20, pytest.approx(67 / 3), 3)
    assert loss["difference"] == pytest.approx(7 / 3)
    endless = found.table[found.table["metric"] == "recovery_time"].iloc[0]
    assert endless["difference"] == 0  # both never
    assert found.table[["low95", "high95", "share_better"]].isna().all(axis=None)


def test_of_summaries_another_seed_is_reported_not_refused(tmp_path: Path) -> None:
    a, b = (result(name, BASE, seed=seed).save(tmp_path / name) for name, seed in (("a", 7), ("b", 8)))
    notes = compare(a / "summary.csv", b / "summary.csv").notes
    assert any("its seed differs" in note and "8 against 7" in note for note in notes)


def test_windows_are_keys_where_a_table_has_them(folders: tuple[Path, Path], tmp_path: Path) -> None:
    """A row of a window is another one than that of the whole horizon; beside a table without windows it is alone."""
    a, b = folders
    for folder, window in ((a, 100.0), (b, 105.0)):
        table = pd.read_csv(folder / "replicates.csv", keep_default_na=False)
        table.insert(table.columns.get_loc("unit"), "window", "")
        crisis = table[table["metric"] == "value_added_lost"].assign(window="crisis", value=window)
        pd.concat([table, crisis]).to_csv(tmp_path / f"{folder.name}.csv", index=False)
    found = compare(tmp_path / "a.csv", tmp_path / "b.csv").table
    rows = found[found["metric"] == "value_added_lost"].set_index("window")["difference"]
    assert list(found.columns) == [*COLUMNS[:8], "window", *COLUMNS[8:]]
    assert rows.to_dict() == {"": pytest.approx(7 / 3), "crisis": 5.0}
    mixed = compare(a, tmp_path / "b.csv").table
    assert mixed[mixed["window"] == "crisis"]["n"].tolist() == [0]
    assert mixed[mixed["window"] == ""]["n"].tolist() == [3, 3]


def without(column: str) -> Callable[[list[list[str]]], None]:
    """Take a column out."""

    def damage(rows: list[list[str]]) -> None:
        place = rows[0].index(column)
        for row in rows:
            del row[place]

    return damage


def cell(row: int, column: int, text: str) -> Callable[[list[list[str]]], None]:
    """Write something else in a cell."""

    def damage(rows: list[list[str]]) -> None:
        rows[row][column] = text

    return damage


def again(row: int) -> Callable[[list[list[str]]], None]:
    """Write a row twice."""
    return lambda rows: rows.append(rows[row])


def shortened(rows: list[list[str]]) -> None:
    """Take the last cell of a row away."""
    rows[4].pop()


DAMAGE: Sequence[tuple[Callable[[list[list[str]]], None], str]] = [
    (without("unit"), r"t.csv:1: column 'unit' is missing"),
    (
        cell(0, 1, "metrik"),
        r"t.csv:1: column 'metric' is missing.\n.*\n.*t.csv:1: column 'metrik' is unknown.\n.*'metric'",
    ),
    (cell(0, 8, "region"), r"column 'region' is there twice"),
    (cell(3, 9, "many"), r"t.csv:4: value: 'many' is not a number"),
    (cell(3, 9, "1,5"), r"t.csv:4: value: '1,5' is not a number"),
    (cell(2, 0, "1.5"), r"t.csv:3: replicate: '1.5' is not a whole number"),
    (again(2), r"t.csv:8: 0, value_added_lost, \*, \*, USD stands there twice, on lines 3 and 8"),
    (shortened, r"t.csv:5: 9 cells stand in this row.\n  The header has 10"),
]


@pytest.mark.parametrize(("damage", "said"), DAMAGE)
def test_a_damaged_table_is_one_message_with_its_line(
    damage: Callable[[list[list[str]]], None], said: str, folders: tuple[Path, Path], tmp_path: Path
) -> None:
    a, b = folders
    rows = list(csv.reader((b / "replicates.csv").read_text().splitlines()))
    damage(rows)
    with (tmp_path / "t.csv").open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    with pytest.raises(InputError, match=said):
        compare(a / "replicates.csv", tmp_path / "t.csv")


BYTES: Mapping[str, tuple[bytes, str]] = {
    "empty": (b"", "t.csv:1: the file is empty"),
    "semicolons": (b"replicate;metric;value\n0;x;1\n", "t.csv:1: cells stand apart by semicolons"),
    "another table": (b"date,price\n2025-01-01,3\n", "t.csv:1: this is no table of a result"),
    "targets": (b"date,event,subject,region,commodity,share_of_replicates,detail\n", "this is events.csv of a result"),
    "a sweep's": (b"point,replicate,metric,value\n", "this is a table of a sweep"),
    "UTF-16": ("replicate,metric\n".encode("utf-16"), "t.csv:1: it is not UTF-8: byte 0 is 0xff"),
    "Latin-1": (b"replicate,metric\n0,Gr\xf6\xdfe\n", "t.csv:2: it is not UTF-8: byte 21 is 0xf6"),
}


@pytest.mark.parametrize("name", BYTES)
def test_what_is_no_table_is_said(name: str, folders: tuple[Path, Path], tmp_path: Path) -> None:
    data, said = BYTES[name]
    (tmp_path / "t.csv").write_bytes(data)
    with pytest.raises(InputError, match=said):
        compare(folders[0] / "replicates.csv", tmp_path / "t.csv")


def test_text_that_is_not_utf8_is_found_by_its_line(folders: tuple[Path, Path], tmp_path: Path) -> None:
    data = (folders[1] / "replicates.csv").read_bytes().replace(b"oxide.Dy", b"oxide.D\xfc", 1)
    (tmp_path / "t.csv").write_bytes(data)
    line = data[: data.index(b"\xfc")].count(b"\n") + 1
    with pytest.raises(InputError, match=rf"t.csv:{line}: it is not UTF-8: byte \d+ is 0xfc"):
        compare(folders[0] / "replicates.csv", tmp_path / "t.csv")


def test_a_parquet_file_that_is_none_is_said(folders: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "t.parquet").write_bytes(b"PAR1 and nothing else")
    with pytest.raises(InputError, match=r"t.parquet: not a table of results"):
        compare(folders[0], tmp_path / "t.parquet")


def test_a_table_or_a_folder_that_is_not_there_is_said(folders: tuple[Path, Path]) -> None:
    with pytest.raises(InputError, match=r"b/replicas.csv: there is no such file.\n  Name a table of a result"):
        compare(folders[0], folders[1] / "replicas.csv")
    (folders[1] / "x.csv").mkdir()
    with pytest.raises(InputError, match=r"b/x.csv: no result is there: it has no manifest"):
        compare(folders[0], folders[1] / "x.csv")


def test_a_doubled_row_of_parquet_has_no_line(folders: tuple[Path, Path], tmp_path: Path) -> None:
    table = pd.read_csv(folders[1] / "replicates.csv", keep_default_na=False)
    pd.concat([table, table.iloc[[1]]]).to_parquet(tmp_path / "t.parquet", index=False)
    with pytest.raises(InputError, match=r"t.parquet: 0, value_added_lost, \*, \*, USD stands there twice\.\n"):
        compare(folders[0], tmp_path / "t.parquet")


def test_worlds_and_levels_are_not_compared(folders: tuple[Path, Path]) -> None:
    a, b = folders
    with pytest.raises(InputError, match=r"summary.csv: this is summary.csv, and .*replicates.csv is replicates.csv"):
        compare(a / "replicates.csv", b / "summary.csv")
    assert len(compare(a, b / "summary.csv").table) == 2  # a folder has both


def test_what_says_the_same_is_one_sentence(folders: tuple[Path, Path]) -> None:
    a, b = folders
    twin = result("c", BASE).save(a.parent / "c")
    found = compare(a, twin, b)
    assert found.identical == {
        str(twin): f"{twin} says the same as {a}: 2 rows, 3 replicates, largest difference 0.",
    }
    assert (found.table.loc[found.table["other"] == str(twin), "difference"] == 0).all()
    levels = compare(a / "summary.csv", twin / "summary.csv").identical
    assert list(levels.values()) == [
        f"{twin}/summary.csv says the same as {a}/summary.csv: 2 rows, largest difference 0."
    ]


def test_a_last_bit_is_a_difference(tmp_path: Path) -> None:
    a = result("a", {LOSS: [0.3, 1.0]}).save(tmp_path / "a")
    b = result("b", {LOSS: [0.1 + 0.2, 1.0]}).save(tmp_path / "b")
    found = compare(a, b)
    assert found.identical == {}
    assert found.table["difference"].item() == np.mean([0.1 + 0.2 - 0.3, 0])
