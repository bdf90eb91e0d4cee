"""What the ticks of a run leave behind, by variable and name."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import Any

from tests.oracle.base import BaseYear
from tests.oracle.border import Border

RECORDED = {  # list of the base year: what is kept of its parts
    "nodes": ("price", "reference_price", "price_pressure", "netback", "set_up", "bought", "exposed"),
    "origins": (
        *(
            "producer_stock",
            "made",
            "other",
            "net",
            "expected_net",
            "expected_orders",
            "fill_rate",
            "resold_by_producers",
        ),
        *("expected_price", "contract_price", "long_price", "withheld"),
    ),
    "destinations": (
        "contract",
        "paid",
        "hoarding",
        "price_remembered",
        "orders",
        "all_orders",
        "landed",
        "by_air",
        "flown",
        "target_stock",
        "sold_to",
        "traded_goods",
        "resold_by_users",
        "resold_to",
    ),
    "arcs": (
        *("sought", "share", "orders_placed", "expected_trade", "shipped", "crossed", "leaked", "under_way"),
        *(
            "tariff",
            "expected_restriction",
            "announcement_effect",
            "licence_days",
            "restricted",
            "licensed",
            "traced",
            "doubted",
            "granted",
            "denied",
            "backlog",
        ),
    ),
    "users": (
        "stock",
        "received",
        "need",
        "expected_use",
        "scarcity",
        "without",
        "awaited",
        "made_up",
        "forgone",
        "depends",
        "fed",
    ),
    "designs": ("begun", "changed"),
    "changeovers": ("changed_over",),
    "thrifty": ("saving", "thrifting"),
    "facilities": ("activity", "capacity", "support"),
    "sectors": (
        *("baseline", "quantity", "cost", "intensity", "idle", "stopped", "production", "extra"),
        *("value_lost", "critical"),
    ),
    "elements": ("mined", "lost", "thrifted", "consumed", "gone"),
}

RESERVES = {  # what is kept of each good of a reserve, and its name there
    "reserve_stock": "stock",
    "reserve_purchased": "bought",
    "reserve_drawn": "let_go",
    "reserve_declared_days": "declared_days",
    "reserve_sold": "sold",
    "reserve_returned": "returned",
}


class Series(Sequence[dict[Any, Any]]):
    """A variable of some parts: for each tick a dict by name, put together when it is asked for."""

    def __init__(self, variable: str, parts: Sequence[Any]) -> None:
        self._parts, self._names, self._read = parts, [part.name for part in parts], attrgetter(variable)
        self._ticks: list[list[Any]] = []

    def write_down(self) -> None:
        """Keep what a tick leaves."""
        self._ticks.append(list(map(self._read, self._parts)))

    def __len__(self) -> int:
        return len(self._ticks)

    def __getitem__(self, tick: int) -> dict[Any, Any]:  # type: ignore[override]  # nobody asks for a slice
        return dict(zip(self._names, self._ticks[tick], strict=True))


def all_series(base: BaseYear, border: Border) -> dict[str, Series]:
    """Every variable, with nothing written down yet."""
    series = {
        variable: Series(variable, getattr(base, parts))
        for parts, variables in RECORDED.items()
        for variable in variables
    }
    return series | {
        "collected": Series("collected", border.tariffs),
        "public_cost": Series("cost", [*border.tariffs, *border.floors]),
        **{name: Series(variable, border.reserves.stores) for name, variable in RESERVES.items()},
    }
