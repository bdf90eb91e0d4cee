"""What is reported of projects: events in the replicates in which they happen, and counts at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from typing import final

import numpy as np

from sim.axes import Bools, Floats, Ints
from sim.definitions.events import Happening, declare_event
from sim.definitions.items import ALL
from sim.definitions.metrics import Metric, declare
from sim.ensemble.gauges import Measured
from sim.ensemble.transitions import Transitions
from sim.supply.operations import Operations
from sim.supply.portfolio import Portfolio
from sim.supply.stages import Stage, Stages

OPERATING = declare(
    Metric(
        "projects_operating",
        "1",
        ("region",),
        "higher",
        "projects that run at the end, plants of old among them",
        over="end",
    )
)
FAILED = declare(
    Metric("projects_failed", "1", ("region",), "lower", "projects that were given up, or closed for good")
)
MOTHBALLED = declare(
    Metric("projects_mothballed", "1", ("region", "facility"), "lower", "plants that were mothballed at some time")
)
DECIDED = declare(
    Metric("projects_decided", "1", ("region",), "higher", "investment decisions taken since the start", reported=True)
)
STARTED = declare(
    Metric(
        "project_started",
        "1",
        ("facility",),
        "higher",
        "whether a project has had first output: the mean is a share of replicates",
    )
)
FIRST_OUTPUT = declare(
    Metric(
        "first_output",
        "days",
        ("facility",),
        "lower",
        "of a project, since the start; inf where it never comes",
        over=None,
    )
)
_PLACE = {"subject": "project", "region": "where it stands"}
DECISION = declare_event(Happening("investment decided", "its owners decide to build it", **_PLACE))
FIRST = declare_event(Happening("first output", "it makes something for the first time", **_PLACE))
GIVEN_UP = declare_event(Happening("given up", "it will never be built, or building is broken off", **_PLACE))
IDLE = declare_event(Happening("mothballed", "it stops, and may run again", **_PLACE))
RUNS_AGAIN = declare_event(Happening("runs again", "after it was mothballed", **_PLACE))
CLOSED = declare_event(Happening("closed", "it stops for good", **_PLACE))


@final
class Reports:
    """Watches the projects of a chunk of replicates.

    Parameters
    ----------
    stages : Stages
    operations : Operations
    replicates : int
        How many of the replicates count in events: the first columns.
    """

    def __init__(self, stages: Stages, operations: Operations, replicates: int) -> None:
        self.stages, self.operations = stages, operations
        about = [(row.region, row.project, "") for row in stages.portfolio.rows]
        self.conditions: tuple[tuple[Transitions, Callable[[], Bools]], ...] = (
            (Transitions(DECISION, None, about, replicates), lambda: np.isfinite(stages.decided)),
            (Transitions(FIRST, None, about, replicates), lambda: np.isfinite(stages.started)),
            (Transitions(GIVEN_UP, None, about, replicates), lambda: stages.stage == Stage.FAILED),
            (Transitions(IDLE, RUNS_AGAIN, about, replicates), lambda: operations.idle),
            (Transitions(CLOSED, None, about, replicates), lambda: operations.closed),
        )
        self.decided_before, self.been_idle = np.isfinite(stages.decided), np.zeros(stages.stage.shape, bool)

    @property
    def transitions(self) -> list[Transitions]:
        """What was reported."""
        return [one for one, _ in self.conditions]

    def follow(self, when: date, first: bool) -> None:
        """Write down what has turned; what was so at the start is no news."""
        self.been_idle |= self.operations.idle
        for transitions, holds in self.conditions:
            now = holds()
            if first:
                transitions.held = now[:, : transitions.held.shape[1]].copy()
            transitions.follow(now.copy(), when)

    def measured(self) -> Iterator[Measured]:
        """Metrics of projects at the end: by region, of all regions, by project."""
        portfolio: Portfolio = self.stages.portfolio
        regions = sorted({row.region for row in portfolio.rows})
        counted = {
            OPERATING: lambda: (self.stages.stage == Stage.OPERATING) & ~self.operations.idle,
            FAILED: lambda: (self.stages.stage == Stage.FAILED) | self.operations.closed,
            MOTHBALLED: lambda: self.been_idle,
            DECIDED: lambda: np.isfinite(self.stages.decided) & ~self.decided_before,
        }
        for region in (*regions, ALL):
            rows = np.array([j for j, row in enumerate(portfolio.rows) if region in (row.region, ALL)], np.intp)
            for metric, holds in counted.items():
                yield Measured(metric.item(region=region), partial(_count, holds, rows))
        for j, row in enumerate(portfolio.rows):
            item = MOTHBALLED.item(region=row.region, facility=row.project)
            yield Measured(item, partial(_count, counted[MOTHBALLED], np.array([j], np.intp)))
        for j, name in enumerate(portfolio.names):
            yield Measured(FIRST_OUTPUT.item(facility=name), partial(self.stages.started.__getitem__, j))
            yield Measured(STARTED.item(facility=name), partial(_has_started, self.stages, j))


def _has_started(stages: Stages, project: int) -> Floats:
    return np.isfinite(stages.started[project]).astype(np.float64)


def _count(holds: Callable[[], Bools], rows: Ints) -> Floats:
    """(R,): in how many of some rows a condition holds."""
    return np.count_nonzero(holds()[rows], axis=0).astype(np.float64)
