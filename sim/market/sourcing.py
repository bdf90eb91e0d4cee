"""Sourcing: from whom users order, and what makers can send (docs/model.md, section 6)."""

from __future__ import annotations

from typing import ClassVar, final

import numpy as np

from sim.axes import TINY, Floats, Ints, Scalar, Sum, pick
from sim.ensemble.clock import Tick
from sim.ensemble.parameters import Parameters
from sim.ensemble.scratch import Scratch
from sim.ensemble.state import State
from sim.market.forms import release, smooth, step_share
from sim.market.points import Controls, Points
from sim.world.build import World

NEXT_TO_NOTHING = TINY**2  # t/day: where nothing is asked, nothing is divided by zero


def attraction(cost: Floats, fill: Floats, elasticity: Scalar, least: Scalar) -> Floats:
    """How much an origin attracts orders, against the base year (eq. 6.1).

    Parameters
    ----------
    cost : (O, R) array, ln of the ratio to base
        Contract price.
    fill : (O, R) array, share of 1
        Of past orders that it filled.
    elasticity : float or (R,) array, dimensionless
    least : float or (R,) array, share of 1
        Below which a poor record does not count further.

    Returns
    -------
    (O, R) array, any common scale
    """
    attracts = np.multiply(cost, np.negative(elasticity))
    np.exp(attracts, out=attracts)
    attracts *= np.maximum(fill, least)
    return attracts


