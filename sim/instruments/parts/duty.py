"""A duty on goods that cross a border: what is charged, what is waived, what it brings (docs/model.md, eq. 7.14)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import final

import numpy as np

from sim.axes import Floats, Ints, Scalar, Sum
from sim.definitions.metrics import Metric, declare
from sim.ensemble.clock import Tick
from sim.ensemble.gauges import Measured
from sim.finance.ledger import PUBLIC_COST, Account, Ledger
from sim.instruments.base import Setting
from sim.market.hooks import Moment

DUTIES = declare(
    Metric(
        "duties_collected",
        "USD",
        ("instrument",),
        "neither",
        "duties that were paid on what crossed",
        idle="nothing crossed on which it is charged",
    )
)


@final
class Duty:
    """Charges a share of their price on goods of some arcs, and books what that brings.

    Parameters
    ----------
    setting : Setting
        It is attached to the hooks of this.
    name : str
        Of the instrument.
    arcs : (K,) array
    rate : callable
        Share of the price that is charged at a moment, weighed by the days in force.
    leaving : bool
        Whether the region that goods leave charges it.
    """

    def __init__(
        self, setting: Setting, name: str, arcs: Ints, rate: Callable[[Moment], Scalar], *, leaving: bool = False
    ) -> None:
        world, self.leaving = setting.world, leaving
        self.name, self.arcs, self.rate, self.notices = name, arcs, rate, setting.notices
        self.rows, self.origin = setting.controls.positions(arcs), world.arcs.origin[arcs]
        price = world.nodes.price[world.nodes.origins][self.origin]
        self.worth = Sum(np.zeros(len(arcs), np.intp), range(len(arcs)), price[:, 0], (1, len(arcs)))
        self.charged = np.zeros((len(arcs), setting.replicates))
        self.ledger = Ledger(setting.replicates)
        setting.hooks.tariffs.append(self.charge)
        setting.hooks.customs.append(self.collect)
        setting.measured.extend(self._measured())

    @cached_property
    def waivers(self) -> list[tuple[Ints, Callable[[Tick], Scalar]]]:
        """Rows of its arcs on which it is waived, and how much of it."""
        meant = [waiver for waiver in self.notices.waivers if waiver.tariffs.among([self.name])]
        return [(np.flatnonzero(np.isin(self.arcs, waiver.arcs)), waiver.share) for waiver in meant]

    def charge(self, moment: Moment) -> None:
        """Propose what is charged; of several waivers on an arc the largest counts (eq. 7.14)."""
        self.charged[:] = self.rate(moment)
        if self.waivers:
            self.charged *= 1 - self._waived(moment.tick)
        moment.controls.charge(self.rows, self.charged, leaving=self.leaving)

    def _waived(self, tick: Tick) -> Floats:
        """(K, R): share that is not charged."""
        waived = np.zeros_like(self.charged)
        for rows, share in self.waivers:
            waived[rows] = np.maximum(waived[rows], share(tick))
        return waived

    def collect(self, moment: Moment) -> None:
        """Book what is paid on what crossed, at the contract price of the origin (eq. 7.14)."""
        state = moment.state
        value = state.crossed[self.arcs] * np.exp(state.contract_price[self.origin])
        self.ledger.post(Account.TREASURY, Account.DUTIES, self.worth(value * self.charged)[0])

    def _measured(self) -> Iterator[Measured]:
        """What it brought, and what that makes of its cost."""
        yield Measured(DUTIES.item(instrument=self.name), lambda: 0 - self._checked().cost)
        yield Measured(PUBLIC_COST.item(instrument=self.name), lambda: self._checked().cost)

    def _checked(self) -> Ledger:
        self.ledger.check(self.name)
        return self.ledger
