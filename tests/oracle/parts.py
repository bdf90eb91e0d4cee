"""The parts of a world: what each stands beside, what it was in the base year, and its state.

What has no comment is a mass (t), a rate (t/day) or a share. Names that end in 0 are of the base year; prices are
ln (price ÷ base price).
"""

from __future__ import annotations

from dataclasses import dataclass, field

NodeName = tuple[str, str]  # commodity, region
ArcName = tuple[str, str, str]  # commodity, origin, destination
SectorName = tuple[str, str]  # sector, region
UserName = tuple[str, ...]  # plants: commodity, region; a sector: commodity, region, sector


@dataclass(eq=False, repr=False, slots=True)
class Element:
    """Where an element went since the start, t."""

    name: str
    mined: float = 0.0
    lost: float = 0.0
    thrifted: float = 0.0
    consumed: float = 0.0
    gone: float = 0.0  # into other use


@dataclass(eq=False, repr=False, slots=True)
class Node:
    """A commodity in a region: an *origin* where it is made, a *destination* where it is used; it may be both."""

    name: NodeName
    base_price: float  # USD/t
    content: list[tuple[Element, float]]
    producers: list[Output] = field(default_factory=list)
    users: list[User] = field(default_factory=list)
    into: list[Arc] = field(default_factory=list)
    out_of: list[Arc] = field(default_factory=list)
    from_abroad: list[Arc] = field(default_factory=list)
    to_abroad: list[Arc] = field(default_factory=list)

    landed_price0: float = 0.0  # USD/t, mean at the origins of what lands
    made0: float = 0.0
    orders0: float = 0.0
    other0: float = 0.0
    cover: float = 0.0  # days, that producers want
    headroom: float = 0.0  # how much more of a by-product could be recovered (eq. 4.5)
    traded: bool = True  # trading houses deal in it
    main: bool = False  # most of the commodity is made here
    thin: float = 0.0  # t, ε: what counts as stock and as use of next to nothing (eq. 8.3)

    producer_stock: float = 0.0
    made: float = 0.0
    other: float = 0.0
    net: float = 0.0
    expected_net: float = 0.0
    expected_orders: float = 0.0
    fill_rate: float = 1.0
    desired: float = 1.0  # output, against base

    expected_use: float = 0.0
    landed: float = 0.0  # t, for users
    out0: float = 0.0  # share of its users that are out of stock at the cover of the base year (eq. 1.6)
    by_air: float = 0.0  # share of what is dear and sent here that goes by air
    flown: float = 0.0  # t, that was sent by air
    target_stock: float = 0.0  # t, that users want to hold
    orders: float = 0.0  # of users and trading houses
    reserve_orders: float = 0.0
    reserved: float = 0.0  # of what is on its way (φ)
    reserves_ahead: float = 0.0  # t, what reserves make of prospective supply (eq. 8.8)
    alarmed: float = 1.0  # what reserves leave of alarm (eq. 12.8)
    contract: float = 1.0  # against base
    paid: float = 1.0  # against base
    bound: float = 0.0  # part of what is bought that is under contract or between affiliates
    hoarding: float = 1.0
    price_remembered: float = 0.0

    duty: float = 0.0  # ln, mean of what is charged on goods from abroad
    netback: float = 0.0  # ln, what the best buyers elsewhere pay, with the duty here
    set_up: float = 0.0  # share: how far trading houses are set up to buy here
    worth: float = 0.0  # share: how far it pays to buy here
    bought: float = 0.0  # t, by trading houses in the tick
    sold_to: float = 0.0  # share of what they buy of the commodity
    traded_goods: float = 0.0  # t, theirs on the way
    resold_by_producers: float = 0.0  # what they are expected to buy of producers
    resold_by_users: float = 0.0  # the same of users
    resold_to: float = 0.0  # what they are expected to send here
    elsewhere: float = 1.0  # share of all use of the commodity that is elsewhere
    exposed: float = 0.0  # share: how far the price is that of others

    discount: float = 0.0  # ln, of what producers ask
    price: float = 0.0
    price_pressure: float = 0.0
    reference_price: float = 0.0
    expected_price: float = 0.0
    contract_price: float = 0.0
    long_price: float = 0.0
    sellers_price: float = 0.0
    withheld: float = 0.0  # share of what producers hold and will make that they do not offer

    @property
    def all_orders(self) -> float:
        """What users and reserves order."""
        return self.orders + self.reserve_orders


