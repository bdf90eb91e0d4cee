"""What a project is offered: where contracts and public money act on it (docs/model.md, eq. 10.8 and 11.3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields

import numpy as np

from sim.axes import Bools, Floats, Scalar, at_most
from sim.ensemble.clock import Tick
from sim.market.state import State


@dataclass(frozen=True, eq=False)
class Terms:
    """Offers to each project, (J, R); none of it turns a project on, all of it changes what it is worth."""

    granted: Floats  # share of its capital that is given
    lent: Floats  # share of its capital that is lent by the public
    interest: Floats  # a year, of all its capital: the rates of loans times their shares
    held: Floats  # share of its capital that the public holds as shares
    dividends: Floats  # a year, of all its capital: what is asked on them
    contracted: Floats  # share of its revenue whose price is known
    top_up: Floats  # USD a year on top of its revenue, at the prices that are looked at
    premium: Floats  # a year, on what private owners ask
    standards: Floats  # USD a year that standards cost it
    years: Floats  # (J, 1) that are looked at

    def lasting(self, years_left: Scalar) -> Floats:
        """(J, 1) or (J, R): the part of the years looked at for which an offer still lasts."""
        return at_most(years_left / self.years, 1)


def no_terms(years: Floats, replicates: int) -> Terms:
    """Room for offers to projects, none made, for years ahead, (J, 1)."""
    offered = (declared.name for declared in fields(Terms) if declared.name != "years")
    return Terms(years=years, **{name: np.zeros((len(years), replicates)) for name in offered})


@dataclass(frozen=True, eq=False)
class Appraised:
    """An appraisal of all projects: rules of `SupplyHooks.offers` write what is offered into its terms."""

    tick: Tick
    price: Floats  # (O, R) ln of ratios to base: prices of origins that are looked at
    terms: Terms


@dataclass(frozen=True, eq=False)
class Transition:
    """Which projects, (J, R), have just been decided, or have failed or closed by now."""

    tick: Tick
    projects: Bools


@dataclass(frozen=True, eq=False)
class Period:
    """Some days, reported as a tick, whose output contracts pay on, and the market at their end."""

    tick: Tick
    state: State  # read-only


@dataclass(frozen=True, eq=False)
class SupplyHooks:
    """Where instruments meet projects; rules attach themselves."""

    offers: list[Callable[[Appraised], None]] = field(default_factory=list)
    """At any appraisal: what is offered."""
    agreed: list[Callable[[Transition], None]] = field(default_factory=list)
    """After decisions, on the terms of this tick."""
    ended: list[Callable[[Transition], None]] = field(default_factory=list)
    """After projects have failed or closed."""
    settled: list[Callable[[Period], None]] = field(default_factory=list)
    """When owners look, after the market has settled: what is paid for the days since the last time."""
