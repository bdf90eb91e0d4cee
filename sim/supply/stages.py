"""The life of projects: permits, the decision, construction, and what is given up (docs/model.md, eq. 10.1 to 10.3).

Each replicate has its own days: an array of deadlines, compared with the clock once a tick.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum, auto
from typing import final

import numpy as np

from sim.axes import TINY, Floats, Scalar
from sim.ensemble.draws import Draws
from sim.files.distributions import Distribution
from sim.files.shapes import Z90
from sim.supply.portfolio import Portfolio
from sim.units import DAYS_A_MONTH, DURATION, SHARE

EVERY = Distribution("uniform", {"low": 0.0, "high": 1.0}, SHARE)


class Stage(IntEnum):
    """Where a project stands, in the order in which it goes on."""

    UNKNOWN = auto()
    DECISION = auto()  # permits and studies are under way, or it waits for its price
    CONSTRUCTION = auto()
    OPERATING = auto()
    FAILED = auto()


@final
class Stages:
    """The stages of all projects of a chunk of replicates.

    Parameters
    ----------
    portfolio : Portfolio
    draws : Draws
    replicates : int
    failing_late : float or (R,) array, share of 1
        Of the projects that fail, how many do so after they have begun to build.

    Attributes
    ----------
    stage : (J, R) array of Stage
    ready : (J, R) array, day
        On which it can be decided.
    decided, started : (J, R) arrays, day
        Of the decision and of first output; infinite until then.
    """

    def __init__(self, portfolio: Portfolio, draws: Draws, replicates: int, failing_late: Scalar) -> None:
        self.portfolio, shape = portfolio, (len(portfolio.rows), replicates)
        self.stage = np.full(shape, Stage.UNKNOWN, np.int8)
        self.decided, self.started = np.full(shape, np.inf), np.full(shape, np.inf)
        self.ready, self.building = np.empty(shape), np.empty(shape)
        self.gives_up, self.breaks_off = np.empty(shape, bool), np.empty(shape, bool)
        for j, row in enumerate(portfolio.rows):
            self._draw(j, draws, failing_late)
            begun = row.stage in ("construction", "operating")
            self.decided[j] = np.where(begun, portfolio.start[j] - portfolio.build[j], np.inf)

    def _draw(self, j: int, draws: Draws, failing_late: Scalar) -> None:
        """How late a project will be and whether it fails: one draw each a replicate (eq. 10.1)."""
        row, record, folio = self.portfolio.rows[j], self.portfolio.records[j], self.portfolio
        late = Distribution(
            "lognormal", {"median": record.median * DAYS_A_MONTH, "ratio": float(np.exp(Z90 * record.sigma))}, DURATION
        )
        slip = draws.draw(f"projects.{row.project}.slip", late, "days")
        fate = draws.draw(f"projects.{row.project}.fate", EVERY, "1")
        known = max(float(folio.announced[j, 0]), 0.0)
        planned = row.permit * DAYS_A_MONTH
        planned = max(planned, float(folio.decision[j, 0]) - known, 0.0)  # days until it can be decided
        if row.stage == "operating":
            slip = 0.0
        before = planned / max(planned + float(folio.build[j, 0]), TINY)  # share of the slip before the decision
        self.ready[j] = known + planned + before * slip
        self.building[j] = folio.build[j] + (1 - before) * slip
        early = record.failure * (1 - failing_late)
        begun = row.stage == "construction"
        late_share = record.failure * failing_late / (1 - early) if begun else record.failure
        self.gives_up[j] = (fate < early) & (row.stage in ("permit", "decision"))
        self.breaks_off[j] = (fate < late_share) & ~self.gives_up[j] & (row.stage != "operating")

    def move(self, day: int, worth: Callable[[], Floats] | None = None) -> None:
        """Let projects go on as far as they can by a day.

        Parameters
        ----------
        day : int
        worth : callable, optional
            Gives the net present value of each project, (J, R) USD, when owners decide.
        """
        self._announce(day)
        if worth is not None:
            self._decide(day, worth)
        self._build(day)

    def _announce(self, day: int) -> None:
        """What becomes known takes its place."""
        new = (self.stage == Stage.UNKNOWN) & (self.portfolio.announced < day)
        if not new.any():
            return
        for j in np.flatnonzero(new.any(axis=1)):
            name = self.portfolio.rows[j].stage
            self.stage[j] = Stage.DECISION if name == "permit" else Stage[name.upper()]
            if name == "operating":
                self.started[j] = self.portfolio.start[j]

    def _decide(self, day: int, worth: Callable[[], Floats]) -> None:
        """Who can decide, builds if it pays; those who would fail give up when they could decide (eq. 10.2)."""
        waits = (self.stage == Stage.DECISION) & (self.ready <= day)
        if not waits.any():
            return
        self.stage[waits & self.gives_up] = Stage.FAILED
        pays = waits & ~self.gives_up
        pays &= worth() >= 0
        self.stage[pays] = Stage.CONSTRUCTION
        self.decided[pays] = day

    def _build(self, day: int) -> None:
        """What is built starts; what breaks off does so half way (eq. 10.3)."""
        rows, columns = np.nonzero(self.stage == Stage.CONSTRUCTION)
        decided, building = self.decided[rows, columns], self.building[rows, columns]
        broken = self.breaks_off[rows, columns] & (decided + building / 2 <= day)
        done = decided + building
        starts = ~broken & (done <= day)
        self.stage[rows[broken], columns[broken]] = Stage.FAILED
        self.stage[rows[starts], columns[starts]] = Stage.OPERATING
        self.started[rows[starts], columns[starts]] = done[starts]
