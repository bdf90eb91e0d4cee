"""What standards cost producers, what buyers pay on top and what is charged on the rest, by hand (eq. 10.11)."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

import sim
from sim.axes import Floats
from sim.chunk import Chunk
from sim.files.quantities import WorldNames
from sim.instruments.money.standard import Standard
from sim.plan import make_plan
from sim.world.rows import CostShareRow, Process
from tests import driver, tiny
from tests.driver import Built, Spec, day, measured
from tests.tiny import MAGNET_ABROAD, OXIDE_ABROAD, ROUND, TICK, one

PROCESSES: tuple[Process, ...] = ("mine", "magnet")
SHARES = tuple(
    CostShareRow(*tiny.FACT, process, region, 0.5, 0.25, 0.2, 0.05, met)
    for process in PROCESSES
    for region, met in (("*", 1.0), ("HO", 0.6))
)
"""Producers in HO bear three fifths of what standards cost, a quarter of all; others all of it."""


def standard(**fields: object) -> Spec:
    """AB requires full standards of everybody from the first day on."""
    return {"name": "standard", "kind": "standard", "by": "AB", "since": day(0), "required": 1, **fields}


def market(*instruments: Spec, days: int = 364) -> Built:
    """The tiny world, with shares of cost."""
    tables = replace(tiny.tables(), cost_shares=SHARES)
    margins = {f"margin_{process}": margin for process, margin in tiny.MARGINS.items()}
    values: dict[str, Any] = {**ROUND, **margins}
    return driver.market(tables, instruments, margins=tiny.MARGINS, days=days, **values)


def settle(built: Built) -> None:
    """Shocks, plants, and what is counted at the end of the first tick."""
    built.market.shocks.clear()
    for section in ("events", "plants", "contracts"):
        built.market.run(section, TICK)


def row(built: Built, facility: str) -> int:
    """The row of a facility."""
    return built.world.facilities.names.index(facility)


def test_worked_number_of_costs() -> None:
    """Works in HO bear 0.75 + 0.6·0.25 = 0.9 of full cost, and lack 0.1: a ninth of their conversion more.

    That is a fifth of all costs: inputs are 25 of 40 ÷ 1.28 = 31.25 USD/kg. So costs rise by a forty-fifth.
    For 12 t a day, 6.25 ÷ 9 USD/kg in a week; mines there, at 50 ÷ 1.25 USD/kg, buy nothing: 40 ÷ 9 on 10 t.
    """
    built = market(standard())
    settle(built)
    cost, activity = built.market.state.unit_cost, built.market.state.activity
    assert one(cost, row(built, "HO works")) == pytest.approx(1 + 1 / 45)
    assert one(cost, row(built, "HO mine")) == pytest.approx(1 + 1 / 9)
    assert one(cost, row(built, "AB mine")) == pytest.approx(1)
    works, mine = (one(activity, row(built, facility)) for facility in ("HO works", "HO mine"))
    assert works < 12
    assert mine < 10
    spent = 7 * 1000 * (works * 6.25 / 9 + mine * 40 / 9)
    assert measured(built, "standards_cost").tolist() == pytest.approx([spent] * 2)


@pytest.mark.parametrize(
    ("fields", "lacking"),
    [
        ({"required": 0.8}, 0.2 * 0.25),
        ({"required": 0.8, "social": 0}, 0.2 * 0.2),
        ({"environmental": 0.5}, 0.4 * 0.05),
        ({"required": 0.5}, 0),
        ({"cost": 2}, 2 * 0.4 * 0.25),
        ({"since": day(3)}, 0.4 * 0.25 * 4 / 7),
        ({"processes": "magnet"}, 0),
        ({"on": "AB"}, 0),
    ],
)
def test_what_is_lacking_is_what_it_costs(fields: dict[str, object], lacking: float) -> None:
    """Costs of the mine in HO rise by what it lacks over the 0.9 that it bears."""
    built = market(standard(**fields))
    settle(built)
    assert one(built.market.state.unit_cost, row(built, "HO mine")) == pytest.approx(1 + lacking / 0.9)


def test_worked_number_of_the_premium() -> None:
    """Two thirds of the magnets go to AB, which pays 15 % on top: what they bring is a tenth more.

    Of 56 t at 40,000 USD/t that cross to AB, 336,000 USD.
    """
    built = market(standard(processes="magnet", premium=0.15))
    built.market.state.crossed[built.world.arcs.names.index(MAGNET_ABROAD)] = 56
    settle(built)
    assert one(built.market.shocks.support, row(built, "HO works")) == pytest.approx(1.1)
    assert one(built.market.shocks.support, row(built, "HO mine")) == pytest.approx(1)
    assert measured(built, "premium_paid").tolist() == pytest.approx([336_000] * 2)
    assert not [m for m in built.setting.measured if m.item.name == "public_cost"]


def test_who_does_not_meet_it_gets_no_premium() -> None:
    """HO does not have to; oxide of AB, all of which stays there, meets it."""
    built = market(standard(on="AB", premium=0.15))
    settle(built)
    support = built.market.shocks.support
    found = [one(support, row(built, facility)) for facility in ("HO works", "HO mine", "AB mine")]
    assert found == pytest.approx([1, 1, 1.15])


def test_worked_number_of_the_tariff() -> None:
    """A fifth on what comes from HO, where nobody has to meet it: 56 t of magnets at 40,000 USD/t bring 448,000."""
    built = market(standard(on="AB", tariff=0.2))
    state, arc = built.market.state, built.world.arcs.names.index(MAGNET_ABROAD)
    built.market.controls.clear()
    built.market.run("events", TICK)
    assert built.market.controls.tariff.tolist() == pytest.approx(np.full((2, 2), 0.2))
    assert [built.world.arcs.names[a] for a in built.market.controls.arcs] == [MAGNET_ABROAD, OXIDE_ABROAD]
    state.shipped[arc] = 56
    built.market.run("border", TICK)
    assert measured(built, "duties_collected").tolist() == pytest.approx([448_000] * 2)
    assert measured(built, "public_cost").tolist() == pytest.approx([-448_000] * 2)
    (levy_,) = built.setting.notices.levies
    assert (levy_.by, levy_.on) == ("AB", frozenset({"HO"}))


def test_who_meets_it_already_pays_no_tariff() -> None:
    """HO meets three fifths, which is more than half."""
    built = market(standard(on="AB", tariff=0.2, required=0.5))
    built.market.run("events", TICK)
    assert built.market.controls.tariff.max() == 0


def prices(required: float) -> Floats:
    """Prices of oxide and magnets of HO after three years, ln."""
    built = market(standard(required=required), days=1092)
    driver.run(built)
    return np.array(
        [one(built.market.state.price, built.world.nodes.index[c, "HO"]) for c in ("oxide.Ee", "magnet.Ee")]
    )


def test_more_that_is_required_makes_goods_dearer() -> None:
    """P10: over four levels; nothing where it is met."""
    levels = [prices(required) for required in (0.6, 0.7, 0.85, 1)]
    assert levels[0].tolist() == pytest.approx([0, 0], abs=1e-6)
    assert all((stricter > milder).all() for milder, stricter in pairwise(levels))


def test_worked_number_of_a_project() -> None:
    """At LAMP separation bears 0.5 + 0.9·0.3 = 0.77 of full cost, without capital, and lacks 0.03.

    A tenth more is paid for what goes to those who ask.
    """
    given = ["cost=1", "premium=0.1", "since=2025-01-01", "tariff=0"]
    overrides = [f"instruments.clean-supply.{one}" for one in given]
    setting = Chunk(make_plan(sim.load("sustainable-costs", overrides)).setup, range(1)).setting
    assert setting.supply is not None
    folio, world = setting.supply.portfolio, setting.world
    j = folio.names.index("LAMP")
    terms = setting.supply.appraisal.offers(
        TICK, np.zeros((len(world.producers.orders), 2)), setting.supply.portfolio.life
    )
    assert terms.standards[j, 0] == pytest.approx(folio.running_cost[j, 0] * 0.03 / 0.77)
    to = setting.world.arcs.to_origin
    asks = ("US", "JP", "KR", "EU", "GB", "CA", "AU")
    goes = np.minimum(to(world.arcs.split * np.array([[float(d in asks)] for _, _, d in world.arcs.names])), 1)
    assert terms.top_up[j, 0] == pytest.approx(0.1 * folio.revenue(goes[folio.sold])[j, 0])
    assert 0 < terms.top_up[j, 0] < 0.1 * folio.revenue(np.ones((len(folio.sold), 1)))[j, 0]
    assert terms.standards[folio.names.index("Mountain Pass")].max() == 0
    assert terms.top_up[folio.names.index("Serra Verde ore in China")].max() == 0


def test_until_leaves_a_project_the_part_of_its_life_that_is_left() -> None:
    """Two years and a half of them are gone on the middle day; nothing before it begins and after it ends."""
    schema = Standard.model_validate(standard(since=day(365), until=day(3 * 365)))
    assert schema.years_left(day(0)) == 0
    assert schema.years_left(day(2 * 365)) == 1
    assert schema.years_left(day(4 * 365)) == 0
    assert Standard.model_validate(standard()).years_left(day(0)) == float("inf")


def test_what_is_wrong_with_it_is_reported() -> None:
    names = WorldNames(regions=("HO", "AB"), processes=("mine",))
    wrong = Standard.model_validate(standard(by="XX", on="all-YY", processes="milling", until=day(0)))
    assert [path for path, _, _ in wrong.check(names)] == [("by",), ("on",), ("processes",), ("until",)]
