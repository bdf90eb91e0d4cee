"""What watches a chunk while it runs."""

from __future__ import annotations

from abc import ABC, abstractmethod

from sim.ensemble.clock import Tick

START = Tick(0, 0, 1, 1)  # a day like those of the base year


class Watcher(ABC):
    """Looks at a market: `start` once, then `before` and `after` each tick."""

    @abstractmethod
    def start(self) -> None:
        """Look at the market before the first tick."""

    def before(self, tick: Tick) -> None:
        """Look at it before a tick."""
        del tick

    @abstractmethod
    def after(self, tick: Tick) -> None:
        """Look at it after a tick."""
