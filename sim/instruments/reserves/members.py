"""Members of a reserve: what they lack, draw, and return in kind (docs/model.md, eq. 12.4, 12.5 and 12.13)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import final

import numpy as np

from sim.axes import TINY, Bools, Floats, Ints, Scalar, Sum, at_least, share_of, total
from sim.ensemble.clock import Tick
from sim.market.forms import step_share
from sim.market.hooks import Moment
from sim.market.state import State
from sim.world.build import World

PRODUCERS = "producers"  # plants that work for members


@final
class Members:
    """Users (V of the U) of the goods (K) of a reserve that may draw on it.

    Parameters
    ----------
    world : World
    rows : (K,) array → D
    sectors : sequence of str
        Whose firms are members.
    with_producers : bool
        Whether plants there work for members.
    share : float or (R,) array, share of 1
        Of the firms of each, how many are members.
    replicates : int

    Attributes
    ----------
    names : tuple of str
        Members (M) by name.
    owed : (V, R) array, t
        What each has drawn and will return in kind.
    due : (V, R) array, day
        On which that is to be back, in the mean.
    """

    def __init__(
        self, world: World, rows: Ints, sectors: Sequence[str], share: Scalar, replicates: int, *, with_producers: bool
    ) -> None:
        place = {int(d): k for k, d in enumerate(rows)}
        named = [sector or PRODUCERS for _, _, sector in world.users.names]
        allowed = {*sectors, *([PRODUCERS] if with_producers else [])}
        chosen = [u for u, d in enumerate(world.users.node) if int(d) in place and named[u] in allowed]
        self.rows = np.array(chosen, np.intp)
        self.good = np.array([place[int(world.users.node[u])] for u in chosen], np.intp)
        self.names = tuple(sorted({named[u] for u in chosen}))
        self.member = np.array([self.names.index(named[u]) for u in chosen], np.intp)
        self.need, self.cover = world.users.need[self.rows], world.users.cover[self.rows]
        shape = (len(chosen), replicates)
        self.share = np.zeros(shape) + share
        self.owed, self.due = np.zeros(shape), np.zeros(shape)
        self.of_member = Sum(self.member, range(len(chosen)), 1.0, (len(self.names), len(chosen)))
        self.of_good = Sum(self.good, range(len(chosen)), 1.0, (len(rows), len(chosen)))

    def use(self) -> Floats:
        """(K, R) t/day: what members use in the base year."""
        return self.of_good(self.share * self.need)

    def committed(self, value: Floats) -> Floats:
        """(M, R), share of 1: each member's part of goods worth (K, R) USD, by what it uses of them."""
        need = self.share * self.need
        all_need = at_least(self.of_good(need), TINY)
        whole = self.of_member(need / all_need[self.good] * value[self.good])
        return whole / at_least(total(whole), TINY)

    def lack(self, state: State, access: Floats, arriving: Floats | float = 0.0, days: float = 0.0) -> Floats:
        """(V, R) t: what members' stocks are short of the cover that they may fill up to (eq. 12.4).

        Parameters
        ----------
        state : State
        access : (K, R) array, ratio
            To their usual cover.
        arriving : (V, R) array, t
            What reaches them in the tick, and is not in their stocks yet.
        days : float, days
            Of a tick whose use is still to come.
        """
        wanted = access[self.good] * (self.cover + days) * state.expected_need[self.rows]
        wanted -= state.user_stock[self.rows] + arriving
        return at_least(wanted, 0) * self.share

    def draw(self, lack: Floats, most: Floats, days: float, time: Scalar) -> Floats:
        """(V, R) t: what they get in a tick of what they lack, no more of a good than (K, R) t in all."""
        wanted = lack * step_share(days, time)
        served = share_of(most, self.of_good(wanted))
        return wanted * served[self.good]

    def hand_out(self, moment: Moment, tonnes: Floats) -> None:
        """Give them goods, (K, R) t, by what they lack to their full cover; evenly if none lacks any."""
        received = moment.proposals.received
        lack = self.lack(moment.state, np.ones_like(tonnes), received[self.rows], moment.tick.days)
        weight = lack + TINY * self.share
        part = weight / at_least(self.of_good(weight), TINY**2)[self.good]
        received[self.rows] += part * tonnes[self.good]

    def owe(self, drawn: Floats, due: Scalar) -> None:
        """What was drawn is to be back by a day; with what is owed already, by the mean of the two by tonnes."""
        before = self.owed * self.due
        self.owed += drawn
        mean = (before + drawn * due) / at_least(self.owed, TINY**2)
        self.due = np.where(drawn > 0, mean, self.due)

    def postpone(self, holds: Bools, days: int) -> None:
        """While a disruption of a good is declared, (K, R), no day comes nearer."""
        self.due += days * holds[self.good]

    def ordered(self, tick: Tick, coming: Floats) -> Floats:
        """(K, R) t/day: what they order to return in kind by its day, beside what is coming, (K, R) t (eq. 12.5)."""
        owed = self.of_good(self.owed)
        if not owed.any():
            return owed
        pace = self.of_good(self.owed / np.maximum(self.due - tick.start, tick.days))
        return pace * at_least(1 - coming / at_least(owed, TINY), 0)

    def bring_back(self, tonnes: Floats) -> Floats:
        """Goods come back, (K, R) t, on account of all who owe; (K, R), share of what was owed."""
        share = share_of(tonnes, self.of_good(self.owed))
        self.owed *= 1 - share[self.good]
        return share

    def late(self, day: float) -> Floats:
        """(K, R), share of what is owed that should be back."""
        owed = self.of_good(self.owed)
        return self.of_good(self.owed * (self.due <= day)) / at_least(owed, TINY)

    def leave(self, gone: Bools) -> Floats:
        """Members (M, R) bring nothing back and draw no more; (K, R), share of what was owed that is gone."""
        theirs = gone[self.member]
        owed = self.of_good(self.owed)
        lost = self.of_good(self.owed * theirs) / at_least(owed, TINY)
        self.owed[theirs], self.share[theirs] = 0, 0
        return lost
