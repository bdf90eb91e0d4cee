"""What answers at once imports nothing that is only needed later: counted in modules, not in seconds."""

import subprocess
import sys
from importlib import import_module
from pkgutil import walk_packages

import pytest

import sim
from sim.definitions.events import HAPPENINGS
from sim.definitions.metrics import METRICS

HEAVY = {"scipy", "pandas", "pyarrow", "matplotlib", "simpy", "distributed"}
PRINTS = "import sys; print(*{name.partition('.')[0] for name in sys.modules}, file=sys.stderr)"


def imported(*arguments: str) -> set[str]:
    """Packages that a command has imported by its end."""
    code = f"import sys; sys.argv[0] = 'monazite'\nfrom sim.cli import main\ntry:\n main()\nfinally:\n {PRINTS}"
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)  # noqa: S603
    return set(done.stderr.split())


@pytest.mark.parametrize(
    "command",
    [
        "--help",
        "--version",
        "list",
        "list metrics",
        "list events",
        "list scenarios",
        "list parameters",
        "schema",
        "show baseline",
        "validate production-push",
    ],
)
def test_a_short_answer_imports_nothing_heavy(command: str) -> None:
    found = imported(*command.split())
    assert "sim" in found
    assert not found & HEAVY


def test_help_imports_no_numbers_and_no_tables() -> None:
    assert not imported("--help") & {"numpy", "yaml", "rich"}


def test_what_is_listed_is_all_that_any_module_declares() -> None:
    """Listed by a process of its own; here every module of the program is imported."""
    for module in walk_packages(sim.__path__, "sim."):
        import_module(module.name)
    code = "import sim.cli.list as l\nfor rows in l._metrics(), l._events(): print(*[row[0] for row in rows], sep='|')"
    listed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    metrics, events = (line.split("|") for line in listed.stdout.splitlines())
    assert metrics == sorted(METRICS)
    assert events == sorted(HAPPENINGS)
