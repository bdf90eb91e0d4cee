"""The rules of a reserve with what is uncertain of them drawn, once a replicate."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import final

import numpy as np

from sim.axes import TINY, Floats, Scalar
from sim.finance.capital import real_rate
from sim.finance.reserve_posts import Terms
from sim.instruments.base import Setting
from sim.instruments.reserves.charter import Charter
from sim.instruments.reserves.declared import Declared
from sim.units import DAYS_A_YEAR


@final
@dataclass(frozen=True)
class Rules:
    """What a reserve goes by; numbers or (R,)."""

    fill_time: Scalar  # days
    ceiling: Scalar  # ln of price over that when it begins to buy
    ordinary: Scalar  # share of cover
    replenish: Scalar  # days
    sells_above: Scalar  # ln of price over what is thought normal
    sellers: Scalar  # share of price
    buffers: Scalar  # share of cover
    licences: Scalar  # share of goods


def drawn_rules(charter: Charter, setting: Setting) -> Rules:
    """How it buys, lets draw and sells, and what others do about it."""
    draw, influence = partial(charter.draw, setting), charter.influence
    ceiling, sales = charter.fill.ceiling, charter.sales
    return Rules(
        fill_time=draw("fill.time", charter.fill.time, "days"),
        ceiling=np.inf if ceiling is None else np.log(draw("fill.ceiling", ceiling, "1")),
        ordinary=draw("drawdown.ordinary", charter.drawdown.ordinary, "1"),
        replenish=draw("drawdown.replenish", charter.drawdown.replenish, "days"),
        sells_above=np.inf if sales is None else np.log(draw("sales.above", sales.above, "1")),
        sellers=draw("influence.sellers", influence.sellers, "1"),
        buffers=draw("influence.buffers", influence.buffers, "1"),
        licences=draw("influence.licences", influence.licences, "1"),
    )


def drawn_declaration(charter: Charter, setting: Setting, shape: tuple[int, int]) -> Declared:
    """When a disruption of each good (K, R) is declared."""
    looks, draw = charter.drawdown.declared, partial(charter.draw, setting)
    return Declared(
        draw("drawdown.declared.restriction", looks.restriction, "1"),
        draw("drawdown.declared.price", looks.price, "1"),
        draw("drawdown.declared.after", looks.after, "days"),
        draw("drawdown.declared.over", looks.over, "days"),
        shape,
    )


def drawn_terms(charter: Charter, setting: Setting) -> Terms:
    """On what terms it is financed, in money of one year."""
    money, p, draw = charter.finance, setting.parameters, partial(charter.draw, setting)
    part = draw("part", charter.part, "1")
    budget = np.multiply(part, draw("budget", charter.budget, "USD"))
    return Terms(
        budget=budget,
        loan=np.multiply(part, draw("finance.loan", money.loan, "USD")),
        capital=budget if money.capital is None else np.multiply(part, draw("finance.capital", money.capital, "USD")),
        rate=real_rate(draw("finance.interest", money.interest, "1"), p["inflation"]),
        term=money.term / DAYS_A_YEAR,
        grace=money.grace / DAYS_A_YEAR,
        dividend=draw("finance.dividend", money.dividend, "1"),
        fee=draw("finance.fee", money.fee, "1"),
        late=draw("finance.late", money.late, "1"),
        storage=p["reserve_storage"],
        traders=p["reserve_traders"],
        is_public=money.owners == "public",
        charges=money.carrying,
    )


def drawn_defaults(charter: Charter, setting: Setting, names: tuple[str, ...]) -> Floats:
    """(M, R), day: on which each member defaults, after the first day of buying; mostly never (eq. 12.13)."""
    rate = charter.draw(setting, "members.defaults", charter.members.defaults, "/day")
    shape = (len(names), setting.replicates)
    if not np.any(rate) or not names:
        return np.full(shape, np.inf)
    first = setting.draws.occurrences(*(f"instruments.{charter.name}.default.{name}" for name in names))
    rows, replicates = np.indices(shape).reshape(2, -1)
    drawn = first(np.zeros(len(rows), np.intp), rows, replicates).reshape(shape)
    joined = max(setting.clock.horizon.day(charter.since), 0)
    return joined - np.log(drawn) / np.maximum(rate, TINY)
