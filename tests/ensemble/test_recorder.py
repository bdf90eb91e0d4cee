"""What is recorded says what the state said: sums, levels, ratios, weeks, shares."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from sim.axes import Floats
from sim.definitions.items import Item
from sim.plan import Plan
from sim.simulation import ChunkResult
from tests.ensembles import LICENCE, plan, recorded

pytestmark = pytest.mark.xdist_group("recorder")

ALL = "outputs: {record: all, every: 7 days}\n"
CLOSED = """\
  - {name: closed, kind: export_ban, by: HO, covers: {elements: all, stages: [oxide, magnet]}, in_force: 2025-02-01}
"""


class Run(NamedTuple):
    """One chunk, and its series by date, (T, V, R)."""

    plan: Plan
    chunk: ChunkResult
    series: Floats


def run(made: Plan, replicates: int) -> Run:
    """Run some replicates, and read their series back."""
    return Run(made, *recorded(made, range(replicates)))


@pytest.fixture(scope="module")
def licensed(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Three replicates under a licence, with everything recorded every week."""
    return run(plan(tmp_path_factory.mktemp("licensed"), LICENCE, ALL), 3)


def series(run: Run, variable: str, **keys: str) -> Floats:
    """(T, R) of one item."""
    items = run.plan.record.series
    rows = [i for i, item in enumerate(items) if item == Item(variable, unit=item.unit, **keys)]
    assert len(rows) == 1, [item for item in items if item.name == variable]
    return run.series[:, rows[0]]


def metric(run: Run, name: str, **keys: str) -> Floats:
    """(R,) of one item."""
    chunk = run.chunk
    rows = [i for i, item in enumerate(chunk.metrics) if item == Item(name, unit=item.unit, **keys)]
    assert len(rows) == 1, [item for item in chunk.metrics if item.name == name]
    return chunk.block.metrics[rows[0]]


def days(run: Run) -> Floats:
    """(T − 1, 1): days that each row but the first stands for."""
    return np.diff([0, *run.plan.record.days])[:, None].astype(float)


@pytest.mark.parametrize(
    ("variable", "name", "keys"),
    [
        ("unmet_demand", "unmet_demand", {"commodity": "magnet.rich", "region": "AB"}),
        ("exports", "exports", {"commodity": "magnet.*", "region": "HO", "partner": "*"}),
        ("value_added_lost", "value_added_lost", {"region": "AB", "sector": "cars"}),
        ("value_added_lost", "value_added_lost", {"commodity": "oxide.Bb", "region": "*-HO", "sector": "*"}),
    ],
)
def test_a_metric_is_what_its_series_adds_up_to(licensed: Run, variable: str, name: str, keys: dict[str, str]) -> None:
    """Flows are means since the row before; the last week of the year has a day, which the rows leave out.

    On that day what buyers still wait for counts as lost, too.
    """
    rows = series(licensed, variable, **keys)[1:]
    added, whole = (rows * days(licensed)).sum(axis=0), metric(licensed, name, **keys)
    if name == "value_added_lost":
        assert (added <= whole).all()
        assert (added > 0.5 * whole).all()
    else:
        assert added == pytest.approx(whole, rel=0.01, abs=1e-9)


@pytest.mark.parametrize(
    "keys", [{"region": "*"}, {"region": "AB", "sector": "cars"}, {"region": "*-HO", "commodity": "oxide.Bb"}], ids=str
)
def test_the_gross_loss_is_what_stays_lost_and_what_is_made_up(licensed: Run, keys: dict[str, str]) -> None:
    names = ("value_added_lost_gross", "value_added_lost", "value_added_made_up")
    gross, net, made = (metric(licensed, name, **{"sector": "*", **keys}) for name in names)
    assert gross == pytest.approx(net + made)
    assert (made >= 0).all()
    assert (gross >= net).all()


def test_lines_that_stand_still_make_weeks_of_stops(licensed: Run) -> None:
    """Levels at the ends of weeks, added up over weeks."""
    level = series(licensed, "lines_stopped", region="AB", sector="optics")[1:]
    weeks = metric(licensed, "line_stop_weeks", region="AB", sector="optics")
    assert (weeks > 1).all()
    assert (level * days(licensed) / 7).sum(axis=0) == pytest.approx(weeks, rel=0.02)


def test_what_is_under_way_at_the_start_is_flow_times_transit(licensed: Run) -> None:
    world = licensed.plan.world
    arc = world.arcs.names.index(("magnet.rich", "HO", "AB"))
    at_start = series(licensed, "in_transit", commodity="magnet.rich", region="HO", partner="AB")[0]
    assert at_start == pytest.approx(world.arcs.flow[arc, 0] * world.arcs.transit[arc])


def test_the_backlog_at_the_end_is_what_is_open(licensed: Run) -> None:
    """Of covered goods and look-alikes together; the open files are those of covered goods."""
    backlog = series(licensed, "licence_backlog", commodity="oxide.Bb", region="HO", partner="*")
    assert (backlog[0] == 0).all()
    assert (backlog[-1] > 0).all()
    rich = series(licensed, "licence_backlog", commodity="magnet.rich", region="HO", partner="*")
    assert backlog[-1] + rich[-1] == pytest.approx(metric(licensed, "licence_open", instrument="licence"), rel=0.1)


