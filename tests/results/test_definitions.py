"""Definitions travel with a result: it is read in the words of the version that made it, without the engine."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

import sim
from sim.definitions.book import NO_DEFINITIONS, Definitions, declared, read_definitions
from sim.definitions.items import Item
from sim.definitions.metrics import Metric
from tests.byhand import result

LOSS = Item("value_added_lost", region="*", sector="*", unit="USD")


def edited(folder: Path, definitions: Mapping[str, object] | None) -> None:
    """Give a result other definitions, or none, as another version would have written them."""
    file = folder / "manifest.json"
    facts = json.loads(file.read_text())
    facts.pop("definitions")
    file.write_text(json.dumps(facts if definitions is None else facts | {"definitions": definitions}))


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    """Two results of two replicates; in the second less is lost."""
    for name, values in (("a", [4.0, 5.0]), ("b", [1.0, 2.0])):
        result(name, {LOSS: values}).save(tmp_path / name)
    return tmp_path / "a", tmp_path / "b"


def test_what_is_written_is_read_back() -> None:
    import sim.simulation  # noqa: F401, PLC0415  (declares them)

    known = declared()
    assert "value_added_lost" in known.metrics
    assert "price_spot" in known.variables
    again = read_definitions({"definitions": json.loads(json.dumps(known.written()))})
    assert again.written() == known.written()
    assert read_definitions({}) == NO_DEFINITIONS


def test_the_words_of_the_first_count() -> None:
    old, new = (Definitions({"m": Metric("m", "1", (), way, "…")}, {}) for way in ("higher", "lower"))
    assert (old | new).better("m") == "higher"
    assert (old | new).better("n") == "neither"


@pytest.mark.parametrize(("way", "share"), [("lower", 1.0), ("higher", 0.0)])
def test_a_result_is_judged_by_its_own_words(pair: tuple[Path, Path], way: str, share: float) -> None:
    words = Definitions({LOSS.name: Metric(LOSS.name, "USD", ("region",), way, "…")}, {})  # type: ignore[arg-type]
    edited(pair[0], words.written())
    assert sim.compare(*pair).table["share_better"].tolist() == [share]


def test_a_result_of_a_version_without_definitions_is_judged_by_this_one(pair: tuple[Path, Path]) -> None:
    for folder in pair:
        edited(folder, None)
    assert sim.compare(*pair).table["share_better"].tolist() == [1.0]


def test_reading_and_comparing_need_no_engine(pair: tuple[Path, Path]) -> None:
    script = f"import sim, sys; sim.compare({str(pair[0])!r}, {str(pair[1])!r}); print('sim.market' in sys.modules)"
    import sim.simulation  # noqa: F401, PLC0415

    for folder in pair:
        edited(folder, declared().written())
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout == "False\n"
