"""The letters of the arrays, and the one helper that sums rows.

N nodes, D destinations and O origins among them, A arcs, F facilities, S sectors, U users (P of them plant users, V
inputs of sectors), G other designs, C changeovers, K controlled arcs, E elements, R replicates. The replicate axis is
last and nobody loops over it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache, cached_property
from typing import TYPE_CHECKING, TypeAlias, final

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.intp]
Bools: TypeAlias = npt.NDArray[np.bool_]
Scalar: TypeAlias = float | Floats  # one number, or one a replicate: (R,)
Rows: TypeAlias = Ints | slice  # what picks rows of an array

TOLERANCE = 1e-9  # of what should balance, mass and money: share of all of it that rounding may take
TINY = 1e-12  # t or t/day: less than any real flow, so that nothing is divided by zero


class Sum:
    """A matrix that sums rows: ``sums(x)`` is (M, R) for x of shape (K, R).

    Rows accumulate in the order of their entries (by column), so the bits of a replicate do not depend on how many
    others stand beside it; a dense ``@`` or ``sum(axis=0)`` would not promise that.

    Examples
    --------
    >>> both = Sum([0, 0], [0, 1], [1.0, 2.0], (1, 2))
    >>> both(np.array([[1.0], [10.0]]))
    array([[21.]])
    """

    def __init__(
        self, rows: Iterable[int], columns: Iterable[int], weights: Iterable[float] | float, shape: tuple[int, int]
    ) -> None:
        row, column = np.asarray(list(rows), np.intp), np.asarray(list(columns), np.intp)
        values = np.asarray(weights if isinstance(weights, float) else list(weights), np.float64)
        values = np.broadcast_to(values, row.shape)
        order = np.lexsort((column, row))
        self.starts = np.searchsorted(row[order], np.arange(shape[0] + 1))  # of each row among the entries
        self.columns, self.weights = column[order], values[order].copy()
        self.shape = shape  # rows out, rows in

    @cached_property
    def rows(self) -> Ints:
        """Row of each entry, beside its column and its weight."""
        return np.repeat(np.arange(self.shape[0]), np.diff(self.starts))

    @cached_property
    def matrix(self) -> csr_array:
        """The same entries as a sparse matrix."""
        from scipy.sparse import csr_array  # noqa: PLC0415  (it takes longer to import than a file to check)

        return csr_array((self.weights, self.columns, self.starts), shape=self.shape)

    @classmethod
    def of(cls, entries: Iterable[tuple[int, int, float]], shape: tuple[int, int]) -> Sum:
        """The sums of (row, column, weight) entries."""
        listed = list(entries)
        return cls([e[0] for e in listed], [e[1] for e in listed], [e[2] for e in listed], shape)

    def __call__(self, x: Floats, out: Floats | None = None) -> Floats:
        """Weighted sums of the rows of x; `out`, (M, R), is written over."""
        if out is None:
            return self.add(x, np.zeros((self.shape[0], x.shape[1])))
        out.fill(0)
        return self.add(x, out)

    def add(self, x: Floats, out: Floats) -> Floats:
        """Add weighted sums of the rows of x to `out`, (M, R) and contiguous, and give it back.

        This is scipy's own product without the array that it makes for each result.
        """
        assert out.flags.c_contiguous, "sums would go into a copy that nobody sees"
        product, (rows, columns) = _product(), self.shape
        product(rows, columns, x.shape[1], self.starts, self.columns, self.weights, x.ravel(), out.ravel())
        return out

    def of_rows(self, rows: Ints) -> tuple[Ints, Sum]:
        """Columns that add up to some of the rows, and the sums of those columns alone, in the same order."""
        counts = self.starts[rows + 1] - self.starts[rows]
        ends = np.cumsum(counts)
        entries = np.arange(ends[-1] if len(ends) else 0) + np.repeat(self.starts[rows] - (ends - counts), counts)
        some = object.__new__(Sum)
        some.starts = np.concatenate([[0], ends]).astype(self.starts.dtype)
        some.columns, some.weights = np.arange(len(entries), dtype=self.columns.dtype), self.weights[entries]
        some.shape = len(rows), len(entries)
        return self.columns[entries], some

    def only(self, rows: Ints) -> Sum:
        """The sums of some of the rows, of all columns, in the same order."""
        columns, some = self.of_rows(rows)
        return Sum(some.rows, columns, some.weights, (len(rows), self.shape[1]))

    def once(self, x: Floats) -> Floats:
        """(M, 1): weighted sums of one column, (K, 1), in the same order; without scipy, which takes long to import."""
        sums = np.bincount(self.rows, self.weights * x[self.columns, 0], self.shape[0])
        return sums.astype(np.float64)[:, None]  # where there is nothing to add up, they would be whole numbers

    def scaled(self, weights: Floats) -> Sum:
        """The same sums with each column's weight multiplied by weights (K,)."""
        entries = self.matrix.tocoo()
        return Sum(entries.coords[0], entries.coords[1], entries.data * weights[entries.coords[1]], self.shape)


