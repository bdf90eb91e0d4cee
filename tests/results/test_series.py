"""Statistics of series that are spread over files: exactly those of all replicates at once, in little memory."""

import tracemalloc
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from sim.axes import Floats
from sim.ensemble.streams import uniforms
from sim.results import series, statistics
from sim.results.series import SeriesFiles


def spread(folder: Path, values: Floats, edges: list[int]) -> SeriesFiles:
    """Write (rows, R) values as chunks of replicates would."""
    chunks = [range(a, b) for a, b in pairwise(edges)]
    files = SeriesFiles(folder, chunks, len(values))
    for chunk in chunks:
        values[:, chunk.start : chunk.stop].tofile(files.file(chunk))
    return files


def numbers(rows: int, replicates: int) -> Floats:
    """Some of them without a value, some infinite, some rows all the same."""
    values = uniforms(1, "series", range(rows * replicates)).reshape(rows, replicates).copy()
    values[1::5][values[1::5] < 0.3] = np.nan
    values[2::5][values[2::5] > 0.8] = np.inf
    values[3::5] = 0.1
    values[4::5, :] = np.nan
    return values


@pytest.mark.parametrize("edges", [[0, 201], [0, 1, 201], [0, 64, 128, 192, 201]])
@pytest.mark.parametrize(("block", "threads"), [(1, 1), (1000, 2), (2**22, 1)])
def test_they_are_those_of_all_replicates_at_once(
    edges: list[int], block: int, threads: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bit for bit, wherever the chunks and the blocks end; where all are finite, numpy says the same."""
    monkeypatch.setattr(series, "BLOCK", block)
    values = numbers(23, 201)
    overview, paths = spread(tmp_path, values, edges).overview(3, threads)
    assert overview.tobytes() == np.column_stack([statistics.mean(values), statistics.quantiles(values)]).tobytes()
    assert paths.tobytes() == values[:, :3].tobytes()
    finite = values[::5]
    np.testing.assert_allclose(overview[::5, 1:].T, np.quantile(finite, statistics.LEVELS, axis=1), rtol=1e-12)


def test_memory_does_not_grow_with_the_replicates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 4 MB on disk a few blocks of 32 KB are in memory at a time."""
    monkeypatch.setattr(series, "BLOCK", 2**12)
    monkeypatch.setattr(statistics, "CACHED", 2**12)
    files = spread(tmp_path, numbers(500, 1000), list(range(0, 1001, 100)))
    files.overview(0, 1)
    tracemalloc.start()
    files.overview(0, 1)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 500_000
