"""Which draws of a scenario belong together: paths of its file to the names of its uncertain numbers."""

from __future__ import annotations

from collections.abc import Container, Sequence

from sim.ensemble.correlation import Entry, Together
from sim.errors import InputError, Mistake, MistakeError, mistake, suggest
from sim.files.merge import parse_path
from sim.files.shapes import FORMS
from sim.scenario.scenario import Scenario

OF_INSTRUMENTS = ("instruments.", "instruments[")  # how paths into an instrument begin


def together(scenario: Scenario, drawn: Sequence[str]) -> Together:
    """Uncertain numbers whose draws belong together, by name.

    Parameters
    ----------
    scenario : Scenario
    drawn : sequence of str
        Names of all its uncertain numbers.

    Raises
    ------
    InputError
        With every entry of ``correlate`` that names no uncertain number, or contradicts others.
    """
    entries: list[Entry] = []
    wrong: list[Mistake] = []
    for i, one in enumerate(scenario.correlate):
        names = []
        for side, path in enumerate(one.between):
            try:
                names.append(named(path, drawn))
            except MistakeError as error:
                wrong += error.under("correlate", i, "between", side).items
        if len(names) == len(one.between):
            entries.append(Entry(names[0], names[1], one.rank))
    try:
        found = Together.of(entries) if not wrong else Together()
    except MistakeError as error:
        wrong += error.under("correlate").items
    if wrong:
        raise InputError([scenario.problem(one) for one in wrong])
    return found


def without_instruments(scenario: Scenario) -> Scenario:
    """The scenario without what happens in it, and without the entries that name draws of an instrument."""
    left = [one for one in scenario.correlate if not any(path.startswith(OF_INSTRUMENTS) for path in one.between)]
    return scenario.model_copy(update={"instruments": (), "correlate": tuple(left)})


def refuse_undrawn(scenario: Scenario, names: Sequence[str], drawn: Container[str]) -> None:
    """Refuse entries of ``correlate`` that name what is not drawn.

    Parameters
    ----------
    scenario : Scenario
    names : sequence of str
        Names of all its uncertain numbers.
    drawn : container of str
        Those that were drawn when its instruments were bound.
    """
    right = "It is drawn anew each time that it happens, or not used at all: take the entry out."
    wrong = [
        Mistake(("correlate", i, "between", side), f"{path!r} is not drawn once for each replicate", right)
        for i, one in enumerate(scenario.correlate)
        for side, path in enumerate(one.between)
        if named(path, names) not in drawn
    ]
    if wrong:
        raise InputError([scenario.problem(one) for one in wrong])


def named(path: str, drawn: Sequence[str]) -> str:
    """Find the name under which a number is drawn: the path of its value, without the words of distributions.

    Raises
    ------
    MistakeError
        No uncertain number is there.

    Examples
    --------
    >>> named("instruments.licence.processing.lognormal.median", ["instruments.licence.processing.median"])
    'instruments.licence.processing.median'
    """
    if path in drawn:
        return path
    try:
        steps = parse_path(path)
    except InputError as error:
        raise MistakeError(Mistake((), one.found, one.right) for one in error.problems) from None
    name = ".".join(step for step in steps if step not in FORMS)
    if name in drawn:
        return name
    right = f"A number without a distribution has no draw. {suggest(name, drawn)}"
    raise mistake(f"{path!r} is no uncertain number of this scenario", right)
