"""Bad input of every kind, on the world that ships: one message each with its place, exit 2, nothing written."""

import re
from pathlib import Path

import pytest

from tests.cli.conftest import Monazite

HEAD = "monazite: 1\nname: mine\nextends: baseline.yaml\n"
BAN = """\
instruments:
  - name: ban
    kind: export_ban
    by: CN
    covers: {elements: [Dy]}
    towards: all
    in_force: 2025-04-04
"""
STRIKE = """\
instruments:
  - name: strike
    kind: supply_shock
    facilities: all
    start: 2025-09-01
    lasts: 60 days
    loss: 5 %
"""
BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{now}: &{now} [{', '.join([f'*{before}'] * 10)}]\n" for before, now in zip("abcde", "bcdef", strict=True)
)
CASES = {  # what is written after the head; the messages that begin so, and what each of them says
    "unknown key": ("ensemble: {replicats: 5}\n", ["4:12: ensemble.replicats: .*Did you mean 'replicates'"]),
    "wrong type": ("ensemble: [5]\n", [r"4:11: ensemble: a list stands where keys are wanted.*Keys: replicates"]),
    "no list": ("instruments: {name: x}\n", ["4:14: instruments: a map is not a list"]),
    "unknown element": (BAN.replace("Dy", "Dys"), [r"8:24: .*elements: 'Dys' is not an element.*Did you mean 'Dy'"]),
    "unknown region": (BAN.replace("by: CN", "by: CHN"), [r"7:9: .*by: 'CHN' is not a region.*Did you mean 'CN'"]),
    "unknown kind": (BAN.replace("export_ban", "export_bann"), ["6:11: .*kind: .*Did you mean 'export_ban'"]),
    "unknown facility": (
        STRIKE.replace("facilities: all", "facilities: [Mt. Weld]"),
        [r"7:17: .*facilities: 'Mt. Weld' is not a facility.*Did you mean 'Mt Weld'"],
    ),
    "missing unit": (STRIKE.replace("60 days", "60"), ["9:12: .*lasts: 60 has no unit.*such as 45 days"]),
    "wrong unit": (STRIKE.replace("60 days", "60 t"), ["9:12: .*lasts: 60 t is a mass, and a duration is wanted"]),
    "impossible order": (
        BAN + "    until: 2025-03-01\n",
        ["11:12: .*until: 2025-03-01 is not after in_force, 2025-04-04"],
    ),
    "negative": (STRIKE.replace("60 days", "-60 days"), ["9:12: .*lasts: -60 days is below 0"]),
    "not a number": (STRIKE.replace("5 %", ".nan"), ["10:11: .*loss: '.nan' is not a share"]),
    "above one": (STRIKE.replace("5 %", "40"), ["10:11: .*loss: 40 is above 1"]),
    "duplicate name": (BAN + BAN.partition("\n")[2], ["11:5: .*the name 'ban' is taken in line 5"]),
    "duplicate key": (
        "ensemble: {}\noutputs: {}\nensemble: {}\noutputs: {}\n",
        ["6:1: ensemble: .*in line 4", "7:1: outputs: .*in line 5"],
    ),
    "missing base": ("extends: base.yaml\n", ["4:1: extends: the key 'extends' stands here and in line 3"]),
    "acts on nothing": (
        BAN.replace("by: CN", "by: BR").replace("}", ", stages: [magnet]}"),
        [r"5:5: instruments\[0\]: 'ban' acts on nothing"],
    ),
    "NO": (BAN.replace("by: CN", "by: NO"), ["7:9: .*by: 'NO' is not a region"]),
    "1:30": (STRIKE.replace("60 days", "1:30"), ["9:12: .*lasts: '1:30' is not a duration"]),
    "010": ("ensemble: {seed: 010}\n", ["4:18: ensemble.seed: '010' is not a whole number.*does not begin with 0"]),
    "unquoted star": (BAN.replace("towards: all", "towards: *"), [r"9:14: an unquoted \* is an alias to YAML"]),
    "no such day": (BAN.replace("2025-04-04", "2025-02-30"), ["10:15: .*in_force: there is no day 2025-02-30"]),
    "euro": (STRIKE.replace("60 days", "60 EUR"), ["9:12: .*lasts: 60 EUR is "]),
    "distribution of a calendar": (
        "parameters:\n  review_time: {uniform: {low: 20 days, high: 40 days}}\n",
        ["5:16: parameters.review_time: a distribution .*the same in all replicates"],
    ),
    "bomb": (BOMB, ["4:.*100,000 values with its aliases expanded"]),
    "over 1 MB": ("#" * 1_000_001, [" .*over 1 MB"]),
    "not YAML": ("just text\n", ["4:1: .*this line is no `key: value`"]),
    "tab": ("ensemble:\n\treplicates: 5\n", ["5:1: there is a tab"]),
}


