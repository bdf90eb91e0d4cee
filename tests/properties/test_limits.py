"""At its limits every parameter gives finite numbers; beyond them it is refused in words."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from sim.chunk import Chunk
from sim.errors import InputError
from sim.files.shipped import shipped
from sim.plan import drafted, load, make_plan
from sim.scenario.draft import Draft

SHORT = {
    "ensemble.replicates": "2",
    "horizon.end": "2025-02-25",
    "horizon.tick": "14 days",
    "ensemble.uncertain": "false",
}
DRAFT = Draft.read("allied-all-in")
with (shipped("seeds") / "parameters.csv").open(newline="", encoding="utf-8") as file:
    ROWS = {row["parameter"]: row for row in csv.DictReader(file)}


def with_unit(value: str, unit: str) -> str:
    """A value of the table as a scenario writes it."""
    return value if unit == "1" else f"{value}{unit}" if unit.startswith("/") else f"{value} {unit}"


@pytest.mark.slow
@pytest.mark.parametrize("limit", ["least", "most"])
@pytest.mark.parametrize("name", sorted(ROWS))
def test_a_parameter_may_stand_at_its_limits(name: str, limit: str) -> None:
    """Eight weeks with all that the allies do; a NaN on its way is a warning, hence an error."""
    row = ROWS[name]
    value = with_unit(row[limit], row["unit"])
    plan = make_plan(drafted(DRAFT, {**SHORT, f"parameters.{name}": value}), keeps_series=False)
    chunk = Chunk(plan.setup, range(2))
    market, setting = chunk.market, chunk.setting
    setting.clock.run(market.settle)
    for values in (market.state.price, market.state.production, market.state.hoarding):
        assert np.isfinite(values).all()


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (
            "price_time=0 days",
            "0 days is beyond what the model can take.\n  Write a duration from 0.14 days to 70000 days.",
        ),
        ("resale_choice=0", "0 is beyond what the model can take.\n  Write a number from 0.1 to 50."),
        (
            "price_time={uniform: {low: 0 days, high: 9 days}}",
            "much of the distribution is beyond what the model can take.",
        ),
    ],
)
def test_beyond_them_it_is_refused(value: str, said: str) -> None:
    with pytest.raises(InputError) as error:
        load("baseline", [f"parameters.{value}"])
    assert said in str(error.value)


def test_a_distribution_that_thins_out_before_its_limit_is_taken() -> None:
    load("baseline", ["parameters.price_time={lognormal: {median: 1 weeks, ratio: 2}}"])


@pytest.mark.parametrize("name", sorted(ROWS))
def test_what_is_plausible_is_within_the_limits(name: str) -> None:
    row = ROWS[name]
    assert float(row["least"]) <= float(row["low"] or row["least"])
    assert float(row["high"] or row["most"]) <= float(row["most"])
