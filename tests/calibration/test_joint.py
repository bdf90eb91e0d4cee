"""Replicates take vectors whole, the same in the same world."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import sim
from sim.chunk import Chunk
from sim.ensemble.draws import Draws
from sim.ensemble.joint import Joint
from sim.files.distributions import parse
from sim.files.shipped import shipped
from sim.plan import make_plan
from sim.units import NUMBER

NAMES = ("parameters.a", "parameters.b")
SHARES = np.array([[0.1, 0.5, 0.9], [0.9, 0.5, 0.1]])
FLAT = parse({"uniform": {"low": 0, "high": 1}}, NUMBER)


def test_a_replicate_takes_one_vector_whole() -> None:
    draws = Draws(1, range(1000), joint=Joint(NAMES, SHARES, np.array([1.0, 0.0, 3.0])))
    a, b, other = (np.asarray(draws.draw(name, FLAT)) for name in (*NAMES, "parameters.c"))
    assert set(a.tolist()) == {0.1, 0.9}
    assert np.allclose(a + b, 1)
    assert (a == 0.9).mean() == pytest.approx(0.75, abs=0.04)
    assert np.array_equal(other, np.asarray(Draws(1, range(1000)).draw("parameters.c", FLAT)))


def test_in_their_order_each_vector_has_so_many_replicates() -> None:
    joint = Joint(NAMES, SHARES, np.ones(3), each=2)
    assert joint.picked(1, range(3, 8)).tolist() == [1, 2, 2, 0, 0]


def test_what_is_taken_out_is_drawn_on_its_own() -> None:
    draws = Draws(1, range(8), joint=Joint(NAMES, SHARES, np.ones(3)).without({"parameters.a"}))
    assert np.array_equal(draws.draw("parameters.a", FLAT), Draws(1, range(8)).draw("parameters.a", FLAT))


def drawn(*overrides: str) -> dict[str, np.ndarray]:
    plan = make_plan(sim.load(overrides[0], overrides=["ensemble.replicates=4", *overrides[1:]]))
    chunk = Chunk(plan.setup, range(4))
    return {item.name: values for item, values in zip(chunk.draws.items, chunk.draws.values, strict=True)}


def test_two_policies_in_the_same_world_have_the_same_vector() -> None:
    """Common random numbers hold for calibrated draws, too."""
    one, other = (drawn(name, "uncertainty.parameters=calibrated") for name in ("no-reserve", "vault"))
    shared = [name for name in one if name in other]
    assert len(shared) > 100
    assert all(np.array_equal(one[name], other[name]) for name in shared)
    prior = drawn("vault")
    assert any(not np.array_equal(other[name], prior[name]) for name in shared)


def test_what_a_scenario_or_its_tables_say_is_not_calibrated(tmp_path: Path) -> None:
    given = "parameters.hoarding_gain={uniform: {low: 5, high: 6}}"
    found = drawn("baseline", "uncertainty.parameters=calibrated", given)
    alone = drawn("baseline", given)
    assert np.array_equal(found["parameters.hoarding_gain"], alone["parameters.hoarding_gain"])
    header, *rows = (shipped("seeds") / "parameters.csv").read_text("utf-8").splitlines()
    row = next(row for row in rows if row.startswith("price_time,"))
    name = "parameters.contract_share"
    own = next(row for row in rows if row.startswith("contract_share,")).replace("mode: 0.67", "mode: 0.7")
    (tmp_path / "parameters.csv").write_text(f"{header}\n{own}\n{row}\n", encoding="utf-8")
    changed = drawn("baseline", "uncertainty.parameters=calibrated", f"seeds=[{tmp_path}]")
    assert np.array_equal(changed[name], drawn("baseline", f"seeds=[{tmp_path}]")[name])
