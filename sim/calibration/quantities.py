"""What is calibrated: parameters of the model and factors on its tables, each with its prior."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np

from sim.axes import Floats
from sim.files.distributions import Distribution
from sim.files.shapes import Shape, Triangular
from sim.plan import wide_parameters
from sim.world.ranges import factors_of
from sim.world.seeds import Seeds


@final
@dataclass(frozen=True)
class Quantity:
    """A number that nobody knows, as it stands in ``draws.csv``, and what it is drawn from."""

    name: str
    prior: Shape  # of the number, or of its logarithm
    is_factor: bool

    def value(self, share: Floats) -> Floats:
        """The number of which so much of the prior lies below."""
        found = self.prior.inverse(share)
        return np.exp(found) if self.is_factor else found


def quantities_of(seeds: Seeds) -> tuple[Quantity, ...]:
    """All that every scenario draws of a world, in the order of the tables; what belongs to instruments is not here."""
    parameters = [
        Quantity(f"parameters.{name}", value.shape, is_factor=False)
        for name, value in {**seeds.parameters, **wide_parameters(seeds)}.items()
        if isinstance(value, Distribution)
    ]
    factors = [
        Quantity(one.name, Triangular(np.log(one.low), 0.0, np.log(one.high)), is_factor=True)
        for one in factors_of(seeds.tables)
    ]
    return (*parameters, *factors)


def names_of(quantities: Sequence[Quantity]) -> tuple[str, ...]:
    """Their names."""
    return tuple(one.name for one in quantities)
