"""`monazite world`: the base year beside its sources."""

from typing import Annotated

import typer

from sim.cli.text import table

HEADER = ["figure", "published", "balanced", "moved", "unit", "confidence", "source"]


def world(
    *,
    balance: Annotated[bool, typer.Option("--balance", help="What balancing moved, largest first.")] = False,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Balance the tables anew, write the file.")] = False,
    name: Annotated[str, typer.Argument(metavar="[WORLD]", help="Another world that ships, such as 2023.")] = "",
) -> None:
    """Print totals of the base year by stage and region against their sources.

    A share has moved by a difference, anything else by a share of what is published.
    """
    from sim.files.shipped import shipped_world
    from sim.world.figures import compare
    from sim.world.sources import read_sources
    from sim.world.tables import read

    folders = shipped_world(name)
    if rebuild:
        from sim.world.balance import rebuild as balance_anew

        print(f"{folders[0] / 'base_year.csv'}: {len(balance_anew(folders))} rows written")
    sources = read_sources(folders)
    figures = compare(sources.published, read(folders).base_year, sources.facilities)
    if balance:
        figures = [figure for figure in figures if figure.fitted]
    else:
        places = {row.figure: place for place, row in enumerate(sources.published)}
        figures.sort(key=lambda figure: places[figure.figure])
    print(
        table(
            HEADER,
            [(f.figure, f.published, f.balanced, f"{f.change:+.1%}", f.unit, f.confidence, f.source) for f in figures],
        )
    )
