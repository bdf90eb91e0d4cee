"""How output climbs from the first tonne to nameplate, and how customers come to accept it (eq. 10.4 and 10.5)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.axes import Floats, Scalar, at_least
from sim.market.forms import EXP_MOST


@dataclass(frozen=True)
class Ramp:
    """A climb in the form of an S.

    Parameters
    ----------
    middle, width : float or (R,) array, share of the ramp
        When half of nameplate is reached, and how drawn out the climb is: four times the width from 27 to 73 %.
    """

    middle: Scalar
    width: Scalar

    def __call__(self, days: Floats, ramp: Floats) -> Floats:
        """Share of nameplate that is reached (eq. 10.4).

        Parameters
        ----------
        days : (J, R) array, days
            Since first output; negative before it.
        ramp : (J, R) array, days
            From first output to nameplate.

        Returns
        -------
        (J, R) array, share of 1; zero before first output

        Examples
        --------
        >>> Ramp(0.6, 0.2)(np.array([[-1.0, 0.0, 600.0, 1000.0]]), np.full((1, 4), 1000.0)).round(3)
        array([[0.   , 0.047, 0.5  , 0.881]])
        """
        z = (self.middle - days / at_least(ramp, 1)) / self.width
        reached = 1 / (1 + np.exp(z.clip(-EXP_MOST, EXP_MOST)))
        return reached * (days >= 0)


def qualified(days: Floats, median: Floats, width: Scalar) -> Floats:
    """Share of customers who may take a new product (eq. 10.5): half by the median, nearly all by twice that.

    Parameters
    ----------
    days : (J, R) array, days
        Since first output.
    median : (J, R) array, days
        Zero where nobody asks.
    width : float or (R,) array, share of the median
        How drawn out acceptance is.

    Returns
    -------
    (J, R) array, share of 1

    Examples
    --------
    >>> qualified(np.array([[0.0, 180.0, 360.0]]), np.full((1, 3), 180.0), 0.25).round(3)
    array([[0.018, 0.5  , 0.982]])
    """
    z = (1 - days / at_least(median, 1)) / width
    accepted = 1 / (1 + np.exp(z.clip(-EXP_MOST, EXP_MOST)))
    return np.where(median > 0, accepted, 1.0)
