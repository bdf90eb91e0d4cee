"""What projects make of one good, and what of it is promised to a region (docs/model.md, eq. 6.4 and 10.10)."""

from __future__ import annotations

from typing import final

import numpy as np

from sim.axes import TINY, Floats, Ints, Scalar, Sum, at_least, at_most
from sim.instruments.base import Setting
from sim.market.hooks import Moment
from sim.supply.settle import Supply
from sim.units import DAYS_A_YEAR
from sim.world.build import World


def producers(world: World, projects: Ints, commodity: str) -> list[str]:
    """Regions in which some projects, rows (J), make a good."""
    names = {world.projects.rows[j].project for j in projects.tolist()}
    made, nodes = world.facilities.output, world.nodes.made
    entries = zip(made.rows, made.columns, strict=True)
    makes = {world.facilities.names[f]: nodes[o][1] for o, f in entries if nodes[o][0] == commodity}
    return sorted(
        {makes[row.facility] for row in world.tables.expansions if row.project in names and row.facility in makes}
    )


@final
class Output:
    """What some projects, rows (K) of J, make of a good.

    Attributes
    ----------
    full : (J, 1) array, t/year
        At full output; zero for other projects.
    share : (J, 1) array, share of 1
        Of the revenue of a project at base prices, what the good brings.
    """

    def __init__(self, supply: Supply, rows: Ints, commodity: str) -> None:
        self.supply, folio, world = supply, supply.portfolio, supply.world
        origins = world.nodes.made
        goods = np.array([origins[o][0] == commodity for o in folio.sold], np.float64)[:, None]
        meant = np.isin(np.arange(len(folio.rows)), rows)[:, None]
        self.full = folio.output(goods) * meant
        everything = folio.revenue(np.ones_like(goods))
        self.share = folio.revenue(goods) * meant / at_least(everything, TINY)

    @property
    def now(self) -> Floats:
        """(J, R), t/day: what they made of it in the last tick."""
        return self.full * self.supply.now / DAYS_A_YEAR

    @property
    def made(self) -> Floats:
        """(J, R), t/day: the mean since contracts were paid last."""
        return self.full * self.supply.made / DAYS_A_YEAR


@final
class Promise:
    """A share of what some projects make of a good goes to a region first.

    Parameters
    ----------
    setting : Setting
    output : Output
    arcs : (K,) array
        All arcs on which the good leaves the projects' regions, home use included.
    to : str
        Region that it is promised to.
    """

    def __init__(self, setting: Setting, output: Output, arcs: Ints, to: str) -> None:
        world, self.output = setting.world, output
        towards = arcs[[world.arcs.names[a][2] == to for a in arcs]]
        self.rows, self.origins = setting.controls.positions(towards), world.arcs.origin[towards]
        regions = [row.region for row in output.supply.portfolio.rows]
        here = [[j for j, region in enumerate(regions) if region == world.arcs.names[a][1]] for a in towards]
        self.of = Sum.of(((k, j, 1.0) for k, rows in enumerate(here) for j in rows), (len(towards), len(regions)))

    def keep(self, moment: Moment, share: Scalar) -> None:
        """Reserve it: their part of what the origin made, times the share; what of it was asked for is called."""
        state, controls = moment.state, moment.controls
        made = at_least(state.made[self.origins], TINY)
        promised = at_most(self.of(self.output.now) / made, 1) * share
        asked = state.orders_placed[controls.arcs[self.rows]] / made
        controls.reserve(self.rows, promised, np.minimum(promised, asked))


def arcs_of(world: World, regions: list[str], commodity: str) -> Ints:
    """Arcs (K,) on which a good leaves the producers of some regions; ascending."""
    return world.arcs.where(commodity=[commodity], origin=regions)
