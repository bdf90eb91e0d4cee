"""`correlate:` in a scenario: paths of the file, draws of the ensemble, and what is reported where it cannot be."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sim import plan, simulation
from sim.chunk import Chunk
from sim.errors import InputError
from sim.files.shipped import scenario_files

SCENARIO = """\
monazite: 1
name: t
extends: april-2025-licensing.yaml
horizon: {start: 2025-01-01, end: 2025-01-28}
ensemble: {replicates: 6}
projects: []
outputs: {record: [price_spot]}
"""
PAIR = "correlate: [{between: [parameters.contract_share, instruments.china-licence.approval.default], rank: 0.7}]\n"
OTHER = "parameters.hoarding_gain"


def written(folder: Path, text: str) -> Path:
    file = folder / "t.yaml"
    file.write_text(SCENARIO + text, encoding="utf-8")
    return file


def draws_of(file: Path, replicates: range, **settings: object) -> dict[str, np.ndarray]:
    made = plan.make_plan(plan.load(file, {name.replace("__", "."): value for name, value in settings.items()}))
    draws = Chunk(made.setup, replicates).draws
    return {item.name: row[: len(replicates)] for item, row in zip(draws.items, draws.table(), strict=True)}


def reported(folder: Path, text: str) -> str:
    with pytest.raises(InputError) as caught:
        simulation.run(plan.load(written(folder, text)))
    return str(caught.value).replace(str(folder), "…")


def test_only_the_second_of_a_pair_moves_and_a_world_is_the_same_alone(tmp_path: Path) -> None:
    alone, related = (draws_of(written(tmp_path, text), range(300)) for text in ("", PAIR))
    assert alone.keys() == related.keys()
    moved = [name for name in alone if not np.array_equal(alone[name], related[name])]
    assert moved == ["instruments.china-licence.approval.default"]
    single = draws_of(tmp_path / "t.yaml", range(17, 18))
    assert {name: row[0] for name, row in single.items()} == {name: row[17] for name, row in related.items()}


def test_a_run_does_not_depend_on_chunks_and_workers(tmp_path: Path) -> None:
    scenario = plan.load(written(tmp_path, PAIR))
    results = [simulation.run(scenario, chunk=chunk) for chunk in (256, 2)]
    assert results[0].draws.equals(results[1].draws)
    assert results[0].replicates.equals(results[1].replicates)
    assert "rank: 0.7" in results[0].scenario
    again = tmp_path / "again.yaml"
    again.write_text(results[0].scenario, encoding="utf-8")
    assert simulation.run(plan.load(again)).draws.equals(results[0].draws)


def test_a_path_of_the_file_and_a_name_of_the_draws_are_one(tmp_path: Path) -> None:
    licence = "instruments.china-licence.processing"
    texts = [
        PAIR.replace("instruments.china-licence.approval.default", f"{licence}{m}.median") for m in ("", ".lognormal")
    ]
    first, second = (draws_of(written(tmp_path, text), range(9)) for text in texts)
    assert all(np.array_equal(first[name], second[name]) for name in first)
    assert not np.array_equal(
        first[f"{licence}.median"], draws_of(written(tmp_path, ""), range(9))[f"{licence}.median"]
    )


def test_medians_stay_medians(tmp_path: Path) -> None:
    assert draws_of(written(tmp_path, PAIR), range(3), ensemble__uncertain="false") == {}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            PAIR.replace("contract_share", "contract_shore"),
            "t.yaml:8:24: correlate[0].between[0]: 'parameters.contract_shore' is no uncertain number of this scenario"
            ".\n"
            "  A number without a distribution has no draw. Did you mean 'parameters.contract_share'?",
        ),
        (PAIR.replace("contract_share", "price_time"), "'parameters.price_time' is no uncertain number"),
        (PAIR.replace("0.7", "1.2"), "t.yaml:8:102: correlate[0].rank: 1.2 is above 1.\n  The most is 1."),
        (PAIR.replace("0.7", "high"), "t.yaml:8:102: correlate[0].rank: 'high' is not a number"),
        (
            PAIR.replace("]\n", f", {{between: [parameters.contract_share, {OTHER}], rank: 0.9}}, "
                                f"{{between: [{OTHER}, instruments.china-licence.approval.default], rank: -0.9}}]\n"),
            "these ranks cannot all be true: ",
        ),
        ("correlate: [{between: [parameters.contract_share], rank: 0.7}]\n", "1 path stand here, not two"),
        (PAIR.replace("instruments.china-licence.approval.default", "parameters.contract_share"), "stands there twice"),
        ("correlate: [{between: [a, b]}]\n", "correlate[0].rank: it is missing"),
        ("correlate: 0.7\n", "t.yaml:8:12: correlate: '0.7' is not a list"),
        (
            "instruments: [{name: china-licence, processing: 45 days}]\n"
            + PAIR.replace("approval.default", "processing.median"),
            "'instruments.china-licence.processing.median' is no uncertain number",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_reported_with_its_place(text: str, words: str, tmp_path: Path) -> None:
    assert words in reported(tmp_path, text)


def test_what_is_drawn_anew_each_time_has_no_draw_to_relate(tmp_path: Path) -> None:
    text = SCENARIO.replace("april-2025-licensing", "tariff-retaliation")
    pair = PAIR.replace("instruments.china-licence.approval.default", "instruments.us-china.retaliation")
    (tmp_path / "t.yaml").write_text(text + pair, encoding="utf-8")
    with pytest.raises(
        InputError, match=r"t\.yaml:8:\d+: .*us-china\.retaliation' is not drawn once for each replicate"
    ):
        simulation.run(plan.load(tmp_path / "t.yaml"))


def test_a_world_in_which_nothing_happens_has_the_draws_that_are_left(tmp_path: Path) -> None:
    """As a hindcast runs it beside: pairs with an instrument's draw go, others stay; the first-named keeps its draw."""
    pair = PAIR.replace("}]", f"}}, {{between: [parameters.contract_share, {OTHER}], rank: 0.5}}]")
    made = plan.make_plan(plan.load(written(tmp_path, pair)))
    without = made.without_instruments()
    assert [group.names for group in without.together.groups] == [["parameters.contract_share", OTHER]]
    with_all, with_none = (Chunk(one.setup, range(5)).draws for one in (made, without))
    numbers = dict(zip((item.name for item in with_all.items), with_all.table(), strict=True))
    for item, row in zip(with_none.items, with_none.table(), strict=True):
        assert np.array_equal(row, numbers[item.name]) or item.name == OTHER


def test_an_instrument_at_its_zero_may_be_named(tmp_path: Path) -> None:
    made = plan.load(written(tmp_path, PAIR), {"instruments.china-licence.coverage": "0"})
    assert simulation.run(made).manifest["replicates"] == 6


@pytest.mark.parametrize("name", sorted(scenario_files()))
def test_every_draw_of_a_scenario_that_ships_can_be_named(name: str) -> None:
    made = plan.make_plan(plan.load(name))
    draws = Chunk(made.setup, range(1)).draws
    assert {item.name for item in draws.items} <= set(made.drawn)
