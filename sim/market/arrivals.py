"""What arrives: goods land and are shared, licences are decided (docs/model.md, section 1)."""

from __future__ import annotations

from typing import final

import numpy as np

from sim.axes import TINY, Floats, at_least, pick, share_of
from sim.ensemble.clock import Tick
from sim.market.forms import step_share
from sim.market.kernels import Given


@final
class Land:
    """What is due lands: over the arcs (eq. 1.1), and what trading houses sent (eq. 6.10)."""

    def __init__(self, given: Given) -> None:
        self.under_way, self.resale_transit = given.under_way, given.p["resale_transit"]

    def __call__(self, tick: Tick, *, traded: Floats, landed: Floats) -> None:
        self.under_way.land(tick)
        resold = traded * step_share(tick.days, self.resale_transit)
        traded -= resold
        np.add(self.under_way.arrived, resold, out=landed)


@final
class ShareOut:
    """Users share what lands by what they ordered in the tick before (eq. 1.2).

    Next to nothing of expected need decides where nobody ordered anything.
    """

    def __init__(self, given: Given) -> None:
        self.node, self.to_destination = given.world.users.node, given.world.users.to_destination

    def __call__(
        self, user_orders: Floats, expected_need: Floats, landed: Floats, *, parts: Floats, received: Floats
    ) -> None:
        asked = np.maximum(user_orders, expected_need * TINY**2)
        by_all = at_least(
            self.to_destination(asked), TINY**2 * TINY
        )  # where nobody ever needed anything, nothing lands
        np.divide(asked, pick(by_all, self.node), out=parts)
        np.multiply(parts, pick(landed, self.node), out=received)


@final
class LeaveToReserves:
    """Reserves keep their part of what came over the arcs, and users share the rest (eq. 1.4)."""

    def __init__(self, given: Given) -> None:
        self.rules, self.under_way, self.node = given.hooks.deliveries, given.under_way, given.world.users.node

    def __call__(self, pipeline_share: Floats, *, landed: Floats, received: Floats) -> None:
        if self.rules:
            left = 1 - pipeline_share * share_of(self.under_way.arrived, landed)
            landed *= left
            received *= pick(left, self.node)


@final
class Stock:
    """What users received joins their stocks (eq. 1.2)."""

    def __init__(self, given: Given) -> None:
        del given

    def __call__(self, received: Floats, *, user_stock: Floats) -> None:
        user_stock += received


@final
class SendBack:
    """What the border refused goes back to its producer (eq. 1.3)."""

    def __init__(self, given: Given) -> None:
        self.to_origin = given.controls.to_origin

    def __call__(self, denied: Floats, *, producer_stock: Floats) -> None:
        self.to_origin.add(denied, producer_stock)
