"""Instruments of a scenario file as the oracle is reported of them: names resolved, medians drawn, days counted."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

import numpy as np

from sim.axes import Ints
from sim.ensemble.clock import Horizon
from sim.files.distributions import Cases
from sim.instruments.base import Instrument
from sim.instruments.money.price_floor import PriceFloor
from sim.instruments.parts.approval import SPECIFIC, ApprovalRule, Traders
from sim.instruments.parts.control import Control
from sim.instruments.parts.shock import Shock
from sim.instruments.parts.tariff import Tariff
from sim.instruments.rationing.rated_orders import RatedOrders
from sim.instruments.reserves.reserve import Reserve
from sim.instruments.shocks.demand_shock import DemandShock
from sim.instruments.shocks.supply_shock import SupplyShock
from sim.instruments.trade.export_ban import ExportBan
from sim.instruments.trade.export_licence import ExportLicence, LookAlikes
from sim.instruments.trade.export_quota import ExportQuota
from sim.instruments.trade.export_tariff import ExportTariff
from sim.instruments.trade.import_tariff import ImportTariff
from sim.instruments.trade.leakage import Leakage
from sim.instruments.trade.production_quota import ProductionQuota, QuotaChange
from sim.instruments.trade.tariff_regime import TariffRegime
from sim.instruments.trade.treaty_review import TreatyReview
from sim.world.build import World
from tests.oracle.middle import median
from tests.oracle.plain_reserve import reserve

__all__ = ["median", "plain"]

Plain = dict[str, Any]
A_YEAR = 365


def plain(instrument: Instrument, world: World, horizon: Horizon, longest: int) -> Plain:
    """What the oracle is reported of an instrument; files are ready after `longest` days at the latest."""
    kinds: dict[type[Instrument], Callable[..., Plain]] = {
        ExportBan: _ban, ExportQuota: _quota, ExportLicence: _licence, Leakage: _leakage,
        SupplyShock: _supply_shock, DemandShock: _demand_shock, ImportTariff: _import_tariff,
        ExportTariff: _export_tariff, TariffRegime: _regime, TreatyReview: _review, ProductionQuota: _production,
        PriceFloor: _floor, Reserve: _reserve, RatedOrders: _rated,
    }  # fmt: skip
    reported = kinds[type(instrument)](instrument, world, horizon, longest)
    return {"kind": instrument.kind, "name": instrument.name, **reported}


def _named(world: World, arcs: Ints) -> list[Any]:
    return [world.arcs.names[a] for a in arcs]


def _dates(control: Control, horizon: Horizon) -> Plain:
    rule = control.re_export
    tracing = median(rule.enforcement) if rule is not None and rule.forbidden else 0.0
    if control.in_force is None:
        never = {"announced": math.inf, "in_force": math.inf, "until": 0, "follows": control.follows}
        return never | {"tracing": tracing}
    start = horizon.day(control.in_force)
    until: float | None = None if control.until is None else horizon.day(control.until)
    if control.lasts is not None:
        until = start + median(control.lasts)
    announced = horizon.day(control.announced or control.in_force)
    hazard = None if control.end == "known" else median(control.end_hazard)
    known = {"announced": announced, "in_force": start, "until": until, "follows": None, "hazard": hazard}
    return known | {"tracing": tracing}


def _ban(ban: ExportBan, world: World, horizon: Horizon, longest: int) -> Plain:
    del longest
    return {**_dates(ban, horizon), "arcs": _named(world, ban.arcs(world)), "coverage": median(ban.coverage)}


def _quota(quota: ExportQuota, world: World, horizon: Horizon, longest: int) -> Plain:
    del longest
    arcs = _named(world, quota.arcs(world))
    elements = world.elements if quota.covers.elements is None else quota.covers.elements.among(world.elements)
    assert quota.in_force is not None
    years = range(min(horizon.start, quota.in_force).year - 1, horizon.end.year + 3)
    openings = [(date(year, batch.month, 1), batch.share) for year in years for batch in quota.batches]
    return {
        **_dates(quota, horizon),
        "arcs": arcs,
        "coverage": median(quota.coverage),
        "volume": median(quota.volume) * A_YEAR,
        "counted": {a: sum(world.content[a[0]].get(e, 0.0) for e in elements) for a in arcs},
        "batches": [(horizon.day(opens), share, opens.year) for opens, share in sorted(openings)],
    }


def _leakage(leakage: Leakage, world: World, horizon: Horizon, longest: int) -> Plain:
    del longest
    dates = _dates(leakage, horizon)
    return {
        "from": dates["in_force"],
        "until": dates["until"],
        "follows": dates["follows"],
        "arcs": _named(world, leakage.arcs(world)),
        "rate": median(leakage.rate),
        "enforcement": median(leakage.enforcement),
    }


def _tariff(tariff: Tariff, on: Iterable[str], world: World, horizon: Horizon) -> Plain:
    """Rates with the days on which they hold."""
    rates = [(horizon.day(tariff.in_force), median(tariff.rate))]
    rates += [(horizon.day(change.since), median(change.rate)) for change in tariff.changes]
    end = None if tariff.until is None else horizon.day(tariff.until)
    ends = [*(first for first, _ in rates[1:]), end]
    return {
        "by": tariff.by,
        "on": sorted(on),
        "arcs": _named(world, tariff.arcs(world)),
        "rates": [(first, last, rate) for (first, rate), last in zip(rates, ends, strict=True)],
    }


def _import_tariff(tariff: ImportTariff, world: World, horizon: Horizon, longest: int) -> Plain:
    del longest
    on = set(tariff.on.among(world.regions)) - set(tariff.exempt.among(world.regions))
    return _tariff(tariff, on, world, horizon)


def _export_tariff(tariff: ExportTariff, world: World, horizon: Horizon, longest: int) -> Plain:
    del longest
    return _tariff(tariff, [tariff.by], world, horizon)


def _regime(regime: TariffRegime, world: World, horizon: Horizon, longest: int) -> Plain:
    del world, horizon, longest
    numbers = ("hazard", "elasticity", "retaliation", "negotiation", "truce", "relief")
    return {
        **{key: median(getattr(regime, key)) for key in numbers},
        **{key: getattr(regime, key) for key in ("by", "against", "reference", "lifted")},
        "patience": -math.log1p(-0.5),
    }


def _review(review: TreatyReview, world: World, horizon: Horizon, longest: int) -> Plain:
    """What comes of it where luck is in the middle."""
    del longest
    chance, bound, rates = median(review.chance), 0.0, list[tuple[int, None, float]]()
    for outcome in review.outcomes:
        if bound <= 0.5 < bound + chance * outcome.share:
            rates.append((horizon.day(review.review) + int(outcome.after), None, median(outcome.rate)))
        bound += chance * outcome.share
    on = sorted(review.on.among(world.regions))
    return {"by": review.by, "on": on, "arcs": _named(world, review.arcs(world)), "rates": rates}


def _production(quota: ProductionQuota, world: World, horizon: Horizon, longest: int) -> Plain:
    del longest
    recipes = {(r.facility, r.commodity): r.value for r in world.tables.base_year if r.quantity == "output"}
    elements, rows = quota.elements.among(world.elements), [world.facilities.names[f] for f in quota.rows(world)]
    held = {c: sum(world.content[c].get(e, 0.0) for e in elements) for c in world.commodities}
    counted = {f: sum(v * held[c] for (g, c), v in recipes.items() if g == f) for f in rows}
    counted = {f: kappa for f, kappa in counted.items() if kappa}
    usual = sum(world.facilities.activity[world.facilities.names.index(f), 0] * kappa for f, kappa in counted.items())
    dated: list[tuple[date, ProductionQuota | QuotaChange]] = [(quota.in_force, quota)]
    dated += [(change.since, change) for change in quota.changes]
    ends = [*(since for since, _ in dated[1:]), quota.until]
    terms, now = list[tuple[Any, ...]](), {"limit": 0.0, "push": 0.0, "discount": 0.0}
    for (first, given), last in zip(dated, ends, strict=True):
        now |= _given(given, usual)
        terms.append((horizon.day(first), None if last is None else horizon.day(last), *now.values()))
    return {
        "counted": counted,
        "nodes": sorted({(c, quota.by) for (f, c) in recipes if f in counted and held[c]}),
        "enforced": median(quota.enforced),
        "terms": terms,
    }


def _floor(floor: PriceFloor, world: World, horizon: Horizon, longest: int) -> Plain:
    del longest
    met = {world.projects.rows[j].project for j in floor.rows(world)}
    return {
        **{key: getattr(floor, key) for key in ("commodity", "basis", "upside", "vat", "nominal")},
        "facilities": sorted({row.facility for row in world.tables.expansions if row.project in met}),
        "floor": median(floor.floor),
        "above": median(floor.floor if floor.above is None else floor.above),
        "output": median(floor.output),
        "since": horizon.day(floor.since),
        "until": None if floor.until is None else horizon.day(floor.until),
    }


def _reserve(kept: Reserve, world: World, horizon: Horizon, longest: int) -> Plain:
    del longest
    return reserve(kept, world, horizon)


def _given(terms: ProductionQuota | QuotaChange, usual: float) -> dict[str, float]:
    """What is said of a quota: t a day, and the shares."""
    said = {key: median(value) for key in ("push", "discount") if (value := getattr(terms, key)) is not None}
    if terms.level is not None:
        said["limit"] = usual * median(terms.level)
    if terms.volume is not None:
        said["limit"] = median(terms.volume)
    return said


def _shock(shock: Shock, horizon: Horizon) -> Plain:
    start = horizon.day(shock.start)
    return {"start": start, "end": start + median(shock.lasts)}


def _supply_shock(shock: SupplyShock, world: World, horizon: Horizon, longest: int) -> Plain:
    del longest
    facilities = [world.facilities.names[f] for f in shock.rows(world)]
    return {**_shock(shock, horizon), "facilities": facilities, "loss": median(shock.loss)}


def _demand_shock(shock: DemandShock, world: World, horizon: Horizon, longest: int) -> Plain:
    del longest
    sectors = [world.sectors.names[s] for s in shock.rows(world)]
    return {**_shock(shock, horizon), "sectors": sectors, "change": median(shock.change)}


def _rated(rule: RatedOrders, world: World, horizon: Horizon, longest: int) -> Plain:
    del longest
    rated, others = ([world.users.names[u] for u in users] for users in rule.users(world))
    return {
        "rated": rated,
        "others": [name if name[2] else name[:2] for name in others],
        "start": horizon.day(rule.since),
        "end": math.inf if rule.until is None else horizon.day(rule.until),
        "share": median(rule.share),
    }


def _licence(licence: ExportLicence, world: World, horizon: Horizon, longest: int) -> Plain:
    ready, mean = _cases(licence.processing, longest)
    general, reviewers, held = licence.general, licence.reviewers, licence.look_alikes
    alike = licence.look_alike_arcs(world)
    return {
        **_dates(licence, horizon),
        "arcs": _named(world, licence.covered_arcs(world)),
        "coverage": median(licence.coverage),
        "stockpiling": median(licence.stockpiling),
        "ready": ready,
        "mean": mean,
        "default": median(licence.approval.default),
        "rules": [_rule(rule, licence, world, horizon) for rule in licence.approval.rules],
        "traders": [
            ([a for a in _named(world, licence.covered_arcs(world)) if _is(part, a[0], world)], median(part.share))
            for part in licence.approval.traders
        ],
        "general": general
        and {"share": median(general.share), "from": horizon.day(general.since), "ramp": general.ramp},
        "reviewers": reviewers
        and {"start": median(reviewers.start), "final": reviewers.final, "time": median(reviewers.time)},
        "look_alikes": _look_alikes(held, _named(world, alike), longest) if held and len(alike) else None,
    }


def _rule(rule: ApprovalRule, licence: ExportLicence, world: World, horizon: Horizon) -> Plain:
    """A rule on the covered arcs that it fits."""
    towards = world.regions if rule.towards is None else rule.towards.among(world.regions)
    elements = None if rule.elements is None else rule.elements.among(world.elements)

    def holds(commodity: str) -> bool:
        share = sum(world.content[commodity].get(e, 0.0) for e in elements or ())
        return elements is None or share > licence.covers.share_above

    sectors = sorted({sector for sector, _ in world.sectors.names})
    return {
        "arcs": [
            a
            for a in _named(world, licence.covered_arcs(world))
            if a[2] in towards and holds(a[0]) and _is(rule, a[0], world)
        ],
        "buyers": rule.buyers,
        "end_uses": None if rule.end_use is None else rule.end_use.among(sectors),
        "specific": sum(getattr(rule, field) is not None for field in SPECIFIC),
        "since": -math.inf if rule.since is None else horizon.day(rule.since),
        "until": math.inf if rule.until is None else horizon.day(rule.until),
        "share": median(rule.share),
    }


def _is(meant: ApprovalRule | Traders, commodity: str, world: World) -> bool:
    """Whether a good is one of those that a rule is for."""
    stages = sorted(set(world.stage.values()))
    return (meant.commodities is None or commodity in meant.commodities.among(world.commodities)) and (
        meant.stages is None or world.stage[commodity] in meant.stages.among(stages)
    )


def _look_alikes(held: LookAlikes, arcs: list[Any], longest: int) -> Plain:
    return {
        "arcs": arcs,
        "share": median(held.share),
        "released": _cases(held.hold, longest)[0],
        **{key: getattr(held, key) for key in ("start", "full", "ease", "end")},
    }


def _cases(cases: Cases, longest: int) -> tuple[list[float], float]:
    """Share ready by each day, all by the last, and the mean."""
    shape = cases.bind(lambda _, number: median(number))
    ready = [float(np.squeeze(shape.within(day))) for day in range(1, longest)]
    return [*ready, 1.0], float(np.squeeze(shape.mean))
