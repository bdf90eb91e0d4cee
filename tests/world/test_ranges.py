"""Ranges of the tables: who shares a factor, what is known, what scenarios fix (docs/model.md, eq. 0.7)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import sim
from sim.axes import Floats
from sim.chunk import Chunk
from sim.ensemble.draws import Draws
from sim.errors import InputError
from sim.files.shipped import shipped
from sim.plan import Plan, make_plan
from sim.world.build import World, build
from sim.world.ranges import Factor, drawn_world, factors_of
from sim.world.rows import RangeRow, Tables
from tests.oracle.cases import numbers
from tests.worlds import MARGINS, ROUTES, small_tables

HEADER = "table,column,by,which,source,confidence,low,high,note\n"


def ranges(*rows: tuple[str, str, str, str, float, float]) -> Tables:
    """A small world with some ranges."""
    listed = tuple(RangeRow("assumed", "assumption", str(low), str(high), "", *names) for *names, low, high in rows)
    return replace(small_tables(numbers(0)), ranges=listed)


def world_of(tables: Tables, factor: float = 2.0) -> World:
    """The world of a chunk of two replicates that draw 1 and a factor, whatever is drawn."""

    def draw(_factor: Factor) -> Floats:
        return np.array([1.0, factor])

    return drawn_world(build(tables, MARGINS, routes=ROUTES), factors_of(tables), draw)


def test_a_star_is_each_value_that_has_no_row_of_its_own() -> None:
    tables = ranges(("sectors", "cover", "sector", "*", 0.5, 2), ("sectors", "cover", "sector", "optics", 0.9, 1.1))
    others = {row.sector for row in tables.sectors} - {"optics"}
    found = factors_of(tables)
    assert {one.name for one in found} == {f"tables.sectors.cover.{sector}" for sector in (*others, "optics")}
    assert {one.high for one in found if one.which == "optics"} == {1.1}


def test_a_number_that_is_known_is_not_drawn() -> None:
    assert factors_of(ranges(("sectors", "cover", "region", "HO", 1, 1))) == ()


def test_factors_on_a_row_multiply() -> None:
    """Those of its region and of its sector; sectors elsewhere have that of theirs alone."""
    tables = ranges(("sectors", "cover", "region", "HO", 0.5, 3), ("sectors", "cover", "sector", "optics", 0.5, 3))
    before, after = build(tables, MARGINS, routes=ROUTES).sectors, world_of(tables).sectors
    ratio = dict(zip(after.names, (after.cover / before.cover)[:, 1], strict=True))
    assert ratio["optics", "HO"] == pytest.approx(4)
    assert ratio["optics", "AB"] == pytest.approx(2)
    assert {ratio[name] for name in ratio if "optics" not in name and "AB" in name} == {1.0}


def test_users_hold_what_is_drawn_for_their_sector_or_for_the_stage_of_the_good() -> None:
    tables = ranges(("sectors", "cover", "", "", 0.5, 3), ("commodities", "user_cover", "stage", "oxide", 0.5, 3))
    before, world = build(tables, MARGINS, routes=ROUTES), world_of(tables)
    ratio = (world.users.cover / before.users.cover)[:, 1]
    goods = [c for c, _ in before.users.of_plants]
    assert ratio[before.users.plants].tolist() == [2.0 if c.startswith("oxide") else 1.0 for c in goods]
    assert set(ratio[before.users.inputs]) == {2.0}


def test_shares_stay_below_one() -> None:
    tables = ranges(("designs", "ceiling", "", "", 0.5, 9), ("end_uses", "spare", "", "", 0.5, 99))
    world = world_of(tables, 9.0)
    assert world.designs.ceiling.max() == 1
    assert world.sectors.spare.max() <= 1


def test_firms_never_differ_more_than_the_table_may_say() -> None:
    """Beyond a spread of 5 all firms or none would be out of stock."""
    tables = ranges(("sectors", "spread", "region", "HO", 0.1, 10), ("sectors", "spread", "sector", "optics", 0.1, 10))
    assert world_of(tables, 10.0).sectors.spread.max() == 5


def test_half_of_the_draws_of_a_range_that_is_even_in_ratio_are_below_one() -> None:
    drawn = Draws(1, range(4000)).factor("tables.sectors.cover", 0.5, 2)
    assert drawn.min() > 0.5
    assert drawn.max() < 2
    assert np.median(drawn) == pytest.approx(1, abs=0.03)
    assert np.mean(drawn < 0.5**0.5) == pytest.approx(1 / 8, abs=0.02)


def draws_of(*overrides: str) -> tuple[Plan, Chunk]:
    scenario = sim.load("baseline", overrides=["ensemble.replicates=2", *overrides])
    plan = make_plan(scenario)
    return plan, Chunk(plan.setup, range(2))


def test_a_scenario_may_fix_the_tables_and_the_parameters() -> None:
    plan, chunk = draws_of()
    names = {item.name for item in chunk.draws.items}
    assert "tables.sectors.cover.automotive-ev" in names
    assert names <= set(plan.drawn)
    _, fixed = draws_of("uncertainty.tables=fixed")
    assert {name for name in names if not name.startswith("tables.")} == {item.name for item in fixed.draws.items}
    given = "parameters.hoarding_gain={uniform: {low: 0.2, high: 0.6}}"
    _, fixed = draws_of("uncertainty.parameters=fixed", given)
    left = {item.name for item in fixed.draws.items if item.name.startswith("parameters.")}
    assert left == {"parameters.hoarding_gain"}


def test_what_is_not_drawn_of_tables_draws_the_same_beside_it() -> None:
    """Two scenarios with the same seed have the same world, whether tables are drawn or not."""
    _, chunk = draws_of()
    _, fixed = draws_of("uncertainty.tables=fixed")
    whole = dict(zip((item.name for item in chunk.draws.items), chunk.draws.values, strict=True))
    for item, values in zip(fixed.draws.items, fixed.draws.values, strict=True):
        assert np.array_equal(whole[item.name], values)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("sectors,covers,region,US,me,assumption,0.5,2,", "'covers' is not drawn."),
        ("sectors,cover,commodity,US,me,assumption,0.5,2,", "'commodity' is not drawn."),
        ("sectors,cover,region,,me,assumption,0.5,2,", "by and which belong together."),
        ("sectors,cover,region,US,me,assumption,1.5,2,", "1.5 to 2 is no range of factors."),
        ("sectors,spread,region,US,me,assumption,0.5,100,", "0.5 to 100 is no range of factors."),
        ("sectors,cover,region,UX,me,assumption,0.5,2,", "nothing refers to 'sectors cover region UX'"),
    ],
)
def test_a_range_that_means_nothing_is_refused(tmp_path: Path, row: str, message: str) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "ranges.csv").write_text(f"{HEADER}{row}\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"ranges\.csv:2") as error:
        sim.load("baseline", overrides=[f"seeds=[{own}]"])
    assert message in str(error.value)


def test_an_own_table_says_what_is_known(tmp_path: Path) -> None:
    """Korea's stocks are known: nothing is drawn for it."""
    own = tmp_path / "own"
    own.mkdir()
    (own / "ranges.csv").write_text(f"{HEADER}sectors,cover,region,KR,me,high,1,1,known\n", encoding="utf-8")
    plan, _ = draws_of(f"seeds=[{own}]")
    names = {one.name for one in plan.factors}
    assert "tables.sectors.cover.KR" not in names
    assert "tables.sectors.cover.JP" in names
    assert (shipped("seeds") / "ranges.csv").is_file()


