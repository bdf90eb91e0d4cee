"""Money for projects in four forms: loan, grant, equity, co-investment (docs/model.md, eq. 11.3, 11.6 and 11.9).

They differ in what they ask in return and who bears the loss; none of them turns a project on.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from functools import partial
from typing import ClassVar, Literal, final

import numpy as np
from pydantic import Field
from typing_extensions import override

from sim.axes import Floats, Scalar, at_least, total
from sim.definitions.metrics import Metric, declare
from sim.ensemble.gauges import Measured
from sim.files.quantities import Days, Share, UncertainDollars, UncertainShare, WorldNames
from sim.finance.capital import real_rate
from sim.finance.ledger import Account, Ledger
from sim.finance.loans import Loans, interest
from sim.instruments.base import Problem, Setting, amount
from sim.instruments.parts.commitments import Commitments
from sim.instruments.parts.support import Support, booked, day_of
from sim.supply.hooks import Appraised, Period, Terms, Transition
from sim.supply.stages import Stage
from sim.units import DAYS_A_YEAR

PROMISED = declare(
    Metric(
        "money_promised",
        "USD",
        ("instrument",),
        "neither",
        "promised to projects that were decided",
        idle="no project was decided with it",
    )
)
BORNE = declare(
    Metric(
        "public_cost_borne", "USD", ("instrument", "region"), "lower", "of the public cost, what each government bears"
    )
)


class Funding(Support):
    """Money for the capital of projects that are decided while it is offered. Abstract: a kind says on what terms."""

    zero: ClassVar[str] = "share: 0"

    share: UncertainShare = Field(description="of the capital of a project, the most that is offered; 0 is no money")
    budget: UncertainDollars | None = Field(None, description="most that is promised to all projects; none: no limit")

    def check(self, names: WorldNames) -> Iterator[Problem]:
        """Names and dates that do not fit."""
        yield from self.check_support(names)

    def is_zero(self) -> bool:
        """Whether there is no money."""
        return amount(self.share) == 0 or (self.budget is not None and amount(self.budget) == 0)

    def bind(self, setting: Setting) -> None:
        """Attach what is offered, promised, paid and paid back."""
        rule = _Fund(self, setting)
        hooks = rule.supply.hooks
        hooks.offers.append(rule.offer)
        hooks.agreed.append(rule.commitments.agree)
        hooks.ended.append(rule.end)
        hooks.settled.append(rule.settle)
        setting.measured.extend(booked(self, rule.ledger, setting.world))
        setting.measured.append(Measured(PROMISED.item(instrument=self.name), rule.promised))
        setting.measured.extend(self.borne(rule.ledger))

    def borne(self, ledger: Ledger) -> Iterator[Measured]:
        """Who bears its cost."""
        yield Measured(BORNE.item(instrument=self.name, region=self.by), lambda: ledger.cost)

    @abstractmethod
    def write(self, terms: Terms, offered: Floats, rate: Scalar) -> None:
        """Write what is offered, (J, R) shares of capital at a rate a year, into the terms."""

    @abstractmethod
    def rate(self, setting: Setting) -> Scalar:
        """What it asks a year, in money of one year."""


@final
class Loan(Funding):
    """The public lends part of the capital below what banks ask."""

    kind: Literal["loan"]
    interest: UncertainShare = Field(description="a year, nominal")
    term: Days = Field(15 * DAYS_A_YEAR, description="time over which it is paid back, from first output on")

    def rate(self, setting: Setting) -> Scalar:
        """Its interest, without inflation."""
        return real_rate(self.draw(setting, "interest", self.interest, "1"), setting.parameters["inflation"])

    def write(self, terms: Terms, offered: Floats, rate: Scalar) -> None:
        """Capital that costs its interest."""
        terms.lent[:] += offered
        terms.interest[:] += offered * rate


@final
class Grant(Funding):
    """The public gives part of the capital."""

    kind: Literal["grant"]

    @override
    def rate(self, setting: Setting) -> Scalar:
        """Nothing."""
        return 0.0

    @override
    def write(self, terms: Terms, offered: Floats, rate: Scalar) -> None:
        """Capital that costs nothing."""
        terms.granted[:] += offered


@final
class Equity(Funding):
    """The public takes shares, and asks less of them than private owners do."""

    kind: Literal["equity"]
    asked: UncertainShare = Field(description="return a year that the public asks, real")

    def rate(self, setting: Setting) -> Scalar:
        """The return that it asks."""
        return self.draw(setting, "asked", self.asked, "1")

    def write(self, terms: Terms, offered: Floats, rate: Scalar) -> None:
        """Capital that costs what the public asks."""
        terms.held[:] += offered
        terms.dividends[:] += offered * rate


@final
class CoInvestment(Funding):
    """Two governments take shares together: they divide the capital and the risk, and vouch for the project."""

    kind: Literal["co_investment"]
    partner: str = Field(description="region of the other government")
    partner_share: Share = Field(0.5, description="of the money and of the risk, what the partner bears")
    asked: UncertainShare = Field(description="return a year that they ask, real")
    relief: Share = Field(
        0.0, description="a year, by which private owners would ask less if the two held all of it; in proportion"
    )

    def check(self, names: WorldNames) -> Iterator[Problem]:
        """Names and dates that do not fit."""
        yield from self.check_support(names)
        if self.partner not in names.regions:
            yield (("partner",), f"{self.partner!r} is not a region", names.nearest(self.partner, names.regions))
        if self.partner == self.by:
            yield (("partner",), f"{self.partner!r} is `by` too", "Name another region, or write `kind: equity`.")

    def rate(self, setting: Setting) -> Scalar:
        """The return that they ask."""
        return self.draw(setting, "asked", self.asked, "1")

    def write(self, terms: Terms, offered: Floats, rate: Scalar) -> None:
        """Capital that costs what they ask; the rest of it costs less in proportion to what they hold."""
        terms.held[:] += offered
        terms.dividends[:] += offered * rate
        terms.premium[:] -= offered * self.relief

    def borne(self, ledger: Ledger) -> Iterator[Measured]:
        """Both bear its cost."""
        for region, part in ((self.by, 1 - self.partner_share), (self.partner, self.partner_share)):
            yield Measured(BORNE.item(instrument=self.name, region=region), partial(_part, ledger, part))


def _part(ledger: Ledger, part: float) -> Floats:
    return ledger.cost * part


@final
class _Fund:
    """One instrument's money in a chunk of replicates."""

    def __init__(self, schema: Funding, setting: Setting) -> None:
        self.schema, self.setting, self.supply = schema, setting, schema.opens(setting)
        share = schema.draw(setting, "share", schema.share, "1")
        budget = np.inf if schema.budget is None else schema.draw(setting, "budget", schema.budget, "USD")
        self.commitments = Commitments(self.supply, schema.rows(setting.world), share, budget)
        self.rate = schema.rate(setting)
        self.ledger = Ledger(setting.replicates, len(self.commitments.promised))
        shape = self.commitments.promised.shape
        term = schema.term / DAYS_A_YEAR if isinstance(schema, Loan) else 1.0
        self.loans = Loans(self.ledger, self.rate, term, setting.parameters["recovery"], shape)
        self.stakes, self.gone = np.zeros(shape), np.zeros(shape, bool)

    def offer(self, appraised: Appraised) -> None:
        """Offer it to who may decide."""
        if self.schema.is_offered(day_of(self.setting, appraised.tick)):
            self.schema.write(appraised.terms, self.commitments.offer(appraised.terms), self.rate)
        else:
            self.commitments.withdraw()

    def promised(self) -> Floats:
        """(R,) USD."""
        return total(self.commitments.promised)

    def end(self, turned: Transition) -> None:
        """What was lent to, or held in, projects that have failed is lost."""
        gone = turned.projects
        failed = gone & ~self.gone & (self.commitments.promised > 0)
        self.gone = gone.copy()
        if not failed.any():
            return
        self.loans.write_off(failed)
        lost = np.where(failed, self.stakes, 0)
        self.stakes -= lost
        self.ledger.post_plants(Account.LOSSES, Account.STAKES, lost)

    def settle(self, period: Period) -> None:
        """Pay what is due to builders; take what borrowers and companies pay."""
        tick = period.tick
        self._carry(tick.days)
        paid = self.commitments.paid(tick, self.gone)
        runs = (self.supply.stages.stage == Stage.OPERATING) & ~self.supply.operations.idle
        if isinstance(self.schema, Loan):
            self.loans.lend(paid)
            self.loans.settle(tick.days, runs)
        elif isinstance(self.schema, Grant):
            self.ledger.post_plants(Account.GRANTS, Account.TREASURY, paid)
        else:
            self.stakes += paid
            self.ledger.post_plants(Account.STAKES, Account.TREASURY, paid)
            self._take_dividends(tick.days)

    def _carry(self, days: float) -> None:
        """Money that is lent or held costs the public what it pays for it (eq. 11.9)."""
        out = self.ledger.balances[Account.LOANS] + self.ledger.balances[Account.STAKES]
        cost = interest(at_least(out, 0), self.setting.parameters["public_rate"], days)
        self.ledger.post(Account.FUNDS, Account.TREASURY, cost)
        each = at_least(self.loans.owed + self.stakes, 0)
        rate = self.setting.parameters["public_rate"]
        self.ledger.attribute(Account.FUNDS, Account.TREASURY, interest(each, rate, days))

    def _take_dividends(self, days: float) -> None:
        """The public's share of what its companies earn (eq. 11.9)."""
        earned = at_least(self.supply.margin, 0) * self.supply.made * (days / DAYS_A_YEAR)
        held = self.stakes / self.commitments.capital
        self.ledger.post_plants(Account.TREASURY, Account.RETURNS, earned * held)
