"""What is charged on goods that cross a border (docs/model.md, eq. 7.14)."""

from __future__ import annotations

from collections.abc import Iterable
from math import exp, inf

from tests.oracle.base import BaseYear
from tests.oracle.calendar import Tick
from tests.oracle.control import Plain
from tests.oracle.regime import Regime


class Tariff:
    """A share of the price, charged by one region; ``rates`` are (first day, day after the last, rate)."""

    def __init__(self, plain: Plain, base: BaseYear) -> None:
        self.name: str = plain["name"]
        self.by: str = plain["by"]
        self.on: list[str] = plain["on"]
        self.arcs = base.arcs_named(plain["arcs"])
        self.rates: list[tuple[float, float | None, float]] = plain["rates"]
        self.charged = dict.fromkeys(self.arcs, 0.0)
        self.collected = 0.0  # USD

    @property
    def cost(self) -> float:
        """What it cost who levies it, USD: nothing, it brings."""
        return -self.collected

    def rate(self, tick: Tick) -> float:
        """What is charged by law, mean over the days of a tick."""
        held = ((rate, tick.covered(first, inf if end is None else end)) for first, end, rate in self.rates)
        return sum(rate * days for rate, days in held) / tick.days

    def charge(self, tick: Tick, regimes: Iterable[Regime]) -> None:
        """Add what is charged on its arcs, but for the largest part that a truce lets off."""
        for a in self.arcs:
            let_off = max((regime.let_off(a) for regime in regimes), default=0.0)
            self.charged[a] = self.rate(tick) * (1 - let_off)
            a.tariff += self.charged[a]
            if a.origin.name[1] == self.by:
                a.leaving += self.charged[a]

    def collect(self) -> None:
        """Take what is paid on what crossed, at contract prices."""
        for a, rate in self.charged.items():
            self.collected += rate * a.crossed * a.origin.base_price * exp(a.origin.contract_price)
