"""What of trade is bound: under contract, or between affiliates; the rest is free to go to who pays most (eq. 6.2)."""

from __future__ import annotations

from typing import final

import numpy as np

from sim.axes import Floats
from sim.ensemble.parameters import Parameters
from sim.world.build import World


@final
class Bound:
    """Of trade over each arc, what is bound: contracts everywhere, within a region affiliates, too.

    Attributes
    ----------
    of_arcs : (A, 1) or (A, R) array, share of 1
    """

    def __init__(self, world: World, p: Parameters) -> None:
        held, arcs = np.atleast_2d(p["contract_share"]), world.arcs
        self.held, self.more = held, (1 - held) * np.atleast_2d(p["affiliated"])
        self.of_arcs: Floats = held + self.more * (arcs.abroad == 0)[:, None]
        self.home = np.flatnonzero(arcs.abroad == 0)
        self.places, self.size = arcs.destination[self.home], arcs.to_destination.shape[0]

    def at_destinations(self, share: Floats) -> Floats:
        """(D, R), share of 1: of what users buy, given the share of each arc, (A, R)."""
        bound = np.empty((self.size, share.shape[1]))
        bound[:] = self.held
        bound[self.places] += self.more * share[self.home]
        return bound
