"""Grants for projects, by hand (docs/model.md, eq. 11.4 and 11.9)."""

from __future__ import annotations

import pytest

from tests import allies
from tests.allies import NO_OUTAGES
from tests.driver import Built, Spec, measured, run


def grant(**fields: object) -> Spec:
    """A quarter of the capital of the works."""
    return {
        "name": "grant", "kind": "grant", "by": "AB", "projects": "AB works", "since": "2025-01-01", "share": 0.25,
        **fields,
    }  # fmt: skip


def given(days: int, *specs: Spec) -> Built:
    """A run of so many days."""
    built = allies.market(*specs, days=days, **NO_OUTAGES)
    run(built)
    return built


def test_worked_number() -> None:
    """3 of 12 M USD, promised on day 196: 84 of 365 days of it are paid by day 280, all of it by day 561."""
    assert measured(given(280, grant()), "public_cost")[0] == pytest.approx(3e6 * 84 / 365)
    whole = given(616, grant())
    for what in ("money_promised", "public_paid", "public_cost", "public_cost_borne"):
        assert measured(whole, what)[0] == pytest.approx(3e6)


def test_a_budget_is_the_most_that_is_promised() -> None:
    """2 M USD for the works and the mine of FA, which are decided on one day: who comes first in the table has it."""
    both = grant(projects="AB works+FA mine", budget="2 million USD")
    assert measured(given(280, both), "money_promised")[0] == pytest.approx(2e6)
    enough = grant(projects="AB works+FA mine", budget="5 million USD")
    assert measured(given(280, enough), "money_promised")[0] == pytest.approx(5e6)


@pytest.mark.parametrize("dates", [{"since": "2025-07-17"}, {"until": "2025-07-16"}])
def test_it_is_promised_while_it_is_offered(dates: Spec) -> None:
    """Not on day 196, 16 July."""
    assert measured(given(280, grant(**dates)), "money_promised")[0] == 0
    assert measured(given(280, grant(since="2025-07-16", until="2025-07-17")), "money_promised")[0] == pytest.approx(
        3e6
    )


def test_two_grants_share_the_capital() -> None:
    """Three quarters and a half: the second, by name, gives what the first has left."""
    built = given(280, grant(name="a", share=0.75), grant(name="b", share=0.5))
    promised = {m.item.instrument: m.value()[0] for m in built.setting.measured if m.item.name == "money_promised"}
    assert promised == {"a": pytest.approx(9e6), "b": pytest.approx(3e6)}


def test_more_is_never_less() -> None:
    """Over five shares of the capital of works that do not pay: what is promised and decided never falls."""
    rows = allies.change(allies.ROWS, "AB works", unit_cost=22.0)
    promised = []
    for share in (0.01, 0.05, 0.1, 0.2, 0.5):
        built = allies.market(grant(share=share), made=allies.tables(rows), days=210, **NO_OUTAGES)
        run(built)
        promised.append(float(measured(built, "money_promised")[0]))
    assert promised == sorted(promised)
    assert promised[0] == 0 < promised[-1]
