"""Tables of a result made by hand, line by line."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.definitions.items import Item
from sim.errors import BrokenInvariant
from sim.results import csvfile, statistics, tables
from sim.results.outcome import Outcome
from sim.results.tables import COLUMNS, PIECES


def lines(outcome: Outcome, table: str, folder: Path) -> list[str]:
    file = folder / f"{table}.csv"
    csvfile.write(file, COLUMNS[table], PIECES[table](outcome))
    text = file.read_bytes().decode()
    assert text.endswith("\n")
    assert "\r" not in text
    return text.splitlines()


def test_summary_by_hand(outcome: Outcome, tmp_path: Path) -> None:
    """Losses 1, 2, 3 bn: mean and median 2, sd 1, p05 = 1 + 0.05 × 2; a world without a price is not counted."""
    header, price, recovery, loss = lines(outcome, "summary", tmp_path)
    assert header == ("metric,commodity,region,partner,sector,facility,instrument,unit,mean,sd,p05,p25,p50,p75,p95,n")
    key, numbers = price.split(",")[:8], price.split(",")[8:]
    assert key == ["price_peak_ratio", "oxide.Dy", "NA", "", "", "", "", "1"]
    assert float(numbers[0]) == pytest.approx((3.0 + 0.3) / 2)
    assert numbers[-1] == "2"
    assert recovery == "recovery_time,oxide.Dy,EU,,,,,days,inf,,12,20,30,inf,inf,3"
    assert loss == (
        "value_added_lost,,*,,*,,,USD,2000000000,1000000000,1100000000,1500000000,2000000000,2500000000,2900000000,3"
    )


def test_replicates_go_by_world_then_by_item(outcome: Outcome, tmp_path: Path) -> None:
    rows = lines(outcome, "replicates", tmp_path)
    assert rows[0] == "replicate,metric,commodity,region,partner,sector,facility,instrument,unit,value"
    assert rows[1:4] == [
        "0,price_peak_ratio,oxide.Dy,NA,,,,,1,3",
        "0,recovery_time,oxide.Dy,EU,,,,,days,10",
        "0,value_added_lost,,*,,*,,,USD,1000000000",
    ]
    assert rows[4] == "1,price_peak_ratio,oxide.Dy,NA,,,,,1,0.30000000000000004"
    assert rows[7] == "2,price_peak_ratio,oxide.Dy,NA,,,,,1,"
    assert len(rows) == 1 + 9


def test_timeseries_go_by_date(outcome: Outcome, tmp_path: Path) -> None:
    """Stock holds 0, 1, 2 in the three replicates at first; exports 100, 101, 102; ten more at the second date."""
    rows = lines(outcome, "timeseries", tmp_path)
    assert rows[1] == "2025-01-01,exports,,CN,,,,,t/day,101,100.1,100.5,101,101.5,101.9"
    assert [row.split(",")[0:2] for row in rows[2:]] == [
        ["2025-01-01", "stock"],
        ["2025-01-29", "exports"],
        ["2025-01-29", "stock"],
    ]
    assert rows[4].split(",")[9] == "11"


def test_paths_draws_and_events_by_hand(outcome: Outcome, tmp_path: Path) -> None:
    paths = lines(outcome, "paths", tmp_path)
    assert paths[1] == "0,2025-01-01,exports,,CN,,,,,t/day,100"
    assert paths[-1] == "1,2025-01-29,stock,oxide.Dy,NA,,,,,t,11"
    assert lines(outcome, "draws", tmp_path)[2] == "ban.share,1,1,0.25"
    events = lines(outcome, "events", tmp_path)
    assert events[1] == '2025-04-04,in_force,"ban, on ""all""",NA,oxide.Dy,1,'
    assert events[2] == "2025-05-01,line_stop,wind,EU,,0.3333333333333333,"


def test_pieces_do_not_show(outcome: Outcome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A row at a time gives the same bytes."""
    whole = {table: lines(outcome, table, tmp_path) for table in PIECES}
    monkeypatch.setattr(tables, "ROWS", 1)
    assert {table: lines(outcome, table, tmp_path) for table in PIECES} == whole


def test_any_text_and_any_number_come_back(tmp_path: Path) -> None:
    """Commas, quotes, line feeds; the smallest, the largest, none; in columns that share their rows, and in lists."""
    words = ["plain", "a, b", 'say "no"', "two\nlines", "", "NA"]
    numbers = [0.1 + 0.2, 5e-324, 1.7976931348623157e308, -0.0, float("-inf"), float("nan")]
    rows = np.array([5, 4, 3, 2, 1, 0])
    piece: dict[str, tables.Column] = {
        "metric": tables.Text(words, rows),
        "unit": tables.Text(words[::-1], rows),
        "detail": words,
        "value": np.array(numbers),
    }
    csvfile.write(tmp_path / "a.csv", tuple(piece), [piece, piece])
    back = csvfile.read(tmp_path / "a.csv", tuple(piece))
    assert back["metric"].tolist() == 2 * words[::-1]
    assert back["unit"].tolist() == back["detail"].tolist() == 2 * words
    assert back["value"].to_numpy().tobytes() == np.array(2 * numbers).tobytes()


def test_fewer_replicates_are_the_head_of_more(outcome: Outcome, tmp_path: Path) -> None:
    more = lines(outcome, "replicates", tmp_path)
    fewer = lines(replace(outcome, replicates=range(2), measured=outcome.measured[:, :2]), "replicates", tmp_path)
    assert more[: len(fewer)] == fewer


def test_one_world_has_quantiles_and_no_deviation(outcome: Outcome, tmp_path: Path) -> None:
    alone = replace(outcome, replicates=range(2, 3), measured=outcome.measured[:, 2:])
    recovery = lines(alone, "summary", tmp_path)[2]
    assert recovery == "recovery_time,oxide.Dy,EU,,,,,days,inf,,inf,inf,inf,inf,inf,1"


def test_two_rows_of_one_name_are_a_defect(outcome: Outcome) -> None:
    with pytest.raises(BrokenInvariant, match="two rows claim the metric exports, CN, t"):
        next(PIECES["summary"](replace(outcome, metrics=[Item("exports", region="CN", unit="t")] * 3)))


@given(st.floats(-1e9, 1e9), st.integers(1, 50))
def test_equal_values_have_exactly_themselves_for_mean_and_no_deviation(value: float, n: int) -> None:
    values = np.full((1, n), value)
    assert statistics.mean(values) == value
    assert n == 1 or statistics.sd(values) == 0


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40))
def test_finite_quantiles_are_those_of_numpy(values: list[float]) -> None:
    ours = statistics.quantiles(np.array(values))
    np.testing.assert_allclose(ours, np.quantile(values, statistics.LEVELS), rtol=1e-12, atol=1e-9)


@given(st.lists(st.floats(-1e6, 1e6) | st.just(float("inf")), min_size=1, max_size=40))
def test_quantiles_with_infinities_ascend(values: list[float]) -> None:
    """An infinite value stands above all others, and no quantile is lost between two of them."""
    found = statistics.quantiles(np.array(values))
    assert not np.isnan(found).any()
    assert (found[1:] >= found[:-1]).all()
    capped = statistics.quantiles(np.minimum(values, 1e9))
    assert (np.isfinite(found) <= (found == capped)).all()
