"""What an exporter charges, by hand (docs/model.md, eq. 7.14)."""

from __future__ import annotations

import pytest

from tests.driver import Spec, day, measured
from tests.instruments.test_import_tariff import tariff
from tests.tiny import MAGNET_ABROAD, MAGNET_HOME, OXIDE_ABROAD, Case, one


def levy(**fields: object) -> Spec:
    """HO charges a tenth of the price on oxide that leaves it."""
    return {
        "name": "levy", "kind": "export_tariff", "by": "HO", "covers": {"commodities": "oxide.Ee"}, "rate": "10 %",
        "in_force": day(0), **fields,
    }  # fmt: skip


def test_worked_number() -> None:
    """21 t of oxide at 50,000 USD/t: a tenth is 105,000 USD. Magnets, and goods at home, go free."""
    case = Case(levy())
    for rule in case.hooks.tariffs:
        rule(case.moment)
    assert case.controls.arcs.tolist() == [case.arc[OXIDE_ABROAD]]
    for arc, tonnes in ((OXIDE_ABROAD, 21), (MAGNET_ABROAD, 56), (MAGNET_HOME, 28)):
        case.state.shipped[case.arc[arc]] = tonnes
    case.settle("border")
    assert measured(case.built, "duties_collected").tolist() == pytest.approx([105_000] * 2)


def test_what_both_ends_charge_adds() -> None:
    """A tenth on the way out, a fifth on the way in; each has its own revenue."""
    case = Case(levy(), tariff())
    case.market.settle(next(case.built.clock.horizon.ticks()))
    row = case.row(OXIDE_ABROAD)
    assert one(case.controls.tariff, row) == pytest.approx(0.3)
    revenue = {m.item.instrument: m.value() for m in case.built.setting.measured if m.item.name == "duties_collected"}
    value = one(case.state.crossed, case.arc[OXIDE_ABROAD]) * 50_000
    assert revenue["levy"].tolist() == pytest.approx([0.1 * value] * 2)
    magnets = one(case.state.crossed, case.arc[MAGNET_ABROAD]) * 40_000
    assert revenue["tariff"].tolist() == pytest.approx([0.2 * (value + magnets)] * 2)


def test_it_is_on_some_destinations_only() -> None:
    """Towards all but AB there is nothing to charge."""
    with pytest.raises(ValueError, match="zero-size"):
        Case(levy(towards="all-AB")).controls.tariff.max()
