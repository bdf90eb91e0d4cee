"""What is known of the standard normal without scipy is what scipy says."""

import numpy as np
import pytest
from scipy import special

from sim.files.distributions import parse
from sim.files.shapes import QUANTILES, Z90, ndtri
from sim.units import NUMBER


def test_the_quantiles_that_checks_ask_for_are_those_of_scipy_to_the_last_bit() -> None:
    assert special.ndtri(0.9) == Z90
    for share, value in QUANTILES.items():
        assert special.ndtri(share) == value
        assert ndtri(np.array([share, share])).tolist() == [value, value]
        assert np.shape(ndtri(np.array(share))) == ()


def test_a_few_draws_are_those_of_scipy_too() -> None:
    drawn = np.array([0.5, 0.25])
    assert ndtri(drawn).tolist() == special.ndtri(drawn).tolist()


@pytest.mark.parametrize(
    ("low", "high", "is_refused"), [(4.7, 9, False), (4.8, 9, True), (-9, -4.8, True), (0, 1, False)]
)
def test_a_normal_needs_a_millionth_of_its_mass_between_its_limits(low: float, high: float, is_refused: bool) -> None:
    """Beyond 4.753 standard deviations lies a millionth."""
    raw = {"normal": {"mean": 0, "sd": 1, "low": low, "high": high}}
    if is_refused:
        with pytest.raises(ValueError, match="nothing of the normal"):
            parse(raw, NUMBER)
    else:
        assert parse(raw, NUMBER)
