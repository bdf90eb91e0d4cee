"""Plants: how much they run, what they take and make (docs/model.md, section 4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from sim.axes import TINY, Floats, Scalar, at_least, at_most, pick
from sim.ensemble.clock import Tick
from sim.market.forms import EXP_MOST, release, step_share, take
from sim.market.kernels import Given


def desired_output(expected: Floats, stock: Floats, cover: Floats, time: Scalar) -> Floats:
    """What producers would put out to meet orders and bring their stock to its target (eq. 4.2).

    Less and less the more lies unsold, but never nothing: a rule that stops at zero turns producers on and off from one
    tick to the next.

    Parameters
    ----------
    expected : (O, R) array, t/day
        Orders that producers count on.
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
    return expected * np.exp(cover / time * (1 - stock / at_least(cover * expected, TINY)))


def recovery(held: Floats, flexibility: Scalar | Floats) -> Floats:
    """How much of a by-product plants recover: more of what is short, less of what lies unsold (eq. 4.5).

    Parameters
    ----------
    held : (O, R) array, ratio
        Producers' stock over its target.
    flexibility : float, (O, 1) or (O, R) array, share of 1
        Most that recovery moves either way: no more than inputs still hold; zero for main products.

    Returns
    -------
    (O, R) array, ratio to base

    Examples
    --------
    At its target, a stock changes nothing.

    >>> recovery(np.array([[1.0]]), 0.05)
    array([[1.]])
    """
    doubled = np.exp(at_most(2 * held - 2, EXP_MOST))
    return 1 + flexibility * (2 / (1 + doubled) - 1)  # tanh x = 1 − 2/(1 + e^(2x)), at half of the cost


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
        push = usual + margin * (self.supply / slope)
        push += np.log(at_least(desired, self.least)) * (self.order / slope)
        held = at_most(at_least(push, np.negative(self.bound)), self.bound)
        return floor / base + (1 - floor) / base / (1 + np.exp(-held))


@final
class UnitCost:
    """Cost of a unit of activity at the prices paid, and with what standards add (eq. 4.1)."""

    def __init__(self, given: Given) -> None:
        world = given.world
        self.there, self.thrifty = world.users.node[world.users.plants], world.users.thrifty
        self.input_value, self.input_share = world.facilities.input_value, world.facilities.input_share

    def __call__(self, paid: Floats, saving: Floats, thrift: Floats, costs: Floats, *, unit_cost: Floats) -> None:
        spent = pick(paid, self.there)
        spent[self.thrifty] *= saving * thrift  # (T, R): what users that thrift take of an input, against base
        unit_cost[:] = 1 + costs + self.input_share * (self.input_value(spent) - 1)


@final
class PlanActivity:
    """Activity that plants want, by margin and order book (eq. 4.1 to 4.3)."""

    def __init__(self, given: Given) -> None:
        world, p = given.world, given.p
        self.world, self.adjustment = world, p["producer_adjustment_time"]
        prefix = ["mine_" if process == "mine" else "" for process in world.facilities.process]
        self.utilisation = Utilisation(
            p["utilisation_floor"],
            p["utilisation_base"],
            p.by_row([f"{word}supply_elasticity" for word in prefix]),
            p.by_row([f"{word}order_elasticity" for word in prefix]),
            p["utilisation_bound"],
            p["least_ratio"],
        )
        self.unordered = np.flatnonzero(world.producers.full_orders <= 0)
        self.ordered = np.where(world.producers.full_orders > 0, world.producers.full_orders, 1.0)
        runs, full = world.facilities.output(world.facilities.activity), world.facilities.output(world.facilities.scale)
        self.usual = at_least(np.where(runs > 0, runs, full), TINY)  # made in the base year, or at capacity 1
        self.changes, self.changeover = world.changeovers, p["changeover"]

    def __call__(
        self, tick: Tick, expected_price: Floats, expected_orders: Floats, producer_stock: Floats, capacity: Floats,
        unit_cost: Floats, support: Floats, available: Floats, *, planned: Floats, changed_over: Floats,
    ) -> None:  # fmt: skip
        world = self.world
        price, own = np.exp(expected_price), world.facilities.scale * capacity
        able = at_least(self.changes.moves.add(changed_over, own.copy()), 0)
        value = world.facilities.output_value(price)  # eq. 4.1
        desired = desired_output(expected_orders, producer_stock, world.producers.cover, self.adjustment) / self.ordered
        desired[self.unordered] = 1
        desired /= at_least(world.facilities.output(able) / self.usual, TINY)  # eq. 4.2
        ordered = world.facilities.output_value(price * desired) / value
        margin = np.log(value * world.facilities.advantage * support / unit_cost)
        np.multiply(self.utilisation(margin, ordered), able * available, out=planned)  # eq. 4.3
        self._change_over(tick, able, ordered, own, changed_over)

    def _change_over(self, tick: Tick, able: Floats, ordered: Floats, own: Floats, changed_over: Floats) -> None:
        """Lines that nobody orders from change to what is ordered beyond capacity beside them (eq. 4.7)."""
        pairs = self.changes
        one, other = pairs.facility, pairs.other
        idle, lack = able * at_least(1 - ordered, 0), able * at_least(ordered - 1, 0)
        wanted = np.minimum(idle[one], lack[other]) - np.minimum(idle[other], lack[one])
        changed_over += wanted * (self.changeover * step_share(tick.days, pairs.time))
        np.clip(changed_over, -pairs.share * own[other], pairs.share * own[one], out=changed_over)


