"""What instruments propose for one tick: shocks to producers and demand, and controls on arcs.

Instruments propose, the tick disposes: caps take the largest, expected restrictions combine as independent, and all
of it in the order of the instruments' names, so the order of instruments in a file never matters.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from sim.axes import Floats, Ints, Rows, Scalar, Sum, rows_or_slice
from sim.world.build import World


@dataclass(frozen=True, eq=False)
class Shocks:
    """What is left of the capacity to produce and of demand, and what is added to revenue and costs, for one tick."""

    available: Floats  # (F, R) share of 1
    support: Floats  # (F, R) revenue with what is paid on top of prices, ratio to revenue without
    costs: Floats  # (F, R) what is added to the cost of a unit of activity, over all costs of the base year
    shifted: Floats  # (S, R) demand for output, ratio to demand without

    def clear(self) -> None:
        """Forget the last tick's shocks."""
        self.available.fill(1)
        self.support.fill(1)
        self.costs.fill(0)
        self.shifted.fill(1)


def no_shocks(world: World, replicates: int) -> Shocks:
    """Room for shocks, none of which has come."""
    facilities, sectors = (len(world.facilities), replicates), (len(world.sectors), replicates)
    return Shocks(np.ones(facilities), np.ones(facilities), np.zeros(facilities), np.ones(sectors))


@dataclass(frozen=True, eq=False)
class Controls:
    """What controls do in one tick to the arcs that any of them covers (K of the A)."""

    arcs: Ints  # (K,) → A
    to_origin: Sum  # (O, K)
    to_destination: Sum  # (D, K)
    proposed: Floats  # (proposals, K, R): all of the following
    restricted: Floats  # (K, R) share of orders that may not leave
    expected_restriction: Floats  # (K, R) share of expected trade that is expected not to get through
    announcement_effect: Floats  # (K, R) how loud an announced control still is, 0 to 1
    expected_clearance: Floats  # (K, R) t that waits at the border and is expected to get through
    backlog: Floats  # (K, R) t that waits at the border
    licensed: Floats  # (K, R) share of the trade that needs a licence
    licence_days: Floats  # (K, R) days that a licence is expected to take
    granted: Floats  # (K, R) t that leaves the border in this tick
    denied: Floats  # (K, R) t that goes back to its producer in this tick
    leaking: Floats  # (K, R) t that tries to go round the controls
    tariff: Floats  # (K, R) share of their price that goods are charged on their way
    leaving: Floats  # (K, R) of that, what their origin charges
    traced: Floats  # (K, R) share of goods of its origin that others may not sell on to its destination
    reserved: Floats  # (K, R) share of what its origin can send that is promised to the destination of an arc
    nominated: Floats  # (K, R) of that, what the destination asks for: the rest is free for others
    crossing: Floats  # (K, R) t of what was shipped in this tick that does not have to wait

    def clear(self) -> None:
        """Forget the last tick's proposals."""
        self.proposed.fill(0)

    def expect_restriction(self, rows: Rows, share: Scalar | Floats) -> None:
        """A share of the expected trade on some rows is expected not to get through (eq. 7.1)."""
        self.expected_restriction[rows] = 1 - (1 - self.expected_restriction[rows]) * (1 - share)

    def license(self, rows: Rows, share: Scalar | Floats) -> None:
        """A share of the trade on some rows needs a licence; the largest counts."""
        self.licensed[rows] = np.maximum(self.licensed[rows], share)

    def warn(self, rows: Rows, announcement_effect: Scalar) -> None:
        """An announcement on some rows; the loudest counts (eq. 7.2)."""
        self.announcement_effect[rows] = np.maximum(self.announcement_effect[rows], announcement_effect)

    def block(self, rows: Rows, share: Scalar | Floats) -> None:
        """A share of the orders on some rows may not leave; the largest counts (eq. 7.3)."""
        self.restricted[rows] = np.maximum(self.restricted[rows], share)

    def trace(self, rows: Rows, share: Scalar | Floats) -> None:
        """A share of the goods of an origin may not be sold on by others over some rows (eq. 6.9)."""
        self.traced[rows] = 1 - (1 - self.traced[rows]) * (1 - share)

    def charge(self, rows: Rows, rate: Scalar | Floats, *, leaving: bool = False) -> None:
        """Goods on some rows are charged a share of their price, there or where they leave; tariffs add (eq. 7.14)."""
        self.tariff[rows] += rate
        if leaving:
            self.leaving[rows] += rate

    def reserve(self, rows: Rows, share: Scalar | Floats, nominated: Scalar | Floats) -> None:
        """A share of what an origin can send is promised over some rows, and part of it called; they add (eq. 6.4)."""
        self.reserved[rows] += share
        self.nominated[rows] += nominated

    def positions(self, arcs: Ints) -> Rows:
        """Rows of some arcs, ascending, among the controlled ones."""
        return rows_or_slice(np.searchsorted(self.arcs, arcs))


PROPOSALS = tuple(f.name for f in fields(Controls) if f.type == "Floats" and f.name != "proposed")


def controls_on(world: World, arcs: Ints, replicates: int) -> Controls:
    """Room for what controls propose on some arcs (K,), none of it proposed yet."""
    rows, proposed = np.arange(len(arcs)), np.zeros((len(PROPOSALS), len(arcs), replicates))
    origins, destinations = world.arcs.to_origin.shape[0], world.arcs.to_destination.shape[0]
    return Controls(
        arcs,
        Sum(world.arcs.origin[arcs], rows, 1.0, (origins, len(arcs))),
        Sum(world.arcs.destination[arcs], rows, 1.0, (destinations, len(arcs))),
        proposed,
        **dict(zip(PROPOSALS, proposed, strict=True)),
    )
