"""A result folder over its life: saved, killed, out of disk, replaced, meddled with; always whole or not there."""

import errno
import os
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from sim.definitions.items import Item
from sim.errors import InputError, RunError
from sim.results import csvfile
from sim.results.result import read
from tests.byhand import result

SEEDS = st.integers(0, 9)


class Life(RuleBasedStateMachine):
    """Whatever happens, the folder holds the last result that was saved, or what was there before."""

    def __init__(self) -> None:
        super().__init__()
        self.home = TemporaryDirectory()
        self.folder = Path(self.home.name) / "a"
        self.seed: int | None = None
        self.has_notes = False

    def teardown(self) -> None:
        """Leave nothing."""
        self.home.cleanup()

    @rule(seed=SEEDS, overwrite=st.booleans())
    def save(self, seed: int, overwrite: bool) -> None:
        """Save: refused where something stands in the way."""
        saved = result("a", {Item("loss"): [1.0, 2.0]}, seed=seed)
        if self.has_notes or (self.seed is not None and not overwrite):
            with pytest.raises(InputError):
                saved.save(self.folder, overwrite=overwrite)
            return
        saved.save(self.folder, overwrite=overwrite)
        self.seed = seed
        assert not self.siblings(), "what was left behind is cleared up"

    @rule(seed=SEEDS, files=st.integers(0, 4))
    @precondition(lambda self: not self.has_notes)
    def run_out_of_disk(self, seed: int, files: int) -> None:
        """Save until the disk is full."""
        left = iter(range(files))
        write = csvfile.write

        def fill_up(*arguments: object) -> None:
            if next(left, None) is None:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            write(*arguments)  # type: ignore[arg-type]

        with patch.object(csvfile, "write", fill_up), pytest.raises(RunError, match="no space left"):
            result("a", {Item("loss"): [1.0]}, seed=seed).save(self.folder, overwrite=True)
        assert not self.siblings()

    @rule()
    def be_killed(self) -> None:
        """Die while writing: a hidden sibling is left that no process holds."""
        partial = self.folder.with_name(f".a.{len(self.siblings()):08x}.tmp")
        partial.mkdir()
        (partial / "summary.csv").write_text("metric,comm")

    @rule()
    @precondition(lambda self: self.seed is not None)
    def take_notes(self) -> None:
        """Put a file of one's own into the folder."""
        (self.folder / "notes.txt").write_text("mine")
        self.has_notes = True

    @rule()
    @precondition(lambda self: self.has_notes)
    def tidy_up(self) -> None:
        """Take it out again."""
        (self.folder / "notes.txt").unlink()
        self.has_notes = False

    @invariant()
    def is_whole_or_not_there(self) -> None:
        """The folder is the last result, and no file of it is changed or missing."""
        if self.seed is None:
            assert not self.folder.exists()
        else:
            back = read(self.folder)
            assert (back.manifest["seed"], back.changed()) == (self.seed, [])

    def siblings(self) -> list[Path]:
        """Hidden folders beside it."""
        return list(self.folder.parent.glob(".*"))


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=25, stateful_step_count=12, deadline=None)
