"""One world of the model, reported in the order of docs/model.md: a method a section, an equation a line."""

from __future__ import annotations

from math import exp, expm1, log, tanh

from tests.oracle.base import BaseYear
from tests.oracle.border import Border
from tests.oracle.calendar import Calendar, Tick
from tests.oracle.forms import Parameters, Responses, alpha, held, logistic, normal, release, smooth
from tests.oracle.parts import Arc, Facility, Node, Sector, User
from tests.oracle.trade import Trade

TIMES = (
    *("expectation_time", "output_expectation_time", "restart_time", "habit_time", "saving_time", "investment_time"),
    *("hoarding_memory", "hoarding_rise", "hoarding_fall"),
    *("price_time", "price_expectation_time", "contract_time", "long_price_time"),
)
NOTHING = 1e-12  # t/day: less than anybody orders


class World:
    """What one tick does to the parts of a world: stocks, prices and habits."""

    def __init__(self, base: BaseYear, p: Parameters, border: Border, calendar: Calendar, perturb: float = 1.0) -> None:
        self.base, self.p, self.border, self.responses = base, p, border, Responses(p)
        self.whole = calendar.tick  # days of a whole tick
        self.floor, self.ceiling = log(p["price_floor"]), log(p["choke_price"]) + 2 * p["choke_spread"]  # eq. 8.5
        for a in base.arcs:
            self._start_arc(a)
        for o in base.origins:
            o.producer_stock, o.expected_orders, o.expected_net = o.cover * o.orders0, o.orders0, o.made0 - o.other0
        for u in base.users:
            u.stock, u.expected_use, u.order = u.cover * u.use0, u.use0, u.use0
            u.node.expected_use += u.use0
            u.node.orders += u.use0
        for s in base.sectors:
            s.out0 = self._without(s, s.cover)
        for n in base.nodes:  # eq. 8.3
            used = sum(u.use0 for u in n.users) + sum(a.flow0 for a in n.to_abroad)
            n.thin = p["thin_market"] * p["look_ahead"] * max(used, NOTHING)
        self.trade = Trade(base, p)
        self._perturb(perturb)

    def _start_arc(self, a: Arc) -> None:
        """What is on the way in the base year, and what people are used to."""
        a.ticks, a.late = int(a.transit // self.whole), a.transit % self.whole / self.whole  # eq. 1.1
        a.sent, a.under_way = [a.flow0 * self.whole] * (a.ticks + 1), a.flow0 * a.transit
        a.in_time = max(0, self.p["look_ahead"] - a.transit)
        a.beyond = max(a.transit, self.whole) - (0 if a.origin is a.destination else self.p["look_ahead"])
        a.share, a.expected_trade, a.hoped = a.share0, a.flow0, a.flow0

    def _perturb(self, factor: float) -> None:
        """Start with more or less in stock than people want."""
        for u in self.base.users:
            u.stock *= factor
        for o in self.base.origins:
            o.producer_stock *= factor

    def settle(self, tick: Tick) -> None:
        """One tick of the market, in order."""
        self.tick = tick
        self.alpha = self._alphas()
        self.border.support(tick)
        self.border.shock(tick)
        self.border.charge(tick)
        self.arrivals()
        self.demand()
        self.lines()
        self.plants()
        self.mass()
        self.orders()
        self.sourcing()
        self.cross_border()
        self.trade.settle(tick, self.alpha)
        self.prices()
        self.slow_states()
        self.border.pay(tick)
        self.border.reserves.declare(tick)

    def _alphas(self) -> dict[str, float]:
        """Share of a gap that closes in this tick, by the name of the time it takes (eq. 0.1)."""
        p, h = self.p, self.tick.days
        alphas = {time: alpha(h / p[time]) for time in TIMES}
        alphas["reference_rise"] = alpha(h * p["reference_rate"])
        alphas["reference_fall"] = alpha(h * p["reference_rate"] * p["reference_slowdown"])
        alphas["reference_return"] = alpha(h * p["reference_return"])
        return alphas

    # ---------------------------------------------------------------- 1 to 3: what is used

    def arrivals(self) -> None:
        """What lands is shared, what is refused goes back (section 1)."""
        base, h = self.base, self.tick.days
        for a in base.arcs:  # eq. 1.1
            a.landed = ((1 - a.late) * a.sent[-a.ticks] + a.late * a.sent[-a.ticks - 1]) * h / self.whole
            a.under_way -= a.landed
        for d in base.destinations:  # eq. 6.10
            lands = d.traded_goods * alpha(h / self.p["resale_transit"])
            d.traded_goods -= lands
            d.landed = sum(a.landed for a in d.into) + lands
        for u in base.users:  # eq. 1.2
            ordered = sum(v.order for v in u.node.users)
            u.part = u.order / ordered if ordered > NOTHING else u.expected_use / u.node.expected_use
        self.border.share(self.tick)  # eqs 1.2, 7.9
        self.border.reserves.land(self.tick)  # eq. 1.4
        for u in base.users:
            u.stock += u.received
        self.border.decide(self.tick)  # eqs 7.4–7.6
        for a in base.arcs:  # eq. 1.3
            a.origin.producer_stock += a.denied

    def demand(self) -> None:
        """What is paid, and what sectors need at that (section 2)."""
        p, w = self.p, self.p["contract_share"]
        for d in self.base.destinations:  # eq. 2.1
            d.contract = 0.0
            for a in d.into:
                d.contract += a.share * a.landed_value * (1 + a.tariff) * exp(a.origin.contract_price)
            d.paid = w * d.contract + (1 - w) * exp(d.price)
        for s in self.base.sectors:
            s.cost = 0.0
            for u in s.users:  # eq. 2.2
                s.cost += u.weight * u.node.paid
            s.baseline = exp(s.growth * p["growth"] * self.tick.middle) * s.shock  # eq. 2.3
            bought = (1 + s.inputs_in_value * (s.cost - 1)) ** -p["final_elasticity"]
            s.quantity = s.baseline * bought * self.responses.remaining(log(s.cost))
            for u in s.users:  # eq. 2.4
                u.need = u.use0 * s.quantity * s.intensity

    def lines(self) -> None:
        """What sectors produce of what they would (section 3)."""
        h, least = self.tick.days, self.p["least_cover"]
        for s in self.base.sectors:
            for u in s.users:  # eq. 3.1
                middle = u.stock - (u.received + u.need * h) / 2
                u.relative_cover = max(middle / u.need, least) / s.cover
            short = min(s.users, key=lambda u: u.relative_cover)  # eq. 3.2
            out = max(0, (self._without(s, short.relative_cover * s.cover) - s.out0) / (1 - s.out0))
            idle = out * max(0, 1 - short.received / (short.need * h))  # eq. 3.3
            s.stopped = max(idle, smooth(s.stopped, (idle + s.idle) / 2, self.alpha["restart_time"]))  # eq. 3.4
            s.idle, s.critical = idle, short.name[0]
            s.production = min(1 - s.stopped, *(u.stock / (u.need * h) for u in s.users))  # eq. 3.5
            for u in s.users:
                u.stock -= s.production * u.need * h
            s.value_lost = s.baseline - s.production * s.quantity  # eq. 3.6

    def _without(self, s: Sector, cover: float) -> float:
        """Share of firms that are out of an input of which there is a mean cover (eq. 3.2)."""
        return 1 - normal(log(cover / self.p["critical_cover"]) / s.spread - s.spread / 2)

    # ---------------------------------------------------------------- 4: what is made

    def plants(self) -> None:
        """What facilities want to do, and what their inputs let them (section 4)."""
        for o in self.base.origins:  # eq. 4.2
            able = sum(b.share0 * b.facility.capacity for b in o.producers)
            o.desired = self._asked(o) / o.orders0 / able if o.orders0 else 1 / able
        for f in self.base.facilities:
            self._want(f)
        self.border.plan(self.tick)  # eq. 7.18
        for u in self.base.plants:
            self._serve(u)
        for f in self.base.facilities:
            self._operate(f)
        for o in self.base.origins:
            self._make(o)

    def _asked(self, o: Node) -> float:
        """What producers would put out, t/day (eq. 4.2)."""
        unsold = o.producer_stock / (o.cover * o.expected_orders)
        return o.expected_orders * exp(o.cover / self.p["producer_adjustment_time"] * (1 - unsold))

    def _want(self, f: Facility) -> None:
        """Activity that a facility wants (eqs 4.1 to 4.3)."""
        p = self.p
        worth = [b.weight * exp(b.node.expected_price) for b in f.outputs]  # eq. 4.1
        value = sum(worth)
        paid = sum(i.weight * i.user.node.paid * i.user.thrift for i in f.inputs)
        f.unit_cost = f.input_share * paid + 1 - f.input_share
        desired = sum(v * b.node.desired for v, b in zip(worth, f.outputs, strict=True)) / value  # eq. 4.2
        mine = "mine_" if f.process == "mine" else ""
        u_min, u0 = p["utilisation_floor"], p["utilisation_base"]  # eq. 4.3
        z0 = log((u0 - u_min) / (1 - u0))
        k0 = (u0 - u_min) * (1 - u0) / ((1 - u_min) * u0)
        pull = p[mine + "supply_elasticity"] * log(value / f.unit_cost * f.support)
        pull += p[mine + "order_elasticity"] * log(max(desired, p["least_ratio"]))
        z = held(z0 + pull / k0, -p["utilisation_bound"], p["utilisation_bound"])
        utilisation = u_min + (1 - u_min) * logistic(z)
        f.wanted = f.activity0 * f.capacity * utilisation / u0 * f.available

    def _serve(self, u: User) -> None:
        """What share of the inputs that they need plants can take (eq. 4.4)."""
        h = self.tick.days
        u.need = u.thrift * sum(i.amount * i.facility.wanted for i in u.plants)
        can = release(u.stock - u.received, u.received, self.p["release_time"], h)
        u.served = min(1, can / (u.need * h)) if u.need else 1

    def _operate(self, f: Facility) -> None:
        """What a facility does with the inputs that it gets (eq. 4.4)."""
        served = min((i.user.served for i in f.inputs), default=1)
        f.activity = f.wanted * served
        for i in f.inputs:
            i.user.stock -= i.user.thrift * i.amount * f.activity * self.tick.days

    def _make(self, o: Node) -> None:
        """What is made at an origin, and what of it joins the stock (eq. 4.5)."""
        p = self.p
        piled = o.producer_stock / (o.cover * o.expected_orders) if o.orders0 else 1  # H
        recovered = 1 - min(p["recovery_flexibility"], o.headroom) * tanh(piled - 1)  # ρ
        o.made = recovered * sum(b.amount * b.facility.activity for b in o.producers)
        o.other = o.made * self._disposed(o, piled) if o.other0 and o.made else 0
        o.net = o.made - o.other
        o.producer_stock += o.net * self.tick.days

    def _disposed(self, o: Node, piled: float) -> float:
        """Share of the output that goes to other use, mean over the tick in which it closes on its goal (eq. 4.5)."""
        x = o.other0 / o.made0 * exp(-self.p["other_use_elasticity"] * o.price)
        if not o.orders0:
            return 1
        goal = 1 - o.expected_orders / o.made
        pace = o.made * x / (o.cover * o.expected_orders) * self.tick.days
        return held(goal - (x * piled - goal) * expm1(-pace) / pace, 0, 1)

    def mass(self) -> None:
        """Where the elements went since the start, t (eq. 4.6)."""
        h = self.tick.days
        for f in self.base.facilities:
            self._mass_of_facility(f)
        for o in self.base.origins:
            for e, share in o.content:
                e.gone += share * o.other * h
        for s in self.base.sectors:
            for u in s.users:
                for e, share in u.node.content:
                    e.consumed += share * s.production * u.need * h

    def _mass_of_facility(self, f: Facility) -> None:
        """What a facility mines, or loses and saves of its inputs."""
        done = f.activity * self.tick.days
        for e, tonnes in f.mined:
            e.mined += tonnes * done
        for i in f.inputs:
            used, saved = i.user.thrift * done, (1 - i.user.thrift) * done
            for e, kept, lost in i.fate:
                e.thrifted += kept * saved
                e.lost += lost * used

    # ---------------------------------------------------------------- 5 to 7: what is ordered and sent

    def orders(self) -> None:
        """What users expect, hoard and order (section 5)."""
        for d in self.base.destinations:  # eq. 5.1
            d.expected_use = 0.0
            for u in d.users:
                u.expected_use = smooth(u.expected_use, u.need, self.alpha["expectation_time"])
                d.expected_use += u.expected_use
        for o in self.base.origins:
            o.expected_net = smooth(o.expected_net, o.net, self.alpha["output_expectation_time"])
        self.border.expect(self.tick)  # eqs 7.1, 7.2
        self.border.reserves.expect(self.tick)  # eqs 12.8, 12.9
        for d in self.base.destinations:
            self._hoard(d)
            self._order(d)
        self.border.reserves.order(self.tick)  # eq. 12.3

    def _hoard(self, d: Node) -> None:
        """Hoarding at a destination, from prices that rose and controls announced (eq. 5.2)."""
        p = self.p
        growth = max(0, d.price - d.price_remembered)
        d.price_remembered = smooth(d.price_remembered, d.price, self.alpha["hoarding_memory"])
        announcement_effect = 0.0
        for a in d.into:
            announcement_effect += a.share0 * a.announcement_effect
        goal = min(
            p["hoarding_ceiling"],
            1 + p["hoarding_gain"] * growth + p["hoarding_announcement"] * announcement_effect * d.alarmed,
        )
        d.hoarding = smooth(d.hoarding, goal, self.alpha["hoarding_rise" if goal > d.hoarding else "hoarding_fall"])

    def _order(self, d: Node) -> None:
        """What users order, by what they expect to need, hold and have under way (eq. 5.3)."""
        weight, time = self.p["on_order_weight"], self.p["stock_adjustment_time"]
        line, line_wanted = 0.0, 0.0
        for a in d.into:
            line += (a.under_way + a.expected_clearance + a.granted) / d.expected_use
            line_wanted += a.share * (a.transit - self.tick.days + a.licence_days)
        line *= 1 - d.reserved  # eq. 12.8
        line += d.traded_goods / d.expected_use
        d.orders, d.target_stock = d.resold_by_users, 0.0
        for u in d.users:
            wanted = u.expected_use * (1 + (d.hoarding * u.cover * u.kept + weight * (line_wanted - line)) / time)
            u.order = max(0, wanted - u.stock / time)
            d.orders += u.order
            d.target_stock += d.hoarding * u.cover * u.expected_use

    def sourcing(self) -> None:
        """Whom users ask, and what producers send (section 6)."""
        for d in self.base.destinations:
            attraction = [self._attraction(a) for a in d.into]  # eq. 6.1
            total = sum(attraction)
            for a, attracts in zip(d.into, attraction, strict=True):
                a.share = smooth(a.share, attracts / total, self.alpha["habit_time"])
                a.doubted = smooth(a.doubted, a.expected_restriction, self.alpha["expectation_time"])
            self._ask(d)
        self.border.limit(self.tick)  # eqs 7.3, 7.12
        for o in self.base.origins:
            self._send(o)

    def _attraction(self, a: Arc) -> float:
        """How buyers like an origin (eq. 6.1)."""
        p = self.p
        dear = a.origin.contract_price + log(1 + a.tariff)
        repelled = p["sourcing_elasticity"] * dear + p["refusal_aversion"] * a.expected_restriction
        return a.share0 * exp(-repelled) * max(a.origin.fill_rate, p["fill_rate_floor"])

    def _ask(self, d: Node) -> None:
        """What is ordered over each arc: contracts by habit, the rest of who is cheap (eq. 6.2)."""
        held, elasticity = self.p["contract_share"], self.p["spot_elasticity"]
        cheap = {a: ((1 - a.doubted) / (exp(a.origin.price) * (1 + a.tariff))) ** elasticity for a in d.into}
        all_cheap = sum(a.share * cheap[a] for a in d.into)
        for a in d.into:
            a.orders_placed = (
                d.all_orders * a.share * (held + (1 - held) * cheap[a] / max(all_cheap, NOTHING)) + a.sought
            )

    def _send(self, o: Node) -> None:
        """What producers at an origin send of what is asked of them (eqs 6.2, 6.3)."""
        h, learning = self.tick.days, self.alpha["expectation_time"]
        counted_on, asked = 0.0, 0.0
        for a in o.out_of:
            counted_on += a.orders_placed * (1 - a.expected_restriction)
            asked += a.orders_placed * (1 - a.restricted) * h
        o.expected_orders = smooth(o.expected_orders, counted_on, learning)
        inflow = o.net * h
        can = min(o.producer_stock, release(o.producer_stock - inflow, inflow, self.p["release_time"], h))
        filled = min(1, can / asked) if asked else 1
        for a in o.out_of:
            allowed = a.orders_placed * (1 - a.restricted) * h
            a.shipped = allowed * (self._favoured(a, o, filled) if asked > NOTHING and filled < 1 else filled)
            o.producer_stock -= a.shipped
        o.producer_stock = max(o.producer_stock, 0)
        o.fill_rate = smooth(o.fill_rate, filled, learning)

    def _favoured(self, a: Arc, o: Node, filled: float) -> float:
        """Share of what is ordered over an arc that is sent, where goods are short (eq. 6.3)."""
        held = self.p["contract_share"]
        asked = sum(b.orders_placed * (1 - b.restricted) for b in o.out_of)
        mean = sum(b.orders_placed * (1 - b.restricted) * self._bid(b) for b in o.out_of) / asked
        bid = self._bid(a) / mean
        return held * filled + (1 - held) * bid * filled / (1 - filled + bid * filled)

    def _bid(self, a: Arc) -> float:
        """What a buyer pays, net of duties (eq. 6.3)."""
        return float((exp(a.destination.price) / (1 + a.tariff)) ** self.p["spot_elasticity"])

    def cross_border(self) -> None:
        """What leaves the country of origin, with papers or round about (section 7)."""
        self.border.cross(self.tick)  # eq. 7.10
        self.border.leak(self.tick)  # eq. 7.13
        for a in self.base.arcs:
            a.origin.producer_stock -= a.leaked
            a.sent.append(a.crossed + a.leaked)
            a.under_way += a.sent[-1]
        self.border.reserves.cross_border()  # eq. 12.2

    # ---------------------------------------------------------------- 8 and 9: what changes slowly

    def prices(self) -> None:
        """What is scarce, and what it costs (section 8)."""
        for a in self.base.arcs:
            a.expected_trade = smooth(a.expected_trade, a.orders_placed, self.alpha["expectation_time"])
            a.hoped = (1 - a.expected_restriction) * a.expected_trade
        self.border.cut(self.tick)  # eqs 7.19, 12.9
        self.border.reserves.look_ahead()  # eq. 8.8
        for n in self.base.nodes:
            self._move_price(n)

    def _supply_ahead(self, n: Node) -> float:
        """Prospective supply, t (eq. 8.1)."""
        supply = n.producer_stock + self.p["look_ahead"] * n.expected_net + n.reserves_ahead
        for u in n.users:
            supply += u.stock
        for a in n.into:
            supply += a.under_way + (1 - a.expected_restriction) * a.backlog
        for a in n.from_abroad:
            supply += a.hoped * a.in_time
        supply += n.traded_goods + n.resold_to * max(0, self.p["look_ahead"] - self.p["resale_transit"])
        return supply + n.thin

    def _use_ahead(self, n: Node) -> float:
        """Prospective use, t/day (eq. 8.2)."""
        use = n.expected_use + n.resold_by_users + n.resold_by_producers
        for a in n.to_abroad:
            use += a.hoped
        return use

    def _wanted(self, n: Node) -> float:
        """What is used in the look-ahead, on its way beyond it, and held, t (eq. 8.3)."""
        wanted = self.p["look_ahead"] * self._use_ahead(n) + n.target_stock + n.cover * n.expected_orders + n.thin
        for a in n.into:
            wanted += a.hoped * max(0, a.beyond)
        return wanted

    def _move_price(self, n: Node) -> None:
        """Spot and reference price of a node (eqs 8.3 to 8.7)."""
        p, wanted = self.p, self._wanted(n)
        scarcity = log(wanted / max(self._supply_ahead(n), self._use_ahead(n) * p["least_prospect"]))  # eq. 8.3
        cost, passed = self._costs(n)
        passed += n.discount  # eq. 7.19
        slack = p["slack_response"] if scarcity < 0 else 1
        price_pressure = p["scarcity_elasticity"] * slack * scarcity + passed  # eq. 8.5
        goal = min(max(n.reference_price + (price_pressure + n.price_pressure) / 2, self.floor + cost), self.ceiling)
        used = self._use_ahead(n)
        abroad = sum(a.hoped for a in n.to_abroad) / used if used else 0.0
        goal = self.trade.lean(n, goal, wanted, abroad)  # eq. 8.7
        before, n.price_pressure = n.price, price_pressure
        n.price = smooth(before, goal, self.alpha["price_time"])
        own = (n.price + before) / 2 - passed - n.reference_price  # eq. 8.6
        n.reference_price += own * self.alpha["reference_fall" if own < 0 else "reference_rise"]
        ample = 2 * logistic(-p["ample_sharpness"] * scarcity)
        n.reference_price *= 1 - min(1, ample) * self.alpha["reference_return"]

    def _costs(self, n: Node) -> tuple[float, float]:
        """Unit cost of what is made and of what lands, by their parts in what users there buy (eq. 8.4)."""
        p = self.p
        home = sum(a.share for a in n.into if a.origin is n) if n.into else 1.0
        made = sum(b.share0 * log(b.facility.unit_cost) for b in n.producers)
        landed = log(n.contract) if n.into else 0.0
        cost = home * made + (1 - home) * landed
        return cost, home * p["cost_pass_through"] * made + (1 - home) * p["landed_pass_through"] * landed

    def slow_states(self) -> None:
        """Contracts, intensities and capacity (section 9)."""
        p, h = self.p, self.tick.days
        for o in self.base.origins:  # eq. 9.1
            o.expected_price = smooth(o.expected_price, o.price, self.alpha["price_expectation_time"])
            o.contract_price = smooth(o.contract_price, o.price, self.alpha["contract_time"])
            o.long_price = smooth(o.long_price, o.price, self.alpha["long_price_time"])
        for s in self.base.sectors:  # eq. 9.2
            s.intensity = self.responses.slow(s.intensity, log(s.cost), h)
        for u in self.base.thrifty:  # eq. 9.3
            x = log(u.node.paid)
            u.saving = smooth(u.saving, self.responses.fast(x), self.alpha["saving_time"])
            u.thrifting = self.responses.slow(u.thrifting, x, h)
            u.thrift = u.saving * u.thrifting
        for f in self.base.facilities:  # eq. 9.4
            growth = 0 if f.planned else f.growth * p["growth"]
            high = 0 if f.planned else max(0, sum(b.weight * b.node.long_price for b in f.outputs))
            goal = exp(growth * self.tick.end) * (1 + p["investment_elasticity"] * high)
            f.capacity = smooth(f.capacity * exp(growth * h), goal, self.alpha["investment_time"])
