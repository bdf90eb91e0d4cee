"""P5: replicate k is the same, bit for bit, whoever stands beside it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sim.ensemble.streams import uniforms
from sim.simulation import Chunk, run_chunk
from tests.ensembles import LICENCE, OTHERS, plan


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Chunk:
    """257 worlds side by side."""
    return run_chunk(plan(tmp_path_factory.mktemp("many"), LICENCE + OTHERS), range(257))


def same(a: Chunk, b: Chunk, of_a: slice, of_b: slice) -> bool:
    """Whether some replicates of two chunks are the same in everything that is kept."""
    pairs = (
        (a.block.metrics[:, of_a], b.block.metrics[:, of_b]),
        (a.block.series[:, :, of_a], b.block.series[:, :, of_b]),
        (a.block.draws[:, of_a], b.block.draws[:, of_b]),
    )
    return all(x.tobytes() == y.tobytes() for x, y in pairs)


@pytest.mark.parametrize("replicates", [range(1), range(2), range(70), range(256, 257), range(64, 128)])
def test_a_replicate_is_the_same_in_any_company(tmp_path: Path, many: Chunk, replicates: range) -> None:
    few = run_chunk(plan(tmp_path, LICENCE + OTHERS), replicates)
    assert few.metrics == many.metrics
    assert same(few, many, slice(None), slice(replicates.start, replicates.stop))


def test_no_two_worlds_are_equal(many: Chunk) -> None:
    lost = many.block.metrics[[item.name == "value_added_lost" for item in many.metrics]]
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
