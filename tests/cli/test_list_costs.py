"""`monazite list costs`, as typed."""

from __future__ import annotations

from tests.cli.conftest import Monazite


def test_costs_are_listed_part_by_part(monazite: Monazite) -> None:
    answer = monazite("list", "costs")
    assert (answer.code, answer.err) == (0, "")
    header, _, _, *rows = answer.out.splitlines()
    assert header.split()[-2:] == ["today", "at"]
    (lamp,) = [row.split() for row in rows if row.split()[:2] == ["LAMP", "project"]]
    assert lamp[:4] == ["LAMP", "project", "MY", "separation"]
    *parts, today, full = map(float, lamp[4:])
    assert abs(sum(parts) - today) < 0.01
    assert full > today
