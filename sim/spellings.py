"""How people spell units, and what they mean by it: a proposal never changes a quantity."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import product

PARTS = re.compile(r"[ /]")
THOUSANDS = re.compile(r"((?:[ \u00a0\u202f'\u2019]?\d{3})+)(?!\d)(.*)")

IN_CONTEXT = {"m": ("million", "month"), "M": ("million", "month"), "k": ("thousand",), "K": ("thousand",)}
AMBIGUOUS = {  # what people write and may mean several things by
    "m": "it may be million, month or metre",
    "M": "it may be mega, million or month",
    "k": "it may be kilo or thousand",
    "K": "it may be kilo or thousand",
    "ton": "it may be a short, a long or a metric ton",
    "tons": "it may be a short, a long or a metric ton",
    "trillion": "it is 10¹² in some countries and 10¹⁸ in others",
    "MT": "it may be a metric ton or a megatonne",
    "mt": "it may be a metric ton or a megatonne",
}
SPELT = {  # other spellings that mean one unit, by their parts
    **dict.fromkeys(("tonne", "tonnes", "metric ton", "metric tons", "T"), "t"),
    **dict.fromkeys(("kilotonne", "kilotonnes", "KT"), "kt"),
    **dict.fromkeys(("kilogram", "kilograms", "kilo", "kilos", "Kg", "KG"), "kg"),
    **dict.fromkeys(("milliard", "milliards", "Mrd", "mrd", "Mrd.", "billions", "Bn", "bln", "BN"), "bn"),
    **dict.fromkeys(("millions", "mn", "mln", "Mio", "mio", "Mio.", "mio."), "million"),
    **dict.fromkeys(("thousands", "tsd", "Tsd."), "thousand"),
    **dict.fromkeys(("usd", "US$", "US-Dollar", "US dollars"), "USD"),
    **dict.fromkeys(("a", "yr", "yrs", "y", "annum", "Jahr", "Year", "Years"), "year"),
    **dict.fromkeys(("mo", "mth", "Month", "Months"), "month"),
    **dict.fromkeys(("w", "wk", "wks", "Week", "Weeks"), "week"),
    **dict.fromkeys(("d", "Day", "Days", "DAYS"), "day"),
    **dict.fromkeys(("percent", "pct", "per cent"), "%"),
}
WORDS_OF_ONE_SIGN = (("p.a.", "/year"), ("p. a.", "/year"), (" per ", "/"), ("per cent", "percent"))


def why_ambiguous(name: str) -> str:
    """Say what a unit may mean that means several things; nothing if it does not."""
    return next((why for part in PARTS.split(name) if (why := AMBIGUOUS.get(part))), "")


def joined_digits(number: str, name: str) -> tuple[str, str]:
    """Put digits together that a space or an apostrophe parts in thousands.

    Examples
    --------
    >>> joined_digits("2", "500 t/year"), joined_digits("12", "t"), joined_digits("2", "50 t")
    (('2500', 't/year'), ('12', 't'), ('2', '50 t'))
    """
    parted = THOUSANDS.fullmatch(name)
    if parted is None or not number.lstrip("+-").isdecimal():
        return number, name
    return number + re.sub(r"\D", "", parted[1]), parted[2].strip()


def meant_unit(name: str, units: Mapping[str, object]) -> str:
    """Find the unit that another spelling means; nothing if there is none, or several.

    Examples
    --------
    >>> units = {"t/year": 1, "bn USD": 2, "million USD": 3}
    >>> meant_unit("t/a", units), meant_unit("Milliard USD", units), meant_unit("trillion USD", units)
    ('t/year', 'bn USD', '')
    """
    if name in units:
        return name
    for words, sign in WORDS_OF_ONE_SIGN:
        name = name.replace(words, sign)
    name = name.replace(" /", "/").replace("/ ", "/")
    parts = [SPELT.get(part, SPELT.get(part.lower(), part)) if part else part for part in re.split(r"([ /])", name)]
    meanings = [IN_CONTEXT.get(part, (part,)) for part in parts]
    for tidy in map("".join, product(*meanings)):
        alike = [unit for unit in units if unit and unit.lower() in (tidy.lower(), f"{tidy}s".lower())]
        exact = [unit for unit in alike if unit in (tidy, f"{tidy}s")]
        if exact or len({units[unit] for unit in alike}) == 1:
            return max(exact or alike, key=len)
    return ""
