"""Series of all replicates: in a file for each chunk while a run goes on, read a block of rows at a time."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sim.axes import Floats
from sim.results import statistics

BLOCK = 2**22  # numbers in memory at a time


@dataclass(frozen=True)
class SeriesFiles:
    """(rows, R) numbers on disk: what each chunk's recorder wrote, day by day, replicates side by side.

    Parameters
    ----------
    folder : Path
    chunks : sequence of range
        Numbers of the replicates of each file, in order.
    rows : int
        Days times series.
    """

    folder: Path
    chunks: Sequence[range]
    rows: int

    def file(self, chunk: range) -> Path:
        """Where a chunk's series are."""
        return self.folder / f"{chunk.start}.series"

    def overview(self, paths: int, threads: int) -> tuple[Floats, Floats]:
        """(rows, 1 + levels) mean and quantiles over all replicates, exactly; (rows, paths) the first replicates."""
        replicates = sum(map(len, self.chunks))
        step = max(1, BLOCK // replicates)

        def one(first: int) -> tuple[Floats, Floats]:
            block = self._read(range(first, min(first + step, self.rows)), replicates)
            return statistics.overview(block), block[:, :paths].copy()

        pool = ThreadPoolExecutor(threads)
        try:
            done = list(pool.map(one, range(0, self.rows, step)))
        finally:
            pool.shutdown(cancel_futures=True)
        return np.concatenate([part for part, _ in done]), np.concatenate([part for _, part in done])

    def _read(self, rows: range, replicates: int) -> Floats:
        """Some rows of all replicates."""
        block, place = np.empty((len(rows), replicates)), 0
        for chunk in self.chunks:
            n = len(chunk)
            part = np.fromfile(self.file(chunk), count=len(rows) * n, offset=rows.start * n * block.itemsize)
            block[:, place : place + n] = part.reshape(len(rows), n)
            place += n
        return block
