"""Draws that belong together: the ranks that were asked for, and nothing else that moves."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kstest, spearmanr

from sim.ensemble.correlation import Entry, Together, pearson, spearman, triangle
from sim.ensemble.draws import Draws
from sim.ensemble.streams import uniforms
from sim.errors import MistakeError
from sim.files.distributions import Distribution, parse
from sim.units import DURATION, SHARE

REPLICATES = range(4000)
DAYS = parse({"lognormal": {"median": "45 days", "p90": "100 days"}}, DURATION)
PART = parse({"triangular": {"low": 0.1, "mode": 0.2, "high": 0.9}}, SHARE)
CHAIN = [Entry("a", "b", 0.7), Entry("c", "b", -0.4)]


def drawn(entries: list[Entry], name: str, replicates: range = REPLICATES, seed: int = 1) -> np.ndarray:
    """Uniform draws of one name."""
    return Together.of(entries).draw(name, lambda one: uniforms(seed, one, replicates))


@pytest.mark.parametrize("rank", [-1.0, -0.95, -0.3, 0.0, 0.2, 0.7, 0.99, 1.0])
def test_ranks_correlate_as_asked_within_the_error_of_a_sample(rank: float) -> None:
    """The standard error of 4,000 independent pairs is 1/√4000 = 0.016, and less where they correlate."""
    a, b = (drawn([Entry("a", "b", rank)], name) for name in "ab")
    assert spearmanr(a, b).statistic == pytest.approx(rank, abs=3 * 0.016)


def test_what_is_asked_of_three_holds_for_each_pair() -> None:
    a, b, c = (drawn(CHAIN, name) for name in "abc")
    assert spearmanr(a, b).statistic == pytest.approx(0.7, abs=0.03)
    assert spearmanr(c, b).statistic == pytest.approx(-0.4, abs=0.04)
    assert spearmanr(a, c).statistic == pytest.approx(0.0, abs=0.05)


@pytest.mark.parametrize("name", ["b", "c", "d"])
def test_every_draw_is_uniform_still(name: str) -> None:
    assert kstest(drawn([*CHAIN, Entry("d", "a", -1.0)], name), "uniform").pvalue > 0.01


def test_the_first_named_keeps_its_draw_and_so_does_everybody_else_outside() -> None:
    for name in ("a", "x"):
        assert np.array_equal(drawn(CHAIN, name), uniforms(1, name, REPLICATES))
    assert not np.array_equal(drawn(CHAIN, "b"), uniforms(1, "b", REPLICATES))


@pytest.mark.parametrize("name", ["a", "b", "c"])
def test_a_world_draws_the_same_alone_and_among_others(name: str) -> None:
    together = drawn(CHAIN, name)
    for k in (0, 1, 2, 255, 3999):
        assert drawn(CHAIN, name, range(k, k + 1))[0] == together[k]
        assert drawn(CHAIN, name, range(k, k + 2))[0] == together[k]
    assert np.array_equal(
        np.concatenate([drawn(CHAIN, name, range(r, r + 500)) for r in range(0, 4000, 500)]), together
    )


def test_rank_one_shares_a_draw_and_minus_one_mirrors_it() -> None:
    entries = [Entry("a", "b", 1.0), Entry("b", "c", -1.0), Entry("d", "c", 0.5)]
    a, b, c, d = (drawn(entries, name) for name in "abcd")
    assert np.array_equal(a, b)
    assert np.array_equal(c, 1 - a)
    assert spearmanr(d, a).statistic == pytest.approx(-0.5, abs=0.04)


def test_values_keep_their_own_distributions_and_medians_stay_medians() -> None:
    together = Together.of([Entry("days", "part", 0.7)])
    related, alone = (Draws(3, REPLICATES, together=one) for one in (together, Together()))
    for name, value in (("days", DAYS), ("part", PART)):
        assert isinstance(value, Distribution)
        moved = related.draw(name, value)
        assert kstest(moved, value.shape.cdf).pvalue > 0.01
        assert np.array_equal(moved, alone.draw(name, value)) == (name == "days")
    assert spearmanr(*related.table()).statistic == pytest.approx(0.7, abs=0.03)
    medians = Draws(3, REPLICATES, uncertain=False, together=together)
    assert medians.draw("part", PART) == pytest.approx(float(PART.shape.inverse(np.array([0.5]))[0]))  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("entries", "reported"),
    [
        (
            [Entry("a", "b", 0.9), Entry("b", "c", 0.9), Entry("a", "c", -0.9)],
            r"a and b 0\.9; b and c 0\.9; a and c -0\.9.*Any one of these would do: a and b from -1 to -0\.6",
        ),
        ([Entry("a", "b", 0.9), Entry("b", "c", 0.9)], r"pairs that are not named have 0.*a and c from 0\.6"),
        ([Entry("a", "b", 1), Entry("b", "c", 1), Entry("a", "c", 0.5)], r"0\.5 contradicts.*can only be 1\."),
        ([Entry("a", "b", -1), Entry("b", "c", 0.6), Entry("a", "c", 0.6)], r"0\.6 contradicts.*can only be -0\.6"),
        ([Entry("a", "b", 0.5), Entry("b", "a", 0.5)], "stand there twice"),
    ],
)
def test_ranks_that_cannot_all_be_true_are_reported(entries: list[Entry], reported: str) -> None:
    with pytest.raises(MistakeError) as caught:
        Together.of(entries)
    (one,) = caught.value.items
    assert one.path[0] == len(entries) - 1
    import re  # noqa: PLC0415

    assert re.search(reported, f"{one.found} {one.right}")


def test_what_a_contradiction_says_would_do_does() -> None:
    """The nearest rank of a and c by hand: cos(2·acos ρ) with ρ the correlation of rank 0.9."""
    rho = pearson(0.9)
    least = spearman(np.cos(2 * np.arccos(rho)))
    chain = [Entry("a", "b", 0.9), Entry("b", "c", 0.9)]
    Together.of([*chain, Entry("a", "c", least + 1e-6)])
    with pytest.raises(MistakeError):
        Together.of([*chain, Entry("a", "c", least - 1e-3)])
    a, c = (drawn([*chain, Entry("a", "c", least + 1e-6)], name) for name in "ac")
    assert spearmanr(a, c).statistic == pytest.approx(least, abs=0.03)


@given(st.integers(2, 5), st.integers(0, 2**32 - 1))
def test_a_triangle_gives_its_matrix_back(size: int, seed: int) -> None:
    """Of any correlation matrix, one that is singular too."""
    rows = np.array([uniforms(seed, str(i), range(max(size - 1, 1))) - 0.5 for i in range(size)])
    rows /= np.sqrt((rows**2).sum(axis=1, keepdims=True))
    matrix = rows @ rows.T
    lower = triangle(matrix)
    assert np.allclose(lower @ lower.T, matrix, atol=1e-4)
    assert np.array_equal(lower, np.tril(lower))


def test_a_rank_and_its_correlation_are_each_other() -> None:
    assert [spearman(pearson(rank)) for rank in (-1, -0.5, 0, 0.3, 1)] == pytest.approx([-1, -0.5, 0, 0.3, 1])
