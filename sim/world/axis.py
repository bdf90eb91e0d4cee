"""What the tables of a world have in common: rows of one axis, read-only."""

from __future__ import annotations

import numpy as np


class Axis:
    """Rows of one axis of a world: names and arrays that nobody writes to. Subclasses are frozen dataclasses."""

    names: tuple[object, ...]  # what stands in the rows

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self.names)

    def __post_init__(self) -> None:
        """Make all arrays read-only."""
        for value in vars(self).values():
            if isinstance(value, np.ndarray):
                value.flags.writeable = False
