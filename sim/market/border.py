"""The border: what goes on its way, what waits, what goes round (docs/model.md, section 7)."""

from __future__ import annotations

from typing import final

import numpy as np

from sim.axes import TINY, Floats, Ints, Sum, at_least, at_most, pick
from sim.ensemble.clock import Tick
from sim.market.forms import step_share
from sim.market.kernels import Given
from sim.market.lines import out_of_stock


@final
class Present:
    """What was shipped comes to the border."""

    def __init__(self, given: Given) -> None:
        self.controlled = given.controls.arcs

    def __call__(self, shipped: Floats, *, crossing: Floats) -> None:
        pick(shipped, self.controlled, crossing)


@final
class Expedite:
    """How much of what is dear goes by air: for users who would run out before a ship comes (eq. 1.6)."""

    def __init__(self, given: Given) -> None:
        world, p = given.world, given.p
        users, arcs = world.users, world.arcs
        self.share, self.critical, self.spread, self.least = (
            p["air_share"], p["critical_cover"], p["place_spread"], p["least_cover"]
        )  # fmt: skip
        self.places = np.unique(arcs.destination[_arcs_by_air(given)])
        used = np.maximum(users.need, TINY)  # places that nobody used yet have a cover, too
        cover = users.to_destination(used * users.cover) / users.to_destination(used)
        self.usual = out_of_stock(at_least(cover[self.places], self.least), self.critical, self.spread)
        self.stocks = users.to_destination.only(self.places)
        self.transit = arcs.to_destination.only(self.places).scaled(arcs.transit)
        self.under_way = given.under_way

    def __call__(self, tick: Tick, share: Floats, user_stock: Floats, expected_use: Floats, *, by_air: Floats) -> None:
        if not len(self.places):
            return
        held = self.stocks(user_stock)
        held += self.under_way.coming[self.places]
        held /= at_least(expected_use[self.places], TINY)
        held -= self.transit(share)
        held += tick.days
        out = out_of_stock(at_least(held, self.least), self.critical, self.spread)
        by_air[self.places] = self.share * at_least((out - self.usual) / (1 - self.usual), 0)


def _arcs_by_air(given: Given) -> Ints:
    """Arcs whose goods are dear and far enough to fly."""
    arcs, nodes, p = given.world.arcs, given.world.nodes, given.p
    dear = nodes.price[nodes.destinations][arcs.destination] >= np.min(p["air_from"])
    far = (arcs.transit > max(given.days, float(p["air_transit"]))) & (arcs.abroad > 0)
    flies = bool(np.any(np.asarray(p["air_share"]) > 0))
    return np.flatnonzero(dear[:, 0] & far & flies)


@final
class Send:
    """What does not have to wait goes on its way, with what was granted in this tick (eq. 7.10)."""

    def __init__(self, given: Given) -> None:
        world, arcs = given.world, given.world.arcs
        self.controlled, self.under_way = given.controls.arcs, given.under_way
        self.arcs = _arcs_by_air(given)
        self.place = arcs.destination[self.arcs]
        price = world.nodes.price[world.nodes.destinations][self.place]
        self.dear = (price >= given.p["air_from"]).astype(np.float64)  # in each replicate
        self.into = Sum(self.place, range(len(self.place)), 1.0, (arcs.to_destination.shape[0], len(self.place)))

    def __call__(
        self, tick: Tick, shipped: Floats, crossing: Floats, granted: Floats, by_air: Floats,
        *, crossed: Floats, flown: Floats,
    ) -> None:  # fmt: skip
        crossed[:] = shipped
        crossed[self.controlled] = crossing + granted
        if not by_air.any():
            self.under_way.send(tick, crossed)
            flown.fill(0)
            return
        all_of_it = crossed[self.arcs]
        air = all_of_it * pick(by_air, self.place) * self.dear
        crossed[self.arcs] -= air
        self.under_way.send(tick, crossed)
        crossed[self.arcs] = all_of_it
        self.under_way.fly(tick, self.arcs, air, self.into(air, out=flown))


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
