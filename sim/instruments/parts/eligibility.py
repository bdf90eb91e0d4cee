"""Who is meant: which goods a control covers, towards whom, and which arcs that makes."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np
from pydantic import Field

from sim.axes import Ints
from sim.files.quantities import Model, Names, Share, WorldNames
from sim.world.build import World


class Coverage(Model):
    """Goods that a control names: by elements and stages, or one by one."""

    elements: Names | None = Field(None, description="elements that it names")
    stages: Names | None = Field(None, description="stages at which goods are covered; none: every stage")
    commodities: Names | None = Field(None, description="goods covered by name, whatever they hold")
    share_above: Share = Field(0.001, description="least share of a covered good that the named elements make up")

    def check(self, names: WorldNames) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
        """Names that are not known, and a coverage that names nothing."""
        for field, known in (
            ("elements", names.elements),
            ("stages", names.stages),
            ("commodities", names.commodities),
        ):
            asked = getattr(self, field)
            if asked is not None:
                for found, right in asked.unknown(known, _singular(field)):
                    yield ((field,), found, right)
        if self.elements is None and self.commodities is None:
            yield ((), "names neither elements nor commodities", "Write `elements: [Dy, Tb]`, or `elements: all`.")

    def covered(self, world: World) -> frozenset[str]:
        """Commodities that are covered."""
        stages = sorted(set(world.stage.values()))
        stages = stages if self.stages is None else self.stages.among(stages)
        found = set() if self.commodities is None else set(self.commodities.among(world.commodities))
        if self.elements is not None:
            elements = self.elements.among(world.elements)
            found |= {
                c
                for c in world.commodities
                if world.stage[c] in stages and sum(world.content[c].get(e, 0.0) for e in elements) > self.share_above
            }
        return frozenset(found)

    def holds(self, world: World, commodity: str, elements: Names) -> bool:
        """Whether a covered good holds any of some elements above the share."""
        return sum(world.content[commodity].get(e, 0.0) for e in elements.among(world.elements)) > self.share_above


def _singular(word: str) -> str:
    return {"elements": "element", "stages": "stage", "commodities": "commodity"}[word]


def outward_arcs(world: World, by: str, goods: frozenset[str], towards: Names) -> Ints:
    """Arcs (K,) on which some goods leave a region towards some others; ascending."""
    to = towards.among(world.regions)
    return world.arcs.where(commodity=goods, origin=[by], destination=to, abroad=True)


def inward_arcs(world: World, by: str, goods: frozenset[str], origins: frozenset[str]) -> Ints:
    """Arcs (K,) on which some goods of some regions come into another; ascending."""
    return world.arcs.where(commodity=goods, origin=origins, destination=[by], abroad=True)


def arcs_between(world: World, one: str, others: Collection[str]) -> Ints:
    """Arcs (K,) on which goods go from a region to some others, or back; ascending."""
    there = world.arcs.where(origin=[one], destination=others, abroad=True)
    return np.union1d(there, world.arcs.where(origin=others, destination=[one], abroad=True))


def look_alike_arcs(world: World, covered: Ints) -> Ints:
    """Arcs of goods that are not covered but share origin, destination and customs code with some that are."""
    under = [(world.customs_code[c], o, d) for c, o, d in world.arcs.names]
    seen = {under[a] for a in covered}
    same = np.flatnonzero([code in seen for code in under])
    return np.setdiff1d(same, covered)
