"""How the kernels of a tick get their arrays: by the names of their arguments.

A kernel is a class. It is built once, from what does not change (`Given`), and works out the indexes that it alone
needs. Called in a tick, its arguments are arrays of the state, of controls and of shocks: what stands before the star
it reads, what stands after it, it writes in place.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

from sim.axes import Floats
from sim.ensemble.clock import Tick
from sim.ensemble.parameters import Parameters
from sim.market.bound import Bound
from sim.market.controls import Controls
from sim.market.hooks import Hooks
from sim.market.under_way import UnderWay
from sim.world.build import World

Kernel: TypeAlias = Callable[..., None]


@dataclass(frozen=True, eq=False)
class Given:
    """What kernels are built from."""

    world: World
    p: Parameters
    bound: Bound
    controls: Controls  # for its arcs and sums; a kernel takes arrays by name
    hooks: Hooks  # to see whether anybody has attached a rule
    under_way: UnderWay
    days: int  # of a whole tick
    size: Floats | float  # (F, 1) capacity that a scenario gives a facility, over that of the base year


def bound(kernel: Kernel, arrays: Mapping[str, Floats]) -> Callable[[Tick], None]:
    """Give a kernel its arrays once; what comes of it takes the tick alone."""
    names = [name for name in _parameters(type(kernel)) if name != "tick"]
    filled = partial(kernel, **{name: arrays[name] for name in names})
    return filled if "tick" in _parameters(type(kernel)) else partial(_without_tick, filled)


def _without_tick(kernel: Kernel, _tick: Tick) -> None:
    kernel()


def _parameters(kind: type[Any]) -> Mapping[str, inspect.Parameter]:
    return dict(list(inspect.signature(kind.__call__).parameters.items())[1:])


def reads(kind: type[Any]) -> tuple[str, ...]:
    """Names of the arrays that a kernel reads and does not write."""
    taken = _parameters(kind).values()
    return tuple(one.name for one in taken if one.kind is not one.KEYWORD_ONLY and one.name != "tick")


def writes(kind: type[Any]) -> tuple[str, ...]:
    """Names of the arrays that a kernel writes."""
    return tuple(one.name for one in _parameters(kind).values() if one.kind is one.KEYWORD_ONLY)
