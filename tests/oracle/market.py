"""One world of the model, told in the order of docs/model.md: a method a section, an equation a line."""

from __future__ import annotations

import math
from typing import Any

from tests.oracle.base import Arc, BaseYear, Node, Sector, User, destination, node, normalised, origin
from tests.oracle.border import Border
from tests.oracle.calendar import Calendar, Tick
from tests.oracle.forms import (
    Parameters,
    alpha,
    fast_response,
    held,
    logistic,
    normal,
    release,
    remaining,
    slow_response,
    smooth,
)
from tests.oracle.ring import Ring

RECORDED = (
    *("received", "need", "relative_cover", "paid", "contract", "cost"),
    *("baseline", "quantity", "production", "value_lost", "critical", "idle", "stopped"),
    *("unit_cost", "activity", "made", "other", "net", "mined", "lost", "thrifted", "consumed", "gone"),
    *("expected_use", "expected_orders", "expected_net", "expected_want", "hoarding", "price_remembered"),
    *("want", "share", "fill", "shipped", "crossed", "leaked", "maker_stock", "user_stock"),
    *("price", "anchor", "bare", "expected_price", "contract_price", "long_price"),
    *("intensity", "saving", "thrifting", "thrift", "capacity"),
)

NOTHING = 1e-12  # t/day: less than anybody orders


