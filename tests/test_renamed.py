"""Names that have changed: an old one is refused with the new one, and what it names draws as before."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import sim
from sim.ensemble.streams import uniforms
from sim.errors import InputError
from sim.renamed import NEW_NAMES, first_name


@pytest.mark.parametrize(
    ("scenario", "setting", "new"),
    [
        ("vault", "instruments.project-vault.draws.ordinary=10 %", "drawdown"),
        ("vault", "instruments.project-vault.drawdown.declared.barred=0.3", "restriction"),
        ("vault", "instruments.project-vault.members.makers=false", "producers"),
        ("baseline", "parameters.hoarding_alarm=0.5", "hoarding_announcement"),
        ("baseline", "parameters.anchor_rate=0.01/week", "reference_rate"),
    ],
)
def test_an_old_name_in_a_scenario_is_refused_with_the_new_one(scenario: str, setting: str, new: str) -> None:
    with pytest.raises(InputError, match=f"It is '{new}' now"):
        sim.load(scenario, overrides=[setting])


@pytest.mark.parametrize(
    ("table", "header", "new"),
    [
        ("lines", "project,facility,capacity", "expansions"),
        ("commodities", "commodity,stage,name,unit,customs_code,user_cover,maker_cover,headline", "producer_cover"),
    ],
)
def test_an_old_table_or_column_is_refused_with_the_new_one(tmp_path: Path, table: str, header: str, new: str) -> None:
    (tmp_path / f"{table}.csv").write_text(f"{header},source,confidence,low,high,note\n")
    (tmp_path / "mine.yaml").write_text(f"monazite: 1\nname: mine\nextends: baseline.yaml\nseeds: [{tmp_path}]\n")
    with pytest.raises(InputError, match=f"It is '{new}' now"):
        sim.load(str(tmp_path / "mine.yaml"))


def test_a_quantity_keeps_the_draws_of_its_first_name() -> None:
    for old, new in NEW_NAMES.items():
        assert first_name(f"parameters.{new}") == f"parameters.{old}"
        assert np.array_equal(uniforms(1, f"parameters.{new}", range(9)), uniforms(1, f"parameters.{old}", range(9)))
