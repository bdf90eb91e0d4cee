"""Floors and nominal amounts, by hand (docs/model.md, eq. 11.7 and 11.8)."""

from __future__ import annotations

import numpy as np
import pytest

from sim.finance.contracts import deflated, top_up


def test_a_floor_pays_the_difference_and_takes_a_share_of_what_is_high() -> None:
    """Floor 110, 30 % of what is above 150: at 60, 110, 130, 150 and 170."""
    paid = top_up(np.array([60.0, 110.0, 130.0, 150.0, 170.0]), 110.0, 0.3, 150.0)
    assert paid.tolist() == pytest.approx([50, 0, 0, 0, -6])


def test_a_contract_for_difference_has_both_sides_at_the_floor() -> None:
    """All of what is above goes back: 110 whatever the price."""
    price = np.array([60.0, 110.0, 170.0])
    assert (price + top_up(price, 110.0, 1.0, 110.0)).tolist() == pytest.approx([110, 110, 110])


def test_each_world_may_have_its_own_floor() -> None:
    assert top_up(np.array([60.0, 60.0]), np.array([110.0, 50.0])).tolist() == pytest.approx([50, 0])


def test_inflation_wears_a_nominal_amount_down() -> None:
    """110 after ten years at 2 %: 110 ÷ 1.21899 = 90.238; after none, 110."""
    assert deflated(110.0, 0.02, 10) == pytest.approx(90.238, abs=1e-3)
    assert deflated(110.0, 0.02, 0) == pytest.approx(110)
