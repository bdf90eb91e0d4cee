"""Money that is promised to a project when it is decided, and paid while it is built (eq. 11.9)."""

from __future__ import annotations

from typing import final

import numpy as np

from sim.axes import Bools, Floats, Ints, Scalar, at_least
from sim.ensemble.clock import Tick
from sim.supply.hooks import Terms, Transition
from sim.supply.settle import Supply


@final
class Commitments:
    """What one instrument has promised to each project (J).

    Parameters
    ----------
    supply : Supply
    rows : (K,) array
        Projects that it is for.
    share : float or (R,) array, share of 1
        Of the capital of a project, the most that is offered.
    budget : float or (R,) array, USD
        Most that is promised in all.

    Attributes
    ----------
    promised : (J, R) array, USD
    """

    def __init__(self, supply: Supply, rows: Ints, share: Scalar, budget: Scalar) -> None:
        self.supply, self.rows, self.share = supply, rows, share
        self.capital = supply.appraisal.capital
        self.left = np.zeros(self.capital.shape[1]) + budget
        self.promised, self.offered = np.zeros_like(self.capital), np.zeros_like(self.capital)

    def offer(self, terms: Terms) -> Floats:
        """(J, R), share of its capital: what a project is offered, of what others have left and the budget allows."""
        rows = self.rows
        room = at_least(1 - terms.granted[rows] - terms.lent[rows] - terms.held[rows], 0)
        self.offered[:] = 0
        self.offered[rows] = np.minimum(np.minimum(self.share, room), self.left / self.capital[rows])
        return self.offered

    def withdraw(self) -> None:
        """Offer nothing."""
        self.offered[:] = 0

    def agree(self, turned: Transition) -> None:
        """Promise what was offered to those who have decided; who comes first in the table is served first."""
        decided = turned.projects
        for j in np.flatnonzero((decided & (self.offered > 0)).any(axis=1)):
            amount = np.minimum(self.offered[j] * self.capital[j], self.left) * decided[j]
            self.promised[j] += amount
            self.left -= amount

    def paid(self, tick: Tick, gone: Bools) -> Floats:
        """(J, R) USD: what is paid in a tick, evenly while a project is built; nothing to who has failed."""
        stages = self.supply.stages
        last = stages.decided + stages.building
        with np.errstate(invalid="ignore"):  # infinite days of who has not decided
            days = np.clip(np.minimum(last, tick.end) - np.maximum(stages.decided, tick.start), 0, None)
        return np.where(gone | (self.promised <= 0), 0, self.promised * days / at_least(stages.building, 1))
