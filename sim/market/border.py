"""The border: what goes on its way, what waits, what goes round (docs/model.md, section 7)."""

from __future__ import annotations

from typing import final

import numpy as np

from sim.axes import TINY, Floats, at_least, at_most, pick
from sim.ensemble.clock import Tick
from sim.market.forms import step_share
from sim.market.kernels import Given


@final
class Present:
    """What was shipped comes to the border."""

    def __init__(self, given: Given) -> None:
        self.controlled = given.controls.arcs

    def __call__(self, shipped: Floats, *, crossing: Floats) -> None:
        pick(shipped, self.controlled, crossing)


@final
class Send:
    """What does not have to wait goes on its way, with what was granted in this tick (eq. 7.10)."""

    def __init__(self, given: Given) -> None:
        self.controlled, self.under_way = given.controls.arcs, given.under_way

    def __call__(self, tick: Tick, shipped: Floats, crossing: Floats, granted: Floats, *, crossed: Floats) -> None:
        crossed[:] = shipped
        crossed[self.controlled] = crossing + granted
        self.under_way.send(tick, crossed)


@final
class Leak:
    """What goes round the controls, no more than the stock releases (eq. 7.13)."""

    def __init__(self, given: Given) -> None:
        self.rules, self.controls, self.under_way = given.hooks.leaks, given.controls, given.under_way
        self.release_time, self.origin = given.p["release_time"], given.world.arcs.origin[given.controls.arcs]

    def __call__(
        self, tick: Tick, leaking: Floats, *, leaked: Floats, producer_stock: Floats, pipeline_share: Floats
    ) -> None:
        pipeline_share.fill(0)  # reserves say it anew, once all is under way
        if not self.rules:
            return
        tried = self.controls.to_origin(leaking)
        most = producer_stock * step_share(tick.days, self.release_time)
        share = at_most(most / at_least(tried, TINY), 1)
        leaked[self.controls.arcs] = leaking * share[self.origin]
        producer_stock -= np.minimum(tried * share, producer_stock)
        self.under_way.send(tick, leaked)
