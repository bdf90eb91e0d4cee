"""Plants: how much they run, what they take and make (docs/model.md, section 4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np

from sim.axes import TINY, Floats, Scalar, Sum
from sim.ensemble.clock import Tick
from sim.ensemble.parameters import Parameters
from sim.ensemble.state import State
from sim.market.forms import release
from sim.market.points import Shocks
from sim.world.build import World


def desired_output(expected: Floats, stock: Floats, cover: Floats, time: Scalar) -> Floats:
    """What makers would put out to meet orders and bring their stock to its target (eq. 4.2).

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
    A stock of half its target is made up for in 56 days.

    >>> desired_output(np.array([[2.0]]), np.array([[28.0]]), np.array([[28.0]]), 56.0)
    array([[2.5]])
    """
    return np.maximum(expected + (cover * expected - stock) / time, 0)


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
    return 1 - flexibility * np.tanh(held - 1)


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
        push = (self.supply * margin + self.order * np.log(np.maximum(desired, self.least))) / slope
        z = np.clip(usual + push, -self.bound, self.bound)
        return (floor + (1 - floor) / (1 + np.exp(-z))) / base


@final
class Plants:
    """Run the plants of a tick; what thrift leaves out of their goods is eq. 4.6."""

    writes: ClassVar = ("unit_cost", "need", "activity", "use", "user_stock", "made", "other", "maker_stock")

    def __init__(self, world: World, p: Parameters, shocks: Shocks) -> None:
        self.world, self.shocks = world, shocks
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
        self.ordered = np.where(world.orders > 0, world.orders, 1.0)
        self.unordered = world.orders <= 0
        self.users = len(world.plant_users)
        self.input_value: Sum = world.input_value

    def __call__(self, state: State, tick: Tick) -> None:
        """Settle the plants of a tick."""
        taken = self._taken(state)
        wanted = self._wanted(state, taken)
        served = self._served(state, wanted, taken, tick)
        state.activity[:] = wanted * served
        plants = self.world.plants
        state.use[plants] = taken * self.world.need_of_plants(state.activity)
        state.user_stock[plants] -= np.minimum(state.use[plants] * tick.days, state.user_stock[plants])
        self._put_out(state, tick.days)

    def _taken(self, state: State) -> Floats:
        """(P, R): what plant users take of each input against base: thrift, or 1 (eq. 9.3)."""
        taken = np.ones((self.users, state.thrift.shape[1]))
        taken[self.world.thrifty] = state.saving * state.thrift
        return taken

    def _wanted(self, state: State, taken: Floats) -> Floats:
        """(F, R): activity that plants want (eq. 4.1 to 4.3)."""
        world = self.world
        price = np.exp(state.expected_price)
        value = world.output_value(price)
        inputs = self.input_value(state.paid[world.user_node[world.plants]] * taken)
        state.unit_cost[:] = world.input_share * inputs + 1 - world.input_share
        desired = desired_output(state.expected_orders, state.maker_stock, world.maker_cover, self.adjustment)
        ratio = np.where(self.unordered, 1, desired / self.ordered)
        wished = world.output_value(price * ratio) / value
        used = self.utilisation(np.log(value / state.unit_cost), wished / state.capacity)
        return world.activity * state.capacity * used * self.shocks.available

    def _served(self, state: State, wanted: Floats, taken: Floats, tick: Tick) -> Floats:
        """(F, R): share of the wanted activity for which there are inputs (eq. 4.4)."""
        world, plants = self.world, self.world.plants
        state.need[plants] = taken * world.need_of_plants(wanted)
        received = state.received[plants]
        can = release(state.user_stock[plants] - received, received, tick.days, self.release_time)
        served = np.ones((self.users + 1, wanted.shape[1]))
        np.clip(can / np.maximum(state.need[plants] * tick.days, TINY), 0, 1, out=served[:-1])
        least = served[world.facility_input[0]]
        for rows in world.facility_input[1:]:
            np.minimum(least, served[rows], out=least)
        return least

    def _put_out(self, state: State, days: int) -> None:
        """Output, other use of it, and what joins makers' stocks (eq. 4.5)."""
        world = self.world
        target = np.maximum(world.maker_cover * state.expected_orders, TINY)
        held = np.where(self.unordered, 1, state.maker_stock / target)
        state.made[:] = world.output_of_plants(state.activity) * recovery(held, self.flexibility)
        kept = np.exp(-self.other_elasticity * state.price[world.origins])
        state.other[:] = state.made * np.minimum(world.other_share * kept * held, 1)
        state.maker_stock[:] += (state.made - state.other) * days
