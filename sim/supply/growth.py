"""From projects to facilities: capacity, what customers may take of it, what breaks down (eq. 10.4, 10.5 and 10.9)."""

from __future__ import annotations

from typing import NamedTuple, final

import numpy as np

from sim.axes import TINY, Floats, Ints, Sum, at_least
from sim.ensemble.clock import Tick
from sim.ensemble.draws import Draws
from sim.ensemble.parameters import Parameters
from sim.supply.appraisal import draw_by_project
from sim.supply.operations import around
from sim.supply.portfolio import Portfolio
from sim.supply.ramps import Ramp, qualified
from sim.world.build import World


class Grown(NamedTuple):
    """What the market is reported: (M, R) by facility, (reached, R) by origin; and (L, R) by expansion."""

    built: Floats  # capacity of each expansion, ratio to base
    capacity: Floats  # ratio to base
    available: Floats  # share of 1
    support: Floats  # ratio
    contestable: Floats  # ratio to base


@final
class Growth:
    """How the capacity of facilities follows from their projects.

    Attributes
    ----------
    origins : (reached,) array → O
        Where projects make anything.
    """

    def __init__(self, world: World, portfolio: Portfolio, p: Parameters, draws: Draws) -> None:
        self.portfolio, self.climb = portfolio, Ramp(p["ramp_middle"], p["ramp_width"])
        self.ramp = portfolio.ramp * draw_by_project(draws, portfolio, "ramp", around(p["ramp_spread"]), "1")
        slow = draw_by_project(draws, portfolio, "qualification", around(p["qualification_spread"]), "1")
        self.qualification, self.width = portfolio.qualification * slow, p["qualification_width"]
        goes_on = portfolio.start + portfolio.ramp > 0
        self.begun = self.climb(-portfolio.start, self.ramp) * goes_on  # what ramps have behind them on the first day
        self.origins, self.reached, self.constant = _reach(world, portfolio)

    def __call__(self, tick: Tick, started: Floats, opened: Floats, available: Floats, lift: Floats) -> Grown:
        """What projects add up to in a tick.

        Parameters
        ----------
        tick : Tick
        started : (J, R) array, day
            Of first output; infinite before.
        opened, available : (J, R) arrays, share of 1
            What is not mothballed, and what has not broken down.
        lift : (J, R) array, ratio
            Revenue with what is paid on top of prices, over revenue without.
        """
        folio, expansion = self.portfolio, self.portfolio.expansion_project
        days = tick.middle - started
        climbed = self.climb(days, self.ramp)
        climbed -= self.begun
        climbed /= 1 - self.begun
        at_least(climbed, 0, out=climbed)
        accepted = np.minimum(climbed, qualified(days, self.qualification, self.width))
        here = (started < tick.middle) * opened
        built = (folio.expansion_base + folio.expansion_added * climbed[expansion]) * here[expansion]
        taken = (folio.expansion_base + folio.expansion_added * accepted[expansion]) * here[expansion]
        total = folio.capacity(built) + folio.facility_base
        some = at_least(total, TINY)
        return Grown(
            built,
            total,
            1 - folio.capacity(built * (1 - available[expansion])) / some,
            1 + folio.capacity(built * (lift[expansion] - 1)) / some,
            at_least(
                self.reached((folio.capacity(taken) + folio.facility_base) / folio.facility_size) + self.constant, TINY
            ),
        )


def _reach(world: World, portfolio: Portfolio) -> tuple[Ints, Sum, Floats]:
    """Origins that projects reach, the share of each facility there in what was made, and what others make."""
    made = world.facilities.output.matrix.tocoo()
    amount = {(o, f): v for o, f, v in zip(*made.coords, made.data, strict=True)}
    total = world.facilities.output(world.facilities.activity)
    total = np.where(total > 0, total, world.facilities.output(world.facilities.scale))[:, 0]
    place = {f: m for m, f in enumerate(portfolio.facilities.tolist())}
    origins = sorted({int(o) for o, f in amount if f in place})
    row = {o: i for i, o in enumerate(origins)}
    share = {(o, f): v * world.facilities.scale[f, 0] / total[o] for (o, f), v in amount.items() if o in row}
    constant = np.zeros((len(origins), 1))
    for (o, f), part in share.items():
        constant[row[o]] += part * (f not in place) * (world.facilities.activity[f, 0] > 0)
    entries = ((row[o], place[f], part) for (o, f), part in share.items() if f in place)
    return np.array(origins, np.intp), Sum.of(entries, (len(origins), len(place))), constant
