"""`monazite validate`: all errors of all files at once."""

from sim.cli.inputs import Scenarios, Settings, load_all, quick_start, tell
from sim.errors import InputError, Problem


def validate(scenarios: Scenarios, settings: Settings = None) -> None:
    """Check scenario files; each error with file, line, column, what was found and what is right."""
    problems: list[Problem] = []
    for path in scenarios:
        try:
            with quick_start():
                from sim.plan import make_plan

                (scenario,) = load_all([path], settings or [])
        except InputError as error:
            problems += error.problems
        else:
            print(f"{path}: {scenario.name} is right")
            tell(make_plan(scenario).notes, path)
    if problems:
        raise InputError(dict.fromkeys(problems))
