"""Types of fields: what they take, what they say, what they write; and that pydantic's words never show."""

from __future__ import annotations

from typing import Literal

import pytest
from pydantic import Field, ValidationError

from sim.errors import Mistake
from sim.files.quantities import Count, Days, Model, Names, Share, UncertainDays, WholeDays
from sim.files.strict import WORDINGS, mistakes_of

REGIONS = ["CN", "US", "EU", "JP"]


@pytest.mark.parametrize(
    ("raw", "meant"),
    [
        ("all", REGIONS),
        ("*", REGIONS),
        ("all-CN", ["US", "EU", "JP"]),
        ("*-US+EU", ["CN", "JP"]),
        ("EU+US", ["US", "EU"]),
        (["JP", "CN"], ["CN", "JP"]),
        ([], []),
    ],
)
def test_a_set_of_names_is_resolved_in_the_order_of_the_world(raw: object, meant: list[str]) -> None:
    names = Names.read(raw)
    assert names.among(REGIONS) == meant
    assert Names.read(names.written()) == names


def test_a_dash_removes_only_after_all() -> None:
    assert Names.read("automotive-ev").among(["automotive-ev", "ev"]) == ["automotive-ev"]
    assert Names.read("all-automotive-ev").among(["automotive-ev", "ev"]) == ["ev"]


def test_a_stage_stands_for_its_commodities() -> None:
    assert Names.read("oxide.*").among(["oxide.Nd", "oxide.Dy", "metal.Dy"]) == ["oxide.Nd", "oxide.Dy"]


def test_an_unknown_name_is_reported_with_the_nearest() -> None:
    ((found, right),) = Names.read("all-CM+US").unknown(REGIONS, "region")
    assert found == "'CM' is not a region"
    assert right == "Did you mean 'CN'? Known: CN, US, EU, JP."
    assert next(Names.read(["Dys"]).unknown(["Dy"], "element"))[0] == "'Dys' is not an element"


class Inner(Model):
    """Inside."""

    share: Share = Field(description="of the whole")


class Outer(Model):
    """Around it, with a field of each sort that pydantic reads itself."""

    kind: Literal["a", "b"] = "a"
    inner: Inner | None = None
    inners: tuple[Inner, ...] = ()
    pause: Days = 3.0
    wait: UncertainDays = 4.0
    every: WholeDays = 7
    some: Count = Field(default=2, ge=2, le=9)
    month: int = Field(default=1, ge=1, le=12)
    factor: float = Field(default=1.5, gt=0)
    is_open: bool = True
    text: str = ""
    by_name: dict[str, float] = Field(default_factory=dict)


def faults(raw: object) -> list[Mistake]:
    with pytest.raises(ValidationError) as caught:
        Outer.model_validate(raw)
    return mistakes_of(caught.value)


@pytest.mark.parametrize(
    ("raw", "path", "found"),
    [
        ({"kind": "c"}, ("kind",), "'c' is not known here"),
        ({"inner": {}}, ("inner", "share"), "it is missing"),
        ({"inner": "x"}, ("inner",), "'x' stands where keys are wanted"),
        ({"inners": [{"share": "40"}]}, ("inners", 0, "share"), "40 is above 1"),
        ({"inners": {"share": "40"}}, ("inners",), "a map is not a list"),
        ({"paus": "3 days"}, ("paus",), "there is no key 'paus' here"),
        ({"paus": None}, ("paus",), "there is no key 'paus' here"),
        ({"pause": ["3 days"]}, ("pause",), "a list is not a duration"),
        ({"pause": {"uniform": {}}}, ("pause",), "a map is not a duration"),
        ({"wait": {"uniform": {"low": "3"}}}, ("wait", "uniform"), "uniform cannot be made of low"),
        ({"every": "1.5 days"}, ("every",), "1.5 days is not a whole number"),
        ({"some": "1"}, ("some",), "1 is below 2"),
        ({"some": "10"}, ("some",), "10 is above 9"),
        ({"month": "13"}, ("month",), "'13' is above 12"),
        ({"month": "1e1"}, ("month",), "'1e1' is not a whole number"),
        ({"factor": "0"}, ("factor",), "'0' is not above 0"),
        ({"factor": "nan"}, ("factor",), "'nan' is not a number"),
        ({"factor": "x"}, ("factor",), "'x' is not a number"),
        ({"is_open": "maybe"}, ("is_open",), "'maybe' is neither true nor false"),
        ({"text": ["x"]}, ("text",), "a list is not text"),
        ({"by_name": "x"}, ("by_name",), "'x' is not a map"),
    ],
)
def test_a_fault_is_reported_in_our_words(raw: object, path: tuple[str | int, ...], found: str) -> None:
    (fault,) = faults(raw)
    assert (fault.path, fault.found) == (path, found)
    assert fault.right


def test_all_faults_are_reported_at_once() -> None:
    assert len(faults({"kind": "c", "pause": "3", "inners": [{}, {"share": "x", "y": "1"}], "z": "1"})) == 6


def test_every_wording_says_what_is_right() -> None:
    assert all(found and right for found, right in WORDINGS.values())


def test_null_is_the_default_and_what_is_dumped_reads_back() -> None:
    wait = {"uniform": {"low": "1 day", "high": "2 weeks"}}
    read = Outer.model_validate({"pause": None, "wait": wait, "inner": None})
    assert (read.pause, read.inner) == (3.0, None)
    dumped = read.model_dump()
    assert (dumped["pause"], dumped["every"]) == ("3 days", "7 days")
    assert Outer.model_validate(dumped) == read


def test_several_that_are_left_out_are_joined_by_a_plus() -> None:
    ((found, right),) = Names(text="all-A-B").unknown(["A", "B", "C"], "project")
    assert (found, right) == ("'A-B' is not a project", "Join several by +: all-A+B.")
