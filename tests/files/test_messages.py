"""One clear message for each rule: ``tests/errors/*.yaml`` with what is said about it beside as ``.txt``."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.errors import InputError
from sim.scenario import draft, fields
from tests.toll import NAMES, Toll

FOLDER = Path(__file__).parent.parent / "errors"
PARTS = {"circle-b", "circle-c", "remove-base"}  # of other cases
CASES = sorted(file.stem for file in FOLDER.glob("*.yaml") if file.stem not in PARTS)


@pytest.fixture(autouse=True)
def _only_tolls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fields, "KINDS", {"toll": Toll})
    monkeypatch.chdir(FOLDER)


@pytest.mark.parametrize("case", CASES)
def test_what_is_said(case: str, request: pytest.FixtureRequest) -> None:
    """The message is the one that somebody has read and found right."""
    with pytest.raises(InputError) as caught:
        draft.load(f"{case}.yaml", names=lambda _folders, _world: NAMES)
    said = f"{caught.value}\n"
    golden = FOLDER / f"{case}.txt"
    if request.config.getoption("--update-golden", default=False):
        golden.write_text(said, encoding="utf-8")
    assert said == golden.read_text(encoding="utf-8")
    assert "pydantic" not in said
    assert "yaml." not in said.replace(".yaml", "")
