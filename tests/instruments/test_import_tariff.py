"""What an importer charges, by hand (docs/model.md, eq. 7.14, 2.1 and 6.1)."""

from __future__ import annotations

import math
from functools import partial
from itertools import pairwise

import numpy as np
import pytest

from sim.axes import Floats
from sim.ensemble.clock import Tick
from sim.files.quantities import Names
from sim.instruments.notices import Waiver
from tests import driver
from tests.driver import Spec, day, measured
from tests.tiny import HALF, MAGNET_AB, MAGNET_ABROAD, OXIDE_AB, OXIDE_ABROAD, Case, ban, one


def tariff(**fields: object) -> Spec:
    """AB charges a fifth of their price on all goods of HO, from the first day on."""
    return {
        "name": "tariff", "kind": "import_tariff", "by": "AB", "on": "HO", "covers": {"elements": "all"},
        "rate": "20 %", "in_force": day(0), **fields,
    }  # fmt: skip


def charged(case: Case) -> float:
    """What is charged on magnets in the first tick."""
    case.controls.clear()
    for rule in case.hooks.tariffs:
        rule(case.moment)
    return one(case.controls.tariff, case.row(MAGNET_ABROAD))


def test_worked_number() -> None:
    """0.2 on 4 of 7 days. All magnets of AB come from HO: 1 + 0.8/7 of the contract price is what they cost.

    Of 56 t at 40,000 USD/t that cross, at a contract price a quarter above base, 0.8/7 is paid: 320,000 USD.
    """
    case = Case(tariff(in_force=day(3)))
    assert charged(case) == pytest.approx(0.8 / 7)
    case.state.contract_price[:] = math.log(1.25)
    case.settle("demand")
    assert one(case.state.landed_cost, case.d[MAGNET_AB]) == pytest.approx(1.25 * (1 + 0.8 / 7))
    case.state.shipped[case.arc[MAGNET_ABROAD]] = 56
    case.settle("border")
    assert measured(case.built, "duties_collected").tolist() == pytest.approx([320_000] * 2)
    assert measured(case.built, "public_cost").tolist() == pytest.approx([-320_000] * 2)


def test_buyers_turn_to_whom_it_is_not_on() -> None:
    """Oxide of HO is 21 % dearer: attraction 0.75·1.21^(−1/2) = 0.75/1.1 against 0.25; habits move half of the way."""
    case = Case(tariff(rate=0.21, covers={"commodities": "oxide.Ee"}), habit_time=HALF)
    for rule in case.hooks.tariffs:
        rule(case.moment)
    case.settle("sourcing")
    goal = 0.75 / 1.1 / (0.75 / 1.1 + 0.25)
    assert one(case.state.share, case.arc[OXIDE_ABROAD]) == pytest.approx((0.75 + goal) / 2)


def test_rates_change_on_their_dates_and_tariffs_add() -> None:
    """20 % on 2 days, 145 % on 3, 30 % on 1, nothing on the last; and a tenth on all of them besides."""
    changes = [
        {"name": "war", "since": day(2), "rate": "145 %"},
        {"name": "truce", "since": day(5), "rate": 0.3},
    ]
    first = tariff(changes=changes, until=day(6))
    assert charged(Case(first)) == pytest.approx((2 * 0.2 + 3 * 1.45 + 0.3) / 7)
    assert charged(Case(first, tariff(name="more", rate=0.1))) == pytest.approx((2 * 0.2 + 3 * 1.45 + 0.3) / 7 + 0.1)


def test_origins_that_are_exempt_pay_nothing() -> None:
    """Of goods from everywhere, those of CD come in free; so do those of AB itself."""
    world = driver.market(driver.tables(regions=("HO", "AB", "CD")), [tariff(on="all", exempt="CD")]).market.controls
    arcs = driver.market(driver.tables(regions=("HO", "AB", "CD"))).world.arcs.names
    assert {(arcs[a][1], arcs[a][2]) for a in world.arcs} == {("HO", "AB")}


def waive(case: Case, *waivers: tuple[str, float]) -> None:
    """Let off a share of tariffs, by name, on the arc of magnets."""
    arcs = np.array([case.arc[MAGNET_ABROAD]])
    for name, share in waivers:
        case.built.setting.notices.waivers.append(Waiver(Names(text=name), arcs, partial(_always, share)))


def _always(share: float, _tick: Tick) -> float:
    return share


def test_an_agreement_lets_off_by_name_and_the_largest_waiver_counts() -> None:
    """Of 20 %, half and a quarter are exempted, whatever the order; of the other 10 % nothing. Oxide pays all."""
    for order in (("tariff", 0.5), ("tariff", 0.25)), (("tariff", 0.25), ("tariff", 0.5)):
        case = Case(tariff(), tariff(name="other", rate=0.1))
        waive(case, *order)
        assert charged(case) == pytest.approx(0.1 + 0.1)
        assert case.controls.tariff[case.row(OXIDE_ABROAD)].max() > 0.29


def test_duties_are_charged_on_what_crosses_and_not_on_what_is_stopped() -> None:
    """A full ban: nothing crosses, nothing is paid."""
    case = Case(tariff(covers={"commodities": "oxide.Ee"}), ban(in_force=day(0)))
    case.market.settle(next(case.built.clock.horizon.ticks()))
    assert measured(case.built, "duties_collected").tolist() == [0, 0]


def imports(rate: float) -> dict[str, Floats]:
    """Tonnes of oxides and magnets that AB gets in two years from HO, and from CD, which is exempt; by world."""
    spec = tariff(on="all", exempt="CD", rate=rate, covers={"elements": "all", "stages": ["oxide", "magnet"]})
    built = driver.market(driver.tables(regions=("HO", "AB", "CD")), [spec], days=728)
    total = dict.fromkeys(("HO", "CD"), np.zeros(2))

    def add(_tick: object) -> None:
        for a, (commodity, origin, destination) in enumerate(built.world.arcs.names):
            if destination == "AB" and origin in total and not commodity.startswith("concentrate"):
                total[origin] = total[origin] + built.market.state.crossed[a]

    driver.run(built, add)
    return total


def test_a_tariff_with_an_exemption_favours_the_exempted() -> None:
    """P10, over five levels of the rate: its exports to the importer rise, those of others fall."""
    levels = [imports(rate) for rate in (0, 0.1, 0.3, 0.8, 1.45)]
    assert all((higher["CD"] > lower["CD"]).all() for lower, higher in pairwise(levels))
    assert all((higher["HO"] < lower["HO"]).all() for lower, higher in pairwise(levels))


def test_what_is_landed_is_dearer_by_the_tariff_in_the_end() -> None:
    """Price paid for magnets in AB after two years of 30 %: above base, by less than all of it."""
    built = driver.market(driver.tables(), [tariff(rate=0.3, covers={"commodities": "magnet.*"})], days=728)
    driver.run(built)
    destinations = built.world.nodes.used
    paid = {node: one(built.market.state.paid, d) for d, node in enumerate(destinations)}
    assert 1.02 < paid["magnet.rich", "AB"] < 1.3
    assert OXIDE_AB not in paid
