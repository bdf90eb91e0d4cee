"""For the tests: the middle of what is uncertain."""

from __future__ import annotations

import numpy as np

from sim.files.distributions import Distribution


def median(value: float | Distribution) -> float:
    """A number, or the middle of a distribution."""
    return float(value.inverse(np.array([0.5]))[0]) if isinstance(value, Distribution) else value
