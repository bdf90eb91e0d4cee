"""Some hundred mutations of each kind of file: taken, or refused in words; the same ones every time."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from sim.errors import InputError, Place, Problem
from tests.mutations import reading
from tests.mutations.cases import KINDS, Case, case, files_of
from tests.mutations.csv_tables import SEPARATORS, SHAPES, Table
from tests.mutations.dice import Dice
from tests.mutations.effects import ACTS, SAME, effect
from tests.mutations.reading import ACCEPTED, READERS, REFUSED, answer, tried
from tests.mutations.text import WHOLE
from tests.mutations.values import CHANGES
from tests.mutations.yaml_files import SHAPES as YAML_SHAPES

SEED = 15
PARTS = [
    *[pytest.param("scenario", range(n, n + 60)) for n in (0, 60, 120)],
    *[pytest.param("sweep", range(n, n + 30)) for n in (0, 30)],
    pytest.param("targets", range(200)),
    *[pytest.param("seeds", range(n, n + 10)) for n in (0, 10, 20)],
]


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "numbers"), PARTS)
def test_whatever_is_done_to_a_file_it_is_taken_or_refused_in_words(kind: str, numbers: range) -> None:
    answers = [tried(kind, SEED, number) for number in numbers]
    assert not [f"{one.case}\n{one.wrong}" for one in answers if one.wrong]
    assert {one.verdict for one in answers} == {ACCEPTED, REFUSED}


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_what_is_spoilt_is_right_before(kind: str) -> None:
    """Of each file that is spoilt; of tables, of a few of their rows."""
    subjects = {name: data for name, data in files_of(kind).items() if len(data) < 20_000}
    for name, data in sorted(subjects.items())[:6]:
        assert answer(Case(kind, 0, 0, name, data, data, "nothing", name)).verdict == ACCEPTED, name


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_the_same_number_is_the_same_mutation_and_another_is_another(kind: str) -> None:
    assert case(kind, 1, 7) == case(kind, 1, 7)
    assert len({case(kind, 1, number).spoilt for number in range(50)}) > 40
    assert case(kind, 1, 7) != case(kind, 2, 7)


@pytest.mark.slow(5)
def test_of_thousands_of_mutations_every_sort_is_there() -> None:
    """And hardly one leaves a file as it was."""
    cases = [case(kind, 1, number) for kind in KINDS for number in range(1000)]
    said = "\n".join(one.words for one in cases)
    assert not [name for name in (*CHANGES, *SHAPES, *WHOLE, *YAML_SHAPES, *SEPARATORS) if name not in said]
    assert sum(one.spoilt == one.valid and one.name == one.spoilt_name for one in cases) < 0.03 * len(cases)


@pytest.mark.parametrize(
    ("name", "value", "changed"),
    [
        ("the sign is flipped", "11454 t/year", "-11454 t/year"),
        ("it has thousands separators", "11.5 USD", "11,500 USD"),
        ("it has a decimal comma", "0.25", "0,25"),
        ("the unit is gone", "60 days", "60"),
        ("the unit has another case", "2 t/year", "2 T/YEAR"),
        ("the date is written as in the US", "2025-04-11", "04/11/2025"),
        ("the day does not exist", "2025-04-11", "2025-02-30"),
        ("underscores for hyphens", "automotive-ev", "automotive_ev"),
    ],
)
def test_worked_changes(name: str, value: str, changed: str) -> None:
    assert CHANGES[name](value, Dice(1, "x")) == changed


def test_a_table_comes_back_as_it_was() -> None:
    data = b'a,b\n"1,5",\n,"say ""so"""\n'
    assert Table.read(data).written() == data


ONE = Case("scenario", 1, 3, "a.yaml", b"a: 1\nb: 2\n", b"a: 1\nb: 3\n", "b is 3", "a.yaml")


def _raise(error: Exception) -> object:
    raise error


@pytest.mark.parametrize(
    ("error", "verdict", "wrong"),
    [
        (ValueError("what"), "failed", "ValueError: what"),
        (InputError(Problem(Place("a.yaml", 2), "b is 3", "Write 2.")), REFUSED, ""),
        (InputError(Problem(Place("a.yaml"), "b is 3", "Write 2.")), REFUSED, "no line in"),
        (InputError(Problem(Place(), "b is 3", "Write 2.")), REFUSED, "no file in"),
        (InputError(Problem(Place("a.yaml", 2), "b is 3")), REFUSED, "found or right is empty"),
        (InputError(Problem(Place("a.yaml", 2), "a defect", "Write 2.")), REFUSED, "'defect' in"),
        (InputError([]), REFUSED, "an error without a problem"),
    ],
)
def test_a_poor_answer_is_noticed(error: Exception, verdict: str, wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "READERS", {"scenario": lambda *_: _raise(error)})
    found = answer(ONE)
    assert found.verdict == verdict
    assert found.wrong.startswith(wrong)
    assert bool(found.wrong) == bool(wrong)
    assert "--kind scenario --seed 1 --only 3" in str(found.case)


def test_a_hang_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "PATIENCE", 0.1)
    monkeypatch.setattr(reading, "READERS", {"scenario": lambda *_: time.sleep(30)})
    assert answer(ONE).wrong == "HangError: it takes more than 0.1 s"


SHORT = b"monazite: 1\nname: short\nextends: april-2025-licensing.yaml\nhorizon: {end: 2025-07-31}\nparameters: {}\n"


@pytest.mark.parametrize(
    ("to", "does"),
    [
        (b"{  }", SAME),
        (b"{price_time: 9 weeks}", ACTS),
    ],
)
def test_what_a_mutation_does_is_reported(to: bytes, does: str) -> None:
    assert effect(Case("scenario", 0, 0, "a.yaml", SHORT, SHORT.replace(b"{}", to), "", "a.yaml")) == does


def test_words_for_people_change_no_meaning(tmp_path: Path) -> None:
    """Of targets, of which nothing is run: the source, and a bound."""
    data = files_of("targets")["controls-2025.targets.csv"]
    name = "controls-2025.targets.csv"
    assert b"customs 1,238 t" in data
    for new, does in ((data.replace(b"customs 1,238 t", b"customs"), SAME), (data.replace(b"0.18", b"0.17"), ACTS)):
        assert effect(Case("targets", 0, 0, name, data, new, "", name)) == does
    assert READERS["targets"](Case("targets", 0, 0, name, data, data, "", name), tmp_path)
