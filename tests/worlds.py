"""Small replicates in balance by construction: seeds tables for tests, from a few numbers in (0, 1).

Final uses are chosen; shares of origins give the flows; flows give what is made, and so on up to the mines. What a
joint product has too much of goes to other use. Nothing here comes from the engine.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import get_args

from sim.world.base_year import Routes
from sim.world.rows import (
    BaseYearRow,
    ChangeoverRow,
    CommodityRow,
    Confidence,
    DesignRow,
    ElementRow,
    EndUseRow,
    FacilityRow,
    Process,
    ProcessRow,
    RegionRow,
    RouteRow,
    SectorRow,
    Tables,
)

FACT: tuple[str, Confidence, str, str, str] = ("made up for a test", "assumption", "", "", "")

PROCESSES = tuple(
    ProcessRow(*FACT, process, process in ("magnet", "chemical"), process in ("mine", "separation"), "")
    for process in get_args(Process)
)
END_USES = tuple(
    EndUseRow(*FACT, name, spare, wait) for name, spare, wait in (("cars", 0.12, 26.0), ("tools", 0.3, 8.0))
)
DESIGNS = (  # to a good that the sector uses, to one that it did not use, to none
    DesignRow(*FACT, "leaner", "cars", "magnet.rich", "magnet.plain", 1.1, 0.0, 20.0, 0.6, 12.0, 0.6),
    DesignRow(*FACT, "richer", "tools", "magnet.plain", "magnet.rich", 0.8, 0.0, 15.0, 0.5, 8.0, 0.4),
    DesignRow(*FACT, "without", "tools", "magnet.plain", "", 0.0, 40.0, 40.0, 0.6, 30.0, 0.3),
    DesignRow(*FACT, "without", "optics", "oxide.Bb", "", 0.0, 100.0, 60.0, 0.5, 16.0, 0.5),
)
CHANGEOVERS = (ChangeoverRow(*FACT, "HO rich magnets", "HO plain magnets", 0.6, 5.0),)
ROUTES = Routes(home_sales=0.9, largest_weight=0.2, least_route=0.03, least_split=0.01)

CONTENT = {
    "concentrate.rock": {"Aa": 0.30, "Bb": 0.06},
    "concentrate.clay": {"Aa": 0.20, "Bb": 0.20},
    "oxide.Aa": {"Aa": 1.0},
    "oxide.Bb": {"Bb": 1.0},
    "magnet.plain": {"Aa": 0.36},
    "magnet.rich": {"Aa": 0.34, "Bb": 0.03},
}
RECIPES: dict[str, tuple[Process, dict[str, float], dict[str, float]]] = {  # inputs, outputs
    "rock mine": ("mine", {}, {"concentrate.rock": 1.0}),
    "clay mine": ("mine", {}, {"concentrate.clay": 1.0}),
    "rock separation": ("separation", {"concentrate.rock": 1.0}, {"oxide.Aa": 0.25, "oxide.Bb": 0.05}),
    "clay separation": ("separation", {"concentrate.clay": 1.0}, {"oxide.Aa": 0.17, "oxide.Bb": 0.18}),
    "plain magnets": ("magnet", {"oxide.Aa": 0.50}, {"magnet.plain": 1.0}),
    "rich magnets": ("magnet", {"oxide.Aa": 0.47, "oxide.Bb": 0.045}, {"magnet.rich": 1.0}),
}
PRICES = {
    "concentrate.rock": 4.0, "concentrate.clay": 15.0, "oxide.Aa": 50.0, "oxide.Bb": 250.0,
    "magnet.plain": 45.0, "magnet.rich": 60.0,
}  # fmt: skip
SECTORS = {"cars": ("magnet.rich", "magnet.plain"), "tools": ("magnet.plain",), "optics": ("oxide.Bb",)}
MARGINS = {"mine": 1.3, "separation": 1.1, "magnet": 1.08}


@dataclass
class _Draft:
    """A base year while it is being worked out; t/year."""

    flows: dict[tuple[str, str, str], float] = field(default_factory=dict)
    uses: dict[tuple[str, str, str], float] = field(default_factory=dict)
    need: dict[tuple[str, str], float] = field(default_factory=lambda: defaultdict(float))
    activity: dict[tuple[str, str], float] = field(default_factory=dict)
    other: dict[tuple[str, str], float] = field(default_factory=dict)


def small_tables(number: Callable[[], float], regions: tuple[str, ...] = ("HO", "AB"), growth: float = 0.0) -> Tables:
    """Tables of a small world; `number` gives one number in (0, 1) after another. The first region mines all clay."""
    draft = _Draft()
    for region in regions:
        for sector, inputs in SECTORS.items():
            for commodity in inputs:
                use = 500 * (0.2 + number())
                draft.uses[commodity, region, sector] = use
                draft.need[commodity, region] += use
    for names in (
        ("plain magnets", "rich magnets"),
        ("rock separation", "clay separation"),
        ("rock mine", "clay mine"),
    ):
        _work_up(draft, names, regions, number)
    return _tables(draft, regions, number, growth)


def _work_up(draft: _Draft, names: tuple[str, ...], regions: tuple[str, ...], number: Callable[[], float]) -> None:
    """From what is needed of a stage's goods to what its plants do and need in turn."""
    goods = sorted({c for name in names for c in RECIPES[name][2]})
    wanted: dict[tuple[str, str], float] = defaultdict(float)
    for commodity in goods:
        producers = regions[:1] if commodity == "concentrate.clay" else regions
        for region in regions:
            need = draft.need[commodity, region]
            weights = [0.2 + number() + (origin == regions[0]) for origin in producers]
            for origin, weight in zip(producers, weights, strict=True):
                flow = need * weight / sum(weights)
                draft.flows[commodity, origin, region] = flow
                wanted[commodity, origin] += flow
    for region in regions:
        _run(draft, names, region, wanted)