@final
class Sourcing:
    """Split orders over origins and let makers send what they have."""

    writes: ClassVar = ("share", "want", "expected_orders", "shipped", "maker_stock", "fill")

    def __init__(self, world: World, p: Parameters, points: Points, controls: Controls, scratch: Scratch) -> None:
        self.world, self.p, self.points, self.controls, self.scratch = world, p, points, controls, scratch

    def __call__(self, state: State, tick: Tick) -> None:
        """Settle the sourcing of a tick."""
        for promise in self.points.promises:
            promise(tick, state, self.controls)
        smooth(self.controls.doubted, self.controls.barred, step_share(tick.days, self.p["expectation_time"]))
        self._choose(state, tick.days)
        self._ask(state)
        for rule in self.points.limits:
            rule(tick, state, self.controls)
        self._ship(state, tick.days, self._count_orders(state, tick.days))

    def _choose(self, state: State, days: int) -> None:
        """Move shares towards what attracts (eq. 6.1): σ ← (1 − α)·σ + A·(α ÷ Σ A)."""
        world, p, controls, scratch = self.world, self.p, self.controls, self.scratch.clear()
        origins = attraction(state.contract_price, state.fill, p["sourcing_elasticity"], p["fill_floor"])
        origins *= state.reach
        attracts = pick(origins, world.arc_origin, scratch.like(state.share))
        attracts *= state.weight
        deterred = np.negative(p["refusal_aversion"]) * controls.barred
        if self.points.tariffs:
            deterred -= p["sourcing_elasticity"] * np.log1p(controls.tariff)
        attracts[controls.arcs] *= np.exp(deterred)
        if self.points.promises:
            attracts[controls.arcs] *= self._promised()
        moved = step_share(days, p["habit_time"])
        scale = world.to_destination(attracts, out=scratch.like(state.orders))
        np.divide(moved, scale, out=scale)
        attracts *= pick(scale, world.arc_destination, scratch.like(attracts))
        state.share[:] *= np.subtract(1, moved)
        state.share[:] += attracts

    def _ask(self, state: State) -> None:
        """What is ordered over each arc: contracts by habit, the rest of who is cheap (eq. 6.2)."""
        world, p, controls, scratch = self.world, self.p, self.controls, self.scratch.clear()
        cheap = np.multiply(state.price[world.origins], np.negative(p["spot_elasticity"]), out=scratch.like(state.fill))
        spot = pick(np.exp(cheap, out=cheap), world.arc_origin, scratch.like(state.share))
        if len(controls.arcs):  # what a tonne costs that arrives
            spot[controls.arcs] *= ((1 - controls.doubted) / (1 + controls.tariff)) ** p["spot_elasticity"]
        spot *= state.share
        mean = np.maximum(world.to_destination(spot, out=scratch.like(state.orders)), TINY)
        free = np.divide(state.orders, mean, out=mean)
        free *= np.subtract(1, p["contract_share"])
        spot *= pick(free, world.arc_destination, scratch.like(spot))
        held = np.multiply(state.orders, p["contract_share"], out=scratch.like(mean))
        want = pick(held, world.arc_destination, state.want)
        want *= state.share
        want += spot
        want += state.sought

    def _promised(self) -> Floats:
        """(K, R): what promises make of the weight of an arc; what is not called is free for others (eq. 6.4)."""
        world, controls = self.world, self.controls
        called = np.minimum(controls.to_origin(controls.called), 1)[world.arc_origin[controls.arcs]]
        return 1 - called + controls.reserved / world.arc_split[controls.arcs]

    def _count_orders(self, state: State, days: int) -> Floats:
        """Orders that makers count on (eq. 6.2): without what they expect the border to bar; and all, (O, R) t/day."""
        controls, scratch = self.controls, self.scratch.clear()
        wanted = self.world.to_origin(state.want, out=scratch.like(state.fill))
        barred = controls.to_origin(state.want[controls.arcs] * controls.barred, out=scratch.like(wanted))
        orders = np.subtract(wanted, barred, out=barred)
        smooth(state.expected_orders, orders, step_share(days, self.p["expectation_time"]), orders)
        return wanted

    def _ship(self, state: State, days: int, wanted: Floats) -> None:
        """Send what is ordered, allowed and there (eq. 6.3)."""
        world, controls, scratch = self.world, self.controls, self.scratch
        stopped = state.want[controls.arcs] * controls.blocked
        wanted -= controls.to_origin(stopped, out=scratch.like(wanted))
        wanted *= days
        asked = np.maximum(wanted, TINY, out=wanted)
        filled = self._most(state, days, scratch)
        filled /= asked
        np.clip(filled, 0, 1, out=filled)
        np.multiply(state.want, days, out=state.shipped)
        state.shipped[controls.arcs] *= 1 - controls.blocked
        self._share_out(state, filled, asked, scratch)
        sent = world.to_origin(state.shipped, out=asked)
        state.maker_stock[:] -= sent
        np.maximum(state.maker_stock, 0, out=state.maker_stock)
        smooth(state.fill, filled, step_share(days, self.p["expectation_time"]), filled)

    def _share_out(self, state: State, filled: Floats, asked: Floats, scratch: Scratch) -> None:
        """Of short goods, contracts get the share that is there; of the rest, who pays more gets more; in place."""
        part = pick(filled, self.world.arc_origin, scratch.like(state.shipped))
        short = (filled < 1) & (asked > TINY)
        some = np.flatnonzero(short.any(axis=1))
        if len(some):
            arcs, of_origin = self.world.to_origin.of_rows(some)
            favoured = self._favoured(state, part[arcs], arcs, of_origin)
            part[arcs] = np.where(short[self.world.arc_origin[arcs]], favoured, part[arcs])
        state.shipped[:] *= part

    def _favoured(self, state: State, filled: Floats, arcs: Ints, of_origin: Sum) -> Floats:
        """(B, R), share of 1: what is sent over some arcs, all that leave the same origins (eq. 6.3)."""
        world, controls, held = self.world, self.controls, self.p["contract_share"]
        bid = state.price[world.destinations][world.arc_destination[arcs]]
        if self.points.tariffs:
            there = np.flatnonzero(np.isin(arcs, controls.arcs))
            bid[there] -= np.log1p(controls.tariff[controls.positions(arcs[there])])
        bid *= self.p["spot_elasticity"]
        np.exp(bid, out=bid)
        asked = state.shipped[arcs]
        mean = of_origin(bid * asked) / np.maximum(of_origin(asked), NEXT_TO_NOTHING)
        bid /= np.maximum(mean, NEXT_TO_NOTHING)[of_origin.rows]
        bid *= filled
        spot = bid / (1 - filled + bid)  # all where nothing is short, more where more is paid
        return held * filled + (1 - np.asarray(held)) * spot

    def _most(self, state: State, days: int, scratch: Scratch) -> Floats:
        """(O, R), t: most that makers can send in the tick."""
        fresh = np.subtract(state.made, state.other, out=scratch.like(state.fill))
        fresh *= days
        most = np.subtract(state.maker_stock, fresh, out=scratch.like(fresh))
        release(most, fresh, days, self.p["release_time"], most)
        return np.minimum(most, state.maker_stock, out=most)
