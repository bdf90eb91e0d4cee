"""Sums of rows."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sim.axes import Sum

NUMBER = st.floats(-1e6, 1e6)
ENTRIES = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 4), NUMBER), max_size=12)


@given(ENTRIES, st.lists(NUMBER, min_size=5, max_size=5))
def test_a_sum_without_scipy_is_the_sum_with_it(entries: list[tuple[int, int, float]], values: list[float]) -> None:
    """Bit for bit on machines that do not multiply and add in one step; to the last but one on others."""
    sums, x = Sum.of(entries, (4, 5)), np.array(values)[:, None]
    assert sums.once(x).dtype == np.float64
    np.testing.assert_allclose(sums.once(x), sums(x), rtol=1e-12, atol=1e-3)
    np.testing.assert_allclose(sums.matrix.toarray() @ x, sums(x), rtol=1e-12, atol=1e-3)


def test_the_base_year_is_added_up_in_the_order_of_columns() -> None:
    """1e16 + 1 is 1e16 again, so the order shows: (1e16 + 1) − 1e16 = 0, and 1 + 1 after it is 2."""
    sums = Sum([0, 0, 0, 0], [3, 0, 1, 2], 1.0, (1, 4))
    assert sums.once(np.array([[1e16], [1.0], [-1e16], [2.0]])).tolist() == [[2.0]]