def test_a_changed_range_has_an_effect(tmp_path: Path) -> None:
    """Nobody is told that it has none; a changed source has none."""
    own = tmp_path / "own"
    own.mkdir()
    shipped_row = "sectors,cover,sector,*,assumption,assumption"
    (own / "ranges.csv").write_text(f"{HEADER}{shipped_row},0.5,2,\n", encoding="utf-8")
    plan, _ = draws_of(f"seeds=[{own}]")
    assert not [note for note in plan.notes if "no effect" in note]
    (own / "ranges.csv").write_text(f"{HEADER}sectors,cover,sector,*,me,assumption,0.75,1.35,\n", encoding="utf-8")
    plan, _ = draws_of(f"seeds=[{own}]")
    assert [note for note in plan.notes if "no effect" in note]


def test_draws_are_written_in_the_unit_of_the_table() -> None:
    """Weeks of a parameter lie within its range in weeks."""
    plan, chunk = draws_of()
    table = {row.parameter: row for row in plan.seeds.tables.parameters}
    drawn = zip(chunk.draws.items, chunk.draws.table(), strict=True)
    found = [(item, values) for item, values in drawn if item.name.startswith("parameters.")]
    for item, values in found:
        row = table[item.name.removeprefix("parameters.")]
        assert item.unit == row.unit
        assert np.all((float(row.low) <= values) & (values <= float(row.high))), item.name
    assert {item.unit for item, _ in found} > {"weeks", "1"}
