"""What projects earn, and what they are worth on the day of the decision (docs/model.md, eq. 10.8 and 11.4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from sim.axes import TINY, Bools, Floats, Scalar, Sum, at_least, at_most
from sim.ensemble.clock import Tick
from sim.ensemble.draws import Draws
from sim.ensemble.parameters import Parameters
from sim.files.distributions import Distribution
from sim.finance.capital import cost_of_capital, net_present_value
from sim.supply.hooks import Appraised, SupplyHooks, Terms, no_terms
from sim.supply.portfolio import Portfolio
from sim.units import DAYS_A_YEAR


@dataclass(frozen=True, eq=False)
class Account:
    """A year of each project at full output, (J, R) USD."""

    revenue: Floats  # at the market's prices
    costs: Floats  # inputs and what running costs


@final
class Appraisal:
    """Looks at projects as their owners and banks do."""

    def __init__(self, portfolio: Portfolio, hooks: SupplyHooks, p: Parameters, overrun: Floats, build: Floats) -> None:
        self.portfolio, self.hooks, self.p = portfolio, hooks, p
        self.capital = portfolio.capital * overrun
        self.build, self.ramp = build / DAYS_A_YEAR, portfolio.ramp / DAYS_A_YEAR
        self.ahead = np.full_like(portfolio.life, float(p["review_time"]) / DAYS_A_YEAR)
        operators = sorted({row.operator for row in portfolio.rows})
        self.operator = np.array([operators.index(row.operator) for row in portfolio.rows], np.intp)
        self.of_operator = Sum(self.operator, range(len(self.operator)), 1.0, (len(operators), len(self.operator)))

    def account(self, price: Floats, paid: Floats) -> Account:
        """What a project earns and spends at some prices, without what it is offered.

        Parameters
        ----------
        price : (O', R) array, ratio to base
            Of what they make.
        paid : (D', R) array, ratio to base
            Of what they buy.
        """
        folio = self.portfolio
        return Account(folio.revenue(price), folio.spending(paid) + folio.running_cost)

    def _with_contracts(self, revenue: Floats, costs: Floats) -> Floats:
        """Customers who have bound themselves pay at least what their share costs (eq. 10.8)."""
        return revenue + self.portfolio.contracted * at_least(costs - revenue, 0)

    def _year(self, price: Floats, paid: Floats) -> Account:
        return self.account(np.exp(price[self.portfolio.sold]), paid)

    def offers(self, tick: Tick, price: Floats, years: Floats) -> Terms:
        """What each project is offered at some prices, (O, R) ln of ratios to base, for years ahead, (J, 1)."""
        terms = no_terms(years, price.shape[1])
        for offer in self.hooks.offers:
            offer(Appraised(tick, price, terms))
        return terms

    def hurdle(self, terms: Terms) -> Floats:
        """(J, R), a year: what private owners and banks ask; less where revenue is under contract (eq. 11.3)."""
        p = self.p
        relief = at_most(terms.contracted + self.portfolio.contracted, 1) * (
            np.asarray(p["hurdle_merchant"]) - p["hurdle_contracted"]
        )
        return p["hurdle_merchant"] - relief + terms.premium

    def worth(self, tick: Tick, price: Floats, paid: Floats) -> Floats:
        """(J, R) USD: net present value to those who pay for it, at the prices that they expect to last.

        Parameters
        ----------
        tick : Tick
        price : (O, R) array, ln of ratios to base
        paid : (D', R) array, ratio to base
            Of what projects buy.
        """
        terms, year = self.offers(tick, price, self.portfolio.life), self._year(price, paid)
        rate = cost_of_capital(
            self.hurdle(terms), terms.granted, terms.lent, _mean(terms.interest, terms.lent),
            terms.held, _mean(terms.dividends, terms.held),
        )  # fmt: skip
        costs = year.costs + terms.standards
        margin = self._with_contracts(year.revenue + terms.top_up, costs) - costs
        capital = self.capital * at_least(1 - terms.granted, 0)
        return net_present_value(margin, capital, rate, self.portfolio.life, self.build, self.ramp)

    def earns(self, tick: Tick, price: Floats, paid: Floats, running: Bools) -> tuple[Floats, Floats, Floats]:
        """Revenue with top-ups, (J, R): over all costs of an operator; over revenue without; less costs, USD.

        An operator who mines and separates asks whether the two together pay, whatever the one charges the other. What
        is offered counts in full until it ends.
        """
        terms, year = self.offers(tick, price, self.ahead), self._year(price, paid)
        costs = year.costs + terms.standards
        revenue = self._with_contracts(year.revenue + terms.top_up, costs)
        earned, spent = self.of_operator(revenue * running), self.of_operator(costs * running)
        lift = np.divide(revenue, year.revenue, out=np.ones_like(revenue), where=year.revenue > 0)
        return (earned / at_least(spent, TINY))[self.operator], lift, revenue - costs


def _mean(weighted: Floats, weight: Floats) -> Floats:
    return np.divide(weighted, weight, out=np.zeros_like(weighted), where=weight > 0)


def draw_by_project(draws: Draws, portfolio: Portfolio, what: str, value: float | Distribution, unit: str) -> Floats:
    """(J, R): one draw a project and replicate of the same distribution."""
    drawn: list[Scalar] = [draws.draw(f"projects.{name}.{what}", value, unit) for name in portfolio.names]
    shape = (len(drawn), len(draws.replicates))
    return np.array([np.broadcast_to(one, shape[1:]) for one in drawn]).reshape(shape)
