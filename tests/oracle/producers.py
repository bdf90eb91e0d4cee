"""What a state lets its plants make, and makes them make and sell (docs/model.md, eqs 7.18 and 7.19)."""

from __future__ import annotations

from math import inf, log

from tests.oracle.base import BaseYear
from tests.oracle.calendar import Tick
from tests.oracle.control import Plain
from tests.oracle.forms import Parameters


class ProductionQuota:
    """Terms of a quota: ``terms`` are (first day, day after the last, t a day, push, discount)."""

    def __init__(self, plain: Plain, base: BaseYear, p: Parameters) -> None:
        self.counted = {base.facility[name]: kappa for name, kappa in plain["counted"].items()}  # κ
        self.nodes = [base.node[name] for name in plain["nodes"]]
        self.enforced: float = plain["enforced"]
        self.terms: list[tuple[float, float | None, float, float, float]] = plain["terms"]
        self.full = 1 / p["utilisation_base"]

    def plan(self, tick: Tick) -> None:
        """Change what plants want (eq. 7.18)."""
        wanted = sum(kappa * f.wanted for f, kappa in self.counted.items())
        factor = 1.0
        for first, end, limit, push, _ in self.terms:
            inside = tick.covered(first, inf if end is None else end) / tick.days
            x = limit / wanted
            factor += self.enforced * inside * ((x if x < 1 else 1 + push * (x - 1)) - 1)
        for f in self.counted:
            f.wanted = min(f.wanted * factor, f.activity0 * f.capacity * f.available * self.full)

    def pay(self, tick: Tick) -> None:
        """Make up to plants for what the discount costs them (eq. 7.19)."""
        for first, end, _, _, discount in self.terms:
            inside = tick.covered(first, inf if end is None else end) / tick.days
            for f in self.counted:
                f.made_up *= (1 - self.enforced * discount) ** -inside

    def cut(self, tick: Tick) -> None:
        """Let producers ask less (eq. 7.19)."""
        for first, end, _, _, discount in self.terms:
            inside = tick.covered(first, inf if end is None else end) / tick.days
            for n in self.nodes:
                n.discount += inside * log(1 - self.enforced * discount)
