"""P5: replicate k is the same, bit for bit, whoever stands beside it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sim.axes import Floats
from sim.ensemble.streams import uniforms
from sim.simulation import ChunkResult
from tests.ensembles import LICENCE, OTHERS, plan, recorded

pytestmark = pytest.mark.xdist_group("replicates")


def run(folder: Path, replicates: range) -> tuple[ChunkResult, Floats]:
    """Some replicates under every kind of control."""
    return recorded(plan(folder, LICENCE + OTHERS), replicates)


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> tuple[ChunkResult, Floats]:
    """257 replicates side by side."""
    return run(tmp_path_factory.mktemp("many"), range(257))


@pytest.mark.parametrize("replicates", [range(1), range(2), range(70), range(256, 257), range(64, 128)])
def test_a_replicate_is_the_same_in_any_company(
    tmp_path: Path, many: tuple[ChunkResult, Floats], replicates: range
) -> None:
    (few, few_series), (all_, all_series) = run(tmp_path, replicates), many
    some = slice(replicates.start, replicates.stop)
    assert few.metrics == all_.metrics
    assert few.block.metrics.tobytes() == all_.block.metrics[:, some].tobytes()
    assert few.block.draws.tobytes() == all_.block.draws[:, some].tobytes()
    assert few_series.tobytes() == all_series[..., some].tobytes()


def test_no_two_replicates_are_equal(many: tuple[ChunkResult, Floats]) -> None:
    chunk, _ = many
    lost = chunk.block.metrics[[item.name == "value_added_lost" for item in chunk.metrics]]
    assert len(np.unique(lost.sum(axis=0))) == lost.shape[1]


def test_a_stream_is_the_same_from_any_start() -> None:
    whole = uniforms(3, "quantity", range(100))
    assert all(np.array_equal(uniforms(3, "quantity", range(k, k + 9)), whole[k : k + 9]) for k in range(12))


def test_streams_of_other_names_seeds_and_occurrences_differ() -> None:
    draws = [
        uniforms(1, "a", range(8)),
        uniforms(1, "b", range(8)),
        uniforms(2, "a", range(8)),
        uniforms(1, "a", range(8), 1),
    ]
    assert len({d.tobytes() for d in draws}) == len(draws)


def test_uniforms_are_uniform() -> None:
    drawn = uniforms(1, "many", range(100_000))
    assert 0 < drawn.min() < drawn.max() < 1
    assert abs(drawn.mean() - 0.5) < 4 * (1 / 12 / len(drawn)) ** 0.5
