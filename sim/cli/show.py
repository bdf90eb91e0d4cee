"""`monazite show`: a scenario with every default filled in, as it ships, or what a replicate of it draws."""

import sys
from typing import Annotated

import typer

from sim.cli.inputs import MOST, Settings, load_all, quick_start
from sim.cli.text import table


def show(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="A file, or the name of a scenario that ships.")],
    *,
    source: Annotated[bool, typer.Option("--source", help="The file as it is, also of a sweep.")] = False,
    draws: Annotated[int | None, typer.Option(min=0, max=MOST, metavar="K", help="What replicate K draws.")] = None,
    settings: Settings = None,
) -> None:
    """Print the resolved scenario, each value with its origin."""
    if source:
        from sim.files.shipped import find_scenario, sweep_files

        file = sweep_files().get(scenario) or find_scenario(scenario)
        sys.stdout.write(file.read_text(encoding="utf-8-sig"))
        return
    with quick_start():
        (loaded,) = load_all([scenario], settings or [])
    if draws is None:
        from sim.scenario.scenario import to_yaml

        sys.stdout.write(to_yaml(loaded, origins=True))
        return
    from sim import simulation

    drawn = simulation.run(loaded, replicate=draws).draws
    print(table(["quantity", "value", "unit"], drawn[["quantity", "value", "unit"]].itertuples(index=False)))