@dataclass(eq=False, repr=False, slots=True)
class Arc:
    """The way of a commodity from an origin to a destination; the home arc stays in its region."""

    name: ArcName
    origin: Node
    destination: Node
    flow0: float
    transit: float  # days
    freight: float
    share0: float = 0.0  # of what lands at the destination
    landed_value: float = 0.0  # v, of what lands there on average

    ticks: int = 0  # m, whole ticks of transit
    late: float = 0.0  # θ, the share that takes a tick more
    beyond: float = 0.0  # days on the way, beyond the look-ahead; at home all of them (eq. 8.3)
    in_time: float = 0.0  # days, of the look-ahead: what leaves on them lands within it (eq. 8.1)

    sent: list[float] = field(default_factory=list)  # t, by tick, of the ticks before the first one too
    flown: float = 0.0  # t, of what was sent
    flights: list[float] = field(default_factory=lambda: [0.0] * 40)  # t, by tick
    under_way: float = 0.0
    landed: float = 0.0
    share: float = 0.0
    orders_placed: float = 0.0
    expected_trade: float = 0.0
    hoped: float = 0.0  # wishes that are not expected to be restricted
    sought: float = 0.0  # ordered by trading houses
    shipped: float = 0.0
    crossed: float = 0.0
    leaked: float = 0.0

    doubted: float = 0.0  # share of orders that buyers have learned not to count on
    licensed: float = 0.0  # share that needs a licence
    traced: float = 0.0  # share of goods of its origin that others may not sell on to its destination
    expected_restriction: float = 0.0  # what controls propose, and what waits for them: 0 where there are none
    tariff: float = 0.0  # share of the price that is charged
    leaving: float = 0.0  # of that, what its origin charges
    announcement_effect: float = 0.0
    licence_days: float = 0.0
    restricted: float = 0.0
    granted: float = 0.0
    denied: float = 0.0
    expected_clearance: float = 0.0
    backlog: float = 0.0


@dataclass(eq=False, repr=False, slots=True)
class User:
    """Who holds a stock of a commodity to use it: the plants of a region, or a sector."""

    name: UserName
    node: Node
    cover: float  # days, that it wants
    use0: float = 0.0
    weight: float = 0.0  # of this input in the value of a sector's inputs
    plants: list[Input] = field(default_factory=list)

    stock: float = 0.0
    part: float = 0.0  # of what lands at the node
    received: float = 0.0
    need: float = 0.0
    used: float = 0.0  # by a sector
    served: float = 1.0
    relative_cover: float = 1.0
    scarcity: float = 0.0  # share of the firms of a sector that it could stop
    stake: float = 0.0  # USD a tonne: value added that hangs on it (eq. 1.5)
    claim: float = 0.0  # t, beyond its part by orders
    without: float = 0.0  # share of the firms of a sector that are out of it
    depends: float = 1.0  # part of a sector that depends on this input
    depends0: float = 1.0  # the same in the base year
    fed: float = 1.0  # what came in over what was needed, smoothed
    awaited: float = 0.0  # days of base-year output that its lack has cost and buyers wait for
    made_up: float = 0.0
    forgone: float = 0.0  # what is lost of it for good, a day
    expected_use: float = 0.0
    order: float = 0.0
    kept: float = 1.0  # of its cover, beside reserves
    saving: float = 1.0
    thrifting: float = 1.0
    thrift: float = 1.0


