"""What a project is offered: where contracts and public money act on it (docs/model.md, eq. 10.8 and 11.3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields

import numpy as np

from sim.axes import Bools, Floats, Scalar
from sim.ensemble.clock import Tick
from sim.ensemble.state import State


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
        return np.minimum(years_left / self.years, 1)


def no_terms(years: Floats, replicates: int) -> Terms:
    """Room for offers to projects, none made, for years ahead, (J, 1)."""
    offered = (declared.name for declared in fields(Terms) if declared.name != "years")
    return Terms(years=years, **{name: np.zeros((len(years), replicates)) for name in offered})


@dataclass(frozen=True, eq=False)
class SupplyPoints:
    """Where instruments meet projects; rules attach themselves."""

    offers: list[Callable[[Tick, Floats, Terms], None]] = field(default_factory=list)
    """At any appraisal: what is offered, at the prices of origins, (O, R) ln of ratios to base, that are looked at."""
    agreed: list[Callable[[Tick, Bools], None]] = field(default_factory=list)
    """After decisions: which projects, (J, R), have just been decided, on the terms of this tick."""
    ended: list[Callable[[Tick, Bools], None]] = field(default_factory=list)
    """Which projects, (J, R), have failed or closed."""
    settled: list[Callable[[Tick, State], None]] = field(default_factory=list)
    """When owners look, after the market has settled: what is paid for the days since the last time."""
