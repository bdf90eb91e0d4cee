"""What capital costs, and what a project is worth today (docs/model.md, section 11)."""

from __future__ import annotations

import numpy as np

from sim.axes import TINY, Floats, Scalar


def annuity(rate: Scalar | Floats, years: Scalar | Floats) -> Floats:
    """Worth today of one dollar a year, paid evenly for some years (eq. 11.2): (1 − (1 + r)^−n) ÷ ln(1 + r).

    Parameters
    ----------
    rate : float or array, share a year
        Real; may be zero, or below.
    years : float or array, years

    Returns
    -------
    array, years

    Examples
    --------
    Ten years at 10 %, paid evenly over each year:

    >>> float(annuity(0.10, 10.0).round(3))
    6.447
    """
    force = np.log1p(rate)
    force = np.where(np.abs(force) < TINY, TINY, force)
    return np.asarray(-np.expm1(-force * years) / force)


def discount(rate: Scalar | Floats, years: Scalar | Floats) -> Floats:
    """Worth today of one dollar after some years (eq. 11.2): (1 + r)^−t."""
    return np.asarray(np.exp(-np.log1p(rate) * years))


def cost_of_capital(
    private: Floats, granted: Floats, lent: Floats, lent_rate: Floats, held: Floats, held_rate: Floats
) -> Floats:
    """Rate at which the margins of a project are discounted: mean over those who pay for it (eq. 11.3).

    Parameters
    ----------
    private : array, share a year
        What private owners and their banks ask.
    granted, lent, held : arrays, share of the capital
        Given, lent at `lent_rate` and held as shares at `held_rate` by the public; at most 1 together.
    lent_rate, held_rate : arrays, share a year

    Returns
    -------
    array, share a year
        Of all capital that has to be paid for, without what is given.

    Examples
    --------
    A fifth is given; of the rest half is lent at 4 %, and private owners ask 12 %.

    >>> a = np.asarray
    >>> float(cost_of_capital(a(0.12), a(0.2), a(0.4), a(0.04), a(0.0), a(0.0)).round(4))
    0.08
    """
    paid_for = np.maximum(1 - granted, TINY)
    rest = np.maximum(1 - granted - lent - held, 0)
    return (lent * lent_rate + held * held_rate + rest * private) / paid_for


def net_present_value(
    margin: Floats, capital: Floats, rate: Floats, life: Floats, build: Floats, ramp: Floats
) -> Floats:
    """What a project is worth on the day of the decision (eq. 11.4).

    Parameters
    ----------
    margin : (J, R) array, USD a year
        Revenue less cash costs at full output.
    capital : (J, R) array, USD
        Spent evenly while it is built.
    rate : (J, R) array, share a year
    life, build, ramp : (J, 1) or (J, R) arrays, years
        Of output; from the decision to first output; from there to full output, to which it climbs evenly.

    Returns
    -------
    (J, R) array, USD

    Examples
    --------
    100 M USD, two years of building, no ramp, ten years of 20 M USD a year, at 10 %:
    20 × 6.447 ÷ 1.1² − 100 × 1.8209 ÷ 2 = 15.5.

    >>> a = lambda x: np.array([[x]])
    >>> net_present_value(a(20.0), a(100.0), a(0.1), a(10.0), a(2.0), a(0.0)).round(1)
    array([[15.5]])
    """
    built = np.maximum(build, TINY)  # what is built in no time is paid at once
    earned = margin * annuity(rate, life) * discount(rate, build + ramp / 2)
    spent = capital * annuity(rate, built) / built
    return earned - spent


def real_rate(nominal: Scalar, inflation: Scalar) -> Scalar:
    """Interest of a nominal contract in money of one year (eq. 11.5)."""
    return (1 + nominal) / (1 + inflation) - 1
