"""The bar while something runs."""

import sys

import pytest

from sim.cli.progress import Bar


class Terminal:
    """Standard error as a terminal, that remembers what it was reported."""

    encoding = "utf-8"

    def __init__(self) -> None:
        self.said = ""

    def write(self, text: str) -> int:
        """Take it."""
        self.said += text
        return len(text)

    def flush(self) -> None:
        """Nothing is held back."""

    def isatty(self) -> bool:
        """Say that somebody looks."""
        return True


def test_one_bar_counts_the_replicates_of_all_scenarios(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two scenarios of 30 and 10 replicates: half of the second done is 35 of 40."""
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    bar = Bar([("first", 30), ("second", 10)], quiet=False)
    with bar.next() as show:
        show(30)
    with bar.next() as show:
        show(5)
        assert bar.bar is not None
        (task,) = bar.bar.tasks
        assert (task.completed, task.total, task.description) == (35, 40, "second (2 of 2)")
    assert "second (2 of 2)" in terminal.said
    assert "35/40" in terminal.said


def test_what_is_printed_between_two_parts_goes_where_it_should(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    bar = Bar([("first", 1), ("second", 1)], quiet=False)
    for _ in bar.parts:
        with bar.next() as show:
            show(1)
            sys.stdout.write("amid\n")
        sys.stdout.write("after\n")
    assert capsys.readouterr().out == "amid\nafter\n" * 2
    assert "after" not in terminal.said


def test_nobody_who_looks_gets_no_bar() -> None:
    for quiet in (True, False):
        bar = Bar([("first", 1)], quiet=quiet)
        with bar.next() as show:
            show(1)
        assert bar.bar is None
