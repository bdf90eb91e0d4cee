"""Comparisons of results made by hand."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.analysis import pairs
from sim.analysis.compare import compare
from sim.analysis.comparison import COLUMNS, Comparison, replicates_to_settle
from sim.definitions.items import KEYS, Item
from sim.definitions.metrics import METRICS, Metric
from sim.errors import InputError
from sim.results.result import read
from tests.byhand import HORIZON, result

INF = float("inf")
LOSS = Item("value_added_lost", region="*", sector="*", unit="USD")
OUTSIDE = replace(LOSS, region="*-CN")
RECOVERY = Item("recovery_time", commodity="oxide.Dy", region="NA", unit="days")
SHARE = Item("allied_share", commodity="oxide.Dy", region="EU", unit="1")
COST = Item("reserve_net_cost", instrument="vault", unit="USD")


@pytest.fixture(autouse=True)
def directions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Less loss is better, more allied supply is; a headline each."""
    lower = Metric("value_added_lost", "USD", ("region", "sector"), "lower", "…", headline=True)
    for metric in (lower, Metric("allied_share", "1", ("commodity", "region"), "higher", "…")):
        monkeypatch.setitem(METRICS, metric.name, metric)


def row(comparison: Comparison, item: Item, other: str = "b") -> dict[str, float]:
    """Find the row of an item."""
    table = comparison.table
    cells = {"metric": item.name, **{key: getattr(item, key) for key in KEYS}, "unit": item.unit}
    found = table[(table[list(cells)] == list(cells.values())).all(axis=1) & (table["other"] == other)]
    assert len(found) == 1
    return {str(name): value for name, value in found.iloc[0].items()}


def test_worked_differences() -> None:
    """Losses 10, 20, 30 against 12, 19, 36: differences 2, -1, 6, mean 7/3; better in one replicate of three."""
    base = result("a", {LOSS: [10, 20, 30], SHARE: [0.1, 0.1, 0.1]})
    other = result("b", {LOSS: [12, 19, 36], SHARE: [0.2, 0.1, 0.3]})
    comparison = compare(base, other)
    loss = row(comparison, LOSS)
    assert loss["base_mean"] == 20
    assert loss["other_mean"] == pytest.approx(67 / 3)
    assert loss["difference"] == pytest.approx(7 / 3)
    assert -1 <= loss["low95"] < loss["difference"] < loss["high95"] <= 6
    assert loss["share_better"] == pytest.approx(1 / 3)
    assert loss["n"] == 3
    assert row(comparison, SHARE)["share_better"] == pytest.approx(2 / 3)
    assert tuple(comparison.table.columns) == COLUMNS


def test_a_result_with_itself_differs_by_exactly_nothing() -> None:
    base = result("b", {LOSS: [0.1, 0.7, 1e9], RECOVERY: [INF, 3, INF]})
    table = compare(base, base).table
    for name in ("difference", "low95", "high95"):
        assert (table[name] == 0).all()
    assert (compare(base, base).changes) == {"b": []}


def test_infinities_are_differences_too() -> None:
    """Both never: 0. One never: ±inf. A mean of them all is lost only where signs meet."""
    base = result("a", {RECOVERY: [INF, INF], SHARE: [1, INF]})
    other = result("b", {RECOVERY: [INF, 5], SHARE: [INF, 1]})
    comparison = compare(base, other)
    assert row(comparison, RECOVERY)["difference"] == -INF
    assert row(comparison, RECOVERY)["low95"] == -INF
    assert np.isnan(row(comparison, SHARE)["difference"])
    assert np.isnan(row(comparison, SHARE)["low95"])


def test_a_world_without_a_value_leaves_its_pair_out() -> None:
    base = result("a", {SHARE: [0.1, np.nan, 0.3]})
    other = result("b", {SHARE: [0.2, 0.9, np.nan]})
    found = row(compare(base, other), SHARE)
    assert (found["n"], found["base_mean"], found["other_mean"]) == (1, 0.1, 0.2)
    assert found["difference"] == pytest.approx(0.1)
    assert np.isnan(found["low95"])


def test_rows_on_one_side_are_listed_with_the_other_empty() -> None:
    comparison = compare(result("a", {LOSS: [1, 2], SHARE: [0.5, 0.7]}), result("b", {LOSS: [1, 2], COST: [3, 5]}))
    cost, share = row(comparison, COST), row(comparison, SHARE)
    assert (cost["other_mean"], cost["n"], share["base_mean"], share["n"]) == (4, 0, 0.6, 0)
    assert np.isnan([cost["base_mean"], cost["difference"], share["other_mean"], share["low95"]]).all()


