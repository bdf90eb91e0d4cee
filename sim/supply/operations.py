"""Plants that do not pay stop, come back slowly or close for good; and plants break down (eq. 10.6 and 10.7)."""

from __future__ import annotations

from typing import final

import numpy as np

from sim.axes import Bools, Floats, Ints, Scalar, at_least
from sim.ensemble.clock import Tick
from sim.ensemble.draws import Draws
from sim.ensemble.parameters import Parameters
from sim.files.distributions import Distribution
from sim.market.forms import step_share
from sim.units import NUMBER


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
            From one look to the next, whatever the tick: patience counts in looks.
        running : (J, R) array of bool
            Whether it is built.
        earns : (J, R) array, ratio
            Revenue over all costs, at the prices that plants expect.
        """
        p, rested = self.p, self.idle.copy()
        transitions = np.where(self.idle, earns >= p["restart_margin"], earns < p["cash_share"]) & running
        self.days = (self.days + days) * transitions
        waits = np.where(self.idle, p["restart_delay"], p["mothball_patience"])
        self.idle ^= transitions & (self.days >= waits) & ~self.closed
        self.days *= self.days < waits
        self.rest = (self.rest + days * rested) * self.idle
        self.closed |= self.rest >= p["closure_time"]
        climb = (1 - self.open) * step_share(days, p["reopening_time"])
        self.open = np.where(self.idle, 0.0, self.open + climb)


@final
class Outages:
    """Breakdowns: each plant on its own days, each time as deep as drawn; and the usual ups and downs (eq. 10.7)."""

    def __init__(self, p: Parameters, draws: Draws, names: tuple[str, ...], rows: Ints, replicates: int) -> None:
        self.p, self.rows = p, rows
        self.when = draws.occurrences(*(f"outages.{names[j]}.when" for j in rows))
        self.depth = draws.occurrences(*(f"outages.{names[j]}.depth" for j in rows))
        shape = (len(rows), replicates)
        self.count, self.begins, self.loss = np.zeros(shape, np.intp), np.zeros(shape), np.zeros(shape)
        self.usual, self.period = draws.occurrences(*(f"variation.{names[j]}" for j in rows)), -1
        self.made, self.left = np.ones(shape), np.ones((len(names), replicates))
        self._draw(np.ones(shape, bool))

    def _draw(self, anew: Bools) -> None:
        """Draw the next outage of some plants in some replicates: when after the last one has ended, and how deep."""
        p, (rows, replicates) = self.p, np.nonzero(anew)
        count = self.count[rows, replicates]
        wait = -np.log(self.when(count, rows, replicates)) / _of(p["outage_rate"], replicates)
        least, most = _of(p["outage_least"], replicates), _of(p["outage_most"], replicates)
        self.begins[rows, replicates] += _of(p["outage_time"], replicates) * (count > 0) + wait
        self.loss[rows, replicates] = least + (most - least) * self.depth(count, rows, replicates)
        self.count[rows, replicates] += 1

    def available(self, tick: Tick) -> Floats:
        """(J, R), ratio: what plants make of the capacity of a tick, and what outages leave of it, by their days."""
        ends = self.begins + self.p["outage_time"]
        covered = np.minimum(ends, tick.end) - np.maximum(self.begins, tick.start)
        self._vary(tick)
        left = 1 - self.loss * at_least(covered, 0) / tick.days
        self.left[self.rows] = self.made * left / self._mean()
        self._draw(ends <= tick.end)
        return self.left

    def _mean(self) -> Scalar:
        """What outages leave in the mean: figures of the base year have them in."""
        p = self.p
        out = np.multiply(p["outage_rate"], p["outage_time"])  # days of outage for a day between them
        return 1 - out / (1 + out) * (np.asarray(p["outage_least"]) + p["outage_most"]) / 2

    def _vary(self, tick: Tick) -> None:
        """Draw anew, once a period, what plants make of their capacity beside outages."""
        period = int(tick.middle // float(self.p["output_time"]))
        if period != self.period:
            rows, replicates = np.indices(self.made.shape).reshape(2, -1)
            drawn = self.usual(np.full(rows.shape, period), rows, replicates).reshape(self.made.shape)
            self.made, self.period = around(self.p["output_spread"]).inverse(drawn), period


def around(spread: Scalar) -> Distribution:
    """A factor around 1 whose ninth decile is given."""
    return Distribution("lognormal", {"median": 1.0, "ratio": float(spread)}, NUMBER)


def _of(parameter: Scalar, replicates: Ints) -> Scalar:
    """A parameter in some replicates."""
    return parameter[replicates] if isinstance(parameter, np.ndarray) else parameter
