"""Other designs: sectors change to what needs less of an input, or another one (docs/model.md, section 9)."""

from __future__ import annotations

from typing import final

import numpy as np

from sim.axes import TINY, TOLERANCE, Floats, at_least, at_most, pick
from sim.ensemble.clock import Tick
from sim.ensemble.parameters import Parameters
from sim.market.forms import closing, normal, smooth, step_share
from sim.market.kernels import Given
from sim.world.build import World


@final
class Alternatives:
    """What other designs cost for a tonne of the input that they replace, ratio to its base price (eq. 9.5).

    Once a design is qualified that is what is used instead, and what it costs more to make. Who decides on it counts
    what the change itself costs, too, over a horizon.
    """

    def __init__(self, world: World, p: Parameters) -> None:
        designs, node = world.designs, world.users.node[world.users.inputs]
        self.replaced = designs.replaced
        self.node, self.node_instead = node[designs.user], node[designs.instead]
        self.instead = designs.amount * designs.price_instead / designs.price[self.replaced]
        self.own = np.atleast_2d(designs.cost / designs.price * p["design_cost"])
        self.change = np.atleast_2d(designs.once / designs.price * (p["design_cost"] / p["design_horizon"]))

    def __call__(self, paid: Floats) -> Floats:
        """(G, R) to who has changed, at prices paid, (D, R)."""
        cost = np.empty((len(self.node), paid.shape[1]))
        cost[:] = self.own
        cost[self.replaced] += self.instead * pick(paid, self.node_instead)
        return cost

    def saves(self, paid: Floats) -> Floats:
        """(G, R): what a tonne that is not bought saves who has changed."""
        return pick(paid, self.node) - self(paid)

    def dear(self, paid: Floats) -> Floats:
        """(G, R), ln: how much dearer the input is than the design, for who decides on it."""
        cost = self(paid)
        cost += self.change
        np.divide(pick(paid, self.node), cost, out=cost)
        return np.log(cost, out=cost)


@final
class Redesign:
    """Users begin what pays, or what wanting goods call for; it is qualified in time; they go back slowly (eq. 9.5)."""

    def __init__(self, given: Given) -> None:
        world, p = given.world, given.p
        self.designs, self.p, self.alternatives = world.designs, p, Alternatives(world, p)
        self.inputs = world.users.inputs
        self.cover = world.users.cover[self.inputs][world.designs.instead]
        self.qualified = closing(np.atleast_2d(world.designs.time * p["design_time"]))
        self.ceiling = _ceiling(given)
        self.stays = self.ceiling * p["design_stays"]
        width = np.broadcast(self.alternatives.own, self.alternatives.change).shape[1]
        at_base = np.ones((len(world.nodes.used), width))
        self.usual = normal(self.alternatives.dear(at_base) / p["design_spread"])
        self.others = self.ceiling / (1 - self.usual)
        self.before = self.usual * self.others + self.ceiling * TOLERANCE  # rounding alone pays nobody
        self.is_on = bool(self.ceiling.any())

    def __call__(
        self, tick: Tick, received: Floats, need: Floats, paid: Floats, user_stock: Floats, expected_need: Floats,
        *, fed: Floats, begun: Floats, changed: Floats, depends: Floats,
    ) -> None:  # fmt: skip
        """Settle a tick; all in place."""
        if not self.is_on:
            return
        p, designs, days, inputs = self.p, self.designs, tick.days, self.inputs
        needed = need[inputs] * days
        came_in = np.divide(received[inputs], needed, out=np.ones_like(needed), where=needed > 0)
        smooth(fed, at_most(came_in, p["want_most"], out=came_in), step_share(days, p["want_time"]))
        pays, taken = self._pays(paid), changed + begun
        done = begun * self.qualified(days)
        done[designs.replaced] *= self._in_store(user_stock[inputs], expected_need[inputs])
        begun += self._start(tick, pays - taken, taken, fed)
        begun -= done
        done -= self._back(tick, taken - pays)
        changed += done
        at_least(changed, 0, out=changed)
        designs.depends(changed, out=depends)
        depends += designs.part

    def _start(self, tick: Tick, pays: Floats, taken: Floats, fed: Floats) -> Floats:
        """(G, R): what is begun of what would pay, or of what is left where goods are wanting; in place of `pays`."""
        missing = np.subtract(1, self.p["want_tolerated"]) - fed
        if (missing > 0).any():
            wants = self.ceiling - taken
            wants *= self._wanting(at_least(missing, 0, out=missing))
            np.maximum(pays, wants, out=pays)
        start = at_least(pays, 0, out=pays)
        start *= step_share(tick.days, self.p["design_begin"])
        return np.minimum(start, self.designs.rate * tick.days, out=start)

    def _back(self, tick: Tick, too_much: Floats) -> Floats:
        """(G, R): what goes back of what no longer pays; in place."""
        too_much -= self.stays
        at_least(too_much, 0, out=too_much)
        too_much *= step_share(tick.days, self.p["design_return"])
        return too_much

    def _pays(self, paid: Floats) -> Floats:
        """(G, R): of the use, that of users whom a design pays and would not at base prices."""
        share = normal(self.alternatives.dear(paid) / self.p["design_spread"])
        share *= self.others
        share -= self.before
        return at_least(share, 0, out=share)

    def _wanting(self, missing: Floats) -> Floats:
        """(G, R): how much of an input is missing, beyond what is missing of the one used instead."""
        wanting = pick(missing, self.designs.user)
        wanting[self.designs.replaced] -= pick(missing, self.designs.instead)
        return at_least(wanting, 0)

    def _in_store(self, stock: Floats, expected: Floats) -> Floats:
        """(replaced, R), share of 1: nobody changes to an input before it is in store."""
        usual = self.cover * pick(expected, self.designs.instead)
        return at_most(pick(stock, self.designs.instead) / at_least(usual, TINY), 1)


def _ceiling(given: Given) -> Floats:
    """(G, 1) or (G, R): most that each design takes; all designs of a use together leave something of it."""
    designs, most = given.world.designs, given.p["design_most"]
    ceiling = np.atleast_2d(designs.ceiling * given.p["design_ceiling"])
    together = pick(designs.of_user(np.ascontiguousarray(ceiling)), designs.user)
    return ceiling * (most / np.maximum(together, at_least(np.asarray(most), TINY)))


@final
class Ahead:
    """What users will need of other inputs once the designs that they have begun are qualified (eq. 5.1)."""

    def __init__(self, given: Given) -> None:
        world, p = given.world, given.p
        self.designs, self.inputs = world.designs, world.users.inputs
        time = world.designs.time[world.designs.replaced] * p["design_time"]
        self.soon = world.designs.amount * step_share(p["look_ahead"], time)
        self.is_on = bool(len(self.soon)) and bool(np.any(np.asarray(p["design_ceiling"]) > 0))

    def add(self, need: Floats, begun: Floats, depends: Floats) -> None:
        """Add it to what users need, (U, R), in place."""
        rows, designs, replaced = need[self.inputs], self.designs, self.designs.replaced
        whole = pick(rows * designs.part / at_least(depends, TINY), designs.user[replaced])  # if nothing had changed
        designs.to_instead.add(begun[replaced] * self.soon * whole, rows)
