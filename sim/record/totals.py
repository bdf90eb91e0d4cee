"""Running sums over the horizon, and the metrics that are made of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sim.axes import TINY, Floats, Sum, at_least
from sim.definitions.items import ALL, Item
from sim.definitions.metrics import Metric, declare
from sim.record.fields import Field
from sim.record.selection import Focus, rows_of
from sim.units import DAYS_A_WEEK
from sim.world.build import World

LOST = declare(
    Metric("value_added_lost", "USD", ("region", "sector", "commodity"), "lower",
           "value added lost for good against the baseline, not made up by the end; with a commodity, for lack of it; "
           "below zero where cheaper inputs raise output", headline=True)
)  # fmt: skip
GROSS = declare(
    Metric("value_added_lost_gross", "USD", ("region", "sector", "commodity"), "lower",
           "the same with what is made up: `value_added_lost` + `value_added_made_up`")
)  # fmt: skip
MADE_UP = declare(
    Metric("value_added_made_up", "USD", ("region", "sector", "commodity"), "neither",
           "value added beyond demand that made up for stops")
)  # fmt: skip
STOPS = declare(
    Metric("line_stop_weeks", "weeks", ("region", "sector"), "lower",
           "weeks of full stops of all lines; sets weigh sectors by value added", headline=True)
)  # fmt: skip
UNMET = declare(
    Metric("unmet_demand", "t", ("commodity", "region"), "lower", "baseline need less use; what is saved counts")
)
EXPORTS = declare(
    Metric("exports", "t", ("commodity", "region", "partner"), "neither", "goods that left, without what leaks", True)
)
RESOLD = declare(
    Metric("resold", "t", ("commodity", "region", "partner"), "neither",
           "goods that trading houses bought in a region and sent on to a partner")
)  # fmt: skip
ALLIED_OUTPUT = declare(Metric("allied_output", "t", ("commodity", "region"), "higher", "output of allied regions"))
ALLIED_SHARE = declare(
    Metric(
        "allied_share", "1", ("commodity", "region"), "higher", "share of allied regions in the world's output", True
    )
)


@dataclass(frozen=True)
class Total:
    """A metric that adds up rows of a field over the horizon, item by item.

    Parameters
    ----------
    items : sequence of Item
    field : str
    sums : Sum
        (items, rows of the field).
    of : Sum, optional
        What it is a share of.
    per : float
        What it is divided by.
    """

    items: Sequence[Item]
    field: str
    sums: Sum
    of: Sum | None = None
    per: float = 1

    def values(self, running: Mapping[str, Floats]) -> Iterator[tuple[Item, Floats]]:
        """Each item with its value in each replicate, (R,), from the running sums of the fields."""
        total = running[self.field]
        values = self.sums(total) / (self.per if self.of is None else at_least(self.of(total), TINY))
        return zip(self.items, values, strict=True)


def totals(world: World, focus: Focus, items: Sequence[Item], fields: Mapping[str, Field]) -> tuple[Total, ...]:
    """The metrics that are sums over the horizon, for the items that their variables are kept for."""

    def of(
        metric: Metric, field: str, keep: Callable[[Item], bool], weights: Floats | None = None, per: float = 1
    ) -> Total:
        kept = [item for item in items if keep(item)]
        about = [metric.item(**{key: getattr(item, key) for key in metric.by}) for item in kept]
        return Total(about, field, rows_of(kept, fields[field].labels, weights), per=per)

    def is_loss(item: Item) -> bool:
        return item.name == LOST.name and not item.commodity

    def is_loss_for_lack(item: Item) -> bool:
        return item.name == LOST.name and bool(item.commodity)

    return (
        of(LOST, "value_added_lost", is_loss),
        of(GROSS, "value_added_lost_gross", is_loss),
        of(MADE_UP, "value_added_made_up", is_loss),
        of(LOST, "lost_by_input", is_loss_for_lack),
        of(GROSS, "gross_by_input", is_loss_for_lack),
        of(MADE_UP, "made_up_by_input", is_loss_for_lack),
        of(STOPS, "stops", is_loss, world.sectors.value_added[:, 0], DAYS_A_WEEK),
        of(UNMET, "unmet_demand", lambda item: item.name == UNMET.name),
        of(EXPORTS, "exports", lambda item: item.name == EXPORTS.name),
        of(RESOLD, "resold", lambda item: item.name == RESOLD.name),
        *_allied(world, focus, fields["output"]),
    )


def _allied(world: World, focus: Focus, output: Field) -> Iterator[Total]:
    """Output of each allied region and of all of them, in tonnes and as a share of the world's."""
    keys = [(c, g) for c in focus.covered for g in (*world.allied, ALL)]
    made = rows_of([Item("", c, "+".join(world.allied) if g == ALL else g) for c, g in keys], output.labels)
    everywhere = rows_of([Item("", c) for c, _ in keys], output.labels)
    yield Total([ALLIED_OUTPUT.item(commodity=c, region=g) for c, g in keys], "output", made)
    yield Total([ALLIED_SHARE.item(commodity=c, region=g) for c, g in keys], "output", made, of=everywhere)
