"""What arrives: goods land and are shared, licences are decided (docs/model.md, section 1)."""

from __future__ import annotations

from collections import defaultdict
from typing import final

import numpy as np

from sim.axes import TINY, Floats, Ints, at_least, pick, share_of
from sim.ensemble.clock import Tick
from sim.market.forms import release, step_share
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
    """Users share what lands by what they ordered in the tick before, but who stands still comes first (eq. 1.2, 1.5).

    Next to nothing of expected need decides where nobody ordered anything.
    """

    def __init__(self, given: Given) -> None:
        world, p = given.world, given.p
        self.node, self.to_destination = world.users.node, world.users.to_destination
        self.plants, self.sectors = world.users.plants, world.users.inputs
        self.first, self.by_value, self.release_time = p["served_first"], p["by_value"], p["release_time"]
        self.ranks = _ranks(self.node, world.at_stake) if np.any(np.asarray(self.first) > 0) else ()

    def __call__(
        self, tick: Tick, user_orders: Floats, expected_need: Floats, landed: Floats, need: Floats, without: Floats,
        user_stock: Floats, *, parts: Floats, received: Floats,
    ) -> None:  # fmt: skip
        asked = np.maximum(user_orders, expected_need * TINY**2)
        by_all = at_least(
            self.to_destination(asked), TINY**2 * TINY
        )  # where nobody ever needed anything, nothing lands
        np.divide(asked, pick(by_all, self.node), out=parts)
        np.multiply(parts, pick(landed, self.node), out=received)
        if self.ranks:
            claims = self._claims(tick, need, without, user_stock, received)
            claiming = np.flatnonzero(claims.any(axis=1))
            if len(claiming):
                self._serve(claims, claiming, landed, parts, received)

    def _claims(self, tick: Tick, need: Floats, without: Floats, stock: Floats, received: Floats) -> Floats:
        """(U, R) t: what plants lack, and sectors for the firms that are out, beyond their part by orders."""
        claims = need * tick.days
        plants, sectors = claims[self.plants], claims[self.sectors]
        plants -= release(stock[self.plants], received[self.plants], tick.days, self.release_time)
        if without.any():
            sectors *= without
            sectors -= received[self.sectors]
        else:
            sectors.fill(0)
        return at_least(claims, 0, out=claims)

    def _serve(self, claims: Floats, claiming: Ints, landed: Floats, parts: Floats, received: Floats) -> None:
        """Serve claims first, pro rata and by what hangs on a tonne; the rest goes by orders (eq. 1.5)."""
        asked = np.zeros(len(landed), np.bool_)
        asked[self.node[claiming]] = True
        some = np.flatnonzero(asked[self.node])  # users at those places: nothing changes at others
        place = self.node[some]
        claimed = self.to_destination(claims)
        served = np.minimum(landed, claimed)
        first, left = claims[some] * share_of(served, claimed)[place], served.copy()
        for rank, places in self.ranks:
            users, at = rank[asked[places]], places[asked[places]]
            claims[users] = np.minimum(claims[users], left[at])  # from here on what they get if the others wait
            left[at] -= claims[users]
        first += self.by_value * (claims[some] - first)
        first -= parts[some] * served[place]
        received[some] = at_least(received[some] + self.first * first, 0)
        # where nobody claims anything, parts keep their bits, whatever happens in replicates beside
        shares = received[some] / at_least(landed[place], TINY**2 * TINY)
        parts[some] = np.where(served[place] > 0, shares, parts[some])


def _ranks(node: Ints, stake: Floats) -> tuple[tuple[Ints, Ints], ...]:
    """Users and their places: the first of each place, by what hangs on a tonne, the second of each, and so on."""
    order = sorted(range(len(node)), key=lambda u: (-stake[u, 0], u))
    ranks: list[list[int]] = []
    seen: dict[int, int] = defaultdict(int)
    for u in order:
        place = int(node[u])
        if seen[place] == len(ranks):
            ranks.append([])
        ranks[seen[place]].append(u)
        seen[place] += 1
    return tuple((np.array(users, np.intp), node[users]) for users in ranks)


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
