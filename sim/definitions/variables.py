"""What a variable is: a series that people can ask for, declared where it arises, listed for people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sim.definitions.items import Item

VARIABLES: dict[str, Variable] = {}


@dataclass(frozen=True)
class Variable:
    """A series that people can ask for: its unit, how it is read off, and its definition."""

    name: str
    unit: str
    kind: Literal["flow", "level", "ratio"]
    by: tuple[str, ...]
    definition: str

    def item(self, **keys: str) -> Item:
        """The variable about something."""
        return Item(self.name, unit=self.unit, **keys)


def variables() -> tuple[str, ...]:
    """Names of all that are declared by now, in the order of the alphabet."""
    return tuple(sorted(VARIABLES))


def declare_variable(variable: Variable) -> Variable:
    """Add a variable to those that are listed; its name must be new."""
    if variable.name in VARIABLES:
        raise TypeError(f"the variable {variable.name!r} is declared twice")
    VARIABLES[variable.name] = variable
    return variable
