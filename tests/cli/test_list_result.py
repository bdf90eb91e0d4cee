"""`monazite list metrics RESULT`: what a result says of its own names."""

from pathlib import Path

from sim.definitions.items import Item
from tests.byhand import result
from tests.cli.conftest import Monazite


def test_a_result_lists_its_own_metrics(monazite: Monazite, tmp_path: Path) -> None:
    result("a", {Item("value_added_lost", region="*", sector="*", unit="USD"): [1.0]}).save(tmp_path / "a")
    file = tmp_path / "a" / "manifest.json"
    file.write_text(file.read_text().replace("value_added_lost", "loss_of_old"))
    answer = monazite("list", "metrics", str(tmp_path / "a"))
    assert answer.code == 0
    assert "loss_of_old" in answer.out


def test_what_a_result_does_not_define_is_refused(monazite: Monazite, tmp_path: Path) -> None:
    result("a", {Item("value_added_lost", unit="USD"): [1.0]}).save(tmp_path / "a")
    answer = monazite("list", "regions", str(tmp_path / "a"))
    assert answer.code == 2
    assert "a result does not define regions" in answer.err
    assert monazite("list", "metrics", str(tmp_path / "b")).code == 2
