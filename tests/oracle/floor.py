"""A floor under the price of what projects make: a contract for difference (docs/model.md, eqs 11.7 to 11.9)."""

from __future__ import annotations

from math import exp

from tests.oracle.base import YEAR, BaseYear
from tests.oracle.calendar import Tick
from tests.oracle.control import Plain, day_or_never
from tests.oracle.forms import Parameters


class PriceFloor:
    """Who pays makes up what the reference price is below the floor, and shares in what it is above another."""

    def __init__(self, plain: Plain, base: BaseYear, p: Parameters) -> None:
        self.name: str = plain["name"]
        self.reference = base.node[plain["commodity"], plain["basis"]]
        self.outputs = [
            b
            for facility in plain["facilities"]
            for b in base.facility[facility].outputs
            if b.node.name[0] == plain["commodity"]
        ]
        self.floor, self.above = plain["floor"], plain["above"]  # USD/t
        self.upside: float = plain["upside"]
        self.vat: float = plain["vat"]
        self.covered: float = plain["output"]
        self.inflation = p["inflation"] if plain["nominal"] else 0.0
        self.ahead = p["review_time"]  # days that owners look ahead
        self.since: float = plain["since"]
        self.until = day_or_never(plain, "until")
        self.made = 0.0  # t, since it was settled last
        self.settled = 0  # day
        self.cost = 0.0  # USD, of who pays

    def _is_offered(self, day: float) -> bool:
        return self.since <= day < self.until

    def _top_up(self, price: float, day: float) -> float:
        """What is paid on a tonne at a price of the reference, USD; negative where it is paid back (eqs 11.7, 11.8)."""
        reference = self.reference.base_price * (1 + self.vat) * exp(price)
        worn = (1 + self.inflation) ** ((day - self.since) / YEAR)
        return max(0, self.floor / worn - reference) - self.upside * max(0, reference - self.above / worn)

    def support(self, day: int) -> None:
        """Owners look: add what is paid on top to what plants earn, over what they sell (eq. 10.9)."""
        if not self._is_offered(day):
            return
        each = self.covered * self._top_up(self.reference.expected_price, day)
        for b in self.outputs:
            revenue = sum(c.amount * c.node.base_price * exp(c.node.expected_price) for c in b.facility.outputs)
            b.facility.topped_up += b.amount * each * min(1, (self.until - day) / self.ahead) / revenue

    def count(self, tick: Tick) -> None:
        """Add up what is made (eq. 10.10)."""
        for b in self.outputs:
            self.made += b.amount * b.facility.activity * tick.days

    def settle(self, day: int) -> None:
        """Pay on what was made since the last time, at the price of the day (eq. 11.9)."""
        if self._is_offered(day):
            each = self._top_up(self.reference.price, (self.settled + day) / 2)
            self.cost += each * self.covered * self.made
        self.made, self.settled = 0.0, day