def test_rows_are_matched_by_what_they_are_about(tmp_path: Path) -> None:
    """Shuffled rows give the same answer, and the changed file is named."""
    values = {LOSS: [10.0, 20.0, 30.0], OUTSIDE: [1.0, 2.0, 3.0], RECOVERY: [INF, 3.0, 4.0]}
    base = result("a", values)
    folder = result("b", {item: [2 * x for x in row] for item, row in values.items()}).save(tmp_path / "b")
    straight = compare(base, folder).table
    file = folder / "replicates.csv"
    header, *lines = file.read_text().splitlines(keepends=True)
    file.write_text(header + "".join(reversed(lines)))
    shuffled = compare(base, folder)
    assert shuffled.table.equals(straight)
    assert shuffled.notes == [f"{folder}/replicates.csv was changed after it was written."]


def test_a_doubled_key_is_named_with_both_lines(tmp_path: Path) -> None:
    folder = result("b", {LOSS: [1, 2], RECOVERY: [3, 4]}).save(tmp_path / "b")
    file = folder / "replicates.csv"
    file.write_text(file.read_text() + file.read_text().splitlines(keepends=True)[2])
    with pytest.raises(InputError, match=r"0, value_added_lost, \*, \*, USD stands there twice, on lines 3 and 6"):
        compare(result("a", {LOSS: [1, 2]}), folder)


def test_what_must_be_the_same_is_asked_for_at_once() -> None:
    base = result("a", {LOSS: [1, 2]})
    other = result(
        "b", {LOSS: [1, 2]}, seed=8, seeds={"regions.csv": "cd"}, horizon=HORIZON.replace("7 days", "3 days")
    )
    with pytest.raises(InputError) as caught:
        compare(base, other)
    assert [problem.found.split(" differs")[0] for problem in caught.value.problems] == [
        "its seed",
        "its tick",
        "its set of seeds tables",
    ]
    assert "8 against 7" in str(caught.value)
    assert "--unpaired" in str(caught.value)


def test_points_of_two_worlds_are_not_compared() -> None:
    """Their sweep has one set of tables; the scenarios tell the worlds apart."""
    base, other = result("a", {LOSS: [1, 2]}), result("b", {LOSS: [1, 2]}, horizon=f'{HORIZON}\nworld: "2010"\n')
    with pytest.raises(InputError, match="its world differs from that of a: 2010 against the one that ships"):
        compare(base, other)


def test_two_seeds_are_compared_when_reported_to() -> None:
    """Means 20 and 25 of other replicates, also of another number."""
    base, other = result("a", {LOSS: [10, 20, 30]}), result("b", {LOSS: [20, 30]}, seed=8)
    with pytest.raises(InputError):
        compare(base, other)
    loss = row(compare(base, other, unpaired=True), LOSS)
    assert (loss["difference"], loss["n"]) == (5, 2)
    assert loss["low95"] < 5 < loss["high95"]
    assert np.isnan(loss["share_better"])


def test_worlds_are_paired_by_number() -> None:
    """Replicates 0–2 against 1–3: two in common, with the values 2 and 3 on both sides."""
    comparison = compare(result("a", {LOSS: [1, 2, 3]}), result("b", {LOSS: [2, 3, 4]}, first=1))
    assert (row(comparison, LOSS)["difference"], row(comparison, LOSS)["n"]) == (0, 2)
    with pytest.raises(InputError, match="no replicate in common"):
        compare(result("a", {LOSS: [1]}), result("b", {LOSS: [2]}, first=1))


def test_the_head_names_what_was_changed() -> None:
    """0.40 is 0.4; a named thing that one side lacks is one change."""
    base = result("a", {LOSS: [1, 2]}, says="instruments:\n- {name: x, share: 0.40, covers: [Dy, Tb]}\n")
    says = "instruments:\n- {name: x, share: 0.4, covers: [Dy]}\n- {name: vault, kind: reserve}\n"
    (found,) = compare(base, result("b", {LOSS: [1, 2]}, says=says)).changes.values()
    assert [(change.path, change.base, change.other) for change in found] == [
        ("instruments.x.covers", '["Dy", "Tb"]', '["Dy"]'),
        ("instruments.vault", "–", "reserve"),
    ]


def test_an_instrument_on_one_side_is_reported_by_its_kind() -> None:
    base = result("a", {LOSS: [1.0]}, says="instruments: []\n")
    other = result("b", {LOSS: [1.0]}, says="instruments: [{name: strike, kind: supply_shock, loss: 0.5}]\n")
    (change,) = compare(base, other).changes["b"]
    assert (change.path, change.base, change.other) == ("instruments.strike", "–", "supply_shock")


