"""The rows that people see first."""

import pytest

from sim.definitions.items import Item
from sim.definitions.metrics import METRICS, Metric
from sim.results.headline import headline
from tests.byhand import result


@pytest.fixture(autouse=True)
def metrics(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three headline metrics, and one that is none."""
    for name, is_headline in (("loss", True), ("sent", True), ("ratio", True), ("waits", False)):
        monkeypatch.setitem(METRICS, name, Metric(name, "1", (), "lower", "…", headline=is_headline))


def test_totals_stand_for_their_parts_and_the_largest_for_the_rest() -> None:
    items = {
        Item("loss", region="*", sector="*"): 9.0,
        Item("loss", region="*-CN", sector="*"): 6.0,
        Item("loss", region="*-CN", sector="wind"): 5.0,
        Item("loss", region="EU", sector="*"): 4.0,
        Item("loss", commodity="oxide.Dy", region="*-CN", sector="*"): 3.0,
        Item("sent", commodity="oxide.Dy", region="CN", partner="*"): 1.0,
        Item("sent", commodity="magnet.*", region="CN", partner="*"): 7.0,
        Item("sent", commodity="magnet.*", region="CN", partner="EU"): 6.0,
        Item("sent", commodity="magnet.*", region="*", partner="*"): 8.0,
        **{Item("ratio", commodity=f"oxide.{name}", region="EU"): k for k, name in enumerate("abcde")},
        Item("waits", instrument="licence"): 99.0,
    }
    summary = result("a", {item: [value] for item, value in items.items()}).summary
    rows = headline(summary, METRICS)
    assert list(zip(rows["metric"], rows["commodity"], rows["region"], rows["sector"], strict=True)) == [
        ("loss", "", "*-CN", "*"),
        ("sent", "magnet.*", "CN", ""),
        ("ratio", "oxide.e", "EU", ""),
        ("ratio", "oxide.d", "EU", ""),
        ("ratio", "oxide.c", "EU", ""),
    ]
    marked = headline(summary, METRICS, ["oxide.b", "oxide.a"])
    assert list(zip(marked["metric"], marked["commodity"], strict=True)) == [
        ("loss", ""),
        ("sent", "magnet.*"),
        ("ratio", "oxide.b"),
        ("ratio", "oxide.a"),
    ]
