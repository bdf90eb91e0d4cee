"""How far prices of one good are apart between places that may trade it, in every scenario that ships.

Run it from the project's root: ``python bench/one_price.py [REPLICATES] [SCENARIO …]``. For each scenario it
prints the goods whose median prices (ratio to base, duties taken off) differ by more than friction and 25 % for
more than eight weeks running: between whom, how long, and how far at most. Places of a region whose control
covers the good are left out.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from sim.axes import Floats
from sim.chunk import Chunk
from sim.ensemble.clock import Tick
from sim.market.trade import Quote
from sim.plan import Plan, load, make_plan

ROOT = Path(__file__).parents[1]
ALLOWED = np.log(1.25)
WEEKS = 8


class Gap(NamedTuple):
    """The longest gap of a good: days, between whom, and the largest ratio of their prices."""

    days: int
    good: str
    low: str
    high: str
    ratio: float


def gaps(plan: Plan, replicates: int) -> Iterator[Gap]:
    """The longest gap of each good that is longer than it may be."""
    world = plan.world
    controlled = {world.arcs.names[a][:2] for a in plan.arcs}
    prices, margin = run(plan, replicates)
    limit = ALLOWED + margin
    worst: dict[str, Gap] = {}
    for (n, a), (m, b) in combinations(enumerate(world.nodes.names), 2):
        if a[0] != b[0] or not world.is_traded(a[0]) or {a, b} & controlled:
            continue
        apart = prices[:, n] - prices[:, m]
        days = longest(np.abs(apart) > limit) * plan.horizon.tick
        if days > worst.get(a[0], Gap(WEEKS * 7, "", "", "", 0.0)).days:
            low, high = (a[1], b[1]) if apart[np.abs(apart).argmax()] < 0 else (b[1], a[1])
            worst[a[0]] = Gap(days, a[0], low, high, float(np.exp(np.abs(apart).max())))
    yield from sorted(worst.values(), reverse=True)


def run(plan: Plan, replicates: int) -> tuple[Floats, float]:
    """(T, N), ln: medians of prices without duties; and what trading houses take."""
    chunk = Chunk(plan.setup, range(replicates))
    market, controls = chunk.market, chunk.market.controls
    quote = market.kernels[Quote]
    seen: list[Floats] = []

    def settle(tick: Tick) -> None:
        market.settle(tick)
        price = market.state.price.copy()
        price[plan.world.nodes.destinations] -= quote.duty(controls.tariff, controls.leaving)
        seen.append(np.median(price, axis=1))

    chunk.clock.run(settle)
    return np.array(seen), float(np.mean(market.p["resale_margin"]))


def longest(flags: np.typing.NDArray[np.bool_]) -> int:
    """Most flags in a row."""
    most = row = 0
    for flag in flags.tolist():
        row = row + 1 if flag else 0
        most = max(most, row)
    return most


def main(arguments: list[str]) -> None:
    """Print the gaps of the scenarios."""
    replicates = next((int(a) for a in arguments if a.isdigit()), 16)
    files = sorted(path.stem for path in (ROOT / "scenarios").glob("*.yaml"))
    for name in [a for a in arguments if not a.isdigit()] or files:
        found = list(gaps(make_plan(load(name)), replicates))
        print(f"{name}: {'none' if not found else ''}", flush=True)
        for gap in found:
            print(f"  {gap.good:18} {gap.days // 7:4} weeks, {gap.low} below {gap.high}, at most × {gap.ratio:.2f}")


if __name__ == "__main__":
    main(sys.argv[1:])
