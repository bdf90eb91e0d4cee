"""What is told of a reserve: metrics, series and events."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, final

import numpy as np

from sim.axes import Floats, total
from sim.ensemble.clock import Tick
from sim.ensemble.events import Happening, declare_event
from sim.ensemble.items import Item
from sim.ensemble.metrics import Measured, Metric, declare
from sim.ensemble.recorder import Traced
from sim.ensemble.turns import Turns
from sim.finance.ledger import PUBLIC_COST, PUBLIC_PAID
from sim.finance.reserve_books import Post, ReserveBooks
from sim.instruments.parts.reserves.charter import Charter
from sim.world.build import World

if TYPE_CHECKING:
    from sim.instruments.parts.reserves.keeper import Keeper

DECLARED = declare_event(
    Happening("disruption declared", "members may draw from here", "reserve", "who keeps it", "what is short")
)
OVER = declare_event(
    Happening("disruption over", "members draw no more, and bring back", "reserve", "who keeps it", "what was short")
)
DEFAULTED = declare_event(
    Happening("member defaulted", "it pays no more, and brings nothing back", "reserve: member", "who keeps it")
)
STEPS_IN = declare_event(
    Happening("treasury steps in", "the reserve cannot pay its bills, and the treasury does", "reserve", "who keeps it")
)
PURCHASED = declare(
    Metric(
        "reserve_purchased", "t", ("instrument", "commodity"), "neither",
        "bought and sent to the reserve, less what a border sent back; what it held at the start is not in it",
        because="nothing was bought")
)  # fmt: skip
DRAWN = declare(
    Metric(
        "reserve_drawn",
        "t",
        ("instrument", "commodity"),
        "neither",
        "what left the reserve: draws, sales, releases",
        idle="nothing was drawn, sold or released",
    )
)
END_STOCK = declare(
    Metric("reserve_end_stock", "t", ("instrument", "commodity"), "neither", "what it holds at the end", over="end")
)
NET_COST = declare(
    Metric(
        "reserve_net_cost", "USD", ("instrument",), "lower",
        "put in by public and members − returned and in hand + what is owed − goods at base prices less a discount",
        told=True,
    )
)  # fmt: skip
LOAN_PEAK = declare(
    Metric("reserve_loan_peak", "USD", ("instrument",), "neither", "most that it owed at any time", over="end")
)
INTEREST = declare(Metric("reserve_interest", "USD", ("instrument",), "lower", "interest on its loan"))
STORAGE = declare(Metric("reserve_storage", "USD", ("instrument",), "lower", "storage and handling"))
FEES = declare(
    Metric("reserve_fees", "USD", ("instrument",), "neither", "what members paid upfront, and for goods that were late")
)
SUPPORT = declare(
    Metric(
        "reserve_support", "USD", ("instrument",), "lower", "what the treasury gave so that cash stayed above nought"
    )
)
DECLARED_DAYS = declare(
    Metric(
        "reserve_declared_days",
        "days",
        ("instrument", "commodity"),
        "neither",
        "days with a declared disruption",
        because="no disruption was declared",
    )
)


OF_BOOKS = {
    INTEREST: (Post.INTEREST,),
    STORAGE: (Post.STORAGE,),
    FEES: (Post.FEES, Post.LATE),
    SUPPORT: (Post.SUPPORT,),
}
"""Metrics that are accounts."""


def stocks(charter: Charter, world: World) -> list[Item]:
    """The series of what a reserve holds of each good."""
    return [
        Item("reserve_stock", world.nodes[d][0], charter.by, instrument=charter.name, unit="t")
        for d in charter.rows(world)
    ]


@final
class Reports:
    """What is told of one reserve.

    Attributes
    ----------
    turns : list of Turns
        Disruptions that are declared, members who default, a treasury that has to step in.
    """

    def __init__(self, keeper: Keeper, worlds: int) -> None:
        self.keeper, self.name = keeper, keeper.charter.name
        by, members = keeper.charter.by, keeper.members.names
        self.turns = [
            Turns(DECLARED, OVER, [(by, self.name, good) for good in keeper.goods], worlds),
            Turns(DEFAULTED, None, [(by, f"{self.name}: {m}", "") for m in members], worlds),
            Turns(STEPS_IN, None, [(by, self.name, "")], worlds),
        ]
        self.days = np.zeros(keeper.shape)  # with a declared disruption

    def follow(self, tick: Tick) -> None:
        """Tell what began or ended in a tick."""
        keeper, given = self.keeper, self.keeper.books.balance(Post.SUPPORT)
        holds = (keeper.declared.holds, keeper.leaves < tick.end, (given > 1)[None])
        self.days += tick.days * keeper.declared.holds
        for turns, now in zip(self.turns, holds, strict=True):
            turns.follow(now, keeper.setting.clock.horizon.date(tick.end - 1))

    def measured(self) -> Iterator[Measured]:
        """Metrics of the reserve."""
        keeper, books = self.keeper, self.keeper.books
        rows: dict[Metric, Callable[[], Floats]] = {
            PURCHASED: lambda: keeper.purchased,
            DRAWN: lambda: keeper.drawn,
            END_STOCK: lambda: keeper.store.stock,
            DECLARED_DAYS: lambda: self.days,
        }
        for metric, read in rows.items():
            for k, good in enumerate(keeper.goods):
                yield Measured(metric.item(instrument=self.name, commodity=good), partial(_row, read, k))
        yield Measured(PUBLIC_COST.item(instrument=self.name), keeper.public_cost)
        yield Measured(PUBLIC_PAID.item(instrument=self.name), lambda: books.treasury.paid)
        yield Measured(NET_COST.item(instrument=self.name), keeper.net_cost)
        yield Measured(LOAN_PEAK.item(instrument=self.name), lambda: books.loan_peak)
        for metric, posts in OF_BOOKS.items():
            yield Measured(metric.item(instrument=self.name), partial(_total, books, posts))

    def traced(self) -> Iterator[Traced]:
        """What it holds, as it stands."""
        for k, item in enumerate(stocks(self.keeper.charter, self.keeper.world)):
            yield Traced(item, partial(_row, lambda: self.keeper.store.stock, k))


def _row(read: Callable[[], Floats], k: int) -> Floats:
    return read()[k]


def _total(books: ReserveBooks, posts: tuple[Post, ...]) -> Floats:
    return total(np.array([books.balance(post) for post in posts]))