def _run(draft: _Draft, names: tuple[str, ...], region: str, wanted: dict[tuple[str, str], float]) -> None:
    """Let the plants of a region make what is wanted of it; what is too much goes to other use."""
    made: dict[str, float] = defaultdict(float)
    for name in names:
        _, inputs, outputs = RECIPES[name]
        if name.startswith("clay") and not any(wanted[c, region] for c in ("concentrate.clay",)) and "mine" in name:
            continue
        activity = max(wanted[c, region] / amount for c, amount in outputs.items()) / (2 if len(outputs) > 1 else 1)
        draft.activity[name, region] = activity
        for commodity, amount in inputs.items():
            draft.need[commodity, region] += activity * amount
        for commodity, amount in outputs.items():
            made[commodity] += activity * amount
    short = max([1.0, *(wanted[c, region] / total for c, total in made.items() if total)])
    for name in names:
        if (name, region) in draft.activity and short > 1:
            for commodity, amount in RECIPES[name][1].items():
                draft.need[commodity, region] += draft.activity[name, region] * amount * (short - 1)
            draft.activity[name, region] *= short
    for commodity, total in made.items():
        draft.other[commodity, region] = max(0.0, total * short - wanted[commodity, region])


def _tables(draft: _Draft, regions: tuple[str, ...], number: Callable[[], float], growth: float) -> Tables:
    facilities = tuple(
        FacilityRow(
            *FACT, f"{region} {name}", "", region, RECIPES[name][0], "operating", a, "t", "", "", a, float("nan")
        )
        for (name, region), a in draft.activity.items()
    )
    return Tables(
        processes=PROCESSES,
        end_uses=END_USES,
        designs=DESIGNS,
        changeovers=CHANGEOVERS,
        elements=tuple(ElementRow(*FACT, e, e, "light") for e in ("Aa", "Bb")),
        commodities=tuple(
            CommodityRow(
                *FACT,
                c,
                c.split(".")[0],
                c,
                "t",
                "85051110" if c.startswith("magnet") else c,
                3.7,
                4.0,
                c == "oxide.Bb",
            )
            for c in CONTENT
        ),
        regions=tuple(RegionRow(*FACT, r, r, r != regions[0]) for r in regions),
        routes=tuple(
            RouteRow(*FACT, o, d, 7.0 if o == d else 14.0 + round(30 * number()), 0.0 if o == d else 0.03)
            for o in regions
            for d in regions
        ),
        facilities=facilities,
        sectors=tuple(
            SectorRow(*FACT, s, r, 1e9 * (1 + number()), growth * number(), 7.5, 1.3) for s in SECTORS for r in regions
        ),
        parameters=(),
        base_year=tuple(_base_year(draft, regions)),
    )


def _base_year(draft: _Draft, regions: tuple[str, ...]) -> Iterator[BaseYearRow]:
    for commodity, contents in CONTENT.items():
        for element, share in contents.items():
            yield BaseYearRow("content", commodity, element, "", "", "", "", share, "1")
        for i, region in enumerate(regions):
            yield BaseYearRow("price", commodity, "", region, "", "", "", PRICES[commodity] * (1 + 0.2 * i), "USD/kg")
    for (commodity, origin, destination), flow in draft.flows.items():
        if flow > 0:
            yield BaseYearRow("flow", commodity, "", origin, destination, "", "", flow, "t/year")
    for (commodity, region, sector), use in draft.uses.items():
        yield BaseYearRow("use", commodity, "", region, "", sector, "", use, "t/year")
    for (commodity, region), other in draft.other.items():
        yield BaseYearRow("other_use", commodity, "", region, "", "", "", other, "t/year")
    for (name, region), activity in draft.activity.items():
        facility = f"{region} {name}"
        yield BaseYearRow("activity", "", "", "", "", "", facility, activity, "t/year")
        _, inputs, outputs = RECIPES[name]
        for commodity, amount in inputs.items():
            yield BaseYearRow("input", commodity, "", "", "", "", facility, amount, "t")
        for commodity, amount in outputs.items():
            yield BaseYearRow("output", commodity, "", "", "", "", facility, amount, "t")
