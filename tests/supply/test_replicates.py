"""What holds in every replicate with projects: rest, mass, units, company, signs (P1, P2, P4, P5 and P8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from sim.axes import Floats
from sim.definitions.items import ALL
from sim.market.state import State
from sim.plan import Plan
from sim.simulation import ChunkResult
from sim.world.rows import ProjectRow
from tests import allies
from tests.allies import NO_OUTAGES, PROJECTS, ROWS, change, every_money, record, written
from tests.driver import Built, Spec, run
from tests.ensembles import plan, recorded, seeds
from tests.properties.test_mass import Account
from tests.properties.test_no_negatives import LOGARITHMS
from tests.properties.test_steady import REST
from tests.tiny import ban

HOPELESS = ("AB works", "FA mine")
LATE = (
    record("greenfield", 18, failure=0.2), record("brownfield", 6, failure=0.2), record("magnet", 3, failure=0.2),
)  # fmt: skip
BAN = ban(in_force="2025-07-01", until="2026-07-01")
"""Something that moves the market, so that resting is no proof."""


FIRST = ("first_output", "project_started")


def labels(built: Built) -> Mapping[str, Sequence[object]]:
    """What stands in the rows of each axis, by letter."""
    world = built.world
    return {
        "K": [world.arcs.names[a] for a in built.market.controls.arcs],
        "N": world.nodes.names, "D": world.nodes.used, "O": world.nodes.made, "A": world.arcs.names,
        "F": world.facilities.names, "S": world.sectors.names, "U": world.users.names,
        "T": world.users.of_plants[world.users.thrifty],
        "V": world.users.names[world.users.plants.stop :], "G": world.designs.names,
        "C": world.changeovers.names,
    }  # fmt: skip


def same(one: Built, two: Built) -> None:
    """All rows that both replicates have are equal to 1e-9."""
    ours, theirs = labels(one), labels(two)
    for name, array in one.market.state.items():
        if name in REST:
            continue
        letter = State.__dataclass_fields__[name].metadata["axes"].split()[0]
        both = [row for row in ours[letter] if row in theirs[letter]]
        assert len(both) == len(theirs[letter])
        mine, other = (array[[ours[letter].index(row) for row in both]],
                       getattr(two.market.state, name)[[theirs[letter].index(row) for row in both]])  # fmt: skip
        off = np.abs(mine - other) / np.maximum(1, np.abs(other))
        assert off.max(initial=0) < 1e-9, f"{name}: {both[int(off.max(axis=1).argmax())]}"


@pytest.mark.parametrize("instruments", [(), (BAN,)], ids=["at rest", "under a ban"])
def test_projects_that_never_come_change_nothing(instruments: Sequence[Spec]) -> None:
    """A thousand dollars a kilogram: nobody decides, and four years are those of a replicate without projects."""
    rows: Sequence[ProjectRow] = ROWS
    for name in HOPELESS:
        rows = change(rows, name, unit_cost=1000.0)
    made = allies.tables(rows)
    hopeless, without = (
        allies.market(*instruments, made=made, projects=names, growth=1.0) for names in (HOPELESS, ())
    )  # fmt: skip
    run(hopeless)
    run(without)
    assert hopeless.setting.supply is not None
    assert not np.isfinite(hopeless.setting.supply.stages.decided).any()
    same(hopeless, without)


def troubled(outages: float = 0.25) -> Built:
    """Six replicates that draw all there is to draw, with late and failing projects, every money and a ban."""
    return allies.market(
        *every_money(), BAN, made=allies.tables(records=(*LATE, *allies.PUNCTUAL)), replicates=6, uncertain=True,
        outage_rate=outages / 365,
    )  # fmt: skip


def test_mass_is_conserved_with_projects_and_every_money() -> None:
    """Tick by tick, in four years in which projects come, fail and break down."""
    built = troubled()
    run(built, Account(built).settle)
    assert built.setting.supply is not None
    assert np.isfinite(built.setting.supply.stages.started).sum() > 12


def test_nothing_is_negative_and_books_balance() -> None:
    """Whatever the draws."""
    built = troubled(outages=2)

    def look(_tick: object) -> None:
        for name, array in built.market.state.items():
            assert np.isfinite(array).all(), name
            assert name in LOGARITHMS or array.min(initial=0) >= 0, name

    run(built, look)
    for measure in built.setting.measured:
        assert np.isfinite(measure.value()).all() or measure.item.name == "first_output"


def test_twice_the_tonnes_and_the_capital_leave_prices_and_decisions() -> None:
    """Each array by its unit; decisions, starts and failures to the day."""
    money = every_money(share=0.3)
    doubled = [{**spec, "budget": "6 million USD"} if "budget" in spec else spec for spec in money]
    one, two = (
        allies.market(*specs, made=allies.tables(scale=scale), **NO_OUTAGES)
        for specs, scale in ((money, 1.0), (doubled, 2.0))
    )
    run(one)
    run(two)
    assert one.setting.supply is not None
    assert two.setting.supply is not None
    for what in ("stage", "decided", "started"):
        assert getattr(one.setting.supply.stages, what).tolist() == getattr(two.setting.supply.stages, what).tolist()
    for (name, array), (_, double) in zip(one.market.state.items(), two.market.state.items(), strict=True):
        factor = 2 if State.__dataclass_fields__[name].metadata["unit"] in ("t", "t/day", "unit/day") else 1
        assert (np.abs(double / factor - array) / (1 + np.abs(array))).max(initial=0) < 1e-9, name
    costs = [
        sum(float(m.value()[0]) for m in built.setting.measured if m.item.name == "public_cost") for built in (one, two)
    ]
    assert costs[0] > 0
    assert costs[1] == pytest.approx(2 * costs[0])


def early(folder: Path) -> Plan:
    """A year in which projects are decided and start, with every money, listed from the last to the first."""
    rows = change(ROWS, "AB mine expansion", start="2025-05-01")
    rows = change(rows, "FA mine", permit=1.0, construction=4.0)
    rows = change(rows, "AB works", decision="2025-02-01", construction=5.0)
    return plan(folder, written(every_money()[::-1]), world=seeds(allies.tables(rows, (*LATE, *allies.PUNCTUAL))))


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> tuple[ChunkResult, Floats]:
    """70 replicates side by side."""
    return recorded(early(tmp_path_factory.mktemp("many")), range(70))


@pytest.mark.parametrize("replicates", [range(1), range(2), range(69, 70), range(32, 64)])
def test_a_replicate_is_the_same_in_any_company(
    tmp_path: Path, many: tuple[ChunkResult, Floats], replicates: range
) -> None:
    """To the bit, with projects and money."""
    (few, few_series), (all_, all_series) = recorded(early(tmp_path), replicates), many
    some = slice(replicates.start, replicates.stop)
    assert few.metrics == all_.metrics
    assert few.block.metrics.tobytes() == all_.block.metrics[:, some].tobytes()
    assert few.block.draws.tobytes() == all_.block.draws[:, some].tobytes()
    assert few_series.tobytes() == all_series[..., some].tobytes()


def test_that_company_builds(many: tuple[ChunkResult, Floats]) -> None:
    """In some of its replicates projects start, in some they fail, and money is paid."""
    chunk, _ = many
    measured = {item.name: chunk.block.metrics[i] for i, item in enumerate(chunk.metrics) if item.region in ("", ALL)}
    first, started = (chunk.block.metrics[[m.name == name for m in chunk.metrics]] for name in FIRST)
    assert 0 < np.isfinite(first).mean() < 1
    assert (started == np.isfinite(first)).all()
    assert measured["projects_failed"].max() > 0
    assert len(np.unique(measured["public_paid"])) > 60


def test_all_of_it_happens() -> None:
    """In the replicates of these proofs projects are decided, fail and start, and money is paid for each kind."""
    built = troubled()
    run(built)
    supply = built.setting.supply
    assert supply is not None
    assert len(supply.portfolio.names) == len(PROJECTS)
    for turns in supply.reports.transitions[:3]:
        assert turns.reported
    paid = {m.item.instrument: float(m.value().max()) for m in built.setting.measured if m.item.name == "public_paid"}
    assert set(paid) == {"loan", "grant", "equity", "both", "floor", "bound"}
    assert min(paid.values()) > 0


@pytest.mark.parametrize("size", [0.5, 2.0])
def test_a_scenario_may_resize_a_plant_that_no_project_adds_to(tmp_path: Path, size: float) -> None:
    """Without trading houses, the world is the one without projects: halved is halved once."""
    resized = f"facilities: {{AB mine: {{capacity: {size} t/year}}}}\n"
    still = "parameters: {outage_rate: 1e-9/year, output_spread: 1.000000001, resale_share: 0}\n"
    series = [
        recorded(plan(tmp_path, "", resized + still + f"projects: [{those}]\n", seeds(allies.tables())), range(1))[1]
        for those in ("AB mine", "")
    ]
    assert series[0] == pytest.approx(series[1], rel=1e-6, abs=1e-4)


def test_a_plant_may_be_of_no_size_at_all(tmp_path: Path) -> None:
    """It makes nothing, its owner earns nothing, and all figures are numbers."""
    none = "facilities: {AB mine: {capacity: 0 t/year}}\n"
    chunk, series = recorded(plan(tmp_path, "", none, seeds(allies.tables())), range(2))
    assert np.isfinite(series).all()
    made = [m.name in ("production", "public_cost", "loss") for m in chunk.metrics]
    assert np.isfinite(chunk.block.metrics[made]).all()


def test_a_world_without_projects_has_no_lines() -> None:
    """The tables list projects, the scenario wants none."""
    world = allies.market(projects=()).world
    assert world.projects.names == ()
    assert len(world.facilities.new) == 0
    assert (world.producers.orders == world.producers.full_orders).all()


def test_events_do_not_grow_with_replicates() -> None:
    """SimPy carries dates and ticks; what differs by world is an array of days."""
    counted = []
    for replicates in (2, 40):
        built = allies.market(*allies.every_money(), days=728, replicates=replicates, uncertain=True)
        run(built)
        counted.append(built.clock.events)
    assert counted[0] == counted[1]
