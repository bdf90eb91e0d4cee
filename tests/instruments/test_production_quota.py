"""What a state lets its plants make, and makes them make and sell, by hand (docs/model.md, eq. 7.18 and 7.19)."""

from __future__ import annotations

import math

import pytest

from sim.files.quantities import WorldNames
from sim.instruments.trade.production_quota import ProductionQuota
from tests import driver
from tests.driver import Spec, day, measured
from tests.tiny import MAGNET_HO, OXIDE_AB, OXIDE_HO, Case, one


def quota(**fields: object) -> Spec:
    """Mines of HO may make four fifths of what they made, from the first day on."""
    return {
        "name": "quota", "kind": "production_quota", "by": "HO", "processes": "mine", "level": 0.8,
        "in_force": day(0), **fields,
    }  # fmt: skip


def activity(case: Case, facility: str = "HO mine") -> float:
    """What a facility does in the first tick."""
    case.settle("plants")
    return one(case.state.activity, case.facility[facility])


def test_worked_number() -> None:
    """Of the 10 t a day that the mine wants, 8; in force on 4 of 7 days and half enforced: 10·(1 − 0.2·4/7/2).

    So much is held back, in a week; other mines are not meant.
    """
    assert activity(Case(quota())) == pytest.approx(8)
    case = Case(quota(in_force=day(3), enforced=0.5))
    assert activity(case) == pytest.approx(10 * (1 - 0.1 * 4 / 7))
    assert measured(case.built, "output_held_back").tolist() == pytest.approx([7 * 10 * 0.1 * 4 / 7] * 2)
    assert measured(case.built, "output_pushed").tolist() == [0, 0]
    assert one(case.state.activity, case.facility["AB mine"]) == pytest.approx(1)


def test_plants_share_a_quota_pro_rata_by_what_is_counted() -> None:
    """10 t of oxide and 12 t of magnets that hold 0.4 are 14.8 t; half of it may be made."""
    case = Case(quota(processes="mine+magnet", level=None, volume="7.4 t/day"))
    assert activity(case) == pytest.approx(5)
    assert one(case.state.activity, case.facility["HO works"]) == pytest.approx(6)


def test_a_quota_that_is_not_reached_changes_nothing_unless_the_state_pushes() -> None:
    """At 110 %, half of the missing tenth is made besides: 10.5. At 130 % no more than all of capacity, 10/0.85."""
    assert activity(Case(quota(level=1.1))) == pytest.approx(10)
    case = Case(quota(level=1.1, push=0.5))
    assert activity(case) == pytest.approx(10.5)
    assert measured(case.built, "output_pushed").tolist() == pytest.approx([3.5] * 2)
    assert activity(Case(quota(level=1.3, push=1))) == pytest.approx(10 / 0.85)


def test_what_a_change_leaves_out_stays_as_it_was() -> None:
    """From day 2 on 90 %, still with push; from day 4 on 110 %, of which a tenth is missing; none on the last day."""
    changes = [{"name": "more", "since": day(2), "level": 0.9}, {"name": "still more", "since": day(4), "level": 1.1}]
    case = Case(quota(push=0.5, changes=changes, until=day(6)))
    assert activity(case) == pytest.approx(10 * (2 * 0.8 + 2 * 0.9 + 2 * 1.05 + 1) / 7)


def test_producers_ask_less() -> None:
    """A fifth off: the goal falls by half of ln 0.8 in the first tick, and the price by its share; of oxide alone."""
    case = Case(quota(level=1, discount=0.2))
    case.settle("prices")
    half_way = -math.expm1(-7 / 7.7) * 0.5 * math.log(0.8)
    assert one(case.state.price, case.node[OXIDE_HO]) == pytest.approx(half_way)
    assert one(case.state.price_pressure, case.node[OXIDE_HO]) == pytest.approx(math.log(0.8))
    for node in (OXIDE_AB, MAGNET_HO):
        assert one(case.state.price, case.node[node]) == pytest.approx(0)


def test_dumping_makes_goods_cheap_and_ends() -> None:
    """More and cheaper for a year: prices at home fall by more than the discount, and come back."""
    changes = [{"name": "dumping", "since": day(182), "level": 1.3, "push": 0.5, "discount": 0.2}]
    spec = quota(processes="mine+separation", level=1, changes=changes, until=day(546))
    built = driver.market(driver.tables(), [spec], days=1456)
    row = built.world.nodes.index["oxide.Bb", "HO"]
    prices: list[float] = []
    driver.run(built, lambda _: prices.append(one(built.market.state.price, row)))
    assert prices[24] == pytest.approx(0, abs=0.02)
    assert prices[70] < math.log(0.8) - 0.02
    assert prices[-1] > prices[70] + 0.15


def test_a_quota_has_one_size_and_its_changes_come_in_order() -> None:
    names = WorldNames(regions=("HO",), processes=("mine",))
    both = ProductionQuota.model_validate(quota(volume="10 t/year"))
    assert [path for path, _, _ in both.check(names)] == [("level",)]
    late = [
        {"name": "a", "since": day(9), "level": 1},
        {"name": "b", "since": day(5), "level": 1, "volume": "1 t/year"},
    ]
    wrong = ProductionQuota.model_validate(quota(changes=late, until=day(7), by="XX"))
    assert [path for path, _, _ in wrong.check(names)] == [
        ("by",), ("changes", 1, "level"), ("changes", 1, "since"), ("until",),
    ]  # fmt: skip
