"""Engine and oracle make the same of every kind of control: every variable of every tick, to 1e-9."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from sim.instruments.base import KINDS
from tests.oracle.compare import REPLICATES, THREE, Case, Spec, When, compared, day, peak
from tests.oracle.reserves import at_home, beside, drawn, pulling, stop

# -------------------------------------------------------------------------------- every kind, dated in ticks
# `at` turns a number of ticks into a date; 10.5 ticks are a day within a tick, 10 ticks its border.


def licence(at: When, case: Case) -> Spec:
    """A licence with everything it can have."""
    del case
    return {
        "name": "licence", "kind": "export_licence", "by": "HO",
        "covers": {"elements": "Bb", "stages": ["oxide", "magnet"]},
        "announced": at(3.5), "in_force": at(5.5), "until": at(42.5), "coverage": 0.9,
        "re_export": {"forbidden": True, "enforcement": 0.6},
        "processing": {"lognormal": {"median": {"uniform": {"low": "8 days", "high": "16 days"}}, "p90": "40 days"}},
        "reviewers": {"start": 0.1, "final": 0.8, "time": "40 days"},
        "stockpiling": 0.25,
        "approval": {"default": 0.6, "rules": [
            {"name": "optics", "end_use": "optics", "share": 0},
            {"name": "cars later", "end_use": "cars", "towards": "AB", "since": at(25.5), "share": 0.9},
            {"name": "element", "elements": "Aa", "share": 0.5},
            {"name": "place", "towards": "AB", "share": 0.4},
            {"name": "thaw", "towards": "AB", "since": at(15), "until": at(20.5), "share": 0.7},
            {"name": "traders", "buyers": "traders", "stages": "oxide", "until": at(30.5), "share": 0.1},
            {"name": "magnets", "commodities": "magnet.rich", "share": 0.65},
        ], "traders": [{"name": "all", "share": 0.2}, {"name": "oxide", "stages": "oxide", "share": 0.7}]},
        "general": {"share": 0.3, "since": at(20), "ramp": "30 days"},
        "look_alikes": {"share": 0.5, "hold": {"lognormal": {"median": "12 days", "p90": "30 days"}}},
    }  # fmt: skip


def second_licence(at: When, case: Case) -> Spec:
    """A licence on some of the same arcs and on look-alikes of the first, after it by name; all files take ten days."""
    del case
    return {
        "name": "second", "kind": "export_licence", "by": "HO", "covers": {"elements": "all", "stages": "magnet"},
        "towards": "AB", "in_force": at(25), "until": at(45), "processing": "10 days",
        "approval": {"default": 0.8, "rules": [{"name": "tools", "end_use": "all-cars", "share": 0.3}]},
    }  # fmt: skip


def open_licence(at: When, case: Case) -> Spec:
    """A licence on ores that stays, so that files wait at the end."""
    covers = {"elements": "all", "stages": "concentrate"}
    return {**second_licence(at, case), "name": "third", "covers": covers, "until": None}


def quota(at: When, case: Case) -> Spec:
    """A quota that comes into force within a batch; another of its year opens, with long ticks one of the next year."""
    del case
    batches = [{"month": 3, "share": 0.4}, {"month": 9, "share": 0.6}]
    return {
        "name": "quota", "kind": "export_quota", "by": "HO",
        "covers": {"elements": "all", "stages": ["oxide", "magnet"]},
        "announced": at(6), "in_force": at(9.5), "until": at(45.5), "coverage": 0.8,
        "volume": "160 t/year", "batches": batches, "re_export": {"forbidden": True},
    }  # fmt: skip


def ban(at: When, case: Case) -> Spec:
    """A partial ban, for an uncertain time."""
    lasts = {"uniform": {"low": f"{9 * case.tick} days", "high": f"{12.3 * case.tick} days"}}
    return {
        "name": "ban", "kind": "export_ban", "by": "AB", "covers": {"elements": "all", "stages": "magnet"},
        "towards": "HO", "announced": at(8.5), "in_force": at(12), "lasts": lasts, "coverage": 0.7,
        "re_export": {"forbidden": True, "enforcement": {"uniform": {"low": 0.7, "high": 0.9}}},
    }  # fmt: skip


def rocks(at: When, case: Case) -> Spec:
    """A ban on ores of the region of the other controls, so that restricted trade leaks from the start."""
    del case
    covers = {"commodities": ["concentrate.rock", "oxide.Aa"]}
    return {"name": "rocks", "kind": "export_ban", "by": "HO", "covers": covers, "in_force": at(4.5), "coverage": 0.4}


def leak(at: When, case: Case) -> Spec:
    """What goes round."""
    del case
    return {
        "name": "leak", "kind": "leakage", "by": "HO", "covers": {"elements": "all"}, "in_force": at(5.5), "rate": 0.6,
        "enforcement": 0.3,
    }  # fmt: skip


def leak_of_oxide(at: When, case: Case) -> Spec:
    """What goes round besides, from the same producers, for a time."""
    return {
        **leak(at, case),
        "name": "smuggled",
        "covers": {"commodities": "oxide.*"},
        "in_force": at(14),
        "until": at(30.5),
    }


def strike(at: When, case: Case) -> Spec:
    """Mines at home stand still in part."""
    return {
        "name": "strike", "kind": "supply_shock", "processes": "mine", "regions": "HO", "start": at(16.5),
        "lasts": f"{10 * case.tick} days", "loss": 0.5,
    }  # fmt: skip


def fire(at: When, case: Case) -> Spec:
    """One of them burns besides."""
    return {
        "name": "fire", "kind": "supply_shock", "facilities": ["HO rock mine"], "start": at(20),
        "lasts": f"{case.tick} days", "loss": 1,
    }  # fmt: skip


def boom(at: When, case: Case) -> Spec:
    """Tools are asked for."""
    return {
        "name": "boom", "kind": "demand_shock", "sectors": "tools", "start": at(10.5),
        "lasts": f"{14 * case.tick} days", "change": 0.3,
    }  # fmt: skip


def slump(at: When, case: Case) -> Spec:
    """Nobody buys cars in AB."""
    return {**boom(at, case), "name": "slump", "sectors": "cars", "regions": "AB", "start": at(12), "change": -0.4}


def import_tariff(at: When, case: Case) -> Spec:
    """What AB charges on goods of others, but for CD: other rates later, and an end."""
    del case
    return {
        "name": "tariff", "kind": "import_tariff", "by": "AB", "on": "all", "exempt": "CD",
        "covers": {"elements": "all", "stages": ["oxide", "magnet"]}, "in_force": at(3.5), "until": at(44.5),
        "rate": 0.25, "changes": [
            {"name": "war", "since": at(9), "rate": {"uniform": {"low": 1.2, "high": 1.7}}},
            {"name": "truce", "since": at(18.4), "rate": "30 %"},
        ],
    }  # fmt: skip


def second_tariff(at: When, case: Case) -> Spec:
    """Another on some of the same goods, for good."""
    del case
    return {
        "name": "another", "kind": "import_tariff", "by": "AB", "on": "HO", "covers": {"commodities": "magnet.*"},
        "in_force": at(12.5), "rate": 0.1,
    }  # fmt: skip


def export_tariff(at: When, case: Case) -> Spec:
    """What HO charges on what leaves it."""
    del case
    return {
        "name": "levy", "kind": "export_tariff", "by": "HO", "covers": {"elements": "Bb"}, "in_force": at(20.3),
        "rate": 0.15,
    }  # fmt: skip


def regime(at: When, case: Case) -> Spec:
    """HO answers the tariffs of AB: the higher ones soon; talks and truces end within the horizon."""
    del at
    return {
        "name": "war", "kind": "tariff_regime", "by": "HO", "against": "AB", "hazard": "0.02/day", "reference": 0.5,
        "elasticity": 2, "retaliation": {"uniform": {"low": f"{2 * case.tick} days", "high": f"{5 * case.tick} days"}},
        "negotiation": f"{2.5 * case.tick} days", "truce": f"{6 * case.tick} days", "relief": 0.4,
    }  # fmt: skip


def soft_regime(at: When, case: Case) -> Spec:
    """Another, whose measures are lifted when talks begin."""
    return {**regime(at, case), "name": "spat", "lifted": "negotiation", "hazard": "0.05/day", "relief": 0.6}


def answer(at: When, case: Case) -> Spec:
    """A licence that comes with the regime and goes with it, again and again."""
    dated = licence(at, case) | {"name": "answer", "follows": "war"}
    return {key: value for key, value in dated.items() if key not in {"announced", "in_force", "until"}}


def ban_in_answer(at: When, case: Case) -> Spec:
    """A ban on ores, and what leaks of it, that come and go with the other regime."""
    del at, case
    covers = {"elements": "all", "stages": "concentrate"}
    return {"name": "no ores", "kind": "export_ban", "by": "HO", "covers": covers, "follows": "spat", "coverage": 0.5}


def leak_in_answer(at: When, case: Case) -> Spec:
    """What goes round it."""
    del at, case
    return {
        "name": "round", "kind": "leakage", "by": "HO", "covers": {"elements": "all"}, "follows": "spat", "rate": 0.6,
    }  # fmt: skip


def review(at: When, case: Case) -> Spec:
    """A treaty that is not extended where luck is in the middle."""
    return {
        "name": "review", "kind": "treaty_review", "review": at(8.4), "by": "AB", "on": "HO", "chance": 0.9,
        "covers": {"elements": "all", "stages": "magnet"}, "outcomes": [
            {"name": "talks", "share": 0.4, "rate": 0.05},
            {"name": "end", "share": 0.6, "rate": 0.3, "after": f"{6 * case.tick} days", "risk_premium": "3 %"},
        ],
    }  # fmt: skip


def mining_quota(at: When, case: Case) -> Spec:
    """Mines of HO make less than they would, then are made to fill a larger quota at lower prices, within a tick."""
    del case
    return {
        "name": "mines", "kind": "production_quota", "by": "HO", "processes": "mine", "level": 0.8, "enforced": 0.9,
        "in_force": at(4.5), "until": at(40.5), "changes": [
            {"name": "dumping", "since": at(20.4), "level": 1.3, "push": 0.5, "discount": 0.2},
            {"name": "more", "since": at(30), "volume": "2000 t/year"},
        ],
    }  # fmt: skip


def separation_quota(at: When, case: Case) -> Spec:
    """Only one element is counted in what its separation plants make; prices are cut from the start."""
    del case
    return {
        "name": "plants", "kind": "production_quota", "by": "HO", "processes": "separation", "elements": "Bb",
        "level": 1.05, "push": 1, "discount": {"uniform": {"low": 0.05, "high": 0.15}}, "in_force": at(6),
    }  # fmt: skip


def floor(at: When, case: Case) -> Spec:
    """A floor above the price of what a mine of AB makes, for a time."""
    assert "AB rock mine" in case.projects
    return {
        "name": "floor", "kind": "price_floor", "by": "AB", "projects": "AB rock mine", "commodity": "concentrate.rock",
        "basis": "HO", "since": at(2.5), "until": at(44.5), "output": 0.6,
        "floor": {"uniform": {"low": "5 USD/kg", "high": "7 USD/kg"}},
    }  # fmt: skip


def second_floor(at: When, case: Case) -> Spec:
    """Another for all its projects that make it, for good: it shares in high prices, with value added tax."""
    return {
        **floor(at, case), "name": "sharing", "projects": "all", "since": at(-20), "until": None, "output": 0.3,
        "floor": "3.5 USD/kg", "above": "4.2 USD/kg", "upside": 0.3, "vat": 0.13, "nominal": False,
    }  # fmt: skip


def rated(at: When, case: Case) -> Spec:
    """Orders of tools in AB come first, from a day within a tick on."""
    del case
    return {
        "name": "rated", "kind": "rated_orders", "by": "AB", "sectors": "tools", "share": 0.9, "since": at(4.5),
        "until": at(40.5),
    }  # fmt: skip


ALONE = {
    "export_licence": (licence, open_licence),
    "export_quota": (quota,),
    "export_ban": (ban,),
    "leakage": (rocks, leak, leak_of_oxide),
    "supply_shock": (strike, fire),
    "demand_shock": (boom, slump),
    "rated_orders": (rated, licence, boom),
    "import_tariff": (import_tariff, second_tariff),
    "export_tariff": (export_tariff,),
    "tariff_regime": (import_tariff, regime, soft_regime, answer, ban_in_answer, leak_in_answer),
    "treaty_review": (review,),
    "production_quota": (mining_quota, separation_quota),
    "price_floor": (floor, second_floor),
    "reserve": (drawn, beside, stop),
}
FELT = {
    "export_licence": ("expected_restriction", "announcement_effect", "licence_days", "backlog", "granted", "denied"),
    "export_quota": ("expected_restriction", "announcement_effect", "restricted"),
    "export_ban": ("expected_restriction", "announcement_effect", "restricted"),
    "leakage": ("leaked",),
    "import_tariff": ("tariff", "collected"),
    "export_tariff": ("tariff", "collected"),
    "tariff_regime": (
        "tariff",
        "expected_restriction",
        "announcement_effect",
        "restricted",
        "granted",
        "denied",
        "leaked",
    ),
    "treaty_review": ("tariff", "collected"),
    "price_floor": ("public_cost",),
    "reserve": ("reserve_stock", "reserve_purchased", "reserve_drawn", "reserve_declared_days"),
}
EVERYTHING = (
    *(licence, second_licence, open_licence, quota, ban, rocks, leak, leak_of_oxide, strike, fire, boom, slump),
    *(import_tariff, second_tariff, export_tariff, regime, soft_regime, answer, ban_in_answer, leak_in_answer, review),
    *(mining_quota, separation_quota, pulling, beside, at_home, rated),
)
PAIRS = [
    pytest.param(case, kind, id=f"{world}-{kind}")
    for kind in ALONE
    for world, case in REPLICATES.items()
    if case.projects or kind != "price_floor"
]


def test_every_kind_is_compared() -> None:
    """But for money that decides what is built, and help between reserves: both are left to numbers by hand."""
    money = {kind for kind, made in KINDS.items() if made.__module__.startswith("sim.instruments.money.")}
    assert KINDS.keys() - ALONE.keys() == money - {"price_floor"} | {"bilateral_agreement", "coordinated_release"}


@pytest.mark.parametrize(("case", "kind"), PAIRS)
def test_each_kind_is_the_same_in_engine_and_oracle(case: Case, kind: str) -> None:
    record = compared(case, [make(case.at, case) for make in ALONE[kind]])
    for variable in FELT.get(kind, ()):
        assert peak(record, variable) > 0


@pytest.mark.parametrize("case", REPLICATES.values(), ids=REPLICATES)
def test_all_kinds_together_are_the_same_in_engine_and_oracle(case: Case) -> None:
    floors = (floor, second_floor) if case.projects else ()
    record = compared(case, [make(case.at, case) for make in (*EVERYTHING, *floors)])
    felt = {variable for kind, variables in FELT.items() if floors or kind != "price_floor" for variable in variables}
    assert min(peak(record, variable) for variable in felt) > 0


TWO_YEARS = Case(ticks=104, growth=0.15, first=20, projects=("AB rock mine", "AB rock separation"))
HIGH: Spec = {"floor": "9 USD/kg", "until": None, "output": 1}
FLOORS: dict[str, tuple[Spec, set[int]]] = {  # what is given, and signs of what is paid when owners look
    "binds always": (HIGH, {1}),
    "binds never": (HIGH | {"floor": "1 USD/kg"}, {0}),
    "binds sometimes": (HIGH | {"floor": "4.2 USD/kg"}, {0, 1}),
    "with a share of high prices": (HIGH | {"floor": "4.2 USD/kg", "above": "4.5 USD/kg", "upside": 0.3}, {-1, 0, 1}),
    "with an end": (HIGH | {"until": TWO_YEARS.at(70.5)}, {0, 1}),
    "in real money": (HIGH | {"nominal": False}, {1}),
    "on part of the output": (HIGH | {"output": 0.6}, {1}),
    "on one of several goods": (HIGH | {"projects": "all", "commodity": "oxide.Bb", "floor": "255 USD/kg"}, {0, 1}),
}


@pytest.mark.parametrize(("given", "signs"), FLOORS.values(), ids=FLOORS)
def test_floors_are_the_same_in_engine_and_oracle(given: Spec, signs: set[int]) -> None:
    """Two years in which ore runs short: HO bans some of it, and mines stand still."""
    case = TWO_YEARS
    spec = floor(case.at, case) | {"since": day(0)} | given
    record = compared(case, [spec, rocks(case.at, case), strike(case.at, case)])
    cost = [0.0, *(costs["floor"] for costs in record["public_cost"])]
    paid = [after - before for before, after in itertools.pairwise(cost)]
    assert {round(math.copysign(bool(usd), usd)) for usd in paid[3::4]} == signs  # every four weeks
    assert (peak(record, "support") > 1.001) == (1 in signs)


def test_resale_that_is_forbidden_is_the_same_in_engine_and_oracle() -> None:
    """HO sells no magnets to AB; CD sells on to AB what is not from HO, and less with the rule than without it."""
    case = Case(THREE, ticks=80)
    stop: Spec = {
        "name": "stop", "kind": "export_ban", "by": "HO", "covers": {"elements": "all", "stages": "magnet"},
        "towards": "AB", "in_force": case.at(4.5), "until": case.at(60.5),
    }  # fmt: skip

    def resold(**rule: object) -> float:
        record = compared(case, [stop | rule])
        return max(values["magnet.plain", "AB"] for values in record["resold_to"])

    free, forbidden = resold(), resold(re_export={"forbidden": True})
    assert free > resold(re_export={"forbidden": True, "enforcement": 0.5}) > forbidden > 0
    assert resold(re_export={"forbidden": False}) == free


@pytest.mark.parametrize("name", ["two regions", "three regions that grow, with projects"])
def test_files_that_wait_when_all_trade_is_free_are_decided_as_in_the_oracle(name: str) -> None:
    """General licences cover everything from the 30th tick on: what still waits is granted by who buys then."""
    case = REPLICATES[name]
    free = {"share": 1, "since": case.at(30), "ramp": "0 days"}
    compared(case, [second_licence(case.at, case) | {"until": None, "general": free, "reviewers": {"start": 0.3}}])


@pytest.mark.parametrize("kind", ["export_ban", "export_licence", "export_quota"])
@pytest.mark.parametrize("hazard", ["0/year", "2/year"])
def test_an_end_that_nobody_knows_is_the_same_in_engine_and_oracle(kind: str, hazard: str) -> None:
    """Announced before it begins and over after ten ticks, while people expect it to stay, or to end at a rate."""
    case = Case()
    dates = {"announced": day(0), "in_force": case.at(4.5), "until": case.at(14.3)}
    compared(case, [make(case.at, case) | dates | {"end": "unknown", "end_hazard": hazard} for make in ALONE[kind]])


def test_leaks_that_take_all_producers_can_send_are_the_same_in_engine_and_oracle() -> None:
    """Stocks released so slowly that the leaks from an origin share what there is: 1 − e^(−h/τ) of the stock."""
    case = Case(settings=(("release_time", 20_000.0),))
    record = compared(case, [make(case.at, case) for make in ALONE["leakage"]])
    taken = max(
        gone / (gone + left)
        for leaked, stock in zip(record["leaked"], record["producer_stock"], strict=True)
        for producer, left in stock.items()
        for gone in [sum(tonnes for arc, tonnes in leaked.items() if arc[:2] == producer)]
    )
    assert taken == pytest.approx(1 - math.exp(-case.tick / 20_000))


DATES = st.floats(0, 40)  # in ticks; rounded to days: within a tick or on its border
SHARES = st.floats(0.01, 1)


@settings(max_examples=8, deadline=None, derandomize=True, phases=[Phase.generate])  # shrinking would take minutes
@given(
    case=st.sampled_from([*REPLICATES.values()]),
    starts=st.tuples(DATES, DATES, DATES),
    lasting=st.floats(0.5, 30),
    shares=st.tuples(SHARES, SHARES, SHARES, SHARES),
)
def test_any_dates_coverages_and_shares_are_the_same_in_engine_and_oracle(
    case: Case, starts: tuple[float, float, float], lasting: float, shares: tuple[float, float, float, float]
) -> None:
    """A licence, a quota and a ban with leakage: when they come, how long they stay, what they cover and grant."""
    at = case.at
    until = [max(day(round(start * case.tick) + 1), at(start + lasting)) for start in starts]
    of_licence, of_quota, of_ban, granted = shares
    approval = {"default": granted, "rules": [{"name": "cars", "end_use": "cars", "share": 1 - granted}]}
    general = {"share": granted, "since": at(starts[2]), "ramp": "0 days"}
    spans = [
        {"announced": day(0), "in_force": at(start), "until": end} for start, end in zip(starts, until, strict=True)
    ]
    first, second, third = spans
    specs = [
        licence(at, case) | first | {"coverage": of_licence, "approval": approval, "general": general},
        quota(at, case) | second | {"coverage": of_quota},
        rocks(at, case) | third | {"coverage": of_ban},
        leak(at, case),
    ]
    compared(case, specs)


@settings(max_examples=8, deadline=None, derandomize=True, phases=[Phase.generate])
@given(
    case=st.sampled_from([*REPLICATES.values()]),
    starts=st.tuples(DATES, DATES, DATES),
    rates=st.tuples(st.floats(0, 3), st.floats(0, 3), st.floats(0.01, 1)),
    level=st.floats(0.3, 1.6),
    shares=st.tuples(SHARES, SHARES),
)
def test_any_tariffs_answers_and_quotas_of_producers_are_the_same_in_engine_and_oracle(
    case: Case,
    starts: tuple[float, float, float],
    rates: tuple[float, float, float],
    level: float,
    shares: tuple[float, float],
) -> None:
    """Rates, the days on which they change, how soon they are answered, and what plants may make and must."""
    at, (first, second, third) = case.at, starts
    changes = [{"name": "later", "since": day(round(first * case.tick) + 1 + round(second)), "rate": rates[1]}]
    push, discount = shares
    specs = [
        import_tariff(at, case) | {"in_force": at(first), "rate": rates[0], "changes": changes, "until": None},
        export_tariff(at, case) | {"in_force": at(second), "rate": rates[2]},
        regime(at, case) | {"elasticity": level, "relief": push},
        answer(at, case),
        mining_quota(at, case)
        | {"in_force": at(third), "until": None, "changes": [], "level": level, "push": push}
        | {"discount": discount * 0.9},
    ]
    compared(case, specs)


@settings(max_examples=8, deadline=None, derandomize=True, phases=[Phase.generate])
@given(
    case=st.sampled_from([case for case in REPLICATES.values() if case.projects]),
    start=DATES,
    lasting=st.floats(1, 60),
    levels=st.tuples(st.floats(0.01, 8), st.floats(0.01, 8)),
    shares=st.tuples(SHARES, SHARES, st.floats(0, 0.2)),
    nominal=st.booleans(),
)
def test_any_floor_is_the_same_in_engine_and_oracle(
    case: Case,
    start: float,
    lasting: float,
    levels: tuple[float, float],
    shares: tuple[float, float, float],
    nominal: bool,
) -> None:
    """When it begins and ends, how high it is, what it covers and shares, beside a ban, a strike and a tariff."""
    at, (output, upside, vat) = case.at, shares
    spans = {"since": at(start), "until": max(day(round(start * case.tick) + 1), at(start + lasting))}
    low, above = (f"{level} USD/kg" for level in levels)
    given = {"floor": low, "above": above, "upside": upside, "output": output, "vat": vat, "nominal": nominal}
    specs = [floor(at, case) | spans | given, second_floor(at, case), rocks(at, case), strike(at, case)]
    compared(case, [*specs, import_tariff(at, case) | {"covers": {"elements": "all"}}])
