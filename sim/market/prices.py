"""Prices look forward: prospective cover, unit cost, and the anchor they return to (docs/model.md, section 8)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np

from sim.axes import Floats, Scalar, Sum
from sim.ensemble.arrivals import UnderWay
from sim.ensemble.clock import Tick
from sim.ensemble.parameters import Parameters
from sim.ensemble.state import State
from sim.market.forms import smooth, step_share
from sim.market.points import Controls
from sim.world.build import World


def scarcity(wanted: Floats, supply: Floats, use: Floats, least: Scalar) -> Floats:
    """How far supply that is in prospect falls short of what is wanted (eq. 8.3).

    Parameters
    ----------
    wanted : (N, R) array, t
        Target stocks and use over the look-ahead.
    supply : (N, R) array, t
    use : (N, R) array, t/day
        Prospective use; nought where a node has none.
    least : float or (R,) array, days
        Supply counts as at least so many days of use.

    Returns
    -------
    (N, R) array, ln of a ratio: nought at target, positive when scarce

    Examples
    --------
    Half the supply that is wanted:

    >>> scarcity(np.array([[20.0]]), np.array([[10.0]]), np.array([[1.0]]), 2.0).round(4)
    array([[0.6931]])
    """
    idle = use <= 0
    return np.log(np.where(idle, 1, wanted) / np.where(idle, 1, np.maximum(supply, use * least)))


@dataclass(frozen=True)
class PriceRule:
    """How scarcity and cost make a price, and the anchor follows it (eq. 8.5 and 8.6)."""

    elasticity: Scalar
    slack: Scalar
    floor: Scalar
    sharpness: Scalar

    @classmethod
    def of(cls, p: Parameters) -> PriceRule:
        """The rule of the parameters."""
        return cls(p["scarcity_elasticity"], p["slack_response"], p["price_floor"], p["ample_sharpness"])

    def bare(self, short: Floats, cost: Floats) -> Floats:
        """Price goal over the anchor (eq. 8.5).

        Parameters
        ----------
        short : (N, R) array, ln of a ratio
            Scarcity.
        cost : (N, R) array, ln of a ratio
            Unit cost that is passed through.

        Returns
        -------
        (N, R) array, ln of a ratio
        """
        return self.elasticity * np.maximum(short, self.slack * short) + cost

    def ample(self, short: Floats) -> Floats:
        """How much of its pull the base price has: all when cover is ample, none when goods are scarce.

        Parameters
        ----------
        short : (N, R) array, ln of a ratio

        Returns
        -------
        (N, R) array, share of 1
        """
        return np.minimum(2 / (1 + np.exp(np.clip(self.sharpness * short, -EXP_MOST, EXP_MOST))), 1)


EXP_MOST = np.log(np.finfo(np.float64).max) / 2  # beyond it, e^x and 1/e^x say nothing new


@final
class Prices:
    """Move the spot price and the anchor of every node."""

    writes: ClassVar = ("wished", "price", "anchor", "bare")

    def __init__(self, world: World, p: Parameters, controls: Controls, under_way: UnderWay, start: State) -> None:
        self.world, self.p, self.controls, self.under_way = world, p, controls, under_way
        self.rule = PriceRule.of(p)
        self.look_ahead = p["look_ahead"]
        reach = np.maximum(self.look_ahead - world.arc_transit[:, None], 0)
        self.reach = reach * world.arc_abroad[:, None]
        nodes, arcs = len(world.nodes), len(world.arcs)
        abroad = np.flatnonzero(world.arc_abroad)
        first = world.origins.start
        self.exports = Sum(world.arc_origin[abroad] + first, abroad, 1.0, (nodes, arcs))
        self.most = np.log(p["choke_price"]) + 2 * np.asarray(p["choke_spread"])  # nearly all use has given up
        supply, use = self.prospects(start)
        self.usual = np.where(use > 0, supply / np.where(use > 0, use, 1), 0)

    def __call__(self, state: State, tick: Tick) -> None:
        """Settle the prices of a tick."""
        p = self.p
        smooth(state.wished, state.want, step_share(tick.days, p["expectation_time"]))
        supply, use = self.prospects(state)
        wanted = use * self.usual
        wanted[self.world.destinations] += self._extra_cover(state)
        short = scarcity(wanted, supply, use, p["least_prospect"])
        cost, passed = self._costs(state)
        bare = self.rule.bare(short, passed)
        goal = np.maximum(state.anchor + (bare + state.bare) / 2, np.log(self.rule.floor) + cost)
        goal = np.minimum(goal, self.most)
        state.bare[:] = bare
        before = state.price.copy()
        smooth(state.price, goal, step_share(tick.days, p["price_time"]))
        own = (state.price + before) / 2 - passed - state.anchor
        self._move_anchor(state, own, short, tick.days)

    def prospects(self, state: State) -> tuple[Floats, Floats]:
        """(N, R), t: supply in prospect (eq. 8.1); (N, R), t/day: use in prospect (eq. 8.2)."""
        world, controls = self.world, self.controls
        permitted = state.wished.copy()
        permitted[controls.arcs] *= 1 - controls.barred
        use = self.exports(permitted)
        use[world.destinations] += world.user_to_destination(state.expected_need)
        supply = np.zeros_like(use)
        supply[world.destinations] = (
            world.user_to_destination(state.user_stock)
            + world.to_destination(self.under_way.total + permitted * self.reach)
            + controls.to_destination(controls.waiting * (1 - controls.barred))
        )
        supply[world.origins] += state.maker_stock + self.look_ahead * state.expected_output
        return supply, use

    def _extra_cover(self, state: State) -> Floats:
        """(D, R), t: what hoarding adds to target stocks."""
        world = self.world
        target = world.user_to_destination(world.user_cover * state.expected_need)
        return target * (state.hoarding - 1)

    def _costs(self, state: State) -> tuple[Floats, Floats]:
        """(N, R) ln of unit cost, of makers or of what lands where nothing is made (eq. 8.4); and what is passed on."""
        world, p = self.world, self.p
        cost = np.zeros_like(state.price)
        cost[world.destinations] = np.log(state.landed_cost)
        passed = cost * p["landed_pass_through"]
        makers = world.cost_of_origin(np.log(state.unit_cost))
        cost[world.origins] = makers
        passed[world.origins] = makers * p["cost_pass_through"]
        return cost, passed

    def _move_anchor(self, state: State, own: Floats, short: Floats, days: int) -> None:
        """The anchor follows the price, faster up than down, and returns when cover is ample (eq. 8.6)."""
        p = self.p
        up = step_share(days, 1 / p["anchor_rate"])
        down = step_share(days, 1 / (p["anchor_rate"] * p["anchor_slowdown"]))
        state.anchor[:] += own * np.where(own > 0, up, down)
        state.anchor[:] *= 1 - self.rule.ample(short) * step_share(days, 1 / p["anchor_return"])