@pytest.mark.parametrize("case", CASES)
def test_each_fault_has_one_message_with_its_place(case: str, monazite: Monazite, tmp_path: Path) -> None:
    text, expected = CASES[case]
    (tmp_path / "mine.yaml").write_text(HEAD + text)
    answer = monazite("run", "mine.yaml")
    assert (answer.code, answer.out) == (2, "")
    problems = re.findall(r"^mine\.yaml:(.*\n(?:  .*\n)*)", answer.err, flags=re.MULTILINE)
    assert len(problems) == len(expected), answer.err
    for problem, pattern in zip(problems, expected, strict=True):
        assert re.match(pattern, problem, flags=re.DOTALL), answer.err
    assert not re.search("Traceback|pydantic|yaml\\.[a-z]+Error", answer.err)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.yaml"]


def test_what_only_looks_odd_is_read_as_it_looks(monazite: Monazite, tmp_path: Path) -> None:
    """Numbers with an exponent, a region between quotes, a title like a date, a mark of byte order."""
    text = HEAD + STRIKE.replace("60 days", "6e1 days").replace("5 %", "5e-2") + "title: 2025-01-01\n"
    (tmp_path / "mine.yaml").write_text(text + "ensemble: {replicates: 1e1}\n", encoding="utf-8-sig")
    shown = monazite("show", "mine.yaml").out
    for line in ("lasts: 60 days", "loss: 0.05", "title: '2025-01-01'", "replicates: 10"):
        assert f"{line}  #" in shown


def test_files_that_cannot_be_read_are_reported(monazite: Monazite, tmp_path: Path) -> None:
    """Missing, a folder, another encoding, a circle: all at once."""
    (tmp_path / "latin.yaml").write_bytes("monazite: 1\nname: a\ntitle: Größe\n".encode("latin-1"))
    (tmp_path / "folder.yaml").mkdir()
    for one, other in ("ab", "ba"):
        (tmp_path / f"{one}.yaml").write_text(f"monazite: 1\nname: {one}\nextends: {other}.yaml\n")
    answer = monazite("validate", "nowhere.yaml", "folder.yaml", "latin.yaml", "a.yaml")
    assert answer.code == 2
    heads = [line for line in answer.err.splitlines() if not line.startswith(" ")]
    assert heads == [
        "nowhere.yaml: there is no such file, and no scenario of this name ships.",
        "folder.yaml: this is a folder.",
        "latin.yaml:3: the file is not UTF-8: byte 29 is 0xf6.",
        "b.yaml:3:10: extends: files extend one another in a circle: a.yaml:3 → b.yaml:3 → a.yaml.",
        "4 errors in all.",
    ]


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("instruments.china-license.approval.default=0.4", "no 'china-license' here.\n  Did you mean 'china-licence'"),
        ("instruments.china-licence.aproval.default=0.4", "no key 'aproval' here.\n  Did you mean 'approval'"),
        ("instruments.china-licence.approval.default=40", "40 is above 1.\n  Write a share such as 25 % or 0.25."),
        ("instruments.china-licence.approval.default", "has no = between a path and a value"),
        ("facilities[Mt. Weld].capacity=1 t/year", "Did you mean 'Mt Weld'?"),
        ("ensemble.replicates=many", "'many' is not a whole number"),
        ("outputs.record=[stok]", "Did you mean 'stock'?"),
    ],
)
def test_a_setting_fails_as_the_file_would(setting: str, said: str, monazite: Monazite, tmp_path: Path) -> None:
    answer = monazite("run", "april-2025-licensing", "--set", setting)
    assert answer.code == 2
    assert answer.err.startswith("--set: ")
    assert said in answer.err
    assert not list(tmp_path.iterdir())
