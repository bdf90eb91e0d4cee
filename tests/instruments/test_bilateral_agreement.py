"""Agreements of two sides, by hand (docs/model.md, eq. 6.4, 7.14 and 10.10)."""

from __future__ import annotations

import pytest

from tests import allies
from tests.allies import NO_OUTAGES
from tests.driver import Built, Spec, day, lost, measured, run
from tests.tiny import MAGNET_ABROAD, OXIDE_ABROAD, OXIDE_OWN, ban, market

TARIFF = {
    "name": "tariff", "kind": "import_tariff", "by": "AB", "on": "HO", "covers": {"elements": "all"},
    "in_force": "2025-01-01", "rate": 0.25,
}  # fmt: skip


def pact(**fields: object) -> Spec:
    """AB and HO let each other off 60 % of tariffs."""
    return {
        "name": "pact", "kind": "bilateral_agreement", "by": "AB", "partners": "HO", "since": "2025-01-01",
        "waiver": {"share": 0.6}, **fields,
    }  # fmt: skip


def after(days: int, *specs: Spec) -> Built:
    """A run of so many days."""
    built = allies.market(*specs, days=days, mine_supply_elasticity=0.0, **NO_OUTAGES)
    run(built)
    return built


def charged(built: Built, arc: tuple[str, str, str]) -> float:
    """What goods on an arc are charged, share of their price."""
    return float(
        built.market.controls.tariff[built.market.controls.arcs.tolist().index(built.world.arcs.names.index(arc)), 0]
    )


def test_worked_number() -> None:
    """Of a tariff of 25 % AB charges HO 10."""
    built = after(7, TARIFF, pact())
    assert charged(built, OXIDE_ABROAD) == pytest.approx(0.25 * 0.4)
    assert charged(built, MAGNET_ABROAD) == pytest.approx(0.25 * 0.4)
    assert charged(after(7, TARIFF), OXIDE_ABROAD) == pytest.approx(0.25)


def test_it_is_kept_as_far_as_it_is() -> None:
    """Half of it: 25 × (1 − 0.3) = 17.5 %; from day 4 of 7 on, 3/7 of 60 %."""
    assert charged(after(7, TARIFF, pact(coverage=0.5)), OXIDE_ABROAD) == pytest.approx(0.175)
    late = after(7, TARIFF, pact(since="2025-01-05"))
    assert charged(late, OXIDE_ABROAD) == pytest.approx(0.25 * (1 - 0.6 * 3 / 7))


def test_it_may_name_the_tariffs() -> None:
    """Another one stays."""
    built = after(7, TARIFF, {**TARIFF, "name": "second", "rate": 0.04}, pact(waiver={"tariffs": "tariff"}))
    assert charged(built, OXIDE_ABROAD) == pytest.approx(0.04)


def test_it_does_not_bind_others() -> None:
    """An agreement with FA leaves HO's goods charged."""
    assert charged(after(7, TARIFF, pact(partners="FA")), OXIDE_ABROAD) == pytest.approx(0.25)


def test_of_two_waivers_the_larger_counts() -> None:
    """60 and 80 %: 5 % are left."""
    both = after(7, TARIFF, pact(), pact(name="second", waiver={"share": 0.8}))
    assert charged(both, OXIDE_ABROAD) == pytest.approx(0.05)


def test_worked_priority() -> None:
    """Half of what AB's mine makes, which is all of AB's oxide, is promised to AB itself; kept by four fifths: 0.4."""
    first = {"commodities": "oxide.Ee", "projects": "AB mine", "share": 0.5}
    built = after(14, pact(partners="AB", waiver=None, priority=first, coverage=0.8))
    row = built.market.controls.arcs.tolist().index(built.world.arcs.names.index(OXIDE_OWN))
    assert built.market.controls.reserved[row, 0] == pytest.approx(0.4)


def test_stockpile_access_opens_reserves_to_each_other() -> None:
    """HO has 400 t of magnets to spare, AB none; only with the agreement any of them reach AB."""
    stores: list[Spec] = [
        {
            "name": f"of {region}", "kind": "reserve", "by": region, "since": day(0), "held": held,
            "budget": "1 bn USD", "holdings": [{"name": "magnets", "commodities": "magnet.Ee", "tonnes": "400 t"}],
            "members": {"sectors": "cars"},
        }
        for region, held in (("AB", 0), ("HO", 1))
    ]  # fmt: skip
    stopped = ban(covers={"commodities": "magnet.Ee"}, in_force=day(70))
    closed, opened = (market(stopped, *stores, pact(stockpile_access=share), days=280) for share in (0, 0.5))
    assert lost(opened)[0] < lost(closed)[0]
    assert measured(opened, "reserve_shared")[0] > 50
    assert measured(closed, "reserve_shared") == pytest.approx(0)
