"""Tariffs are answered, talked about, laid aside, by hand (docs/model.md, eq. 7.15 and 7.16)."""

from __future__ import annotations

import math
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from sim.axes import Floats
from sim.ensemble.streams import uniforms
from sim.errors import InputError
from sim.files.quantities import WorldNames
from sim.instruments.trade.export_ban import ExportBan
from sim.instruments.trade.tariff_regime import TariffRegime
from tests import driver
from tests.driver import Built, Spec, day, measured
from tests.ensembles import plan, recorded
from tests.instruments.test_import_tariff import tariff
from tests.tiny import OXIDE_ABROAD, market, one

REPLICATES = 200


def regime(**fields: object) -> Spec:
    """HO answers tariffs of AB: those of 20 % after 50 days on average."""
    return {
        "name": "war", "kind": "tariff_regime", "by": "HO", "against": "AB", "hazard": "0.02/day", "reference": 0.2,
        "retaliation": "20 days", "negotiation": "10 days", "truce": "45 days", **fields,
    }  # fmt: skip


def ban(**fields: object) -> Spec:
    """Oxide of HO does not leave while tariffs are answered."""
    covers = {"commodities": "oxide.Ee"}
    return {"name": "ban", "kind": "export_ban", "by": "HO", "covers": covers, "follows": "war", **fields}


def course(built: Built, ticks: int) -> Floats:
    """(T, R): 1 in the ticks in which what follows the regime is in force; the market stands still."""
    reported = []
    for tick in list(built.clock.horizon.ticks())[:ticks]:
        built.market.controls.clear()
        built.market.run("events", tick)
        reported.append(built.setting.notices.regimes["war"].in_force())
    return np.array(reported)


def replicates(*specs: Spec) -> Built:
    """Many replicates with the tariff and a regime."""
    return driver.market(driver.tables(), [tariff(), *specs], replicates=REPLICATES, days=700)


def test_worked_number() -> None:
    """A tariff at the reference from the first day on: answered where 0.02·t has reached −ln(1 − u).

    20 days later, at the start of the third tick after, talks begin, 10 days after that, of the fifth after, a truce.
    """
    u = uniforms(1, "instruments.war.patience", range(REPLICATES))
    answered = np.ceil(-np.log1p(-u) / (0.02 * 7)).astype(int)
    for lifted, ticks in (("truce", 5), ("negotiation", 3)):
        in_force = course(replicates(regime(lifted=lifted)), 100)
        assert (in_force.argmax(axis=0) == answered).all()
        ends = np.array([np.flatnonzero(in_force[:, w] == 0) for w in range(REPLICATES)], object)
        after = [int(rows[rows > start][0]) for rows, start in zip(ends, answered, strict=True)]
        assert after == (answered + ticks).tolist()


def test_a_truce_ends_and_tariffs_are_answered_anew() -> None:
    """After 45 more days, by the second draw of each replicate; what is left of a tick counts for the next phase."""
    u = [uniforms(1, "instruments.war.patience", range(REPLICATES), n) for n in (0, 1)]
    first, wait = (np.ceil(-np.log1p(-draw) / (0.02 * 7)).astype(int) for draw in u)
    second = first + math.ceil(75 / 7) + wait  # 20 + 10 + 45 days on
    in_force = course(replicates(regime()), 100)
    some = second < 95
    assert some.sum() > REPLICATES / 2
    columns = np.flatnonzero(some)
    assert in_force[second[some], columns].all()
    assert not in_force[second[some] - 1, columns].any()


def test_phases_add_up() -> None:
    """Shares of the days; who answered once was at war for 20 days or so."""
    built = replicates(regime())
    course(built, 100)
    parts = [measured(built, share) for share in ("retaliation_share", "negotiation_share", "truce_share")]
    assert all((part >= 0).all() for part in parts)
    assert (np.add.reduce(parts) < 1).all()
    count = measured(built, "retaliations")
    assert count.min() >= 1
    whole = count * 21 / 700  # a part of a tick that one phase takes is not there for the next
    assert np.abs(parts[0] - whole).max() < 0.03
    assert measured(built, "negotiation_share").mean() < measured(built, "truce_share").mean()


