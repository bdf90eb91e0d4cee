"""What holds of every kind of instrument: nothing at its zero, any order, its proofs."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import get_args

import pytest

from sim.files.shipped import shipped
from sim.instruments.base import KINDS
from sim.plan import Plan
from tests.allies import MONEY, small
from tests.ensembles import LICENCE, OTHERS, plan, recorded, seeds

ZEROS = {
    "export_licence": LICENCE.replace("name: licence", "name: null-one").replace(
        "    by: HO", "    by: HO\n    coverage: 0"
    ),
    "export_ban": "  - {name: null-one, kind: export_ban, by: AB, covers: {elements: all}, in_force: 2025-02-01, "
    "coverage: 0}\n",
    "export_quota": "  - {name: null-one, kind: export_quota, by: HO, covers: {elements: all}, in_force: 2025-02-01, "
    "volume: 1 t/year, coverage: 0}\n",
    "rated_orders": "  - {name: null-one, kind: rated_orders, by: AB, sectors: cars, since: 2025-02-01, share: 0}\n",
    "leakage": "  - {name: null-one, kind: leakage, by: HO, covers: {elements: all}, in_force: 2025-02-01, rate: 0}\n",
    "supply_shock": "  - {name: null-one, kind: supply_shock, start: 2025-02-01, lasts: 1 year, loss: 0}\n",
    "demand_shock": "  - {name: null-one, kind: demand_shock, start: 2025-02-01, lasts: 1 year, change: 0}\n",
    "import_tariff": "  - {name: null-one, kind: import_tariff, by: AB, covers: {elements: all}, in_force: 2025-02-01, "
    "rate: 0, changes: [{name: later, since: 2025-03-01, rate: 0 %}]}\n",
    "export_tariff": "  - {name: null-one, kind: export_tariff, by: HO, covers: {elements: all}, in_force: 2025-02-01, "
    "rate: 0}\n",
    "tariff_regime": "  - {name: null-one, kind: tariff_regime, by: HO, against: AB, hazard: 0/day, relief: 50 %, "
    "retaliation: 30 days, negotiation: 30 days, truce: 90 days}\n",
    "treaty_review": "  - {name: null-one, kind: treaty_review, review: 2025-02-01, by: AB, on: HO, chance: 0, "
    "covers: {elements: all}, outcomes: [{name: end, share: 1, rate: 25 %}]}\n",
    "production_quota": "  - {name: null-one, kind: production_quota, by: HO, processes: mine, in_force: 2025-02-01, "
    "level: 50 %, push: 50 %, discount: 20 %, enforced: 0}\n",
    "standard": "  - {name: null-one, kind: standard, by: AB, since: 2025-02-01, required: 0, premium: 10 %, "
    "tariff: 20 %}\n",
    "loan": "  - {name: null-one, kind: loan, by: AB, since: 2025-02-01, share: 0, interest: 5 %}\n",
    "grant": "  - {name: null-one, kind: grant, by: AB, since: 2025-02-01, share: 0}\n",
    "equity": "  - {name: null-one, kind: equity, by: AB, since: 2025-02-01, share: 0, asked: 5 %}\n",
    "co_investment": "  - {name: null-one, kind: co_investment, by: AB, partner: HO, since: 2025-02-01, share: 0, "
    "asked: 5 %, relief: 2 %}\n",
    "price_floor": "  - {name: null-one, kind: price_floor, by: AB, since: 2025-02-01, commodity: magnet.rich, "
    "basis: HO, floor: 0 USD/kg}\n",
    "offtake": "  - {name: null-one, kind: offtake, by: AB, since: 2025-02-01, commodity: magnet.rich, output: 0, "
    "price: 90 USD/kg}\n",
    "bilateral_agreement": "  - {name: null-one, kind: bilateral_agreement, by: AB, partners: HO, since: 2025-02-01, "
    "coverage: 0, waiver: {}, priority: {commodities: all, share: 50 %}}\n",
    "reserve": "  - {name: null-one, kind: reserve, by: AB, since: 2025-02-01, budget: 0 USD, members: {sectors: all}, "
    "holdings: [{name: some, commodities: magnet.rich, cover: 60 days}]}\n",
    "coordinated_release": "  - {name: null-one, kind: coordinated_release, since: 2025-02-01, share: 0, "
    "reserves: all}\n",
}
WORLD = seeds(small())
"""With projects, so that money has something to act on."""

BY_HAND = {kind for kind, schema in KINDS.items() if schema.__module__.startswith("sim.instruments.money.")}
BY_HAND |= {"bilateral_agreement", "coordinated_release"}
BY_HAND -= {"price_floor"}  # it acts on plants that run, too
"""They act through what projects decide, which the oracle leaves to calculations by hand."""


def everything(made: Plan) -> tuple[object, ...]:
    """All that is kept of three replicates, to the bit."""
    chunk, series = recorded(made, range(3))
    block = chunk.block
    return (
        chunk.metrics,
        chunk.draws,
        block.metrics.tobytes(),
        series.tobytes(),
        block.draws.tobytes(),
        block.events,
    )


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("beside", ["", LICENCE], ids=["alone", "beside a licence"])
def test_an_instrument_at_its_zero_changes_no_bit(tmp_path: Path, kind: str, beside: str) -> None:
    without = everything(plan(tmp_path, beside, world=WORLD))
    for instruments in (beside + ZEROS[kind], ZEROS[kind] + beside):
        assert everything(plan(tmp_path, instruments, world=WORLD)) == without


def test_the_order_of_instruments_changes_no_bit(tmp_path: Path) -> None:
    listed = [f"  - {entry}" for entry in (LICENCE + OTHERS + MONEY).split("  - ")[1:]]
    forwards, backwards = (plan(tmp_path, "".join(some), world=WORLD) for some in (listed, reversed(listed)))
    assert everything(forwards) == everything(backwards)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_has_its_proofs(kind: str) -> None:
    """A worked number, a zero, a place in the oracle or calculations by hand, a page, a scenario."""
    root = Path(__file__).parent
    worked = root / "instruments" / f"test_{kind}.py"
    assert worked.exists(), f"write {worked.name}"
    assert "def test_worked" in worked.read_text(), f"{worked.name} has no worked number"
    assert kind in ZEROS
    assert kind in BY_HAND or f'"{kind}"' in (root / "oracle" / "controls.py").read_text(), "give the oracle its rule"
    assert (root.parent / "docs" / "instruments" / f"{kind}.md").exists()
    scenarios = [file.read_text(encoding="utf-8") for file in shipped("scenarios").rglob("*.yaml")]
    assert any(f"kind: {kind}" in text for text in scenarios), "show it in a scenario"


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_kind_is_final_and_says_what_its_zero_is(kind: str) -> None:
    schema = KINDS[kind]
    assert getattr(schema, "__final__", False)
    assert schema.zero.split(":")[0] in schema.model_fields
    assert get_args(schema.model_fields["kind"].annotation) == (kind,)
    assert inspect.getdoc(schema)
