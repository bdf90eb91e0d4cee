"""Other designs: who changes, when, and what it does to needs, lines and costs (docs/model.md, eq. 9.5)."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from sim.axes import Scalar
from sim.market.forms import normal
from sim.world.rows import DesignRow
from tests.tiny import (
    CARS_HO,
    FACT,
    HALF,
    MAGNETS_OF_CARS,
    OXIDE_AB,
    OXIDE_OF_CARS,
    ROUND,
    Case,
    assembled,
    one,
    redesigned,
)

LEANER = DesignRow(*FACT, "leaner", "cars", "oxide.Ee", "magnet.Ee", 0.5, 10.0, 24.0, 0.5, HALF / 7, 40.0)
"""Half a tonne of magnets (40 USD/kg) and 10 USD/kg instead of oxide at 52.5; the change costs 12 a year of two."""
OWN = DesignRow(*FACT, "own", "cars", "magnet.Ee", "oxide.Ee", 0.5, 30.0, 0.0, 0.5, HALF / 7, 40.0)
"""Cars in HO use no oxide in the base year."""
WITHOUT = DesignRow(*FACT, "without", "cars", "oxide.Ee", "", 0.0, 60.0, 0.0, 0.5, HALF / 7, 40.0)


SWITCHED_ON = {"design_ceiling": 1.0, "design_begin": HALF, "design_return": HALF, "want_time": HALF}


def redesign(*designs: DesignRow, **overrides: float) -> Case:
    """Cars of the tiny world with other designs; halves of a gap are closed in a tick."""
    case = Case.of(redesigned(designs or (LEANER,), **{**SWITCHED_ON, **overrides}))
    case.state.received[:] = case.state.need * 7
    return case


def row(case: Case, region: str) -> int:
    """The design of cars in a region."""
    (found,) = (g for g, (_, _, place, _) in enumerate(case.world.designs.names) if place == region)
    return found


def test_a_design_begins_when_it_pays() -> None:
    """Oxide at four times its base price of 52.5; instead 30, and 12 for the change: who gained at 52.5 has changed."""
    case = redesign()
    case.state.paid[case.d[OXIDE_AB]] = 4
    case.settle("responses")
    now, usual = normal(np.log(np.array([4, 1]) * 52.5 / 42) / 0.8)
    assert one(case.state.begun, row(case, "AB")) == pytest.approx(0.5 * 0.5 * (now - usual) / (1 - usual))
    assert one(case.state.changed, row(case, "AB")) == 0


def test_a_design_begins_when_goods_are_wanting() -> None:
    """Nothing came in: half of what is needed in memory, 0.4 below what is tolerated; half of that of the ceiling."""
    case = redesign()
    user = case.user[OXIDE_OF_CARS]
    case.state.received[user] = 0
    case.settle("responses")
    assert one(case.state.fed, user - case.world.users.plants.stop) == pytest.approx(0.5)
    assert one(case.state.begun, row(case, "AB")) == pytest.approx(0.5 * 0.5 * 0.4)


def test_nobody_changes_to_what_is_wanting_as_much() -> None:
    case = redesign()
    for user in (OXIDE_OF_CARS, MAGNETS_OF_CARS):
        case.state.received[case.user[user]] = 0
    case.settle("responses")
    assert one(case.state.begun, row(case, "AB")) == 0


def test_what_is_begun_is_qualified_as_far_as_it_is_in_store() -> None:
    """A tenth begun, half of it done in a tick; with a quarter of the usual stock of magnets a quarter of that."""
    for stock, done in ((1, 0.05), (0.25, 0.0125)):
        case = redesign()
        case.state.begun[row(case, "AB")] = 0.1
        case.state.user_stock[case.user[MAGNETS_OF_CARS]] *= stock
        case.settle("responses")
        assert one(case.state.changed, row(case, "AB")) == pytest.approx(done)
        assert one(case.state.begun, row(case, "AB")) == pytest.approx(0.1 - done)
        assert one(case.state.depends, case.user[OXIDE_OF_CARS] - case.world.users.plants.stop) == pytest.approx(
            1 - done
        )


def test_users_go_back_in_part() -> None:
    """Of a ceiling of a half a quarter stays: of 0.4 that have changed, half of 0.275 goes back."""
    case = redesign()
    case.state.changed[row(case, "AB")] = 0.4
    case.settle("responses")
    assert one(case.state.changed, row(case, "AB")) == pytest.approx(0.4 - 0.1375)


def test_lines_stop_as_far_as_they_depend_on_what_is_missing() -> None:
    """A quarter of the cars in HO were changed to oxide, of which there is none: a quarter stands, and no more."""
    case = redesign(OWN)
    g, user = row(case, "HO"), case.user["oxide.Ee", "HO", "cars"]
    assert one(case.state.user_stock, user) == 0
    case.state.changed[g], case.state.depends[user - case.world.users.plants.stop] = 0.25, 0.25
    case.state.need[user], case.state.received[user] = 0.5, 0
    case.settle("lines")
    assert one(case.state.idle, case.sector[CARS_HO]) == pytest.approx(0.25)
    assert one(case.state.production, case.sector[CARS_HO]) == pytest.approx(0.75)
    assert one(case.state.use, user) == 0


def test_who_buys_a_component_does_not_need_what_is_in_it() -> None:
    """Cars in AB use 8 t of what a component is now, and 2 t of oxide, of which half a tonne makes one: 8 and 1 of 9.

    A quarter of the ninth that made its own buys components, and a tenth of the others makes its own.
    """
    back = replace(LEANER, design="own", commodity="magnet.Ee", instead="oxide.Ee", amount=2.0)
    case = Case.of(assembled(LEANER, back))
    oxide, component = (case.user[name] - case.world.users.plants.stop for name in (OXIDE_OF_CARS, MAGNETS_OF_CARS))
    assert [one(case.state.depends, v) for v in (oxide, component)] == pytest.approx([1 / 9, 8 / 9])
    place = {(design, g): i for i, (design, _, g, _) in enumerate(case.world.designs.names)}
    case.state.changed[place["leaner", "AB"]], case.state.changed[place["own", "AB"]] = 0.25, 0.1
    depends = case.world.designs.depends(case.state.changed) + case.world.designs.part
    moved = 0.25 / 9 - 0.1 * 8 / 9
    assert [one(depends, v) for v in (oxide, component)] == pytest.approx([1 / 9 - moved, 8 / 9 + moved])


def test_what_is_begun_is_ordered_before_it_is_qualified() -> None:
    """A fifth of 4 t of magnets is being changed, half a tonne of oxide each; qualified in 70 days, the look-ahead."""
    case = redesign(OWN, expectation_time=HALF, design_time=70 / HALF)
    case.state.begun[row(case, "HO")] = 0.2
    case.settle("orders")
    soon = 0.2 * 0.5 * 4 * (1 - math.exp(-1))
    assert one(case.state.expected_need, case.user["oxide.Ee", "HO", "cars"]) == pytest.approx(soon / 2)


def test_all_designs_of_a_use_leave_something_of_it() -> None:
    """Ceilings of 0.5 and 0.5, doubled, make 2: each keeps 0.475."""
    case = redesign(LEANER, WITHOUT, design_ceiling=2.0)
    case.state.received[case.user[OXIDE_OF_CARS]] = 0
    case.settle("responses")
    starts = sorted(case.state.begun[:, 0][case.state.begun[:, 0] > 0])
    assert starts == pytest.approx([0.475 * 0.5 * 0.4] * 2)


def test_switched_off_nobody_begins() -> None:
    case = redesign(design_ceiling=0.0)
    case.state.received[:] = 0
    case.state.paid[:] = 30
    case.settle("responses")
    assert not case.state.begun.any()


@pytest.mark.parametrize("name", [name for name in ROUND if name.startswith(("design_", "want_"))])
def test_each_number_may_differ_by_replicate(name: str) -> None:
    """One of them drawn and the others fixed: a replicate does not see what stands beside it."""
    begun = []
    for factors in ((1.0, 0.9), (1.0, 0.8)):
        value = {**ROUND, **SWITCHED_ON}[name]
        drawn: dict[str, Scalar] = {**SWITCHED_ON, name: value * np.array(factors)}
        case = Case.of(redesigned((LEANER,), **drawn))
        case.state.paid[case.d[OXIDE_AB]] = 4
        case.settle("responses")
        begun.append(case.state.begun[row(case, "AB")])
    assert begun[0][0] == begun[1][0] > 0
