"""Who runs a reserve in a chunk of replicates: its parts, and the hooks at which they act (eq. 12.1 to 12.9)."""

from __future__ import annotations

from typing import final

from sim.ensemble.gauges import Kept
from sim.instruments.base import Setting
from sim.instruments.reserves.access import Access
from sim.instruments.reserves.billing import Billing
from sim.instruments.reserves.buying import Buying
from sim.instruments.reserves.charter import Charter
from sim.instruments.reserves.inventory import Inventory
from sim.instruments.reserves.reports import Reports


@final
class Operator:
    """A reserve in a chunk of replicates.

    Attributes
    ----------
    inventory : Inventory
    buying : Buying
    access : Access
    billing : Billing
    reports : Reports
    """

    def __init__(self, charter: Charter, setting: Setting) -> None:
        self.charter, self.setting = charter, setting
        self.inventory = Inventory(charter, setting)
        self.buying, self.access = Buying(self.inventory), Access(self.inventory)
        self.billing = Billing(self.inventory)
        self.reports = Reports(self.inventory, self.billing, setting.counted)

    def attach(self) -> None:
        """Attach it to the market, and let it be seen."""
        hooks, setting, inventory = self.setting.hooks, self.setting, self.inventory
        hooks.deliveries.append(self.buying.receive)
        hooks.release.append(self.access.release)
        hooks.announcements.append(self.access.calm)
        hooks.cover.append(self.access.spare)
        hooks.orders.append(self.buying.order)
        hooks.limits.append(self.buying.ration)
        hooks.customs.append(self.buying.count)
        hooks.prospects.extend([self.buying.look_ahead, self.access.supply])
        hooks.discounts.append(self.buying.ask_more)
        hooks.settled.extend([self.billing.close, self.reports.follow])
        setting.notices.reserves.append(self)
        setting.notices.transitions.extend(self.reports.transitions)
        setting.kept.append(Kept(tuple(inventory.goods), lambda: inventory.stock.tonnes))
        setting.measured.extend(self.reports.measured())
        setting.traced.extend(self.reports.traced())
