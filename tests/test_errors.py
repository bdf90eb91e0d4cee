"""Errors that are meant for people are the same wherever they were raised."""

from __future__ import annotations

import pickle

from sim.errors import InputError, Place, Problem


def test_what_is_wrong_comes_out_of_another_process_as_it_went_in() -> None:
    error = InputError(
        [Problem(Place("a.yaml", 3), "this is wrong", "Do that."), Problem(Place("b.yaml"), "so is this")]
    )
    there = pickle.loads(pickle.dumps(error))  # noqa: S301  (our own)
    assert (str(there), there.problems) == (str(error), error.problems)
