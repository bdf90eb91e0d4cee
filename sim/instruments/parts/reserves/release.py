"""Reserves let one another's members draw, by a rule (docs/model.md, eq. 12.15)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Literal, TypeAlias, final

import numpy as np

from sim.axes import TINY, Bools, Floats, Scalar, total
from sim.ensemble.clock import Tick
from sim.ensemble.mass import Kept
from sim.ensemble.metrics import Measured, Metric, declare
from sim.ensemble.state import State
from sim.instruments.base import Setting
from sim.instruments.parts.reserves.keeper import Keeper
from sim.market.forms import step_share

Rule: TypeAlias = Literal["need", "pro_rata", "contribution"]

SHARED = declare(
    Metric(
        "reserve_shared", "t", ("instrument", "commodity", "region"), "neither",
        "what members in a region got of what reserves released together", idle="nothing was released together")
)  # fmt: skip


@final
class Release:
    """Reserves that let one another's members draw, in a chunk of worlds.

    Parameters
    ----------
    name : str
        Of the instrument.
    setting : Setting
    keepers : sequence of Keeper
        The reserves (Q); bound before.
    rule : str
        By what each region gets its part: what its members lack, what they use, or what its reserve is to hold.
    offered : callable
        Of what a reserve can spare, the share that it offers in a tick.

    Attributes
    ----------
    moving, landed : lists of (K, R) arrays, t
        By reserve: what is on its way to its members, and what has reached them so far.
    """

    def __init__(
        self, name: str, setting: Setting, keepers: Sequence[Keeper], rule: Rule, offered: Callable[[Tick], Scalar]
    ) -> None:
        self.name, self.setting, self.keepers, self.rule, self.offered = name, setting, keepers, rule, offered
        self.goods = sorted({good for keeper in self.keepers for good in keeper.goods})
        self.place = [np.array([self.goods.index(good) for good in keeper.goods], np.intp) for keeper in self.keepers]
        self.time = [self._transit(keeper) for keeper in self.keepers]
        self.moving = [np.zeros(keeper.shape) for keeper in self.keepers]
        self.landed = [np.zeros(keeper.shape) for keeper in self.keepers]

    def attach(self) -> None:
        """Attach it to the market."""
        self.setting.points.relief.append(self.land)
        self.setting.points.settled.append(self.share_out)
        goods = tuple(good for keeper in self.keepers for good in keeper.goods)
        if goods:
            self.setting.kept.append(Kept(goods, lambda: np.concatenate(self.moving)))
        self.setting.measured.extend(self.measured())

    def _transit(self, keeper: Keeper) -> float:
        """Mean days of the routes from the other reserves to one (eq. 12.15)."""
        here, others = keeper.charter.by, [other.charter.by for other in self.keepers if other is not keeper]
        routes = self.setting.world.tables.routes
        days = [row.transit for other in others for row in routes if (row.origin, row.destination) == (other, here)]
        return sum(days) / len(days) if days else 1.0

    def land(self, tick: Tick, state: State) -> None:
        """What has crossed the sea reaches members, by what they lack."""
        for q, keeper in enumerate(self.keepers):
            anybody = keeper.members.of_good(keeper.members.share) > 0
            landed = self.moving[q] * step_share(tick.days, self.time[q]) * anybody
            self.moving[q] -= landed
            self.landed[q] += landed
            keeper.coming -= landed
            keeper.members.hand_out(tick, state, landed)

    def share_out(self, tick: Tick, state: State) -> None:
        """Put on the way what each region gets of what the others can spare."""
        offered = self.offered(tick)
        if not np.any(offered):
            return
        declared = total(np.array([self._spread(q, k.declared.holds) for q, k in enumerate(self.keepers)])) > 0
        lacking = [self._spread(q, k.wanted(state, tick.days)) * declared for q, k in enumerate(self.keepers)]
        free = [
            np.maximum(self._spread(q, keeper.most(tick.days)) - own, 0) * declared * offered
            for q, (keeper, own) in enumerate(zip(self.keepers, lacking, strict=True))
        ]
        given = self._given(free, lacking)
        for q, keeper in enumerate(self.keepers):
            price = np.exp(state.price[keeper.rows]) * keeper.base
            sent, more = np.zeros_like(free[q]), np.zeros_like(free[q])
            for (giver, taker), tonnes in given.items():
                sent += tonnes * (giver == q)
                more += tonnes * (taker == q)
            keeper.sell(sent[self.place[q]], price)
            more = more[self.place[q]]
            self.moving[q] += more
            keeper.coming += more

    def _given(self, free: list[Floats], lacking: list[Floats]) -> dict[tuple[int, int], Floats]:
        """(G, R) t that each reserve gives to the members of each other one."""
        weights, every = self._weights(lacking), range(len(self.keepers))
        flows: dict[tuple[int, int], Floats] = {}
        for q in every:
            others = [r for r in every if r != q]
            whole = np.maximum(sum((weights[r] for r in others), np.zeros_like(free[q])), TINY)
            flows |= {(q, r): free[q] * (weights[r] / whole) for r in others}
        for r in every:
            towards = [q for q in every if q != r]
            offered = np.maximum(sum((flows[q, r] for q in towards), np.zeros_like(free[r])), TINY)
            served = np.minimum(lacking[r] / offered, 1)
            flows |= {(q, r): flows[q, r] * served for q in towards}
        return flows

    def _weights(self, lacking: list[Floats]) -> list[Floats]:
        """By what each region gets its part of what one offers, (G, R) each."""
        if self.rule == "need":
            return lacking
        by_use = self.rule == "pro_rata"
        sizes = [keeper.members.use() if by_use else keeper.target for keeper in self.keepers]
        return [self._spread(q, size) for q, size in enumerate(sizes)]

    def _spread(self, q: int, rows: Floats | Bools) -> Floats:
        """Rows of the goods of one reserve among those of all, (G, R); nought of what it does not hold."""
        spread = np.zeros((len(self.goods), self.setting.replicates))
        spread[self.place[q]] = rows
        return spread

    def measured(self) -> Iterator[Measured]:
        """What each region's members got of the others."""
        for q, keeper in enumerate(self.keepers):
            for k, good in enumerate(keeper.goods):
                item = SHARED.item(instrument=self.name, commodity=good, region=keeper.charter.by)
                yield Measured(item, partial(_row, self.landed[q], k))


def _row(rows: Floats, k: int) -> Floats:
    return rows[k]


def keepers(setting: Setting) -> list[Keeper]:
    """The reserves of a chunk that are bound so far, by name."""
    found = [one for one in setting.points.holders if isinstance(one, Keeper)]
    return sorted(found, key=lambda one: one.charter.name)
