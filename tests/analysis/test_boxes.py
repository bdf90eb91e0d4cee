"""Boxes and regional sensitivity where the answer is known."""

import numpy as np
import pytest

from sim.analysis import boxes, regional
from sim.sweeps import designs
from sim.sweeps.ranges import Span


def cells(shares: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> dict[str, list[str]]:
    """Three parameters between 0 and 1."""
    axis = Span(0.0, 1.0)
    return {name: [axis.at(u) for u in column] for name, column in zip("abc", shares.T, strict=True)}


def test_a_corner_is_found() -> None:
    """Nine replicates of ten are bad in a corner of two parameters, one of ten elsewhere."""
    shares = designs.latin_hypercube(3, 400, seed=1)
    corner = (shares[:, 0] < 0.4) & (shares[:, 1] > 0.5)
    replicates, bad = np.full(400, 10.0), np.where(corner, 9.0, 1.0)
    box = boxes.discover(cells(shares), replicates, bad)
    assert [(limit.path, limit.side, limit.firm) for limit in box.limits] == [
        ("a", "at most", True),
        ("b", "at least", True),
    ]
    assert [float(limit.value) for limit in box.limits] == pytest.approx([0.4, 0.5], abs=0.06)
    inside = 9 * corner.sum()
    assert box.coverage == pytest.approx(inside / bad.sum(), abs=0.1)
    assert box.density == pytest.approx(0.9, abs=0.05)
    assert box.base == pytest.approx(bad.sum() / replicates.sum())


def test_a_box_is_a_sentence() -> None:
    limits = [boxes.Limit("a", "at most", "31 %"), boxes.Limit("b", "at least", "52 days", firm=False)]
    assert boxes.Box(limits, 0.78, 0.91, 0.2).sentence() == (
        "a at most 31 % and b at least 52 days (not firm): "
        "holds 78 % of the bad replicates, 91 % of the replicates in it are bad."
    )


def test_a_word_is_left_out() -> None:
    words = ["x", "y", "z"] * 20
    bad = np.array([5.0 if word != "y" else 0.0 for word in words])
    box = boxes.discover({"a": words}, np.full(60, 5.0), bad)
    assert box.limits == [boxes.Limit("a", "not", "y", firm=True)]
    assert (box.coverage, box.density) == (1.0, 1.0)


def test_what_does_not_matter_gets_no_firm_limit() -> None:
    shares = designs.latin_hypercube(3, 200, seed=2)
    box = boxes.discover(cells(shares), np.full(200, 10.0), np.full(200, 2.0))
    assert box.limits == []
    assert "no limits" in box.sentence()


def test_a_word_that_chance_left_out_is_not_firm() -> None:
    """That another resample leaves out another word does not confirm it."""
    words = [f"{letter}" for letter in "abcdefgh"] * 10
    noise = np.array([float((7 * i) % 11 < 3) for i in range(80)])
    box = boxes.discover({"a": words}, np.ones(80), noise)
    assert not any(limit.firm for limit in box.limits)


def test_infinite_outcomes_are_the_worst() -> None:
    values = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, np.inf, np.inf, np.inf, np.inf])
    assert np.flatnonzero(regional.worst(values, "lower")).tolist() == [6, 7, 8, 9]


def test_the_worst_fifth_goes_by_what_is_better() -> None:
    values = np.arange(10.0)
    assert np.flatnonzero(regional.worst(values, "lower")).tolist() == [8, 9]
    assert np.flatnonzero(regional.worst(values, "higher")).tolist() == [0, 1]
    assert np.flatnonzero(regional.worst(np.array([0.0] * 9 + [1.0]), "lower")).tolist() == [9]


def test_a_parameter_that_decides_stands_apart() -> None:
    shares = designs.latin_hypercube(2, 100, seed=3)
    values = shares[:, 0] * 3
    bad = regional.worst(values, "lower")
    decides, idle = (regional.regional([f"{u:.6f}" for u in column], values, bad) for column in shares.T)
    assert decides.distance == 1.0
    assert decides.p_value < 1e-6
    assert decides.correlation == pytest.approx(1.0)
    assert idle.distance < 0.4
    assert idle.p_value > 0.01


def test_words_have_no_order() -> None:
    found = regional.regional(["a", "b"] * 20, np.arange(40.0), np.array([False, True] * 20))
    assert found.distance == 1.0
    assert found.p_value < 1e-6
    assert np.isnan(found.correlation)
