"""What a scenario comes to before anything is drawn: its world, what acts on it, what is recorded."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np

from sim.axes import Floats, Ints
from sim.chunk import Setup
from sim.correlations import refuse_undrawn, together, without_instruments
from sim.definitions.variables import variables
from sim.ensemble.clock import Horizon
from sim.ensemble.correlation import Together
from sim.ensemble.joint import Joint
from sim.errors import InputError, Mistake
from sim.files.distributions import Distribution, Uncertain, middle
from sim.files.quantities import WorldNames
from sim.files.shipped import shipped
from sim.instruments.base import Instrument
from sim.instruments.parts.control import Control
from sim.notes import begins_too_early, schedule_notes, uncertainty_notes, unread_tables, windows_outside
from sim.record.fields import Fields, fields_of
from sim.record.mass import MassCheck
from sim.record.recorder import Record, Thresholds
from sim.record.selection import Focus, items_of
from sim.record.windows import Window
from sim.scenario.draft import Draft, Overrides
from sim.scenario.scenario import Scenario
from sim.units import DAYS_A_YEAR
from sim.world.base_year import Routes
from sim.world.build import World, build
from sim.world.ranges import Factor, factors_of
from sim.world.seeds import Seeds, carried_names

MARGIN = "margin_"
DRAWN = ("slip", "fate", "ramp", "qualification")  # of each project
TOKEN = 1e-9  # home use counts only where nothing is exported
SAME = (
    *("review_time", "output_time", "output_spread", "ramp_spread", "qualification_spread", "billing_time"),
    *("licence_horizon", "air_transit"),
    *(one.name for one in (*fields(Routes), *fields(Thresholds))),
)
"""Parameters that are one number for all replicates: of calendars, of the base year, of what is reported, and of
distributions that each replicate draws from."""


OF_THE_YEAR = ("utilisation_base", "utilisation_floor", "least_ratio", "utilisation_bound", "least_cover")
"""Parameters that the base year rests on, or that only keep equations from dividing by zero."""


def wide_parameters(seeds: Seeds) -> Mapping[str, Uncertain]:
    """Parameters that are one number, within their ranges; not those that are one for all replicates."""
    same = {*SAME, *(name for name in seeds.parameters if name.startswith(MARGIN)), *OF_THE_YEAR}
    return {name: value for name, value in seeds.ranges.items() if name not in same}


@dataclass(frozen=True)
class Plan:
    """What is the same for every chunk: the world, what acts on it, what is recorded."""

    scenario: Scenario
    seeds: Seeds
    keeps_series: bool = True

    @cached_property
    def parameters(self) -> Mapping[str, Uncertain]:
        """The parameters of the tables, with those that the scenario sets."""
        ours = self.seeds.parameters
        if self.scenario.uncertainty.parameters == "fixed":
            ours = {name: middle(value) for name, value in ours.items()}
        if self.scenario.uncertainty.parameters == "calibrated":
            ours = {**ours, **wide_parameters(self.seeds)}
        return {**ours, **self.scenario.parameters}

    @cached_property
    def text(self) -> str:
        """The resolved scenario as YAML, own tables named as a result folder carries them."""
        names = carried_names([Path(folder) for folder in self.scenario.seeds])
        return self.scenario.model_copy(update={"seeds": tuple(names)}).to_yaml()

    @cached_property
    def drawn(self) -> tuple[str, ...]:
        """Names of all uncertain numbers, as they stand in ``draws.csv``."""
        instruments = [name for one in self.scenario.instruments for name in one.drawn()]
        parameters = [
            f"parameters.{name}" for name, value in self.parameters.items() if isinstance(value, Distribution)
        ]
        projects = [f"projects.{name}.{what}" for name in self.world.projects.names for what in DRAWN]
        return (*instruments, *parameters, *(one.name for one in self.factors), *projects)

    @cached_property
    def factors(self) -> tuple[Factor, ...]:
        """What replicates draw of the tables."""
        is_drawn = self.scenario.uncertainty.tables == "drawn" and self.scenario.ensemble.uncertain
        return factors_of(self.seeds.tables) if is_drawn else ()

    @cached_property
    def together(self) -> Together:
        """Uncertain numbers whose draws belong together, by name; errors as of `sim.correlations.together`."""
        return together(self.scenario, self.drawn)

    @cached_property
    def joint(self) -> Joint | None:
        """Vectors that past episodes left; not of what the scenario, its own tables or `correlate` say otherwise."""
        if self.scenario.uncertainty.parameters != "calibrated" or not self.scenario.ensemble.uncertain:
            return None
        ships, file = Seeds.read(), shipped("seeds") / "calibrated.csv"
        wide = {**ships.parameters, **wide_parameters(ships)}
        changed = [name for name, value in self.parameters.items() if value != wide.get(name)]
        if not file.is_file():
            return None
        return Joint.read(file).without({*(f"parameters.{name}" for name in changed), *self.together.by_name})

    def without_instruments(self) -> Plan:
        """The same replicates in which nothing happens; with instruments go the draws that belong to theirs."""
        return Plan(without_instruments(self.scenario), self.seeds)

    def refuse_undrawn(self, drawn: Container[str]) -> None:
        """Refuse entries of ``correlate`` that name what is not drawn."""
        refuse_undrawn(self.scenario, self.drawn, drawn)

    @cached_property
    def world(self) -> World:
        """The base year."""
        margins = {name.removeprefix(MARGIN): self._middle(name) for name in self.parameters if name.startswith(MARGIN)}
        routes = Routes(*(self._middle(one.name) for one in fields(Routes)))
        projects = self.scenario.projects.among(tuple(row.project for row in self.seeds.tables.projects))
        return built(self.seeds, tuple(margins.items()), tuple(projects), self._middle("utilisation_base"), routes)

    def _middle(self, name: str) -> float:
        """A parameter that is one number for all replicates: its median where it is drawn."""
        return middle(self.parameters[name])

    @cached_property
    def horizon(self) -> Horizon:
        """First and last day, and the tick."""
        span = self.scenario.horizon
        return Horizon(span.start, span.end, int(span.tick))

    @cached_property
    def instruments(self) -> tuple[Instrument, ...]:
        """Those that do anything, in the order in which they propose."""
        return self.setup.ordered

    @cached_property
    def setup(self) -> Setup:
        """What chunks are made from."""
        ensemble = self.scenario.ensemble
        return Setup(
            world=self.world,
            parameters=self.parameters,
            horizon=self.horizon,
            instruments=tuple(one for one in self.scenario.instruments if not one.is_zero()),
            size=self.size,
            units=self.seeds.units,
            seed=ensemble.seed,
            uncertain=ensemble.uncertain,
            together=self.together,
            factors=self.factors,
            joint=self.joint,
        )

    @cached_property
    def controls(self) -> tuple[Control, ...]:
        """Those that are controls, the first to be announced first."""
        found = [i for i in self.instruments if isinstance(i, Control)]
        return tuple(sorted(found, key=lambda c: (c.known or date.max, c.name)))

    @cached_property
    def arcs(self) -> Ints:
        """Arcs (K,) on which any instrument may propose anything."""
        return self.setup.arcs

    @cached_property
    def size(self) -> Floats:
        """(F, 1): capacity that own tables or the scenario give a facility, over that of the base year."""
        rows = {row.facility: row.capacity for row in self.seeds.tables.facilities}
        base = {**rows, **self.seeds.tables.base_capacity}
        given = rows | {name: change.capacity * DAYS_A_YEAR for name, change in self.scenario.facilities.items()}
        return np.array([[given[f] / base[f]] for f in self.world.facilities.names])

    @cached_property
    def record(self) -> Record:
        """What is kept."""
        outputs = self.scenario.outputs
        focus = self.focus
        wanted = [*outputs.record, "value_added_lost", "lines_stopped", "price_spot", "reserve_stock"]
        labels = {name: field.labels for name, field in self.fields.all.items()}
        series = items_of(self.world, focus, wanted, labels) if self.keeps_series else []
        if self.keeps_series:
            series += [item for one in self.instruments for item in one.series(self.world) if item.name in wanted]
        totals = items_of(self.world, focus, ["value_added_lost", "unmet_demand", "exports", "resold"], labels)
        days = tuple(_days(self.horizon, outputs.every)) if self.keeps_series else ()
        day = self.horizon.day
        windows = [Window(part.name, day(part.first), day(part.last) + 1) for part in outputs.windows]
        thresholds = Thresholds(*(self._middle(one.name) for one in fields(Thresholds)))
        return Record(self.world, focus, self.horizon, series, totals, days, self.fields, thresholds, windows)

    @cached_property
    def fields(self) -> Fields:
        """What can be read off the market; resale between places only of the goods that the scenario is about."""
        goods = self.world.commodities if self.focus.everything else self.focus.covered
        return fields_of(self.world, self.arcs, frozenset(goods), self.horizon.days)

    @cached_property
    def mass(self) -> MassCheck:
        """The check that every tonne is accounted for."""
        return MassCheck(self.world, self.arcs, f"{self.scenario.command} --replicate")

    @cached_property
    def focus(self) -> Focus:
        """What the scenario is about."""
        world, controls = self.world, self.controls
        headline = [row.commodity for row in self.seeds.tables.commodities if row.headline]
        covered = {c: control.covers.covered(world) for c, control in enumerate(controls)}
        named = set(headline).union(*covered.values())
        origins = {c: _largest_exporter(world, c) for c in world.commodities}
        for i, control in reversed(list(enumerate(controls))):
            origins |= dict.fromkeys(covered[i], control.by)
        first = controls[0] if controls else None
        return Focus(
            covered=[c for c in world.commodities if c in named],
            controlling=first.by if first else "",
            origins=origins,
            first_control=self.horizon.day(first.known) if first and first.known else None,
            everything=self.scenario.outputs.everything,
            headline=headline,
        )

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """What to know before a run: what of it is not as it looks, in sentences."""
        own = (note for one in self.scenario.instruments for note in one.notes(self.world, self.horizon))
        tables = (*self.seeds.notes, *unread_tables(self.scenario, self.seeds.own))
        schedule = schedule_notes(self.scenario, self.horizon, self.seeds.dates)
        return (*tables, *uncertainty_notes(self.scenario), *schedule, *own)

    def check(self) -> None:
        """Refuse instruments that have nothing to act on: silence would look like an answer."""
        problems = [
            self.scenario.problem(found)
            for found in (*begins_too_early(self.horizon, self.seeds.dates), *windows_outside(self.scenario))
        ]

        problems += [
            self.scenario.problem(Mistake(("instruments", place), f"{instrument.name!r} acts on nothing: {why}", right))
            for place, instrument in enumerate(self.scenario.instruments)
            if not instrument.acts_on(self.world)
            for why, right in [instrument.nothing]
        ]
        kinds = {instrument.name: instrument.kind for instrument in self.scenario.instruments}
        problems += [
            self.scenario.problem(Mistake(("instruments", place, *path), found, right))
            for place, instrument in enumerate(self.scenario.instruments)
            for path, found, right in instrument.check_others(kinds)
        ]
        problems += [
            self.scenario.problem(
                Mistake(
                    ("parameters", name),
                    "a distribution is given, and it is the same in all replicates",
                    "Write one number.",
                )
            )
            for name in SAME
            if not isinstance(self.parameters[name], float | int)
        ]
        if problems:
            raise InputError(problems)
        _ = self.together


@lru_cache(maxsize=4)
def built(
    seeds: Seeds, margins: tuple[tuple[str, float], ...], projects: tuple[str, ...], utilisation: float, routes: Routes
) -> World:
    """Build a base year; scenarios that differ in policies alone share it."""
    return build(seeds.tables, dict(margins), projects, utilisation, routes=routes)


def _largest_exporter(world: World, commodity: str) -> str:
    """Who exports most of it in the base year; who makes most of it if nobody does."""
    sent: dict[str, float] = {}
    for (c, origin, destination), flow in zip(world.arcs.names, world.arcs.flow[:, 0], strict=True):
        if c == commodity:
            sent[origin] = sent.get(origin, 0.0) + float(flow) * (1 if origin != destination else TOKEN)
    return max(sent, key=lambda origin: (sent[origin], origin)) if sent else ""


def _days(horizon: Horizon, every: int | str) -> Iterator[int]:
    """Days, counted from the start, at whose end series are read; the row of the start stands before them."""
    if every == "month":
        yield from (d + 1 for d in range(1, horizon.days) if horizon.date(d + 1).day == 1)
    else:
        yield from (d for d in range(int(every), horizon.days + 1, int(every)) if d > 1)


def load(path_or_name: str | Path, overrides: Overrides = ()) -> Scenario:
    """Read a scenario and check it against its schema, the names of the world, and what there is to act on.

    Parameters
    ----------
    path_or_name
        A file, or the bare name of a scenario that ships.
    overrides
        Values by path, as a mapping or as ``path=value``; they win over the file.

    Raises
    ------
    InputError
        With every problem of the files at once.
    """
    return drafted(Draft.read(path_or_name), overrides)


def drafted(draft: Draft, overrides: Overrides = ()) -> Scenario:
    """Make a scenario of files that are read already; arguments and errors as of `load`."""
    scenario = draft.scenario(overrides, lambda folders, world: names_of(Seeds.read(tuple(folders), world)))
    make_plan(scenario)
    return scenario


def names_of(seeds: Seeds) -> WorldNames:
    """The names of a world that scenario files may use."""
    tables = seeds.tables
    return WorldNames(
        elements=tuple(row.element for row in tables.elements),
        stages=tuple(dict.fromkeys(row.stage for row in tables.commodities)),
        commodities=tuple(row.commodity for row in tables.commodities),
        regions=tuple(row.region for row in tables.regions),
        sectors=tuple(dict.fromkeys(row.sector for row in tables.sectors)),
        facilities=tuple(row.facility for row in tables.facilities),
        processes=tuple(dict.fromkeys(row.process for row in tables.facilities)),
        projects=tuple(row.project for row in tables.projects),
        variables=variables(),
        parameters=seeds.units,
        limits=seeds.limits,
    )


def make_plan(scenario: Scenario, *, keeps_series: bool = True) -> Plan:
    """Read the tables a scenario stands on, and check that its instruments have something to act on."""
    folders = tuple(Path(folder) for folder in scenario.seeds)
    plan = Plan(scenario, Seeds.read(folders, scenario.world), keeps_series)
    plan.check()
    return plan
