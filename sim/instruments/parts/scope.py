"""Who is meant: which goods, arcs, plants and projects a measure is about, whatever it does to them.

A measure holds its scope; what happens within it is its own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np
from pydantic import Field

from sim.axes import Ints
from sim.files.quantities import Model, Names, Share, WorldNames
from sim.instruments.base import Problem
from sim.world.base_year import ASSEMBLED
from sim.world.build import World


class Coverage(Model):
    """Goods that a control names: by elements and stages, or one by one."""

    elements: Names | None = Field(None, description="elements that it names")
    stages: Names | None = Field(
        None, description="stages at which goods are covered; none: every stage but component, which has to be named"
    )
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
        stages = [s for s in stages if s not in ASSEMBLED] if self.stages is None else self.stages.among(stages)
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


@dataclass(frozen=True)
class Exports:
    """Covered goods that leave a region towards some others."""

    by: str
    covers: Coverage
    towards: Names

    def check(self, names: WorldNames) -> Iterator[Problem]:
        """Names that are not known."""
        if self.by not in names.regions:
            yield (("by",), f"{self.by!r} is not a region", names.nearest(self.by, names.regions))
        for found, right in self.towards.unknown(names.regions, "region"):
            yield (("towards",), found, right)
        for path, found, right in self.covers.check(names):
            yield (("covers", *path), found, right)

    def arcs(self, world: World) -> Ints:
        """Arcs (K,), ascending."""
        return outward_arcs(world, self.by, self.covers.covered(world), self.towards)

    def is_traded(self, world: World) -> bool:
        """Whether such trade exists in the base year, or projects would begin it."""
        return bool((world.arcs.weight[self.arcs(world)] > 0).any())


@dataclass(frozen=True)
class Projects:
    """Projects by name, narrowed by the regions they stand in and what they do."""

    projects: Names
    regions: Names
    processes: Names

    def check(self, names: WorldNames) -> Iterator[Problem]:
        """Names that are not known."""
        for field, known, what in (
            ("projects", names.projects, "project"),
            ("regions", names.regions, "region"),
            ("processes", names.processes, "process"),
        ):
            for found, right in getattr(self, field).unknown(known, what):
                yield ((field,), found, right)

    def rows(self, world: World) -> Ints:
        """Rows (J), ascending."""
        known = world.projects
        return known.where(
            name=self.projects.among(known.names),
            region=self.regions.among(world.regions),
            process=self.processes.among(sorted({row.process for row in known.rows})),
        )


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
