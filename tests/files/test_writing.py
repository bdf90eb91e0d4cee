"""What is written reads back as the same text, whichever version of YAML reads it."""

import re
from datetime import date
from pathlib import Path

import pytest
import yaml

from sim import plan
from sim.files.positions import plain, read_text
from sim.files.writing import flow, to_yaml
from tests.cli.conftest import Monazite
from tests.cli.conftest import monazite as monazite  # noqa: PLC0414  (a fixture)

CORE = {  # YAML 1.2.2, section 10.3.2: what a plain scalar is resolved to by the core schema
    "null": re.compile(r"null|Null|NULL|~|"),
    "bool": re.compile(r"true|True|TRUE|false|False|FALSE"),
    "int": re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+"),
    "float": re.compile(
        r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?(\.inf|\.Inf|\.INF)|\.nan|\.NaN|\.NAN"
    ),
}
SPEC_1_1 = re.compile(  # https://yaml.org/type: bool, int, float, null, timestamp, merge and value of YAML 1.1
    r"y|Y|yes|Yes|YES|n|N|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF"
    r"|[-+]?0b[0-1_]+|[-+]?0[0-7_]+|[-+]?(0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(:[0-5]?[0-9])+"
    r"|[-+]?([0-9][0-9_]*)?\.[0-9.]*([eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+\.[0-9_]*"
    r"|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)|~|null|Null|NULL||<<|="
    r"|[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}.*"
)
TEXTS = [
    "25921e05", "1_000", "0o17", "017", "0x1F", "0b101", "1:30", "1:30:15", "190:20:30.15", ".inf", "-.INF", ".nan",
    "y", "Y", "n", "N", "on", "Off", "NO", "yes", "true", "FALSE", "~", "null", "Null", "", "2025-04-04",
    "2025-4-4 10:00:00", "1e3", "1E5", ".5e1", "+12", "-0", "1.", ".5", "6.5", "685_230.15", "1,000", "<<", "=",
    "# no comment", "a: b", "a #b", "- a", "[a]", "{a}", "*", "&a", "!a", "%a", "@a", "`a`", "'a'", '"a"', " a ",
    "two\nlines", "a\ttab", "bell\a", "\ud800", "\u2028", "é — ✓", "7 days", "25 %", "all-CN", "12 bn USD",
]  # fmt: skip


@pytest.mark.parametrize("text", TEXTS, ids=repr)
def test_text_is_read_back_as_text(text: str) -> None:
    written = to_yaml({"title": text, text: "a key", "list": [text, text], "items": [{"name": text, "other": "a"}]})
    again = {"title": text, text: "a key", "list": [text, text], "items": [{"name": text, "other": "a"}]}
    assert yaml.safe_load(written) == again
    assert plain(read_text(written, "")) == again


@pytest.mark.parametrize("text", TEXTS, ids=repr)
def test_what_is_not_quoted_is_text_to_both_versions(text: str) -> None:
    written = flow(text)
    if written[0] in "'\"":
        return
    assert written == text
    assert not any(pattern.fullmatch(written) for pattern in CORE.values())
    assert not SPEC_1_1.fullmatch(written)


@pytest.mark.parametrize("text", TEXTS, ids=repr)
def test_one_value_stands_in_one_line(text: str) -> None:
    assert len(flow([text, {"a": text}]).splitlines()) == 1


def test_what_needs_no_quotes_has_none() -> None:
    written = flow(["april-2025", "7 days", "25 %", "Dy", "US+EU", "all-CN", "magnet.NdFeB-Dy"])
    assert written == "[april-2025, 7 days, 25 %, Dy, US+EU, all-CN, magnet.NdFeB-Dy]"


def test_numbers_dates_and_answers_stay_what_they_are() -> None:
    values = {"a": 3, "b": 0.25, "c": 1e20, "d": True, "e": None, "f": date(2025, 4, 4), "g": float("inf")}
    assert yaml.safe_load(to_yaml(values)) == values


def test_a_name_like_a_number_is_shown_and_saved_as_text(monazite: Monazite, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        "monazite: 1\nname: 25921e05\ntitle: 2025-04-04\nextends: baseline.yaml\n", encoding="utf-8"
    )
    shown = monazite("show", "a.yaml").out.splitlines()
    assert shown[1:3] == ["name: '25921e05'  # a.yaml:2", "title: '2025-04-04'  # a.yaml:3"]
    saved = plan.load("a.yaml").to_yaml()
    assert (yaml.safe_load(saved)["name"], yaml.safe_load(saved)["title"]) == ("25921e05", "2025-04-04")
