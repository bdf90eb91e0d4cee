"""What we tell people is true: the tutorial and each how-to page, played in an empty folder, print what they say.

A ``console`` block holds commands after ``$ `` (going on after ``> ``) and what they print, a ``yaml`` or ``csv`` block
that begins with the name of a file is that file, and a ``python`` block is run, what it prints standing in the ``text``
block behind it. ``python -m tests.test_docs`` writes into all pages what is printed today, ``python -m tests.test_docs
discount`` into those whose names hold that word.
"""

import json
import math
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import chdir, redirect_stderr, redirect_stdout, suppress
from io import StringIO
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple
from unittest import mock

import pytest

import sim
from sim import cli

ROOT = Path(__file__).parent.parent
TUTORIAL = ROOT / "docs" / "tutorial.md"
RESULTS = ROOT / "docs" / "results.md"
INDEX = ROOT / "docs" / "how-to" / "README.md"
MINERALS = ROOT / "docs" / "minerals.md"
HOW_TO = [*sorted(set(INDEX.parent.glob("*.md")) - {INDEX}), MINERALS]
LINES = range(30, 141)  # of a how-to page, files and all that is printed included
BLOCK = re.compile(r"```(console|yaml|csv|python|text)\n(.*?)```\n", re.DOTALL)
COMMAND = re.compile(r"^\$ .*\n(?:> .*\n)*", re.MULTILINE)
NUMBER = re.compile(r"(?<![\w.])-?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?(?![\w])")
WALL_TIME = re.compile(r"\d+\.\d s,")
CLOSE = 2e-3  # four digits are printed, and machines differ in the last


class Hands(NamedTuple):
    """What types a command (as it stands in a page) and runs a script in a folder, and gives what they print."""

    command: Callable[[str, Path], str]
    script: Callable[[str, Path], str]


def play(text: str, folder: Path, hands: Hands) -> str:
    """Do in a folder what a text says, in its order, and give the text with what is printed today."""
    said = ""

    def replay(block: re.Match[str]) -> str:
        nonlocal said
        kind, body = block.groups()
        if kind == "console":
            body = "".join(command + hands.command(command, folder) for command in COMMAND.findall(body))
        elif kind == "python":
            said = hands.script(body, folder)
        elif kind == "text":
            body = said
        elif body.startswith("# "):
            _file(folder, body)
        return f"```{kind}\n{body}```\n"

    return BLOCK.sub(replay, text)


def _file(folder: Path, body: str) -> None:
    """Write the file whose name is the first line; YAML keeps that line as a comment, a table has none."""
    name, _, table = body.removeprefix("# ").partition("\n")
    file = folder / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(table if file.suffix == ".csv" else body, encoding="utf-8")


def _typed(command: str) -> str:
    """What is typed of a command, without its prompts."""
    return "\n".join(line[2:] for line in command.splitlines())


def _bash(command: str, folder: Path) -> str:
    """Run a command as typed, with `monazite` on the path."""
    typed = _typed(command)
    program = "from sim.cli import main; main()"
    return _printed(["bash", "-c", f"monazite() {{ '{sys.executable}' -c '{program}' \"$@\"; }}\n{typed}"], folder)