def test_higher_tariffs_are_answered_sooner() -> None:
    """P10, over five levels, with elasticity 2: in no world later, in the mean sooner. No tariff: never."""
    starts = []
    for rate in (0.05, 0.1, 0.2, 0.5, 1.45):
        built = driver.market(
            driver.tables(), [tariff(rate=rate), regime(elasticity=2)], replicates=REPLICATES, days=7 * 520
        )
        in_force = course(built, 520)
        starts.append(np.where(in_force.any(axis=0), in_force.argmax(axis=0), 520))
    assert all((sooner <= later).all() and sooner.mean() < later.mean() for later, sooner in pairwise(starts))
    never = driver.market(driver.tables(), [tariff(by="HO", on="AB"), regime()], replicates=REPLICATES)
    assert not course(never, 200).any()


def test_what_is_charged_together_is_answered() -> None:
    """Two tariffs of 10 % are one of 20 %."""
    one_tariff = course(replicates(regime()), 60)
    two = [tariff(rate=0.1), tariff(name="second", rate=0.1), regime()]
    assert (course(driver.market(driver.tables(), two, replicates=REPLICATES, days=700), 60) == one_tariff).all()


def test_a_truce_lets_off_a_share_of_tariffs_between_the_two() -> None:
    """A quarter of 20 %, in the replicates that are in a truce."""
    built = replicates(regime(relief=0.25))
    course(built, 40)
    rates = built.market.controls.tariff[0]
    assert sorted(set(np.round(rates, 12))) == pytest.approx([0.15, 0.2])


def test_a_control_comes_and_goes_with_it() -> None:
    """Nothing leaves in the ticks in which it is in force, everything before and after; nobody sees it come."""
    built = market(tariff(rate=1), regime(hazard="0.01/day", reference=1), ban(), days=364)
    row = built.world.arcs.names.index(OXIDE_ABROAD)
    reported: list[tuple[float, float, float]] = []

    def note(tick: object) -> None:
        del tick
        world = built.market.controls
        position = int(np.searchsorted(world.arcs, row))
        stopped = built.market.state.crossed[row, 0] == 0
        reported.append(
            (float(stopped), world.expected_restriction[position, 0], world.announcement_effect[position, 0])
        )

    driver.run(built, note)
    stopped = [t[0] for t in reported]
    assert 0 < sum(stopped) < len(stopped)
    assert [t[1] for t in reported] == stopped
    assert [t[2] > 0 for t in reported] == [bool(s) for s in stopped]


def test_what_follows_a_regime_that_never_acts_never_comes() -> None:
    """The regime at its zero is not bound; the ban stands by."""
    built = market(tariff(), ban(), days=182)
    driver.run(built)
    assert one(built.market.state.crossed, built.world.arcs.names.index(OXIDE_ABROAD)) > 0
    assert not built.market.controls.expected_restriction.any()


def test_answers_are_reported_with_their_share_of_the_replicates(tmp_path: Path) -> None:
    text = (
        "  - {name: tariff, kind: import_tariff, by: AB, on: HO, covers: {elements: all}, in_force: 2025-02-05,\n"
        "     rate: 145 %}\n"
        "  - {name: war, kind: tariff_regime, by: HO, against: AB, hazard: 10/day, retaliation: 30 days,\n"
        "     negotiation: 30 days, truce: 2 years}\n"
    )
    chunk, _ = recorded(plan(tmp_path, text), range(3))
    reported = [(str(e.date), e.event, n) for e, n in chunk.block.events.items() if e.subject == "war"]
    assert ("2025-02-12", "retaliation begins", 3) in reported
    assert [event for _, event, _ in sorted(reported)][-1] == "truce begins"


def test_a_control_follows_a_regime_of_its_scenario(tmp_path: Path) -> None:
    ban_of = "  - {{name: ban, kind: export_ban, by: HO, covers: {{elements: all}}, follows: {}}}\n"
    with pytest.raises(InputError, match="follows: 'wra' is not a tariff_regime"):
        plan(tmp_path, ban_of.format("wra")).check()
    names = WorldNames(regions=("HO", "AB"), commodities=("oxide.Ee",))
    twice = ExportBan.model_validate(ban(in_force=day(3), until=day(9)))
    assert [path for path, _, _ in twice.check(names)] == [("in_force",), ("until",)]
    with pytest.raises(ValidationError, match="it is missing"):
        ExportBan.model_validate(ban(follows=None))
    itself = TariffRegime.model_validate(regime(against="HO"))
    assert [path for path, _, _ in itself.check(names)] == [("against",)]