def test_files_are_granted_refused_or_open(licensed: Run) -> None:
    filed, granted, refused, left = (
        metric(licensed, f"licence_{what}", instrument="licence") for what in ("filed", "granted", "refused", "open")
    )
    assert granted + refused + left == pytest.approx(filed, rel=1e-9)
    approval = series(licensed, "licence_approval", region="HO", instrument="licence")
    assert approval[-1] == pytest.approx(granted / filed, rel=0.02)


def test_the_price_paid_starts_at_the_mean_base_price_of_what_is_bought(licensed: Run) -> None:
    """Magnets cost 60 at home and 72 abroad; Σ flow × price ÷ Σ flow over the two arcs into the region."""
    world = licensed.plan.world
    flows = {o: world.arcs.flow[world.arcs.names.index(("magnet.rich", o, "AB")), 0] for o in ("HO", "AB")}
    mean = (flows["HO"] * 60 + flows["AB"] * 72) / (flows["HO"] + flows["AB"])
    assert series(licensed, "price_paid", commodity="magnet.rich", region="AB")[0] == pytest.approx(mean)


def test_allied_regions_make_their_share(licensed: Run) -> None:
    """The one allied region of two: its output over the output of both."""
    made = {
        g: (series(licensed, "output", commodity="magnet.rich", region=g)[1:] * days(licensed)).sum(axis=0)
        for g in ("AB", "HO")
    }
    output = metric(licensed, "allied_output", commodity="magnet.rich", region="*")
    assert output == pytest.approx(made["AB"], rel=0.01)
    share = metric(licensed, "allied_share", commodity="magnet.rich", region="*")
    assert share == pytest.approx(made["AB"] / (made["AB"] + made["HO"]), rel=0.01)


def test_a_price_peaks_over_what_it_was_before_the_first_control(tmp_path: Path) -> None:
    """Highest over the mean of January; the gap is that to the origin's price at the same time."""
    closed = run(plan(tmp_path, CLOSED, "parameters: {growth: 0}\n" + ALL), 2)
    outside = series(closed, "price_spot", commodity="oxide.Bb", region="AB")
    home = series(closed, "price_spot", commodity="oxide.Bb", region="HO")
    peak = metric(closed, "price_peak_ratio", commodity="oxide.Bb", region="AB")
    assert peak == pytest.approx(outside.max(axis=0) / outside[0], rel=0.01)
    assert metric(closed, "price_gap_peak", commodity="oxide.Bb", region="AB") == pytest.approx(
        (outside / home).max(axis=0), rel=0.01
    )
    assert np.isinf(metric(closed, "recovery_time", commodity="oxide.Bb", region="AB")).all()


def test_months_end_at_months_though_ticks_do_not(tmp_path: Path) -> None:
    """A row at each month's end, for ticks of a week: flows are spread evenly within a tick."""
    monthly = plan(tmp_path, LICENCE, "outputs: {record: [exports], every: month}\n")
    ends = [monthly.horizon.date(day - 1) for day in monthly.record.days]
    assert [day.month for day in ends] == list(range(1, 13))
    weekly = plan(tmp_path, LICENCE, "outputs: {record: [exports], every: 7 days}\n")
    totals = []
    for made in (monthly, weekly):
        two = run(made, 2)
        rows = series(two, "exports", commodity="magnet.*", region="HO", partner="*")[1:]
        totals.append((rows * days(two)).sum(axis=0))
    assert totals[0] == pytest.approx(totals[1], rel=0.01)


def test_what_has_nothing_to_divide_by_has_no_value(tmp_path: Path) -> None:
    """Before a licence is in force nothing is filed; behind a full ban nothing is bought from there."""
    made = plan(tmp_path, LICENCE.replace("2025-02-05", "2025-06-04"), ALL)
    approval = series(run(made, 2), "licence_approval", region="HO", instrument="licence")
    assert np.isnan(approval[0]).all()
    assert not np.isnan(approval[-1]).any()


def test_what_a_chunk_keeps_does_not_grow_with_the_days(tmp_path: Path) -> None:
    """Ten times the rows in the file, the same in memory: the recorder has room for what has added up, and no more."""
    kept, written = [], []
    for every in ("70 days", "7 days"):
        chunk, rows = recorded(plan(tmp_path, LICENCE, f"outputs: {{every: {every}}}\n"), range(2))
        kept.append(chunk.block.metrics.nbytes + chunk.block.draws.nbytes)
        written.append(len(rows))
    assert kept[0] == kept[1]
    assert written == [1 + 5, 1 + 52]


def test_fields_that_nothing_needs_are_not_read(tmp_path: Path) -> None:
    """Without the price paid, nobody works out what was paid."""
    assert not plan(tmp_path, LICENCE).record.needs & {"paid", "bought", "value_added"}
    assert plan(tmp_path, LICENCE, ALL).record.needs >= {"paid", "bought", "value_added"}
