"""Quantities with units: what is read, what is refused and with which advice, and what is written back."""

from __future__ import annotations

import math
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim import units
from sim.units import Dimension, UnitError, parse, show


@pytest.mark.parametrize(
    ("text", "dimension", "value"),
    [
        ("60 days", units.DURATION, 60.0),
        ("6 weeks", units.DURATION, 42.0),
        ("3 months", units.DURATION, 91.25),
        ("2 years", units.DURATION, 730.0),
        ("4.5e1 days", units.DURATION, 45.0),
        ("2500 t/year", units.MASS_RATE, 2500 / 365),
        ("3 kt", units.MASS, 3000.0),
        ("110 USD/kg", units.PRICE, 110_000.0),
        ("10 bn USD", units.MONEY, 1e10),
        ("1.2e10 USD", units.MONEY, 1.2e10),
        ("57 %", units.SHARE, 0.57),
        ("40%", units.SHARE, 0.4),
        ("0.40", units.SHARE, 0.4),
        ("6e-1", units.SHARE, 0.6),
        ("-20 %", units.CHANGE, -0.2),
        ("1e3", units.COUNT, 1000.0),
        ("0.7/week", units.RATE, 0.1),
        ("-1.5", units.NUMBER, -1.5),
    ],
)
def test_reads_into_the_internal_unit(text: str, dimension: Dimension, value: float) -> None:
    assert parse(text, dimension) == value


def test_a_growth_of_a_year_is_reached_after_a_year() -> None:
    """3 % a year: exp(365 · rate) = 1.03."""
    assert math.exp(365 * parse("3 %/year", units.GROWTH)) == pytest.approx(1.03, rel=1e-15)


@pytest.mark.parametrize(
    ("text", "dimension", "advice"),
    [
        ("60", units.DURATION, "45 days"),
        ("1:30", units.DURATION, "45 days"),
        ("5 m", units.DURATION, "5 months"),
        ("60 Days", units.DURATION, "60 days"),
        ("5 ton", units.MASS, "Known: t, kt"),
        ("2 tonnes/year", units.MASS_RATE, "2 t/year"),
        ("10 m USD", units.MONEY, "10 million USD"),
        ("100K USD", units.MONEY, "100 thousand USD"),
        ("10 bn EUR", units.MONEY, "rate of its day"),
        ("3 € /kg", units.PRICE, "rate of its day"),
        ("5 bn 2020 USD", units.MONEY, "5 bn USD"),
        ("USD 5", units.MONEY, "number comes first"),
        ("40", units.SHARE, "25 %"),
        ("1,000 t", units.MASS, "the decimal mark is a point"),
        ("010", units.COUNT, "does not begin with 0"),
        ("1.5", units.COUNT, "whole number"),
        ("-1 days", units.DURATION, "45 days"),
        ("nan", units.NUMBER, "1.5"),
        (".inf", units.NUMBER, "1.5"),
        ("1e400", units.NUMBER, "1.5"),
        ("1e999999999 days", units.DURATION, "45 days"),
        ("-100 %/year", units.GROWTH, "3 %/year"),
        ("3 weeks", units.NUMBER, "without a unit: 3"),
    ],
)
def test_refuses_and_says_what_to_write(text: str, dimension: Dimension, advice: str) -> None:
    with pytest.raises(UnitError) as caught:
        parse(text, dimension)
    (found,) = caught.value.items
    assert advice in found.right


def test_true_is_not_a_number() -> None:
    with pytest.raises(UnitError):
        parse(True, units.COUNT)


@given(st.floats(0, 1e12), st.sampled_from([d for d in units.DIMENSIONS if d.high == math.inf and not d.whole]))
def test_what_is_shown_is_read_back_to_the_bit(value: float, dimension: Dimension) -> None:
    bounded = min(value, 0.5) if dimension is units.GROWTH else value
    assert parse(show(bounded, dimension), dimension) == bounded


@pytest.mark.parametrize(
    ("value", "dimension", "text"),
    [
        (1.0, units.DURATION, "1 day"),
        (91.25, units.DURATION, "91.25 days"),
        (1e10, units.MONEY, "10 bn USD"),
        (250_000.0, units.MONEY, "250000 USD"),
        (2500 / 365, units.MASS_RATE, "2500 t/year"),
        (math.log1p(0.03) / 365, units.GROWTH, "3 %/year"),
    ],
)
def test_shows_the_shortest_text(value: float, dimension: Dimension, text: str) -> None:
    assert show(value, dimension) == text


def test_a_unit_of_a_table_tells_its_dimension() -> None:
    assert [units.dimension_of(unit) for unit in ("weeks", "1", "USD/kg", "/week")] == [
        units.DURATION, units.NUMBER, units.PRICE, units.RATE,
    ]  # fmt: skip
    with pytest.raises(UnitError, match="'lb' is not a unit"):
        units.dimension_of("lb")


def test_a_date_is_year_month_day() -> None:
    assert units.parse_date("2025-04-04") == date(2025, 4, 4)
    for text in ("2025-02-30", "4 April 2025", "20250404", "2025-4-4"):
        with pytest.raises(UnitError):
            units.parse_date(text)


@pytest.mark.parametrize(
    ("text", "dimension", "meant"),
    [
        ("2500 t/a", units.MASS_RATE, "2500 t/year"),
        ("2 500 t/year", units.MASS_RATE, "2500 t/year"),
        ("2500 t p.a.", units.MASS_RATE, "2500 t/year"),
        ("2500 tonnes per year", units.MASS_RATE, "2500 t/year"),
        ("2500 tonnes per annum", units.MASS_RATE, "2500 t/year"),
        ("5 milliard USD", units.MONEY, "5 bn USD"),
        ("1 000 000 USD", units.MONEY, "1000000 USD"),
        ("3 %/a", units.GROWTH, "3 %/year"),
        ("6 Wks", units.DURATION, "6 weeks"),
        ("110 usd/kg", units.PRICE, "110 USD/kg"),
    ],
)
def test_a_known_spelling_is_met_with_the_same_quantity(text: str, dimension: units.Dimension, meant: str) -> None:
    """What is proposed is what was written: read back, it is the quantity that was meant."""
    with pytest.raises(units.UnitError) as caught:
        units.parse(text, dimension)
    assert f"Did you mean {meant}?" in caught.value.items[0].right
    units.parse(meant, dimension)


@pytest.mark.parametrize(
    ("text", "dimension"),
    [
        ("5 trillion USD", units.MONEY),
        ("2500 t/quarter", units.MASS_RATE),
        ("10 fortnights", units.DURATION),
        ("20 t/hour", units.MASS_RATE),
        ("3 lb", units.MASS),
        ("110 USD/lb", units.PRICE),
        ("2 50 t/year", units.MASS_RATE),
    ],
)
def test_what_has_no_unit_of_its_size_gets_no_guess(text: str, dimension: units.Dimension) -> None:
    with pytest.raises(units.UnitError) as caught:
        units.parse(text, dimension)
    assert "Did you mean" not in caught.value.items[0].right
