"""One mutation: a valid file of a kind, and what was done to it; the same kind, seed and number, the same mutation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sim.files.shipped import scenario_files, shipped, sweep_files
from sim.world.seeds import Seeds
from tests.mutations import csv_tables, yaml_files
from tests.mutations.csv_tables import Table
from tests.mutations.dice import Dice
from tests.mutations.text import EXTENSIONS, WHOLE

ROWS = 6  # of a table that an analyst lays over a shipped one, at most
READ = 400  # letters
SMALL_SWEEP = """\
monazite: 1
name: small
scenario: april-2025-licensing.yaml
replicates: 2
metrics: [value_added_lost]
design: {kind: latin_hypercube, points: 6, seed: 3}
parameters:
  - {path: instruments.china-licence.approval.default, range: [20 %, 80 %], scale: log}
  - {path: parameters.price_time, range: [1 weeks, 2 weeks]}
  - {path: horizon.end, values: [2025-12-31, 2026-12-31]}
"""


@dataclass(frozen=True)
class Case:
    """A file, what it was, and what was done to it."""

    kind: str
    seed: int
    number: int
    name: str
    valid: bytes
    spoilt: bytes
    words: str
    spoilt_name: str = ""

    @property
    def has_lines(self) -> bool:
        """Whether a fault can stand on a line of it."""
        try:
            lines = self.spoilt.decode().split()
        except UnicodeDecodeError:
            return False
        return len(lines) > 1 and self.spoilt_name == self.name

    def __str__(self) -> str:
        again = f"python -m tests.mutations --kind {self.kind} --seed {self.seed} --only {self.number}"
        return f"{self.name}: {shorten(self.words)}\n    {again}"


def shorten(words: str) -> str:
    """Leave out what nobody reads to its end."""
    return words if len(words) <= READ else f"{words[:READ]}…"


Mutated = tuple[bytes, str]


def case(kind: str, seed: int, number: int) -> Case:
    """Make a mutation."""
    dice = Dice(seed, f"{kind}/{number}")
    name, valid = _subject(kind, dice)
    spoilt, words = _spoilt(KINDS[kind].own, valid, dice)
    renamed = ""
    if kind == "seeds" and not dice.below(40):
        renamed = Path(name).stem + dice.pick(EXTENSIONS)
        spoilt, words = valid, f"it is named {renamed!r}"
    return Case(kind, seed, number, name, valid, spoilt, words, renamed or name)


def _subject(kind: str, dice: Dice) -> tuple[str, bytes]:
    name = dice.pick(sorted(files_of(kind)))
    data = files_of(kind)[name]
    if kind == "seeds":
        table = Table.read(data)
        data = table.written() if not dice.below(4) else csv_tables.sample(table, dice, ROWS).written()
    return name, data


@cache
def files_of(kind: str) -> Mapping[str, bytes]:
    """Valid files of a kind, by name."""
    return {**{name: file.read_bytes() for name, file in KINDS[kind].files().items()}, **KINDS[kind].more}


def _spoilt(own: Callable[[bytes, Dice], Mutated], valid: bytes, dice: Dice) -> Mutated:
    """Spoil a file, as what it is or as any file, and now and then both."""
    spoilt, words = own(valid, dice)
    if dice.below(10):
        return spoilt, words
    how = dice.pick(sorted(WHOLE))
    if dice.below(2):
        return WHOLE[how](valid, dice), how
    return WHOLE[how](spoilt, dice), f"{words}; {how}"


def _yaml(data: bytes, dice: Dice) -> Mutated:
    """Change a value, or the shape of a file."""
    source = data.decode()
    if dice.below(2):
        text, words = yaml_files.changed_value(source, dice)
    else:
        how = dice.pick(sorted(yaml_files.SHAPES))
        text, words = yaml_files.SHAPES[how](source, dice)
        words = f"{how}: {words}"
    return text.encode("utf-8", "surrogatepass"), words


def _csv(data: bytes, dice: Dice) -> Mutated:
    """Change a cell, or the shape of a table."""
    table, throw = Table.read(data), dice.below(10)
    if throw < 6:
        return csv_tables.changed_cell(table, dice)
    if throw < 7:
        return csv_tables.swapped_cell(table, dice)
    if throw < 8:
        name = dice.pick(sorted(csv_tables.SEPARATORS))
        return table.written(csv_tables.SEPARATORS[name]), f"cells stand apart by {name}"
    how = dice.pick(sorted(csv_tables.SHAPES))
    return csv_tables.SHAPES[how](table, dice).written(), how


@dataclass(frozen=True)
class Kind:
    """Files of one kind: which there are, and what is done to them."""

    files: Callable[[], Mapping[str, Path]]
    own: Callable[[bytes, Dice], Mutated]
    more: Mapping[str, bytes]


def _tables() -> Mapping[str, Path]:
    """Tables that a world is built from; the others are what the base year was balanced from."""
    return {
        f"{name}.csv": shipped("seeds") / f"{name}.csv"
        for name, rows in vars(Seeds.read().tables).items()
        if isinstance(rows, tuple)
    }


def _yaml_names(found: Mapping[str, Path]) -> Mapping[str, Path]:
    return {f"{name}.yaml": file for name, file in found.items()}


KINDS: Mapping[str, Kind] = {
    "scenario": Kind(lambda: _yaml_names(scenario_files()), _yaml, {}),
    "sweep": Kind(lambda: _yaml_names(sweep_files()), _yaml, {"small.yaml": SMALL_SWEEP.encode()}),
    "targets": Kind(lambda: {f.name: f for f in shipped("scenarios").rglob("*.targets.csv")}, _csv, {}),
    "seeds": Kind(_tables, _csv, {}),
}