@final
class RunPlants:
    """Plants run as far as there are inputs, and use them (eq. 4.4); what thrift leaves out of goods is eq. 4.6."""

    def __init__(self, given: Given) -> None:
        world = given.world
        self.plants, self.thrifty, self.need_of = world.users.plants, world.users.thrifty, world.facilities.need
        self.inputs, self.release_time = world.facilities.inputs, given.p["release_time"]

    def __call__(
        self, tick: Tick, planned: Floats, received: Floats, saving: Floats, thrift: Floats,
        *, need: Floats, activity: Floats, use: Floats, user_stock: Floats,
    ) -> None:  # fmt: skip
        plants, taken = self.plants, saving * thrift
        needed = self.need_of(planned, out=need[plants])
        needed[self.thrifty] *= taken
        can = release(user_stock[plants] - received[plants], received[plants], tick.days, self.release_time)
        served = np.ones((len(needed) + 1, planned.shape[1]))  # last: what a facility with fewer inputs looks up
        (can / at_least(needed * tick.days, TINY)).clip(0, 1, out=served[:-1])
        np.multiply(planned, self._least(served), out=activity)
        used = self.need_of(activity, out=use[plants])
        used[self.thrifty] *= taken
        take(user_stock[plants], used, tick.days)

    def _least(self, served: Floats) -> Floats:
        """(F, R): the smallest share that is served of any input of a facility."""
        least = pick(served, self.inputs[0])
        for rows in self.inputs[1:]:
            np.minimum(least, pick(served, rows), out=least)
        return least


@final
class PutOut:
    """Output, other use of it, and what joins producers' stocks (eq. 4.5)."""

    def __init__(self, given: Given) -> None:
        world, p = given.world, given.p
        self.output, self.cover, self.origins = world.facilities.output, world.producers.cover, world.nodes.origins
        self.flexibility = np.minimum(world.producers.headroom, p["recovery_flexibility"])
        self.elasticity, self.other_share = p["other_use_elasticity"], world.producers.other_share
        self.unordered = np.flatnonzero(world.producers.full_orders <= 0)
        self.disposes = np.flatnonzero(world.producers.other_share)
        self.unsold = np.flatnonzero(np.isin(self.disposes, self.unordered))  # of those, what nobody orders

    def __call__(
        self, tick: Tick, activity: Floats, expected_orders: Floats, price: Floats,
        *, made: Floats, other: Floats, producer_stock: Floats,
    ) -> None:  # fmt: skip
        held = producer_stock / at_least(self.cover * expected_orders, TINY)
        held[self.unordered] = 1
        self.output(activity, out=made)
        made *= recovery(held, self.flexibility)
        rows = self.disposes
        other[rows] = made[rows] * self._disposed(made[rows], held[rows], expected_orders[rows], price, tick.days)
        producer_stock += (made - other) * tick.days

    def _disposed(self, made: Floats, held: Floats, expected: Floats, price: Floats, days: int) -> Floats:
        """Of what is made, share of 1, what goes to other use in a tick, while the stock changes."""
        made = at_least(made, TINY)
        first = self.other_share[self.disposes] * np.exp(-self.elasticity * price[self.origins][self.disposes])
        target = at_least(self.cover[self.disposes] * expected, TINY)
        pace = at_least(made * first / target * days, TINY)  # how fast the share closes on its goal, times h
        goal = 1 - expected / made
        share = goal + (first * held - goal) * (-np.expm1(-pace) / pace)
        share[self.unsold] = 1
        return share.clip(0, 1)