def test_the_first_rows_are_those_of_both_sides() -> None:
    """A base without a control has no row that leaves its home out; the total of all regions is shown instead."""
    base, other = result("a", {LOSS: [1.0, 2.0]}), result("b", {LOSS: [3.0, 5.0], OUTSIDE: [2.0, 4.0]})
    shown = compare(base, other).headline()
    assert shown[["region", "difference"]].to_numpy().tolist() == [["*", 2.5]]


def test_loss_avoided_per_dollar_by_hand() -> None:
    """A reserve that the base has not costs 10 in each replicate and saves 30, 50: 40 / 10 = 4 a dollar."""
    base = result("a", {LOSS: [900, 900], OUTSIDE: [100, 200]})
    other = result("b", {LOSS: [0, 0], OUTSIDE: [70, 150], COST: [10, 10]})
    ratio = row(compare(base, other), Item("loss_avoided_per_dollar", instrument="vault", unit="1"))
    assert (ratio["difference"], ratio["low95"], ratio["high95"], ratio["n"]) == (4, 3, 5, 2)
    assert np.isnan(ratio["base_mean"])


def test_no_ratio_where_the_cost_may_be_zero() -> None:
    base = result("a", {LOSS: [100, 200]})
    other = result("b", {LOSS: [70, 150], COST: [-10, 10]})
    assert "loss_avoided_per_dollar" not in set(compare(base, other).table["metric"])


def test_only_the_metrics_that_are_asked_for() -> None:
    base, other = result("a", {LOSS: [1, 2], SHARE: [0, 1]}), result("b", {LOSS: [1, 2], SHARE: [1, 1]})
    assert set(compare(base, other, metrics=["allied_share"]).table["metric"]) == {"allied_share"}
    with pytest.raises(InputError, match="Did you mean 'allied_share'"):
        compare(base, other, metrics=["alied_share"])


def test_several_others_in_the_order_given(tmp_path: Path) -> None:
    base = result("a", {LOSS: [1, 2]})
    comparison = compare(base, result("c", {LOSS: [1, 3]}), result("b", {LOSS: [1, 2]}))
    assert list(comparison.table["other"]) == ["c", "b"]
    comparison.save(tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text().splitlines()[0] == (
        "other,metric,commodity,region,partner,sector,facility,instrument,unit,"
        "base_mean,other_mean,difference,low95,high95,share_better,n"
    )
    assert (tmp_path / "out.csv").read_text().splitlines()[2] == ("b,value_added_lost,,*,,*,,,USD,1.5,1.5,0,0,0,0,2")


def test_what_was_saved_compares_as_what_was_not(tmp_path: Path) -> None:
    base, other = result("a", {LOSS: [0.1, 0.2]}), result("b", {LOSS: [0.3, 0.1]})
    saved = compare(base, read(other.save(tmp_path / "b"))).table
    assert saved.drop(columns="other").equals(compare(base, other).table.drop(columns="other"))


def test_an_open_difference_says_how_many_replicates_would_tell() -> None:
    """An interval twice as wide as the difference on either side needs four times the replicates."""
    assert replicates_to_settle(1.0, -1.0, 3.0, 100) == 400
    assert replicates_to_settle(1.0, 0.5, 1.5, 100) is None
    assert replicates_to_settle(0.0, -1.0, 1.0, 100) is None
    comparison = compare(result("a", {LOSS: [0, 0, 0, 0]}), result("b", {LOSS: [-9, 10, -10, 13]}))
    (line,) = comparison.settling(comparison.headline())
    assert line.startswith("b value_added_lost * *: about ")


def test_intervals_shrink_like_one_over_the_root_of_n() -> None:
    few = np.arange(100.0)[None] % 10
    widths = [float(np.diff(pairs.bounds(np.tile(few, times)))[0, 0]) for times in (1, 4)]
    assert widths[0] / widths[1] == pytest.approx(2, rel=0.1)


def test_an_interval_covers_what_the_normal_one_does() -> None:
    """A thousand replicates of deviation 1: the interval is 1.96 / √1000 each way, within a tenth."""
    values = np.tile([-1.0, 1.0], 500)[None]
    low, high = pairs.bounds(values)[0]
    assert (low, high) == (pytest.approx(-0.062, rel=0.1), pytest.approx(0.062, rel=0.1))


@given(st.lists(st.floats(-1e9, 1e9) | st.just(INF), min_size=2, max_size=8), st.integers(0, 3))
def test_a_row_does_not_know_the_others(values: list[float], others: int) -> None:
    """The interval of a row has the same bits alone and among others."""
    alone = np.array([values])
    among = np.concatenate([np.ones((others, len(values))), alone])
    np.testing.assert_array_equal(pairs.bounds(among)[-1], pairs.bounds(alone)[0])
