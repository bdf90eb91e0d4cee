"""Plants: how much they run, what they take and make (docs/model.md, section 4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np

from sim.axes import TINY, Floats, Scalar, pick
from sim.ensemble.clock import Tick
from sim.ensemble.parameters import Parameters
from sim.ensemble.scratch import Scratch
from sim.ensemble.state import State
from sim.market.forms import EXP_MOST, release, take
from sim.market.points import Points, Shocks
from sim.world.build import World


def desired_output(expected: Floats, stock: Floats, cover: Floats, time: Scalar) -> Floats:
    """What makers would put out to meet orders and bring their stock to its target (eq. 4.2).

    Less and less the more lies unsold, but never nothing: a rule that stops at zero turns makers on and off from one
    tick to the next.

    Parameters
    ----------
    expected : (O, R) array, t/day
        Orders that makers count on.
    stock : (O, R) array, t
    cover : (O, 1) array, days
    time : float or (R,) array, days
        In which a stock is brought to its target.

    Returns
    -------
    (O, R) array, t/day; not negative

    Examples
    --------
    Half of a stock of 28 days is missing: e^(28/56 · 1/2) of what is ordered.

    >>> desired_output(np.array([[2.0]]), np.array([[28.0]]), np.array([[28.0]]), 56.0).round(4)
    array([[2.5681]])
    """
    target = cover * expected
    np.maximum(target, TINY, out=target)
    desired = np.divide(stock, target, out=target)
    np.subtract(1, desired, out=desired)
    desired *= cover / time
    np.exp(desired, out=desired)
    desired *= expected
    return desired


def recovery(held: Floats, flexibility: Scalar | Floats) -> Floats:
    """How much of a by-product plants recover: more of what is short, less of what lies unsold (eq. 4.5).

    Parameters
    ----------
    held : (O, R) array, ratio
        Makers' stock over its target.
    flexibility : float, (O, 1) or (O, R) array, share of 1
        Most that recovery moves either way: no more than inputs still hold; nought for main products.

    Returns
    -------
    (O, R) array, ratio to base

    Examples
    --------
    At its target, a stock changes nothing.

    >>> recovery(np.array([[1.0]]), 0.05)
    array([[1.]])
    """
    share = np.multiply(held, 2)
    share -= 2
    np.exp(np.minimum(share, EXP_MOST, out=share), out=share)  # tanh x = 1 − 2/(1 + e^(2x)), at half of the cost
    share += 1
    np.divide(2, share, out=share)
    share -= 1
    share *= flexibility
    share += 1
    return share


@dataclass(frozen=True)
class Utilisation:
    """How margin and order book move utilisation between its floor and all of capacity (eq. 4.3)."""

    floor: Scalar
    base: Scalar
    supply: Scalar | Floats  # elasticity to the margin
    order: Scalar | Floats  # elasticity to the order book
    bound: Scalar
    least: Scalar

    def __call__(self, margin: Floats, desired: Floats) -> Floats:
        """Utilisation against that of the base year.

        Parameters
        ----------
        margin : (F, R) array, ln of the ratio to base
            Value of all outputs over all costs.
        desired : (F, R) array, ratio
            Desired activity over capacity, both against base.

        Returns
        -------
        (F, R) array, ratio to base
        """
        floor, base = self.floor, self.base
        usual = np.log((base - floor) / (1 - base))
        slope = (base - floor) * (1 - base) / ((1 - floor) * base)
        push = np.log(np.maximum(desired, self.least))
        push *= self.order / slope
        push += margin * (self.supply / slope)
        push += usual
        e = np.exp(np.negative(np.clip(push, -self.bound, self.bound, out=push), out=push), out=push)
        e += 1
        used = np.divide((1 - floor) / base, e, out=e)
        used += floor / base
        return used


@final
class Plants:
    """Run the plants of a tick; what thrift leaves out of their goods is eq. 4.6."""

    writes: ClassVar = ("unit_cost", "need", "activity", "use", "user_stock", "made", "other", "maker_stock")

    def __init__(self, world: World, p: Parameters, points: Points, shocks: Shocks, scratch: Scratch) -> None:
        self.world, self.points, self.shocks, self.scratch = world, points, shocks, scratch
        self.adjustment, self.release_time = p["maker_adjustment_time"], p["release_time"]
        self.other_elasticity = p["other_use_elasticity"]
        self.flexibility = np.minimum(world.headroom, p["recovery_flexibility"])
        prefix = ["mine_" if process == "mine" else "" for process in world.facility_process]
        self.utilisation = Utilisation(
            p["utilisation_floor"],
            p["utilisation_base"],
            p.by_row([f"{word}supply_elasticity" for word in prefix]),
            p.by_row([f"{word}order_elasticity" for word in prefix]),
            p["utilisation_bound"],
            p["least_ratio"],
        )
        self.ordered = np.where(world.full_orders > 0, world.full_orders, 1.0)
        self.unordered = np.flatnonzero(world.full_orders <= 0)
        runs, full = world.output_of_plants(world.activity), world.output_of_plants(world.scale)
        self.usual = np.maximum(np.where(runs > 0, runs, full), TINY)  # made in the base year, or at capacity 1
        self.disposes = np.flatnonzero(world.other_share)
        self.unsold = np.flatnonzero(np.isin(self.disposes, self.unordered))  # of those, what nobody orders

    def __call__(self, state: State, tick: Tick) -> None:
        """Settle the plants of a tick."""
        taken = state.saving * state.thrift  # (T, R): what users that thrift take of an input against base (eq. 9.3)
        wanted = self._wanted(state, taken, tick)
        served = self._served(state, wanted, taken, tick)
        np.multiply(wanted, served, out=state.activity)
        plants, scratch = self.world.plants, self.scratch.clear()
        used = self.world.need_of_plants(state.activity, out=state.use[plants])
        used[self.world.thrifty] *= taken
        take(state.user_stock[plants], used, tick.days, scratch.like(used))
        self._put_out(state, tick.days)

    def _wanted(self, state: State, taken: Floats, tick: Tick) -> Floats:
        """(F, R): activity that plants want (eq. 4.1 to 4.3)."""
        world, scratch = self.world, self.scratch.clear()
        price = np.exp(state.expected_price, out=scratch.like(state.expected_price))
        value = world.output_value(price, out=scratch.like(state.activity))
        self._cost(state, taken)
        price *= self._desired(state, scratch)
        wished = world.output_value(price, out=scratch.like(value))
        wished /= value
        value /= state.unit_cost
        value[world.lines] *= world.advantage[world.lines]
        value *= self.shocks.support
        wanted = self.utilisation(np.log(value, out=value), wished)
        wanted *= world.scale
        wanted *= state.capacity
        wanted *= self.shocks.available
        if self.points.plans:
            self._plan(state, wanted, tick)
        return wanted

    def _desired(self, state: State, scratch: Scratch) -> Floats:
        """(O, R): desired output over what all makers at an origin can make, both against base (eq. 4.2)."""
        world = self.world
        desired = desired_output(state.expected_orders, state.maker_stock, world.maker_cover, self.adjustment)
        desired /= self.ordered
        desired[self.unordered] = 1
        able = np.multiply(world.scale, state.capacity, out=scratch.like(state.activity))
        most = world.output_of_plants(able, out=scratch.like(desired))
        most /= self.usual
        desired /= np.maximum(most, TINY, out=most)
        return desired

    def _plan(self, state: State, wanted: Floats, tick: Tick) -> None:
        """Let states change what plants want, up to all that they can do (eq. 7.18)."""
        most = self.world.scale * state.capacity * self.shocks.available / self.utilisation.base
        for rule in self.points.plans:
            rule(tick, wanted, most)

    def _cost(self, state: State, taken: Floats) -> None:
        """Cost of a unit of activity at the prices paid (eq. 4.1)."""
        world = self.world
        paid = state.paid[world.user_node[world.plants]]
        paid[world.thrifty] *= taken
        inputs = world.input_value(paid, out=state.unit_cost)
        inputs -= 1
        inputs *= world.input_share
        inputs += 1
        inputs += self.shocks.costs

    def _served(self, state: State, wanted: Floats, taken: Floats, tick: Tick) -> Floats:
        """(F, R): share of the wanted activity for which there are inputs (eq. 4.4)."""
        world, plants, scratch = self.world, self.world.plants, self.scratch.clear()
        need = world.need_of_plants(wanted, out=state.need[plants])
        need[world.thrifty] *= taken
        tonnes = np.multiply(need, tick.days, out=scratch.like(need))
        np.maximum(tonnes, TINY, out=tonnes)
        received, served = state.received[plants], scratch.rows(len(need) + 1)
        held = np.subtract(state.user_stock[plants], received, out=served[:-1])
        release(held, received, tick.days, self.release_time, held)
        held /= tonnes
        np.clip(held, 0, 1, out=held)
        served[-1] = 1  # what a facility with fewer inputs looks up for the others
        least = pick(served, world.facility_input[0], scratch.like(wanted))
        more = scratch.like(wanted)
        for rows in world.facility_input[1:]:
            np.minimum(least, pick(served, rows, more), out=least)
        return least

    def _put_out(self, state: State, days: int) -> None:
        """Output, other use of it, and what joins makers' stocks (eq. 4.5)."""
        world, scratch = self.world, self.scratch.clear()
        target = np.multiply(world.maker_cover, state.expected_orders, out=scratch.like(state.made))
        np.maximum(target, TINY, out=target)
        held = np.divide(state.maker_stock, target, out=target)
        held[self.unordered] = 1
        world.output_of_plants(state.activity, out=state.made)
        state.made[:] *= recovery(held, self.flexibility)
        self._dispose(state, held, days)
        joins = np.subtract(state.made, state.other, out=held)
        joins *= days
        state.maker_stock[:] += joins

    def _dispose(self, state: State, held: Floats, days: int) -> None:
        """Of what is made, what goes to other use in a tick, while the stock changes (eq. 4.5)."""
        rows = self.disposes
        expected, made = state.expected_orders[rows], np.maximum(state.made[rows], TINY)
        first = np.exp(state.price[self.world.origins][rows] * np.negative(self.other_elasticity))
        first *= self.world.other_share[rows]
        target = np.maximum(self.world.maker_cover[rows] * expected, TINY)
        pace = np.maximum(made * first / target * days, TINY)  # how fast the share closes on its goal, times h
        goal = 1 - expected / made
        share = (first * held[rows] - goal) * (-np.expm1(-pace) / pace) + goal
        share[self.unsold] = 1
        state.other[rows] = np.clip(share, 0, 1) * state.made[rows]
