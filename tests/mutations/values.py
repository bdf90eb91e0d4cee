"""What people write in the place of a value: another unit, another sign, another date, another name."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from tests.mutations.dice import Dice

NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
UNIT = re.compile(r"(?<=\d) ?(%|[A-Za-z][A-Za-z /]*)$")
UNITS = (
    "t/year",
    "t/day",
    "kg/year",
    "t",
    "kg",
    "USD",
    "USD/kg",
    "USD/t",
    "EUR",
    "bn USD",
    "days",
    "weeks",
    "years",
    "%",
    "/week",
)
Change = Callable[[str, Dice], str]


def _number(change: Callable[[float], str]) -> Change:
    """Change the first number of a value."""
    return lambda value, _: NUMBER.sub(lambda found: change(float(found[0])), value, count=1)


def _date(form: str) -> Change:
    """Write the first date of a value in another form."""
    return lambda value, _: DATE.sub(form, value, count=1)


def _misspelt(value: str, dice: Dice) -> str:
    """Two letters change places, one is lost, or one is there twice."""
    if len(value) < 2:
        return value + value
    at = dice.below(len(value) - 1)
    return dice.pick(
        [
            value[:at] + value[at + 1] + value[at] + value[at + 2 :],
            value[:at] + value[at + 1 :],
            value[:at] + value[at] + value[at:],
        ]
    )


CHANGES: Mapping[str, Change] = {
    # numbers
    "the sign is flipped": _number(lambda x: f"{-x:g}"),
    "it is zero": _number(lambda _: "0"),
    "it is huge": _number(lambda x: f"{x * 1e30:g}"),
    "it is tiny": _number(lambda x: f"{x * 1e-30:g}"),
    "it is a thousand times as much": _number(lambda x: f"{x * 1000:.15g}"),
    "it is a little more": _number(lambda x: f"{x * 1.25:.15g}"),
    "it has a decimal comma": _number(lambda x: f"{x:.2f}".replace(".", ",")),
    "it has thousands separators": _number(lambda x: f"{x * 1000:,.0f}"),
    "it has spaces between thousands": _number(lambda x: f"{x * 1000:,.0f}".replace(",", " ")),
    "it is nan": lambda value, dice: NUMBER.sub(dice.pick(["nan", "NaN", ".nan", "#N/A", "NA"]), value, count=1),
    "it is inf": lambda value, dice: NUMBER.sub(dice.pick(["inf", "-inf", ".inf", "1e999"]), value, count=1),
    "it is a word": lambda value, dice: NUMBER.sub(dice.pick(["ten", "abc", "?", "n/a", "-", "TBD"]), value, count=1),
    "it is a range": _number(lambda x: f"{x:g}-{x * 2:g}"),
    # units
    "it is a percentage": _number(lambda x: f"{x:g} %"),
    "the unit is gone": lambda value, _: UNIT.sub("", value),
    "the unit is another": lambda value, dice: UNIT.sub(" " + dice.pick(UNITS), value),
    "a unit is added": lambda value, dice: f"{value} {dice.pick(UNITS)}",
    "the unit is misspelt": lambda value, dice: UNIT.sub(lambda found: " " + _misspelt(found[1], dice), value),
    "the unit has another case": lambda value, _: UNIT.sub(lambda found: found[0].swapcase(), value),
    # dates
    "day and month change places": _date(r"\1-\3-\2"),
    "the date is written as in the US": _date(r"\2/\3/\1"),
    "the date is written as in Germany": _date(r"\3.\2.\1"),
    "the date has no day": _date(r"\1-\2"),
    "the date has two digits of the year": lambda value, _: DATE.sub(lambda d: f"{d[1][2:]}-{d[2]}-{d[3]}", value),
    "the date has no zeros": lambda value, _: DATE.sub(lambda d: f"{d[1]}-{int(d[2])}-{int(d[3])}", value),
    "the day does not exist": _date(r"\1-02-30"),
    "the month does not exist": _date(r"\1-13-\3"),
    "the date is long ago": _date(r"1850-\2-\3"),
    "the date is far off": _date(r"2950-\2-\3"),
    "the date has a time": _date(r"\1-\2-\3T00:00:00Z"),
    # any value
    "a space follows": lambda value, _: f"{value} ",
    "a space comes before": lambda value, _: f" {value}",
    "a space that does not break follows": lambda value, _: f"{value}\u00a0",
    "capitals": lambda value, _: value.upper(),
    "small letters": lambda value, _: value.lower(),
    "underscores for hyphens": lambda value, _: value.replace("-", "_"),
    "it is misspelt": _misspelt,
    "it is an unknown name": lambda _, dice: dice.pick(["Unobtainium", "Atlantis", "XX", "all", "*", "none", "ü"]),
    "it is in quotes": lambda value, dice: dice.pick(['"{}"', "'{}'", "“{}”"]).format(value),
    "it is empty": lambda _, __: "",
    "it is true": lambda _, dice: dice.pick(["true", "yes", "FALSE", "1", "0"]),
    "it is very long": lambda value, _: value * 500,
    "it is a null": lambda _, dice: dice.pick(["null", "~", "None", "NULL"]),
    "it has a control character": lambda value, dice: value + dice.pick(["\t", "\x00", "\x1b", "\u200b", "\ufeff"]),
    "it is a formula": lambda value, _: f"={value}+1",
}
"""What may be done to a value, by what it is called."""