@dataclass(eq=False, repr=False, slots=True)
class Design:
    """How a sector can do with less of an input, or with another one instead."""

    name: tuple[str, str, str, str]  # design, commodity, region, sector
    user: User
    instead: User | None
    amount: float  # t of it instead of a tonne
    cost: float  # USD/t, beside what is used instead
    once: float  # USD for a tonne a day
    ceiling: float  # of the use
    time: float  # days to qualify
    rate: float  # a day, of the use, at most
    moves: bool = False  # whether what depended on the one comes to depend on the other
    ceiling0: float = 0.0  # with all designs of the use in view
    usual: float = 0.0  # share of users whom it would pay at base prices
    begun: float = 0.0
    changed: float = 0.0


@dataclass(eq=False, repr=False, slots=True)
class Facility:
    """A mine or a plant: what it takes and gives for a unit of activity."""

    name: str
    region: str
    process: str
    activity0: float
    inputs: list[Input] = field(default_factory=list)
    outputs: list[Output] = field(default_factory=list)
    input_share: float = 0.0  # of inputs in all costs
    growth: float = 0.0  # a day
    planned: bool = False  # projects of the tables add to it, so it does not grow by itself (eq. 9.4)
    mined: list[tuple[Element, float]] = field(default_factory=list)  # by a unit of activity

    capacity: float = 1.0
    taken: float = 0.0  # units a day of its capacity that make what another makes, less what others' lines make of its
    ordered: float = 1.0  # desired activity over capacity
    available: float = 1.0
    unit_cost: float = 1.0  # against base
    topped_up: float = 1.0  # revenue with what is paid on top of prices, over revenue without
    made_up: float = 1.0  # what a state pays on top for a discount, in the same way
    wanted: float = 0.0
    activity: float = 0.0

    @property
    def able(self) -> float:
        """Capacity with lines that were changed over, ratio to the base year."""
        return max(0.0, self.capacity - self.taken / self.activity0)

    @property
    def support(self) -> float:
        """All that is paid on top of prices, as a ratio to revenue."""
        return self.topped_up * self.made_up


@dataclass(eq=False, repr=False, slots=True)
class Changeover:
    """Two plants whose lines can make either product."""

    name: tuple[str, str]
    one: Facility
    other: Facility
    share: float  # most of a plant's capacity
    time: float  # days
    changed_over: float = 0.0  # units a day, from the one to the other


@dataclass(eq=False, repr=False, slots=True)
class Input:
    """What a facility takes of a commodity."""

    facility: Facility
    user: User
    amount: float
    weight: float = 0.0  # in the value of the facility's inputs
    fate: list[tuple[Element, float, float]] = field(default_factory=list)  # what outputs keep, and what is lost


@dataclass(eq=False, repr=False, slots=True)
class Output:
    """What a facility gives of a commodity."""

    facility: Facility
    node: Node
    amount: float
    weight: float = 0.0  # in the value of the facility's outputs
    share0: float = 0.0  # in what is made at the node


@dataclass(eq=False, repr=False, slots=True)
class Sector:
    """An end use in a region; production, demand and losses are shares of the base year."""

    name: SectorName
    growth: float  # a day
    cover: float  # days, of each input
    spread: float  # of the covers of its firms
    value_added: float  # USD a day
    users: list[User] = field(default_factory=list)  # one for each input, in the order of the table of commodities
    inputs_in_value: float = 0.0  # θ
    spare: float = 0.0  # of normal output, most that is made on top
    wait: float = 0.0  # days, mean, for which buyers wait
    choke: float = 0.0  # ln of the cost, against base, at which half of it gives up
    short_cover: float = 0.0  # days, of the critical input
    extra: float = 0.0  # output that makes up for stops, if nothing stops it
    out0: float = 0.0  # share of its firms that are out of an input at the cover of the base year (eq. 3.2)

    shock: float = 1.0
    cost: float = 1.0  # of inputs, against base
    baseline: float = 1.0
    quantity: float = 1.0
    intensity: float = 1.0
    idle: float = 0.0
    stopped: float = 0.0
    production: float = 1.0
    value_lost: float = 0.0
    critical: str = ""  # commodity
