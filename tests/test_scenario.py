"""Scenarios from file to checked data and back."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.definitions.variables import VARIABLES
from sim.errors import InputError, Mistake
from sim.files.distributions import Distribution
from sim.files.positions import plain, read_text
from sim.files.quantities import WorldNames
from sim.scenario import fields, schema
from sim.scenario.draft import load
from sim.scenario.scenario import Scenario
from sim.scenario.schema import json_schema
from tests.toll import NAMES, Toll

BASE = """\
monazite: 1
name: base
title: What if NO took a toll?
horizon: {start: 2025-01-01, end: 2026-12-31}
instruments:
  - name: toll-one
    kind: toll
    by: CN
    towards: all-NA
    share: {uniform: {low: 10 %, high: 0.4}}
    wait: {lognormal: {median: 6 weeks, ratio: 2}}
    budget: 2 bn USD
    steps: [{name: a, share: 5 %}]
parameters: {reaction_time: 6 weeks, elasticity: {uniform: {low: 1, high: 2}}}
facilities: {Mt. Weld: {capacity: 2500 t/year}}
outputs: {record: all, every: month}
"""


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fields, "KINDS", {"toll": Toll})
    monkeypatch.setattr(schema, "KINDS", {"toll": Toll})
    monkeypatch.chdir(tmp_path)
    Path("base.yaml").write_text(BASE, encoding="utf-8")


def read(path: str = "base.yaml", overrides: Mapping[str, object] | Sequence[str] = ()) -> Scenario:
    return load(path, overrides, lambda _folders, _world: NAMES)


def test_a_scenario_knows_the_command_that_runs_it() -> None:
    """With all that was laid over the file, so that a defect can be run again as it was found."""
    share = "instruments.toll-one.share"
    assert read().command == "monazite run base.yaml"
    given = read(overrides=[f"{share}=20 %", "ensemble.seed=7"])
    assert given.command == f"monazite run base.yaml --set '{share}=20 %' --set ensemble.seed=7"
    by_path = read(overrides={share: {"uniform": {"low": "10 %", "high": 0.4}}})
    assert by_path.command == f"monazite run base.yaml --set '{share}={{uniform: {{low: 10 %, high: 0.4}}}}'"


def refused(overrides: Mapping[str, object] | Sequence[str]) -> str:
    with pytest.raises(InputError) as caught:
        read(overrides=overrides)
    return str(caught.value)


def test_everything_stands_in_internal_units() -> None:
    loaded = read()
    (toll,) = loaded.instruments
    assert isinstance(toll, Toll)
    assert toll.budget == 2e9
    assert loaded.parameters["reaction_time"] == 42.0
    assert isinstance(loaded.parameters["elasticity"], Distribution)
    assert loaded.facilities["Mt. Weld"].capacity == pytest.approx(2500 / 365)
    assert (loaded.horizon.tick, loaded.ensemble.seed) == (7, 20260204)
    assert loaded.outputs.everything
    assert loaded.outputs.record == tuple(sorted(VARIABLES))


@pytest.mark.parametrize("text", [BASE, BASE.partition("instruments")[0]], ids=["full", "defaults"])
def test_what_is_written_is_read_back_as_the_same_text(text: str) -> None:
    Path("base.yaml").write_text(text, encoding="utf-8")
    text = read().to_yaml()
    Path("again.yaml").write_text(text, encoding="utf-8")
    assert read("again.yaml").to_yaml() == text


def test_what_is_written_is_the_same_to_a_reader_of_old_yaml() -> None:
    """PyYAML reads YAML 1.1, where NO is false."""
    text = BASE.replace("towards: all-NA", "towards: [NA, US]").replace("What if NO took a toll?", "NO")
    Path("no.yaml").write_text(text)
    data = yaml.safe_load(read("no.yaml").to_yaml())
    assert data["title"] == "NO"
    assert data["instruments"][0]["towards"] == ["NA", "US"]


def test_origins_stand_behind_the_values() -> None:
    Path("mine.yaml").write_text(
        "monazite: 1\nextends: base.yaml\nname: mine\ninstruments: [{name: toll-one, pause: 3 days}]\n"
    )
    lines = read("mine.yaml", ["instruments.toll-one.steps.a.share=6 %"]).to_yaml(origins=True).splitlines()
    for line in (
        "name: mine  # mine.yaml:3",
        "    by: CN  # base.yaml:8",
        "    pause: 3 days  # mine.yaml:4",
        "        share: 0.06  # --set",
        "    until: null  # default",
    ):
        assert line in lines


def test_a_title_keeps_its_letters_and_a_date_in_quotes_is_the_same_date() -> None:
    text = BASE.replace("2025-01-01", "'2025-01-01'").replace("NO", "Österreich")
    Path("quoted.yaml").write_text(text, encoding="utf-8")
    loaded = read("quoted.yaml")
    assert loaded.horizon == read().horizon
    assert "title: What if Österreich took a toll?" in loaded.to_yaml()


def test_the_way_a_quantity_is_written_makes_no_difference() -> None:
    text = BASE.replace("6 weeks", "42 days").replace("0.4", "40%").replace("2 bn", "2000 million")
    Path("other.yaml").write_text(text)
    assert read("other.yaml").to_yaml() == read().to_yaml()


def test_overrides_from_python_are_those_of_the_command_line() -> None:
    values = {"ensemble.replicates": 50, "ensemble.uncertain": False, "instruments.toll-one.share": 0.25}
    by_path = read(overrides=values)
    as_text = ["ensemble.replicates=5e1", "ensemble.uncertain=false", "instruments.toll-one.share=25 %"]
    assert by_path.to_yaml() == read(overrides=as_text).to_yaml()
    assert by_path.ensemble.replicates == 50


def test_faults_of_overrides_and_of_the_file_are_reported_together() -> None:
    Path("base.yaml").write_text(BASE.replace("by: CN", "by: CM"))
    said = refused(["ensemble.replicats=3", "instruments.toll-two.share=1", "instruments.toll-one.shere=3"])
    assert "base.yaml:8:9: instruments[0].by: 'CM' is not a region." in said
    assert "--set: ensemble.replicats: there is no key 'replicats' here." in said
    assert "--set: instruments.toll-two.share: there is no 'toll-two' here." in said
    assert "--set: instruments[0].shere: there is no key 'shere' here." in said


def test_names_of_the_world_come_from_the_scenarios_own_folders() -> None:
    Path("sub/mine").mkdir(parents=True)
    Path("sub/own.yaml").write_text("monazite: 1\nextends: ../base.yaml\nseeds: [mine]\n")
    asked: list[Path] = []

    def names(folders: Sequence[Path], _world: str) -> WorldNames:
        asked.extend(folders)
        return NAMES

    loaded = load("sub/own.yaml", names=names)
    assert asked == [Path("sub/mine").resolve()]
    assert loaded.seeds == (Path("sub/mine").resolve().as_posix(),)
    assert "there is no folder 'nowhere'" in refused(["seeds=[nowhere]"])


def test_a_mistake_that_is_found_later_has_its_place_too() -> None:
    problem = read().problem(Mistake(("instruments", 0), "it acts on nothing", "Widen it."))
    assert str(problem) == "base.yaml:6:5: instruments[0]: it acts on nothing.\n  Widen it."


def test_a_scenario_that_is_nowhere_is_reported_with_the_nearest_that_ships(monkeypatch: pytest.MonkeyPatch) -> None:
    ships = {"baseline": Path("base.yaml").resolve()}
    monkeypatch.setattr("sim.files.shipped.scenario_files", lambda: ships)
    assert read("baseline").name == "base"
    with pytest.raises(InputError, match="Did you mean 'baseline'"):
        read("basline")


def test_it_survives_the_way_to_another_process() -> None:
    import pickle  # noqa: PLC0415

    loaded = read()
    again = pickle.loads(pickle.dumps(loaded))  # noqa: S301
    assert again.to_yaml(origins=True) == loaded.to_yaml(origins=True)


def test_the_shipped_files_of_a_checkout_are_found() -> None:
    from sim.files.shipped import shipped  # noqa: PLC0415

    assert shipped("seeds").name == "seeds"
    assert os.path.samefile(shipped("seeds").parent, Path(fields.__file__).parent.parent.parent)  # noqa: PTH121


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, len(BASE)), st.integers(0, 12), st.text(alphabet="ab1.%:-# \n[]{}*&!~'\"", max_size=5))
def test_whatever_is_changed_in_a_file_there_is_no_traceback(at: int, length: int, text: str) -> None:
    Path("changed.yaml").write_text(BASE[:at] + text + BASE[at + length :], encoding="utf-8")
    with suppress(InputError):
        read("changed.yaml").to_yaml()


def refs(schema: object) -> set[str]:
    if isinstance(schema, dict):
        own = {schema["$ref"]} if isinstance(schema.get("$ref"), str) else set()
        return own.union(*(refs(value) for value in schema.values()))
    return set().union(*(refs(value) for value in schema)) if isinstance(schema, list) else set()


def objects(schema: object) -> list[dict[str, Any]]:
    if isinstance(schema, dict):
        own = [schema] if "properties" in schema and schema.get("type") == "object" else []
        return own + [found for value in schema.values() for found in objects(value)]
    return [found for value in schema for found in objects(value)] if isinstance(schema, list) else []


def test_the_schema_refers_only_to_what_it_holds() -> None:
    schema = json_schema()
    assert refs(schema) <= {f"#/$defs/{name}" for name in schema["$defs"]}
    assert not [key for key in str(schema).split("'") if key.startswith("x-")]


def test_the_schema_closes_every_map_and_describes_every_field() -> None:
    definitions = json_schema()["$defs"]
    closed = [o for name in ("scenario", "toll", "Step", "Horizon", "Outputs") for o in objects(definitions[name])]
    assert all(o["additionalProperties"] is False for o in closed)
    fields = definitions["toll"]["properties"]
    assert all("description" in fields[name] for name in fields.keys() - {"name", "kind"})


def test_the_schema_agrees_with_what_is_read() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    validator = jsonschema.Draft202012Validator(json_schema())
    good: Any = plain(read_text(BASE, "base.yaml"))
    good["monazite"] = 1
    assert not list(validator.iter_errors(good))
    removed = {"extends": "base.yaml", "instruments": [{"name": "toll-one", "remove": True}]}
    assert not list(validator.iter_errors(removed))
    for key, value in (("title", 3), ("horizon", {"start": "2025-1-1"}), ("enesmble", {}), ("name", "a/b")):
        assert list(validator.iter_errors(good | {key: value}))
    for key, value in (("kind", "tol"), ("budget", "2 bn EUR"), ("pause", "60"), ("shere", "1"), ("share", 40)):
        assert list(validator.iter_errors(good | {"instruments": [good["instruments"][0] | {key: value}]}))
