"""Plants that do not pay stop, come back slowly or close for good; and plants break down (eq. 10.6 and 10.7)."""

from __future__ import annotations

from typing import final

import numpy as np

from sim.axes import Bools, Floats, Ints
from sim.ensemble.clock import Tick
from sim.ensemble.draws import Draws
from sim.ensemble.parameters import Parameters
from sim.market.forms import step_share


@final
class Operations:
    """Which projects run (eq. 10.6).

    Attributes
    ----------
    open : (J, R) array, share of 1
        Of what is built, how much is not mothballed.
    idle, closed : (J, R) arrays of bool
        Mothballed, for now or for good.
    """

    def __init__(self, p: Parameters, shape: tuple[int, int]) -> None:
        self.p = p
        self.open = np.ones(shape)
        self.idle, self.closed = np.zeros(shape, bool), np.zeros(shape, bool)
        self.days = np.zeros(shape)  # for how long it has been time to stop, or to run again
        self.rest = np.zeros(shape)  # days for which it has been idle

    def move(self, days: int, running: Bools, earns: Floats) -> None:
        """Mothball, restart and close.

        Parameters
        ----------
        days : int, days
            Since the last time.
        running : (J, R) array of bool
            Whether it is built.
        earns : (J, R) array, ratio
            Revenue over all costs, at the prices that plants expect.
        """
        p = self.p
        turns = np.where(self.idle, earns >= p["restart_margin"], earns < p["cash_share"]) & running
        self.days = (self.days + days) * turns
        waits = np.where(self.idle, p["restart_delay"], p["mothball_patience"])
        self.idle ^= turns & (self.days >= waits) & ~self.closed
        self.days *= self.days < waits
        self.rest = (self.rest + days) * self.idle
        self.closed |= self.rest >= p["closure_time"]
        climb = (1 - self.open) * step_share(days, p["reopening_time"])
        self.open = np.where(self.idle, 0.0, self.open + climb)


@final
class Outages:
    """Breakdowns: each plant on its own days, each time for as long and as deep as drawn (eq. 10.7)."""

    def __init__(self, p: Parameters, draws: Draws, names: tuple[str, ...], rows: Ints, replicates: int) -> None:
        self.p, self.rows = p, rows
        self.when = [draws.occurrences(f"outages.{names[j]}.when") for j in rows]
        self.depth = [draws.occurrences(f"outages.{names[j]}.depth") for j in rows]
        shape = (len(rows), replicates)
        self.count, self.begins, self.loss = np.zeros(shape, np.intp), np.zeros(shape), np.zeros(shape)
        self.left = np.ones((len(names), replicates))
        for k in range(len(rows)):
            self._draw(k, np.ones(replicates, bool))

    def _draw(self, k: int, anew: Bools) -> None:
        """Draw the next outage of a plant in some worlds: when after the last one has ended, and how deep."""
        p = self.p
        wait = -np.log(self.when[k](self.count[k])) / p["outage_rate"]
        loss = p["outage_least"] + (p["outage_most"] - p["outage_least"]) * self.depth[k](self.count[k])
        last = self.begins[k] + p["outage_time"] * (self.count[k] > 0)
        self.begins[k] = np.where(anew, last + wait, self.begins[k])
        self.loss[k] = np.where(anew, loss, self.loss[k])
        self.count[k] += anew

    def available(self, tick: Tick) -> Floats:
        """(J, R), share of 1: what outages leave of the capacity of a tick, weighted by its days."""
        ends = self.begins + self.p["outage_time"]
        covered = np.minimum(ends, tick.end) - np.maximum(self.begins, tick.start)
        self.left[self.rows] = 1 - self.loss * np.maximum(covered, 0) / tick.days
        over = ends <= tick.end
        for k in np.flatnonzero(over.any(axis=1)):
            self._draw(int(k), over[k])
        return self.left
