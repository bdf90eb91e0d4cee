"""Values in a range: within it, in one unit, and as --set takes them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import MistakeError
from sim.sweeps.ranges import Choice, Days, Span, number_of, span
from sim.units import MONEY, parse


@pytest.mark.parametrize(
    ("low", "high", "share", "value"),
    [
        ("0 USD", "12 bn USD", 0.25, "3 bn USD"),
        ("500 million USD", "2 bn USD", 0.0, "0.5 bn USD"),
        ("20 %", "80 %", 0.123456789, "27.4074 %"),
        ("0.2", "0.8", 1.0, "0.8"),
        ("-5 %/year", "3 %/year", 0.5, "-1 %/year"),
        ("1 weeks", "2 weeks", 0.5, "1.5 weeks"),
        ("2026-01-01", "2026-12-31", 0.0, "2026-01-01"),
        ("2026-01-01", "2026-12-31", 0.9999, "2026-12-31"),
    ],
)
def test_a_share_of_the_way(low: str, high: str, share: float, value: str) -> None:
    assert span(low, high).at(share) == value


def test_a_logarithm_halves_the_ratio() -> None:
    assert span("1 days", "100 days", log=True).at(0.5) == "10 days"


def test_whole_numbers_stay_whole_and_are_as_likely() -> None:
    axis = span("1", "4", whole=True)
    assert [axis.at(u) for u in (0.0, 0.24, 0.26, 0.49, 0.51, 0.74, 0.76, 0.99, 1.0)] == list("112233444")
    with pytest.raises(MistakeError, match="no whole number"):
        span("0.5", "3.5", whole=True)


def test_a_narrow_range_has_digits_enough() -> None:
    axis = span("100000000", "100000001")
    assert axis.at(0.3) == "100000000.3"
    assert axis.at(0.0) != axis.at(0.00001)


def test_each_of_some_values_is_as_likely() -> None:
    choice = Choice(("a", "b", "c"))
    assert [choice.at(u) for u in (0.0, 0.34, 0.67, 0.999)] == ["a", "b", "c", "c"]


@given(st.floats(0, 1e9), st.floats(0, 1e9), st.floats(0, 1, exclude_max=True))
def test_a_value_never_leaves_its_range(one: float, other: float, share: float) -> None:
    """Rounded to what people read, it stays between the ends, and a scenario file can say it."""
    low, high = sorted((one, other))
    if low < high:
        assert low <= parse(Span(low, high, "USD").at(share), MONEY) <= high


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.integers(0, 4000), st.floats(0, 1, exclude_max=True))
def test_a_day_never_leaves_its_range(first: date, days: int, share: float) -> None:
    last = date.fromordinal(first.toordinal() + days)
    assert first.isoformat() <= Days(first, last).at(share) <= last.isoformat()


@pytest.mark.parametrize(
    ("low", "high", "log", "said"),
    [
        ("3 days", "2 days", False, "2 days does not lie above 3 days"),
        ("1 days", "1 days", False, "1 days does not lie above 1 days"),
        ("1 t", "2 days", False, "1 t is a mass"),
        ("2026-05-01", "2026-04-01", False, "does not lie above"),
        ("0 days", "9 days", True, "0 days is not above 0"),
        ("a", "b", False, "'a' is not a quantity"),
        ("1 ton", "2 ton", False, "'ton' is not a unit"),
    ],
)
def test_what_is_no_range(low: str, high: str, log: bool, said: str) -> None:
    with pytest.raises(MistakeError, match=said):
        span(low, high, log=log)


def test_cells_are_put_in_order_by_what_they_mean() -> None:
    assert number_of("50 %") == number_of("0.5")
    assert number_of("2 weeks") > number_of("10 days")
    assert number_of("2026-01-02") - number_of("2026-01-01") == 1
    with pytest.raises(MistakeError):
        number_of("US+EU")
