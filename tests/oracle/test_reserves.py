"""Engine and oracle make the same of reserves: every variable of every tick, to 1e-9."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.oracle import Record
from tests.oracle.compare import REPLICATES, Case, Spec, When, both, day
from tests.oracle.engine import TOLERANCE, difference
from tests.oracle.reserves import at_home, beside, drawn, filling, making_a_market, pulling, slow, stop, waiting

Make = Callable[[When, Case], Spec]
ALL = pytest.mark.parametrize("case", REPLICATES.values(), ids=REPLICATES)


def compared(case: Case, *make: Make) -> Record:
    """Compare engine and oracle; what the oracle recorded."""
    engine, oracle = both(case, [one(case.at, case) for one in make])
    found = difference(engine, oracle)
    assert found.size <= TOLERANCE, found
    return oracle


def so_far(record: Record, variable: str, reserve: str) -> list[float]:
    """What a reserve has bought, drawn … of all goods by the end of each tick."""
    return [sum(x for (name, _), x in values.items() if name == reserve) for values in record[f"reserve_{variable}"]]


def total(record: Record, variable: str, reserve: str) -> float:
    """The same at the end."""
    return so_far(record, variable, reserve)[-1]


@ALL
def test_a_reserve_that_fills_is_the_same_in_engine_and_oracle(case: Case) -> None:
    """It buys, nobody draws, and some goods it has in full."""
    record = compared(case, filling)
    assert total(record, "purchased", "filling") > 1
    assert total(record, "drawn", "filling") == 0
    assert record["reserve_stock"][-1]["filling", "oxide.Bb"] == pytest.approx(3, rel=0.01)


@ALL
def test_draws_and_what_is_brought_back_are_the_same_in_engine_and_oracle(case: Case) -> None:
    """A licence and a ban: disruptions are declared and end, members draw, and bring most of it back."""
    record = compared(case, drawn, slow, stop)
    days = so_far(record, "declared_days", "drawn")
    assert 0 < days[-1] == days[-4]
    assert 0.5 * total(record, "drawn", "drawn") < total(record, "returned", "drawn")
    assert total(record, "purchased", "drawn") > 0


@ALL
def test_a_reserve_that_makes_a_market_is_the_same_in_engine_and_oracle(case: Case) -> None:
    """It buys before and after, and not while prices are high; then it sells."""
    record = compared(case, making_a_market, stop)
    bought, sold = (so_far(record, variable, "producer") for variable in ("purchased", "sold"))
    assert sold[-1] == total(record, "drawn", "producer") > 0
    assert any(a == b for a, b in itertools.pairwise(bought[10:]))
    assert bought[-1] > bought[10] > 0


@ALL
def test_two_reserves_at_one_place_are_the_same_in_engine_and_oracle(case: Case) -> None:
    """And a third where the controls are: others ask more, hold less of their own, and let less out."""
    record = compared(case, pulling, beside, at_home, slow, stop)
    for reserve in ("pulling", "shared"):
        assert min(total(record, what, reserve) for what in ("purchased", "drawn", "returned", "declared_days")) > 0
    assert total(record, "purchased", "home") > 1


@ALL
def test_orders_that_are_held_up_and_refused_are_the_same_in_engine_and_oracle(case: Case) -> None:
    """A licence with look-alikes: when the reserve has ordered all, what is refused is less than it has bought."""
    record = compared(case, waiting, slow)
    bought = so_far(record, "purchased", "waiting")
    assert bought[-1] > 0
    assert any(after < before - 1e-6 for before, after in itertools.pairwise(bought))
    held_up = [tick["magnet.plain", "HO", "AB"] for tick in record["backlog"]]
    assert max(held_up) > 0.1


DATES = st.floats(0, 40)  # in ticks; rounded to days: within a tick or on its border
SHARES = st.floats(0.01, 1)


@settings(max_examples=12, deadline=None, derandomize=True, phases=[Phase.generate])  # shrinking would take minutes
@given(
    case=st.sampled_from([*REPLICATES.values()]),
    starts=st.tuples(DATES, DATES, DATES),
    shares=st.tuples(SHARES, SHARES, SHARES, SHARES, SHARES),
    times=st.tuples(st.floats(1, 400), st.floats(0.5, 60), st.floats(0.5, 200), st.floats(1, 60), st.floats(1, 60)),
    marks=st.tuples(st.floats(0.9, 1.5), st.floats(0.9, 1.5), st.floats(1.01, 2)),
    flags=st.tuples(st.booleans(), st.booleans()),
)
def test_any_reserve_is_the_same_in_engine_and_oracle(
    case: Case,
    starts: tuple[float, float, float],
    shares: tuple[float, float, float, float, float],
    times: tuple[float, float, float, float, float],
    marks: tuple[float, float, float],
    flags: tuple[bool, bool],
) -> None:
    """When it begins and is known, how it fills, releases and sells, beside another, a licence and a ban."""
    since, known, banned = starts
    held, share, market_share, ordinary, expected_restriction = shares
    fill, draw, replenish, after, over = (f"{days} days" for days in times)
    ceiling, above, price = marks
    pauses, producers = flags
    given = {
        "since": case.at(since), "announced": case.at(min(known, since)), "held": held,
        "members": {"sectors": "all-tools", "share": share, "producers": producers},
        "fill": {"time": fill, "ceiling": ceiling, "market_share": market_share, "pauses": pauses},
        "drawdown": {
            "time": draw, "ordinary": ordinary, "replenish": replenish,
            "declared": {"restriction": expected_restriction, "price": price, "after": after, "over": over},
        },
        "sales": {"above": above, "time": draw},
        "influence": {"buffers": share, "licences": held},
    }  # fmt: skip
    until = max(day(round(banned * case.tick) + 1), case.at(banned + 12))
    ban = {"announced": day(0), "in_force": case.at(banned), "until": until}
    compared(
        case,
        lambda at, case: pulling(at, case) | given,
        beside,
        slow,
        lambda at, case: stop(at, case) | ban,
    )
