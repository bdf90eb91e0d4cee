"""Whether there is anything in the base year for an instrument to act on."""

from __future__ import annotations

import pytest

from sim.instruments.base import KINDS
from sim.world.build import build
from tests.driver import Spec, tables
from tests.strategies import every_kind
from tests.worlds import MARGINS, ROUTES

SPECS = {str(spec["kind"]): spec for spec in every_kind()}
del SPECS["coordinated_release"]  # it acts where reserves do
NOTHING: dict[str, Spec] = {
    "rated_orders": {"commodities": "oxide.Bb"},
    "supply_shock": {"facilities": "HO clay mine", "regions": "AB"},
    "demand_shock": {"regions": "all-HO+AB"},
    "import_tariff": {"by": "HO", "on": "AB", "covers": {"commodities": "concentrate.clay"}},
    "tariff_regime": {"against": "CD"},
    "treaty_review": {"by": "HO", "on": "AB", "covers": {"commodities": "concentrate.clay"}},
    "reserve": {"by": "CD"},
    "production_quota": {"by": "AB", "facilities": "HO clay mine"},
}
"""What leaves nothing to act on; a control has nothing where goods are covered that do not leave."""


@pytest.mark.parametrize("kind", sorted(SPECS))
def test_an_instrument_knows_whether_it_has_anything_to_act_on(kind: str) -> None:
    """Clay concentrate does not leave AB."""
    world, spec = build(tables(), MARGINS, routes=ROUTES), SPECS[kind]
    nothing = NOTHING.get(kind, {"by": "AB", "covers": {"commodities": "concentrate.clay"}})
    assert KINDS[kind].model_validate(spec).acts_on(world)
    assert not KINDS[kind].model_validate({**spec, **nothing}).acts_on(world)
