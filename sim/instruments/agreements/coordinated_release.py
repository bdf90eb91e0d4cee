"""Reserves release together, and share by a rule (docs/model.md, eq. 12.15)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar, Literal, final

from pydantic import Field
from typing_extensions import override

from sim.files.quantities import Date, Names, UncertainShare, WorldNames
from sim.instruments.base import IN_FORCE, Instrument, Problem, Setting, amount
from sim.instruments.parts.schedule import check_end, lasting
from sim.instruments.reserves.release import Release, Rule, reserves_of
from sim.world.build import World


@final
class CoordinatedRelease(Instrument):
    """Several reserves let members of one another draw when a disruption is declared."""

    zero: ClassVar[str] = "share: 0"
    binds_last: ClassVar[bool] = True

    kind: Literal["coordinated_release"]
    reserves: Names = Field(description="names of the reserves that join")
    rule: Rule = Field(
        "need",
        description="by what members lack, by what they use in the base year, or by what each reserve is to hold",
    )
    share: UncertainShare = Field(1.0, description="of what a reserve can spare, what it offers; 0 is no release")
    since: Date = Field(description="first day on which it holds")
    until: Date | None = Field(None, description="first day on which it no longer holds; left out, it stays")

    @override
    def check(self, names: WorldNames) -> Iterator[Problem]:
        """Dates that cannot be."""
        yield from check_end(self.since, self.until)

    def check_others(self, kinds: Mapping[str, str]) -> Iterator[Problem]:
        """Names that are no reserves of the scenario."""
        known = sorted(name for name, kind in kinds.items() if kind == "reserve")
        for found, right in self.reserves.unknown(known, "reserve of this scenario"):
            yield (("reserves",), found, right)
        if len(self.reserves.among(known)) < 2:
            yield (("reserves",), "it takes two reserves to share", "Name two or more of this scenario, or `all`.")

    def is_zero(self) -> bool:
        """Whether nothing is offered."""
        return amount(self.share) == 0

    @override
    def acts_on(self, world: World) -> bool:
        """Whether it names any good is known when reserves are bound."""
        return True

    def bind(self, setting: Setting) -> None:
        """Let the reserves that it names share."""
        calendar = lasting(setting.clock.horizon, self.since, self.until)
        share = self.draw(setting, "share", self.share, "1")
        bound = reserves_of(setting)
        named = set(self.reserves.among([one.charter.name for one in bound]))
        joined = [one for one in bound if one.charter.name in named]
        Release(self.name, setting, joined, self.rule, lambda tick: share * calendar.share(tick)).attach()
        setting.log(self.since, IN_FORCE, self.name, self.kind)
