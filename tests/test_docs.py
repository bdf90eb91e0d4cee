"""What we tell people is true: the tutorial, played in an empty folder, prints what it says it prints.

A ``console`` block holds commands after ``$ `` (going on after ``> ``) and what they print, a ``yaml`` block that
begins with the name of a file is that file, and a ``python`` block is run, what it prints standing in the ``text``
block behind it. ``python -m tests.test_docs`` writes into the tutorial what is printed today.
"""

import math
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

ROOT = Path(__file__).parent.parent
TUTORIAL = ROOT / "docs" / "tutorial.md"
BLOCK = re.compile(r"```(console|yaml|python|text)\n(.*?)```\n", re.DOTALL)
COMMAND = re.compile(r"^\$ .*\n(?:> .*\n)*", re.MULTILINE)
NUMBER = re.compile(r"(?<![\w.])-?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?(?![\w])")
WALL_TIME = re.compile(r"\d+\.\d s,")
CLOSE = 2e-3  # four digits are printed, and machines differ in the last


def play(text: str, folder: Path) -> str:
    """Do in a folder what a text says, in its order, and give the text with what is printed today."""
    said = ""

    def replay(block: re.Match[str]) -> str:
        nonlocal said
        kind, body = block.groups()
        if kind == "console":
            body = "".join(command + _bash(command, folder) for command in COMMAND.findall(body))
        elif kind == "python":
            said = _printed([sys.executable, "-c", body], folder)
        elif kind == "text":
            body = said
        elif body.startswith("# "):
            (folder / body.split("\n")[0].removeprefix("# ")).write_text(body, encoding="utf-8")
        return f"```{kind}\n{body}```\n"

    return BLOCK.sub(replay, text)


def _bash(command: str, folder: Path) -> str:
    """Run a command as typed, with `monazite` on the path."""
    typed = "\n".join(line[2:] for line in command.splitlines())
    program = "from sim.cli import main; main()"
    return _printed(["bash", "-c", f"monazite() {{ '{sys.executable}' -c '{program}' \"$@\"; }}\n{typed}"], folder)


def _printed(command: list[str], folder: Path) -> str:
    """Run a command; everything that it prints, errors too."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(  # noqa: S603  (the commands are our own)
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    assert "Traceback" not in done.stdout, done.stdout
    return re.sub(r" +$", "", done.stdout, flags=re.MULTILINE).rstrip("\n") + "\n" * bool(done.stdout.strip())


def _differences(told: str, printed: str) -> Iterator[tuple[str, str]]:
    """Lines that say another thing, or the same with other numbers; spaces follow from the width of numbers."""
    one, other = (WALL_TIME.sub("", text).splitlines() for text in (told, printed))
    yield from ((a, b) for a, b in zip(one, other, strict=False) if not _agree(a, b))
    if len(one) != len(other):
        yield f"{len(one)} lines", f"{len(other)} lines"


def _agree(told: str, printed: str) -> bool:
    words = [NUMBER.sub("#", line).split() for line in (told, printed)]
    values = [[float(number.replace(",", "")) for number in NUMBER.findall(line)] for line in (told, printed)]
    return words[0] == words[1] and all(math.isclose(a, b, rel_tol=CLOSE) for a, b in zip(*values, strict=True))


@pytest.mark.slow(40)
def test_the_tutorial_says_what_the_program_prints(tmp_path: Path) -> None:
    told = TUTORIAL.read_text(encoding="utf-8")
    differences = list(_differences(told, play(told, tmp_path)))
    assert not differences, "after a change that is meant, run `python -m tests.test_docs` and read what changed"


def test_the_python_of_the_readme_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As written, but for fewer worlds."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scenarios").symlink_to(ROOT / "scenarios")
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    assert '"ensemble.replicates": 50' in code
    exec(code.replace('"ensemble.replicates": 50', '"ensemble.replicates": 2'), {})  # noqa: S102  (our own)
    assert (tmp_path / "results" / "april" / "summary.csv").is_file()


def test_numbers_that_moved_are_noticed() -> None:
    told = "a: 20 replicates, 1.3 s, in a\nloss  45,257,249,199  0.0457"
    assert not list(_differences(told, "a: 20 replicates, 9.8 s, in a\nloss    45,257,249,200  0.0457"))
    assert list(_differences(told, told.replace("45,", "46,")))
    assert list(_differences(told, told.replace("loss", "gain")))


if __name__ == "__main__":
    with TemporaryDirectory() as home:
        TUTORIAL.write_text(play(TUTORIAL.read_text(encoding="utf-8"), Path(home)), encoding="utf-8")
