"""Ramps, qualification, capacity and reach, by hand (docs/model.md, eq. 10.4, 10.5, 10.9 and 10.10)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from sim.axes import Floats
from sim.ensemble.clock import Tick
from sim.supply.growth import Grown
from sim.supply.ramps import Ramp, qualified
from sim.supply.settle import Supply
from sim.world.rows import ProjectRow
from tests import allies
from tests.allies import ROWS, UTILISATION, change, line
from tests.driver import Built
from tests.tiny import OXIDE_AB

NEVER = np.inf
AB_MINE, AB_WORKS, FA_MINE = range(3)  # facilities that projects add to


def built(rows: Sequence[ProjectRow] = ROWS) -> tuple[Built, Supply]:
    """The allies, and their projects."""
    made = allies.market(made=allies.tables(rows))
    assert made.setting.supply is not None
    return made, made.setting.supply


def grown(projects: Supply, day: float, started: Sequence[float], **given: Sequence[float]) -> Grown:
    """What they add up to around a day, all of them open, sound and without top-ups unless it is given."""
    middle = int(day)
    tick = Tick(1, middle - 1, middle + 1, 7)

    def of(name: str) -> Floats:
        return np.repeat(np.array([given.get(name, [1.0] * 4)]).T, 2, axis=1)

    return projects.growth(
        tick, np.repeat([[s] for s in started], 2, axis=1), of("opened"), of("available"), of("lift")
    )


def test_a_ramp_is_an_s() -> None:
    """1000 days: e^−3 of one at the start, half at 600, 1/(1 + e^−2) at nameplate; nothing the day before."""
    climb = Ramp(0.6, 0.2)(np.array([[-1.0, 0.0, 600.0, 1000.0]]), np.full((1, 4), 1000.0))
    assert climb[0] == pytest.approx([0, 1 / (1 + np.exp(3)), 0.5, 1 / (1 + np.exp(-2))])


def test_customers_accept_by_an_s_too() -> None:
    """A median of 365 days: half by then, 1.8 % at first, 98.2 % after two years; all at once where nobody asks."""
    assert qualified(np.array([[0.0, 365.0, 730.0]]), np.full((1, 3), 365.0), 0.25)[0] == pytest.approx(
        [0.017986, 0.5, 0.982014], abs=1e-6
    )
    assert qualified(np.zeros((1, 1)), np.zeros((1, 1)), 0.25)[0, 0] == 1


def test_a_new_plant_climbs_to_its_lines() -> None:
    """Works with a ramp of 730 days that began on day 500: half of 1 on day 938."""
    _, projects = built()
    out = grown(projects, 938, [-3653, NEVER, 500, NEVER])
    assert out.capacity[AB_WORKS, 0] == pytest.approx(0.5)
    assert out.built[2, 0] == pytest.approx(0.5)
    assert out.capacity[FA_MINE, 0] == 0


def test_a_facility_is_the_sum_of_its_lines() -> None:
    """The mine, 1 as in the base year, and its expansion of 0.5, each as far as it is open: 1 + 0.25."""
    _, projects = built()
    assert grown(projects, 900, [-3653, NEVER, NEVER, NEVER]).capacity[AB_MINE, 0] == pytest.approx(1)
    assert grown(projects, 900, [-3653, 400, NEVER, NEVER]).capacity[AB_MINE, 0] == pytest.approx(1.5)
    half = grown(projects, 900, [-3653, 400, NEVER, NEVER], opened=[1, 0.5, 1, 1])
    assert half.capacity[AB_MINE, 0] == pytest.approx(1.25)


def test_outages_and_top_ups_weigh_by_what_is_built() -> None:
    """A fifth of the mine is down, a third of 1.5; its revenue is 20 % more, that of the expansion as it was."""
    _, projects = built()
    out = grown(projects, 900, [-3653, 400, NEVER, NEVER], available=[0.8, 1, 1, 1], lift=[1.2, 1, 1, 1])
    assert out.available[AB_MINE, 0] == pytest.approx(1 - 0.2 / 1.5)
    assert out.support[AB_MINE, 0] == pytest.approx(1 + 0.2 / 1.5)


def test_a_plant_that_ramps_up_at_the_start_adds_what_is_left() -> None:
    """Twice the base year at nameplate, half way through a ramp of 730 days: 1/(1 + e^0.5) = 0.3775 is behind it.

    A year later it has climbed to 1/(1 + e^−2) = 0.8808: 1 + (0.8808 − 0.3775) ÷ 0.6225 = 1.8085.
    """
    given = allies.tables(change(ROWS, "AB mine", start="2024-01-02", ramp=24.0))
    given = replace(given, expansions=(line("AB mine", "AB mine", 2.0), *given.expansions[1:]))
    projects = allies.market(made=given).setting.supply
    assert projects is not None
    assert grown(projects, 365, [-365, NEVER, NEVER, NEVER]).capacity[AB_MINE, 0] == pytest.approx(1.8085, abs=1e-4)
    first = grown(projects, 1, [-365, NEVER, NEVER, NEVER]).capacity[AB_MINE, 0]
    assert 1 < first < 1.01
    assert projects.portfolio.expansion_base[0, 0] == 1
    assert projects.portfolio.expansion_added[0, 0] == pytest.approx(1)


def test_customers_may_take_less_than_is_built() -> None:
    """Half of the works on day 500 + 365, whose customers take a year: reach 0.5, capacity 1."""
    _, projects = built(change(ROWS, "AB works", qualification=12.0, ramp=0.0))
    out = grown(projects, 865, [-3653, NEVER, 500, NEVER])
    assert out.capacity[AB_WORKS, 0] == pytest.approx(1)
    world = projects.world
    origin = world.nodes.made.index(allies.MAGNET_NEW)
    assert out.contestable[projects.growth.origins.tolist().index(origin), 0] == pytest.approx(0.5)


def test_reach_is_what_projects_and_others_make_of_a_good() -> None:
    """Oxide of AB: all of it from the mine, half as much again with the expansion."""
    _, projects = built()
    world = projects.world
    row = projects.growth.origins.tolist().index(world.nodes.made.index(OXIDE_AB))
    assert grown(projects, 900, [-3653, NEVER, NEVER, NEVER]).contestable[row, 0] == pytest.approx(1)
    assert grown(projects, 900, [-3653, 400, NEVER, NEVER]).contestable[row, 0] == pytest.approx(1.5)
    assert grown(projects, 900, [NEVER] * 4).contestable[row, 0] < 1e-9


def test_nameplate_is_what_lines_make_at_the_utilisation_of_the_base_year() -> None:
    """A line of 912.5 t a year at a utilisation of 0.8 makes 2 t a day."""
    _, projects = built()
    works = projects.world.tables.expansions[2]
    assert works.capacity * UTILISATION / 365 == pytest.approx(2)
    assert projects.world.facilities.scale[projects.portfolio.expansion_facility[2], 0] == pytest.approx(2)


def test_what_a_project_makes_is_its_part_of_what_the_facility_does() -> None:
    """The mine at 0.9 of 1.5 t a day: 0.9 of the full output of both its projects."""
    made, projects = built()
    state, facility = made.market.state, made.world.facilities.names.index("AB mine")
    projects.built = np.array([[1.0, 1.0], [0.5, 0.5], [0.0, 0.0], [0.0, 0.0]])
    projects.capacity = np.array([[1.5, 1.5], [0.0, 0.0], [0.0, 0.0]])
    state.capacity[facility], state.activity[facility] = 1.5, 0.9 * 1.5
    assert projects.running(state)[:, 0] == pytest.approx([0.9, 0.9, 0, 0])
    oxide = projects.portfolio.output(np.ones((len(projects.portfolio.sold), 1)))[:, 0] / 365
    assert (projects.running(state)[:, 0] * oxide)[:2] == pytest.approx([0.9, 0.45])


def test_what_is_half_open_makes_half() -> None:
    """Where no project adds to a mine, half of it is available, and its activity is half of the base year's."""
    made = allies.market(projects=("AB mine",), **allies.NO_OUTAGES)
    projects, state = made.setting.supply, made.market.state
    assert projects is not None
    projects.operations.open[:] = 0.5
    made.market.run("events", Tick(1, 7, 14, 7))
    facility = made.world.facilities.names.index("AB mine")
    assert made.market.shocks.available[facility, 0] == pytest.approx(0.5)
    state.activity[facility] = 0.5
    assert projects.running(state)[0, 0] == pytest.approx(0.5)


def test_full_output_of_a_plant_of_old_is_that_of_the_base_year() -> None:
    """A mine of three times the capacity that the base year needs makes no more than it did: nothing feeds the rest."""
    given = allies.tables()
    projects = allies.market(
        made=replace(given, expansions=(line("AB mine", "AB mine", 3.0), *given.expansions[1:]))
    ).setting.supply
    assert projects is not None
    out = projects.portfolio.output(np.ones((len(projects.portfolio.sold), 1)))
    assert out[0, 0] == pytest.approx(365)
    assert projects.portfolio.expansion_base[0, 0] + projects.portfolio.expansion_added[0, 0] == 1
