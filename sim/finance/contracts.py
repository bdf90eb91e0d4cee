"""Contracts on a price: what is paid on top of it, or back (docs/model.md, eq. 11.7 and 11.8)."""

from __future__ import annotations

import numpy as np

from sim.axes import Floats, Scalar


def top_up(price: Floats, floor: Scalar, upside: Scalar = 0.0, above: Scalar = np.inf) -> Floats:
    """What a floor pays on a tonne, less what the payer gets of a high price (eq. 11.7).

    Parameters
    ----------
    price : (R,) or (M, R) array, USD/t
        The reference.
    floor : float or (R,) array, USD/t
    upside : float, share of 1
        Of what the price is above `above`, that goes to the payer.
    above : float or (R,) array, USD/t

    Returns
    -------
    array, USD/t; negative where the payer receives

    Examples
    --------
    A floor of 110, and 30 % of what is above 150:

    >>> top_up(np.array([60.0, 120.0, 170.0]), 110.0, 0.3, 150.0)
    array([50.,  0., -6.])
    """
    return np.maximum(floor - price, 0) - upside * np.maximum(price - above, 0)


def deflated(amount: Scalar, inflation: Scalar, years: float) -> Scalar:
    """A nominal amount after some years in money of today (eq. 11.8): amount ÷ (1 + π)^t."""
    return amount * np.exp(-np.log1p(inflation) * years)
