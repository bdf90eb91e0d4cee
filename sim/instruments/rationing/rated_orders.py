"""Orders of some sectors are filled before all others, as under the US Defense Production Act (eq. 7.20)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import ClassVar, Literal, final

import numpy as np
from pydantic import Field

from sim.axes import Ints, Sum, at_least, pick, share_of
from sim.definitions.metrics import Metric, declare
from sim.ensemble.gauges import Measured
from sim.files.quantities import Date, Names, UncertainShare, WorldNames
from sim.instruments.base import Instrument, Problem, Setting, amount
from sim.instruments.parts.schedule import check_end
from sim.instruments.parts.term import Term
from sim.market.hooks import Moment
from sim.world.build import World

DIVERTED = declare(
    Metric(
        "rated_deliveries",
        "t",
        ("instrument", "commodity"),
        "neither",
        "goods that rated orders took from others who would have had them",
        idle="those whose orders are rated never lacked what others got",
    )
)


@final
class RatedOrders(Instrument):
    """In a region, orders of some sectors for some goods come before those of all others."""

    zero: ClassVar[str] = "share: 0"
    nothing: ClassVar[tuple[str, str]] = (
        "none of the sectors shares any of the goods with others there",
        "See `monazite list sectors`.",
    )

    kind: Literal["rated_orders"]
    by: str = Field(description="region in which it counts")
    sectors: Names = Field(description="whose orders are rated, such as defence")
    commodities: Names = Field(Names(text="all"), description="goods that they order")
    share: UncertainShare = Field(1.0, description="share of their orders that is rated; 0 is no rule")
    since: Date = Field(description="first day on which it counts")
    until: Date | None = Field(None, description="first day on which it no longer counts; left out, it stays")

    def check(self, names: WorldNames) -> Iterator[Problem]:
        """Names that are not known, and an end before the start."""
        if self.by not in names.regions:
            yield (("by",), f"{self.by!r} is not a region", names.nearest(self.by, names.regions))
        for field, known, what in (
            ("sectors", names.sectors, "sector"),
            ("commodities", names.commodities, "commodity"),
        ):
            for found, right in getattr(self, field).unknown(known, what):
                yield ((field,), found, right)
        yield from check_end(self.since, self.until)

    @property
    def term(self) -> Term:
        """When it counts."""
        return Term(None, self.since, until=self.until)

    def is_zero(self) -> bool:
        """Whether no order is rated."""
        return amount(self.share) == 0

    def users(self, world: World) -> tuple[Ints, Ints]:
        """Users (U) whose orders are rated, and the others at their places; ascending."""
        goods, everybody = set(self.commodities.among(world.commodities)), world.users.names
        meant = set(self.sectors.among(sorted({sector for sector, _ in world.sectors.names})))
        here = [u for u, (c, g, _) in enumerate(everybody) if g == self.by and c in goods]
        rated = [u for u in here if everybody[u][2] in meant]
        places = {int(world.users.node[u]) for u in rated}
        others = [u for u in here if u not in set(rated) and int(world.users.node[u]) in places]
        return np.array(rated, np.intp), np.array(others, np.intp)

    def acts_on(self, world: World) -> bool:
        """Whether they share any of the goods with others."""
        rated, others = self.users(world)
        return bool(np.isin(world.users.node[rated], world.users.node[others]).any())

    def bind(self, setting: Setting) -> None:
        """Attach the priority to what is shared."""
        rule = _Priority(self, setting)
        setting.hooks.priority.append(rule.divert)
        setting.measured.extend(rule.measured())


@final
class _Priority:
    def __init__(self, schema: RatedOrders, setting: Setting) -> None:
        world, self.name = setting.world, schema.name
        self.rated, self.others = schema.users(world)
        self.calendar, self.share = (
            schema.term.calendar(schema, setting),
            schema.draw(setting, "share", schema.share, "1"),
        )
        places = np.unique(world.users.node[self.rated])
        self.goods = [world.nodes.used[d][0] for d in places]
        self.of_rated, self.of_others = (
            np.searchsorted(places, world.users.node[u]) for u in (self.rated, self.others)
        )
        self.to_rated, self.to_others = (
            Sum(rows, range(len(rows)), 1.0, (len(places), len(rows))) for rows in (self.of_rated, self.of_others)
        )
        self.taken = np.zeros((len(places), setting.replicates))

    def divert(self, moment: Moment) -> None:
        """What rated orders lack is taken from the others at the place, as far as they have it, pro rata (eq. 7.20)."""
        received, state, tick = moment.proposals.received, moment.state, moment.tick
        share = self.share * self.calendar.share(tick)
        ordered = np.minimum(state.user_orders[self.rated], state.expected_need[self.rated])  # none to fill a stock
        lack = at_least(ordered * (tick.days * share) - received[self.rated], 0)
        asked, there = self.to_rated(lack), self.to_others(received[self.others])
        given = np.minimum(asked, there)
        received[self.rated] += lack * pick(share_of(given, asked), self.of_rated)
        received[self.others] *= 1 - pick(share_of(given, there), self.of_others)
        self.taken += given

    def measured(self) -> Iterator[Measured]:
        """What was taken of each good."""
        for row, commodity in enumerate(self.goods):
            item = DIVERTED.item(instrument=self.name, commodity=commodity)
            yield Measured(item, partial(self.taken.__getitem__, row))
