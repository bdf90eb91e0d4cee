"""Reserves let one another's members draw, by a rule (docs/model.md, eq. 12.15)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Literal, TypeAlias, final

import numpy as np

from sim.axes import TINY, Bools, Floats, Scalar, at_least, at_most, total
from sim.definitions.metrics import Metric, declare
from sim.ensemble.clock import Tick
from sim.ensemble.gauges import Kept, Measured
from sim.instruments.base import Setting
from sim.instruments.reserves.operator import Operator
from sim.market.forms import step_share
from sim.market.hooks import Moment

Rule: TypeAlias = Literal["need", "pro_rata", "contribution"]

SHARED = declare(
    Metric(
        "reserve_shared", "t", ("instrument", "commodity", "region"), "neither",
        "what members in a region got of what reserves released together", idle="nothing was released together")
)  # fmt: skip


@final
class Release:
    """Reserves that let one another's members draw, in a chunk of replicates.

    Parameters
    ----------
    name : str
        Of the instrument.
    setting : Setting
    reserves : sequence of Operator
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
        self, name: str, setting: Setting, reserves: Sequence[Operator], rule: Rule, offered: Callable[[Tick], Scalar]
    ) -> None:
        self.name, self.setting, self.reserves, self.rule, self.offered = name, setting, reserves, rule, offered
        self.goods = sorted({good for one in self.reserves for good in one.inventory.goods})
        self.place = [
            np.array([self.goods.index(good) for good in one.inventory.goods], np.intp) for one in self.reserves
        ]
        self.time = [self._transit(one) for one in self.reserves]
        self.moving = [np.zeros(one.inventory.shape) for one in self.reserves]
        self.landed = [np.zeros(one.inventory.shape) for one in self.reserves]

    def attach(self) -> None:
        """Attach it to the market."""
        self.setting.hooks.release.append(self.land)
        self.setting.hooks.settled.append(self.share_out)
        goods = tuple(good for one in self.reserves for good in one.inventory.goods)
        if goods:
            self.setting.kept.append(Kept(goods, lambda: np.concatenate(self.moving)))
        self.setting.measured.extend(self.measured())

    def _transit(self, reserve: Operator) -> float:
        """Mean days of the routes from the other reserves to one (eq. 12.15)."""
        here, others = reserve.charter.by, [other.charter.by for other in self.reserves if other is not reserve]
        routes = self.setting.world.tables.routes
        days = [row.transit for other in others for row in routes if (row.origin, row.destination) == (other, here)]
        return sum(days) / len(days) if days else 1.0

    def land(self, moment: Moment) -> None:
        """What has crossed the sea reaches members, by what they lack."""
        tick = moment.tick
        for q, inventory in enumerate(one.inventory for one in self.reserves):
            anybody = inventory.members.of_good(inventory.members.share) > 0
            landed = self.moving[q] * step_share(tick.days, self.time[q]) * anybody
            self.moving[q] -= landed
            self.landed[q] += landed
            inventory.coming -= landed
            inventory.members.hand_out(moment, landed)

    def share_out(self, moment: Moment) -> None:
        """Put on the way what each region gets of what the others can spare."""
        tick, state = moment.tick, moment.state
        offered = self.offered(tick)
        if not np.any(offered):
            return
        declared = (
            total(np.array([self._spread(q, k.inventory.declared.holds) for q, k in enumerate(self.reserves)])) > 0
        )
        lacking = [self._spread(q, k.access.wanted(state, tick.days)) * declared for q, k in enumerate(self.reserves)]
        free = [
            at_least(self._spread(q, one.access.most(tick.days)) - own, 0) * declared * offered
            for q, (one, own) in enumerate(zip(self.reserves, lacking, strict=True))
        ]
        given = self._given(free, lacking)
        for q, inventory in enumerate(one.inventory for one in self.reserves):
            price = inventory.value_of(state)
            sent, more = np.zeros_like(free[q]), np.zeros_like(free[q])
            for (giver, taker), tonnes in given.items():
                sent += tonnes * (giver == q)
                more += tonnes * (taker == q)
            inventory.sell(sent[self.place[q]], price)
            more = more[self.place[q]]
            self.moving[q] += more
            inventory.coming += more

    def _given(self, free: list[Floats], lacking: list[Floats]) -> dict[tuple[int, int], Floats]:
        """(G, R) t that each reserve gives to the members of each other one."""
        weights, every = self._weights(lacking), range(len(self.reserves))
        flows: dict[tuple[int, int], Floats] = {}
        for q in every:
            others = [r for r in every if r != q]
            whole = at_least(sum((weights[r] for r in others), np.zeros_like(free[q])), TINY)
            flows |= {(q, r): free[q] * (weights[r] / whole) for r in others}
        for r in every:
            towards = [q for q in every if q != r]
            offered = at_least(sum((flows[q, r] for q in towards), np.zeros_like(free[r])), TINY)
            served = at_most(lacking[r] / offered, 1)
            flows |= {(q, r): flows[q, r] * served for q in towards}
        return flows

    def _weights(self, lacking: list[Floats]) -> list[Floats]:
        """By what each region gets its part of what one offers, (G, R) each."""
        if self.rule == "need":
            return lacking
        by_use = self.rule == "pro_rata"
        sizes = [k.inventory.members.use() if by_use else k.inventory.target for k in self.reserves]
        return [self._spread(q, size) for q, size in enumerate(sizes)]

    def _spread(self, q: int, rows: Floats | Bools) -> Floats:
        """Rows of the goods of one reserve among those of all, (G, R); zero of what it does not hold."""
        spread = np.zeros((len(self.goods), self.setting.replicates))
        spread[self.place[q]] = rows
        return spread

    def measured(self) -> Iterator[Measured]:
        """What each region's members got of the others."""
        for q, one in enumerate(self.reserves):
            for k, good in enumerate(one.inventory.goods):
                item = SHARED.item(instrument=self.name, commodity=good, region=one.charter.by)
                yield Measured(item, partial(_row, self.landed[q], k))


def _row(rows: Floats, k: int) -> Floats:
    return rows[k]


def reserves_of(setting: Setting) -> list[Operator]:
    """The reserves of a chunk that are bound so far, by name."""
    found = [one for one in setting.notices.reserves if isinstance(one, Operator)]
    return sorted(found, key=lambda one: one.charter.name)
