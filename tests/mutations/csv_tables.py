"""What people do to a table: columns and rows lost, doubled and renamed, a cell changed, another separator."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from tests.mutations.dice import Dice
from tests.mutations.values import CHANGES


@dataclass(frozen=True)
class Table:
    """Cells of a CSV file; the header is the first row."""

    rows: list[list[str]]

    @classmethod
    def read(cls, data: bytes) -> Table:
        """Take a file apart."""
        return cls(list(csv.reader(io.StringIO(data.decode()))))

    def written(self, separator: str = ",") -> bytes:
        """Put the file together."""
        out = io.StringIO()
        csv.writer(out, delimiter=separator, lineterminator="\n").writerows(self.rows)
        return out.getvalue().encode("utf-8", "surrogatepass")

    def column(self, change: Callable[[list[str]], list[str]]) -> Table:
        """Do the same to every row."""
        return Table([change(list(row)) for row in self.rows])


def changed_cell(table: Table, dice: Dice, row: int | None = None) -> tuple[bytes, str]:
    """Change one cell that is not empty, or fill one that is; say which and how."""
    row = 1 + dice.below(len(table.rows) - 1) if row is None else row
    filled = [i for i, cell in enumerate(table.rows[row]) if cell] or [0]
    at = dice.pick(filled) if dice.below(8) else dice.below(len(table.rows[row]))
    old = table.rows[row][at]
    names = [name for name in CHANGES if CHANGES[name](old or "1", Dice(0, "probe")) != old]
    name = dice.pick(names)
    rows = [list(cells) for cells in table.rows]
    rows[row][at] = CHANGES[name](old or "1", dice)
    what = table.rows[0][at] if at < len(table.rows[0]) else at
    return Table(rows).written(), f"cell {what!r} of row {row}: {name}: {old!r} is {rows[row][at]!r}"


def swapped_cell(table: Table, dice: Dice) -> tuple[bytes, str]:
    """Give a cell what another row has in that column."""
    rows = [list(cells) for cells in table.rows]
    row, other, at = 1 + dice.below(len(rows) - 1), 1 + dice.below(len(rows) - 1), dice.below(len(rows[0]))
    rows[row][at] = rows[other][at]
    return Table(rows).written(), f"cell {rows[0][at]!r} of row {row} is {rows[row][at]!r}, as of row {other}"


def _renamed(table: Table, dice: Dice) -> Table:
    at, name = (
        dice.below(len(table.rows[0])),
        dice.pick(["it is misspelt", "capitals", "a space follows", "it is empty"]),
    )
    header = list(table.rows[0])
    header[at] = CHANGES[name](header[at], dice)
    return Table([header, *table.rows[1:]])


def _dropped(table: Table, dice: Dice) -> Table:
    at = dice.below(len(table.rows[0]))
    return table.column(lambda row: row[:at] + row[at + 1 :])


def _doubled(table: Table, dice: Dice) -> Table:
    at = dice.below(len(table.rows[0]))
    return table.column(lambda row: [*row, row[at]])


def _moved(table: Table, dice: Dice) -> Table:
    at = dice.below(len(table.rows[0]))
    return table.column(lambda row: [row[at], *row[:at], *row[at + 1 :]])


def _moved_cells(table: Table, dice: Dice) -> Table:
    """A row whose cells stand one column too far to the right, or to the left."""
    row = 1 + dice.below(len(table.rows) - 1)
    cells = table.rows[row]
    moved = dice.pick([["", *cells], cells[1:], [*cells[1:], ""], [*cells, ""], cells[:-1]])
    return Table([*table.rows[:row], moved, *table.rows[row + 1 :]])


def _again(table: Table, dice: Dice) -> Table:
    row = 1 + dice.below(len(table.rows) - 1)
    return Table([*table.rows, table.rows[row]])


def _commas(table: Table, dice: Dice) -> Table:
    empty = [[""] * len(table.rows[0])] * (1 + dice.below(9))
    at = 1 + dice.below(len(table.rows))
    return Table([*table.rows[:at], *empty, *table.rows[at:]])


SHAPES: Mapping[str, Callable[[Table, Dice], Table]] = {
    "a column is renamed": _renamed,
    "a column is lost": _dropped,
    "a column is there twice": _doubled,
    "a column stands elsewhere": _moved,
    "a column is added": lambda table, _: table.column(lambda row: [*row, "remark" if row is table.rows[0] else ""]),
    "cells of a row are moved": _moved_cells,
    "a row is there twice": _again,
    "only the header is left": lambda table, _: Table(table.rows[:1]),
    "the header is lost": lambda table, _: Table(table.rows[1:]),
    "rows of commas": _commas,
    "columns of commas": lambda table, _: table.column(lambda row: [*row, "", "", ""]),
    "a title stands above the header": lambda table, _: Table([["My table"], [], *table.rows]),
    "a total stands below": lambda table, _: Table([*table.rows, ["total", *["1"] * (len(table.rows[0]) - 1)]]),
    "rows stand in another order": lambda table, _: Table([table.rows[0], *reversed(table.rows[1:])]),
}
"""What may be done to a table, by what it is called."""

SEPARATORS = {"semicolons": ";", "tabs": "\t", "bars": "|"}


def sample(table: Table, dice: Dice, most: int) -> Table:
    """The header and a few rows that follow one another."""
    first = 1 + dice.below(len(table.rows) - 1)
    return replace(table, rows=[table.rows[0], *table.rows[first : first + 1 + dice.below(most)]])
