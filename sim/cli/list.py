"""`monazite list`: what there is to write about."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.inputs import quick_start
from sim.cli.text import table
from sim.errors import InputError, Place, Problem, suggest

if TYPE_CHECKING:
    from sim.definitions.metrics import Metric
    from sim.definitions.variables import Variable
    from sim.world.rows import Tables

Rows = list[tuple[str | float, ...]]


def list_(
    what: Annotated[str | None, typer.Argument(help="A kind of name; without it, all kinds.")] = None,
    result: Annotated[
        Path | None, typer.Argument(help="A result folder: its metrics or variables, in its own words.")
    ] = None,
) -> None:
    """List names that scenario files and commands may use, one line each."""
    if what is None:
        print(table(["list", "what it names"], list(MEANINGS.items())))
    elif result is not None:
        print(table(HEADERS.get(what, []), _of_result(what, result)))
    elif what in KINDS:
        print(table(HEADERS[what], rows(what)))
    else:
        raise InputError(Problem(Place("list"), f"{what!r} is not a kind of name", suggest(what, KINDS)))


def _of_result(what: str, result: Path) -> Rows:
    """What a result says of its own names."""
    from sim.definitions.book import read_definitions
    from sim.results.facts import read_facts

    facts = read_facts(result)
    if facts is None:
        raise InputError(Problem(Place(str(result)), "there is no result here", "Name the folder of one."))
    known = read_definitions(facts)
    if what == "metrics":
        return _metric_rows(known.metrics)
    if what == "variables":
        return _variable_rows(known.variables)
    raise InputError(Problem(Place("list"), f"a result does not define {what}", "Ask for its metrics or variables."))


def rows(kind: str) -> Rows:
    """What there is of a kind, a row each."""
    with quick_start():
        return KINDS[kind]()


def _scenarios() -> Rows:
    from sim.files.shipped import scenario_files

    return [(name, _title(file)) for name, file in scenario_files().items()]


def _sweeps() -> Rows:
    from sim.files.shipped import sweep_files

    return [(name, _title(file)) for name, file in sweep_files().items()]


def _worlds() -> Rows:
    from sim.files.shipped import worlds
    from sim.world.seeds import Seeds

    found = ((name, Seeds.read(world=name)) for name in ("", *worlds()))
    return [
        (name, seeds.dates["base_year"].isoformat(), " ".join(row.element for row in seeds.tables.elements))
        for name, seeds in found
    ]


def _title(file: Path) -> str:
    """Find the line of a scenario file that says its question."""
    lines = file.read_text(encoding="utf-8").splitlines()
    titles = (line.removeprefix("title:").strip(" \"'") for line in lines if line.startswith("title:"))
    return next(titles, "")


def _instruments() -> Rows:
    from sim.instruments.base import KINDS as INSTRUMENTS

    return [(kind, _first_line(INSTRUMENTS[kind].__doc__)) for kind in sorted(INSTRUMENTS)]


def _metrics() -> Rows:
    import sim.analysis.per_dollar
    import sim.instruments
    import sim.record.recorder  # noqa: F401  (with these three, every metric is declared)
    from sim.definitions.metrics import METRICS

    return _metric_rows(METRICS)


def _metric_rows(known: "Mapping[str, Metric]") -> Rows:
    metrics = (known[name] for name in sorted(known))
    return [(one.name, one.unit, ", ".join(one.by), one.better, one.definition) for one in metrics]


def _variables() -> Rows:
    import sim.instruments
    import sim.record.fields  # noqa: F401  (with these two, every variable is declared)
    from sim.definitions.variables import VARIABLES

    return _variable_rows(VARIABLES)


def _variable_rows(known: "Mapping[str, Variable]") -> Rows:
    variables = (known[name] for name in sorted(known))
    return [(one.name, one.unit, ", ".join(one.by), one.definition) for one in variables]


def _events() -> Rows:
    import sim.instruments
    import sim.record.recorder  # noqa: F401  (with these two, every event is declared)
    from sim.definitions.events import HAPPENINGS

    events = (HAPPENINGS[name] for name in sorted(HAPPENINGS))
    return [(one.name, one.columns, one.definition) for one in events]


def _costs() -> Rows:
    """Cost of a kilogram of activity without inputs, USD: what is borne today, and with all that standards ask."""
    from sim.chunk import Chunk
    from sim.plan import load, make_plan
    from sim.supply.costs import unit_costs

    setting = Chunk(make_plan(load("baseline", ["ensemble.uncertain=false"])).setup, range(1)).setting
    assert setting.supply is not None
    found = unit_costs(setting.world, setting.supply.portfolio, setting.parameters)
    return [(*one[:-1], sum(one.parts), sum(one.parts) + one.missing) for one in found]


def _from_tables(pick: "Callable[[Tables], Rows]") -> Callable[[], Rows]:
    """Make a list of rows of the seeds tables."""

    def rows() -> Rows:
        from sim.files.shipped import shipped
        from sim.world.tables import read

        return pick(read(shipped("seeds")))

    return rows


def _sectors(tables: "Tables") -> Rows:
    names = sorted({row.sector for row in tables.sectors})
    return [(name, " ".join(row.region for row in tables.sectors if row.sector == name)) for name in names]


def _first_line(text: str | None) -> str:
    return (text or "").strip().partition("\n")[0]


def _commodities(tables: "Tables") -> Rows:
    return [(row.commodity, row.unit, row.name) for row in tables.commodities]


def _regions(tables: "Tables") -> Rows:
    return [(row.region, "allied" if row.allied else "", row.name) for row in tables.regions]


def _facilities(tables: "Tables") -> Rows:
    return [(row.facility, row.region, row.process, row.status, row.operator) for row in tables.facilities]


def _projects(tables: "Tables") -> Rows:
    return [(row.project, row.region, row.process, row.stage, row.decision, row.start) for row in tables.projects]


def _parameters(tables: "Tables") -> Rows:
    return [(r.parameter, r.value, f"{r.least} to {r.most}", r.unit, r.description) for r in tables.parameters]


KINDS: Mapping[str, Callable[[], Rows]] = {
    "scenarios": _scenarios,
    "sweeps": _sweeps,
    "worlds": _worlds,
    "instruments": _instruments,
    "commodities": _from_tables(_commodities),
    "regions": _from_tables(_regions),
    "facilities": _from_tables(_facilities),
    "projects": _from_tables(_projects),
    "costs": _costs,
    "sectors": _from_tables(_sectors),
    "metrics": _metrics,
    "variables": _variables,
    "events": _events,
    "parameters": _from_tables(_parameters),
}
MEANINGS = {
    "scenarios": "scenarios that ship, to run or to extend",
    "sweeps": "sweeps that ship",
    "worlds": "base years and minerals that `world:` names; without a name that of today",
    "instruments": "kinds of instrument",
    "commodities": "goods, from concentrates to magnets",
    "regions": "countries and the rest of the world; which of them are allied",
    "facilities": "mines and plants that run in the base year, and expansions that projects would build",
    "projects": "plants that may come, as they stand at the start",
    "costs": "what a kilogram costs at each facility and project, without inputs",
    "sectors": "end uses and the regions that have them",
    "metrics": "what summary.csv and replicates.csv hold",
    "variables": "series that timeseries.csv may hold",
    "events": "what events.csv may tell",
    "parameters": "numbers of the model, with their limits",
}
HEADERS = {
    "scenarios": ["scenario", "question"],
    "sweeps": ["sweep", "question"],
    "worlds": ["world", "first day", "elements"],
    "instruments": ["kind", "what it is"],
    "commodities": ["commodity", "unit", "name"],
    "regions": ["region", "", "name"],
    "facilities": ["facility", "region", "process", "status", "operator"],
    "projects": ["project", "region", "process", "stage", "decision planned", "first output planned"],
    "costs": [
        "USD/kg without inputs",
        "",
        "region",
        "process",
        "running",
        "capital",
        "environment",
        "social",
        "today",
        "at full cost",
    ],
    "sectors": ["sector", "regions"],
    "metrics": ["metric", "unit", "by", "better", "definition"],
    "variables": ["variable", "unit", "by", "definition"],
    "events": ["event", "columns", "definition"],
    "parameters": ["parameter", "value", "may be", "unit", "description"],
}
