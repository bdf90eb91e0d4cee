"""Files laid over files, and single values over all: order, names, removal, reset, origins."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.errors import InputError, Problem
from sim.files.merge import merge, override, parse_path, read_merged, split_setting
from sim.files.positions import Node, Plain, plain, read_text


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(**files: str) -> None:
    for name, text in files.items():
        version = "{monazite: 1, " if text.startswith("{") else "monazite: 1\n"
        Path(f"{name}.yaml").write_text(version + text.removeprefix("{"), encoding="utf-8")


def merged(name: str, shipped: Path | None = None) -> Plain:
    problems: list[Problem] = []
    root = read_merged(Path(f"{name}.yaml"), lambda asked: shipped, problems)
    assert not problems
    data = plain(root)
    assert isinstance(data, dict)
    assert data.pop("monazite") == "1"
    return data


def laid(base: str, over: str) -> Plain:
    return plain(merge(read_text(base, "base.yaml"), read_text(over, "over.yaml"), []))


def test_maps_merge_deep_and_other_lists_are_replaced() -> None:
    assert laid("{a: {b: 1, c: [1, 2]}, d: 1}", "{a: {c: [3]}, e: 2}") == {
        "a": {"b": "1", "c": ["3"]}, "d": "1", "e": "2",
    }  # fmt: skip


def test_named_things_are_changed_appended_and_taken_out_by_name() -> None:
    base = "l: [{name: x, v: 1, w: 1}, {name: y, v: 2}]"
    over = "l: [{name: y, remove: true}, {name: x, v: 3}, {name: z, v: 4}]"
    assert laid(base, over) == {"l": [{"name": "x", "v": "3", "w": "1"}, {"name": "z", "v": "4"}]}


def test_a_distribution_takes_the_place_of_another_and_lends_its_numbers_to_its_like() -> None:
    base = "a: {lognormal: {median: 45, p90: 100}}"
    assert laid(base, "a: {uniform: {low: 1, high: 2}}") == {"a": {"uniform": {"low": "1", "high": "2"}}}
    assert laid(base, "a: {lognormal: {median: 50}}") == {"a": {"lognormal": {"median": "50", "p90": "100"}}}


def test_null_stays_to_reset_what_was_inherited() -> None:
    assert laid("{a: 1, b: {c: 2}}", "{a: null, b: ~}") == {"a": None, "b": None}


@pytest.mark.usefixtures("folder")
def test_of_several_files_the_later_wins_and_own_keys_win_over_all() -> None:
    write(a="{v: a, w: a, x: a}", b="{w: b, x: b}", own="extends: [a.yaml, b.yaml]\nx: own\n")
    assert merged("own") == {"v": "a", "w": "b", "x": "own"}


@pytest.mark.usefixtures("folder")
def test_the_place_of_extends_among_the_keys_does_not_matter() -> None:
    write(a="{v: a, w: a}", own="{v: own, extends: a.yaml}")
    assert merged("own") == {"v": "own", "w": "a"}


@pytest.mark.usefixtures("folder")
def test_in_a_diamond_the_base_is_applied_once_and_first() -> None:
    write(
        base="{v: base, w: base}", left="{extends: base.yaml, v: left}", right="{extends: base.yaml, w: right}",
        own="extends: [left.yaml, right.yaml]",
    )  # fmt: skip
    assert merged("own") == {"v": "left", "w": "right"}


@pytest.mark.usefixtures("folder")
def test_a_circle_is_shown_with_its_lines() -> None:
    write(a="name: a\nextends: b.yaml\n", b="extends: a.yaml\n")
    with pytest.raises(InputError, match=r"a\.yaml:3 → b\.yaml:2 → a\.yaml"):
        merged("a")


def test_asked_for_its_own_name_a_file_finds_the_one_that_ships(folder: Path) -> None:
    (folder / "shipped").mkdir()
    ships = folder / "shipped" / "baseline.yaml"
    ships.write_text("{monazite: 1, v: shipped, w: shipped}")
    write(baseline="{extends: baseline.yaml, v: own}")
    assert merged("baseline", ships) == {"v": "own", "w": "shipped"}
    with pytest.raises(InputError, match="but this file itself"):
        merged("baseline", folder / "baseline.yaml")


def overridden(base: str, *settings: str) -> tuple[Node, list[Problem]]:
    problems: list[Problem] = []
    pairs = [split_setting(setting) for setting in settings]
    return override(read_text(base, "base.yaml"), pairs, problems), problems


BASE = "name: x\ninstruments: [{name: toll, steps: [{name: a, share: 1}]}]\nf: {Mt. Weld: {c: 1}}\nl: [1, 2]\n"


def test_a_value_is_set_by_names_numbers_and_brackets() -> None:
    steps = "instruments.toll.steps.a.share=40 %"
    root, problems = overridden(BASE, steps, "instruments.toll.by=NO", "f[Mt. Weld].c=3 t", "l=[5, 9]", "new.key=1e3")
    assert not problems
    assert plain(root) == {
        "name": "x",
        "instruments": [{"name": "toll", "steps": [{"name": "a", "share": "40 %"}], "by": "NO"}],
        "f": {"Mt. Weld": {"c": "3 t"}},
        "l": ["5", "9"],
        "new": {"key": "1e3"},
    }


def test_the_origin_of_a_set_value_is_reported_and_that_of_its_neighbours_stays() -> None:
    root, _ = overridden(BASE, "instruments.toll.steps.a.share=40 %")
    share, _ = root.nearest(("instruments", 0, "steps", 0, "share"))
    name, _ = root.nearest(("instruments", 0, "name"))
    assert (share.place.file, name.place.file) == ("--set", "base.yaml")
    assert root.place.file == "base.yaml"


def test_nothing_resets_and_text_with_a_colon_stays_text() -> None:
    root, _ = overridden(BASE, "name=null", "title=What if: a ban?", 'note="null"')
    assert isinstance(root.value, dict)
    assert {key: root.value[key].value for key in ("name", "title", "note")} == {
        "name": None, "title": "What if: a ban?", "note": "null",
    }  # fmt: skip


def test_a_named_thing_can_be_taken_out() -> None:
    root, _ = overridden(BASE, "instruments.toll.remove=true")
    assert root.nearest(("instruments",))[0].value == []


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("instruments.tol.by=US", "there is no 'tol' here"),
        ("l.0=3", 'Give it whole, in quotes: --set "l=[a, b]"'),
        ("name.x=3", "there is nothing below 'x'"),
        ("instruments.toll=3", "'toll' is a map of keys and values"),
        ("l=[1, 2", "a list in brackets is not closed"),
        ("a..b=3", "is not a path"),
        (f"{'a.' * 5000}b=3", "has 5001 steps"),
        ("a[b=3", "is not a path"),
    ],
)
def test_a_path_that_leads_nowhere_is_reported(setting: str, said: str) -> None:
    _, problems = overridden(BASE, setting)
    assert said in str(InputError(problems))
    assert str(problems[0]).startswith("--set")


def test_a_setting_needs_an_equals_sign() -> None:
    with pytest.raises(InputError, match="has no = between"):
        split_setting("ensemble.replicates")
    assert split_setting("a[b.c].d=x=y") == ("a[b.c].d", "x=y")
    assert parse_path("a[b.c].d") == ("a", "b.c", "d")


@pytest.mark.parametrize("setting", ["v=", "v= "])
def test_an_empty_setting_is_refused(setting: str) -> None:
    _, (problem,) = overridden("v: 1\n", setting)
    assert problem.found == "the value is empty"
    assert "[]" in problem.right


def test_none_is_refused_as_an_empty_value_is() -> None:
    problems: list[Problem] = []
    override(read_text("v: 1\n", "base.yaml"), [("v", None)], problems)
    assert [problem.found for problem in problems] == ["the value is empty"]


@pytest.mark.parametrize("written", ["'v=2'", '"v=2"'])
def test_quotes_that_a_shell_leaves_around_a_setting_are_taken_off(written: str) -> None:
    assert split_setting(written) == ("v", "2")


def test_half_a_quote_is_reported() -> None:
    with pytest.raises(InputError, match="begins with a quote that nothing closes"):
        split_setting("'v=2")


def test_a_thing_of_a_list_is_named_and_not_counted() -> None:
    _, (problem,) = overridden(BASE, "instruments.0.by=NO")
    assert problem.found == "'0' is a position, not a name"
    assert "'toll'" in problem.right


@pytest.mark.usefixtures("folder")
def test_who_extended_a_faulty_file_is_reported() -> None:
    write(a="extends: b.yaml\n", b="extends: c.yaml\n", c="v: 1\nv: 2\n")
    problems: list[Problem] = []
    read_merged(Path("a.yaml"), lambda asked: None, problems)
    assert problems[0].place.file == "c.yaml"
    assert "The file is extended by b.yaml:2, extended by a.yaml:2." in problems[0].right


@pytest.mark.usefixtures("folder")
def test_maps_are_not_merged_by_a_key() -> None:
    with pytest.raises(InputError, match="<< here") as caught:
        read_text("a: &a {x: 1}\nb:\n  <<: *a\n  y: 2\n", "x.yaml")
    assert "extends" in str(caught.value)


@pytest.mark.usefixtures("folder")
def test_through_a_link_files_are_looked_for_beside_its_target_too() -> None:
    Path("real").mkdir()
    Path("real/base.yaml").write_text("monazite: 1\nv: base\n")
    Path("real/own.yaml").write_text("monazite: 1\nextends: base.yaml\nw: own\n")
    Path("link.yaml").symlink_to("real/own.yaml")
    assert merged("link") == {"v": "base", "w": "own"}
    write(base="v: beside\n")
    assert merged("link") == {"v": "beside", "w": "own"}


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("key", ["instruments:", "instruments: # nothing", "ensemble:", "parameters:"])
def test_a_key_without_a_value_is_refused(key: str) -> None:
    """All its items commented out, it would drop what is inherited without a word."""
    write(own=f"{key}\nname: own\n")
    problems: list[Problem] = []
    read_merged(Path("own.yaml"), lambda asked: None, problems)
    (problem,) = problems
    assert (problem.place.line, problem.found) == (2, "the key has no value")


@pytest.mark.usefixtures("folder")
def test_a_file_that_extends_another_says_its_version_itself() -> None:
    write(base="v: 1\n")
    Path("own.yaml").write_text("extends: base.yaml\nname: own\n")
    problems: list[Problem] = []
    read_merged(Path("own.yaml"), lambda asked: None, problems)
    assert [problem.found.partition(":")[0] for problem in problems] == ["the file does not say of which version it is"]