@final
class Weighted:
    """Sums rows times their weights, (K, 1) or (K, R): folded into the sums where all replicates share them."""

    def __init__(self, sums: Sum, weights: Floats) -> None:
        is_shared = weights.shape[1] == 1
        self.sums, self.weights = sums.scaled(weights[:, 0]) if is_shared else sums, None if is_shared else weights

    def add(self, x: Floats, out: Floats) -> Floats:
        """Add the sums of x, (K, R), to `out`, (M, R) and contiguous."""
        return self.sums.add(x if self.weights is None else x * self.weights, out)


@cache
def _product() -> Callable[..., None]:
    """Give scipy's product of a sparse matrix and several vectors."""
    from scipy.sparse._sparsetools import csr_matvecs  # noqa: PLC0415

    product: Callable[..., None] = csr_matvecs
    return product


def total(rows: Floats) -> Floats:
    """(R,): sum of a few rows, (K, R), added up in their order.

    Examples
    --------
    >>> total(np.array([[1.0, 2.0], [10.0, 20.0]]))
    array([11., 22.])
    """
    added: Floats = np.add.reduce(np.ascontiguousarray(rows))  # row by row, so that two columns or many are the same
    return added


def at_least(x: Floats, least: Scalar, out: Floats | None = None) -> Floats:
    """The larger of x and a bound, (M, R); for one number clip is several times as fast as maximum."""
    return (
        np.maximum(x, least, out=out)
        if isinstance(least, np.ndarray) and least.ndim
        else x.clip(least, np.inf, out=out)
    )


def at_most(x: Floats, most: Scalar, out: Floats | None = None) -> Floats:
    """The smaller of x and a bound, (M, R); for one number clip is several times as fast as minimum."""
    return (
        np.minimum(x, most, out=out) if isinstance(most, np.ndarray) and most.ndim else x.clip(-np.inf, most, out=out)
    )


def share_of(some: Floats, whole: Floats) -> Floats:
    """Some of a whole, share of 1; zero of nothing, at most all.

    Examples
    --------
    >>> share_of(np.array([1.0, 0.0]), np.array([4.0, 0.0]))
    array([0.25, 0.  ])
    """
    return at_most(some / at_least(whole, TINY), 1)


def ratio(top: Floats, bottom: Floats) -> Floats:
    """(M, R): top over bottom; NaN, which is no value, where there is nothing to divide by.

    Examples
    --------
    >>> ratio(np.array([1.0, 0.0]), np.array([4.0, 0.0]))
    array([0.25,  nan])
    """
    return np.divide(top, bottom, out=np.full_like(top, np.nan), where=bottom > TINY)


def column(values: Iterable[float]) -> Floats:
    """Values that are the same in all replicates, as (M, 1)."""
    return np.asarray(list(values), np.float64)[:, None].copy()


def pick(x: Floats, rows: Ints, out: Floats | None = None) -> Floats:
    """Rows of x, (M, R); written to `out` if it is given."""
    return x.take(rows, axis=0, out=out, mode="clip")  # clip: the rows are known to exist, so nobody checks


def rows_or_slice(rows: Ints) -> Rows:
    """Rows as a slice where they are neighbours in order, so that indexing copies nothing.

    Examples
    --------
    >>> rows_or_slice(np.array([3, 4, 5])), rows_or_slice(np.array([3, 5]))
    (slice(3, 6, None), array([3, 5]))
    """
    if len(rows) and np.array_equal(rows, np.arange(rows[0], rows[0] + len(rows))):
        return slice(int(rows[0]), int(rows[0]) + len(rows))
    return rows
