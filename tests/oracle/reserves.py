"""For the tests: reserves of a scenario file, and what happens to what they hold; dated in ticks as `When` has it."""

from __future__ import annotations

from tests.oracle.compare import Case, Spec, When


def filling(at: When, case: Case) -> Spec:
    """A reserve that fills, some goods to the brim, from a day within a tick on."""
    return {
        "name": "filling", "kind": "reserve", "by": "AB", "since": at(2.5), "budget": "1000 bn USD",
        "holdings": [
            {"name": "magnets", "commodities": "magnet.*", "cover": {"uniform": {"low": "20 days", "high": "40 days"}}},
            {"name": "oxide", "commodities": "oxide.Bb", "tonnes": "3 t"},
            {"name": "more", "commodities": "magnet.rich", "tonnes": "0.5 t"},
        ],
        "members": {"sectors": "all", "share": {"uniform": {"low": 0.3, "high": 0.5}}},
        "fill": {"time": f"{30 * case.tick} days", "market_share": 1},
    }  # fmt: skip


def drawn(at: When, case: Case) -> Spec:
    """A reserve that has nearly all it wants; members draw a little, and all of their cover in a disruption."""
    declared = {
        "restriction": 0.2,
        "price": 1.8,
        "after": f"{1.5 * case.tick} days",
        "over": f"{4.5 * case.tick} days",
    }
    return {
        **filling(at, case), "name": "drawn", "since": at(-3.5), "held": 0.8,
        "fill": {"time": f"{80 * case.tick} days", "ceiling": "130 %", "market_share": 0.3},
        "drawdown": {
            "time": "10 days", "ordinary": {"uniform": {"low": 0.7, "high": 0.9}},
            "replenish": f"{6 * case.tick} days", "declared": declared,
        },
    }  # fmt: skip


def making_a_market(at: When, case: Case) -> Spec:
    """A reserve on which nobody may draw, that sells when prices are high and buys when they are not."""
    return {
        **filling(at, case), "name": "producer", "held": 0.5, "since": at(4),
        "fill": {"time": f"{20 * case.tick} days", "ceiling": 1.05}, "drawdown": {"declared": {"after": "10 years"}},
        "sales": {"above": 1.05, "time": f"{8 * case.tick} days"},
    }  # fmt: skip


def pulling(at: When, case: Case) -> Spec:
    """A reserve that others look at from a day on, within a tick, before it buys; it never gets all it wants."""
    return {
        **drawn(at, case), "name": "pulling", "announced": at(2.4), "since": at(6), "held": 0.4,
        "fill": {"time": f"{150 * case.tick} days", "market_share": 0.05, "pauses": False},
        "influence": {"sellers": 0.08, "buffers": 0.4, "licences": {"uniform": {"low": 0.2, "high": 0.4}}},
    }  # fmt: skip


def beside(at: When, case: Case) -> Spec:
    """Another at the same place, after it by name: larger, for other members and goods, with sales in bad times."""
    return {
        **pulling(at, case), "name": "shared", "announced": at(7), "since": at(9.5), "held": 0.6,
        "holdings": [{"name": "some", "commodities": ["magnet.*", "oxide.*"], "cover": "150 days"}],
        "members": {"sectors": ["cars", "optics"], "share": 0.7, "producers": False},
        "sales": {"above": 1.3, "time": f"{20 * case.tick} days"},
        "influence": {"sellers": "3 %", "buffers": 0.6, "licences": 0.5},
    }  # fmt: skip


def at_home(at: When, case: Case) -> Spec:
    """One of the region of the controls."""
    return {
        **pulling(at, case), "name": "home", "by": "HO", "held": 0,
        "holdings": [{"name": "all", "commodities": ["concentrate.*", "oxide.*", "magnet.*"], "cover": "30 days"}],
        "members": {"sectors": "cars"},
    }  # fmt: skip


def waiting(at: When, case: Case) -> Spec:
    """One that orders fast, until a disruption is declared: some of what is on its way then is refused."""
    return {
        **filling(at, case), "name": "waiting", "since": at(4), "fill": {"time": f"{3 * case.tick} days"},
        "drawdown": {"declared": {"after": f"{4 * case.tick} days"}},
        "holdings": [{"name": "little", "commodities": ["magnet.*", "oxide.Bb"], "cover": "4 days"}],
    }  # fmt: skip


def stop(at: When, case: Case) -> Spec:
    """Nearly nothing leaves HO for a while."""
    del case
    return {
        "name": "stop", "kind": "export_ban", "by": "HO",
        "covers": {"elements": "all", "stages": ["concentrate", "oxide", "magnet"]},
        "announced": at(10.5), "in_force": at(14.5), "until": at(26.5), "coverage": 0.9,
    }  # fmt: skip


def slow(at: When, case: Case) -> Spec:
    """A licence that holds up all goods and refuses half, on some days of a tick, and look-alikes at first."""
    return {
        "name": "slow", "kind": "export_licence", "by": "HO",
        "covers": {"elements": "Bb", "stages": ["oxide", "magnet"]},
        "announced": at(2), "in_force": at(3.4), "until": at(24.6), "coverage": 0.9,
        "processing": {"lognormal": {"median": f"{2 * case.tick} days", "p90": f"{6 * case.tick} days"}},
        "approval": {"default": 0.5, "rules": [{"name": "optics", "end_use": "optics", "share": 0.2}]},
        "general": {"share": 0.2, "since": at(12), "ramp": "30 days"},
        "look_alikes": {
            "share": 0.7, "hold": {"lognormal": {"median": "15 days", "p90": "40 days"}},
            "start": "0 days", "full": "10 days", "ease": "100 days", "end": "200 days",
        },
    }  # fmt: skip
