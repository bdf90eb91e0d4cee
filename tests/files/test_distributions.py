"""Distributions: moments against scipy, ranges, cases within a world, and the text they are written as."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import stats

from sim.axes import Scalar
from sim.errors import MistakeError
from sim.files.distributions import Distribution, parse, parse_cases, parse_in_unit, written
from sim.units import DURATION, NUMBER, SHARE, Dimension

U = (np.arange(200_000) + 0.5) / 200_000
SIGMA = math.log(100 / 45) / stats.norm.ppf(0.9)

REFERENCES: list[tuple[dict[str, Any], Any]] = [
    ({"lognormal": {"median": 45, "p90": 100}}, stats.lognorm(SIGMA, scale=45)),
    ({"lognormal": {"median": 45, "ratio": 100 / 45}}, stats.lognorm(SIGMA, scale=45)),
    ({"triangular": {"low": 1, "mode": 2, "high": 5}}, stats.triang(0.25, 1, 4)),
    ({"triangular": {"low": 1, "mode": 1, "high": 5}}, stats.triang(0, 1, 4)),
    ({"uniform": {"low": -1, "high": 5}}, stats.uniform(-1, 6)),
    ({"normal": {"mean": 2, "sd": 3}}, stats.norm(2, 3)),
    ({"normal": {"mean": 20, "sd": 40, "low": 0}}, stats.truncnorm(-0.5, np.inf, 20, 40)),
    ({"normal": {"mean": 20, "sd": 40, "low": 0, "high": 50}}, stats.truncnorm(-0.5, 0.75, 20, 40)),
]


def distribution(raw: object, dimension: Dimension = NUMBER) -> Distribution:
    read = parse(raw, dimension)
    assert isinstance(read, Distribution)
    return read


@pytest.mark.parametrize(("raw", "reference"), REFERENCES, ids=lambda value: str(value)[:40])
def test_agrees_with_scipy(raw: dict[str, Any], reference: Any) -> None:  # noqa: ANN401  (scipy has no types)
    read = distribution(raw)
    values = read.inverse(U[::100])
    np.testing.assert_allclose(values, reference.ppf(U[::100]), rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(read.shape.cdf(values), U[::100], rtol=1e-9)
    assert read.shape.mean == pytest.approx(reference.mean())


def test_mean_and_sd_are_those_of_the_quantity() -> None:
    values = distribution({"lognormal": {"mean": "45 days", "sd": "30 days"}}, DURATION).inverse(U)
    assert values.mean() == pytest.approx(45, rel=1e-3)
    assert values.std() == pytest.approx(30, rel=1e-2)


def test_median_and_p90_come_out() -> None:
    values = distribution({"lognormal": {"median": "45 days", "p90": "100 days"}}, DURATION).inverse(U)
    assert np.quantile(values, [0.5, 0.9]) == pytest.approx([45, 100], rel=1e-4)


def test_discrete_draws_in_proportion_to_weights_and_never_backwards() -> None:
    """3 of 4 draws are 1, the rest 3; a larger u never draws a smaller value."""
    values = distribution({"discrete": {"values": [3, 1], "weights": [1, 3]}}).inverse(U)
    assert (values == 1).mean() == 0.75
    assert (np.diff(values) >= 0).all()
    assert distribution({"empirical": {"values": [4, 1, 7]}}).shape.mean == 4


@pytest.mark.parametrize(
    ("raw", "dimension", "found"),
    [
        ({"normal": {"mean": "20 days", "sd": "40 days"}}, DURATION, "31 % of the mass lies below 0"),
        ({"normal": {"mean": 0.9, "sd": 0.4, "low": 0}}, SHARE, "41 % of the mass lies above 1"),
        ({"lognormal": {"median": 0.1, "p90": 0.2}}, SHARE, "less than 1 % of the mass lies above 1"),
        ({"normal": {"mean": 5, "sd": 1, "low": 100}}, NUMBER, "nothing of the normal lies between"),
        ({"lognormal": {"median": 0, "p90": 2}}, NUMBER, "median is not above 0"),
        ({"lognormal": {"median": 3, "ratio": 1}}, NUMBER, "ratio is not above 1"),
        ({"uniform": {"low": 3, "high": 3}}, NUMBER, "high is no more than low"),
        ({"discrete": {"values": [1, 2], "weights": [1]}}, NUMBER, "2 values have 1 weights"),
        ({"discrete": {"values": [1, 2], "weights": [1, -1]}}, NUMBER, "a weight is below 0"),
        ({"discrete": {"values": 3, "weights": [1]}}, NUMBER, "values is not a list of numbers"),
        ({"uniform": {"low": {"uniform": {"low": 0, "high": 1}}, "high": 3}}, NUMBER, "a map is not a number"),
        ({"uniform": 3}, NUMBER, "uniform has no named numbers"),
        ({}, NUMBER, "an empty map"),
        ({"uniform": {}, "normal": {}}, NUMBER, "'uniform' and 'normal'"),
        ([1], NUMBER, "a list is not a number"),
        (True, NUMBER, "True is not a number"),
    ],
)
def test_refuses(raw: object, dimension: Dimension, found: str) -> None:
    with pytest.raises(MistakeError) as caught:
        parse(raw, dimension)
    assert found in str(caught.value)


def test_all_wrong_numbers_are_reported_at_once() -> None:
    with pytest.raises(MistakeError) as caught:
        parse({"uniform": {"low": "45", "high": "x"}}, DURATION)
    assert [item.path for item in caught.value.items] == [("uniform", "low"), ("uniform", "high")]


def test_numbers_of_cases_may_be_uncertain() -> None:
    """Medians of 30 and 60 days in two replicates: half of the cases are done by then, and 90 % by twice as long."""
    median = {"uniform": {"low": "30 days", "high": "60 days"}}
    cases = parse_cases({"lognormal": {"median": median, "ratio": 2}}, DURATION)
    asked: list[str] = []

    def draw(name: str, number: float | Distribution) -> Scalar:
        asked.append(name)
        return np.array([30.0, 60.0]) if isinstance(number, Distribution) else number

    shape = cases.bind(draw)
    assert asked == ["median", "ratio"]
    np.testing.assert_allclose(shape.within(60), [0.9, 0.5])
    assert np.shape(shape.mean) == (2,)


def test_a_single_number_says_that_all_cases_are_alike() -> None:
    shape = parse_cases("45 days", DURATION).bind(lambda name, number: 45.0)
    assert [shape.within(d)[0] for d in (44, 45)] == [0, 1]
    assert shape.mean == 45


def test_a_drawn_median_that_can_pass_a_fixed_p90_is_refused() -> None:
    raw = {"lognormal": {"median": {"lognormal": {"median": "30 days", "p90": "60 days"}}, "p90": "100 days"}}
    with pytest.raises(MistakeError, match="p90 can be no more than median"):
        parse_cases(raw, DURATION)


@pytest.mark.parametrize(
    "raw", [*(raw for raw, _ in REFERENCES), {"discrete": {"values": [3, 1], "weights": [1, 3]}}, 4.0], ids=str
)
def test_what_is_written_reads_back_the_same(raw: object) -> None:
    read = parse(raw, NUMBER)
    assert parse(written(read, NUMBER), NUMBER) == read


def test_a_table_gives_numbers_in_the_unit_of_its_row() -> None:
    assert parse_in_unit("6.5", "weeks") == 45.5
    assert parse_in_unit("0.3", "1") == 0.3
    read = parse_in_unit("{lognormal: {median: 2, ratio: 3}}", "weeks")
    assert isinstance(read, Distribution)
    assert read.numbers == {"median": 14.0, "ratio": 3.0}