class World:
    """Stocks, prices and habits of one world, and what one tick does to them."""

    def __init__(self, base: BaseYear, p: Parameters, border: Border, calendar: Calendar, perturb: float = 1.0) -> None:
        self.base, self.p, self.border = base, p, border
        self.tick = Tick(0, 0, 0)
        self.ring = Ring(base, calendar.tick)
        self._start_stocks(perturb)
        self._start_expectations()
        self._start_prices()
        self._start_responses()

    def settle(self, tick: Tick) -> None:
        """One tick of the market, in order."""
        self.tick = tick
        self.arrivals()
        self.demand()
        self.lines()
        self.plants()
        self.mass()
        self.orders()
        self.sourcing()
        self.cross_border()
        self.prices()
        self.slow_states()

    # ---------------------------------------------------------------- the base year

    def _start_stocks(self, perturb: float) -> None:
        base = self.base
        self.user_stock = {u: base.cover[u] * use * perturb for u, use in base.use.items()}
        self.maker_stock = {o: base.maker_cover[o] * base.orders[o] * perturb for o in base.made}
        self.mined, self.lost, self.thrifted = (dict.fromkeys(base.elements, 0.0) for _ in range(3))
        self.consumed, self.gone = dict.fromkeys(base.elements, 0.0), dict.fromkeys(base.elements, 0.0)

    def _start_expectations(self) -> None:
        base = self.base
        self.expected_use = dict(base.use)
        self.order = dict(base.use)
        self.expected_orders = dict(base.orders)
        self.expected_net = {o: made - base.other_use.get(o, 0.0) for o, made in base.made.items()}
        self.expected_want = dict(base.flow)
        self.hoarding = dict.fromkeys(base.nodes, 1.0)
        self.price_remembered = dict.fromkeys(base.nodes, 0.0)
        self.share = dict(base.share)
        self.fill = dict.fromkeys(base.made, 1.0)

    def _start_prices(self) -> None:
        def level() -> dict[Node, float]:
            return dict.fromkeys(self.base.nodes, 0.0)

        self.price, self.anchor, self.bare = level(), level(), level()
        self.expected_price, self.contract_price, self.long_price = level(), level(), level()
        base, ahead = self.base, self.p["look_ahead"]
        self.base_supply, self.base_prospect = level(), level()  # eqs 8.1, 8.2
        for o in base.made:
            self.base_supply[o] += base.maker_cover[o] * base.orders[o] + ahead * self.expected_net[o]
        for u, use in base.use.items():
            self.base_supply[node(u)] += base.cover[u] * use
            self.base_prospect[node(u)] += use
        for a, flow in base.flow.items():
            self.base_supply[destination(a)] += flow * base.transit[a]
        for a in abroad(list(base.flow)):
            self.base_supply[destination(a)] += base.flow[a] * max(0, ahead - base.transit[a])
            self.base_prospect[origin(a)] += base.flow[a]

    def _start_responses(self) -> None:
        base = self.base
        self.intensity = dict.fromkeys(base.sectors, 1.0)
        self.idle, self.stopped = dict.fromkeys(base.sectors, 0.0), dict.fromkeys(base.sectors, 0.0)
        self.saving, self.thrifting = dict.fromkeys(base.thrifty, 1.0), dict.fromkeys(base.thrifty, 1.0)
        self.thrift = dict.fromkeys(base.plants, 1.0)
        self.capacity = dict.fromkeys(base.activity, 1.0)

    def _smooth(self, x: float, goal: float, time: str) -> float:
        """Eq. 0.1 over this tick, with the time of a parameter."""
        return smooth(x, goal, self.p[time], self.tick.days)

    def _release(self, stock: float, inflow: float) -> float:
        """Eq. 0.2 over this tick."""
        return release(stock, inflow, self.p["release_time"], self.tick.days)

    # ---------------------------------------------------------------- 1 to 3: what is used

    def arrivals(self) -> None:
        """What lands is shared, what is refused goes back (section 1)."""
        landed = self.ring.land(self.tick)  # eq. 1.1
        self.received = self.border.share(landed, self._claims(), self.tick)  # eqs 1.2, 7.9
        for user, tonnes in self.received.items():
            self.user_stock[user] += tonnes
        self.border.decide(self.tick)  # eqs 7.4–7.6
        for arc, tonnes in self.border.refused.items():  # eq. 1.3
            self.maker_stock[origin(arc)] += tonnes

    def _claims(self) -> dict[User, float]:
        """What users ordered in the tick before; where nobody ordered anything, what they expect to need (eq. 1.2)."""
        claims: dict[User, float] = {}
        for d in self.base.destinations:
            users = self.base.users[d]
            asked = sum(self.order[u] for u in users) > NOTHING
            claims |= {u: self.order[u] if asked else self.expected_use[u] for u in users}
        return claims

    def demand(self) -> None:
        """What is paid, and what sectors need at that (section 2)."""
        base, p = self.base, self.p
        self.contract = {  # eq. 2.1
            d: sum(
                self.share[a] * base.landed_value[a] * math.exp(self.contract_price[origin(a)]) for a in base.into[d]
            )
            for d in base.destinations
        }
        w = p["contract_share"]
        self.paid = {d: w * c + (1 - w) * math.exp(self.price[d]) for d, c in self.contract.items()}
        self.cost: dict[Sector, float] = {}
        self.baseline: dict[Sector, float] = {}
        self.quantity: dict[Sector, float] = {}
        self.need: dict[User, float] = {}
        for s, users in base.needs.items():
            cost = sum(base.need_weight[s][u] * self.paid[node(u)] for u in users)  # eq. 2.2
            trend = math.exp(base.growth[s] * p["growth"] * self.tick.middle)
            self.baseline[s] = trend * self.border.demand(s, self.tick)  # eq. 2.3
            spent = 1 + base.inputs_in_value[s] * (cost - 1)
            bought = self.baseline[s] * spent ** -p["final_elasticity"]
            self.quantity[s] = bought * remaining(math.log(cost), p)
            used = self.intensity[s]  # eq. 2.4
            self.need |= {u: base.use[u] * self.quantity[s] * used for u in users}
            self.cost[s] = cost

    def lines(self) -> None:
        """What sectors produce of what they would (section 3)."""
        self.production: dict[Sector, float] = {}
        self.value_lost: dict[Sector, float] = {}
        self.critical: dict[Sector, str] = {}
        self.relative_cover: dict[User, float] = {}
        for s, users in self.base.needs.items():
            self._line(s, users)

    def _line(self, s: Sector, users: list[User]) -> None:
        """One sector's lines in a tick."""
        h, cover0, cover = self.tick.days, self.base.sector_cover[s], {}
        for u in users:  # eq. 3.1
            middle = self.user_stock[u] - (self.received[u] + self.need[u] * h) / 2
            cover[u] = max(middle / self.need[u], self.p["least_cover"])
            self.relative_cover[u] = cover[u] / cover0
        critical = min(users, key=lambda u: self.relative_cover[u])  # eq. 3.2
        out0 = self._without(cover0, s)
        out = max(0, (self._without(cover[critical], s) - out0) / (1 - out0))
        idle = out * max(0, 1 - self.received[critical] / (self.need[critical] * h))  # eq. 3.3
        stopped = self._smooth(self.stopped[s], (idle + self.idle[s]) / 2, "restart_time")  # eq. 3.4
        self.stopped[s], self.idle[s] = max(idle, stopped), idle
        there = min(self.user_stock[u] / (self.need[u] * h) for u in users)  # eq. 3.5
        self.production[s] = min(1 - self.stopped[s], there)
        for u in users:
            self.user_stock[u] -= self.production[s] * self.need[u] * h
        self.value_lost[s] = self.baseline[s] - self.production[s] * self.quantity[s]  # eq. 3.6
        self.critical[s] = critical[0]

    def _without(self, cover: float, s: Sector) -> float:
        """Share of firms that are out of an input of which there is a mean cover (eq. 3.2)."""
        spread = self.base.spread[s]
        return 1 - normal(math.log(cover / self.p["critical_cover"]) / spread - spread / 2)

    # ---------------------------------------------------------------- 4: what is made

    def plants(self) -> None:
        """What facilities want to do, and what their inputs let them (section 4)."""
        base, h = self.base, self.tick.days
        self.unit_cost: dict[str, float] = {}
        wanted = {f: self._wanted(f) for f in base.activity}
        served = {}
        for u in base.plants:  # eq. 4.4
            self.need[u] = self.thrift[u] * sum(base.inputs[f][u[0]] * wanted[f] for f in base.using[u])
            can = self._release(self.user_stock[u] - self.received[u], self.received[u])
            served[u] = min(1, can / (self.need[u] * h)) if self.need[u] else 1
        self.activity = {
            f: wanted[f] * min([1.0, *(served[c, base.region[f]] for c in base.inputs[f])]) for f in wanted
        }
        for u in base.plants:
            used = self.thrift[u] * sum(base.inputs[f][u[0]] * self.activity[f] for f in base.using[u])
            self.user_stock[u] -= used * h
        self.made, self.net, self.other = {}, {}, {}
        for o in base.made:  # eq. 4.5
            made = sum(base.outputs[f][o[0]] * self.activity[f] for f in base.making[o])
            target = base.maker_cover[o] * self.expected_orders[o]
            held = self.maker_stock[o] / target if base.orders[o] else 1
            if o in base.by_products:
                made *= 1 - min(self.p["recovery_flexibility"], base.headroom[o]) * math.tanh(held - 1)
            share0 = base.other_use.get(o, 0.0) / base.made[o]
            self.made[o] = made
            kept = math.exp(-self.p["other_use_elasticity"] * self.price[o])
            self.other[o] = made * min(1, share0 * kept * held)
            self.net[o] = made - self.other[o]
            self.maker_stock[o] += self.net[o] * h

    def _wanted(self, f: str) -> float:
        """Activity that a facility wants (eqs 4.1 to 4.3)."""
        base, p = self.base, self.p
        g, weight = base.region[f], base.output_weight[f]
        paid = sum(w * self.paid[c, g] * self.thrift[c, g] for c, w in base.input_weight[f].items())
        worth = {c: w * math.exp(self.expected_price[c, g]) for c, w in weight.items()}
        value = sum(worth.values())  # eq. 4.1
        cost = base.input_share[f] * paid + 1 - base.input_share[f]
        desired = sum(worth[c] * self._desired((c, g)) for c in worth) / value  # eq. 4.2
        mine = "mine_" if base.process[f] == "mine" else ""
        u_min, u0 = p["utilisation_floor"], p["utilisation_base"]  # eq. 4.3
        z0 = math.log((u0 - u_min) / (1 - u0))
        k0 = (u0 - u_min) * (1 - u0) / ((1 - u_min) * u0)
        busy = max(desired / self.capacity[f], p["least_ratio"])
        pull = p[mine + "supply_elasticity"] * math.log(value / cost)
        pull += p[mine + "order_elasticity"] * math.log(busy)
        z = held(z0 + pull / k0, -p["utilisation_bound"], p["utilisation_bound"])
        utilisation = u_min + (1 - u_min) * logistic(z)
        self.unit_cost[f] = cost
        return base.activity[f] * self.capacity[f] * utilisation / u0 * self.border.available(f, self.tick)

    def _desired(self, o: Node) -> float:
        """Output that orders and the makers' stock ask for, against base (eq. 4.2)."""
        if not self.base.orders[o]:
            return 1
        expected = self.expected_orders[o]
        missing = self.base.maker_cover[o] * expected - self.maker_stock[o]
        return max(0, expected + missing / self.p["maker_adjustment_time"]) / self.base.orders[o]

    def mass(self) -> None:
        """Where the elements went since the start, t (eq. 4.6)."""
        for f in self.activity:
            for e in self.base.elements:
                self._mass_of_facility(f, e)
        for o, other in self.other.items():
            self._book(self.gone, o[0], other)
        for s, users in self.base.needs.items():
            for u in users:
                self._book(self.consumed, u[0], self.production[s] * self.need[u])

    def _book(self, account: dict[str, float], commodity: str, tonnes: float) -> None:
        """Book the elements in tonnes a day of a commodity."""
        for e in self.base.elements:
            account[e] += tonnes * self.base.content.get((commodity, e), 0.0) * self.tick.days

    def _mass_of_facility(self, f: str, e: str) -> None:
        """What a facility mines, or loses and saves of its inputs."""
        base, done = self.base, self.activity[f] * self.tick.days
        bound = sum(b * base.content.get((c, e), 0.0) for c, b in base.outputs[f].items())
        fed = {c: a * base.content.get((c, e), 0.0) for c, a in base.inputs[f].items()}
        if not fed:
            self.mined[e] += bound * done
        for c, content in fed.items():
            kept, thrift = bound / sum(fed.values()) if bound else 0.0, self.thrift[c, base.region[f]]
            self.thrifted[e] += kept * (1 - thrift) * content * done
            self.lost[e] += (1 - kept) * thrift * content * done

    # ---------------------------------------------------------------- 5 to 7: what is ordered and sent

    def orders(self) -> None:
        """What users expect, hoard and order (section 5)."""
        base, p = self.base, self.p
        for u in base.use:  # eq. 5.1
            self.expected_use[u] = self._smooth(self.expected_use[u], self.need[u], "expectation_time")
        for o in base.made:
            self.expected_net[o] = self._smooth(self.expected_net[o], self.net[o], "output_expectation_time")
        self.border.expect(self.tick)  # eqs 7.1, 7.2
        for d in base.destinations:
            arcs = base.into[d]
            self._hoard(d)
            expected = sum(self.expected_use[u] for u in base.users[d])
            line = sum(self.ring.under_way(a) + self.border.coming(a) for a in arcs) / expected
            line_wanted = sum(
                self.share[a] * (base.transit[a] - self.tick.days + self.border.licence_days[a]) for a in arcs
            )
            time = p["stock_adjustment_time"]
            for u in base.users[d]:  # eq. 5.3
                cover = self.hoarding[d] * base.cover[u] + p["supply_line_weight"] * (line_wanted - line)
                self.order[u] = max(0, self.expected_use[u] * (1 + cover / time) - self.user_stock[u] / time)

    def _hoard(self, d: Node) -> None:
        """Hoarding at a destination, from prices that rose and controls announced (eq. 5.2)."""
        p, arcs = self.p, self.base.into[d]
        growth = max(0, self.price[d] - self.price_remembered[d])
        self.price_remembered[d] = self._smooth(self.price_remembered[d], self.price[d], "hoarding_memory")
        alarm = sum(self.base.share[a] * self.border.alarm[a] for a in arcs)
        goal = min(p["hoarding_ceiling"], 1 + p["hoarding_gain"] * growth + p["hoarding_alarm"] * alarm)
        time = "hoarding_rise" if goal > self.hoarding[d] else "hoarding_fall"
        self.hoarding[d] = self._smooth(self.hoarding[d], goal, time)

    def sourcing(self) -> None:
        """Whom users ask, and what makers send (section 6)."""
        base, h, barred = self.base, self.tick.days, self.border.barred
        self.want: dict[Arc, float] = {}
        for d in base.destinations:
            arcs = base.into[d]
            ordered = sum(self.order[u] for u in base.users[d])
            attraction = normalised({a: base.share[a] * self._attraction(a) for a in arcs})  # eq. 6.1
            for a in arcs:
                self.share[a] = self._smooth(self.share[a], attraction[a], "habit_time")
                self.want[a] = self.share[a] * ordered  # eq. 6.2
        blocked = self.border.limit(self.want, self.price, self.tick)
        allowed = {a: want * (1 - blocked[a]) for a, want in self.want.items()}
        self.shipped: dict[Arc, float] = {}
        for o in base.made:
            counted_on = sum(self.want[a] * (1 - barred[a]) for a in base.out_of[o])
            self.expected_orders[o] = self._smooth(self.expected_orders[o], counted_on, "expectation_time")
            inflow = self.net[o] * h  # eq. 6.3
            can = min(self.maker_stock[o], self._release(self.maker_stock[o] - inflow, inflow))
            asked = h * sum(allowed[a] for a in base.out_of[o])
            filled = min(1, can / asked) if asked else 1
            self.shipped |= {a: allowed[a] * filled * h for a in base.out_of[o]}
            self.maker_stock[o] -= asked * filled
            self.fill[o] = self._smooth(self.fill[o], filled, "expectation_time")

    def _attraction(self, a: Arc) -> float:
        """How buyers like an origin, against base (eq. 6.1)."""
        p, o = self.p, origin(a)
        dear = p["sourcing_elasticity"] * self.contract_price[o]
        risky = p["refusal_aversion"] * self.border.barred[a]
        return math.exp(-dear - risky) * max(self.fill[o], p["fill_floor"])

    def cross_border(self) -> None:
        """What leaves the country of origin, with papers or round about (section 7)."""
        self.crossed = self.border.cross(self.shipped, self.tick)  # eq. 7.10
        flowing = alpha(self.tick.days / self.p["release_time"])
        most = {o: stock * flowing for o, stock in self.maker_stock.items()}
        self.leaked = self.border.leak(self.price, most, self.tick)  # eq. 7.13
        for arc in self.base.flow:
            self.maker_stock[origin(arc)] -= self.leaked[arc]
            self.ring.send(arc, self.crossed[arc] + self.leaked[arc], self.tick)

    # ---------------------------------------------------------------- 8 and 9: what changes slowly

    def prices(self) -> None:
        """What is scarce, and what it costs (section 8)."""
        for arc, want in self.want.items():
            self.expected_want[arc] = self._smooth(self.expected_want[arc], want, "expectation_time")
        hoped = {a: (1 - self.border.barred[a]) * want for a, want in self.expected_want.items()}
        for n in self.base.nodes:
            self._move_price(n, self._scarcity(n, hoped))

    def _scarcity(self, n: Node, hoped: dict[Arc, float]) -> float:
        """Prospective use over prospective supply, against base; 0 where nobody uses (eqs 8.1 to 8.3)."""
        base, ahead = self.base, self.p["look_ahead"]
        supply = (  # eq. 8.1
            self.maker_stock.get(n, 0.0)
            + sum(self.user_stock[u] for u in base.users[n])
            + ahead * self.expected_net.get(n, 0.0)
            + sum(self.ring.under_way(a) for a in base.into[n])
            + sum((1 - self.border.barred[a]) * self.border.waiting(a) for a in base.into[n])
            + sum(hoped[a] * max(0, ahead - base.transit[a]) for a in abroad(base.into[n]))
        )
        use = sum(self.expected_use[u] for u in base.users[n])  # eq. 8.2
        use += sum(hoped[a] for a in abroad(base.out_of[n]))
        if not use:
            return 0
        extra = sum(base.cover[u] * self.expected_use[u] * (self.hoarding[n] - 1) for u in base.users[n])
        sought = use * self.base_supply[n] / self.base_prospect[n] + extra  # eq. 8.3
        return math.log(sought / max(supply, use * self.p["least_prospect"]))

    def _move_price(self, n: Node, scarcity: float) -> None:
        """Spot price and anchor of a node (eqs 8.4 to 8.6)."""
        p, h = self.p, self.tick.days
        if n in self.base.made:  # eq. 8.4
            cost = sum(w * math.log(self.unit_cost[f]) for f, w in self.base.maker_share[n].items())
            passed = p["cost_pass_through"] * cost
        else:
            cost = math.log(self.contract[n])
            passed = p["landed_pass_through"] * cost
        slack = p["slack_response"] if scarcity < 0 else 1
        bare = p["scarcity_elasticity"] * slack * scarcity + passed  # eq. 8.5
        goal = max(self.anchor[n] + (bare + self.bare[n]) / 2, math.log(p["price_floor"]) + cost)
        goal = min(goal, math.log(p["choke_price"]) + 2 * p["choke_spread"])
        before, self.bare[n] = self.price[n], bare
        self.price[n] = self._smooth(before, goal, "price_time")
        own = (self.price[n] + before) / 2 - passed - self.anchor[n]  # eq. 8.6
        rate = p["anchor_rate"] * (p["anchor_slowdown"] if own < 0 else 1)
        ample = 2 * logistic(-p["ample_sharpness"] * scarcity)
        self.anchor[n] += own * alpha(rate * h)
        self.anchor[n] *= 1 - min(1, ample) * alpha(p["anchor_return"] * h)

    def slow_states(self) -> None:
        """Contracts, intensities and capacity (section 9)."""
        p, h = self.p, self.tick.days
        for n, price in self.price.items():  # eq. 9.1
            self.expected_price[n] = self._smooth(self.expected_price[n], price, "price_expectation_time")
            self.contract_price[n] = self._smooth(self.contract_price[n], price, "contract_time")
            self.long_price[n] = self._smooth(self.long_price[n], price, "long_price_time")
        for s in self.base.sectors:  # eq. 9.2
            self.intensity[s] = slow_response(self.intensity[s], math.log(self.cost[s]), p, h)
        for u in self.base.thrifty:  # eq. 9.3
            x = math.log(self.paid[node(u)])
            self.saving[u] = self._smooth(self.saving[u], fast_response(x, p), "saving_time")
            self.thrifting[u] = slow_response(self.thrifting[u], x, p, h)
            self.thrift[u] = self.saving[u] * self.thrifting[u]
        for f, weights in self.base.output_weight.items():  # eq. 9.4
            growth = self.base.facility_growth[f] * p["growth"]
            high = sum(w * self.long_price[c, self.base.region[f]] for c, w in weights.items())
            goal = math.exp(growth * self.tick.end) * (1 + p["investment_elasticity"] * max(0, high))
            self.capacity[f] = self._smooth(self.capacity[f] * math.exp(growth * h), goal, "investment_time")

    def record(self) -> dict[str, dict[Any, Any]]:
        """What a tick leaves behind, by variable and name."""
        record = {variable: dict(getattr(self, variable)) for variable in RECORDED}
        record["orders"] = {d: sum(self.order[u] for u in self.base.users[d]) for d in self.base.destinations}
        record["under_way"] = {a: self.ring.under_way(a) for a in self.base.flow}
        record["waiting"] = {a: self.border.waiting(a) for a in self.base.flow}
        for variable in ("barred", "alarm", "licence_days", "blocked", "granted", "refused"):
            record[variable] = dict(getattr(self.border, variable))
        return record


def abroad(arcs: list[Arc]) -> list[Arc]:
    """Those that cross a border."""
    return [a for a in arcs if a[1] != a[2]]
