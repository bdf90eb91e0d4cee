"""What is reported of a reserve: metrics, series and events."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import final

import numpy as np

from sim.axes import Floats, total
from sim.definitions.events import Happening, declare_event
from sim.definitions.items import Item
from sim.definitions.metrics import Metric, declare
from sim.definitions.variables import Variable, declare_variable
from sim.ensemble.gauges import Measured, Traced
from sim.ensemble.transitions import Transitions
from sim.finance.ledger import PUBLIC_COST, PUBLIC_PAID
from sim.finance.reserve_books import ReserveBooks
from sim.finance.reserve_posts import Post
from sim.instruments.reserves.billing import Billing
from sim.instruments.reserves.charter import Charter
from sim.instruments.reserves.inventory import Inventory
from sim.market.hooks import Moment
from sim.world.build import World

HELD = declare_variable(
    Variable("reserve_stock", "t", "level", ("commodity", "region", "instrument"), "what a reserve holds")
)
DECLARED = declare_event(
    Happening("disruption declared", "members may draw from here", "reserve", "who keeps it", "what is short")
)
OVER = declare_event(
    Happening(
        "disruption over", "members draw no more, and return in kind", "reserve", "who keeps it", "what was short"
    )
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
        reported=True,
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
    Metric("reserve_support", "USD", ("instrument",), "lower", "what the treasury gave so that cash stayed above zero")
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
        HELD.item(commodity=world.nodes.names[d][0], region=charter.by, instrument=charter.name)
        for d in charter.rows(world)
    ]


@final
class Reports:
    """What is reported of one reserve.

    Attributes
    ----------
    transitions : list of Transitions
        Disruptions that are declared, members who default, a treasury that has to step in.
    """

    def __init__(self, inventory: Inventory, billing: Billing, replicates: int) -> None:
        self.inventory, self.billing, self.name = inventory, billing, inventory.charter.name
        by, members = inventory.charter.by, inventory.members.names
        self.transitions = [
            Transitions(DECLARED, OVER, [(by, self.name, good) for good in inventory.goods], replicates),
            Transitions(DEFAULTED, None, [(by, f"{self.name}: {m}", "") for m in members], replicates),
            Transitions(STEPS_IN, None, [(by, self.name, "")], replicates),
        ]
        self.days = np.zeros(inventory.shape)  # with a declared disruption

    def follow(self, moment: Moment) -> None:
        """Tell what began or ended in a tick."""
        inventory, tick, given = self.inventory, moment.tick, self.inventory.books.balance(Post.SUPPORT)
        holds = (inventory.declared.holds, self.billing.leaves < tick.end, (given > 1)[None])
        self.days += tick.days * inventory.declared.holds
        for transitions, now in zip(self.transitions, holds, strict=True):
            transitions.follow(now, inventory.setting.clock.horizon.date(tick.end - 1))

    def measured(self) -> Iterator[Measured]:
        """Metrics of the reserve."""
        inventory, books = self.inventory, self.inventory.books
        rows: dict[Metric, Callable[[], Floats]] = {
            PURCHASED: lambda: inventory.purchased,
            DRAWN: lambda: inventory.drawn,
            END_STOCK: lambda: inventory.stock.tonnes,
            DECLARED_DAYS: lambda: self.days,
        }
        for metric, read in rows.items():
            for k, good in enumerate(inventory.goods):
                yield Measured(metric.item(instrument=self.name, commodity=good), partial(_row, read, k))
        yield Measured(PUBLIC_COST.item(instrument=self.name), self.billing.public_cost)
        yield Measured(PUBLIC_PAID.item(instrument=self.name), lambda: books.treasury.paid)
        yield Measured(NET_COST.item(instrument=self.name), self.billing.net_cost)
        yield Measured(LOAN_PEAK.item(instrument=self.name), lambda: books.loan_peak)
        for metric, posts in OF_BOOKS.items():
            yield Measured(metric.item(instrument=self.name), partial(_total, books, posts))

    def traced(self) -> Iterator[Traced]:
        """What it holds, as it stands."""
        inventory = self.inventory
        for k, item in enumerate(stocks(inventory.charter, inventory.setting.world)):
            yield Traced(item, partial(_row, lambda: inventory.stock.tonnes, k))


def _row(read: Callable[[], Floats], k: int) -> Floats:
    return read()[k]


def _total(books: ReserveBooks, posts: tuple[Post, ...]) -> Floats:
    return total(np.array([books.balance(post) for post in posts]))
