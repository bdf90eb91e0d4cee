"""A stock that is held for a purpose: filled, drawn on, replenished, financed (docs/model.md, section 12)."""

from __future__ import annotations

from typing import ClassVar, Literal, final

from sim.definitions.items import Item
from sim.instruments.base import ANNOUNCED, Setting
from sim.instruments.reserves.charter import Charter
from sim.instruments.reserves.operator import Operator
from sim.instruments.reserves.reports import stocks
from sim.world.build import World


@final
class Reserve(Charter):
    """A stock that is held for a purpose, with members, rules and a balance sheet."""

    zero: ClassVar[str] = "budget: 0 USD"

    kind: Literal["reserve"]

    def series(self, world: World) -> list[Item]:
        """What it holds of each good."""
        return stocks(self, world)

    def bind(self, setting: Setting) -> None:
        """Attach the reserve to the market."""
        Operator(self, setting).attach()
        setting.log(self.announced or self.since, ANNOUNCED, self.name, self.kind)
