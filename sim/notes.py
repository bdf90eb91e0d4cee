"""What to know of a scenario before it runs: what its dates rule out, and sentences about what is not as it looks."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date

from sim.ensemble.clock import Horizon
from sim.errors import Mistake
from sim.scenario.fields import MONTH
from sim.scenario.scenario import Outputs, Scenario

STANDARD = "standard"  # the kind of instrument that reads what standards cost
OF_PROJECTS = {"projects", "expansions", "expansion_recipes", "expansion_prices", "records", "cost_shares"}
BASE_YEAR, OUTLOOK_END = "base_year", "outlook_end"  # rows of dates.csv


def begins_too_early(horizon: Horizon, dates: Mapping[str, date]) -> Iterator[Mistake]:
    """Refuse a start before the day of the tables: nobody knows from them what the world was like."""
    base = dates.get(BASE_YEAR)
    if base is not None and horizon.start < base:
        found = f"{horizon.start} is before the base year of the tables, {base}"
        yield Mistake(
            ("horizon", "start"), found, "Begin then or later, or bring tables of another base year (`seeds`)."
        )


def windows_outside(scenario: Scenario) -> Iterator[Mistake]:
    """Refuse windows that are not within the horizon, or share a name."""
    span, names = scenario.horizon, [part.name for part in scenario.outputs.windows]
    for i, part in enumerate(scenario.outputs.windows):
        path = ("outputs", "windows", i)
        for key, day in (("from", part.first), ("to", part.last)):
            if not span.start <= day <= span.end:
                right = f"The run goes from {span.start} to {span.end}."
                yield Mistake((*path, key), f"{day} is outside the horizon", right)
        if part.name in names[:i]:
            yield Mistake((*path, "name"), f"the name {part.name!r} is taken", "Give each its own name.")


def uncertainty_notes(scenario: Scenario) -> Iterator[str]:
    """Say where what replicates should draw is drawn by none of them."""
    if scenario.uncertainty.parameters == "calibrated" and not scenario.ensemble.uncertain:
        yield "uncertainty.parameters: calibrated has no effect: with ensemble.uncertain: false nothing is drawn."


def schedule_notes(scenario: Scenario, horizon: Horizon, dates: Mapping[str, date]) -> Iterator[str]:
    """Say where the days of a run are not those of the tables, of its ticks or of its series."""
    base, outlook = dates.get(BASE_YEAR), dates.get(OUTLOOK_END)
    if base is not None and horizon.start > base:
        yield f"stocks and prices on the first day, {horizon.start}, are those of {base}."
    if outlook is not None and horizon.end > outlook:
        yield f"growth is an outlook up to {outlook}; until {horizon.end} it is carried on, and nobody published that."
    if horizon.tick > horizon.days:
        yield f"the tick, {horizon.tick} days, is longer than the run: there is one of {horizon.days} days."
    yield from _series_notes(scenario.outputs, horizon)


def unread_tables(scenario: Scenario, own: Collection[str]) -> Iterator[str]:
    """Say which own tables a scenario does not read, by the names of their files."""
    tables = {name.rpartition("/")[2].removesuffix(".csv") for name in own}
    if "cost_shares" in tables and not any(one.kind == STANDARD for one in scenario.instruments):
        yield f"cost_shares.csv has no effect: it is read by instruments of kind {STANDARD}, and there is none."
    unread = sorted(tables & OF_PROJECTS)
    if unread and not scenario.projects.is_complement and not scenario.projects.named:
        yield f"{' and '.join(unread)} of own tables have no effect: the scenario has no projects."


def _series_notes(outputs: Outputs, horizon: Horizon) -> Iterator[str]:
    """Say which days and which regions a scenario's own choice of series leaves out."""
    usual = Outputs()
    if outputs.every not in (usual.every, horizon.tick) and (last := last_row(horizon, outputs.every)) < horizon.end:
        yield f"series end on {last}: outputs.every leaves out the end of the run, {horizon.end}."
    if not outputs.everything and (named := [name for name in outputs.record if name not in usual.record]):
        yield (
            f"{' and '.join(named)} {'are' if len(named) > 1 else 'is'} kept for goods under a control, "
            "for the region that controls them and in total; `outputs: {record: all}` keeps every good and region."
        )


def last_row(horizon: Horizon, every: int | str) -> date:
    """The last date on which series are read."""
    if every != MONTH:
        return horizon.date(horizon.days // int(every) * int(every) - 1)
    after = horizon.date(horizon.days)
    return horizon.end if after.day == 1 else horizon.date(horizon.days - after.day)
