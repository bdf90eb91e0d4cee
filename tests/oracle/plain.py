"""Instruments of a scenario file as the oracle is told of them: names resolved, medians drawn, days counted."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np

from sim.axes import Ints
from sim.ensemble.clock import Horizon
from sim.files.distributions import Cases, Distribution
from sim.instruments.base import Instrument
from sim.instruments.parts.approval import ApprovalRule
from sim.instruments.parts.control import Control
from sim.instruments.parts.shock import Shock
from sim.instruments.shocks.demand_shock import DemandShock
from sim.instruments.shocks.supply_shock import SupplyShock
from sim.instruments.trade.export_ban import ExportBan
from sim.instruments.trade.export_licence import ExportLicence, LookAlikes
from sim.instruments.trade.export_quota import ExportQuota
from sim.instruments.trade.leakage import Leakage
from sim.world.build import World

Plain = dict[str, Any]
A_YEAR = 365


def plain(instrument: Instrument, world: World, horizon: Horizon, longest: int) -> Plain:
    """What the oracle is told of an instrument; files are ready after `longest` days at the latest."""
    kinds: dict[type[Instrument], Callable[..., Plain]] = {
        ExportBan: _ban, ExportQuota: _quota, ExportLicence: _licence, Leakage: _leakage,
        SupplyShock: _supply_shock, DemandShock: _demand_shock,
    }  # fmt: skip
    told = kinds[type(instrument)](instrument, world, horizon, longest)
    return {"kind": instrument.kind, "name": instrument.name, **told}


def median(value: float | Distribution) -> float:
    """A number, or the middle of a distribution."""
    return float(value.inverse(np.array([0.5]))[0]) if isinstance(value, Distribution) else value


def _named(world: World, arcs: Ints) -> list[Any]:
    return [world.arcs[a] for a in arcs]


def _dates(control: Control, horizon: Horizon) -> Plain:
    start = horizon.day(control.in_force)
    until: float | None = None if control.until is None else horizon.day(control.until)
    if control.lasts is not None:
        until = start + median(control.lasts)
    return {"announced": horizon.day(control.announced or control.in_force), "in_force": start, "until": until}


def _ban(ban: ExportBan, world: World, horizon: Horizon, longest: int) -> Plain:
    del longest
    return {**_dates(ban, horizon), "arcs": _named(world, ban.arcs(world)), "coverage": median(ban.coverage)}


def _quota(quota: ExportQuota, world: World, horizon: Horizon, longest: int) -> Plain:
    del longest
    arcs = _named(world, quota.arcs(world))
    elements = world.elements if quota.covers.elements is None else quota.covers.elements.among(world.elements)
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
        "arcs": _named(world, leakage.arcs(world)),
        "rate": median(leakage.rate),
        "enforcement": median(leakage.enforcement),
    }


def _shock(shock: Shock, horizon: Horizon) -> Plain:
    start = horizon.day(shock.start)
    return {"start": start, "end": start + median(shock.lasts)}


def _supply_shock(shock: SupplyShock, world: World, horizon: Horizon, longest: int) -> Plain:
    del longest
    facilities = [world.facilities[f] for f in shock.rows(world)]
    return {**_shock(shock, horizon), "facilities": facilities, "loss": median(shock.loss)}


def _demand_shock(shock: DemandShock, world: World, horizon: Horizon, longest: int) -> Plain:
    del longest
    sectors = [world.sectors[s] for s in shock.rows(world)]
    return {**_shock(shock, horizon), "sectors": sectors, "change": median(shock.change)}


def _licence(licence: ExportLicence, world: World, horizon: Horizon, longest: int) -> Plain:
    ready, mean = _cases(licence.processing, longest)
    general, reviewers, held = licence.general, licence.reviewers, licence.look_alikes
    alike = licence.look_alike_arcs(world)
    return {
        **_dates(licence, horizon),
        "arcs": _named(world, licence.covered_arcs(world)),
        "coverage": median(licence.coverage),
        "ready": ready,
        "mean": mean,
        "default": median(licence.approval.default),
        "rules": [_rule(rule, licence, world, horizon) for rule in licence.approval.rules],
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

    sectors = sorted({sector for sector, _ in world.sectors})
    return {
        "arcs": [a for a in _named(world, licence.covered_arcs(world)) if a[2] in towards and holds(a[0])],
        "end_uses": None if rule.end_use is None else rule.end_use.among(sectors),
        "specific": sum(x is not None for x in (rule.towards, rule.elements, rule.since, rule.until)),
        "since": -math.inf if rule.since is None else horizon.day(rule.since),
        "until": math.inf if rule.until is None else horizon.day(rule.until),
        "share": median(rule.share),
    }


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
