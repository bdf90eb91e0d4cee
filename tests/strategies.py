"""Generators of valid worlds, small and in balance by construction, and every kind of instrument to put into them."""

from __future__ import annotations

from hypothesis import Phase, settings
from hypothesis import strategies as st

from sim.world.rows import Tables
from tests.driver import Spec, day
from tests.worlds import small_tables

FEW = settings(max_examples=5, deadline=None, derandomize=True, phases=[Phase.explicit, Phase.generate])
"""Each example runs a world for years: a few, the same ones each time, and not made smaller when one fails."""

REGIONS = (("HO", "AB"), ("HO", "AB", "CE"))


@st.composite
def replicates(draw: st.DrawFn, growth: float = 0.0) -> Tables:
    """Tables of a small world of two or three regions."""
    regions = draw(st.sampled_from(REGIONS))
    return small_tables(lambda: draw(st.floats(0.01, 0.99)), regions, growth)


def every_kind(
    *, coverage: float = 0.8, loss: float = 0.6, change: float = -0.3, rate: float = 0.3, volume: str = "300 t/year"
) -> list[Spec]:
    """One instrument of each kind, all at work within the first year; some end within the second."""
    oxides, magnets = {"elements": "all", "stages": "oxide"}, {"elements": "Bb", "stages": "magnet"}
    held = {"share": 0.7, "hold": {"lognormal": {"median": "20 days", "p90": "45 days"}}}
    rules = [{"name": "optics", "end_use": "optics", "share": 0.1}, {"name": "place", "towards": "AB", "share": 0.4}]
    return [
        {
            "name": "licence", "kind": "export_licence", "by": "HO", "covers": {"elements": "Bb"}, "coverage": coverage,
            "in_force": day(94), "until": day(500), "approval": {"default": 0.6, "rules": rules}, "look_alikes": held,
            "processing": {"lognormal": {"median": "45 days", "p90": "100 days"}}, "reviewers": {},
            "general": {"share": 0.3, "since": day(200)},
        },
        {
            "name": "quota", "kind": "export_quota", "by": "HO", "covers": oxides, "coverage": coverage,
            "in_force": day(60), "volume": volume,
        },
        {
            "name": "ban", "kind": "export_ban", "by": "AB", "covers": magnets, "coverage": coverage,
            "announced": day(70), "in_force": day(130), "until": day(400),
        },
        {
            "name": "leakage", "kind": "leakage", "by": "HO", "covers": oxides, "in_force": day(0), "rate": rate,
            "enforcement": 0.2,
        },
        {
            "name": "accident", "kind": "supply_shock", "processes": "mine", "regions": "HO", "loss": loss,
            "start": day(250), "lasts": "90 days",
        },
        {
            "name": "slump", "kind": "demand_shock", "sectors": "cars", "change": change, "start": day(300),
            "lasts": "200 days",
        },
        {
            "name": "rated", "kind": "rated_orders", "by": "AB", "sectors": "tools", "share": coverage,
            "since": day(90), "until": day(450),
        },
        {
            "name": "tariff", "kind": "import_tariff", "by": "AB", "on": "HO", "covers": oxides, "in_force": day(45),
            "rate": rate, "changes": [{"name": "war", "since": day(90), "rate": 4 * rate}],
        },
        {
            "name": "levy", "kind": "export_tariff", "by": "HO", "covers": magnets, "in_force": day(120),
            "until": day(480), "rate": rate,
        },
        {
            "name": "war", "kind": "tariff_regime", "by": "HO", "against": "AB", "hazard": f"{rate / 10}/day",
            "retaliation": "40 days", "negotiation": {"uniform": {"low": "20 days", "high": "60 days"}},
            "truce": "80 days", "relief": 0.5,
        },
        {
            "name": "answer", "kind": "export_licence", "by": "HO", "covers": oxides, "coverage": coverage,
            "follows": "war", "processing": "20 days", "approval": {"default": 0.5},
        },
        {
            "name": "review", "kind": "treaty_review", "review": day(220), "by": "AB", "on": "HO", "covers": oxides,
            "chance": rate, "outcomes": [{"name": "end", "share": 1, "rate": 0.25, "risk_premium": 0.02}],
        },
        {
            "name": "mines", "kind": "production_quota", "by": "HO", "processes": "mine", "enforced": coverage,
            "level": 0.9, "in_force": day(150), "changes": [
                {"name": "dumping", "since": day(330), "level": 1.3, "push": 0.5, "discount": 0.2},
            ],
        },
        *reserves(),
    ]  # fmt: skip


def reserves() -> list[Spec]:
    """Two reserves that do all that reserves can, and release together."""
    declared = {"restriction": 0.2, "price": 1.3, "after": "14 days", "over": "28 days"}
    rules = {
        "budget": "1 bn USD", "fill": {"time": "200 days", "ceiling": 1.5, "market_share": 0.2},
        "drawdown": {"ordinary": 0.95, "replenish": "90 days", "declared": declared}, "sales": {"above": 1.2},
        "influence": {"sellers": 0.1, "buffers": 0.2, "licences": 0.3},
    }  # fmt: skip
    private = {
        "loan": "800 million USD", "capital": "200 million USD", "interest": 0.05, "grace": "200 days",
        "owners": "private", "dividend": 0.1, "fee": 0.02, "late": 0.1, "carrying": True,
    }  # fmt: skip
    members = {"sectors": "all", "share": 0.5, "defaults": "0.3/year"}
    goods = [{"name": "some", "commodities": ["oxide.Bb", "magnet.rich"], "cover": "60 days"}]
    return [
        {
            "name": "store", "kind": "reserve", "by": "AB", "since": day(30), "holdings": goods, "members": members,
            "finance": private, **rules,
        },
        {
            "name": "hoard", "kind": "reserve", "by": "HO", "announced": day(0), "since": day(70), "holdings": goods,
            "members": {"sectors": "cars+optics"}, "held": 0.5, **rules,
        },
        {"name": "both", "kind": "coordinated_release", "reserves": "store+hoard", "share": 0.5, "since": day(100)},
    ]  # fmt: skip
