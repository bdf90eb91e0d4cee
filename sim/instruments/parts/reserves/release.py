"""Reserves let one another's members draw, by a rule (docs/model.md, eq. 12.15)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Literal, TypeAlias, final

import numpy as np

from sim.axes import TINY, Bools, Floats, Ints, Scalar
from sim.ensemble.clock import Tick
from sim.ensemble.mass import Kept
from sim.ensemble.metrics import Measured, Metric, declare
from sim.ensemble.state import State
from sim.instruments.base import NO_ARCS, Setting
from sim.instruments.parts.reserves.keeper import Keeper
from sim.market.forms import step_share
from sim.market.points import Controls, Holder

Rule: TypeAlias = Literal["need", "pro_rata", "contribution"]

SHARED = declare(
    Metric(
        "reserve_shared", "t", ("instrument", "commodity", "region"), "neither",
        "what members in a region got of what reserves released together",
    )
)  # fmt: skip


@final
class Release(Holder):
    """Reserves that let one another's members draw, in a chunk of worlds; it buys nothing itself.

    Parameters
    ----------
    name : str
        Of the instrument.
    setting : Setting
    keepers : sequence of Keeper
        The reserves; bound before.
    rule : str
        By what each region gets its part: what its members lack, what they use, or what its reserve is to hold.
    offered : callable
        Of what a reserve can spare, the share that it offers in a tick.

    Attributes
    ----------
    moving, landed : lists of (K, R) arrays, t
        By reserve: what is on its way to its members, and what has reached them so far.
    """

    rows = NO_ARCS

    def __init__(
        self, name: str, setting: Setting, keepers: Sequence[Keeper], rule: Rule, offered: Callable[[Tick], Scalar]
    ) -> None:
        self.name, self.setting, self.keepers, self.rule, self.offered = name, setting, keepers, rule, offered
        self.goods = sorted({good for keeper in self.keepers for good in keeper.goods})
        self.place = [np.array([self.goods.index(good) for good in keeper.goods], np.intp) for keeper in self.keepers]
        self.time = [self._transit(keeper) for keeper in self.keepers]
        self.moving = [np.zeros(keeper.shape) for keeper in self.keepers]
        self.landed = [np.zeros(keeper.shape) for keeper in self.keepers]
        self.none = np.zeros((0, setting.replicates))

    def attach(self) -> None:
        """Attach it to the market."""
        self.setting.points.holders.append(self)
        self.setting.points.settled.append(self.share_out)
        self.setting.kept.append(self.kept)
        self.setting.measured.extend(self.measured())

    def _transit(self, keeper: Keeper) -> float:
        """Mean days of the routes from the other reserves to one (eq. 12.15)."""
        here = keeper.charter.by
        others = {other.charter.by for other in self.keepers} - {here}
        routes = self.setting.world.tables.routes
        days = [row.transit for row in routes if row.destination == here and row.origin in others]
        return sum(days) / len(days) if days else 1.0

    @property
    def part(self) -> Floats:
        """Nothing."""
        return self.none

    @property
    def asked(self) -> Floats:
        """Nothing."""
        return self.none

    @property
    def kept(self) -> Kept:
        """What is on its way to members."""
        goods = tuple(good for keeper in self.keepers for good in keeper.goods)
        return Kept(goods, lambda: np.concatenate(self.moving) if self.moving else self.none)

    def let_go(self, tick: Tick, state: State) -> None:
        """What has crossed the sea reaches members, by what they lack."""
        for q, keeper in enumerate(self.keepers):
            anybody = keeper.members.of_good(keeper.members.share) > 0
            landed = self.moving[q] * step_share(tick.days, self.time[q]) * anybody
            self.moving[q] -= landed
            self.landed[q] += landed
            keeper.members.hand_out(state, landed)

    def share_out(self, tick: Tick, state: State) -> None:
        """Put on the way what each region gets of what the reserves can spare."""
        offered = self.offered(tick)
        if not np.any(offered):
            return
        declared = self._any([keeper.declared.holds for keeper in self.keepers])
        wanted = [keeper.wanted(state, tick.days) * declared[at] for keeper, at in self._all()]
        free = [
            np.maximum(keeper.most(tick.days) - lack, 0) * declared[at] * offered
            for (keeper, at), lack in zip(self._all(), wanted, strict=True)
        ]
        pool, weight = self._sum(free), self._weights(wanted)
        total = np.maximum(self._sum(weight), TINY)
        given = [
            np.minimum(lack, pool[at] * part / total[at])
            for (_, at), lack, part in zip(self._all(), wanted, weight, strict=True)
        ]
        taken = self._sum(given) / np.maximum(pool, TINY)
        for (keeper, at), spare, moving, more in zip(self._all(), free, self.moving, given, strict=True):
            keeper.sell(spare * taken[at], np.exp(state.price[keeper.rows]) * keeper.base)
            moving[:] += more

    def _all(self) -> list[tuple[Keeper, Ints]]:
        """Each reserve, and which of all goods (G) its goods are."""
        return list(zip(self.keepers, self.place, strict=True))

    def _weights(self, wanted: list[Floats]) -> list[Floats]:
        """By what each region gets its part of the pool."""
        if self.rule == "need":
            return wanted
        if self.rule == "pro_rata":
            return [keeper.members.use() for keeper in self.keepers]
        return [keeper.target for keeper in self.keepers]

    def _sum(self, parts: list[Floats]) -> Floats:
        """(G, R): of all reserves, by good."""
        total = np.zeros((len(self.goods), self.setting.replicates))
        for at, part in zip(self.place, parts, strict=True):
            total[at] += part
        return total

    def _any(self, holds: list[Bools]) -> Bools:
        """(G, R): of which goods any reserve has declared a disruption."""
        return self._sum([one.astype(float) for one in holds]) > 0

    def spare(self, tick: Tick, cover: Floats) -> None:
        """Change nothing."""

    def calm(self, state: State, alarm: Floats) -> None:
        """Change nothing."""

    def order(self, tick: Tick, state: State) -> Floats:  # noqa: ARG002  (a holder's signature)
        """Nothing."""
        return self.none

    def receive(self, tick: Tick, state: State, arrived: Floats, coming: Floats) -> None:
        """Receive nothing."""

    def count(self, tick: Tick, state: State, controls: Controls) -> None:
        """Count nothing."""

    def offer(self, state: State) -> Floats:  # noqa: ARG002  (a holder's signature)
        """Nothing."""
        return self.none

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
