"""A coordinated release, by hand (docs/model.md, eq. 12.15)."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import pytest

from sim.axes import Floats
from sim.finance.reserve_posts import Post
from sim.instruments.base import KINDS
from sim.instruments.reserves.operator import Operator
from sim.instruments.reserves.release import reserves_of
from tests.driver import Spec, day, lost, measured
from tests.tiny import Case, ban, market

SEVEN, FORTNIGHT = 1 - math.exp(-1), 1 - math.exp(-1 / 2)
ABROAD = 1 - math.exp(-7 / 28)  # of what crosses the sea, what lands in a tick
CARS = {region: ("magnet.Ee", region, "cars") for region in ("HO", "AB")}


def reserve(region: str, tonnes: int, **fields: object) -> Spec:
    """One that is full, of magnets, for the cars of its region."""
    return {
        "name": f"of {region}", "kind": "reserve", "by": region, "since": day(0), "budget": "1 bn USD", "held": 1,
        "holdings": [{"name": "magnets", "commodities": "magnet.Ee", "tonnes": f"{tonnes} t"}],
        "members": {"sectors": "cars"}, **fields,
    }  # fmt: skip


def together(**fields: object) -> Spec:
    """All of them release together."""
    return {
        "name": "both", "kind": "coordinated_release", "reserves": "of HO+of AB", "since": day(0), "share": 0.5,
        **fields,
    }  # fmt: skip


class Opened(NamedTuple):
    """The tiny world with two reserves, and what they share."""

    case: Case
    home: Operator
    away: Operator
    release: Any


def opened(**fields: object) -> Opened:
    """100 t in HO, 20 t in AB, where cars lack 100 t and a disruption is declared; nobody lacks any in HO."""
    case = Case(reserve("HO", 100), reserve("AB", 20), together(**fields))
    away, home = reserves_of(case.built.setting)
    release = case.hooks.release[-1].__self__  # type: ignore[attr-defined]
    away.inventory.declared.holds[:] = True
    case.state.user_stock[case.user[CARS["AB"]]] = 448 - 100
    return Opened(case, home, away, release)


def first(rows: Floats) -> float:
    """Of the first good in the first world."""
    return float(rows[0, 0])


def test_worked_share() -> None:
    """AB lacks 39.3 t in a tick and has 12.6 t to give, for its own; HO offers half of 63.2 t, and all goes to AB."""
    world = opened()
    world.release.share_out(world.case.moment)
    offered = 50 * SEVEN
    assert first(world.release.moving[0]) == pytest.approx(min(offered, 100 * FORTNIGHT))
    assert first(world.home.inventory.stock.tonnes) == pytest.approx(100 - offered)
    assert first(world.away.inventory.stock.tonnes) == pytest.approx(20)
    assert world.home.inventory.books.balance(Post.CASH) == pytest.approx(
        offered * 40e3
    )  # at the price of HO, and at cost
    world.release.land(world.case.moment)
    assert first(world.case.state.received[[world.case.user[CARS["AB"]]]]) == pytest.approx(offered * ABROAD)


@pytest.mark.parametrize(("rule", "part"), [("need", 100 / 150), ("pro_rata", 8 / 12), ("contribution", 20 / 50)])
def test_worked_rules(rule: str, part: float) -> None:
    """Two of AB ask HO: for all cars and for half of them (8 and 4 t/day, 100 and 50 t lacking), of 20 and 30 t."""
    half = reserve("AB", 30, name="second", members={"sectors": "cars", "share": 0.5})
    case = Case(reserve("HO", 100), reserve("AB", 20), half, together(rule=rule, reserves="all"))
    for operator in reserves_of(case.built.setting):
        operator.inventory.declared.holds[:] = True
    case.state.user_stock[case.user[CARS["AB"]]] = 448 - 100
    release = case.hooks.release[-1].__self__  # type: ignore[attr-defined]
    release.share_out(case.moment)
    offered = 50 * SEVEN
    assert first(release.moving[0]) == pytest.approx(offered * part)
    assert first(release.moving[2]) == pytest.approx(offered * (1 - part))
    assert first(release.moving[1]) == 0


def test_what_is_on_its_way_is_not_asked_for_again() -> None:
    """95 t are coming, 100 t are lacking."""
    world = opened()
    world.release.moving[0][:] = 95
    world.away.inventory.coming[:] = 95
    world.release.share_out(world.case.moment)
    assert first(world.release.moving[0]) == pytest.approx(95 + 5 * FORTNIGHT)


def test_nobody_draws_on_his_own_reserve_this_way() -> None:
    """Alone, or with one that holds another good."""
    for goods in ("magnet.Ee", "oxide.Ee"):
        holding = [{"name": "goods", "commodities": goods, "tonnes": "90 t"}]
        other = reserve("HO", 1, name="other", holdings=holding, members={"sectors": "all"})
        case = Case(reserve("AB", 20), *([other] if goods == "oxide.Ee" else []), together(reserves="all"))
        operator, *_ = reserves_of(case.built.setting)
        operator.inventory.declared.holds[:] = True
        case.state.user_stock[case.user[CARS["AB"]]] = 0
        release = case.hooks.release[-1].__self__  # type: ignore[attr-defined]
        release.share_out(case.moment)
        assert not np.concatenate(release.moving).any()


def test_nothing_is_shared_while_nothing_is_declared_or_it_does_not_hold() -> None:
    """In ordinary times, and before its first day."""
    calm, early = opened(), opened(since=day(30))
    calm.away.inventory.declared.holds[:] = False
    for world in (calm, early):
        world.release.share_out(world.case.moment)
        assert not np.concatenate(world.release.moving).any()


def test_who_is_banned_gets_what_the_others_hold() -> None:
    """Magnets of HO may not leave it, but its reserve joins in: fewer lines stop in AB."""
    stopped = ban(covers={"commodities": "magnet.Ee"}, in_force=day(140), until=day(400))
    alone = market(stopped, reserve("HO", 400), reserve("AB", 100), days=500)
    shared = market(stopped, reserve("HO", 400), reserve("AB", 100), together(), days=500)
    assert lost(shared)[0] < lost(alone)[0]
    assert (measured(shared, "reserve_shared") > 100).all()


def test_it_names_reserves() -> None:
    """Of the scenario."""
    release = KINDS["coordinated_release"].model_validate(together())
    problems = list(release.check_others({"of HO": "reserve", "of AB": "export_ban"}))
    found = ["'of AB' is not a reserve of this scenario", "it takes two reserves to share"]
    assert [what for _, what, _ in problems] == found
