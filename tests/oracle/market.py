"""One world of the model, reported in the order of docs/model.md: a method a section, an equation a line."""

from __future__ import annotations

from math import exp, expm1, log, tanh

from tests.oracle.base import BaseYear, mean
from tests.oracle.border import Border
from tests.oracle.calendar import Calendar, Tick
from tests.oracle.forms import Parameters, Responses, alpha, held, logistic, normal, release, smooth
from tests.oracle.parts import Arc, Design, Facility, Node, Sector, User
from tests.oracle.trade import Trade

TIMES = (
    *("expectation_time", "output_expectation_time", "restart_time", "habit_time", "saving_time", "investment_time"),
    *("hoarding_memory", "hoarding_rise", "hoarding_fall"),
    *("price_time", "price_expectation_time", "contract_time", "long_price_time", "withholding_memory"),
)
EQUAL = 1e-9  # inputs that differ by less are equally scarce (eq. 3.2)
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
            o.producer_stock, o.expected_orders, o.expected_net = o.cover * o.orders0, o.orders0, o.orders0
        for u in base.users:
            u.stock, u.expected_use, u.order, u.need = u.cover * u.use0, u.use0, u.use0, u.use0
            u.node.expected_use += u.use0
            u.node.orders += u.use0
        for s in base.sectors:
            s.out0 = self._without(s, s.cover)
            s.choke = self._choke(s)
        self._start_designs()
        for d in base.destinations:  # eq. 1.6
            usual = mean((max(u.use0, NOTHING), u.cover) for u in d.users)
            d.out0 = self._out(usual, p["place_spread"])
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

    def _start_designs(self) -> None:
        """What designs can take of a use, and whom they would pay at base prices (eq. 9.5)."""
        for g in self.base.designs:
            together = sum(k.ceiling for k in self.base.designs if k.user is g.user) * self.p["design_ceiling"]
            most = self.p["design_most"]
            g.ceiling0 = g.ceiling * self.p["design_ceiling"] * most / max(together, most)
            g.usual = self._who_gains(g, 1.0, 1.0)

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
            a.landed += self._lands_by_air(a) * h / self.whole  # eq. 1.6
            a.under_way -= a.landed
        for d in base.destinations:  # eq. 6.10
            lands = d.traded_goods * alpha(h / self.p["resale_transit"])
            d.traded_goods -= lands
            d.landed = sum(a.landed for a in d.into) + lands
        for u in base.users:  # eq. 1.2
            ordered = sum(v.order for v in u.node.users)
            u.part = u.order / ordered if ordered > NOTHING else u.expected_use / u.node.expected_use
        for d in base.destinations:
            self._put_first(d)
        self.border.share(self.tick)  # eqs 1.2, 7.9
        self.border.reserves.land(self.tick)  # eq. 1.4
        for u in base.users:
            u.stock += u.received
        self.border.decide(self.tick)  # eqs 7.4–7.6
        for a in base.arcs:  # eq. 1.3
            a.origin.producer_stock += a.denied

    def _lands_by_air(self, a: Arc) -> float:
        """What lands in a whole tick of what flew, of the ticks before (eq. 1.6)."""
        ticks = max(self.p["air_transit"] / self.whole, 1)
        m, late = int(ticks), ticks % 1
        return (1 - late) * a.flights[-m] + late * a.flights[-m - 1]

    def _put_first(self, d: Node) -> None:
        """Who stands still, or lacks for what it would do, comes before the rest (eq. 1.5)."""
        p, h = self.p, self.tick.days
        for u in d.users:
            received = u.part * d.landed
            if u.plants:
                u.claim = max(0, u.need * h - release(u.stock, received, p["release_time"], h))
            else:
                u.claim = max(0, u.without * u.need * h - received)
        claimed = sum(u.claim for u in d.users)
        served = left = min(d.landed, claimed)
        if not served:
            return
        for u in sorted(d.users, key=lambda u: -u.stake):
            most = min(u.claim, left)
            left -= most
            first = (1 - p["by_value"]) * u.claim * served / claimed + p["by_value"] * most
            u.part += p["served_first"] * (first - u.part * served) / d.landed

    def _choke(self, s: Sector) -> float:
        """Cost of inputs at which half of a sector gives up, ln against base (eq. 2.6)."""
        p, inputs = self.p, s.inputs_in_value
        own = max(p["least_choke"], 1 + p["margin_at_stake"] * (1 - inputs) / inputs)
        return p["choke_by_margin"] * log(own) + (1 - p["choke_by_margin"]) * log(p["choke_price"])

    def demand(self) -> None:
        """What is paid, and what sectors need at that (section 2)."""
        for d in self.base.destinations:
            self._pay(d)
        for s in self.base.sectors:
            self._plan(s)
        self._change_use()

    def _pay(self, d: Node) -> None:
        """What is paid at a destination, with what it costs to let some of it fly (eqs 1.6, 2.1)."""
        d.contract = d.bound = 0.0
        for a in d.into:
            d.bound += a.share * self._bound(a)
            d.contract += a.share * a.landed_value * (1 + a.tariff) * exp(a.origin.contract_price)
        d.paid = d.bound * d.contract + (1 - d.bound) * exp(d.price)
        if d.landed:
            d.paid += self.p["air_freight"] / d.base_price * min(1, d.flown / d.landed)

    def _bound(self, a: Arc) -> float:
        """What is under contract, or between affiliates of one region (eq. 6.2)."""
        held = self.p["contract_share"]
        return held + (1 - held) * (self.p["affiliated"] if a.origin is a.destination else 0.0)

    def _plan(self, s: Sector) -> None:
        """What a sector would make, and need for it (eqs 2.2 to 2.5)."""
        p = self.p
        s.cost = 0.0
        for u in s.users:  # eq. 2.2
            s.cost += u.weight * u.node.paid
        s.cost -= sum(g.user.weight * g.changed * self._saves(g) for g in self.base.designs if g.user in s.users)
        s.baseline = exp(s.growth * p["growth"] * self.tick.middle) * s.shock  # eq. 2.3
        bought = (1 + s.inputs_in_value * (s.cost - 1)) ** -p["final_elasticity"]
        s.quantity = s.baseline * bought * self.responses.remaining(log(s.cost), s.choke)
        if s.wait and s.spare:  # eq. 2.5
            waits = sum(u.awaited for u in s.users) * exp(-self.tick.days / s.wait) / self.tick.days
            s.extra = min(p["making_up"] * s.spare * s.baseline, waits) * min(1, s.short_cover / s.cover)
        for u in s.users:  # eq. 2.4
            u.need = u.use0 * (s.quantity + s.extra) * s.intensity

    def _change_use(self) -> None:
        """What designs have changed is needed of other inputs, or not at all (eq. 2.4)."""
        moved = [(g, g.changed * g.user.need) for g in self.base.designs]
        for g, use in moved:
            g.user.need -= use
            if g.instead:
                g.instead.need += g.amount * use

    def _saves(self, g: Design) -> float:
        """What a tonne that is not bought saves who has changed, in base prices of it (eq. 2.2)."""
        return g.user.node.paid - self._alternative(g, g.instead.node.paid if g.instead else 0.0)

    def _alternative(self, g: Design, paid_instead: float) -> float:
        """What a design costs for a tonne of the input, in base prices of it (eq. 9.5)."""
        instead = g.amount * g.instead.node.landed_price0 * paid_instead if g.instead else 0.0
        return (instead + g.cost * self.p["design_cost"]) / g.user.node.landed_price0

    def lines(self) -> None:
        """What sectors produce of what they would (section 3)."""
        h, least = self.tick.days, self.p["least_cover"]
        for s in self.base.sectors:
            for u in s.users:  # eq. 3.1
                middle = u.stock - (u.received + u.need * h) / 2
                cover = max(middle / (u.need or 1.0), least)
                u.relative_cover = cover / s.cover / max(u.depends, NOTHING)
                u.without = max(0, (self._without(s, cover) - s.out0) / (1 - s.out0)) * (u.depends > 0)  # eq. 3.2
                u.scarcity = u.depends * self._without(s, cover)
            short, *others = s.users  # eq. 3.2
            for u in others:
                more, as_much = u.scarcity > short.scarcity * (1 + EQUAL), u.scarcity >= short.scarcity * (1 - EQUAL)
                less = u.relative_cover < short.relative_cover * (1 - EQUAL)
                short = u if more or (as_much and less) else short
            fed, first = short.received / (short.need * h), self.p["served_first"]
            idle = (1 - first) * short.without * max(0, 1 - fed) + first * max(0, short.without - fed)  # eq. 3.3
            idle *= short.depends
            s.short_cover = short.relative_cover * s.cover
            s.stopped = max(idle, smooth(s.stopped, (idle + s.idle) / 2, self.alpha["restart_time"]))  # eq. 3.4
            s.idle, s.critical = idle, short.name[0]
            s.production = 1 - s.stopped
            for u in s.users:  # eq. 3.5
                there = min(1, u.stock / max(u.need * h, NOTHING))
                s.production = min(s.production, 1 - u.depends * (1 - there))
            for u in s.users:
                u.used = min(s.production * u.need, u.stock / h)
                u.stock -= u.used * h
            self._wait(s, short)
            s.value_lost = s.baseline - s.quantity + sum(u.forgone for u in s.users)  # eq. 3.6

    def _wait(self, s: Sector, short: User) -> None:
        """Buyers wait for what a stop has cost, until it is made up or they give up waiting (eq. 3.7)."""
        h, gone = self.tick.days, (1 - s.production) * s.quantity
        waits_at_all = s.spare * self.p["making_up"] > 0 and s.wait > 0
        kept = exp(-h / s.wait) if waits_at_all else 0
        waits, made = kept * sum(u.awaited for u in s.users), s.production * s.extra
        for u in s.users:
            still = u.awaited * kept
            u.forgone = (u.awaited - still) / h
            u.made_up = made * still / waits if waits > NOTHING else 0
            u.awaited = still - u.made_up * h
        if waits_at_all:
            short.awaited += gone * h
        else:
            short.forgone += gone

    def _without(self, s: Sector, cover: float) -> float:
        """Share of firms of a sector that are out of an input of which there is a mean cover (eq. 3.2)."""
        return self._out(cover, s.spread)

    def _out(self, cover: float, spread: float) -> float:
        """Share of firms whose own cover is below the critical one (eq. 3.2)."""
        return 1 - normal(log(cover / self.p["critical_cover"]) / spread - spread / 2)

    # ---------------------------------------------------------------- 4: what is made

    def plants(self) -> None:
        """What facilities want to do, and what their inputs let them (section 4)."""
        for o in self.base.origins:  # eq. 4.2
            able = sum(b.share0 * b.facility.able for b in o.producers)
            o.desired = self._asked(o) / o.orders0 / able if o.orders0 else 1 / able
        for f in self.base.facilities:
            self._want(f)
        self._change_over()
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
        f.wanted = f.activity0 * f.able * utilisation / u0 * f.available
        f.ordered = desired

    def _change_over(self) -> None:
        """Lines that nobody orders from change to what is ordered beyond capacity beside them (eq. 4.7)."""
        for c in self.base.changeovers:
            a, b = c.one, c.other
            idle = {f: f.activity0 * f.able * max(0, 1 - f.ordered) for f in (a, b)}
            lack = {f: f.activity0 * f.able * max(0, f.ordered - 1) for f in (a, b)}
            wanted = min(idle[a], lack[b]) - min(idle[b], lack[a])
            new = c.changed_over + self.p["changeover"] * wanted * alpha(self.tick.days / c.time)
            most = {f: c.share * f.activity0 * f.capacity for f in (a, b)}
            new = held(new, -most[b], most[a])
            a.taken += new - c.changed_over
            b.taken -= new - c.changed_over
            c.changed_over = new

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
                    e.consumed += share * u.used * h

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
        ahead = dict.fromkeys(self.base.users, 0.0)
        for g in self.base.designs:  # eq. 5.1
            if g.instead:
                soon = alpha(self.p["look_ahead"] / (g.time * self.p["design_time"]))
                whole = g.user.need * g.user.depends0 / max(g.user.depends, NOTHING)
                ahead[g.instead] += g.begun * g.amount * soon * whole
        for d in self.base.destinations:
            d.expected_use = 0.0
            for u in d.users:
                u.expected_use = smooth(u.expected_use, u.need + ahead[u], self.alpha["expectation_time"])
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
        """What is ordered over each arc: what is bound by habit, the rest of who is cheap (eq. 6.2)."""
        elasticity = self.p["spot_elasticity"]
        cheap = {a: ((1 - a.doubted) / (exp(a.origin.price) * (1 + a.tariff))) ** elasticity for a in d.into}
        free = {a: a.share * (1 - self._bound(a)) for a in d.into}
        all_cheap = sum(free[a] * cheap[a] for a in d.into)
        for a in d.into:
            freely = sum(free.values()) * free[a] * cheap[a] / max(all_cheap, NOTHING)
            a.orders_placed = d.all_orders * (a.share * self._bound(a) + freely) + a.sought

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
        can *= 1 - o.withheld
        filled = min(1, can / asked) if asked else 1
        for a in o.out_of:
            allowed = a.orders_placed * (1 - a.restricted) * h
            a.shipped = allowed * (self._favoured(a, o, filled) if asked > NOTHING and filled < 1 else filled)
            o.producer_stock -= a.shipped
        o.producer_stock = max(o.producer_stock, 0)
        o.fill_rate = smooth(o.fill_rate, filled, learning)

    def _favoured(self, a: Arc, o: Node, filled: float) -> float:
        """Share of what is ordered over an arc that is sent, where goods are short (eq. 6.3)."""
        bound = self._bound(a)
        asked = {b: b.orders_placed * (1 - b.restricted) * (1 - self._bound(b)) for b in o.out_of}
        mean = sum(free * self._bid(b) for b, free in asked.items()) / max(sum(asked.values()), NOTHING)
        bid = self._bid(a) / max(mean, NOTHING)
        return bound * filled + (1 - bound) * bid * filled / (1 - filled + bid * filled)

    def _bid(self, a: Arc) -> float:
        """What a buyer pays, net of duties (eq. 6.3)."""
        return float((exp(a.destination.price) / (1 + a.tariff)) ** self.p["spot_elasticity"])

    def cross_border(self) -> None:
        """What leaves the country of origin, with papers or round about (section 7)."""
        self.border.cross(self.tick)  # eq. 7.10
        self.border.leak(self.tick)  # eq. 7.13
        for d in self.base.destinations:
            d.by_air, d.flown = self._by_air(d), 0.0
        for a in self.base.arcs:
            a.origin.producer_stock -= a.leaked
            a.flown = self._flown(a)
            a.flights.append(a.flown)
            a.destination.flown += a.flown
            a.sent.append(a.crossed - a.flown + a.leaked)
            a.under_way += a.crossed + a.leaked
        self.border.reserves.cross_border()  # eq. 12.2

    def _by_air(self, d: Node) -> float:
        """How many of a place's users would run out before a ship comes, and let goods fly (eq. 1.6)."""
        p = self.p
        held = (sum(u.stock for u in d.users) + sum(a.under_way for a in d.into)) / max(d.expected_use, NOTHING)
        held -= sum(a.share * a.transit for a in d.into) - self.tick.days
        out = self._out(max(held, p["least_cover"]), p["place_spread"])
        return p["air_share"] * max(0, (out - d.out0) / (1 - d.out0))

    def _flown(self, a: Arc) -> float:
        """What flies of what crosses (eq. 1.6)."""
        is_far = a.origin is not a.destination and a.transit > max(self.whole, self.p["air_transit"])
        is_dear = a.destination.base_price >= self.p["air_from"]
        return a.crossed * a.destination.by_air if is_far and is_dear else 0.0

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
        offered = (1 - n.withheld) * (n.producer_stock + self.p["look_ahead"] * n.expected_net)
        supply = offered + n.reserves_ahead
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
        sold, wished = sum(a.hoped for a in n.to_abroad), sum(a.expected_trade for a in n.to_abroad)
        abroad = sold / used * min(1, sold / max(wished, NOTHING)) if used else 0.0
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
            quoted = next((n for n in self.base.nodes if n.main and n.name[0] == o.name[0]), o)
            agreed = (1 - p["contract_index"]) * o.price + p["contract_index"] * quoted.price
            o.contract_price = smooth(o.contract_price, agreed, self.alpha["contract_time"])
            o.long_price = smooth(o.long_price, o.price, self.alpha["long_price_time"])
            risen = max(0, o.price - o.sellers_price) / p["withholding_growth"]  # eq. 9.6
            sold = sum(a.flow0 for n in self.base.origins if n.name[0] == o.name[0] for a in n.out_of)
            own = sum(a.flow0 for a in o.out_of)
            o.withheld = p["withholding"] * (own / sold if sold else 0) * risen**2 / (1 + risen**2)
            o.sellers_price = smooth(o.sellers_price, o.price, self.alpha["withholding_memory"])
        for s in self.base.sectors:  # eq. 9.2
            s.intensity = self.responses.slow(s.intensity, log(s.cost), h, p["substitution_rate"])
        for u in self.base.thrifty:  # eq. 9.3
            x = log(u.node.paid)
            u.saving = smooth(u.saving, self.responses.fast(x), self.alpha["saving_time"])
            u.thrifting = self.responses.slow(u.thrifting, x, h, p["thrift_rate"])
            u.thrift = u.saving * u.thrifting
        self._redesign()
        for f in self.base.facilities:  # eq. 9.4
            growth = 0 if f.planned else f.growth * p["growth"]
            high = 0 if f.planned else max(0, sum(b.weight * b.node.long_price for b in f.outputs))
            goal = exp(growth * self.tick.end) * (1 + p["investment_elasticity"] * high)
            f.capacity = smooth(f.capacity * exp(growth * h), goal, self.alpha["investment_time"])

    def _redesign(self) -> None:
        """Users begin other designs, qualify them, and go back slowly (eq. 9.5)."""
        p, h, designs = self.p, self.tick.days, self.base.designs
        if not p["design_ceiling"]:
            return
        for u in (u for s in self.base.sectors for u in s.users):
            came = u.received / (u.need * h) if u.need else 1.0
            u.fed = smooth(u.fed, min(came, p["want_most"]), alpha(h / p["want_time"]))
        for g in designs:
            wanting = max(0, 1 - p["want_tolerated"] - g.user.fed)
            if g.instead:
                wanting -= max(0, 1 - p["want_tolerated"] - g.instead.fed)
            gain = self._who_gains(g, g.user.node.paid, g.instead.node.paid if g.instead else 0.0)
            pays = g.ceiling0 * max(0, (gain - g.usual) / (1 - g.usual) - EQUAL)
            taken = g.changed + g.begun
            wanted = max(0, pays - taken, (g.ceiling0 - taken) * max(0, wanting))
            start = min(g.rate * h, wanted * alpha(h / p["design_begin"]))
            done = g.begun * alpha(h / (g.time * p["design_time"]))
            if g.instead:
                done *= min(1, g.instead.stock / max(g.instead.cover * g.instead.expected_use, NOTHING))
            back = max(0, taken - pays - g.ceiling0 * p["design_stays"]) * alpha(h / p["design_return"])
            g.begun += start - done
            g.changed = max(0, g.changed + done - back)
        for u in {u for g in designs for u in (g.user, g.instead) if u}:
            left = sum(g.changed for g in designs if g.user is u)
            came_to = sum(g.changed * g.user.depends0 for g in designs if g.instead is u and g.moves)
            u.depends = u.depends0 * (1 - left) + came_to

    def _who_gains(self, g: Design, paid: float, paid_instead: float) -> float:
        """Share of users for whom a design is cheaper, with what it costs to change (eq. 9.5)."""
        once = g.once * self.p["design_cost"] / self.p["design_horizon"] / g.user.node.landed_price0
        return normal(log(paid / (self._alternative(g, paid_instead) + once)) / self.p["design_spread"])
