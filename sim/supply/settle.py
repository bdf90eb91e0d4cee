"""Supply: what projects make of capacity before the market settles a tick (docs/model.md, section 10)."""

from __future__ import annotations

from typing import ClassVar, final

import numpy as np
import numpy.typing as npt

from sim.axes import TINY, Floats, Sum, at_least
from sim.ensemble.clock import Horizon, Tick
from sim.ensemble.draws import Draws
from sim.ensemble.parameters import Parameters
from sim.market.forms import smooth, step_share
from sim.market.hooks import Moment
from sim.market.state import State
from sim.supply.appraisal import Appraisal
from sim.supply.growth import Growth
from sim.supply.hooks import Period, SupplyHooks, Transition
from sim.supply.operations import Operations, Outages
from sim.supply.plans import Plans
from sim.supply.portfolio import portfolio
from sim.supply.reports import Reports
from sim.supply.stages import Stage, Stages
from sim.world.build import World


@final
class Supply:
    """The projects of a chunk of replicates; its call is a rule at the hook `projects`.

    Parameters
    ----------
    world : World
    p : Parameters
    draws : Draws
    horizon : Horizon
    size : (F, 1) array, ratio
        Capacity that a scenario gives a facility over that of the tables.
    counted : int
        How many of the replicates count in events: the first columns.
    state : State
        Of the market; what it writes there is in `writes`.

    Attributes
    ----------
    now : (J, R) array, share of full output
        What each project made in the last tick.
    made : (J, R) array, share of full output
        The same, mean since contracts were paid last; for the rules that pay.
    """

    writes: ClassVar = (
        "capacity", "contestable", "weight", "share", "expected_trade", "expected_need", "unstocked", "expected_orders",
    )  # fmt: skip

    def __init__(
        self, world: World, p: Parameters, draws: Draws, horizon: Horizon, size: Floats, counted: int, state: State
    ) -> None:
        self.state = state
        self.world, self.p, self.horizon, self.hooks = world, p, horizon, SupplyHooks()
        self.portfolio = folio = portfolio(world, horizon, world.utilisation, size)
        replicates, self.review = len(draws.replicates), int(p["review_time"])
        self.looks = 0  # how often owners did so after the first day
        shape = (len(folio.rows), replicates)
        self.stages = Stages(folio, draws, replicates, p["failing_late"])
        self.operations = Operations(p, shape)
        on_record = {row.process for row in world.tables.processes if row.breaks_down}
        breaks = np.array([j for j, row in enumerate(folio.rows) if row.process in on_record], np.intp)
        self.outages = Outages(p, draws, folio.names, breaks, replicates)
        overrun = np.broadcast_to(np.asarray(p["overrun"]), shape)
        self.appraisal = Appraisal(folio, self.hooks, p, overrun, self.stages.building)
        self.growth = Growth(world, folio, p, draws)
        self.plans = Plans(world, folio.facilities)
        self.reports = Reports(self.stages, self.operations, counted)
        self.paid = np.ones((len(folio.bought), replicates))
        self.lift, self.margin = np.ones(shape), np.zeros(shape)
        self.now, self.made, self.settled = np.zeros(shape), np.zeros(shape), 0
        self.gone = np.zeros(shape, bool)
        self.capacity = np.zeros((len(folio.facilities), replicates))
        self.built = np.zeros((len(folio.expansion_project), replicates))
        full = Sum(
            folio.expansion_project, range(len(folio.expansion_project)), 1.0, (shape[0], len(folio.expansion_project))
        )
        size = folio.expansion_base + folio.expansion_added
        self.full = full.scaled(1 / at_least(full(size)[folio.expansion_project], TINY)[:, 0])

    def __call__(self, moment: Moment) -> None:
        """Let projects decide, build, start and stop; write capacity and what customers may take."""
        tick, state, shocks = moment.tick, self.state, moment.shocks
        smooth(self.paid, state.paid[self.portfolio.bought], step_share(tick.days, self.p["long_price_time"]))
        self._go_on(tick, state)
        grown = self.growth(tick, self.stages.started, self.operations.open, self.outages.available(tick), self.lift)
        self.built, rows = grown.built, self.portfolio.facilities
        if tick.index > 0:
            stocked = step_share(tick.days, self.p["stock_adjustment_time"])
            self.plans.follow(state, grown.capacity - self.capacity, stocked)
        self.capacity, grows = grown.capacity, self.portfolio.grows
        state.capacity[rows[grows]] = grown.capacity[grows]
        shocks.available[rows] *= grown.available
        shocks.available[rows[~grows]] *= (grown.capacity / self.portfolio.facility_size)[~grows]
        shocks.support[rows] *= grown.support
        state.contestable[self.growth.origins] = grown.contestable

    def _go_on(self, tick: Tick, state: State) -> None:
        """Projects move from stage to stage; contracts hear of it."""
        before = self.stages.stage.copy()
        looks = tick.index == 0 or self._is_review(tick)
        self.stages.move(tick.end, (lambda: self.appraisal.worth(tick, state.long_price, self.paid)) if looks else None)
        if looks:
            now = state.paid[self.portfolio.bought]
            running = self.stages.stage == Stage.OPERATING
            earns, self.lift, self.margin = self.appraisal.earns(tick, state.expected_price, now, running)
            self.operations.move(self.review * (tick.end // self.review - self.looks), running, earns)
            self.looks = tick.end // self.review
            self._tell(tick, before)
        if looks or not np.array_equal(before, self.stages.stage):
            self.reports.follow(self.horizon.date(tick.end - 1), first=tick.index == 0)

    def _tell(self, tick: Tick, before: npt.NDArray[np.int8]) -> None:
        """Tell contracts of what has just been decided, and of what has failed."""
        stage = self.stages.stage
        decided = (before == Stage.DECISION) & (stage >= Stage.CONSTRUCTION) & (stage != Stage.FAILED)
        gone = (stage == Stage.FAILED) | self.operations.closed
        for agree in self.hooks.agreed if decided.any() else ():
            agree(Transition(tick, decided))
        for end in self.hooks.ended if (gone != self.gone).any() else ():
            end(Transition(tick, gone))
        self.gone = gone

    def settle(self, moment: Moment) -> None:
        """After the market: see what was made; when owners look, and at the end, contracts pay on it."""
        tick, state = moment.tick, moment.state
        self.now = self.running(state)
        self.made += self.now * tick.days
        if self._is_review(tick) or tick.end == self.horizon.days:
            period = Tick(tick.index, self.settled, tick.end, tick.whole)
            self.made /= period.days
            for pay in self.hooks.settled:
                pay(Period(period, state))
            self.made, self.settled = np.zeros_like(self.made), tick.end

    def _is_review(self, tick: Tick) -> bool:
        """Whether owners look at prices and plans in a tick."""
        return tick.start // self.review < tick.end // self.review

    def running(self, state: State) -> Floats:
        """(J, R): what each project makes in the tick, as a share of its full output."""
        facility = self.portfolio.expansion_facility
        there = self.capacity[np.searchsorted(self.portfolio.facilities, facility)]
        scale = self.world.facilities.scale[facility] * at_least(there, TINY)
        return self.full(self.built * (state.activity[facility] / scale))
