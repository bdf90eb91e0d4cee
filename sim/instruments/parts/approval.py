"""What share of licences is granted: by destination, good, buyer, end use and time (docs/model.md, eq. 7.6 and 7.9)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Literal, final

import numpy as np
from pydantic import Field

from sim.axes import TINY, Floats, Ints, Scalar, Sum, at_least
from sim.files.distributions import Uncertain
from sim.files.quantities import Date, Model, Names, UncertainShare, WorldNames
from sim.instruments.base import Problem
from sim.instruments.parts.scope import Coverage
from sim.market.hooks import Moment
from sim.world.build import World

SPECIFIC = ("towards", "elements", "commodities", "stages", "buyers", "since", "until")
"""Fields by which a rule is more specific than another."""


class ApprovalRule(Model):
    """A share granted for some of the trade: the most specific rule wins, of equals the later."""

    name: str = Field(description="so that a path can reach it")
    towards: Names | None = Field(None, description="destinations it is for")
    elements: Names | None = Field(None, description="elements it is for")
    commodities: Names | None = Field(None, description="goods it is for")
    stages: Names | None = Field(None, description="stages it is for, such as oxide")
    buyers: Literal["users", "traders"] | None = Field(None, description="who asks; left out, everybody")
    end_use: Names | None = Field(None, description="sectors it is for, such as defence")
    since: Date | None = Field(None, description="first day on which it holds")
    until: Date | None = Field(None, description="first day on which it no longer holds")
    share: UncertainShare = Field(description="share granted")

    @property
    def rank(self) -> tuple[bool, int]:
        """What wins: a rule for an end use, then the one that is specific about more."""
        specific = sum(getattr(self, field) is not None for field in SPECIFIC)
        return self.end_use is not None, specific

    def names(self, end_use: str | None) -> bool:
        """Whether it is a rule for an end use."""
        return end_use is not None and self.end_use is not None and bool(self.end_use.among([end_use]))

    def holds(self, day: date) -> bool:
        """Whether it holds on a day."""
        return (self.since is None or self.since <= day) and (self.until is None or day < self.until)


class Traders(Model):
    """What part of the trade in some goods is bought by traders, who sell on to users."""

    name: str = Field(description="so that a path can reach it")
    commodities: Names | None = Field(None, description="goods it is for")
    stages: Names | None = Field(None, description="stages it is for, such as oxide")
    share: UncertainShare = Field(description="share of the trade")


class Approval(Model):
    """What share of decided files is granted."""

    default: UncertainShare = Field(description="share granted where no rule fits")
    rules: tuple[ApprovalRule, ...] = Field(
        (), description="exceptions by destination, element, good, buyer, end use and time"
    )
    traders: tuple[Traders, ...] = Field((), description="what traders buy of the covered goods; of several, the later")

    def check(self, names: WorldNames) -> Iterator[Problem]:
        """Names that are not known."""
        for i, rule in enumerate(self.rules):
            for field, known, what in (
                ("towards", names.regions, "region"), ("elements", names.elements, "element"),
                ("end_use", names.sectors, "sector"), ("commodities", names.commodities, "commodity"),
                ("stages", names.stages, "stage"),
            ):  # fmt: skip
                yield from _unknown(getattr(rule, field), known, what, ("rules", i, field))
            if rule.buyers == "traders" and not self.traders:
                found = "no trade of traders is said"
                yield (("rules", i, "buyers"), found, "Write `traders: [{name: …, stages: oxide, share: 60 %}]`.")
        for i, part in enumerate(self.traders):
            yield from _unknown(part.commodities, names.commodities, "commodity", ("traders", i, "commodities"))
            yield from _unknown(part.stages, names.stages, "stage", ("traders", i, "stages"))


def _unknown(asked: Names | None, known: Sequence[str], what: str, path: tuple[str | int, ...]) -> Iterator[Problem]:
    """Names of a field that are not known."""
    for found, right in () if asked is None else asked.unknown(known, what):
        yield (path, found, right)


@final
class Approvals:
    """Share granted on each covered arc, and by end use.

    Parameters
    ----------
    schema : Approval
    world : World
    arcs : (K,) array
        Covered arcs.
    replicates : int
    covers : Coverage
        The goods that are covered; rules may name some of their elements.
    draw : callable
        Draws one of the instrument's numbers, by the path of its field.

    Attributes
    ----------
    share : (K, R) array, share of 1
        Mean over the users at the end of each arc.
    """

    def __init__(
        self, schema: Approval, world: World, arcs: Ints, replicates: int, covers: Coverage,
        draw: Callable[[str, Uncertain], Scalar],
    ) -> None:  # fmt: skip
        self.world, self.arcs, self.covers = world, arcs, covers
        self.default = draw("approval.default", schema.default)
        drawn = [(rule, draw(f"approval.rules.{rule.name}.share", rule.share)) for rule in schema.rules]
        traders = [(part, draw(f"approval.traders.{part.name}.share", part.share)) for part in schema.traders]
        self.rules = sorted(drawn, key=lambda drawn: drawn[0].rank)  # the one that wins comes last
        sectors = sorted({s for _, _, s in world.users.names if s})
        self.end_uses = EndUses(world, arcs, [s for s in sectors if any(rule.names(s) for rule in schema.rules)])
        self.share = np.zeros((len(arcs), replicates))
        self.traders = np.zeros((len(arcs), replicates))  # part of what is asked for that traders ask for
        for part, share in traders:
            self.traders[[k for k, a in enumerate(arcs) if self._is_of(part, a)]] = share
        self.granted: list[Floats] = []  # (J, R) by end use: what it is granted on the arcs to where it stands
        self._holding: list[str] | None = None

    def move(self, day: date) -> None:
        """Let rules come and go with their dates."""
        holding = [rule.name for rule, _ in self.rules if rule.holds(day)]
        if holding == self._holding:
            return
        self._holding = holding
        self.share = self._granted(day, None)
        rows = self.end_uses.rows
        self.granted = [self._granted(day, end_use)[rows] for end_use in (*self.end_uses.names, None)]

    def divert(self, moment: Moment, needed: Scalar) -> None:
        """Share what landed by what each end use is granted, where a share of covered goods needed a licence."""
        self.share[self.end_uses.rows] = self.end_uses.divert(moment, needed, self.granted)

    def _granted(self, day: date, end_use: str | None) -> Floats:
        """(K, R): share granted to an end use, or to those that no rule names; traders serve all of them alike."""
        users = self._granted_to("users", day, end_use)
        if not self.traders.any():
            return users
        return users + self.traders * (self._granted_to("traders", day, end_use) - users)

    def _granted_to(self, buyers: str, day: date, end_use: str | None) -> Floats:
        """(K, R): share granted to users or to traders who ask for an end use."""
        granted = np.zeros_like(self.share) + self.default
        for rule, share in self.rules:
            fits = rule.buyers in (None, buyers) and (rule.end_use is None or rule.names(end_use))
            if rule.holds(day) and fits:
                granted[[k for k, a in enumerate(self.arcs) if self._fits(rule, a)]] = share
        return granted

    def _fits(self, rule: ApprovalRule, arc: int) -> bool:
        commodity, _, destination = self.world.arcs.names[arc]
        return (
            (rule.towards is None or destination in rule.towards.among(self.world.regions))
            and (rule.elements is None or self.covers.holds(self.world, commodity, rule.elements))
            and self._is_of(rule, arc)
        )

    def _is_of(self, meant: ApprovalRule | Traders, arc: int) -> bool:
        """Whether the good on an arc is one of those that are meant."""
        world, commodity = self.world, self.world.arcs.names[arc][0]
        stages = sorted(set(world.stage.values()))
        return (meant.commodities is None or commodity in meant.commodities.among(world.commodities)) and (
            meant.stages is None or world.stage[commodity] in meant.stages.among(stages)
        )


@final
class EndUses:
    """The end uses that rules name, at the destinations (Q of the D) where they and others share what lands.

    Elsewhere nothing changes for anybody, so only the arcs (J of the K) that lead to those places are looked at.
    Users stand in groups: one for each end use, and last all others.
    """

    def __init__(self, world: World, arcs: Ints, names: Sequence[str]) -> None:
        self.names = names
        group = np.array([names.index(s) if s in names else len(names) for _, _, s in world.users.names])
        named = world.users.node[group < len(names)]
        self.places = np.intersect1d(named, world.arcs.destination[arcs])
        self.rows = np.flatnonzero(np.isin(world.arcs.destination[arcs], self.places))
        self.arcs = arcs[self.rows]
        self.place = np.searchsorted(self.places, world.arcs.destination[self.arcs])
        self.into = Sum(self.place, range(len(self.arcs)), 1.0, (len(self.places), len(self.arcs)))
        near = np.isin(world.users.node, self.places)
        self.users = [np.flatnonzero(near & (group == g)) for g in range(len(names) + 1)]
        self.at = [np.searchsorted(self.places, world.users.node[users]) for users in self.users]
        self.add_up = [Sum(at, range(len(at)), 1.0, (len(self.places), len(at))) for at in self.at]

    @property
    def matter(self) -> bool:
        """Whether any of them stands where covered goods go."""
        return len(self.places) > 0

    def divert(self, moment: Moment, needed: Scalar, granted: Sequence[Floats]) -> Floats:
        """Change what users receive (eq. 7.9), and give what arcs are granted in the mean, (J, R).

        Goods are swapped where they may be: what came without a licence goes first to those who get none with one.
        """
        state, received = moment.state, moment.proposals.received
        parts = [part(state.parts[users]) for part, users in zip(self.add_up, self.users, strict=True)]
        mean = np.add.reduce([p[self.place] * g for p, g in zip(parts, granted, strict=True)])
        covered, arrived = moment.under_way.landed[self.arcs] * needed, state.landed[self.places]
        none = mean <= TINY  # nothing is granted to anybody: all share alike
        each = covered / (mean + none)
        given = [p * self.into(each * (g + none)) for p, g in zip(parts, granted, strict=True)]
        lacking = [at_least(p * arrived - c, 0) for p, c in zip(parts, given, strict=True)]
        came = self.into(covered)
        free = at_least(arrived - came, 0) / at_least(np.add.reduce(lacking), TINY)
        for users, at, part, c, lack in zip(self.users, self.at, parts, given, lacking, strict=True):
            got = state.parts[users] * ((c + lack * free) / at_least(part, TINY))[at]
            received[users] += (got - received[users]) * (came[at] > 0)
        return mean
