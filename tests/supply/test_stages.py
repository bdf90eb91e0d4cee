"""Slips, decisions and construction, by hand (docs/model.md, eq. 10.1 to 10.3)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from sim.axes import Floats
from sim.ensemble.clock import Tick
from sim.supply.settle import Supply
from sim.supply.stages import Stage, Stages
from sim.world.rows import ProjectRow, RecordRow
from tests import allies
from tests.allies import HALF_YEAR, MAGNET_NEW, PUNCTUAL, ROWS, change, record

MINE, EXPANSION, WORKS, FAR = range(4)
MANY = 4_000


def supply(
    *records: RecordRow, rows: Sequence[ProjectRow] = ROWS, replicates: int = 2, uncertain: bool = False
) -> Supply:
    """The projects of the allies; records that are not given are those of who is never late."""
    given = {row.slips for row in records}
    every = (*records, *(row for row in PUNCTUAL if row.slips not in given))
    made = allies.market(made=allies.tables(rows, every), replicates=replicates, uncertain=uncertain)
    assert made.setting.supply is not None
    return made.setting.supply


def stages(*records: RecordRow, replicates: int = 2, uncertain: bool = False) -> Stages:
    """Their stages, on the first day."""
    moving = supply(*records, replicates=replicates, uncertain=uncertain).stages
    moving.move(1)
    return moving


def worth(amount: float, moving: Stages) -> Callable[[], Floats]:
    """The same worth for all."""
    return lambda: np.full(moving.stage.shape, amount)


def test_a_slip_falls_on_both_parts_of_the_plan() -> None:
    """Half a year of permits, a year of building, and 18 months of slip: all of it takes twice as long."""
    moving = stages(record("greenfield", median=18))
    assert moving.ready[FAR, 0] == pytest.approx(365)
    assert moving.building[FAR, 0] == pytest.approx(730)


def test_the_later_of_permits_and_the_planned_date_counts() -> None:
    """Permits until day 182.5, a decision planned for day 365."""
    rows = change(ROWS, "FA mine", decision="2026-01-01")
    assert supply(rows=rows).stages.ready[FAR, 0] == pytest.approx(365)


def test_permits_begin_when_a_project_becomes_known() -> None:
    """On day 100: ready half a year later, and unknown until then."""
    moving = supply(rows=change(ROWS, "FA mine", announced="2025-04-11")).stages
    moving.move(100)
    assert moving.stage[FAR, 0] == Stage.UNKNOWN
    moving.move(101)
    assert moving.stage[FAR, 0] == Stage.DECISION
    assert moving.ready[FAR, 0] == pytest.approx(100 + HALF_YEAR)


def test_what_is_under_construction_has_its_whole_slip_before_it() -> None:
    """Due on day 365, half a year late."""
    moving = stages(record("brownfield", median=6))
    assert moving.decided[EXPANSION, 0] == 0
    moving.move(547)
    assert moving.stage[EXPANSION, 0] == Stage.CONSTRUCTION
    moving.move(548)
    assert moving.stage[EXPANSION, 0] == Stage.OPERATING
    assert moving.started[EXPANSION, 0] == pytest.approx(365 + HALF_YEAR)


def test_what_operates_is_not_late() -> None:
    """Since 2015."""
    moving = stages(record("brownfield", median=6))
    assert moving.stage[MINE, 0] == Stage.OPERATING
    assert moving.started[MINE, 0] == -3653


def test_slips_are_lognormal() -> None:
    """Median 18 months, and one in ten above 18·e^(1.2816·0.5) = 34.2: within four standard errors."""
    moving = stages(record("greenfield", median=18, sigma=0.5), replicates=MANY, uncertain=True)
    late = (moving.ready[FAR] / HALF_YEAR - 1) * 18
    assert np.median(late) == pytest.approx(18, rel=4 * 1.2533 * 0.5 / MANY**0.5)
    assert (late > 34.16).mean() == pytest.approx(0.1, abs=4 * (0.09 / MANY) ** 0.5)


def test_nobody_decides_before_he_is_ready() -> None:
    """On day 182.5, however much it is worth."""
    moving = stages()
    moving.move(182, worth(1e12, moving))
    assert (moving.stage[[WORKS, FAR]] == Stage.DECISION).all()
    moving.move(183, worth(0, moving))
    assert (moving.stage[[WORKS, FAR]] == Stage.CONSTRUCTION).all()
    assert (moving.decided[[WORKS, FAR]] == 183).all()


def test_a_decision_waits_until_it_pays() -> None:
    """A dollar short for two years; then it is decided, and first output is a year later."""
    moving = stages()
    for day in range(196, 900, 28):
        moving.move(day, worth(-1, moving))
    assert (moving.stage[[WORKS, FAR]] == Stage.DECISION).all()
    moving.move(924, worth(0, moving))
    moving.move(924 + 364)
    assert not np.isfinite(moving.started[WORKS]).any()
    moving.move(924 + 366)
    assert moving.started[[WORKS, FAR]] == pytest.approx(924 + 365)


def test_between_looks_nobody_decides() -> None:
    """Nobody asks what it is worth."""
    moving = stages()
    moving.move(500)
    assert (moving.stage[[WORKS, FAR]] == Stage.DECISION).all()


@pytest.mark.parametrize(("ratio", "decides"), [(1.0252, False), (1.0256, True)])
def test_worked_price_of_a_decision(ratio: float, decides: bool) -> None:
    """Works that convert at 22 USD/kg: 730 t for 50 USD/kg, of 365 t of oxide at 52.5, and 16.06 M USD of costs.

    12 M USD of capital cost 12 × 0.933259 = 11.1991 M USD, spent over the year; a dollar a year from then on, with two
    years of ramp, for 20 years, is worth 6.71785 ÷ 1.15² = 5.07966. So 2.20470 M USD a year are needed, and magnets at
    (35.2225 + 2.2047) ÷ 36.5 = 1.02540 of their price.
    """
    built = allies.market(made=allies.tables(change(ROWS, "AB works", unit_cost=22.0)))
    state, projects = built.market.state, built.setting.supply
    assert projects is not None
    state.long_price[built.world.nodes.made.index(MAGNET_NEW)] = np.log(ratio)
    built.market.run("events", Tick(0, 0, 7, 7))
    built.market.run("events", Tick(1, 196, 224, 28))
    assert (projects.stages.stage[WORKS] == (Stage.CONSTRUCTION if decides else Stage.DECISION)).all()


def test_who_fails_gives_up_when_ready_or_breaks_off_half_way() -> None:
    """Of half of them that fail, 60 % do so early: 30 and 20 %, within four standard errors."""
    moving = stages(record("greenfield", failure=0.5), replicates=MANY, uncertain=True)
    moving.move(182, worth(0, moving))
    assert not (moving.stage[FAR] == Stage.FAILED).any()
    moving.move(183, worth(0, moving))
    assert (moving.stage[FAR] == Stage.FAILED).mean() == pytest.approx(0.3, abs=4 * (0.21 / MANY) ** 0.5)
    before = moving.stage[FAR] == Stage.FAILED
    moving.move(183 + 182)
    assert ((moving.stage[FAR] == Stage.FAILED) == before).all()
    moving.move(183 + 183)
    assert (moving.stage[FAR] == Stage.FAILED).mean() == pytest.approx(0.5, abs=4 * (0.25 / MANY) ** 0.5)
    moving.move(10_000)
    assert ((moving.stage[FAR] == Stage.OPERATING) != (moving.stage[FAR] == Stage.FAILED)).all()


def test_of_those_that_build_already_fewer_fail() -> None:
    """0.5 × 0.4 ÷ (1 − 0.5 × 0.6) = 28.6 %."""
    moving = stages(record("brownfield", failure=0.5), replicates=MANY, uncertain=True)
    moving.move(10_000)
    share = 0.2 / 0.7
    assert (moving.stage[EXPANSION] == Stage.FAILED).mean() == pytest.approx(
        share, abs=4 * (share * (1 - share) / MANY) ** 0.5
    )
    assert (moving.stage[MINE] == Stage.OPERATING).all()


def test_a_project_that_gives_up_asks_for_no_price() -> None:
    """It fails when it is ready, whatever it is worth."""
    moving = stages(record("greenfield", failure=1.0), replicates=MANY, uncertain=True)
    moving.move(196, worth(-1, moving))
    assert (moving.stage[FAR] == Stage.FAILED).mean() == pytest.approx(0.6, abs=4 * (0.24 / MANY) ** 0.5)


def test_names_of_projects_key_their_draws() -> None:
    """A project more or less leaves the days of the others as they are."""
    late = (record("greenfield", median=18), *(row for row in PUNCTUAL if row.slips != "greenfield"))
    every, alone = (
        allies.market(made=allies.tables(records=late), projects=names, replicates=9, uncertain=True).setting.supply
        for names in (allies.PROJECTS, ("FA mine",))
    )
    assert every is not None
    assert alone is not None
    assert alone.stages.ready[0].tobytes() == every.stages.ready[FAR].tobytes()


def test_all_that_is_drawn_is_written_down() -> None:
    """A slip and a fate, how long it ramps and qualifies: four numbers a project."""
    built = allies.market(uncertain=True)
    drawn = [item.name for item in built.setting.draws.items]
    assert {f"projects.FA mine.{what}" for what in ("slip", "fate", "ramp", "qualification")} <= set(drawn)
    assert len(drawn) == 16
