"""What an event is: declared where it arises, listed for people."""

from __future__ import annotations

from dataclasses import dataclass

HAPPENINGS: dict[str, Happening] = {}


@dataclass(frozen=True)
class Happening:
    """A kind of event: what each column of ``events.csv`` holds, and what it means.

    A column that does not apply is empty. What happens in some replicates only is reported once a day with their share.
    """

    name: str
    definition: str
    subject: str
    region: str = ""
    commodity: str = ""
    detail: str = ""

    @property
    def columns(self) -> str:
        """What the columns hold that apply."""
        cells = {name: getattr(self, name) for name in ("subject", "region", "commodity", "detail")}
        return ", ".join(f"{name}: {what}" for name, what in cells.items() if what)


def declare_event(happening: Happening) -> Happening:
    """Add a kind of event to those that are listed; its name must be new."""
    if happening.name in HAPPENINGS:
        raise TypeError(f"the event {happening.name!r} is declared twice")
    HAPPENINGS[happening.name] = happening
    return happening
