"""Whole runs on small replicates: a scenario in, results out, without the shipped base year."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from textwrap import dedent

import numpy as np

from sim.axes import Floats
from sim.ensemble.streams import uniforms
from sim.files.shipped import shipped
from sim.plan import Plan, names_of
from sim.scenario.draft import load as load_scenario
from sim.scenario.scenario import Scenario
from sim.simulation import ChunkResult, run_chunk
from sim.world.rows import ParameterRow, Tables
from sim.world.seeds import Seeds
from sim.world.tables import read_table
from tests.worlds import small_tables

LICENCE = """\
  - name: licence
    kind: export_licence
    by: HO
    covers: {elements: [Bb], stages: [oxide, magnet]}
    in_force: 2025-02-05
    processing: {lognormal: {median: {uniform: {low: 20 days, high: 40 days}}, ratio: 2}}
    reviewers: {start: 20 %, final: 1.5, time: 60 days}
    approval: {default: {uniform: {low: 50 %, high: 90 %}}, rules: [{name: fine, end_use: optics, share: 0}]}
    look_alikes: {share: 50 %, hold: 30 days}
"""
OTHERS = """\
  - {name: ban, kind: export_ban, by: AB, covers: {elements: all, stages: [magnet]}, in_force: 2025-06-01,
     lasts: {uniform: {low: 50 days, high: 150 days}}}
  - {name: quota, kind: export_quota, by: HO, covers: {elements: all, stages: [oxide]}, in_force: 2025-03-10,
     volume: {uniform: {low: 100 t/year, high: 300 t/year}}}
  - {name: round, kind: leakage, by: HO, covers: {elements: all}, in_force: 2025-02-05, rate: 20 %}
  - {name: strike, kind: supply_shock, processes: mine, regions: HO, start: 2025-04-02, lasts: 60 days,
     loss: {uniform: {low: 20 %, high: 60 %}}}
  - {name: boom, kind: demand_shock, sectors: tools, start: 2025-05-05, lasts: 90 days, change: 20 %}
  - {name: tariff, kind: import_tariff, by: AB, on: HO, covers: {elements: all, stages: [magnet]},
     in_force: 2025-02-13, rate: {uniform: {low: 20 %, high: 60 %}},
     changes: [{name: war, since: 2025-04-09, rate: 145 %}]}
  - {name: levy, kind: export_tariff, by: HO, covers: {elements: [Bb]}, in_force: 2025-07-04, rate: 10 %}
  - {name: war, kind: tariff_regime, by: HO, against: AB, hazard: 0.02/day, elasticity: 1.5, relief: 30 %,
     retaliation: {uniform: {low: 10 days, high: 60 days}}, negotiation: {uniform: {low: 5 days, high: 40 days}},
     truce: {uniform: {low: 30 days, high: 90 days}}}
  - {name: answer, kind: export_licence, by: HO, covers: {elements: all, stages: [oxide]}, follows: war,
     processing: {lognormal: {median: 20 days, ratio: 2}}, reviewers: {start: 20 %, final: 1.5, time: 60 days},
     approval: {default: 60 %, rules: [{name: fine, end_use: optics, share: 0}]}}
  - {name: review, kind: treaty_review, review: 2025-08-06, by: HO, on: AB, covers: {elements: all}, chance: 60 %,
     outcomes: [{name: talks, share: 50 %, rate: 5 %}, {name: end, share: 50 %, rate: 25 %, risk_premium: 2 %}]}
  - {name: mines, kind: production_quota, by: HO, processes: mine, in_force: 2025-05-07, level: 90 %, push: 50 %,
     discount: {uniform: {low: 0 %, high: 20 %}}, changes: [{name: dumping, since: 2025-09-03, level: 130 %}]}
  - {name: store, kind: reserve, by: AB, since: 2025-03-01, budget: 1 bn USD,
     holdings: [{name: some, commodities: [oxide.Bb, magnet.rich], cover: {uniform: {low: 20 days, high: 60 days}}}],
     members: {sectors: all, share: {uniform: {low: 20 %, high: 60 %}}, defaults: 0.5/year},
     fill: {time: 90 days, market_share: 20 %},
     drawdown: {ordinary: 90 %, declared: {restriction: 10 %, after: 7 days}},
     finance: {loan: 800 million USD, interest: 5 %, capital: 200 million USD, owners: private, fee: 2 %,
     carrying: true}}
  - {name: hoard, kind: reserve, by: HO, since: 2025-01-01, budget: 1 bn USD, held: 70 %, members: {sectors: cars},
     holdings: [{name: some, commodities: magnet.rich, tonnes: 20 t}], sales: {above: 110 %}}
  - {name: together, kind: coordinated_release, reserves: all, rule: pro_rata, since: 2025-01-01}
"""


def numbers(name: str = "world", seed: int = 1) -> Callable[[], float]:
    """One number in (0, 1) after another, the same for the same name."""
    drawn = iter(uniforms(seed, name, range(10_000)).tolist())
    return lambda: next(drawn)


def seeds(tables: Tables | None = None) -> Seeds:
    """A small world with the parameters that ship and the margins it was made for."""
    rows = read_table(shipped("seeds") / "parameters.csv", ParameterRow, ("parameter",))
    return Seeds(replace(tables or small_tables(numbers(), growth=0.04), parameters=rows), {})


def plan(folder: Path, instruments: str = LICENCE, more: str = "", world: Seeds | None = None) -> Plan:
    """The plan of a scenario of a small world, written into a folder."""
    text = dedent("""\
        monazite: 1
        name: small
        horizon: {start: 2025-01-01, end: 2025-12-31, tick: 7 days}
        ensemble: {replicates: 5, seed: 11}
        """)
    listed = f"instruments:\n{instruments}" if instruments else ""
    path = folder / "small.yaml"
    path.write_text(text + listed + more, encoding="utf-8")
    world = world or seeds()
    return Plan(scenario(path, world), world)


def recorded(plan: Plan, replicates: range) -> tuple[ChunkResult, Floats]:
    """What some replicates gave, and their series, (T, V, R)."""
    file = BytesIO()
    chunk = run_chunk(plan, replicates, file)
    return chunk, np.frombuffer(file.getvalue()).reshape(-1, len(plan.record.series), len(replicates))


def scenario(path: Path, world: Seeds, overrides: Sequence[str] = ()) -> Scenario:
    """Read a scenario against the names of a small world."""
    return load_scenario(path, overrides, lambda _folders, _world: names_of(world))
