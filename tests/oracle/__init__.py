"""The oracle: one replicate of the model in plain Python and SimPy, read from docs/model.md alone."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from typing import Any

import simpy

from sim.world.rows import Tables
from tests.oracle.base import BaseYear
from tests.oracle.border import Border
from tests.oracle.calendar import Calendar
from tests.oracle.market import World
from tests.oracle.record import Series, all_series

Record = Mapping[str, Sequence[dict[Any, Any]]]


def run(
    tables: Tables,
    margins: dict[str, float],
    p: dict[str, float],
    days: int,
    tick: int,
    controls: Sequence[dict[str, Any]] = (),
    perturb: float = 1.0,
) -> Record:
    """Run one replicate for some days; of each recorded variable a list with one dict by name for each tick.

    Parameters
    ----------
    tables
        A balanced base year.
    margins
        Process to value of outputs ÷ all costs.
    p
        Parameters in internal units: tonnes, US dollars, days, shares.
    days, tick
        Length of the horizon and of a tick, days.
    controls
        Controls and shocks as plain data: names resolved, draws made, days from the start of the horizon.
    perturb
        What all stocks are multiplied with before the first tick.
    """
    base, calendar = BaseYear(tables, margins), Calendar(days, tick)
    border = Border(base, p, controls, calendar)
    world = World(base, p, border, calendar, perturb)
    record = all_series(base, border)
    env = simpy.Environment()
    for quota in border.quotas:
        env.process(quota.dates(env))
    env.run(until=env.process(_market(env, world, calendar, record)))
    return record


def _market(
    env: simpy.Environment, world: World, calendar: Calendar, record: dict[str, Series]
) -> Generator[simpy.Event, None, None]:
    """Settle each tick at its end and write down what it leaves."""
    for tick in calendar.ticks():
        yield env.timeout(tick.days)
        world.settle(tick)
        for series in record.values():
            series.write_down()