def _printed(command: list[str], folder: Path) -> str:
    """Run a command; everything that it prints, errors too."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(  # noqa: S603  (the commands are our own)
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    return _plain(done.stdout)


def _plain(printed: str) -> str:
    """What was printed, without spaces at the ends of lines and without a traceback."""
    assert "Traceback" not in printed, printed
    return re.sub(r" +$", "", printed, flags=re.MULTILINE).rstrip("\n") + "\n" * bool(printed.strip())


def _here(command: str, folder: Path) -> str:
    """Run a command in this process, which has read the tables already; what it is piped into, in a shell."""
    first, _, piped = _typed(command).partition(" | ")
    words = shlex.split(first)
    if words[0] != "monazite" or {">", "<", "&&", ";"} & set(words):
        return _bash(command, folder)
    said = _caught(lambda: _main(words), folder)
    shell = ["bash", "-c", piped or "cat"]
    return _plain(subprocess.run(shell, cwd=folder, input=said, stdout=subprocess.PIPE, text=True, check=False).stdout)  # noqa: S603


def _main(words: list[str]) -> None:
    with mock.patch.object(sys, "argv", words):
        cli.main()


def _script_here(code: str, folder: Path) -> str:
    """Run a script of a page in this process."""
    return _plain(_caught(lambda: exec(code, {"__name__": "__main__"}), folder))  # noqa: S102  (our own)


def _caught(call: Callable[[], object], folder: Path) -> str:
    """All that a call prints in a folder, whether or not it ends as a program ends."""
    said = StringIO()
    with chdir(folder), redirect_stdout(said), redirect_stderr(said), suppress(SystemExit):
        call()
    return said.getvalue()


APART = Hands(_bash, lambda code, folder: _printed([sys.executable, "-c", code], folder))
HERE = Hands(_here, _script_here)


def _differences(reported: str, printed: str) -> Iterator[tuple[str, str]]:
    """Lines that say another thing, or the same with other numbers; spaces follow from the width of numbers."""
    one, other = (WALL_TIME.sub("", text).splitlines() for text in (reported, printed))
    yield from ((a, b) for a, b in zip(one, other, strict=False) if not _agree(a, b))
    if len(one) != len(other):
        yield f"{len(one)} lines", f"{len(other)} lines"


def _agree(reported: str, printed: str) -> bool:
    words = [NUMBER.sub("#", line).split() for line in (reported, printed)]
    values = [[float(number.replace(",", "")) for number in NUMBER.findall(line)] for line in (reported, printed)]
    return words[0] == words[1] and all(math.isclose(a, b, rel_tol=CLOSE) for a, b in zip(*values, strict=True))


@pytest.mark.slow(40)
def test_the_tutorial_says_what_the_program_prints(tmp_path: Path) -> None:
    reported = TUTORIAL.read_text(encoding="utf-8")
    differences = list(_differences(reported, play(reported, tmp_path, APART)))
    assert not differences, "after a change that is meant, run `python -m tests.test_docs` and read what changed"


@pytest.mark.slow(3)
@pytest.mark.parametrize("page", HOW_TO, ids=lambda page: page.stem)
def test_a_how_to_page_says_what_the_program_prints(page: Path, tmp_path: Path) -> None:
    reported = page.read_text(encoding="utf-8")
    differences = list(_differences(reported, play(reported, tmp_path, HERE)))
    assert not differences, f"if it is meant, run `python -m tests.test_docs {page.stem}` and read the page again"


@pytest.mark.parametrize("page", HOW_TO, ids=lambda page: page.stem)
def test_a_how_to_page_is_complete_and_short(page: Path) -> None:
    """A question, a file that runs, a command, what it prints, how to read that, and what it is not."""
    text = page.read_text(encoding="utf-8")
    assert text.startswith("# How ")
    assert {"console", "yaml"} <= {kind for kind, _ in BLOCK.findall(text)}
    assert "\n## How to read it\n" in text
    assert "\n## What it is not\n" in text
    assert len(text.splitlines()) in LINES


def test_the_index_of_how_to_pages_has_each_page_with_its_question() -> None:
    listed = dict(re.findall(r"^- \[(How .*?)\]\((\S+?\.md)\)", INDEX.read_text(encoding="utf-8"), re.MULTILINE))
    asked = {
        page.read_text(encoding="utf-8").split("\n")[0].removeprefix("# "): os.path.relpath(page, INDEX.parent)
        for page in HOW_TO
    }
    assert listed == asked


def test_the_page_on_results_names_every_key_of_a_manifest_and_every_column(tmp_path: Path) -> None:
    windows = {"windows": [{"name": "first", "from": "2025-01-01", "to": "2025-01-07"}], "paths": 1}
    changes = {"horizon.end": "2025-01-14", "ensemble.replicates": 2, "outputs": windows}
    folder = sim.run(sim.load("steady", changes)).save(tmp_path / "result")
    headers = [file.read_text(encoding="utf-8").partition("\n")[0].split(",") for file in folder.glob("*.csv")]
    named = set(re.findall(r"`(\w+)`", RESULTS.read_text(encoding="utf-8"))) | {"p25", "p50", "p75"}
    wanted = {*json.loads((folder / "manifest.json").read_text(encoding="utf-8")), *chain.from_iterable(headers)}
    assert wanted <= named, f"docs/results.md says nothing of {sorted(wanted - named)}"


def test_links_between_pages_lead_somewhere() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    broken = [
        (page.name, target)
        for page in pages
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)\s]*)?\)", page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert not broken


def test_the_python_of_the_readme_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As written, but for fewer replicates."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scenarios").symlink_to(ROOT / "scenarios")
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    assert '"ensemble.replicates": 50' in code
    exec(code.replace('"ensemble.replicates": 50', '"ensemble.replicates": 2'), {})  # noqa: S102  (our own)
    assert (tmp_path / "results" / "april" / "summary.csv").is_file()


def test_numbers_that_moved_are_noticed() -> None:
    reported = "a: 20 replicates, 1.3 s, in a\nloss  45,257,249,199  0.0457"
    assert not list(_differences(reported, "a: 20 replicates, 9.8 s, in a\nloss    45,257,249,200  0.0457"))
    assert list(_differences(reported, reported.replace("45,", "46,")))
    assert list(_differences(reported, reported.replace("loss", "gain")))


def _rewrite(page: Path) -> None:
    with TemporaryDirectory() as home:
        hands = HERE if page in HOW_TO else APART
        page.write_text(play(page.read_text(encoding="utf-8"), Path(home), hands), encoding="utf-8")


if __name__ == "__main__":
    for each in (TUTORIAL, *HOW_TO):
        if len(sys.argv) == 1 or any(word in each.stem for word in sys.argv[1:]):
            _rewrite(each)
