"""When a disruption is declared, and when it is over (docs/model.md, eq. 12.6)."""

from __future__ import annotations

from typing import final

import numpy as np
from pydantic import Field

from sim.axes import Floats, Scalar
from sim.files.quantities import Model, UncertainDays, UncertainRatio, UncertainShare


@final
class Declaration(Model):
    """What makes a disruption of a good, and for how long it must look like one."""

    restriction: UncertainShare = Field(
        0.25, description="share of the supply there that controls are expected to keep out"
    )
    price: UncertainRatio = Field(2.0, description="spot price there over what is thought normal; either is enough")
    after: UncertainDays = Field(28.0, description="days that it must look so before it is declared")
    over: UncertainDays = Field(56.0, description="days that it must no longer look so before it is over")


@final
class Declared:
    """Goods (K) of which a disruption is declared.

    Attributes
    ----------
    holds : (K, R) array of bool
    """

    def __init__(
        self, expected_restriction: Scalar, price: Scalar, after: Scalar, over: Scalar, shape: tuple[int, int]
    ) -> None:
        self.expected_restriction, self.price, self.after, self.over = expected_restriction, np.log(price), after, over
        self.holds, self.days = np.zeros(shape, bool), np.zeros(shape)

    def follow(self, days: int, expected_restriction: Floats, price: Floats) -> None:
        """Look at the end of a tick.

        Parameters
        ----------
        days : int, days
            Of the tick.
        expected_restriction : (K, R) array, share of 1
        price : (K, R) array, ln of the ratio to what is thought normal
        """
        looks_bad = (expected_restriction >= self.expected_restriction) | (price >= self.price)
        transitions = looks_bad ^ self.holds
        self.days = (self.days + days) * transitions
        turned = transitions & (self.days >= np.where(self.holds, self.over, self.after))
        self.holds = self.holds ^ turned
        self.days *= ~turned
