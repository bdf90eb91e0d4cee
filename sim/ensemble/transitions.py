"""What is reported as events: conditions that begin or end in some of the replicates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import final

import numpy as np

from sim.axes import Bools, Ints
from sim.definitions.events import Happening
from sim.definitions.items import Event


@final
class Transitions:
    """Counts the replicates in which a condition begins or ends; it holds nowhere at the start.

    Parameters
    ----------
    begins, ends : Happening
        What is reported; nothing of an end that says nothing.
    about : sequence of (region, subject, commodity)
        What each row is about.
    replicates : int
        How many replicates count: the first columns.
    """

    def __init__(
        self, begins: Happening, ends: Happening | None, about: Sequence[tuple[str, str, str]], replicates: int
    ) -> None:
        self.begins, self.ends, self.about = begins, ends, about
        self.held = np.zeros((len(about), replicates), bool)
        self.reported = Counter[Event]()

    def follow(self, holds: Bools, when: date) -> None:
        """Compare with what held before."""
        holds = holds[:, : self.held.shape[1]]
        differs = holds != self.held
        if differs.any():
            turned = np.flatnonzero(differs)
            rows, has_begun = turned // holds.shape[1], holds.ravel()[turned]
            self._count(self.begins, rows[has_begun], when)
            self._count(self.ends, rows[~has_begun], when)
            self.held = holds

    def _count(self, event: Happening | None, rows: Ints, when: date) -> None:
        if event is None:
            return
        counts = np.bincount(rows, minlength=len(self.about))
        for row in np.flatnonzero(counts).tolist():
            region, subject, commodity = self.about[row]
            self.reported[Event(when, event.name, subject, region, commodity)] += int(counts[row])
